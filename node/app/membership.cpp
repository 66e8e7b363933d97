#include "node/app/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "node/committee/evidence.h"
#include "node/committee/feed_routes.h"
#include "node/etcd/etcd_slots.h"
#include "node/etcd/etcd_watch.h"
#include "node/finality/replica.h"
#include "node/ordering/sequencer.h"
#include "node/relay/relay_routes.h"

namespace stele::app {
namespace {

using committee::Committee;
using committee::Notice;
using relay::LeftOut;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds beat{1'000};  ///< states are compared so often
constexpr std::chrono::seconds unreachable_patience{15};
constexpr std::chrono::seconds mute_patience{60};
constexpr std::chrono::milliseconds gather_among_members{250}, gather_as_follower{25};  ///< GossipOptions::gather
constexpr std::chrono::seconds slots_patience{10};  ///< no failure for so long: the ordering service answers again
constexpr std::uint64_t stalled_s = 2 * ordering::heartbeat_s + 60;
constexpr std::uint64_t clock_behind_s = 120;          ///< block time is the median of the votes' clocks
constexpr std::size_t complaints_waiting_max = 1'024;  ///< for the monitor; more go unnoticed here
constexpr std::size_t height_alarm = 20;               ///< final blocks
constexpr std::chrono::seconds progress_every{5};

Alarms::Texts key_is_dead(const std::string& file) {
  return {
      fmt::format("Khóa xác nhận của nút này không bao giờ được bỏ phiếu nữa: có người giữ một phiếu của khóa mà tệp "
                  "phiếu ở đây không có (tệp đã mất, hoặc được khôi phục từ bản sao lưu). Nút vẫn đọc, giữ và chuyển "
                  "bản ghi. Hãy đăng ký khóa mới bằng bản ghi validators; đừng chép lại tệp phiếu cũ. Bằng chứng: {}",
                  file),
      fmt::format("This node's validator key never votes again: somebody holds a vote of the key that the vote file "
                  "here does not know (the file was lost, or restored from a backup). The node still reads, keeps "
                  "and hands on records. Register a new key by a validators record; do not copy an old vote file "
                  "back. Evidence: {}",
                  file)};
}
/// The id that the genesis gives to a key, or the key itself: validators change.
std::string name_of(const PublicKey& key, const std::vector<record::Member>& members) {
  const auto it = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.key == key; });
  return it == members.end() ? base64url(key.view()) : it->id;
}
Alarms::Texts double_vote(const std::string& who, const std::string& file) {
  return {fmt::format("Nút xác nhận {} đã ký hai khối khác nhau ở cùng một vị trí. Hãy giữ tệp {} và báo cho cơ quan "
                      "quản lý mạng: khóa đó cần được thay.",
                      who, file),
          fmt::format("The validator {} signed two different blocks in one place. Keep the file {} and tell the office "
                      "that runs the network: that key is to be replaced.",
                      who, file)};
}
Alarms::Texts ordered_twice(const std::string& who, const std::string& file) {
  return {fmt::format("Nút sắp xếp {} đã ký hai khối khác nhau cho cùng một ô. Hãy giữ tệp {} và báo cho cơ quan quản "
                      "lý mạng.",
                      who, file),
          fmt::format("The orderer {} signed two different blocks for one slot. Keep the file {} and tell the office "
                      "that runs the network.",
                      who, file)};
}
Alarms::Texts disk_failed(const std::string& code) {
  return {
      fmt::format("Ghi đĩa bị lỗi ({}), nên nút ngừng ghi và ngừng bỏ phiếu; việc đọc vẫn tiếp tục. Hãy kiểm tra đĩa "
                  "rồi khởi động lại nút.",
                  code),
      fmt::format("Writing to the disk failed ({}), so the node neither writes nor votes; reading goes on. Check the "
                  "disk, then restart the node.",
                  code)};
}
Alarms::Texts rules_unknown() {
  return {
      "Mạng đã chuyển sang phiên bản quy tắc mà phần mềm này không biết, nên nút ngừng ghi và ngừng bỏ phiếu; việc "
      "đọc vẫn tiếp tục. Hãy cập nhật phần mềm rồi khởi động lại nút.",
      "The network goes on by rules that this program does not know, so the node neither writes nor votes; reading "
      "goes on. Update the program, then restart the node."};
}
Alarms::Texts slots_failed(const std::string& code) {
  return {fmt::format("etcd không trả lời ({}). Nút này chưa sắp xếp được bản ghi; nó tự thử lại. Hãy kiểm tra các máy "
                      "etcd.",
                      code),
          fmt::format("etcd does not answer ({}). This node can't order records meanwhile; it tries again by itself. "
                      "Check the members of etcd.",
                      code)};
}
/// The ids of those that signed for a record.
std::string names_of(const std::vector<custody::Receipt>& receipts,
                     const std::vector<registry::OrdererState>& orderers) {
  std::string out;
  for (const auto& r : receipts) {
    if (!out.empty()) out += ", ";
    // What was not verified is not here; its block may have been given up since.
    out += r.word.orderer < orderers.size() ? orderers[r.word.orderer].member.id : std::to_string(r.word.orderer);
  }
  return out.empty() ? "-" : out;
}
Alarms::Texts left_out(const Alarms::Texts& who, const std::string& orderers, const std::string& file) {
  return {
      fmt::format("{} khiếu nại: một bản ghi đã trao cho nút sắp xếp mà lâu nay chưa có trên sổ cái. Nút sắp xếp đã "
                  "ký nhận: {}. Hãy hỏi nơi vận hành các nút đó; bản ghi và chữ ký nhận được giữ ở {}",
                  who.vi, orderers, file),
      fmt::format("{} complains: a record was handed to orderers and has not been on the ledger for long. Orderers "
                  "that signed for it: {}. Ask those who run them; the record and what they signed is in {}",
                  who.en, orderers, file)};
}
std::string left_out_subject(const std::pair<RecordId, PublicKey>& what) {
  return base64url(what.first.view()) + " " + base64url(what.second.view());
}
Alarms::Texts unreachable(const std::string& why) {
  return {fmt::format("Không liên lạc được với nút này: {}", why), fmt::format("This peer can't be reached: {}", why)};
}
const Alarms::Texts lies{
    "Nút này đã gửi dữ liệu không kiểm chứng được; ở đây không giữ gì của nó. Hãy báo cho nơi vận hành nút đó.",
    "This peer sent what does not verify; nothing of it was kept. Tell those who run it."};
const Alarms::Texts mute{
    "Nút này chưa được bỏ phiếu: nó còn đang hỏi các nút xác nhận khác về các phiếu trước đây của khóa mình. Hãy kiểm "
    "tra "
    "liên lạc với các nút đó.",
    "This node may not vote yet: it still asks the other validators for earlier votes of its key. Check the links to "
    "them."};
const Alarms::Texts stalled{
    "Đã lâu không có khối nào trở thành cuối cùng, theo đồng hồ ở đây. Mạng cần quá hai phần ba số nút xác nhận và một "
    "nút sắp xếp có etcd. Nếu các nút khác vẫn có khối mới, hãy kiểm tra đồng hồ của máy này.",
    "No block has become final for long, by the clock here. The network needs more than two thirds of the validators, "
    "and an orderer with etcd. If other nodes have new blocks, check this machine's clock."};
const Alarms::Texts not_ordering{
    "Khóa sắp xếp của nút này không thuộc nút sắp xếp nào trên sổ cái, hoặc đã thôi; nút không sắp xếp bản ghi. Nếu "
    "bản "
    "ghi orderers thêm khóa này đã có hiệu lực, hãy khởi động lại nút; nếu khóa đã thôi, hãy bỏ vai trò khỏi cấu hình.",
    "This node's orderer key is that of no orderer on the ledger, or was retired; the node orders nothing. If the "
    "orderers record that adds the key is in force, restart the node; if it was retired, take the role out of the "
    "configuration."};
const Alarms::Texts orderer_unknown{
    "Sổ cái ở đây chưa biết nút sắp xếp mà [[peers]] nêu tên ở địa chỉ này; nút không gửi bản ghi tới đó. Hãy kiểm tra "
    "tên; nếu nút vừa tải xong sổ cái, hãy khởi động lại.",
    "The ledger here does not know the orderer that [[peers]] names at this address; records are not sent there. Check "
    "the name; if the node has just caught up, restart it."};
const Alarms::Texts clock_behind{
    "Đồng hồ của máy này chậm: khối mới nhất có giờ muộn hơn nhiều, tức là giờ của đa số nút xác nhận. Hãy chỉnh đồng "
    "hồ "
    "(NTP).",
    "This machine's clock is slow: the newest block bears a time well after it, which is that of most validators. Set "
    "the clock (NTP)."};
const Alarms::Texts lagging{
    "Nút này chậm hơn các nút khác nhiều khối. Nó đang tải về; nếu kéo dài, hãy kiểm tra đường truyền và đĩa.",
    "This node is many blocks behind others. It is fetching them; if that goes on, check network and disk."};

}  // namespace

