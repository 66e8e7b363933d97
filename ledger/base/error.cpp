#include "ledger/base/error.h"

#include <fmt/core.h>

#include <utility>

namespace stele {
namespace {

struct PlaceWords {
  std::string_view sheet, row, column, field;
};
constexpr PlaceWords words_vi{"trang", "hàng", "cột", "mục"};
constexpr PlaceWords words_en{"sheet", "row", "column", "field"};

void add(std::string& place, std::string_view part) {
  if (!place.empty()) place += ", ";
  place += part;
}

std::string place_text(const Where& where, const PlaceWords& words) {
  std::string out = where.file;
  if (!where.sheet.empty()) add(out, fmt::format("{} \"{}\"", words.sheet, where.sheet));
  if (where.row != 0) add(out, fmt::format("{} {}", words.row, where.row));
  if (!where.column.empty()) add(out, fmt::format("{} \"{}\"", words.column, where.column));
  if (!where.field.empty()) add(out, fmt::format("{} \"{}\"", words.field, where.field));
  return out;
}

}  // namespace

Error make_error(std::string_view code, std::string vi, std::string en, Where where) {
  return Error{std::string(code), std::move(vi), std::move(en), std::move(where)};
}

std::string to_text(const Error& error, Lang lang) {
  const bool vi = lang == Lang::vi;
  const std::string place = place_text(error.where, vi ? words_vi : words_en);
  const std::string& text = vi ? error.vi : error.en;
  return place.empty() ? text : place + ": " + text;
}

}  // namespace stele
