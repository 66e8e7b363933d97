// The verification page's files, read into memory once: nothing that a request says ever becomes a path on the disk
// (docs/http-api.md, "The page").
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "node/http/message.h"

namespace stele::verifier {

inline constexpr std::size_t site_files_max = 512;
inline constexpr std::size_t site_file_bytes_max = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t site_bytes_max = std::size_t{64} * 1024 * 1024;

class Site {
 public:
  /// Every file below the folder. Names that begin with a dot are passed over. Errors name the file: `site_unreadable`
  /// (also without index.html), `site_too_large`, `site_link` (a link could lead anywhere).
  [[nodiscard]] static Result<Site> load(const std::filesystem::path& folder);
  /// 200, 304 or a 404 problem. `path` without its first slash; empty: index.html.
  [[nodiscard]] http::Response answer(const http::Request&, std::string_view path) const;
  [[nodiscard]] std::size_t files() const { return files_.size(); }

 private:
  struct File {
    std::string bytes, etag;
    std::string gzip, gzip_etag;  ///< empty: there is no compressed one
    std::string_view type;
    bool immutable = false;
  };
  std::map<std::string, File, std::less<>> files_;
};

/// May the answer be sent with this content coding? (Accept-Encoding: a name, or "*", without "q=0".)
[[nodiscard]] bool accepts_coding(const http::Request&, std::string_view coding);
/// Its name carries a hash of its bytes: `assets/x-<8 or more of [A-Za-z0-9_-]>.<ext>`.
[[nodiscard]] bool is_hashed_name(std::string_view path);

}  // namespace stele::verifier
