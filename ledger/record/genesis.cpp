#include "ledger/record/genesis.h"

#include <algorithm>
#include <limits>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/base/verify.h"
#include "ledger/record/forms.h"

namespace stele::record {
namespace {

using json::Field;
using json::ObjectReader;

constexpr std::size_t genesis_bytes_max = 65'536;
constexpr std::size_t genesis_nodes_max = 1'024;
constexpr std::size_t roots_max = 16;
constexpr std::size_t members_max = 64;
constexpr std::size_t net_digest_bytes = 16;

GenesisRoot read_root(ObjectReader& r) {
  GenesisRoot out;
  out.person = r.string("person", text::person);
  out.key = r.digest43<PublicKey>("key");
  return out;
}

Member read_member(ObjectReader& r) {
  Member out;
  out.id = r.string("id", text::org);
  if (out.id == reserved_org) r.refuse("id", json::FieldFaultKind::bad_form);
  out.key = r.digest43<PublicKey>("key");
  return out;
}

std::vector<Member> read_members(ObjectReader& r, std::string_view name) {
  return r.array(name, 1, members_max, [](Field& f) { return f.object(read_member); });
}

/// Where each key stands, for the checks over all of them.
struct KeyPlace {
  PublicKey key;
  std::string where;
};

template <class List>
void add_keys(std::vector<KeyPlace>& out, const List& list, std::string_view name) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.push_back({list[i].key, std::string(name) + "[" + std::to_string(i) + "].key"});
  }
}

Result<void, Rejection> check_keys(const Genesis& g) {
  std::vector<KeyPlace> keys;
  add_keys(keys, g.roots, "roots");
  add_keys(keys, g.orderers, "orderers");
  add_keys(keys, g.validators, "validators");
  add_keys(keys, g.vaults, "vaults");
  for (const auto& k : keys) {
    if (!VerifyKey::parse(k.key)) return reject(RejectionCode::bad_key, k.where);
  }
  // Of two equal keys the later place is named: the sort is stable.
  std::stable_sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.key == b.key; });
  if (twice != keys.end()) return reject(RejectionCode::repeated, std::next(twice)->where);
  return {};
}

Result<void, Rejection> check_genesis(const Genesis& g) {
  const auto id = [](const Member& m) -> const auto& {
    return m.id;
  };
  if (g.root_quorum > g.roots.size()) return reject(RejectionCode::out_of_bounds, "root_quorum");
  STELE_CHECK(check_distinct(
      g.roots, "roots", [](const GenesisRoot& r) -> const auto& { return r.person; }));
  STELE_CHECK(check_distinct(g.orderers, "orderers", id));
  STELE_CHECK(check_distinct(g.validators, "validators", id));
  STELE_CHECK(check_distinct(g.vaults, "vaults", id));
  return check_keys(g);
}

/// A genesis of another version or other rules is called that, whatever else it says.
Result<void, Rejection> check_versions(const json::Value& file) {
  if (!file.is(json::Kind::object)) return reject(RejectionCode::wrong_type, "genesis");
  const auto check_one = [&](std::string_view name, RejectionCode code) -> Result<void, Rejection> {
    const json::Value* v = file.find(name);
    if (v != nullptr && v->is(json::Kind::integer) && v->integer() != 1) return reject(code, std::string(name));
    return {};
  };
  STELE_CHECK(check_one("v", RejectionCode::wrong_version));
  return check_one("rules", RejectionCode::rules_unknown);
}

json::Value members_json(const std::vector<Member>& members) {
  auto out = json::Value::array();
  for (const auto& m : members) {
    out.push(json::Value::object({{"id", m.id}, {"key", base64url(m.key.view())}}));
  }
  return out;
}

}  // namespace

Result<Genesis, Rejection> decode_genesis(std::string_view file) {
  auto json = json::parse(file, {.bytes_max = genesis_bytes_max, .nodes_max = genesis_nodes_max});
  if (!json) return Unexpected(to_rejection(std::move(json).error(), "genesis"));
  STELE_CHECK(check_versions(*json));

  Genesis out;
  ObjectReader r(*json);
  (void)r.integer("v", 1, 1);
  out.name = r.string("name", text::net_name);
  out.test = r.choice<bool>("mode", {{"live", false}, {"test", true}});
  out.base_url = r.string("base_url", {.chars_max = genesis_bytes_max});
  out.time = r.parsed("time", parse_utc);
  out.rules = r.integer<std::uint32_t>("rules", 1, 1);
  out.root_quorum = r.integer<std::uint32_t>("root_quorum", 1, roots_max);
  out.roots = r.array("roots", 1, roots_max, [](Field& f) { return f.object(read_root); });
  out.orderers = read_members(r, "orderers");
  out.validators = read_members(r, "validators");
  out.vaults = read_members(r, "vaults");
  if (auto end = r.finish(); !end) return Unexpected(to_rejection(std::move(end).error(), "genesis"));
  if (!is_base_url(out.base_url)) return reject(RejectionCode::bad_url, "base_url");
  STELE_CHECK(check_genesis(out));

  out.digest = sha256(as_bytes(file));
  out.net = "stele/" + out.name + "/" + hex(out.digest.view().first(net_digest_bytes));
  return out;
}

std::string encode_genesis(const Genesis& g) {
  auto roots = json::Value::array();
  for (const auto& r : g.roots) {
    roots.push(json::Value::object({{"person", r.person}, {"key", base64url(r.key.view())}}));
  }
  const auto file = json::Value::object({{"v", 1},
                                         {"name", g.name},
                                         {"mode", g.test ? "test" : "live"},
                                         {"base_url", g.base_url},
                                         {"time", utc_text(g.time)},
                                         {"rules", g.rules},
                                         {"root_quorum", g.root_quorum},
                                         {"roots", roots},
                                         {"orderers", members_json(g.orderers)},
                                         {"validators", members_json(g.validators)},
                                         {"vaults", members_json(g.vaults)}});
  return json::write(file) + "\n";
}

std::string iss_url(const Genesis& g, std::string_view org) {
  return g.base_url + "/orgs/" + std::string(org);
}

std::string vct_url(const Genesis& g, Type type) {
  return g.base_url + "/vct/sd-jwt-vc-13/" + std::string(type_name(type)) + "/1";
}

std::string status_list_url(const Genesis& g, std::uint16_t vault, std::uint64_t list) {
  return g.base_url + "/status/" + std::to_string(vault) + "/" + std::to_string(list);
}

}  // namespace stele::record
