// Three vaults of one school, each with a ledger and a server of its own, in one process.
#include <thread>

#include "node/replication/repair.h"
#include "node/replication/routes.h"
#include "signer/issue.h"
#include "tests/support/slow_store.h"
#include "tests/unit/vault/support.h"

namespace stele::test {
namespace {

using namespace std::chrono_literals;
using replication::Desk;
using replication::Peers;
using replication::Repair;
using replication::Vetting;

constexpr auto patience = 30s;  // for what takes milliseconds on an idle machine

class FixedClock final : public ordering::Clock {
 public:
  explicit FixedClock(const School& s) : school_(s) {}
  UnixSeconds now() override { return school_.now(); }

 private:
  const School& school_;
};

UnixSeconds system_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count())};
}

signer::SigningKey key_of(const School& s, std::size_t vault) {
  return signer::SigningKey::from_secret(*signer::Secret<32>::from(s.vault(vault).secret().view())).value();
}

class Replicated;

/// A node with a vault. What it serves can be cut off, as if the machine were gone.
class Site {
 public:
  Site(const School& school, std::uint16_t n, const std::filesystem::path& folder)
      : number(n), folder_(folder), school_(school), clock_(school), key(key_of(school, n)) {
    ledger = std::move(*store::Ledger::open(
        school.genesis(), std::make_unique<SlowStore>([this] { std::this_thread::sleep_for(commit_takes.load()); }),
        folder / ("head-" + std::to_string(number))));
    open_vault();
    http::ServerOptions o;
    o.threads = 1;
    server = std::make_unique<http::Server>(o);
    replication::add_routes(*server, desk_, pool);
    EXPECT_TRUE(server->start());
  }
  ~Site() {
    server->stop(0ms);
    pool.stop();
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  void open_vault() {
    desk_ = nullptr;
    desk.reset();
    vetting.reset();
    vault.reset();
    vault::Vault::Options o;
    o.folder = vault_folder();
    o.wrapping_keys = folder_ / ("wrapping-" + std::to_string(number));
    o.number = number;
    o.net = school_.genesis().net;
    o.id = school_.genesis().vaults.at(number).id;
    o.free_space_floor_bytes = 1;
    vault = std::move(*vault::Vault::open(o, key_of(school_, number)));
    vetting = std::make_unique<Vetting>(Vetting::Parts{*ledger, *vault, clock_, number});
    desk = std::make_unique<Desk>(replication::Parts{*ledger, *vault, *vetting, number, system_now});
    desk_ = desk.get();
  }
  [[nodiscard]] std::filesystem::path vault_folder() const { return folder_ / ("vault-" + std::to_string(number)); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server->port()); }
  void know(const std::vector<replication::VaultPeer>& others) {
    http::ClientOptions o;
    o.connect_timeout = 2s;
    o.read_timeout = 10s;
    peers = std::move(*Peers::open({*ledger, *vault, number, system_now}, others, o));
  }
  /// All blocks of the school that it has not got.
  void catch_up() {
    for (const auto& b : school_.blocks()) {
      if (b.header.height <= ledger->chain().head().height) continue;
      ASSERT_TRUE(ledger->append(b.block, rules::Chain::Signatures::trusted).has_value());
      ASSERT_TRUE(ledger->certify(b.qc));
    }
  }
  Vetting::Vetted vet(const Sent& s) {
    const Vetting::Handed one{s.jws, s.payload};
    auto out = vetting->vet(std::span(&one, 1));
    if (peers) peers->complete(std::span(&one, 1), out);
    return std::move(out.at(0));
  }

  const std::uint16_t number;
  std::atomic<std::chrono::milliseconds> commit_takes = 0ms;

 private:
  const std::filesystem::path folder_;
  const School& school_;
  FixedClock clock_;
  std::atomic<Desk*> desk_ = nullptr;