struct Membership::Impl {
  Impl(const Config& c, record::Genesis g, EventLog& l, http::Server& server, http::WorkPool& pool)
      : config(c), genesis(std::move(g)), log(l), alarms(l), feed_routes(server, pool), relay_routes(server, pool) {}

  const Config config;
  const record::Genesis genesis;
  EventLog& log;
  Alarms alarms;
  std::vector<Peer> peers;
  store::Ledger* ledger = nullptr;
  ordering::Clock* clock = nullptr;
  std::optional<PublicKey> me;          ///< its validator's key
  std::optional<PublicKey> my_orderer;  ///< its orderer's, if the ledger knows it

  // In the order in which they need each other: destroyed from below.
  committee::Feed feed;
  std::unique_ptr<committee::Gossip> gossip;
  std::unique_ptr<Committee> part;
  etcd::EtcdSlots* slots = nullptr;  ///< the committee's
  std::unique_ptr<relay::Relay> outbound;
  std::unique_ptr<etcd::EtcdWatch> watch;
  committee::FeedRoutes feed_routes;
  relay::RelayRoutes relay_routes;

  std::atomic<relay::Relay*> to_wake = nullptr;
  std::atomic<bool> key_dead = false, stopping = false;
  std::atomic<std::uint64_t> slots_refused = 0, double_votes = 0, ordered_twice_count = 0, left_out_count = 0;
  std::atomic<Steady::rep> slots_failed_at = 0;

