#include "ledger/verdict/judge_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"

namespace stele::verdict {
namespace {

using record::Type;

std::string short_kid(const KeyId& kid) {
  return base64url(kid.view()).substr(0, 8) + "…";
}

bool roots_may(Type type, const registry::Subject& subject) {
  switch (type) {
    case Type::org:
    case Type::key:
    case Type::validators:
    case Type::orderers:
    case Type::policy:
    case Type::approve:
    case Type::compromise:
      return true;
    case Type::revoke:
    case Type::suspend:
    case Type::reinstate:
      return subject.on == record::type_name(Type::org) || subject.on == record::type_name(Type::key);
    default:
      return false;
  }
}

std::string roles_of(const record::Key& k) {
  std::set<std::string> roles;
  for (const auto& g : k.grants) roles.insert(g.role);
  std::string out;
  for (const auto& role : roles) out += (out.empty() ? "" : ", ") + role;
  return out.empty() ? "–" : out;
}

bool is_good(const RecordJudgement& j) {
  const auto findings = j.findings();
  return std::all_of(findings.begin(), findings.end(), [](const Finding* f) { return f->answer == Answer::ok; });
}

}  // namespace

RecordJudge::RecordJudge(const record::Genesis& genesis, const Facts& facts,
                         std::map<std::size_t, record::PersonClaim> names)
    : genesis_(genesis), facts_(facts), names_(std::move(names)), status_checkpoint_(facts.status_checkpoint()) {
  for (const auto& root : genesis.roots) {
    const auto key = VerifyKey::parse(root.key);
    STELE_ASSERT(key.has_value());  // decode_genesis refuses keys that are not on the curve
    roots_.emplace(key->thumbprint(), &root);
  }
}

std::string RecordJudge::place_of(std::size_t record) {
  return "evidence.records[" + std::to_string(record) + "]";
}

const AsOf& RecordJudge::as_of(std::size_t header) {
  const auto it = as_of_.find(header);
  return it != as_of_.end() ? it->second : as_of_.emplace(header, AsOf(facts_, header)).first->second;
}

const record::PersonClaim* RecordJudge::name_of(const std::optional<std::size_t>& key_record) const {
  if (!key_record) return nullptr;
  const auto it = names_.find(*key_record);
  return it == names_.end() ? nullptr : &it->second;
}

std::string RecordJudge::signer_text(std::size_t record, Lang lang) {
  const auto& right = judge(record).right;
  if (right.root) return lang == Lang::vi ? "người giữ khóa gốc của mạng" : "a holder of the network's root keys";
  if (const auto* name = name_of(right.key)) return name->name + " (" + name->title + ")";
  const auto kid = short_kid(facts_.records()[record].record.kid);
  return (lang == Lang::vi ? "người giữ khóa " : "the holder of key ") + kid;
}

const RecordJudgement& RecordJudge::judge(std::size_t record) {
  if (const auto it = judged_.find(record); it != judged_.end()) return it->second;
  RecordJudgement j;
  j.place = facts_.place(record);
  j.right = right_of(record);
  j.authority = j.right.finding;
  j.signature = signature_of(record, j.right);
  j.inclusion = inclusion_of(record, j.place);
  j.finality = finality_of(j.place);
  std::vector<std::uint32_t> open;
  for (const auto& need : j.right.needs) open.push_back(need.count);
  judge_seconds(record, j, open);
  judge_status(record, j, std::all_of(open.begin(), open.end(), [](std::uint32_t n) { return n == 0; }));
  return judged_.emplace(record, std::move(j)).first->second;
}

// ---- authority ----

Right RecordJudge::right_of(std::size_t record) {
  if (const auto it = rights_.find(record); it != rights_.end()) return it->second;
  const auto& r = facts_.records()[record].record;
  Right right;
  if (const auto root = roots_.find(r.kid); root != roots_.end()) {
    right = root_right(record, *root->second);
    return rights_.emplace(record, right).first->second;
  }
  const auto place = facts_.place(record);
  const auto& headers = facts_.headers();
  const bool placed = place && facts_.included(record, place->block);
  const auto then = moment_of(record, placed);
  right.finding = [&]() -> Finding {
    if (!then) {
      return not_judged(Outcome::not_authorised, "authority_not_shown", place_of(record),
                        "tệp không chứng minh được sổ đăng ký thẩm quyền ngay trước khi bản ghi được nhận",
                        "the file does not prove the registry of authority just before the record was accepted");
    }
    const auto& registry = as_of(*then);
    const auto grounds = grounds_of(facts_, registry, record);
    if (!grounds.key) return key_missing(r.kid, registry);
    right.key = grounds.key;
    const auto& key = std::get<record::Key>(facts_.records()[*grounds.key].record.body);
    right.person = key.person;
    right.org = key.org;
    if ((key.use == record::KeyUse::seal) != (r.type == Type::seal) || key.use == record::KeyUse::export_copy) {
      return found_bad(Outcome::not_authorised, "key_wrong_use", place_of(record),
                       "khóa này không được dùng để ký loại bản ghi đó (khóa con dấu chỉ để đóng dấu)",
                       "this key may not sign such a record (a seal's key only seals)");
    }
    if (!grounds.missing_org.empty()) return org_missing(grounds.missing_org, registry);
    if (!grounds.policy) {
      return not_judged(Outcome::not_authorised, "policy_not_shown", place_of(record),
                        "tệp không kèm quy định thẩm quyền có hiệu lực khi ký",
                        "the file lacks the policy that was in force when this was signed");
    }
    const auto& policy = std::get<record::Policy>(facts_.records()[*grounds.policy].record.body);
    const auto date = date_in_vietnam(headers[placed ? place->block : *then].checkpoint.time);
    const bool second = std::holds_alternative<record::SecondSignature>(r.body);
    auto finding = second ? second_signature(record, key, right, registry, date)
                          : first_signature(record, key, policy, right, registry, date);
    if (finding.answer == Answer::ok && !placed) {
      return not_judged(
          Outcome::not_on_ledger, "authority_without_time", place_of(record),
          "người ký có thẩm quyền này vào lúc kiểm tra, nhưng tệp không chứng minh bản ghi được nhận khi nào",
          "the signer has this authority by now, but the file does not prove when the record was accepted");
    }
    return finding;
  }();
  return rights_.emplace(record, right).first->second;
}

std::optional<std::size_t> RecordJudge::moment_of(std::size_t record, bool placed) {
  const auto& headers = facts_.headers();
  if (placed) {
    const auto parent = facts_.place(record)->parent;
    return headers[parent].final ? std::optional(parent) : std::nullopt;
  }
  // Not on the ledger: there is no moment to judge it at. What its signer may do is told all the same, as of the last
  // time that the bag shows the key in force.
  for (std::size_t i = headers.size(); i-- > 0;) {
    if (headers[i].final && as_of(i).key(facts_.records()[record].record.kid)) return i;
  }
  return status_checkpoint_;
}

Right RecordJudge::root_right(std::size_t record, const record::GenesisRoot& root) const {
  const auto& r = facts_.records()[record].record;
  Right right;
  right.root = true;
  right.person = root.person;
  right.role = "root";
  const auto full = full_subject(facts_, r);
  right.subject = full.subject;
  const auto* second = std::get_if<record::SecondSignature>(&r.body);
  if (std::holds_alternative<record::StatusChange>(r.body)) {
    if (auto bad = targets_unfit(record, full)) {
      right.finding = std::move(*bad);
      return right;
    }
  }
  if (!roots_may(r.type, full.subject) || (second != nullptr && (second->org != "root" || second->role != "root"))) {
    right.finding = found_bad(Outcome::not_authorised, "root_may_not", place_of(record),
                              "khóa gốc của mạng không được dùng để ký loại bản ghi này",
                              "the network's root keys may not sign such a record");
    return right;
  }
  if (second == nullptr && genesis_.root_quorum > 1) {
    right.needs.push_back({Type::approve, genesis_.root_quorum - 1, record::Unit::root, {}, {}});
  }
  right.finding =
      found_ok("signed_by_root", "do người giữ khóa gốc của mạng ký", "signed by a root key of the network");
  return right;
}

/// What a change is about decides who may make it.
std::optional<Finding> RecordJudge::targets_unfit(std::size_t record, const FullSubject& full) const {
  if (!full.shown) {
    return not_judged(Outcome::not_authorised, "target_not_shown", place_of(record),
                      "tệp không kèm bản ghi mà thay đổi này nói tới",
                      "the file lacks the record that this change is about");
  }
  if (!full.of_one_kind) {
    return found_bad(Outcome::not_authorised, "target_of_another_org", place_of(record),
                     "thay đổi này nói tới bản ghi của đơn vị khác hoặc khác loại, nên người ký không có quyền",
                     "this change is about a record of another organisation or of another type, which the signer may "
                     "not change");
  }
  return std::nullopt;
}

Finding RecordJudge::key_missing(const KeyId& kid, const AsOf& then) const {
  const auto& records = facts_.records();
  bool known = false;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* k = std::get_if<record::Key>(&records[i].record.body);
    if (k == nullptr || k->jwk.thumbprint() != kid) continue;
    known = true;
    if (!facts_.included(i, then.header()) || !facts_.status(i, then.header())) continue;
    return found_bad(Outcome::not_authorised, "key_not_valid", place_of(i),
                     fmt::format("khóa của người ký (đơn vị {}) không còn hoặc chưa có hiệu lực khi ký", k->org),
                     fmt::format("the signer's key (of {}) was not in force when this was signed", k->org));
  }
  if (known) {
    return found_bad(Outcome::not_authorised, "key_not_shown", "kid",
                     "tệp không chứng minh được khóa của người ký đã có trong sổ cái khi ký",
                     "the file does not prove that the signer's key stood on the ledger when this was signed");
  }
  return found_bad(Outcome::not_authorised, "signer_unknown", "kid",
                   fmt::format("không rõ người ký: tệp không có bản ghi đăng ký khóa {}", short_kid(kid)),
                   fmt::format("the signer is unknown: the file has no registration of key {}", short_kid(kid)));
}

