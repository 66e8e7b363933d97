// What is read out of a PDF, and how a drawn one is completed (qpdf behind it). This header and its .cpp are C++17,
// since qpdf's headers are no C++20 for clang 14; so they know nothing of our other types.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace stele::paper {

constexpr std::size_t pdf_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t pdf_objects_max = 50'000;
constexpr std::size_t pdf_pages_max = 200;
constexpr std::size_t pdf_stream_bytes_max = 8 * 1024 * 1024;  ///< of one stream, unpacked
constexpr std::size_t pdf_total_bytes_max = 48 * 1024 * 1024;  ///< of all that is kept

struct PdfAttachment {
  std::string name, bytes;
};
struct PdfPage {
  std::vector<std::string> texts;  ///< UTF-8, a line or less each, in drawing order
  std::string drawing;             ///< the unpacked content, with that of the forms and pictures that it draws
  std::string box;                 ///< the page's size, as written
  std::size_t notes = 0;           ///< annotations: comments, stamps, links, fields
};
struct PdfFacts {
  bool damaged = false;  ///< qpdf had to repair something
  std::vector<PdfPage> pages;
  std::vector<PdfAttachment> attachments;    ///< wherever they hang
  std::map<std::string, std::string> info;   ///< "/Title" to UTF-8
  std::map<std::string, std::string> fonts;  ///< name to program, of all fonts embedded
  std::string lang;
  bool active = false;  ///< scripts or actions that run on opening
};

enum class PdfFault { none, not_pdf, damaged, locked, too_heavy };
struct PdfRead {
  PdfFault fault = PdfFault::none;
  std::string why;  ///< qpdf's words, for the curious
  PdfFacts facts;
};
/// Reads hostile bytes within the bounds above. Unpacking of cross-reference and object streams is qpdf's own and has
/// no bound: call it through `examine_pdf` (examine.h), which gives it a process of its own. Never throws.
PdfRead read_pdf(const std::string& bytes);

struct PdfAddition {
  PdfAttachment attachment;  ///< none if it has no name
  std::string description;
  std::string time;  ///< "D:20260531080000Z"
  std::map<std::string, std::string> info;
  std::string lang;
};
/// Cairo's PDF with attachment, language and information added, and an identity derived from its bytes. Deterministic.
/// False: `out` says why.
bool complete_pdf(const std::string& drawn, const PdfAddition&, std::string& out);

/// "qpdf/11.3.0"
std::string pdf_version();

/// The characters of a ToUnicode map: code to UTF-8. Never throws; at most 70,000 codes.
std::map<unsigned, std::string> read_cmap(const std::string& text);

}  // namespace stele::paper
