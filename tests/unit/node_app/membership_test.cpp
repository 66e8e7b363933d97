// Nodes of a network of several, and those that only follow.
#include <fstream>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/encode.h"
#include "node/app/alarms.h"
#include "node/app/peers.h"
#include "node/committee/evidence.h"
#include "node/committee/feed_routes.h"
#include "node/committee/messages.h"
#include "node/http/answers.h"
#include "node/sync/ledger_routes.h"
#include "tests/unit/finality/net.h"
#include "tests/unit/http/support.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

/// A network of four, of which nobody runs.
struct Several {
  signer::SigningKey root = signer::SigningKey::generate();
  std::vector<signer::SigningKey> orderers, validators;
  record::Genesis genesis;

  Several() {
    auto& g = genesis;
    g.name = "thu";
    g.base_url = "https://stele.example";
    g.test = true;
    g.time = UnixSeconds{1'767'571'200};
    const auto key = root.public_key().compressed();
    g.roots.push_back({base64url(ByteView(key.bytes).first(16)), key});
    for (int i = 0; i < 4; ++i) {
      const auto n = std::to_string(i);
      const auto& orderer = orderers.emplace_back(signer::SigningKey::generate());
      const auto& validator = validators.emplace_back(signer::SigningKey::generate());
      g.orderers.push_back({"orderer-" + n, orderer.public_key().compressed()});
      g.validators.push_back({"validator-" + n, validator.public_key().compressed()});
      g.vaults.push_back({"vault-" + n, signer::SigningKey::generate().public_key().compressed()});
    }
  }
};

signer::SigningKey copy_of(const signer::SigningKey& key) {
  return std::move(*signer::SigningKey::from_secret(*signer::Secret<32>::from(key.secret().view())));
}

app::Config::Peer peer(const std::string& validator, const std::string& orderer, const std::string& vault) {
  app::Config::Peer p;
  p.url = "http://127.0.0.1:1";
  p.validator = validator;
  p.orderer = orderer;
  p.vault = vault;
  p.where.file = "node.toml";
  p.where.row = 20;
  return p;
}

TEST(Peers, AreWhatTheGenesisKnows) {
  const Several s;
  app::Config c;
  c.peers = {peer("validator-2", "orderer-1", "3"), peer("", "", ""),
             peer(base64url(s.root.public_key().compressed().view()), "", "")};
  const auto peers = app::resolve_peers(c, s.genesis, registry::State(s.genesis).orderers);
  ASSERT_TRUE(peers) << peers.error().en;
  EXPECT_EQ((*peers)[0].validator, s.genesis.validators[2].key);
  EXPECT_EQ((*peers)[0].orderer, 1);
  EXPECT_EQ((*peers)[0].vault, 3);
  EXPECT_FALSE((*peers)[1].validator || (*peers)[1].orderer || (*peers)[1].vault);
  EXPECT_EQ((*peers)[2].validator, s.root.public_key().compressed()) << "one that was registered later, by its key";
}

TEST(Peers, MayNameAnOrdererThatIsNotOnTheLedgerYet) {
  const Several s;
  auto orderers = registry::State(s.genesis).orderers;
  app::Config c;
  c.peers = {peer("", "so-moi", ""), peer("", "orderer-0", "")};
  const auto before = app::resolve_peers(c, s.genesis, orderers);
  ASSERT_TRUE(before);
  EXPECT_FALSE((*before)[0].orderer);
  EXPECT_TRUE((*before)[0].orderer_unknown);
  EXPECT_FALSE((*before)[1].orderer_unknown);
  auto added = orderers[0];
  added.member.id = "so-moi";
  orderers.push_back(added);
  const auto after = app::resolve_peers(c, s.genesis, orderers);
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)[0].orderer, orderers.size() - 1);
  EXPECT_FALSE((*after)[0].orderer_unknown);
}

