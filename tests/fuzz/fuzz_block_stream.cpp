// What a node gets for GET /v1/blocks. An input is one byte, the height asked for, and the answer's body. Whatever
// decodes, encodes to the very same bytes.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "node/sync/block_source.h"

namespace {

std::string encoded(const stele::sync::Batch& batch) {
  std::vector<stele::Bytes> blocks;
  for (const auto& b : batch.blocks) blocks.push_back(stele::log::encode(b));
  return stele::sync::encode_batch(blocks, stele::log::encode(batch.qc));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stele;  // NOLINT(google-build-using-namespace)
  if (size == 0) return 0;
  const auto body = as_text(ByteView(data, size).subspan(1));
  Height height{data[0]};
  const auto batch = sync::decode_batch(body, height);
  // However it comes in pieces (of 1 to 256 bytes, as the first byte says), it is the same.
  sync::BatchDecoder decoder(height);
  const std::size_t piece = data[0] + 1U;
  Result<void> read;
  for (std::size_t at = 0; read && at < body.size(); at += piece) read = decoder.add(body.substr(at, piece));
  const auto in_pieces = read ? std::move(decoder).finish() : Unexpected(read.error());
  STELE_ASSERT(in_pieces.has_value() == batch.has_value());
  if (!batch) {
    STELE_ASSERT(batch.error().code == "source_bad_answer" && !batch.error().vi.empty());
    return 0;
  }
  STELE_ASSERT(!batch->blocks.empty());
  for (const auto& b : batch->blocks) {
    STELE_ASSERT(b.height == height);
    ++height.value;
  }
  STELE_ASSERT(encoded(*batch) == body && encoded(*in_pieces) == body);
  return 0;
}
