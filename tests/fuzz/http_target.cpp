// What reads bytes from the network before any handler does: escapes, targets, URLs and the two message parsers.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/bytes.h"
#include "node/http/exchange.h"
#include "node/http/parser.h"
#include "node/http/url.h"

namespace {

using namespace stele::http;

void escapes(std::string_view text) {
  for (const bool plus : {false, true}) {
    const auto decoded = percent_decode(text, plus);
    if (!decoded) continue;
    STELE_ASSERT(decoded->size() <= text.size());
    STELE_ASSERT(percent_decode(percent_encode(*decoded), plus) == decoded);
  }
}

void targets(std::string_view text) {
  if (const auto target = parse_target(text)) {
    STELE_ASSERT(!target->segments.empty());
    STELE_ASSERT(target->segments.size() <= path_segments_max);
    STELE_ASSERT(target->query.size() <= query_parameters_max);
    std::string again;
    for (const auto& segment : target->segments) {
      STELE_ASSERT(segment != "..");
      again += "/" + percent_encode(segment);
    }
    char mark = '?';
    for (const auto& [name, value] : target->query) {
      again += mark + percent_encode(name) + "=" + percent_encode(value);
      mark = '&';
    }
    const auto twice = parse_target(again);
    STELE_ASSERT(twice.has_value());
    STELE_ASSERT(twice->segments == target->segments);
    STELE_ASSERT(twice->query == target->query);
  }
  if (const auto url = parse_url(text)) {
    const auto again = parse_url((url->tls ? "https://" : "http://") + host_header(*url) + url->prefix);
    STELE_ASSERT(again.has_value());
    STELE_ASSERT(again->host == url->host);
    STELE_ASSERT(again->port == url->port);
    STELE_ASSERT(again->prefix == url->prefix);
  }
}

constexpr ParserLimits limits{.header_bytes_max = 512, .target_bytes_max = 128, .body_bytes_max = 256};

struct Understood {
  std::string text;
  bool too_large = false;  ///< it ended there because a header was
};

/// What was refused as too large may be a few bytes below a limit elsewhere: Beast counts from where it last stopped.
/// But nobody understands anything else.
bool agree(const Understood& a, const Understood& b) {
  const auto begins = [](std::string_view whole, std::string_view part) {
    return whole.substr(0, part.size()) == part;
  };
  return a.text == b.text || (a.too_large && begins(b.text, a.text)) || (b.too_large && begins(a.text, b.text));
}

/// Requests one behind the other, arriving `piece` bytes at a time.
Understood requests(std::string_view text, std::size_t piece) {
  Understood understood;
  std::string buffer;
  RequestParser parser(limits);
  for (;;) {
    std::size_t used = 0;
    const auto parsing = parser.feed(buffer, used);
    STELE_ASSERT(used <= buffer.size());
    buffer.erase(0, used);
    STELE_ASSERT(parser.request().body.size() <= limits.body_bytes_max);
    if (parsing == Parsing::failed) {
      STELE_ASSERT(parser.fault() != ParseFault::none);
      understood.too_large =
          parser.fault() == ParseFault::header_too_large || parser.fault() == ParseFault::target_too_long;
      return understood;
    }
    if (parsing == Parsing::complete) {
      understood.text += parser.request().target + "\n" + parser.request().body + "\n";
      parser.reset();
      if (!buffer.empty()) continue;
    }
    if (parsing == Parsing::header) continue;
    STELE_ASSERT(buffer.size() <= limits.header_bytes_max);
    if (text.empty()) return understood;
    buffer += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
  }
}

void responses(std::string_view text) {
  ResponseParser parser(limits, false);
  std::size_t used = 0;
  const auto parsing = parser.feed(text, used);
  STELE_ASSERT(used <= text.size());
  STELE_ASSERT(parser.response().body.size() <= limits.body_bytes_max);
  if (parsing == Parsing::need_more) (void)parser.end_of_stream();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = stele::as_text(stele::ByteView(data, size));
  escapes(text);
  targets(text);
  // How the network cuts the bytes must not change what they mean.
  const auto whole = requests(text, 64);
  STELE_ASSERT(agree(requests(text, 1), whole));
  STELE_ASSERT(agree(requests(text, 7), whole));
  responses(text);
  std::string json;
  append_json_string(json, text);
  STELE_ASSERT(json.size() >= 2);
  return 0;
}
