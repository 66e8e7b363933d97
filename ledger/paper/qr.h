// QR codes: what stands in them (wire-format.md section 11a) and how they are shown (libqrencode behind it). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/error.h"

namespace stele::paper {

/// One code as a grid: 1 is black; row by row.
struct QrCode {
  std::size_t side = 0;
  std::vector<std::uint8_t> modules;
  [[nodiscard]] bool black(std::size_t x, std::size_t y) const { return modules[y * side + x] != 0; }
};
/// The smallest code for this text with error correction M; `qr_too_long` if there is none. Texts of the QR alphabet
/// (digits, capitals, ` $%*+-./:`) take less room.
[[nodiscard]] Result<QrCode> qr_of(std::string_view text);

/// For terminals: two modules a character, quiet zone included, black on white whatever the terminal's colours.
[[nodiscard]] std::string qr_terminal(const QrCode&);
[[nodiscard]] std::string qr_svg(const QrCode&);
[[nodiscard]] Result<std::string> qr_png(const QrCode&);

// ---- the link ----

using ShareHandle = FixedBytes<struct ShareHandleTag, 16>;
/// Opens one shared document: whoever sees the link can read it.
using ShareKey = FixedBytes<struct ShareKeyTag, 16>;
struct ShareLink {
  ShareHandle handle;
  ShareKey key;
};
[[nodiscard]] std::string link_of(std::string_view base_url, const ShareLink&);
[[nodiscard]] std::string link_of(std::string_view base_url, const RecordId&);
/// Such a link of this very network, and nothing else, may stand in a print.
[[nodiscard]] bool is_link(std::string_view base_url, std::string_view text);

// ---- a document in a set of codes ----

inline constexpr std::size_t qr_set_max = 64;
inline constexpr std::size_t qr_slice_bytes = 600;
inline constexpr std::size_t qr_slice_bytes_max = 1024;

/// The texts of the codes, in order. `qr_set_too_long` if 64 do not suffice.
[[nodiscard]] Result<std::vector<std::string>> split_document(std::string_view document);
/// Texts in any order, repeats allowed: the document, or `qr_set_form`, `qr_set_mixed`, `qr_set_incomplete`,
/// `qr_set_damaged`.
[[nodiscard]] Result<std::string> join_document(const std::vector<std::string>& texts);

/// RFC 9285; none if the text is no base45.
[[nodiscard]] std::string base45(ByteView);
[[nodiscard]] std::optional<Bytes> unbase45(std::string_view);

/// RFC 1950. Inflating stops at `bytes_max`: none then, and for anything that is not one whole stream.
[[nodiscard]] Bytes deflated(ByteView);
[[nodiscard]] std::optional<std::string> inflated(ByteView, std::size_t bytes_max);

}  // namespace stele::paper
