// The report on a verification.
#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/paper/paper.h"
#include "ledger/paper/sheet.h"

namespace stele::paper {
namespace {

constexpr double margin = 18;
constexpr Colour green{0.10, 0.42, 0.22};
constexpr Colour amber{0.68, 0.42, 0.05};

std::string text(const json::Value& v, std::string_view name) {
  const auto* x = v.find(name);
  return x != nullptr && x->is(json::Kind::string) ? x->string() : std::string();
}
const json::Value* object(const json::Value& v, std::string_view name) {
  const auto* x = v.find(name);
  return x != nullptr && x->is(json::Kind::object) ? x : nullptr;
}
std::string number(const json::Value& v, std::string_view name) {
  const auto* x = v.find(name);
  return x != nullptr && x->is(json::Kind::integer) ? std::to_string(x->integer()) : std::string();
}

std::string answer_word(std::string_view answer, bool vi) {
  if (answer == "ok") return vi ? "Đạt" : "Passed";
  if (answer == "failed") return vi ? "Không đạt" : "Failed";
  return vi ? "Chưa kiểm" : "Not checked";
}

/// "31/05/2026 15:00" of a UTC text.
std::string when(const std::string& utc) {
  const auto t = parse_utc(utc);
  return t ? time_label(*t) : std::string();
}

class Report {
 public:
  Report(Canvas& canvas, Lang lang, std::size_t pages)
      : lang_(lang), pages_(pages), sheet_(canvas, margin, [this](Canvas& c) { foot(c); }) {}

  void head(std::string_view net, UnixSeconds time) {
    sheet_.paragraph({.size = 24, .display = true, .colour = red},
                     vi() ? "Biên bản kiểm tra văn bản" : "Report on documents verified", "H1");
    sheet_.skip(2);
    sheet_.fields({{vi() ? "Kiểm tra lúc" : "Verified at", fmt::format("{} ({})", time_label(time), utc_text(time))},
                   {vi() ? "Mạng" : "Network", std::string(net)}});
    sheet_.skip(4);
  }

  void item(const ReportItem& i) {
    const auto& v = i.verdict;
    const auto outcome = text(v, "outcome");
    const bool good = outcome == "valid", old = outcome == "status_too_old";
    sheet_.need(60);
    sheet_.paragraph({.size = 12.5, .bold = true}, i.file, "H2");
    auto said = text(v, vi() ? "vi" : "en");
    sheet_.paragraph({.size = 13,
                      .bold = true,
                      .colour = good  ? green
                                : old ? amber
                                      : red},
                     (vi() ? "Kết luận: " : "Outcome: ") + said);
    sheet_.skip(2);
    facts(v, hex(i.sha256.view()));
    sheet_.skip(2);
    parts(v);
    sheet_.skip(8);
  }

  void finish() {
    sheet_.need(24);
    sheet_.paragraph(
        {.size = 8.5, .italic = true, .colour = grey},
        vi() ? "Biên bản này do chương trình stele lập từ chính tệp được kiểm tra và tệp gốc (genesis) của mạng. Bản "
               "thân "
               "biên bản không chứng minh gì: ai cần chắc chắn thì kiểm tra lại chính tệp có mã SHA-256 ghi ở trên."
             : "The program stele made this report from the file itself and the network's genesis file. The report "
               "proves "
               "nothing by itself: whoever needs to be sure verifies the file with the SHA-256 above.");
    sheet_.finish();
  }

 private:
  [[nodiscard]] bool vi() const { return lang_ == Lang::vi; }