Finding RecordJudge::org_missing(const std::string& org, const AsOf& then) const {
  const auto& records = facts_.records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto* o = std::get_if<record::Org>(&records[i].record.body);
    if (o == nullptr || o->org != org || !facts_.included(i, then.header()) || !facts_.status(i, then.header()))
      continue;
    return found_bad(Outcome::not_authorised, "org_not_valid", place_of(i),
                     fmt::format("đơn vị “{}” không có hiệu lực khi ký", o->name),
                     fmt::format("the organisation “{}” was not in force when this was signed", o->name));
  }
  return not_judged(Outcome::not_authorised, "org_not_shown", org,
                    fmt::format("tệp không chứng minh được đơn vị {} có hiệu lực khi ký", org),
                    fmt::format("the file does not prove that {} was in force when this was signed", org));
}

Finding RecordJudge::first_signature(std::size_t record, const record::Key& key, const record::Policy& policy,
                                     Right& right, const AsOf& then, Date date) {
  const auto& r = facts_.records()[record].record;
  const auto full = full_subject(facts_, r);
  if (auto bad = targets_unfit(record, full)) return std::move(*bad);
  right.subject = full.subject;
  const auto* act = registry::find_act(policy, *right.subject, key.grants, date, then);
  if (act == nullptr) {
    return found_bad(Outcome::not_authorised, "no_authority", place_of(record),
                     fmt::format("người ký (vai trò: {}, đơn vị {}) không có thẩm quyền lập {} vào ngày {}",
                                 roles_of(key), key.org, type_text(r.type, Lang::vi), date_text(date)),
                     fmt::format("the signer (roles: {}, at {}) had no authority to make a {} on {}", roles_of(key),
                                 key.org, type_text(r.type, Lang::en), date_text(date)));
  }
  right.needs = act->needs;
  const auto grant = std::find_if(key.grants.begin(), key.grants.end(), [&](const record::Grant& g) {
    return registry::find_act(policy, *right.subject, std::span(&g, 1), date, then) == act;
  });
  if (grant != key.grants.end()) right.role = grant->role;
  return found_ok(
      "authorised",
      fmt::format("người ký có thẩm quyền (vai trò {}, đơn vị {}) theo quy định số {}", right.role, key.org,
                  policy.number),
      fmt::format("the signer had the authority (role {}, at {}) under policy {}", right.role, key.org, policy.number));
}

