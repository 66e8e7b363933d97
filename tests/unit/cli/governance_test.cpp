// Changes of the set of validators and recoveries, against a node that this test plays.
#include <gmock/gmock.h>
#include <unistd.h>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/log/wire.h"
#include "node/http/server.h"
#include "node/sync/block_source.h"
#include "signer/keyfile.h"
#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/policy_file.h"
#include "wallet-cli/cli/recovery_file.h"

namespace stele::cli {
namespace {

using json::Value;
using testing::HasSubstr;

constexpr std::string_view passphrase = "mot hai ba bon nam";
constexpr unsigned weak = 14;  // key files that open quickly

/// A network of three roots, two of them needed, and four validators; its first block is the last that is certified.
struct Governance : testing::Test {
  Folder folder;
  std::vector<signer::SigningKey> roots;
  record::Genesis genesis;
  std::string genesis_file;
  std::vector<signer::SigningKey> validators;
  HeaderHash tip;
  std::string blocks;  ///< what the node serves from height 1
  std::string now = "2026-03-01T00:00:00Z";
  std::uint64_t final_height = 0;
  std::string changes;  ///< of the set: members of the checkpoint's JSON
  std::vector<std::string> fed;
  http::Server server{http::ServerOptions{}};

  void SetUp() override {
    record::Genesis g;
    g.name = "thu";
    g.base_url = "https://hocba.example";
    g.test = true;
    g.time = *parse_utc("2025-08-01T00:00:00Z");
    g.root_quorum = 2;
    for (int i = 0; i < 3; ++i) {
      roots.push_back(signer::SigningKey::generate());
      g.roots.push_back(
          {base64url(as_bytes("root-person-0000").subspan(0, 15)) + std::string(1, static_cast<char>('A' + i)) + "A",
           roots.back().public_key().compressed()});
    }
    const auto member = [](const std::string& id) {
      return record::Member{id, signer::SigningKey::generate().public_key().compressed()};
    };
    g.orderers = {member("orderer-0")};
    g.vaults = {member("vault-0")};
    for (int i = 0; i < 4; ++i) {
      validators.push_back(signer::SigningKey::generate());
      g.validators.push_back({"validator-" + std::to_string(i), validators.back().public_key().compressed()});
    }
    const auto text = record::encode_genesis(g);
    const auto decoded = record::decode_genesis(text);
    ASSERT_TRUE(decoded) << decoded.error().where;
    genesis = *decoded;
    genesis_file = folder.write("genesis.json", text);
    tip.bytes.fill(7);
    blocks = block({0, 1, 2});
    serve();
  }
  /// The first block, of epoch 2, certified by these.
  [[nodiscard]] std::string block(const std::vector<std::uint16_t>& voters) const {
    log::Block b;
    b.net = genesis.net;
    b.epoch = Epoch{2};
    b.height = Height{1};
    log::QuorumCertificate qc{tip, {}};
    for (const auto i : voters) {
      const UnixSeconds time{genesis.time.value + i};
      qc.votes.push_back({i, time, validators[i].sign(log::vote_digest(tip, time))});
    }
    return sync::encode_batch({log::encode(b)}, log::encode(qc));
  }
  void serve() {
    server.route("GET", "/v1/network", [this](const http::Request&, http::Respond respond) {
      respond(http::json_response(
          200, json::write(Value::object(
                   {{"net", genesis.net},
                    {"now", now},
                    {"final", Value::object({{"height", final_height}, {"hash", base64url(tip.view())}})}}))));
    });
    server.route("GET", "/v1/checkpoint", [this](const http::Request&, http::Respond respond) {
      const auto text = json::write(Value(log::to_text(log::genesis_checkpoint(genesis))));
      respond(http::json_response(200, R"({"text":)" + text + changes + "}"));
    });
    server.route("GET", "/v1/blocks", [this](const http::Request& r, http::Respond respond) {
      if (r.query_value("from").value_or("") != "1" || blocks.empty()) return respond(http::Response{.status = 204});
      respond(http::Response{.status = 200, .body = blocks, .content_type = "application/octet-stream"});
    });
    server.route("POST", "/v1/feed", [this](const http::Request& r, http::Respond respond) {
      fed.push_back(r.body);
      respond(http::Response{.status = 204});
    });
    ASSERT_TRUE(server.start());
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port()); }
  [[nodiscard]] Ran run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--genesis", genesis_file, "--node", url(), "--lang", "en"});
    return stele(std::move(words));
  }
  [[nodiscard]] std::string key_file(const signer::SigningKey& key) const {
    signer::KeyHeader h;
    h.person = genesis.roots[0].person;
    h.jwk = signer::jwk_of(key.public_key());
    auto path = folder.at("key-" + base64url(key.id().view()).substr(0, 6) + ".key");
    if (std::filesystem::exists(path)) return path;
    signer::SecretBytes secret(passphrase.size());
    std::copy(passphrase.begin(), passphrase.end(), reinterpret_cast<char*>(secret.writable().data()));
    const auto written = signer::write_key_file(path, h, key, secret, weak);
    EXPECT_TRUE(written) << written.error().en;
    return path;
  }
  /// With the passphrase through a pipe, as a program would.
  [[nodiscard]] Ran with_key(const signer::SigningKey& key, std::vector<std::string> words) const {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    const auto line = std::string(passphrase) + "\n";
    EXPECT_EQ(::write(ends[1], line.data(), line.size()), static_cast<ssize_t>(line.size()));
    ::close(ends[1]);
    words.insert(words.end(), {"--yes", "--key", key_file(key), "--passphrase-fd", std::to_string(ends[0])});
    auto r = run(std::move(words));
    ::close(ends[0]);
    return r;
  }
  [[nodiscard]] std::string drafted() const {
    auto path = folder.at("khoi-phuc.json");
    const auto r = run({"recovery", "draft", "--out", path, "--keep", "validator-0,validator-2,validator-3"});
    EXPECT_EQ(r.exit, 0) << r.out << r.err;
    EXPECT_THAT(r.out, HasSubstr("goes on from block 1 (epoch 2), hash " + base64url(tip.view())));
    EXPECT_THAT(r.out, HasSubstr("from there on 3 validators, 3 of them needed:\n  validator-0 " +
                                 base64url(genesis.validators[0].key.view())));
    EXPECT_THAT(r.out, HasSubstr("drafted at 2026-03-01T00:00:00Z, in force from 2026-03-08T00:00:00Z"));
    return path;
  }
  /// With the signatures of two roots.
  [[nodiscard]] std::string signed_file(const std::string& draft) const {
    auto r = read(draft);
    for (std::uint16_t n = 0; n < 2; ++n) r.signatures.push_back({n, roots[n].sign(log::recovery_digest(r))});
    return folder.write("signed.json", write_recovery(r, genesis));
  }
  [[nodiscard]] log::Recovery read(const std::string& path) const {
    const auto out = read_recovery(read_back(path), genesis);
    EXPECT_TRUE(out) << out.error().en;
    return out ? *out : log::Recovery{};
  }
};

