#include "wallet-cli/cli/new_network.h"

#include <chrono>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "signer/random.h"

namespace stele::cli {
namespace {

namespace fs = std::filesystem;

using PersonHandle = FixedBytes<struct PersonHandleTag, 16>;

std::string quoted_list(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& w : words) out += (out.empty() ? "\"" : ", \"") + w + "\"";
  return "[" + out + "]";
}

std::string line_of(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : std::string(name) + " = \"" + value + "\"\n";
}

std::string peer_toml(const NewNode& peer) {
  return "\n[[peers]]\n" + line_of("url", peer.url) + line_of("validator", peer.validator) +
         line_of("orderer", peer.orderer) + line_of("vault", peer.vault) + line_of("vault_url", peer.vault_url);
}

}  // namespace

std::string new_person() {
  return base64url(signer::random_fixed<PersonHandle>().view());
}

Result<UnixSeconds> founding_time(const std::string& text) {
  using std::chrono::seconds;
  using std::chrono::system_clock;
  const auto now = std::chrono::duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
  if (text.empty()) return UnixSeconds{static_cast<std::uint64_t>(now)};
  if (const auto time = parse_utc(text)) return *time;
  return Unexpected(
      make_error("usage", "--time phải có dạng 2025-08-01T00:00:00Z.", "--time must look like 2025-08-01T00:00:00Z."));
}

Result<signer::OpenKey> make_key_file(const fs::path& path, signer::KeyHeader header,
                                      const signer::SecretBytes& passphrase) {
  auto key = signer::SigningKey::generate();
  header.jwk = signer::jwk_of(key.public_key());
  STELE_CHECK(signer::write_key_file(path, header, key, passphrase));
  return signer::OpenKey{std::move(header), std::move(key)};
}

Result<void> make_folder(const fs::path& path) {
  std::error_code ec;
  fs::create_directories(path, ec);
  if (ec)
    return Unexpected(make_error("file_unwritable", "Không tạo được thư mục: " + ec.message(),
                                 "The folder can't be made: " + ec.message()));
  fs::permissions(path, fs::perms::owner_all, ec);
  return {};
}

std::string node_toml(const NewNodes& all, const NewNode& me) {
  const bool several = all.nodes.size() > 1;
  std::vector<std::string> roles;
  if (!me.orderer.empty()) roles.emplace_back("orderer");
  if (!me.validator.empty()) roles.emplace_back("validator");
  if (!me.vault.empty()) roles.emplace_back("vault");
  std::string out =
      "# stele-node; see docs/operations.md. Paths are relative to this file.\n"
      "genesis = \"../genesis.json\"\ndata = \"data\"\n";
  if (!all.one_machine && several) out += "# Addresses that end with .invalid are not known yet: fill them in.\n";
  if (several) out += "roles = " + quoted_list(roles) + "\n";
  out += "\n[http]\naddress = \"127.0.0.1\"\nport = " + std::to_string(me.port) + "\n";
  if (me.has_keys()) out += "\n[keys]\n";
  for (const auto& role : roles) out.append(role).append(" = \"keys/").append(role).append(".key\"\n");
  if (!me.validator.empty()) out += "vote_file = \"vote/vote\"\n";
  if (!me.vault.empty()) out += "wrapping = \"wrapping\"\n";
  if (!several) return out;
  if (all.one_machine)
    out +=
        "\n[limits]\nrequests_per_second = 0  # all nodes share one address here; on machines of their own leave it "
        "out\n";
  if (me.vault_port != 0)
    out += "\n[vaults]  # for other vaults; elsewhere than on one machine with TLS: docs/operations.md\nport = " +
           std::to_string(me.vault_port) + "\n";
  if (!me.orderer.empty() && !all.etcd.empty()) out += "\n[etcd]\nmembers = " + quoted_list(all.etcd) + "\n";
  if (!me.orderer.empty() && all.etcd.empty() && !all.one_machine)
    out += "\n# [etcd]  # an orderer needs it\n# members = [\"http://127.0.0.1:2379\"]\n";
  for (const auto& peer : all.nodes) {
    if (peer.folder != me.folder && peer.has_keys()) out += peer_toml(peer);
  }
  return out;
}

Result<record::Genesis> write_genesis(const fs::path& path, const record::Genesis& g) {
  const auto text = record::encode_genesis(g);
  auto decoded = record::decode_genesis(text);
  if (!decoded) return Unexpected(to_error(decoded.error()));
  STELE_CHECK(write_file(path, text, false, false));
  return std::move(*decoded);
}

}  // namespace stele::cli
