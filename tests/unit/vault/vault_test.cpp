// The vault keeps what it is given, gives it back whole, and signs only for what it has.
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/merkle.h"
#include "tests/unit/vault/support.h"

namespace stele::test {
namespace {

namespace fs = std::filesystem;
using Vault = VaultTest;

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> out;
  for (const auto& e : fs::directory_iterator(folder)) out.insert(e.path().filename().string());
  return out;
}

std::string mark_of(const vault::StoredRow& row) {
  const auto d = record::decode_disclosure(row.result);
  const auto result = d ? record::grade_result(*d) : Result<record::GradeResult, Rejection>(Unexpected(Rejection{}));
  return result ? record::mark_text(std::get<record::Mark>(result->figure)) : "unreadable";
}

TEST_F(Vault, GivesBackEachRowWithItsPathToTheSignedRoot) {
  year();
  for (int opening = 0; opening < 2; ++opening) {
    const auto rows = vault_->rows(hk1_.record, reader_);
    ASSERT_TRUE(rows) << rows.error().en;
    ASSERT_EQ(rows->size(), pupils);  // decoys are not told of
    const auto& g = std::get<record::GradeSheet>(hk1_.record.body);
    for (const auto& row : *rows) {
      EXPECT_EQ(mark_of(row), "8.3");
      const auto result = sha256(as_bytes(row.result)), detail = sha256(as_bytes(row.detail));
      EXPECT_TRUE(log::verify_inclusion(log::merkle_leaf(result.view()), 2ULL * row.row, 2ULL * g.rows, row.result_path,
                                        g.root));
      EXPECT_TRUE(log::verify_inclusion(log::merkle_leaf(detail.view()), 2ULL * row.row + 1, 2ULL * g.rows,
                                        row.detail_path, g.root));
      const auto alone = vault_->row(hk1_.record, row.row, reader_);
      ASSERT_TRUE(alone);
      EXPECT_EQ(alone->result, row.result);
      EXPECT_EQ(alone->detail_path, row.detail_path);
    }
    close();
    open();
  }
  EXPECT_EQ(vault_->row(hk1_.record, 4095, reader_).error().code, "not_found");
  EXPECT_EQ(vault_->rows(maths("hk3").record, reader_).error().code, "not_found");
}

TEST_F(Vault, GivesBackRosterCredentialAndPerson) {
  year();
  const auto diploma = transcript(1);
  keep(diploma);
  const auto key = key_record();
  ASSERT_TRUE(accept(key));
  close();
  open();
  const auto roster = vault_->roster(list_.record, reader_);
  ASSERT_TRUE(roster);
  std::set<std::string> students;
  for (const auto& r : *roster) students.insert(r.student.student_id);
  EXPECT_EQ(students, (std::set<std::string>{student_id(0), student_id(1)}));
  EXPECT_EQ(roster->at(0).detail->ethnicity, "Kinh");
  const auto held = vault_->credential(diploma.record, reader_);
  ASSERT_TRUE(held && *held);
  EXPECT_EQ((*held)->student_id, student_id(1));
  EXPECT_EQ((*held)->book, books_[1]);
  EXPECT_EQ((*held)->disclosures.size(), 7U);  // six claims and `contents`
  EXPECT_EQ(vault_->person(key.record).value(), school_.staff("newcomer").disclosure);
  EXPECT_FALSE(vault_->credential(transcript(0).record, reader_).value());  // unknown here
}

TEST_F(Vault, AnAckIsItsSignatureOverThisLeafAndNoOther) {
  list_ = class_list();
  const auto acks = accept(list_);
  ASSERT_TRUE(acks) << acks.error().en;
  ASSERT_EQ(acks->size(), 1U);
  const auto& a = acks->front();
  EXPECT_EQ(a.leaf, list_.record.leaf);
  EXPECT_EQ(a.vault, 0);
  const auto& key = school_.vault(0).public_key();
  const auto& net = school_.genesis().net;
  EXPECT_TRUE(key.verify(log::ack_digest(net, a.leaf, 0), a.signature));
  EXPECT_FALSE(key.verify(log::ack_digest(net, a.leaf, 1), a.signature));
  EXPECT_FALSE(key.verify(log::ack_digest("other-net", a.leaf, 0), a.signature));
  EXPECT_FALSE(key.verify(log::ack_digest(net, LeafHash{sha256(as_bytes("other")).bytes}, 0), a.signature));
  // Again, with the payload and without.
  EXPECT_EQ(accept(list_)->front().signature, a.signature);
  list_.payload.clear();
  EXPECT_EQ(accept(list_)->front().signature, a.signature);
}

TEST_F(Vault, GivesNoAckForAPayloadThatIsAnothers) {
  list_ = class_list();
  keep(list_);
  auto good = maths("hk1");
  const auto other = maths("hk2");
  good.payload = other.payload;
  const auto refused = accept(good);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "payload_root");
  EXPECT_EQ(vault_->rows(good.record, reader_).error().code, "not_found");
  const auto none = accept({good.jws, {}, good.record, {}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "payload_missing");
}

TEST_F(Vault, OneBadPayloadAmongManyHoldsUpNoOther) {
  list_ = class_list();
  keep(list_);
  const auto a = maths("hk1"), b = maths("hk2");
  const std::vector<vault::Submission> two{{&a.record, a.jws, b.payload}, {&b.record, b.jws, b.payload}};
  const auto answers = vault_->accept(two, view());
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_FALSE(answers[0]);
  EXPECT_TRUE(answers[1]);
}

TEST_F(Vault, BookKeysStayAndDiffer) {
  const std::vector<std::string> ids{student_id(0), student_id(1), student_id(0)};
  const auto books = this->books(ids).value();
  EXPECT_EQ(books[0], books[2]);
  EXPECT_NE(books[0], books[1]);
  close();
  open();
  EXPECT_EQ(this->books(ids).value(), books);
}

TEST_F(Vault, ABookInUseIsForTheOrganisationThatUsesIt) {
  const std::string other = "thpt-khac";
  const auto early = books({student_id(0)}, other).value();  // asked, but enrolled nobody
  year();
  EXPECT_NE(early[0], books_[0]);
  const auto code = [&](const auto& r) { return r ? std::string("ok") : r.error().code + " " + r.error().where.field; };
  EXPECT_EQ(code(books({"2500000009", student_id(0)}, other)), "book_not_yours students[1]");
  EXPECT_EQ(books({student_id(0)}).value().front(), books_[0]);
  EXPECT_EQ(books({student_id(0)}, School::office).value().front(), books_[0]);  // above it
  const auto& state = school_.chain().state();
  const std::vector ids{student_id(0)};
  EXPECT_EQ(code(vault_->release_books(ids, other, "thpt-ba", reader_, state)), "book_not_yours students[0]");
  close();
  open();
  EXPECT_EQ(code(books(ids, other)), "book_not_yours students[0]");
  ASSERT_TRUE(vault_->release_books(ids, std::string(School::school), other, reader_, state));
  EXPECT_EQ(books(ids, other).value().front(), books_[0]);
  EXPECT_EQ(code(books({student_id(1)}, other)), "book_not_yours students[0]");
}

TEST_F(Vault, EveryBookIsInTheAccessLog) {
  const auto before = surgery_lines();
  ASSERT_TRUE(books({student_id(0), student_id(1)}));
  EXPECT_EQ(surgery_lines(), before + 2);
  ASSERT_TRUE(books({student_id(0)}));
  EXPECT_EQ(surgery_lines(), before + 3);
}

TEST_F(Vault, AnOrganisationMakesSoManyBooksADay) {
  std::size_t made = 0;
  std::string refused;
  for (std::uint64_t call = 0; refused.empty() && call < 8; ++call) {
    std::vector<std::string> ids;
    for (std::uint64_t i = 0; i < 2048; ++i) ids.push_back(std::to_string(3'000'000'000 + call * 2048 + i));
    const auto r = books(ids);
    if (r)
      made += r->size();
    else
      refused = r.error().code;
  }
  EXPECT_EQ(refused, "too_many");
  EXPECT_EQ(made, 8192U);
  EXPECT_TRUE(books({"2500000001"}, School::office));  // another one's day
}

TEST_F(Vault, ADamagedObjectDoesNotEndARotationAndKeepsTheOldKey) {
  year();
  close();
  const auto at = VaultSurgery::row(hk1_.record.id, hk1_.position[0]);
  auto bad = surgery().get(at);
  const auto good = bad;
  bad[20] ^= 1U;  // in the nonce of the wrapped data key
  surgery().put(at, bad);
  open();
  const auto r = vault_->rotate_wrapping_key("2026-01");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, "vault_damaged");
  EXPECT_EQ(files_in(options().wrapping_keys), (std::set<std::string>{"0000-first.key", "2026-01.key"}));
  close();
  surgery().put(at, good);
  open();
  ASSERT_TRUE(vault_->rotate_wrapping_key("2026-02"));
  EXPECT_EQ(files_in(options().wrapping_keys), std::set<std::string>{"2026-02.key"});
  EXPECT_EQ(vault_->rows(hk1_.record, reader_).value().size(), pupils);
}

TEST_F(Vault, HalfAWrappingKeyIsNotTakenForOne) {
  close();
  std::ofstream(options().wrapping_keys / "2026-01.key.new") << "abc";  // a crash while it was made
  open();
  ASSERT_TRUE(vault_->rotate_wrapping_key("2026-01"));
  EXPECT_EQ(files_in(options().wrapping_keys), std::set<std::string>{"2026-01.key"});
}

TEST_F(Vault, StatusSlotsAreGivenOutOnce) {
  std::set<std::pair<std::uint64_t, std::uint32_t>> seen;
  for (int opening = 0; opening < 3; ++opening) {
    const auto slots = vault_->reserve_status_slots(500).value();
    for (const auto& slot : slots) EXPECT_TRUE(seen.insert(slot).second);
    close();
    open();
  }
  EXPECT_EQ(seen.size(), 1500U);
}

TEST_F(Vault, ANewWrappingKeyOpensWhatTheOldOneDidAndTheOldOneIsGone) {
  year();
  EXPECT_EQ(files_in(options().wrapping_keys), std::set<std::string>{"0000-first.key"});
  ASSERT_TRUE(vault_->rotate_wrapping_key("2026-01"));
  EXPECT_EQ(files_in(options().wrapping_keys), std::set<std::string>{"2026-01.key"});
  EXPECT_EQ(vault_->rows(hk1_.record, reader_).value().size(), pupils);
  close();
  open();
  EXPECT_EQ(vault_->rows(hk2_.record, reader_).value().size(), pupils);
  EXPECT_EQ(vault_->roster(list_.record, reader_).value().size(), pupils);
  EXPECT_EQ(books({student_id(0)}).value().front(), books_[0]);
}

TEST_F(Vault, WrappingKeyNamesRise) {
  ASSERT_TRUE(vault_->rotate_wrapping_key("2026-02"));
  for (const auto* name : {"2026-02", "2026-01", "", "2026/03", "2026-03.key"}) {
    const auto r = vault_->rotate_wrapping_key(name);
    ASSERT_FALSE(r) << name;
    EXPECT_EQ(r.error().code, "vault_wrapping_name") << name;
  }
  EXPECT_EQ(files_in(options().wrapping_keys), std::set<std::string>{"2026-02.key"});
}

TEST_F(Vault, DoesNotOpenWithAnotherWrappingKey) {
  year();
  close();
  fs::rename(options().wrapping_keys, temp_ / "lost");
  const auto r = vault::Vault::open(options(), ack_key());  // makes a key of its own, which opens nothing
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, "vault_damaged");
  fs::remove_all(options().wrapping_keys);
  fs::rename(temp_ / "lost", options().wrapping_keys);
  open();
  EXPECT_EQ(vault_->rows(hk1_.record, reader_).value().size(), pupils);
}

TEST_F(Vault, TakesNoWrappingKeyThatOthersMayRead) {
  close();
  const auto file = options().wrapping_keys / "0000-first.key";
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
  const auto open = vault::Vault::open(options(), ack_key());
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, "vault_wrapping_unusable");
  EXPECT_EQ(open.error().where.file, "0000-first.key");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  std::ofstream(file) << "not hex";
  EXPECT_EQ(vault::Vault::open(options(), ack_key()).error().code, "vault_wrapping_unusable");
}