  std::mutex complaints_mutex;
  std::vector<custody::Complaint> complaints;  ///< that the monitor has not looked at
  /// The monitor's: alarms that last until the record is on the ledger, or nobody can expect that any more.
  std::map<std::pair<RecordId, PublicKey>, Steady::time_point> left_out_now;

  std::mutex mutex;
  std::condition_variable stop_asked;
  bool stopped = false;
  std::thread monitor;

  Result<void> open_links();
  Result<std::optional<committee::OrdererRole>> orderer_role(std::optional<signer::SigningKey>);
  Result<void> start_relay();
  void told(const Notice&);
  [[nodiscard]] std::vector<record::Member> orderers() const;
  void accuse(const char* code, const Notice&, const std::vector<record::Member>&,
              Alarms::Texts (*texts)(const std::string& who, const std::string& file));
  void told(const LeftOut&);
  void complained(custody::Complaint);
  [[nodiscard]] bool is_final(const RecordId&) const;
  void take_notice(const custody::Complaint&, Steady::time_point now);
  [[nodiscard]] Alarms::Texts who_complains(const custody::Complaint&) const;
  void look_at_complaints(Steady::time_point now);
  [[nodiscard]] std::filesystem::path evidence_folder() const;

  struct Seen {
    std::vector<Steady::time_point> answered;  ///< by peer: when it was last reachable
    Steady::time_point signed_last;
    bool leads = false, may_sign = false;
    struct CatchingUp {
      Steady::time_point since, told;
      std::uint64_t from;  ///< height
    };
    std::optional<CatchingUp> catching_up;
  };
  void run();
  void compare(Seen&);
  void look_at_peers(Seen&, Steady::time_point now);
  void look_at_myself(Seen&, Steady::time_point now);
  void tell_progress(Seen&, std::uint64_t missing, Steady::time_point now);
  void alarm_if(bool, const std::string& code, const std::string& subject, const Alarms::Texts&);
  [[nodiscard]] std::uint64_t behind(const std::vector<committee::PeerStatus>&) const;
};

