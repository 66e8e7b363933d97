#include "ledger/store/rocks_store.h"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <shared_mutex>

#include "ledger/store/big_endian.h"
#include "ledger/store/commit_rules.h"
#include "ledger/store/store_error.h"
#include "ledger/store/sync_folder.h"

namespace stele::store {
namespace {

namespace fs = std::filesystem;

// ---- The form on disk, version 2 --------------------------------------------------------------------------------
// default: "format" -> number, "net" -> text
// records: index    -> height, JWS as received     (so that a record says by itself which block it belongs to)
// blocks:  height   -> header hash, first, count, header
// metas:   height   -> meta
// Numbers are 8 bytes, big-endian. Keys rise as the ledger grows: twice as fast as hashed ones, and a hole shows.
// Version 1 had a table of ids beside these, which nothing asked (ADR 0016).

enum Table : std::size_t { settings_table, records_table, blocks_table, metas_table, table_count };
constexpr std::array<const char*, table_count> table_names = {"default", "records", "blocks", "metas"};
constexpr std::string_view format_key = "format";
constexpr std::string_view net_key = "net";
constexpr std::size_t info_head_bytes = HeaderHash::size_bytes + 16;

// ---- Sizes ------------------------------------------------------------------------------------------------------
// What may still be written after the last commit: write buffers up to the log's bound, and one compaction.
constexpr std::uint64_t write_buffer_bytes = 64ULL << 20;
constexpr std::uint64_t log_bytes_max = 256ULL << 20;
constexpr std::uint64_t compaction_bytes_max = 256ULL << 20;
constexpr std::uint64_t level_base_bytes = 128ULL << 20;
constexpr std::uint64_t block_cache_bytes = 64ULL << 20;
constexpr int open_files_max = 512;  // below what a service may open by default
/// A commit of so much, as copies of a ledger are, is written as tables at once instead of to log and write buffers.
constexpr std::uint64_t ingest_bytes_min = 4ULL << 20;
constexpr const char* ingest_folder = "incoming";
static_assert(log_bytes_max + compaction_bytes_max + level_base_bytes + 4 * write_buffer_bytes <=
              free_space_floor_default);

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}
rocksdb::Slice slice(ByteView bytes) {
  return slice(as_text(bytes));
}
std::string_view view(const rocksdb::Slice& s) {
  return {s.data(), s.size()};
}

// ---- Errors -----------------------------------------------------------------------------------------------------

Where at(const fs::path& path) {
  return {path.string(), {}, 0, {}, {}};
}

Error damaged(const fs::path& path, std::string_view what) {
  return make_error("store_damaged",
                    fmt::format("Kho dữ liệu bị hỏng ({}). Hãy chạy `stele-node fsck`; nếu không sửa được, tải lại các "
                                "khối từ nút khác vào một thư mục mới.",
                                what),
                    fmt::format("The store is damaged ({}). Run `stele-node fsck`; if that can't mend it, fetch the "
                                "blocks from another node into a new folder.",
                                what),
                    at(path));
}

Error failed(const fs::path& path, const rocksdb::Status& status) {
  if (status.IsCorruption()) return damaged(path, status.ToString());
  return make_error("store_io",
                    fmt::format("Lỗi đọc ghi kho dữ liệu: {}. Chưa rõ lần ghi đã xong hay chưa. Hãy kiểm tra đĩa rồi "
                                "khởi động lại nút.",
                                status.ToString()),
                    fmt::format("The store could not be read or written: {}. Whether a write took effect is unknown. "
                                "Check the disk, then restart the node.",
                                status.ToString()),
                    at(path));
}

Error absent(const fs::path& path) {
  return make_error("store_absent", "Không có kho dữ liệu ở đây. Hãy kiểm tra đường dẫn, hoặc tạo kho mới.",
                    "There is no store here. Check the path, or create a new store.", at(path));
}

Error locked(const fs::path& path) {
  return make_error("store_locked", "Một chương trình khác đang mở kho này để ghi. Hãy dừng nó, hoặc mở chỉ để đọc.",
                    "Another program has this store open for writing. Stop it, or open the store read-only.", at(path));
}

Error opening_failed(const fs::path& path, const rocksdb::Status& status) {
  const auto text = status.ToString();
  const bool lock = text.find("While lock file") != std::string::npos ||
                    text.find("lock hold by current process") != std::string::npos;
  return lock ? locked(path) : failed(path, status);
}

Error version_unknown(const fs::path& path, std::uint64_t found) {
  return make_error(
      "store_version_unknown",
      fmt::format(
          "Kho dữ liệu có phiên bản {}; chương trình này chỉ đọc phiên bản {}. Không có gì bị thay đổi. Hãy dùng "
          "bản chương trình đã ghi kho, hoặc tải lại các khối từ nút khác vào một thư mục mới.",
          found, store_format),
      fmt::format("The store has version {}; this program reads version {}. Nothing was changed. Use the release that "
                  "wrote it, or fetch the blocks from another node into a new folder.",
                  found, store_format),
      at(path));
}

Error other_net(const fs::path& path, std::string_view found, std::string_view wanted) {
  return make_error(
      "store_net_mismatch",
      fmt::format("Kho này thuộc mạng \"{}\", không phải \"{}\". Hãy kiểm tra đường dẫn trong tệp cấu hình.", found,
                  wanted),
      fmt::format("This store belongs to the network \"{}\", not \"{}\". Check the path in the configuration.", found,
                  wanted),
      at(path));
}

Error space_floor(const fs::path& path, std::uint64_t free, std::uint64_t needed) {
  return make_error(
      "space_floor",
      fmt::format("Đĩa chỉ còn trống {} MiB, cần {} MiB nên tạm dừng ghi; việc đọc vẫn tiếp tục. Hãy giải phóng đĩa.",
                  free >> 20, needed >> 20),
      fmt::format("Only {} MiB are free on the disk and {} MiB are needed, so writing has stopped; reading goes on. "
                  "Free some space.",
                  free >> 20, needed >> 20),
      at(path));
}

Error read_only_error(const fs::path& path) {
  return make_error("store_read_only", "Kho được mở chỉ để đọc nên không ghi được.",
                    "The store is open read-only, so nothing can be written.", at(path));
}

Error failed_before(const fs::path& path) {
  return make_error(
      "store_failed",
      "Một lần ghi trước đã lỗi nên kho không nhận thêm. Hãy khởi động lại nút để kiểm tra phần cuối kho.",
      "An earlier write failed, so the store takes no more. Restart the node, so that its end is checked.", at(path));
}

Result<void> check_space(const fs::path& path, const Options& options, std::uint64_t coming) {
  STELE_TRY(const std::uint64_t free, options.free_space(path));
  const std::uint64_t needed = options.free_space_floor_bytes + coming;
  if (free < needed) return Unexpected(space_floor(path, free, needed));
  return {};
}

// ---- RocksDB's options ------------------------------------------------------------------------------------------

/// Gives the log its final size when it is made. By default RocksDB reserves the space but lets the size grow, and
/// every sync then has metadata to write: 0.20 ms against 0.15 ms for one small block (measured). The rest of the log
/// reads as zeros, which recovery takes for its end.
class LogSizedInAdvance final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "LogSizedInAdvance"; }
  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& file,
                                           const rocksdb::DBOptions& db) const override {
    auto out = FileSystemWrapper::OptimizeForLogWrite(file, db);
    out.fallocate_with_keep_size = false;
    return out;
  }
};