TEST_F(Vault, OfAnotherNetworkIsNotOpened) {
  close();
  auto o = options();
  o.net = "other";
  const auto r = vault::Vault::open(o, ack_key());
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, "vault_other");
}

TEST_F(Vault, NothingPersonalStandsOnTheDiskInPlainText) {
  year();
  keep(transcript(0));
  close();
  const std::string plain[] = {student_id(0),
                               "Nguyễn Văn An",
                               "2010-03-14",
                               "8.3",
                               base64url(as_bytes("\"mark\":\"8.3\"")).substr(2, 10),
                               std::string(as_text(books_[0].view()))};
  for (const auto& entry : fs::recursive_directory_iterator(options().folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    for (const auto& p : plain) {
      if (p.size() < 4) continue;  // short texts stand anywhere by chance
      EXPECT_EQ(bytes.find(p), std::string::npos) << entry.path() << " holds " << p;
    }
  }
}

TEST_F(Vault, WritesNothingBelowTheSpaceFloor) {
  list_ = class_list();
  keep(list_);
  hk1_ = maths("hk1");
  keep(hk1_);
  close();
  auto o = options();
  o.free_space_floor_bytes = std::numeric_limits<std::uint64_t>::max();
  auto full = vault::Vault::open(o, ack_key());
  ASSERT_TRUE(full);
  vault_ = std::move(*full);
  const auto sheet = maths("hk2");
  const auto acks = accept(sheet);
  ASSERT_FALSE(acks);
  EXPECT_EQ(acks.error().code, "space_floor");
  EXPECT_EQ(books({"2500000009"}).error().code, "space_floor");
  EXPECT_EQ(vault_->reserve_status_slots(1).error().code, "space_floor");
  // A read leaves a line in the access log, or is not made.
  EXPECT_EQ(vault_->rows(hk1_.record, reader_).error().code, "space_floor");
  close();
  open();
  EXPECT_EQ(vault_->rows(hk1_.record, reader_).value().size(), pupils);
  EXPECT_EQ(vault_->rows(sheet.record, reader_).error().code, "not_found");
}

TEST_F(Vault, APickUpCodeWorksUntilItIsUsedOrReplaced) {
  const auto first = signer::new_pickup_code().digest, second = signer::new_pickup_code().digest;
  const RecordId id{sha256(as_bytes("a credential")).bytes};
  EXPECT_FALSE(vault_->pickup(first).value());
  ASSERT_TRUE(vault_->pickup_replace(id, first));
  EXPECT_EQ(vault_->pickup(first).value(), id);
  ASSERT_TRUE(vault_->pickup_replace(id, second));
  EXPECT_FALSE(vault_->pickup(first).value());
  close();
  open();
  EXPECT_EQ(vault_->pickup(second).value(), id);
  ASSERT_TRUE(vault_->pickup_done(second));
  EXPECT_FALSE(vault_->pickup(second).value());
}

TEST_F(Vault, ManyMayReadWhileOneWritesAndTheKeyIsRotated) {
  list_ = class_list();
  keep(list_);
  hk1_ = maths("hk1");
  keep(hk1_);
  const auto& more = hk2_ = maths("hk2");
  ASSERT_TRUE(accept(more));
  std::atomic<bool> stop{false};
  std::atomic<std::size_t> good{0}, bad{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      do {
        const auto rows = vault_->rows(hk1_.record, reader_);
        const auto one = vault_->row(more.record, more.position[0], reader_);
        const auto roster = vault_->roster(list_.record, reader_);
        (rows && rows->size() == pupils && one && mark_of(*one) == "8.3" && roster ? good : bad) += 1;
      } while (!stop);
    });
  }
  const auto seen = view();  // the ledger itself does not move meanwhile
  for (int i = 0; i < 20; ++i) {
    const vault::Submission one{&more.record, more.jws, more.payload};
    EXPECT_TRUE(vault_->accept(std::span(&one, 1), seen).at(0));
    EXPECT_TRUE(vault_->reserve_status_slots(4));
    EXPECT_TRUE(vault_->rotate_wrapping_key("2026-" + std::to_string(100 + i)));
  }
  stop = true;
  for (auto& t : readers) t.join();
  EXPECT_GE(good, 3U);
  EXPECT_EQ(bad, 0U);
}

}  // namespace
}  // namespace stele::test
