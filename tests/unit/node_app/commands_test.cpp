// What an operator runs beside the node.
#include "node/app/commands.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "ledger/log/block.h"
#include "ledger/log/epoch.h"
#include "ledger/store/rocks_store.h"
#include "node/app/node.h"
#include "node/finality/vote_file.h"
#include "signer/keyfile.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

using app::Exit;
using app::Fsck;

class Commands : public TestNode {
 protected:
  [[nodiscard]] std::pair<Exit, std::string> fsck(const Fsck& o) {
    ::testing::internal::CaptureStdout();
    const auto exit = app::fsck(o, Lang::en);
    return {exit, ::testing::internal::GetCapturedStdout()};
  }
  [[nodiscard]] Fsck here(bool json = false) const { return {{}, config_.genesis, config_.data, json}; }
};

TEST_F(Commands, FsckOfAGoodLedgerFindsNothing) {
  start();
  found();
  stop();
  const auto [exit, out] = fsck(here(true));
  EXPECT_EQ(exit, Exit::ok);
  const auto v = parse(out);
  ASSERT_NE(v.find("clean"), nullptr) << out;
  EXPECT_TRUE(v.find("clean")->boolean());
  EXPECT_EQ(number(v, "records"), 13U);
  EXPECT_NE(fsck(here()).second.find("all of it agrees"), std::string::npos);
}

TEST_F(Commands, FsckOfAHeadThatIsNotThereSaysSo) {
  start();
  found();
  stop();
  std::ofstream(app::head_file(config_), std::ios::binary | std::ios::trunc) << "nothing";
  const auto [exit, out] = fsck(here(true));
  EXPECT_NE(exit, Exit::ok) << out;
}

TEST_F(Commands, FsckRefusesWhileANodeIsRunning) {
  start();
  stop();
  // Such a lock does not keep out the process that holds it: another one plays the node.
  std::array<int, 2> locked{}, done{};
  ASSERT_EQ(::pipe(locked.data()), 0);
  ASSERT_EQ(::pipe(done.data()), 0);
  const auto path = (app::ledger_folder(config_) / "LOCK").string();
  const auto child = ::fork();
  if (child == 0) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const int fd = ::open(path.c_str(), O_RDWR);
    char byte = ::fcntl(fd, F_SETLK, &lock) == 0 ? 'y' : 'n';
    if (::write(locked[1], &byte, 1) == 1) (void)!::read(done[0], &byte, 1);
    ::_exit(0);
  }
  char byte = 0;
  ASSERT_EQ(::read(locked[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(fsck(here()).first, Exit::failed);
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("node_running"), std::string::npos);
  ASSERT_EQ(::write(done[1], &byte, 1), 1);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  for (const int fd : {locked[0], locked[1], done[0], done[1]}) ::close(fd);
  EXPECT_EQ(fsck(here()).first, Exit::ok);
}

TEST_F(Commands, FsckOfNothingFails) {
  EXPECT_EQ(fsck(here()).first, Exit::failed);
  EXPECT_EQ(fsck({folder_ / "absent.toml", {}, {}, false}).first, Exit::usage);
}

TEST_F(Commands, VersionNamesTheProgram) {
  EXPECT_TRUE(app::version().starts_with("stele-node "));
}

TEST(Routes, AnswerStartingUntilThereIsANode) {
  http::Server server{http::ServerOptions{}};
  http::WorkPool pool(1, 16);
  const std::atomic<app::Node*> none = nullptr;
  app::Routes routes(server, none, pool);
  app::add_network_routes(routes);
  app::add_record_routes(routes);
  app::add_school_routes(routes);
  ASSERT_TRUE(server.start());
  auto client = http::Client::open("http://127.0.0.1:" + std::to_string(server.port()));
  ASSERT_TRUE(client);
  for (const auto* target : {"/v1/network", "/v1/records/x/receipt", "/v1/me"}) {
    http::Request r;
    r.target = target;
    const auto response = client->send(r);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 503);
    EXPECT_EQ(text(parse(response->body), "code"), "starting");
    EXPECT_TRUE(response->headers.get("Retry-After"));
  }
}

TEST(WorkPool, IsBoundedAndFinishesWhatItTook) {
  std::mutex gate;
  std::atomic<int> done = 0;
  {
    http::WorkPool pool(1, 2);
    gate.lock();
    ASSERT_TRUE(pool.post([&] {
      const std::lock_guard lock(gate);
      ++done;
    }));
    while (pool.queued() > 0) std::this_thread::yield();  // the first one waits at the gate
    EXPECT_TRUE(pool.post([&] { ++done; }));
    EXPECT_TRUE(pool.post([&] { ++done; }));
    EXPECT_FALSE(pool.post([&] { ++done; }));
    gate.unlock();
    pool.stop();
    EXPECT_FALSE(pool.post([&] { ++done; }));
  }
  EXPECT_EQ(done, 3);
}

