// Messages between nodes: whatever decodes, encodes to the very same bytes, but for kinds that are not known.
#include <cstddef>
#include <cstdint>

#include "ledger/base/hash.h"
#include "node/committee/messages.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

void sequence(ByteView in) {
  const auto list = committee::decode_messages(in);
  if (!list) return;
  STELE_ASSERT(list->size() <= committee::messages_max);
  Bytes again;
  for (const auto& m : *list) {
    STELE_ASSERT(committee::encode(m.message) == m.bytes);
    STELE_ASSERT(m.digest == sha256(m.bytes));
    again.insert(again.end(), m.bytes.begin(), m.bytes.end());
  }
  STELE_ASSERT(again.size() <= in.size());
  const auto once_more = committee::decode_messages(again);
  STELE_ASSERT(once_more && once_more->size() == list->size());
  if (again.size() == in.size()) STELE_ASSERT(as_text(again) == as_text(in));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(data, size);
  sequence(in);
  if (const auto page = committee::decode_feed_page(in)) {
    STELE_ASSERT(as_text(committee::encode(*page)) == as_text(in));
    sequence(page->messages);
  }
  return 0;
}
