// Prints: what they hold, that they are the same wherever they are made, and what is refused.
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ledger/base/hash.h"
#include "ledger/paper/fonts.h"
#include "ledger/paper/qr.h"
#include "tests/unit/paper/made.h"

namespace stele::paper {
namespace {

std::string all_text(const std::string& pdf) {
  std::string out;
  const auto facts = examine_pdf(pdf);
  EXPECT_TRUE(facts.has_value());
  if (!facts) return out;
  for (const auto& p : facts->pages) {
    for (const auto& t : p.texts) out += t + "\n";
  }
  return out;
}

void expect_all(const std::string& text, std::initializer_list<std::string_view> parts) {
  for (const auto part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Print, IsItselfAgainAndItsDocumentIsValid) {
  for (const auto* document : {&diploma(), &transcript(), &extract()}) {
    const auto told = verified(printed(*document));
    EXPECT_EQ(told.outcome, "valid");
    EXPECT_EQ(told.print.answer, verdict::Answer::ok) << told.print.en;
    EXPECT_EQ(told.print.code, "same_print");
  }
}

TEST(Print, HoldsEveryVietnameseWordAsText) {
  expect_all(
      all_text(printed(diploma())),
      {"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "BẰNG TỐT NGHIỆP", "TRUNG HỌC PHỔ THÔNG",
       "Nguyễn Thị Ánh Nguyệt-Thử", "14/03/2008", "Thừa Thiên Huế", "Ê Đê", "Trường THPT Ví Dụ Số 1", "Giỏi",
       "B00000001", "0001/2026/THPT", "ngày 01 tháng 07 năm 2026", "Nguyễn Thị Giang", "Bản thể hiện"});
  expect_all(all_text(printed(transcript())),
             {"HỌC BẠ", "Nguyễn Văn An", "Toán", "8.3", "9.0", "8.8", "Giáo dục thể chất", "Đạt", "Được lên lớp",
              "Chăm chỉ, tiến bộ đều.", "Phạm Thị Dung", "Hoàng Văn Em", "Tích cực luyện tập.", "TX: 8.0  7.5  9.0"});
}

TEST(Print, OfAnExtractSaysSoAndShowsNothingElse) {
  const auto text = all_text(printed(extract()));
  expect_all(text, {"Bản trích", "Nguyễn Văn An", "8.3"});
  EXPECT_EQ(text.find("2500000001"), std::string::npos);
  EXPECT_EQ(text.find("Giáo dục thể chất"), std::string::npos);
}

TEST(Print, NeverHoldsTheBookKey) {
  const auto file = verdict::decode_document(transcript());
  ASSERT_TRUE(file->book.has_value());
  const auto key = base64url(file->book->view());
  const auto facts = examine_pdf(printed(transcript()));
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->attachments.size(), 1u);
  EXPECT_EQ(facts->attachments[0].name, attachment_name);
  EXPECT_EQ(facts->attachments[0].bytes.find(key), std::string::npos);
  EXPECT_FALSE(verdict::decode_document(facts->attachments[0].bytes)->book.has_value());
}

TEST(Print, HasTheSameBytesInAnotherLocaleAndTimeZone) {
  const auto before = printed(transcript(), {.form = {}, .link = {}, .codes = true});
  ::setenv("TZ", "Pacific/Auckland", 1);  // NOLINT(concurrency-mt-unsafe)
  ::setenv("LANG", "ar_EG.UTF-8", 1);     // NOLINT(concurrency-mt-unsafe)
  ::setenv("PANGO_LANGUAGE", "ja", 1);    // NOLINT(concurrency-mt-unsafe)
  ::tzset();
  for (const char* locale : {"de_DE.UTF-8", "vi_VN.UTF-8", "C.UTF-8", "C"}) {
    (void)std::setlocale(LC_ALL, locale);  // NOLINT(concurrency-mt-unsafe): those that the machine has
    EXPECT_EQ(printed(transcript(), {.form = {}, .link = {}, .codes = true}), before) << locale;
  }
  (void)std::setlocale(LC_ALL, "C");  // NOLINT(concurrency-mt-unsafe)
}

TEST(Print, NamesItsRendererAndItsDocument) {
  const auto facts = examine_pdf(printed(diploma()));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->info.at("/SteleRenderer"), renderer_version());
  EXPECT_EQ(facts->info.at("/SteleDocument"), hex(sha256(as_bytes(facts->attachments[0].bytes)).view()));
  EXPECT_EQ(facts->info.at("/SteleForm"), "diploma");
  EXPECT_EQ(facts->info.at("/SteleLink"), link_of(school().genesis().base_url, school().diploma.id));
  EXPECT_EQ(facts->lang, "vi");
  EXPECT_FALSE(facts->damaged);
  EXPECT_FALSE(facts->active);
}

TEST(Print, OfAnotherVersionIsComparedByItsTextOnly) {
  auto pdf = printed(diploma());
  // The property is a string of UTF-16 or of single bytes; either way "paper/1" becomes "paper/0" in place.
  const auto at = pdf.find("stele-paper/");
  ASSERT_NE(at, std::string::npos);
  pdf[at + std::string_view("stele-paper/").size()] = '0';
  const auto told = verified(pdf);
  EXPECT_EQ(told.print.code, "other_renderer") << told.print.en;
  EXPECT_EQ(told.print.answer, verdict::Answer::not_checked);
  EXPECT_EQ(told.outcome, "valid");
  EXPECT_NE(told.print.en.find("the looks were not compared"), std::string::npos);
}

TEST(Print, CarriesTheWholeDocumentInCodesIfAsked) {
  const auto facts = examine_pdf(printed(diploma(), {.form = Form::copy, .link = {}, .codes = true}));
  ASSERT_TRUE(facts);
  const auto codes = split_document(facts->attachments[0].bytes).value().size();
  EXPECT_EQ(facts->pages.size(), 1 + (codes + 5) / 6);
}

TEST(Print, RefusesWhatIsNotValidOrHasNoSuchForm) {
  const auto code = [](const std::string& document, const PrintOptions& o) {
    const auto r = print(school().genesis(), document, o);
    return r ? std::string("printed") : r.error().code;
  };
  auto altered = diploma();
  const auto at = altered.find("\"disclosure\":\"") + 30;
  altered[at] = altered[at] == 'A' ? 'B' : 'A';
  EXPECT_EQ(code(altered, {}), "paper_not_valid");
  EXPECT_EQ(code(diploma(), {.form = Form::transcript, .link = {}, .codes = false}), "paper_form");
  EXPECT_EQ(code(transcript(), {.form = Form::copy, .link = {}, .codes = false}), "paper_form");
  EXPECT_EQ(code(diploma(), {.form = {}, .link = "https://other.example/v#x", .codes = false}), "paper_link");
  EXPECT_NE(code("{}", {}), "printed");
  test::School revoked;
  revoked.found_grade_and_issue();
  revoked.change(record::Type::revoke, revoked.transcript.id);
  const auto r = print(revoked.genesis(), verdict::encode(revoked.transcript_file()), {});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, "paper_not_valid");
}

