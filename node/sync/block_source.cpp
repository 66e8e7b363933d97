#include "node/sync/block_source.h"

#include <fmt/format.h>

#include "ledger/log/wire.h"

namespace stele::sync {
namespace {

constexpr std::string_view magic = "STLS";
constexpr std::uint8_t version = 1;
constexpr std::size_t block_bytes_min = 64;  ///< its signature alone: bounds the count before anything is allocated

Error malformed(std::string_view vi, std::string_view en) {
  return make_error("source_bad_answer",
                    fmt::format("Nút nguồn gửi dữ liệu sai dạng: {}. Hãy kiểm tra địa chỉ nút.", vi),
                    fmt::format("The source sent malformed data: {}. Check the node's address.", en));
}

Error malformed_block(Height height, const Rejection& why) {
  const auto text = to_error(why);
  return malformed(fmt::format("khối {} ({})", height.value, text.vi),
                   fmt::format("block {} ({})", height.value, text.en));
}

/// An answer that is one: 200 or 204.
Result<http::Response, SourceError> answered(Result<http::Response> response) {
  if (!response) return Unexpected(SourceError{false, std::move(response).error()});
  if (response->status == 200 || response->status == 204) return std::move(*response);
  return Unexpected(SourceError{
      false, make_error("source_not_ready", fmt::format("Nút nguồn trả lời HTTP {}; sẽ thử lại.", response->status),
                        fmt::format("The source answered HTTP {}; it will be asked again.", response->status))});
}

}  // namespace

Result<void> BatchDecoder::add(std::string_view piece) {
  // Most pieces continue something: only the rest of a piece is kept, and never of the whole body.
  if (!rest_.empty()) {
    rest_ += piece;
    piece = rest_;
  }
  STELE_TRY(const auto used, read(piece));
  if (rest_.empty())
    rest_ = piece.substr(used);
  else
    rest_.erase(0, used);
  return {};
}

/// How much of it was read: all that came whole.
Result<std::size_t> BatchDecoder::read(std::string_view bytes) {
  constexpr std::size_t head_bytes = magic.size() + 5;
  constexpr std::size_t length_bytes = 4;
  std::size_t used = 0;
  if (!count_) {
    if (bytes.size() < head_bytes) return used;
    STELE_CHECK(read_head(as_bytes(bytes)));
    used = head_bytes;
  }
  while (!qc_ && bytes.size() - used >= length_bytes) {
    log::Reader r(as_bytes(bytes).subspan(used));
    const bool is_qc = out_.blocks.size() == *count_;
    const std::size_t length = r.u32();
    if (length > (is_qc ? qc_bytes_max : log::block_bytes_max))
      return Unexpected(malformed("độ dài sai", "a length is wrong"));
    const auto item = r.raw(length);
    if (!r.ok()) break;
    used += length_bytes + length;
    STELE_CHECK(is_qc ? read_qc(item) : read_block(item));
  }
  if (qc_ && used < bytes.size()) return Unexpected(malformed("thừa dữ liệu ở cuối", "there is more behind its end"));
  return used;
}

Result<void> BatchDecoder::read_head(ByteView bytes) {
  log::Reader r(bytes);
  r.expect(magic);
  const auto form = r.u8();
  const std::size_t count = r.u32();
  if (!r.ok() || form != version || count == 0 || count > answer_bytes_max / block_bytes_min)
    return Unexpected(malformed("không phải danh sách khối", "not a list of blocks"));
  count_ = count;
  return {};
}

Result<void> BatchDecoder::read_block(ByteView bytes) {
  auto block = log::decode_block(bytes);
  if (!block) return Unexpected(malformed_block(next_, block.error()));
  if (block->height != next_)
    return Unexpected(malformed_block(next_, Rejection{RejectionCode::block_wrong_height, {}}));
  ++next_.value;
  out_.blocks.push_back(std::move(*block));
  return {};
}

Result<void> BatchDecoder::read_qc(ByteView bytes) {
  auto qc = log::decode_qc(bytes);
  if (!qc) return Unexpected(malformed_block(out_.blocks.back().height, qc.error()));
  qc_ = std::move(*qc);
  return {};
}

Result<Batch> BatchDecoder::finish() && {
  if (!qc_) return Unexpected(malformed("danh sách khối bị cắt", "the list of blocks is cut off"));
  out_.qc = std::move(*qc_);
  return std::move(out_);
}

Result<Batch> decode_batch(std::string_view body, Height from) {
  BatchDecoder decoder(from);
  STELE_CHECK(decoder.add(body));
  return std::move(decoder).finish();
}

std::string encode_batch(const std::vector<Bytes>& blocks, const Bytes& qc) {
  STELE_ASSERT(!blocks.empty());
  constexpr std::size_t length_bytes = 4;
  log::Writer head;
  head.raw(as_bytes(magic));
  head.u8(version);
  head.u32(static_cast<std::uint32_t>(blocks.size()));
  // Megabytes: they are copied once, into a place of their size.
  std::size_t bytes = head.bytes().size() + length_bytes + qc.size();
  for (const auto& b : blocks) bytes += length_bytes + b.size();
  std::string out(as_text(head.bytes()));
  out.reserve(bytes);
  const auto put = [&out](const Bytes& b) {
    log::Writer length;
    length.u32(static_cast<std::uint32_t>(b.size()));
    out += as_text(length.bytes());
    out += as_text(b);
  };
  for (const auto& b : blocks) put(b);
  put(qc);
  return out;
}

Result<BlockSource> BlockSource::open(std::string_view url, http::ClientOptions options) {
  options.response_bytes_max = answer_bytes_max;
  STELE_TRY(auto client, http::Client::open(url, std::move(options)));
  return BlockSource(std::move(client));
}

Result<std::string, SourceError> BlockSource::genesis() {
  http::Request request;
  request.target = "/v1/genesis";
  STELE_TRY(auto response, answered(client_->send(request)));
  if (response.body.empty() || response.body.size() > genesis_bytes_max)
    return Unexpected(SourceError{true, malformed("tệp genesis", "the genesis file")});
  return std::move(response.body);
}

Result<std::optional<Batch>, SourceError> BlockSource::fetch(Height from) {
  http::Request request;
  request.target = fmt::format("/v1/blocks?from={}", from.value);
  BatchDecoder decoder(from);
  Result<void> read;
  STELE_TRY(const auto response, answered(client_->fetch(request, [&](std::string_view piece) {
              read = decoder.add(piece);
              return read.has_value();
            })));
  if (response.status == 204) return std::optional<Batch>{};
  if (!read) return Unexpected(SourceError{true, std::move(read).error()});
  auto batch = std::move(decoder).finish();
  if (!batch) return Unexpected(SourceError{true, std::move(batch).error()});
  return std::optional(std::move(*batch));
}

void BlockSource::cancel() {
  client_->cancel();
}

}  // namespace stele::sync
