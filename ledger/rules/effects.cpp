#include "ledger/rules/effects.h"

#include <algorithm>

namespace stele::rules {
namespace {

using record::Type;
using registry::State;

constexpr std::uint64_t day_s = 86'400;

void set_status(State& s, RecordIndex i, log::Status to, Changes& changes) {
  if (s.status.get(i) == to) return;
  s.status.set(i, to);
  changes.emplace_back(i, to);
}

/// Frees what only a live record may hold: its tag, its place among the sheets.
void release(State& s, const RecordId& id) {
  if (const auto c = s.credentials.find(id); c != s.credentials.end()) {
    const auto tag = s.live_tags.find(c->second.tag);
    if (tag != s.live_tags.end() && tag->second == id) s.live_tags.erase(tag);
  }
  if (const auto sheet = s.sheets.find(id); sheet != s.sheets.end()) {
    const auto& x = sheet->second;
    const auto slot = s.sheet_slots.find({x.type, x.org, x.cls, x.subject, x.group, x.term, x.year});
    if (slot != s.sheet_slots.end() && slot->second == id) s.sheet_slots.erase(slot);
  }
}

void change(State& s, const RecordId& id, log::Status to, Changes& changes) {
  const auto* info = s.find(id);
  STELE_ASSERT(info != nullptr);
  const auto from = s.status.get(info->index);
  if (from == log::Status::revoked || from == to) return;  // revoked is for ever
  set_status(s, info->index, to, changes);
  if (to == log::Status::revoked || to == log::Status::superseded) release(s, id);
}

void replace(State& s, const std::optional<RecordId>& old, const RecordId& by, Changes& changes) {
  if (!old) return;
  change(s, *old, log::Status::superseded, changes);
  s.superseded_by[*old] = by;
}

void enter_sheet(State& s, const record::Record& r, RecordIndex index) {
  const auto [type, org, cls, subject, group, term, year] = slot_of(r);
  registry::SheetState sheet{index, type, org, *record::on_of(r), cls, subject, group, term, year, 0, {}};
  if (const auto* c = std::get_if<record::ClassList>(&r.body)) {
    sheet.rows = c->rows;
    if (!c->replaces) s.sheet_slots[slot_of(r)] = r.id;
  } else {
    s.sheet_slots[slot_of(r)] = r.id;
  }
  if (const auto* g = std::get_if<record::GradeSheet>(&r.body)) sheet.rows = g->rows, sheet.list = g->list;
  if (const auto* g = std::get_if<record::SummarySheet>(&r.body)) sheet.rows = g->rows, sheet.list = g->list;
  s.sheets.emplace(r.id, std::move(sheet));
}

void enter_credential(State& s, const record::Record& r, const record::Credential& c, RecordIndex index) {
  s.credentials.emplace(r.id, registry::CredentialState{index, r.type, c.org, c.kind, c.tag});
  s.status_slots.emplace(c.status, r.id);
  if (c.cnf) s.holder_keys.insert(c.cnf->thumbprint());
  if (!c.replaces) s.live_tags[c.tag] = r.id;  // one that replaces takes the tag over when it is in force
  if (c.register_number) s.register_last[{c.org, c.kind, c.register_number->year}] = c.register_number->number;
}

void enter_second_signature(State& s, const record::Record& r, const record::SecondSignature& body,
                            const Judged& judged, std::vector<record::Record>& due) {
  const auto* k = s.key(r.kid);
  STELE_ASSERT(k != nullptr && judged.filled.size() == body.targets.size());
  for (std::size_t i = 0; i < body.targets.size(); ++i) {
    auto& p = s.pending.at(body.targets[i]);
    p.given.push_back({r.type, k->key.person, body.org, r.kid, judged.filled[i], s.find(r.id)->index});
    if (p.complete()) due.push_back(p.record);
  }
}

/// Other grants for a key; and what it was before this came into force.
struct Regrant {
  RecordId before;
  log::Status was;
};

/// Once each: the list is copied with every change of the key's record.
void answers_for(registry::KeyState& k, const KeyId& by) {
  if (std::find(k.registrars.begin(), k.registrars.end(), by) == k.registrars.end()) k.registrars.push_back(by);
}

std::optional<Regrant> key_in_force(State& s, const record::Record& r, const record::Key& body, UnixSeconds time,
                                    Changes& changes) {
  const auto kid = body.jwk.thumbprint();
  registry::KeyState k;
  k.key = body;
  k.index = s.find(r.id)->index;
  k.id = r.id;
  if (!body.jwk.p256) k.verify = VerifyKey::from_coordinates(body.jwk.x, body.jwk.y);
  k.registrars = {r.kid};
  k.since = time;
  const auto* registrar = s.key(r.kid);
  if (const auto p = s.pending.find(r.id); p != s.pending.end() && registrar != nullptr) {
    k.confirmed = std::any_of(p->second.given.begin(), p->second.given.end(), [&](const registry::Given& g) {
      return g.by == Type::approve && g.org != registrar->key.org;
    });
  }
  if (const auto before = s.persons.find(body.person); before != s.persons.end()) {
    // Who registered the person's earlier keys answers for this one too.
    const auto& old = s.keys.at(before->second);
    for (const auto& by : old.registrars) answers_for(k, by);
    if (before->second == kid) {
      // Other grants for the same key: it is as old, and as confirmed, as it was.
      k.since = old.since;
      k.confirmed = k.confirmed || old.confirmed;
    }
  }
  // What is superseded is the key as it stands now, whichever of its records was named.
  const auto latest = body.replaces ? std::optional(s.latest(*body.replaces)) : std::nullopt;
  std::optional<Regrant> out;
  if (latest && s.key_records.at(*latest) == kid) out = Regrant{*latest, s.status.get(s.find(*latest)->index)};
  replace(s, latest, r.id, changes);
  s.persons.insert_or_assign(body.person, kid);
  s.keys.insert_or_assign(kid, std::move(k));
  s.key_records.emplace(r.id, kid);
  return out;
}

/// Revoked or suspended in this block: other grants do not bring a key back.
void take_over_status(State& s, const RecordId& id, const Regrant& r, Changes& changes) {
  if (r.was == log::Status::revoked) change(s, id, log::Status::revoked, changes);
  if (r.was != log::Status::suspended) return;
  if (const auto it = s.suspensions.find(r.before); it != s.suspensions.end()) s.suspensions[id] = it->second;
  change(s, id, log::Status::suspended, changes);
}

/// Ends that suspension, and leaves others as they are. False: another record of the same block was first.
bool lift(State& s, const RecordId& target, const RecordId& suspension) {
  const auto it = s.suspensions.find(target);
  if (it == s.suspensions.end() || std::erase(it->second, suspension) == 0) return false;
  if (it->second.empty()) s.suspensions.erase(it);
  return true;
}

/// Until it is closed nobody knows which rows hold: no transcript of that class comes in.
void open_amend(State& s, const RecordId& of_sheet) {
  const auto& sheet = s.sheets.at(of_sheet);
  ++s.open_amends[{sheet.org, sheet.cls, sheet.year}];
}

void close_amend(State& s, const RecordId& of_sheet) {
  const auto& sheet = s.sheets.at(of_sheet);
  const auto it = s.open_amends.find({sheet.org, sheet.cls, sheet.year});
  if (it != s.open_amends.end() && --it->second == 0) s.open_amends.erase(it);
}

void suspend(State& s, const RecordId& target, const RecordId& by, Changes& changes) {
  auto& standing = s.suspensions[target];
  if (std::find(standing.begin(), standing.end(), by) == standing.end()) standing.push_back(by);
  if (s.status_of(target) != log::Status::valid) return;
  change(s, target, log::Status::suspended, changes);
  if (const auto a = s.amends.find(target); a != s.amends.end()) open_amend(s, a->second.sheet);
}

/// Valid again, or revoked.
void end_suspension(State& s, const RecordId& target, log::Status to, Changes& changes) {
  change(s, target, to, changes);
  if (const auto a = s.amends.find(target); a != s.amends.end()) close_amend(s, a->second.sheet);
}

/// What can be cleared again, or revoked. A policy, a set of validators, orderers and a change hold until others follow
/// them.
bool can_be_suspect(Type t) {
  return record::is_credential(t) || record::is_sheet(t) || t == Type::org || t == Type::key || t == Type::document ||
         t == Type::amend || t == Type::approve || t == Type::countersign || t == Type::seal;
}

/// Numbers are for good: old blocks and what was signed for records name them.
void orderers_in_force(State& s, const record::Orderers& body) {
  for (const auto n : body.retire) s.orderers[n].until = s.height;
  for (const auto& m : body.add) {
    auto key = VerifyKey::parse(m.key);
    STELE_ASSERT(key.has_value());  // the decoder refuses others
    s.orderers.push_back({{m.id, m.key}, std::move(*key), s.height});
  }
}

void compromise_in_force(State& s, const record::Record& r, const record::Compromise& body, Changes& changes) {
  change(s, s.key(body.key)->id, log::Status::revoked, changes);
  const auto end = std::min<std::uint64_t>(s.ids.size(), body.to ? *body.to + 1 : s.ids.size());
  for (std::uint64_t i = body.from; i < end; ++i) {
    const auto* info = s.find(s.ids[i]);
    if (info->kid != body.key || !can_be_suspect(info->type)) continue;
    const auto& target = s.latest(s.ids[i]);
    const auto status = s.status_of(target);
    const bool stands = status == log::Status::valid || status == log::Status::suspended;
    if (stands && !s.pending.contains(target)) suspend(s, target, r.id, changes);
  }
  // What it approved and is not in force yet awaits another signature.
  for (auto& [id, p] : s.pending) {
    std::erase_if(p.given, [&](const registry::Given& g) {
      return g.kid == body.key && g.index.value >= body.from && g.index.value < end;
    });
  }
}

void status_change_in_force(State& s, const record::Record& r, const record::StatusChange& body, Changes& changes) {
  for (const auto& named : body.targets) {
    const RecordId target = s.latest(named);
    if (s.pending.contains(target)) continue;
    switch (r.type) {
      case Type::revoke:
        if (s.status_of(target) == log::Status::suspended)
          end_suspension(s, target, log::Status::revoked, changes);
        else
          change(s, target, log::Status::revoked, changes);
        break;
      case Type::suspend:
        suspend(s, target, r.id, changes);
        break;
      default:
        if (!lift(s, target, *body.lifts)) break;
        if (s.status_of(target) == log::Status::suspended && !s.suspensions.contains(target)) {
          end_suspension(s, target, log::Status::valid, changes);
        }
        if (const auto k = s.key_records.find(target); k != s.key_records.end()) {
          answers_for(s.keys.at(k->second), r.kid);
        }
    }
  }
}

/// What a pending record claimed is free again: it is in force, or lapsed.
void unclaim(State& s, const record::Record& r) {
  for (const auto& id : claims_of(r)) {
    const auto it = s.claimed.find(id);
    if (it != s.claimed.end() && it->second == r.id) s.claimed.erase(it);
  }
  if (const auto* a = std::get_if<record::Amend>(&r.body)) close_amend(s, a->target);
}

void claim(State& s, const record::Record& r) {
  for (const auto& id : claims_of(r)) s.claimed.emplace(id, r.id);
  if (const auto* a = std::get_if<record::Amend>(&r.body)) open_amend(s, a->target);
}

}  // namespace

void begin_block(State& s, UnixSeconds time, Changes& changes) {
  const Date date = date_in_vietnam(time);
  if (date != s.today) s.used_today.clear();
  s.today = date;
  auto& starts = s.block_starts;
  if (!starts.empty() && starts.back().first.value == s.ids.size()) starts.pop_back();  // it had no records
  starts.emplace_back(RecordIndex{s.ids.size()}, time);
  while (starts.front().second.value + registry::compromise_back_s < time.value) starts.pop_front();
  std::vector<RecordIndex> lapsed;
  for (const auto& [id, p] : s.pending) {
    if (time.value > p.since.value + s.limits().pending_days * day_s) lapsed.push_back(p.index);
  }
  std::sort(lapsed.begin(), lapsed.end());
  for (const auto index : lapsed) {
    const auto id = s.ids[index.value];
    unclaim(s, s.pending.at(id).record);
    s.pending.erase(id);
    change(s, id, log::Status::revoked, changes);
  }
}

void enter(State& s, const record::Record& r, const Judged& judged, UnixSeconds time, Changes& changes,
           std::vector<record::Record>& due) {
  const RecordIndex index{s.ids.size()};
  s.ids.push_back(r.id);
  s.records.emplace(r.id, registry::RecordInfo{index, r.type, r.kid});
  s.used_today[{r.kid, r.type}] += weight_of(r);  // a quota may come in the middle of the day
  const bool waits = !judged.needs.empty();
  const auto status = waits ? log::Status::suspended : log::Status::valid;
  s.status.append(status);
  changes.emplace_back(index, status);
  if (record::is_sheet(r.type)) enter_sheet(s, r, index);
  if (const auto* c = std::get_if<record::Credential>(&r.body)) enter_credential(s, r, *c, index);
  if (const auto* d = std::get_if<record::Document>(&r.body)) s.documents.emplace(r.id, d->org);
  if (const auto* a = std::get_if<record::Amend>(&r.body))
    s.amends.emplace(r.id, registry::AmendState{a->org, a->target});
  if (const auto* body = std::get_if<record::SecondSignature>(&r.body)) {
    enter_second_signature(s, r, *body, judged, due);
  } else if (waits) {
    s.pending.emplace(r.id, registry::Pending{index, r, judged.needs, {}, time});
    claim(s, r);
  } else if (r.type != Type::document) {
    due.push_back(r);
  }
}

void take_effect(State& s, const record::Record& r, UnixSeconds time, Changes& changes) {
  std::optional<Regrant> regrant;
  if (const auto* k = std::get_if<record::Key>(&r.body)) regrant = key_in_force(s, r, *k, time, changes);
  if (s.pending.erase(r.id) != 0) {
    unclaim(s, r);
    change(s, r.id, log::Status::valid, changes);
  }
  if (regrant) take_over_status(s, r.id, *regrant, changes);
  if (const auto* o = std::get_if<record::Org>(&r.body)) {
    replace(s, o->replaces, r.id, changes);
    s.orgs.insert_or_assign(o->org, registry::OrgState{*o, s.find(r.id)->index, r.id});
  } else if (const auto* p = std::get_if<record::Policy>(&r.body)) {
    if (s.policy) replace(s, s.policy->id, r.id, changes);
    if (p->rules > s.rules_named()) s.raised.insert_or_assign(Height{p->rules_from}, p->rules);
    s.policy = registry::PolicyState{*p, s.find(r.id)->index, r.id};
  } else if (const auto* v = std::get_if<record::Validators>(&r.body)) {
    if (s.validators) replace(s, s.validators->id, r.id, changes);
    s.validators = registry::ValidatorsState{*v, s.find(r.id)->index, r.id};
    s.set_changes = true;
  } else if (const auto* change = std::get_if<record::Orderers>(&r.body)) {
    orderers_in_force(s, *change);
  } else if (const auto* a = std::get_if<record::Amend>(&r.body)) {
    for (const auto& id : a->supersedes) replace(s, id, r.id, changes);
  } else if (const auto* c = std::get_if<record::StatusChange>(&r.body)) {
    status_change_in_force(s, r, *c, changes);
  } else if (const auto* report = std::get_if<record::Compromise>(&r.body)) {
    compromise_in_force(s, r, *report, changes);
  } else if (const auto* list = std::get_if<record::ClassList>(&r.body)) {
    replace(s, list->replaces, r.id, changes);
    s.sheet_slots[slot_of(r)] = r.id;
  } else if (const auto* credential = std::get_if<record::Credential>(&r.body)) {
    replace(s, credential->replaces, r.id, changes);
    s.live_tags[credential->tag] = r.id;
  }
}

}  // namespace stele::rules
