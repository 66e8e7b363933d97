// Texts of scanned codes, a line each: a set is joined or refused, and base45 has one form for each byte string.
#include "ledger/base/assert.h"
#include "ledger/paper/qr.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = stele::as_text({data, size});
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  if (const auto document = stele::paper::join_document(lines)) {
    const auto again = stele::paper::split_document(*document);
    STELE_ASSERT(!again || stele::paper::join_document(*again).value() == *document);
  }
  if (const auto bytes = stele::paper::unbase45(text)) STELE_ASSERT(stele::paper::base45(*bytes) == text);
  STELE_ASSERT(stele::paper::unbase45(stele::paper::base45({data, size})) == stele::Bytes(data, data + size));
  (void)stele::paper::is_link("https://vidu.example", text);
  return 0;
}
