// Networks, keys, organisations, policies.
#include <algorithm>
#include <iostream>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/forms.h"
#include "ledger/record/object_reader.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/grants.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/new_network.h"
#include "wallet-cli/cli/policy_file.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using json::Value;
using record::KeyUse;
using record::Type;

Result<std::string> person_of(const KeyNew& o) {
  if (o.person.empty()) return new_person();
  if (record::is_person(o.person)) return o.person;
  return Unexpected(make_error("usage_person", "Mã người ký gồm 22 ký tự: \"" + o.person + "\".",
                               "A person handle has 22 characters: \"" + o.person + "\"."));
}

Result<KeyUse> use_of(const std::string& text) {
  if (text == "sign") return KeyUse::sign;
  if (text == "seal") return KeyUse::seal;
  return Unexpected(make_error("usage_use", "--use phải là sign hoặc seal.", "--use must be sign or seal."));
}

Error usage(std::string vi, std::string en) {
  return make_error("usage", std::move(vi), std::move(en));
}

constexpr unsigned nodes_max = 25;           ///< of one kind
constexpr unsigned vault_ports_above = 100;  ///< the port for vaults, above that for everybody

/// All on this machine: their ports follow from their numbers.
std::vector<NewNode> nodes_of(const InitNetwork& o) {
  const unsigned with_keys = std::max({o.validators, o.orderers, o.vaults});
  const std::string host = "http://127.0.0.1:";
  std::vector<NewNode> out;
  for (unsigned i = 0; i < with_keys + o.followers; ++i) {
    const auto number = std::to_string(i);
    NewNode n;
    n.folder = with_keys + o.followers == 1 ? "node" : "node-" + number;
    if (i < o.orderers) n.orderer = "orderer-" + number;
    if (i < o.validators) n.validator = "validator-" + number;
    n.port = o.port + i;
    n.url = host + std::to_string(n.port);
    if (i < o.vaults) {
      n.vault = "vault-" + number;
      n.vault_url = host + std::to_string(n.port + vault_ports_above);
      if (o.vaults > 1) n.vault_port = n.port + vault_ports_above;
    }
    out.push_back(std::move(n));
  }
  return out;
}

Result<void> check_counts(const InitNetwork& o) {
  constexpr unsigned most = nodes_max;
  for (const auto n : {o.validators, o.orderers, o.vaults}) {
    if (n == 0 || n > most)
      return Unexpected(usage("--validators, --orderers và --vaults phải từ 1 đến 25.",
                              "--validators, --orderers and --vaults must be 1 to 25."));
  }
  constexpr unsigned last_port = 65'535;
  if (o.followers > most || o.port == 0 || o.port > last_port - 2 * vault_ports_above)
    return Unexpected(
        usage("--followers tối đa 25; --port từ 1 đến 65335.", "--followers is at most 25, --port 1 to 65335."));
  if (o.validators > 1 && o.etcd.empty())
    return Unexpected(usage("Mạng nhiều nút cần --etcd URL (một lần cho mỗi máy etcd).",
                            "A network of several validators needs --etcd URL (once for each member)."));
  return {};
}

/// Its keys into its folder, and their public halves into the genesis.
Result<void> make_node_keys(const Context& c, const InitNetwork& o, const NewNode& n, std::size_t number, bool several,
                            record::Genesis& g) {
  if (!n.has_keys()) return {};
  const auto prompt = several
                          ? std::string(pick(c, "Mật khẩu cho các khóa của nút ", "Passphrase for the keys of node ")) +
                                std::to_string(number)
                          : std::string(pick(c, "Mật khẩu cho các khóa của nút", "Passphrase for the node's keys"));
  STELE_TRY(const auto passphrase, signer::read_passphrase(c.passphrase, prompt, true));
  const auto make = [&](const std::string& id, const std::string& role,
                        std::vector<record::Member>& list) -> Result<void> {
    if (id.empty()) return {};
    signer::KeyHeader h;
    h.person = new_person();
    STELE_TRY(const auto made, make_key_file(o.folder / n.folder / "keys" / (role + ".key"), h, passphrase));
    list.push_back({id, made.key.public_key().compressed()});
    return {};
  };
  STELE_CHECK(make(n.orderer, "orderer", g.orderers));
  STELE_CHECK(make(n.validator, "validator", g.validators));
  return make(n.vault, "vault", g.vaults);
}

