// The vault from inside; for its own sources only. Everything here is called with the mutex held.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <map>
#include <mutex>
#include <set>

#include "node/vault/checks.h"
#include "node/vault/faults.h"
#include "node/vault/flights.h"
#include "node/vault/places.h"
#include "node/vault/vault.h"
#include "node/vault/wrapping.h"

namespace stele::vault {

inline rocksdb::Slice slice(ByteView b) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): RocksDB takes bytes as char
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

inline Error io_error(const rocksdb::Status& s) {
  return io_error(s.ToString());
}

/// What a sheet's record says of its rows.
struct Signed {
  Digest root;
  std::uint32_t rows = 0;
};
/// None: it has no rows.
[[nodiscard]] std::optional<Signed> signed_rows(const record::Record&);

struct Vault::Impl {
  Impl(Options o, signer::SigningKey key, WrappingKeys wrapping)
      : options(std::move(o)), ack_key(std::move(key)), keys(std::move(wrapping)), flights(options.hold) {}

  Options options;
  signer::SigningKey ack_key;
  WrappingKeys keys;
  std::unique_ptr<rocksdb::DB> db;
  Digest index_key{};  ///< names students and serials in the database, so that its keys say nothing
  std::uint64_t list = 0, used_in_list = 0;
  std::uint64_t log_next = 0;
  Digest log_head{};
  Flights flights;
  RecordId swept{};  ///< with which the next sweep begins
  struct Made {
    std::chrono::steady_clock::time_point since;
    std::size_t count = 0;
  };
  std::map<std::string, Made> books_made;  ///< by organisation, in this day
  Bytes decoy;                             ///< sealed; opened where there is nothing else to open
  mutable std::mutex mutex;

  // ---- plain and sealed values ----

  Result<std::optional<std::string>> get(ByteView place) const;
  Result<std::optional<Bytes>> get_sealed(ByteView place) const;
  static void put(rocksdb::WriteBatch& batch, ByteView place, ByteView value);
  void put_sealed(rocksdb::WriteBatch& batch, ByteView place, ByteView plain) const;
  Result<void> write(rocksdb::WriteBatch& batch, bool sync) const;
  /// RocksDB aborts when the disk is full (FINDINGS): stop before.
  Result<void> space() const;
  [[nodiscard]] Digest name_in_index(std::string_view kind, std::string_view text) const;
  /// Again whenever the wrapping key changes.
  void make_decoy();

  // ---- opening ----

  Result<void> open_db();
  Result<void> first_time(const std::string& mine);
  Result<void> resume();

  // ---- reading what is held ----

  /// Of a sheet or amend, as signed; `not_found`: not held here.
  Result<std::vector<record::RowDigests>> digests(const record::Record& sheet) const;
  /// Deciphered and held against its digests; no disclosures: a decoy, or erased.
  Result<SheetPayload::Row> row(const record::Record& sheet, std::uint32_t n, const record::RowDigests& digests) const;
  Result<SheetPayload> sheet(const record::Record& r) const;
  Result<std::optional<StoredCredential>> stored_credential(const record::Record& r) const;
  /// Each disclosure is one that was signed, none that `contents` lists is missing, and the book key is the one that
  /// the tag follows from.
  static Result<void> check_credential_held(const record::Record& r, const record::Credential& c,
                                            const StoredCredential& held);
  Result<std::optional<BookKey>> book(std::string_view student) const;
  struct Holder {
    std::string org;
    std::optional<RecordId> record;
  };
  [[nodiscard]] std::vector<Holder> holders(const Digest& student) const;
  /// Its record is on the ledger, or on the way there.
  [[nodiscard]] bool in_use(const Holder& h, const registry::State& state);
  /// None is here, or no record uses the one that is: another vault's may stand in its place.
  [[nodiscard]] Result<bool> replaceable(const Book& book, const registry::State& state);
  void put_book(rocksdb::WriteBatch& batch, const Book& book) const;
  /// The organisation uses the student's book in this record; an earlier one that came to the ledger stands.
  Result<void> put_holder(rocksdb::WriteBatch& batch, std::string_view student, const std::string& org,
                          const RecordId& id, const registry::State& state) const;
  [[nodiscard]] static Error not_yours(std::size_t i);
  /// Counts one more; false: enough for this day.
  bool may_make_book(const std::string& org);
  [[nodiscard]] std::vector<std::pair<RecordId, std::uint32_t>> amends(const RecordId& sheet, std::uint32_t row) const;
  [[nodiscard]] std::vector<RecordId> serials(std::string_view serial) const;
  [[nodiscard]] std::vector<RecordId> register_numbers(std::string_view org, std::string_view number) const;
  [[nodiscard]] std::vector<RecordId> with_number(const Bytes& prefix) const;
  /// As it was handed in, but for the pick-up code.
  [[nodiscard]] static std::optional<CredentialPayload> opened(const StoredCredential& held);
  /// `fault` takes what went wrong here while a payload was checked: that is not the sender's fault.
  [[nodiscard]] Sources sources(const LedgerView& view, std::optional<Error>& fault) const;

