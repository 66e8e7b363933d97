#include "tests/support/school.h"

#include <algorithm>
#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"

namespace stele::test {
namespace {

using json::Value;
using record::Type;

constexpr std::uint64_t day_s = 86'400;
constexpr std::string_view rule_set_text =
    R"({"id":"tt22-2021","kinds":["thcs","thpt"],"marks":{"regular":1,"mid":2,"final":3},"year":{"t1":1,"t2":2},)"
    R"("terms":{"first":"hk1","second":"hk2","year":"cn"},"levels":["dat","chua-dat"],)"
    R"("subjects":[{"code":"toan","name":"Toán","kind":"marks"},{"code":"gdtc","name":"Giáo dục thể chất","kind":"level"}],)"
    R"("regular_min":2,"regular_max":4})";

record::Assessment assessment() {
  return {"tt22-2021", sha256(as_bytes(rule_set_text))};
}

Digest hash_of_text(const std::string& text) {
  return sha256(as_bytes(text));
}

std::shared_ptr<signer::SigningKey> key_from(const std::string& text) {
  auto secret = signer::Secret<32>::from(hash_of_text("stele test key " + text).view());
  auto key = signer::SigningKey::from_secret(std::move(*secret));
  STELE_ASSERT(key.has_value());
  return std::make_shared<signer::SigningKey>(std::move(key).value());
}

std::string person_from(const std::string& text) {
  return base64url(hash_of_text("stele test person " + text).view().first(16));
}

record::Jwk jwk_of(const signer::SigningKey& key) {
  const auto xy = key.public_key().coordinates();
  record::Jwk out;
  std::copy_n(xy.begin(), 32, out.x.begin());
  std::copy_n(xy.begin() + 32, 32, out.y.begin());
  return out;
}

record::Grant grant(const std::string& role, std::string_view org) {
  record::Grant g;
  g.role = role;
  g.org = org;
  return g;
}
record::Grant class_grant(const std::string& role, const std::optional<std::string>& subject) {
  auto g = grant(role, School::school);
  g.cls = School::cls;
  g.subject = subject;
  g.year = School::year;
  return g;
}

using Scope = record::ScopeMember;

record::Need need(Type by, record::Unit unit, const std::string& role) {
  return {by, 1, unit, {role}, {}};
}
record::Act act(Type type, const std::string& on, record::Unit unit, const std::string& role,
                std::vector<Scope> scope = {}, std::vector<record::Need> needs = {}) {
  record::Act a;
  a.act = type;
  if (!on.empty()) a.on = on;
  a.unit = unit;
  a.roles = {role};
  a.scope = std::move(scope);
  a.needs = std::move(needs);
  return a;
}

template <class T>
T must(Result<T, Rejection> r, std::string_view what) {
  if (!r) std::cerr << what << ": " << code_name(r.error().code) << " at " << r.error().where << "\n";
  STELE_ASSERT(r.has_value());
  return std::move(r).value();
}

}  // namespace

School::School(const SchoolOptions& options)
    : genesis_([&] {
        record::Genesis g;
        g.name = options.network;
        g.base_url = "https://stele.example.vn/so";
        g.test = true;
        g.time = *parse_utc("2026-01-05T00:00:00Z");
        g.root_quorum = 2;
        const auto member = [](const std::string& id, const signer::SigningKey& key) {
          return record::Member{id, key.public_key().compressed()};
        };
        for (std::size_t i = 0; i < 2; ++i) {
          roots_.push_back(key_from("root " + std::to_string(i)));
          g.roots.push_back({person_from("root " + std::to_string(i)), roots_[i]->public_key().compressed()});
        }
        orderer_ = key_from("orderer");
        g.orderers.push_back(member("so-1", *orderer_));
        for (std::size_t i = 0; i < options.validators; ++i) {
          validators_.push_back(key_from("validator " + std::to_string(i)));
          g.validators.push_back(member("nut-" + std::to_string(i), *validators_[i]));
        }
        for (std::size_t i = 0; i < options.vaults; ++i) {
          vaults_.push_back(key_from("vault " + std::to_string(i)));
          g.vaults.push_back(member("kho-" + std::to_string(i), *vaults_[i]));
        }
        genesis_file_ = record::encode_genesis(g);
        return must(record::decode_genesis(genesis_file_), "genesis");
      }()),
      chain_(genesis_),
      now_(genesis_.time),
      book_(*verdict::BookKey::from(hash_of_text("stele test book").view())) {
  const auto own = [](const std::string& role) { return std::vector{grant(role, school)}; };
  hire("officer",
       {"Trần Thị Bình", "Chuyên viên", std::string(office), {}, {}, {grant("registrar", office)}, {}, {}, {}});
  hire("clerk", {"Lê Văn Cường", "Văn thư", std::string(school), {}, {}, own("clerk"), {}, {}, {}});
  hire("teacher",
       {"Phạm Thị Dung", "Giáo viên Toán", std::string(school), {}, {}, {class_grant("teacher", "toan")}, {}, {}, {}});
  hire("gym",
       {"Võ Văn Phúc", "Giáo viên thể dục", std::string(school), {}, {}, {class_grant("teacher", "gdtc")}, {}, {}, {}});
  hire("homeroom",
       {"Hoàng Văn Em", "Giáo viên chủ nhiệm", std::string(school), {}, {}, {class_grant("homeroom", {})}, {}, {}, {}});
  hire("principal", {"Nguyễn Thị Giang", "Hiệu trưởng", std::string(school), {}, {}, own("principal"), {}, {}, {}});
  hire("seal", {"Trường THPT Ví Dụ 1",
                "Con dấu",
                std::string(school),
                {},
                record::KeyUse::seal,
                own("school-seal"),
                {},
                {},
                {}});
  hire("newcomer", {"Đinh Thị Ỷ", "Hiệu trưởng", std::string(school), {}, {}, own("principal"), {}, {}, {}});
}

void School::hire(const std::string& who, Staff s) {
  s.person = person_from(who);
  s.key = key_from(who);
  s.disclosure = disclosure("person", Value::object({{"name", s.name}, {"title", s.title}}));
  staff_.emplace(who, std::move(s));
}

Digest School::chance() {
  return hash_of_text("stele test chance " + std::to_string(chances_++));
}

std::string School::disclosure(std::string_view name, const Value& value) {
  return record::encode_disclosure(chance().view().first(16), name, value);
}

Tag256 School::tag(Type type, std::string_view period) const {
  return record::book_tag(book_.view(), type, kind, period);
}

// ---- making records ----

record::Common School::common() const {
  const auto next = blocks_.size() + 1;
  const auto height = next < 3 ? 0 : next - 2;
  const auto hash =
      height == 0 ? log::hash_of(log::to_text(log::genesis_checkpoint(genesis_))) : blocks_[height - 1].hash;
  return {genesis_.net, hash};
}

std::string School::sign(const signer::SigningKey& key, Type type, const record::Body& body) const {
  const auto input = record::signing_input(type, key.id(), common(), body);
  return record::compact(input, key.sign(sha256(as_bytes(input))));
}
std::string School::sign(const std::string& who, Type type, const record::Body& body) const {
  return sign(*staff_.at(who).key, type, body);
}

std::vector<log::Ack> School::acks_of(const record::Record& r) const {
  std::vector<log::Ack> out;
  if (!record::needs_ack(r.type)) return out;
  for (std::uint16_t v = 0; v < std::min<std::size_t>(2, vaults_.size()); ++v) {
    out.push_back({r.leaf, v, vaults_[v]->sign(log::ack_digest(genesis_.net, r.leaf, v))});
  }
  return out;
}

record::Key School::key_body(const Staff& s) const {
  record::Key k;
  k.org = s.org;
  k.person = s.person;
  k.use = s.use;
  k.jwk = jwk_of(*s.key);
  k.grants = s.grants;
  k.binding = sha256(as_bytes(s.disclosure));
  k.proof = s.key->sign(record::possession_digest(
      genesis_.net, s.org, s.person, s.use == record::KeyUse::seal ? "seal" : "sign", k.jwk.thumbprint(), k.binding));
  return k;
}

record::Policy School::policy(std::uint64_t number) const {
  using record::Unit;
  record::Policy p;
  p.number = number;
  p.rules = 1;
  p.roles = {"clerk", "homeroom", "principal", "registrar", "school-seal", "teacher"};
  p.org_kinds = {"department", "school"};
  p.kinds = {"minutes", "thcs", "thpt"};
  p.reasons = {"entry-error", "lost", "under-review"};
  p.limits = {30, 30, 1};
  p.assessment = {{assessment(), Bytes(rule_set_text.begin(), rule_set_text.end()), std::nullopt, std::nullopt}};
  auto sign_key = act(Type::key, "sign", Unit::above, "registrar");
  sign_key.may_grant = {"clerk", "homeroom", "principal", "teacher"};
  auto seal_key = act(Type::key, "seal", Unit::above, "registrar");
  seal_key.may_grant = {"school-seal"};
  auto transcripts =
      act(Type::transcript, "thpt", Unit::own, "principal", {}, {need(Type::seal, Unit::own, "school-seal")});
  transcripts.period = "year";
  auto diplomas = act(Type::diploma, "thpt", Unit::own, "principal");
  diplomas.period = "once";
  const std::vector by_office{need(Type::countersign, Unit::above, "registrar")};
  const std::vector by_principal{need(Type::countersign, Unit::own, "principal")};
  p.acts = {
      sign_key,
      seal_key,
      act(Type::class_list, "", Unit::own, "clerk"),
      act(Type::grade_sheet, "thpt", Unit::own, "teacher", {Scope::cls, Scope::subject, Scope::year}),
      act(Type::summary_sheet, "thpt", Unit::own, "homeroom", {Scope::cls, Scope::year}),
      transcripts,
      diplomas,
      act(Type::amend, "grade-sheet", Unit::own, "teacher", {Scope::cls, Scope::subject}, by_principal),
      act(Type::amend, "summary-sheet", Unit::own, "homeroom", {Scope::cls}, by_principal),
      act(Type::document, "", Unit::own, "clerk"),
      act(Type::suspend, "", Unit::own, "principal", {}, by_office),
      act(Type::reinstate, "", Unit::own, "principal", {}, by_office),
      act(Type::revoke, "", Unit::own, "principal", {}, by_office),
  };
  return p;
}

std::string School::second(const std::string& who, Type type, const std::string& role, const RecordId& target) const {
  return sign(who, type, record::SecondSignature{staff_.at(who).org, role, {target}});
}

MadeSheet School::build_sheet(std::uint32_t rows, const std::vector<SheetRow>& real) {
  MadeSheet out;
  out.rows = rows;
  out.texts.resize(rows);
  for (const auto& r : real)
    out.texts.at(r.position) = {disclosure("result", r.result), disclosure("detail", r.detail)};
  for (const auto& texts : out.texts) {
    for (const auto& text : texts) {
      const auto digest = text.empty() ? record::decoy_digest(chance().view()) : sha256(as_bytes(text));
      out.leaves.append(log::merkle_leaf(digest.view()));
    }
  }
  out.root = out.leaves.root();
  return out;
}

std::string School::grade_sheet(const std::string& who, MadeSheet& sheet, const std::string& subject,
                                const std::string& term) {
  record::GradeSheet g;
  g.org = school;
  g.kind = kind;
  g.cls = cls;
  g.subject = subject;
  g.term = term;
  g.year = year;
  g.list = class_list.id;
  g.assessment = assessment();
  g.root = sheet.root;
  g.rows = sheet.rows;
  return sign(who, Type::grade_sheet, g);
}

MadeCredential School::build_claims(const Claims& claims) {
  std::vector<std::string> names{"contents"};
  for (const auto& [name, value] : claims) names.push_back(name);
  std::sort(names.begin(), names.end());
  Value list = Value::array();
  for (const auto& name : names) list.push(name);
  MadeCredential out;
  out.disclosures.push_back(disclosure("contents", list));
  for (const auto& [name, value] : claims) out.disclosures.push_back(disclosure(name, value));
  return out;
}

record::Credential School::credential_body(Type type, const MadeCredential& made, const std::string& period) {
  record::Credential c;
  c.iss = record::iss_url(genesis_, school);
  c.vct = record::vct_url(genesis_, type);
  for (const auto& d : made.disclosures) c.sd.push_back(sha256(as_bytes(d)));
  while (c.sd.size() < (type == Type::transcript ? 64u : 32u)) c.sd.push_back(record::decoy_digest(chance().view()));
  std::sort(c.sd.begin(), c.sd.end(),
            [](const Digest& a, const Digest& b) { return base64url(a.view()) < base64url(b.view()); });
  c.status = {record::status_list_url(genesis_, 0, 0), status_index_++};
  c.org = school;
  c.kind = kind;
  c.period = period;
  c.tag = tag(type, period);
  if (type == Type::transcript) {
    c.assessment = assessment();
    c.cls = cls;
  }
  if (type == Type::diploma) c.register_number = record::RegisterNumber{"2026", 1};
  return c;
}

Claims School::transcript_claims() const {
  const auto id_text = [](const MadeSheet& s) { return base64url(s.id.view()); };
  const auto figure = [&](const MadeSheet& s, std::string_view term, std::string_view form, std::string_view value) {
    return Value::object({{"term", term}, {form.data(), value}, {"sheet", id_text(s)}, {"row", row}});
  };
  return {
      {"name", "Nguyễn Văn An"},
      {"birth_date", "2010-03-14"},
      {"birth_place", "Xã Ví Dụ"},
      {"student_id", "2500000001"},
      {"school", "Trường THPT Ví Dụ 1"},
      {"signer", Value::object({{"name", "Nguyễn Thị Giang"}, {"title", "Hiệu trưởng"}})},
      {"issued", "2026-01-12"},
      {"class", cls},
      {"year", year},
      {"subject.toan", Value::object({{"name", "Toán"},
                                      {"terms", Value::array({figure(maths_1, "hk1", "mark", "8.3"),
                                                              figure(maths_2, "hk2", "mark", "9.0")})},
                                      {"year", Value::object({{"mark", "8.8"}})}})},
      {"subject.gdtc", Value::object({{"name", "Giáo dục thể chất"},
                                      {"terms", Value::array({figure(gym_1, "hk1", "level", "dat"),
                                                              figure(gym_2, "hk2", "level", "dat")})},
                                      {"year", Value::object({{"level", "dat"}})}})},
      {"summary", Value::object({{"conduct", Value::object({{"t1", "tot"}, {"t2", "tot"}, {"year", "tot"}})},
                                 {"learning", "tot"},
                                 {"promotion", "len-lop"},
                                 {"absences", 2},
                                 {"sheet", id_text(summary)},
                                 {"row", row}})},
  };
}

std::string School::sign_transcript(const std::string& who, MadeCredential& made, const Claims& claims) {
  made = build_claims(claims);
  return sign(who, Type::transcript, credential_body(Type::transcript, made, std::string(year)));
}

// ---- blocks ----

log::QuorumCertificate School::certificate(const HeaderHash& header) const {
  log::QuorumCertificate out{header, {}};
  std::uint16_t number = 0;
  for (const auto& v : validators_) out.votes.push_back({number++, now_, v->sign(log::vote_digest(header, now_))});
  return out;
}

Result<std::vector<RecordId>, Rejection> School::try_add(const std::vector<std::string>& records) {
  std::optional<log::QuorumCertificate> qc;
  if (!blocks_.empty()) qc = blocks_.back().qc;
  auto builder = chain_.build(qc, 0);
  for (const auto& jws : records) {
    STELE_TRY(auto decoded, record::decode(jws));
    auto acks = acks_of(decoded);
    STELE_CHECK(builder.add(jws, std::move(decoded), std::move(acks)));
  }
  auto draft = std::move(builder).finish();
  draft.sign(orderer_->sign(log::block_digest(draft.body_hash())));
  auto applied = chain_.apply(draft.block(), rules::Chain::Signatures::check);
  if (!applied) return Unexpected(applied.error().why);

  MadeBlock made{draft.block(), applied->header, applied->header_text, applied->header_hash, {}, chain_.state().status};
  now_.value += 1;
  made.qc = certificate(made.hash);
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto decoded = record::decode(records[i]);
    const auto id = applied->ids[i];
    records_.emplace(id, MadeRecord{records[i], std::move(decoded).value(), RecordIndex{applied->first.value + i},
                                    made.header.height});
  }
  blocks_.push_back(std::move(made));
  return applied->ids;
}

