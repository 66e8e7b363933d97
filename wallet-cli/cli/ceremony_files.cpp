#include "wallet-cli/cli/ceremony_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/base/text.h"
#include "ledger/base/verify.h"
#include "ledger/log/wire.h"
#include "ledger/record/forms.h"

namespace stele::cli::ceremony {
namespace {

using json::Field;
using json::FieldFaultKind;
using json::ObjectReader;
using json::Value;

// Those of the genesis (wire-format.md section 2).
constexpr std::uint32_t roots_max = 16;
constexpr std::size_t members_max = 64;

constexpr std::int64_t version = 1;
constexpr std::size_t depth_max = 2;
constexpr std::size_t nodes_max = 256;  // three full lists and everything beside them

constexpr Role offices[] = {Role::orderer, Role::validator, Role::vault};

struct Form {
  std::string_view kind, code, vi, en;
};
constexpr Form plan_form{"ceremony-plan", "file_bad_ceremony_plan",
                         "Tệp không phải kế hoạch lập mạng (do `stele ceremony plan` tạo)",
                         "The file is no plan of a ceremony (made by `stele ceremony plan`)"};
constexpr Form half_form{"ceremony-key", "file_bad_ceremony_key",
                         "Tệp không phải nửa công khai của khóa (do `stele ceremony key` tạo)",
                         "The file is no public half of a key (made by `stele ceremony key`)"};
constexpr Form minutes_form{"ceremony-minutes", "file_bad_ceremony_minutes",
                            "Tệp không phải biên bản lập mạng (do `stele ceremony confirm` tạo)",
                            "The file holds no minutes (made by `stele ceremony confirm`)"};

Error bad(const Form& form, std::string field) {
  const std::string vi(form.vi), en(form.en);
  auto e = field.empty() ? make_error(form.code, vi + ": có ký tự mà Stele không ghi như vậy.",
                                      en + ": Stele does not write it in these bytes.")
                         : make_error(form.code, vi + ": xem mục " + field + ".", en + ": see " + field + ".");
  e.where.field = std::move(field);
  return e;
}

/// Head, members by `read`, and no other text for the same values: each file has one digest.
template <class T, class Read, class Write>
Result<T> read_file_of(const Form& form, std::string_view text, std::size_t bytes_max, Read read, Write write) {
  const auto v = json::parse(text, {.bytes_max = bytes_max, .depth_max = depth_max, .nodes_max = nodes_max});
  if (!v) return Unexpected(json::to_error(v.error()));
  ObjectReader r(*v);
  (void)r.choice<bool>("stele", {{form.kind, true}});
  (void)r.integer<std::int64_t>("v", version, version);
  auto out = read(r);
  if (const auto end = r.finish(); !end) return Unexpected(bad(form, end.error().path));
  if (write(out) != text) return Unexpected(bad(form, {}));
  return out;
}

std::string file_text(const Form& form, const Value& members) {
  auto file = Value::object({{"stele", form.kind}, {"v", version}});
  for (const auto& m : members.members()) file.set(m.name, m.value);
  return json::write(file) + "\n";
}

std::string read_id(Field& f) {
  auto id = f.string(record::text::org);
  if (id == record::reserved_org) f.refuse(FieldFaultKind::bad_form);
  return id;
}

std::vector<std::string> read_ids(ObjectReader& r, std::string_view name) {
  auto out = r.array(name, 1, members_max, read_id);
  for (std::size_t i = 1; i < out.size(); ++i) {
    const auto at = out.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(out.begin(), at, *at) != at) r.refuse_item(name, i, FieldFaultKind::repeated);
  }
  return out;
}

Value ids_json(const std::vector<std::string>& ids) {
  auto out = Value::array();
  for (const auto& id : ids) out.push(id);
  return out;
}

Plan read_plan_members(ObjectReader& r) {
  Plan out;
  out.name = r.string("name", record::text::net_name);
  out.test = r.choice<bool>("mode", {{"live", false}, {"test", true}});
  out.rehearsal = r.boolean("rehearsal");
  if (out.rehearsal && !out.test) r.refuse("rehearsal", FieldFaultKind::bad_form);
  out.base_url = r.string("base_url", {.chars_max = plan_bytes_max, .form = record::is_base_url});
  out.time = r.parsed("time", parse_utc);
  out.roots = r.integer<std::uint32_t>("roots", 1, roots_max);
  out.root_quorum = r.integer<std::uint32_t>("root_quorum", 1, std::max(out.roots, 1U));
  out.orderers = read_ids(r, "orderers");
  out.validators = read_ids(r, "validators");
  out.vaults = read_ids(r, "vaults");
  out.nonce = r.digest43<Nonce>("nonce");
  return out;
}

Half read_half_members(ObjectReader& r) {
  Half out;
  out.plan = r.digest43<Digest>("plan");
  out.role = r.choice<Role>(
      "role",
      {{"root", Role::root}, {"orderer", Role::orderer}, {"validator", Role::validator}, {"vault", Role::vault}});
  out.who = out.role == Role::root ? r.string("person", record::text::person) : r.field("id", read_id);
  out.key = r.digest43<PublicKey>("key");
  if (r.ok() && !VerifyKey::parse(out.key)) r.refuse("key", FieldFaultKind::bad_form);
  out.proof = r.digest43<Signature>("proof");
  return out;
}

Minutes read_minutes_members(ObjectReader& r) {
  Minutes out;
  out.plan = r.digest43<Digest>("plan");
  out.genesis = r.digest43<Digest>("genesis");
  out.root = r.string("root", record::text::person);
  out.signature = r.digest43<Signature>("signature");
  return out;
}

Error other_plan(const Digest& theirs, const Digest& ours) {
  const auto first = [](const Digest& d) { return spoken(d).substr(0, 9); };
  return make_error(
      "file_other_plan",
      fmt::format(
          "Tệp này được tạo cho kế hoạch khác ({} …), không phải kế hoạch này ({} …): kế hoạch của một buổi diễn "
          "tập, hoặc một bản cũ. Những gì tạo cho kế hoạch đó không dùng được ở đây; hãy tạo lại.",
          first(theirs), first(ours)),
      fmt::format("This file was made for another plan ({} …) than this one ({} …): that of a rehearsal, or an older "
                  "one. What was made for it does not count here; make it anew.",
                  first(theirs), first(ours)));
}

std::string role_label(Role role, Lang lang) {
  const bool vi = lang == Lang::vi;
  switch (role) {
    case Role::root:
      return vi ? "khóa gốc" : "root";
    case Role::orderer:
      return vi ? "nút xếp thứ tự" : "orderer";
    case Role::validator:
      return vi ? "nút xác nhận" : "validator";
    case Role::vault:
      return vi ? "kho dữ liệu riêng" : "vault";
  }
  return {};
}

// ---- assembling ----

Error of_file(Error e, const std::string& file) {
  e.where.file = file;
  return e;
}

/// The file among those before that has the same key, or speaks for the same id or person.
std::optional<Error> repeats(const std::vector<const NamedHalf*>& before, const Half& half) {
  for (const auto* other : before) {
    if (other->half.key == half.key)
      return make_error("file_key_twice", "Cùng một khóa đã có trong " + other->file + ".",
                        "The same key stands in " + other->file + ".");
    if (other->half.role == half.role && other->half.who == half.who)
      return make_error("file_id_twice", "Khóa của " + half.who + " đã có trong " + other->file + ": chỉ được một.",
                        "There is a key of " + half.who + " in " + other->file + " already: one only.");
  }
  return std::nullopt;
}

Error missing_root(std::size_t have, std::uint32_t want) {
  return make_error("ceremony_missing", fmt::format("Thiếu khóa gốc: mới có {} trong {}.", have, want),
                    fmt::format("Root keys are missing: {} of {} are there.", have, want));
}

Error missing_office(Role role, const std::string& id) {
  return make_error("ceremony_missing", "Thiếu khóa của " + role_label(role, Lang::vi) + " " + id + ".",
                    "The key of the " + role_label(role, Lang::en) + " " + id + " is missing.");
}

std::vector<record::Member>& members_of(record::Genesis& g, Role role) {
  return role == Role::orderer ? g.orderers : role == Role::validator ? g.validators : g.vaults;
}

/// In the order of the plan; of ids that have no half, `faults` tells.
void add_offices(const Plan& plan, Role role, const std::vector<const NamedHalf*>& good, record::Genesis& g,
                 std::vector<Error>& faults) {
  for (const auto& id : plan.ids(role)) {
    const auto it = std::find_if(good.begin(), good.end(),
                                 [&](const auto* n) { return n->half.role == role && n->half.who == id; });
    if (it == good.end())
      faults.push_back(missing_office(role, id));
    else
      members_of(g, role).push_back({id, (*it)->half.key});
  }
}

bool same_ids(const std::vector<std::string>& ids, const std::vector<record::Member>& members) {
  return std::equal(ids.begin(), ids.end(), members.begin(), members.end(),
                    [](const auto& id, const auto& m) { return id == m.id; });
}

bool by_key(const record::GenesisRoot& a, const record::GenesisRoot& b) {
  return a.key < b.key;
}

std::string joined(const std::vector<std::string>& ids) {
  std::string out;
  for (const auto& id : ids) out += (out.empty() ? "" : ", ") + id;
  return out;
}

}  // namespace

