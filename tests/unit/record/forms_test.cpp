#include "ledger/record/forms.h"

#include <gtest/gtest.h>

namespace stele::record {
namespace {

TEST(Forms, CodesHoldNoLongNumbers) {
  EXPECT_TRUE(is_code("tt22-2021"));
  EXPECT_TRUE(is_code("12.a-b"));
  EXPECT_FALSE(is_code(""));
  EXPECT_FALSE(is_code("-a"));
  EXPECT_FALSE(is_code(".a"));
  EXPECT_FALSE(is_code("Toan"));
  EXPECT_FALSE(is_code("toán"));
  EXPECT_FALSE(is_code("a_b"));
  EXPECT_TRUE(is_code("0909-1234"));
  EXPECT_FALSE(is_code("hs-12345"));
}

TEST(Forms, OrganisationIds) {
  EXPECT_TRUE(is_org_id("thpt-vi-du-1"));
  EXPECT_FALSE(is_org_id("thpt.1"));
  EXPECT_FALSE(is_org_id("-1"));
  EXPECT_TRUE(is_org_id("so-2025"));
  EXPECT_FALSE(is_org_id("so-20255"));
}

TEST(Forms, Classes) {
  for (const auto* name : {"1/2", "6A3", "10A1", "12.6", "11C4", "9/5"}) EXPECT_TRUE(is_class_id(name)) << name;
  EXPECT_FALSE(is_class_id("100"));
  EXPECT_FALSE(is_class_id("/2"));
  EXPECT_FALSE(is_class_id("10 A"));
}

TEST(Forms, Networks) {
  const std::string hex32 = "0123456789abcdef0123456789abcdef";
  EXPECT_TRUE(is_net("stele/vidu/" + hex32));
  EXPECT_TRUE(is_net("stele/" + std::string(16, 'a') + "/" + hex32));
  EXPECT_FALSE(is_net("stele/" + std::string(17, 'a') + "/" + hex32));
  EXPECT_FALSE(is_net("stele//" + hex32));
  EXPECT_FALSE(is_net("stele/" + hex32));
  EXPECT_FALSE(is_net("stele/"));
  EXPECT_FALSE(is_net("stele/vidu/" + hex32.substr(1)));
  EXPECT_FALSE(is_net("stale/vidu/" + hex32));
}

TEST(Forms, BaseUrls) {
  EXPECT_TRUE(is_base_url("https://stele.example.vn"));
  EXPECT_TRUE(is_base_url("https://stele.example.vn:8443/so"));
  EXPECT_FALSE(is_base_url("http://stele.example.vn"));
  EXPECT_FALSE(is_base_url("https://"));
  EXPECT_FALSE(is_base_url("https:///so"));
  EXPECT_FALSE(is_base_url("https://stele.example.vn/"));
  EXPECT_FALSE(is_base_url("https://stele.example.vn/so?x"));
  EXPECT_TRUE(is_base_url("https://" + std::string(92, 'a')));
  EXPECT_FALSE(is_base_url("https://" + std::string(93, 'a')));
}

TEST(Forms, Decimals) {
  EXPECT_TRUE(is_decimal("0", 0));
  EXPECT_TRUE(is_decimal("63", 63));
  EXPECT_FALSE(is_decimal("64", 63));
  EXPECT_FALSE(is_decimal("", 63));
  EXPECT_FALSE(is_decimal("00", 63));
  EXPECT_FALSE(is_decimal("-1", 63));
  EXPECT_FALSE(is_decimal("99999999999999999999", 63));
}

TEST(Forms, OrganisationNames) {
  EXPECT_TRUE(is_org_name("Trường THPT Ví Dụ (cơ sở 1), P. 3 - A/B & 'C'"));
  EXPECT_FALSE(is_org_name(""));
  EXPECT_FALSE(is_org_name("Trường "));
  EXPECT_FALSE(is_org_name("a@b"));
  EXPECT_FALSE(is_org_name("½"));
}

TEST(Forms, ListsAreAscendingOrDistinct) {
  const std::vector<int> rising{1, 2}, falling{2, 1}, same{1, 1};
  EXPECT_TRUE(check_ascending(rising, "x"));
  EXPECT_TRUE(check_ascending(std::vector<int>{}, "x"));
  EXPECT_EQ(check_ascending(falling, "x").error(), (Rejection{RejectionCode::not_ascending, "x[1]"}));
  EXPECT_EQ(check_ascending(same, "x").error(), (Rejection{RejectionCode::repeated, "x[1]"}));
  EXPECT_TRUE(check_distinct(falling, "x"));
  EXPECT_EQ(check_distinct(same, "x").error(), (Rejection{RejectionCode::repeated, "x[1]"}));
}

}  // namespace
}  // namespace stele::record