std::vector<RecordId> School::add(const std::vector<std::string>& records) {
  return must(try_add(records), "block " + std::to_string(blocks_.size() + 1));
}

void School::wait(std::uint64_t seconds) {
  now_.value += seconds;
  add({});
  add({});
}

// ---- the story ----

void School::found() {
  const auto approve = [&](std::vector<RecordId> targets) {
    std::sort(targets.begin(), targets.end());
    add({sign(*roots_[1], Type::approve, record::SecondSignature{"root", "root", std::move(targets)})});
  };
  record::Org department;
  department.org = office;
  department.kind = "department";
  department.name = "Sở Ví Dụ";
  office_record = add({sign(*roots_[0], Type::org, department)})[0];
  approve({office_record});
  policy_record = add({sign(*roots_[0], Type::policy, policy(1))})[0];
  approve({policy_record});

  record::Org s;
  s.org = school;
  s.kind = "school";
  s.name = "Trường THPT Ví Dụ 1";
  s.parent = office;
  for (std::uint16_t v = 0; v < std::min<std::size_t>(3, vaults_.size()); ++v) s.vaults.push_back(v);
  auto& officer = staff("officer");
  const auto ids = add({sign(*roots_[0], Type::org, s), sign(*roots_[0], Type::key, key_body(officer))});
  school_record = ids[0];
  officer.key_record = ids[1];
  approve(ids);

  const std::vector<std::string> names{"clerk", "teacher", "gym", "homeroom", "principal", "seal"};
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const auto& who : names) keys.push_back(sign("officer", Type::key, key_body(staff(who))));
  const auto made = add(keys);
  for (std::size_t i = 0; i < names.size(); ++i) staff(names[i]).key_record = made[i];
  wait(2 * day_s);  // second signatures need keys that are not of yesterday
}