/// LZ4 before zstd: a ledger of school records takes 81 % of its bytes instead of 58 %, and a twentieth of all the time
/// in which another node copies it goes into zstd (measured).
rocksdb::CompressionType best_compression() {
  const auto have = rocksdb::GetSupportedCompressions();
  for (const auto type : {rocksdb::kLZ4Compression, rocksdb::kZSTD, rocksdb::kSnappyCompression})
    if (std::find(have.begin(), have.end(), type) != have.end()) return type;
  return rocksdb::kNoCompression;
}

rocksdb::DBOptions database_options(rocksdb::Env* env, bool create) {
  rocksdb::DBOptions o;
  o.env = env;
  o.create_if_missing = create;
  o.create_missing_column_families = create;
  // Recovery modes. kAbsoluteConsistency refuses a log that ends in the middle of a write, as every power cut leaves
  // it. kTolerateCorruptedTailRecords takes that, but refuses a last write whose pages reached the disk out of order.
  // Both cost a node its start after an ordinary power cut, and neither sees a log that is cut on a boundary or gone.
  // So: keep what is sound up to the first fault. The tables stay at one common point (atomic flush), a loss is a
  // missing end and never a hole, and the head file tells of it. (Tables that are taken in as a whole come after a
  // flush of all that only the log has.)
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  o.atomic_flush = true;
  // What recovery finds in the log may be in the page cache only (kill -9 between write and sync). It is written to
  // synced tables before the store opens; a repeated commit may rely on it.
  o.avoid_flush_during_recovery = false;
  o.max_total_wal_size = log_bytes_max;
  o.allow_mmap_reads = true;  // +18 % on reads (measured)
  o.paranoid_checks = true;
  o.max_background_jobs = 2;
  o.max_open_files = open_files_max;
  o.keep_log_file_num = 4;
  o.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  return o;
}

