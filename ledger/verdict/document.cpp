#include "ledger/verdict/document.h"

#include <algorithm>
#include <tuple>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/forms.h"

namespace stele::verdict {
namespace {

using json::Field;
using json::ObjectReader;
using json::Value;

/// More than the lists and their paths can have at their bounds.
constexpr std::size_t file_nodes_max = 500'000;
constexpr json::Limits file_limits{.bytes_max = document_bytes_max, .nodes_max = file_nodes_max, .line_feeds = true};
constexpr json::TextRule disclosure_text{1, record::disclosure_text_bytes_max};

std::string digest_text(const std::string& disclosure) {
  return base64url(sha256(as_bytes(disclosure)).view());
}

void sort(DocumentFile& f) {
  std::sort(f.disclosures.begin(), f.disclosures.end(), [](const auto& a, const auto& b) {
    return std::pair(a.record, digest_text(a.disclosure)) < std::pair(b.record, digest_text(b.disclosure));
  });
  std::sort(f.rows.begin(), f.rows.end(),
            [](const auto& a, const auto& b) { return std::tie(a.record, a.row) < std::tie(b.record, b.row); });
  std::sort(f.persons.begin(), f.persons.end(), [](const auto& a, const auto& b) { return a.record < b.record; });
}

Value path_json(const log::MerklePath& path) {
  Value out = Value::array();
  for (const auto& hash : path) out.push(base64url(hash.view()));
  return out;
}

Value head_json(std::string_view kind, const std::string& net, std::size_t subject) {
  return Value::object({{"stele", kind}, {"v", 1}, {"net", net}, {"subject", subject}});
}

Value row_json(const DocumentRow& r) {
  Value out = Value::object(
      {{"record", r.record}, {"row", r.row}, {"result", r.result}, {"result_path", path_json(r.result_path)}});
  if (r.detail) {
    out.set("detail", *r.detail);
    out.set("detail_path", path_json(r.detail_path));
  }
  return out;
}

/// Positions are compared with the evidence after it was read: it stands last.
std::size_t read_position(ObjectReader& r, std::string_view name) {
  return r.integer<std::size_t>(name, 0, records_max - 1);
}

DocumentRow read_row(ObjectReader& r) {
  DocumentRow out;
  const auto path = [](Field& f) { return f.digest43<Digest>(); };
  out.record = read_position(r, "record");
  out.row = r.integer<std::uint32_t>("row", 0, std::uint32_t(record::rows_max - 1));
  out.result = r.string("result", disclosure_text);
  out.result_path = r.array("result_path", 0, log::path_length_max, path);
  if (r.has("detail") || r.has("detail_path")) {
    out.detail = r.string("detail", disclosure_text);
    out.detail_path = r.array("detail_path", 0, log::path_length_max, path);
  }
  return out;
}

template <class T>
T read_opening(ObjectReader& r) {
  const auto record = read_position(r, "record");
  return T{record, r.string("disclosure", disclosure_text)};
}

/// What kind of file is it, and of a version that is known here? Asked first, so that another file is not called a
/// damaged one.
Result<void, Rejection> check_kind(const Value& file, std::string_view kind) {
  const auto* name = file.is(json::Kind::object) ? file.find("stele") : nullptr;
  if (name == nullptr || *name != Value(kind)) return reject(RejectionCode::unknown_type, "stele");
  const auto* v = file.find("v");
  if (v == nullptr || *v != Value(1)) return reject(RejectionCode::wrong_version, "v");
  return {};
}

template <class T>
void read_head(ObjectReader& r, T& out) {
  (void)r.string("stele", record::text::code);
  (void)r.integer<int>("v", 1, 1);
  out.net = r.string("net", record::text::net);
  out.subject = read_position(r, "subject");
}

Result<Value, Rejection> parse_file(std::string_view file, std::string_view kind) {
  auto tree = json::parse(file, file_limits);
  if (!tree) {
    const auto prefix = "{\"stele\":\"" + std::string(kind) + "\"";
    auto why = record::to_rejection(std::move(tree).error(), "file");
    // A damaged file of this kind is told from any other by how it begins.
    if (!file.starts_with(prefix)) why = {RejectionCode::unknown_type, "stele"};
    return Unexpected(std::move(why));
  }
  STELE_CHECK(check_kind(*tree, kind));
  return std::move(tree).value();
}

/// The first byte in which the file differs from its canonical form, as a path if there is one.
Rejection not_canonical(std::string_view file, std::string_view canonical) {
  const auto difference = std::mismatch(file.begin(), file.end(), canonical.begin(), canonical.end()).first;
  const auto offset = static_cast<std::size_t>(difference - file.begin());
  // Cut off there, the text is no JSON, and the parser says how far it was.
  const auto cut = json::parse(file.substr(0, offset), file_limits);
  const std::string path = cut || cut.error().path.empty() ? std::string("file") : cut.error().path;
  return {RejectionCode::bad_form, path + " (byte " + std::to_string(offset) + ")"};
}

Result<void, Rejection> check_positions(const DocumentFile& f) {
  const auto size = f.evidence.records.size();
  const auto check = [&](std::size_t position, const std::string& where) -> Result<void, Rejection> {
    if (position >= size) return reject(RejectionCode::out_of_bounds, where);
    return {};
  };
  STELE_CHECK(check(f.subject, "subject"));
  const auto check_list = [&](const auto& list, std::string_view name) -> Result<void, Rejection> {
    for (std::size_t i = 0; i < list.size(); ++i) {
      STELE_CHECK(check(list[i].record, std::string(name) + "[" + std::to_string(i) + "].record"));
    }
    return {};
  };
  STELE_CHECK(check_list(f.disclosures, "disclosures"));
  STELE_CHECK(check_list(f.rows, "rows"));
  STELE_CHECK(check_list(f.persons, "persons"));
  STELE_CHECK(record::check_distinct(f.persons, "persons", [](const auto& p) { return p.record; }));
  return record::check_ascending(f.rows, "rows", [](const auto& r) { return std::pair(r.record, r.row); });
}

}  // namespace

std::string encode(DocumentFile f) {
  sort(f);
  Value out = head_json("document", f.net, f.subject);
  Value& disclosures = out.set("disclosures", Value::array());
  for (const auto& d : f.disclosures) {
    disclosures.push(Value::object({{"record", d.record}, {"disclosure", d.disclosure}}));
  }
  Value& rows = out.set("rows", Value::array());
  for (const auto& r : f.rows) rows.push(row_json(r));
  Value& persons = out.set("persons", Value::array());
  for (const auto& p : f.persons) {
    persons.push(Value::object({{"record", p.record}, {"disclosure", p.disclosure}}));
  }
  if (f.book) out.set("book", base64url(f.book->view()));
  out.set("evidence", to_json(f.evidence));
  return json::write(out) + "\n";
}

std::string encode(const Receipt& r) {
  Value out = head_json("receipt", r.net, r.subject);
  out.set("evidence", to_json(r.evidence));
  return json::write(out) + "\n";
}

bool says_receipt(std::string_view file) {
  constexpr std::string_view document = R"({"stele":"document")", receipt = R"({"stele":"receipt")";
  if (file.starts_with(receipt) || file.starts_with(document)) return file.starts_with(receipt);
  // Printed by another program: then the value counts, not how it begins.
  const auto tree = json::parse(file, file_limits);
  if (!tree || !tree->is(json::Kind::object)) return false;
  const auto* name = tree->find("stele");
  return name != nullptr && *name == Value("receipt");
}

Result<DocumentFile, Rejection> decode_document(std::string_view file) {
  STELE_TRY(const Value tree, parse_file(file, "document"));
  ObjectReader r(tree);
  DocumentFile f;
  read_head(r, f);
  f.disclosures =
      r.array("disclosures", 0, disclosures_max, [](Field& x) { return x.object(read_opening<DocumentDisclosure>); });
  f.rows = r.array("rows", 0, document_rows_max, [](Field& x) { return x.object(read_row); });
  f.persons = r.array("persons", 0, persons_max, [](Field& x) { return x.object(read_opening<DocumentPerson>); });
  f.book = r.optional_digest43<BookKey>("book");
  f.evidence = r.object("evidence", read_evidence);
  if (auto end = r.finish(); !end) return Unexpected(record::to_rejection(std::move(end).error(), "file"));
  STELE_CHECK(check_positions(f));
  const auto canonical = encode(f);
  if (canonical != file) return Unexpected(not_canonical(file, canonical));
  return f;
}

Result<Receipt, Rejection> decode_receipt(std::string_view file) {
  STELE_TRY(const Value tree, parse_file(file, "receipt"));
  ObjectReader r(tree);
  Receipt out;
  read_head(r, out);
  out.evidence = r.object("evidence", read_evidence);
  if (auto end = r.finish(); !end) return Unexpected(record::to_rejection(std::move(end).error(), "file"));
  if (out.subject >= out.evidence.records.size()) return reject(RejectionCode::out_of_bounds, "subject");
  const auto canonical = encode(out);
  if (canonical != file) return Unexpected(not_canonical(file, canonical));
  return out;
}

}  // namespace stele::verdict