TEST(Peers, ThatTheGenesisDoesNotKnowAreRefusedWhereTheyStand) {
  const Several s;
  for (const auto& [p, field] : {std::pair(peer("validator-4", "", ""), "peers.validator"),
                                 std::pair(peer("A" + std::string(43, 'A'), "", ""), "peers.validator"),
                                 std::pair(peer("", "", "vault-9"), "peers.vault")}) {
    app::Config c;
    c.peers = {p};
    const auto peers = app::resolve_peers(c, s.genesis, registry::State(s.genesis).orderers);
    ASSERT_FALSE(peers) << field;
    EXPECT_EQ(peers.error().code, "config_bad_value");
    EXPECT_EQ(peers.error().where.field, field);
    EXPECT_EQ(peers.error().where.row, 20U);
  }
}

TEST(Alarms, AreSaidOnceAndShownWhileTheyLast) {
  app::EventLog log(app::EventLog::Level::info, true);
  app::Alarms alarms(log);
  ::testing::internal::CaptureStderr();
  alarms.raise("peer_unreachable", "http://a", {"không tới được", "can't be reached"});
  alarms.raise("peer_unreachable", "http://a", {"không tới được", "can't be reached"});
  alarms.raise("key_is_dead", "", {"khóa chết", "the key is dead"});
  EXPECT_EQ(alarms.open().size(), 2U);
  alarms.clear("peer_unreachable", "http://a");
  alarms.clear("peer_unreachable", "http://a");
  ASSERT_EQ(alarms.open().size(), 1U);
  EXPECT_EQ(alarms.open()[0].code, "key_is_dead");
  const auto text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  EXPECT_NE(text.find("không tới được"), std::string::npos) << text;
  EXPECT_NE(text.find("the key is dead"), std::string::npos);
}

// ---- starting ----

class Member : public TestNode {
 protected:
  Member() {
    std::ofstream(config_.genesis, std::ios::binary) << record::encode_genesis(several.genesis);
    config_.roles = {false, true, false, true};
  }
  [[nodiscard]] std::string why_not(app::NodeKeys keys = {}) {
    auto started = app::App::start(config_, std::move(keys), log_);
    EXPECT_FALSE(started);
    return started ? std::string() : started.error().code + " " + started.error().where.field;
  }
  /// As a validator whose peer does not answer, or is that one.
  void start_alone() { start_alone(log_); }
  void start_alone(app::EventLog& log, const std::string& url = {}) {
    app::NodeKeys k;
    k.validator = copy_of(several.validators[0]);
    config_.peers = {url.empty() ? peer("validator-1", "orderer-1", "") : peer("", "", "")};
    if (!url.empty()) config_.peers[0].url = url;
    auto started = app::App::start(config_, std::move(k), log);
    ASSERT_TRUE(started) << started.error().en;
    app_ = std::move(*started);
  }
  void hear(const std::string& messages) {
    ASSERT_EQ(post("/v1/feed", messages, "application/octet-stream").status, 204);
  }
  [[nodiscard]] std::uint64_t final_height() { return number(parse(get("/v1/checkpoint").body), "height"); }
  [[nodiscard]] bool alarm(const std::string& code, const std::string& subject = {}) {
    const auto all = items(parse(get("/healthz").body), "alarms");
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& a) { return text(a, "code") == code && text(a, "subject") == subject; });
  }
  template <class F>
  static bool soon(F holds) {
    for (int i = 0; i < 600 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return holds();
  }
  Several several;
  const record::Genesis genesis = *record::decode_genesis(record::encode_genesis(several.genesis));
};

TEST_F(Member, SaysItsRolesWhereThereAreSeveralValidators) {
  config_.roles = {};
  EXPECT_EQ(why_not(keys()), "config_missing_key roles");
}

TEST_F(Member, NeedsEtcdToOrder) {
  config_.roles = {true, false, false, true};
  app::NodeKeys k;
  k.orderer = std::move(several.orderers[1]);
  EXPECT_EQ(why_not(std::move(k)), "config_missing_key etcd.members");
}

TEST_F(Member, RefusesPeersThatTheGenesisDoesNotKnow) {
  config_.peers = {peer("validator-7", "", "")};
  app::NodeKeys k;
  k.validator = std::move(several.validators[0]);
  EXPECT_EQ(why_not(std::move(k)), "config_bad_value peers.validator");
}

