// A ceremony of 2 of 3 root holders and two offices, with keys in memory: what its files say, and the commands on them.
#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/base/text.h"
#include "signer/keyfile.h"
#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/ceremony_files.h"

namespace stele::cli {

using ceremony::Half;
using ceremony::Plan;
using ceremony::Role;
using signer::SigningKey;

inline constexpr std::string_view passphrase = "mot hai ba bon nam";
inline constexpr unsigned weak = 14;  // key files that open quickly

inline std::string person(int n) {
  return base64url(Bytes(16, static_cast<std::uint8_t>(n)));
}

/// A holder or office with its key, as it stands in a half.
struct Party {
  Role role{};
  std::string who;
  SigningKey key = SigningKey::generate();
};

struct CeremonyTest : testing::Test {
  Folder folder;
  Plan plan = make_plan(false);
  std::string plan_file = folder.write("plan.json", write_plan(plan));
  std::vector<Party> parties;

  void SetUp() override {
    for (int i = 1; i <= 3; ++i) parties.push_back({Role::root, person(i)});
    parties.push_back({Role::orderer, "so-a"});
    parties.push_back({Role::validator, "so-b"});
    parties.push_back({Role::validator, "so-a"});
    parties.push_back({Role::vault, "so-b"});
  }

  static Plan make_plan(bool rehearsal) {
    Plan p;
    p.name = "thu";
    p.base_url = "https://hocba.example";
    p.test = p.rehearsal = rehearsal;
    p.time = *parse_utc("2026-08-01T00:00:00Z");
    p.roots = 3;
    p.root_quorum = 2;
    p.orderers = {"so-a"};
    p.validators = {"so-b", "so-a"};
    p.vaults = {"so-b"};
    const auto read = ceremony::read_plan(write_plan(p));
    EXPECT_TRUE(read) << read.error().en;
    return read ? *read : p;
  }
  void rehearse() {
    plan = make_plan(true);
    plan_file = folder.write("plan.json", write_plan(plan));
  }

  [[nodiscard]] Half half(const Party& p) const {
    Half h{plan.digest, p.role, p.who, p.key.public_key().compressed(), {}};
    h.proof = p.key.sign(half_digest(h));
    return h;
  }
  [[nodiscard]] std::vector<std::string> half_files() const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < parties.size(); ++i)
      out.push_back(folder.write("half-" + std::to_string(i) + ".json", write_half(half(parties[i]))));
    return out;
  }
  [[nodiscard]] Ran assemble(const std::vector<std::string>& halves, const std::string& out = "net",
                             const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"ceremony", "assemble"};
    words.insert(words.end(), halves.begin(), halves.end());
    words.insert(words.end(), {"--plan", plan_file, "--out", folder.at(out), "--lang", "en"});
    words.insert(words.end(), more.begin(), more.end());
    return stele(std::move(words));
  }
  /// What is told of the halves when this is done to them; nothing may have been written.
  template <class Change>
  [[nodiscard]] std::string refused(Change change, int exit = 3) const {
    auto files = half_files();
    change(files);
    const auto r = assemble(files);
    EXPECT_EQ(r.exit, exit) << r.out << r.err;
    EXPECT_FALSE(std::filesystem::exists(folder.at("net")));
    return r.err;
  }
  [[nodiscard]] record::Genesis genesis() const {
    std::vector<ceremony::NamedHalf> halves;
    for (const auto& p : parties) halves.push_back({p.who, half(p)});
    const auto g = ceremony::assemble(plan, halves);
    EXPECT_TRUE(g);
    return g ? *g : record::Genesis{};
  }
  [[nodiscard]] std::string genesis_file(const record::Genesis& g) const {
    return folder.write("genesis.json", record::encode_genesis(g));
  }
  [[nodiscard]] std::string genesis_file() const { return genesis_file(genesis()); }

  [[nodiscard]] std::string key_file(const std::string& name, const Party& p) const {
    signer::KeyHeader h;
    h.person = p.role == Role::root ? p.who : person(99);
    h.jwk = signer::jwk_of(p.key.public_key());
    signer::SecretBytes secret(as_bytes(passphrase));
    auto path = folder.at(name);
    if (std::filesystem::exists(path)) return path;
    const auto written = signer::write_key_file(path, h, p.key, secret, weak);
    EXPECT_TRUE(written) << written.error().en;
    return path;
  }
  /// With as many passphrases through a pipe, as a program would.
  [[nodiscard]] static Ran with_passphrases(int count, std::vector<std::string> words) {
    int ends[2] = {};
    EXPECT_EQ(::pipe(ends), 0);
    std::string lines;
    for (int i = 0; i < count; ++i) lines += std::string(passphrase) + "\n";
    EXPECT_EQ(::write(ends[1], lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
    ::close(ends[1]);
    words.insert(words.end(), {"--yes", "--lang", "en", "--passphrase-fd", std::to_string(ends[0])});
    auto r = stele(std::move(words));
    ::close(ends[0]);
    return r;
  }
  [[nodiscard]] Ran confirm(const Party& p, const std::string& genesis, const std::string& out) const {
    return with_passphrases(1, {"ceremony", "confirm", "--plan", plan_file, "--genesis", genesis, "--key",
                                key_file(base64url(p.key.id().view()).substr(0, 8) + ".key", p), "--out", out});
  }
  [[nodiscard]] std::string minutes(const Party& p, const Digest& of_plan, const Digest& of_genesis) const {
    return ceremony::write_minutes(
        {of_plan, of_genesis, p.who, p.key.sign(ceremony::minutes_digest(of_plan, of_genesis))});
  }
  [[nodiscard]] Ran check(const std::vector<std::string>& files) const {
    std::vector<std::string> words{"ceremony", "check"};
    words.insert(words.end(), files.begin(), files.end());
    words.insert(words.end(), {"--plan", plan_file, "--genesis", genesis_file(), "--lang", "en"});
    return stele(std::move(words));
  }
  [[nodiscard]] Ran drill(const std::vector<const Party*>& holders) const {
    std::vector<std::string> words{"ceremony", "drill", "--plan", plan_file, "--genesis", genesis_file()};
    for (const auto* p : holders)
      words.insert(words.end(), {"--key", key_file(base64url(p->key.id().view()).substr(0, 8) + ".key", *p)});
    return with_passphrases(static_cast<int>(holders.size()), std::move(words));
  }
};

}  // namespace stele::cli
