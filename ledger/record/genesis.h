// The genesis file: what a verifier must be given once and trusts (wire-format.md section 2). Pure.
#pragma once

#include "ledger/record/rejection.h"
#include "ledger/record/types.h"

namespace stele::record {

struct GenesisRoot {
  std::string person;
  PublicKey key;
};
struct Member {
  std::string id;
  PublicKey key;
};
struct Genesis {
  std::string name, base_url;
  bool test = false;
  UnixSeconds time;
  std::uint32_t rules = 1, root_quorum = 1;
  std::vector<GenesisRoot> roots;
  std::vector<Member> orderers, validators, vaults;
  // derived
  Digest digest;    ///< SHA-256 of the file
  std::string net;  ///< stele/<name>/<32 hex>
};
[[nodiscard]] Result<Genesis, Rejection> decode_genesis(std::string_view file);
/// Canonical text; `digest` and `net` are ignored.
[[nodiscard]] std::string encode_genesis(const Genesis&);

/// URLs that are signed (wire-format.md section 5).
[[nodiscard]] std::string iss_url(const Genesis&, std::string_view org);
[[nodiscard]] std::string vct_url(const Genesis&, Type);
[[nodiscard]] std::string status_list_url(const Genesis&, std::uint16_t vault, std::uint64_t list);

}  // namespace stele::record
