#include "ledger/rules/judge.h"

#include <algorithm>
#include <set>

#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/rules/known_rule_set.h"

namespace stele::rules {
namespace {

using record::Type;
using registry::State;
using Ok = Result<void, Rejection>;

constexpr std::uint64_t day_s = 86'400;

bool has(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

class Judge {
 public:
  Judge(const State& state, const record::Record& r, UnixSeconds time, bool again)
      : s_(state), r_(r), time_(time), date_(date_in_vietnam(time)), again_(again), subject_(registry::subject_of(r)) {}

  Result<Judged, Rejection> run() {
    STELE_CHECK(signer());
    if (!again_) {
      if (s_.find(r_.id) != nullptr) return reject(RejectionCode::already_recorded);
      STELE_CHECK(quota());
      if (r_.common.net != s_.genesis.net) return reject(RejectionCode::wrong_network, "stele.net");
      STELE_CHECK(after());
    }
    if (refused_by_rules()) return reject(RejectionCode::type_not_in_rules);
    STELE_CHECK(resolve_targets());
    STELE_CHECK(authority());
    STELE_CHECK(std::visit([this](const auto& body) { return relations(body); }, r_.body));
    return std::move(out_);
  }

 private:
  // ---- signer, quota, time ----

  Ok signer() {
    key_ = s_.key(r_.kid);
    if (key_ == nullptr) return reject(RejectionCode::unknown_key, "kid");
    if (!s_.key_valid(*key_)) return reject(RejectionCode::key_not_valid, "kid");
    const auto use = r_.type == Type::seal          ? record::KeyUse::seal
                     : r_.type == Type::export_copy ? record::KeyUse::export_copy
                                                    : record::KeyUse::sign;
    if (key_->key.use != use && !key_->root) return reject(RejectionCode::key_wrong_use, "kid");
    return {};
  }

  Ok quota() const {
    if (!s_.policy) return {};
    for (const auto& q : s_.policy->policy.quotas) {
      if (q.act != r_.type || date_ != s_.today) continue;
      const auto used = s_.used_today.find({r_.kid, r_.type});
      const std::uint64_t before = used == s_.used_today.end() ? 0 : used->second;
      if (before + weight_of(r_) > q.per_day) return reject(RejectionCode::quota_exceeded);
    }
    return {};
  }

  Ok after() const {
    const auto it = s_.recent.find(r_.common.after);
    if (it == s_.recent.end()) return reject(RejectionCode::after_unknown, "stele.after");
    if (time_.value > it->second.value + s_.limits().after_days * day_s)
      return reject(RejectionCode::after_too_old, "stele.after");
    return {};
  }

  [[nodiscard]] bool refused_by_rules() const {
    switch (r_.type) {
      case Type::register_page:
      case Type::school_transfer:
      case Type::export_copy:
      case Type::erase:
        return true;
      default:
        return false;
    }
  }

  // ---- targets: what a change or second signature speaks of ----

  Ok resolve_targets() {
    if (const auto* amend = std::get_if<record::Amend>(&r_.body)) {
      const auto it = s_.sheets.find(amend->target);
      if (it == s_.sheets.end())
        return reject(
            s_.find(amend->target) != nullptr ? RejectionCode::target_wrong_type : RejectionCode::unknown_target,
            "stele.target");
      take_sheet(it->second);
      return {};
    }
    if (const auto* change = std::get_if<record::StatusChange>(&r_.body)) {
      for (std::size_t i = 0; i < change->targets.size(); ++i) STELE_CHECK(take_target(change->targets[i], i));
    }
    return {};
  }

  void take_sheet(const registry::SheetState& sheet) {
    subject_.on = record::type_name(sheet.type);
    subject_.cls = sheet.cls;
    subject_.year = sheet.year;
    subject_.subject = sheet.subject.empty() ? std::nullopt : std::optional(sheet.subject);
    subject_.term = sheet.term.empty() ? std::nullopt : std::optional(sheet.term);
  }

  [[nodiscard]] static bool is_year_near(const std::string& year, Date date) {
    return year == year_text(date.year) || year == year_text(date.year - 1);
  }
  [[nodiscard]] static std::string year_text(std::int32_t year) { return std::to_string(year); }

  /// All targets of one record are of one type and one organisation: one act then speaks for all of them.
  Ok take_target(const RecordId& id, std::size_t i) {
    const auto where = "stele.targets[" + std::to_string(i) + "]";
    const auto* info = s_.find(id);
    if (info == nullptr) return reject(RejectionCode::unknown_target, where);
    const auto owner = owner_of(id, *info);
    if (!owner) return reject(RejectionCode::target_wrong_type, where);
    if (*owner != *subject_.org) return reject(RejectionCode::target_wrong_org, where);
    const std::string on(record::type_name(info->type));
    // One act speaks for all targets, and a sheet lends it its class, subject and term: so there is one.
    if (i > 0 && (subject_.on != on || record::is_sheet(info->type)))
      return reject(RejectionCode::target_wrong_type, where);
    subject_.on = on;
    if (const auto it = s_.sheets.find(id); it != s_.sheets.end() && i == 0) take_sheet(it->second);
    return {};
  }

  /// The organisation that a changeable record belongs to; none: records of that type can't be changed.
  [[nodiscard]] std::optional<std::string> owner_of(const RecordId& id, const registry::RecordInfo& info) const {
    // Amends and second signatures: only a compromise suspends them, and who looks into it clears or revokes them.
    const bool reported = info.type == Type::amend || info.type == Type::approve || info.type == Type::countersign ||
                          info.type == Type::seal;
    return reported && !s_.suspensions.contains(id) ? std::nullopt : s_.owner_of(id);
  }

  // ---- authority ----

  [[nodiscard]] bool roots_may() const {
    switch (r_.type) {
      case Type::org:
      case Type::key:
      case Type::validators:
      case Type::orderers:
      case Type::policy:
      case Type::compromise:
        return true;
      case Type::revoke:
      case Type::suspend:
      case Type::reinstate:
        return subject_.on == record::type_name(Type::org) || subject_.on == record::type_name(Type::key);
      default:
        return false;
    }
  }

  Ok authority() {
    if (std::holds_alternative<record::SecondSignature>(r_.body)) return second_signature();
    if (key_->root) {
      if (!roots_may()) return reject(RejectionCode::no_authority);
      if (s_.genesis.root_quorum > 1) {
        out_.needs.push_back({Type::approve, s_.genesis.root_quorum - 1, record::Unit::root, {}, {}});
      }
      return {};
    }
    if (!s_.policy) return reject(RejectionCode::no_policy);
    if (!s_.org_valid(key_->key.org)) return reject(RejectionCode::org_not_valid, "kid");
    if (replaces_key()) subject_.on = "replace";
    act_ = registry::find_act(s_.policy->policy, subject_, key_->key.grants, date_, s_);
    if (act_ == nullptr) return reject(RejectionCode::no_authority);
    out_.needs = act_->needs;
    return {};
  }

  /// Another key for the same person is a graver thing than another grant, and has an act of its own.
  [[nodiscard]] bool replaces_key() const {
    const auto* k = std::get_if<record::Key>(&r_.body);
    return k != nullptr && k->replaces && s_.key(k->jwk.thumbprint()) == nullptr;
  }

  Ok second_signature() {
    const auto& body = std::get<record::SecondSignature>(r_.body);
    if (key_->root ? body.org != "root" || body.role != "root" : body.org != key_->key.org || !s_.org_valid(body.org)) {
      return reject(RejectionCode::no_authority, "stele.org");
    }
    for (std::size_t i = 0; i < body.targets.size(); ++i) {
      const auto where = "stele.targets[" + std::to_string(i) + "]";
      const auto it = s_.pending.find(body.targets[i]);
      if (it == s_.pending.end() || time_.value > it->second.since.value + s_.limits().pending_days * day_s) {
        return reject(
            s_.find(body.targets[i]) == nullptr ? RejectionCode::unknown_target : RejectionCode::target_not_pending,
            where);
      }
      STELE_CHECK(counts(it->second, where));
      const auto need = need_filled(it->second, body);
      if (!need) return reject(RejectionCode::no_signature_needed, where);
      out_.filled.push_back(*need);
    }
    return {};
  }

  /// Rules on persons: another person, whom the first signer did not make, and not someone registered yesterday for the
  /// purpose.
  Ok counts(const registry::Pending& p, const std::string& where) const {
    const auto* first = s_.key(p.record.kid);
    STELE_ASSERT(first != nullptr);
    const auto& me = key_->key.person;
    if (me == first->key.person) return reject(RejectionCode::same_person, where);
    for (const auto& g : p.given) {
      if (g.person == me) return reject(RejectionCode::same_person, where);
    }
    const auto* report = std::get_if<record::Compromise>(&p.record.body);
    if (report != nullptr && me == s_.key(report->key)->key.person) return reject(RejectionCode::same_person, where);
    if (made_by(*key_, first->key.person)) return reject(RejectionCode::registered_by_first_signer, where);
    const bool old_enough = time_.value >= key_->since.value + s_.limits().second_key_days * day_s;
    if (!key_->root && !key_->confirmed && !old_enough) return reject(RejectionCode::key_too_young, where);
    return {};
  }

  /// Did this person register or reinstate the key, or one of those who did, and so on? Each key is looked at once.
  [[nodiscard]] bool made_by(const registry::KeyState& start, const std::string& person) const {
    std::vector<const registry::KeyState*> open{&start};
    std::set<const registry::KeyState*> seen;
    while (!open.empty()) {
      const auto* k = open.back();
      open.pop_back();
      if (!seen.insert(k).second) continue;
      for (const auto& kid : k->registrars) {
        const auto* up = s_.key(kid);
        if (up == nullptr) continue;
        if (up->key.person == person) return true;
        open.push_back(up);
      }
    }
    return false;
  }

  [[nodiscard]] std::optional<std::size_t> need_filled(const registry::Pending& p,
                                                       const record::SecondSignature& body) const {
    Judge target(s_, p.record, time_, true);
    if (!target.resolve_targets()) return std::nullopt;
    for (std::size_t n = 0; n < p.needs.size(); ++n) {
      const auto given =
          std::count_if(p.given.begin(), p.given.end(), [n](const registry::Given& g) { return g.need == n; });
      if (std::cmp_greater_equal(given, p.needs[n].count)) continue;
      if (p.needs[n].roles.empty()
              ? key_->root && r_.type == Type::approve
              : registry::fills(p.needs[n], r_.type, body.role, target.subject_, key_->key.grants, date_, s_)) {
        return n;
      }
    }
    return std::nullopt;
  }

  // ---- relations, type by type ----

  Ok relations(const record::Org& o) {
    if (s_.policy && !has(s_.policy->policy.org_kinds, o.kind))
      return reject(RejectionCode::unknown_org_kind, "stele.kind");
    for (const auto v : o.vaults) {
      if (v >= s_.genesis.vaults.size()) return reject(RejectionCode::unknown_vault, "stele.vaults");
    }
    if (o.parent) {
      if (!s_.org_valid(*o.parent)) return reject(RejectionCode::unknown_org, "stele.parent");
      if (registry::in_unit(record::Unit::own_or_above, o.org, *o.parent, s_))
        return reject(RejectionCode::unknown_org, "stele.parent");
      if (depth(*o.parent) + 1 >= registry::org_depth_max) return reject(RejectionCode::out_of_bounds, "stele.parent");
    } else {
      if (!key_->root) return reject(RejectionCode::no_authority, "stele.parent");
      for (const auto& [id, other] : s_.orgs) {
        if (!other.org.parent && id != o.org) return reject(RejectionCode::root_org_exists, "stele.parent");
      }
    }
    const auto* before = s_.org(o.org);
    if (o.replaces) {
      if (before == nullptr || before->id != *o.replaces) return reject(RejectionCode::bad_replaces, "stele.replaces");
      // Who replaces it makes it valid: what was suspended others lift (`reinstate`).
      const auto status = s_.status.get(before->index);
      if (status == log::Status::revoked || (status == log::Status::suspended && !key_->root))
        return reject(RejectionCode::bad_replaces, "stele.replaces");
      // Whoever moved a school under his own office would be its authority from then on.
      if (!key_->root && before->org.parent != o.parent) return reject(RejectionCode::no_authority, "stele.parent");
    } else if (before != nullptr) {
      return reject(RejectionCode::id_taken, "stele.org");
    }
    return {};
  }

  [[nodiscard]] int depth(std::string_view org) const {
    int n = 0;
    for (auto up = s_.parent(org); up && !up->empty() && n < registry::org_depth_max; up = s_.parent(*up)) ++n;
    return n;
  }

  Ok relations(const record::Key& k) {
    if (!s_.org_valid(k.org)) return reject(RejectionCode::unknown_org, "stele.org");
    STELE_CHECK(record::check_possession(r_));
    for (std::size_t i = 0; i < k.grants.size(); ++i) {
      const auto where = "stele.grants[" + std::to_string(i) + "]";
      const auto& g = k.grants[i];
      if (s_.policy && !has(s_.policy->policy.roles, g.role))
        return reject(RejectionCode::unknown_role, where + ".role");
      if (act_ != nullptr && !has(act_->may_grant, g.role))
        return reject(RejectionCode::grant_not_allowed, where + ".role");
      if (g.org != k.org) return reject(RejectionCode::grant_not_allowed, where + ".org");
    }
    const auto* same = s_.key(k.jwk.thumbprint());
    const auto owner = s_.persons.find(k.person);
    // Asked when it comes in: a holder's key that was named since then must not stop it.
    const bool holders = !again_ && same == nullptr && s_.holder_keys.contains(k.jwk.thumbprint());
    if (holders) return reject(RejectionCode::key_taken, "stele.jwk");
    if (!k.replaces) {
      if (same != nullptr) return reject(RejectionCode::key_taken, "stele.jwk");
      if (owner != s_.persons.end()) return reject(RejectionCode::person_taken, "stele.person");
      return {};
    }
    const auto* old = owner == s_.persons.end() ? nullptr : s_.key(owner->second);
    if (old == nullptr || old->root || !is_record_of(*k.replaces, *old) || old->key.org != k.org ||
        old->key.use != k.use) {
      return reject(RejectionCode::bad_replaces, "stele.replaces");
    }
    // Who may not give a role may not take it away either: else one clerk strips the principal of his.
    for (const auto& g : old->key.grants) {
      if (act_ != nullptr && !has(act_->may_grant, g.role))
        return reject(RejectionCode::grant_not_allowed, "stele.replaces");
    }
    // Other grants for a key that is in force; or another key, also for one that was lost, suspended or revoked.
    const auto status = s_.status.get(*old->index);
    if (same != nullptr ? same != old || status != log::Status::valid : status == log::Status::superseded) {
      return reject(RejectionCode::bad_replaces, "stele.replaces");
    }
    return {};
  }

  /// When it comes in, a record names the latest of the person's key. One that waited for signatures may find that the
  /// key was given other grants since: that must not stop it, else one person could stop every replacement.
  [[nodiscard]] bool is_record_of(const RecordId& id, const registry::KeyState& key) const {
    if (!again_) return key.id == id;
    const auto it = s_.key_records.find(id);
    return it != s_.key_records.end() && it->second == key.key.jwk.thumbprint();
  }

  Ok relations(const record::Policy& p) {
    const std::uint64_t last = s_.policy ? s_.policy->policy.number : 0;
    if (p.number != last + 1) return reject(RejectionCode::policy_number, "stele.number");
    // Never back, and not for a block that is built already: it was judged by the rules before.
    if (p.rules < s_.rules_named() || p.rules > s_.rules_named() + 1)
      return reject(RejectionCode::out_of_bounds, "stele.rules");
    if (p.rules > s_.rules_named() && p.rules_from <= s_.height.value + 1)
      return reject(RejectionCode::out_of_bounds, "stele.rules_from");
    STELE_CHECK(second_persons(p));
    for (const auto& a : p.assessment) {
      auto set = decode_rule_set(a.data);
      if (!set) return Unexpected(std::move(set).error());
      if (set->id != a.set.id) return reject(RejectionCode::unknown_assessment, "stele.assessment");
    }
    return {};
  }

  /// Nothing that changes what was said may rest on one person.
  static Ok second_persons(const record::Policy& p) {
    for (std::size_t i = 0; i < p.acts.size(); ++i) {
      const auto& a = p.acts[i];
      const bool change = a.act == Type::amend || a.act == Type::suspend || a.act == Type::reinstate ||
                          a.act == Type::revoke || a.act == Type::erase || a.act == Type::compromise;
      const bool replacing = a.replaces && (record::is_credential(a.act) || a.act == Type::class_list);
      if ((change || replacing) && a.needs.empty())
        return reject(RejectionCode::second_person_required, "stele.acts[" + std::to_string(i) + "]");
    }
    return {};
  }

  /// A pending change holds what it will change.
  Ok unclaimed(const RecordId& id, std::string where) const {
    const auto it = s_.claimed.find(id);
    if (it != s_.claimed.end() && it->second != r_.id) return reject(RejectionCode::target_claimed, std::move(where));
    return {};
  }

  Ok kind_listed(const std::string& kind) const {
    if (!has(s_.policy->policy.kinds, kind)) return reject(RejectionCode::unknown_kind, "stele.kind");
    return {};
  }

  Ok relations(const record::SecondSignature&) { return {}; }

  Ok free_slot() const {
    const auto it = s_.sheet_slots.find(slot_of(r_));
    if (it != s_.sheet_slots.end() && it->second != r_.id) return reject(RejectionCode::sheet_exists);
    return {};
  }

  Ok relations(const record::ClassList& c) {
    if (!s_.org_valid(c.org)) return reject(RejectionCode::org_not_valid, "stele.org");
    STELE_CHECK(kind_listed(c.kind));
    if (!is_year_near(c.year, date_)) return reject(RejectionCode::year_out_of_range, "stele.year");
    if (!c.replaces) return free_slot();
    STELE_CHECK(unclaimed(*c.replaces, "stele.replaces"));
    STELE_CHECK(reason_listed(*c.reason));
    const auto it = s_.sheet_slots.find(slot_of(r_));
    if (it == s_.sheet_slots.end() || it->second != *c.replaces || s_.status_of(*c.replaces) != log::Status::valid) {
      return reject(RejectionCode::bad_replaces, "stele.replaces");
    }
    return {};
  }

  Ok assessment_in_force(const record::Assessment& a, const std::string& kind, const std::string* subject,
                         const std::string* term) const {
    for (const auto& d : s_.policy->policy.assessment) {
      if (d.set != a || (d.from && date_ < *d.from) || (d.to && *d.to < date_)) continue;
      const auto known = known_rule_set(d.data);
      STELE_ASSERT(known.has_value());  // checked when the policy came in
      const auto& set = *known;
      if (!has(set->kinds, kind)) return reject(RejectionCode::unknown_assessment, "stele.kind");
      if (subject != nullptr && set->subject(*subject) == nullptr)
        return reject(RejectionCode::unknown_subject, "stele.subject");
      if (term != nullptr && *term != set->term_first && *term != set->term_second && *term != set->term_year)
        return reject(RejectionCode::unknown_term, "stele.term");
      return {};
    }
    return reject(RejectionCode::unknown_assessment, "stele.assessment");
  }

  template <class Sheet>
  Ok on_list(const Sheet& sheet) const {
    if (!s_.org_valid(sheet.org)) return reject(RejectionCode::org_not_valid, "stele.org");
    STELE_CHECK(kind_listed(sheet.kind));
    if (!is_year_near(sheet.year, date_)) return reject(RejectionCode::year_out_of_range, "stele.year");
    const auto it = s_.sheets.find(sheet.list);
    if (it == s_.sheets.end() || it->second.type != Type::class_list ||
        s_.status.get(it->second.index) != log::Status::valid || it->second.org != sheet.org ||
        it->second.kind != sheet.kind || it->second.cls != sheet.cls || it->second.year != sheet.year) {
      return reject(RejectionCode::list_not_valid, "stele.list");
    }
    return {};
  }

  Ok relations(const record::GradeSheet& g) {
    STELE_CHECK(on_list(g));
    STELE_CHECK(assessment_in_force(g.assessment, g.kind, &g.subject, &g.term));
    return free_slot();
  }
  Ok relations(const record::SummarySheet& g) {
    STELE_CHECK(on_list(g));
    STELE_CHECK(assessment_in_force(g.assessment, g.kind, nullptr, &g.term));
    return free_slot();
  }

  Ok reason_listed(const std::string& reason) const {
    if (s_.policy && !has(s_.policy->policy.reasons, reason))
      return reject(RejectionCode::unknown_reason, "stele.reason");
    return {};
  }

  Ok relations(const record::Amend& a) {
    const auto& sheet = s_.sheets.at(a.target);  // resolve_targets found it
    if (sheet.org != a.org) return reject(RejectionCode::target_wrong_org, "stele.target");
    if (s_.status.get(sheet.index) != log::Status::valid)
      return reject(RejectionCode::target_not_valid, "stele.target");
    STELE_CHECK(unclaimed(a.target, "stele.target"));
    if (a.positions.back() >= sheet.rows) return reject(RejectionCode::position_out_of_range, "stele.positions");
    if (a.positions.size() > a.rows) return reject(RejectionCode::position_out_of_range, "stele.rows");
    for (std::size_t i = 0; i < a.supersedes.size(); ++i) {
      const auto where = "stele.supersedes[" + std::to_string(i) + "]";
      const auto it = s_.credentials.find(a.supersedes[i]);
      if (it == s_.credentials.end()) return reject(RejectionCode::unknown_target, where);
      if (it->second.type != Type::transcript) return reject(RejectionCode::target_wrong_type, where);
      if (it->second.org != a.org) return reject(RejectionCode::target_wrong_org, where);
      STELE_CHECK(unclaimed(a.supersedes[i], where));
      if (s_.status.get(it->second.index) != log::Status::valid) return reject(RejectionCode::target_not_valid, where);
    }
    return reason_listed(a.reason);
  }

  Ok relations(const record::StatusChange& c) {
    for (std::size_t i = 0; i < c.targets.size(); ++i) {
      const auto where = "stele.targets[" + std::to_string(i) + "]";
      const auto& target = s_.latest(c.targets[i]);
      const auto status = s_.status_of(target);
      const bool pending = s_.pending.contains(target);
      const bool suspended = status == log::Status::suspended && !pending;
      const bool fits = r_.type == Type::reinstate ? suspended
                        : r_.type == Type::suspend ? status == log::Status::valid || suspended
                                                   : status != log::Status::revoked && !pending;
      if (!fits) return reject(RejectionCode::target_not_valid, where);
      if (c.lifts && !suspended_by(target, *c.lifts)) return reject(RejectionCode::not_suspended_by, where);
    }
    if (c.lifts) STELE_CHECK(may_lift(*c.lifts));
    return reason_listed(c.reason);
  }

  [[nodiscard]] bool suspended_by(const RecordId& target, const RecordId& suspension) const {
    const auto it = s_.suspensions.find(target);
    return it != s_.suspensions.end() &&
           std::find(it->second.begin(), it->second.end(), suspension) != it->second.end();
  }

  /// Nobody undoes what an office above suspended: only the organisation of its signer, or one above that.
  Ok may_lift(const RecordId& suspension) const {
    const auto* info = s_.find(suspension);
    STELE_ASSERT(info != nullptr);  // it stands on a target
    const auto* by = s_.key(info->kid);
    STELE_ASSERT(by != nullptr);
    // What roots reported of a key, the organisation without parent looks into.
    const bool reported = by->root && info->type == Type::compromise && s_.parent(key_->key.org) == std::string();
    const bool may = key_->root || reported ||
                     (!by->root && registry::in_unit(record::Unit::own_or_above, key_->key.org, by->key.org, s_));
    return may ? Ok{} : Ok{reject(RejectionCode::lift_not_allowed, "stele.lifts")};
  }

  Ok relations(const record::Document& d) {
    if (!s_.org_valid(d.org)) return reject(RejectionCode::org_not_valid, "stele.org");
    return kind_listed(d.kind);
  }

  Ok relations(const record::Credential& c) {
    if (!s_.org_valid(c.org)) return reject(RejectionCode::org_not_valid, "stele.org");
    STELE_CHECK(urls(c));
    STELE_CHECK(kind_listed(c.kind));
    STELE_CHECK(period(c));
    if (c.assessment) STELE_CHECK(assessment_in_force(*c.assessment, c.kind, nullptr, nullptr));
    if (c.register_number && !is_year_near(c.register_number->year, date_))
      return reject(RejectionCode::year_out_of_range, "stele.register.year");
    if (c.cls && !again_ && s_.open_amends.contains({c.org, *c.cls, c.period}))
      return reject(RejectionCode::amend_pending, "stele.class");
    STELE_CHECK(unique(c));
    if (!c.replaces) return {};
    STELE_CHECK(unclaimed(*c.replaces, "stele.replaces"));
    STELE_CHECK(reason_listed(*c.reason));
    const auto it = s_.credentials.find(*c.replaces);
    // A department replaces what a school below it issued, and not what another one's school did.
    const bool same_org =
        it != s_.credentials.end() &&
        (it->second.org == c.org || (act_ != nullptr && act_->unit == record::Unit::above &&
                                     registry::in_unit(record::Unit::above, key_->key.org, it->second.org, s_)));
    if (!same_org || it->second.type != r_.type || it->second.tag != c.tag ||
        s_.status.get(it->second.index) != log::Status::valid) {
      return reject(RejectionCode::bad_replaces, "stele.replaces");
    }
    return {};
  }

  Ok period(const record::Credential& c) const {
    const auto& form = act_->period;  // credentials are never signed by roots, so there is an act
    const bool digits = c.period.find_first_not_of("0123456789") == std::string::npos;
    const bool fits = !form             ? true
                      : *form == "year" ? is_year_near(c.period, date_)
                      : *form == "nth"  ? digits && c.period.size() <= 2 && c.period.front() != '0'
                                        : c.period == *form;
    if (!fits) return reject(RejectionCode::bad_form, "stele.period");
    return {};
  }

  Ok urls(const record::Credential& c) const {
    if (c.iss != record::iss_url(s_.genesis, c.org)) return reject(RejectionCode::bad_url, "iss");
    if (c.vct != record::vct_url(s_.genesis, r_.type)) return reject(RejectionCode::bad_url, "vct");
    const auto prefix = s_.genesis.base_url + "/status/";
    std::string_view rest = c.status.uri;
    if (!rest.starts_with(prefix)) return reject(RejectionCode::bad_url, "status.status_list.uri");
    rest.remove_prefix(prefix.size());
    for (std::size_t v = 0; v < s_.genesis.vaults.size(); ++v) {
      const auto mine = std::to_string(v) + "/";
      if (!rest.starts_with(mine)) continue;
      const auto list = rest.substr(mine.size());
      const bool number = !list.empty() && list.size() <= 9 &&
                          list.find_first_not_of("0123456789") == std::string_view::npos &&
                          (list == "0" || list.front() != '0');
      return number ? Ok{} : Ok{reject(RejectionCode::bad_url, "status.status_list.uri")};
    }
    return reject(RejectionCode::bad_url, "status.status_list.uri");
  }

  Ok unique(const record::Credential& c) const {
    if (again_) return {};  // its own entries are there already
    if (s_.status_slots.contains(c.status)) return reject(RejectionCode::status_slot_taken, "status");
    if (c.cnf) {
      const auto holder = c.cnf->thumbprint();
      if (s_.holder_keys.contains(holder) || s_.key(holder) != nullptr)
        return reject(RejectionCode::holder_key_used, "cnf.jwk");
    }
    const auto live = s_.live_tags.find(c.tag);
    if (live != s_.live_tags.end() && !(c.replaces && live->second == *c.replaces))
      return reject(RejectionCode::tag_taken, "stele.tag");
    if (c.register_number) {
      const auto it = s_.register_last.find({c.org, c.kind, c.register_number->year});
      const std::uint64_t last = it == s_.register_last.end() ? 0 : it->second;
      // Only "not yet used" is judged here; that there is no gap depends on the records before it in the same block.
      if (c.register_number->number <= last) return reject(RejectionCode::register_number, "stele.register.number");
    }
    return {};
  }

  Ok relations(const record::Validators& v) {
    if (s_.set_changes) return reject(RejectionCode::validators_in_change, "stele.set");
    for (std::size_t i = 0; i < v.set.size(); ++i) {
      const auto where = "stele.set[" + std::to_string(i) + "]";
      STELE_CHECK(known_org(v.set[i], where));
      // A key of a validator signs nothing else, and one that has left the set never comes back: nobody would know
      // any more whether its vote file is still the whole truth.
      const auto before = s_.validator_keys.find(v.set[i].key);
      const bool left = before != s_.validator_keys.end() && !before->second;
      if (left || used_elsewhere(v.set[i].key)) return reject(RejectionCode::key_taken, where + ".key");
    }
    return {};
  }
  Ok relations(const record::Orderers& o) {
    for (std::size_t i = 0; i < o.add.size(); ++i) {
      const auto where = "stele.add[" + std::to_string(i) + "]";
      STELE_CHECK(known_org(o.add[i], where));
      const auto same_id = [&](const registry::OrdererState& x) { return x.member.id == o.add[i].id; };
      if (std::any_of(s_.orderers.begin(), s_.orderers.end(), same_id))
        return reject(RejectionCode::id_taken, where + ".id");
      if (s_.validator_keys.contains(o.add[i].key) || used_elsewhere(o.add[i].key))
        return reject(RejectionCode::key_taken, where + ".key");
    }
    for (std::size_t i = 0; i < o.retire.size(); ++i) {
      const auto n = o.retire[i];
      const auto where = "stele.retire[" + std::to_string(i) + "]";
      if (n >= s_.orderers.size()) return reject(RejectionCode::unknown_target, where);
      if (s_.orderers[n].until) return reject(RejectionCode::target_not_valid, where);
    }
    const auto stay = static_cast<std::size_t>(
        std::count_if(s_.orderers.begin(), s_.orderers.end(), [](const auto& x) { return !x.until.has_value(); }));
    if (stay + o.add.size() == o.retire.size()) return reject(RejectionCode::out_of_bounds, "stele.retire");
    if (s_.orderers.size() + o.add.size() > registry::orderers_ever_max)
      return reject(RejectionCode::out_of_bounds, "stele.add");
    return {};
  }
  [[nodiscard]] Ok known_org(const record::Validator& member, const std::string& where) const {
    if (s_.org(member.org) == nullptr) return reject(RejectionCode::unknown_org, where + ".org");
    if (!s_.org_valid(member.org)) return reject(RejectionCode::org_not_valid, where + ".org");
    return {};
  }
  /// Somebody signs records with it, is or was an orderer, or keeps a vault.
  [[nodiscard]] bool used_elsewhere(const PublicKey& bytes) const {
    const auto key = VerifyKey::parse(bytes);
    STELE_ASSERT(key.has_value());  // the decoder refuses others
    const auto is = [&](const auto& member) { return member.key == bytes; };
    return s_.key(key->thumbprint()) != nullptr || s_.holder_keys.contains(key->thumbprint()) ||
           std::any_of(s_.orderers.begin(), s_.orderers.end(), [&](const auto& o) { return is(o.member); }) ||
           std::any_of(s_.genesis.vaults.begin(), s_.genesis.vaults.end(), is);
  }
  Ok relations(const record::RegisterPage&) { return reject(RejectionCode::type_not_in_rules); }
  Ok relations(const record::Compromise& c) {
    const auto* suspect = s_.key(c.key);
    if (suspect == nullptr) return reject(RejectionCode::unknown_key, "stele.key");
    if (suspect->root) return reject(RejectionCode::no_authority, "stele.key");
    if (suspect->key.org != c.org) return reject(RejectionCode::target_wrong_org, "stele.key");
    if (suspect->key.person == key_->key.person) return reject(RejectionCode::same_person, "stele.key");
    // Asked when it comes in: that others took their time to sign does not move it out of reach.
    if (!again_ && !key_->root && c.from < first_in_reach()) return reject(RejectionCode::too_far_back, "stele.from");
    return reason_listed(c.reason);
  }
  [[nodiscard]] std::uint64_t first_in_reach() const {
    const auto& starts = s_.block_starts;
    const auto it = std::partition_point(starts.begin(), starts.end(), [this](const auto& b) {
      return b.second.value + registry::compromise_back_s < time_.value;
    });
    return it == starts.end() ? s_.ids.size() : it->first.value;
  }
  Ok relations(const record::Erase&) { return reject(RejectionCode::type_not_in_rules); }

  const State& s_;
  const record::Record& r_;
  UnixSeconds time_;
  Date date_;
  bool again_;
  registry::Subject subject_;
  const registry::KeyState* key_ = nullptr;
  const record::Act* act_ = nullptr;
  Judged out_;
};

}  // namespace

Result<Judged, Rejection> judge(const State& s, const record::Record& r, UnixSeconds time) {
  return Judge(s, r, time, false).run();
}
Result<Judged, Rejection> judge_again(const State& s, const record::Record& r, UnixSeconds time) {
  return Judge(s, r, time, true).run();
}

registry::SheetSlot slot_of(const record::Record& r) {
  const auto scope = record::scope_of(r);
  const auto text = [](const std::string* p) { return p == nullptr ? std::string() : *p; };
  const auto* g = std::get_if<record::GradeSheet>(&r.body);
  return {r.type,
          text(record::org_of(r)),
          text(scope.cls),
          text(scope.subject),
          g == nullptr ? std::string() : g->group.value_or(""),
          text(scope.term),
          text(scope.year)};
}

std::uint64_t weight_of(const record::Record& r) {
  if (const auto* a = std::get_if<record::Amend>(&r.body)) return a->positions.size();
  if (const auto* c = std::get_if<record::StatusChange>(&r.body)) return c->targets.size();
  return 1;
}

std::vector<RecordId> claims_of(const record::Record& r) {
  std::vector<RecordId> out;
  std::visit(
      [&out](const auto& body) {
        if constexpr (requires { body.replaces; }) {
          if (body.replaces) out.push_back(*body.replaces);
        }
      },
      r.body);
  if (const auto* a = std::get_if<record::Amend>(&r.body)) {
    out.push_back(a->target);
    out.insert(out.end(), a->supersedes.begin(), a->supersedes.end());
  }
  return out;
}

}  // namespace stele::rules
