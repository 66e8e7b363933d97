#include "ledger/base/encoding.h"

#include <gtest/gtest.h>

#include <random>

namespace stele {
namespace {

constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
  Bytes out(size);
  for (auto& b : out) b = std::uint8_t(random());
  return out;
}

TEST(Encoding, GivesTheTextsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> cases[] = {{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"},
                                                                 {"\xff\xef\xbe", "/+++"}};
  for (const auto& [raw, text] : cases) {
    EXPECT_EQ(base64(as_bytes(raw)), text);
    const auto back = unbase64(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(as_text(*back), raw);
  }
  EXPECT_EQ(base64url(as_bytes("\xff\xef\xbe")), "_---");
  EXPECT_EQ(base64url(as_bytes("foob")), "Zm9vYg");
}

TEST(Encoding, RoundTripsEveryLength) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    const Bytes raw = random_bytes(random, size);
    EXPECT_EQ(unhex(hex(raw)), raw);
    EXPECT_EQ(unbase64url(base64url(raw)), raw);
    EXPECT_EQ(unbase64(base64(raw)), raw);
  }
}

// Of the 16 (4) texts that differ only in the bits that one (two) bytes leave unused, one is canonical.
TEST(Base64Url, RefusesEveryVariantOfTheUnusedBits) {
  for (std::size_t a = 0; a < 64; ++a)
    for (std::size_t b = 0; b < 64; ++b) {
      const std::string two{url_alphabet[a], url_alphabet[b]};
      EXPECT_EQ(unbase64url(two).has_value(), b % 16 == 0) << two;
      const std::string three = std::string("A") + two;
      EXPECT_EQ(unbase64url(three).has_value(), b % 4 == 0) << three;
      // The same at the end of a longer text.
      EXPECT_EQ(unbase64url("abcd" + two).has_value(), b % 16 == 0);
      EXPECT_EQ(unbase64url("abcd" + three).has_value(), b % 4 == 0);
    }
}

TEST(Base64, RefusesEveryVariantOfTheUnusedBits) {
  for (std::size_t b = 0; b < 62; ++b) {  // the alphabets differ in the last two only
    EXPECT_EQ(unbase64(std::string("A") + url_alphabet[b] + "==").has_value(), b % 16 == 0);
    EXPECT_EQ(unbase64(std::string("AA") + url_alphabet[b] + "=").has_value(), b % 4 == 0);
  }
}

TEST(Base64Url, RefusesEveryForeignCharacterAtEveryPlace) {
  const std::string good = "AAAAAAAAAA";  // two groups and a tail of two
  for (std::size_t place = 0; place < good.size(); ++place)
    for (int c = 0; c < 256; ++c) {
      if (url_alphabet.find(char(c)) != std::string_view::npos) continue;
      std::string text = good;
      text[place] = char(c);
      EXPECT_FALSE(unbase64url(text)) << place << " " << c;
    }
}

TEST(Base64Url, RefusesPaddingAndImpossibleLengths) {
  for (const char* text : {"Zg==", "Zg=", "Zm8=", "A", "AAAAA", "Zm9v\n", " Zm9v", "Zm 9v"})
    EXPECT_FALSE(unbase64url(text)) << text;
}

TEST(Base64, RefusesMissingMisplacedAndExcessPadding) {
  for (const char* text : {"Zg", "Zg=", "=", "==", "===", "====", "Z===", "Zg==Zg==", "Zm8=Zm8=", "=m9v", "Z=9v",
                           "Zm=v", "Zm9v====", "Zg==\n", "_---", "Zm9vY==="})
    EXPECT_FALSE(unbase64(text)) << text;
}

TEST(Hex, IsLowerCaseOnly) {
  EXPECT_EQ(hex(Bytes{0x00, 0xab, 0xff}), "00abff");
  for (const char* text : {"AB", "aB", "a", "abc", "0x", "g0", "0 ", " 0"}) EXPECT_FALSE(unhex(text)) << text;
}

TEST(Base64Url, DecodesIntoMemoryThatIsReused) {
  Bytes out(100, 0xee);
  ASSERT_TRUE(unbase64url_into("Zm9vYg", out));
  EXPECT_EQ(as_text(out), "foob");
  EXPECT_FALSE(unbase64url_into("Zm9vYh", out));
}

TEST(FixedFromBase64Url, WantsExactlyTheLength) {
  const std::string zeros(43, 'A');
  EXPECT_EQ(fixed_from_base64url<Digest>(zeros), Digest{});
  EXPECT_FALSE(fixed_from_base64url<Digest>(zeros.substr(1)));
  EXPECT_FALSE(fixed_from_base64url<Digest>(zeros + "A"));
  EXPECT_FALSE(fixed_from_base64url<Digest>(zeros.substr(1) + "B"));
  EXPECT_EQ(fixed_from_base64url<Signature>(std::string(86, 'A')), Signature{});
}

}  // namespace
}  // namespace stele
