// "What is printed is what was signed": the attached document is printed again, and the two are compared. What is told
// are the differences that a reader would care about, gravest first; whether there is one at all, the bytes decide.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/base/text.h"
#include "ledger/paper/paper.h"

namespace stele::paper {
namespace {

constexpr std::size_t texts_told_max = 3;
constexpr std::size_t text_chars_max = 120;
constexpr std::size_t differences_max = 12;

/// Text of a hostile file, fit to be shown and to stand in JSON.
std::string shown(std::string_view text) {
  const auto nfc = to_nfc(text.substr(0, text_chars_max * 4));
  if (!nfc) return "…";
  std::string out;
  std::size_t chars = 0;
  for (std::size_t i = 0; i < nfc->size() && chars < text_chars_max; ++chars) {
    std::size_t end = i + 1;
    while (end < nfc->size() && (static_cast<unsigned char>((*nfc)[end]) & 0xC0U) == 0x80U) ++end;
    const auto one = nfc->substr(i, end - i);
    // Every single letter may stand in a record, or it is no letter.
    const auto fault = check_text(one);
    out += fault == TextFault::none || fault == TextFault::not_nfc ? one : std::string(" ");
    i = end;
  }
  const auto whole = to_nfc(out);
  return whole && check_text(*whole) == TextFault::none ? *whole : "…";
}

std::string letters_of(const PdfPage& p) {
  std::string out;
  for (const auto& t : p.texts) {
    for (const char c : t) {
      if (c != ' ' && c != '\n') out += c;
    }
  }
  return out;
}

class Comparison {
 public:
  Comparison(const PdfFacts& want, const PdfFacts& have) : want_(want), have_(have) {}

  std::vector<Difference> run(const std::string& want_bytes, const std::string& have_bytes) {
    document();
    pages();
    drawings();
    rest();
    if (have_bytes.size() > want_bytes.size() && have_bytes.starts_with(want_bytes)) {
      add("appended", "", "có phần được nối thêm vào sau tệp gốc", "something was appended to the original file");
    }
    if (list_.empty()) {
      add("resaved", "",
          have_.damaged ? "tệp bị hỏng hoặc bị sửa ở chỗ không đọc thành chữ"
                        : "tệp đã được một chương trình khác lưu lại: chữ như cũ, nhưng từng byte thì không",
          have_.damaged ? "the file was damaged or altered where it is not read as text"
                        : "another program saved the file again: the text is as it was, the bytes are not");
    }
    return std::move(list_);
  }

  /// Only what can be compared between versions of the renderer.
  std::vector<Difference> texts_only() {
    document();
    pages();
    return std::move(list_);
  }

 private:
  void add(std::string code, std::string where, std::string vi, std::string en) {
    if (list_.size() < differences_max)
      list_.push_back({std::move(code), std::move(where), std::move(vi), std::move(en)});
  }
  static std::string page(std::size_t i) { return fmt::format("page {}", i + 1); }

  void document() {
    const auto named = have_.info.find("/SteleDocument"), own = want_.info.find("/SteleDocument");
    if (named != have_.info.end() && own != want_.info.end() && named->second != own->second) {
      add("attachment_swapped", std::string(attachment_name),
          "văn bản đính kèm không phải văn bản mà tệp PDF này được in ra từ đó",
          "the attached document is not the one that this PDF was printed from");
    }
  }

  void pages() {
    const auto a = want_.pages.size(), b = have_.pages.size();
    if (a == b) {
      for (std::size_t i = 0; i < a; ++i) texts(i, i);
      return;
    }
    // Which ones: pages that have no partner of the same text.
    std::vector<bool> met(a, false);
    for (std::size_t i = 0; i < b; ++i) {
      const auto letters = letters_of(have_.pages[i]);
      std::size_t k = 0;
      while (k < a && (met[k] || letters_of(want_.pages[k]) != letters)) ++k;
      if (k < a) {
        met[k] = true;
      } else if (b > a) {
        add("page_added", page(i), fmt::format("trang {} không có trong bản gốc", i + 1),
            fmt::format("page {} is not in the original", i + 1));
      } else {
        add("text_changed", page(i), fmt::format("trang {} khác mọi trang của bản gốc", i + 1),
            fmt::format("page {} is like no page of the original", i + 1));
      }
    }
    for (std::size_t k = 0; k < a; ++k) {
      if (met[k] || a < b) continue;
      add("page_removed", page(k), fmt::format("thiếu trang {} của bản gốc", k + 1),
          fmt::format("page {} of the original is missing", k + 1));
    }
    if (list_.empty()) {
      add(b > a ? "page_added" : "page_removed", "", fmt::format("có {} trang thay vì {}", b, a),
          fmt::format("there are {} pages instead of {}", b, a));
    }
  }