rocksdb::ColumnFamilyOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = 16 * 1024;
  rocksdb::ColumnFamilyOptions o;
  o.write_buffer_size = write_buffer_bytes;
  o.max_compaction_bytes = compaction_bytes_max;
  o.max_bytes_for_level_base = level_base_bytes;
  o.compression = best_compression();
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return o;
}

rocksdb::ReadOptions walk_options() {
  rocksdb::ReadOptions o;
  o.fill_cache = false;
  return o;
}

// ---- Values -----------------------------------------------------------------------------------------------------

std::string encode_info(const BlockRow& row) {
  std::string out;
  out.reserve(info_head_bytes + row.header.size());
  out += as_text(row.header_hash.view());
  out += text_of(key64(row.first.value));
  out += text_of(key64(row.records.size()));
  out += row.header;
  return out;
}

std::optional<BlockInfo> decode_info(std::uint64_t height, std::string_view value) {
  if (value.size() < info_head_bytes) return std::nullopt;
  BlockInfo out;
  out.height.value = height;
  out.header_hash = *HeaderHash::from(as_bytes(value.substr(0, HeaderHash::size_bytes)));
  out.first.value = number64(value.substr(HeaderHash::size_bytes));
  out.count = number64(value.substr(HeaderHash::size_bytes + 8));
  out.header = value.substr(info_head_bytes);
  if (out.first.value > log_records_max || out.count > records_per_block_max) return std::nullopt;
  return out;
}

struct Database {
  std::unique_ptr<rocksdb::Env> env;  // outlives the rest
  std::vector<rocksdb::ColumnFamilyHandle*> tables;
  std::unique_ptr<rocksdb::DB> db;

  Database() = default;
  Database(Database&& other) noexcept = default;
  Database& operator=(Database&&) = delete;
  ~Database() {
    if (!db) return;
    for (auto* table : tables) (void)db->DestroyColumnFamilyHandle(table);
    (void)db->Close();
  }
};

class RocksStore final : public Store {
 public:
  RocksStore(fs::path path, Options options, Database database)
      : path_(std::move(path)), options_(std::move(options)), base_(std::move(database)) {}

  /// Reads the tip.
  Result<void> start();

  Result<void> commit(std::span<const BlockRow> rows) override;
  Result<void> replace_tail(Height keep, std::span<const BlockRow> rows) override;
  std::optional<Tip> tip() const override;
  Result<std::optional<BlockInfo>> row(Height) const override;
  Result<std::optional<Bytes>> meta(Height) const override;
  Result<std::optional<std::string>> record(RecordIndex) const override;
  Result<std::optional<Height>> height_of(RecordIndex) const override;
  Result<std::vector<std::string>> records(RecordIndex first, std::uint64_t count) const override;
  Result<void> for_each_row(Height from, const RowVisitor&) const override;
  Result<void> for_each_record(RecordIndex from, const RecordVisitor&) const override;

 private:
  using Pinned = rocksdb::PinnableSlice;
  using Pair = std::function<Result<Walk>(std::string_view key, std::string_view value)>;

