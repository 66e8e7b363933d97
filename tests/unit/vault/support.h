// A vault of its own beside the school of tests/support/school.h, with payloads that it can check.
#pragma once

#include <gtest/gtest.h>

#include "ledger/record/decode.h"
#include "node/vault/vault.h"
#include "signer/issue.h"
#include "tests/support/school.h"
#include "tests/unit/store/made_blocks.h"
#include "tests/unit/vault/vault_surgery.h"

namespace stele::test {

/// What a client would send, and the record decoded.
struct Sent {
  std::string jws, payload;
  record::Record record;
  std::vector<std::uint32_t> position;  ///< of the pupils in a sheet
};

class VaultTest : public ::testing::Test {
 protected:
  explicit VaultTest(const SchoolOptions& = {});

  void open();
  void close() { vault_.reset(); }
  [[nodiscard]] vault::Vault::Options options() const;
  [[nodiscard]] signer::SigningKey ack_key() const;
  [[nodiscard]] VaultSurgery surgery() const { return {options().folder, options().wrapping_keys}; }

  /// Of the access log; the vault is opened again.
  [[nodiscard]] std::size_t surgery_lines() {
    close();
    const auto n = surgery().lines_of_access_log();
    open();
    return n;
  }

  using Answer = Result<std::vector<log::Ack>, Error>;
  Answer accept(const Sent&);
  /// Accepted, and then a record of the ledger.
  void keep(const Sent&);
  [[nodiscard]] vault::LedgerView view() const;
  [[nodiscard]] Result<std::vector<vault::BookKey>> books(const std::vector<std::string>& ids,
                                                          std::string_view org = School::school) {
    return vault_->books(ids, std::string(org), reader_, school_.chain().state());
  }

  [[nodiscard]] Sent sent(const std::string& who, record::Type, const record::Body&, std::string payload);
  [[nodiscard]] Sent class_list();
  [[nodiscard]] Sent maths(const std::string& term, const std::string& mark = "8.3", const std::string& group = {});
  /// Claims that are told otherwise, or none: not told.
  using Told = std::map<std::string, std::optional<json::Value>>;
  [[nodiscard]] Sent transcript(std::size_t pupil, const Told& = {});
  [[nodiscard]] Sent diploma(std::size_t pupil, const std::vector<RecordId>& basis, const Told& = {});
  [[nodiscard]] Sent amend(const std::string& who, const Sent& sheet, std::size_t pupil, const json::Value& result,
                           const json::Value& detail, std::vector<RecordId> supersedes = {});
  [[nodiscard]] Sent amend_maths(std::size_t pupil, std::vector<RecordId> supersedes = {});
  [[nodiscard]] Sent key_record();
  /// Class list and maths in both terms, kept.
  void year();

  static constexpr std::size_t pupils = 2;
  [[nodiscard]] static std::string student_id(std::size_t i) { return "250000000" + std::to_string(i + 1); }
  [[nodiscard]] Tag256 tag(std::size_t pupil) const;

  store::test::TempFolder temp_;
  School school_;
  std::unique_ptr<vault::Vault> vault_;
  std::vector<vault::BookKey> books_;
  Sent list_, hk1_, hk2_;
  const vault::Vault::Reader reader_{"tester", "test"};
};

/// The code, then where, then whether both texts name the record.
[[nodiscard]] std::string fault_of(const Error&, const RecordId&);
template <class T>
[[nodiscard]] std::string fault_of(const Result<T>& r, const RecordId& id) {
  return r ? "ok" : fault_of(r.error(), id);
}

}  // namespace stele::test