void School::grade() {
  const Value t = base64url(tag(Type::transcript, year).view());
  class_list = build_sheet(16, {{row,
                                 Value::object({{"tag", t},
                                                {"student_id", "2500000001"},
                                                {"name", "Nguyễn Văn An"},
                                                {"birth_date", "2010-03-14"},
                                                {"gender", "nam"}}),
                                 Value::object()}});
  record::ClassList list;
  list.org = school;
  list.kind = kind;
  list.cls = cls;
  list.year = year;
  list.root = class_list.root;
  list.rows = class_list.rows;
  class_list.id = add({sign("clerk", Type::class_list, list)})[0];

  const auto maths = [&](std::string_view mark, std::initializer_list<Value> regular, std::string_view mid,
                         std::string_view final) {
    return build_sheet(16, {{row, Value::object({{"tag", t}, {"mark", mark}}),
                             Value::object({{"regular", Value::array(regular)}, {"mid", mid}, {"final", final}})}});
  };
  const auto gym = [&] {
    return build_sheet(16, {{row, Value::object({{"tag", t}, {"level", "dat"}}),
                             Value::object({{"comment", "Tích cực luyện tập."}})}});
  };
  maths_1 = maths("8.3", {"8.0", "7.5", "9.0"}, "8.0", "8.5");
  maths_2 = maths("9.0", {"9.5", "9.0"}, "8.5", "9.2");
  gym_1 = gym();
  gym_2 = gym();
  summary =
      build_sheet(16, {{row,
                        Value::object({{"tag", t},
                                       {"conduct", Value::object({{"t1", "tot"}, {"t2", "tot"}, {"year", "tot"}})},
                                       {"learning", "tot"},
                                       {"promotion", "len-lop"},
                                       {"absences", 2}}),
                        Value::object({{"comment", "Chăm chỉ, tiến bộ đều."}})}});
  record::SummarySheet s;
  s.org = school;
  s.kind = kind;
  s.cls = cls;
  s.term = "cn";
  s.year = year;
  s.list = class_list.id;
  s.assessment = assessment();
  s.root = summary.root;
  s.rows = summary.rows;
  const auto ids = add({grade_sheet("teacher", maths_1, "toan", "hk1"), grade_sheet("teacher", maths_2, "toan", "hk2"),
                        grade_sheet("gym", gym_1, "gdtc", "hk1"), grade_sheet("gym", gym_2, "gdtc", "hk2"),
                        sign("homeroom", Type::summary_sheet, s)});
  MadeSheet* sheets[] = {&maths_1, &maths_2, &gym_1, &gym_2, &summary};
  for (std::size_t i = 0; i < ids.size(); ++i) sheets[i]->id = ids[i];
}