TEST_F(Member, NamesTheFileOfAuthoritiesThatItCantRead) {
  config_.peers = {peer("validator-1", "", "")};
  config_.peers[0].url = "https://127.0.0.1:1";
  config_.committee.tls_ca = folder_ / "none.pem";
  app::NodeKeys k;
  k.validator = std::move(several.validators[0]);
  const auto started = app::App::start(config_, std::move(k), log_);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, "http_tls_bad");
  EXPECT_EQ(started.error().where.file, config_.committee.tls_ca.string());
}

TEST_F(Member, AloneItServesWhatItHasAndSaysWhatItIs) {
  start_alone();
  const auto network = parse(get("/v1/network").body);
  EXPECT_EQ(text(network, "node"), "validator-0");
  ASSERT_EQ(items(network, "roles").size(), 1U);
  EXPECT_EQ(items(network, "roles")[0].string(), "validator");
  EXPECT_EQ(network.find("vault"), nullptr);
  const auto* committee = network.find("committee");
  ASSERT_NE(committee, nullptr);
  EXPECT_FALSE(committee->find("may_sign")->boolean()) << "nobody has answered what its key voted";
  ASSERT_EQ(items(*committee, "peers").size(), 1U);
  EXPECT_EQ(text(items(*committee, "peers")[0], "validator"), "validator-1");
  EXPECT_FALSE(items(*committee, "peers")[0].find("reachable")->boolean());
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_NE(get("/metrics").body.find("stele_may_sign 0"), std::string::npos);
  EXPECT_EQ(get("/v1/feed").status, 200);
  app_->stop();
}

/// The network without this node: its ledger, and what is said of it, by clocks that are so much ahead of the genesis.
class Elsewhere {
 public:
  Elsewhere(const Several& s, const record::Genesis& genesis, std::uint64_t ahead_s = 0)
      : s_(s),
        genesis_(genesis),
        ahead_s_(ahead_s),
        ledger_(std::move(*store::Ledger::open(genesis, store::make_memory_store(),
                                               std::make_unique<finality::test::MemoryHead>(),
                                               {.uncertified_max = finality::Replica::unfinal_max}))) {}

  [[nodiscard]] std::string by_root(record::Type type, const record::Body& body) const {
    const auto after = log::hash_of(log::to_text(log::genesis_checkpoint(genesis_)));
    const auto input = record::signing_input(type, s_.root.id(), {genesis_.net, after}, body);
    return record::compact(input, s_.root.sign(sha256(as_bytes(input))));
  }
  /// A block that orderer 0 has put into the slot behind the head.
  log::Block put(const std::vector<std::string>& records = {}, const log::EpochProof* proof = nullptr) {
    auto builder = ledger_->chain().build(ledger_->head_qc(), 0, 0, proof);
    for (const auto& jws : records) EXPECT_TRUE(builder.add(jws, *record::decode(jws), {}));
    auto block = std::move(builder).finish().take_block();
    block.signature = s_.orderers[0].sign(log::block_digest(log::body_hash(block)));
    say(committee::SlotMessage{{block.epoch, block.height, 0}, log::encode(block)});
    return block;
  }
  /// It is stored, and three validators vote for it.
  void certify(const log::Block& block) {
    const auto applied = ledger_->append(block, rules::Chain::Signatures::check);
    ASSERT_TRUE(applied);
    log::QuorumCertificate qc{applied->header_hash, {}};
    for (const std::uint16_t v : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}}) {
      const UnixSeconds time{genesis_.time.value + ahead_s_ + block.height.value};
      const auto signature = s_.validators[v].sign(log::vote_digest(applied->header_hash, time));
      say(log::SignedVote{applied->header, genesis_.validators[v].key, time, signature});
      qc.votes.push_back({v, time, signature});
    }
    EXPECT_TRUE(ledger_->certify(qc));
  }
  void add(const std::vector<std::string>& records = {}) { certify(put(records)); }
  /// What these three say when they begin an epoch on the head.
  [[nodiscard]] log::EpochProof leave_to(Epoch epoch) const {
    log::EpochProof out;
    for (const std::size_t v : {1U, 2U, 3U}) {
      log::EpochStatement st;
      st.net = genesis_.net;
      st.to = epoch;
      st.highest = log::place_of(ledger_->chain().head());
      st.time = ledger_->chain().head().time;
      st.validator = genesis_.validators[v].key;
      st.signature = s_.validators[v].sign(log::epoch_digest(st));
      out.statements.push_back(st);
    }
    finality::test::Net::sort(out);
    return out;
  }
  /// All that was said since the last time.
  [[nodiscard]] std::string messages() {
    const auto said = std::exchange(said_, {});
    return std::string(as_text(said));
  }
  [[nodiscard]] const store::Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] log::Place final_block() const { return log::place_of(ledger_->final_point()->checkpoint); }

 private:
  void say(const committee::Message& m) {
    const auto bytes = committee::encode(m);
    said_.insert(said_.end(), bytes.begin(), bytes.end());
  }

  const Several& s_;
  const record::Genesis& genesis_;
  const std::uint64_t ahead_s_;
  std::unique_ptr<store::Ledger> ledger_;
  Bytes said_;
};

