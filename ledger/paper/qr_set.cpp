// A document in a set of codes: deflated, cut, base45 (wire-format.md section 11a).
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/paper/qr.h"
#include "ledger/verdict/document.h"

namespace stele::paper {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
constexpr unsigned base = 45;
static_assert(alphabet.size() == base);
constexpr std::string_view prefix = "STELE1:";
constexpr std::size_t set_digits = 16;

std::string set_id(std::string_view document) {
  auto id = hex(sha256(as_bytes(document)).view()).substr(0, set_digits);
  std::transform(id.begin(), id.end(), id.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return id;
}

struct Code {
  std::string_view set;
  std::size_t number = 0, of = 0;
  Bytes slice;
};

/// 1 to 64 without leading zeros.
std::optional<std::size_t> small_number(std::string_view text) {
  if (text.empty() || text.size() > 2 || text.front() == '0') return std::nullopt;
  std::size_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<std::size_t>(c - '0');
  }
  return out <= qr_set_max ? std::optional(out) : std::nullopt;
}

std::optional<Code> read_code(std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto set_end = text.find(':');
  if (set_end != set_digits) return std::nullopt;
  Code out;
  out.set = text.substr(0, set_end);
  if (out.set.find_first_not_of("0123456789ABCDEF") != std::string_view::npos) return std::nullopt;
  text.remove_prefix(set_end + 1);
  const auto end = text.find(':');  // before the data, whose alphabet has ':' too
  const auto slash = text.substr(0, end).find('/');
  if (end == std::string_view::npos || slash == std::string_view::npos) return std::nullopt;
  const auto number = small_number(text.substr(0, slash)), of = small_number(text.substr(slash + 1, end - slash - 1));
  auto slice = unbase45(text.substr(end + 1));
  if (!number || !of || *number > *of || !slice || slice->empty() || slice->size() > qr_slice_bytes_max) {
    return std::nullopt;
  }
  out.number = *number, out.of = *of, out.slice = std::move(*slice);
  return out;
}

Error set_error(std::string_view code, std::string vi, std::string en) {
  return make_error(code, std::move(vi), std::move(en));
}

}  // namespace

std::string base45(ByteView in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); i += 2) {
    const bool pair = i + 1 < in.size();
    unsigned n = pair ? in[i] * 256U + in[i + 1] : in[i];
    for (int k = pair ? 3 : 2; k > 0; --k) {
      out += alphabet[n % base];
      n /= base;
    }
  }
  return out;
}

std::optional<Bytes> unbase45(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const auto group = text.substr(i, 3);
    if (group.size() == 1) return std::nullopt;
    unsigned n = 0, weight = 1;
    for (const char c : group) {
      const auto digit = alphabet.find(c);
      if (digit == std::string_view::npos) return std::nullopt;
      n += static_cast<unsigned>(digit) * weight;
      weight *= base;
    }
    const unsigned max = group.size() == 3 ? 0xFFFF : 0xFF;
    if (n > max) return std::nullopt;
    if (group.size() == 3) out.push_back(static_cast<std::uint8_t>(n >> 8U));
    out.push_back(static_cast<std::uint8_t>(n & 0xFFU));
  }
  return out;
}

Bytes deflated(ByteView in) {
  uLongf size = compressBound(static_cast<uLong>(in.size()));
  Bytes out(size);
  STELE_ASSERT(compress2(out.data(), &size, in.data(), static_cast<uLong>(in.size()), Z_BEST_COMPRESSION) == Z_OK);
  out.resize(size);
  return out;
}

std::optional<std::string> inflated(ByteView in, std::size_t bytes_max) {
  z_stream z{};
  if (inflateInit(&z) != Z_OK) return std::nullopt;
  std::string out;
  std::array<unsigned char, 16'384> piece{};
  z.next_in = const_cast<Bytef*>(in.data());  // NOLINT: zlib reads only
  z.avail_in = static_cast<uInt>(in.size());
  int state = Z_OK;
  while (state == Z_OK && out.size() <= bytes_max) {
    z.next_out = piece.data();
    z.avail_out = piece.size();
    state = inflate(&z, Z_NO_FLUSH);
    out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - z.avail_out);  // NOLINT
    if (state == Z_BUF_ERROR) break;
  }
  const bool whole = state == Z_STREAM_END && z.avail_in == 0 && out.size() <= bytes_max;
  inflateEnd(&z);
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

Result<std::vector<std::string>> split_document(std::string_view document) {
  const auto z = deflated(as_bytes(document));
  const auto n = (z.size() + qr_slice_bytes - 1) / qr_slice_bytes;
  if (n > qr_set_max) {
    return Unexpected(
        set_error("qr_set_too_long",
                  fmt::format("Văn bản cần {} mã QR, nhiều hơn {}. Hãy trích bớt bằng stele disclose.", n, qr_set_max),
                  fmt::format("The document needs {} QR codes, more than {}. Cut an extract with stele "
                              "disclose.",
                              n, qr_set_max)));
  }
  std::vector<std::string> out;
  const auto id = set_id(document);
  for (std::size_t i = 0; i < n; ++i) {
    const auto from = i * qr_slice_bytes;
    const auto slice = ByteView(z).subspan(from, std::min(qr_slice_bytes, z.size() - from));
    out.push_back(fmt::format("{}{}:{}/{}:{}", prefix, id, i + 1, n, base45(slice)));
  }
  return out;
}

Result<std::string> join_document(const std::vector<std::string>& texts) {
  std::vector<Bytes> slices;
  std::string_view set;
  for (const auto& text : texts) {
    auto code = read_code(text);
    if (!code) {
      return Unexpected(set_error("qr_set_form", "Có mã QR không thuộc bộ mã văn bản của Stele.",
                                  "One of these is no code of a Stele document."));
    }
    if (slices.empty()) set = code->set, slices.resize(code->of);
    auto& slot = code->number <= slices.size() ? slices[code->number - 1] : slices.front();
    if (code->set != set || code->of != slices.size() || (!slot.empty() && slot != code->slice)) {
      return Unexpected(set_error("qr_set_mixed", "Các mã QR này thuộc nhiều văn bản khác nhau.",
                                  "These QR codes are of different documents."));
    }
    slot = std::move(code->slice);
  }
  Bytes z;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (slices[i].empty()) {
      return Unexpected(set_error("qr_set_incomplete", fmt::format("Còn thiếu mã {}/{}.", i + 1, slices.size()),
                                  fmt::format("Code {}/{} is missing.", i + 1, slices.size())));
    }
    z.insert(z.end(), slices[i].begin(), slices[i].end());
  }
  auto document = inflated(z, verdict::document_bytes_max);
  if (!document || set_id(*document) != set) {
    return Unexpected(set_error("qr_set_damaged", "Bộ mã QR đã bị sửa hoặc hỏng.", "This set of QR codes is damaged."));
  }
  return std::move(*document);
}

}  // namespace stele::paper
