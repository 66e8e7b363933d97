#include "wallet-cli/tables/archive.h"

#include <zip.h>

#include <array>

#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/table.h"

namespace stele::tables {
namespace {

constexpr std::size_t chunk_bytes = 64U << 10;

std::string lower_ascii(std::string_view name) {
  std::string out(name);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

struct Archive::Handle {
  zip_t* zip = nullptr;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (zip != nullptr) zip_discard(zip);
  }
};

Archive::Archive(std::string_view file_name, std::unique_ptr<Handle> handle)
    : file_name_(file_name), handle_(std::move(handle)) {}
Archive::~Archive() = default;
Archive::Archive(Archive&&) noexcept = default;

Result<Archive> Archive::open(std::string_view file_name, ByteView bytes) {
  Where where;
  where.file = file_name;
  zip_error_t error;
  zip_error_init(&error);
  auto handle = std::make_unique<Handle>();
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) {
    handle->zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
    if (handle->zip == nullptr) zip_source_free(source);
  }
  const std::string reason = handle->zip == nullptr ? zip_error_strerror(&error) : "";
  zip_error_fini(&error);
  if (handle->zip == nullptr) return Unexpected(fault("file_damaged", where, {reason}));

  Archive out(file_name, std::move(handle));
  const auto entries = static_cast<std::uint64_t>(zip_get_num_entries(out.handle_->zip, 0));
  if (entries > archive_entries_max)
    return Unexpected(fault("table_too_many_parts", where, {std::to_string(archive_entries_max)}));
  for (std::uint64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(out.handle_->zip, i, ZIP_FL_ENC_RAW);
    if (name == nullptr) return Unexpected(fault("file_damaged", where, {"zip: name"}));
    if (!out.index_of_.emplace(lower_ascii(name), i).second)
      return Unexpected(fault("file_damaged", where, {"zip: " + shortened(name) + " × 2"}));
  }
  return out;
}

bool Archive::has(std::string_view part) const {
  return index_of_.contains(lower_ascii(part));
}

Result<void> Archive::read(std::string_view part, const std::function<Result<void>(std::string_view)>& take) {
  Where where;
  where.file = file_name_;
  const std::string shown = shortened(part);
  const auto damaged = [&](std::string_view why) { return Unexpected(fault("file_damaged", where, {why})); };
  const auto found = index_of_.find(lower_ascii(part));
  if (found == index_of_.end()) return damaged("− " + shown);

  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_stat_index(handle_->zip, found->second, 0, &stat) != 0) return damaged(shown);
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
    return Unexpected(fault("file_is_encrypted", where));
  const std::unique_ptr<zip_file_t, FileCloser> file(zip_fopen_index(handle_->zip, found->second, 0));
  if (!file) return damaged(shown);

  const std::size_t packed = (stat.valid & ZIP_STAT_COMP_SIZE) != 0 ? stat.comp_size : 0;
  std::size_t unpacked = 0;
  std::array<char, chunk_bytes> chunk;
  for (;;) {
    const zip_int64_t got = zip_fread(file.get(), chunk.data(), chunk.size());
    if (got < 0) return damaged(shown + ": " + zip_file_strerror(file.get()));
    if (got == 0) return {};
    unpacked += static_cast<std::size_t>(got);
    unpacked_total_ += static_cast<std::size_t>(got);
    const bool swollen = unpacked > unpack_ratio_free_bytes && unpacked / unpack_ratio_max > packed;
    if (unpacked > part_size_max_bytes || unpacked_total_ > unpacked_total_max_bytes || swollen)
      return Unexpected(fault("file_unpacks_too_large", where, {shown}));
    STELE_CHECK(take({chunk.data(), static_cast<std::size_t>(got)}));
  }
}

}  // namespace stele::tables
