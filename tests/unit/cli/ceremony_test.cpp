// The founding of a network by its commands: plan, keys, minutes, drill.
#include <sys/stat.h>

#include "ledger/record/json.h"
#include "node/app/config.h"
#include "tests/unit/cli/ceremony_made.h"

namespace stele::cli {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct Ceremony : CeremonyTest {};

// ---- by the commands alone ----

TEST_F(Ceremony, EachOfficeMakesItsKeyAndTwoOfThreeRootHoldersConfirmTheGenesisOfAll) {
  const auto file = folder.at("ke-hoach.json");
  const auto planned = stele({"ceremony", "plan", "--name", "so", "--base-url", "https://hocba.example", "--orderer",
                              "so-a", "--validator", "so-a", "--vault", "so-a", "--out", file, "--lang", "en"});
  ASSERT_EQ(planned.exit, 0) << planned.err;
  const auto read = ceremony::read_plan(read_back(file));
  ASSERT_TRUE(read) << read.error().en;
  EXPECT_FALSE(read->test);
  EXPECT_THAT(planned.out, HasSubstr("plan: " + ceremony::spoken(read->digest)));
  EXPECT_THAT(planned.out, HasSubstr("Note: Fewer than four validators"));

  std::vector<std::string> halves;
  const auto make = [&](const std::string& name, std::vector<std::string> words) {
    auto key = folder.at(name);
    words.insert(words.begin(), {"ceremony", "key"});
    words.insert(words.end(), {"--plan", file, "--out", key});
    const auto r = with_passphrases(1, std::move(words));
    EXPECT_EQ(r.exit, 0) << r.err;
    EXPECT_THAT(r.out, HasSubstr("plan: " + ceremony::spoken(read->digest)));
    struct stat st {};
    EXPECT_EQ(::stat(key.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777U, 0600U);
    halves.push_back(key + ".public.json");
    return key;
  };
  std::vector<std::string> roots;
  for (int i = 1; i <= 3; ++i)
    roots.push_back(make("goc-" + std::to_string(i), {"root", "--person-number", std::to_string(i)}));
  for (const std::string role : {"orderer", "validator", "vault"}) (void)make(role + ".key", {role, "--id", "so-a"});

  std::vector<std::string> words{"ceremony", "assemble"};
  words.insert(words.end(), halves.begin(), halves.end());
  words.insert(words.end(), {"--plan", file, "--out", folder.at("mang"), "--lang", "en"});
  const auto assembled = stele(words);
  ASSERT_EQ(assembled.exit, 0) << assembled.err;
  const auto g = record::decode_genesis(read_back(folder.at("mang/genesis.json")));
  ASSERT_TRUE(g) << g.error().where;
  EXPECT_THAT(assembled.out, HasSubstr("Network: " + g->net + "\n"));
  EXPECT_THAT(assembled.out, HasSubstr("\n  " + ceremony::spoken(g->digest) + "\n"));
  EXPECT_TRUE(app::read_config(folder.at("mang/so-a/node.toml")));

  std::vector<std::string> confirmed{"ceremony", "check", "--plan", file, "--genesis", folder.at("mang/genesis.json"),
                                     "--lang",   "en"};
  for (const int i : {2, 0}) {
    const auto out = folder.at("bien-ban-" + std::to_string(i));
    const auto r = with_passphrases(1, {"ceremony", "confirm", "--plan", file, "--genesis",
                                        folder.at("mang/genesis.json"), "--key", roots[i], "--out", out});
    ASSERT_EQ(r.exit, 0) << r.err;
    EXPECT_THAT(r.err, HasSubstr("genesis: " + ceremony::spoken(g->digest)));
    EXPECT_THAT(r.err, HasSubstr("your key is root "));
    confirmed.push_back(out);
    EXPECT_EQ(stele(confirmed).exit, i == 2 ? 1 : 0);
  }
  EXPECT_THAT(stele(confirmed).out, HasSubstr("Enough: 2 of 3 confirmed, 2 are needed."));
}

// ---- plans ----

TEST_F(Ceremony, APlanThatCouldFoundNoNetworkIsNotWritten) {
  const auto made = [this](const std::vector<std::string>& more, std::vector<std::string> ids) {
    std::vector<std::string> words{"ceremony", "plan",         "--base-url", "https://x.example",
                                   "--out",    folder.at("x"), "--lang",     "en"};
    words.insert(words.end(), more.begin(), more.end());
    for (const auto* role : {"--orderer", "--validator", "--vault"}) {
      words.insert(words.end(), {role, ids.front()});
      if (ids.size() > 1) ids.erase(ids.begin());
    }
    return stele(words);
  };
  const auto fault = [&](const std::vector<std::string>& more, const std::vector<std::string>& ids = {"so-a"}) {
    const auto r = made(more, ids);
    EXPECT_EQ(r.exit, 2) << r.err;
    EXPECT_FALSE(fs::exists(folder.at("x")));
    return r.err;
  };
  EXPECT_THAT(fault({"--name", "X"}), HasSubstr("see name"));
  EXPECT_THAT(fault({"--name", "x", "--roots", "17"}), HasSubstr("see roots"));
  EXPECT_THAT(fault({"--name", "x", "--roots", "2", "--root-quorum", "3"}), HasSubstr("see root_quorum"));
  EXPECT_THAT(fault({"--name", "x", "--root-quorum", "0"}), HasSubstr("see root_quorum"));
  EXPECT_THAT(fault({"--name", "x"}, {"root"}), HasSubstr("see orderers[0]"));
  EXPECT_THAT(fault({"--name", "x"}, {"so-a", "so-b,so-c,so-b"}), HasSubstr("see validators[2]"));
  EXPECT_THAT(fault({"--name", "x", "--time", "today"}), HasSubstr("--time"));
  EXPECT_THAT(fault({"--name", "x", "--mode", "live", "--rehearsal"}), HasSubstr("a test network only"));
  EXPECT_EQ(made({"--name", "x", "--rehearsal"}, {"so-a"}).exit, 0);
  const auto p = ceremony::read_plan(read_back(folder.at("x")));
  ASSERT_TRUE(p);
  EXPECT_TRUE(p->test && p->rehearsal);
  EXPECT_EQ(made({"--name", "x"}, {"so-a"}).exit, 3);  // it is there: not overwritten
  EXPECT_EQ(ceremony::read_plan(read_back(folder.at("x")))->digest, p->digest);
}

TEST_F(Ceremony, NoTwoPlansAreTheSame) {
  Digest before;
  for (const auto* name : {"a", "b"}) {
    ASSERT_EQ(
        stele({"ceremony", "plan", "--name", "x", "--base-url", "https://x.example", "--time", "2026-08-01T00:00:00Z",
               "--orderer", "so-a", "--validator", "so-a", "--vault", "so-a", "--out", folder.at(name), "--lang", "en"})
            .exit,
        0);
    const auto p = ceremony::read_plan(read_back(folder.at(name)));
    ASSERT_TRUE(p);
    EXPECT_NE(p->digest, before);
    before = p->digest;
  }
}

TEST_F(Ceremony, AWarningStandsWhereNobodyStandsBehindAKey) {
  const auto warned = [](std::uint32_t quorum, std::uint32_t roots, std::size_t validators) {
    Plan p;
    p.roots = roots;
    p.root_quorum = quorum;
    p.validators.resize(validators);
    std::string out;
    for (const auto& line : plan_warnings(p, Lang::en)) out += line.substr(0, 3) + ";";
    return out;
  };
  EXPECT_EQ(warned(2, 3, 4), "");
  EXPECT_EQ(warned(2, 3, 3), "Few;");
  EXPECT_EQ(warned(1, 3, 4), "One;");
  EXPECT_EQ(warned(3, 3, 4), "Eve;");
  EXPECT_EQ(warned(1, 1, 1), "One;Eve;Few;");
}

// ---- keys ----

TEST_F(Ceremony, AKeyIsMadeOnlyForWhatThePlanNamesAndOverNothing) {
  const auto key = [this](std::vector<std::string> words, const std::string& out) {
    words.insert(words.begin(), {"ceremony", "key"});
    words.insert(words.end(), {"--plan", plan_file, "--out", folder.at(out)});
    const auto r = with_passphrases(1, std::move(words));
    return std::to_string(r.exit) + r.err;
  };
  EXPECT_THAT(key({"validator", "--id", "so-c"}, "a"), HasSubstr("must be one of: so-b, so-a"));
  EXPECT_THAT(key({"orderer", "--id", "so-b"}, "a"), HasSubstr("must be one of: so-a"));
  EXPECT_THAT(key({"vault"}, "a"), HasSubstr("must be one of: so-b"));
  EXPECT_THAT(key({"vault", "--id", "so-b", "--person-number", "1"}, "a"), HasSubstr("for root keys only"));
  EXPECT_THAT(key({"root", "--id", "so-a"}, "a"), HasSubstr("no --id"));
  EXPECT_THAT(key({"root", "--person-number", "4"}, "a"), HasSubstr("3 root holders"));
  EXPECT_THAT(key({"root", "--person-number", "0"}, "a"), HasSubstr("3 root holders"));
  EXPECT_THAT(key({"king"}, "a"), HasSubstr("root|orderer|validator|vault"));
  EXPECT_FALSE(fs::exists(folder.at("a")));
  // Neither the key nor its half may be there; a key without its half is not left behind.
  folder.write("b", "key");
  folder.write("c.public.json", "half");
  for (const auto* out : {"b", "c"}) EXPECT_THAT(key({"root"}, out), HasSubstr("file_exists"));
  EXPECT_EQ(read_back(folder.at("b")), "key");
  EXPECT_FALSE(fs::exists(folder.at("c")));
  folder.write("plan.json", write_half(half(parties[0])));
  EXPECT_THAT(key({"root"}, "a"), HasSubstr("file_bad_ceremony_plan"));
  EXPECT_FALSE(fs::exists(folder.at("a")));
}

// ---- minutes ----

TEST_F(Ceremony, OnlyARootOfTheGenesisConfirmsAndOnlyWhatFollowsFromThePlan) {
  const auto out = folder.at("bien-ban.json");
  const auto stranger = confirm({Role::root, person(1)}, genesis_file(), out);
  EXPECT_EQ(stranger.exit, 1);
  EXPECT_THAT(stranger.err, HasSubstr("not_a_root"));
  EXPECT_THAT(confirm(parties[4], genesis_file(), out).err, HasSubstr("not_a_root"));
  // The right key under another person's handle: whoever assembled has changed it.
  auto g = genesis();
  std::swap(g.roots[0].person, g.roots[1].person);
  for (const std::size_t i : {0U, 1U, 2U}) {
    const bool swapped = parties[i].who == g.roots[0].person || parties[i].who == g.roots[1].person;
    EXPECT_EQ(confirm(parties[i], genesis_file(g), folder.at("x" + std::to_string(i))).exit, swapped ? 1 : 0);
  }
  g = genesis();
  g.root_quorum = 1;
  const auto other = confirm(parties[0], genesis_file(g), out);
  EXPECT_EQ(other.exit, 3);
  EXPECT_THAT(other.err, HasSubstr("genesis.json"));
  EXPECT_THAT(other.err, HasSubstr("see root_quorum"));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(confirm(parties[0], genesis_file(), out).exit, 0);
  const auto m = ceremony::read_minutes(read_back(out));
  ASSERT_TRUE(m);
  const auto decoded = record::decode_genesis(record::encode_genesis(genesis()));
  const auto root = check_minutes(plan, *decoded, *m);
  ASSERT_TRUE(root) << root.error().en;
  EXPECT_EQ(decoded->roots[*root].person, parties[0].who);
  EXPECT_THAT(confirm(parties[0], genesis_file(), out).err, HasSubstr("file_exists"));
}

TEST_F(Ceremony, TwoOfThreeAreEnoughAndAllThreeAreToldToBeAll) {
  const auto digest = sha256(as_bytes(record::encode_genesis(genesis())));
  std::vector<std::string> files;
  for (std::size_t i = 0; i < 3; ++i) {
    files.push_back(folder.write("m" + std::to_string(i), minutes(parties[i], plan.digest, digest)));
    const auto r = check(files);
    EXPECT_EQ(r.exit, i == 0 ? 1 : 0) << r.err;
    EXPECT_THAT(i == 0 ? r.err : r.out, HasSubstr(i == 0   ? "Not enough: 1 confirmed, 2 are needed. [ceremony_too_few]"
                                                  : i == 1 ? "Enough: 2 of 3 confirmed, 2 are needed."
                                                           : "All 3 root holders confirmed."));
    EXPECT_THAT(r.out, HasSubstr("(" + parties[i].who + "): confirmed, " + files[i]));
  }
}

TEST_F(Ceremony, MinutesThatConfirmNothingAreNamedWithTheReason) {
  const auto digest = sha256(as_bytes(record::encode_genesis(genesis())));
  const std::vector<std::string> good{folder.write("a", minutes(parties[0], plan.digest, digest)),
                                      folder.write("b", minutes(parties[1], plan.digest, digest))};
  ASSERT_EQ(check(good).exit, 0);
  const auto fault = [&](const std::string& text) {
    auto files = good;
    files.push_back(folder.write("bad.json", text));
    const auto r = check(files);
    EXPECT_EQ(r.exit, 3) << r.err;  // although there are enough others
    EXPECT_THAT(r.err, HasSubstr("bad.json"));
    EXPECT_THAT(r.out, HasSubstr("Enough: 2 of 3"));
    const auto from = r.err.find('['), to = r.err.find(']');
    return from == std::string::npos ? r.err : r.err.substr(from + 1, to - from - 1);
  };
  const auto other_plan = make_plan(true).digest;
  EXPECT_EQ(fault(minutes(parties[2], other_plan, digest)), "file_other_plan");
  EXPECT_EQ(fault(minutes(parties[2], plan.digest, Digest{})), "file_other_genesis");
  EXPECT_EQ(fault(minutes({Role::root, person(7)}, plan.digest, digest)), "file_not_a_root");
  EXPECT_EQ(fault(minutes({Role::root, person(3)}, plan.digest, digest)), "file_bad_signature");
  EXPECT_EQ(fault(minutes(parties[0], plan.digest, digest)), "file_root_twice");
  EXPECT_EQ(fault(write_half(half(parties[2]))), "file_bad_ceremony_minutes");
  EXPECT_EQ(fault(""), "json_syntax");
  // A signature over something else, under the right name.
  auto m = *ceremony::read_minutes(minutes(parties[2], other_plan, digest));
  m.plan = plan.digest;
  EXPECT_EQ(fault(write_minutes(m)), "file_bad_signature");
}

TEST_F(Ceremony, ProgramsAreToldWhoConfirmed) {
  const auto digest = sha256(as_bytes(record::encode_genesis(genesis())));
  const auto r = stele({"--json", "ceremony", "check", folder.write("a", minutes(parties[0], plan.digest, digest)),
                        folder.write("b", minutes(parties[2], plan.digest, digest)), "--plan", plan_file, "--genesis",
                        genesis_file()});
  ASSERT_EQ(r.exit, 0) << r.out;
  const auto v = json::parse(r.out, {.bytes_max = 4'096, .depth_max = 4, .nodes_max = 64});
  ASSERT_TRUE(v) << r.out;
  EXPECT_EQ(v->find("genesis")->string(), hex(digest.view()));
  EXPECT_EQ(v->find("confirmed")->integer(), 2);
  EXPECT_EQ(v->find("quorum")->integer(), 2);
  for (const auto& root : v->find("roots")->items())
    EXPECT_EQ(root.find("confirmed")->boolean(), root.find("root")->string() != parties[1].who);
}

// ---- drills ----

TEST_F(Ceremony, ADrillShowsThatTwoOfThreeSufficeAndOneDoesNot) {
  rehearse();
  const auto two = drill({&parties[2], &parties[0]});
  EXPECT_EQ(two.exit, 0) << two.err;
  EXPECT_THAT(two.out, HasSubstr("1 signature, not in force\n"));
  EXPECT_THAT(two.out, HasSubstr("2 signatures, in force\n"));
  EXPECT_THAT(two.out, HasSubstr("2 of 3 root holders suffice; one fewer can do nothing."));
  EXPECT_THAT(two.out, HasSubstr("Keys that may be lost: 1;"));
  const auto one = drill({&parties[1]});
  EXPECT_EQ(one.exit, 1);
  EXPECT_THAT(one.out, HasSubstr("1 signature, not in force\n"));
  EXPECT_THAT(one.err, HasSubstr("Not enough: root keys here: 1, needed: 2. [ceremony_too_few]"));
  EXPECT_THAT(drill({&parties[0], &parties[1], &parties[2]}).out, HasSubstr("The other keys were not needed."));
}

TEST_F(Ceremony, ADrillTakesEachRootOnceAndNobodyElse) {
  rehearse();
  EXPECT_THAT(drill({&parties[0], &parties[0]}).err, HasSubstr("file_key_twice"));
  const Party stranger{Role::root, person(1)};
  const auto r = drill({&parties[0], &stranger});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("not_a_root"));
}

TEST_F(Ceremony, RealKeysAreNotDrilled) {
  const auto r = drill({&parties[0], &parties[1]});
  EXPECT_EQ(r.exit, 3);
  EXPECT_THAT(r.err, HasSubstr("file_not_a_rehearsal"));
  EXPECT_EQ(r.out, "");
}

}  // namespace
}  // namespace stele::cli
