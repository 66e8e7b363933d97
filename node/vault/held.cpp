// What the vault holds, deciphered and held against what was signed; and what it tells of it.
#include <algorithm>

#include "ledger/base/hash.h"
#include "ledger/log/merkle.h"
#include "node/vault/vault_impl.h"

namespace stele::vault {
namespace {

constexpr std::size_t text_max = 1U << 20U;
constexpr std::size_t decoy_disclosures = 18;  // about as many as a diploma has

StoredRow with_paths(const std::vector<record::RowDigests>& digests, log::MerkleTree& tree, std::uint32_t n,
                     SheetPayload::Row row) {
  if (tree.size() == 0) {
    for (const auto& d : digests) {
      tree.append(log::merkle_leaf(d.result.view()));
      tree.append(log::merkle_leaf(d.detail.view()));
    }
  }
  return {n, std::move(row.result->text), std::move(row.detail->text), tree.inclusion_path(2ULL * n, tree.size()),
          tree.inclusion_path(2ULL * n + 1, tree.size())};
}

bool has_birth_date(const Vault::StoredCredential& c, std::string_view date) {
  bool same = false;
  for (const auto& text : c.disclosures) {  // all of them, wherever the date stands
    const auto d = record::decode_disclosure(text);
    const bool here = d && d->name == "birth_date" && d->value.is(json::Kind::string) && d->value.string() == date;
    same = same || here;
  }
  return same;
}

/// Of the credentials that were handed in with one number: that on the ledger which no other of them replaced.
std::optional<RecordId> standing(const std::vector<RecordId>& ids,
                                 const std::function<std::optional<record::Record>(const RecordId&)>& record) {
  std::set<RecordId> left, replaced;
  for (const auto& id : ids) {
    const auto r = record(id);
    const auto* c = r ? std::get_if<record::Credential>(&r->body) : nullptr;
    if (c == nullptr) continue;
    left.insert(id);
    if (c->replaces) replaced.insert(*c->replaces);
  }
  for (const auto& id : left) {
    if (!replaced.contains(id)) return id;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Signed> signed_rows(const record::Record& r) {
  return std::visit(
      [](const auto& body) -> std::optional<Signed> {
        if constexpr (requires {
                        body.root;
                        body.rows;
                      })
          return Signed{body.root, body.rows};
        return std::nullopt;
      },
      r.body);
}

// ---- from the database ----

Result<std::vector<record::RowDigests>> Vault::Impl::digests(const record::Record& sheet) const {
  const auto as_signed = signed_rows(sheet);
  STELE_TRY(const auto stored, get(sheet_place(sheet.id)));
  if (!as_signed || !stored)
    return Unexpected(not_held("Kho này không giữ bảng đó.", "This vault does not hold that sheet."));
  log::Reader r(as_bytes(*stored));
  std::vector<record::RowDigests> out(std::min<std::size_t>(r.u32(), record::rows_max));
  std::vector<LeafHash> leaves;
  for (auto& d : out) {
    d = {r.fixed<Digest>(), r.fixed<Digest>()};
    leaves.push_back(log::merkle_leaf(d.result.view()));
    leaves.push_back(log::merkle_leaf(d.detail.view()));
  }
  if (!r.done() || out.size() != as_signed->rows || log::merkle_root(leaves) != as_signed->root)
    return Unexpected(changed_at(sheet, "rows"));
  return out;
}

Result<SheetPayload::Row> Vault::Impl::row(const record::Record& sheet, std::uint32_t n,
                                           const record::RowDigests& digests) const {
  SheetPayload::Row out;
  out.digests = digests;
  const auto plain = get_sealed(row_place(sheet.id, n));
  if (!plain) return Unexpected(placed(plain.error(), sheet, row_field(n)));
  if (!*plain) return out;
  log::Reader r(**plain);
  auto result = record::decode_disclosure(as_text(r.bytes32(text_max)));
  auto detail = record::decode_disclosure(as_text(r.bytes32(text_max)));
  if (!r.done() || !result || result->digest != digests.result)
    return Unexpected(changed_at(sheet, row_field(n) + ".result"));
  if (!detail || detail->digest != digests.detail) return Unexpected(changed_at(sheet, row_field(n) + ".detail"));
  out.result = std::move(*result);
  out.detail = std::move(*detail);
  return out;
}

Result<SheetPayload> Vault::Impl::sheet(const record::Record& r) const {
  STELE_TRY(const auto as_signed, digests(r));
  SheetPayload out;
  for (std::uint32_t n = 0; n < as_signed.size(); ++n) {
    STELE_TRY(auto one, row(r, n, as_signed[n]));
    out.rows.push_back(std::move(one));
  }
  return out;
}

Result<std::optional<Vault::StoredCredential>> Vault::Impl::stored_credential(const record::Record& r) const {
  const auto* c = std::get_if<record::Credential>(&r.body);
  if (c == nullptr) return std::optional<StoredCredential>{};
  const auto plain = get_sealed(credential_place(r.id));
  if (!plain) return Unexpected(placed(plain.error(), r, "disclosures"));
  if (!*plain) return std::optional<StoredCredential>{};
  log::Reader reader(**plain);
  StoredCredential out;
  out.student_id = as_text(reader.bytes32(text_max));
  out.book = reader.fixed<BookKey>();
  const auto count = reader.u32();
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i)
    out.disclosures.emplace_back(as_text(reader.bytes32(text_max)));
  if (!reader.done()) return Unexpected(changed_at(r, "disclosures"));
  STELE_CHECK(check_credential_held(r, *c, out));
  return std::optional(std::move(out));
}

Result<void> Vault::Impl::check_credential_held(const record::Record& r, const record::Credential& c,
                                                const StoredCredential& held) {
  std::optional<std::vector<std::string>> listed;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < held.disclosures.size(); ++i) {
    const auto field = "disclosures[" + std::to_string(i) + "]";
    const auto d = record::decode_disclosure(held.disclosures[i]);
    if (!d || std::find(c.sd.begin(), c.sd.end(), d->digest) == c.sd.end()) return Unexpected(changed_at(r, field));
    names.push_back(d->name);
    if (d->name == "student_id" && (!d->value.is(json::Kind::string) || d->value.string() != held.student_id))
      return Unexpected(changed_at(r, "student"));
    if (d->name != "contents") continue;
    if (auto told = record::contents_claim(*d)) listed = std::move(*told);
  }
  // Each claim once and all of them: a claim told twice in another one's place would pass a count.
  std::sort(names.begin(), names.end());
  if (!listed || *listed != names) return Unexpected(changed_at(r, "disclosures"));
  if (record::book_tag(held.book.view(), r.type, c.kind, c.period) != c.tag) return Unexpected(changed_at(r, "book"));
  return {};
}

std::vector<std::pair<RecordId, std::uint32_t>> Vault::Impl::amends(const RecordId& sheet, std::uint32_t row) const {
  const auto prefix = Place('M').with(sheet).with_u32(row).bytes();
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  std::vector<std::pair<RecordId, std::uint32_t>> out;
  for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
    log::Reader key(as_bytes({it->key().data() + prefix.size(), it->key().size() - prefix.size()}));
    log::Reader value(as_bytes({it->value().data(), it->value().size()}));
    out.emplace_back(key.fixed<RecordId>(), value.u32());
  }
  return out;
}

std::vector<RecordId> Vault::Impl::serials(std::string_view serial) const {
  return with_number(Place('Z').with(name_in_index("serial", serial)).bytes());
}

std::vector<RecordId> Vault::Impl::register_numbers(std::string_view org, std::string_view number) const {
  return with_number(Place('N').with(name_in_index(register_kind(org), number)).bytes());
}

std::vector<RecordId> Vault::Impl::with_number(const Bytes& prefix) const {
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  std::vector<RecordId> out;
  for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
    log::Reader key(as_bytes({it->key().data() + prefix.size(), it->key().size() - prefix.size()}));
    out.push_back(key.fixed<RecordId>());
  }
  return out;
}