Result<record::Genesis> make_network(const Context& c, const InitNetwork& o) {
  record::Genesis g;
  g.name = o.name;
  g.base_url = o.base_url;
  g.test = o.mode == "test";
  if (!g.test && o.mode != "live")
    return Unexpected(usage("--mode phải là live hoặc test.", "--mode must be live or test."));
  STELE_TRY(g.time, founding_time(o.time));
  g.root_quorum = o.root_quorum;
  STELE_CHECK(check_counts(o));
  const NewNodes all{nodes_of(o), o.etcd, true};
  STELE_CHECK(make_folder(o.folder / "keys"));
  for (const auto& n : all.nodes) STELE_CHECK(make_folder(o.folder / n.folder / "keys"));
  for (unsigned i = 1; i <= o.roots; ++i) {
    const auto n = std::to_string(i);
    STELE_TRY(const auto passphrase,
              signer::read_passphrase(
                  c.passphrase, std::string(pick(c, "Mật khẩu cho khóa gốc ", "Passphrase for root key ")) + n, true));
    signer::KeyHeader h;
    h.person = new_person();
    STELE_TRY(const auto made, make_key_file(o.folder / "keys" / ("root-" + n + ".key"), h, passphrase));
    g.roots.push_back({made.header.person, made.key.public_key().compressed()});
  }
  for (std::size_t i = 0; i < all.nodes.size(); ++i)
    STELE_CHECK(make_node_keys(c, o, all.nodes[i], i, all.nodes.size() > 1, g));
  STELE_TRY(auto written, write_genesis(o.folder / "genesis.json", g));
  for (const auto& n : all.nodes)
    STELE_CHECK(write_file(o.folder / n.folder / "node.toml", node_toml(all, n), false, false));
  return written;
}

}  // namespace

Exit init_network(const Context& c, const InitNetwork& o) {
  const auto g = make_network(c, o);
  if (!g) return fail(c, g.error());
  say(c, "Đã tạo mạng " + g->net, "Made network " + g->net);
  say(c, "  " + (o.folder / "genesis.json").string() + ": trao cho mọi người kiểm chứng",
      "  " + (o.folder / "genesis.json").string() + ": give it to every verifier");
  say(c, "  keys/: khóa gốc; cất riêng từng khóa, mỗi người một khóa",
      "  keys/: root keys; keep each with its own person");
  emit(c, Value::object({{"net", g->net}, {"genesis", (o.folder / "genesis.json").string()}}));
  return Exit::ok;
}

// ---- keys ----

namespace {

Result<std::string> request_text(const record::Genesis& g, const signer::KeyHeader& h, const signer::SigningKey& key) {
  const auto binding = sha256(as_bytes(*h.disclosure));
  const auto proof = signer::prove_possession(key, g.net, *h.org, h.person, h.use, binding);
  return json::write(Value::object({{"stele", "key-request"},
                                    {"v", 1},
                                    {"net", g.net},
                                    {"org", *h.org},
                                    {"person", h.person},
                                    {"use", h.use == KeyUse::seal ? "seal" : "sign"},
                                    {"x", base64url(h.jwk.x)},
                                    {"y", base64url(h.jwk.y)},
                                    {"disclosure", *h.disclosure},
                                    {"proof", base64url(proof.view())}})) +
         "\n";
}

Result<void> make_person_key(const Context& c, const KeyNew& o) {
  STELE_TRY(const auto genesis, read_genesis(c));
  STELE_TRY(const auto use, use_of(o.use));
  STELE_TRY(auto person, person_of(o));
  STELE_TRY(
      const auto passphrase,
      signer::read_passphrase(c.passphrase, pick(c, "Mật khẩu mới cho khóa", "New passphrase for the key"), true));
  signer::KeyHeader h;
  h.net = genesis.net;
  h.org = o.org;
  h.person = std::move(person);
  h.use = use;
  h.disclosure = signer::person_disclosure(o.name, o.title);
  STELE_TRY(const auto made, make_key_file(o.out, h, passphrase));
  STELE_TRY(const auto text, request_text(genesis, made.header, made.key));
  return write_file(o.out.string() + ".request.json", text, true, false);
}

}  // namespace

Exit key_new(const Context& c, const KeyNew& o) {
  if (auto made = make_person_key(c, o); !made) return fail(c, made.error());
  const auto request = o.out.string() + ".request.json";
  say(c, "Đã tạo khóa " + o.out.string() + ". Hãy gửi " + request + " cho nơi đăng ký khóa; giữ kín tệp khóa.",
      "Made key " + o.out.string() + ". Send " + request +
          " to the office that registers it; keep the key file to yourself.");
  emit(c, Value::object({{"key", o.out.string()}, {"request", request}}));
  return Exit::ok;
}

