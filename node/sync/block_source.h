// Blocks as another node serves them over HTTP (docs/http-api.md, GET /v1/blocks). What comes is read and bounded here;
// whether it is true is for whoever applies it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/log/block.h"
#include "ledger/store/ledger.h"
#include "node/http/client.h"

namespace stele::sync {

inline constexpr std::size_t blocks_bytes_max = 16 * 1024 * 1024;  ///< of one answer, beyond its first block
inline constexpr std::size_t answer_bytes_max = blocks_bytes_max + log::block_bytes_max + 64 * 1024;
inline constexpr std::size_t qc_bytes_max = 64 * 1024;
inline constexpr std::size_t genesis_bytes_max = 1024 * 1024;

/// Consecutive blocks and the certificate of the last one.
struct Batch {
  std::vector<log::Block> blocks;  ///< at least one
  log::QuorumCertificate qc;
  std::vector<store::Prepared> ready{};  ///< of the first blocks: see `prepare_one`
  std::size_t ready_records = 0;         ///< in these
};

/// Why nothing came. A source that can't be reached, or is not ready, may be asked again; one whose answer is malformed
/// serves something else than a ledger.
struct SourceError {
  bool malformed = false;
  Error error;
};

/// The answer's bytes, as they come: `"STLS"`, u8 1, u32 n, n blocks, QC. Any bytes whatever, in any pieces, give a
/// batch or a refusal. Holds no more of them than one block has.
class BatchDecoder {
 public:
  explicit BatchDecoder(Height from) : next_(from) {}
  /// After a refusal no more pieces are taken.
  [[nodiscard]] Result<void> add(std::string_view piece);
  [[nodiscard]] Result<Batch> finish() &&;

 private:
  Result<std::size_t> read(std::string_view);
  Result<void> read_head(ByteView);
  Result<void> read_block(ByteView);
  Result<void> read_qc(ByteView);

  Height next_;
  std::optional<std::size_t> count_;  ///< none: the head has not come yet
  std::string rest_;                  ///< the beginning of what has not come whole
  std::optional<log::QuorumCertificate> qc_;
  Batch out_;
};
/// The same of all bytes at once.
[[nodiscard]] Result<Batch> decode_batch(std::string_view body, Height from);
/// For whoever serves them. `blocks` not empty.
[[nodiscard]] std::string encode_batch(const std::vector<Bytes>& blocks, const Bytes& qc);

/// One node. One thread at a time, but for cancel().
class BlockSource {
 public:
  /// Does not connect. Errors: `http_bad_url`, `http_tls_bad`.
  [[nodiscard]] static Result<BlockSource> open(std::string_view url, http::ClientOptions = {});

  /// The genesis file that the node serves.
  [[nodiscard]] Result<std::string, SourceError> genesis();
  /// Certified blocks from this height on; none: there is none yet.
  [[nodiscard]] Result<std::optional<Batch>, SourceError> fetch(Height from);
  /// The request in progress and all later ones fail. Any thread.
  void cancel();

 private:
  explicit BlockSource(http::Client client) : client_(std::make_unique<http::Client>(std::move(client))) {}
  std::unique_ptr<http::Client> client_;
};

}  // namespace stele::sync
