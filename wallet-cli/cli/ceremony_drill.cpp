// What root holders can do together, shown in a rehearsal by the ledger's own rules: one signs the first organisation,
// the others approve it, and the state says after each signature whether it is in force.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/record/decode.h"
#include "ledger/record/forms.h"
#include "ledger/rules/chain.h"
#include "ledger/rules/effects.h"
#include "signer/issue.h"
#include "wallet-cli/cli/ceremony.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

constexpr std::string_view office = "dien-tap";  ///< "rehearsal"

/// The state after the genesis, and what is signed on it. No block is cut: orderers and validators are not here.
class Rehearsed {
 public:
  explicit Rehearsed(const record::Genesis& g)
      : genesis_(g), after_(rules::Chain(g).head_hash()), state_(rules::Chain(g).state()) {}

  Result<void> sign_first(const signer::SigningKey& key) {
    record::Org org;
    org.org = office;
    org.kind = office;
    org.name = "Diễn tập";
    STELE_TRY(first_, take(key, Type::org, org));
    return {};
  }
  Result<void> approve(const signer::SigningKey& key) {
    const std::string root(record::reserved_org);
    STELE_CHECK(take(key, Type::approve, record::SecondSignature{root, root, {first_}}));
    return {};
  }
  [[nodiscard]] bool in_force() const { return state_.status_of(first_) == log::Status::valid; }

 private:
  /// As a node does with a record that comes in, and with the block that it stands in.
  Result<RecordId> take(const signer::SigningKey& key, Type type, const record::Body& body) {
    const auto made = signer::sign_record(key, type, {genesis_.net, after_}, body);
    auto taken = judge_and_enter(made.jws);
    if (!taken) return Unexpected(to_error(taken.error()));
    return made.id;
  }
  Result<void, Rejection> judge_and_enter(const std::string& jws) {
    STELE_TRY(const auto record, record::decode(jws));
    const auto* key = state_.key(record.kid);
    if (key == nullptr || !key->verify) return reject(RejectionCode::unknown_key, "kid");
    STELE_CHECK(record::check_signature(record, *key->verify));
    STELE_TRY(const auto judged, rules::judge(state_, record, genesis_.time));
    rules::Changes changes;
    std::vector<record::Record> due;
    rules::enter(state_, record, judged, genesis_.time, changes, due);
    for (const auto& r : due) rules::take_effect(state_, r, genesis_.time, changes);
    return {};
  }

  const record::Genesis& genesis_;
  HeaderHash after_;
  registry::State state_;
  RecordId first_;
};

struct Holder {
  std::size_t root = 0;  ///< position in the genesis
  signer::OpenKey key;
};

/// Every file is looked at before the first passphrase is asked.
Result<std::vector<Holder>> open_keys(const Context& c, const record::Genesis& g, const std::vector<fs::path>& files) {
  std::vector<std::size_t> roots;
  for (const auto& file : files) {
    STELE_TRY(const auto root, root_of(g, file));
    if (std::find(roots.begin(), roots.end(), root) != roots.end()) {
      Where where;
      where.file = file.string();
      return Unexpected(
          make_error("file_key_twice", "Khóa này được nêu hai lần.", "This key was named twice.", std::move(where)));
    }
    roots.push_back(root);
  }
  std::vector<Holder> out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto prompt = std::string(pick(c, "Mật khẩu của khóa ", "Passphrase of the key ")) + files[i].string();
    STELE_TRY(const auto passphrase, signer::read_passphrase(c.passphrase, prompt, false));
    STELE_TRY(auto key, signer::open_key_file(files[i], passphrase));
    out.push_back({roots[i], std::move(key)});
  }
  return out;
}

/// How many of them it took; none: not enough are here.
Result<std::optional<std::size_t>> signatures_needed(const Context& c, const record::Genesis& g,
                                                     const std::vector<Holder>& holders) {
  Rehearsed rehearsed(g);
  for (std::size_t i = 0; i < holders.size(); ++i) {
    STELE_CHECK(i == 0 ? rehearsed.sign_first(holders[i].key.key) : rehearsed.approve(holders[i].key.key));
    const bool done = rehearsed.in_force();
    say(c,
        fmt::format("Khóa gốc {} ký: {} chữ ký, {}", holders[i].root + 1, i + 1,
                    done ? "có hiệu lực" : "chưa có hiệu lực"),
        fmt::format("Root {} signs: {} {}, {}", holders[i].root + 1, i + 1, i == 0 ? "signature" : "signatures",
                    done ? "in force" : "not in force"));
    if (done) return std::optional(i + 1);
  }
  return std::optional<std::size_t>();
}

void say_what_it_means(const Context& c, const record::Genesis& g) {
  const auto spare = g.roots.size() - g.root_quorum;
  const auto need = std::to_string(g.root_quorum), all = std::to_string(g.roots.size()), rest = std::to_string(spare);
  say(c, need + " trong " + all + " người giữ khóa gốc là đủ; ít hơn một người thì không làm được gì.",
      need + " of " + all + " root holders suffice; one fewer can do nothing.");
  say(c,
      spare == 0 ? "Không được mất khóa nào."
                 : "Mất tới " + rest + " khóa vẫn còn đủ; mất thêm một khóa nữa thì không.",
      spare == 0 ? "No key may be lost."
                 : "Keys that may be lost: " + rest + "; once one more is lost there are never enough again.");
}

Exit drill(const Context& c, const record::Genesis& g, const std::vector<Holder>& holders) {
  const auto took = signatures_needed(c, g, holders);
  if (!took) return fail(c, took.error());
  if (!*took) {
    const auto have = std::to_string(holders.size()), need = std::to_string(g.root_quorum);
    return fail(c, make_error("ceremony_too_few", "Chưa đủ: có " + have + " khóa gốc, cần " + need + ".",
                              "Not enough: root keys here: " + have + ", needed: " + need + "."));
  }
  // The rules and the genesis agree, or one of them is not what the holders were told.
  STELE_ASSERT(**took == g.root_quorum);
  if (**took < holders.size()) say(c, "Các khóa còn lại không cần đến.", "The other keys were not needed.");
  say_what_it_means(c, g);
  emit(c, Value::object({{"net", g.net}, {"signatures", **took}, {"roots", g.roots.size()}}));
  return Exit::ok;
}

}  // namespace

Exit ceremony_drill(const Context& c, const CeremonyDrill& o) {
  const auto plan = read_plan_file(o.plan);
  if (!plan) return fail(c, plan.error());
  if (!plan->rehearsal) {
    Where where;
    where.file = o.plan.string();
    return fail(
        c, make_error("file_not_a_rehearsal", "Đây không phải kế hoạch diễn tập: khóa thật chỉ dùng để ký điều thật.",
                      "This is no plan of a rehearsal: real keys sign real things only.", std::move(where)));
  }
  const auto g = read_planned_genesis(c, *plan);
  if (!g) return fail(c, g.error());
  const auto holders = open_keys(c, *g, o.keys);
  if (!holders) return fail(c, holders.error());
  return drill(c, *g, *holders);
}

}  // namespace stele::cli
