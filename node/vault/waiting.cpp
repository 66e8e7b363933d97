// What becomes of payloads whose record is not on the ledger yet.
#include "ledger/record/decode.h"
#include "node/vault/vault_impl.h"

namespace stele::vault {
namespace {

constexpr std::uint64_t day_s = 86'400;

/// One that waits: the time of its `after`, and the record itself, so that what is held of it can be found.
struct Waiting {
  UnixSeconds after;
  ByteView jws;
};

std::optional<Waiting> read_waiting(ByteView value) {
  log::Reader r(value);
  Waiting out;
  out.after = UnixSeconds{r.u64()};
  out.jws = r.bytes32(record::jws_bytes_max_any);
  return r.done() ? std::optional(out) : std::nullopt;
}

ByteView view_of(const rocksdb::Slice& s) {
  return as_bytes(std::string_view(s.data(), s.size()));
}

}  // namespace

void Vault::Impl::put_waiting(rocksdb::WriteBatch& batch, const Submission& sub, const registry::State& state) {
  const auto after = state.recent.find(sub.record->common.after);
  log::Writer w;
  w.u64(after == state.recent.end() ? 0 : after->second.value);
  w.bytes32(as_bytes(sub.jws));
  put(batch, waiting_place(sub.record->id), w.bytes());
}

void Vault::arrived(std::span<const RecordId> ids) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& id : ids) impl_->flights.end(id);
}

Result<void> Vault::not_taken(std::span<const record::Record> records, const LedgerView& view) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  for (const auto& r : records) {
    m.flights.end(r.id);
    if (view.state->find(r.id) != nullptr || m.flights.flying(r.id, *view.state)) continue;
    STELE_CHECK(m.erase(batch, r));
  }
  return m.write(batch, false);
}

Result<void> Vault::Impl::settle_waiting(rocksdb::WriteBatch& batch, const RecordId& id, ByteView value,
                                         const registry::State& state, const Settled& final) {
  if (const auto* info = state.find(id); info != nullptr) {
    // In a block that is not final it may be given up yet.
    if (info->index.value < final.size) (void)batch.Delete(slice(waiting_place(id)));
    return {};
  }
  const auto w = read_waiting(value);
  if (!w) return Unexpected(damaged());
  if (final.time.value <= w->after.value + state.limits().after_days * day_s || flights.flying(id, state)) return {};
  const auto r = record::decode(as_text(w->jws));
  return r ? erase(batch, *r) : Unexpected(damaged());
}

Result<bool> Vault::sweep(const LedgerView& view, UnixSeconds final_time, std::uint64_t final_size) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  const auto kind = Place('W').bytes();
  std::size_t seen = 0;
  std::optional<RecordId> next;
  std::optional<Error> fault;
  const std::unique_ptr<rocksdb::Iterator> it(m.db->NewIterator({}));
  for (it->Seek(slice(waiting_place(m.swept))); it->Valid() && it->key().starts_with(slice(kind)); it->Next()) {
    const auto id = RecordId::from(view_of(it->key()).subspan(kind.size()));
    if (!id) continue;  // no key of ours
    if (seen++ == sweep_max) {
      next = id;
      break;
    }
    rocksdb::WriteBatch batch;
    auto done = m.settle_waiting(batch, *id, view_of(it->value()), *view.state, {final_time, final_size});
    if (done) done = m.write(batch, false);
    if (!done && !fault) fault = done.error();
  }
  if (!it->status().ok()) return Unexpected(io_error(it->status()));
  m.swept = next.value_or(RecordId{});
  if (fault && !next) return Unexpected(*fault);
  return next.has_value();
}

}  // namespace stele::vault
