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

// ---- a network of several nodes ----

constexpr std::string_view follower = R"(genesis = "../genesis.json"
data = "data"
roles = []
)";

TEST(Config, WithoutRolesANodeHasAllThree) {
  const auto c = parse(std::string(sample));
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->roles.orderer && c->roles.validator && c->roles.vault);
  EXPECT_FALSE(c->roles.given);
  EXPECT_TRUE(c->peers.empty());
}

TEST(Config, AFollowerNeedsNoKeys) {
  const auto c = parse(std::string(follower));
  ASSERT_TRUE(c) << c.error().en;
  EXPECT_FALSE(c->roles.orderer || c->roles.validator || c->roles.vault);
  EXPECT_TRUE(c->roles.given);
  EXPECT_TRUE(c->keys.vote_file.empty());
}

TEST(Config, KeysAreNeededForTheRolesThatTheNodeHas) {
  const auto with_role = [](const std::string& role, const std::string& keys) {
    return "genesis = \"g\"\ndata = \"d\"\nroles = [\"" + role + "\"]\n[keys]\n" + keys;
  };
  EXPECT_TRUE(parse(with_role("orderer", "orderer = \"o\"\n")));
  EXPECT_EQ(error_of(with_role("orderer", "validator = \"v\"\n")).where.field, "keys.orderer");
  EXPECT_TRUE(parse(with_role("validator", "validator = \"v\"\nvote_file = \"f\"\n")));
  EXPECT_EQ(error_of(with_role("validator", "validator = \"v\"\n")).where.field, "keys.vote_file");
  EXPECT_TRUE(parse(with_role("vault", "vault = \"v\"\nwrapping = \"w\"\n")));
  const auto e = error_of(with_role("vault", "vault = \"v\"\n"));
  EXPECT_EQ(e.code, "config_missing_key");
  EXPECT_EQ(e.where.field, "keys.wrapping");
}

TEST(Config, RolesAreAListOfKnownWords) {
  for (const std::string bad : {"\"orderer\"", "[\"ordrer\"]", "[\"vault\", \"vault\"]", "[1]", "true"}) {
    const auto e = error_of("genesis = \"g\"\ndata = \"d\"\nroles = " + bad + "\n");
    EXPECT_EQ(e.code, "config_bad_value") << bad;
    EXPECT_EQ(e.where.row, 3U) << bad;
    EXPECT_EQ(e.where.field, "roles");
    EXPECT_NE(e.en.find("orderer, validator, vault"), std::string::npos) << e.en;
  }
}

