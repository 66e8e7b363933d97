// What the commands read: files of signed records for `stele submit` (whatever decodes, encodes to a file that decodes
// to the same), ids, what a node answers to records, and recoveries as files.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "wallet-cli/cli/recovery_file.h"
#include "wallet-cli/cli/signing.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

void saved(std::string_view text) {
  const auto records = cli::decode_saved("saved.jsonl", text);
  if (!records) {
    STELE_ASSERT(records.error().code == "file_not_saved_records" && records.error().where.row > 0);
    return;
  }
  const auto file = cli::encode_saved(*records);
  const auto again = cli::decode_saved("saved.jsonl", file);
  STELE_ASSERT(again.has_value());
  STELE_ASSERT(cli::encode_saved(*again) == file);
}

void answers(std::string_view text) {
  const std::vector<cli::Outgoing> two(2, {"a.b.c", ""});
  const auto answers = cli::decode_answers(text, two);
  if (!answers) {
    STELE_ASSERT(answers.error().code == "http_bad_answer");
    return;
  }
  STELE_ASSERT(answers->size() == two.size());
  for (const auto& a : *answers) STELE_ASSERT(!a.jws.empty());
}

/// A network of one root whose net is "x": its key signed nothing, so no signature is taken.
void recovery(std::string_view text) {
  static const auto genesis = [] {
    record::Genesis g;
    g.net = "x";
    g.root_quorum = 1;
    g.roots.push_back({"root", PublicKey{}});
    return g;
  }();
  const auto r = cli::read_recovery(text, genesis);
  if (!r) {
    STELE_ASSERT(!r.error().vi.empty() && !r.error().en.empty());
    return;
  }
  STELE_ASSERT(r->signatures.empty() && cli::roots_missing(*r, genesis) == 1);
  const auto file = cli::write_recovery(*r, genesis);
  const auto again = cli::read_recovery(file, genesis);
  STELE_ASSERT(again.has_value() && cli::write_recovery(*again, genesis) == file);
  STELE_ASSERT(!cli::recovery_words(*r, genesis, Lang::vi).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(ByteView(data, size));
  (void)cli::parse_id(text);
  saved(text);
  answers(text);
  recovery(text);
  return 0;
}
