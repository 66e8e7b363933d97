#include <algorithm>
#include <array>

#include "ledger/base/encoding.h"
#include "ledger/record/figures.h"

namespace stele::record {
namespace {

using json::Field;
using json::FieldFaultKind;
using json::ObjectReader;
using json::Value;

constexpr std::string_view subject_prefix = "subject.";
constexpr std::size_t terms_max = 8;
constexpr std::size_t basis_max = 12;
constexpr std::size_t contents_max = 64;  // as many as a credential has digests

/// Members after a figure: the row that it is taken from.
template <class T>
void read_source(ObjectReader& r, T& out) {
  out.sheet = r.digest43<RecordId>("sheet");
  out.row = r.integer<std::uint32_t>("row", 0, rows_max - 1);
}
TermFigure read_retest(ObjectReader& r) {
  TermFigure out;
  out.figure = read_figure(r);
  read_source(r, out);
  return out;
}
TermFigure read_term(ObjectReader& r) {
  auto term = r.string("term", text::code);
  TermFigure out = read_retest(r);
  out.term = std::move(term);
  return out;
}
Value term_json(const TermFigure& f) {
  Value out = Value::object();
  if (!f.term.empty()) out.set("term", f.term);
  set_figure(out, f.figure);
  out.set("sheet", base64url(f.sheet.view()));
  out.set("row", f.row);
  return out;
}

/// The forms of values that claims may have.
enum class Form : std::uint8_t {
  free,
  code,
  date,
  year,
  cls,
  student_id,
  personal_id,
  serial,
  person,
  summary,
  basis,
  contents,
};

struct ClaimRow {
  std::string_view name;
  Form form;
  std::optional<Type> only;  ///< none: every credential
};

/// wire-format.md section 5.1. `subject.<code>` is besides, since its name is open.
constexpr std::array claim_rows{
    ClaimRow{"contents", Form::contents, {}},
    ClaimRow{"name", Form::free, {}},
    ClaimRow{"birth_date", Form::date, {}},
    ClaimRow{"birth_place", Form::free, {}},
    ClaimRow{"gender", Form::code, {}},
    ClaimRow{"ethnicity", Form::free, {}},
    ClaimRow{"student_id", Form::student_id, {}},
    ClaimRow{"personal_id", Form::personal_id, {}},
    ClaimRow{"school", Form::free, {}},
    ClaimRow{"signer", Form::person, {}},
    ClaimRow{"issued", Form::date, {}},
    ClaimRow{"class", Form::cls, Type::transcript},
    ClaimRow{"year", Form::year, Type::transcript},
    ClaimRow{"summary", Form::summary, Type::transcript},
    ClaimRow{"graduation_year", Form::year, Type::diploma},
    ClaimRow{"ranking", Form::code, Type::diploma},
    ClaimRow{"mode", Form::code, Type::diploma},
    ClaimRow{"serial", Form::serial, Type::diploma},
    ClaimRow{"register_no", Form::free, Type::diploma},
    ClaimRow{"basis", Form::basis, Type::diploma},
    ClaimRow{"title", Form::free, Type::certificate},
    ClaimRow{"grade", Form::free, Type::certificate},
    ClaimRow{"basis", Form::basis, Type::certificate},
    ClaimRow{"reason", Form::free, Type::school_transfer},
    ClaimRow{"basis", Form::basis, Type::school_transfer},
};

bool is_serial(std::string_view text) {
  return text[0] >= 'A' && text[0] <= 'Z' && is_digits(text.substr(1));
}
constexpr json::TextRule serial_text{9, 9, is_serial};

/// An export repeats the claims of its original, whose type its bytes do not say.
bool belongs_to(Type credential, std::optional<Type> only) {
  return !only || credential == Type::export_copy || *only == credential;
}

/// Reads the value as if it were a member named like the claim, so that one reader serves every form.
template <class Read, class T = std::invoke_result_t<Read, ObjectReader&>>
Result<T, Rejection> read_as_member(const Disclosure& d, Read read) {
  const Value object = Value::object({{d.name, d.value}});
  ObjectReader r(object);
  T out = read(r);
  if (auto end = r.finish(); !end) return Unexpected(to_rejection(std::move(end).error(), d.name));
  return out;
}

Result<void, Rejection> check_text(const Disclosure& d, const json::TextRule& rule) {
  STELE_CHECK(read_as_member(d, [&](ObjectReader& r) { return r.string(d.name, rule); }));
  return {};
}

template <class T>
Result<void, Rejection> only_whether(const Result<T, Rejection>& read) {
  if (!read) return Unexpected(read.error());
  return {};
}

Result<void, Rejection> check_form(const Disclosure& d, Form form) {
  switch (form) {
    case Form::free:
      return check_text(d, text::free);
    case Form::code:
      return check_text(d, text::code);
    case Form::date:
      return only_whether(read_as_member(d, [&](ObjectReader& r) { return r.parsed(d.name, parse_date); }));
    case Form::year:
      return check_text(d, text::year);
    case Form::cls:
      return check_text(d, text::cls);
    case Form::student_id:
      return check_text(d, student_id_text);
    case Form::personal_id:
      return check_text(d, personal_id_text);
    case Form::serial:
      return check_text(d, serial_text);
    case Form::person:
      return only_whether(person_claim(d));
    case Form::summary:
      return only_whether(summary_claim(d));
    case Form::basis:
      return only_whether(basis_claim(d));
    case Form::contents:
      break;
  }
  return only_whether(contents_claim(d));
}

}  // namespace

Result<SubjectClaim, Rejection> subject_claim(const Disclosure& d) {
  if (d.name.substr(0, subject_prefix.size()) != subject_prefix) return reject(RejectionCode::bad_form, d.name);
  auto code = d.name.substr(subject_prefix.size());
  if (code.size() > text::code.chars_max || !is_code(code)) return reject(RejectionCode::bad_form, d.name);
  auto claim = read_value(d, [&](ObjectReader& r) {
    SubjectClaim out;
    out.code = code;
    out.name = r.string("name", text::free);
    out.terms = r.array("terms", 0, terms_max, [](Field& f) { return f.object(read_term); });
    out.retest = r.optional_object("retest", read_retest);
    out.year = r.optional_object("year", read_figure);
    return out;
  });
  if (!claim) return claim;
  STELE_CHECK(check_distinct(
      claim->terms, d.name + ".terms", [](const TermFigure& t) -> const auto& { return t.term; }));
  return claim;
}

Result<SummaryClaim, Rejection> summary_claim(const Disclosure& d) {
  STELE_CHECK(check_name(d, "summary"));
  return read_value(d, [](ObjectReader& r) {
    SummaryClaim out;
    read_summary(r, out.summary);
    read_source(r, out);
    return out;
  });
}

Result<PersonClaim, Rejection> person_claim(const Disclosure& d) {
  const bool binding = d.name == "person";
  if (!binding) STELE_CHECK(check_name(d, "signer"));
  return read_value(d, [&](ObjectReader& r) {
    PersonClaim out;
    out.name = r.string("name", text::free);
    out.title = r.string("title", text::free);
    if (binding) out.certificate = r.optional_digest43<Digest>("certificate");
    return out;
  });
}

Result<std::vector<RecordId>, Rejection> basis_claim(const Disclosure& d) {
  STELE_CHECK(check_name(d, "basis"));
  return read_as_member(d, [](ObjectReader& r) {
    return r.ascending("basis", 1, basis_max, [](Field& f) { return f.digest43<RecordId>(); });
  });
}

Result<std::vector<std::string>, Rejection> contents_claim(const Disclosure& d) {
  STELE_CHECK(check_name(d, "contents"));
  return read_as_member(d, [](ObjectReader& r) {
    return r.ascending("contents", 1, contents_max, [](Field& f) { return f.string(claim_name_text); });
  });
}

json::Value to_json(const SubjectClaim& c) {
  Value out = Value::object({{"name", c.name}});
  Value& terms = out.set("terms", Value::array());
  for (const auto& term : c.terms) terms.push(term_json(term));
  if (c.retest) out.set("retest", term_json(*c.retest));
  if (c.year) set_figure(out.set("year", Value::object()), *c.year);
  return out;
}

json::Value to_json(const SummaryClaim& c) {
  Value out = Value::object();
  set_summary(out, c.summary);
  out.set("sheet", base64url(c.sheet.view()));
  out.set("row", c.row);
  return out;
}

json::Value to_json(const PersonClaim& c) {
  Value out = Value::object({{"name", c.name}, {"title", c.title}});
  if (c.certificate) out.set("certificate", base64url(c.certificate->view()));
  return out;
}

Result<void, Rejection> check_claim(Type credential, const Disclosure& d) {
  STELE_ASSERT(is_credential(credential));
  if (d.name.substr(0, subject_prefix.size()) == subject_prefix && belongs_to(credential, Type::transcript)) {
    return only_whether(subject_claim(d));
  }
  const auto row = std::find_if(claim_rows.begin(), claim_rows.end(),
                                [&](const ClaimRow& r) { return r.name == d.name && belongs_to(credential, r.only); });
  if (row == claim_rows.end()) return reject(RejectionCode::unknown_member, d.name);
  return check_form(d, row->form);
}

}  // namespace stele::record
