// The files of a ceremony, the genesis that follows from them, and each way in which one is refused.
#include <algorithm>
#include <functional>

#include "node/app/config.h"
#include "tests/unit/cli/ceremony_made.h"

namespace stele::cli {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

struct CeremonyFiles : CeremonyTest {};

// ---- assembling ----

TEST_F(CeremonyFiles, WhoeverAssemblesInWhateverOrderGetsTheSameBytes) {
  auto files = half_files();
  ASSERT_EQ(assemble(files, "one").exit, 0);
  std::reverse(files.begin(), files.end());
  std::swap(files[0], files[2]);
  ASSERT_EQ(assemble(files, "two").exit, 0);
  const auto text = read_back(folder.at("one/genesis.json"));
  EXPECT_EQ(read_back(folder.at("two/genesis.json")), text);
  const auto g = record::decode_genesis(text);
  ASSERT_TRUE(g) << g.error().where;
  EXPECT_TRUE(check_follows(plan, *g));
  EXPECT_EQ(g->validators[0].id, "so-b");
  EXPECT_EQ(g->validators[0].key, parties[4].key.public_key().compressed());
  EXPECT_TRUE(g->roots[0].key < g->roots[1].key && g->roots[1].key < g->roots[2].key);
  for (const auto& r : g->roots) {
    const auto p = std::find_if(parties.begin(), parties.end(), [&](const auto& x) { return x.who == r.person; });
    ASSERT_NE(p, parties.end());
    EXPECT_EQ(r.key, p->key.public_key().compressed());
  }
}

TEST_F(CeremonyFiles, AnOfficeGetsOneNodeWithAllItsRoles) {
  const auto files = half_files();
  // A folder that is there already stays as open as it was.
  fs::create_directory(folder.at("net"));
  const auto open = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;
  fs::permissions(folder.at("net"), open);
  ASSERT_EQ(assemble(files, "net", {"--url", "so-b=https://so-b.example:7480", "--etcd", "http://10.0.0.1:2379"}).exit,
            0);
  EXPECT_EQ(fs::status(folder.at("net")).permissions(), open);
  EXPECT_EQ(fs::status(folder.at("net/so-a")).permissions(), fs::perms::owner_all);
  const auto a = app::read_config(folder.at("net/so-a/node.toml"));
  ASSERT_TRUE(a) << a.error().en;
  EXPECT_TRUE(a->roles.orderer && a->roles.validator && !a->roles.vault);
  EXPECT_EQ(fs::weakly_canonical(a->genesis), fs::weakly_canonical(folder.at("net/genesis.json")));
  ASSERT_EQ(a->peers.size(), 1u);
  EXPECT_EQ(a->peers[0].url, "https://so-b.example:7480");
  EXPECT_EQ(a->peers[0].validator, "so-b");
  EXPECT_EQ(a->etcd.members, std::vector<std::string>{"http://10.0.0.1:2379"});
  const auto b = app::read_config(folder.at("net/so-b/node.toml"));
  ASSERT_TRUE(b) << b.error().en;
  EXPECT_TRUE(!b->roles.orderer && b->roles.validator && b->roles.vault);
  EXPECT_EQ(b->peers.at(0).url, "https://so-a.invalid");  // nobody told it
  EXPECT_TRUE(b->etcd.members.empty());
  for (const auto* bad : {"so-c=https://x.example", "so-a", "so-a=ftp://x", "so-a=https://x.example/a\"b"})
    EXPECT_EQ(assemble(files, "other", {"--url", bad}).exit, 2) << bad;
  for (const auto* bad : {"10.0.0.1", "http://10.0.0.1/\\"})
    EXPECT_EQ(assemble(files, "other", {"--etcd", bad}).exit, 2) << bad;
  EXPECT_FALSE(fs::exists(folder.at("other")));
}

TEST_F(CeremonyFiles, AHalfOfAnotherPlanIsRefusedWhateverItSays) {
  const auto real = plan;
  rehearse();
  const auto rehearsed = write_half(half(parties[0]));
  plan = real;
  folder.write("plan.json", write_plan(plan));
  const auto said = refused([&](auto& files) { files[0] = folder.write("dien-tap.json", rehearsed); });
  EXPECT_THAT(said, HasSubstr("dien-tap.json"));
  EXPECT_THAT(said, HasSubstr("of a rehearsal, or an older one"));
  EXPECT_THAT(said, HasSubstr("file_other_plan"));
  // The digest put right does not make the proof right.
  auto h = *ceremony::read_half(rehearsed);
  h.plan = plan.digest;
  EXPECT_THAT(refused([&](auto& files) {
                folder.write("half-0.json", write_half(h));
                (void)files;
              }),
              HasSubstr("file_bad_proof"));
  // And the other way round.
  rehearse();
  h = Half{real.digest, Role::root, person(1), parties[0].key.public_key().compressed(), {}};
  h.proof = parties[0].key.sign(half_digest(h));
  EXPECT_THAT(refused([&](auto& files) {
                folder.write("half-0.json", write_half(h));
                (void)files;
              }),
              HasSubstr("file_other_plan"));
}

TEST_F(CeremonyFiles, AProofCoversAllThatTheHalfSays) {
  const auto fault = [this](const std::function<void(Half&)>& change, std::size_t i) {
    auto h = half(parties[i]);
    EXPECT_TRUE(check_half(plan, h));
    change(h);
    const auto r = check_half(plan, h);
    return r ? std::string("taken") : r.error().code;
  };
  const auto other = SigningKey::generate().public_key().compressed();
  EXPECT_EQ(fault([&](Half& h) { h.key = other; }, 3), "file_bad_proof");
  EXPECT_EQ(fault([](Half& h) { h.role = Role::validator; }, 3), "file_bad_proof");
  EXPECT_EQ(fault([](Half& h) { h.who = "so-a"; }, 4), "file_bad_proof");
  EXPECT_EQ(fault([](Half& h) { h.who = person(9); }, 0), "file_bad_proof");
  EXPECT_EQ(fault([](Half& h) { h.proof.bytes[5] ^= 1U; }, 0), "file_bad_proof");
  EXPECT_EQ(fault([](Half& h) { h.who = "so-c"; }, 3), "file_not_in_plan");
  EXPECT_EQ(fault([](Half& h) { h.plan.bytes[0] ^= 1U; }, 0), "file_other_plan");
}

TEST_F(CeremonyFiles, NoKeyIdOrPersonStandsTwice) {
  // One key for two roles.
  const Party both{Role::vault, "so-b"};
  const auto same_key = refused([&](auto&) {
    Half h{plan.digest, Role::vault, "so-b", parties[0].key.public_key().compressed(), {}};
    h.proof = parties[0].key.sign(half_digest(h));
    folder.write("half-6.json", write_half(h));
  });
  EXPECT_THAT(same_key, HasSubstr("half-6.json: The same key stands in " + folder.at("half-0.json")));
  EXPECT_THAT(same_key, HasSubstr("The key of the vault so-b is missing."));
  // One id with two keys, and one person with two.
  EXPECT_THAT(refused([&](auto& files) { files.push_back(folder.write("more.json", write_half(half(both)))); }),
              HasSubstr("There is a key of so-b in " + folder.at("half-6.json")));
  EXPECT_THAT(refused([&](auto&) {
                folder.write("half-1.json", write_half(half({Role::root, person(1)})));
              }),
              HasSubstr("file_id_twice"));
  // The same file twice, and a root more than there are.
  EXPECT_THAT(refused([](auto& files) { files.push_back(files[3]); }), HasSubstr("file_key_twice"));
  EXPECT_THAT(refused([&](auto& files) {
                files.push_back(folder.write("more.json", write_half(half({Role::root, person(4)}))));
              }),
              HasSubstr("The plan has 3 roots"));
}

TEST_F(CeremonyFiles, WhatIsMissingIsNamed) {
  const auto missing = refused(
      [](auto& files) {
        files.erase(files.begin() + 4);
        files.erase(files.begin());
      },
      1);
  EXPECT_THAT(missing, HasSubstr("Root keys are missing: 2 of 3 are there. [ceremony_missing]"));
  EXPECT_THAT(missing, HasSubstr("The key of the validator so-b is missing. [ceremony_missing]"));
  EXPECT_THAT(missing, testing::Not(HasSubstr("so-a")));
  // All faults at once, each with its file.
  const auto many = refused([this](auto& files) {
    folder.write("half-0.json", "{");
    folder.write("half-1.json", write_plan(plan));
    files.push_back(folder.at("nowhere.json"));
    folder.write("half-2.json", std::string(2'000, ' '));
  });
  EXPECT_THAT(many, HasSubstr("half-0.json"));
  EXPECT_THAT(many, HasSubstr("half-1.json"));
  EXPECT_THAT(many, HasSubstr("file_bad_ceremony_key"));
  EXPECT_THAT(many, HasSubstr("nowhere.json"));
  EXPECT_THAT(many, HasSubstr("file_too_large"));
  EXPECT_THAT(many, HasSubstr("0 of 3 are there"));
}

// ---- the genesis and the plan ----

TEST_F(CeremonyFiles, AGenesisThatThePlanDoesNotSayIsNamedByTheMemberThatDiffers) {
  const auto fault = [this](const std::function<void(record::Genesis&)>& change) {
    auto g = genesis();
    change(g);
    const auto decoded = record::decode_genesis(record::encode_genesis(g));
    EXPECT_TRUE(decoded) << decoded.error().where;
    const auto r = check_follows(plan, decoded ? *decoded : g);
    return r ? std::string("follows") : r.error().code + " " + r.error().where.field;
  };
  const auto stranger = [] { return SigningKey::generate().public_key().compressed(); };
  EXPECT_EQ(fault([](auto&) {}), "follows");
  EXPECT_EQ(fault([](auto& g) { g.name = "khac"; }), "genesis_not_of_plan name");
  EXPECT_EQ(fault([](auto& g) { g.test = true; }), "genesis_not_of_plan mode");
  EXPECT_EQ(fault([](auto& g) { g.base_url += "/x"; }), "genesis_not_of_plan base_url");
  EXPECT_EQ(fault([](auto& g) { ++g.time.value; }), "genesis_not_of_plan time");
  EXPECT_EQ(fault([](auto& g) { g.root_quorum = 1; }), "genesis_not_of_plan root_quorum");
  EXPECT_EQ(fault([](auto& g) { std::swap(g.roots[0], g.roots[1]); }), "genesis_not_of_plan roots");
  EXPECT_EQ(fault([](auto& g) { g.roots.pop_back(); }), "genesis_not_of_plan roots");
  EXPECT_EQ(fault([&](auto& g) { g.orderers.push_back({"so-x", stranger()}); }), "genesis_not_of_plan orderers");
  EXPECT_EQ(fault([](auto& g) { std::swap(g.validators[0], g.validators[1]); }), "genesis_not_of_plan validators");
  EXPECT_EQ(fault([](auto& g) { g.vaults[0].id = "so-x"; }), "genesis_not_of_plan vaults");
  // The same values in other bytes are another network.
  const auto text = record::encode_genesis(genesis());
  const auto spaced = record::decode_genesis(" " + text);
  ASSERT_TRUE(spaced);
  EXPECT_EQ(check_follows(plan, *spaced).error().where.field, "genesis");
}

// ---- forms ----

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST_F(CeremonyFiles, EachFileHasOneTextAndNamesTheMemberThatIsWrong) {
  const auto plan_fault = [this](const std::string& from, const std::string& to) {
    const auto r = ceremony::read_plan(replaced(write_plan(plan), from, to));
    return r ? std::string("taken") : r.error().code + " " + r.error().where.field;
  };
  EXPECT_EQ(plan_fault("ceremony-plan", "ceremony-key"), "file_bad_ceremony_plan stele");
  EXPECT_EQ(plan_fault("\"v\":1", "\"v\":2"), "file_bad_ceremony_plan v");
  EXPECT_EQ(plan_fault("\"mode\":\"live\"", "\"mode\":\"real\""), "file_bad_ceremony_plan mode");
  EXPECT_EQ(plan_fault("\"rehearsal\":false", "\"rehearsal\":true"), "file_bad_ceremony_plan rehearsal");
  EXPECT_EQ(plan_fault("https:", "http:"), "file_bad_ceremony_plan base_url");
  EXPECT_EQ(plan_fault("\"root_quorum\":2", "\"root_quorum\":4"), "file_bad_ceremony_plan root_quorum");
  EXPECT_EQ(plan_fault("[\"so-a\"]", "[]"), "file_bad_ceremony_plan orderers");
  EXPECT_EQ(plan_fault("\"nonce\":\"", "\"nonce\":\"A"), "file_bad_ceremony_plan nonce");
  EXPECT_EQ(plan_fault("\"roots\":", "\"more\":1,\"roots\":"), "file_bad_ceremony_plan more");
  EXPECT_EQ(plan_fault("\"roots\":3,\"root_quorum\":2", "\"root_quorum\":2,\"roots\":3"), "file_bad_ceremony_plan ");
  EXPECT_EQ(plan_fault("}\n", "}"), "file_bad_ceremony_plan ");
  EXPECT_EQ(plan_fault("}\n", "}\n\n"), "file_bad_ceremony_plan ");
  const auto half_fault = [this](std::size_t i, const std::string& from, const std::string& to) {
    const auto r = ceremony::read_half(replaced(write_half(half(parties[i])), from, to));
    return r ? std::string("taken") : r.error().code + " " + r.error().where.field;
  };
  EXPECT_EQ(half_fault(0, "\"role\":\"root\"", "\"role\":\"king\""), "file_bad_ceremony_key role");
  EXPECT_EQ(half_fault(0, "\"person\":", "\"id\":"), "file_bad_ceremony_key person");
  EXPECT_EQ(half_fault(3, "\"id\":", "\"person\":"), "file_bad_ceremony_key id");
  EXPECT_EQ(half_fault(3, "\"so-a\"", "\"root\""), "file_bad_ceremony_key id");
  EXPECT_EQ(half_fault(3, base64url(parties[3].key.public_key().compressed().view()), std::string(44, 'A')),
            "file_bad_ceremony_key key");
  EXPECT_EQ(half_fault(3, "\"proof\":\"", "\"proof\":\"A"), "file_bad_ceremony_key proof");
  EXPECT_EQ(half_fault(3, "{\"stele\"", "{ \"stele\""), "file_bad_ceremony_key ");
}

TEST(CeremonyForms, TheLongestFilesThatThePlanAllowsAreRead) {
  auto p = CeremonyTest::make_plan(false);
  const auto ids = [](char kind) {
    std::vector<std::string> out(64, std::string(37, kind));
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += "-" + std::to_string(10 + i);
    return out;
  };
  p.roots = p.root_quorum = 16;
  p.orderers = ids('o');
  p.validators = ids('v');
  p.vaults = ids('k');
  p.base_url = "https://" + std::string(92, 'x');
  const auto read = ceremony::read_plan(write_plan(p));
  ASSERT_TRUE(read) << read.error().en;
  EXPECT_EQ(read->vaults, p.vaults);
  p.vaults.emplace_back("so-a");
  EXPECT_EQ(ceremony::read_plan(write_plan(p)).error().where.field, "vaults");
  const Half h{{}, Role::validator, p.validators[0], SigningKey::generate().public_key().compressed(), {}};
  EXPECT_TRUE(ceremony::read_half(write_half(h)));
}

TEST(CeremonyForms, ADigestIsSpokenInGroupsOfFour) {
  Digest d;
  d.bytes[0] = 0xab;
  d.bytes[31] = 0x09;
  const auto text = ceremony::spoken(d);
  EXPECT_EQ(text.substr(0, 9), "ab00 0000");
  EXPECT_EQ(text.substr(text.size() - 5), " 0009");
  EXPECT_EQ(text.size(), 16 * 5 - 1);
}

}  // namespace
}  // namespace stele::cli
