// A bag of facts that prove themselves: headers, certificates, records, inclusion and status paths (wire-format.md
// section 9). Pure.
#pragma once

#include "ledger/log/certificate.h"
#include "ledger/log/status_tree.h"
#include "ledger/record/decode.h"

namespace stele::verdict {

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
    std::vector<Digest> path;
  };
  struct StatusProof {
    std::size_t record = 0, header = 0;
    std::array<std::uint8_t, 64> leaf{};
    std::vector<Digest> path;
  };
  std::vector<std::string> headers;
  std::vector<Certified> qcs;
  std::vector<Entry> records;
  std::vector<Inclusion> inclusions;
  std::vector<StatusProof> statuses;
};
[[nodiscard]] json::Value to_json(const Evidence&);
[[nodiscard]] Result<Evidence, Rejection> evidence_from_json(const json::Value&, const std::string& path);

/// Collects facts without repeats and in canonical order. For whoever hands out receipts and documents.
class EvidenceBuilder {
 public:
  void header(std::string text);
  void qc(const HeaderHash& header, Bytes qc);
  void record(std::string jws, RecordIndex);
  void inclusion(RecordIndex, const HeaderHash&, std::vector<Digest> path);
  void status(RecordIndex, const HeaderHash&, const std::array<std::uint8_t, 64>& leaf, std::vector<Digest> path);
  void add(const Evidence&);
  [[nodiscard]] Evidence finish() const;

 private:
  std::map<std::pair<std::uint64_t, HeaderHash>, std::string> headers_;
  std::map<HeaderHash, Bytes> qcs_;
  std::map<RecordIndex, std::string> records_;
  std::map<std::pair<RecordIndex, HeaderHash>, std::vector<Digest>> inclusions_;
  std::map<std::pair<RecordIndex, HeaderHash>, std::pair<std::array<std::uint8_t, 64>, std::vector<Digest>>> statuses_;
};

/// Evidence of which every single item has been verified against the genesis.
class Facts {
 public:
  /// The first item that does not verify is named in `where`, e.g. "evidence.statuses[3]".
  [[nodiscard]] static Result<Facts, Rejection> verify(const record::Genesis&, const Evidence&);

  struct Header {
    log::Checkpoint checkpoint;
    HeaderHash hash;
    bool final = false;
  };
  struct Entry {
    record::Record record;
    RecordIndex index;
  };
  [[nodiscard]] const std::vector<Header>& headers() const { return headers_; }
  [[nodiscard]] const std::vector<Entry>& records() const { return records_; }
  [[nodiscard]] const Entry* find(const RecordId&) const;
  [[nodiscard]] bool included(std::size_t record, std::size_t header) const;
  [[nodiscard]] std::optional<log::Status> status(std::size_t record, std::size_t header) const;
  /// The final header of the block that holds this record, and its parent: positions, if both are in the bag.
  [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> block_and_parent(std::size_t record) const;
  /// The highest final header under which the record's status is proven.
  [[nodiscard]] std::optional<std::size_t> status_checkpoint(std::size_t record) const;

 private:
  std::vector<Header> headers_;
  std::vector<Entry> records_;
  std::map<std::pair<std::size_t, std::size_t>, bool> included_;
  std::map<std::pair<std::size_t, std::size_t>, log::Status> statuses_;
};

}  // namespace stele::verdict