  Result<bool> get(Table, std::string_view key, Pinned&) const;  // false: not there
  Result<bool> get_record(RecordIndex, Pinned&) const;
  Result<void> walk(Table, std::string_view from, const Pair&) const;
  Result<void> may_write() const;
  Result<void> write(rocksdb::WriteBatch&);
  Result<void> ingest(std::span<const BlockRow* const>);
  rocksdb::Status write_tables(const fs::path& folder, std::span<const BlockRow* const>,
                               std::vector<rocksdb::IngestExternalFileArg>&) const;
  Result<void> done(const rocksdb::Status&);
  void add(rocksdb::WriteBatch&, const BlockRow&) const;
  void raise_tip(const BlockRow&);
  rocksdb::ColumnFamilyHandle* table(Table t) const { return base_.tables[t]; }

  const fs::path path_;
  const Options options_;
  Database base_;
  mutable std::shared_mutex tip_mutex_;
  std::optional<Tip> tip_;
  bool failed_ = false;   // the writer's own
  bool flushed_ = false;  // the same: nothing is in the log that is not in tables
};

Result<void> RocksStore::start() {
  const std::unique_ptr<rocksdb::Iterator> it(base_.db->NewIterator(walk_options(), table(blocks_table)));
  it->SeekToLast();
  if (!it->Valid()) {
    if (!it->status().ok()) return Unexpected(failed(path_, it->status()));
    return {};
  }
  const auto key = view(it->key());
  const auto last = key.size() == 8 ? decode_info(number64(key), view(it->value())) : std::nullopt;
  if (!last) return Unexpected(damaged(path_, "last block row"));
  tip_ = Tip{last->height, last->header_hash, last->first.value + last->count};
  return {};
}

// ---- Reading ----------------------------------------------------------------------------------------------------