void School::issue(bool sealed) {
  MadeCredential made;
  const auto jws = sign_transcript("principal", made, transcript_claims());
  made.id = add({jws})[0];
  transcript = std::move(made);
  if (sealed) seal_record = add({second("seal", Type::seal, "school-seal", transcript.id)})[0];
  add({});
  add({});
}

void School::amend() {
  const Value t = base64url(tag(Type::transcript, year).view());
  amendment = build_sheet(
      16, {{0, Value::object({{"tag", t}, {"mark", "8.4"}}),
            Value::object({{"regular", Value::array({"9.0", "7.5", "9.0"})}, {"mid", "8.0"}, {"final", "8.5"}})}});
  record::Amend a;
  a.org = school;
  a.target = maths_1.id;
  a.positions = {row};
  a.root = amendment.root;
  a.rows = amendment.rows;
  a.reason = "entry-error";
  a.supersedes = {transcript.id};
  amendment.id = add({sign("teacher", Type::amend, a)})[0];
  add({second("principal", Type::countersign, "principal", amendment.id)});
  add({});
  add({});
}

RecordId School::change(Type type, const RecordId& target, bool completed) {
  record::StatusChange body{std::string(school), "under-review", {target}, {}};
  if (type == Type::reinstate) body.lifts = suspensions_.at(target);
  const auto id = add({sign("principal", type, std::move(body))})[0];
  if (type == Type::suspend) suspensions_.insert_or_assign(target, id);
  if (completed) add({second("officer", Type::countersign, "registrar", id)});
  add({});
  add({});
  return id;
}

