// Columns as a terminal shows them.
#include "wallet-cli/cli/display.h"
#include "tests/unit/cli/made.h"

namespace stele::cli {
namespace {

TEST(Width, CountsWhatIsSeen) {
  EXPECT_EQ(display_width("Nguyễn Thị Ánh Nguyệt"), 21u);
  EXPECT_EQ(display_width("Nguye\u0302\u0303n"), 6u);  // decomposed: marks take no column
  EXPECT_EQ(display_width("学"), 2u);
  EXPECT_EQ(display_width("✓"), 1u);
  EXPECT_EQ(display_width("\xFF"), 1u);  // not UTF-8: one replacement character
}

TEST(Wrapped, BreaksAtSpacesAndCutsOnlyWhatIsTooLong) {
  EXPECT_EQ(wrapped("Hoạt động trải nghiệm", 10), (std::vector<std::string>{"Hoạt động", "trải", "nghiệm"}));
  EXPECT_EQ(wrapped("abcdefghij", 4), (std::vector<std::string>{"abcd", "efgh", "ij"}));
  EXPECT_EQ(wrapped("学学学", 3), (std::vector<std::string>{"学", "学", "学"}));
  EXPECT_EQ(wrapped("", 5), (std::vector<std::string>{""}));
  EXPECT_EQ(wrapped("学", 1), (std::vector<std::string>{"学"}));
}

TEST(Printable, LeavesNothingThatMovesTheCursor) {
  EXPECT_EQ(printable("a\x1B[31mb\nc"), "a?[31mb?c");
  EXPECT_EQ(printable("a\u202Eb"), "a?b");  // right-to-left override
  EXPECT_EQ(printable("Toán"), "Toán");
  EXPECT_EQ(printable("\xC3"), "?");
}

TEST(Box, KeepsItsFrameStraightUnderVietnameseMarks) {
  Box box({"Môn", "Cả năm"});
  box.row({"Ngữ văn", "8.5"});
  box.row({"To\u0061\u0301n", "Đạt"});
  EXPECT_EQ(box.text(80),
            "┌─────────┬────────┐\n"
            "│ Môn     │ Cả năm │\n"
            "├─────────┼────────┤\n"
            "│ Ngữ văn │ 8.5    │\n"
            "│ To\u0061\u0301n    │ Đạt    │\n"
            "└─────────┴────────┘\n");
}

TEST(Box, WrapsCellsToTheWidthGiven) {
  Box box({"", ""});
  box.row({"Lý do", "một dòng rất dài không vừa với bề rộng của màn hình này"});
  std::istringstream in(box.text(40));
  for (std::string line; std::getline(in, line);) EXPECT_EQ(display_width(line), 40u) << line;
}

}  // namespace
}  // namespace stele::cli