std::filesystem::path Membership::Impl::evidence_folder() const {
  return config.committee.evidence.empty() ? config.data / "evidence" : config.committee.evidence;
}

std::filesystem::path Membership::evidence_folder() const {
  return impl_->evidence_folder();
}

// ---- starting -------------------------------------------------------------------------------------------------------

Result<void> Membership::Impl::open_links() {
  std::vector<committee::Peer> links;
  for (const auto& p : peers) {
    links.push_back({p.url, p.validator, {}});
    if (p.orderer) links.back().orderer = ledger->orderers()[*p.orderer].member.key;
    if (p.orderer_unknown) alarms.raise("orderer_unknown", p.url, orderer_unknown);  // until it is started again
  }
  committee::GossipOptions options;
  options.http.tls_ca_file = config.committee.tls_ca.string();
  options.light = config.committee.light;
  // Others hand a validator and an orderer their messages at once; a follower has but what it reads.
  options.gather = config.roles.validator || config.roles.orderer ? gather_among_members : gather_as_follower;
  STELE_TRY(gossip, committee::Gossip::open(std::move(links), me, options));
  return {};
}

Result<std::optional<committee::OrdererRole>> Membership::Impl::orderer_role(std::optional<signer::SigningKey> key) {
  if (!key) return std::optional<committee::OrdererRole>();
  if (!committee::number_of_orderer(*ledger, key->public_key().compressed())) {
    // It may be added by a record that is not here yet.
    alarms.raise("not_ordering", "", not_ordering);
    return std::optional<committee::OrdererRole>();
  }
  my_orderer = key->public_key().compressed();
  if (config.etcd.members.empty()) {
    Where where;
    where.field = "etcd.members";
    return Unexpected(
        make_error("config_missing_key", "Nút sắp xếp của mạng nhiều nút cần khóa cấu hình \"etcd.members\".",
                   "An orderer of a network of several validators needs the key \"etcd.members\".", where));
  }
  etcd::EtcdOptions options;
  options.members = config.etcd.members;
  STELE_TRY(auto table, etcd::EtcdSlots::open(genesis.net, options));
  slots = table.get();
  return std::optional(committee::OrdererRole{std::move(*key), std::move(table)});
}

Result<void> Membership::Impl::start_relay() {
  std::vector<relay::Target> targets;
  for (const auto& p : peers) {
    if (p.orderer) targets.push_back({p.url, *p.orderer});
  }
  const bool orders = slots != nullptr;
  if (targets.empty() && !orders) log.warn("no orderer is known: records can't be handed in here ([[peers]] orderer)");
  relay::RelayOptions options;
  options.http.tls_ca_file = config.committee.tls_ca.string();
  options.left_out = std::chrono::seconds(config.committee.left_out_s);
  options.complain = std::chrono::seconds(config.committee.complain_s);
  options.give_up = std::max(options.give_up, 2 * options.complain);
  STELE_TRY(outbound,
            relay::Relay::start(
                {*ledger, *part, *clock, orders}, std::move(targets), [this](const LeftOut& x) { told(x); }, options));
  to_wake = outbound.get();
  return {};
}

