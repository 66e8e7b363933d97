// What stands in QR codes: links, and documents in a set of codes.
#include "ledger/paper/qr.h"

#include <algorithm>

#include "tests/unit/paper/made.h"

namespace stele::paper {
namespace {

std::string code_of(const Result<std::string>& r) {
  return r ? "joined" : r.error().code;
}

TEST(Base45, IsThatOfTheRfc) {
  // RFC 9285, sections 4.3 and 4.4.
  EXPECT_EQ(base45(as_bytes("AB")), "BB8");
  EXPECT_EQ(base45(as_bytes("Hello!!")), "%69 VD92EX0");
  EXPECT_EQ(base45(as_bytes("base-45")), "UJCLQE7W581");
  EXPECT_EQ(as_text(*unbase45("QED8WEX0")), "ietf!");
  for (const auto* bad : {"GGW", ":::", "A", "ABCD", "ab8", "::", "BB8~"}) EXPECT_FALSE(unbase45(bad)) << bad;
}

TEST(QrSet, BringsTheDocumentBackInAnyOrder) {
  auto texts = split_document(transcript()).value();
  ASSERT_GT(texts.size(), 3u);
  std::reverse(texts.begin(), texts.end());
  texts.push_back(texts[1]);
  EXPECT_EQ(join_document(texts).value(), transcript());
  for (const auto& t : texts) {
    EXPECT_EQ(t.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"), std::string::npos);
    EXPECT_LE(qr_of(t).value().side, 101u);  // version 21: still legible on a phone
  }
}

TEST(QrSet, SaysWhatIsWrong) {
  const auto texts = split_document(transcript()).value();
  auto some = texts;
  some.pop_back();
  EXPECT_EQ(code_of(join_document(some)), "qr_set_incomplete");
  some = texts;
  some[0] = split_document(diploma()).value()[0];
  EXPECT_EQ(code_of(join_document(some)), "qr_set_mixed");
  some = texts;
  some[2][some[2].size() - 1] = some[2].back() == '0' ? '1' : '0';
  EXPECT_TRUE(code_of(join_document(some)) == "qr_set_damaged" || code_of(join_document(some)) == "qr_set_form");
  some.push_back(texts[2]);
  EXPECT_NE(code_of(join_document(some)), "joined");
  for (const auto* bad : {"", "STELE1:", "STELE2:0000000000000000:1/1:00", "STELE1:000000000000000g:1/1:00",
                          "STELE1:0000000000000000:0/1:00", "STELE1:0000000000000000:2/1:00",
                          "STELE1:0000000000000000:01/1:00", "STELE1:0000000000000000:1/65:00",
                          "STELE1:0000000000000000:1/1:", "STELE1:0000000000000000:1:00", "https://vidu.example/v#x"}) {
    EXPECT_EQ(code_of(join_document({bad})), "qr_set_form") << bad;
  }
  EXPECT_EQ(code_of(join_document({})), "qr_set_damaged");
}

TEST(QrSet, ABombIsNotUnpacked) {
  const std::string zeros(64'000'000, '\0');
  const auto z = deflated(as_bytes(zeros));
  EXPECT_LT(z.size(), 100'000u);
  EXPECT_FALSE(inflated(z, 4'194'304));
  EXPECT_EQ(inflated(z, zeros.size()), zeros);
  auto more = z;
  more.push_back(0);
  EXPECT_FALSE(inflated(more, zeros.size()));
  EXPECT_FALSE(inflated(ByteView(z).first(z.size() - 1), zeros.size()));
}

TEST(QrLink, IsOnlyThatOfTheNetwork) {
  const std::string base = "https://vidu.example";
  const auto share = link_of(base, ShareLink{ShareHandle{}, ShareKey{}});
  EXPECT_EQ(share, base + "/v#AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_TRUE(is_link(base, share));
  EXPECT_TRUE(is_link(base, link_of(base, RecordId{})));
  for (const auto& bad : {share + "A", share.substr(0, share.size() - 1), base + "/v#", base + "/w#" + share.substr(23),
                          "https://evil.example" + share.substr(base.size()), std::string(), base + ".evil.example/v#A",
                          base + "/v#AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAB"}) {
    EXPECT_FALSE(is_link(base, bad)) << bad;
  }
}

TEST(QrCode, IsDrawnForScreensAndTerminals) {
  const auto q = qr_of("https://vidu.example/v#AAAA").value();
  EXPECT_EQ(q.modules.size(), q.side * q.side);
  EXPECT_TRUE(q.black(0, 0) && q.black(6, 6) && !q.black(7, 7));  // the finder pattern
  EXPECT_TRUE(qr_png(q).value().starts_with("\x89PNG"));
  EXPECT_NE(qr_svg(q).find("<path d=\"M4 4h7v1h-7z"), std::string::npos);
  const auto t = qr_terminal(q);
  EXPECT_EQ(static_cast<std::size_t>(std::count(t.begin(), t.end(), '\n')), (q.side + 9) / 2);
  EXPECT_FALSE(qr_of(std::string(5'000, 'x')));
}

}  // namespace
}  // namespace stele::paper
