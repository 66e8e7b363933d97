#include "node/vault/payload.h"

#include <algorithm>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/log/merkle.h"
#include "ledger/record/object_reader.h"

namespace stele::vault {
namespace {

using json::ObjectReader;

Result<json::Value, Rejection> parse(std::string_view payload) {
  if (payload.empty()) return reject(RejectionCode::payload_missing);
  auto v = json::parse(payload, {.bytes_max = payload_bytes_max, .depth_max = 6, .nodes_max = 100'000});
  if (!v) return reject(RejectionCode::payload_bad, "payload");
  return std::move(*v);
}

/// How a row says that it is a decoy: by what its digests are made of, or by its digests.
enum class Decoys : bool { proven, as_digests };

struct RawRow {
  std::optional<std::string> result, detail;
  std::vector<Digest> decoy;
};

std::vector<RawRow> raw_rows(ObjectReader& r, std::uint32_t rows, Decoys decoys) {
  constexpr json::TextRule text{.chars_min = 1, .chars_max = record::disclosure_text_bytes_max};
  return r.array("rows", rows, rows, [&](json::Field& f) {
    return f.object([&](ObjectReader& o) {
      RawRow row;
      row.result = o.optional_string("result", text);
      row.detail = o.optional_string("detail", text);
      row.decoy = o.optional_array(decoys == Decoys::proven ? "decoy" : "digests", 2, 2, [](json::Field& d) {
                     return d.digest43<Digest>();
                   }).value_or(std::vector<Digest>{});
      return row;
    });
  });
}

Result<SheetPayload::Row, Rejection> open_row(const RawRow& raw, Decoys decoys, const std::string& where) {
  SheetPayload::Row row;
  if (!raw.decoy.empty()) {
    if (raw.result || raw.detail) return reject(RejectionCode::payload_bad, where);
    row.digests = decoys == Decoys::as_digests ? record::RowDigests{raw.decoy[0], raw.decoy[1]}
                                               : record::RowDigests{record::decoy_digest(raw.decoy[0].view()),
                                                                    record::decoy_digest(raw.decoy[1].view())};
    return row;
  }
  if (!raw.result || !raw.detail) return reject(RejectionCode::payload_bad, where);
  auto result = record::decode_disclosure(*raw.result);
  auto detail = record::decode_disclosure(*raw.detail);
  if (!result || !detail || result->name != "result" || detail->name != "detail")
    return reject(RejectionCode::payload_bad, where);
  row.digests = {result->digest, detail->digest};
  row.result = std::move(*result);
  row.detail = std::move(*detail);
  return row;
}

Result<SheetPayload, Rejection> opened(const std::vector<RawRow>& raw, Decoys decoys, const Digest& root) {
  SheetPayload out;
  std::vector<LeafHash> leaves;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    STELE_TRY(auto row, open_row(raw[i], decoys, "payload.rows[" + std::to_string(i) + "]"));
    leaves.push_back(log::merkle_leaf(row.digests.result.view()));
    leaves.push_back(log::merkle_leaf(row.digests.detail.view()));
    out.rows.push_back(std::move(row));
  }
  if (log::merkle_root(leaves) != root) return reject(RejectionCode::payload_root, "stele.root");
  return out;
}

Rejection malformed(const json::FieldFault& fault) {
  return {RejectionCode::payload_bad, "payload." + fault.path};
}

Book read_book(json::Field& f) {
  return f.object([](ObjectReader& o) {
    Book out;
    out.student = o.string("student", {.chars_min = 10, .chars_max = 10});
    out.key = o.digest43<BookKey>("key");
    return out;
  });
}

}  // namespace

Result<SheetPayload, Rejection> read_sheet(std::string_view payload, const Digest& root, std::uint32_t rows) {
  STELE_TRY(const auto v, parse(payload));
  ObjectReader r(v);
  const auto raw = raw_rows(r, rows, Decoys::proven);
  if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
  return opened(raw, Decoys::proven, root);
}

Result<SheetCopy, Rejection> read_sheet_copy(std::string_view text, const Digest& root, std::uint32_t rows) {
  STELE_TRY(const auto v, parse(text));
  ObjectReader r(v);
  const auto raw = raw_rows(r, rows, Decoys::as_digests);
  auto books = r.array("books", 0, copy_books_max, read_book);
  if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
  STELE_TRY(auto sheet, opened(raw, Decoys::as_digests, root));
  return SheetCopy{std::move(sheet), std::move(books)};
}

Result<CredentialCopy, Rejection> read_credential_copy(std::string_view text) {
  STELE_TRY(const auto v, parse(text));
  ObjectReader r(v);
  const auto texts = r.array("disclosures", 1, copy_disclosures_max, [](json::Field& f) {
    return f.string({.chars_min = 1, .chars_max = record::disclosure_text_bytes_max});
  });
  CredentialCopy out;
  out.student_id = r.string("student", {.chars_min = 10, .chars_max = 10});
  out.pickup = r.optional_digest43<Digest>("pickup");
  out.book = r.digest43<BookKey>("book");
  if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
  for (const auto& t : texts) {
    STELE_TRY(auto d, record::decode_disclosure(t));
    out.disclosures.push_back(std::move(d));
  }
  return out;
}

const record::Disclosure* CredentialPayload::claim(std::string_view name) const {
  for (const auto& d : disclosures) {
    if (d.name == name) return &d;
  }
  return nullptr;
}

Result<CredentialPayload, Rejection> read_credential(std::string_view payload, record::Type type,
                                                     const record::Credential& c) {
  STELE_TRY(const auto v, parse(payload));
  ObjectReader r(v);
  const auto texts = r.array("disclosures", 1, c.sd.size(), [](json::Field& f) {
    return f.string({.chars_min = 1, .chars_max = record::disclosure_text_bytes_max});
  });
  const auto decoys = r.array("decoys", 0, c.sd.size(), [](json::Field& f) { return f.digest43<Digest>(); });
  CredentialPayload out;
  out.student_id = r.string("student", {.chars_min = 10, .chars_max = 10});
  out.pickup = r.optional_digest43<Digest>("pickup");
  if (auto end = r.finish(); !end) return reject(RejectionCode::payload_bad, "payload." + end.error().path);

  std::set<Digest> digests;
  std::set<std::string> names;
  for (const auto& text : texts) {
    STELE_TRY(auto d, record::decode_disclosure(text));
    STELE_CHECK(record::check_claim(type, d));
    digests.insert(d.digest);
    if (!names.insert(d.name).second) return reject(RejectionCode::payload_claims, "payload." + d.name);
    out.disclosures.push_back(std::move(d));
  }
  for (const auto& seed : decoys) digests.insert(record::decoy_digest(seed.view()));
  const std::set<Digest> signed_digests(c.sd.begin(), c.sd.end());
  if (digests != signed_digests || texts.size() + decoys.size() != c.sd.size())
    return reject(RejectionCode::payload_digest, "_sd");
  const auto* contents = out.claim("contents");
  if (contents == nullptr) return reject(RejectionCode::payload_claims, "payload.contents");
  STELE_TRY(const auto listed, record::contents_claim(*contents));
  if (!std::equal(listed.begin(), listed.end(), names.begin(), names.end()))
    return reject(RejectionCode::payload_claims, "payload.contents");
  return out;
}

Result<record::Disclosure, Rejection> read_binding(std::string_view payload, const record::Key& key) {
  STELE_TRY(const auto v, parse(payload));
  ObjectReader r(v);
  const auto text = r.string("disclosure", {.chars_min = 1, .chars_max = record::disclosure_text_bytes_max});
  if (auto end = r.finish(); !end) return reject(RejectionCode::payload_bad, "payload." + end.error().path);
  STELE_TRY(auto d, record::decode_disclosure(text));
  if (d.digest != key.binding || d.name != "person") return reject(RejectionCode::payload_digest, "stele.binding");
  STELE_CHECK(record::person_claim(d));
  return d;
}

}  // namespace stele::vault
