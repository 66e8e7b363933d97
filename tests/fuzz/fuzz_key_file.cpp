// Key files as anybody may have written them: read in clear, no key is derived. An input is a file, or a header that is
// put into one, so that the fuzzer need not learn base64. Also pick-up codes as people type them.
#include <cstddef>
#include <cstdint>

#include "ledger/base/encoding.h"
#include "signer/issue.h"
#include "signer/keyfile.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

bool check(std::string_view text) {
  const auto header = signer::decode_key_header(text, "folder/an.key");
  if (!header) {
    STELE_ASSERT(header.error().code.starts_with("key_file_") && header.error().where.file == "an.key");
    return false;
  }
  STELE_ASSERT(text.size() <= signer::key_file_bytes_max);
  STELE_ASSERT(header->person.size() >= 22);
  (void)header->kid();
  return true;
}

std::string file_around(std::string_view header) {
  return R"({"stele":"key","v":1,"header":")" + base64url(as_bytes(header)) +
         R"(","nonce":"gxvqfiOESkOhsDlp","sealed":"AAAA"})" + "\n";
}

void pickup_code(std::string_view text) {
  const auto digest = signer::pickup_digest_of(text);
  if (!digest) return;
  // Hyphens, spaces and the case of letters say nothing.
  std::string lower;
  for (const char c : text) {
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    lower += '-';
  }
  STELE_ASSERT(signer::pickup_digest_of(lower) == digest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(ByteView(data, size));
  if (check(text)) {
    // One text for each file: nothing can be put behind it, nothing left out.
    STELE_ASSERT(!check(std::string(text) + " "));
    STELE_ASSERT(!check(text.substr(0, text.size() - 1)));
  }
  (void)check(file_around(text));
  pickup_code(text);
  return 0;
}
