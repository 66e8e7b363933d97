// Document and receipt files: one canonical form, and no single byte of it can be changed unnoticed.
#include "tests/support/seed.h"
#include "tests/unit/verdict/made.h"

namespace stele::verdict {
namespace {

using Names = std::vector<std::string>;

/// Another character of the same kind, so that as many substitutions as possible get past the parser.
char neighbour(char c) {
  constexpr std::string_view base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (c >= '0' && c <= '9') return c == '9' ? '0' : char(c + 1);
  const auto at = base64.find(c);
  return at == std::string_view::npos ? char(c ^ 1) : base64[(at + 1) % base64.size()];
}

TEST(DocumentFile, IsTheSameAfterDecoding) {
  const auto& s = issued_school();
  const auto text = encode(s.transcript_file());
  const auto again = decode_document(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(encode(*again), text);
  const auto receipt = s.receipt(s.maths_1.id);
  const auto read = decode_receipt(receipt);
  ASSERT_TRUE(read);
  EXPECT_EQ(encode(*read), receipt);
}

TEST(DocumentFile, EncodeSortsWhatTheFormatWantsSorted) {
  auto f = issued_school().transcript_file();
  const auto text = encode(f);
  std::reverse(f.disclosures.begin(), f.disclosures.end());
  std::reverse(f.rows.begin(), f.rows.end());
  std::reverse(f.persons.begin(), f.persons.end());
  EXPECT_EQ(encode(f), text);
}

TEST(DocumentFile, UnsortedListsAreRefusedAsBytes) {
  const auto text = encode(issued_school().transcript_file());
  const auto first = text.find("{\"record\"");
  const auto second = text.find("{\"record\"", first + 1);
  const auto third = text.find("{\"record\"", second + 1);
  const auto a = text.substr(first, second - first), b = text.substr(second, third - second);
  const auto f = decode_document(text.substr(0, first) + b + a + text.substr(third));
  ASSERT_FALSE(f);
  EXPECT_EQ(f.error().code, RejectionCode::bad_form);
  EXPECT_EQ(f.error().where.substr(0, 14), "disclosures[0]") << f.error().where;
}

TEST(DocumentFile, PositionsOutsideTheRecordsAreRefused) {
  const auto& s = issued_school();
  const auto clean = s.transcript_file();
  const auto size = clean.evidence.records.size();
  auto f = clean;
  f.subject = size;
  EXPECT_EQ(decode_document(encode(f)).error(), (Rejection{RejectionCode::out_of_bounds, "subject"}));
  f = clean;
  f.rows.back().record = size;
  EXPECT_EQ(decode_document(encode(f)).error().code, RejectionCode::out_of_bounds);
  f = clean;
  f.persons.back().record = size;
  EXPECT_EQ(decode_document(encode(f)).error().code, RejectionCode::out_of_bounds);
  f = clean;
  f.disclosures.back().record = size;
  EXPECT_EQ(decode_document(encode(f)).error().code, RejectionCode::out_of_bounds);
}

TEST(DocumentFile, TheSameRowOrPersonTwiceIsRefused) {
  const auto clean = issued_school().transcript_file();
  auto f = clean;
  f.rows.push_back(f.rows.front());
  EXPECT_EQ(decode_document(encode(f)).error().code, RejectionCode::repeated);
  f = clean;
  f.persons.push_back(f.persons.front());
  EXPECT_EQ(decode_document(encode(f)).error().code, RejectionCode::repeated);
}

TEST(DocumentFile, ADetailNeedsItsPath) {
  auto text = encode(issued_school().transcript_file());
  const auto at = text.find(",\"detail_path\"");
  text.erase(at, text.find("]", at) + 1 - at);
  const auto f = decode_document(text);
  ASSERT_FALSE(f);
  EXPECT_EQ(f.error(), (Rejection{RejectionCode::missing_member, "rows[0].detail_path"}));
}

TEST(DocumentFile, NoByteOfAnExtractCanBeChanged) {
  const auto& s = issued_school();
  const auto cut = disclose(s.transcript_file(), Names{"name"});
  ASSERT_TRUE(cut);
  const auto text = encode(*cut);
  EXPECT_OUTCOME(judge_document(s.genesis(), text, {}), Outcome::valid);
  auto changed = text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    changed[i] = neighbour(text[i]);
    const auto v = judge_document(s.genesis(), changed, {});
    ASSERT_NE(v.outcome, Outcome::valid) << "byte " << i << ": " << text.substr(i < 40 ? 0 : i - 40, 80);
    ASSERT_FALSE(part(v, Part::file).vi.empty());
    changed[i] = text[i];
  }
}

TEST(DocumentFile, NoByteOfAWholeTranscriptCanBeChanged) {
  const auto& s = issued_school();
  const auto text = encode(s.transcript_file());
  const auto seed = test::seed();
  SCOPED_TRACE("STELE_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  auto changed = text;
  for (int i = 0; i < 500; ++i) {
    const auto at = random() % text.size();
    const auto value = char(random() % 256);
    if (value == text[at]) continue;
    for (const char c : {neighbour(text[at]), value}) {
      changed[at] = c;
      ASSERT_NE(judge_document(s.genesis(), changed, {}).outcome, Outcome::valid)
          << "byte " << at << ": " << text.substr(at < 40 ? 0 : at - 40, 80);
    }
    changed[at] = text[at];
  }
}

TEST(DocumentFile, NoByteOfAReceiptCanBeChangedToSayMore) {
  const auto& s = issued_school();
  const auto text = s.receipt(s.class_list.id);
  auto changed = text;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    changed[i] = neighbour(text[i]);
    const auto v = judge_receipt(s.genesis(), changed, {});
    // Another subject makes it a receipt of another record; then that record's own proofs must be there.
    ASSERT_TRUE(v.outcome != Outcome::valid || v.id != s.class_list.id) << "byte " << i;
    changed[i] = text[i];
  }
}

TEST(DocumentFile, CutOffAnywhereItIsRefused) {
  const auto& s = issued_school();
  const auto text = encode(s.transcript_file());
  for (std::size_t size = 0; size < text.size(); size += 97) {
    EXPECT_NE(judge_document(s.genesis(), text.substr(0, size), {}).outcome, Outcome::valid) << size;
  }
}

}  // namespace
}  // namespace stele::verdict
