// Reading a PDF that anybody may have made: in a process of its own, with bounds on memory and time.
#pragma once

#include "ledger/base/error.h"
#include "ledger/paper/pdf.h"

namespace stele::paper {

/// What the PDF holds. Errors: `pdf_too_large` (above 16 MiB), `pdf_not_pdf`, `pdf_damaged`, `pdf_locked` (a password),
/// `pdf_too_heavy` (needs more memory, time or parts than the bounds allow; it may be an attack). A crash of the reader
/// is `pdf_too_heavy` too, and harms nobody.
[[nodiscard]] Result<PdfFacts> examine_pdf(const std::string& bytes);

/// The facts as bytes and back, between the two processes.
[[nodiscard]] std::string pack(const PdfRead&);
[[nodiscard]] bool unpack(std::string_view, PdfRead&);

}  // namespace stele::paper
