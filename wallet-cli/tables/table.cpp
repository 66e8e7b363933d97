#include "wallet-cli/tables/table.h"

#include <algorithm>
#include <fstream>

#include "wallet-cli/tables/archive.h"
#include "wallet-cli/tables/csv.h"
#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/ods.h"
#include "wallet-cli/tables/xlsx.h"

namespace stele::tables {
namespace {

constexpr std::string_view zip_magic = "PK\x03\x04";
constexpr std::string_view empty_zip_magic = "PK\x05\x06";
constexpr std::string_view ole_magic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

Where in_file(std::string_view name) {
  Where where;
  where.file = name;
  return where;
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> endings) {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view e) { return lower.ends_with(e); });
}

/// An OLE container is an old workbook, or the shell around an encrypted new one, which names that stream in UTF-16.
bool holds_encrypted_package(std::string_view content) {
  std::string wide;
  for (const char c : std::string_view("EncryptedPackage")) wide += {c, '\0'};
  return content.find(wide) != std::string_view::npos;
}

bool looks_like_html(std::string_view content) {
  const auto start = content.substr(0, 1024);
  return ends_with_any(start.substr(0, start.find('>')), {"<html", "<!doctype html", "<table"}) ||
         start.find("<html") != std::string_view::npos || start.find("<HTML") != std::string_view::npos ||
         start.find("<table") != std::string_view::npos;
}

Result<std::vector<Table>> read_zip(std::string_view name, ByteView bytes) {
  STELE_TRY(auto archive, Archive::open(name, bytes));
  if (archive.has("[Content_Types].xml") && archive.has("xl/workbook.bin"))
    return Unexpected(fault("file_is_xlsb", in_file(name)));
  if (archive.has("[Content_Types].xml") && !archive.has("word/document.xml")) return read_xlsx(archive);
  if (archive.has("mimetype") && archive.has("content.xml")) return read_ods(archive);
  return Unexpected(fault("file_kind_unknown", in_file(name)));
}

}  // namespace

std::string column_letters(std::uint32_t column) {
  std::string out;
  for (std::uint64_t n = std::uint64_t{column} + 1; n > 0; n = (n - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (n - 1) % 26));
  return out;
}

std::string address(const Cell& cell) {
  return column_letters(cell.column) + std::to_string(cell.row);
}

Result<std::vector<Table>> read_bytes(std::string_view file_name, ByteView bytes) {
  const auto content = as_text(bytes);
  const auto refuse = [&](std::string_view code) { return Unexpected(fault(code, in_file(file_name))); };
  if (bytes.empty()) return refuse("file_empty");
  if (bytes.size() > file_size_max_bytes)
    return Unexpected(fault("file_too_large", in_file(file_name), {std::to_string(file_size_max_bytes >> 20U)}));
  if (content.starts_with("%PDF-")) return refuse("file_is_pdf");
  if (content.starts_with(ole_magic))
    return refuse(holds_encrypted_package(content) ? "file_is_encrypted" : "file_is_old_xls");
  if (content.starts_with(zip_magic) || content.starts_with(empty_zip_magic)) return read_zip(file_name, bytes);
  if (!ends_with_any(file_name, {".csv", ".txt", ".tsv"}))
    return refuse(looks_like_html(content) ? "file_is_html" : "file_kind_unknown");
  STELE_TRY(auto table, read_csv(file_name, bytes));
  std::vector<Table> tables;
  tables.push_back(std::move(table));
  return tables;
}

Result<std::vector<Table>> read_file(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  std::error_code failed;
  const auto refuse = [&](std::string_view code) { return Unexpected(fault(code, in_file(name))); };
  if (!std::filesystem::is_regular_file(path, failed)) return refuse("file_unreadable");
  const auto size = std::filesystem::file_size(path, failed);
  if (failed) return refuse("file_unreadable");
  if (size > file_size_max_bytes)
    return Unexpected(fault("file_too_large", in_file(name), {std::to_string(file_size_max_bytes >> 20U)}));
  std::ifstream in(path, std::ios::binary);
  Bytes bytes(size);
  if (size > 0) in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));  // NOLINT
  if (!in) return refuse("file_unreadable");
  return read_bytes(name, bytes);
}

}  // namespace stele::tables
