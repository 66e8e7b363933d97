// From a payload that came along to one that is checked, held, synced and acknowledged.
#include "node/vault/payload.h"
#include "node/vault/vault_impl.h"

namespace stele::vault {
namespace {

Bytes two(std::string_view a, std::string_view b) {
  log::Writer w;
  w.bytes32(as_bytes(a));
  w.bytes32(as_bytes(b));
  return std::move(w).take();
}

}  // namespace

// ---- storing ----

void Vault::Impl::store_sheet(rocksdb::WriteBatch& batch, const RecordId& id, const SheetPayload& p) const {
  log::Writer w;
  w.u32(static_cast<std::uint32_t>(p.rows.size()));
  for (const auto& row : p.rows) {
    w.raw(row.digests.result.view());
    w.raw(row.digests.detail.view());
  }
  put(batch, sheet_place(id), w.bytes());
  for (std::uint32_t n = 0; n < p.rows.size(); ++n) {
    if (p.rows[n].result) put_sealed(batch, row_place(id, n), two(p.rows[n].result->text, p.rows[n].detail->text));
  }
}

Result<void, Rejection> Vault::Impl::check(const record::Record& r, const Opened& p, const Sources& s) {
  if (const auto* c = std::get_if<record::ClassList>(&r.body)) return check_class_list(s, *c, p.sheet);
  if (const auto* g = std::get_if<record::GradeSheet>(&r.body)) return check_grade_sheet(s, r.id, *g, p.sheet);
  if (const auto* g = std::get_if<record::SummarySheet>(&r.body)) return check_summary_sheet(s, *g, p.sheet);
  if (const auto* a = std::get_if<record::Amend>(&r.body)) return check_amend(s, *a, p.sheet);
  return check_credential(s, r, p.credential);
}

Result<Vault::Impl::Opened> Vault::Impl::open(const Submission& sub) const {
  const auto& r = *sub.record;
  if (const auto* c = std::get_if<record::Credential>(&r.body)) {
    const auto held = stored_credential(r);
    if (held && *held) {
      if (auto p = opened(**held)) return Opened{{}, std::move(*p), false};
    }
    if (!held && sub.payload.empty()) return Unexpected(held.error());
    auto p = read_credential(sub.payload, r.type, *c);
    if (!p) return Unexpected(to_error(p.error()));
    return Opened{{}, std::move(*p), true};
  }
  auto held = sheet(r);
  if (held) return Opened{std::move(*held), {}, false};
  if (held.error().code != "not_found" && sub.payload.empty()) return Unexpected(held.error());
  const auto as_signed = signed_rows(r);
  if (!as_signed) return Unexpected(damaged());
  auto p = read_sheet(sub.payload, as_signed->root, as_signed->rows);
  if (!p) return Unexpected(to_error(p.error()));
  return Opened{std::move(*p), {}, true};
}

Result<void> Vault::Impl::store(rocksdb::WriteBatch& batch, const record::Record& r, const Opened& opened_payload,
                                const registry::State& state) const {
  if (record::is_credential(r.type)) {
    const auto& p = opened_payload.credential;
    STELE_TRY(const auto key, book_of(r, std::get<record::Credential>(r.body), p.student_id));
    STELE_CHECK(put_holder(batch, p.student_id, *record::org_of(r), r.id, state));
    store_credential(batch, r, p, key);
    return {};
  }
  store_sheet(batch, r.id, opened_payload.sheet);
  if (r.type == record::Type::class_list) {
    for (const auto& row : opened_payload.sheet.rows) {
      const auto student = row.result ? record::student_result(*row.result)
                                      : Result<record::StudentResult, Rejection>(Unexpected(Rejection{}));
      if (student) STELE_CHECK(put_holder(batch, student->student_id, *record::org_of(r), r.id, state));
    }
  }
  if (const auto* a = std::get_if<record::Amend>(&r.body)) {
    for (std::uint32_t i = 0; i < a->positions.size(); ++i) {
      log::Writer w;
      w.u32(i);
      put(batch, amend_place(a->target, a->positions[i], r.id), w.bytes());
    }
  }
  return {};
}

Result<BookKey> Vault::Impl::book_of(const record::Record& r, const record::Credential& c,
                                     const std::string& student) const {
  STELE_TRY(const auto key, book(student));
  if (!key || record::book_tag(key->view(), r.type, c.kind, c.period) != c.tag)
    return Unexpected(to_error(Rejection{RejectionCode::payload_tag, "stele.tag"}));
  return *key;
}

void Vault::Impl::store_credential(rocksdb::WriteBatch& batch, const record::Record& r, const CredentialPayload& p,
                                   const BookKey& key) const {
  const auto& c = std::get<record::Credential>(r.body);
  log::Writer w;
  w.bytes32(as_bytes(p.student_id));
  w.raw(key.view());
  w.u32(static_cast<std::uint32_t>(p.disclosures.size()));
  for (const auto& d : p.disclosures) w.bytes32(as_bytes(d.text));
  put_sealed(batch, credential_place(r.id), w.bytes());
  if (const auto* serial = p.claim("serial"))
    put(batch, serial_place(name_in_index("serial", serial->value.string()), r.id), {});
  if (const auto* number = p.claim("register_no"))
    put(batch, register_place(name_in_index(register_kind(c.org), number->value.string()), r.id), {});
  if (p.pickup) {
    // A code that opens another document stays with that one.
    const auto taken = get(pickup_place(*p.pickup));
    if (taken && (!*taken || RecordId::from(as_bytes(**taken)) == r.id)) {
      put(batch, pickup_place(*p.pickup), r.id.view());
      put(batch, pickup_of_place(r.id), p.pickup->view());
    }
  }
}

Result<void> Vault::Impl::erase(rocksdb::WriteBatch& batch, const record::Record& r) const {
  const auto drop = [&](const Bytes& place) { (void)batch.Delete(slice(place)); };
  drop(waiting_place(r.id));
  if (r.type == record::Type::key) drop(person_place(r.id));
  if (const auto as_signed = signed_rows(r)) {
    drop(sheet_place(r.id));
    for (std::uint32_t n = 0; n < as_signed->rows; ++n) drop(row_place(r.id, n));
  }
  if (const auto* a = std::get_if<record::Amend>(&r.body)) {
    for (const auto position : a->positions) drop(amend_place(a->target, position, r.id));
  }
  if (!record::is_credential(r.type)) return {};
  const auto held = stored_credential(r);
  const auto p = held && *held ? opened(**held) : std::nullopt;
  if (const auto* serial = p ? p->claim("serial") : nullptr)
    drop(serial_place(name_in_index("serial", serial->value.string()), r.id));
  if (const auto* number = p ? p->claim("register_no") : nullptr)
    drop(register_place(name_in_index(register_kind(*record::org_of(r)), number->value.string()), r.id));
  STELE_TRY(const auto code, get(pickup_of_place(r.id)));
  if (const auto d = code ? Digest::from(as_bytes(*code)) : std::nullopt) {
    STELE_TRY(const auto opens, get(pickup_place(*d)));
    if (opens && RecordId::from(as_bytes(*opens)) == r.id) drop(pickup_place(*d));
  }
  drop(pickup_of_place(r.id));
  drop(credential_place(r.id));
  return {};
}

// ---- on the way to the ledger ----

std::string Vault::Impl::name_of(char what, std::initializer_list<std::string_view> parts) {
  std::string out(1, what);
  for (const auto part : parts) out.append(1, '\0').append(part);
  return out;
}

Vault::Impl::Holds Vault::Impl::holds_of(const record::Record& r, const Opened& p, const Sources& s) const {
  Holds out;
  out.takes.push_back(quota_name(r));
  if (const auto* a = std::get_if<record::Amend>(&r.body)) {
    const auto it = s.state->sheets.find(a->target);
    if (it == s.state->sheets.end()) return out;
    const auto& x = it->second;
    out.takes.push_back(name_of('A', {x.org, x.cls, x.year}));
    out.excludes.push_back(name_of('T', {x.org, x.cls, x.year}));
  } else if (const auto* g = std::get_if<record::GradeSheet>(&r.body)) {
    for (const auto& row : p.sheet.rows) {
      const auto tag = tag_of_row(r.type, row);
      if (tag) out.takes.push_back(name_of('G', {g->org, g->cls, g->subject, g->term, g->year, as_text(tag->view())}));
    }
    out.excludes = out.takes;
    out.excludes.erase(out.excludes.begin());
  } else if (const auto* c = std::get_if<record::Credential>(&r.body)) {
    if (c->cls) {
      out.takes.push_back(name_of('T', {c->org, *c->cls, c->period}));
      out.excludes.push_back(name_of('A', {c->org, *c->cls, c->period}));
    }
    if (const auto* d = p.credential.claim("serial")) {
      out.takes.push_back(name_of('S', {d->value.string()}));
      out.excludes.push_back(out.takes.back());
    }
  }
  return out;
}

std::string Vault::Impl::quota_name(const record::Record& r) {
  return name_of('Q', {as_text(r.kid.view()), record::type_name(r.type)});
}

Result<void> Vault::Impl::check_quota(const record::Record& r, const registry::State& state) {
  if (!state.policy) return {};
  for (const auto& q : state.policy->policy.quotas) {
    if (q.act == r.type && flights.taken(quota_name(r), r.id, state, q.per_day))
      return Unexpected(to_error(Rejection{RejectionCode::quota_exceeded, {}}));
  }
  return {};
}

Result<void> Vault::Impl::accept_one(rocksdb::WriteBatch& batch, const Submission& sub, const Sources& s,
                                     const std::optional<Error>& fault) {
  const auto& r = *sub.record;
  if (r.type == record::Type::key) {
    if (sub.payload.empty()) return {};
    auto d = read_binding(sub.payload, std::get<record::Key>(r.body));
    if (!d) return Unexpected(to_error(d.error()));
    put_sealed(batch, person_place(r.id), as_bytes(d->text));
    put_waiting(batch, sub, *s.state);
    flights.begin(r.id, {quota_name(r)});
    return {};
  }
  if (!record::needs_ack(r.type)) return {};
  // The payload of a record is bound to it by digests: what is held under this id can't be another one, and need not
  // come again. If it is no longer what was signed, a payload that is mends it.
  STELE_TRY(const auto p, open(sub));
  if (s.state->find(r.id) != nullptr) return p.fresh ? store(batch, r, p, *s.state) : Result<void>{};
  // Books that came along stand in where none is in use here; those that the checks found right are kept.
  std::map<std::string_view, const Book*> offered, taken;
  for (const auto& b : sub.books) {
    STELE_TRY(const bool may, replaceable(b, *s.state));
    if (may) offered.emplace(b.student, &b);
  }
  Sources with = s;
  with.book = [&](std::string_view student) -> std::optional<Digest> {
    const auto it = offered.find(student);
    if (it == offered.end()) return s.book(student);
    taken.insert(*it);
    return Digest{it->second->key.bytes};
  };
  // Refused now, it can be right later: what is held of it stays until its record can't come any more.
  if (const auto ok = check(r, p, with); !ok) return Unexpected(to_error(ok.error()));
  if (fault) return Unexpected(*fault);
  STELE_CHECK(check_quota(r, *s.state));
  const auto holds = holds_of(r, p, s);
  for (const auto& name : holds.excludes) {
    if (flights.taken(name, r.id, *s.state)) return Unexpected(in_flight());
  }
  if (!taken.empty()) {
    rocksdb::WriteBatch books;  // before what is stored, which looks them up
    for (const auto& [student, b] : taken) put_book(books, *b);
    STELE_CHECK(write(books, false));
  }
  if (p.fresh) {
    STELE_CHECK(store(batch, r, p, *s.state));
    put_waiting(batch, sub, *s.state);
  }
  flights.begin(r.id, holds.takes);
  return {};
}

std::vector<Result<std::vector<log::Ack>, Error>> Vault::accept(std::span<const Submission> submissions,
                                                                const LedgerView& view) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  std::optional<Error> fault;
  const auto sources = m.sources(view, fault);
  std::vector<Result<void>> checked;
  for (const auto& s : submissions) {
    rocksdb::WriteBatch one;
    fault.reset();
    checked.push_back(m.accept_one(one, s, sources, fault));
    if (fault) checked.back() = Unexpected(*fault);
    // Written at once, unsynced: one sync follows for all. (Of what was refused there is nothing to write, or what is
    // to be erased.)
    if (auto ok = m.write(one, false); !ok) {
      if (checked.back()) m.flights.end(s.record->id);
      checked.back() = Unexpected(ok.error());
    }
  }
  const auto synced = m.db->SyncWAL();
  std::vector<Result<std::vector<log::Ack>, Error>> out;
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    if (!checked[i]) {
      out.emplace_back(Unexpected(checked[i].error()));
    } else if (!synced.ok()) {
      m.flights.end(submissions[i].record->id);
      out.emplace_back(Unexpected(io_error(synced)));
    } else {
      std::vector<log::Ack> acks;
      const auto& r = *submissions[i].record;
      if (record::needs_ack(r.type)) {
        acks.push_back(
            {r.leaf, m.options.number, m.ack_key.sign(log::ack_digest(m.options.net, r.leaf, m.options.number))});
      }
      out.emplace_back(std::move(acks));
    }
  }
  return out;
}

}  // namespace stele::vault
