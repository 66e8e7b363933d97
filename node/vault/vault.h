// Personal data, encrypted, off the chain, erasable; and what must be true of it before a record is proposed (DESIGN.md
// sections 4 and 6). Any thread may call; calls that write are serialised inside.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

#include "ledger/log/block.h"
#include "ledger/record/disclosure.h"
#include "ledger/registry/state.h"
#include "node/vault/book.h"
#include "signer/sign.h"

namespace stele::vault {

/// What the vault reads from the ledger while it judges a payload. Valid during one call.
struct LedgerView {
  const registry::State* state = nullptr;
  /// A record on the ledger, decoded; none if unknown.
  std::function<std::optional<record::Record>(const RecordId&)> record;
};

struct Submission {
  const record::Record* record = nullptr;
  std::string_view jws;
  std::string_view payload;  ///< JSON of wire-format.md section 10; empty: none came with it
  /// From another vault of the organisation, of students named in the payload. One is taken where none is in use here,
  /// and the record's tags follow from it.
  std::span<const Book> books{};
};

struct RosterRow {
  std::uint32_t row = 0;
  record::StudentResult student;
  std::optional<record::StudentDetail> detail;
};
/// A row as stored, for sheets and for documents: what `Ledger` can't know.
struct StoredRow {
  std::uint32_t row = 0;
  std::string result, detail;  ///< disclosures
  std::vector<Digest> result_path, detail_path;
};

class Vault {
 public:
  struct Options {
    std::filesystem::path folder;         ///< RocksDB of its own
    std::filesystem::path wrapping_keys;  ///< folder outside the database, mode 0700; one file a month
    std::uint16_t number = 0;             ///< in the genesis
    std::string net, id;
    std::uint64_t free_space_floor_bytes = 1ULL << 30;
    /// An acked record of which nothing more is heard holds its serial, its rows and its class no longer than this.
    /// Longer than a node hands a record on (RelayOptions::give_up).
    std::chrono::seconds hold{900};
  };
  [[nodiscard]] static Result<std::unique_ptr<Vault>> open(Options, signer::SigningKey ack_key);
  ~Vault();

  /// Every read names who asks (person handle) and why; the access log keeps it, chained by salted digests.
  struct Reader {
    std::string person, why;
  };

  /// Checks each payload against its record and what is stored (wire-format.md section 11, "Admission"), stores all
  /// good ones with one sync, and signs their acks. MUST NOT return an ack before the payload is synced. Repeating is
  /// harmless; a payload that comes again mends what is no longer as it was signed; one that is held already is checked
  /// against the state of now like a new one. `in_flight`: another record that excludes this one was acked and is not
  /// on the ledger yet. One answer for each submission, in order; records of types without acks (key) give an empty
  /// list of acks. An Error of ours has code `vault_…`.
  [[nodiscard]] std::vector<Result<std::vector<log::Ack>, Error>> accept(std::span<const Submission>,
                                                                         const LedgerView&);

  /// That signs acks: it is also how other vaults know this one.
  [[nodiscard]] const signer::SigningKey& key() const;

  // Between the vaults of an organisation (docs/adr/0012).

  /// Books of the students whom a record that is held here names by their ids: a class list, an amend of one, a
  /// credential. None for other records.
  [[nodiscard]] Result<std::vector<Book>> books_in(const record::Record&, const LedgerView&);
  /// Is all that belongs to the record here, and as it was signed? Opens all of it.
  [[nodiscard]] bool holds(const record::Record&);
  /// All that is held of the record, for another vault (wire-format.md section 10); none: nothing is held here.
  [[nodiscard]] Result<std::optional<std::string>> copy(const record::Record&, const LedgerView&, const Reader&);
  /// Keeps another vault's copy of what belongs to a record on the ledger, synced. MUST NOT keep what differs from what
  /// was signed: `vault_copy_bad`. What is held here and whole stays as it is.
  [[nodiscard]] Result<void> adopt(const record::Record&, std::string_view copy, const LedgerView&);

  /// How far the ledger was looked through for what should be held here, and what was not to be had (record indexes).
  struct RepairPoint {
    std::uint64_t next = 0;       ///< index of the first record that was not looked at
    std::uint64_t rescanned = 0;  ///< one above the newest record that made this vault begin anew
    std::vector<std::uint64_t> wanting;
  };
  [[nodiscard]] Result<RepairPoint> repair_point() const;
  [[nodiscard]] Result<void> set_repair_point(const RepairPoint&);

