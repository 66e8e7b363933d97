// A node's configuration: one TOML file, every key of which is known here. What may differ between nodes stands in it;
// what all nodes must agree on stands in the genesis and in records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/error.h"

namespace stele::app {

inline constexpr std::size_t config_bytes_max = 64 * 1024;
inline constexpr std::size_t peers_max = 64;
inline constexpr std::size_t etcd_members_max = 9;

/// Paths are absolute or relative to the working directory: already resolved against the file's folder.
struct Config {
  std::filesystem::path genesis, data;

  /// What the node does for the network, by its own keys. None of it: a follower, which needs no keys.
  struct Roles {
    bool orderer = true, validator = true, vault = true;
    bool given = false;  ///< `roles` stands in the file; where there are several validators it must
  } roles;

  struct Http {
    std::string address = "127.0.0.1";
    std::uint16_t port = 7480;  ///< 0: any free one
    unsigned threads = 2;
    std::filesystem::path tls_certificate, tls_key;  ///< both or none
  } http;

  /// Those of the node's roles are not empty.
  struct Keys {
    std::filesystem::path orderer, validator, vault, vote_file, wrapping;
  } keys;

  /// Another node. What it is in the network only the genesis can tell: see peers.h.
  struct Peer {
    std::string url;
    std::string validator;       ///< id in the genesis, or a key in base64url; empty: none
    std::string orderer, vault;  ///< id or number in the genesis; empty: none
    std::string vault_url;       ///< of its port for vaults; empty: not asked
    Where where{};               ///< its place in the file, for errors
  };
  std::vector<Peer> peers;

  /// The port for other vaults. Personal data goes over it: without TLS on both sides on loopback only.
  struct Vaults {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;                                  ///< 0: any free one
    std::filesystem::path tls_certificate, tls_key, tls_ca;  ///< all or none
  } vaults;

  struct Etcd {
    std::vector<std::string> members;  ///< for orderers of a network of several validators
  } etcd;

  /// Of a network of several validators.
  struct Committee {
    std::uint64_t left_out_s = 10;      ///< then an orderer that does not lead proposes a record itself
    std::uint64_t complain_s = 60;      ///< then a record that orderers were given and left out is an alarm
    std::uint64_t slots_kept = 10'000;  ///< below the final block, in the ordering service; 0: all
    bool light = false;                 ///< for who is linked to all orderers: blocks are heard from them alone
    std::filesystem::path evidence;     ///< folder; empty: `data`/evidence
    std::filesystem::path tls_ca;       ///< PEM: the authorities of peers' `url`s, no others; empty: the system's
  } committee;

  struct Limits {
    double requests_per_second = 500;  ///< per client address; 0: no limit
    double requests_burst = 1000;
    std::uint64_t connections = 1024;
    std::uint64_t free_space_floor_mb = 1024;
    double lookups_per_number = 10;  ///< an hour, of one diploma number, by whomever
  } limits;

  struct Test {
    std::optional<std::filesystem::path> clock_file;  ///< only for a network whose genesis says "test"
  } test;

  struct Log {
    std::string level = "info";  ///< debug, info, warn, error
    bool json = false;
  } log;
};

/// Errors name the file, the line (`where.row`) and the column: `config_unreadable`, `config_syntax`,
/// `config_unknown_key` (with the nearest key that there is), `config_bad_value`, `config_missing_key`.
[[nodiscard]] Result<Config> read_config(const std::filesystem::path&);
/// `file` is named in errors; its folder is where relative paths begin.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file);

}  // namespace stele::app
