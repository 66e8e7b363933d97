// Who runs the ledger: changes of the set of validators and of orderers, and the recovery of a network that has lost
// its quorum.
#include <algorithm>
#include <ctime>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/wire.h"
#include "ledger/verdict/evidence.h"
#include "node/sync/block_source.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/policy_file.h"
#include "wallet-cli/cli/recovery_file.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

Error bad_answer(std::string_view url) {
  return make_error("http_bad_answer", "Nút " + std::string(url) + " trả lời không đúng định dạng.",
                    "The answer of node " + std::string(url) + " has a wrong form.");
}

Result<NodeClient> connect(const Context& c, const record::Genesis& g, const std::string& url) {
  Context to = c;
  to.node_url = url;
  return NodeClient::connect(to, g);
}

/// --node and those beside it, each once; without any the empty one, which `connect` refuses.
std::vector<std::string> nodes_of(const Context& c, const std::vector<std::string>& more) {
  auto out = more;
  const bool again = std::find(out.begin(), out.end(), c.node_url) != out.end();
  if (out.empty() || (!c.node_url.empty() && !again)) out.insert(out.begin(), c.node_url);
  return out;
}

// ---- drafting a recovery ----

constexpr std::uint64_t unfinal_max = 100'000;  ///< blocks above the final one: a node that shows more goes on for ever
constexpr std::uint64_t clock_apart_max_s = 3'600;

/// What proves the changes of the set up to a checkpoint, as `GET /v1/checkpoint` tells them; none: of a wrong form.
std::optional<verdict::Evidence> evidence_of(const Value& checkpoint) {
  verdict::EvidenceBuilder out;
  const auto header = [&](const std::string& text) {
    if (!log::parse_checkpoint(text)) return false;
    out.header(text);
    return true;
  };
  if (!header(text_of(checkpoint, "text"))) return std::nullopt;
  for (const auto& c : items_of(checkpoint, "changes")) {
    const auto text = text_of(c, "text"), base = text_of(c, "base");
    const auto qc = unbase64url(text_of(c, "qc"));
    const bool by_record = text_of(c, "recovery").empty();
    const auto bytes = unbase64url(text_of(c, by_record ? "set" : "recovery"));
    if (!header(text) || (!base.empty() && !header(base)) || !qc || !bytes) return std::nullopt;
    out.qc(log::hash_of(text), *qc);
    using enum verdict::SetChange::Kind;
    out.change(log::hash_of(text), {by_record ? handover : recovery, *bytes});
  }
  return out.finish();
}

Result<std::vector<record::Member>> members_of(const verdict::SetChange& change, const std::string& url) {
  if (change.kind == verdict::SetChange::Kind::recovery) {
    const auto recovery = log::decode_recovery(change.bytes);
    if (!recovery) return Unexpected(bad_answer(url));
    return recovery->set;
  }
  const auto set = log::decode_set(change.bytes);
  if (!set) return Unexpected(bad_answer(url));
  return std::vector<record::Member>(set->members().begin(), set->members().end());
}

/// The set that signs now, and the one before it, which signed the block that handed over, too.
struct Sets {
  std::vector<record::Member> now, before;
  [[nodiscard]] bool certify(const log::QuorumCertificate& qc) const {
    const auto set = log::ValidatorSet::from(now), old = log::ValidatorSet::from(before);
    if (!set || !old) return false;
    return log::check_qc(qc, qc.header, *set) || log::check_qc(qc, qc.header, log::Signers(*old, *set));
  }
};

/// From the genesis on, each change proven by those who handed over.
Result<Sets> sets_in_force(const record::Genesis& g, NodeClient& node, const std::string& url) {
  STELE_TRY(const auto v, node.get("/v1/checkpoint"));
  if (items_of(v, "changes").empty()) return Sets{g.validators, g.validators};
  const auto evidence = evidence_of(v);
  if (!evidence || evidence->changes.empty() || !verdict::Facts::verify(g, *evidence))
    return Unexpected(bad_answer(url));
  Sets out{g.validators, g.validators};
  for (const auto& c : evidence->changes) {
    out.before = std::move(out.now);
    STELE_TRY(out.now, members_of(c.change, url));
  }
  return out;
}

Error not_certified(const std::string& url) {
  return make_error("not_certified",
                    "Khối cao nhất của nút " + url +
                        " không có chứng nhận đúng của nhóm nút hiện hành (nút nói sai, hoặc nhóm đang được thay).",
                    "The highest block of node " + url +
                        " bears no true certificate of the set in force (the node lies, or the set is just changing).");
}