Result<bool> RocksStore::get(Table t, std::string_view key, Pinned& value) const {
  const auto status = base_.db->Get(rocksdb::ReadOptions(), table(t), slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return Unexpected(failed(path_, status));
  return true;
}

Result<bool> RocksStore::get_record(RecordIndex index, Pinned& value) const {
  STELE_TRY(const bool there, get(records_table, text_of(key64(index.value)), value));
  if (there && value.size() < 8) return Unexpected(damaged(path_, fmt::format("record {}", index.value)));
  return there;
}

std::optional<Tip> RocksStore::tip() const {
  const std::shared_lock lock(tip_mutex_);
  return tip_;
}

Result<std::optional<BlockInfo>> RocksStore::row(Height height) const {
  Pinned value;
  STELE_TRY(const bool there, get(blocks_table, text_of(key64(height.value)), value));
  if (!there) return std::optional<BlockInfo>();
  auto info = decode_info(height.value, view(value));
  if (!info) return Unexpected(damaged(path_, fmt::format("row of block {}", height.value)));
  return info;
}

Result<std::optional<Bytes>> RocksStore::meta(Height height) const {
  Pinned value;
  STELE_TRY(const bool there, get(metas_table, text_of(key64(height.value)), value));
  if (!there) return std::optional<Bytes>();
  const auto bytes = as_bytes(view(value));
  return std::optional(Bytes(bytes.begin(), bytes.end()));
}

Result<std::optional<std::string>> RocksStore::record(RecordIndex index) const {
  Pinned value;
  STELE_TRY(const bool there, get_record(index, value));
  if (!there) return std::optional<std::string>();
  return std::optional(std::string(view(value).substr(8)));
}

Result<std::optional<Height>> RocksStore::height_of(RecordIndex index) const {
  Pinned value;
  STELE_TRY(const bool there, get_record(index, value));
  if (!there) return std::optional<Height>();
  return std::optional(Height{number64(view(value))});
}

Result<std::vector<std::string>> RocksStore::records(RecordIndex first, std::uint64_t count) const {
  if (count > records_per_read_max) return Unexpected(read_too_large_error(count));
  std::vector<std::string> out;
  if (count == 0) return out;
  out.reserve(count);
  std::uint64_t next = first.value;
  STELE_CHECK(for_each_record(first, [&](RecordIndex index, Height, std::string_view jws) -> Result<Walk> {
    if (index.value != next) return Walk::enough;
    out.emplace_back(jws);
    ++next;
    return out.size() == count ? Walk::enough : Walk::more;
  }));
  if (out.size() != count) return Unexpected(hole_error("bản ghi", "record", next));
  return out;
}

Result<void> RocksStore::walk(Table t, std::string_view from, const Pair& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(base_.db->NewIterator(walk_options(), table(t)));
  for (it->Seek(slice(from)); it->Valid(); it->Next()) {
    STELE_TRY(const Walk step, visit(view(it->key()), view(it->value())));
    if (step == Walk::enough) return {};
  }
  if (!it->status().ok()) return Unexpected(failed(path_, it->status()));
  return {};
}

Result<void> RocksStore::for_each_row(Height from, const RowVisitor& visit) const {
  return walk(blocks_table, text_of(key64(from.value)),
              [&](std::string_view key, std::string_view value) -> Result<Walk> {
                const auto info = key.size() == 8 ? decode_info(number64(key), value) : std::nullopt;
                if (!info) return Unexpected(damaged(path_, "block row"));
                return visit(*info);
              });
}

Result<void> RocksStore::for_each_record(RecordIndex from, const RecordVisitor& visit) const {
  return walk(records_table, text_of(key64(from.value)),
              [&](std::string_view key, std::string_view value) -> Result<Walk> {
                if (key.size() != 8 || value.size() < 8) return Unexpected(damaged(path_, "record"));
                return visit({number64(key)}, {number64(value)}, value.substr(8));
              });
}

// ---- Writing ----------------------------------------------------------------------------------------------------

Result<void> RocksStore::may_write() const {
  if (options_.read_only) return Unexpected(read_only_error(path_));
  if (failed_) return Unexpected(failed_before(path_));
  return {};
}

Result<void> RocksStore::done(const rocksdb::Status& status) {
  if (status.ok()) return {};
  failed_ = true;
  return Unexpected(failed(path_, status));
}

Result<void> RocksStore::write(rocksdb::WriteBatch& batch) {
  flushed_ = false;
  rocksdb::WriteOptions how;
  how.sync = true;
  return done(base_.db->Write(how, &batch));
}

/// Each table as a file, synced.
rocksdb::Status RocksStore::write_tables(const fs::path& folder, std::span<const BlockRow* const> rows,
                                         std::vector<rocksdb::IngestExternalFileArg>& out) const {
  std::string value;
  const auto put = [&](rocksdb::SstFileWriter& file, Table t, const BlockRow& row) -> rocksdb::Status {
    const auto height = key64(row.height.value);
    if (t == blocks_table) return file.Put(slice(text_of(height)), encode_info(row));
    if (t == metas_table) return file.Put(slice(text_of(height)), slice(row.meta));
    for (std::size_t i = 0; i < row.records.size(); ++i) {
      value.assign(text_of(height)).append(row.records[i]);
      const auto index = key64(row.first.value + i);
      if (auto status = file.Put(slice(text_of(index)), value); !status.ok()) return status;
    }
    return {};
  };
  for (const Table t : {records_table, blocks_table, metas_table}) {
    const auto path = (folder / table_names.at(t)).string();
    rocksdb::SstFileWriter file(rocksdb::EnvOptions(), base_.db->GetOptions(table(t)), table(t), false);
    auto status = file.Open(path);
    for (auto row = rows.begin(); status.ok() && row != rows.end(); ++row) status = put(file, t, **row);
    if (status.ok()) status = file.Finish();
    if (!status.ok()) return status;
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = table(t);
    arg.external_files = {path};
    arg.options.move_files = true;
    arg.options.write_global_seqno = false;
    out.push_back(std::move(arg));
  }
  return {};
}

/// New rows with at least one record: all or none, synced. No log is written, no write buffer filled and none flushed
/// later: of the time in which a ledger is copied these took a tenth (measured).
Result<void> RocksStore::ingest(std::span<const BlockRow* const> rows) {
  if (!flushed_) STELE_CHECK(done(base_.db->Flush(rocksdb::FlushOptions(), base_.tables)));
  flushed_ = true;
  const auto folder = path_ / ingest_folder;
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) fs::create_directory(folder, error);
  if (error) return done(rocksdb::Status::IOError(folder.string(), error.message()));
  std::vector<rocksdb::IngestExternalFileArg> files;
  STELE_CHECK(done(write_tables(folder, rows, files)));
  STELE_CHECK(done(base_.db->IngestExternalFiles(files)));
  fs::remove_all(folder, error);  // what stays behind is removed next time
  return {};
}