void School::graduate() {
  diploma = build_claims({{"name", "Nguyễn Văn An"},
                          {"birth_date", "2010-03-14"},
                          {"student_id", "2500000001"},
                          {"graduation_year", "2026"},
                          {"ranking", "gioi"},
                          {"serial", "B00000001"},
                          {"register_no", "0001/2026/THPT"},
                          {"basis", Value::array({base64url(transcript.id.view())})}});
  diploma.id = add({sign("principal", Type::diploma, credential_body(Type::diploma, diploma, "once"))})[0];
  add({});
  add({});
}

// ---- evidence ----

const Staff* School::staff_of(const KeyId& kid) const {
  for (const auto& [who, s] : staff_) {
    if (s.key->id() == kid) return &s;
  }
  return nullptr;
}

void School::prove_final(verdict::EvidenceBuilder& out, Height h) const {
  const auto& block = blocks_.at(h.value - 1);
  const auto& child = blocks_.at(h.value);
  out.header(block.header_text);
  out.header(child.header_text);
  out.qc(child.hash, log::encode(child.qc));
}

void School::prove_fact(verdict::EvidenceBuilder& out, const RecordId& id, Height at) const {
  const auto& r = records_.at(id);
  const auto& block = blocks_.at(at.value - 1);
  const auto leaf = r.index.value / log::statuses_per_leaf;
  out.record(r.jws, r.index);
  out.header(block.header_text);
  out.inclusion(r.index, block.hash, chain_.tree().inclusion_path(r.index.value, block.header.size));
  out.status(r.index, block.hash, block.status.leaf_bytes(leaf), block.status.path(leaf));
}

