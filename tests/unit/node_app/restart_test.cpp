// A node that stops and starts again, and one that must not start.
#include <fstream>

#include "ledger/base/encoding.h"
#include "node/vault/vault.h"
#include "tests/unit/node_app/support.h"

namespace stele::test {
namespace {

namespace fs = std::filesystem;
using json::Value;

class Restart : public TestNode {
 protected:
  /// Starts a node that must not start, and gives the reason.
  std::string why_not() {
    auto started = app::App::start(config_, keys(), log_);
    EXPECT_FALSE(started);
    return started ? std::string() : started.error().code;
  }
};

TEST_F(Restart, KeepsLedgerAndVault) {
  start();
  found();
  grade();
  const auto code = signer::new_pickup_code();
  const auto id = final({transcript(pupils_[0], code.digest)}).at(0);
  final({seal(id)});
  const auto before = parse(get("/v1/network").body);
  stop();
  start();
  EXPECT_GE(number(parse(get("/v1/network").body), "height"), number(before, "height"));
  EXPECT_EQ(text(parse(get("/v1/records/" + base64url(id.view())).body), "status"), "valid");
  EXPECT_EQ(post("/v1/pickup", json::write(Value::object({{"code", code.text}}))).status, 200);
  // And goes on: a second transcript on the same sheets.
  final({transcript(pupils_[1], signer::new_pickup_code().digest)});
}

TEST_F(Restart, OnAnEmptyLedgerChangesNothing) {
  start();
  stop();
  start();
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Restart, ASecondNodeOnTheSameDataIsRefused) {
  start();
  EXPECT_EQ(why_not(), "store_locked");
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(Restart, WithoutItsVoteFileAKeyThatVotedDoesNotStart) {
  start();
  found();
  stop();
  fs::remove(config_.keys.vote_file);
  EXPECT_EQ(why_not(), "vote_file_absent");
}

TEST_F(Restart, WithoutItsWrappingKeysTheVaultDoesNotOpen) {
  start();
  found();
  stop();
  fs::remove_all(config_.keys.wrapping);
  EXPECT_NE(why_not(), "");
}

TEST_F(Restart, AStrangersKeysAreRefused) {
  auto k = keys();
  k.vault = signer::SigningKey::generate();
  EXPECT_EQ(app::App::start(config_, std::move(k), log_).error().code, "key_not_in_genesis");
  k = keys();
  k.validator = signer::SigningKey::generate();
  EXPECT_EQ(app::App::start(config_, std::move(k), log_).error().code, "key_not_in_genesis");
  k = keys();
  k.orderer = signer::SigningKey::generate();
  EXPECT_EQ(app::App::start(config_, std::move(k), log_).error().code, "not_an_orderer");
}

TEST_F(Restart, ABrokenGenesisIsRefused) {
  std::ofstream(config_.genesis) << "{}";
  EXPECT_EQ(why_not(), "missing_member");
  fs::remove(config_.genesis);
  EXPECT_EQ(why_not(), "genesis_unreadable");
}

TEST_F(Restart, APortThatIsTakenIsTold) {
  start();
  const auto url = app_->url();
  config_.http.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  EXPECT_EQ(why_not(), "http_bind_failed");
}

TEST_F(Restart, AfterTheWrappingKeyWasRotatedAllOpens) {
  start();
  found();
  grade();
  stop();
  {
    vault::Vault::Options o;
    o.folder = app::vault_folder(config_);
    o.wrapping_keys = config_.keys.wrapping;
    o.net = school_.genesis().net;
    o.free_space_floor_bytes = 1;
    auto v = vault::Vault::open(o, std::move(*keys().vault));
    ASSERT_TRUE(v);
    ASSERT_TRUE((*v)->rotate_wrapping_key("2026-01-08t00-00-00z"));
  }
  start();
  EXPECT_EQ(get_as("homeroom", "/v1/orgs/thpt-vi-du-1/class?class=10A1&year=2025").status, 200);
}

TEST_F(Restart, WritesStopAtTheSpaceFloorAndReadsGoOn) {
  start();
  found();
  stop();
  config_.limits.free_space_floor_mb = 1'000'000;
  const auto why = why_not();  // opening repairs, and so writes
  EXPECT_EQ(why, "space_floor");
}

}  // namespace
}  // namespace stele::test
