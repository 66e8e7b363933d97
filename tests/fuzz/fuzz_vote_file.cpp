// Vote files, as they are and with a right checksum put behind them: whatever decodes, encodes to the very same bytes.
#include <cstddef>
#include <cstdint>

#include "ledger/base/hash.h"
#include "node/finality/vote_file.h"

namespace {

void check(stele::ByteView in) {
  const auto content = stele::finality::decode_vote_file(in);
  if (content) STELE_ASSERT(stele::as_text(stele::finality::encode(*content)) == stele::as_text(in));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const stele::ByteView in(data, size);
  check(in);
  const auto sum = stele::sha256(in);
  stele::Bytes sealed(in.begin(), in.end());
  sealed.insert(sealed.end(), sum.bytes.begin(), sum.bytes.end());
  check(sealed);
  return 0;
}
