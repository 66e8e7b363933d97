#include "node/custody/complaint.h"

#include <fmt/format.h>

#include "ledger/base/assert.h"
#include "ledger/base/hash.h"
#include "ledger/log/epoch_wire.h"
#include "ledger/record/decode.h"
#include "node/custody/items.h"

namespace stele::custody {
namespace {

Error malformed(std::string_view what) {
  return make_error("complaint_malformed", fmt::format("Lời khiếu nại sai dạng ({}).", what),
                    fmt::format("The complaint is malformed ({}).", what));
}

Bytes body_of(const Complaint& c) {
  log::Writer w;
  w.raw(as_bytes("STLC"));
  w.u8(1);
  w.bytes16(as_bytes(c.net));
  log::write_place(w, c.final_block);
  w.u64(c.since.value);
  w.u64(c.time.value);
  w.bytes32(encode_item(c.item));
  w.u16(static_cast<std::uint16_t>(c.receipts.size()));
  for (const auto& r : c.receipts) write(w, r);
  w.raw(c.key.view());
  return std::move(w).take();
}

bool read_receipts(log::Reader& r, std::vector<Receipt>& out) {
  const auto count = r.u16();
  if (!r.ok() || count == 0 || count > receipts_max) return false;
  for (std::uint16_t i = 0; i < count; ++i) {
    auto x = read_receipt(r);
    if (!r.ok() || x.path.size() > receipt_path_max || (i > 0 && x.word.orderer <= out.back().word.orderer))
      return false;
    out.push_back(std::move(x));
  }
  return true;
}

}  // namespace

RecordId Complaint::id() const {
  const auto envelope = record::open_envelope(item.jws);
  STELE_ASSERT(envelope);
  return record::record_id(envelope->signing_input);
}

Digest Complaint::item_digest() const {
  return sha256(encode_item(item));
}

Bytes encode(const Complaint& c) {
  auto out = body_of(c);
  const auto signature = c.signature.view();
  out.insert(out.end(), signature.begin(), signature.end());
  return out;
}

Digest complaint_digest(const Complaint& c) {
  return tagged_hash("stele/v1/complaint", body_of(c));
}

Result<Complaint> decode_complaint(ByteView in) {
  if (in.size() > complaint_bytes_max) return Unexpected(malformed("length"));
  log::Reader r(in);
  r.expect("STLC");
  const bool known = r.u8() == 1;
  Complaint out;
  out.net = as_text(r.bytes16(log::net_bytes_max));
  out.final_block = log::read_place(r);
  out.since.value = r.u53();
  out.time.value = r.u53();
  const auto item = r.bytes32(item_bytes_max);
  if (!r.ok() || !known || out.time < out.since) return Unexpected(malformed("head"));
  auto one = decode_item(item);
  if (!one || !record::open_envelope(one->jws)) return Unexpected(malformed("item"));
  out.item = std::move(*one);
  if (!read_receipts(r, out.receipts)) return Unexpected(malformed("receipts"));
  out.key = r.fixed<PublicKey>();
  out.signature = r.fixed<Signature>();
  if (!r.done()) return Unexpected(malformed("end"));
  return out;
}

}  // namespace stele::custody