/// By validator 2, of a record that orderer 3 signed that it has.
custody::Complaint complaint_of(const Several& s, const record::Genesis& genesis, const Elsewhere& elsewhere,
                                const std::string& org) {
  record::Org o;
  o.org = org;
  o.kind = "office";
  o.name = "Don vi";
  custody::Complaint c;
  c.net = genesis.net;
  c.since = genesis.time;
  c.time = UnixSeconds{c.since.value + 60};
  c.item.jws = elsewhere.by_root(record::Type::org, o);
  c.final_block = elsewhere.final_block();
  const std::array<Digest, 1> item{c.item_digest()};
  custody::Word word{3, Height{0}, c.time, {}};
  word.signature = s.orderers[3].sign(custody::word_digest(c.net, word, 1, custody::root_of(item)));
  c.receipts = custody::receipts_of(word, item);
  c.key = genesis.validators[2].key;
  c.signature = s.validators[2].sign(custody::complaint_digest(c));
  return c;
}

TEST_F(Member, AClockThatIsSlowIsAnAlarmUntilItIsSet) {
  start_alone();
  const auto slow = [&] {
    const auto all = items(parse(get("/healthz").body), "alarms");
    return std::any_of(all.begin(), all.end(), [](const auto& a) { return text(a, "code") == "clock_behind"; });
  };
  const auto here = parse_utc("2026-01-05T00:00:00Z")->value;
  ASSERT_LE(genesis.time.value, here);
  Elsewhere elsewhere(several, genesis, here - genesis.time.value + 1'000);
  for (int i = 0; i < 3; ++i) elsewhere.add();
  hear(elsewhere.messages());
  for (int i = 0; i < 200 && !slow(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(slow());
  std::ofstream(folder_ / "clock") << "2026-01-05T00:16:00Z\n";
  for (int i = 0; i < 200 && slow(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(slow()) << "41 seconds of it are left";
}

// ---- orderers that come and go by records ----

/// An orderer and validator whose etcd does not answer.
class OrderingMember : public Member {
 protected:
  void start_as(const signer::SigningKey& orderer) {
    if (app_) stop();
    app::NodeKeys k;
    k.orderer = copy_of(orderer);
    k.validator = copy_of(several.validators[0]);
    config_.roles = {true, true, false, true};
    config_.etcd.members = {"http://127.0.0.1:1"};
    auto started = app::App::start(config_, std::move(k), log_);
    ASSERT_TRUE(started) << started.error().en;
    app_ = std::move(*started);
  }
  [[nodiscard]] std::string org() const {
    record::Org o;
    o.org = "goc";
    o.kind = "office";
    o.name = "Don vi";
    return elsewhere.by_root(record::Type::org, o);
  }
  [[nodiscard]] std::string retire(std::uint16_t number) const {
    return elsewhere.by_root(record::Type::orderers, record::Orderers{{}, {number}});
  }
  Elsewhere elsewhere{several, genesis};
};

TEST_F(OrderingMember, SaysThatItOrdersNothingUntilItIsStartedOnALedgerThatKnowsIt) {
  const auto mine = signer::SigningKey::generate(), theirs = signer::SigningKey::generate();
  config_.peers = {peer("validator-1", "so-ban", ""), peer("validator-2", "orderer-1", "")};
  config_.peers[1].url = "http://127.0.0.1:2";
  start_as(mine);
  EXPECT_TRUE(alarm("not_ordering"));
  EXPECT_TRUE(alarm("orderer_unknown", "http://127.0.0.1:1"));
  EXPECT_FALSE(alarm("orderer_unknown", "http://127.0.0.1:2")) << "one of the genesis";
  const record::Orderers two{
      {{"so-toi", "goc", mine.public_key().compressed()}, {"so-ban", "goc", theirs.public_key().compressed()}}, {}};
  elsewhere.add({org()});
  elsewhere.add({elsewhere.by_root(record::Type::orderers, two)});
  for (int i = 0; i < 2; ++i) elsewhere.add();
  hear(elsewhere.messages());
  ASSERT_TRUE(soon([&] { return final_height() == 3; }));
  EXPECT_TRUE(alarm("not_ordering")) << "it does not order before its next start";
  start_as(mine);
  EXPECT_FALSE(alarm("not_ordering"));
  EXPECT_FALSE(alarm("orderer_unknown", "http://127.0.0.1:1"));
  elsewhere.add({retire(4)});
  hear(elsewhere.messages());
  EXPECT_TRUE(soon([&] { return alarm("not_ordering"); }));
  elsewhere.add({retire(5)});
  elsewhere.add();
  hear(elsewhere.messages());
  ASSERT_TRUE(soon([&] { return final_height() == 6; }));
  start_as(mine);
  EXPECT_TRUE(alarm("not_ordering"));
  EXPECT_FALSE(alarm("orderer_unknown", "http://127.0.0.1:1")) << "a retired one is not unknown";
}

/// A node that hands out blocks, and tells nothing but how far it is, if that is above 0.
struct BlockServer {
  explicit BlockServer(const store::Ledger& ledger, std::uint64_t final_height = 0)
      : directory(ledger), pool(2, 16), server(http::ServerOptions{}) {
    for (auto& route : sync::ledger_routes()) {
      const auto handler = [&ledger, this, f = route.handler](const http::Request& r) {
        return f({ledger, directory}, r);
      };
      server.route(route.method, route.pattern, [this, handler](http::Request r, http::Respond respond) {
        http::respond_on(pool, std::move(r), std::move(respond), handler);
      });
    }
    const auto feed = [final_height](const http::Request&) -> Result<http::Response> {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // for something to tell
      http::Response out;
      out.body = as_text(committee::encode(committee::FeedPage{}));
      out.headers.set(committee::final_height_header, std::to_string(final_height));
      return out;
    };
    if (final_height > 0) {
      server.route("GET", "/v1/feed", [this, feed](http::Request r, http::Respond respond) {
        http::respond_on(pool, std::move(r), std::move(respond), feed);
      });
    }
    EXPECT_TRUE(server.start());
  }
  ~BlockServer() {
    server.stop(std::chrono::milliseconds(0));
    pool.stop();
  }
  BlockServer(const BlockServer&) = delete;
  BlockServer& operator=(const BlockServer&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }

  sync::Directory directory;
  http::WorkPool pool;
  http::Server server;
};

TEST_F(OrderingMember, OrdersAgainWhenTheBlockThatRetiredItIsGivenUp) {
  elsewhere.add();
  elsewhere.add();
  const BlockServer blocks(elsewhere.ledger());
  config_.peers = {peer("", "", "")};
  config_.peers[0].url = blocks.url();
  start_as(several.orderers[3]);
  hear(elsewhere.messages());
  ASSERT_TRUE(soon([&] { return final_height() == 1; }));
  EXPECT_FALSE(alarm("not_ordering"));
  elsewhere.put({retire(3)});  // nobody votes for it
  hear(elsewhere.messages());
  EXPECT_TRUE(soon([&] { return alarm("not_ordering"); }));
  const auto proof = elsewhere.leave_to(Epoch{1});
  elsewhere.certify(elsewhere.put({}, &proof));
  elsewhere.add();
  hear(elsewhere.messages());
  EXPECT_TRUE(soon([&] { return final_height() == 3; }));
  EXPECT_TRUE(soon([&] { return !alarm("not_ordering"); }));
}

// ---- far behind ----

TEST_F(Member, SaysHowFarItIsUntilItHasCaughtUp) {
  static app::EventLog loud(app::EventLog::Level::info, true);
  Elsewhere elsewhere(several, genesis);
  const BlockServer blocks(elsewhere.ledger(), 24);
  ::testing::internal::CaptureStderr();
  start_alone(loud, blocks.url());
  EXPECT_TRUE(soon([&] { return alarm("behind"); }));
  for (int i = 0; i < 25; ++i) elsewhere.add();
  EXPECT_TRUE(soon([&] { return final_height() == 24; }));
  EXPECT_TRUE(soon([&] { return !alarm("behind"); }));
  stop();
  const auto said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find(R"("event":"catching up","height":0,"of":24})"), std::string::npos) << said;
  EXPECT_NE(said.find(R"("event":"caught up")"), std::string::npos) << said;
}

// ---- rules that this program does not know ----

TEST_F(Member, StopsBelowRulesThatItDoesNotKnowAndSaysWhatToDo) {
  static app::EventLog loud(app::EventLog::Level::error, true);
  record::Policy raise;
  raise.number = 1;
  raise.rules = 2;
  raise.rules_from = 4;
  raise.roles = {"clerk"};
  raise.org_kinds = {"school"};
  raise.kinds = {"minutes"};
  raise.reasons = {"lost"};
  record::Act act;
  act.act = record::Type::document;
  act.roles = {"clerk"};
  raise.acts = {act};
  Elsewhere elsewhere(several, genesis);
  elsewhere.add({elsewhere.by_root(record::Type::policy, raise)});
  elsewhere.add();
  elsewhere.add();
  ::testing::internal::CaptureStderr();
  start_alone(loud);
  hear(elsewhere.messages());
  EXPECT_TRUE(soon([&] { return final_height() == 2; }));
  EXPECT_EQ(get("/healthz").status, 200) << "the rules of the last block it knows";
  ASSERT_EQ(elsewhere.put().rules, 2U);
  hear(elsewhere.messages());
  EXPECT_TRUE(soon([&] { return get("/healthz").status == 503; }));
  EXPECT_EQ(text(parse(get("/healthz").body), "code"), "rules_unknown");
  EXPECT_NE(get("/metrics").body.find("stele_slots_refused 0"), std::string::npos) << "no block was called invalid";
  EXPECT_EQ(final_height(), 2U) << "reading goes on";
  EXPECT_EQ(get("/v1/network").status, 200);
  stop();
  const auto said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("\"code\":\"rules_unknown\""), std::string::npos) << said;
  EXPECT_NE(said.find("Update the program, then restart the node."), std::string::npos) << said;
  EXPECT_EQ(said.find("disk_failed"), std::string::npos) << said;
}

TEST_F(Member, AComplaintIsAnAlarmThatNamesWhoSignedAndAFileThatShowsIt) {
  start_alone();
  const auto alarms = [&] { return items(parse(get("/healthz").body), "alarms"); };
  const auto left_out = [&] {
    const auto all = alarms();
    return std::count_if(all.begin(), all.end(), [](const auto& a) { return text(a, "code") == "left_out"; });
  };
  Elsewhere elsewhere(several, genesis);
  for (int i = 0; i < 3; ++i) elsewhere.add();
  hear(elsewhere.messages());
  const auto height = [&] { return number(parse(get("/v1/checkpoint").body), "height"); };
  for (int i = 0; i < 200 && height() < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_EQ(height(), 2U);
  std::string messages;
  std::vector<custody::Complaint> complaints;
  for (int i = 0; i < 70; ++i) {
    complaints.push_back(complaint_of(several, genesis, elsewhere, "so-" + std::to_string(i)));
    messages += as_text(committee::encode(committee::Message(complaints.back())));
  }
  hear(messages);
  for (int i = 0; i < 200 && left_out() < 64; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_EQ(left_out(), 64) << "of one node, at a time";
  EXPECT_EQ(items(parse(get("/v1/evidence").body), "evidence").size(), 64U);
  for (const auto& a : alarms()) {
    if (!text(a, "subject").starts_with(base64url(complaints[0].id().view()))) continue;
    EXPECT_NE(text(a, "en").find("validator-2"), std::string::npos) << text(a, "en");
    EXPECT_NE(text(a, "vi").find("orderer-3"), std::string::npos) << text(a, "vi");
    const auto name = "left-out-" + hex(sha256(custody::encode(complaints[0])).view());
    EXPECT_NE(text(a, "en").find(name), std::string::npos) << text(a, "en");
    EXPECT_EQ(get("/v1/evidence/" + name).body, as_text(custody::encode(complaints[0])));
    return;
  }
  FAIL() << "no alarm names the record";
}

// ---- following ----

/// A university beside the node of `TestNode`.
class Follower : public TestNode {
 protected:
  ~Follower() override {
    if (follower_) follower_->stop();
  }
  void follow(bool knows_an_orderer) {
    app::Config c = config_;
    c.data = folder_ / "follower";
    c.keys = {};
    c.http.tls_certificate.clear();
    c.http.tls_key.clear();
    c.roles = {false, false, false, true};
    app::Config::Peer p;
    p.url = app_->url();
    if (knows_an_orderer) p.orderer = "0";
    c.peers = {p};
    auto started = app::App::start(c, {}, log_);
    ASSERT_TRUE(started) << started.error().en;
    follower_ = std::move(*started);
  }
  http::Response ask(const http::Request& r) {
    auto client = http::Client::open(follower_->url());
    auto response = client->send(r);
    EXPECT_TRUE(response);
    return response ? std::move(*response) : http::Response{};
  }
  http::Response ask(const std::string& target) {
    http::Request r;
    r.target = target;
    return ask(r);
  }
  http::Response hand_in(const Outgoing& record) {
    http::Request r;
    r.method = "POST";
    r.target = "/v1/records?wait=final";
    r.body = body_of({record});
    return ask(r);
  }
  bool reaches(std::uint64_t height) {
    for (int i = 0; i < 200; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      if (number(parse(ask("/v1/checkpoint").body), "height") >= height) return true;
    }
    return false;
  }
  /// The code of what is wrong with its one peer, once something is.
  std::string fault_of_peer() {
    for (int i = 0; i < 200; ++i, std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
      const auto network = parse(ask("/v1/network").body);
      const auto& link = items(*network.find("committee"), "peers").at(0);
      if (link.find("error") != nullptr) return text(link, "error");
    }
    return "none";
  }
  std::unique_ptr<app::App> follower_;
};

TEST_F(Member, ShowsTheRecoveryThatWaitsForItsDay) {
  start_alone();
  const auto held = [&] {
    const auto network = parse(get("/v1/network").body);
    const auto* r = network.find("committee")->find("recovery");
    return r == nullptr ? std::optional<json::Value>() : std::optional(*r);
  };
  EXPECT_FALSE(held());
  log::Recovery r;
  r.net = genesis.net;
  r.base = log::place_of(log::genesis_checkpoint(genesis));
  r.epoch = Epoch{1};
  r.reason = "quorum-lost";
  r.time = UnixSeconds{genesis.time.value + 3'600};
  r.set = {genesis.validators[2]};
  r.signatures = {{0, several.root.sign(log::recovery_digest(r))}};
  const auto bytes = committee::encode(committee::Message(r));
  ASSERT_EQ(post("/v1/feed", std::string(as_text(bytes)), "application/octet-stream").status, 204);
  for (int i = 0; i < 200 && !held(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto shown = held();
  ASSERT_TRUE(shown);
  EXPECT_EQ(number(*shown, "epoch"), 1U);
  EXPECT_EQ(text(*shown, "reason"), "quorum-lost");
  EXPECT_EQ(text(*shown, "not_before"), "2026-01-12T01:00:00Z");
  EXPECT_EQ(items(*shown, "set").at(0).string(), "validator-2");
}

TEST_F(Member, PublishesWhatProvesThatSomebodySignedTwoThings) {
  start_alone();
  EXPECT_TRUE(items(parse(get("/v1/evidence").body), "evidence").empty());
  const auto folder = config_.data / "evidence";
  const auto kept =
      committee::keep_evidence(folder, "ordered-twice", as_bytes("two blocks")).value().filename().string();
  const auto record = committee::keep_evidence(folder, "draft", as_bytes("a record")).value().filename().string();
  const auto list = parse(get("/v1/evidence").body);
  ASSERT_EQ(items(list, "evidence").size(), 1U);
  EXPECT_EQ(text(items(list, "evidence")[0], "name"), kept);
  EXPECT_EQ(number(items(list, "evidence")[0], "bytes"), 10U);
  const auto file = get("/v1/evidence/" + kept);
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.body, "two blocks");
  auto other = kept;
  other.back() = other.back() == '0' ? '1' : '0';
  for (const auto& name : {record, other, kept + ".draft", std::string("..%2Fvote"), kept.substr(0, 20)})
    EXPECT_EQ(get("/v1/evidence/" + name).status, 404) << name;
}

TEST_F(Follower, OfANodeAloneHasItsLedgerAndNeitherKeysNorPersonalData) {
  start();
  found();
  follow(false);
  const auto height = number(parse(get("/v1/checkpoint").body), "height");
  EXPECT_TRUE(reaches(height));
  const auto id = base64url(key_records_.at("teacher").view());
  EXPECT_EQ(text(parse(ask("/v1/records/" + id).body), "status"), "valid");
  const auto network = parse(ask("/v1/network").body);
  EXPECT_EQ(network.find("node"), nullptr);
  EXPECT_TRUE(items(network, "roles").empty());

  const auto code_of = [](const http::Response& r) { return text(parse(r.body), "code"); };
  EXPECT_EQ(code_of(ask(signed_request("clerk", "GET", "/v1/me"))), "no_vault");
  http::Request pickup;
  pickup.method = "POST";
  pickup.target = "/v1/pickup";
  pickup.body = R"({"code":"x"})";
  EXPECT_EQ(code_of(ask(pickup)), "no_vault");
  pickup.target = "/v1/lookup";
  EXPECT_EQ(code_of(ask(pickup)), "no_vault");
  EXPECT_EQ(ask(pickup).status, 421);

  const auto with_payload = parse(hand_in(class_list()).body);
  const auto& refused = items(with_payload, "results").at(0);
  EXPECT_EQ(text(refused, "status"), "refused");
  EXPECT_EQ(text(*refused.find("error"), "code"), "no_vault");
  // Without an orderer it can't hand a record on: nothing of the request was taken.
  record::Org o;
  o.org = "truong-khac";
  o.kind = "school";
  o.name = "Trường khác";
  o.parent = School::office;
  const auto none = hand_in({sign("officer", record::Type::org, o)});
  EXPECT_EQ(none.status, 503);
  EXPECT_EQ(code_of(none), "no_orderer");
}

TEST_F(Follower, TrustsTheAuthoritiesOfItsConfigurationAndNoOthers) {
  const http::test::Certificate mine, other;  // each is its own authority
  config_.http.tls_certificate = mine.certificate_file();
  config_.http.tls_key = mine.key_file();
  start();
  record::Org o;
  o.org = School::office;
  o.kind = "department";
  o.name = "Sở Ví Dụ";
  final({{sign(school_.root(0), record::Type::org, o)}});
  for (const auto& ca : {std::string(), other.certificate_file()}) {
    config_.committee.tls_ca = ca;
    follow(false);
    EXPECT_EQ(fault_of_peer(), "http_connect_failed") << ca;
    EXPECT_EQ(number(parse(ask("/v1/checkpoint").body), "height"), 0U) << ca;
    follower_->stop();
    follower_.reset();
  }
  config_.committee.tls_ca = mine.certificate_file();
  follow(false);
  EXPECT_TRUE(reaches(1));
}

}  // namespace
}  // namespace stele::test
