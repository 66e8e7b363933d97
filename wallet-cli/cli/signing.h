// One signing command from the opened key to the ledger's answer; signing now and sending later.
#pragma once

#include "signer/issue.h"
#include "wallet-cli/cli/node_client.h"

namespace stele::cli {

struct Draft {
  record::Type type{};
  record::Body body;
  std::string payload;
};

class Desk {
 public:
  /// Reads the genesis, reaches the node, shows `what`, opens the key.
  [[nodiscard]] static Result<Desk> open(const Context&, const std::vector<std::string>& what);

  [[nodiscard]] const record::Genesis& genesis() const { return genesis_; }
  [[nodiscard]] NodeClient& node() { return node_; }
  [[nodiscard]] const signer::KeyHeader& header() const { return key_.header; }
  [[nodiscard]] const signer::SigningKey& key() const { return key_.key; }
  /// The organisation that the key stands for: `key_without_org` for one that has none.
  [[nodiscard]] Result<std::string> org() const;
  [[nodiscard]] Outgoing sign(const Draft&) const;

 private:
  Desk(record::Genesis g, NodeClient n, signer::OpenKey k, HeaderHash after)
      : genesis_(std::move(g)), node_(std::move(n)), key_(std::move(k)), after_(after) {}
  record::Genesis genesis_;
  NodeClient node_;
  signer::OpenKey key_;
  HeaderHash after_;
};

/// Sends, with progress; or writes to `save` (mode 0600: it may hold personal data) for `stele submit`. Prints each
/// answer; refusals decide the exit.
[[nodiscard]] Exit deliver(const Context&, Desk&, const std::vector<Outgoing>&,
                           const std::optional<std::filesystem::path>& save, std::vector<Answer>* answers = nullptr);

/// Prints what became of `count` records that were sent.
[[nodiscard]] Exit report(const Context&, const Result<std::vector<Answer>>&, std::size_t count,
                          std::vector<Answer>* answers);

/// Signed records in a file: one JSON object {"jws","payload"?} a line.
[[nodiscard]] std::string encode_saved(const std::vector<Outgoing>&);
[[nodiscard]] Result<std::vector<Outgoing>> decode_saved(const std::filesystem::path&, std::string_view);

[[nodiscard]] RecordId id_of(const Outgoing&);
/// Stands before ids on their way through the command line's parser, which takes a leading hyphen for an option.
inline constexpr std::string_view id_prefix = "id:";
/// 43 characters of base64url, with or without the prefix: `usage_id` otherwise.
[[nodiscard]] Result<RecordId> parse_id(std::string_view);
[[nodiscard]] Result<std::vector<RecordId>> parse_ids(const std::vector<std::string>&);

// ---- reading answers ----

[[nodiscard]] std::string text_of(const json::Value&, std::string_view member);  ///< empty if absent or of another kind
[[nodiscard]] std::uint64_t number_of(const json::Value&, std::string_view member);
[[nodiscard]] const json::Value::Array& items_of(const json::Value&, std::string_view member);

struct Student {
  std::uint32_t row = 0;
  Tag256 tag;
  std::string id, name, gender;
  Date birth_date;
  std::optional<std::string> birth_place, ethnicity, personal_id;
};
struct Roster {
  RecordId list;
  std::string kind;
  std::vector<Student> students;
  [[nodiscard]] const Student* find(std::string_view student_id) const;
};
[[nodiscard]] Result<Roster> fetch_roster(Desk&, const std::string& org, const std::string& cls,
                                          const std::string& year);

/// The policy in force.
[[nodiscard]] Result<record::Policy> fetch_policy(Desk&);

}  // namespace stele::cli
