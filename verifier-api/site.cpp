#include "verifier-api/site.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "node/http/answers.h"
#include "node/http/caching.h"

namespace stele::verifier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view index_file = "index.html";

struct MediaType {
  std::string_view extension, type;
};
constexpr std::array media_types{
    MediaType{".html", "text/html; charset=utf-8"},
    MediaType{".js", "text/javascript; charset=utf-8"},
    MediaType{".mjs", "text/javascript; charset=utf-8"},
    MediaType{".css", "text/css; charset=utf-8"},
    MediaType{".json", "application/json"},
    MediaType{".map", "application/json"},
    MediaType{".webmanifest", "application/manifest+json"},
    MediaType{".svg", "image/svg+xml"},
    MediaType{".png", "image/png"},
    MediaType{".jpg", "image/jpeg"},
    MediaType{".webp", "image/webp"},
    MediaType{".ico", "image/x-icon"},
    MediaType{".woff2", "font/woff2"},
    MediaType{".wasm", "application/wasm"},
    MediaType{".pdf", "application/pdf"},
    MediaType{".txt", "text/plain; charset=utf-8"},
};

std::string_view media_type(std::string_view name) {
  for (const auto& m : media_types) {
    if (name.ends_with(m.extension)) return m.type;
  }
  return "application/octet-stream";  // with nosniff, no browser will run it
}

/// What a page of ours may do, and what other pages may do with it. Scripts come from this host alone; it can't be
/// framed, so that nobody can dress it up.
void harden(http::Response& r) {
  r.headers.set(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
      "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; media-src 'self' "
      "blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  r.headers.set("Referrer-Policy", "no-referrer");
  r.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  r.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  r.headers.set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()");
  r.headers.set("X-Frame-Options", "DENY");
}

Error bad_file(const char* code, const fs::path& path, std::string vi, std::string en) {
  return make_error(code, std::move(vi), std::move(en), Where{path.string(), {}, 0, {}, {}});
}
Error unreadable(const fs::path& path) {
  return bad_file("site_unreadable", path, "Không đọc được trang kiểm chứng. Hãy kiểm tra --web.",
                  "The verification page can't be read. Check --web.");
}
Error too_large(const fs::path& path) {
  return bad_file("site_too_large", path,
                  "Trang kiểm chứng quá lớn (nhiều nhất 512 tệp, mỗi tệp 16 MiB, tất cả 64 MiB).",
                  "The verification page is too large (at most 512 files, 16 MiB each, 64 MiB together).");
}

Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  const auto size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) return Unexpected(unreadable(path));
  if (std::cmp_greater(size, site_file_bytes_max)) return Unexpected(too_large(path));
  std::string out(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(out.data(), size);
  if (in.gcount() != size) return Unexpected(unreadable(path));
  return out;
}

/// Regular files below the folder with their names from there, links refused.
Result<std::map<std::string, fs::path>> list(const fs::path& folder) {
  std::map<std::string, fs::path> out;
  std::error_code ec;
  auto it = fs::recursive_directory_iterator(folder, ec);
  for (; !ec && it != fs::recursive_directory_iterator(); it.increment(ec)) {
    const auto& entry = *it;
    const auto status = entry.symlink_status(ec);
    if (ec) break;
    if (entry.path().filename().string().starts_with('.')) {
      if (fs::is_directory(status)) it.disable_recursion_pending();
      continue;
    }
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status)) {
      return Unexpected(bad_file("site_link", entry.path(),
                                 "Trang kiểm chứng không được chứa liên kết hay tệp đặc biệt.",
                                 "The verification page must hold no links and no special files."));
    }
    if (out.size() == site_files_max) return Unexpected(too_large(folder));
    out.emplace(fs::relative(entry.path(), folder, ec).generic_string(), entry.path());
  }
  if (ec) return Unexpected(unreadable(folder));
  return out;
}

}  // namespace

bool is_hashed_name(std::string_view path) {
  constexpr std::size_t hash_min = 8;
  if (!path.starts_with("assets/")) return false;
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.find('.');
  const auto dash = name.find('-');
  if (dot == std::string_view::npos || dash == std::string_view::npos || dash == 0 || dash >= dot) return false;
  const auto hash = name.substr(dash + 1, dot - dash - 1);
  return hash.size() >= hash_min && std::all_of(hash.begin(), hash.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
         });
}

bool accepts_coding(const http::Request& r, std::string_view coding) {
  const auto field = r.headers.get("Accept-Encoding");
  for (std::string_view rest = field.value_or(""); !rest.empty();) {
    const auto one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    std::string bare;
    for (const char c : one) {
      if (c != ' ' && c != '\t') bare += c;
    }
    const auto semicolon = bare.find(';');
    const auto name = bare.substr(0, semicolon);
    if (name != "*" && !http::equal_ignoring_case(name, coding)) continue;
    const auto weight = semicolon == std::string::npos ? std::string() : bare.substr(semicolon + 1);
    // "q=0", "q=0.000": not acceptable.
    return !(weight.starts_with("q=0") && weight.find_first_not_of("0.", 2) == std::string::npos);
  }
  return false;
}

Result<Site> Site::load(const fs::path& folder) {
  STELE_TRY(const auto names, list(folder));
  Site out;
  std::size_t bytes = 0;
  for (const auto& [name, path] : names) {
    constexpr std::string_view suffix = ".gz";
    STELE_TRY(auto text, read_file(path));
    bytes += text.size();
    if (bytes > site_bytes_max) return Unexpected(too_large(folder));
    // Beside its plain file it is that file compressed; alone, a file like any other.
    const auto plain = name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : std::string();
    if (!plain.empty() && names.contains(plain)) {
      auto& file = out.files_[plain];
      file.gzip_etag = http::etag_of(text);
      file.gzip = std::move(text);
      continue;
    }
    auto& file = out.files_[name];
    file.etag = http::etag_of(text);
    file.bytes = std::move(text);
    file.type = media_type(name);
    file.immutable = is_hashed_name(name);
  }
  if (!out.files_.contains(index_file)) return Unexpected(unreadable(folder / index_file));
  return out;
}

http::Response Site::answer(const http::Request& request, std::string_view path) const {
  // "/v" is what QR codes name (wire-format.md section 11a); what stands after "#" never comes here.
  const auto it = files_.find(path.empty() || path == "v" ? index_file : path);
  if (it == files_.end()) return http::refuse(http::not_found());
  const auto& file = it->second;
  const bool compressed = !file.gzip.empty() && accepts_coding(request, "gzip");
  http::Response r;
  r.content_type = file.type;
  r.body = compressed ? file.gzip : file.bytes;
  r.headers.set("Cache-Control", std::string(file.immutable ? http::immutable : "no-cache"));
  r.headers.set("ETag", compressed ? file.gzip_etag : file.etag);
  if (!file.gzip.empty()) r.headers.set("Vary", "Accept-Encoding");
  if (compressed) r.headers.set("Content-Encoding", "gzip");
  harden(r);
  return http::conditional(request, std::move(r));
}

}  // namespace stele::verifier
