#include "verifier-api/verify_table.h"

#include <algorithm>
#include <array>

#include "ledger/base/encoding.h"
#include "node/http/answers.h"

namespace stele::verifier {
namespace {

constexpr json::Limits file_limits{
    .bytes_max = verdict::document_bytes_max, .depth_max = 16, .nodes_max = 1'000'000, .line_feeds = true};
constexpr std::array<std::string_view, 17> added{
    "outcome",    "reason_vi", "reason_en",    "type",       "record",         "issuer",
    "signer",     "issued",    "status_as_of", "complete",   "doc_name",       "doc_birth_date",
    "doc_school", "doc_year",  "doc_ranking",  "doc_serial", "doc_register_no"};

Error bad_columns(std::string vi, std::string en) {
  Where w;
  w.row = 1;
  return make_error("csv_columns", std::move(vi), std::move(en), w);
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

/// JSON text, or that in base64 of either alphabet, with or without padding.
std::string document_text(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.empty() || cell.front() == '{') return canonical_text(cell);
  std::string url(cell);
  while (url.ends_with('=')) url.pop_back();
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  const auto bytes = unbase64url(url);
  return canonical_text(bytes ? as_text(*bytes) : cell);
}

/// Where the columns stand that are read.
struct Columns {
  std::optional<std::size_t> document, number, birth_date, kind, org;
};

Result<Columns> columns_of(const std::vector<std::string>& heading) {
  Columns out;
  const std::array<std::pair<std::string_view, std::optional<std::size_t>*>, 5> known{{{"document", &out.document},
                                                                                       {"number", &out.number},
                                                                                       {"birth_date", &out.birth_date},
                                                                                       {"kind", &out.kind},
                                                                                       {"org", &out.org}}};
  for (std::size_t i = 0; i < heading.size(); ++i) {
    for (const auto& [name, place] : known) {
      if (trimmed(heading[i]) != name) continue;
      if (*place) {
        return Unexpected(bad_columns("Cột " + std::string(name) + " xuất hiện hai lần.",
                                      "The column " + std::string(name) + " stands twice."));
      }
      *place = i;
    }
  }
  if (out.document || (out.number && out.birth_date)) return out;
  return Unexpected(bad_columns("Dòng tiêu đề phải có cột document, hoặc hai cột number và birth_date.",
                                "The heading must have a column document, or number and birth_date."));
}

std::string cell(const std::vector<std::string>& row, const std::optional<std::size_t>& column) {
  return column ? std::string(trimmed(row[*column])) : std::string();
}

TableRow look_up_row(const std::vector<std::string>& row, const Columns& c) {
  constexpr std::size_t text_max = 64;
  TableRow out;
  out.query = {cell(row, c.kind), cell(row, c.org), cell(row, c.number), {}};
  const auto date = read_birth_date(cell(row, c.birth_date));
  const auto& q = out.query;
  if (q.number.empty() || std::max({q.number.size(), q.kind.size(), q.org.size()}) > text_max) {
    out.fault = http::bad_request("number", "Thiếu số hiệu, hoặc một ô quá dài.",
                                  "The number is missing, or a cell is too long.");
  } else if (!date) {
    out.fault = http::bad_request("birth_date", "Ngày sinh phải có dạng 2007-05-31 hoặc 31/05/2007.",
                                  "A birth date looks like 2007-05-31 or 31/05/2007.");
  } else {
    out.query.birth_date = *date;
  }
  return out;
}

std::string claim(const verdict::Verdict& v, std::string_view name) {
  for (const auto& c : v.claims) {
    if (c.name != name) continue;
    if (c.value.is(json::Kind::string)) return c.value.string();
    return json::write(c.value);
  }
  return {};
}

/// The first part that failed says why; else the outcome's own words.
std::string reason(const verdict::Verdict& v, Lang lang) {
  for (const auto& p : v.parts) {
    if (p.answer == verdict::Answer::failed) return lang == Lang::vi ? p.vi : p.en;
  }
  return std::string(verdict::outcome_text(v.outcome, lang));
}

std::array<std::string, added.size()> cells_of(const RowVerdict& r) {
  std::array<std::string, added.size()> out;
  if (!r.judgement) {
    out[0] = r.code;
    out[1] = r.reason.vi;
    out[2] = r.reason.en;
    return out;
  }
  const auto& v = r.judgement->verdict;
  const auto time = [](const std::optional<UnixSeconds>& t) { return t ? utc_text(*t) : std::string(); };
  const auto year = claim(v, "graduation_year");
  out = {std::string(verdict::outcome_name(v.outcome)),
         reason(v, Lang::vi),
         reason(v, Lang::en),
         v.type ? std::string(record::type_name(*v.type)) : std::string(),
         v.id ? base64url(v.id->view()) : std::string(),
         v.org_name.empty() ? v.org : v.org_name,
         v.signer_name,
         time(v.issued),
         time(v.status_time),
         v.complete ? "yes" : "no",
         claim(v, "name"),
         claim(v, "birth_date"),
         claim(v, "school"),
         year.empty() ? claim(v, "year") : year,
         claim(v, "ranking"),
         claim(v, "serial"),
         claim(v, "register_no")};
  return out;
}

}  // namespace

std::string canonical(const json::Value& v) {
  return json::write(v) + "\n";
}

std::string canonical_text(std::string_view text) {
  const auto tree = json::parse(text, file_limits);
  return tree ? canonical(*tree) : std::string(text);
}

Result<VerifyTable> VerifyTable::read(std::string_view body) {
  VerifyTable out;
  STELE_TRY(out.table_, read_csv(body, table_rows_max));
  STELE_TRY(const auto columns, columns_of(out.table_.rows.front()));
  out.document_ = columns.document;
  for (std::size_t i = 1; i < out.table_.rows.size(); ++i) {
    const auto& row = out.table_.rows[i];
    const auto text = cell(row, columns.document);
    if (!text.empty() || !columns.number || !columns.birth_date) {
      TableRow judged;
      judged.document = text.empty() ? " " : document_text(text);
      out.rows_.push_back(std::move(judged));
    } else {
      out.rows_.push_back(look_up_row(row, columns));
    }
    if (columns.document) std::string().swap(out.table_.rows[i][*columns.document]);  // may be megabytes
  }
  return out;
}

std::string VerifyTable::write(const std::vector<RowVerdict>& verdicts) const {
  STELE_ASSERT(verdicts.size() == rows_.size());
  std::string out = "\xEF\xBB\xBF";
  const char separator = table_.separator;
  const auto line = [&](const std::vector<std::string>& own, auto&& more) {
    bool first = true;
    const auto put = [&](std::string_view text) {
      if (!first) out += separator;
      first = false;
      write_cell(out, text, separator);
    };
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (i != document_) put(own[i]);
    }
    for (const auto& text : more) put(text);
    out += "\r\n";
  };
  line(table_.rows.front(), added);
  for (std::size_t i = 0; i < verdicts.size(); ++i) line(table_.rows[i + 1], cells_of(verdicts[i]));
  return out;
}

}  // namespace stele::verifier