 public:
  const signer::SigningKey key;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<vault::Vault> vault;
  std::unique_ptr<Vetting> vetting;
  std::unique_ptr<Desk> desk;
  http::WorkPool pool{2, 64};
  std::unique_ptr<http::Server> server;
  std::unique_ptr<Peers> peers;
};

class Replication : public VaultTest {
 protected:
  Replication() : VaultTest({.vaults = 4}) {  // of which the school has three
    for (std::uint16_t n = 0; n < 3; ++n) sites_.push_back(std::make_unique<Site>(school_, n, temp_ / "sites"));
    vault_.reset();
    for (auto& s : sites_) s->know(others_of(*s));
    catch_up();
  }
  [[nodiscard]] std::vector<replication::VaultPeer> others_of(const Site& self) const {
    std::vector<replication::VaultPeer> out;
    for (const auto& s : sites_) {
      if (s.get() != &self) out.push_back({s->number, s->url()});
    }
    return out;
  }
  void catch_up() {
    for (auto& s : sites_) s->catch_up();
  }
  /// Handed in at a site, acked by two, and then a record of every ledger.
  void through(Site& site, const Sent& s) {
    const auto v = site.vet(s);
    ASSERT_FALSE(v.refused) << v.refused->code << " " << v.refused->en;
    EXPECT_EQ(v.acks.size(), 2U);
    school_.add({s.jws});
    catch_up();
  }
  /// The builders of VaultTest ask `vault_` for books and slots.
  struct Lend {
    Lend(std::unique_ptr<vault::Vault>& from, std::unique_ptr<vault::Vault>& to) : from_(from), to_(to) {
      from_.swap(to_);
    }
    ~Lend() { from_.swap(to_); }
    Lend(const Lend&) = delete;
    Lend& operator=(const Lend&) = delete;
    std::unique_ptr<vault::Vault>&from_, &to_;
  };
  template <class Make>
  Sent made(Site& site, Make make) {
    const Lend lend(site.vault, vault_);
    return make();
  }
  Sent list_at(Site& site) {
    return made(site, [&] { return class_list(); });
  }
  void year_at(Site& site) {
    list_ = list_at(site);
    through(site, list_);
    hk1_ = maths("hk1");
    through(site, hk1_);
    hk2_ = maths("hk2");
    through(site, hk2_);
  }
  static replication::RepairOptions quick() { return {5ms, 20ms}; }
  static bool until(const std::function<bool()>& so) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(2ms);
    }
    return true;
  }
  [[nodiscard]] std::string text_at(Site& site, const Sent& s) {
    const auto c = site.vault->copy(s.record, view(), reader_);
    return c && *c ? **c : std::string("nothing");
  }
  http::Response post(Site& to, const std::string& target, const std::string& body, const signer::SigningKey& key,
                      const std::string& node = {}) {
    http::Request r;
    r.method = "POST";
    r.target = target;
    r.body = body;
    r.headers.add("Content-Type", "application/json");
    r.headers.add("Authorization",
                  signer::staff_authorization(key, key.id(), school_.genesis().net,
                                              node.empty() ? school_.genesis().vaults[to.number].id : node, "POST",
                                              target, body, system_now()));
    return http::Client::open(to.url())->send(r).value();
  }

  std::vector<std::unique_ptr<Site>> sites_;
};

TEST_F(Replication, TwoOfThreeVaultsAckAndTheThirdGetsACopy) {
  year_at(*sites_[0]);
  std::size_t holding = 0;
  for (auto& s : sites_) holding += s->vault->holds(hk1_.record) ? 1 : 0;
  EXPECT_EQ(holding, 2U);
  Repair repair(*sites_[2]->ledger, *sites_[2]->vault, *sites_[2]->peers, 2, quick());
  repair.start();
  ASSERT_TRUE(until([&] { return sites_[2]->vault->holds(hk1_.record); }));
  ASSERT_TRUE(until([&] { return repair.status().complete(); }));
  EXPECT_FALSE(repair.status().error);
  for (const auto* s : {&list_, &hk1_}) EXPECT_EQ(text_at(*sites_[2], *s), text_at(*sites_[0], *s));
  // The newest block is not final yet: its record is not looked for.
  EXPECT_FALSE(sites_[2]->vault->holds(hk2_.record));
  repair.stop();
}

