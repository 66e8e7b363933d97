#include "ledger/paper/fonts.h"

#include <cstdlib>
#include <fstream>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"

namespace stele::paper {
namespace {

constexpr std::string_view folder_usual = "/usr/share/fonts/truetype/noto";
constexpr std::size_t font_bytes_max = 4 * 1024 * 1024;

Error font_error(const std::string& path, std::string_view vi, std::string_view en) {
  Where where;
  where.file = path;
  return make_error("paper_font",
                    std::string(vi) +
                        " Hãy cài gói fonts-noto-core bản 20201225-1 (Debian 12), hoặc đặt STELE_FONTS là "
                        "thư mục chứa đúng các tệp phông đó.",
                    std::string(en) +
                        " Install the package fonts-noto-core, version 20201225-1 (Debian 12), or set "
                        "STELE_FONTS to a folder with these very font files.",
                    where);
}

std::string read_bounded(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string out(font_bytes_max + 1, '\0');
  in.read(out.data(), static_cast<std::streamsize>(out.size()));
  out.resize(static_cast<std::size_t>(in.gcount()));
  return out;
}

}  // namespace

std::string fonts_digest() {
  constexpr std::size_t digits = 8;
  std::string all;
  for (const auto& f : fonts) all += f.sha256;
  return hex(sha256(as_bytes(all)).view()).substr(0, digits);
}

Result<std::vector<std::string>> find_fonts() {
  const char* other = std::getenv("STELE_FONTS");  // NOLINT(concurrency-mt-unsafe): nobody sets variables
  const std::string folder(other != nullptr && *other != '\0' ? std::string_view(other) : folder_usual);
  std::vector<std::string> out;
  for (const auto& f : fonts) {
    auto path = folder + "/" + std::string(f.file);
    const auto bytes = read_bounded(path);
    if (bytes.empty()) {
      return Unexpected(font_error(path, "Không đọc được tệp phông chữ để in.", "A font to print with can't be read."));
    }
    if (hex(sha256(as_bytes(bytes)).view()) != f.sha256) {
      return Unexpected(font_error(path, "Tệp phông chữ này khác bản đã định, nên bản in sẽ không giống nhau.",
                                   "This font is not the pinned one; the print would differ from others."));
    }
    out.push_back(std::move(path));
  }
  return out;
}

}  // namespace stele::paper