TEST(Fonts, OthersThanThePinnedOnesAreRefused) {
  const auto folder = std::filesystem::temp_directory_path() / ("stele-fonts-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const auto good = find_fonts();
  ASSERT_TRUE(good) << good.error().en;
  ::setenv("STELE_FONTS", folder.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  ASSERT_FALSE(find_fonts());
  EXPECT_EQ(find_fonts().error().code, "paper_font");
  EXPECT_NE(find_fonts().error().en.find("fonts-noto-core"), std::string::npos);
  for (const auto& f : *good) std::filesystem::copy_file(f, folder / std::filesystem::path(f).filename());
  EXPECT_TRUE(find_fonts());
  std::ofstream(folder / fonts[2].file, std::ios::app) << "x";
  const auto r = print(school().genesis(), diploma(), {});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, "paper_font");
  EXPECT_NE(r.error().where.file.find(fonts[2].file), std::string::npos);
  ::unsetenv("STELE_FONTS");  // NOLINT(concurrency-mt-unsafe)
  std::filesystem::remove_all(folder);
}

TEST(Report, TellsEachPartWithTimeAndCheckpoint) {
  auto v = verdict::to_json(verdict::judge_file(school().genesis(), diploma(), {}));
  const auto pdf = report(school().genesis().net, {{"bằng.pdf", Digest{}, v}}, UnixSeconds{1'780'000'000}, Lang::vi);
  ASSERT_TRUE(pdf) << pdf.error().en;
  expect_all(all_text(*pdf), {"Biên bản kiểm tra văn bản", "bằng.pdf", "Hợp lệ", "Thẩm quyền", "khối",
                              "có hiệu lực, tính đến", "2026-05-28T20:26:40Z", "Nguyễn Thị Ánh Nguyệt-Thử"});
  EXPECT_EQ(*pdf, *report(school().genesis().net, {{"bằng.pdf", Digest{}, v}}, UnixSeconds{1'780'000'000}, Lang::vi));
}

}  // namespace
}  // namespace stele::paper