/// Needs no act of its own: its authority is the need that it fills, wherever the bag has the record that it is for.
Finding RecordJudge::second_signature(std::size_t record, const record::Key& key, Right& right, const AsOf& then,
                                      Date date) {
  const auto& r = facts_.records()[record].record;
  const auto& body = std::get<record::SecondSignature>(r.body);
  right.role = body.role;
  const bool has_role =
      std::any_of(key.grants.begin(), key.grants.end(), [&](const record::Grant& g) { return g.role == body.role; });
  bool fits = has_role && body.org == key.org;
  for (const auto& id : body.targets) {
    const auto target = facts_.position(id);
    if (!target || !fits) continue;
    if (std::holds_alternative<record::SecondSignature>(facts_.records()[*target].record.body)) {
      fits = false;
      continue;
    }
    const auto first = right_of(*target);
    if (first.finding.answer != Answer::ok || !first.subject) continue;
    if (first.person == key.person) fits = false;
    fits = fits && std::any_of(first.needs.begin(), first.needs.end(), [&](const record::Need& n) {
             return registry::fills(n, r.type, body.role, *first.subject, key.grants, date, then);
           });
  }
  if (!fits) {
    return found_bad(
        Outcome::not_authorised, "second_signer_not_authorised", place_of(record),
        fmt::format("người ký thứ hai (vai trò: {}, đơn vị {}) không có quyền ký với tư cách {}", roles_of(key),
                    key.org, body.role),
        fmt::format("the second signer (roles: {}, at {}) may not sign as {}", roles_of(key), key.org, body.role));
  }
  return found_ok("authorised",
                  fmt::format("người ký thứ hai có thẩm quyền (vai trò {}, đơn vị {})", body.role, key.org),
                  fmt::format("the second signer had the authority (role {}, at {})", body.role, key.org));
}