std::string_view role_name(Role role) {
  constexpr std::string_view names[] = {"root", "orderer", "validator", "vault"};
  return names[static_cast<std::size_t>(role)];
}

const std::vector<std::string>& Plan::ids(Role role) const {
  STELE_ASSERT(role != Role::root);
  return role == Role::orderer ? orderers : role == Role::validator ? validators : vaults;
}

std::string write_plan(const Plan& p) {
  return file_text(plan_form, Value::object({{"name", p.name},
                                             {"mode", p.test ? "test" : "live"},
                                             {"rehearsal", p.rehearsal},
                                             {"base_url", p.base_url},
                                             {"time", utc_text(p.time)},
                                             {"roots", p.roots},
                                             {"root_quorum", p.root_quorum},
                                             {"orderers", ids_json(p.orderers)},
                                             {"validators", ids_json(p.validators)},
                                             {"vaults", ids_json(p.vaults)},
                                             {"nonce", base64url(p.nonce.view())}}));
}

Result<Plan> read_plan(std::string_view text) {
  STELE_TRY(auto out, read_file_of<Plan>(plan_form, text, plan_bytes_max, read_plan_members, write_plan));
  out.digest = sha256(as_bytes(text));
  return out;
}

Digest half_digest(const Half& h) {
  log::Writer w;
  w.raw(h.plan.view());
  for (const auto part : {role_name(h.role), std::string_view(h.who)}) {
    w.u8(0);
    w.raw(as_bytes(part));
  }
  w.u8(0);
  w.raw(h.key.view());
  return tagged_hash("stele/v1/ceremony-key", w.bytes());
}

