#include "ledger/base/error.h"

#include <gtest/gtest.h>

namespace stele {
namespace {

Error bad_mark(Where where) {
  return make_error("mark_out_of_range", "điểm 11 lớn hơn 10, hãy sửa ô này", "mark 11 is above 10; correct the cell",
                    std::move(where));
}

TEST(ErrorText, NamesFileSheetRowAndColumnInBothLanguages) {
  const Error e = bad_mark({"diem.xlsx", "10A1", 12, "ĐĐGgk", ""});
  EXPECT_EQ(to_text(e, Lang::vi),
            "diem.xlsx, trang \"10A1\", hàng 12, cột \"ĐĐGgk\": điểm 11 lớn hơn 10, hãy sửa ô này");
  EXPECT_EQ(to_text(e, Lang::en),
            "diem.xlsx, sheet \"10A1\", row 12, column \"ĐĐGgk\": mark 11 is above 10; correct the cell");
}

TEST(ErrorText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(to_text(bad_mark({}), Lang::en), "mark 11 is above 10; correct the cell");
  EXPECT_EQ(to_text(bad_mark({"", "", 0, "", "stele.class"}), Lang::en),
            "field \"stele.class\": mark 11 is above 10; correct the cell");
  EXPECT_EQ(to_text(bad_mark({"", "", 3, "", ""}), Lang::vi), "hàng 3: điểm 11 lớn hơn 10, hãy sửa ô này");
}

}  // namespace
}  // namespace stele
