#include "ledger/paper/qr.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>

#include "ledger/base/encoding.h"
#include "ledger/paper/canvas.h"

namespace stele::paper {
namespace {

constexpr std::string_view alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
constexpr std::size_t quiet = 4;
constexpr std::size_t png_scale = 8;

/// A module, white beyond the edges.
bool black_at(const QrCode& q, std::size_t x, std::size_t y) {
  return x >= quiet && y >= quiet && x < q.side + quiet && y < q.side + quiet && q.black(x - quiet, y - quiet);
}

}  // namespace

Result<QrCode> qr_of(std::string_view text) {
  const auto failed = [] {
    return Unexpected(make_error("qr_too_long", "Nội dung quá dài cho một mã QR.", "This is too long for a QR code."));
  };
  const std::unique_ptr<QRinput, decltype(&QRinput_free)> input(QRinput_new2(0, QR_ECLEVEL_M), QRinput_free);
  if (!input) return failed();
  const bool small = text.find_first_not_of(alphanumeric) == std::string_view::npos;
  if (QRinput_append(input.get(), small ? QR_MODE_AN : QR_MODE_8, static_cast<int>(text.size()),
                     reinterpret_cast<const unsigned char*>(text.data())) != 0) {  // NOLINT
    return failed();
  }
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeInput(input.get()), QRcode_free);
  if (!code) return failed();
  QrCode out;
  out.side = static_cast<std::size_t>(code->width);
  out.modules.resize(out.side * out.side);
  for (std::size_t i = 0; i < out.modules.size(); ++i) out.modules[i] = code->data[i] & 1U;  // the rest says what for
  return out;
}

std::string qr_terminal(const QrCode& q) {
  const auto all = q.side + 2 * quiet;
  std::string out;
  for (std::size_t y = 0; y < all; y += 2) {
    out += "\x1b[40;97m";
    for (std::size_t x = 0; x < all; ++x) {
      const bool above = !black_at(q, x, y), below = y + 1 < all && !black_at(q, x, y + 1);
      out += above && below ? "█" : above ? "▀" : below ? "▄" : " ";
    }
    out += "\x1b[0m\n";
  }
  return out;
}

std::string qr_svg(const QrCode& q) {
  const auto all = q.side + 2 * quiet;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\">"
      "<rect width=\"{0}\" height=\"{0}\" fill=\"#fff\"/><path d=\"",
      all);
  for (std::size_t y = 0; y < q.side; ++y) {
    for (std::size_t x = 0; x < q.side;) {
      std::size_t end = x;
      while (end < q.side && q.black(end, y)) ++end;
      if (end > x) out += fmt::format("M{} {}h{}v1h-{}z", x + quiet, y + quiet, end - x, end - x);
      x = end + 1;
    }
  }
  return out + "\"/></svg>\n";
}

Result<std::string> qr_png(const QrCode& q) {
  return squares_png(q.side, q.modules, png_scale);
}

std::string link_of(std::string_view base_url, const ShareLink& l) {
  return fmt::format("{}/v#{}.{}", base_url, base64url(l.handle.view()), base64url(l.key.view()));
}
std::string link_of(std::string_view base_url, const RecordId& id) {
  return fmt::format("{}/v#{}", base_url, base64url(id.view()));
}
bool is_link(std::string_view base_url, std::string_view text) {
  const auto start = std::string(base_url) + "/v#";
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return fixed_from_base64url<RecordId>(text).has_value();
  return fixed_from_base64url<ShareHandle>(text.substr(0, dot)) && fixed_from_base64url<ShareKey>(text.substr(dot + 1));
}

}  // namespace stele::paper