std::string write_half(const Half& h) {
  return file_text(half_form, Value::object({{"plan", base64url(h.plan.view())},
                                             {"role", role_name(h.role)},
                                             {h.role == Role::root ? "person" : "id", h.who},
                                             {"key", base64url(h.key.view())},
                                             {"proof", base64url(h.proof.view())}}));
}

Result<Half> read_half(std::string_view text) {
  return read_file_of<Half>(half_form, text, half_bytes_max, read_half_members, write_half);
}

Result<void> check_half(const Plan& plan, const Half& half) {
  if (half.plan != plan.digest) return Unexpected(other_plan(half.plan, plan.digest));
  if (half.role != Role::root) {
    const auto& ids = plan.ids(half.role);
    if (std::find(ids.begin(), ids.end(), half.who) == ids.end())
      return Unexpected(make_error("file_not_in_plan",
                                   "Kế hoạch không có " + role_label(half.role, Lang::vi) + " " + half.who + ".",
                                   "The plan names no " + role_label(half.role, Lang::en) + " " + half.who + "."));
  }
  const auto key = VerifyKey::parse(half.key);
  if (key && key->verify(half_digest(half), half.proof)) return {};
  return Unexpected(make_error(
      "file_bad_proof", "Chữ ký trong tệp không phải của khóa này: tệp đã bị sửa, hoặc người gửi không giữ khóa.",
      "The proof is not by this key: the file was changed, or its sender does not have the "
      "key."));
}