void School::prove(verdict::EvidenceBuilder& out, const RecordId& id, Height status_at) const {
  const auto& r = records_.at(id);
  const auto& block = blocks_.at(r.height.value - 1);
  out.record(r.jws, r.index);
  prove_final(out, r.height);
  out.inclusion(r.index, block.hash, chain_.tree().inclusion_path(r.index.value, block.header.size));
  prove_final(out, status_at);
  prove_fact(out, id, status_at);
  if (r.height.value == 1) {
    out.header(log::to_text(log::genesis_checkpoint(genesis_)));
    return;
  }
  const Height parent{r.height.value - 1};
  out.header(blocks_.at(parent.value - 1).header_text);
  const auto* signer = staff_of(r.record.kid);
  if (signer == nullptr) return;  // a genesis root
  prove_fact(out, signer->key_record, parent);
  prove_fact(out, office_record, parent);
  prove_fact(out, policy_record, parent);
  if (signer->org == school || record::org_of(r.record) != nullptr) prove_fact(out, school_record, parent);
  if (const auto* change = std::get_if<record::StatusChange>(&r.record.body)) {
    for (const auto& target : change->targets) out.record(records_.at(target).jws, records_.at(target).index);
  }
}

std::string School::receipt(const RecordId& id) const {
  verdict::EvidenceBuilder bag;
  prove(bag, id, last_final());
  verdict::Receipt out;
  out.net = genesis_.net;
  out.subject = *bag.position(records_.at(id).index);
  out.evidence = bag.finish();
  return verdict::encode(out);
}