  void texts(std::size_t i, std::size_t k) {
    const auto &a = want_.pages[i].texts, &b = have_.pages[k].texts;
    if (a == b || letters_of(want_.pages[i]) == letters_of(have_.pages[k])) return;
    std::size_t from = 0, a_end = a.size(), b_end = b.size();
    while (from < a_end && from < b_end && a[from] == b[from]) ++from;
    while (a_end > from && b_end > from && a[a_end - 1] == b[b_end - 1]) --a_end, --b_end;
    const auto count = std::max(a_end, b_end) - from;
    std::size_t told = 0;
    for (std::size_t n = 0; n < count && told < texts_told_max; ++n) {
      const auto before = from + n < a_end ? shown(a[from + n]) : std::string();
      const auto after = from + n < b_end ? shown(b[from + n]) : std::string();
      if (from + n < a_end && from + n < b_end && a[from + n] == b[from + n]) continue;
      ++told;
      if (before.empty()) {
        add("text_added", page(k), fmt::format("trang {} có thêm chữ \"{}\"", k + 1, after),
            fmt::format("page {} has the added text \"{}\"", k + 1, after));
      } else if (after.empty()) {
        add("text_removed", page(k), fmt::format("trang {} thiếu chữ \"{}\"", k + 1, before),
            fmt::format("page {} lacks the text \"{}\"", k + 1, before));
      } else {
        add("text_changed", page(k), fmt::format("trang {}: \"{}\" đã bị thay bằng \"{}\"", k + 1, before, after),
            fmt::format("page {}: \"{}\" was replaced by \"{}\"", k + 1, before, after));
      }
    }
  }

  void drawings() {
    if (want_.pages.size() != have_.pages.size()) return;
    for (std::size_t i = 0; i < want_.pages.size(); ++i) {
      const auto &a = want_.pages[i], &b = have_.pages[i];
      if (a.notes != b.notes) {
        add("note_added", page(i), fmt::format("trang {} có ghi chú, con dấu hay ô điền dán thêm", i + 1),
            fmt::format("page {} has notes, stamps or fields put on it", i + 1));
      }
      if (a.box != b.box) {
        add("page_cut", page(i), fmt::format("khổ của trang {} đã bị đổi", i + 1),
            fmt::format("the size of page {} was changed", i + 1));
      }
      if (a.drawing != b.drawing && letters_of(a) == letters_of(b)) {
        add("drawing_changed", page(i), fmt::format("hình vẽ hay cách trình bày của trang {} đã bị đổi", i + 1),
            fmt::format("pictures, shapes or the layout of page {} were changed", i + 1));
      }
    }
  }

  void rest() {
    if (want_.fonts != have_.fonts) {
      add("fonts_changed", "", "phông chữ đã bị thay, thêm hay bớt", "fonts were replaced, added or removed");
    }
    for (const auto& [key, value] : want_.info) {
      const auto it = have_.info.find(key);
      if (it == have_.info.end() || it->second != value) metadata(key);
    }
    for (const auto& [key, value] : have_.info) {
      if (!want_.info.contains(key)) metadata(shown(key));
    }
    if (want_.lang != have_.lang) metadata("/Lang");
    if (have_.active && !want_.active) {
      add("active", "", "tệp chứa lệnh tự chạy khi mở hoặc biểu mẫu",
          "the file holds actions that run on opening, or a form");
    }
  }
  void metadata(const std::string& key) {
    add("metadata_changed", key, fmt::format("thông tin {} của tệp đã bị đổi", key),
        fmt::format("the file's property {} was changed", key));
  }