Result<record::Genesis, std::vector<Error>> assemble(const Plan& plan, const std::vector<NamedHalf>& halves) {
  std::vector<const NamedHalf*> good;
  std::vector<Error> faults;
  std::size_t roots = 0;
  for (const auto& n : halves) {
    const auto checked = check_half(plan, n.half);
    auto again = checked ? repeats(good, n.half) : std::optional(checked.error());
    const bool root = n.half.role == Role::root;
    if (!again && root && roots == plan.roots)
      again = make_error("file_not_in_plan", fmt::format("Kế hoạch chỉ có {} khóa gốc: thừa khóa này.", plan.roots),
                         fmt::format("The plan has {} roots: this one is too many.", plan.roots));
    if (again) {
      faults.push_back(of_file(std::move(*again), n.file));
      continue;
    }
    roots += root ? 1 : 0;
    good.push_back(&n);
  }
  record::Genesis g;
  g.name = plan.name;
  g.base_url = plan.base_url;
  g.test = plan.test;
  g.time = plan.time;
  g.root_quorum = plan.root_quorum;
  for (const auto* n : good)
    if (n->half.role == Role::root) g.roots.push_back({n->half.who, n->half.key});
  std::sort(g.roots.begin(), g.roots.end(), by_key);
  if (roots < plan.roots) faults.push_back(missing_root(roots, plan.roots));
  for (const auto role : offices) add_offices(plan, role, good, g, faults);
  if (!faults.empty()) return Unexpected(std::move(faults));
  return g;
}

Result<void> check_follows(const Plan& p, const record::Genesis& g) {
  const std::pair<std::string_view, bool> members[] = {
      {"name", g.name == p.name},
      {"mode", g.test == p.test},
      {"base_url", g.base_url == p.base_url},
      {"time", g.time == p.time},
      {"root_quorum", g.root_quorum == p.root_quorum},
      {"roots", g.roots.size() == p.roots && std::is_sorted(g.roots.begin(), g.roots.end(), by_key)},
      {"orderers", same_ids(p.orderers, g.orderers)},
      {"validators", same_ids(p.validators, g.validators)},
      {"vaults", same_ids(p.vaults, g.vaults)},
      // Other bytes for the same values are another network.
      {"genesis", sha256(as_bytes(record::encode_genesis(g))) == g.digest},
  };
  for (const auto& [name, same] : members) {
    if (same) continue;
    Where where;
    where.field = name;
    return Unexpected(make_error(
        "genesis_not_of_plan", fmt::format("Tệp genesis không theo đúng kế hoạch: xem mục {}. Đừng xác nhận.", name),
        fmt::format("The genesis does not follow from the plan: see {}. Do not confirm.", name), std::move(where)));
  }
  return {};
}

Digest minutes_digest(const Digest& plan, const Digest& genesis) {
  log::Writer w;
  w.raw(plan.view());
  w.raw(genesis.view());
  return tagged_hash("stele/v1/ceremony-minutes", w.bytes());
}

std::string write_minutes(const Minutes& m) {
  return file_text(minutes_form, Value::object({{"plan", base64url(m.plan.view())},
                                                {"genesis", base64url(m.genesis.view())},
                                                {"root", m.root},
                                                {"signature", base64url(m.signature.view())}}));
}

