// What vaults send each other: questions, answers and copies. Whatever is read is written again and must come back the
// same; a copy is held against the digests that would fit it, so that what lies behind those checks is reached too.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/merkle.h"
#include "node/replication/messages.h"
#include "node/vault/payload.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

template <class T>
void told(const Result<T>& read) {
  if (!read) STELE_ASSERT(!read.error().code.empty() && !read.error().vi.empty());
}

void questions(std::string_view text) {
  const auto question = replication::decode_ack_question(text);
  told(question);
  if (question) {
    STELE_ASSERT(!question->records.empty() && question->records.size() <= replication::records_per_question_max);
    const auto again = replication::encode(*question);
    STELE_ASSERT(replication::encode(*replication::decode_ack_question(again)) == again);
  }
  const auto ids = replication::decode_ids(text);
  told(ids);
  if (ids) STELE_ASSERT(*replication::decode_ids(replication::encode_ids(*ids)) == *ids);
  const auto lines = replication::decode_lines(text);
  told(lines);
  if (lines) STELE_ASSERT(*replication::decode_lines(replication::encode_lines(*lines)) == *lines);
}

void answers(std::string_view text) {
  for (std::size_t count = 0; count <= 2; ++count) {
    const auto answer = replication::decode_ack_answer(text, count);
    told(answer);
    if (!answer) continue;
    STELE_ASSERT(answer->size() == count);
    const auto again = replication::encode(*answer);
    STELE_ASSERT(replication::encode(*replication::decode_ack_answer(again, count)) == again);
  }
  const auto copies = replication::decode_copies(text);
  told(copies);
  if (copies) STELE_ASSERT(*replication::decode_copies(replication::encode(*copies)) == *copies);
}

Digest digest_of(const json::Value* v) {
  return v != nullptr && v->is(json::Kind::string) ? sha256(as_bytes(v->string())) : Digest{};
}

void copies(std::string_view text) {
  const auto v = json::parse(text, {.bytes_max = 1 << 20, .depth_max = 6, .nodes_max = 100'000});
  const auto* rows = v && v->is(json::Kind::object) ? v->find("rows") : nullptr;
  std::vector<LeafHash> leaves;
  if (rows != nullptr && rows->is(json::Kind::array)) {
    for (const auto& row : rows->items()) {
      const bool object = row.is(json::Kind::object);
      const auto* digests = object ? row.find("digests") : nullptr;
      for (const std::size_t i : {0U, 1U}) {
        Digest d{};
        if (digests != nullptr && digests->is(json::Kind::array) && digests->items().size() == 2) {
          const auto& one = digests->items()[i];
          if (one.is(json::Kind::string)) d = fixed_from_base64url<Digest>(one.string()).value_or(Digest{});
        } else if (object) {
          d = digest_of(row.find(i == 0 ? "result" : "detail"));
        }
        leaves.push_back(log::merkle_leaf(d.view()));
      }
    }
  }
  const auto count = static_cast<std::uint32_t>(leaves.size() / 2);
  const auto root = log::merkle_root(leaves);
  const auto sheet = vault::read_sheet_copy(text, root, count);
  if (sheet) {
    STELE_ASSERT(sheet->sheet.rows.size() == count && sheet->books.size() <= vault::copy_books_max);
    STELE_ASSERT(!vault::read_sheet_copy(text, Digest{}, count).has_value());
  }
  const auto credential = vault::read_credential_copy(text);
  if (credential) {
    STELE_ASSERT(!credential->disclosures.empty() && credential->student_id.size() >= 10);
    for (const auto& d : credential->disclosures) STELE_ASSERT(d.digest == sha256(as_bytes(d.text)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(ByteView(data, size));
  questions(text);
  answers(text);
  copies(text);
  return 0;
}
