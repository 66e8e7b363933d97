// What a node gets for GET /v1/blocks. An input is one byte, the height asked for, and the answer's body. Whatever
// decodes, encodes to the very same bytes.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "node/sync/block_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stele;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const auto body = as_text(ByteView(data, size).subspan(1));
  Height height{data[0]};
  const auto batch = sync::decode_batch(body, height);
  if (!batch) {
    STELE_ASSERT(batch.error().code == "source_bad_answer" && !batch.error().vi.empty());
    return 0;
  }
  STELE_ASSERT(!batch->blocks.empty());
  std::vector<Bytes> blocks;
  for (const auto& b : batch->blocks) {
    STELE_ASSERT(b.height == height);
    ++height.value;
    blocks.push_back(log::encode(b));
  }
  STELE_ASSERT(sync::encode_batch(blocks, log::encode(batch->qc)) == body);
  return 0;
}