void RocksStore::add(rocksdb::WriteBatch& batch, const BlockRow& row) const {
  // RocksDB's batches fail only at 4 GiB, far above the bound on a commit.
  const auto height = key64(row.height.value);
  const auto ok = [](const rocksdb::Status& status) { STELE_ASSERT(status.ok()); };
  for (std::size_t i = 0; i < row.records.size(); ++i) {
    const auto index = key64(row.first.value + i);
    const std::array<rocksdb::Slice, 1> key = {slice(text_of(index))};
    const std::array<rocksdb::Slice, 2> value = {slice(text_of(height)), slice(row.records[i])};
    ok(batch.Put(table(records_table), rocksdb::SliceParts(key.data(), 1), rocksdb::SliceParts(value.data(), 2)));
  }
  ok(batch.Put(table(blocks_table), slice(text_of(height)), encode_info(row)));
  ok(batch.Put(table(metas_table), slice(text_of(height)), slice(row.meta)));
}

void RocksStore::raise_tip(const BlockRow& row) {
  const std::unique_lock lock(tip_mutex_);
  if (tip_ && row.height <= tip_->height) return;  // a hole was filled
  STELE_ASSERT(row.height.value == (tip_ ? tip_->height.value : 0) + 1);
  tip_ = Tip{row.height, row.header_hash, row.first.value + row.records.size()};
}

Result<void> RocksStore::commit(std::span<const BlockRow> rows) {
  STELE_CHECK(may_write());
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);  // else this thread counts each comparison of two keys
  STELE_TRY(const auto wanted, rows_to_write(*this, rows));
  if (wanted.empty()) return {};
  const auto bytes = bytes_of(rows);
  STELE_CHECK(check_space(path_, options_, bytes));
  const bool all_new = wanted.front()->height > tip().value_or(Tip{}).height;
  const bool records = std::any_of(wanted.begin(), wanted.end(), [](const auto* r) { return !r->records.empty(); });
  if (all_new && records && bytes >= ingest_bytes_min) {  // a table that is taken in can't be empty
    STELE_CHECK(ingest(wanted));
  } else {
    rocksdb::WriteBatch batch(bytes);
    for (const BlockRow* row : wanted) add(batch, *row);
    STELE_CHECK(write(batch));
  }
  for (const BlockRow* row : wanted) raise_tip(*row);
  return {};
}

Result<void> RocksStore::replace_tail(Height keep, std::span<const BlockRow> rows) {
  STELE_CHECK(may_write());
  STELE_TRY(const auto kept, tip_at(*this, keep, rows));
  const auto bytes = bytes_of(rows);
  STELE_CHECK(check_space(path_, options_, bytes));
  const auto last = tip().value_or(Tip{});
  rocksdb::WriteBatch batch(bytes);
  const auto ok = [](const rocksdb::Status& status) { STELE_ASSERT(status.ok()); };
  for (std::uint64_t h = keep.value + 1; h <= last.height.value; ++h) {
    ok(batch.Delete(table(blocks_table), slice(text_of(key64(h)))));
    ok(batch.Delete(table(metas_table), slice(text_of(key64(h)))));
  }
  for (std::uint64_t i = kept ? kept->records : 0; i < last.records; ++i)
    ok(batch.Delete(table(records_table), slice(text_of(key64(i)))));
  for (const auto& row : rows) add(batch, row);  // what stands in both is put after it was deleted
  STELE_CHECK(write(batch));
  {
    const std::unique_lock lock(tip_mutex_);
    tip_ = kept;
  }
  for (const auto& row : rows) raise_tip(row);
  return {};
}

// ---- Opening ----------------------------------------------------------------------------------------------------

struct Settings {
  std::optional<std::string> format;
  std::optional<std::string> net;
};