TEST_F(Governance, ARecoveryIsDraftedSignedByTwoRootsAndHandedToTheNodes) {
  const auto file = drafted();
  const auto draft = read(file);
  EXPECT_EQ(draft.base, (log::Place{Epoch{2}, Height{1}, tip}));
  EXPECT_EQ(draft.epoch, Epoch{3});
  ASSERT_EQ(draft.set.size(), 3u);
  EXPECT_EQ(draft.set[1].key, genesis.validators[2].key);

  const auto early = run({"recovery", "publish", file});
  EXPECT_EQ(early.exit, 1);
  EXPECT_THAT(early.err, HasSubstr("2 more root signatures are needed"));
  // In any order; they stand in that of the genesis.
  EXPECT_EQ(with_key(roots[2], {"recovery", "sign", file}).exit, 0);
  EXPECT_EQ(with_key(roots[2], {"recovery", "sign", file}).exit, 0);
  EXPECT_EQ(run({"recovery", "publish", file}).exit, 1);
  const auto second = with_key(roots[0], {"recovery", "sign", file});
  EXPECT_EQ(second.exit, 0) << second.err;
  EXPECT_THAT(second.out, HasSubstr("All signatures are there"));
  const auto whole = read(file);
  ASSERT_EQ(whole.signatures.size(), 2u);
  EXPECT_EQ(whole.signatures[0].root, 0u);
  EXPECT_EQ(whole.signatures[1].root, 2u);
  EXPECT_TRUE(log::check_recovery(whole, genesis));

  EXPECT_TRUE(fed.empty());
  const auto sent = run({"recovery", "publish", file});
  EXPECT_EQ(sent.exit, 0) << sent.err;
  ASSERT_EQ(fed.size(), 1u);
  log::Reader r(as_bytes(fed[0]));
  EXPECT_EQ(r.u8(), 3);  // wire-format.md section 7.3
  const auto body = r.bytes32(16'384);
  EXPECT_TRUE(r.done());
  const auto decoded = log::decode_recovery(body);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(log::encode(*decoded), log::encode(whole));
}

TEST_F(Governance, WhatANodeSaysIsHeldAgainstTheGenesis) {
  const auto draft = [this] {
    const auto r = run({"--json", "recovery", "draft", "--out", folder.at("x.json"), "--keep", "validator-1"});
    const auto v = json::parse(r.out, {.bytes_max = 65'536, .depth_max = 8, .nodes_max = 256});
    const auto* error = v && v->is(json::Kind::object) ? v->find("error") : nullptr;
    return error != nullptr ? error->find("code")->string() : "exit " + std::to_string(r.exit);
  };
  blocks = block({0, 1});
  EXPECT_EQ(draft(), "not_certified");
  blocks = block({0, 1, 2});
  // A set that nobody handed over to.
  auto set = genesis.validators;
  set[1].key = signer::SigningKey::generate().public_key().compressed();
  const auto text = log::to_text(log::genesis_checkpoint(genesis));
  auto change = Value::object({{"text", text}, {"qc", base64url(Bytes{1})}});
  change.set("set", base64url(log::encode_set(*log::ValidatorSet::from(set))));
  changes = ",\"changes\":[" + json::write(change) + "]";
  EXPECT_EQ(draft(), "http_bad_answer");
  changes = "";
  final_height = 5;  // it says so, and has no such block
  EXPECT_EQ(draft(), "http_bad_answer");
  final_height = 0;
  now = "";
  EXPECT_EQ(draft(), "node_clock");
  now = "2026-03-01T00:00:00Z";
  EXPECT_EQ(draft(), "exit 0");
}

TEST_F(Governance, WithoutAnyBlockItGoesOnFromTheGenesis) {
  blocks = "";
  tip = log::hash_of(log::to_text(log::genesis_checkpoint(genesis)));
  const auto out = folder.at("x.json");
  EXPECT_EQ(run({"recovery", "draft", "--out", out, "--keep", "validator-1"}).exit, 0);
  EXPECT_EQ(read(out).base, (log::Place{Epoch{0}, Height{0}, tip}));
}

TEST_F(Governance, ARecoveryThatChangesNothingOrNamesNobodyIsRefused) {
  const auto out = folder.at("x.json");
  const auto key = base64url(signer::SigningKey::generate().public_key().compressed().view());
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--keep", "validator-0,validator-1,validator-2,validator-3"},
                                             {},
                                             {"--keep", "validator-9"},
                                             {"--add", "validator-9"},
                                             {"--add", "validator-9=" + std::string(44, 'A')},
                                             {"--keep", "validator-0", "--add", "validator-0=" + key},  // twice
                                             {"--keep", "validator-0", "--add", "Validator 9=" + key},
                                             {"--keep", "validator-0", "--reason", "Mất quá nhiều"}}) {
    std::vector<std::string> all{"recovery", "draft", "--out", out};
    all.insert(all.end(), words.begin(), words.end());
    const auto r = run(all);
    EXPECT_NE(r.exit, 0) << testing::PrintToString(words);
    EXPECT_FALSE(std::filesystem::exists(out)) << testing::PrintToString(words);
  }
  EXPECT_EQ(run({"recovery", "draft", "--out", out, "--keep", "validator-0", "--add", "validator-9=" + key}).exit, 0);
  EXPECT_EQ(read(out).set.back().id, "validator-9");
}

TEST_F(Governance, WithoutANodeItSaysSo) {
  const Variable none("STELE_NODE", nullptr);
  const auto file = drafted();
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"recovery", "draft", "--out", folder.at("y.json"), "--keep", "validator-0"},
           {"recovery", "publish", signed_file(file)}}) {
    auto all = words;
    all.insert(all.end(), {"--genesis", genesis_file, "--lang", "en"});
    const auto r = stele(all);
    EXPECT_NE(r.exit, 0);
    EXPECT_THAT(r.err, HasSubstr("usage_node")) << r.err;
  }
}