// ---- signature, inclusion, finality ----

Finding RecordJudge::signature_of(std::size_t record, const Right& right) const {
  const auto& r = facts_.records()[record].record;
  std::optional<VerifyKey> key;
  bool proven = right.root;
  if (right.root) {
    key = VerifyKey::parse(roots_.at(r.kid)->key);
  } else {
    const auto& records = facts_.records();
    for (std::size_t i = 0; i < records.size(); ++i) {
      const auto* k = std::get_if<record::Key>(&records[i].record.body);
      if (k == nullptr || k->jwk.p256 || k->jwk.thumbprint() != r.kid) continue;
      // The thumbprint names one key, whichever of its records stands here; only where it stands is another matter.
      key = VerifyKey::from_coordinates(k->jwk.x, k->jwk.y);
      proven = proven || facts_.on_ledger(i);
    }
  }
  if (!key) {
    return not_judged(Outcome::not_on_ledger, "signer_unknown", place_of(record),
                      "không kiểm tra được chữ ký: tệp không có khóa của người ký",
                      "the signature can't be checked: the file does not have the signer's key");
  }
  if (!record::check_signature(r, *key)) {
    return found_bad(Outcome::altered, "bad_signature", place_of(record),
                     "chữ ký không khớp với nội dung: bản ghi đã bị sửa hoặc chữ ký là giả",
                     "the signature does not fit the content: the record was changed, or the signature is forged");
  }
  if (!proven) {
    return not_judged(Outcome::not_on_ledger, "key_not_on_ledger", place_of(record),
                      "chữ ký khớp với một khóa kèm trong tệp, nhưng khóa đó không được chứng minh là có trong sổ cái",
                      "the signature fits a key in the file, but that key is not proven to stand on the ledger");
  }
  return found_ok("signature_ok", "chữ ký đúng với nội dung và khóa đã đăng ký",
                  "the signature fits the content and the registered key");
}

Finding RecordJudge::inclusion_of(std::size_t record, const std::optional<Facts::Place>& place) const {
  const auto* block = place ? &facts_.headers()[place->block] : nullptr;
  // A header that nobody voted for proves nothing: anyone can write one.
  if (block == nullptr || !facts_.included(record, place->block) || (!block->certified && !block->final)) {
    return found_bad(Outcome::not_on_ledger, "not_included", place_of(record),
                     "tệp không chứng minh được bản ghi này nằm trong sổ cái",
                     "the file does not prove that this record stands on the ledger");
  }
  const auto index = facts_.records()[record].index.value;
  const auto& c = block->checkpoint;
  return found_ok("included",
                  fmt::format("là bản ghi số {} của sổ cái, trong khối {}, {}", index, c.height.value, date_vi(c.time)),
                  fmt::format("is record {} of the ledger, in block {} of {}", index, c.height.value, date_en(c.time)));
}

Finding RecordJudge::finality_of(const std::optional<Facts::Place>& place) const {
  if (!place) {
    return not_judged(Outcome::not_on_ledger, "no_block", "evidence.headers", "không rõ bản ghi thuộc khối nào",
                      "it is not known which block holds the record");
  }
  const auto& block = facts_.headers()[place->block];
  if (!block.final) {
    return found_bad(Outcome::not_final, "not_final", "evidence.headers[" + std::to_string(place->block) + "]",
                     fmt::format("khối {} chưa được chứng minh là chung cuộc; hãy xin lại tệp sau ít phút",
                                 block.checkpoint.height.value),
                     fmt::format("block {} is not proven final; ask for the file again in a few minutes",
                                 block.checkpoint.height.value));
  }
  return found_ok("final", fmt::format("khối {} là chung cuộc", block.checkpoint.height.value),
                  fmt::format("block {} is final", block.checkpoint.height.value));
}

