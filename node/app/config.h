// A node's configuration: one TOML file, every key of which is known here. What may differ between nodes stands in it;
// what all nodes must agree on stands in the genesis and in records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/error.h"

namespace stele::app {

inline constexpr std::size_t config_bytes_max = 64 * 1024;

/// Paths are absolute or relative to the working directory: already resolved against the file's folder.
struct Config {
  std::filesystem::path genesis, data;

  struct Http {
    std::string address = "127.0.0.1";
    std::uint16_t port = 7480;  ///< 0: any free one
    unsigned threads = 2;
    std::filesystem::path tls_certificate, tls_key;  ///< both or none
  } http;

  struct Keys {
    std::filesystem::path orderer, validator, vault, vote_file, wrapping;
  } keys;

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