std::optional<CredentialPayload> Vault::Impl::opened(const StoredCredential& held) {
  CredentialPayload out;
  out.student_id = held.student_id;
  for (const auto& text : held.disclosures) {
    auto d = record::decode_disclosure(text);
    if (!d) return std::nullopt;
    out.disclosures.push_back(std::move(*d));
  }
  return out;
}

Sources Vault::Impl::sources(const LedgerView& view, std::optional<Error>& fault) const {
  const auto note = [&fault](const Error& e) {
    if (e.code != "not_found" && !fault) fault = e;
  };
  Sources s;
  s.state = view.state;
  s.record = view.record;
  s.sheet = [this, note, record = view.record](const RecordId& id) -> std::optional<SheetPayload> {
    const auto r = record(id);
    if (!r) return std::nullopt;
    auto held = sheet(*r);
    if (held) return std::move(*held);
    note(held.error());
    return std::nullopt;
  };
  s.book = [this, note](std::string_view student) -> std::optional<Digest> {
    const auto key = book(student);
    if (!key) note(key.error());
    return key && *key ? std::optional(Digest{(*key)->bytes}) : std::nullopt;
  };
  s.amends = [this](const RecordId& id, std::uint32_t row) { return amends(id, row); };
  s.credential = [this, note, record = view.record](const RecordId& id) -> std::optional<CredentialPayload> {
    const auto r = record(id);
    if (!r) return std::nullopt;
    const auto held = stored_credential(*r);
    if (!held) note(held.error());
    return held && *held ? opened(**held) : std::nullopt;
  };
  s.serials = [this](std::string_view serial) { return serials(serial); };
  return s;
}

