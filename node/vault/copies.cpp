// From one vault of an organisation to another (docs/adr/0012): what is held of a record, whole or not at all.
#include "ledger/base/encoding.h"
#include "node/vault/payload.h"
#include "node/vault/vault_impl.h"

namespace stele::vault {
namespace {

using json::Value;
using record::Type;

Error bad_copy(const Rejection& why) {
  Where where;
  where.field = why.where;
  return make_error("vault_copy_bad",
                    "Bản sao từ kho khác không đúng với bản ghi đã ký; không nhận. Hãy kiểm tra kho đã gửi.",
                    "The copy from another vault is not what was signed; it is not kept. Check the vault that sent it.",
                    std::move(where));
}
Error bad_copy(const char* field) {
  return bad_copy({RejectionCode::payload_bad, field});
}

Value books_json(const std::vector<Book>& books) {
  auto out = Value::array();
  for (const auto& b : books) out.push(Value::object({{"student", b.student}, {"key", base64url(b.key.view())}}));
  return out;
}

Value row_json(const SheetPayload::Row& row) {
  if (row.result) return Value::object({{"result", row.result->text}, {"detail", row.detail->text}});
  return Value::object(
      {{"digests", Value::array({base64url(row.digests.result.view()), base64url(row.digests.detail.view())})}});
}

}  // namespace

std::optional<std::pair<std::string, std::string>> Vault::Impl::kind_and_year(const record::Record& r,
                                                                              const LedgerView& view) {
  if (const auto* c = std::get_if<record::ClassList>(&r.body)) return std::pair(c->kind, c->year);
  const auto* a = std::get_if<record::Amend>(&r.body);
  const auto target = a != nullptr ? view.record(a->target) : std::nullopt;
  const auto* c = target ? std::get_if<record::ClassList>(&target->body) : nullptr;
  return c != nullptr ? std::optional(std::pair(c->kind, c->year)) : std::nullopt;
}

const signer::SigningKey& Vault::key() const {
  return impl_->ack_key;
}

Result<std::vector<Book>> Vault::books_in(const record::Record& r, const LedgerView& view) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  std::vector<Book> out;
  if (record::is_credential(r.type)) {
    STELE_TRY(const auto held, m.stored_credential(r));
    if (held) out.push_back({held->student_id, held->book});
    return out;
  }
  if (!Impl::kind_and_year(r, view)) return out;
  STELE_TRY(const auto sheet, m.sheet(r));
  for (const auto& row : sheet.rows) {
    if (!row.result) continue;
    const auto student = record::student_result(*row.result);
    if (!student) return Unexpected(changed_at(r, "rows"));
    STELE_TRY(const auto key, m.book(student->student_id));
    if (key) out.push_back({student->student_id, *key});
  }
  return out;
}

bool Vault::holds(const record::Record& r) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  if (r.type == Type::key) {
    const auto plain = m.get_sealed(person_place(r.id));
    return plain && *plain;
  }
  if (!record::is_credential(r.type)) return m.sheet(r).has_value();
  const auto held = m.stored_credential(r);
  return held && *held;
}

Result<std::optional<std::string>> Vault::copy(const record::Record& r, const LedgerView& view, const Reader& reader) {
  using Text = std::optional<std::string>;
  if (r.type == Type::key) {
    STELE_TRY(const auto d, person(r));
    return d ? Text(json::write(Value::object({{"disclosure", *d}}))) : Text();
  }
  STELE_TRY(const auto books, [&]() -> Result<std::vector<Book>> {
    auto out = books_in(r, view);
    if (!out && out.error().code == "not_found") return std::vector<Book>{};
    return out;
  }());
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "copy", r.id));
  if (!record::is_credential(r.type)) {
    const auto sheet = m.sheet(r);
    if (!sheet && sheet.error().code == "not_found") return Text();
    if (!sheet) return Unexpected(sheet.error());
    auto rows = Value::array();
    for (const auto& row : sheet->rows) rows.push(row_json(row));
    return Text(json::write(Value::object({{"rows", std::move(rows)}, {"books", books_json(books)}})));
  }
  STELE_TRY(const auto held, m.stored_credential(r));
  if (!held) return Text();
  auto disclosures = Value::array();
  for (const auto& d : held->disclosures) disclosures.push(d);
  auto out = Value::object(
      {{"disclosures", std::move(disclosures)}, {"student", held->student_id}, {"book", base64url(held->book.view())}});
  // A code that was used stands no longer at its place.
  STELE_TRY(const auto code, m.get(pickup_of_place(r.id)));
  const auto digest = code ? Digest::from(as_bytes(*code)) : std::nullopt;
  if (digest) {
    STELE_TRY(const auto open, m.get(pickup_place(*digest)));
    if (open) out.set("pickup", base64url(digest->view()));
  }
  return Text(json::write(out));
}

