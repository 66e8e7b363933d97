#include "wallet-cli/cli/shared.h"

#include "ledger/verdict/document.h"
#include "signer/aead.h"

namespace stele::cli {
namespace {

constexpr std::string_view magic = "STLS\x01";
constexpr std::string_view info = "stele/v1/share";

signer::AeadKey key_of(const paper::ShareLink& l) {
  return signer::derive_secret<32>(l.key.view(), l.handle.view(), as_bytes(info));
}
Bytes joined(std::initializer_list<ByteView> parts) {
  std::string out;
  for (const auto& p : parts) out += as_text(p);
  const auto all = as_bytes(out);
  return {all.begin(), all.end()};
}
/// A blob served under another handle does not open.
Bytes aad_of(const paper::ShareLink& l) {
  return joined({as_bytes(magic), l.handle.view()});
}

}  // namespace

Result<Bytes> seal_shared(const paper::ShareLink& link, ByteView nonce, std::string_view document) {
  const auto n = signer::AeadNonce::from(nonce);
  STELE_ASSERT(n.has_value());
  const auto sealed = signer::seal(key_of(link), *n, aad_of(link), paper::deflated(as_bytes(document)));
  auto out = joined({as_bytes(magic), nonce, sealed});
  if (out.size() <= shared_bytes_max) return out;
  return Unexpected(make_error("share_too_large",
                               "Văn bản quá lớn để gửi qua liên kết (hơn 256 KB). Hãy trích bớt bằng stele disclose.",
                               "The document is too large for a link (above 256 KB). Cut an extract with stele "
                               "disclose."));
}

Result<std::string> open_shared(const paper::ShareLink& link, ByteView blob) {
  constexpr auto nonce_size = signer::AeadNonce::size_bytes;
  const auto head = magic.size() + nonce_size;
  if (blob.size() < head + signer::aead_tag_size || blob.size() > shared_bytes_max ||
      as_text(blob.first(magic.size())) != magic) {
    return Unexpected(make_error("share_form", "Máy chủ không đưa ra một văn bản được chia sẻ.",
                                 "The server gave something that is no shared document."));
  }
  const auto nonce = signer::AeadNonce::from(blob.subspan(magic.size(), nonce_size));
  const auto plain = signer::open(key_of(link), *nonce, aad_of(link), blob.subspan(head));
  auto document = plain ? paper::inflated(*plain, verdict::document_bytes_max) : std::nullopt;
  if (document) return std::move(*document);
  return Unexpected(make_error("share_not_authentic", "Liên kết không mở được văn bản này: sai khóa, hoặc đã bị sửa.",
                               "The link does not open this document: a wrong key, or it was altered."));
}

}  // namespace stele::cli
