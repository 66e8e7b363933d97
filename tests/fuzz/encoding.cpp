// Hex, base64, base64url, UTF-8 and dates: whatever a decoder accepts, its encoder must give back byte for byte.
#include "ledger/base/encoding.h"

#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace {

void round_trip(std::string_view text) {
  if (const auto bytes = stele::unhex(text)) STELE_ASSERT(stele::hex(*bytes) == text);
  if (const auto bytes = stele::unbase64url(text)) STELE_ASSERT(stele::base64url(*bytes) == text);
  if (const auto bytes = stele::unbase64(text)) STELE_ASSERT(stele::base64(*bytes) == text);
  if (const auto time = stele::parse_utc(text)) STELE_ASSERT(stele::utc_text(*time) == text);
  if (const auto date = stele::parse_date(text)) STELE_ASSERT(stele::date_text(*date) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stele::ByteView bytes(data, size);
  const auto text = stele::as_text(bytes);
  round_trip(text);

  STELE_ASSERT(stele::unhex(stele::hex(bytes)) == stele::Bytes(bytes.begin(), bytes.end()));
  STELE_ASSERT(stele::unbase64url(stele::base64url(bytes)) == stele::Bytes(bytes.begin(), bytes.end()));
  STELE_ASSERT(stele::unbase64(stele::base64(bytes)) == stele::Bytes(bytes.begin(), bytes.end()));

  // Text that the ledger takes is in NFC already, so that normalising it changes nothing.
  if (stele::check_text(text) == stele::TextFault::none) STELE_ASSERT(stele::to_nfc(text) == text);
  return 0;
}