verdict::DocumentRow School::row_of(std::size_t record_position, const MadeSheet& sheet, std::uint32_t at) const {
  verdict::DocumentRow out;
  const auto leaves = 2 * std::uint64_t{sheet.rows};
  out.record = record_position;
  out.row = at;
  out.result = sheet.texts.at(at)[0];
  out.result_path = sheet.leaves.inclusion_path(2 * std::uint64_t{at}, leaves);
  out.detail = sheet.texts.at(at)[1];
  out.detail_path = sheet.leaves.inclusion_path(2 * std::uint64_t{at} + 1, leaves);
  return out;
}

void School::open(verdict::DocumentFile& out, const verdict::EvidenceBuilder& bag) const {
  for (const auto& [who, s] : staff_) {
    if (!records_.contains(s.key_record)) continue;
    if (const auto i = bag.position(records_.at(s.key_record).index)) out.persons.push_back({*i, s.disclosure});
  }
  out.net = genesis_.net;
  out.book = book_;
  out.evidence = bag.finish();
}

verdict::DocumentFile School::transcript_file() const {
  verdict::EvidenceBuilder bag;
  prove(bag, transcript.id, last_final());
  if (records_.contains(seal_record)) prove(bag, seal_record, last_final());
  const MadeSheet* sheets[] = {&maths_1, &maths_2, &gym_1, &gym_2, &summary};
  for (const auto* s : sheets) prove(bag, s->id, last_final());
  verdict::DocumentFile out;
  open(out, bag);
  out.subject = *bag.position(records_.at(transcript.id).index);
  for (const auto& d : transcript.disclosures) out.disclosures.push_back({out.subject, d});
  for (const auto* s : sheets) out.rows.push_back(row_of(*bag.position(records_.at(s->id).index), *s, row));
  return out;
}

verdict::DocumentFile School::diploma_file() const {
  verdict::EvidenceBuilder bag;
  prove(bag, diploma.id, last_final());
  prove(bag, transcript.id, last_final());
  verdict::DocumentFile out;
  open(out, bag);
  out.subject = *bag.position(records_.at(diploma.id).index);
  const auto basis = *bag.position(records_.at(transcript.id).index);
  for (const auto& d : diploma.disclosures) out.disclosures.push_back({out.subject, d});
  for (const auto& d : transcript.disclosures) {
    const auto opened = record::decode_disclosure(d);
    if (opened && opened->name == "student_id") out.disclosures.push_back({basis, d});
  }
  return out;
}

}  // namespace stele::test