TEST_F(Governance, OnlyRootsSign) {
  const auto file = drafted();
  const auto before = read_back(file);
  const auto r = with_key(signer::SigningKey::generate(), {"recovery", "sign", file});
  EXPECT_EQ(r.exit, 1);
  EXPECT_THAT(r.err, HasSubstr("no root key"));
  EXPECT_EQ(read_back(file), before);
}

TEST_F(Governance, AFileThatWasChangedAfterASignatureIsRefusedAndEachWrongMemberIsNamed) {
  const auto file = drafted();
  ASSERT_EQ(with_key(roots[1], {"recovery", "sign", file}).exit, 0);
  const auto text = read_back(file);
  const auto fault = [&](const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    auto changed = text;
    changed.replace(at, from.size(), to);
    const auto r = read_recovery(changed, genesis);
    return r ? std::string("taken") : r.error().code + " " + r.error().where.field;
  };
  EXPECT_EQ(fault("\"height\":1", "\"height\":2"), "file_bad_recovery signatures");
  EXPECT_EQ(fault("\"v\":1", "\"v\":2"), "file_bad_recovery v");
  EXPECT_EQ(fault("\"stele\":\"recovery\"", "\"stele\":\"policy\""), "file_bad_recovery stele");
  EXPECT_EQ(fault("\"epoch\":2", "\"epoch\":-2"), "file_bad_recovery base.epoch");
  EXPECT_EQ(fault("},\"epoch\":3", "},\"epoch\":2"), "file_bad_recovery recovery.epoch");
  EXPECT_EQ(fault("\"reason\":\"quorum-lost\"", "\"reason\":\"\""), "file_bad_recovery reason");
  EXPECT_EQ(fault("2026-03-01T00:00:00Z", "2026-03-01"), "file_bad_recovery time");
  EXPECT_EQ(fault("\"id\":\"validator-2\"", "\"id\":\"validator-0\""), "file_bad_recovery recovery.set");
  EXPECT_EQ(fault("\"root\":\"", "\"root\":\"x"), "file_bad_recovery signatures[0].root");
  EXPECT_EQ(fault("\"signature\":\"", "\"signature\":\"x"), "file_bad_recovery signatures[0].signature");
  EXPECT_EQ(fault("\"time\":", "\"more\":1,\"time\":"), "file_bad_recovery more");
  EXPECT_EQ(fault("\"net\":\"stele/thu/", "\"net\":\"stele/khac/"), "wrong_network ");
  EXPECT_EQ(fault("}\n", "}}\n").substr(0, 5), "json_");
  EXPECT_EQ(run({"recovery", "show", folder.write("bad.json", text.substr(0, text.size() / 2))}).exit, 3);
}