Membership::Membership(const Config& c, record::Genesis g, EventLog& log, http::Server& server, http::WorkPool& pool)
    : impl_(std::make_unique<Impl>(c, std::move(g), log, server, pool)) {}

Membership::~Membership() {
  stop();
}

Result<void> Membership::start(store::Ledger& ledger, ordering::Clock& clock, Keys keys) {
  auto& m = *impl_;
  m.ledger = &ledger;
  m.clock = &clock;
  STELE_TRY(m.peers, resolve_peers(m.config, m.genesis, ledger.orderers()));
  if (keys.validator) m.me = keys.validator->public_key().compressed();
  STELE_CHECK(m.open_links());
  STELE_TRY(auto orderer, m.orderer_role(std::move(keys.orderer)));
  std::optional<committee::VoterRole> voter;
  if (keys.validator && keys.votes) voter = committee::VoterRole{std::move(*keys.validator), std::move(*keys.votes)};

  committee::Hooks hooks;
  hooks.behind = [g = m.gossip.get()] { g->behind(); };
  hooks.ask_for_my_votes = [g = m.gossip.get()] { g->ask_for_my_votes(); };
  hooks.tell = [&m](const Notice& n) { m.told(n); };
  hooks.complained = [&m](const custody::Complaint& c) { m.complained(c); };
  committee::CommitteeOptions options;
  options.left_out = std::chrono::seconds(m.config.committee.left_out_s);
  options.slots_kept = m.config.committee.slots_kept;
  options.evidence_folder = m.evidence_folder();
  // A validator must not leave an epoch only because nobody handed anything in.
  STELE_ASSERT(options.stall_s > ordering::heartbeat_s);
  STELE_TRY(m.part,
            Committee::start(ledger, clock, m.feed, std::move(voter), std::move(orderer), std::move(hooks), options));
  STELE_CHECK(m.start_relay());
  if (m.slots != nullptr) {
    etcd::EtcdOptions etcd;
    etcd.members = m.config.etcd.members;
    STELE_TRY(m.watch, etcd::EtcdWatch::start(m.genesis.net, etcd, [c = m.part.get()] { c->wake(); }));
  }
  m.feed_routes.bind(*m.part);
  m.relay_routes.bind(*m.part, {[c = m.part.get()] { return c->leads(); },
                                [c = m.part.get()](const ordering::Item& item) { return c->would_take(item); },
                                [c = m.part.get()](custody::ItemDigests items) { return c->sign_for(items); }});
  m.gossip->start(*m.part, m.feed);
  m.monitor = std::thread([&m] { m.run(); });
  return {};
}

void Membership::stop() {
  auto& m = *impl_;
  {
    const std::lock_guard lock(m.mutex);
    if (std::exchange(m.stopped, true)) return;
  }
  m.stopping = true;
  m.stop_asked.notify_all();
  if (m.monitor.joinable()) m.monitor.join();
  m.watch.reset();
  if (m.gossip) m.gossip->stop();
  m.feed_routes.stop();
  m.relay_routes.stop();
  // Before the server: whoever waits for a record hears now that it is not final yet, instead of nothing later.
  m.to_wake = nullptr;
  if (m.outbound) m.outbound->stop();
  if (m.slots != nullptr) m.slots->cancel();  // a service that is away would be waited for
  if (m.part) m.part->stop();
}

ordering::Orderer& Membership::orderer() {
  return *impl_->outbound;
}

// ---- what is told ---------------------------------------------------------------------------------------------------

