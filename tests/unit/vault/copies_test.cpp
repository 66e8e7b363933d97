// What vaults of one organisation tell each other: books beside payloads, and copies of what is on the ledger.
#include <algorithm>

#include "ledger/base/encoding.h"
#include "tests/unit/vault/support.h"

namespace stele::test {
namespace {

using json::Value;

class Copies : public VaultTest {
 protected:
  Copies() { open_other(); }
  void open_other() {
    other_.reset();
    auto o = options();
    o.folder = temp_ / "vault-1";
    o.wrapping_keys = temp_ / "wrapping-1";
    o.number = 1;
    o.id = "kho-1";
    other_ = std::move(*vault::Vault::open(o, signer::SigningKey::generate()));
  }
  Answer at_other(const Sent& s, const std::vector<vault::Book>& books = {}) {
    const vault::Submission one{&s.record, s.jws, s.payload, books};
    return std::move(other_->accept(std::span(&one, 1), view()).at(0));
  }
  [[nodiscard]] std::vector<vault::Book> books_in(const Sent& s) { return vault_->books_in(s.record, view()).value(); }
  [[nodiscard]] std::string copy(const Sent& s) {
    const auto text = vault_->copy(s.record, view(), reader_);
    EXPECT_TRUE(text && *text);
    return text && *text ? **text : std::string();
  }
  Result<void> adopt(const Sent& s, const std::string& text) { return other_->adopt(s.record, text, view()); }
  static std::string code(const Answer& a) { return a ? "acked" : a.error().code; }