/// The highest certified block that the node serves.
Result<log::Place> highest_certified(NodeClient& node, const std::string& url, const Sets& sets) {
  STELE_TRY(const auto network, node.get("/v1/network"));
  const auto* final_block = network.find("final");
  const auto final_hash =
      final_block != nullptr ? fixed_from_base64url<HeaderHash>(text_of(*final_block, "hash")) : std::nullopt;
  if (!final_hash) return Unexpected(bad_answer(url));
  const Height final_height{number_of(*final_block, "height")};
  log::Place out{Epoch{0}, Height{0}, *final_hash};
  STELE_TRY(auto source, sync::BlockSource::open(url));
  for (Height from{std::max<std::uint64_t>(final_height.value, 1)};; from.value = out.height.value + 1) {
    const auto batch = source.fetch(from);
    if (!batch) return Unexpected(batch.error().error);
    if (!*batch) break;
    const auto& last = (*batch)->blocks.back();
    const auto& qc = (*batch)->qc;
    if (!sets.certify(qc)) return Unexpected(not_certified(url));
    out = {last.epoch, last.height, qc.header};
    if (out.height.value > final_height.value + unfinal_max) return Unexpected(bad_answer(url));
  }
  // Without any block the genesis checkpoint is what everything goes on from.
  if (out.height < final_height) return Unexpected(bad_answer(url));
  if (out.epoch.value >= log::number_max) return Unexpected(bad_answer(url));
  return out;
}

struct Seen {
  log::Place base;
  UnixSeconds now;
  std::vector<record::Member> set;
};

Result<UnixSeconds> time_of(const record::Genesis& g, const NodeClient& node, const std::string& url) {
  const auto theirs = node.node_time();
  const auto ours = static_cast<std::uint64_t>(std::time(nullptr));
  const auto apart = std::max(theirs.value, ours) - std::min(theirs.value, ours);
  if (theirs.value != 0 && (g.test || apart <= clock_apart_max_s)) return theirs;
  return Unexpected(make_error("node_clock", "Đồng hồ của nút " + url + " lệch quá một giờ so với máy này.",
                               "The clock of node " + url + " is more than an hour from this machine's."));
}

/// From the node that has got furthest: all that is certified there must stay.
Result<Seen> look_at(const Context& c, const record::Genesis& g, const std::vector<std::string>& urls) {
  std::optional<Seen> best;
  for (const auto& url : urls) {
    STELE_TRY(auto node, connect(c, g, url));
    STELE_TRY(auto sets, sets_in_force(g, node, url));
    STELE_TRY(const auto base, highest_certified(node, url, sets));
    STELE_TRY(const auto now, time_of(g, node, url));
    if (!best || log::lower(best->base, base)) {
      best = Seen{base, now, std::move(sets.now)};
    } else if (!log::lower(base, best->base) && base != best->base) {
      return Unexpected(make_error("two_branches", "Hai nút có hai khối khác nhau ở cùng một chỗ; hãy giữ bằng chứng.",
                                   "Two nodes have two blocks in one place; keep the evidence."));
    }
  }
  STELE_ASSERT(best);
  return std::move(*best);
}

Error usage(std::string vi, std::string en) {
  return make_error("usage", std::move(vi), std::move(en));
}

Error no_such_validator(const std::string& id, const std::string& known) {
  return usage("--keep: không có nút xác nhận \"" + id + "\"; hiện có: " + known + ".",
               "--keep: there is no validator \"" + id + "\"; there are: " + known + ".");
}