// ---- what readers get ----

Result<std::vector<RosterRow>> Vault::roster(const record::Record& list, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "roster", list.id));
  STELE_TRY(const auto sheet, m.sheet(list));
  std::vector<RosterRow> out;
  for (std::uint32_t n = 0; n < sheet.rows.size(); ++n) {
    if (!sheet.rows[n].result) continue;
    auto student = record::student_result(*sheet.rows[n].result);
    auto detail = record::student_detail(*sheet.rows[n].detail);
    if (!student || !detail) return Unexpected(changed_at(list, row_field(n)));
    out.push_back({n, std::move(*student), std::move(*detail)});
  }
  return out;
}

Result<std::vector<StoredRow>> Vault::rows(const record::Record& sheet, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "rows", sheet.id));
  STELE_TRY(const auto digests, m.digests(sheet));
  log::MerkleTree tree;
  std::vector<StoredRow> out;
  for (std::uint32_t n = 0; n < digests.size(); ++n) {
    STELE_TRY(auto row, m.row(sheet, n, digests[n]));
    if (row.result) out.push_back(with_paths(digests, tree, n, std::move(row)));
  }
  return out;
}

Result<StoredRow> Vault::row(const record::Record& sheet, std::uint32_t n, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "row", sheet.id));
  STELE_TRY(const auto digests, m.digests(sheet));
  const auto none = [] {
    return Unexpected(not_held("Kho này không giữ dòng đó.", "This vault does not hold that row."));
  };
  if (n >= digests.size()) return none();
  STELE_TRY(auto row, m.row(sheet, n, digests[n]));
  if (!row.result) return none();
  log::MerkleTree tree;
  return with_paths(digests, tree, n, std::move(row));
}

Result<std::optional<Vault::StoredCredential>> Vault::credential(const record::Record& r, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "credential", r.id));
  return m.stored_credential(r);
}

Result<std::optional<RecordId>> Vault::find_diploma(
    const DiplomaQuery& q, const std::function<std::optional<record::Record>(const RecordId&)>& record,
    const Reader& reader) {
  auto& m = *impl_;
  std::vector<RecordId> serials, register_numbers;
  {
    const std::lock_guard lock(m.mutex);
    serials = m.serials(q.number);
    register_numbers = m.register_numbers(q.org, q.number);
  }
  // The ledger is asked without the vault's lock: others come here while they hold the ledger's.
  const auto by_serial = standing(serials, record);
  const auto by_register = standing(register_numbers, record);
  const auto& id = by_serial ? by_serial : by_register;
  const auto r = record(id.value_or(RecordId{}));
  const std::lock_guard lock(m.mutex);
  // Whatever was found, one credential is opened and read: an unknown number costs what a known one does.
  STELE_CHECK(m.log_read(reader, "lookup", id.value_or(RecordId{})));
  std::optional<StoredCredential> held;
  if (r) {
    STELE_TRY(held, m.stored_credential(*r));
  }
  const bool known = held.has_value();
  if (!known) {
    STELE_TRY(const auto plain, open_object(m.keys, as_bytes(decoy_place), m.decoy));
    held = StoredCredential{std::vector<std::string>(decoy_disclosures, std::string(as_text(plain))), {}, {}};
  }
  const bool right = has_birth_date(*held, q.birth_date);
  return known && right ? id : std::optional<RecordId>{};
}

Result<std::optional<std::string>> Vault::person(const record::Record& r) {
  const auto* key = std::get_if<record::Key>(&r.body);
  if (key == nullptr) return std::optional<std::string>{};
  const std::lock_guard lock(impl_->mutex);
  const auto plain = impl_->get_sealed(person_place(r.id));
  if (!plain) return Unexpected(placed(plain.error(), r, "disclosure"));
  if (!*plain) return std::optional<std::string>{};
  std::string text(as_text(**plain));
  if (sha256(as_bytes(text)) != key->binding) return Unexpected(changed_at(r, "disclosure"));
  return std::optional(std::move(text));
}

}  // namespace stele::vault