Exit key_show(const Context& c, const fs::path& path) {
  const auto h = signer::read_key_header(path);
  if (!h) return fail(c, h.error());
  const auto kid = base64url(h->kid().view());
  say(c, "Khóa: " + kid, "Key: " + kid);
  const auto point = VerifyKey::from_coordinates(h->jwk.x, h->jwk.y);
  const auto compressed = point ? base64url(point->compressed().view()) : std::string();
  say(c, "Khóa công khai: " + compressed, "Public key: " + compressed);
  say(c, "Mã người ký: " + h->person, "Person handle: " + h->person);
  if (h->org) say(c, "Đơn vị: " + *h->org, "Organisation: " + *h->org);
  if (h->net) say(c, "Mạng: " + *h->net, "Network: " + *h->net);
  std::string name;
  if (h->disclosure) {
    const auto d = record::decode_disclosure(*h->disclosure);
    const auto p = d ? record::person_claim(*d) : Result<record::PersonClaim, Rejection>(Unexpected(Rejection{}));
    if (p) {
      name = p->name;
      say(c, "Người ký: " + p->name + ", " + p->title, "Person: " + p->name + ", " + p->title);
    }
  }
  emit(c, Value::object({{"kid", kid},
                         {"key", compressed},
                         {"person", h->person},
                         {"org", h->org.value_or("")},
                         {"net", h->net.value_or("")},
                         {"name", name}}));
  return Exit::ok;
}

namespace {

Result<void> change_passphrase(const Context& c, const fs::path& path) {
  STELE_TRY(const auto old,
            signer::read_passphrase(c.passphrase, pick(c, "Mật khẩu hiện tại", "Present passphrase"), false));
  STELE_TRY(const auto key, signer::open_key_file(path, old));
  STELE_TRY(const auto fresh, signer::read_passphrase(c.passphrase, pick(c, "Mật khẩu mới", "New passphrase"), true));
  return signer::rewrite_key_file(path, key.header, key.key, fresh);
}

Result<void> back_up(const Context& c, const fs::path& from, const fs::path& to) {
  STELE_TRY(const auto text, read_file(from, signer::key_file_bytes_max));
  STELE_TRY(const auto passphrase,
            signer::read_passphrase(c.passphrase, pick(c, "Mật khẩu của khóa", "Passphrase of the key"), false));
  STELE_CHECK(signer::open_key_file(from, passphrase));
  STELE_CHECK(write_file(to, text, true, false));
  STELE_CHECK(signer::open_key_file(to, passphrase));
  return {};
}

}  // namespace

Exit key_passwd(const Context& c, const fs::path& path) {
  if (auto ok = change_passphrase(c, path); !ok) return fail(c, ok.error());
  say(c, "Đã đổi mật khẩu. Bản sao lưu cũ vẫn mở bằng mật khẩu cũ.",
      "Passphrase changed. Older backups still open with the old one.");
  emit(c, Value::object({{"key", path.string()}}));
  return Exit::ok;
}

Exit key_backup(const Context& c, const fs::path& from, const fs::path& to) {
  if (auto ok = back_up(c, from, to); !ok) return fail(c, ok.error());
  say(c, "Đã sao lưu và mở thử thành công: " + to.string(), "Backed up, and the copy opens: " + to.string());
  emit(c, Value::object({{"backup", to.string()}}));
  return Exit::ok;
}

namespace {

Result<record::Grant> parse_grant(const std::string& text, const std::string& org) {
  const auto bad = [&] {
    return Unexpected(
        usage("--grant phải có dạng vai-trò[:class=10A1,subject=toan,term=1,year=2025,from=…,to=…]: \"" + text + "\".",
              "--grant must look like role[:class=10A1,subject=toan,term=1,year=2025,from=…,to=…]: \"" + text + "\"."));
  };
  record::Grant g;
  g.org = org;
  const auto colon = text.find(':');
  g.role = text.substr(0, colon);
  std::string_view rest = colon == std::string::npos ? std::string_view() : std::string_view(text).substr(colon + 1);
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const auto one = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    const auto eq = one.find('=');
    if (eq == std::string_view::npos) return bad();
    const auto name = one.substr(0, eq);
    const std::string value(one.substr(eq + 1));
    if (name == "class")
      g.cls = value;
    else if (name == "subject")
      g.subject = value;
    else if (name == "term")
      g.term = value;
    else if (name == "year")
      g.year = value;
    else if (name == "from" && parse_date(value))
      g.from = parse_date(value);
    else if (name == "to" && parse_date(value))
      g.to = parse_date(value);
    else
      return bad();
  }
  if (g.role.empty()) return bad();
  return g;
}

struct KeyRequest {
  record::Key key;
  std::string disclosure;
};

