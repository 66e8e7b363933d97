#include "node/vault/vault.h"

#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <sys/statvfs.h>

#include "ledger/base/hash.h"
#include "node/vault/vault_impl.h"
#include "signer/random.h"

namespace stele::vault {
namespace {

constexpr std::string_view format = "stele-vault 1";
constexpr std::uint32_t slots_per_list = 1'048'576;
constexpr std::uint64_t slots_used_max = slots_per_list / 2;  // then the next list: random slots stay quick to find

}  // namespace

// ---- plain and sealed values ----

Result<std::optional<std::string>> Vault::Impl::get(ByteView place) const {
  std::string out;
  const auto s = db->Get({}, slice(place), &out);
  if (s.IsNotFound()) return std::optional<std::string>{};
  if (!s.ok()) return Unexpected(io_error(s));
  return std::optional(std::move(out));
}

Result<std::optional<Bytes>> Vault::Impl::get_sealed(ByteView place) const {
  STELE_TRY(const auto stored, get(place));
  if (!stored) return std::optional<Bytes>{};
  STELE_TRY(auto plain, open_object(keys, place, as_bytes(*stored)));
  return std::optional(std::move(plain));
}

void Vault::Impl::put(rocksdb::WriteBatch& batch, ByteView place, ByteView value) {
  (void)batch.Put(slice(place), slice(value));
}

void Vault::Impl::put_sealed(rocksdb::WriteBatch& batch, ByteView place, ByteView plain) const {
  put(batch, place, seal_object(keys, place, plain));
}

Result<void> Vault::Impl::write(rocksdb::WriteBatch& batch, bool sync) const {
  if (batch.Count() == 0) return {};
  STELE_CHECK(space());
  rocksdb::WriteOptions w;
  w.sync = sync;
  const auto s = db->Write(w, &batch);
  if (!s.ok()) return Unexpected(io_error(s));
  return {};
}

Result<void> Vault::Impl::space() const {
  struct statvfs st {};
  if (::statvfs(options.folder.c_str(), &st) == 0 && st.f_bavail * st.f_frsize >= options.free_space_floor_bytes)
    return {};
  return Unexpected(make_error("space_floor", "Ổ đĩa của kho dữ liệu sắp đầy; đã ngừng ghi. Hãy giải phóng chỗ trống.",
                               "The vault's disk is nearly full; writing has stopped. Free some space."));
}

Digest Vault::Impl::name_in_index(std::string_view kind, std::string_view text) const {
  return hmac_sha256(index_key.view(), {as_bytes(kind), as_bytes(std::string_view("\0", 1)), as_bytes(text)});
}

void Vault::Impl::make_decoy() {
  const auto salt = signer::random_fixed<FixedBytes<struct DecoySaltTag, 16>>();
  const auto text = record::encode_disclosure(salt.view(), "birth_date", json::Value("0001-01-01"));
  decoy = seal_object(keys, as_bytes(decoy_place), as_bytes(text));
}

// ---- opening ----

Result<void> Vault::Impl::open_db() {
  rocksdb::Options o;
  o.create_if_missing = true;
  o.max_open_files = 256;
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::DB* raw = nullptr;
  const auto s = rocksdb::DB::Open(o, options.folder.string(), &raw);
  if (!s.ok()) return Unexpected(io_error(s));
  db.reset(raw);
  const std::string mine = std::string(format) + " " + options.net;
  STELE_TRY(const auto stored, get(as_bytes(format_place)));
  if (!stored) return first_time(mine);
  if (*stored != mine) {
    return Unexpected(make_error("vault_other", "Kho dữ liệu này thuộc mạng khác hoặc phiên bản khác; không mở.",
                                 "This vault belongs to another network or version; it is not opened."));
  }
  STELE_TRY(const auto index, get_sealed(as_bytes(index_place)));
  const auto key = index ? Digest::from(*index) : std::nullopt;
  if (!key) return Unexpected(damaged());
  index_key = *key;
  return resume();
}

Result<void> Vault::Impl::first_time(const std::string& mine) {
  index_key = signer::random_fixed<Digest>();
  rocksdb::WriteBatch batch;
  put(batch, as_bytes(format_place), as_bytes(mine));
  put_sealed(batch, as_bytes(index_place), index_key.view());
  return write(batch, true);
}

Result<void> Vault::Impl::resume() {
  STELE_TRY(const auto stored, get(as_bytes(list_place)));
  if (stored) {
    log::Reader r(as_bytes(*stored));
    list = r.u64();
    used_in_list = r.u64();
    if (!r.done()) return Unexpected(damaged());
  }
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  const auto end = Place('B').bytes();  // the log's keys are the last that begin with 'A'
  it->SeekForPrev(slice(end));
  if (it->Valid() && it->key().size() == 9 && it->key()[0] == 'A') {
    log::Reader r(as_bytes({it->key().data() + 1, 8}));
    log_next = r.u64() + 1;
    log_head = sha256(as_bytes({it->value().data(), it->value().size()}));
  }
  return {};
}

Vault::Vault() = default;
Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::open(Options options, signer::SigningKey ack_key) {
  STELE_TRY(auto keys, WrappingKeys::open(options.wrapping_keys, "0000-first"));
  std::unique_ptr<Vault> out(new Vault());
  out->impl_ = std::make_unique<Impl>(std::move(options), std::move(ack_key), std::move(keys));
  auto& m = *out->impl_;
  STELE_CHECK(m.open_db());
  m.make_decoy();
  return out;
}

// ---- the access log ----

Vault::Impl::LogPoint Vault::Impl::log_line(rocksdb::WriteBatch& batch, const Reader& reader, std::string_view what,
                                            ByteView id) {
  const LogPoint before{log_next, log_head};
  log::Writer w;
  w.raw(log_head.view());
  w.raw(signer::random_fixed<FixedBytes<struct LogSaltTag, 16>>().view());
  w.bytes16(as_bytes(reader.person));
  w.bytes16(as_bytes(reader.why));
  w.bytes16(as_bytes(what));
  w.raw(id);
  put(batch, log_place(log_next), w.bytes());
  ++log_next;
  log_head = sha256(w.bytes());
  return before;
}

Result<void> Vault::Impl::write_logged(rocksdb::WriteBatch& batch, const LogPoint& before, bool sync) {
  auto ok = write(batch, sync);
  if (!ok) log_next = before.next, log_head = before.head;
  return ok;
}

Result<void> Vault::Impl::log_read(const Reader& reader, std::string_view what, const RecordId& id) {
  rocksdb::WriteBatch batch;
  const auto before = log_line(batch, reader, what, id.view());
  return write_logged(batch, before, false);
}

// ---- status slots, pick-up codes, wrapping keys ----

Result<std::vector<std::pair<std::uint64_t, std::uint32_t>>> Vault::reserve_status_slots(std::size_t count) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> out;
  std::set<Bytes> now;
  rocksdb::WriteBatch batch;
  while (out.size() < count) {
    if (m.used_in_list >= slots_used_max) {
      ++m.list;
      m.used_in_list = 0;
    }
    const auto idx = static_cast<std::uint32_t>(signer::random_below(slots_per_list));
    const auto place = slot_place(m.list, idx);
    STELE_TRY(const auto taken, m.get(place));
    if (taken || !now.insert(place).second) continue;
    Impl::put(batch, place, {});
    out.emplace_back(m.list, idx);
    ++m.used_in_list;
  }
  log::Writer w;
  w.u64(m.list);
  w.u64(m.used_in_list);
  Impl::put(batch, as_bytes(list_place), w.bytes());
  STELE_CHECK(m.write(batch, true));
  return out;
}

