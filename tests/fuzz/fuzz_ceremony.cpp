// Plans, public halves and minutes of a founding ceremony: whatever one reader takes has one text, no other reader
// takes it, and judging it gives an answer in two languages.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "wallet-cli/cli/ceremony_files.h"

namespace {

using namespace stele;                 // NOLINT(google-build-using-namespace): a program of one file
using namespace stele::cli::ceremony;  // NOLINT(google-build-using-namespace): as above

template <class T>
void told(const Result<T>& r) {
  STELE_ASSERT(r || (!r.error().code.empty() && !r.error().vi.empty() && !r.error().en.empty()));
}

/// A plan that no input is made for: of its own digest only by a collision.
const Plan& another_plan() {
  static const Plan p = [] {
    Plan out;
    out.orderers = out.validators = out.vaults = {"so-a"};
    return out;
  }();
  return p;
}

void judge(const Plan& p) {
  STELE_ASSERT(!p.rehearsal || p.test);
  STELE_ASSERT(p.root_quorum >= 1 && p.root_quorum <= p.roots);
  const auto none = assemble(p, {});
  STELE_ASSERT(!none && none.error().size() == 1 + p.orderers.size() + p.validators.size() + p.vaults.size());
  STELE_ASSERT(plan_words(p, Lang::vi).size() == plan_words(p, Lang::en).size());
  STELE_ASSERT(!check_follows(p, record::Genesis{}));
}

void judge(const Half& h) {
  told(check_half(another_plan(), h));
  Plan p = another_plan();
  p.digest = h.plan;
  if (h.role != Role::root) p.orderers = p.validators = p.vaults = {h.who};
  const auto checked = check_half(p, h);
  STELE_ASSERT(checked || checked.error().code == "file_bad_proof");
  // What this key did not sign, it did not sign under another plan either.
  p.digest.bytes[0] ^= 1U;
  auto moved = h;
  moved.plan = p.digest;
  STELE_ASSERT(!check_half(p, moved));
}

void judge(const Minutes& m) {
  Plan p = another_plan();
  p.digest = m.plan;
  record::Genesis g;
  g.digest = m.genesis;
  g.roots.push_back({m.root, PublicKey{}});
  const auto checked = check_minutes(p, g, m);
  STELE_ASSERT(!checked && checked.error().code == "file_bad_signature");
}

template <class T, class Write>
bool take(const Result<T>& read, std::string_view text, Write write) {
  told(read);
  if (!read) return false;
  STELE_ASSERT(write(*read) == text);
  judge(*read);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(ByteView(data, size));
  const int kinds = int(take(read_plan(text), text, write_plan)) + int(take(read_half(text), text, write_half)) +
                    int(take(read_minutes(text), text, write_minutes));
  STELE_ASSERT(kinds <= 1);
  return 0;
}