  /// What became of records that `accept` took. `arrived`: a try of each ended, on the ledger or in vain. `not_taken`:
  /// they were handed to nobody, so that their payloads are erased, unless another try is on its way.
  void arrived(std::span<const RecordId>);
  [[nodiscard]] Result<void> not_taken(std::span<const record::Record>, const LedgerView&);
  /// Payloads whose record is not among the first `final_size` of the ledger, and can't come above a final block of
  /// that time any more (its `after` is too old), are erased. Looks at up to `sweep_max` that wait; true: there are
  /// more, and the next call goes on with them. What one of them lacks is told at the end, and holds up no other.
  static constexpr std::size_t sweep_max = 64;
  [[nodiscard]] Result<bool> sweep(const LedgerView&, UnixSeconds final_time, std::uint64_t final_size);

  /// `count` random status slots (list number, index), never given out before.
  [[nodiscard]] Result<std::vector<std::pair<std::uint64_t, std::uint32_t>>> reserve_status_slots(std::size_t count);

  // Reads take the record as the ledger holds it, and give nothing that differs from what was signed: `vault_changed`
  // (deciphered, but its digest is another one) and `vault_damaged` (can't be deciphered) name record and place.

  /// Book keys of these students (ministry ids), in the order asked: made where there were none, or where another
  /// organisation asked and then enrolled nobody under it. A key that is in use goes to the organisations that have the
  /// student on a class list or issued to the student, to those above them, and to whom they released it; others get
  /// `book_not_yours`. `too_many`: asked at once, or made for one organisation in a day. Every book is in the access
  /// log.
  [[nodiscard]] Result<std::vector<BookKey>> books(std::span<const std::string> student_ids, const std::string& org,
                                                   const Reader&, const registry::State&);
  /// Lets `to` have the books as well. `book_not_yours` unless `org` uses each of them.
  [[nodiscard]] Result<void> release_books(std::span<const std::string> student_ids, const std::string& org,
                                           const std::string& to, const Reader&, const registry::State&);

  [[nodiscard]] Result<std::vector<RosterRow>> roster(const record::Record& class_list, const Reader&);
  [[nodiscard]] Result<std::vector<StoredRow>> rows(const record::Record& sheet, const Reader&);
  [[nodiscard]] Result<StoredRow> row(const record::Record& sheet, std::uint32_t row, const Reader&);
  struct StoredCredential {
    std::vector<std::string> disclosures;
    std::string student_id;
    BookKey book;
  };
  /// none: unknown or erased (told alike).
  [[nodiscard]] Result<std::optional<StoredCredential>> credential(const record::Record&, const Reader&);
  /// What a public look-up asks for: the serial, or the register number as printed at an organisation.
  struct DiplomaQuery {
    std::string number, org, birth_date;  ///< org may be empty: then by serial only
  };
  /// The diploma with that number, if the birth date in it is the one given. None: unknown, another date, or erased:
  /// told alike, after the same work. `record`: as in LedgerView.
  [[nodiscard]] Result<std::optional<RecordId>> find_diploma(
      const DiplomaQuery&, const std::function<std::optional<record::Record>(const RecordId&)>& record, const Reader&);
  /// The `binding` disclosure of a key record; none: not handed in.
  [[nodiscard]] Result<std::optional<std::string>> person(const record::Record& key_record);

  /// The credential behind a pick-up code (its digest), while it is not used up. Unknown, used and wrong codes answer
  /// alike.
  [[nodiscard]] Result<std::optional<RecordId>> pickup(const Digest& code);
  [[nodiscard]] Result<void> pickup_done(const Digest& code);
  /// New code for a credential whose paper slip was lost; the old one is void. `code_digest` from the staff client.
  [[nodiscard]] Result<void> pickup_replace(const RecordId&, const Digest& code_digest);

  /// A new wrapping key for new data keys and for all old ones; the old key file is destroyed when nothing needs it.
  [[nodiscard]] Result<void> rotate_wrapping_key(std::string_view name);

 private:
  Vault();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::vault
