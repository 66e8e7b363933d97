#include "wallet-cli/cli/ceremony.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "node/http/url.h"
#include "signer/random.h"
#include "wallet-cli/cli/new_network.h"

namespace stele::cli {
namespace {

using ceremony::Role;
using json::Value;

Error usage(std::string vi, std::string en) {
  return make_error("usage", std::move(vi), std::move(en));
}

/// A file of bounded size, read by one of ceremony_files.h's readers; what is wrong names the file.
template <class Read>
auto read_form(const fs::path& path, std::size_t bytes_max, Read read) -> decltype(read(std::string_view())) {
  STELE_TRY(const auto text, read_file(path, bytes_max));
  auto out = read(std::string_view(text));
  if (out) return out;
  auto e = out.error();
  e.where.file = path.string();
  return Unexpected(std::move(e));
}

void say_lines(const Context& c, const std::vector<std::string>& lines) {
  for (const auto& line : lines) say(c, "  " + line, "  " + line);
}

fs::path half_path(const fs::path& key_file) {
  return key_file.string() + ".public.json";
}

// ---- plan ----

Result<ceremony::Plan> drafted(const CeremonyPlan& o) {
  ceremony::Plan p;
  p.name = o.name;
  p.base_url = o.base_url;
  p.rehearsal = o.rehearsal;
  if (o.rehearsal && o.mode == "live")
    return Unexpected(usage("Buổi diễn tập chỉ có thể lập mạng thử: bỏ --mode live hoặc --rehearsal.",
                            "A rehearsal founds a test network only: leave out --mode live, or --rehearsal."));
  p.test = o.rehearsal || o.mode == "test";
  STELE_TRY(p.time, founding_time(o.time));
  p.roots = o.roots;
  p.root_quorum = o.root_quorum;
  p.orderers = o.orderers;
  p.validators = o.validators;
  p.vaults = o.vaults;
  p.nonce = signer::random_fixed<ceremony::Nonce>();
  // What can't be read back is not written: names, bounds and ids are judged by the reader.
  auto read = ceremony::read_plan(ceremony::write_plan(p));
  if (read) return read;
  const auto& field = read.error().where.field;
  return Unexpected(usage("Kế hoạch sẽ không dùng được; xem mục " + field + " (docs/wire-format.md, phần 10).",
                          "The plan would be of no use; see " + field + " (docs/wire-format.md, section 10)."));
}

// ---- keys ----

Result<Role> role_of(const CeremonyKey& o, const ceremony::Plan& plan) {
  const auto role = o.role == "root"        ? Role::root
                    : o.role == "orderer"   ? Role::orderer
                    : o.role == "validator" ? Role::validator
                                            : Role::vault;
  if (role == Role::root) {
    if (!o.id.empty()) return Unexpected(usage("Khóa gốc không có --id.", "A root key has no --id."));
    const auto n = o.person_number.value_or(1);
    if (n == 0 || n > plan.roots)
      return Unexpected(usage("Kế hoạch có " + std::to_string(plan.roots) + " người giữ khóa gốc: xem --person-number.",
                              "The plan has " + std::to_string(plan.roots) + " root holders: see --person-number."));
    return role;
  }
  if (o.person_number)
    return Unexpected(usage("--person-number chỉ dành cho khóa gốc.", "--person-number is for root keys only."));
  const auto& ids = plan.ids(role);
  if (std::find(ids.begin(), ids.end(), o.id) != ids.end()) return role;
  std::string known;
  for (const auto& id : ids) known += (known.empty() ? "" : ", ") + id;
  return Unexpected(usage("Kế hoạch không có mã này; --id phải là một trong: " + known + ".",
                          "The plan has no such id; --id must be one of: " + known + "."));
}

Result<void> not_there(const fs::path& path) {
  std::error_code ec;
  if (!fs::exists(path, ec)) return {};
  Where where;
  where.file = path.string();
  return Unexpected(make_error("file_exists", "Tệp đã có; không ghi đè. Hãy chọn tên khác.",
                               "The file exists and is not overwritten. Choose another name.", std::move(where)));
}

std::string whose_key(const CeremonyKey& o, Role role, Lang lang) {
  const bool vi = lang == Lang::vi;
  if (role != Role::root) return o.role + " " + o.id;
  if (!o.person_number) return vi ? "khóa gốc" : "a root key";
  return (vi ? "khóa gốc số " : "root key ") + std::to_string(*o.person_number);
}

Result<void> make_key(const Context& c, const CeremonyKey& o) {
  STELE_TRY(const auto plan, read_plan_file(o.plan));
  STELE_TRY(const auto role, role_of(o, plan));
  // A key whose half could not be written would be of no use: both names are looked at first.
  STELE_CHECK(not_there(o.out));
  STELE_CHECK(not_there(half_path(o.out)));
  say(c, "Tạo " + whose_key(o, role, c.lang) + " để:", "Making " + whose_key(o, role, c.lang) + ":");
  say_lines(c, plan_words(plan, c.lang));
  STELE_TRY(
      const auto passphrase,
      signer::read_passphrase(c.passphrase, pick(c, "Mật khẩu mới cho khóa", "New passphrase for the key"), true));
  signer::KeyHeader h;
  h.person = new_person();
  STELE_TRY(const auto made, make_key_file(o.out, h, passphrase));
  ceremony::Half half{
      plan.digest, role, role == Role::root ? made.header.person : o.id, made.key.public_key().compressed(), {}};
  half.proof = made.key.sign(half_digest(half));
  return write_file(half_path(o.out), write_half(half), false, false);
}

// ---- assembling ----

/// One that may stand in a TOML string as it is.
bool is_url(const std::string& text) {
  return text.find_first_of("\"\\") == std::string::npos && http::parse_url(text);
}

/// What people write as ID=URL, for ids of the plan.
Result<void> take_url(const std::string& text, std::vector<NewNode>& nodes) {
  const auto equals = text.find('=');
  const auto url = equals == std::string::npos ? std::string() : text.substr(equals + 1);
  const auto node = std::find_if(nodes.begin(), nodes.end(), [&](const NewNode& n) {
    return n.folder == std::string_view(text).substr(0, equals);
  });
  if (node == nodes.end() || !is_url(url))
    return Unexpected(usage("--url phải có dạng MÃ=URL với mã có trong kế hoạch: \"" + text + "\".",
                            "--url must look like ID=URL, with an id of the plan: \"" + text + "\"."));
  node->url = url;
  return {};
}

/// One for each id, whatever its roles: an office runs one node.
std::vector<NewNode> nodes_of(const ceremony::Plan& plan) {
  constexpr unsigned port = 7480;
  std::vector<NewNode> out;
  const auto add = [&out](const std::vector<std::string>& ids, std::string NewNode::*role) {
    for (const auto& id : ids) {
      auto it = std::find_if(out.begin(), out.end(), [&id](const NewNode& n) { return n.folder == id; });
      if (it == out.end()) {
        NewNode n;
        n.folder = id;
        n.url = "https://" + id + ".invalid";  // RFC 2606: never anybody's address
        n.port = port;
        it = out.insert(out.end(), std::move(n));
      }
      (*it).*role = id;
    }
  };
  add(plan.orderers, &NewNode::orderer);
  add(plan.validators, &NewNode::validator);
  add(plan.vaults, &NewNode::vault);
  return out;
}

Result<NewNodes> planned_nodes(const ceremony::Plan& plan, const CeremonyAssemble& o) {
  NewNodes out{nodes_of(plan), o.etcd, false};
  for (const auto& url : o.etcd) {
    if (!is_url(url))
      return Unexpected(usage("--etcd phải là một địa chỉ http(s): \"" + url + "\".",
                              "--etcd must be an http(s) address: \"" + url + "\"."));
  }
  for (const auto& text : o.urls) STELE_CHECK(take_url(text, out.nodes));
  return out;
}

Result<record::Genesis> write_network(const ceremony::Plan& plan, const record::Genesis& g, const CeremonyAssemble& o) {
  STELE_TRY(const auto nodes, planned_nodes(plan, o));
  for (const auto& n : nodes.nodes) STELE_CHECK(make_folder(o.out / n.folder));
  STELE_TRY(auto written, write_genesis(o.out / "genesis.json", g));
  for (const auto& n : nodes.nodes)
    STELE_CHECK(write_file(o.out / n.folder / "node.toml", node_toml(nodes, n), false, false));
  return written;
}

/// Those that can be read; of the others `faults` tells.
std::vector<ceremony::NamedHalf> read_halves(const std::vector<fs::path>& files, std::vector<Error>& faults) {
  std::vector<ceremony::NamedHalf> out;
  for (const auto& file : files) {
    auto half = read_form(file, ceremony::half_bytes_max, ceremony::read_half);
    if (half)
      out.push_back({file.string(), std::move(*half)});
    else
      faults.push_back(half.error());
  }
  return out;
}

void say_digest(const Context& c, const record::Genesis& g) {
  say(c, "Mạng: " + g.net, "Network: " + g.net);
  say(c, "Mã tệp genesis, để đọc to và so với nhau:", "Digest of the genesis, to be read aloud and compared:");
  say_lines(c, {ceremony::spoken(g.digest)});
}

// ---- minutes ----

Error not_a_root() {
  return make_error("not_a_root", "Khóa này không phải khóa gốc của mạng.", "This key is no root key of the network.");
}

std::vector<std::string> confirm_words(const ceremony::Plan& plan, const record::Genesis& g, std::size_t root,
                                       Lang lang) {
  const bool vi = lang == Lang::vi;
  std::vector<std::string> out{vi ? "Xác nhận tệp genesis này là của kế hoạch:"
                                  : "To confirm this genesis as that of:"};
  for (auto& line : plan_words(plan, lang)) out.push_back(std::move(line));
  out.push_back((vi ? "mạng: " : "network: ") + g.net);
  out.push_back((vi ? "mã tệp genesis: " : "genesis: ") + ceremony::spoken(g.digest));
  out.push_back((vi ? "khóa của bạn là khóa gốc thứ " : "your key is root ") + std::to_string(root + 1) + "/" +
                std::to_string(g.roots.size()) + ": " + base64url(g.roots[root].key.view()));
  return out;
}

Result<record::Genesis> make_minutes(const Context& c, const CeremonyConfirm& o) {
  STELE_TRY(const auto plan, read_plan_file(o.plan));
  STELE_TRY(auto g, read_planned_genesis(c, plan));
  if (!c.key_file)
    return Unexpected(
        make_error("usage_key", "Thiếu tệp khóa: dùng --key TỆP.", "The key file is missing: use --key FILE."));
  STELE_TRY(const auto root, root_of(g, *c.key_file));
  STELE_CHECK(not_there(o.out));
  STELE_TRY(const auto opened, open_key_to_sign(c, confirm_words(plan, g, root, c.lang)));
  if (opened.key.public_key().compressed() != g.roots[root].key) return Unexpected(not_a_root());
  const auto signature = opened.key.sign(ceremony::minutes_digest(plan.digest, g.digest));
  STELE_CHECK(write_file(o.out, ceremony::write_minutes({plan.digest, g.digest, g.roots[root].person, signature}),
                         false, false));
  return g;
}

struct Confirmed {
  std::vector<std::string> by;  ///< for each root the file, or empty
  std::vector<Error> faults;
  [[nodiscard]] std::size_t count() const {
    return by.size() - static_cast<std::size_t>(std::count(by.begin(), by.end(), std::string()));
  }
};

Confirmed confirmed(const ceremony::Plan& plan, const record::Genesis& g, const std::vector<fs::path>& files) {
  Confirmed out{std::vector<std::string>(g.roots.size()), {}};
  for (const auto& file : files) {
    const auto take = [&]() -> Result<void> {
      STELE_TRY(const auto m, read_form(file, ceremony::minutes_bytes_max, ceremony::read_minutes));
      STELE_TRY(const auto root, check_minutes(plan, g, m));
      if (!out.by[root].empty())
        return Unexpected(make_error("file_root_twice", "Người này đã xác nhận trong " + out.by[root] + ".",
                                     "This root holder confirmed already, in " + out.by[root] + "."));
      out.by[root] = file.string();
      return {};
    };
    if (const auto taken = take(); !taken) {
      out.faults.push_back(taken.error());
      out.faults.back().where.file = file.string();
    }
  }
  return out;
}

void say_confirmed(const Context& c, const record::Genesis& g, const Confirmed& seen) {
  for (std::size_t i = 0; i < g.roots.size(); ++i) {
    const auto who = std::to_string(i + 1) + "/" + std::to_string(g.roots.size()) + " (" + g.roots[i].person + "): ";
    const bool yes = !seen.by[i].empty();
    say(c, "Khóa gốc " + who + (yes ? "đã xác nhận, " + seen.by[i] : "chưa xác nhận"),
        "Root " + who + (yes ? "confirmed, " + seen.by[i] : "has not confirmed"));
  }
  const auto count = std::to_string(seen.count()), all = std::to_string(g.roots.size());
  const auto quorum = std::to_string(g.root_quorum);
  if (seen.count() == g.roots.size())
    say(c, "Tất cả " + all + " người giữ khóa gốc đã xác nhận.", "All " + all + " root holders confirmed.");
  else if (seen.count() >= g.root_quorum)
    say(c, "Đủ: " + count + " trong " + all + " đã xác nhận, cần " + quorum + ".",
        "Enough: " + count + " of " + all + " confirmed, " + quorum + " are needed.");
}

Value confirmed_json(const record::Genesis& g, const Confirmed& seen) {
  auto roots = Value::array();
  for (std::size_t i = 0; i < g.roots.size(); ++i)
    roots.push(Value::object({{"root", g.roots[i].person}, {"confirmed", !seen.by[i].empty()}}));
  return Value::object({{"net", g.net},
                        {"genesis", hex(g.digest.view())},
                        {"confirmed", seen.count()},
                        {"quorum", g.root_quorum},
                        {"roots", std::move(roots)}});
}

Exit check_all(const Context& c, const ceremony::Plan& plan, const record::Genesis& g,
               const std::vector<fs::path>& files) {
  auto seen = confirmed(plan, g, files);
  if (plan.rehearsal) say(c, "Đây là buổi diễn tập.", "This is a rehearsal.");
  say_confirmed(c, g, seen);
  if (seen.count() < g.root_quorum) {
    const auto have = std::to_string(seen.count()), need = std::to_string(g.root_quorum);
    seen.faults.push_back(make_error("ceremony_too_few",
                                     "Chưa đủ: " + have + " người giữ khóa gốc đã xác nhận, cần " + need + ".",
                                     "Not enough: " + have + " confirmed, " + need + " are needed."));
  }
  if (!seen.faults.empty()) return fail(c, seen.faults);
  emit(c, confirmed_json(g, seen));
  return Exit::ok;
}

}  // namespace

Result<ceremony::Plan> read_plan_file(const fs::path& path) {
  return read_form(path, ceremony::plan_bytes_max, ceremony::read_plan);
}

Result<record::Genesis> read_planned_genesis(const Context& c, const ceremony::Plan& plan) {
  STELE_TRY(auto g, read_genesis(c));
  auto follows = check_follows(plan, g);
  if (follows) return g;
  follows.error().where.file = c.genesis_file.string();
  return Unexpected(std::move(follows).error());
}

Result<std::size_t> root_of(const record::Genesis& g, const fs::path& key_file) {
  STELE_TRY(const auto header, signer::read_key_header(key_file));
  const auto key = VerifyKey::from_coordinates(header.jwk.x, header.jwk.y);
  const auto it = std::find_if(g.roots.begin(), g.roots.end(), [&](const auto& r) {
    return key && r.key == key->compressed() && r.person == header.person;
  });
  if (it != g.roots.end()) return static_cast<std::size_t>(it - g.roots.begin());
  auto e = not_a_root();
  e.where.file = key_file.string();
  return Unexpected(std::move(e));
}

Exit ceremony_plan(const Context& c, const CeremonyPlan& o) {
  const auto plan = drafted(o);
  if (!plan) return fail(c, plan.error());
  if (const auto written = write_file(o.out, write_plan(*plan), false, false); !written)
    return fail(c, written.error());
  say(c, "Đã ghi kế hoạch " + o.out.string() + ". Trao cho mọi người cùng một tệp này:",
      "Wrote the plan " + o.out.string() + ". Hand this one file to everybody:");
  say_lines(c, plan_words(*plan, c.lang));
  for (const auto& line : plan_warnings(*plan, c.lang)) say(c, "Chú ý: " + line, "Note: " + line);
  emit(c, Value::object({{"plan", o.out.string()}, {"digest", hex(plan->digest.view())}}));
  return Exit::ok;
}

Exit ceremony_key(const Context& c, const CeremonyKey& o) {
  if (const auto made = make_key(c, o); !made) return fail(c, made.error());
  const auto half = half_path(o.out).string();
  say(c, "Đã tạo khóa " + o.out.string() + ": giữ kín. Trao " + half + " cho người ghép tệp genesis.",
      "Made key " + o.out.string() + ": keep it to yourself. Hand " + half + " to whoever assembles the genesis.");
  emit(c, Value::object({{"key", o.out.string()}, {"public", half}}));
  return Exit::ok;
}

Exit ceremony_assemble(const Context& c, const CeremonyAssemble& o) {
  const auto plan = read_plan_file(o.plan);
  if (!plan) return fail(c, plan.error());
  std::vector<Error> faults;
  const auto halves = read_halves(o.halves, faults);
  const auto assembled = ceremony::assemble(*plan, halves);
  if (!assembled) faults.insert(faults.end(), assembled.error().begin(), assembled.error().end());
  if (!faults.empty()) return fail(c, faults);
  const auto g = write_network(*plan, *assembled, o);
  if (!g) return fail(c, g.error());
  say(c, "Đã ghép tệp genesis từ " + std::to_string(halves.size()) + " khóa, đúng theo kế hoạch.",
      "Assembled the genesis from " + std::to_string(halves.size()) + " keys, just as planned.");
  say_digest(c, *g);
  say(c, "Mỗi người giữ khóa gốc: stele ceremony confirm", "Each root holder: stele ceremony confirm");
  emit(c, Value::object(
              {{"net", g->net}, {"genesis", (o.out / "genesis.json").string()}, {"digest", hex(g->digest.view())}}));
  return Exit::ok;
}

Exit ceremony_confirm(const Context& c, const CeremonyConfirm& o) {
  const auto g = make_minutes(c, o);
  if (!g) return fail(c, g.error());
  say(c, "Đã ký biên bản " + o.out.string() + ".", "Signed the minutes " + o.out.string() + ".");
  say_digest(c, *g);
  emit(c, Value::object({{"net", g->net}, {"digest", hex(g->digest.view())}, {"minutes", o.out.string()}}));
  return Exit::ok;
}

Exit ceremony_check(const Context& c, const CeremonyCheck& o) {
  const auto plan = read_plan_file(o.plan);
  if (!plan) return fail(c, plan.error());
  const auto g = read_planned_genesis(c, *plan);
  if (!g) return fail(c, g.error());
  say_digest(c, *g);
  return check_all(c, *plan, *g, o.minutes);
}

}  // namespace stele::cli