Result<std::optional<std::string>> read_setting(rocksdb::DB& db, std::string_view key, const fs::path& path) {
  std::string value;
  const auto status = db.Get(rocksdb::ReadOptions(), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return Unexpected(failed(path, status));
  return std::optional(std::move(value));
}

// Looks without writing: opening for writing would already change files of a version that this program can't judge.
Result<Settings> peek(const fs::path& path) {
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(rocksdb::Options(), path.string(), &raw);
  if (!status.ok()) return Unexpected(opening_failed(path, status));
  const std::unique_ptr<rocksdb::DB> db(raw);
  STELE_TRY(auto format, read_setting(*db, format_key, path));
  STELE_TRY(auto net, read_setting(*db, net_key, path));
  return Settings{std::move(format), std::move(net)};
}

Result<void> check_settings(const fs::path& path, const Settings& found, const Options& options) {
  if (found.format->size() != 8) return Unexpected(version_unknown(path, 0));
  if (number64(*found.format) != store_format) return Unexpected(version_unknown(path, number64(*found.format)));
  if (!found.net) return Unexpected(damaged(path, "network name"));
  if (*found.net != options.net) return Unexpected(other_net(path, *found.net, options.net));
  return {};
}

Result<Database> open_database(const fs::path& path, const Options& options) {
  Database out;
  out.env = rocksdb::NewCompositeEnv(std::make_shared<LogSizedInAdvance>(rocksdb::FileSystem::Default()));
  const auto cache = rocksdb::NewLRUCache(block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  tables.reserve(table_names.size());
  for (const char* name : table_names) tables.emplace_back(name, table_options(cache));
  const auto how = database_options(out.env.get(), options.create && !options.read_only);
  rocksdb::DB* raw = nullptr;
  const auto status = options.read_only ? rocksdb::DB::OpenForReadOnly(how, path.string(), tables, &out.tables, &raw)
                                        : rocksdb::DB::Open(how, path.string(), tables, &out.tables, &raw);
  if (!status.ok()) return Unexpected(opening_failed(path, status));
  out.db.reset(raw);
  return out;
}

// A crash while the store was made leaves one without settings; making it goes on there, for it holds nothing yet.
Result<void> write_settings(Database& base, const fs::path& path, const Options& options) {
  const std::unique_ptr<rocksdb::Iterator> it(base.db->NewIterator(walk_options(), base.tables[blocks_table]));
  it->SeekToFirst();
  if (it->Valid() || !it->status().ok()) return Unexpected(damaged(path, "no version, but blocks"));
  rocksdb::WriteBatch batch;
  STELE_ASSERT(batch.Put(slice(format_key), slice(text_of(key64(store_format)))).ok());
  STELE_ASSERT(batch.Put(slice(net_key), slice(options.net)).ok());
  rocksdb::WriteOptions how;
  how.sync = true;
  if (const auto status = base.db->Write(how, &batch); !status.ok()) return Unexpected(failed(path, status));
  if (!sync_folder(fs::absolute(path).lexically_normal().parent_path()))
    return Unexpected(failed(path, rocksdb::Status::IOError("sync of the parent folder", std::strerror(errno))));
  return {};
}

Result<void> make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return Unexpected(failed(path, rocksdb::Status::IOError("making the folder", error.message())));
  return {};
}

}  // namespace

Result<std::uint64_t> free_space_of(const fs::path& path) {
  struct statvfs found {};
  if (::statvfs(path.c_str(), &found) != 0)
    return Unexpected(failed(path, rocksdb::Status::IOError("statvfs", std::strerror(errno))));
  return std::uint64_t{found.f_bavail} * found.f_frsize;
}

Result<std::unique_ptr<Store>> open_rocks_store(const fs::path& folder, const Options& options) {
  std::error_code unseen;  // what can't be looked at is found out by opening it
  const bool exists = fs::exists(folder / "CURRENT", unseen);
  const bool may_create = options.create && !options.read_only;
  if (!exists && !may_create) return Unexpected(absent(folder));
  if (!exists) STELE_CHECK(make_folder(folder));
  if (!options.read_only) STELE_CHECK(check_space(folder, options, 0));    // recovery writes, too
  if (!options.read_only) fs::remove_all(folder / ingest_folder, unseen);  // left by a sudden stop
  Settings found;
  if (exists) {
    STELE_TRY(found, peek(folder));
  }
  if (!found.format && !may_create) return Unexpected(version_unknown(folder, 0));
  if (found.format) STELE_CHECK(check_settings(folder, found, options));
  STELE_TRY(Database base, open_database(folder, options));
  if (!found.format) STELE_CHECK(write_settings(base, folder, options));
  auto store = std::make_unique<RocksStore>(folder, options, std::move(base));
  STELE_CHECK(store->start());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace stele::store