Result<std::vector<record::Member>> new_set(const std::vector<record::Member>& old, const RecoveryDraft& o) {
  std::vector<record::Member> out;
  std::string known;
  for (const auto& m : old) known += (known.empty() ? "" : ", ") + m.id;
  for (const auto& id : o.keep) {
    const auto it = std::find_if(old.begin(), old.end(), [&](const auto& m) { return m.id == id; });
    if (it == old.end()) return Unexpected(no_such_validator(id, known));
    out.push_back(*it);
  }
  for (const auto& text : o.add) {
    const auto equals = text.find('=');
    const auto key = equals == std::string::npos
                         ? std::nullopt
                         : fixed_from_base64url<PublicKey>(std::string_view(text).substr(equals + 1));
    if (!key || !VerifyKey::parse(*key))
      return Unexpected(usage("--add phải có dạng MÃ=KHÓA; khóa do `stele key show` cho biết: \"" + text + "\".",
                              "--add must look like ID=KEY; `stele key show` tells a key: \"" + text + "\"."));
    out.push_back({text.substr(0, equals), *key});
  }
  const bool same = std::equal(out.begin(), out.end(), old.begin(), old.end(),
                               [](const auto& a, const auto& b) { return a.id == b.id && a.key == b.key; });
  if (out.empty() || same)
    return Unexpected(usage("Hãy nêu nhóm nút mới bằng --keep và --add; nhóm hiện có là: " + known + ".",
                            "Name the new set by --keep and --add; the present one is: " + known + "."));
  return out;
}

Result<log::Recovery> draft_recovery(const Context& c, const record::Genesis& g, const RecoveryDraft& o) {
  STELE_TRY(const auto seen, look_at(c, g, nodes_of(c, o.nodes)));
  log::Recovery out;
  out.net = g.net;
  out.base = seen.base;
  out.epoch.value = seen.base.epoch.value + 1;
  out.reason = o.reason;
  out.time = seen.now;
  STELE_TRY(out.set, new_set(seen.set, o));
  // What can't be read back is not written: ids, reason and members are judged by the decoder.
  return read_recovery(write_recovery(out, g), g);
}

// ---- signing and publishing ----

Result<log::Recovery> read_recovery_file(const record::Genesis& g, const fs::path& path) {
  STELE_TRY(const auto text, read_file(path, recovery_file_bytes_max));
  auto out = read_recovery(text, g);
  if (out) return out;
  auto e = out.error();
  e.where.file = path.string();
  return Unexpected(std::move(e));
}

Result<void> add_signature(log::Recovery& r, const record::Genesis& g, const signer::OpenKey& key) {
  const auto mine = key.key.public_key().compressed();
  const auto root = std::find_if(g.roots.begin(), g.roots.end(), [&](const auto& x) { return x.key == mine; });
  if (root == g.roots.end())
    return Unexpected(
        make_error("not_a_root", "Khóa này không phải khóa gốc của mạng.", "This key is no root key of the network."));
  const auto number = static_cast<std::uint16_t>(root - g.roots.begin());
  const auto at = std::lower_bound(r.signatures.begin(), r.signatures.end(), number,
                                   [](const auto& s, std::uint16_t n) { return s.root < n; });
  if (at != r.signatures.end() && at->root == number) return {};  // the same again
  r.signatures.insert(at, {number, key.key.sign(log::recovery_digest(r))});
  return {};
}

/// One message of kind 3 (wire-format.md section 7.3).
Bytes message_of(const log::Recovery& r) {
  constexpr std::uint8_t kind_recovery = 3;
  log::Writer w;
  w.u8(kind_recovery);
  w.bytes32(log::encode(r));
  return std::move(w).take();
}

/// The node's highest certified block, once it has taken the recovery.
Result<log::Place> hand_over(const Context& c, const record::Genesis& g, const std::string& url,
                             const log::Recovery& r) {
  STELE_TRY(auto node, connect(c, g, url));
  STELE_TRY(const auto sets, sets_in_force(g, node, url));
  STELE_TRY(const auto there, highest_certified(node, url, sets));
  STELE_CHECK(node.post_bytes("/v1/feed", message_of(r)));
  return there;
}

Value state_of(const log::Recovery& r, const record::Genesis& g) {
  auto set = Value::array();
  for (const auto& m : r.set) set.push(m.id);
  return Value::object({{"height", r.base.height.value},
                        {"epoch", r.epoch.value},
                        {"set", std::move(set)},
                        {"time", utc_text(r.time)},
                        {"in_force_from", utc_text(UnixSeconds{r.time.value + log::recovery_wait_s})},
                        {"signatures", r.signatures.size()},
                        {"missing", roots_missing(r, g)}});
}

void say_words(const Context& c, const log::Recovery& r, const record::Genesis& g) {
  for (const auto& line : recovery_words(r, g, c.lang)) say(c, line, line);
}