Result<Minutes> read_minutes(std::string_view text) {
  return read_file_of<Minutes>(minutes_form, text, minutes_bytes_max, read_minutes_members, write_minutes);
}

Result<std::size_t> check_minutes(const Plan& plan, const record::Genesis& g, const Minutes& m) {
  if (m.plan != plan.digest) return Unexpected(other_plan(m.plan, plan.digest));
  if (m.genesis != g.digest)
    return Unexpected(make_error("file_other_genesis", "Biên bản này xác nhận một tệp genesis khác.",
                                 "These minutes confirm another genesis."));
  const auto root = std::find_if(g.roots.begin(), g.roots.end(), [&](const auto& r) { return r.person == m.root; });
  if (root == g.roots.end())
    return Unexpected(make_error("file_not_a_root", "Người ký biên bản không giữ khóa gốc nào của mạng này.",
                                 "Whoever signed these minutes holds no root key of this network."));
  const auto key = VerifyKey::parse(root->key);
  if (key && key->verify(minutes_digest(m.plan, m.genesis), m.signature))
    return static_cast<std::size_t>(root - g.roots.begin());
  return Unexpected(make_error("file_bad_signature", "Chữ ký không phải của khóa gốc mà biên bản nêu.",
                               "The signature is not by the root key that the minutes name."));
}

std::string spoken(const Digest& d) {
  constexpr std::size_t group = 4;
  const auto text = hex(d.view());
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += group) out += (i == 0 ? "" : " ") + text.substr(i, group);
  return out;
}

std::vector<std::string> plan_words(const Plan& p, Lang lang) {
  const auto say = [lang](std::string vi, std::string en) { return lang == Lang::vi ? std::move(vi) : std::move(en); };
  std::vector<std::string> out;
  if (p.rehearsal)
    out.push_back(say("DIỄN TẬP: không lập mạng thật nào, mọi khóa của buổi này bỏ đi sau đó",
                      "REHEARSAL: no real network is founded, and all of its keys are thrown away afterwards"));
  out.push_back(say(fmt::format("lập mạng \"{}\" ({}), địa chỉ {}, thời điểm {}", p.name,
                                p.test ? "mạng thử" : "mạng thật", p.base_url, utc_text(p.time)),
                    fmt::format("to found the network \"{}\" ({}), address {}, time {}", p.name,
                                p.test ? "a test network" : "a real network", p.base_url, utc_text(p.time))));
  out.push_back(say(fmt::format("khóa gốc: {} người giữ, cần {} người cùng ký", p.roots, p.root_quorum),
                    fmt::format("roots: {} holders, {} of them must sign together", p.roots, p.root_quorum)));
  for (const auto role : offices) out.push_back(role_label(role, lang) + ": " + joined(p.ids(role)));
  out.push_back(say("mã kế hoạch: ", "plan: ") + spoken(p.digest));
  return out;
}

std::vector<std::string> plan_warnings(const Plan& p, Lang lang) {
  const auto say = [lang](std::string vi, std::string en) { return lang == Lang::vi ? std::move(vi) : std::move(en); };
  std::vector<std::string> out;
  if (p.root_quorum == 1)
    out.push_back(say("Một khóa gốc quyết định tất cả: khóa đó bị lấy cắp thì mạng mất vào tay người khác.",
                      "One root key decides everything: whoever steals it has the network."));
  if (p.root_quorum == p.roots)
    out.push_back(say("Cần mọi khóa gốc: mất một khóa thì không bao giờ còn đủ.",
                      "Every root key is needed: once one is lost there are never enough again."));
  constexpr std::size_t faults_need = 4;
  if (p.validators.size() < faults_need)
    out.push_back(say("Dưới bốn nút xác nhận: một nút ngừng thì mạng ngừng.",
                      "Fewer than four validators: if one stands still, the network does."));
  return out;
}

}  // namespace stele::cli::ceremony
