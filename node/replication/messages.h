// What vaults of one organisation ask each other: bodies of requests and answers as JSON (wire-format.md section 10,
// "Between vaults"; docs/http-api.md). Pure.
#pragma once

#include <variant>

#include "ledger/log/block.h"
#include "ledger/record/json.h"
#include "node/vault/book.h"

namespace stele::replication {

inline constexpr std::size_t records_per_question_max = 64;
inline constexpr std::size_t copies_per_question_max = 64;
inline constexpr std::size_t body_bytes_max = std::size_t{32} << 20;
/// Of what one question carries or one answer brings; at least one record always goes.
inline constexpr std::size_t body_bytes_wanted = std::size_t{4} << 20;

// Every decoder: `bad_request` with the member, or `json_…`.

/// "Check these, keep them, sign that you do."
struct AckQuestion {
  struct One {
    std::string jws;
    std::string payload;  ///< JSON; empty: it is held there already
    std::vector<vault::Book> books;
  };
  Height height;  ///< of the asker's newest block: it was judged in that state
  std::vector<One> records;
};
[[nodiscard]] std::string encode(const AckQuestion&);
[[nodiscard]] Result<AckQuestion> decode_ack_question(std::string_view);

using AckAnswer = std::vector<std::variant<std::vector<log::Ack>, Error>>;  ///< one for each record, in order
[[nodiscard]] std::string encode(const AckAnswer&);
/// `count`: of the records asked about. The acks' leaves are left empty: the asker knows them.
[[nodiscard]] Result<AckAnswer> decode_ack_answer(std::string_view, std::size_t count);

/// "What do you hold of these?"; and "of these nothing more comes."
[[nodiscard]] std::string encode_ids(std::span<const RecordId>);
[[nodiscard]] Result<std::vector<RecordId>> decode_ids(std::string_view);
[[nodiscard]] std::string encode_lines(std::span<const std::string> jws);
[[nodiscard]] Result<std::vector<std::string>> decode_lines(std::string_view);

/// In the order of the ids asked about, as many as were answered; none: nothing is held there.
using Copies = std::vector<std::optional<std::string>>;
[[nodiscard]] std::string encode(const Copies&);
[[nodiscard]] Result<Copies> decode_copies(std::string_view);

}  // namespace stele::replication