  // ---- accepting ----

  void store_sheet(rocksdb::WriteBatch& batch, const RecordId& id, const SheetPayload& p) const;
  /// A payload that was opened, new or held.
  struct Opened {
    SheetPayload sheet;
    CredentialPayload credential;
    bool fresh = false;
  };
  [[nodiscard]] static Result<void, Rejection> check(const record::Record& r, const Opened& p, const Sources& s);
  /// What is held if it is whole and as signed, else what came along.
  Result<Opened> open(const Submission& sub) const;
  Result<void> store(rocksdb::WriteBatch& batch, const record::Record& r, const Opened& opened_payload,
                     const registry::State& state) const;
  /// The tag follows from the key.
  void store_credential(rocksdb::WriteBatch& batch, const record::Record& r, const CredentialPayload& p,
                        const BookKey& key) const;
  /// The key that the credential's tag follows from.
  Result<BookKey> book_of(const record::Record& r, const record::Credential& c, const std::string& student) const;

  // ---- between vaults ----

  /// What the tags of a class list's students are made of, and of an amend of one; none: another record.
  [[nodiscard]] static std::optional<std::pair<std::string, std::string>> kind_and_year(const record::Record& r,
                                                                                        const LedgerView& view);
  Result<void> adopt_sheet(rocksdb::WriteBatch& batch, const record::Record& r, std::string_view copy,
                           const LedgerView& view);
  Result<void> adopt_credential(rocksdb::WriteBatch& batch, const record::Record& r, std::string_view copy,
                                const LedgerView& view);

  // ---- on the way to the ledger ----

  static std::string name_of(char what, std::initializer_list<std::string_view> parts);
  struct Holds {
    std::vector<std::string> takes;     ///< for itself
    std::vector<std::string> excludes;  ///< nobody else may hold
  };
  /// An amend and a transcript of one class exclude each other: which of them the other has to reckon with is known
  /// only when it stands on the ledger. So do two rows of one student in sheets of one subject, and two forms of one
  /// serial.
  [[nodiscard]] Holds holds_of(const record::Record& r, const Opened& p, const Sources& s) const;
  static std::string quota_name(const record::Record& r);
  /// What is on the ledger counts there; what is on its way must not be more than a day's share besides.
  Result<void> check_quota(const record::Record& r, const registry::State& state);
  /// Into `batch`, if it is good and not held yet. What is held was checked against another state: it is checked again.
  Result<void> accept_one(rocksdb::WriteBatch& batch, const Submission& sub, const Sources& s,
                          const std::optional<Error>& fault);
  /// Its payload is held before its record is on the ledger: kept with the time of its `after`, from which its days
  /// count.
  static void put_waiting(rocksdb::WriteBatch& batch, const Submission& sub, const registry::State& state);
  /// Of the newest final block.
  struct Settled {
    UnixSeconds time;
    std::uint64_t size = 0;
  };
  /// Forgets that it waits, or erases what can't come any more.
  Result<void> settle_waiting(rocksdb::WriteBatch& batch, const RecordId& id, ByteView value,
                              const registry::State& state, const Settled& final);
  /// All that is held of a record that is not on the ledger.
  Result<void> erase(rocksdb::WriteBatch& batch, const record::Record& r) const;
  struct LogPoint {
    std::uint64_t next;
    Digest head;
  };
  /// A line of the access log into `batch`; if that is not written, the log goes back to where it was.
  LogPoint log_line(rocksdb::WriteBatch& batch, const Reader& reader, std::string_view what, ByteView id);
  Result<void> write_logged(rocksdb::WriteBatch& batch, const LogPoint& before, bool sync);
  Result<void> log_read(const Reader& reader, std::string_view what, const RecordId& id);
};

}  // namespace stele::vault
