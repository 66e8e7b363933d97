#include "ledger/record/disclosure.h"

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/figures.h"

namespace stele::record {
namespace {

using json::Field;
using json::ObjectReader;
using json::Value;

constexpr std::size_t disclosure_json_bytes_max = 6'144;
constexpr std::size_t disclosure_nodes_max = 1'024;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t seed_bytes = 32;
constexpr std::size_t regular_max = 8;

using Salt = FixedBytes<struct SaltTag, salt_bytes>;

/// A mark as text, or `{"missing": code}`.
std::optional<MarkOrMissing> entry_from_text(std::string_view text) {
  const auto mark = parse_mark(text);
  if (!mark) return std::nullopt;
  return MarkOrMissing(*mark);
}
MarkOrMissing read_entry(Field& f) {
  if (f.is(json::Kind::object)) {
    return f.object([](ObjectReader& m) -> MarkOrMissing { return m.parsed("missing", missing_from_name); });
  }
  return f.parsed(entry_from_text);
}

Value entry_json(const MarkOrMissing& entry) {
  if (const auto* mark = std::get_if<Mark>(&entry)) return mark_text(*mark);
  return Value::object({{"missing", missing_name(std::get<Missing>(entry))}});
}

}  // namespace

Result<Disclosure, Rejection> decode_disclosure(std::string_view text) {
  if (text.size() > disclosure_text_bytes_max) return reject(RejectionCode::too_large, "disclosure");
  const auto bytes = unbase64url(text);
  if (!bytes) return reject(RejectionCode::bad_base64, "disclosure");
  auto json = json::parse(as_text(*bytes), {.bytes_max = disclosure_json_bytes_max, .nodes_max = disclosure_nodes_max});
  if (!json) return Unexpected(to_rejection(std::move(json).error(), "disclosure"));

  constexpr std::size_t parts = 3;  // salt, name, value
  if (!json->is(json::Kind::array)) return reject(RejectionCode::wrong_type, "disclosure");
  const auto& items = json->items();
  if (items.size() != parts) return reject(RejectionCode::out_of_bounds, "disclosure");
  if (!items[0].is(json::Kind::string)) return reject(RejectionCode::wrong_type, "salt");
  if (!items[1].is(json::Kind::string)) return reject(RejectionCode::wrong_type, "name");
  if (!fixed_from_base64url<Salt>(items[0].string())) return reject(RejectionCode::bad_form, "salt");
  if (!is_claim_name(items[1].string())) return reject(RejectionCode::bad_form, "name");
  return Disclosure{std::string(text), sha256(as_bytes(text)), items[1].string(), items[2]};
}

Digest decoy_digest(ByteView seed) {
  STELE_ASSERT(seed.size() == seed_bytes);
  return tagged_hash("stele/v1/decoy", seed);
}

std::string encode_disclosure(ByteView salt, std::string_view name, const json::Value& value) {
  STELE_ASSERT(salt.size() == salt_bytes);
  STELE_ASSERT(is_claim_name(name));
  return base64url(as_bytes(json::write(Value::array({base64url(salt), name, value}))));
}

std::optional<Mark> parse_mark(std::string_view text) {
  // "0.0" to "9.9", and "10.0"
  if (text == "10.0") return Mark{100};
  if (text.size() != 3 || text[1] != '.' || !is_digits(text.substr(0, 1)) || !is_digits(text.substr(2))) {
    return std::nullopt;
  }
  return Mark{std::uint32_t(text[0] - '0') * 10 + std::uint32_t(text[2] - '0')};
}

std::string mark_text(Mark mark) {
  STELE_ASSERT(mark.tenths <= 100);
  return std::to_string(mark.tenths / 10) + "." + std::to_string(mark.tenths % 10);
}

Result<GradeResult, Rejection> grade_result(const Disclosure& d) {
  STELE_CHECK(check_name(d, "result"));
  return read_value(d, [](ObjectReader& r) {
    GradeResult out;
    out.tag = r.digest43<Tag256>("tag");
    out.figure = read_figure(r);
    return out;
  });
}

Result<GradeDetail, Rejection> grade_detail(const Disclosure& d) {
  STELE_CHECK(check_name(d, "detail"));
  return read_value(d, [](ObjectReader& r) {
    GradeDetail out;
    // A comment-only subject has none of the three, a subject with marks all.
    if (r.has("regular") || r.has("mid") || r.has("final")) {
      out.regular = r.array("regular", 0, regular_max, read_entry);
      out.mid = r.field("mid", read_entry);
      out.final = r.field("final", read_entry);
    }
    out.comment = r.optional_string("comment", text::free).value_or("");
    return out;
  });
}

Result<StudentResult, Rejection> student_result(const Disclosure& d) {
  STELE_CHECK(check_name(d, "result"));
  return read_value(d, [](ObjectReader& r) {
    StudentResult out;
    out.tag = r.digest43<Tag256>("tag");
    out.student_id = r.string("student_id", student_id_text);
    out.name = r.string("name", text::free);
    out.birth_date = r.parsed("birth_date", parse_date);
    out.gender = r.string("gender", text::code);
    return out;
  });
}

Result<StudentDetail, Rejection> student_detail(const Disclosure& d) {
  STELE_CHECK(check_name(d, "detail"));
  return read_value(d, [](ObjectReader& r) {
    StudentDetail out;
    out.birth_place = r.optional_string("birth_place", text::free);
    out.ethnicity = r.optional_string("ethnicity", text::free);
    out.personal_id = r.optional_string("personal_id", personal_id_text);
    out.status = r.optional_string("status", text::code);
    return out;
  });
}

Result<SummaryResult, Rejection> summary_result(const Disclosure& d) {
  STELE_CHECK(check_name(d, "result"));
  return read_value(d, [](ObjectReader& r) {
    SummaryResult out;
    out.tag = r.digest43<Tag256>("tag");
    read_summary(r, out);
    return out;
  });
}

Result<std::string, Rejection> summary_comment(const Disclosure& d) {
  STELE_CHECK(check_name(d, "detail"));
  return read_value(d, [](ObjectReader& r) { return r.optional_string("comment", text::free).value_or(""); });
}

json::Value to_json(const GradeResult& g) {
  Value out = Value::object({{"tag", base64url(g.tag.view())}});
  set_figure(out, g.figure);
  return out;
}

json::Value to_json(const GradeDetail& g) {
  Value out = Value::object();
  STELE_ASSERT(g.mid.has_value() == g.final.has_value());
  if (g.mid && g.final) {
    Value& regular = out.set("regular", Value::array());
    for (const auto& entry : g.regular) regular.push(entry_json(entry));
    out.set("mid", entry_json(*g.mid));
    out.set("final", entry_json(*g.final));
  }
  if (!g.comment.empty()) out.set("comment", g.comment);
  return out;
}

json::Value to_json(const StudentResult& s) {
  return Value::object({{"tag", base64url(s.tag.view())},
                        {"student_id", s.student_id},
                        {"name", s.name},
                        {"birth_date", date_text(s.birth_date)},
                        {"gender", s.gender}});
}

json::Value to_json(const StudentDetail& s) {
  Value out = Value::object();
  set_text(out, "birth_place", s.birth_place);
  set_text(out, "ethnicity", s.ethnicity);
  set_text(out, "personal_id", s.personal_id);
  set_text(out, "status", s.status);
  return out;
}

json::Value to_json(const SummaryResult& s) {
  Value out = Value::object({{"tag", base64url(s.tag.view())}});
  set_summary(out, s);
  return out;
}

Tag256 book_tag(ByteView book_key, Type type, std::string_view kind, std::string_view period) {
  static constexpr std::uint8_t zero[] = {0};
  const auto mac = hmac_sha256(book_key, {as_bytes("stele/v1/tag"), zero, as_bytes(type_name(type)), zero,
                                          as_bytes(kind), zero, as_bytes(period)});
  return Tag256{mac.bytes};
}

}  // namespace stele::record