TEST(Config, ReadsPeersEtcdAndCommittee) {
  const auto c = parse(with(R"([[peers]]
url = "https://so-2.example:7480"
validator = "validator-1"
orderer = 1
vault = "vault-1"
[[peers]]
url = "http://10.0.0.3:7480/stele"
[etcd]
members = ["http://127.0.0.1:2379", "http://127.0.0.2:2379"]
[committee]
left_out_s = 20
complain_s = 90
slots_kept = 0
light = true
evidence = "evidence"
tls_ca = "nodes-ca.pem"
)"));
  ASSERT_TRUE(c) << c.error().en;
  ASSERT_EQ(c->peers.size(), 2U);
  EXPECT_EQ(c->peers[0].url, "https://so-2.example:7480");
  EXPECT_EQ(c->peers[0].validator, "validator-1");
  EXPECT_EQ(c->peers[0].orderer, "1");
  EXPECT_EQ(c->peers[0].vault, "vault-1");
  EXPECT_EQ(c->peers[0].where.row, 15U);
  EXPECT_TRUE(c->peers[1].validator.empty() && c->peers[1].orderer.empty() && c->peers[1].vault.empty());
  EXPECT_EQ(c->etcd.members.size(), 2U);
  EXPECT_EQ(c->committee.left_out_s, 20U);
  EXPECT_EQ(c->committee.complain_s, 90U);
  EXPECT_EQ(c->committee.slots_kept, 0U);
  EXPECT_TRUE(c->committee.light);
  EXPECT_EQ(c->committee.evidence, "/srv/node/evidence");
  EXPECT_EQ(c->committee.tls_ca, "/srv/node/nodes-ca.pem");
}

TEST(Config, AnUnknownKeyOfAPeerIsRefusedWithItsPlaceAndTheNearestKey) {
  const auto e =
      error_of(with("[[peers]]\nurl = \"http://a:1\"\n[[peers]]\nurl = \"http://b:1\"\nvalidater = \"x\"\n"));
  EXPECT_EQ(e.code, "config_unknown_key");
  EXPECT_EQ(e.where.row, 19U);
  EXPECT_EQ(e.where.field, "peers.validater");
  EXPECT_NE(e.en.find("\"peers.validator\""), std::string::npos) << e.en;
}

TEST(Config, APeerWithoutAUrlIsRefusedWhereItBegins) {
  const auto e = error_of(with("[[peers]]\nurl = \"http://a:1\"\n[[peers]]\nvalidator = \"x\"\n"));
  EXPECT_EQ(e.code, "config_missing_key");
  EXPECT_EQ(e.where.row, 17U);
  EXPECT_EQ(e.where.field, "peers.url");
}

TEST(Config, PeersHaveFormsAndBounds) {
  const auto peer = [](const std::string& line) {
    return error_of(with("[[peers]]\nurl = \"http://a:1\"\n" + line + "\n"));
  };
  for (const std::string bad : {"validator = 3", "validator = \"\"", "orderer = -1", "orderer = 65536", "orderer = 1.5",
                                "vault = true", "vault = \"\""}) {
    const auto e = peer(bad);
    EXPECT_EQ(e.code, "config_bad_value") << bad;
    EXPECT_EQ(e.where.row, 17U) << bad;
  }
  for (const std::string bad : {"\"a:1\"", "\"ftp://a\"", "\"http://u@a:1\"", "1"})
    EXPECT_EQ(error_of(with("[[peers]]\nurl = " + bad + "\n")).where.field, "peers.url") << bad;
  EXPECT_EQ(error_of("peers = 3\n" + std::string(follower)).where.field, "peers");
  EXPECT_EQ(error_of("peers = [3]\n" + std::string(follower)).where.field, "peers");
  EXPECT_EQ(error_of(with("[peers]\nurl = \"http://a:1\"\n")).where.field, "peers");
  std::string many;
  for (std::size_t i = 0; i <= peers_max; ++i) many += "[[peers]]\nurl = \"http://a:1\"\n";
  EXPECT_EQ(error_of(with(many)).where.field, "peers");
}

TEST(Config, EtcdAndCommitteeHaveFormsAndBounds) {
  for (const std::string bad : {"[]", "\"http://a:1\"", "[\"a\"]", "[1]"})
    EXPECT_EQ(error_of(with("[etcd]\nmembers = " + bad + "\n")).where.field, "etcd.members") << bad;
  EXPECT_EQ(error_of(with("[etcd]\nmember = []\n")).code, "config_unknown_key");
  for (const std::string bad : {"left_out_s = 0", "complain_s = 86401", "slots_kept = -1", "light = 1",
                                "evidence = \"\"", "tls_ca = \"\"", "tls_ca = [\"a\"]"}) {
    const auto e = error_of(with("[committee]\n" + bad + "\n"));
    EXPECT_EQ(e.code, "config_bad_value") << bad;
    EXPECT_EQ(e.where.row, 16U);
  }
  EXPECT_EQ(error_of(with("[committee]\nstall_s = 5\n")).code, "config_unknown_key");
}

TEST(Config, AKeyInQuotesIsNoKeyOfATable) {
  for (const std::string key : {"\"http.tls_key\"", "'limits.free_space_floor_mb'", "\"http.port\""}) {
    const auto e = error_of(key + " = \"x\"\n" + with(""));
    EXPECT_EQ(e.code, "config_unknown_key") << key;
    EXPECT_EQ(e.where.row, 1U) << key;
  }
}

TEST(Config, BrokenTomlIsRefusedWhereItBreaks) {
  const auto e = error_of("genesis = \"a\ndata = 3\n");
  EXPECT_EQ(e.code, "config_syntax");
  EXPECT_EQ(e.where.row, 1U);
}

TEST(Config, ATableWithoutANameIsRefused) {
  for (const char* text : {"[/", "[/]", "[[/]]", "a = { / = 1 }", "[a./]"})
    EXPECT_EQ(error_of(std::string(text) + "\n").code, "config_syntax") << text;
}

TEST(Config, LettersBeyondAsciiStandInQuotesAndCommentsOnly) {
  struct Case {
    std::string text;
    std::size_t row;
  };
  for (const auto& [text, row] :
       {Case{"dữ-liệu = 3\n", 1}, Case{"a = 'x'\nb = 2020-05-31Tả\n", 2}, Case{"a = \"\"\"x\"\"\"\"\"\nb = đ\n", 2},
        Case{"a = \"x\\\"\" đ\n", 1}, Case{"a = \"\"\"x\\đ\"\"\"\n", 1}, Case{"a = \"\\đ\"\n", 1},
        Case{"a = '''\nđ'''\n", 1}, Case{"a = 'đ\n", 1}, Case{"a = \"\n\xC3\"\n", 2}, Case{"a = \"\xC3\"\n", 1}}) {
    const auto e = error_of(text);
    EXPECT_EQ(e.code, "config_syntax") << text;
    EXPECT_EQ(e.where.row, row) << text;
    EXPECT_NE(e.en.find("quotes"), std::string::npos) << e.en;
  }
  // A path with such letters is a path, and what a comment says is nobody's business.
  const auto c =
      parse_config(with("# dữ liệu của Sở's \"kho\n[test]\nclock_file = 'đồng hồ'\n"), "/srv/node/node.toml");
  ASSERT_TRUE(c) << c.error().en;
  EXPECT_EQ(*c->test.clock_file, "/srv/node/đồng hồ");
  for (const std::string text : {R"("đồng \"hồ\"\\")", R"('đồng "hồ"\')", R"("""đồng "hồ"\\""")"}) {
    const auto named = parse_config(with("[test]\nclock_file = " + text + "   # giờ\r\n"), "/srv/node/node.toml");
    ASSERT_TRUE(named) << text << named.error().en;
    EXPECT_EQ(*named->test.clock_file, "/srv/node/đồng \"hồ\"\\") << text;
  }
  EXPECT_TRUE(parse_config("\xEF\xBB\xBF" + with("# x\n"), "/srv/node/node.toml"));
}

TEST(Config, PersonalDataGoesToOtherVaultsOverTlsOrNotAtAll) {
  const auto code = [](const std::string& text) { return error_of(with(text)).code; };
  const std::string tls = "tls_certificate = \"c\"\ntls_key = \"k\"\ntls_ca = \"a\"\n";
  const std::string peer = "[[peers]]\nurl = \"http://10.0.0.2:1\"\nvault = 1\nvault_url = ";
  EXPECT_EQ(code("[vaults]\naddress = \"0.0.0.0\"\n"), "config_bad_value");
  EXPECT_EQ(code("[vaults]\ntls_key = \"k\"\n"), "config_bad_value");
  EXPECT_EQ(code(peer + "\"http://10.0.0.2:2\"\n"), "config_bad_value");
  EXPECT_EQ(code(peer + "\"http://127.0.0.1.example.org:2\"\n"), "config_bad_value");
  EXPECT_EQ(code(peer + "\"http://127.0.0.1:2\"\n[vaults]\n" + tls), "config_bad_value");
  EXPECT_EQ(code(peer + "1\n"), "config_bad_value");
  EXPECT_TRUE(parse_config(with(peer + "\"http://127.0.0.1:2\"\n"), "/n/node.toml"));
  const auto good = parse_config(
      with(peer + "\"https://10.0.0.2:2\"\n[vaults]\naddress = \"0.0.0.0\"\nport = 7\n" + tls), "/n/node.toml");
  ASSERT_TRUE(good) << good.error().en;
  EXPECT_EQ(good->vaults.port, 7);
  EXPECT_EQ(good->vaults.tls_ca, "/n/a");
  EXPECT_EQ(good->peers.at(0).vault_url, "https://10.0.0.2:2");
}

TEST(Config, AuthoritiesOfPeersNeedAPeerOverTls) {
  const std::string ca = "[committee]\ntls_ca = \"a\"\n", plain = "[[peers]]\nurl = \"http://a:1\"\n";
  for (const auto& text : {with(ca), with(ca + plain)}) {
    const auto e = error_of(text);
    EXPECT_EQ(e.code, "config_bad_value");
    EXPECT_EQ(e.where.row, 16U);
    EXPECT_EQ(e.where.field, "committee.tls_ca");
    EXPECT_NE(e.vi.find("https://"), std::string::npos) << e.vi;
    EXPECT_NE(e.en.find("https://"), std::string::npos) << e.en;
  }
  const auto c = parse(with(ca + plain + "[[peers]]\nurl = \"https://b:1\"\n"));
  ASSERT_TRUE(c) << c.error().en;
  EXPECT_EQ(c->committee.tls_ca, "/srv/node/a");
  EXPECT_TRUE(parse(with("[[peers]]\nurl = \"https://b:1\"\n"))->committee.tls_ca.empty());
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