TEST_F(Replication, GoesOnWithOneVaultLost) {
  sites_[1]->server->stop(0ms);
  year_at(*sites_[0]);
  EXPECT_FALSE(sites_[1]->vault->holds(hk1_.record));
  EXPECT_TRUE(sites_[2]->vault->holds(hk1_.record));
  const auto states = sites_[0]->peers->status();
  EXPECT_FALSE(states[0].reachable);
  EXPECT_TRUE(states[0].error);
  EXPECT_TRUE(states[1].reachable);
}

TEST_F(Replication, WithTwoLostNothingIsAcked) {
  sites_[1]->server->stop(0ms);
  sites_[2]->server->stop(0ms);
  list_ = list_at(*sites_[0]);
  const auto v = sites_[0]->vet(list_);
  ASSERT_TRUE(v.refused);
  EXPECT_EQ(v.refused->code, "vault_peers");
}

TEST_F(Replication, AnotherVaultsReasonIsTold) {
  list_ = list_at(*sites_[0]);
  through(*sites_[0], list_);
  for (const std::size_t n : {1U, 2U}) {
    Repair repair(*sites_[n]->ledger, *sites_[n]->vault, *sites_[n]->peers, sites_[n]->number, quick());
    school_.add({});
    catch_up();
    repair.start();
    ASSERT_TRUE(until([&] { return sites_[n]->vault->holds(list_.record); }));
  }
  // Both others hold a sheet of that subject on its way; this vault does not know of it.
  const auto first = maths("hk1"), second = maths("hk1");
  for (const std::size_t n : {1U, 2U}) {
    const Vetting::Handed one{first.jws, first.payload};
    ASSERT_FALSE(sites_[n]->vetting->vet(std::span(&one, 1)).front().refused);
  }
  const auto v = sites_[0]->vet(second);
  ASSERT_TRUE(v.refused);
  EXPECT_EQ(v.refused->code, "in_flight");
}

TEST_F(Replication, ANodeWithoutOneOfTheSchoolsVaultsSaysWhereToGo) {
  Site fourth(school_, 3, temp_ / "sites");
  fourth.know(others_of(fourth));
  list_ = list_at(*sites_[0]);
  through(*sites_[0], list_);
  fourth.catch_up();
  const auto v = fourth.vet(maths("hk1"));
  ASSERT_TRUE(v.refused);
  EXPECT_EQ(v.refused->code, "vault_not_assigned");
  EXPECT_NE(v.refused->vi.find("kho-0, kho-1, kho-2"), std::string::npos);
  // Nor does it look for what is not its to hold.
  school_.add({});
  catch_up();
  fourth.catch_up();
  Repair repair(*fourth.ledger, *fourth.vault, *fourth.peers, 3, {5ms, 1h});
  repair.start();
  ASSERT_TRUE(until([&] { return repair.status().records > 0 && repair.status().complete(); }))
      << repair.status().wanting;
  EXPECT_EQ(repair.status().adopted, 0U);
}

TEST_F(Replication, RecordsThatExcludeEachOtherDoNotBothGetTwoAcks) {
  year_at(*sites_[0]);
  const auto credential = made(*sites_[0], [&] { return transcript(0); });
  const auto change = amend_maths(0);
  for (auto& s : sites_) {
    Repair repair(*s->ledger, *s->vault, *s->peers, s->number, quick());
    repair.start();
    ASSERT_TRUE(until([&] { return repair.status().complete(); }));
  }
  const auto a = sites_[0]->vet(credential);
  const auto b = sites_[1]->vet(change);
  EXPECT_FALSE(a.refused) << a.refused->en;
  EXPECT_EQ(a.acks.size(), 2U);
  ASSERT_TRUE(b.refused);
  EXPECT_EQ(b.refused->code, "in_flight");
}

