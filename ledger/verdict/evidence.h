// A bag of facts that prove themselves: headers, certificates, records, inclusion and status paths (wire-format.md
// section 9). Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "ledger/log/certificate.h"
#include "ledger/log/status_tree.h"
#include "ledger/record/decode.h"
#include "ledger/record/object_reader.h"

namespace stele::verdict {

inline constexpr std::size_t headers_max = 512;
inline constexpr std::size_t qcs_max = 512;
inline constexpr std::size_t records_max = 512;
inline constexpr std::size_t inclusions_max = 2'048;
inline constexpr std::size_t statuses_max = 2'048;
inline constexpr std::size_t changes_max = 256;

/// How one set of validators became another.
struct SetChange {
  enum class Kind : std::uint8_t {
    handover,  ///< both sets signed: `bytes` are the new one (`log::encode_set`)
    recovery,  ///< the roots named it: `bytes` are the `log::Recovery`
  };
  Kind kind = Kind::handover;
  Bytes bytes;
  friend bool operator==(const SetChange&, const SetChange&) = default;
};
/// "set" or "recovery": the member that carries its bytes.
[[nodiscard]] std::string_view change_name(SetChange::Kind);

/// As it stands in a file. Positions lie within their lists.
struct Evidence {
  struct Certified {
    std::size_t header = 0;
    Bytes qc;
  };
  struct Entry {
    std::string jws;
    RecordIndex index;
  };
  struct Inclusion {
    std::size_t record = 0, header = 0;
    log::MerklePath path;
  };
  struct StatusProof {
    std::size_t record = 0, header = 0;
    log::StatusLeaf leaf{};
    log::MerklePath path;
  };
  struct Change {
    std::size_t header = 0;  ///< the first that the new set signs
    SetChange change;
  };
  std::vector<std::string> headers;
  std::vector<Certified> qcs;
  std::vector<Entry> records;
  std::vector<Inclusion> inclusions;
  std::vector<StatusProof> statuses;
  std::vector<Change> changes;
};
[[nodiscard]] json::Value to_json(const Evidence&);
/// Form, bounds and positions only; `Facts::verify` judges order and truth.
[[nodiscard]] Evidence read_evidence(json::ObjectReader&);
[[nodiscard]] Result<Evidence, Rejection> evidence_from_json(const json::Value&, const std::string& path);

/// Collects facts without repeats and in canonical order. For whoever hands out receipts and documents.
class EvidenceBuilder {
 public:
  /// A checkpoint text of one's own; a broken invariant if it can't be parsed.
  void header(std::string text);
  void qc(const HeaderHash& header, Bytes qc);
  void record(std::string jws, RecordIndex);
  void inclusion(RecordIndex, const HeaderHash&, log::MerklePath path);
  void status(RecordIndex, const HeaderHash&, const log::StatusLeaf& leaf, log::MerklePath path);
  void change(const HeaderHash& first, SetChange);
  /// All of another bag, whose headers can be parsed.
  void add(const Evidence&);
  /// Facts may be added in any order; what speaks of a header or record that was never added is left out here.
  [[nodiscard]] Evidence finish() const;
  /// Where `finish` puts this record; none if it was not added.
  [[nodiscard]] std::optional<std::size_t> position(RecordIndex) const;

 private:
  std::map<HeaderHash, Height> heights_;
  std::map<std::pair<Height, HeaderHash>, std::string> headers_;
  std::map<HeaderHash, Bytes> qcs_;
  std::map<RecordIndex, std::string> records_;
  std::map<std::pair<RecordIndex, HeaderHash>, log::MerklePath> inclusions_;
  std::map<std::pair<RecordIndex, HeaderHash>, std::pair<log::StatusLeaf, log::MerklePath>> statuses_;
  std::map<HeaderHash, SetChange> changes_;
};

/// Evidence of which every single item has been verified against the genesis. Immutable; any thread.
class Facts {
 public:
  /// The first item that does not verify is named in `where`, e.g. "evidence.statuses[3]".
  [[nodiscard]] static Result<Facts, Rejection> verify(const record::Genesis&, const Evidence&);
  /// The same view of a bag, with every signature and path believed. Never for a verdict: for cutting down a file.
  [[nodiscard]] static Result<Facts, Rejection> believe(const Evidence&);

  struct Header {
    log::Checkpoint checkpoint;
    HeaderHash hash;
    std::optional<std::size_t> parent;  ///< position, by hash
    bool certified = false;             ///< a QC of the validators is in the bag
    bool final = false;
    std::optional<std::size_t> proven_by;  ///< the child that makes it final
  };
  struct Entry {
    record::Record record;
    RecordIndex index;
  };
  [[nodiscard]] const std::vector<Header>& headers() const { return headers_; }
  [[nodiscard]] const std::vector<Entry>& records() const { return records_; }
  [[nodiscard]] const Entry* find(const RecordId&) const;
  [[nodiscard]] std::optional<std::size_t> position(const RecordId&) const;
  [[nodiscard]] bool included(std::size_t record, std::size_t header) const;
  /// Included under at least one final header: it is on the ledger.
  [[nodiscard]] bool on_ledger(std::size_t record) const;
  [[nodiscard]] std::optional<log::Status> status(std::size_t record, std::size_t header) const;

  /// A block by which the roots restarted the network.
  struct Restart {
    Height height;
    std::string reason;     ///< a code
    UnixSeconds published;  ///< when the roots made it known
  };
  [[nodiscard]] const std::vector<Restart>& restarts() const { return restarts_; }
  /// The `validators` line that the bag's changes give for this height; none above its highest header.
  [[nodiscard]] std::optional<Digest> validators_at(Height) const;
  /// The line of the set in force above this height, alone.
  [[nodiscard]] std::optional<Digest> set_in_force_at(Height) const;

  struct Place {
    std::size_t block, parent;
  };
  /// The header whose block must hold this record by its index, and its parent, if both are in the bag. Neither
  /// inclusion nor finality is judged.
  [[nodiscard]] std::optional<Place> place(std::size_t record) const;
  /// The highest final header; none in a bag without one.
  [[nodiscard]] std::optional<std::size_t> status_checkpoint() const;

 private:
  [[nodiscard]] static Result<Facts, Rejection> read(const record::Genesis* genesis, const Evidence&);
  Result<void, Rejection> take_headers(const record::Genesis*, const Evidence&);
  Result<void, Rejection> link_headers();
  /// Gives who signs each header.
  Result<std::vector<std::shared_ptr<const log::Signers>>, Rejection> take_changes(const record::Genesis&,
                                                                                   const Evidence&);
  /// Without signers: believed.
  Result<void, Rejection> take_qcs(std::span<const std::shared_ptr<const log::Signers>>, const Evidence&);
  void find_final();
  Result<void, Rejection> take_records(const Evidence&);
  Result<void, Rejection> take_inclusions(bool check, const Evidence&);
  Result<void, Rejection> take_statuses(bool check, const Evidence&);

  std::vector<Header> headers_;
  std::vector<Entry> records_;
  std::map<HeaderHash, std::size_t> by_hash_;
  std::map<RecordId, std::size_t> by_id_;
  std::set<std::pair<std::size_t, std::size_t>> included_;
  std::map<std::pair<std::size_t, std::size_t>, log::Status> statuses_;
  /// A `validators` line: from this height on, until the next one.
  struct Line {
    Height from;
    Digest digest;
    bool handover = false;  ///< of the one header that two sets sign
  };
  std::vector<Line> lines_;  ///< empty in a bag that is only believed
  std::vector<Restart> restarts_;
};

}  // namespace stele::verdict