// ---- second signatures, status ----

void RecordJudge::judge_seconds(std::size_t record, RecordJudgement& j, std::vector<std::uint32_t>& open) {
  const auto& r = facts_.records()[record].record;
  if (std::holds_alternative<record::SecondSignature>(r.body)) return;
  std::set<std::string> persons{j.right.person};
  for (const auto i : second_signatures_of(facts_, r.id)) {
    const auto& second = judge(i);
    if (!is_good(second)) {
      const auto findings = second.findings();
      const auto bad =
          std::find_if(findings.begin(), findings.end(), [](const Finding* f) { return f->answer != Answer::ok; });
      const auto& why = **bad;
      if (j.authority.answer == Answer::failed) continue;
      j.authority =
          found_bad(std::max(why.outcome, Outcome::not_authorised), "second_signature_" + why.code, place_of(i),
                    "chữ ký thứ hai không được chứng minh: " + why.vi, "a second signature is not proven: " + why.en);
      continue;
    }
    if (!persons.insert(second.right.person).second) continue;  // each person counts once
    j.seconds.push_back(i);
    const auto& s = facts_.records()[i].record;
    const auto& body = std::get<record::SecondSignature>(s.body);
    const auto& block = facts_.headers()[second.place->block].checkpoint;
    const auto& then = as_of(second.place->parent);
    const auto& needs = j.right.needs;
    for (std::size_t n = 0; n < needs.size(); ++n) {
      if (open[n] == 0) continue;
      const bool root_need = needs[n].roles.empty();
      const bool fits =
          root_need ? second.right.root && s.type == Type::approve
                    : !second.right.root && j.right.subject &&
                          registry::fills(needs[n], s.type, body.role, *j.right.subject,
                                          std::get<record::Key>(facts_.records()[*second.right.key].record.body).grants,
                                          date_in_vietnam(block.time), then);
      if (!fits) continue;
      --open[n];
      break;
    }
  }
}

void RecordJudge::judge_status(std::size_t record, RecordJudgement& j, bool all_shown) const {
  const auto proven = status_checkpoint_ && facts_.included(record, *status_checkpoint_)
                          ? facts_.status(record, *status_checkpoint_)
                          : std::nullopt;
  auto& out = j.status_finding;
  if (!proven) {
    out = not_judged(Outcome::status_too_old, "status_not_shown", place_of(record),
                     "tệp không chứng minh được tình trạng hiện nay của bản ghi; hãy xin tệp mới",
                     "the file does not prove the present status of the record; ask for a new one");
    return;
  }
  j.status = proven;
  const auto& c = facts_.headers()[*status_checkpoint_].checkpoint;
  const auto vi = fmt::format(" (tính đến khối {}, {})", c.height.value, date_vi(c.time));
  const auto en = fmt::format(" (as of block {}, {})", c.height.value, date_en(c.time));
  switch (*proven) {
    case log::Status::valid:
      out = found_ok("valid", "còn hiệu lực" + vi, "in force" + en);
      return;
    case log::Status::superseded:
      out = found_bad(Outcome::superseded, "superseded", place_of(record),
                      "đã được thay bằng bản mới hơn; hãy xin bản mới" + vi,
                      "superseded by a later record; ask for the new one" + en);
      return;
    case log::Status::revoked:
      // Nobody can let lapse what all have signed.
      out = all_shown ? found_bad(Outcome::revoked, "revoked", place_of(record), "đã bị thu hồi" + vi, "revoked" + en)
                      : found_bad(Outcome::revoked, "revoked", place_of(record),
                                  "đã bị thu hồi, hoặc hết hạn mà chưa đủ chữ ký" + vi,
                                  "revoked, or lapsed before all had signed" + en);
      return;
    case log::Status::suspended:
      break;
  }
  if (all_shown) {
    out = found_bad(Outcome::suspended, "suspended", place_of(record), "đang bị tạm ngừng hiệu lực" + vi,
                    "suspended" + en);
  } else {
    out = found_bad(Outcome::change_pending, "awaits_signature", place_of(record),
                    "còn chờ chữ ký của người thứ hai, hoặc đang bị tạm ngừng" + vi,
                    "awaits a second signature, or is suspended" + en);
  }
}

}  // namespace stele::verdict
