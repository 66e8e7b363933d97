// What the rows above the headings say, and what of it contradicts what is to be signed.
#include <gtest/gtest.h>

#include "tests/unit/tables/workbook.h"
#include "wallet-cli/tables/sheet_file.h"

namespace stele::tables::testing {
namespace {

using Texts = std::vector<std::string>;

const std::vector<SubjectName> names = {{"toan", "Toán"},
                                        {"vat-li", "Vật lí"},
                                        {"hoa-hoc", "Hóa học"},
                                        {"lich-su", "Lịch sử"},
                                        {"sinh-hoc", "Sinh học"},
                                        {"lich-su-dia-li", "Lịch sử và Địa lí"},
                                        {"gdtc", "Giáo dục thể chất"},
                                        {"hdtn-hn", "Hoạt động trải nghiệm, hướng nghiệp"}};

ReadOptions asked(const std::string& subject = "toan", Period period = Period::first) {
  ReadOptions out;
  out.class_name = "10A1";
  out.purpose = {.class_name = {}, .year = "2025", .period = period, .subject = subject, .subjects = names};
  return out;
}
Reading<MarksRow> read(const std::vector<Texts>& titles, const ReadOptions& options = asked()) {
  auto rows = titles;
  rows.push_back({"STT", "Lớp", "Mã định danh", "Họ và tên", "ĐĐGtx1", "ĐĐGgk", "ĐĐGck"});
  rows.push_back({"1", "10A1", "9900000001", "Lê Hoàng Mẫu", "8", "8", "8"});
  return read_marks(tables_of("toan.xlsx", book_of(rows)), options);
}
Texts faults(const std::string& title, const ReadOptions& options = asked()) {
  return places(read({{title}}, options).findings.errors);
}

TEST(Titles, ThatSayWhatIsAskedForPass) {
  for (const std::string title : {"BẢNG ĐIỂM MÔN TOÁN, LỚP 10A1, HK I",
                                  "Môn: Toán - Lớp 10A1 - Học kỳ I - Năm học 2025-2026",
                                  "Bảng điểm môn học Toán lớp 10 A1 học kì 1 năm học 2025 – 2026",
                                  "mon toan lop 10a1 hk1 2025/2026",
                                  "MO\xCC\x82N TOA\xCC\x81N, LO\xCC\x9B\xCC\x81P 10A1, HO\xCC\xA3\x43 KY\xCC\x80 1",
                                  "Toán 10A1 HKI",
                                  "Trường THPT Hóc Môn",
                                  "Lớp 10A1, 10A2",
                                  "Học kỳ I và II",
                                  "Năm học 2025–26",
                                  "Môn Toán học",
                                  "Lớp 10",
                                  "Tổ chuyên môn: Vật lí - Hóa học",
                                  "GV bộ môn: Nguyễn Văn Mẫu",
                                  "Phòng GD&ĐT quận Ô Môn",
                                  "HK II - I",
                                  "Học kỳ 2/1",
                                  "Ngày ký: 2/9/2025",
                                  "Đã ký 2 bản",
                                  "Lớp 10 C.trình 2018",
                                  "Khối lớp 10 K 2025",
                                  "Lớp: 10A1 - GVCN: Đỗ Thị Diễm Mẫu",
                                  "Học kỳ: 1 - Năm học: 2025 - 2026",
                                  ""}) {
    const auto reading = read({{"TRƯỜNG THPT VÍ DỤ SỐ 1"}, {title}});
    EXPECT_EQ(places(reading.findings.errors), Texts{}) << title;
    EXPECT_EQ(places(reading.findings.warnings), Texts{}) << title;
  }
}

TEST(Titles, OfAnotherClassSubjectTermOrYearAreRefusedWithTheirCell) {
  EXPECT_EQ(faults("BẢNG ĐIỂM MÔN TOÁN, LỚP 10A2, HK I"), (Texts{"title_class_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("BẢNG ĐIỂM MÔN VẬT LÍ, LỚP 10A1, HK I"), (Texts{"title_subject_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("BẢNG ĐIỂM MÔN TOÁN, LỚP 10A1, HK II"), (Texts{"title_term_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("Năm học 2024–2025"), (Texts{"title_year_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("Tổng kết cả năm"), (Texts{"title_term_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("Lớp 10A12"), (Texts{"title_class_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("LỚP: 10 A2"), (Texts{"title_class_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("Lớp 9/5"), (Texts{"title_class_differs [Bang diem] 1 A"}));
  const auto all = read({{"Môn:", "Vật lý"}, {"Lớp", "11A1", "Học kỳ", "2", "Năm học", "2026-2027"}});
  EXPECT_EQ(places(all.findings.errors),
            (Texts{"title_class_differs [Bang diem] 2 B", "title_subject_differs [Bang diem] 1 B",
                   "title_term_differs [Bang diem] 2 D", "title_year_differs [Bang diem] 2 F"}));
}

TEST(Titles, SpellClassesWithOrWithoutStrokesAndDots) {
  const auto differs = [](const std::string& title, const std::string& cls) {
    auto options = asked();
    options.class_name = cls;
    const auto all = faults(title, options);  // the rows below are of 10A1
    return std::count(all.begin(), all.end(), "title_class_differs [Bang diem] 1 A") > 0;
  };
  for (const std::string name : {"6.1", "6/1", "6-1"}) {
    EXPECT_FALSE(differs("Lớp 6/1", name)) << name;
    EXPECT_TRUE(differs("Lớp 6/2", name)) << name;
  }
  EXPECT_FALSE(differs("Lớp 10A1-CLC-2", "10A1-CLC-2"));
}

TEST(Titles, AreToldBesideWhatWasAskedForInBothLanguages) {
  const auto errors = read({{"Môn Vật lí, HK II, 2024-2025"}}).findings.errors;
  ASSERT_EQ(errors.size(), 3U);
  for (const auto* part : {"môn Vật lí", "“Môn Vật lí, HK II, 2024-2025”", "đang ký môn Toán"})
    EXPECT_NE(errors[0].vi.find(part), std::string::npos) << errors[0].vi;
  for (const auto* part : {"ghi học kỳ II", "cho học kỳ I."})
    EXPECT_NE(errors[1].vi.find(part), std::string::npos) << errors[1].vi;
  for (const auto* part : {"says the second term", "signing for the first term."})
    EXPECT_NE(errors[1].en.find(part), std::string::npos) << errors[1].en;
  EXPECT_NE(errors[2].en.find("2024–2025"), std::string::npos) << errors[2].en;
}

TEST(Titles, KnowSubjectsHoweverTheyAreSpelt) {
  for (const std::string title : {"Môn Vật lý", "MÔN VAT LI", "Môn: Vật Lí", "môn vat-li", "Bảng điểm Vật lý 10A1"}) {
    EXPECT_EQ(faults(title, asked("vat-li")), Texts{}) << title;
    EXPECT_EQ(faults(title), (Texts{"title_subject_differs [Bang diem] 1 A"})) << title;
  }
  EXPECT_EQ(faults("Môn Ho\xC3\xA1 học", asked("hoa-hoc")), Texts{});  // the other place of the tone mark
  EXPECT_EQ(faults("Môn Sinh", asked("sinh-hoc")), Texts{});
  for (const std::string title : {"Môn Lịch sử và Địa lí", "Môn: Lịch sử & Địa lí", "Môn Lịch sử - Địa lí",
                                  "Môn Lịch sử, Địa lí", "Môn: Lịch sử và Địa lí (phân môn Lịch sử)"})
    EXPECT_EQ(faults(title, asked("lich-su-dia-li")), Texts{}) << title;
  EXPECT_EQ(faults("Môn Lịch sử và Địa lí", asked("lich-su")), (Texts{"title_subject_differs [Bang diem] 1 A"}));
  EXPECT_EQ(faults("MÔN HOẠT ĐỘNG TRẢI NGHIỆM HƯỚNG NGHIỆP, LỚP 10A1", asked("hdtn-hn")), Texts{});
}

TEST(Titles, ThatNameNoKnownSubjectAreShownNotRefused) {
  const auto reading = read({{"Môn Tiếng Anh, lớp 10A1"}});
  EXPECT_TRUE(reading.findings.ok());
  ASSERT_EQ(places(reading.findings.warnings), (Texts{"title_subject_unknown [Bang diem] 1 A"}));
  EXPECT_NE(reading.findings.warnings[0].vi.find("Tiếng Anh"), std::string::npos);
  EXPECT_NE(reading.findings.warnings[0].vi.find("môn Toán"), std::string::npos);
  ASSERT_TRUE(reading.sheet);
  EXPECT_EQ(reading.sheet->titles, (Texts{"Môn Tiếng Anh, lớp 10A1"}));
}

TEST(Titles, AreNotComparedWithWhatNobodyAskedFor) {
  ReadOptions nothing;
  EXPECT_EQ(faults("BẢNG ĐIỂM MÔN VẬT LÍ, LỚP 10A2, HK II, 2020-2021", nothing), Texts{});
}

TEST(WholeFile, OfAnotherClassIsOneFault) {
  std::vector<Texts> rows = {{"STT", "Lớp", "Mã định danh", "Họ và tên", "ĐĐGtx1", "ĐĐGgk", "ĐĐGck"}};
  for (int i = 0; i < 5; ++i)
    rows.push_back({"1", "10A2", "990000000" + std::to_string(i), "Lê Hoàng Mẫu", "8", "8", "8"});
  const auto reading = read_marks(tables_of("a.xlsx", book_of(rows)), asked());
  EXPECT_EQ(places(reading.findings.errors), (Texts{"class_differs_all [Bang diem] 2 B (Lớp)"}));
  EXPECT_NE(reading.findings.errors[0].vi.find("(5 học sinh) là của lớp “10A2”, không phải lớp 10A1"),
            std::string::npos);

  auto torn = rows;
  torn.back()[2] = "99000000";  // Excel dropped zeros
  const Roster roster = {{"9900000077", {"Võ Đặng Khởi Mẫu", std::nullopt}}};
  auto options = asked();
  options.class_name = "10A2";
  options.roster = &roster;
  EXPECT_EQ(places(read_marks(tables_of("a.xlsx", book_of(rows)), options).findings.errors),
            (Texts{"nobody_in_class [Bang diem] 2 C (Mã định danh)"}));
  const auto told = places(read_marks(tables_of("a.xlsx", book_of(torn)), options).findings.errors);
  EXPECT_EQ(std::count(told.begin(), told.end(), "nobody_in_class [Bang diem] 2 C (Mã định danh)"), 0);
  EXPECT_GE(told.size(), 5U) << "each row's own fault";
}

}  // namespace
}  // namespace stele::tables::testing
