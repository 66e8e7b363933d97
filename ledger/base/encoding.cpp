#include "ledger/base/encoding.h"

namespace stele {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of each character, or `bad`, whose high bits survive being OR-ed together: one test per text, not per
/// character.
constexpr std::uint8_t bad = 0x80;
using Values = std::array<std::uint8_t, 256>;
constexpr Values values_of(std::string_view alphabet) {
  Values out{};
  for (auto& v : out) v = bad;
  for (std::size_t i = 0; i < alphabet.size(); ++i) out[static_cast<unsigned char>(alphabet[i])] = std::uint8_t(i);
  return out;
}
constexpr Values hex_values = values_of(hex_digits);
constexpr Values url_values = values_of(url_alphabet);
constexpr Values standard_values = values_of(standard_alphabet);

/// Writes ceil(8n/6) characters and returns the place after them.
char* encode64(ByteView in, std::string_view alphabet, char* out) {
  const char* const a = alphabet.data();
  const std::uint8_t* p = in.data();
  std::size_t left = in.size();
  for (; left >= 3; left -= 3, p += 3, out += 4) {
    const std::uint32_t group = std::uint32_t(p[0]) << 16 | std::uint32_t(p[1]) << 8 | p[2];
    out[0] = a[group >> 18];
    out[1] = a[group >> 12 & 63];
    out[2] = a[group >> 6 & 63];
    out[3] = a[group & 63];
  }
  if (left == 0) return out;
  const std::uint32_t group = std::uint32_t(p[0]) << 16 | (left == 2 ? std::uint32_t(p[1]) << 8 : 0);
  *out++ = a[group >> 18];
  *out++ = a[group >> 12 & 63];
  if (left == 2) *out++ = a[group >> 6 & 63];
  return out;
}

/// Unpadded text into `out`. False: a foreign character, an impossible length or unused bits that are not zero.
bool decode64(std::string_view text, const Values& values, Bytes& out) {
  const std::size_t tail = text.size() % 4;
  if (tail == 1) return false;
  out.resize(text.size() / 4 * 3 + (tail == 0 ? 0 : tail - 1));
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());  // NOLINT
  std::uint8_t* o = out.data();
  std::uint32_t seen = 0;
  for (std::size_t groups = text.size() / 4; groups > 0; --groups, p += 4, o += 3) {
    const std::uint32_t a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
    seen |= a | b | c | d;
    o[0] = std::uint8_t(a << 2 | b >> 4);
    o[1] = std::uint8_t(b << 4 | c >> 2);
    o[2] = std::uint8_t(c << 6 | d);
  }
  std::uint32_t unused = 0;
  if (tail != 0) {
    const std::uint32_t a = values[p[0]], b = values[p[1]], c = tail == 3 ? values[p[2]] : 0u;
    seen |= a | b | c;
    o[0] = std::uint8_t(a << 2 | b >> 4);
    if (tail == 3) o[1] = std::uint8_t(b << 4 | c >> 2);
    unused = tail == 3 ? c & 3 : b & 15;
  }
  return (seen & bad) == 0 && unused == 0;
}

}  // namespace

std::string hex(ByteView bytes) {
  std::string out(bytes.size() * 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = hex_digits[bytes[i] >> 4];
    out[2 * i + 1] = hex_digits[bytes[i] & 15];
  }
  return out;
}

std::optional<Bytes> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned high = hex_values[static_cast<unsigned char>(text[2 * i])];
    const unsigned low = hex_values[static_cast<unsigned char>(text[2 * i + 1])];
    if (((high | low) & bad) != 0) return std::nullopt;
    out[i] = std::uint8_t(high << 4 | low);
  }
  return out;
}

std::string base64url(ByteView bytes) {
  std::string out((bytes.size() * 4 + 2) / 3, '\0');
  encode64(bytes, url_alphabet, out.data());
  return out;
}

bool unbase64url_into(std::string_view text, Bytes& out) {
  return decode64(text, url_values, out);
}

std::optional<Bytes> unbase64url(std::string_view text) {
  Bytes out;
  if (!unbase64url_into(text, out)) return std::nullopt;
  return out;
}

std::string base64(ByteView bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  encode64(bytes, standard_alphabet, out.data());
  return out;
}

std::optional<Bytes> unbase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  // At most two signs are padding; a third is a foreign character to decode64, and so is one in the middle.
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  Bytes out;
  if (!decode64(text, standard_values, out)) return std::nullopt;
  return out;
}

}  // namespace stele
