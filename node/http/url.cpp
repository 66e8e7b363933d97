#include "node/http/url.h"

#include <algorithm>
#include <charconv>

namespace stele::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_utf8_without_nul(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    if (length == 0 || text.front() == '\0') return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Cuts `text` at the first `mark`: returns what stands before it, leaves what stands after it.
std::string_view take_until(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const auto head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return head;
}

bool parse_query(std::string_view text, Parameters& out) {
  while (!text.empty()) {
    auto value = take_until(text, '&');
    if (value.empty()) continue;
    const auto name = take_until(value, '=');
    auto decoded_name = percent_decode(name, true);
    auto decoded_value = percent_decode(value, true);
    if (!decoded_name || !decoded_value || out.size() == query_parameters_max) return false;
    // Two values for one name are read differently by different programs; so neither is.
    if (!out.emplace(std::move(*decoded_name), std::move(*decoded_value)).second) return false;
  }
  return true;
}

bool parse_path(std::string_view text, std::vector<std::string>& out) {
  text.remove_prefix(1);  // the slash that the caller saw
  for (;;) {
    const bool last = text.find('/') == std::string_view::npos;
    auto segment = percent_decode(take_until(text, '/'));
    // "%2e%2e" is ".." too: a handler may make a file name of what it gets.
    if (!segment || *segment == "." || *segment == ".." || out.size() == path_segments_max) return false;
    out.push_back(std::move(*segment));
    if (last) return true;
  }
}

bool is_host(std::string_view host, bool bracketed) {
  if (host.empty()) return false;
  return std::all_of(host.begin(), host.end(), [&](char c) {
    return bracketed ? (hex_digit(c) >= 0 || c == ':' || c == '.') : (is_alphanumeric(c) || c == '-' || c == '.');
  });
}

/// "host", "host:port", "[v6]", "[v6]:port".
bool parse_authority(std::string_view text, Url& out) {
  const bool bracketed = text.starts_with('[');
  std::string_view host;
  if (bracketed) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    host = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
  } else {
    host = text.substr(0, text.find(':'));
    text.remove_prefix(host.size());
  }
  if (!is_host(host, bracketed)) return false;
  out.host = host;
  out.port = out.tls ? 443 : 80;
  if (text.empty()) return true;
  const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + text.size(), out.port);
  return text.front() == ':' && fault == std::errc() && end == text.data() + text.size() && out.port != 0;
}

/// Characters that may stand in a target or a prefix as they are; nothing here can end a line or a header.
bool is_target_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

}  // namespace

std::size_t utf8_character_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = at(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0;
  const bool too_high = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_utf8_without_nul(out)) return std::nullopt;
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::optional<Target> parse_target(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());  // absolute-form: the Host header has said the same
    const auto path = text.find('/');
    if (path == 0 || path == std::string_view::npos) return std::nullopt;
    text.remove_prefix(path);
    break;
  }
  if (!text.starts_with('/') || !is_target_text(text)) return std::nullopt;
  Target out;
  const auto path = take_until(text, '?');
  if (!parse_path(path, out.segments) || !parse_query(text, out.query)) return std::nullopt;
  return out;
}

Result<Url> parse_url(std::string_view text) {
  const auto bad = [&] {
    return Unexpected(make_error("http_bad_url",
                                 "Địa chỉ máy chủ không hợp lệ; hãy viết dạng http(s)://tên-máy:cổng[/đường-dẫn].",
                                 "The server's URL is not valid; write it as http(s)://host:port[/prefix]."));
  };
  Url out;
  if (text.size() > url_bytes_max) return bad();
  if (text.starts_with("https://")) {
    out.tls = true;
  } else if (!text.starts_with("http://")) {
    return bad();
  }
  text.remove_prefix(out.tls ? 8 : 7);
  const auto slash = std::min(text.find('/'), text.size());
  auto prefix = text.substr(slash);
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  if (!parse_authority(text.substr(0, slash), out)) return bad();
  if (!is_target_text(prefix) || prefix.find('?') != std::string_view::npos) return bad();
  out.prefix = prefix;
  return out;
}

std::string host_header(const Url& url) {
  std::string out = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
  if (url.port != (url.tls ? 443 : 80)) out += ":" + std::to_string(url.port);
  return out;
}

}  // namespace stele::http