/// On threads of the committee.
void Membership::Impl::told(const Notice& n) {
  const auto file = n.file.filename().string();  // what is said is public: no folders of this machine
  switch (n.kind) {
    case Notice::Kind::final_block:
      if (auto* r = to_wake.load()) r->wake();
      return;
    case Notice::Kind::slot_refused:
      ++slots_refused;
      return log.warn("slot refused", {{"height", n.height.value}, {"why", n.what}});
    case Notice::Kind::double_vote:
      ++double_votes;
      return accuse("double_vote", n, genesis.validators, double_vote);
    case Notice::Kind::ordered_twice:
      ++ordered_twice_count;
      return accuse("ordered_twice", n, orderers(), ordered_twice);
    case Notice::Kind::key_is_dead:
      key_dead = true;
      return alarms.raise("key_is_dead", "", key_is_dead(file));
    case Notice::Kind::slots_failed:
      if (stopping) return;
      slots_failed_at = Steady::now().time_since_epoch().count();
      return alarms.raise("etcd_failed", "", slots_failed(n.what));
    case Notice::Kind::failed:
      if (n.what == code_name(RejectionCode::rules_unknown)) return alarms.raise(n.what, "", rules_unknown());
      return alarms.raise("disk_failed", "", disk_failed(n.what));
  }
}

std::vector<record::Member> Membership::Impl::orderers() const {
  const auto all = ledger->orderers();
  std::vector<record::Member> out;
  out.reserve(all.size());
  for (const auto& o : all) out.push_back(o.member);
  return out;
}

/// By the file that shows it; where that could not be kept, by who it is.
void Membership::Impl::accuse(const char* code, const Notice& n, const std::vector<record::Member>& members,
                              Alarms::Texts (*texts)(const std::string&, const std::string&)) {
  const auto who = n.who ? name_of(*n.who, members) : "?";
  const auto file = n.file.filename().string();
  alarms.raise(code, file.empty() ? who : file, texts(who, file.empty() ? n.what : file));
}

/// On the relay's thread.
void Membership::Impl::told(const LeftOut& x) {
  ++left_out_count;
  complained(part->complain(x.item, x.since, x.receipts));
}

/// On the relay's and the committee's threads: files are written by the monitor.
void Membership::Impl::complained(custody::Complaint c) {
  const std::lock_guard lock(complaints_mutex);
  if (complaints.size() < complaints_waiting_max) complaints.push_back(std::move(c));
}

Alarms::Texts Membership::Impl::who_complains(const custody::Complaint& c) const {
  if (c.key == me || c.key == PublicKey{}) return {"Nút này", "This node"};
  const auto ordering = orderers();
  const bool orders = std::any_of(ordering.begin(), ordering.end(), [&](const auto& o) { return o.key == c.key; });
  const auto name = name_of(c.key, orders ? ordering : genesis.validators);
  return {name, name};
}

bool Membership::Impl::is_final(const RecordId& id) const {
  const auto size = ledger->final_point()->checkpoint.size;
  return ledger->with_chain([&](const rules::Chain& chain) {
    const auto* info = chain.state().find(id);
    return info != nullptr && info->index.value < size;
  });
}

void Membership::Impl::take_notice(const custody::Complaint& c, Steady::time_point now) {
  const auto subject = left_out_subject({c.id(), c.key});
  const auto kept_as = [&] {
    const auto kept = committee::keep_evidence(evidence_folder(), "left-out", custody::encode(c));
    return left_out(who_complains(c), names_of(c.receipts, ledger->orderers()),
                    kept ? kept->filename().string() : kept.error().code);
  };
  // By now: whoever heard of it takes it in hand at once. That it took a complaint remains.
  if (is_final(c.id())) {
    const auto texts = kept_as();
    return log.warn("was left out", {{"subject", subject}, {"vi", texts.vi}, {"en", texts.en}});
  }
  const auto of_the_same =
      std::count_if(left_out_now.begin(), left_out_now.end(), [&](const auto& x) { return x.first.second == c.key; });
  if (static_cast<std::size_t>(of_the_same) >= committee::complaints_heard_max) return;
  if (left_out_now.try_emplace({c.id(), c.key}, now).second) alarms.raise("left_out", subject, kept_as());
}

