// From a document file to a PDF.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/paper/fonts.h"
#include "ledger/paper/paper.h"
#include "ledger/paper/sheet.h"

namespace stele::paper {
namespace {

/// Raised whenever a form is drawn in another way: an old print is then told from a changed one.
constexpr int drawing_version = 2;

constexpr std::array<std::string_view, 4> form_names{"transcript", "diploma", "certificate", "copy"};

std::optional<Form> usual_form(record::Type type) {
  switch (type) {
    case record::Type::transcript:
      return Form::transcript;
    case record::Type::diploma:
      return Form::diploma;
    case record::Type::certificate:
      return Form::certificate;
    default:
      return std::nullopt;
  }
}

bool fits(Form form, record::Type type) {
  if (form == Form::copy) return type == record::Type::diploma || type == record::Type::certificate;
  return usual_form(type) == form;
}

Result<Form> form_for(const PrintOptions& o, record::Type type) {
  const auto form = o.form ? o.form : usual_form(type);
  if (form && fits(*form, type)) return *form;
  return Unexpected(
      make_error("paper_form",
                 "Văn bản này không in được theo mẫu đã chọn: học bạ in theo transcript; bằng theo diploma "
                 "hoặc copy; chứng chỉ theo certificate hoặc copy.",
                 "This document has no such form: a transcript prints as transcript; a diploma as diploma "
                 "or copy; a certificate as certificate or copy."));
}

Canvas& draw(Canvas& canvas, Form form, const Job& job) {
  switch (form) {
    case Form::transcript:
      draw_transcript(canvas, job);
      break;
    case Form::diploma:
      draw_diploma(canvas, job);
      break;
    case Form::certificate:
      draw_certificate(canvas, job);
      break;
    case Form::copy:
      draw_copy(canvas, job);
      break;
  }
  if (!job.set.empty()) draw_codes(canvas, job);
  return canvas;
}

bool landscape(Form form) {
  return form == Form::diploma || form == Form::certificate;
}

std::string title_of(const Content& c, Form form) {
  auto out = label(Words::type, record::type_name(c.type), Lang::vi);
  if (form == Form::copy) out = "bản sao " + out;
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  if (const auto name = c.value("name"); !name.empty()) out += " – " + name;
  return out;
}

/// "D:20260531080000Z" of "2026-05-31T08:00:00Z".
std::string pdf_time(std::string_view utc) {
  std::string out = "D:";
  for (const char ch : utc) {
    if (ch >= '0' && ch <= '9') out += ch;
  }
  return out + "Z";
}

/// The copy that goes into the PDF: without the book key.
Result<std::string> shown_copy(std::string_view document) {
  auto file = verdict::decode_document(document);
  if (!file) return Unexpected(to_error(file.error()));
  file->book.reset();
  return verdict::encode(std::move(*file));
}

Result<std::vector<QrCode>> codes_of(std::string_view document) {
  STELE_TRY(const auto texts, split_document(document));
  std::vector<QrCode> out;
  for (const auto& t : texts) {
    STELE_TRY(auto code, qr_of(t));
    out.push_back(std::move(code));
  }
  return out;
}

}  // namespace

std::string_view form_name(Form f) {
  return form_names[std::size_t(f)];
}
std::optional<Form> form_of(std::string_view name) {
  const auto it = std::find(form_names.begin(), form_names.end(), name);
  if (it == form_names.end()) return std::nullopt;
  return static_cast<Form>(it - form_names.begin());
}

std::string renderer_version() {
  return fmt::format("stele-paper/{} {} {} fonts/{}", drawing_version, drawing_versions(), pdf_version(),
                     fonts_digest());
}

Result<std::string> print(const record::Genesis& genesis, std::string_view document, const PrintOptions& o) {
  STELE_TRY(const auto copy, shown_copy(document));
  STELE_TRY(const auto content, content_of(genesis, copy));
  STELE_TRY(const auto form, form_for(o, content.type));
  const auto own_link = link_of(genesis.base_url, *content.verdict.id);
  const auto link = o.link.empty() ? own_link : o.link;
  if (!is_link(genesis.base_url, link)) {
    return Unexpected(make_error("paper_link", "Liên kết của mã QR không thuộc mạng này.",
                                 "The link of the QR code does not belong to this network."));
  }
  STELE_TRY(const auto qr, qr_of(link));
  Job job{content, qr, link, link != own_link, 0, {}};
  if (o.codes) {
    STELE_TRY(job.set, codes_of(copy));
  }
  const About about{title_of(content, form), content.school, content.verdict.org, utc_text(*content.verdict.issued)};
  const double width = landscape(form) ? a4_long : a4_short, height = landscape(form) ? a4_short : a4_long;
  STELE_TRY(auto first, Canvas::open(width, height, about));
  job.pages = draw(first, form, job).pages();
  STELE_TRY(auto canvas, Canvas::open(width, height, about));
  STELE_TRY(const auto drawn, draw(canvas, form, job).finish());

  PdfAddition add;
  add.attachment = {std::string(attachment_name), copy};
  add.description = "Văn bản số của Stele: tệp này mới là văn bản";
  add.time = pdf_time(about.time);
  add.lang = "vi";
  add.info = {{"/SteleForm", std::string(form_name(form))},
              {"/SteleRenderer", renderer_version()},
              {"/SteleDocument", hex(sha256(as_bytes(copy)).view())},
              {"/SteleLink", link}};
  if (o.codes) add.info["/SteleCodes"] = "whole";
  std::string out;
  if (!complete_pdf(drawn, add, out)) {
    return Unexpected(make_error("paper_draw", "Không hoàn thành được tệp PDF: " + out + ".",
                                 "The PDF can't be completed: " + out + "."));
  }
  return out;
}

}  // namespace stele::paper