void say_what_comes_next(const Context& c, const log::Recovery& r, const record::Genesis& g, const fs::path& file) {
  if (const auto missing = roots_missing(r, g); missing > 0) {
    const auto n = std::to_string(missing);
    say(c, "Còn thiếu " + n + " chữ ký gốc: stele recovery sign " + file.string(),
        n + " more root signatures are needed: stele recovery sign " + file.string());
  } else {
    say(c, "Đủ chữ ký: stele recovery publish " + file.string(),
        "All signatures are there: stele recovery publish " + file.string());
  }
}

Exit publish(const Context& c, const Draft& draft, const Save& save) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  auto desk = Desk::open(c, signer::plain_words(*g, draft.type, draft.body, c.lang));
  if (!desk) return fail(c, desk.error());
  return deliver(c, *desk, {desk->sign(draft)}, save);
}

}  // namespace

Exit validators_publish(const Context& c, const fs::path& file, const Save& save) {
  auto set = read_validators_file(file);
  if (!set) return fail(c, set.error());
  return publish(c, {Type::validators, std::move(*set), {}}, save);
}

Exit orderers_publish(const Context& c, const fs::path& file, const Save& save) {
  auto change = read_orderers_file(file);
  if (!change) return fail(c, change.error());
  return publish(c, {Type::orderers, std::move(*change), {}}, save);
}

Exit recovery_draft(const Context& c, const RecoveryDraft& o) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  const auto drafted = draft_recovery(c, *g, o);
  if (!drafted) return fail(c, drafted.error());
  if (const auto written = write_file(o.out, write_recovery(*drafted, *g), false, false); !written)
    return fail(c, written.error());
  say_words(c, *drafted, *g);
  say_what_comes_next(c, *drafted, *g, o.out);
  emit(c, state_of(*drafted, *g));
  return Exit::ok;
}

Exit recovery_show(const Context& c, const fs::path& file) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  const auto r = read_recovery_file(*g, file);
  if (!r) return fail(c, r.error());
  say_words(c, *r, *g);
  say_what_comes_next(c, *r, *g, file);
  emit(c, state_of(*r, *g));
  return Exit::ok;
}

Exit recovery_sign(const Context& c, const fs::path& file) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  auto r = read_recovery_file(*g, file);
  if (!r) return fail(c, r.error());
  const auto key = open_key_to_sign(c, recovery_words(*r, *g, c.lang));
  if (!key) return fail(c, key.error());
  if (const auto added = add_signature(*r, *g, *key); !added) return fail(c, added.error());
  if (const auto written = write_file(file, write_recovery(*r, *g), false, true); !written)
    return fail(c, written.error());
  say_what_comes_next(c, *r, *g, file);
  emit(c, state_of(*r, *g));
  return Exit::ok;
}

Exit recovery_publish(const Context& c, const fs::path& file, const std::vector<std::string>& nodes) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  const auto r = read_recovery_file(*g, file);
  if (!r) return fail(c, r.error());
  if (const auto missing = roots_missing(*r, *g); missing > 0) {
    const auto n = std::to_string(missing);
    return fail(c, make_error("recovery_not_signed", "Còn thiếu " + n + " chữ ký gốc.",
                              n + " more root signatures are needed."));
  }
  const auto urls = nodes_of(c, nodes);
  std::vector<Error> faults;
  auto taken = Value::array();
  for (const auto& url : urls) {
    const auto there = hand_over(c, *g, url, *r);
    if (!there) {
      faults.push_back(there.error());
      continue;
    }
    say(c, "Đã trao cho " + url, "Handed to " + url);
    if (*there != r->base)
      say(c,
          "  nhưng khối cao nhất có chứng nhận ở đó là " + std::to_string(there->height.value) +
              ": nút này chỉ theo bản khôi phục nếu tới được đúng khối của nó",
          "  but its highest certified block is " + std::to_string(there->height.value) +
              ": it follows the recovery only once it has come to just its block");
    taken.push(url);
  }
  if (taken.items().empty()) return fail(c, faults);
  for (const auto& e : faults) say(c, "Chú ý: " + e.vi, "Note: " + e.en);
  const auto from = utc_text(UnixSeconds{r->time.value + log::recovery_wait_s});
  say(c, "Có hiệu lực từ " + from + ". Nếu mọi nút đều khởi động lại trước đó thì hãy trao lại.",
      "In force from " + from + ". If all nodes are restarted before then, hand it again.");
  emit(c, Value::object({{"taken_by", std::move(taken)}, {"in_force_from", from}}));
  return Exit::ok;
}

}  // namespace stele::cli