void Membership::Impl::look_at_complaints(Steady::time_point now) {
  std::vector<custody::Complaint> fresh;
  {
    const std::lock_guard lock(complaints_mutex);
    fresh.swap(complaints);
  }
  for (const auto& c : fresh) take_notice(c, now);
  if (!fresh.empty()) committee::forget_old_complaints(evidence_folder());
  if (left_out_now.empty()) return;
  std::vector<std::pair<RecordId, PublicKey>> over;
  for (const auto& [what, since] : left_out_now) {
    if (is_final(what.first) || now > since + committee::complaint_lasts) over.push_back(what);
  }
  for (const auto& what : over) {
    left_out_now.erase(what);
    alarms.clear("left_out", left_out_subject(what));
  }
}

void Membership::Impl::alarm_if(bool is, const std::string& code, const std::string& subject,
                                const Alarms::Texts& texts) {
  if (is)
    alarms.raise(code, subject, texts);
  else
    alarms.clear(code, subject);
}

// ---- the monitor ----------------------------------------------------------------------------------------------------

void Membership::Impl::run() {
  Seen seen;
  seen.answered.assign(peers.size(), Steady::now());
  seen.signed_last = Steady::now();
  std::unique_lock lock(mutex);
  while (!stop_asked.wait_for(lock, beat, [this] { return stopped; })) {
    lock.unlock();
    compare(seen);
    lock.lock();
  }
}

void Membership::Impl::compare(Seen& seen) {
  const auto now = Steady::now();
  look_at_peers(seen, now);
  look_at_myself(seen, now);
  look_at_complaints(now);
}

void Membership::Impl::look_at_peers(Seen& seen, Steady::time_point now) {
  const auto status = gossip->status();
  for (std::size_t i = 0; i < status.size(); ++i) {
    const auto& s = status[i];
    if (s.reachable) seen.answered[i] = now;
    alarm_if(now > seen.answered[i] + unreachable_patience, "peer_unreachable", s.url,
             unreachable(s.error ? s.error->code : "-"));
    if (s.lies > 0) alarms.raise("peer_lies", s.url, lies);
  }
  const auto missing = behind(status);
  alarm_if(missing > height_alarm, "behind", "", lagging);
  tell_progress(seen, missing, now);
}

/// Who joins, or was away for long, is told how far it is.
void Membership::Impl::tell_progress(Seen& seen, std::uint64_t missing, Steady::time_point now) {
  const auto height = ledger->final_point()->checkpoint.height.value;
  auto& c = seen.catching_up;
  if (missing <= height_alarm) {
    if (c) log.info("caught up", {{"height", height}});
    return c.reset();
  }
  if (!c) c = Seen::CatchingUp{now, now - progress_every, height};
  if (now < c->told + progress_every) return;
  c->told = now;
  const auto seconds = std::chrono::duration<double>(now - c->since).count();
  const auto done = static_cast<double>(height - c->from);
  const auto left = done > 0 ? static_cast<std::uint64_t>(static_cast<double>(missing) * seconds / done) : 0;
  if (done > 0)
    log.info("catching up", {{"height", height}, {"of", height + missing}, {"seconds_left", left}});
  else
    log.info("catching up", {{"height", height}, {"of", height + missing}});
}