  void facts(const json::Value& v, const std::string& digest) {
    std::vector<std::pair<std::string, std::string>> list;
    if (const auto* r = object(v, "record")) {
      list.emplace_back(vi() ? "Loại" : "Kind", label(Words::type, text(*r, "type"), lang_));
      list.emplace_back(vi() ? "Đơn vị cấp" : "Issued by", text(*r, "org_name"));
      if (const auto* s = object(*r, "signer")) {
        const auto title = text(*s, "title");
        list.emplace_back(vi() ? "Người ký" : "Signed by", text(*s, "name") + (title.empty() ? "" : ", " + title));
      }
      list.emplace_back(vi() ? "Mã bản ghi" : "Record id", text(*r, "id"));
      if (const auto* b = object(*r, "block")) list.emplace_back(vi() ? "Trên sổ cái" : "On the ledger", place(*b));
    }
    if (const auto* s = object(v, "status")) {
      if (const auto* at = object(*s, "as_of")) {
        list.emplace_back(vi() ? "Tình trạng" : "Status", label(Words::status, text(*s, "state"), lang_) +
                                                              (vi() ? ", tính đến " : ", as of ") + place(*at));
      }
    }
    if (const auto* claims = object(v, "claims")) {
      list.emplace_back(label(Words::claim, "name", lang_), text(*claims, "name"));
      list.emplace_back(label(Words::claim, "serial", lang_), text(*claims, "serial"));
    }
    list.emplace_back("SHA-256", digest);
    sheet_.fields(list);
  }

  /// A checkpoint: {height, time}.
  [[nodiscard]] std::string place(const json::Value& at) const {
    return fmt::format("{} {}, {}", vi() ? "khối" : "block", number(at, "height"), when(text(at, "time")));
  }

  void parts(const json::Value& v) {
    const auto* list = v.find("parts");
    if (list == nullptr || !list->is(json::Kind::array)) return;
    std::vector<Row> rows;
    for (const auto& p : list->items()) {
      rows.push_back({{label(Words::part, text(p, "part"), lang_), true},
                      {answer_word(text(p, "answer"), vi())},
                      {text(p, vi() ? "vi" : "en")}});
    }
    sheet_.table({{vi() ? "Phần" : "Part", 40},
                  {vi() ? "Kết quả" : "Answer", 26, Align::centre},
                  {vi() ? "Vì sao" : "Reason", sheet_.width() - 66}},
                 rows, 9.5);
  }

  void foot(Canvas& c) const {
    const double y = c.height() - 14;
    c.line({margin, y - 1.2}, {c.width() - margin, y - 1.2}, 0.15, pale);
    c.text({margin, y}, c.width() - 2 * margin, {.size = 7.5, .colour = grey, .align = Align::right},
           fmt::format("{} {}/{}", vi() ? "Trang" : "Page", c.pages(), pages_), "P");
  }

  Lang lang_;
  std::size_t pages_;
  Sheet sheet_;
};

std::size_t draw(Canvas& canvas, std::string_view net, const std::vector<ReportItem>& items, UnixSeconds time,
                 Lang lang, std::size_t pages) {
  Report r(canvas, lang, pages);
  r.head(net, time);
  for (const auto& i : items) r.item(i);
  r.finish();
  return canvas.pages();
}

}  // namespace

Result<std::string> report(std::string_view net, const std::vector<ReportItem>& items, UnixSeconds time, Lang lang) {
  const bool vi = lang == Lang::vi;
  const About about{vi ? "Biên bản kiểm tra văn bản" : "Report on documents verified", "stele", std::string(net),
                    utc_text(time)};
  STELE_TRY(auto first, Canvas::open(a4_short, a4_long, about));
  const auto pages = draw(first, net, items, time, lang, 0);
  STELE_TRY(auto canvas, Canvas::open(a4_short, a4_long, about));
  (void)draw(canvas, net, items, time, lang, pages);
  STELE_TRY(const auto drawn, canvas.finish());
  std::string out;
  if (!complete_pdf(drawn, {{}, {}, {}, {}, vi ? "vi" : "en"}, out)) {
    return Unexpected(make_error("paper_draw", "Không hoàn thành được tệp PDF: " + out + ".",
                                 "The PDF can't be completed: " + out + "."));
  }
  return out;
}

}  // namespace stele::paper
