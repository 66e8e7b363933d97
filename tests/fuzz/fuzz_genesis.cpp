// Genesis files: whatever decodes, encodes to a file that decodes to the same values.
#include <cstddef>
#include <cstdint>

#include "ledger/record/genesis.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stele;  // NOLINT(google-build-using-namespace)
  const auto genesis = record::decode_genesis(as_text(ByteView(data, size)));
  if (!genesis) {
    (void)to_error(genesis.error());
    return 0;
  }
  const std::string file = record::encode_genesis(*genesis);
  const auto again = record::decode_genesis(file);
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(record::encode_genesis(*again) == file);
  return 0;
}