  std::unique_ptr<vault::Vault> other_;
};

TEST_F(Copies, AnotherVaultChecksAndAcksWithTheBooksThatCameAlong) {
  list_ = class_list();
  ASSERT_TRUE(accept(list_));
  EXPECT_EQ(code(at_other(list_)), "payload_unknown_student");
  const auto books = books_in(list_);
  ASSERT_EQ(books.size(), pupils);
  const auto acks = at_other(list_, books);
  ASSERT_TRUE(acks) << acks.error().en;
  ASSERT_EQ(acks->size(), 1U);
  EXPECT_EQ(acks->front().vault, 1);
  school_.add({list_.jws});
  hk1_ = maths("hk1");
  EXPECT_TRUE(vault_->books_in(hk1_.record, view()).value().empty()) << "sheets name pupils by tags";
  keep(hk1_);
  hk2_ = maths("hk2");
  EXPECT_EQ(code(at_other(hk2_)), "acked") << "it knows the class list by now";
  EXPECT_EQ(code(at_other(hk1_)), "acked");
}

TEST_F(Copies, ABookThatTheTagsDoNotFollowFromIsNotTaken) {
  list_ = class_list();
  ASSERT_TRUE(accept(list_));
  auto books = books_in(list_);
  std::swap(books[0].key, books[1].key);
  EXPECT_EQ(code(at_other(list_, books)), "payload_tag");
  std::swap(books[0].key, books[1].key);
  EXPECT_EQ(code(at_other(list_, books)), "acked");
}

TEST_F(Copies, ABookThatARecordUsesStaysAndOneThatNoneUsesGivesWay) {
  // Both vaults were asked for the pupils' books; this class list is made of the first one's.
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < pupils; ++i) ids.push_back(student_id(i));
  const auto theirs = other_->books(ids, std::string(School::school), reader_, school_.chain().state()).value();
  list_ = class_list();
  ASSERT_NE(theirs[0], books_[0]);
  ASSERT_TRUE(accept(list_));
  EXPECT_EQ(code(at_other(list_, books_in(list_))), "acked") << "nobody was enrolled under the other one's";
  const auto now = other_->books(ids, std::string(School::school), reader_, school_.chain().state());
  ASSERT_TRUE(now) << now.error().en;
  EXPECT_EQ((*now)[0], books_[0]);
  // A second list under other books, while the first one is on its way.
  const auto first = books_;
  vault_.reset();
  std::filesystem::remove_all(options().folder);
  open();
  const auto second = class_list();
  ASSERT_NE(books_[0], first[0]);
  ASSERT_TRUE(accept(second));
  EXPECT_EQ(code(at_other(second, books_in(second))), "payload_tag");
}

TEST_F(Copies, OfEachKindBringBackAllThatWasHeld) {
  year();
  const auto credential = transcript(1);
  keep(credential);
  const auto key = key_record();
  keep(key);
  const auto change = amend_maths(0);
  keep(change);
  for (const Sent* s : std::initializer_list<const Sent*>{&list_, &hk1_, &hk2_, &change, &credential, &key}) {
    EXPECT_FALSE(other_->holds(s->record));
    EXPECT_FALSE(other_->copy(s->record, view(), reader_).value().has_value());
    const auto text = copy(*s);
    const auto done = adopt(*s, text);
    ASSERT_TRUE(done) << done.error().en << " " << done.error().where.field << " " << text.substr(0, 200);
    EXPECT_TRUE(other_->holds(s->record));
    EXPECT_EQ(other_->copy(s->record, view(), reader_).value(), text) << "and it can be handed on";
    EXPECT_TRUE(adopt(*s, "what is whole is not replaced"));
  }
  open_other();
  const auto rows = other_->rows(hk1_.record, reader_), mine = vault_->rows(hk1_.record, reader_);
  ASSERT_TRUE(rows && mine);
  ASSERT_EQ(rows->size(), mine->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    EXPECT_EQ((*rows)[i].result, (*mine)[i].result);
    EXPECT_EQ((*rows)[i].detail_path, (*mine)[i].detail_path);
  }
  EXPECT_EQ(other_->person(key.record).value(), school_.staff("newcomer").disclosure);
  EXPECT_EQ((*other_->credential(credential.record, reader_).value()).book, books_[1]);
  EXPECT_EQ(other_->books(std::vector{student_id(0)}, std::string(School::school), reader_, school_.chain().state())
                .value()
                .front(),
            books_[0]);
  // It checks as the first one does, the amended row included.
  EXPECT_EQ(code(at_other(transcript(0))), code(accept(transcript(0))));
}

TEST_F(Copies, WhatDiffersFromWhatWasSignedIsNotKept) {
  year();
  const auto credential = transcript(1);
  keep(credential);
  const auto key = key_record();
  keep(key);
  for (const Sent* s : std::initializer_list<const Sent*>{&list_, &hk1_, &credential, &key}) {
    const auto good = copy(*s);
    std::size_t tried = 0;
    for (std::size_t i = 0; i < good.size(); i += std::max<std::size_t>(1, good.size() / 400)) {
      auto bad = good;
      bad[i] = bad[i] == 'A' ? 'B' : 'A';
      const auto done = adopt(*s, bad);
      EXPECT_FALSE(done.has_value()) << i << " " << good.substr(i < 20 ? 0 : i - 20, 40);
      EXPECT_EQ(done ? "kept" : done.error().code, "vault_copy_bad");
      if (other_->holds(s->record)) break;
      ++tried;
    }
    EXPECT_GE(tried, 100U);
    EXPECT_FALSE(other_->holds(s->record));
    for (const Sent* other : std::initializer_list<const Sent*>{&list_, &hk1_, &hk2_, &credential, &key}) {
      if (other == s) continue;
      EXPECT_FALSE(adopt(*s, copy(*other)).has_value());
    }
    EXPECT_FALSE(adopt(*s, "").has_value());
  }
}

TEST_F(Copies, AClaimToldTwiceDoesNotStandInForAnother) {
  year();
  const auto credential = transcript(1);
  keep(credential);
  const auto v = json::parse(copy(credential), {.bytes_max = 1 << 20, .depth_max = 8, .nodes_max = 100'000}).value();
  auto claims = v.find("disclosures")->items();
  std::size_t student = claims.size(), other = claims.size();
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto name = record::decode_disclosure(claims[i].string()).value().name;
    if (name == "student_id") student = i;
    if (name == "name") other = i;
  }
  claims.at(student) = claims.at(other);
  auto list = Value::array();
  for (const auto& c : claims) list.push(c);
  const auto bad =
      Value::object({{"disclosures", std::move(list)}, {"student", student_id(0)}, {"book", *v.find("book")}});
  EXPECT_EQ(adopt(credential, json::write(bad)).error().code, "vault_copy_bad");
  EXPECT_FALSE(other_->holds(credential.record));
}

TEST_F(Copies, ACodeThatOpensAnotherDocumentStaysWithThatOne) {
  year();
  const auto first = transcript(0), second = transcript(1);
  keep(first);
  keep(second);
  Digest code{};
  code.bytes[0] = 7;
  ASSERT_TRUE(other_->pickup_replace(first.record.id, code));
  ASSERT_TRUE(vault_->pickup_replace(second.record.id, code));
  ASSERT_TRUE(adopt(second, copy(second)));
  EXPECT_EQ(other_->pickup(code).value(), first.record.id);
}

TEST_F(Copies, AnAmendsRowsAreNoDecoys) {
  year();
  const auto change = amend_maths(0);
  keep(change);
  const auto v = json::parse(copy(change), {.bytes_max = 1 << 20, .depth_max = 8, .nodes_max = 100'000}).value();
  const auto digest = [](const Value& t) {
    return base64url(record::decode_disclosure(t.string()).value().digest.view());
  };
  auto rows = Value::array();
  for (const auto& row : v.find("rows")->items()) {
    const auto* result = row.find("result");
    rows.push(result == nullptr
                  ? row
                  : Value::object({{"digests", Value::array({digest(*result), digest(*row.find("detail"))})}}));
  }
  const auto emptied = Value::object({{"rows", std::move(rows)}, {"books", Value::array()}});
  EXPECT_EQ(adopt(change, json::write(emptied)).error().code, "vault_copy_bad");
}

TEST_F(Copies, AClassListNeedsTheBookOfEachOfItsPupils) {
  list_ = class_list();
  keep(list_);
  auto v = json::parse(copy(list_), {.bytes_max = 1 << 20, .depth_max = 8, .nodes_max = 100'000}).value();
  auto books = Value::array();
  books.push(v.find("books")->items().front());
  auto fewer = Value::object({{"rows", *v.find("rows")}, {"books", std::move(books)}});
  EXPECT_EQ(adopt(list_, json::write(fewer)).error().code, "vault_copy_bad");
  EXPECT_FALSE(other_->holds(list_.record));
}

TEST_F(Copies, APickUpCodeComesAlongUntilItIsUsed) {
  year();
  const auto code = Digest{};
  const auto credential = transcript(1);
  keep(credential);
  ASSERT_TRUE(vault_->pickup_replace(credential.record.id, code));
  const auto before = copy(credential);
  EXPECT_NE(before.find("pickup"), std::string::npos);
  ASSERT_TRUE(adopt(credential, before));
  EXPECT_EQ(other_->pickup(code).value(), credential.record.id);
  ASSERT_TRUE(vault_->pickup_done(code));
  EXPECT_EQ(copy(credential).find("pickup"), std::string::npos);
}

TEST_F(Copies, EachIsInTheAccessLog) {
  year();
  const auto before = surgery_lines();
  (void)copy(hk1_);
  EXPECT_EQ(surgery_lines(), before + 1);
}

}  // namespace
}  // namespace stele::test