TEST_F(Replication, ARefusalEndsTheTryEverywhere) {
  list_ = list_at(*sites_[0]);
  through(*sites_[0], list_);
  school_.add({});
  school_.add({});
  catch_up();
  for (auto& s : sites_) {
    Repair repair(*s->ledger, *s->vault, *s->peers, s->number, quick());
    repair.start();
    ASSERT_TRUE(until([&] { return s->vault->holds(list_.record); }));
  }
  const auto first = maths("hk1"), second = maths("hk1");
  ASSERT_FALSE(sites_[0]->vet(first).refused);
  const auto meanwhile = sites_[0]->vet(second);
  ASSERT_TRUE(meanwhile.refused);
  EXPECT_EQ(meanwhile.refused->code, "in_flight");
  const std::vector<record::Record> records{first.record};
  const std::vector<std::string> jws{first.jws};
  sites_[0]->vetting->not_taken(records);
  sites_[0]->peers->not_taken(records, jws);
  EXPECT_FALSE(sites_[0]->vet(second).refused);
}

TEST_F(Replication, WhatCanStillComeIsKeptWhateverAnOrdererSays) {
  list_ = list_at(*sites_[0]);
  ASSERT_FALSE(sites_[0]->vet(list_).refused);
  const std::vector<record::Record> records{list_.record};
  const std::vector<std::string> jws{list_.jws};
  sites_[0]->vetting->not_taken(records);
  sites_[0]->peers->not_taken(records, jws);
  school_.add({list_.jws});
  catch_up();
  EXPECT_TRUE(sites_[0]->vault->holds(list_.record));
  EXPECT_TRUE(sites_[1]->vault->holds(list_.record) || sites_[2]->vault->holds(list_.record));
}

TEST_F(Replication, WhatWasHandedToNobodyIsGivenUpAtOnce) {
  list_ = list_at(*sites_[0]);
  ASSERT_FALSE(sites_[0]->vet(list_).refused);
  ASSERT_TRUE(sites_[0]->vetting->dropped(std::span(&list_.record, 1)));
  EXPECT_FALSE(sites_[0]->vault->holds(list_.record));
}

TEST_F(Replication, APayloadThatComesAgainMendsWhatWasLost) {
  year_at(*sites_[0]);
  auto& lost = *sites_[0];
  lost.vault.reset();
  std::filesystem::remove_all(lost.vault_folder());
  lost.open_vault();
  ASSERT_FALSE(lost.vault->holds(hk1_.record));
  const auto v = lost.vet(hk1_);
  EXPECT_FALSE(v.refused);
  EXPECT_TRUE(v.on_ledger);
  EXPECT_TRUE(v.acks.empty());
  EXPECT_TRUE(lost.vault->holds(hk1_.record));
}

TEST_F(Replication, WhatIsOnTheLedgerIsNotGivenUp) {
  year_at(*sites_[0]);
  const std::vector<record::Record> records{hk1_.record};
  const std::vector<std::string> jws{hk1_.jws};
  sites_[1]->peers->not_taken(records, jws);
  EXPECT_TRUE(sites_[0]->vault->holds(hk1_.record));
}

