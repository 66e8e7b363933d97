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

}  // namespace

Result<Batch> decode_batch(std::string_view body, Height from) {
  log::Reader r(as_bytes(body));
  r.expect(magic);
  const auto form = r.u8();
  const std::size_t count = r.u32();
  if (!r.ok() || form != version || count == 0 || count > body.size() / block_bytes_min)
    return Unexpected(malformed("không phải danh sách khối", "not a list of blocks"));
  Batch out;
  out.blocks.reserve(count);
  for (Height height = from; out.blocks.size() < count; ++height.value) {
    const auto bytes = r.bytes32(log::block_bytes_max);
    if (!r.ok()) return Unexpected(malformed("danh sách khối bị cắt", "the list of blocks is cut off"));
    auto block = log::decode_block(bytes);
    if (!block) return Unexpected(malformed_block(height, block.error()));
    if (block->height != height)
      return Unexpected(malformed_block(height, Rejection{RejectionCode::block_wrong_height, {}}));
    out.blocks.push_back(std::move(*block));
  }
  const auto qc_bytes = r.bytes32(qc_bytes_max);
  if (!r.done()) return Unexpected(malformed("chứng nhận cuối bị cắt", "the last certificate is cut off"));
  auto qc = log::decode_qc(qc_bytes);
  if (!qc) return Unexpected(malformed_block(out.blocks.back().height, qc.error()));
  out.qc = std::move(*qc);
  return out;
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

Result<http::Response, SourceError> BlockSource::get(std::string target) {
  http::Request request;
  request.target = std::move(target);
  auto response = client_->send(request);
  if (!response) return Unexpected(SourceError{false, std::move(response).error()});
  if (response->status == 200 || response->status == 204) return std::move(*response);
  return Unexpected(SourceError{
      false, make_error("source_not_ready", fmt::format("Nút nguồn trả lời HTTP {}; sẽ thử lại.", response->status),
                        fmt::format("The source answered HTTP {}; it will be asked again.", response->status))});
}

Result<std::string, SourceError> BlockSource::genesis() {
  STELE_TRY(auto response, get("/v1/genesis"));
  if (response.body.empty() || response.body.size() > genesis_bytes_max)
    return Unexpected(SourceError{true, malformed("tệp genesis", "the genesis file")});
  return std::move(response.body);
}

Result<std::optional<Batch>, SourceError> BlockSource::fetch(Height from) {
  STELE_TRY(const auto response, get(fmt::format("/v1/blocks?from={}", from.value)));
  if (response.status == 204) return std::optional<Batch>{};
  auto batch = decode_batch(response.body, from);
  if (!batch) return Unexpected(SourceError{true, std::move(batch).error()});
  return std::optional(std::move(*batch));
}

void BlockSource::cancel() {
  client_->cancel();
}

}  // namespace stele::sync
