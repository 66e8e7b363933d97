// Numbers, dates, marks and words of single cells; the catalogue of faults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "wallet-cli/tables/cell_values.h"
#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/fold.h"
#include "wallet-cli/tables/number_text.h"
#include "wallet-cli/tables/table.h"

namespace stele::tables {
namespace {

std::string mark(std::string_view text) {
  const auto parsed = parse_mark(text);
  switch (parsed.fault) {
    case MarkFault::none:
      return parsed.value;
    case MarkFault::not_a_number:
      return "not a number";
    case MarkFault::too_many_decimals:
      return "decimals";
    case MarkFault::out_of_range:
      return "range";
  }
  return "";
}

TEST(Mark, HasExactlyOneDecimalHoweverItWasTyped) {
  EXPECT_EQ(mark("8,5"), "8.5");
  EXPECT_EQ(mark("8.5"), "8.5");
  EXPECT_EQ(mark("8"), "8.0");
  EXPECT_EQ(mark("0"), "0.0");
  EXPECT_EQ(mark("0,3"), "0.3");
  EXPECT_EQ(mark("10"), "10.0");
  EXPECT_EQ(mark("10,0"), "10.0");
}

TEST(Mark, IsRefusedOutsideZeroToTen) {
  for (const auto* text : {"11", "10.1", "-1", "-0.5", "85", "100", "10,5", "10.05"})
    EXPECT_EQ(mark(text), "range") << text;
}

TEST(Mark, IsRefusedWithMoreThanOneDecimal) {
  for (const auto* text : {"8,55", "8.50", "0.25", "9.999999"}) EXPECT_EQ(mark(text), "decimals") << text;
}

TEST(Mark, IsRefusedWhenItIsNoPlainNumber) {
  for (const auto* text :
       {"", "tám", "8,", ",5", "8..5", "8,5,5", "08", "00", "+8", "8 5", "8.5a", "1e1", "٨", "-", "8/10"})
    EXPECT_EQ(mark(text), "not a number") << text;
}

TEST(Missing, IsReadInAnyCaseAndForm) {
  EXPECT_EQ(parse_missing("M"), Missing::exempt);
  EXPECT_EQ(parse_missing("mIỄN"), Missing::exempt);
  EXPECT_EQ(parse_missing("Mie\xCC\x82\xCC\x83n"), Missing::exempt);  // NFD
  EXPECT_EQ(parse_missing("v"), Missing::absent);
  EXPECT_EQ(parse_missing(" CT "), Missing::not_yet);
  EXPECT_EQ(parse_missing("Chưa có"), Missing::not_yet);
  EXPECT_EQ(parse_missing("Chưa đạt"), std::nullopt);
  EXPECT_EQ(parse_missing("CĐ"), std::nullopt);
  EXPECT_EQ(parse_missing(""), std::nullopt);
  EXPECT_EQ(missing_code(Missing::not_yet), "not-yet");
}

TEST(Decimal, LosesTheNoiseOfBinaryFractions) {
  const auto text = [](std::string_view stored) { return decimal_text(parse_number(stored).value()); };
  EXPECT_EQ(text("8.4999999999999996"), "8.5");
  EXPECT_EQ(text("6.8000000000000007"), "6.8");
  EXPECT_EQ(text("8.5500000000000007"), "8.55");
  EXPECT_EQ(text("10"), "10");
  EXPECT_EQ(text("1E1"), "10");
  EXPECT_EQ(text("9900000001"), "9900000001");
  EXPECT_EQ(text("999100000001"), "999100000001");
  EXPECT_EQ(text("0.05"), "0.05");
  EXPECT_EQ(text("-0"), "0");
  EXPECT_EQ(text("-3.25"), "-3.25");
  EXPECT_EQ(text("123456789012345678"), "1.23456789012346E17");
  EXPECT_EQ(text("1e-20"), "1E-20");
}

TEST(Decimal, ReadsEveryMarkThatADoubleCanHold) {
  for (int tenths = 0; tenths <= 100; ++tenths) {
    const double stored = tenths / 10.0;
    const std::string expected = std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
    EXPECT_EQ(mark(decimal_text(stored)), expected);
    if (tenths == 0) continue;  // beside zero lie numbers that are no rounding noise
    EXPECT_EQ(mark(decimal_text(std::nextafter(stored, 20.0))), expected);
    EXPECT_EQ(mark(decimal_text(std::nextafter(stored, 0.0))), expected);
  }
}

TEST(Decimal, RefusesWhatIsNoFiniteNumber) {
  for (const auto* text : {"", "nan", "inf", "-inf", "8,5", "8.5 ", "0x1F", "1e999", "++1"})
    EXPECT_FALSE(parse_number(text).has_value()) << text;
}

TEST(SerialDate, FollowsBothCalendarsOfExcel) {
  EXPECT_EQ(serial_date_text(39964, false), "31/05/2009");
  EXPECT_EQ(serial_date_text(39964 - 1462, true), "31/05/2009");
  EXPECT_EQ(serial_date_text(1, false), "01/01/1900");
  EXPECT_EQ(serial_date_text(59, false), "28/02/1900");
  EXPECT_EQ(serial_date_text(60, false), "29/02/1900");  // Excel's day that never was
  EXPECT_EQ(serial_date_text(61, false), "01/03/1900");
  EXPECT_EQ(serial_date_text(0, true), "01/01/1904");
  EXPECT_EQ(serial_date_text(2958465, false), "31/12/9999");
  EXPECT_EQ(serial_date_text(2958466, false), std::nullopt);
  EXPECT_EQ(serial_date_text(0.5, false), std::nullopt);
  EXPECT_EQ(serial_date_text(-1, true), std::nullopt);
  EXPECT_EQ(serial_date_text(39964.25, false), "31/05/2009 06:00");
  EXPECT_EQ(serial_date_text(39964.999999, false), "01/06/2009");
  EXPECT_EQ(iso_date_text("2009-05-31T00:00:00"), "31/05/2009");
  EXPECT_EQ(iso_date_text("2009-05-31T08:30:00"), "31/05/2009 08:30");
  EXPECT_EQ(iso_date_text("2009-02-30"), std::nullopt);
}

TEST(DateFormat, IsToldFromNumberFormats) {
  EXPECT_TRUE(is_date_format(14, ""));
  EXPECT_TRUE(is_date_format(164, "dd/mm/yyyy"));
  EXPECT_TRUE(is_date_format(164, "[$-42A]dd/mm/yyyy;@"));
  EXPECT_TRUE(is_date_format(164, "[h]:mm"));
  EXPECT_FALSE(is_date_format(0, ""));
  EXPECT_FALSE(is_date_format(2, ""));
  EXPECT_FALSE(is_date_format(164, "0.0"));
  EXPECT_FALSE(is_date_format(164, "0.0\" đd\""));
  EXPECT_FALSE(is_date_format(164, "[Red]0.0"));
  EXPECT_FALSE(is_date_format(164, "0.0_d"));
  EXPECT_FALSE(is_date_format(164, "General"));
  EXPECT_FALSE(is_date_format(164, "0\\d"));
}

TEST(Day, IsReadAsDayMonthYear) {
  EXPECT_EQ(parse_day("31/05/2009"), (Date{2009, 5, 31}));
  EXPECT_EQ(parse_day("1/2/2010"), (Date{2010, 2, 1}));
  EXPECT_EQ(parse_day("01-02-2010"), (Date{2010, 2, 1}));
  EXPECT_EQ(parse_day("29/02/2008"), (Date{2008, 2, 29}));
  EXPECT_EQ(day_text({2009, 5, 31}), "31/05/2009");
  for (const auto* text : {"", "05/31/2009", "29/02/2009", "29/02/1900", "31/05/09", "31/05-2009", "2009-05-31",
                           "31/05/2009 08:30", "0/1/2009", "1/1/1899", "1/1/2101", "1/1", "001/1/2009", "-1/1/2009"})
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
}

TEST(Fold, MakesOneHeadingOfItsForms) {
  EXPECT_EQ(fold_heading("ĐĐGtx1"), fold_heading("đđg TX 1"));
  EXPECT_EQ(fold_heading("Họ và tên"), fold_heading("HO\xCC\xA3 VA\xCC\x80\nTE\xCC\x82N"));  // NFD, line break
  EXPECT_EQ(fold_heading("\xC3\x90\xC3\x90Ggk"), fold_heading("ĐĐGgk"));                     // eth
  EXPECT_EQ(fold_heading("Ng\xC3\xA0y\xC2\xA0sinh *"), fold_heading("Ngày sinh"));           // no-break space
  EXPECT_NE(fold_heading("Nơi sinh"), fold_heading("Ngày sinh"));
  EXPECT_EQ(tidy(" \xC2\xA0 a \n\t b "), "a b");
}

TEST(Choice, IsFoundByCodeOfRecordsWhateverThePersonWrote) {
  EXPECT_EQ(find_choice(assessments(), "CHƯA  ĐẠT")->code, "chua-dat");
  EXPECT_EQ(find_choice(assessments(), "Đ")->code, "dat");
  EXPECT_EQ(find_choice(levels(), "Tốt")->code, "tot");
  EXPECT_EQ(find_choice(titles(), "học sinh giỏi")->code, "gioi");
  EXPECT_EQ(find_choice(levels(), "Giỏi"), nullptr);
  EXPECT_EQ(find_choice(levels(), ""), nullptr);
}

TEST(ColumnLetters, CountAsASpreadsheetDoes) {
  EXPECT_EQ(column_letters(0), "A");
  EXPECT_EQ(column_letters(25), "Z");
  EXPECT_EQ(column_letters(26), "AA");
  EXPECT_EQ(column_letters(701), "ZZ");
  EXPECT_EQ(column_letters(702), "AAA");
}

TEST(Faults, SayTheSameInBothLanguages) {
  std::set<std::string_view> codes;
  for (const Fault& f : all_faults()) {
    EXPECT_TRUE(codes.insert(f.code).second) << f.code;
    EXPECT_EQ(f.code.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << f.code;
    for (const std::string_view text : {f.vi, f.en}) EXPECT_TRUE(text.ends_with('.')) << f.code;
    for (const auto* slot : {"{0}", "{1}", "{2}"})
      EXPECT_EQ(f.vi.find(slot) == std::string_view::npos, f.en.find(slot) == std::string_view::npos) << f.code;
    EXPECT_EQ(check_text(f.vi), TextFault::none) << f.code;  // NFC too
    const Error filled = fault(f.code, {}, {"mot", "hai", "ba"});
    EXPECT_EQ(filled.vi.find('{'), std::string::npos) << f.code;
  }
}

TEST(Faults, QuoteLittleOfACell) {
  EXPECT_EQ(shortened("ngắn"), "ngắn");
  EXPECT_EQ(shortened("a\nb"), "a b");
  EXPECT_EQ(shortened(std::string(41, 'x')), std::string(40, 'x') + "…");
}

TEST(CodeFromText, IsWhatRecordsMayHold) {
  EXPECT_EQ(code_from_text("Chính quy"), "chinh-quy");
  EXPECT_EQ(code_from_text("  Giỏi "), "gioi");
  EXPECT_EQ(code_from_text("Ðạt"), "dat");  // eth, from an old keyboard
  EXPECT_EQ(code_from_text("!?"), "");
}

}  // namespace
}  // namespace stele::tables