class VoteFiles : public Commands {
 protected:
  /// A key file, and a configuration that names it.
  void name(const signer::SigningKey& key) {
    signer::KeyHeader header;
    header.net = school_.genesis().net;
    header.person = std::string(22, 'A');
    header.jwk = signer::jwk_of(key.public_key());
    std::filesystem::remove(folder_ / "validator.key");
    ASSERT_TRUE(signer::write_key_file(folder_ / "validator.key", header, key,
                                       signer::SecretBytes(as_bytes("mat khau thu")), 14));
    write_toml(R"(["validator"])");
  }
  void write_toml(const std::string& roles) {
    std::ofstream(folder_ / "node.toml") << "genesis = \"genesis.json\"\ndata = \"data\"\nroles = " << roles
                                         << "\n[keys]\nvalidator = \"validator.key\"\nvote_file = \"new/vote\"\n";
  }
  [[nodiscard]] std::string why_not() {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const auto exit = app::new_vote_file({folder_ / "node.toml"}, Lang::en);
    const auto out = ::testing::internal::GetCapturedStdout();
    const auto err = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(exit == Exit::ok, err.empty()) << err;
    EXPECT_EQ(exit == Exit::ok, out.find("vote file is made") != std::string::npos) << out;
    const auto from = err.rfind('['), to = err.rfind(']');
    return err.empty() ? "" : err.substr(from + 1, to - from - 1);
  }
};

TEST_F(VoteFiles, OneIsMadeForAKeyThatTheLedgerDoesNotKnowAndOnlyOnce) {
  start();
  found();
  stop();
  const auto key = signer::SigningKey::generate();
  name(key);
  EXPECT_EQ(why_not(), "");
  const auto made =
      finality::VoteFile::open(folder_ / "new" / "vote", school_.genesis().net, key.public_key().compressed());
  ASSERT_TRUE(made) << made.error().en;
  EXPECT_EQ(made->record(), finality::VoteRecord{});
  EXPECT_EQ(why_not(), "vote_file_exists");
}

TEST_F(VoteFiles, NoneForAKeyThatMayHaveVoted) {
  name(school_.validator(0));
  start();
  found();
  stop();
  EXPECT_EQ(why_not(), "key_registered");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new" / "vote"));
}

TEST_F(VoteFiles, NoneForAKeyThatAValidatorsRecordNames) {
  const auto key = signer::SigningKey::generate();
  name(key);
  start();
  found();
  record::Validators v;
  v.set = {{school_.genesis().validators.at(0).id, std::string(School::office), school_.genesis().validators.at(0).key},
           {"validator-moi", std::string(School::office), key.public_key().compressed()}};
  final({{sign(school_.root(0), record::Type::validators, v)}});
  stop();
  EXPECT_EQ(why_not(), "key_registered");
}

TEST_F(VoteFiles, NoneForAKeyThatARecoveryNames) {
  const auto key = signer::SigningKey::generate();
  name(key);
  log::EpochProof proof;
  proof.recovery = log::Recovery{};
  proof.recovery->net = school_.genesis().net;
  proof.recovery->epoch = {1};
  proof.recovery->reason = "quorum-lost";
  proof.recovery->set = {{"validator-moi", key.public_key().compressed()}};
  log::EpochStatement statement;
  statement.net = proof.recovery->net;
  statement.to = {1};
  statement.validator = key.public_key().compressed();
  proof.statements.push_back(statement);
  log::Block block;
  block.net = proof.recovery->net;
  block.epoch = {1};
  block.height = {1};
  block.epoch_proof = log::encode(proof);
  const store::BlockRow row{block.height, {}, "header", log::encode_meta(block), {0}, {}};
  store::Options o;
  o.net = proof.recovery->net;
  o.create = true;
  o.free_space_floor_bytes = 1;
  std::filesystem::create_directories(config_.data);
  {
    const auto blocks = store::open_rocks_store(app::ledger_folder(config_), o);
    ASSERT_TRUE(blocks) << blocks.error().en;
    ASSERT_TRUE((*blocks)->commit(std::span(&row, 1)));
  }
  EXPECT_EQ(why_not(), "key_registered");
  name(signer::SigningKey::generate());
  EXPECT_EQ(why_not(), "");
}

TEST_F(VoteFiles, NoneWhereThereIsNoLedgerYet) {
  name(signer::SigningKey::generate());
  EXPECT_EQ(why_not(), "store_absent");
  start();
  stop();
  EXPECT_EQ(why_not(), "ledger_empty");
}

TEST_F(VoteFiles, ItMustBeAValidatorAndOneThatIsStopped) {
  name(signer::SigningKey::generate());
  write_toml("[]");
  EXPECT_EQ(why_not().substr(0, 7), "config_");
}

}  // namespace
}  // namespace stele::test