TEST_F(Replication, AVaultThatLostItsDiskIsBuiltAnewFromTheOthers) {
  year_at(*sites_[0]);
  const auto credential = made(*sites_[0], [&] { return transcript(1); });
  through(*sites_[0], credential);
  const auto key = key_record();
  const Vetting::Handed named{key.jws, key.payload};
  ASSERT_FALSE(sites_[1]->vetting->vet(std::span(&named, 1))[0].refused);
  school_.add({key.jws});
  school_.add({});
  school_.add({});
  catch_up();
  const std::vector<const Sent*> all{&list_, &hk1_, &hk2_, &credential, &key};
  std::map<const Sent*, std::string> before;
  for (const auto* s : all) before[s] = text_at(*sites_[s == &key ? 1 : 0], *s);
  auto& lost = *sites_[0];
  lost.vault.reset();
  std::filesystem::remove_all(lost.vault_folder());
  lost.open_vault();
  lost.know(others_of(lost));
  Repair repair(*lost.ledger, *lost.vault, *lost.peers, 0, quick());
  repair.start();
  ASSERT_TRUE(until([&] { return repair.status().complete(); })) << repair.status().wanting;
  repair.stop();
  for (const auto* s : all) EXPECT_EQ(text_at(lost, *s), before[s]);
  EXPECT_GE(repair.status().adopted, all.size());
  // And it acks again as before.
  EXPECT_FALSE(lost.vet(made(lost, [&] { return transcript(0); })).refused);
}

TEST_F(Replication, WhileNobodyCanBeAskedNothingIsPutOff) {
  sites_[2]->server->stop(0ms);  // the first two hold all of it
  year_at(*sites_[0]);
  school_.add({});
  school_.add({});
  catch_up();
  Site& third = *sites_[2];
  sites_[0]->server->stop(0ms);
  sites_[1]->server->stop(0ms);
  Repair repair(*third.ledger, *third.vault, *third.peers, 2, quick());
  repair.start();
  ASSERT_TRUE(until([&] { return repair.status().error.has_value(); }));
  EXPECT_EQ(repair.status().error->code, "vault_peers");
  EXPECT_FALSE(repair.status().complete());
  repair.stop();
  EXPECT_TRUE(third.vault->repair_point().value().wanting.empty());
  EXPECT_LT(third.vault->repair_point().value().next, third.ledger->final_point()->checkpoint.size);
}

TEST_F(Replication, WhatNoOtherVaultHoldsStaysWantedUntilOneHasIt) {
  sites_[2]->server->stop(0ms);
  year_at(*sites_[0]);
  school_.add({});
  school_.add({});
  catch_up();
  // The first two lose their disks and answer that they hold nothing.
  for (const std::size_t n : {0U, 1U}) {
    sites_[n]->vault.reset();
    std::filesystem::remove_all(sites_[n]->vault_folder());
    sites_[n]->open_vault();
  }
  Site& third = *sites_[2];
  Repair repair(*third.ledger, *third.vault, *third.peers, 2, quick());
  repair.start();
  ASSERT_TRUE(until([&] {
    return repair.status().looked_at == repair.status().records && repair.status().wanting == 3;
  })) << repair.status().wanting;
  EXPECT_FALSE(repair.status().complete());
  repair.stop();
  // A restart goes on where it stood, with the same list.
  const auto point = third.vault->repair_point().value();
  EXPECT_EQ(point.next, third.ledger->final_point()->checkpoint.size);
  EXPECT_EQ(point.wanting.size(), 3U);
}

TEST_F(Replication, NobodyEndsWhatAnotherVaultBegan) {
  list_ = list_at(*sites_[0]);
  ASSERT_FALSE(sites_[0]->vet(list_).refused);
  const std::size_t acked = sites_[1]->vault->holds(list_.record) ? 1 : 2;
  const std::vector<record::Record> records{list_.record};
  const std::vector<std::string> jws{list_.jws};
  // The vault that was not asked knows the record, and takes it back from both others.
  sites_[3 - acked]->peers->not_taken(records, jws);
  EXPECT_TRUE(sites_[0]->vault->holds(list_.record));
  EXPECT_TRUE(sites_[acked]->vault->holds(list_.record));
}