void Membership::Impl::look_at_myself(Seen& seen, Steady::time_point now) {
  const bool leads = part->leads(), may_sign = part->may_sign();
  if (leads != std::exchange(seen.leads, leads)) log.info(leads ? "leads" : "leads no more");
  if (may_sign != std::exchange(seen.may_sign, may_sign)) log.info(may_sign ? "may sign" : "may not sign");
  if (may_sign) seen.signed_last = now;
  alarm_if(config.roles.validator && !key_dead && now > seen.signed_last + mute_patience, "not_signing", "", mute);
  const auto failed_at = slots_failed_at.load();
  if (failed_at != 0 && now > Steady::time_point(Steady::duration(failed_at)) + slots_patience) {
    slots_failed_at = 0;
    alarms.clear("etcd_failed", "");
  }
  // A network that never had a block waits for its first record.
  const auto point = ledger->final_point();
  const bool begun = point->checkpoint.height.value > 0;
  const auto block_time = point->checkpoint.time.value, here = clock->now().value;
  alarm_if(begun && block_time + stalled_s < here, "stalled", "", stalled);
  if (my_orderer) alarm_if(!committee::number_of_orderer(*ledger, *my_orderer), "not_ordering", "", not_ordering);
  alarm_if(begun && block_time > here + clock_behind_s, "clock_behind", "", clock_behind);
}

std::uint64_t Membership::Impl::behind(const std::vector<committee::PeerStatus>& status) const {
  std::uint64_t highest = 0;
  for (const auto& s : status) {
    if (s.reachable && s.final_height) highest = std::max(highest, s.final_height->value);
  }
  const auto mine = ledger->final_point()->checkpoint.height.value;
  return highest > mine ? highest - mine : 0;
}

// ---- what is shown --------------------------------------------------------------------------------------------------

MembershipState Membership::state() const {
  const auto& m = *impl_;
  MembershipState out;
  out.epoch = m.ledger->with_chain([](const rules::Chain& c) { return c.head().epoch; });
  out.final_height = m.ledger->final_point()->checkpoint.height;
  out.leads = m.part->leads();
  out.may_sign = m.part->may_sign();
  out.key_dead = m.key_dead;
  const auto links = m.gossip->status();
  for (std::size_t i = 0; i < links.size(); ++i) out.peers.push_back({m.peers[i], links[i]});
  out.behind = m.behind(links);
  // Final blocks above its base make it void.
  out.recovery = m.part->held_recovery();
  if (out.recovery && out.recovery->base.height < out.final_height) out.recovery.reset();
  return out;
}

std::vector<http::Gauge> Membership::gauges() const {
  const auto& m = *impl_;
  const auto s = state();
  const auto reachable =
      std::count_if(s.peers.begin(), s.peers.end(), [](const PeerState& p) { return p.link.reachable; });
  std::uint64_t lied = 0;
  for (const auto& p : s.peers) lied += p.link.lies;
  const auto of = [](auto v) { return static_cast<double>(v); };
  return {
      {"stele_epoch", "Epoch of the newest block.", of(s.epoch.value)},
      {"stele_leads", "1 when this node cuts the blocks.", s.leads ? 1.0 : 0.0},
      {"stele_may_sign", "1 when this node's key votes.", s.may_sign ? 1.0 : 0.0},
      {"stele_key_dead", "1 when this node's key never votes again.", s.key_dead ? 1.0 : 0.0},
      {"stele_peers", "Peers in the configuration.", of(s.peers.size())},
      {"stele_peers_reachable", "Peers whose last answer came and was good.", of(reachable)},
      {"stele_peer_lies", "Answers of peers since the start that do not verify.", of(lied)},
      {"stele_final_behind", "Final blocks that a peer says it has and this node has not.", of(s.behind)},
      {"stele_slots_refused", "Attempts that were passed over since the start.", of(m.slots_refused.load())},
      {"stele_double_votes", "Double votes seen since the start.", of(m.double_votes.load())},
      {"stele_ordered_twice", "Orderers that signed twice for a slot, seen since the start.",
       of(m.ordered_twice_count.load())},
      {"stele_relay_records", "Records handed to orderers that are not final here yet.", of(m.outbound->in_hand())},
      {"stele_left_out", "Records that orderers left out, since the start.", of(m.left_out_count.load())},
      {"stele_alarms", "Alarms that last.", of(m.alarms.open().size())},
  };
}

const Alarms& Membership::alarms() const {
  return impl_->alarms;
}

}  // namespace stele::app