  const PdfFacts &want_, &have_;
  std::vector<Difference> list_;
};

std::string info(const PdfFacts& f, const char* key) {
  const auto it = f.info.find(key);
  return it == f.info.end() ? std::string() : it->second;
}

PrintVerdict differs(std::vector<Difference> list) {
  PrintVerdict out;
  out.answer = verdict::Answer::failed;
  out.code = list.front().code, out.where = list.front().where;
  out.vi = "bản in khác với văn bản đã ký: ", out.en = "the print is not what was signed: ";
  for (std::size_t i = 0; i < list.size(); ++i) {
    out.vi += (i == 0 ? "" : "; ") + list[i].vi;
    out.en += (i == 0 ? "" : "; ") + list[i].en;
  }
  out.differences = std::move(list);
  return out;
}

PrintVerdict not_checked(std::string code, std::string vi, std::string en) {
  PrintVerdict out;
  out.code = std::move(code), out.vi = std::move(vi), out.en = std::move(en);
  return out;
}

}  // namespace

std::optional<std::string> document_in(const PdfFacts& facts, PrintVerdict& out) {
  if (facts.attachments.size() == 1) return facts.attachments.front().bytes;
  if (facts.attachments.empty()) {
    out =
        differs({{"attachment_missing", "",
                  "tệp PDF không mang theo văn bản số: chỉ là hình ảnh, không chứng minh được gì. Hãy xin tệp PDF gốc",
                  "the PDF carries no document: it is a mere picture and proves nothing. Ask for the original PDF"}});
  } else {
    out = differs({{"attachment_several", "", "tệp PDF mang nhiều tệp đính kèm nên không biết văn bản nào là thật",
                    "the PDF carries several attachments, so that nobody can say which is meant"}});
  }
  return std::nullopt;
}

Result<PrintVerdict> check_print(const record::Genesis& genesis, const std::string& pdf, const PdfFacts& have,
                                 std::string_view document) {
  if (verdict::judge_document(genesis, document, {}).outcome != verdict::Outcome::valid) {
    return not_checked("document_not_valid", "chưa so bản in, vì chính văn bản không hợp lệ",
                       "the print was not compared, since the document itself is not valid");
  }
  PrintOptions o;
  o.form = form_of(info(have, "/SteleForm"));
  o.link = info(have, "/SteleLink");
  o.codes = have.info.contains("/SteleCodes");
  auto again = print(genesis, document, o);
  if (!again && (again.error().code == "paper_link" || again.error().code == "paper_form")) {
    // Whoever changed these may have changed anything: compare with the usual print.
    auto out = print(genesis, document, {});
    if (!out) return Unexpected(std::move(out).error());
    again = std::move(out);
  }
  if (!again) return Unexpected(std::move(again).error());
  if (*again == pdf) {
    PrintVerdict out;
    out.answer = verdict::Answer::ok;
    out.code = "same_print";
    out.vi = "bản in đúng từng byte với văn bản đã ký",
    out.en = "the print is byte for byte that of the signed document";
    return out;
  }
  STELE_TRY(const auto want, examine_pdf(*again));
  const auto renderer = info(have, "/SteleRenderer");
  if (renderer == renderer_version() || renderer.empty()) return differs(Comparison(want, have).run(*again, pdf));
  auto list = Comparison(want, have).texts_only();
  if (!list.empty()) return differs(std::move(list));
  return not_checked(
      "other_renderer",
      fmt::format("bản in do phiên bản khác dựng ({}; ở đây là {}): chữ giống hệt, còn hình thức thì chưa so",
                  shown(renderer), renderer_version()),
      fmt::format("printed by another version ({}; this one is {}): the text is the same, the looks were not compared",
                  shown(renderer), renderer_version()));
}

json::Value with_print(json::Value v, const PrintVerdict& p) {
  constexpr std::string_view answers[] = {"ok", "failed", "not_checked"};
  auto part = json::Value::object({{"part", "print"},
                                   {"answer", answers[std::size_t(p.answer)]},
                                   {"code", p.code},
                                   {"where", p.where},
                                   {"vi", p.vi},
                                   {"en", p.en}});
  if (!p.differences.empty()) {
    auto list = json::Value::array();
    for (const auto& d : p.differences) {
      list.push(json::Value::object({{"code", d.code}, {"where", d.where}, {"vi", d.vi}, {"en", d.en}}));
    }
    part.set("differences", std::move(list));
  }
  auto parts = json::Value::array();
  if (const auto* old = v.find("parts"); old != nullptr && old->is(json::Kind::array)) parts = *old;
  parts.push(std::move(part));
  v.set("parts", std::move(parts));
  const auto* outcome = v.find("outcome");
  const bool good = outcome != nullptr && outcome->is(json::Kind::string) &&
                    (outcome->string() == verdict::outcome_name(verdict::Outcome::valid) ||
                     outcome->string() == verdict::outcome_name(verdict::Outcome::status_too_old));
  if (good && p.answer == verdict::Answer::failed) {
    v.set("outcome", verdict::outcome_name(verdict::Outcome::altered));
    v.set("vi", "bản in đã bị sửa, văn bản số đính kèm thì hợp lệ");
    v.set("en", "the print was altered, though the attached document is valid");
  }
  return v;
}

}  // namespace stele::paper