TEST_F(Replication, TheFullestGoodCopyIsTaken) {
  year_at(*sites_[0]);
  auto& lost = *sites_[0];
  const auto before = text_at(lost, hk1_);
  // One vault calls the pupils' rows decoys; another tells them.
  const auto v = json::parse(before, {.bytes_max = 1 << 20, .depth_max = 8, .nodes_max = 100'000}).value();
  const auto digest = [](const json::Value& text) {
    return base64url(record::decode_disclosure(text.string()).value().digest.view());
  };
  auto rows = json::Value::array();
  for (const auto& row : v.find("rows")->items()) {
    const auto* result = row.find("result");
    rows.push(
        result == nullptr
            ? row
            : json::Value::object({{"digests", json::Value::array({digest(*result), digest(*row.find("detail"))})}}));
  }
  const auto emptied = json::write(json::Value::object({{"rows", std::move(rows)}, {"books", json::Value::array()}}));
  const auto serve = [](const std::string& copy) {
    auto server = std::make_unique<http::Server>(http::ServerOptions{});
    server->route("POST", "/v1/vault/copies", [copy](const http::Request& r, http::Respond respond) {
      const auto ids = replication::decode_ids(r.body).value();
      respond(http::json_response(200, replication::encode(replication::Copies(ids.size(), copy))));
    });
    EXPECT_TRUE(server->start());
    return server;
  };
  const auto liar = serve(emptied), truthful = serve(before);
  const auto url = [](const auto& s) { return "http://127.0.0.1:" + std::to_string(s->port()); };
  lost.vault.reset();
  std::filesystem::remove_all(lost.vault_folder());
  lost.open_vault();
  lost.know({{1, url(liar)}, {2, url(truthful)}});
  const auto found = lost.peers->copies(std::vector{hk1_.record});
  ASSERT_EQ(found.copies.at(hk1_.record.id).size(), 2U);
  EXPECT_EQ(found.copies.at(hk1_.record.id).front(), before);
}

TEST_F(Replication, AVaultThatAcksTwiceCountsOnce) {
  list_ = list_at(*sites_[0]);
  log::Ack ack;
  ack.leaf = list_.record.leaf;
  ack.vault = 1;
  ack.signature = sites_[1]->key.sign(log::ack_digest(school_.genesis().net, ack.leaf, 1));
  http::Server twice{http::ServerOptions{}};
  twice.route("POST", "/v1/vault/acks", [ack](const http::Request&, http::Respond respond) {
    respond(http::json_response(200, replication::encode(replication::AckAnswer{std::vector{ack, ack}})));
  });
  ASSERT_TRUE(twice.start());
  sites_[0]->know({{1, "http://127.0.0.1:" + std::to_string(twice.port())}});
  const auto v = sites_[0]->vet(list_);
  EXPECT_FALSE(v.refused);
  EXPECT_EQ(v.acks.size(), 2U);
}

TEST_F(Replication, NobodyElseIsAnswered) {
  year_at(*sites_[0]);
  const auto body = replication::encode_ids(std::vector{hk1_.record.id});
  auto& site = *sites_[0];
  EXPECT_EQ(post(site, "/v1/vault/copies", body, sites_[1]->key).status, 200);
  EXPECT_EQ(post(site, "/v1/vault/copies", body, signer::SigningKey::generate()).status, 403);
  EXPECT_EQ(post(site, "/v1/vault/copies", body, *school_.staff("principal").key).status, 403) << "no member of staff";
  EXPECT_EQ(post(site, "/v1/vault/copies", body, sites_[1]->key, "kho-2").status, 401) << "asked of another";
  const auto stranger = signer::SigningKey::generate();
  http::Request forged;
  forged.method = "POST";
  forged.target = "/v1/vault/copies";
  forged.body = body;
  forged.headers.add("Authorization", signer::staff_authorization(stranger, sites_[1]->key.id(), school_.genesis().net,
                                                                  "kho-0", "POST", forged.target, body, system_now()));
  EXPECT_EQ(http::Client::open(site.url())->send(forged)->status, 401) << "names a vault, is signed by another key";
  http::Request unsigned_one;
  unsigned_one.method = "POST";
  unsigned_one.target = "/v1/vault/copies";
  unsigned_one.body = body;
  EXPECT_EQ(http::Client::open(site.url())->send(unsigned_one)->status, 401);
  for (const char* target : {"/v1/vault/acks", "/v1/vault/copies", "/v1/vault/not-taken"})
    EXPECT_EQ(post(site, target, "{}", sites_[1]->key).status, 400) << target;
}

TEST_F(Replication, AVaultThatTheSchoolDoesNotHaveIsToldNothing) {
  year_at(*sites_[0]);
  const auto fourth = key_of(school_, 3);
  auto& site = *sites_[0];
  const auto ids = replication::encode_ids(std::vector{hk1_.record.id});
  const auto copies = replication::decode_copies(post(site, "/v1/vault/copies", ids, sites_[1]->key).body);
  ASSERT_TRUE(copies);
  EXPECT_TRUE(copies->front().has_value());
  EXPECT_FALSE(replication::decode_copies(post(site, "/v1/vault/copies", ids, fourth).body)->front().has_value());
  const auto sheet = maths("hk3");
  const replication::AckQuestion q{{0}, {{sheet.jws, sheet.payload, {}}}};
  const auto answer = replication::decode_ack_answer(post(site, "/v1/vault/acks", encode(q), fourth).body, 1);
  ASSERT_TRUE(answer);
  ASSERT_TRUE(std::holds_alternative<Error>(answer->front()));
  EXPECT_EQ(std::get<Error>(answer->front()).code, "no_authority");
  EXPECT_FALSE(site.vault->holds(sheet.record));
}

TEST_F(Replication, ARequestCountsOnce) {
  auto& site = *sites_[0];
  const auto body = replication::encode_ids(std::vector{RecordId{}});
  http::Request r;
  r.method = "POST";
  r.target = "/v1/vault/copies";
  r.body = body;
  r.headers.add("Authorization", signer::staff_authorization(sites_[1]->key, sites_[1]->key.id(), school_.genesis().net,
                                                             "kho-0", "POST", r.target, body, system_now()));
  auto client = http::Client::open(site.url());
  EXPECT_EQ(client->send(r)->status, 200);
  EXPECT_EQ(client->send(r)->status, 401);
}

TEST_F(Replication, AnAckByAnotherKeyDoesNotCount) {
  // A server that answers for vault 1 without its key.
  http::Server liar{http::ServerOptions{}};
  liar.route("POST", "/v1/vault/acks", [](const http::Request&, http::Respond respond) {
    log::Ack ack;
    ack.vault = 1;
    ack.signature.bytes.fill(7);
    respond(http::json_response(200, replication::encode(replication::AckAnswer{std::vector{ack}})));
  });
  ASSERT_TRUE(liar.start());
  sites_[0]->know({{1, "http://127.0.0.1:" + std::to_string(liar.port())}});
  list_ = list_at(*sites_[0]);
  const auto v = sites_[0]->vet(list_);
  ASSERT_TRUE(v.refused);
  EXPECT_EQ(v.refused->code, "vault_peers");
  EXPECT_LE(v.acks.size(), 1U);
}

TEST_F(Replication, AVaultWaitsForTheBlocksThatTheAskerHas) {
  sites_[2]->server->stop(0ms);
  list_ = list_at(*sites_[0]);
  ASSERT_FALSE(sites_[0]->vet(list_).refused);
  school_.add({list_.jws});
  sites_[0]->catch_up();  // the other comes later
  hk1_ = maths("hk1");
  // Long enough to be asked while the block is on the chain and not on the disk yet.
  sites_[1]->commit_takes = 300ms;
  std::thread later([&] {
    std::this_thread::sleep_for(100ms);
    sites_[1]->catch_up();
  });
  const auto v = sites_[0]->vet(hk1_);
  later.join();
  EXPECT_FALSE(v.refused) << v.refused->code;
  EXPECT_EQ(v.acks.size(), 2U);
}

}  // namespace
}  // namespace stele::test
