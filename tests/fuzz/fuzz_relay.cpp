// Records between a node and an orderer: whatever decodes, encodes to the very same bytes.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "node/custody/complaint.h"
#include "node/custody/items.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

void items(ByteView in) {
  const auto list = custody::decode_items(in);
  if (!list) return;
  STELE_ASSERT(!list->empty() && list->size() <= custody::items_max);
  std::vector<Bytes> encoded;
  std::vector<const Bytes*> pointers;
  for (const auto& i : *list) encoded.push_back(custody::encode_item(i.item));
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    STELE_ASSERT((*list)[i].digest == sha256(encoded[i]));
    pointers.push_back(&encoded[i]);
  }
  STELE_ASSERT(as_text(custody::encode_items(pointers)) == as_text(in));
}

void complaint(ByteView in) {
  const auto c = custody::decode_complaint(in);
  if (!c) return;
  STELE_ASSERT(c->receipts.size() <= custody::receipts_max && c->since <= c->time);
  STELE_ASSERT(as_text(custody::encode(*c)) == as_text(in));
  (void)c->id();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(data, size);
  items(in);
  complaint(in);
  for (const std::size_t count : {0U, 1U, 3U}) {
    if (const auto fates = custody::decode_fates(in, count)) {
      STELE_ASSERT(fates->fates.size() == count);
      STELE_ASSERT(as_text(custody::encode(*fates)) == as_text(in));
    }
  }
  return 0;
}
