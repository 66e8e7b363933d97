// PDFs that anybody may have made: whatever comes is read within bounds or refused, and what is read passes unchanged
// between the reader's process and ours. The process and its limits are left out here: the fuzzer has its own.
#include "ledger/base/assert.h"
#include "ledger/paper/examine.h"
#include "ledger/paper/paper.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto read = stele::paper::read_pdf(bytes);
  STELE_ASSERT(read.facts.pages.size() <= stele::paper::pdf_pages_max);
  const auto packed = stele::paper::pack(read);
  stele::paper::PdfRead again;
  STELE_ASSERT(stele::paper::unpack(packed, again));
  STELE_ASSERT(stele::paper::pack(again) == packed);
  stele::paper::PrintVerdict why;
  const auto document = stele::paper::document_in(read.facts, why);
  STELE_ASSERT(document.has_value() == (read.facts.attachments.size() == 1));
  for (const auto& [code, text] : stele::paper::read_cmap(bytes)) STELE_ASSERT(text.size() <= size * 3 + 8);
  (void)stele::paper::unpack(bytes, again);
  return 0;
}
