// From tables to typed rows: headings, marks, and every fault with its place.
#include <gtest/gtest.h>

#include "tests/unit/tables/workbook.h"

namespace stele::tables::testing {
namespace {

using Texts = std::vector<std::string>;
using Rows = std::vector<Texts>;

const Texts marks_header = {
    "STT", "Lớp", "Mã định danh Bộ GD&ĐT", "Họ và tên", "Ngày sinh", "ĐĐGtx1", "ĐĐGtx2", "ĐĐGgk", "ĐĐGck", "Nhận xét"};
const Texts title = {"SỞ GIÁO DỤC VÀ ĐÀO TẠO"};

/// A student's row of a marks sheet.
Texts row(const std::string& n, const Texts& marks, const std::string& lop = "10A1") {
  Texts out = {n, lop, "990000000" + n, "Lê Hoàng Mẫu", "01/02/2010"};
  out.insert(out.end(), marks.begin(), marks.end());
  return out;
}
/// Title, empty row, header in row 3, students from row 4.
Rows sheet(const Rows& students, const Texts& header = marks_header) {
  Rows out = {title, {}, header};
  out.insert(out.end(), students.begin(), students.end());
  return out;
}
ReadOptions of_class(std::string name = "10A1") {
  ReadOptions options;
  options.class_name = std::move(name);
  return options;
}
Reading<MarksRow> marks(const Rows& rows, const ReadOptions& options = of_class()) {
  return read_marks(tables_of("toan.xlsx", book_of(rows)), options);
}
Texts faults(const Rows& rows, const ReadOptions& options = of_class()) {
  const auto reading = marks(rows, options);
  EXPECT_EQ(reading.sheet.has_value(), reading.findings.ok());
  for (const Error& e : reading.findings.errors) EXPECT_EQ(e.where.file, "toan.xlsx");
  return places(reading.findings.errors);
}
Texts warnings(const Rows& rows, const ReadOptions& options = of_class()) {
  return places(marks(rows, options).findings.warnings);
}

TEST(Marks, AreReadBelowTitleRows) {
  const auto reading =
      marks(sheet({row("1", {"8,5", "#9", "#7.4999999999999996", "10", "Chăm"}), row("2", {"M", "V", "CT", "0"})}));
  EXPECT_EQ(places(reading.findings.errors), Texts{});
  ASSERT_TRUE(reading.sheet.has_value());
  EXPECT_EQ(reading.sheet->sheet, "Bang diem");
  EXPECT_EQ(reading.sheet->class_name, "10A1");
  ASSERT_EQ(reading.sheet->rows.size(), 2U);
  const MarksRow& first = reading.sheet->rows[0];
  EXPECT_EQ(first.student.row, 4U);
  EXPECT_EQ(first.student.id, "9900000001");
  EXPECT_EQ(first.student.birth_date, (Date{2010, 2, 1}));
  EXPECT_EQ(first.regular, (std::vector<Entry>{{"8.5"}, {"9.0"}}));
  EXPECT_EQ(first.mid, (Entry{"7.5"}));
  EXPECT_EQ(first.final, (Entry{"10.0"}));
  EXPECT_EQ(first.comment, "Chăm");
  EXPECT_FALSE(first.average.has_value());
  const MarksRow& second = reading.sheet->rows[1];
  EXPECT_EQ(second.regular, (std::vector<Entry>{{"", Missing::exempt}, {"", Missing::absent}}));
  EXPECT_EQ(second.mid, (Entry{"", Missing::not_yet}));
  EXPECT_EQ(second.final, (Entry{"0.0"}));
}

TEST(Marks, AreReadFromCsvToo) {
  const auto reading = read_marks(csv_tables("BẢNG ĐIỂM;;;;;\n;;;;;\nSTT;Lớp;Mã định danh;Họ và "
                                             "tên;ĐĐGtx1;ĐĐGgk;ĐĐGck\n1;10A1;9900000001;Lê Hoàng Mẫu;8,5;9;7,5\n"),
                                  of_class());
  EXPECT_EQ(places(reading.findings.errors), Texts{});
  ASSERT_TRUE(reading.sheet.has_value());
  EXPECT_EQ(reading.sheet->rows[0].final, (Entry{"7.5"}));
}

TEST(Marks, HaveHeadingsInAnyCaseSpacingAndForm) {
  const Texts header = {"stt",       "LỚP",      "MÃ ĐỊNH DANH\nBỘ GD&ĐT", "Ho\xCC\xA3 va\xCC\x80 te\xCC\x82n",
                        "NGÀY SINH", "ĐĐG tx 1", "\xC3\x90\xC3\x90Gtx2",   "đđggk",
                        "ĐĐGck *",   "Nhận xét:"};
  EXPECT_EQ(faults(sheet({row("1", {"8", "8", "8", "8"})}, header)), Texts{});
}

TEST(Marks, MayStandInOneCellWithAnAverage) {
  const Texts header = {"STT",   "Lớp",    "Mã định danh Bộ GD&ĐT", "Họ và tên",        "Ngày sinh", "ĐĐGtx", "ĐĐGgk",
                        "ĐĐGck", "ĐTBmhk", "Mã nhận xét",           "Nội dung nhận xét"};
  const Rows rows =
      sheet({row("1", {"8,5 9  7", "8", "8", "8,1", "N1", "Tốt"}), row("2", {"7 M", "8", "8", "7,9"})}, header);
  EXPECT_EQ(faults(rows), (Texts{"entry_required [Bang diem] 5 F (ĐĐGtx)"}));
  ReadOptions options = of_class();
  options.empty.regular = Missing::not_yet;
  const auto reading = marks(rows, options);
  ASSERT_TRUE(reading.sheet.has_value());
  EXPECT_EQ(reading.sheet->rows[0].regular, (std::vector<Entry>{{"8.5"}, {"9.0"}, {"7.0"}}));
  EXPECT_EQ(reading.sheet->rows[1].regular,
            (std::vector<Entry>{{"7.0"}, {"", Missing::exempt}, {"", Missing::not_yet}}));
  EXPECT_EQ(reading.sheet->rows[0].average, (Entry{"8.1"}));
  EXPECT_EQ(reading.sheet->rows[0].comment_code, "N1");
  EXPECT_EQ(reading.sheet->rows[0].comment, "Tốt");
  EXPECT_EQ(faults(sheet({row("1", {"8 8 8 8 8 8 8 8 8", "8", "8", "8"})}, header)),
            (Texts{"mark_not_a_number [Bang diem] 4 F (ĐĐGtx)"}));
  EXPECT_EQ(faults(sheet({row("1", {"8 11 8,55", "8", "8", "8"})}, header)),
            (Texts{"mark_out_of_range [Bang diem] 4 F (ĐĐGtx)", "mark_decimals [Bang diem] 4 F (ĐĐGtx)"}));
}

TEST(Marks, LeaveOutRegularColumnsThatNobodyUses) {
  Texts header = marks_header;
  header.insert(header.begin() + 7, {"ĐĐGtx3", "ĐĐGtx4", "ĐĐGtx5"});
  const auto reading =
      marks(sheet({row("1", {"8", "7", "6", "", "", "8", "8"}), row("2", {"8", "7", "5", "", "", "8", "8"})}, header));
  ASSERT_TRUE(reading.sheet.has_value());
  EXPECT_EQ(reading.sheet->rows[0].regular.size(), 3U);
}

TEST(Marks, AreRefusedWithSheetRowAndColumn) {
  EXPECT_EQ(faults(sheet({row("1", {"11", "8,55", "-1", "tám"}), row("2", {"8", "8", "8", "8"})})),
            (Texts{"mark_out_of_range [Bang diem] 4 F (ĐĐGtx1)", "mark_decimals [Bang diem] 4 G (ĐĐGtx2)",
                   "mark_out_of_range [Bang diem] 4 H (ĐĐGgk)", "mark_not_a_number [Bang diem] 4 I (ĐĐGck)"}));
}

TEST(Marks, MustNotBeFormulasErrorsOrDates) {
  Book book;
  const Rows rows = sheet({row("1", {"8", "8", "8", "8"}), row("2", {"=AVERAGE(F4:G4)", "8", "8", "8"})});
  std::string data = sheet_data(rows);
  data += "<row r=\"6\">" + cell("B6", "10A1") + cell("C6", "9900000003") + number("F6", "45783", 1) +
          "<c r=\"G6\" t=\"e\"><v>#N/A</v></c>" + number("H6", "8") + number("I6", "8") + "</row>";
  book.sheets.push_back({.data = data});
  const auto reading = read_marks(tables_of("toan.xlsx", book.bytes()), of_class());
  EXPECT_FALSE(reading.sheet.has_value());
  EXPECT_EQ(places(reading.findings.errors),
            (Texts{"cell_formula [Bang diem] 5 F (ĐĐGtx1)", "mark_became_date [Bang diem] 6 F (ĐĐGtx1)",
                   "cell_error [Bang diem] 6 G (ĐĐGtx2)"}));
  EXPECT_NE(reading.findings.errors[0].en.find("AVERAGE"), std::string::npos);
}

TEST(Marks, EmptyMeansWhatTheCallerSaysOrIsAnError) {
  const Rows rows = sheet({row("1", {"8", "", "8", ""}), row("2", {"8", "8", "8", "8"})});
  EXPECT_EQ(faults(rows), (Texts{"entry_required [Bang diem] 4 G (ĐĐGtx2)", "entry_required [Bang diem] 4 I (ĐĐGck)"}));
  ReadOptions options = of_class();
  options.empty.regular = Missing::not_yet;
  options.empty.final = Missing::absent;
  const auto reading = marks(rows, options);
  ASSERT_TRUE(reading.sheet.has_value());
  EXPECT_EQ(reading.sheet->rows[0].regular[1], (Entry{"", Missing::not_yet}));
  EXPECT_EQ(reading.sheet->rows[0].final, (Entry{"", Missing::absent}));
}

TEST(Header, NamesEachMissingColumn) {
  EXPECT_EQ(faults(sheet({row("1", {"8", "8"})},
                         {"STT", "Lớp", "Mã định danh", "Họ và tên", "Ngày sinh", "ĐĐGtx1", "ĐĐGtx3"})),
            (Texts{"column_missing [Bang diem] 3 ĐĐGgk", "column_missing [Bang diem] 3 ĐĐGck",
                   "column_missing [Bang diem] 3 ĐĐGtx2"}));
  EXPECT_EQ(faults({title, {"Tên", "Điểm"}, {"Mẫu", "8"}}), (Texts{"header_missing [Bang diem] 0 "}));
}

TEST(Header, RefusesDoubledAndMisspeltColumnsAndWarnsOfOthers) {
  Texts header = marks_header;
  header[6] = "ĐĐGtx1";
  EXPECT_EQ(faults(sheet({row("1", {"8", "8", "8", "8"})}, header)), (Texts{"column_twice [Bang diem] 3 G (ĐĐGtx1)"}));
  header[6] = "ĐĐGtxx";
  EXPECT_EQ(faults(sheet({row("1", {"8", "8", "8", "8"})}, header)),
            (Texts{"column_unknown [Bang diem] 3 G (ĐĐGtxx)"}));
  header[6] = "Ghi chú";
  EXPECT_EQ(faults(sheet({row("1", {"8", "8", "8", "8"})}, header)), Texts{});
  EXPECT_EQ(warnings(sheet({row("1", {"8", "8", "8", "8"})}, header)),
            (Texts{"column_ignored [Bang diem] 3 G (Ghi chú)"}));
}

TEST(Sheet, IsTheOneVisibleSheetWithTheHeadings) {
  const std::string data = sheet_data(sheet({row("1", {"8", "8", "8", "8"})}));
  const auto codes = [&](std::vector<Book::Sheet> sheets, const std::string& name = "") {
    Book book;
    book.sheets = std::move(sheets);
    ReadOptions options = of_class();
    options.sheet = name;
    const auto reading = read_marks(tables_of("toan.xlsx", book.bytes()), options);
    return reading.sheet ? Texts{reading.sheet->sheet} : places(reading.findings.errors);
  };
  const Book::Sheet guide{.name = "Hướng dẫn", .data = sheet_data({{"Đọc kỹ"}})};
  const Book::Sheet first{.name = "HK I", .data = data};
  const Book::Sheet second{.name = "HK II", .data = data};
  Book::Sheet hidden = first;
  hidden.state = "hidden";
  EXPECT_EQ(codes({guide, first}), (Texts{"HK I"}));
  EXPECT_EQ(codes({first, second}), (Texts{"sheet_several [] 0 "}));
  EXPECT_EQ(codes({first, second}, "hk ii"), (Texts{"HK II"}));
  EXPECT_EQ(codes({first}, "HK 3"), (Texts{"sheet_not_found [] 0 "}));
  EXPECT_EQ(codes({first, guide}, "Hướng dẫn"), (Texts{"header_missing [Hướng dẫn] 0 "}));
  EXPECT_EQ(codes({guide, hidden}), (Texts{"sheet_only_hidden [HK I] 0 "}));
  EXPECT_EQ(codes({hidden, second}), (Texts{"HK II"}));
  EXPECT_EQ(codes({}), (Texts{"sheet_none [] 0 "}));
}

TEST(Students, AppearOnceAndNameBothRows) {
  const Rows rows =
      sheet({row("1", {"8", "8", "8", "8"}), row("2", {"8", "8", "8", "8"}), row("1", {"9", "8", "8", "8"})});
  const auto reading = marks(rows);
  EXPECT_EQ(places(reading.findings.errors), (Texts{"row_twice [Bang diem] 6 C (Mã định danh Bộ GD&ĐT)"}));
  EXPECT_NE(reading.findings.errors[0].vi.find("dòng 4"), std::string::npos);
  EXPECT_NE(reading.findings.errors[0].en.find("row 4"), std::string::npos);
  EXPECT_NE(reading.findings.errors[0].vi.find("sửa mã gõ nhầm"),
            std::string::npos);  // two pupils: none is to be deleted
}

TEST(Students, OfAnotherClassAreRefused) {
  const Rows rows = sheet({row("1", {"8", "8", "8", "8"}, "10 a1"), row("2", {"8", "8", "8", "8"}, "10A2"),
                           row("3", {"8", "8", "8", "8"}, "")});
  EXPECT_EQ(faults(rows), (Texts{"class_differs [Bang diem] 5 B (Lớp)", "cell_required [Bang diem] 6 B (Lớp)"}));
  EXPECT_EQ(faults(rows, of_class("")),
            (Texts{"class_differs [Bang diem] 5 B (Lớp)", "cell_required [Bang diem] 6 B (Lớp)"}));
  EXPECT_EQ(faults(sheet({row("1", {"8", "8", "8", "8"}, "9/5")}), of_class("9/5")), Texts{});
}

TEST(Students, NeedAnIdOfTenDigits) {
  const auto with_id = [](const std::string& id) {
    Texts r = row("1", {"8", "8", "8", "8"});
    r[2] = id;
    return faults(sheet({r, row("2", {"8", "8", "8", "8"})}));
  };
  const std::string place = " [Bang diem] 4 C (Mã định danh Bộ GD&ĐT)";
  EXPECT_EQ(with_id("#9900000001"), Texts{});
  EXPECT_EQ(with_id("#12345"), (Texts{"id_too_short" + place}));
  EXPECT_EQ(with_id("990000000"), (Texts{"id_too_short" + place}));
  EXPECT_EQ(with_id("99000000011"), (Texts{"id_invalid" + place}));
  EXPECT_EQ(with_id("9,9E+09"), (Texts{"id_invalid" + place}));
  EXPECT_EQ(with_id("99000000O1"), (Texts{"id_invalid" + place}));
  EXPECT_EQ(with_id("=C9"), (Texts{"cell_formula" + place}));
  EXPECT_EQ(with_id(""), (Texts{"id_missing" + place}));
}

TEST(Students, AreToldFromLinesBelowTheTable) {
  Rows rows = sheet({row("1", {"8", "8", "8", "8"})});
  rows.push_back({"2"});                                       // numbered in advance
  rows.push_back({"", "", "", "", "", "=A1", "", "", "=B1"});  // formulas in advance
  rows.push_back({"", "", "", "Tổng số: 1 học sinh"});
  rows.push_back({"", "", "", "", "", "", "", "Ngày 31 tháng 5 năm 2026"});
  EXPECT_EQ(faults(rows), Texts{});
  EXPECT_EQ(warnings(rows), (Texts{"row_ignored [Bang diem] 7 ", "row_ignored [Bang diem] 8 "}));
  rows.push_back({"", "", "", "", "", "8,5"});  // a mark without a student
  EXPECT_EQ(faults(rows), (Texts{"id_missing [Bang diem] 9 C (Mã định danh Bộ GD&ĐT)"}));
  Texts newcomer = row("2", {});
  newcomer[4] = "";  // no mark yet, and the id forgotten
  newcomer[2] = "";
  EXPECT_EQ(faults(sheet({row("1", {"8", "8", "8", "8"}), newcomer})),
            (Texts{"id_missing [Bang diem] 5 C (Mã định danh Bộ GD&ĐT)"}));
  EXPECT_EQ(faults(sheet({})), (Texts{"no_students [Bang diem] 3 "}));
}

TEST(Students, AreComparedWithTheClassList) {
  const Roster roster = {{"9900000001", {"Lê Hoàng Mẫu", Date{2010, 2, 1}}},
                         {"9900000002", {"Trần Đỗ Quỳnh Giả", Date{2010, 1, 2}}},
                         {"9900000009", {"Võ Đặng Khởi Mẫu", std::nullopt}}};
  ReadOptions options = of_class();
  options.roster = &roster;
  const Rows rows = sheet({row("1", {"8", "8", "8", "8"}), row("2", {"8", "8", "8", "8"})});
  EXPECT_EQ(faults(rows, options), Texts{});
  EXPECT_EQ(warnings(rows, options),
            (Texts{"name_differs [Bang diem] 5 D (Họ và tên)", "birth_differs [Bang diem] 5 E (Ngày sinh)",
                   "student_missing [Bang diem] 0 "}));
  EXPECT_EQ(faults(sheet({row("3", {"8", "8", "8", "8"})}), options),
            (Texts{"student_not_in_class [Bang diem] 4 C (Mã định danh Bộ GD&ĐT)"}));
}

TEST(Cells, OutsideTheTableOrMergedAreRefused) {
  Texts wide = row("1", {"8", "8", "8", "8", "", "5"});
  EXPECT_EQ(faults(sheet({wide})), (Texts{"cell_without_heading [Bang diem] 4 K"}));
  const auto merged = [](const std::string& area) {
    Book book;
    book.sheets.push_back(
        {.data = sheet_data(sheet({row("1", {"8", "8", "8", "8"}), row("2", {"8", "8", "8", "8"})})),
         .after = "<mergeCells><mergeCell ref=\"A1:J1\"/><mergeCell ref=\"" + area + "\"/></mergeCells>"});
    return places(read_marks(tables_of("toan.xlsx", book.bytes()), of_class()).findings.errors);
  };
  EXPECT_EQ(merged("F4:F5"), (Texts{"cell_merged [Bang diem] 4 F (ĐĐGtx1)", "cell_merged [Bang diem] 5 F (ĐĐGtx1)"}));
  EXPECT_EQ(merged("F5:G5"), (Texts{"cell_merged [Bang diem] 5 F (ĐĐGtx1)"}));
  EXPECT_EQ(merged("J4:K4"), Texts{});  // a comment over the empty column beside it
}

TEST(Cells, HiddenRowsAndColumnsAreReadWithAWarning) {
  Book book;
  std::string data = sheet_data(sheet({row("1", {"8", "8", "8", "8"})}));
  data.replace(data.find("<row r=\"4\""), 10, "<row r=\"4\" hidden=\"1\"");
  book.sheets.push_back({.data = data, .after = {}, .before = "<cols><col min=\"6\" max=\"6\" hidden=\"1\"/></cols>"});
  const auto reading = read_marks(tables_of("toan.xlsx", book.bytes()), of_class());
  EXPECT_TRUE(reading.sheet.has_value());
  EXPECT_EQ(places(reading.findings.warnings),
            (Texts{"column_hidden [Bang diem] 3 F (ĐĐGtx1)", "row_hidden [Bang diem] 4 "}));
}

TEST(Cells, TextIsHeldToWhatARecordMayCarry) {
  const auto with_comment = [](const std::string& comment) {
    return faults(sheet({row("1", {"8", "8", "8", "8", comment})}));
  };
  EXPECT_EQ(with_comment("dòng 1\ndòng 2"), Texts{});
  EXPECT_EQ(with_comment(std::string(comment_max_chars, 'x')), Texts{});
  EXPECT_EQ(with_comment(std::string(comment_max_chars + 1, 'x')),
            (Texts{"table_cell_too_long [Bang diem] 4 J (Nhận xét)"}));
  EXPECT_EQ(with_comment("a_x0007_b"), (Texts{"cell_text_forbidden [Bang diem] 4 J (Nhận xét)"}));
  EXPECT_EQ(with_comment("\xEE\x80\x80"), (Texts{"cell_text_forbidden [Bang diem] 4 J (Nhận xét)"}));  // private use
}

TEST(Findings, AreAllCollectedUpToABound) {
  Rows students;
  for (int i = 0; i < 60; ++i) {
    Texts r = row("1", {"11", "12", "8", "8"});
    r[2] = "99" + std::to_string(10000000 + i);
    students.push_back(r);
  }
  const auto findings = marks(sheet(students)).findings;
  EXPECT_EQ(findings.errors.size(), findings_max);
  EXPECT_EQ(findings.more, 20U);
}

TEST(Comments, AreLevelsInTheCodesOfRecords) {
  const Texts header = {
      "STT", "Lớp", "Mã định danh Bộ GD&ĐT", "Họ và tên", "Ngày sinh", "Đánh giá (Đạt/Chưa đạt)", "Nội dung nhận xét"};
  const auto read = [&](const Rows& students) {
    return read_comments(tables_of("gdtc.xlsx", book_of(sheet(students, header))), of_class());
  };
  const auto good = read(
      {row("1", {"Đạt", "Tích cực"}), row("2", {"chưa đạt"}), row("3", {"CĐ"}), row("4", {"Miễn"}), row("5", {"Đ"})});
  ASSERT_TRUE(good.sheet.has_value()) << places(good.findings.errors)[0];
  const auto& rows = good.sheet->rows;
  EXPECT_EQ(rows[0].level, (Entry{"dat"}));
  EXPECT_EQ(rows[0].comment, "Tích cực");
  EXPECT_EQ(rows[1].level, (Entry{"chua-dat"}));
  EXPECT_EQ(rows[2].level, (Entry{"chua-dat"}));
  EXPECT_EQ(rows[3].level, (Entry{"", Missing::exempt}));
  EXPECT_EQ(rows[4].level, (Entry{"dat"}));
  EXPECT_EQ(places(read({row("1", {"8,5"}), row("2", {""}), row("3", {"Giỏi"})}).findings.errors),
            (Texts{"value_not_allowed [Bang diem] 4 F (Đánh giá (Đạt/Chưa đạt))",
                   "entry_required [Bang diem] 5 F (Đánh giá (Đạt/Chưa đạt))",
                   "value_not_allowed [Bang diem] 6 F (Đánh giá (Đạt/Chưa đạt))"}));
}

TEST(Primary, HasLevelsAndWholeTestMarks) {
  const Texts header = {"STT",
                        "Lớp",
                        "Mã định danh Bộ GD&ĐT",
                        "Họ và tên",
                        "Ngày sinh",
                        "Mức đạt được GK",
                        "Nhận xét GK",
                        "Mức đạt được CK",
                        "Điểm KTĐK",
                        "Nhận xét CK"};
  const auto read = [&](const Rows& students) {
    return read_primary(tables_of("tv.xlsx", book_of(sheet(students, header))), of_class("1/2"));
  };
  const auto good =
      read({row("1", {"T", "a", "H", "#9", "b"}, "1/2"), row("2", {"c", "", "Hoàn thành tốt", "10"}, "1/2")});
  ASSERT_TRUE(good.sheet.has_value()) << places(good.findings.errors)[0];
  EXPECT_EQ(good.sheet->rows[0].mid_level, (Entry{"t"}));
  EXPECT_EQ(good.sheet->rows[0].end_test, (Entry{"9.0"}));
  EXPECT_EQ(good.sheet->rows[0].end_comment, "b");
  EXPECT_EQ(good.sheet->rows[1].mid_level, (Entry{"c"}));
  EXPECT_EQ(good.sheet->rows[1].end_level, (Entry{"t"}));
  const auto without_tests = read({row("1", {"T", "", "H"}, "1/2")});
  ASSERT_TRUE(without_tests.sheet.has_value());
  EXPECT_FALSE(without_tests.sheet->rows[0].end_test.has_value());
  EXPECT_EQ(
      places(read({row("1", {"X", "", "T", "8,5"}, "1/2")}).findings.errors),
      (Texts{"value_not_allowed [Bang diem] 4 F (Mức đạt được GK)", "mark_not_whole [Bang diem] 4 I (Điểm KTĐK)"}));
}

TEST(ClassList, HasIdentityAndItsCodes) {
  const Texts header = {
      "STT",        "Lớp",      "Mã định danh Bộ GD&ĐT", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc",
      "Trạng thái", "Nơi sinh", "Số định danh cá nhân"};
  const auto read = [&](const Rows& students) {
    return read_class_list(tables_of("ds.xlsx", book_of(sheet(students, header))), of_class());
  };
  const auto good = read({row("1", {"Nữ", "Kinh", "Đang học", "Tỉnh Ví Dụ", "#999100000001"}), row("2", {"nam"})});
  ASSERT_TRUE(good.sheet.has_value()) << places(good.findings.errors)[0];
  EXPECT_EQ(good.sheet->rows[0].gender, "nu");
  EXPECT_EQ(good.sheet->rows[0].ethnicity, "Kinh");
  EXPECT_EQ(good.sheet->rows[0].state, "dang-hoc");
  EXPECT_EQ(good.sheet->rows[0].birth_place, "Tỉnh Ví Dụ");
  EXPECT_EQ(good.sheet->rows[0].personal_id, "999100000001");
  EXPECT_EQ(good.sheet->rows[1].personal_id, "");
  Texts bad = row("1", {"X", "", "?", "", "12"});
  bad[3] = "";
  bad[4] = "05/31/2010";
  EXPECT_EQ(places(read({bad}).findings.errors),
            (Texts{"cell_required [Bang diem] 4 D (Họ và tên)", "date_invalid [Bang diem] 4 E (Ngày sinh)",
                   "value_not_allowed [Bang diem] 4 F (Giới tính)",
                   "personal_id_invalid [Bang diem] 4 J (Số định danh cá nhân)",
                   "value_not_allowed [Bang diem] 4 H (Trạng thái)"}));
}

TEST(Summary, HasConductLearningTitleAndOutcome) {
  const Texts header = {"STT",
                        "Lớp",
                        "Mã định danh Bộ GD&ĐT",
                        "Họ và tên",
                        "Ngày sinh",
                        "Rèn luyện HK I",
                        "Rèn luyện HK II",
                        "Rèn luyện cả năm",
                        "Số buổi nghỉ",
                        "Học tập",
                        "Danh hiệu",
                        "Kết quả",
                        "Nhận xét"};
  const auto read = [&](const Rows& students) {
    return read_summary(tables_of("tk.xlsx", book_of(sheet(students, header))), of_class());
  };
  const auto good = read({row("1", {"Khá", "Tốt", "Tốt", "#3", "Tốt", "Học sinh Giỏi", "Được lên lớp", "Ngoan"}),
                          row("2", {"Đạt", "Đạt", "Đạt", "", "Đạt", "", "Lên lớp"})});
  ASSERT_TRUE(good.sheet.has_value()) << places(good.findings.errors)[0];
  const SummaryRow& first = good.sheet->rows[0];
  EXPECT_EQ(first.conduct_first, (Entry{"kha"}));
  EXPECT_EQ(first.conduct_year, (Entry{"tot"}));
  EXPECT_EQ(first.absences, 3U);
  EXPECT_EQ(first.learning, (Entry{"tot"}));
  EXPECT_EQ(first.title, "gioi");
  EXPECT_EQ(first.outcome, "len-lop");
  EXPECT_EQ(good.sheet->rows[1].title, "");
  EXPECT_EQ(good.sheet->rows[1].absences, std::nullopt);
  const auto first_term = read({row("1", {"Khá", "", "", "1", "Khá"})});
  ASSERT_TRUE(first_term.sheet.has_value());
  EXPECT_FALSE(first_term.sheet->rows[0].conduct_second.has_value());
  EXPECT_EQ(places(read({row("1", {"Giỏi", "Tốt", "Tốt", "367", "Tốt", "Á khoa", "?"})}).findings.errors),
            (Texts{"value_not_allowed [Bang diem] 4 F (Rèn luyện HK I)", "count_invalid [Bang diem] 4 I (Số buổi nghỉ)",
                   "value_not_allowed [Bang diem] 4 K (Danh hiệu)", "value_not_allowed [Bang diem] 4 L (Kết quả)"}));
}

TEST(DiplomaList, HasSerialsThatNeverRepeat) {
  const Texts header = {"STT",       "Mã định danh", "Họ và tên", "Ngày sinh",         "Nơi sinh",
                        "Giới tính", "Dân tộc",      "Xếp loại",  "Hình thức đào tạo", "Số hiệu"};
  const auto diploma = [](const std::string& n, const std::string& serial) {
    return Texts{n,  "990000000" + n, "Lê Hoàng Mẫu", "01/02/2008", "Tỉnh Ví Dụ", "Nam", "Kinh",
                 "", "Chính quy",     serial};
  };
  const auto read = [&](const Rows& students, bool serials = true) {
    ReadOptions options;
    options.serial_required = serials;
    return read_diploma_list(tables_of("bang.xlsx", book_of(sheet(students, header))), options);
  };
  const auto good = read({diploma("1", "Z00000123"), diploma("2", "Z00000124")});
  ASSERT_TRUE(good.sheet.has_value()) << places(good.findings.errors)[0];
  EXPECT_EQ(good.sheet->rows[0].serial, "Z00000123");
  EXPECT_EQ(good.sheet->rows[0].gender, "nam");
  EXPECT_EQ(good.sheet->rows[0].mode, "Chính quy");
  const std::string column = " J (Số hiệu)";
  EXPECT_EQ(places(read({diploma("1", "Z00000123"), diploma("2", "Z00000123"), diploma("3", "z00000125"),
                         diploma("4", "Z0000012"), diploma("5", "")})
                       .findings.errors),
            (Texts{"serial_twice [Bang diem] 5" + column, "serial_invalid [Bang diem] 6" + column,
                   "serial_invalid [Bang diem] 7" + column, "cell_required [Bang diem] 8" + column}));
  EXPECT_TRUE(read({diploma("5", "")}, false).sheet.has_value());
}

TEST(Kind, IsGuessedFromTheHeadings) {
  const auto guess = [](const Texts& header) { return guess_kind(tables_of("d.xlsx", book_of({title, header}))); };
  EXPECT_EQ(guess(marks_header), SheetKind::marks);
  EXPECT_EQ(guess({"Lớp", "Mã định danh", "Họ và tên", "Đánh giá"}), SheetKind::comment);
  EXPECT_EQ(guess({"Lớp", "Mã định danh", "Họ và tên", "Ngày sinh", "Giới tính"}), SheetKind::class_list);
  EXPECT_EQ(guess({"Lớp", "Mã định danh", "Họ và tên", "Học tập"}), SheetKind::summary);
  EXPECT_EQ(guess({"Lớp", "Mã định danh", "Họ và tên"}), std::nullopt);
}

}  // namespace
}  // namespace stele::tables::testing