Result<std::optional<RecordId>> Vault::pickup(const Digest& code) {
  const std::lock_guard lock(impl_->mutex);
  STELE_TRY(const auto stored, impl_->get(pickup_place(code)));
  return stored ? RecordId::from(as_bytes(*stored)) : std::optional<RecordId>{};
}

Result<void> Vault::pickup_done(const Digest& code) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  (void)batch.Delete(slice(pickup_place(code)));
  return m.write(batch, true);
}

Result<void> Vault::pickup_replace(const RecordId& id, const Digest& code) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  STELE_TRY(const auto old, m.get(pickup_of_place(id)));
  if (const auto d = old ? Digest::from(as_bytes(*old)) : std::nullopt) (void)batch.Delete(slice(pickup_place(*d)));
  Impl::put(batch, pickup_place(code), id.view());
  Impl::put(batch, pickup_of_place(id), code.view());
  return m.write(batch, true);
}

Result<void> Vault::rotate_wrapping_key(std::string_view name) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.keys.add(std::string(name)));
  m.make_decoy();
  constexpr std::string_view sealed_kinds = "RCBPI";
  constexpr std::size_t batch_max = 1000;
  rocksdb::WriteBatch batch;
  std::size_t lost = 0;
  const std::unique_ptr<rocksdb::Iterator> it(m.db->NewIterator({}));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (sealed_kinds.find(it->key()[0]) == std::string_view::npos) continue;
    const auto place = as_bytes({it->key().data(), it->key().size()});
    const auto again = rewrap_object(m.keys, place, as_bytes({it->value().data(), it->value().size()}));
    if (!again) {  // damaged: the others need the new key all the same
      ++lost;
      continue;
    }
    Impl::put(batch, place, *again);
    if (batch.Count() < batch_max) continue;
    STELE_CHECK(m.write(batch, true));
    batch.Clear();
  }
  if (!it->status().ok()) return Unexpected(io_error(it->status()));
  STELE_CHECK(m.write(batch, true));
  if (lost == 0) return m.keys.destroy_old();
  const auto n = std::to_string(lost);
  return Unexpected(make_error("vault_damaged",
                               "Đã bọc lại dữ liệu bằng khóa mới, trừ " + n +
                                   " mục bị hỏng; vì vậy khóa cũ được giữ lại. Hãy khôi phục các mục đó từ bản sao "
                                   "lưu rồi đổi khóa lần nữa.",
                               "Everything is under the new key but " + n +
                                   " damaged objects; the old key is kept for their sake. Restore them from a backup, "
                                   "then rotate again."));
}

}  // namespace stele::vault
