// Who asks the node, for which network: a member of staff, by their own key or by a key in memory to which it
// delegated. And what the node answers, in types.
#pragma once

#include "signer/issue.h"
#include "wallet-cli/cli/node_client.h"

namespace stele::cli {

/// A record that is ready to be signed.
struct Draft {
  record::Type type{};
  record::Body body;
  std::string payload;
};

/// The record as it goes out. `after`: NodeClient::after().
[[nodiscard]] Outgoing sign_draft(const signer::SigningKey&, const record::Genesis&, const HeaderHash& after,
                                  const Draft&);
[[nodiscard]] RecordId id_of(const Outgoing&);
/// Stands before ids on their way through the command line's parser, which takes a leading hyphen for an option.
inline constexpr std::string_view id_prefix = "id:";
/// 43 characters of base64url, with or without the prefix: `usage_id` otherwise.
[[nodiscard]] Result<RecordId> parse_id(std::string_view);
[[nodiscard]] Result<std::vector<RecordId>> parse_ids(const std::vector<std::string>&);

/// One thread.
class Access {
 public:
  /// `session` empty: `key` is the one that `header` describes. Else a delegation from that one to `key`.
  Access(record::Genesis g, NodeClient n, signer::KeyHeader h, signer::SigningKey key, std::string session = {})
      : genesis_(std::move(g)),
        node_(std::move(n)),
        header_(std::move(h)),
        key_(std::move(key)),
        session_(std::move(session)) {}

  [[nodiscard]] const record::Genesis& genesis() const { return genesis_; }
  [[nodiscard]] NodeClient& node() { return node_; }
  [[nodiscard]] const signer::KeyHeader& header() const { return header_; }
  /// The organisation that the key stands for: `key_without_org` for one that has none.
  [[nodiscard]] Result<std::string> org() const;

  /// Requests in this person's name.
  [[nodiscard]] Result<json::Value> get(const std::string& target);
  [[nodiscard]] Result<json::Value> post(const std::string& target, const json::Value& body);

 protected:
  [[nodiscard]] const signer::SigningKey& key() const { return key_; }

 private:
  record::Genesis genesis_;
  NodeClient node_;
  signer::KeyHeader header_;
  signer::SigningKey key_;
  std::string session_;
};

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
[[nodiscard]] Result<Roster> fetch_roster(Access&, const std::string& org, const std::string& cls,
                                          const std::string& year);

/// The policy in force.
[[nodiscard]] Result<record::Policy> fetch_policy(NodeClient&);

}  // namespace stele::cli
