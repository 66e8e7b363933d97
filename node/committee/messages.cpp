#include "node/committee/messages.h"

#include <fmt/format.h>

#include "ledger/base/hash.h"
#include "ledger/log/wire.h"

namespace stele::committee {
namespace {

using log::Reader;
using log::Writer;

enum class Kind : std::uint8_t { vote = 1, statement = 2, recovery = 3, slot = 4, void_slot = 5, complaint = 6 };

Error malformed(std::string_view what) {
  return make_error("messages_malformed", fmt::format("Tin nhắn giữa các nút sai dạng ({}).", what),
                    fmt::format("Messages between nodes are malformed ({}).", what));
}

void write_slot(Writer& w, const Slot& s) {
  w.u64(s.epoch.value);
  w.u64(s.height.value);
  w.u32(s.attempt);
}
Slot read_slot(Reader& r) {
  Slot out;
  out.epoch.value = r.u64();
  out.height.value = r.u64();
  out.attempt = r.u32();
  return out;
}

struct Encoder {
  Writer w;
  Kind operator()(const log::SignedVote& v) {
    w.raw(log::encode(v));
    return Kind::vote;
  }
  Kind operator()(const StatementMessage& m) {
    w.bytes16(log::encode(m.statement));
    w.bytes32(m.highest_qc ? log::encode(*m.highest_qc) : Bytes{});
    return Kind::statement;
  }
  Kind operator()(const log::Recovery& r) {
    w.raw(log::encode(r));
    return Kind::recovery;
  }
  Kind operator()(const SlotMessage& m) {
    write_slot(w, m.slot);
    w.raw(m.block);
    return Kind::slot;
  }
  Kind operator()(const VoidSlot& m) {
    write_slot(w, m.slot);
    w.u16(m.orderer);
    w.raw(m.signature.view());
    return Kind::void_slot;
  }
  Kind operator()(const custody::Complaint& c) {
    w.raw(custody::encode(c));
    return Kind::complaint;
  }
};

template <class T>
Result<Message> message_of(Result<T, Rejection> decoded) {
  if (!decoded) return Unexpected(malformed(code_name(decoded.error().code)));
  return Message(std::move(*decoded));
}

Result<Message> read_statement(ByteView body) {
  Reader r(body);
  const auto statement = r.bytes16(body.size());
  const auto qc_bytes = r.bytes32(log::qc_bytes_max);
  if (!r.done()) return Unexpected(malformed("statement"));
  auto s = log::decode_epoch_statement(statement);
  if (!s) return Unexpected(malformed(code_name(s.error().code)));
  StatementMessage out{std::move(*s), std::nullopt};
  if (qc_bytes.empty()) return Message(std::move(out));
  auto qc = log::decode_qc(qc_bytes);
  if (!qc) return Unexpected(malformed(code_name(qc.error().code)));
  out.highest_qc = std::move(*qc);
  return Message(std::move(out));
}

Result<Message> read_slot_message(ByteView body) {
  constexpr std::size_t head = 8 + 8 + 4;
  Reader r(body);
  const auto slot = read_slot(r);
  if (!r.ok() || body.size() == head || body.size() > message_body_max) return Unexpected(malformed("slot"));
  const auto block = r.raw(body.size() - head);
  return Message(SlotMessage{slot, {block.begin(), block.end()}});
}

Result<Message> read_void_slot(ByteView body) {
  Reader r(body);
  VoidSlot out;
  out.slot = read_slot(r);
  out.orderer = r.u16();
  out.signature = r.fixed<Signature>();
  if (!r.done()) return Unexpected(malformed("void slot"));
  return Message(out);
}

Result<Message> read_complaint(ByteView body) {
  auto c = custody::decode_complaint(body);
  if (!c) return Unexpected(malformed(c.error().code));
  return Message(std::move(*c));
}

bool is_known(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(Kind::vote) && kind <= static_cast<std::uint8_t>(Kind::complaint);
}

Result<Message> read_message(std::uint8_t kind, ByteView body) {
  switch (static_cast<Kind>(kind)) {
    case Kind::vote:
      return message_of(log::decode_signed_vote(body));
    case Kind::statement:
      return read_statement(body);
    case Kind::recovery:
      return message_of(log::decode_recovery(body));
    case Kind::slot:
      return read_slot_message(body);
    case Kind::void_slot:
      return read_void_slot(body);
    case Kind::complaint:
      return read_complaint(body);
  }
  return Unexpected(malformed("kind"));
}

}  // namespace

Digest void_slot_digest(std::string_view net, const Slot& slot, std::uint16_t orderer) {
  Writer w;
  w.raw(as_bytes(net));
  w.u8(0);
  write_slot(w, slot);
  w.u16(orderer);
  return tagged_hash("stele/v1/void-slot", w.bytes());
}

Bytes encode(const Message& m) {
  Encoder e;
  const auto kind = std::visit(e, m);
  Writer w;
  w.reserve(message_head_bytes + e.w.bytes().size());
  w.u8(static_cast<std::uint8_t>(kind));
  w.bytes32(e.w.bytes());
  return std::move(w).take();
}

Result<std::vector<Received>> decode_messages(ByteView in) {
  if (in.size() > messages_bytes_max) return Unexpected(malformed("length"));
  std::vector<Received> out;
  for (std::size_t count = 0; !in.empty(); ++count) {
    if (count == messages_max) {
      return Unexpected(make_error("messages_too_many", fmt::format("Quá {} tin nhắn trong một lần gửi.", messages_max),
                                   fmt::format("More than {} messages at once.", messages_max)));
    }
    Reader r(in);
    const auto kind = r.u8();
    const auto body = r.bytes32(message_body_max);
    if (!r.ok()) return Unexpected(malformed("length"));
    const auto whole = in.first(message_head_bytes + body.size());
    in = in.subspan(whole.size());
    if (!is_known(kind)) continue;
    STELE_TRY(auto message, read_message(kind, body));
    out.push_back({std::move(message), {whole.begin(), whole.end()}, sha256(whole)});
  }
  return out;
}

Bytes encode(const FeedPage& p) {
  Writer w;
  w.reserve(4 + 1 + 16 + 8 + p.messages.size());
  w.raw(as_bytes("STLF"));
  w.u8(1);
  w.raw(p.feed);
  w.u64(p.next);
  w.raw(p.messages);
  return std::move(w).take();
}

Result<FeedPage> decode_feed_page(ByteView in) {
  Reader r(in);
  r.expect("STLF");
  const bool known = r.u8() == 1;
  FeedPage out;
  const auto feed = r.raw(out.feed.size());
  out.next = r.u64();
  if (!r.ok() || !known || in.size() > feed_page_bytes_max) return Unexpected(malformed("feed"));
  std::copy(feed.begin(), feed.end(), out.feed.begin());
  const auto messages = in.subspan(4 + 1 + 16 + 8);
  out.messages.assign(messages.begin(), messages.end());
  return out;
}

}  // namespace stele::committee