TEST_F(Governance, TheFileIsWhatPeopleAreToldItIs) {
  log::Recovery r;
  r.net = genesis.net;
  r.base = {Epoch{2}, Height{1}, tip};
  r.epoch = Epoch{3};
  r.reason = "quorum-lost";
  r.time = *parse_utc("2026-03-01T00:00:00Z");
  r.set = {genesis.validators[0]};
  r.signatures = {{1, roots[1].sign(log::recovery_digest(r))}};
  EXPECT_EQ(write_recovery(r, genesis),
            R"({"stele":"recovery","v":1,"net":")" + genesis.net +
                R"(","base":{"epoch":2,"height":1,"hash":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"},"epoch":3,)" +
                R"("reason":"quorum-lost","time":"2026-03-01T00:00:00Z","set":[{"id":"validator-0","key":")" +
                base64url(genesis.validators[0].key.view()) + R"("}],"signatures":[{"root":")" +
                genesis.roots[1].person + R"(","signature":")" + base64url(r.signatures[0].signature.view()) +
                "\"}]}\n");
}

TEST_F(Governance, ASetOfValidatorsIsReadAsTheRecordIs) {
  const auto key = base64url(genesis.validators[0].key.view());
  const auto good = R"({"set":[{"id":"validator-0","org":"so-gddt","key":")" + key + R"("}]})";
  const auto set = read_validators_file(folder.write("nhom.json", good));
  ASSERT_TRUE(set) << set.error().en;
  ASSERT_EQ(set->set.size(), 1u);
  EXPECT_EQ(set->set[0].org, "so-gddt");
  EXPECT_TRUE(set->evidence.empty());
  const auto code = [&](const std::string& text) {
    const auto r = read_validators_file(folder.write("x.json", text));
    return r ? std::string("taken") : r.error().code;
  };
  EXPECT_EQ(code("[]"), "file_bad_validators");
  EXPECT_EQ(code("{}"), "file_bad_validators");
  EXPECT_THAT(code("{"), HasSubstr("json_"));
  EXPECT_NE(code(R"({"set":[]})"), "taken");
  EXPECT_NE(code(R"({"set":[{"id":"validator-0","org":"so-gddt","key":"x"}]})"), "taken");
  EXPECT_NE(code(good.substr(0, good.size() - 1) + R"(,"more":1})"), "taken");
}