Result<KeyRequest> read_request(const record::Genesis& g, const fs::path& path) {
  STELE_TRY(const auto text, read_file(path, signer::key_file_bytes_max));
  const auto bad = [&] {
    Where where;
    where.file = path.string();
    return Unexpected(make_error("file_bad_request",
                                 "Tệp này không phải đề nghị đăng ký khóa của mạng này (do `stele key new` tạo).",
                                 "This file is no key request of this network (made by `stele key new`).", where));
  };
  const auto v = json::parse(text, {.bytes_max = signer::key_file_bytes_max, .depth_max = 2, .nodes_max = 32});
  if (!v || text_of(*v, "stele") != "key-request" || text_of(*v, "net") != g.net) return bad();
  KeyRequest out;
  out.key.org = text_of(*v, "org");
  out.key.person = text_of(*v, "person");
  auto use = use_of(text_of(*v, "use"));
  const auto x = fixed_from_base64url<Digest>(text_of(*v, "x"));
  const auto y = fixed_from_base64url<Digest>(text_of(*v, "y"));
  const auto proof = fixed_from_base64url<Signature>(text_of(*v, "proof"));
  out.disclosure = text_of(*v, "disclosure");
  if (!use || !x || !y || !proof || out.disclosure.empty()) return bad();
  out.key.use = *use;
  out.key.jwk.x = x->bytes;
  out.key.jwk.y = y->bytes;
  out.key.proof = *proof;
  out.key.binding = sha256(as_bytes(out.disclosure));
  return out;
}

Result<std::vector<Draft>> enrol_drafts(const record::Genesis& g, const KeyEnrol& o) {
  std::vector<Draft> out;
  for (const auto& path : o.requests) {
    STELE_TRY(auto request, read_request(g, path));
    for (const auto& text : o.grants) {
      STELE_TRY(auto grant, parse_grant(text, request.key.org));
      request.key.grants.push_back(std::move(grant));
    }
    if (!o.replaces.empty()) {
      STELE_TRY(const auto id, parse_id(o.replaces));
      request.key.replaces = id;
      request.key.reason = o.reason;
    }
    out.push_back(
        {Type::key, std::move(request.key), json::write(Value::object({{"disclosure", request.disclosure}}))});
  }
  return out;
}

/// Before anybody signs rights that give nothing. A network without a policy yet has nothing to hold them against.
Result<void> check_rights(const Context& c, const record::Genesis& g, const std::vector<Draft>& drafts) {
  STELE_TRY(auto node, NodeClient::connect(c, g));
  const auto policy = fetch_policy(node);
  if (!policy && policy.error().code == "not_found") return {};
  if (!policy) return Unexpected(policy.error());
  for (const auto& d : drafts)
    for (const auto& grant : std::get<record::Key>(d.body).grants) STELE_CHECK(check_grant(*policy, grant));
  return {};
}

/// What will be signed is known before the key is opened: show all of it.
Exit sign_drafts(const Context& c, const Result<std::vector<Draft>>& drafts, const record::Genesis& g,
                 const Save& save) {
  if (!drafts) return fail(c, drafts.error());
  std::vector<std::string> what;
  const bool subjects = std::any_of(drafts->begin(), drafts->end(), [](const Draft& d) {
    const auto* key = std::get_if<record::Key>(&d.body);
    return key != nullptr &&
           std::any_of(key->grants.begin(), key->grants.end(), [](const auto& x) { return x.subject.has_value(); });
  });
  const auto names = subjects ? subject_names(c, g) : signer::SubjectNames{};
  for (const auto& d : *drafts) {
    for (auto& line : signer::plain_words(g, d.type, d.body, c.lang, names, code_words))
      what.push_back(std::move(line));
  }
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  std::vector<Outgoing> records;
  for (const auto& d : *drafts) records.push_back(desk->sign(d));
  return deliver(c, *desk, records, save);
}

}  // namespace

Exit key_enrol(const Context& c, const KeyEnrol& o) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  const auto drafts = enrol_drafts(*g, o);
  if (!drafts) return fail(c, drafts.error());
  if (const auto ok = check_rights(c, *g, *drafts); !ok) return fail(c, ok.error());
  return sign_drafts(c, drafts, *g, o.save);
}

Exit org_add(const Context& c, const OrgAdd& o) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  record::Org org;
  org.org = o.id;
  org.kind = o.kind;
  org.name = to_nfc(o.name).value_or(o.name);
  if (!o.parent.empty()) org.parent = o.parent;
  for (const auto v : o.vaults) org.vaults.push_back(static_cast<std::uint16_t>(v));
  if (!o.replaces.empty()) {
    const auto id = parse_id(o.replaces);
    if (!id) return fail(c, id.error());
    org.replaces = *id;
    org.reason = o.reason;
  }
  return sign_drafts(c, std::vector<Draft>{{Type::org, std::move(org), {}}}, *g, o.save);
}

Exit policy_publish(const Context& c, const fs::path& file, const Save& save) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  auto policy = read_policy_file(file);
  if (!policy) return fail(c, policy.error());
  return sign_drafts(c, std::vector<Draft>{{Type::policy, std::move(*policy), {}}}, *g, save);
}

}  // namespace stele::cli
