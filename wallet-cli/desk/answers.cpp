#include "wallet-cli/desk/answers.h"
#include "wallet-cli/cli/labels.h"

#include <algorithm>

#include "signer/issue.h"

namespace stele::desk {
namespace {

using json::Value;

int status_for(std::string_view code) {
  struct Entry {
    std::string_view prefix;
    int status;
  };
  static constexpr Entry table[] = {
      {"desk_locked", 401},     {"desk_bad_start", 403}, {"key_wrong_passphrase", 403},
      {"desk_wait", 429},       {"desk_busy", 409},      {"desk_no_work", 409},
      {"not_found", 404},       {"no_authority", 403},   {"wrong_network", 502},
      {"http_", 502},           {"overloaded", 503},     {"starting", 503},
      {"request_expired", 401},
  };
  for (const auto& e : table) {
    if (code.starts_with(e.prefix)) return e.status;
  }
  return 422;
}

/// At most cell_chars_shown_max characters, whole ones.
std::string cut(const std::string& text) {
  std::size_t chars = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool first = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (first && ++chars > cell_chars_shown_max) return text.substr(0, i) + "…";
  }
  return text;
}

}  // namespace

http::Response ok(const Value& v) {
  return http::json_response(200, json::write(v));
}

http::Response problem(const Error& e) {
  return http::problem_response(status_for(e.code), e);
}

Value errors_json(const std::vector<Error>& errors) {
  auto out = Value::array();
  for (const auto& e : errors) out.push(cli::error_json(e));
  return out;
}

Value text_json(std::string_view vi, std::string_view en) {
  return Value::object({{"vi", vi}, {"en", en}});
}

Value view_json(const cli::SheetView& view) {
  auto columns = Value::array(), rows = Value::array();
  for (const auto& c : view.columns) columns.push(text_json(c.vi, c.en));
  for (std::size_t i = 0; i < view.rows.size() && i < rows_shown_max; ++i) {
    auto cells = Value::array();
    for (const auto& c : view.rows[i]) {
      if (c.vi == c.en)
        cells.push(cut(c.vi));
      else
        cells.push(text_json(c.vi, c.en));
    }
    rows.push(std::move(cells));
  }
  return Value::object({{"columns", std::move(columns)},
                        {"rows", std::move(rows)},
                        {"exempt", view.exempt},
                        {"absent", view.absent},
                        {"not_yet", view.not_yet},
                        {"more_rows", view.rows.size() - std::min(view.rows.size(), rows_shown_max)}});
}

Value words_json(const record::Genesis& genesis, std::span<const cli::Draft> drafts,
                 const signer::SubjectNames& subjects) {
  auto out = Value::object();
  for (const auto lang : {Lang::vi, Lang::en}) {
    auto lines = Value::array();
    std::vector<std::string> said;
    for (const auto& d : drafts) {
      const auto words = signer::plain_words(genesis, d.type, d.body, lang, subjects, cli::code_words);
      if (words == said) continue;
      for (const auto& w : words) lines.push(w);
      said = words;
    }
    out.set(lang == Lang::vi ? "vi" : "en", std::move(lines));
  }
  return out;
}

Value table_json(std::span<const tables::Table> all, const cli::SheetReport& report, std::string_view sheet) {
  std::string wanted(sheet);
  for (const auto* list : {&report.errors, &report.notes}) {
    for (const auto& e : *list) {
      if (wanted.empty()) wanted = e.where.sheet;
    }
  }
  auto shown =
      std::find_if(all.begin(), all.end(), [&](const auto& t) { return !wanted.empty() && t.sheet == wanted; });
  if (shown == all.end()) shown = std::find_if(all.begin(), all.end(), [](const auto& t) { return !t.hidden; });
  if (shown == all.end()) return {};
  auto rows = Value::array();
  std::size_t count = 0;
  for (const auto& r : shown->rows) {
    if (++count > rows_shown_max) continue;
    auto cells = Value::array();
    for (std::size_t i = 0; i < r.cells.size() && i < columns_shown_max; ++i) cells.push(cut(r.cells[i].text));
    rows.push(Value::object({{"n", r.number}, {"cells", std::move(cells)}}));
  }
  return Value::object(
      {{"name", shown->sheet}, {"rows", std::move(rows)}, {"more_rows", count - std::min(count, rows_shown_max)}});
}

}  // namespace stele::desk
