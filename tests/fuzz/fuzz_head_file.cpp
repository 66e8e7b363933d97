// Head files. An input is the file; and its first slot without the checksum, which is put behind it so that the fuzzer
// need not find SHA-256 values. Whatever decodes, encodes to the bytes in front of the checksum and the checksum.
#include <cstddef>
#include <cstdint>

#include "ledger/base/hash.h"
#include "ledger/store/head_file.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

void slot(std::string_view bytes) {
  const auto decoded = store::decode_head_slot(bytes);
  if (!decoded) return;
  STELE_ASSERT(decoded->head.qc.size() <= store::head_qc_bytes_max);
  const auto again = store::encode(*decoded);
  STELE_ASSERT(again.size() <= store::head_slot_bytes && bytes.starts_with(again));
}

void file(std::string_view bytes) {
  const auto newest = store::decode_head_file(bytes, "head");
  if (!newest) {
    STELE_ASSERT(newest.error().code == "head_file_damaged" || newest.error().code == "head_file_version_unknown");
    return;
  }
  STELE_ASSERT(newest->number < 2);
  const auto best = bytes.substr(newest->number * store::head_slot_bytes, store::head_slot_bytes);
  STELE_ASSERT(best.starts_with(store::encode(newest->slot)));
  // Losing the newest slot gives the one before it, never a newer one.
  std::string torn(bytes);
  torn[newest->number * store::head_slot_bytes] = '?';
  if (const auto before = store::decode_head_file(torn, "head")) {
    STELE_ASSERT(before->number != newest->number);
    STELE_ASSERT(before->slot.sequence <= newest->slot.sequence);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(data, size);
  slot(as_text(in));
  file(as_text(in));
  if (size > store::head_slot_bytes - Digest::size_bytes) return 0;
  std::string sealed(as_text(in));
  sealed += as_text(sha256(in).view());
  slot(sealed);
  sealed += "left over from a longer head";
  slot(sealed);
  sealed.resize(store::head_slot_bytes);
  // The same head stands in slot 1 under the sequence number 5.
  if (auto other = store::decode_head_slot(sealed)) {
    other->sequence = 5;
    sealed += store::encode(*other);
    sealed.resize(2 * store::head_slot_bytes);
  }
  file(sealed);
  return 0;
}
