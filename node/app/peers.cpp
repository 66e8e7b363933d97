#include "node/app/peers.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/verify.h"
#include "node/http/answers.h"

namespace stele::app {
namespace {

Error unknown(const Config::Peer& p, std::string_view key, std::string_view value) {
  auto where = p.where;
  where.field = fmt::format("peers.{}", key);
  return make_error("config_bad_value",
                    fmt::format("Tệp gốc của mạng không có {} nào là \"{}\" (nút {}).", key, value, p.url),
                    fmt::format("The genesis file has no {} \"{}\" (peer {}).", key, value, p.url), where);
}

/// By id, or by its number among them.
Result<std::optional<std::uint16_t>> number_in(const std::vector<record::Member>& members, const Config::Peer& p,
                                               std::string_view key, const std::string& text) {
  if (text.empty()) return std::optional<std::uint16_t>();
  const auto it = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.id == text; });
  const auto n =
      it != members.end() ? std::optional(static_cast<std::uint64_t>(it - members.begin())) : http::number_of(text);
  if (!n || *n >= members.size()) return Unexpected(unknown(p, key, text));
  return std::optional(static_cast<std::uint16_t>(*n));
}

Result<std::optional<PublicKey>> validator_of(const record::Genesis& g, const Config::Peer& p) {
  if (p.validator.empty()) return std::optional<PublicKey>();
  const auto it =
      std::find_if(g.validators.begin(), g.validators.end(), [&](const auto& m) { return m.id == p.validator; });
  if (it != g.validators.end()) return std::optional(it->key);
  const auto key = fixed_from_base64url<PublicKey>(p.validator);
  if (!key || !VerifyKey::parse(*key)) return Unexpected(unknown(p, "validator", p.validator));
  return std::optional(*key);
}

}  // namespace

Result<std::vector<Peer>> resolve_peers(const Config& c, const record::Genesis& g,
                                        const std::vector<registry::OrdererState>& orderers) {
  std::vector<record::Member> ordering;
  ordering.reserve(orderers.size());
  for (const auto& o : orderers) ordering.push_back(o.member);
  std::vector<Peer> out;
  for (const auto& p : c.peers) {
    Peer peer;
    peer.url = p.url;
    peer.validator_id = p.validator;
    peer.vault_url = p.vault_url;
    STELE_TRY(peer.validator, validator_of(g, p));
    // One that was added later may not be on this ledger yet: a node that joins must be able to start.
    const auto orderer = number_in(ordering, p, "orderer", p.orderer);
    peer.orderer_unknown = !orderer;
    if (orderer) peer.orderer = *orderer;
    STELE_TRY(peer.vault, number_in(g.vaults, p, "vault", p.vault));
    out.push_back(std::move(peer));
  }
  return out;
}

}  // namespace stele::app
