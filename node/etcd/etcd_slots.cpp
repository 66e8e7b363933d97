#include "node/etcd/etcd_slots.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/base/encoding.h"

namespace stele::etcd {
namespace {

using json::Kind;
using json::Value;
using ordering::Slot;

Error bad_answer() {
  return make_error("etcd_bad_answer", "Câu trả lời của etcd không đọc được.", "The answer of etcd can't be read.");
}

std::string b64(std::string_view text) {
  return base64(as_bytes(text));
}

/// The first key behind all that begin with this.
std::string end_of(std::string prefix) {
  ++prefix.back();
  return prefix;
}

Value absent(const std::string& key) {
  return Value::object({{"key", b64(key)}, {"target", "VERSION"}, {"result", "EQUAL"}, {"version", "0"}});
}
Value present(const std::string& key) {
  return Value::object({{"key", b64(key)}, {"target", "VERSION"}, {"result", "GREATER"}, {"version", "0"}});
}
/// At least one key that begins with this; over an empty range etcd compares with version 0.
Value some_present(const std::string& prefix) {
  return Value::object({{"key", b64(prefix)},
                        {"range_end", b64(end_of(prefix))},
                        {"target", "VERSION"},
                        {"result", "GREATER"},
                        {"version", "0"}});
}
Value put_request(const std::string& key, std::string value, std::uint64_t lease = 0) {
  auto put = Value::object({{"key", b64(key)}, {"value", std::move(value)}});
  if (lease != 0) put.set("lease", std::to_string(lease));
  return Value::object({{"request_put", std::move(put)}});
}
Value range_request(const std::string& key) {
  return Value::object({{"request_range", Value::object({{"key", b64(key)}})}});
}

bool succeeded(const Value& answer) {
  const auto* v = answer.find("succeeded");  // left out when it is false
  return v != nullptr && v->is(Kind::boolean) && v->boolean();
}

/// Key and value of each; none: this is no list of them.
std::optional<std::vector<std::pair<std::string, Bytes>>> pairs_of(const Value& range) {
  std::vector<std::pair<std::string, Bytes>> out;
  const auto* list = range.find("kvs");  // left out when it is empty
  if (list == nullptr) return out;
  if (!list->is(Kind::array)) return std::nullopt;
  for (const auto& item : list->items()) {
    if (!item.is(Kind::object)) return std::nullopt;
    const auto* key = item.find("key");
    const auto* value = item.find("value");  // left out when it is empty
    if (key == nullptr || !key->is(Kind::string) || (value != nullptr && !value->is(Kind::string))) return std::nullopt;
    auto k = unbase64(key->string());
    auto v = value == nullptr ? Bytes{} : unbase64(value->string());
    if (!k || !v) return std::nullopt;
    out.emplace_back(as_text(*k), std::move(*v));
  }
  return out;
}

/// What the only request of the branch that was taken read.
std::optional<std::vector<std::pair<std::string, Bytes>>> read_by(const Value& txn) {
  const auto* responses = txn.find("responses");
  if (responses == nullptr || !responses->is(Kind::array) || responses->items().size() != 1) return std::nullopt;
  const auto& first = responses->items().front();
  const auto* range = first.is(Kind::object) ? first.find("response_range") : nullptr;
  return range != nullptr && range->is(Kind::object) ? pairs_of(*range) : std::nullopt;
}

std::optional<std::uint64_t> hex(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

EtcdSlots::EtcdSlots(const std::string& net, std::unique_ptr<EtcdClient> client)
    : client_(std::move(client)), slots_(net + "/slots/"), leader_(net + "/leader") {}

Result<std::unique_ptr<EtcdSlots>> EtcdSlots::open(const std::string& net, EtcdOptions options) {
  STELE_TRY(auto client, EtcdClient::open(std::move(options)));
  return std::unique_ptr<EtcdSlots>(new EtcdSlots(net, std::move(client)));
}

/// Of fixed width, so that keys are ordered as slots are.
std::string EtcdSlots::key_of(const Slot& s) const {
  return fmt::format("{}{:016x}/{:016x}/{:08x}", slots_, s.epoch.value, s.height.value, s.attempt);
}

std::optional<Slot> EtcdSlots::slot_of(std::string_view key) const {
  if (!key.starts_with(slots_)) return std::nullopt;
  key.remove_prefix(slots_.size());
  if (key.size() != 16 + 1 + 16 + 1 + 8 || key[16] != '/' || key[33] != '/') return std::nullopt;
  const auto epoch = hex(key.substr(0, 16));
  const auto height = hex(key.substr(17, 16));
  const auto attempt = hex(key.substr(34));
  if (!epoch || !height || !attempt) return std::nullopt;
  return Slot{Epoch{*epoch}, Height{*height}, static_cast<std::uint32_t>(*attempt)};
}

Result<ordering::Slots::Put> EtcdSlots::put(const Slot& slot, ByteView block, bool begins_epoch) {
  const auto key = key_of(slot);
  auto compare = Value::array({absent(key)});
  if (slot.attempt > 0) {
    compare.push(present(key_of({slot.epoch, slot.height, slot.attempt - 1})));
  } else if (!begins_epoch) {
    auto before = key_of({slot.epoch, Height{slot.height.value - 1}, 0});
    before.resize(before.size() - 8);
    compare.push(some_present(before));
  }
  const auto answer =
      client_->call("/v3/kv/txn", Value::object({{"compare", std::move(compare)},
                                                 {"success", Value::array({put_request(key, base64(block))})},
                                                 {"failure", Value::array({range_request(key)})}}));
  if (!answer && answer.error().code == etcd_too_large) return Put::too_large;
  if (!answer) return Unexpected(answer.error());
  if (succeeded(*answer)) return Put::kept;
  const auto there = read_by(*answer);
  if (!there) return Unexpected(bad_answer());
  if (there->empty()) return Put::early;
  // An earlier try whose answer was lost did it.
  return as_text(there->front().second) == as_text(block) ? Put::kept : Put::taken;
}

Result<std::vector<ordering::Slots::Kept>> EtcdSlots::read(const Slot& from, std::size_t slots_max) {
  STELE_TRY(const auto answer, client_->call("/v3/kv/range", Value::object({{"key", b64(key_of(from))},
                                                                            {"range_end", b64(end_of(slots_))},
                                                                            {"limit", std::to_string(slots_max)}})));
  auto pairs = pairs_of(answer);
  if (!pairs) return Unexpected(bad_answer());
  std::vector<Kept> out;
  for (auto& [key, block] : *pairs) {
    if (const auto slot = slot_of(key)) out.push_back({*slot, std::move(block)});
  }
  return out;
}

Result<bool> EtcdSlots::renew() {
  STELE_TRY(const auto answer, client_->call("/v3/lease/keepalive", Value::object({{"ID", std::to_string(lease_)}})));
  const auto* result = answer.find("result");
  const auto ttl = result != nullptr && result->is(Kind::object) ? number_of(*result, "TTL") : std::nullopt;
  if (!ttl) return Unexpected(bad_answer());
  return *ttl > 0;
}

Result<bool> EtcdSlots::take_lead(std::uint16_t orderer) {
  if (lease_ == 0) {
    STELE_TRY(const auto granted, client_->call("/v3/lease/grant", Value::object({{"TTL", std::to_string(lease_s)}})));
    const auto id = number_of(granted, "ID");
    if (!id || *id == 0) return Unexpected(bad_answer());
    lease_ = *id;
  }
  const auto name = std::to_string(orderer);
  STELE_TRY(
      const auto answer,
      client_->call("/v3/kv/txn", Value::object({{"compare", Value::array({absent(leader_)})},
                                                 {"success", Value::array({put_request(leader_, b64(name), lease_)})},
                                                 {"failure", Value::array({range_request(leader_)})}})));
  if (succeeded(answer)) return true;
  const auto there = read_by(answer);
  if (!there) return Unexpected(bad_answer());
  return !there->empty() && as_text(there->front().second) == name;
}

Result<bool> EtcdSlots::lead(std::uint16_t orderer) {
  if (lease_ != 0) {
    STELE_TRY(const auto lives, renew());
    if (!lives) lease_ = 0;
  }
  return take_lead(orderer);
}

Result<void> EtcdSlots::forget(const Slot& before) {
  STELE_TRY(
      const auto answer,
      client_->call("/v3/kv/deleterange", Value::object({{"key", b64(slots_)}, {"range_end", b64(key_of(before))}})));
  const auto* header = answer.find("header");
  const auto revision = header != nullptr && header->is(Kind::object) ? number_of(*header, "revision") : std::nullopt;
  if (!revision) return Unexpected(bad_answer());
  // Never the newest one (etcd issue 17780). What is older than compacted already is refused, and need not be done.
  if (*revision < 2) return {};
  const auto compacted =
      client_->call("/v3/kv/compaction", Value::object({{"revision", std::to_string(*revision - 1)}}));
  if (!compacted && compacted.error().code != "etcd_refused") return Unexpected(compacted.error());
  return {};
}

}  // namespace stele::etcd
