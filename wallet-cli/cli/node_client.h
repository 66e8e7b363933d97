// A node's HTTP API (docs/http-api.md) in types. One thread.
#pragma once

#include "ledger/base/bytes.h"
#include "ledger/record/json.h"
#include "node/http/client.h"
#include "wallet-cli/cli/context.h"

namespace stele::cli {

struct Outgoing {
  std::string jws;
  std::string payload;  ///< JSON for the vault; empty: none
};
struct Answer {
  RecordId id;
  enum class State : std::uint8_t { final, pending, refused } state{};
  RecordIndex index;
  Height height;
  std::string jws;  ///< what the ledger holds
  Error error;      ///< if refused
};

/// The body of a node's answer to `records`, one for each in their order: `http_bad_answer` for anything else.
[[nodiscard]] Result<std::vector<Answer>> decode_answers(std::string_view body, std::span<const Outgoing> records);

/// Signs requests of a member of staff: with the registered key itself, or with a key in memory to which it delegated.
struct StaffKey {
  const signer::SigningKey& key;
  std::string_view session = {};  ///< the delegation (wire-format.md section 10); empty: `key` is the registered one
};

class NodeClient {
 public:
  /// Checks that the node serves the network of the genesis: `wrong_network` otherwise.
  [[nodiscard]] static Result<NodeClient> connect(const Context&, const record::Genesis&);

  /// `after` for a record to be signed now.
  [[nodiscard]] Result<HeaderHash> after();
  /// The node's own clock (given in a test network).
  [[nodiscard]] UnixSeconds node_time() const { return now_; }
  [[nodiscard]] const std::string& vault_id() const { return vault_id_; }
  [[nodiscard]] std::uint16_t vault_number() const { return vault_number_; }

  /// Sends in portions of at most 200 records and waits until all are final or refused. Repeats after time-outs and
  /// lost connections for at most `patience_s`: harmless by record id. `done` is told how many are answered.
  [[nodiscard]] Result<std::vector<Answer>> submit(const std::vector<Outgoing>&,
                                                   const std::function<void(std::uint64_t)>& done = {},
                                                   unsigned patience_s = 120);

  /// Public GET: JSON, or the body as it is.
  [[nodiscard]] Result<json::Value> get(const std::string& target);
  [[nodiscard]] Result<std::string> get_text(const std::string& target);
  [[nodiscard]] Result<json::Value> post(const std::string& target, const json::Value& body);
  /// The answer's body as it is: canonical files must not be written anew.
  [[nodiscard]] Result<std::string> post_text(const std::string& target, const json::Value& body);
  [[nodiscard]] Result<void> post_bytes(const std::string& target, ByteView body);
  /// Signed by a member of staff.
  [[nodiscard]] Result<json::Value> staff_get(const StaffKey&, const std::string& target);
  [[nodiscard]] Result<json::Value> staff_post(const StaffKey&, const std::string& target, const json::Value& body);

 private:
  NodeClient(http::Client client, const record::Genesis& genesis) : client_(std::move(client)), net_(genesis.net) {}
  Result<http::Response> send(http::Request, const StaffKey* staff);
  Result<std::vector<Answer>> submit_portion(std::span<const Outgoing>, unsigned patience_s);

  http::Client client_;
  std::string net_, vault_id_;
  std::uint16_t vault_number_ = 0;
  unsigned patience_s_ = 0;  ///< how long an unreachable node is asked again: STELE_PATIENCE
  UnixSeconds now_;
};

/// Percent-encodes one query value or path segment.
[[nodiscard]] std::string percent_encoded(std::string_view);

}  // namespace stele::cli
