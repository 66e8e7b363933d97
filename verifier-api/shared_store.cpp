#include "verifier-api/shared_store.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "ledger/store/rocks_store.h"

namespace stele::verifier {
namespace {

constexpr std::string_view form = "STLS\x01";
constexpr std::uint64_t day_s = 86'400, drop_pause_s = 60;
constexpr char entry_kind = 'E', blob_kind = 'B';
constexpr std::size_t entry_bytes = 16;  ///< expiry and size, big-endian

Error io_error(const rocksdb::Status& s) {
  return make_error("store_io", "Kho bản chia sẻ không đọc hoặc ghi được: " + s.ToString() + ".",
                    "The store of shared documents can't read or write: " + s.ToString() + ".");
}

std::string key_of(char kind, const Handle& h) {
  return kind + std::string(as_text(h.view()));
}

std::string entry_text(std::uint64_t expires, std::uint64_t bytes) {
  std::string out;
  for (const auto n : {expires, bytes}) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift & 0xff);
  }
  return out;
}

std::uint64_t number_at(std::string_view text, std::size_t at) {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n = n << 8U | static_cast<std::uint8_t>(text[at + i]);
  return n;
}

}  // namespace

Result<std::unique_ptr<SharedStore>> SharedStore::open(const SharedOptions& options) {
  std::unique_ptr<SharedStore> out(new SharedStore(options));
  rocksdb::Options o;
  o.create_if_missing = true;
  o.max_open_files = 64;
  rocksdb::DB* raw = nullptr;
  std::error_code ec;
  std::filesystem::create_directories(options.folder, ec);
  const auto s = rocksdb::DB::Open(o, options.folder.string(), &raw);
  if (!s.ok()) return Unexpected(io_error(s));
  out->db_.reset(raw);
  STELE_CHECK(out->load());
  return out;
}

SharedStore::SharedStore(SharedOptions options) : options_(std::move(options)) {}
SharedStore::~SharedStore() = default;

Result<void> SharedStore::load() {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  for (it->Seek(std::string(1, entry_kind)); it->Valid() && it->key()[0] == entry_kind; it->Next()) {
    const auto handle = Handle::from(as_bytes({it->key().data() + 1, it->key().size() - 1}));
    const std::string_view value(it->value().data(), it->value().size());
    if (!handle || value.size() != entry_bytes) {
      return Unexpected(
          make_error("store_damaged", "Kho bản chia sẻ bị hỏng.", "The store of shared documents is damaged."));
    }
    const Entry e{{number_at(value, 0)}, number_at(value, entry_bytes / 2)};
    entries_.emplace(*handle, e);
    bytes_ += e.bytes;
  }
  if (!it->status().ok()) return Unexpected(io_error(it->status()));
  return {};
}

Result<void> SharedStore::drop_expired(UnixSeconds now) {
  if (now.value < dropped_.value + drop_pause_s) return {};
  dropped_ = now;
  rocksdb::WriteBatch batch;
  std::vector<Handle> gone;
  for (const auto& [handle, e] : entries_) {
    if (e.expires > now) continue;
    (void)batch.Delete(key_of(entry_kind, handle));
    (void)batch.Delete(key_of(blob_kind, handle));
    gone.push_back(handle);
  }
  if (gone.empty()) return {};
  if (const auto s = db_->Write({}, &batch); !s.ok()) return Unexpected(io_error(s));
  for (const auto& h : gone) {
    bytes_ -= entries_.at(h).bytes;
    entries_.erase(h);
  }
  return {};
}

Result<SharedStore::Kept> SharedStore::put(const Handle& handle, std::string_view blob, UnixSeconds now,
                                           std::uint64_t days) {
  if (blob.size() < shared_bytes_min || blob.size() > shared_bytes_max || !blob.starts_with(form)) {
    return Unexpected(make_error("shared_form", "Đây không phải bản mã hóa của một tài liệu chia sẻ.",
                                 "This is not the ciphertext of a shared document."));
  }
  const std::lock_guard lock(mutex_);
  STELE_CHECK(drop_expired(now));
  if (const auto it = entries_.find(handle); it != entries_.end() && it->second.expires > now) {
    std::string held;
    if (const auto s = db_->Get({}, key_of(blob_kind, handle), &held); !s.ok()) return Unexpected(io_error(s));
    if (held == blob) return Kept{it->second.expires, false};
    return Unexpected(make_error("shared_exists", "Mã chia sẻ này đã dùng cho một tài liệu khác; hãy tạo mã mới.",
                                 "This handle holds another document; make a new one."));
  }
  const auto free = store::free_space_of(options_.folder);
  if (bytes_ + blob.size() > options_.bytes_max || !free || *free < options_.free_space_floor_bytes) {
    return Unexpected(make_error("shared_full", "Kho bản chia sẻ đã đầy; hãy thử lại sau.",
                                 "The store of shared documents is full; try again later."));
  }
  const UnixSeconds expires{now.value + days * day_s};
  rocksdb::WriteBatch batch;
  (void)batch.Put(key_of(entry_kind, handle), entry_text(expires.value, blob.size()));
  (void)batch.Put(key_of(blob_kind, handle), rocksdb::Slice(blob.data(), blob.size()));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto s = db_->Write(synced, &batch); !s.ok()) return Unexpected(io_error(s));
  auto& entry = entries_[handle];  // one that expired is replaced
  bytes_ += blob.size() - entry.bytes;
  entry = {expires, blob.size()};
  return Kept{expires, true};
}

Result<std::optional<std::string>> SharedStore::get(const Handle& handle, UnixSeconds now) const {
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(handle);
  if (it == entries_.end() || it->second.expires <= now) return std::optional<std::string>{};
  std::string out;
  if (const auto s = db_->Get({}, key_of(blob_kind, handle), &out); !s.ok()) return Unexpected(io_error(s));
  return std::optional(std::move(out));
}

std::uint64_t SharedStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace stele::verifier
