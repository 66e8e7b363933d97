#include "ledger/base/text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "tests/support/seed.h"

namespace stele {
namespace {

using namespace std::string_view_literals;

std::string utf8(std::uint32_t c) {
  if (c < 0x80) return {char(c)};
  if (c < 0x800) return {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
  if (c < 0x10000) return {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
  return {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
}

bool is_surrogate(std::uint32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

TEST(Unicode, TablesAreOfTheVersionThatNodesAgreeOn) {
  EXPECT_EQ(unicode_version(), unicode_version_required);
}

TEST(CheckText, AcceptsVietnameseAndPlainAscii) {
  for (const auto text :
       {""sv, " "sv, "~"sv, "Trường THPT Ngõ Đá, lớp 10A1"sv, "Đỗ Thị Ươm"sv, "8.5"sv, "€ “ngoặc” – 漢字 한글 😀"sv,
        "a long text of printable ASCII, longer than a few machine words"sv})
    EXPECT_EQ(check_text(text), TextFault::none) << text;
}

struct Faulty {
  std::string_view text;
  TextFault fault;
};
constexpr Faulty faulty[] = {
    {"\0"sv, TextFault::nul},
    {"abc\0def"sv, TextFault::nul},
    {"\t", TextFault::control},
    {"a\n", TextFault::control},
    {"\x1f", TextFault::control},
    {"\x7f", TextFault::control},
    {"\u0080", TextFault::control},
    {"\u0085", TextFault::control},
    {"\u009f", TextFault::control},
    {"\uFDD0", TextFault::noncharacter},
    {"\uFFFE", TextFault::noncharacter},
    {"\uFFFF", TextFault::noncharacter},
    {"\U0010FFFF", TextFault::noncharacter},
    {"\u0378", TextFault::unassigned},
    {"\uE000", TextFault::unassigned},      // private use
    {"\U00100000", TextFault::unassigned},  // private use, plane 16
    {"\U0001FAE9", TextFault::unassigned},  // Unicode 16
    {"\x80", TextFault::not_utf8},
    {"\xC3", TextFault::not_utf8},
    {"\xC0\x80", TextFault::not_utf8},          // U+0000, overlong
    {"\xE0\x80\xAF", TextFault::not_utf8},      // overlong
    {"\xED\xA0\x80", TextFault::not_utf8},      // surrogate
    {"\xF4\x90\x80\x80", TextFault::not_utf8},  // above U+10FFFF
    {"\xF8\x88\x80\x80\x80", TextFault::not_utf8},
    {"\xFF", TextFault::not_utf8},
    {"e\u0302", TextFault::not_nfc},
    {"\u1EBF\u0300\u0323", TextFault::not_nfc},
    {"a\u0302\u0323", TextFault::not_nfc},  // marks out of order
    {"\u212B", TextFault::not_nfc},         // Angstrom sign
    {"\u0340", TextFault::not_nfc},
    {"\u0344", TextFault::not_nfc},
    {"\u0F73", TextFault::not_nfc},
    {"\u1100\u1161", TextFault::not_nfc},  // Hangul that composes
};

TEST(CheckText, NamesEachFault) {
  for (const auto& [text, fault] : faulty) EXPECT_EQ(check_text(text), fault) << testing::PrintToString(text);
}

TEST(CheckText, FindsAFaultWhereverItStands) {
  for (const auto& [text, fault] : faulty)
    for (std::size_t before = 0; before < 20; ++before)
      for (const std::size_t after : {0u, 1u, 9u}) {
        const std::string around = std::string(before, '.') + std::string(text) + std::string(after, '.');
        ASSERT_EQ(check_text(around), fault) << testing::PrintToString(around);
      }
}

TEST(CheckText, AgreesWithItsOwnRuleOnEveryByteOfAscii) {
  for (int c = 0; c < 128; ++c)
    for (std::size_t place = 0; place < 16; ++place) {
      std::string text(16, 'x');
      text[place] = char(c);
      const auto expected = c == 0 ? TextFault::nul : c < 32 || c == 127 ? TextFault::control : TextFault::none;
      ASSERT_EQ(check_text(text), expected) << c << " at " << place;
    }
}

// The shortcuts for common blocks and for lists of exceptions must say what normalisation itself says.
TEST(CheckText, AgreesWithNormalisationOnEveryCodePoint) {
  for (std::uint32_t c = 1; c <= 0x10FFFF; ++c) {
    if (is_surrogate(c)) continue;
    const std::string text = utf8(c);
    const auto fault = check_text(text);
    if (fault != TextFault::none && fault != TextFault::not_nfc) continue;
    ASSERT_EQ(fault == TextFault::none, to_nfc(text) == text) << std::hex << c;
  }
}

TEST(CheckText, AgreesWithNormalisationOnRandomRuns) {
  const auto seed = test::seed();
  SCOPED_TRACE("STELE_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  constexpr char32_t pool[] = {'a',    'e',    'o',   0x111,  0xEA,  0x1A1, 0x1EBF, 0x300,
                               0x301,  0x302,  0x323, 0x31B,  0x327, 0x345, 0x1100, 0x1161,
                               0x11A8, 0xAC00, 0x3B1, 0x1FB3, 0x915, 0x93C, 0xF71,  0xF72};
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (auto n = random() % 6; n > 0; --n) text += utf8(pool[random() % std::size(pool)]);
    ASSERT_EQ(check_text(text) == TextFault::none, to_nfc(text) == text) << testing::PrintToString(text);
  }
}

TEST(CheckText, RefusesALongRunOfUnsortedMarksAtOnce) {
  std::string marks = "a", sequences = "a";
  for (int i = 0; i < 100000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  for (int i = 0; i < 100000; ++i) sequences += "\u0F73";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(check_text(marks), TextFault::not_nfc);
  EXPECT_EQ(check_text(sequences), TextFault::not_nfc);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));  // sorting them takes a minute
}

// Whatever is not a starter, or becomes marks only, must be seen by the scan that guards against sorting.
TEST(CheckText, RefusesEveryCharacterThatSortingWouldMove) {
  for (std::uint32_t c = 0x80; c <= 0x10FFFF; ++c) {
    if (is_surrogate(c)) continue;
    const std::string text = utf8(c);
    if (check_text(text) != TextFault::none) continue;
    // U+0334 has the lowest class of all marks. If it moves to before c, then c is a mark.
    const std::string pair = "x" + text + "\u0334";
    const auto normal = to_nfc(pair);
    ASSERT_EQ(check_text(pair) == TextFault::none, normal == pair) << std::hex << c;
  }
}

TEST(OnlyLettersDigitsAnd, TakesAnyScriptAndNoPunctuationButWhatIsNamed) {
  EXPECT_TRUE(only_letters_digits_and("", ""));
  EXPECT_TRUE(only_letters_digits_and("Ngữ văn 10", " "));
  EXPECT_TRUE(only_letters_digits_and("漢字e\u0301", ""));
  EXPECT_TRUE(only_letters_digits_and("10A1/2025-2026", "/-"));
  EXPECT_FALSE(only_letters_digits_and("Ngữ văn", ""));
  EXPECT_FALSE(only_letters_digits_and("a<b", " "));
  EXPECT_FALSE(only_letters_digits_and("a–b", "-"));  // en dash
  EXPECT_FALSE(only_letters_digits_and("a€", ""));
  EXPECT_FALSE(only_letters_digits_and("a\u00BD", ""));  // a half is no decimal digit
  EXPECT_FALSE(only_letters_digits_and("a\xC3", ""));
}

TEST(ToNfc, ComposesVietnameseAndRefusesWhatIsNotUtf8) {
  EXPECT_EQ(to_nfc("Nguye\u0302\u0303n"), "Nguyễn");
  EXPECT_EQ(to_nfc("Nguyễn"), "Nguyễn");
  EXPECT_EQ(to_nfc("o\u0323\u0302"), "ộ");
  EXPECT_EQ(to_nfc("o\u0302\u0323"), "ộ");
  EXPECT_EQ(to_nfc(""), "");
  EXPECT_EQ(to_nfc("a\0b"sv), "a\0b"sv);
  EXPECT_FALSE(to_nfc("\xED\xA0\x80"));
  EXPECT_FALSE(to_nfc("a\xC3"));
}

TEST(UtcText, RoundTripsAndIsBounded) {
  const std::pair<std::uint64_t, const char*> cases[] = {
      {0, "1970-01-01T00:00:00Z"},          {951782400, "2000-02-29T00:00:00Z"},
      {1780214400, "2026-05-31T08:00:00Z"}, {4107542399, "2100-02-28T23:59:59Z"},
      {4107542400, "2100-03-01T00:00:00Z"}, {253402300799, "9999-12-31T23:59:59Z"}};
  for (const auto& [seconds, text] : cases) {
    EXPECT_EQ(utc_text({seconds}), text);
    EXPECT_EQ(parse_utc(text), UnixSeconds{seconds});
  }
  EXPECT_EQ(utc_text({253402300800}), "");
  EXPECT_EQ(utc_text({~0ull}), "");
}

TEST(ParseUtc, RefusesEveryOtherForm) {
  for (const char* text : {"",
                           "2026-05-31",
                           "2026-05-31T08:00:00",
                           "2026-05-31t08:00:00Z",
                           "2026-05-31T08:00:00z",
                           "2026-05-31 08:00:00Z",
                           "2026-05-31T08:00:00+0",
                           "2026-05-31T08:00:60Z",
                           "2026-05-31T08:60:00Z",
                           "2026-05-31T24:00:00Z",
                           "2026-02-29T08:00:00Z",
                           "2026-13-01T08:00:00Z",
                           "2026-00-01T08:00:00Z",
                           "2026-01-00T08:00:00Z",
                           "1969-12-31T23:59:59Z",
                           "2026-05-31T 8:00:00Z",
                           "2026-05-31T08:00:00.0Z",
                           "+026-05-31T08:00:00Z",
                           "2026-05-31T08-00-00Z",
                           "2026-05-31T08:00:00Z "})
    EXPECT_FALSE(parse_utc(text)) << text;
}

TEST(ParseDate, KnowsLeapYearsAndRefusesOtherForms) {
  EXPECT_EQ(parse_date("2024-02-29"), (Date{2024, 2, 29}));
  EXPECT_EQ(parse_date("2000-02-29"), (Date{2000, 2, 29}));
  EXPECT_EQ(parse_date("0001-01-01"), (Date{1, 1, 1}));
  EXPECT_EQ(parse_date("1958-09-02"), (Date{1958, 9, 2}));
  EXPECT_EQ(date_text(Date{812, 3, 4}), "0812-03-04");
  for (const char* text : {"2100-02-29", "2023-02-29", "2026-04-31", "2026-4-01", "26-04-01", "0000-01-01",
                           "2026/04/01", "2026-04-0a", "-026-04-01", "2026-04-010", ""})
    EXPECT_FALSE(parse_date(text)) << text;
}

TEST(Date, IsOrderedAsACalendar) {
  EXPECT_LT((Date{2025, 12, 31}), (Date{2026, 1, 1}));
  EXPECT_LT((Date{2026, 1, 31}), (Date{2026, 2, 1}));
}

TEST(DateInVietnam, ChangesAtSeventeenHoursUtc) {
  EXPECT_EQ(date_in_vietnam(*parse_utc("2026-04-14T16:59:59Z")), (Date{2026, 4, 14}));
  EXPECT_EQ(date_in_vietnam(*parse_utc("2026-04-14T17:00:00Z")), (Date{2026, 4, 15}));
  EXPECT_EQ(date_in_vietnam(*parse_utc("2025-12-31T17:00:00Z")), (Date{2026, 1, 1}));
  EXPECT_EQ(date_in_vietnam({0}), (Date{1970, 1, 1}));
}

TEST(DateInVietnam, StopsAtTheLastDayOfTheCalendar) {
  EXPECT_EQ(date_in_vietnam({253402300799}), (Date{9999, 12, 31}));
  EXPECT_EQ(date_in_vietnam({~0ull}), (Date{9999, 12, 31}));
}

TEST(DateInVietnam, CountsEveryDayOnce) {
  Date previous = date_in_vietnam({0});
  for (std::uint64_t day = 1; day < 150000; ++day) {
    const Date today = date_in_vietnam({day * 86400});
    ASSERT_LT(previous, today);
    ASSERT_EQ(parse_date(date_text(today)), today);
    ASSERT_TRUE(today.day == previous.day + 1 || today.day == 1);
    previous = today;
  }
  EXPECT_EQ(previous, (Date{2380, 9, 7}));
}

}  // namespace
}  // namespace stele