TEST_F(Governance, AChangeOfOrderersIsReadAsTheRecordIs) {
  const auto key = base64url(genesis.validators[0].key.view());
  const auto add = R"("add":[{"id":"so-moi","org":"so-gddt","key":")" + key + R"("}])";
  const auto read = [&](const std::string& text) { return read_orderers_file(folder.write("doi.json", text)); };
  const auto both = read("{" + add + R"(,"retire":[0,2]})");
  ASSERT_TRUE(both) << both.error().en;
  ASSERT_EQ(both->add.size(), 1u);
  EXPECT_EQ(both->add[0].id, "so-moi");
  EXPECT_EQ(both->retire, (std::vector<std::uint16_t>{0, 2}));
  EXPECT_TRUE(read("{" + add + "}"));
  EXPECT_TRUE(read(R"({"retire":[1]})"));
  const auto code = [&](const std::string& text) {
    const auto r = read(text);
    return r ? std::string("taken") : r.error().code;
  };
  EXPECT_EQ(code("[]"), "file_bad_orderers");
  EXPECT_EQ(code("{}"), "out_of_bounds") << "nothing is changed";
  EXPECT_EQ(code(R"({"retire":[2,1]})"), "not_ascending");
  EXPECT_EQ(code(R"({"retire":["so-1"]})"), "wrong_type");
  EXPECT_EQ(code("{" + add + R"(,"more":1})"), "unknown_member");
}

}  // namespace
}  // namespace stele::cli
