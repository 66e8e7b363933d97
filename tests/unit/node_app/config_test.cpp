#include "node/app/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace stele::app {
namespace {

namespace fs = std::filesystem;

/// What `stele init-network` writes.
constexpr std::string_view sample = R"(# stele-node
genesis = "../genesis.json"
data = "data"

[http]
address = "127.0.0.1"
port = 7480

[keys]
orderer = "keys/orderer.key"
validator = "keys/validator.key"
vault = "keys/vault.key"
vote_file = "vote/vote"
wrapping = "wrapping"
)";

Result<Config> parse(const std::string& text) {
  return parse_config(text, "/srv/node/node.toml");
}
Error error_of(const std::string& text) {
  auto c = parse(text);
  EXPECT_FALSE(c) << text;
  return c ? Error{} : c.error();
}
std::string with(const std::string& more) {
  return std::string(sample) + more;
}

TEST(Config, ReadsWhatInitNetworkWrites) {
  const auto c = parse(std::string(sample));
  ASSERT_TRUE(c) << c.error().en;
  EXPECT_EQ(c->http.address, "127.0.0.1");
  EXPECT_EQ(c->http.port, 7480);
  EXPECT_EQ(c->keys.vote_file, "/srv/node/vote/vote");
  EXPECT_FALSE(c->test.clock_file);
  EXPECT_EQ(c->log.level, "info");
}

TEST(Config, PathsBeginAtTheFilesFolderUnlessAbsolute) {
  auto text = std::string(sample);
  text.replace(text.find("\"data\""), 6, "\"/var/lib/stele\"");
  const auto c = parse(text);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->data, "/var/lib/stele");
  EXPECT_EQ(c->genesis, "/srv/node/../genesis.json");
}

TEST(Config, TakesEveryKeyThatItKnows) {
  const auto c = parse(with(R"([limits]
requests_per_second = 50
requests_burst = 100.5
connections = 10
free_space_floor_mb = 64
[test]
clock_file = "clock"
[log]
level = "debug"
json = true
)"));
  ASSERT_TRUE(c) << c.error().en;
  EXPECT_EQ(c->limits.requests_per_second, 50);
  EXPECT_EQ(c->limits.requests_burst, 100.5);
  EXPECT_EQ(c->limits.connections, 10U);
  EXPECT_EQ(c->limits.free_space_floor_mb, 64U);
  EXPECT_EQ(c->test.clock_file, fs::path("/srv/node/clock"));
  EXPECT_TRUE(c->log.json);
}

TEST(Config, AnUnknownKeyIsRefusedWithItsPlaceAndTheNearestKey) {
  const auto e = error_of(with("[limits]\nrequests_per_secnd = 5\n"));
  EXPECT_EQ(e.code, "config_unknown_key");
  EXPECT_EQ(e.where.file, "/srv/node/node.toml");
  EXPECT_EQ(e.where.row, 16U);
  EXPECT_EQ(e.where.column, "1");
  EXPECT_EQ(e.where.field, "limits.requests_per_secnd");
  EXPECT_NE(e.en.find("\"limits.requests_per_second\""), std::string::npos) << e.en;
  EXPECT_NE(e.vi.find("Gần nhất"), std::string::npos);
}

TEST(Config, AnUnknownSectionIsRefused) {
  EXPECT_EQ(error_of(with("[https]\nport = 1\n")).code, "config_unknown_key");
  EXPECT_EQ(error_of("verbose = true\n" + std::string(sample)).code, "config_unknown_key");
}

TEST(Config, ASectionThatIsNoTableIsRefused) {
  EXPECT_EQ(error_of("log = 3\n" + std::string(sample)).code, "config_unknown_key");
}

TEST(Config, AMissingKeyIsNamed) {
  auto text = std::string(sample);
  text.erase(text.find("vault ="), text.find("vote_file") - text.find("vault ="));
  const auto e = error_of(text);
  EXPECT_EQ(e.code, "config_missing_key");
  EXPECT_EQ(e.where.field, "keys.vault");
}

TEST(Config, AValueOfAnotherKindIsRefusedWhereItStands) {
  auto text = std::string(sample);
  text.replace(text.find("7480"), 4, "\"7480\"");
  const auto e = error_of(text);
  EXPECT_EQ(e.code, "config_bad_value");
  EXPECT_EQ(e.where.row, 7U);
  EXPECT_EQ(e.where.field, "http.port");
}

TEST(Config, NumbersHaveBounds) {
  for (const std::string bad : {"-1", "65536", "7.5", "true"}) {
    auto text = std::string(sample);
    text.replace(text.find("7480"), 4, bad);
    EXPECT_EQ(error_of(text).code, "config_bad_value") << bad;
  }
  for (const std::string bad : {"-0.5", "nan", "inf", "\"5\""})
    EXPECT_EQ(error_of(with("[limits]\nrequests_per_second = " + bad + "\n")).code, "config_bad_value") << bad;
  EXPECT_EQ(error_of(with("[log]\nlevel = \"loud\"\n")).code, "config_bad_value");
}

TEST(Config, ACertificateNeedsItsKey) {
  auto text = std::string(sample);
  text.insert(text.find("[keys]"), "tls_certificate = \"cert.pem\"\n");
  const auto e = error_of(text);
  EXPECT_EQ(e.code, "config_bad_value");
  EXPECT_EQ(e.where.field, "http.tls_certificate");
}

TEST(Config, BrokenTomlIsRefusedWhereItBreaks) {
  const auto e = error_of("genesis = \"a\ndata = 3\n");
  EXPECT_EQ(e.code, "config_syntax");
  EXPECT_EQ(e.where.row, 1U);
}

TEST(Config, AFileThatIsAbsentOrTooLargeIsUnreadable) {
  const auto path = fs::temp_directory_path() / ("stele-config-" + std::to_string(::getpid()));
  EXPECT_EQ(read_config(path).error().code, "config_unreadable");
  std::ofstream(path) << std::string(config_bytes_max + 1, '#');
  EXPECT_EQ(read_config(path).error().code, "config_unreadable");
  std::ofstream(path) << sample;
  EXPECT_TRUE(read_config(path));
  fs::remove(path);
}

}  // namespace
}  // namespace stele::app
