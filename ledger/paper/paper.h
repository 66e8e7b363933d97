// Documents on paper: a document file and its verdict become a PDF that carries the file, so that it proves itself; and
// a PDF is compared with what its file, printed again, looks like. "What is printed is what was signed." No sockets, no
// clock; the same document gives the same bytes on every machine with the same libraries (`renderer_version`).
#pragma once

#include "ledger/paper/examine.h"
#include "ledger/verdict/verdict.h"

namespace stele::paper {

inline constexpr std::string_view attachment_name = "document.stele.json";

enum class Form : std::uint8_t { transcript, diploma, certificate, copy };
[[nodiscard]] std::string_view form_name(Form);
[[nodiscard]] std::optional<Form> form_of(std::string_view name);

struct PrintOptions {
  std::optional<Form> form{};  ///< none: that of the document
  std::string link{};          ///< for the QR code; empty: the link of the record
  bool codes = false;          ///< pages at the end with the whole document as QR codes: the paper alone proves itself
};
/// The PDF. The file attached is a copy without the book key, which is the holder's alone. Errors: `paper_not_valid`,
/// `paper_form` (no such form of this document), `paper_link`, `paper_font`, `paper_glyph`, `qr_set_too_long`, those of
/// reading the file.
[[nodiscard]] Result<std::string> print(const record::Genesis&, std::string_view document, const PrintOptions&);

/// Names and versions of everything that decides about a page's bytes. It stands in each PDF.
[[nodiscard]] std::string renderer_version();

/// One way in which a PDF is not the print of the document that it carries.
struct Difference {
  std::string code;   ///< stable: page_added, text_changed, attachment_swapped … (docs/wire-format.md section 11a)
  std::string where;  ///< "page 2", "/Title"; empty: the file
  std::string vi, en;
};
/// The verdict's part "print".
struct PrintVerdict {
  verdict::Answer answer = verdict::Answer::not_checked;
  std::string code;  ///< "same_print", "other_renderer", that of the gravest difference, or why it was not checked
  std::string where, vi, en;
  std::vector<Difference> differences;  ///< gravest first
};
/// The one document that a PDF carries; none with the print's verdict filled in if there is none, or several.
[[nodiscard]] std::optional<std::string> document_in(const PdfFacts&, PrintVerdict&);
/// Prints the attached document again and compares. Errors are ours only: fonts that are not there, say.
[[nodiscard]] Result<PrintVerdict> check_print(const record::Genesis&, const std::string& pdf, const PdfFacts&,
                                               std::string_view document);
/// The verdict of a PDF in machine form: that of its document with the part `print`; a print that differs makes a valid
/// document's outcome `altered`.
[[nodiscard]] json::Value with_print(json::Value verdict, const PrintVerdict&);

/// What was verified, for a report.
struct ReportItem {
  std::string file;  ///< its name
  Digest sha256;
  json::Value verdict;  ///< machine form
};
/// A report on verdicts: each part with its answer, the time, the checkpoint as of which the status holds. `time`: of
/// the verification. It proves nothing by itself, and says so.
[[nodiscard]] Result<std::string> report(std::string_view net, const std::vector<ReportItem>&, UnixSeconds time, Lang);

}  // namespace stele::paper