Result<void> Vault::Impl::adopt_sheet(rocksdb::WriteBatch& batch, const record::Record& r, std::string_view text,
                                      const LedgerView& view) {
  const auto as_signed = signed_rows(r);
  if (!as_signed) return Unexpected(bad_copy("type"));
  auto copy = read_sheet_copy(text, as_signed->root, as_signed->rows);
  if (!copy) return Unexpected(bad_copy(copy.error()));
  if (const auto* a = std::get_if<record::Amend>(&r.body)) {
    // The rows that replace others are none of them decoys.
    for (std::size_t i = 0; i < a->positions.size(); ++i) {
      if (!copy->sheet.rows.at(i).result) return Unexpected(bad_copy("rows"));
    }
  }
  if (const auto names = kind_and_year(r, view)) {
    // The tag stands under the signed root: a key that gives it is the student's.
    std::map<std::string_view, const Book*> books;
    for (const auto& b : copy->books) books.emplace(b.student, &b);
    for (const auto& row : copy->sheet.rows) {
      if (!row.result) continue;
      const auto student = record::student_result(*row.result);
      const auto it = student ? books.find(student->student_id) : books.end();
      if (it == books.end() ||
          record::book_tag(it->second->key.view(), Type::transcript, names->first, names->second) != student->tag)
        return Unexpected(bad_copy("books"));
      STELE_TRY(const bool may, replaceable(*it->second, *view.state));
      if (may) put_book(batch, *it->second);
    }
  }
  return store(batch, r, Opened{std::move(copy->sheet), {}, true}, *view.state);
}

Result<void> Vault::Impl::adopt_credential(rocksdb::WriteBatch& batch, const record::Record& r, std::string_view text,
                                           const LedgerView& view) {
  auto copy = read_credential_copy(text);
  if (!copy) return Unexpected(bad_copy(copy.error()));
  StoredCredential held{{}, copy->student_id, copy->book};
  for (const auto& d : copy->disclosures) held.disclosures.push_back(d.text);
  if (const auto ok = check_credential_held(r, std::get<record::Credential>(r.body), held); !ok)
    return Unexpected(bad_copy(ok.error().where.field.c_str()));
  const Book book{copy->student_id, copy->book};
  STELE_TRY(const bool may, replaceable(book, *view.state));
  if (may) put_book(batch, book);
  STELE_CHECK(put_holder(batch, copy->student_id, *record::org_of(r), r.id, *view.state));
  store_credential(batch, r, CredentialPayload{std::move(copy->disclosures), copy->student_id, copy->pickup},
                   copy->book);
  return {};
}

Result<void> Vault::adopt(const record::Record& r, std::string_view copy, const LedgerView& view) {
  if (holds(r)) return {};
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  if (const auto* key = std::get_if<record::Key>(&r.body)) {
    const auto d = read_binding(copy, *key);
    if (!d) return Unexpected(bad_copy(d.error()));
    m.put_sealed(batch, person_place(r.id), as_bytes(d->text));
  } else if (record::is_credential(r.type)) {
    STELE_CHECK(m.adopt_credential(batch, r, copy, view));
  } else {
    STELE_CHECK(m.adopt_sheet(batch, r, copy, view));
  }
  return m.write(batch, true);
}

Result<Vault::RepairPoint> Vault::repair_point() const {
  const std::lock_guard lock(impl_->mutex);
  STELE_TRY(const auto stored, impl_->get(as_bytes(repair_place)));
  RepairPoint out;
  if (!stored) return out;
  log::Reader r(as_bytes(*stored));
  out.next = r.u64();
  out.rescanned = r.u64();
  const auto n = r.u32();
  for (std::uint32_t i = 0; i < n && r.ok(); ++i) out.wanting.push_back(r.u64());
  if (!r.done()) return Unexpected(damaged());
  return out;
}

Result<void> Vault::set_repair_point(const RepairPoint& p) {
  const std::lock_guard lock(impl_->mutex);
  log::Writer w;
  w.u64(p.next);
  w.u64(p.rescanned);
  w.u32(static_cast<std::uint32_t>(p.wanting.size()));
  for (const auto i : p.wanting) w.u64(i);
  rocksdb::WriteBatch batch;
  Impl::put(batch, as_bytes(repair_place), w.bytes());
  return impl_->write(batch, true);
}

}  // namespace stele::vault
