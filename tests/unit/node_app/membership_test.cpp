// Nodes of a network of several, and those that only follow.
#include <fstream>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/encode.h"
#include "node/app/alarms.h"
#include "node/app/peers.h"
#include "node/committee/evidence.h"
#include "node/committee/messages.h"
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
  /// As a validator whose peer does not answer.
  void start_alone() {
    app::NodeKeys k;
    k.validator = std::move(several.validators[0]);
    config_.peers = {peer("validator-1", "orderer-1", "")};
    auto started = app::App::start(config_, std::move(k), log_);
    ASSERT_TRUE(started) << started.error().en;
    app_ = std::move(*started);
  }
  Several several;
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

/// What makes a node's second block final: blocks in their slots, and three validators' votes, by clocks that are so
/// much ahead of the genesis.
struct Grown {
  Bytes messages;
  log::Place final_block;
};
Grown grow(const Several& s, const record::Genesis& genesis, std::uint64_t ahead_s = 0) {
  Grown out;
  const auto say = [&](const committee::Message& m) {
    const auto bytes = committee::encode(m);
    out.messages.insert(out.messages.end(), bytes.begin(), bytes.end());
  };
  auto ledger = std::move(*store::Ledger::open(genesis, store::make_memory_store(),
                                               std::make_unique<finality::test::MemoryHead>(),
                                               {.uncertified_max = finality::Replica::unfinal_max}));
  for (int i = 0; i < 3; ++i) {
    auto block = ledger->chain().build(ledger->head_qc(), 0).finish().take_block();
    block.signature = s.orderers[0].sign(log::block_digest(log::body_hash(block)));
    say(committee::SlotMessage{{block.epoch, block.height, 0}, log::encode(block)});
    const auto applied = ledger->append(block, rules::Chain::Signatures::check);
    EXPECT_TRUE(applied);
    log::QuorumCertificate qc{applied->header_hash, {}};
    for (const std::uint16_t v : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}}) {
      const UnixSeconds time{genesis.time.value + ahead_s + block.height.value};
      const auto signature = s.validators[v].sign(log::vote_digest(applied->header_hash, time));
      say(log::SignedVote{applied->header, genesis.validators[v].key, time, signature});
      qc.votes.push_back({v, time, signature});
    }
    EXPECT_TRUE(ledger->certify(qc));
  }
  out.final_block = log::place_of(ledger->final_point()->checkpoint);
  return out;
}

/// By validator 2, of a record that orderer 3 signed that it has.
custody::Complaint complaint_of(const Several& s, const record::Genesis& genesis, const log::Place& final_block,
                                const std::string& org) {
  record::Org o;
  o.org = org;
  o.kind = "office";
  o.name = "Don vi";
  const auto after = log::hash_of(log::to_text(log::genesis_checkpoint(genesis)));
  const auto input = record::signing_input(record::Type::org, s.root.id(), {genesis.net, after}, o);
  custody::Complaint c;
  c.net = genesis.net;
  c.since = genesis.time;
  c.time = UnixSeconds{c.since.value + 60};
  c.item.jws = record::compact(input, s.root.sign(sha256(as_bytes(input))));
  c.final_block = final_block;
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
  const auto genesis = *record::decode_genesis(record::encode_genesis(several.genesis));
  const auto here = parse_utc("2026-01-05T00:00:00Z")->value;
  ASSERT_LE(genesis.time.value, here);
  const auto grown = grow(several, genesis, here - genesis.time.value + 1'000);
  ASSERT_EQ(post("/v1/feed", std::string(as_text(grown.messages)), "application/octet-stream").status, 204);
  for (int i = 0; i < 200 && !slow(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_TRUE(slow());
  std::ofstream(folder_ / "clock") << "2026-01-05T00:16:00Z\n";
  for (int i = 0; i < 200 && slow(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(slow()) << "41 seconds of it are left";
}

TEST_F(Member, AComplaintIsAnAlarmThatNamesWhoSignedAndAFileThatShowsIt) {
  start_alone();
  const auto alarms = [&] { return items(parse(get("/healthz").body), "alarms"); };
  const auto left_out = [&] {
    const auto all = alarms();
    return std::count_if(all.begin(), all.end(), [](const auto& a) { return text(a, "code") == "left_out"; });
  };
  const auto genesis = *record::decode_genesis(record::encode_genesis(several.genesis));
  auto [messages, final_block] = grow(several, genesis);
  ASSERT_EQ(post("/v1/feed", std::string(as_text(messages)), "application/octet-stream").status, 204);
  const auto height = [&] { return number(parse(get("/v1/checkpoint").body), "height"); };
  for (int i = 0; i < 200 && height() < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_EQ(height(), 2U);
  messages.clear();
  std::vector<custody::Complaint> complaints;
  for (int i = 0; i < 70; ++i) {
    complaints.push_back(complaint_of(several, genesis, final_block, "so-" + std::to_string(i)));
    const auto bytes = committee::encode(committee::Message(complaints.back()));
    messages.insert(messages.end(), bytes.begin(), bytes.end());
  }
  ASSERT_EQ(post("/v1/feed", std::string(as_text(messages)), "application/octet-stream").status, 204);
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
  const auto genesis = *record::decode_genesis(record::encode_genesis(several.genesis));
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
