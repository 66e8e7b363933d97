// A mark that was changed in the vault is caught by whoever reads it and named: which record, which row, what to do.
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/wire.h"
#include "tests/unit/vault/support.h"

namespace stele::test {
namespace {

class ChangedVault : public VaultTest {
 protected:
  void SetUp() override { year(); }
  [[nodiscard]] std::uint32_t row() const { return hk1_.position[0]; }
  [[nodiscard]] const RecordId& sheet() const { return hk1_.record.id; }
  [[nodiscard]] std::string at_row(std::string_view part = {}) const {
    return "rows[" + std::to_string(row()) + "]" + std::string(part);
  }
  template <class F>
  void operate(F f) {
    close();
    f(surgery());
    open();
  }
  std::string rows_fault() { return fault_of(vault_->rows(hk1_.record, reader_), sheet()); }
};

TEST_F(ChangedVault, AMarkChangedUnderTheRightKeyIsNamed) {
  operate([&](const VaultSurgery& s) { s.change_mark(sheet(), row(), "9.9"); });
  EXPECT_EQ(rows_fault(), "vault_changed " + at_row(".result"));
  EXPECT_EQ(fault_of(vault_->row(hk1_.record, row(), reader_), sheet()), "vault_changed " + at_row(".result"));
  const auto e = vault_->row(hk1_.record, row(), reader_).error();
  for (const auto* word : {"grade-sheet", "10A1", "toan", "hk1", "2025"}) {
    EXPECT_NE(e.en.find(word), std::string::npos) << word;
    EXPECT_NE(e.vi.find(word), std::string::npos) << word;
  }
  EXPECT_NE(e.en.find("backup"), std::string::npos);
  EXPECT_NE(e.vi.find("sao lưu"), std::string::npos);
  EXPECT_EQ(e.en.find("9.9"), std::string::npos);  // no mark in a message
  // Its neighbours are as good as ever.
  EXPECT_TRUE(vault_->row(hk1_.record, hk1_.position[1], reader_));
  EXPECT_TRUE(vault_->rows(hk2_.record, reader_));
}

TEST_F(ChangedVault, ACommentOrDetailChangedIsNamedToo) {
  operate([&](const VaultSurgery& s) {
    const auto at = VaultSurgery::row(sheet(), row());
    const auto plain = s.open(at);
    log::Reader r(plain);
    const std::string result(as_text(r.bytes32(1U << 20U))), detail(as_text(r.bytes32(1U << 20U)));
    s.seal(at, two_texts(result, with_member(detail, "final", "9.5")));
  });
  EXPECT_EQ(rows_fault(), "vault_changed " + at_row(".detail"));
}

TEST_F(ChangedVault, ARowOfAnotherSheetInItsPlaceIsNamed) {
  operate([&](const VaultSurgery& s) {
    s.seal(VaultSurgery::row(sheet(), row()), s.open(VaultSurgery::row(hk2_.record.id, hk2_.position[0])));
  });
  EXPECT_EQ(rows_fault(), "vault_changed " + at_row(".result"));
}

TEST_F(ChangedVault, ARowMovedWithoutTheKeyDoesNotOpen) {
  operate([&](const VaultSurgery& s) {
    s.put(VaultSurgery::row(sheet(), row()), s.get(VaultSurgery::row(sheet(), hk1_.position[1])));
  });
  EXPECT_EQ(rows_fault(), "vault_damaged " + at_row());
}

TEST_F(ChangedVault, EveryDamagedByteOfARowIsNamed) {
  Bytes good;
  const auto at = VaultSurgery::row(sheet(), row());
  operate([&](const VaultSurgery& s) { good = s.get(at); });
  for (std::size_t i = 0; i < good.size(); i += i < 96 ? 7 : 61) {  // the head closely, then some of the body
    auto bad = good;
    bad[i] ^= 0x01U;
    operate([&](const VaultSurgery& s) { s.put(at, bad); });
    EXPECT_EQ(rows_fault(), "vault_damaged " + at_row()) << "byte " << i;
  }
  operate([&](const VaultSurgery& s) { s.put(at, ByteView(good).first(good.size() - 1)); });
  EXPECT_EQ(rows_fault(), "vault_damaged " + at_row());
  operate([&](const VaultSurgery& s) { s.put(at, good); });
  EXPECT_EQ(fault_of(vault_->rows(hk1_.record, reader_), sheet()), "ok");
}

TEST_F(ChangedVault, MarkAndDigestChangedTogetherStillDifferFromTheSignedRoot) {
  operate([&](const VaultSurgery& s) {
    s.change_mark(sheet(), row(), "9.9");
    const auto plain = s.open(VaultSurgery::row(sheet(), row()));
    log::Reader r(plain);
    const auto forged = sha256(r.bytes32(1U << 20U));
    auto list = s.get(VaultSurgery::digests(sheet()));
    std::copy(forged.bytes.begin(), forged.bytes.end(), list.begin() + 4 + 64L * row());
    s.put(VaultSurgery::digests(sheet()), list);
  });
  EXPECT_EQ(rows_fault(), "vault_changed rows");
  EXPECT_EQ(fault_of(vault_->row(hk1_.record, row(), reader_), sheet()), "vault_changed rows");
}

TEST_F(ChangedVault, ARowTooFewOrTooManyIsNamed) {
  Bytes good;
  operate([&](const VaultSurgery& s) {
    good = s.get(VaultSurgery::digests(sheet()));
    auto fewer = good;
    fewer[3] -= 1;
    fewer.resize(fewer.size() - 64);
    s.put(VaultSurgery::digests(sheet()), fewer);
  });
  EXPECT_EQ(rows_fault(), "vault_changed rows");
  operate([&](const VaultSurgery& s) {
    auto more = good;
    more[3] += 1;
    more.resize(more.size() + 64);
    s.put(VaultSurgery::digests(sheet()), more);
  });
  EXPECT_EQ(rows_fault(), "vault_changed rows");
}

TEST_F(ChangedVault, AChangedRosterIsNamed) {
  operate([&](const VaultSurgery& s) {
    const auto at = VaultSurgery::row(list_.record.id, list_.position[1]);
    const auto plain = s.open(at);
    log::Reader r(plain);
    const std::string result(as_text(r.bytes32(1U << 20U))), detail(as_text(r.bytes32(1U << 20U)));
    s.seal(at, two_texts(with_member(result, "name", "Trần Văn Khác"), detail));
  });
  const auto r = vault_->roster(list_.record, reader_);
  EXPECT_EQ(fault_of(r, list_.record.id), "vault_changed rows[" + std::to_string(list_.position[1]) + "].result");
  EXPECT_EQ(r.error().en.find("Khác"), std::string::npos);
}

TEST_F(ChangedVault, NoAckRestsOnAChangedMarkAndItIsNotTheSendersFault) {
  const auto t = transcript(0);
  operate([&](const VaultSurgery& s) { s.change_mark(sheet(), row(), "9.9"); });
  EXPECT_EQ(fault_of(accept(t), sheet()), "vault_changed " + at_row(".result"));
  EXPECT_FALSE(vault_->credential(t.record, reader_).value());
}

TEST_F(ChangedVault, IsAckedAgainOnlyWhenThePayloadMendsIt) {
  operate([&](const VaultSurgery& s) { s.change_mark(hk2_.record.id, hk2_.position[0], "9.9"); });
  auto bare = hk2_;
  bare.payload.clear();
  EXPECT_EQ(fault_of(accept(bare), hk2_.record.id),
            "vault_changed rows[" + std::to_string(hk2_.position[0]) + "].result");
  ASSERT_TRUE(accept(hk2_));
  EXPECT_TRUE(accept(bare));
  EXPECT_TRUE(vault_->rows(hk2_.record, reader_));
}

TEST_F(ChangedVault, ACredentialIsNamedByTheClaimThatWasChanged) {
  const auto t = transcript(0);
  keep(t);
  const auto at = VaultSurgery::credential(t.record.id);
  Bytes plain;
  operate([&](const VaultSurgery& s) { plain = s.open(at); });
  const auto held = vault_->credential(t.record, reader_).value().value();
  const auto stored = [&](const std::string& student, const vault::BookKey& book, std::vector<std::string> texts) {
    log::Writer w;
    w.bytes32(as_bytes(student));
    w.raw(book.view());
    w.u32(static_cast<std::uint32_t>(texts.size()));
    for (const auto& text : texts) w.bytes32(as_bytes(text));
    return std::move(w).take();
  };
  ASSERT_EQ(stored(held.student_id, held.book, held.disclosures), plain);
  const auto fault = [&](const Bytes& changed) {
    operate([&](const VaultSurgery& s) { s.seal(at, changed); });
    return fault_of(vault_->credential(t.record, reader_), t.record.id);
  };
  for (std::size_t i = 0; i < held.disclosures.size(); ++i) {
    if (record::decode_disclosure(held.disclosures[i])->name != "subject.toan") continue;
    auto texts = held.disclosures;
    texts[i] = with_member(texts[i], "name", "Văn");
    EXPECT_EQ(fault(stored(held.student_id, held.book, texts)), "vault_changed disclosures[" + std::to_string(i) + "]");
    texts.erase(texts.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(fault(stored(held.student_id, held.book, texts)), "vault_changed disclosures");
  }
  EXPECT_EQ(fault(stored(held.student_id, books_[1], held.disclosures)), "vault_changed book");
  EXPECT_EQ(fault(stored(student_id(1), held.book, held.disclosures)), "vault_changed student");
  EXPECT_EQ(fault(Bytes{1, 2, 3}), "vault_changed disclosures");
  EXPECT_EQ(fault(plain), "ok");
  operate([&](const VaultSurgery& s) {
    auto bad = s.get(at);
    bad.back() ^= 1U;
    s.put(at, bad);
  });
  EXPECT_EQ(fault_of(vault_->credential(t.record, reader_), t.record.id), "vault_damaged disclosures");
}

TEST_F(ChangedVault, ATeachersNameIsThatOfTheKeyRecord) {
  const auto key = key_record();
  ASSERT_TRUE(accept(key));
  operate([&](const VaultSurgery& s) {
    s.seal(VaultSurgery::person(key.record.id), as_bytes(signer::person_disclosure("Kẻ Khác", "Hiệu trưởng")));
  });
  EXPECT_EQ(fault_of(vault_->person(key.record), key.record.id), "vault_changed disclosure");
}

}  // namespace
}  // namespace stele::test
