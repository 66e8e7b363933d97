#include "ledger/base/hash.h"

#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

namespace stele {
namespace {

/// Making the object costs more than hashing 64 bytes; Final() leaves it ready for the next message.
CryptoPP::SHA256& hasher() {
  thread_local CryptoPP::SHA256 object;
  return object;
}

Digest finish(CryptoPP::HashTransformation& h) {
  Digest out;
  h.Final(out.bytes.data());
  return out;
}

void absorb(CryptoPP::HashTransformation& h, ByteView part) {
  if (!part.empty()) h.Update(part.data(), part.size());
}

}  // namespace

Digest sha256(std::initializer_list<ByteView> parts) {
  auto& h = hasher();
  for (const ByteView part : parts) absorb(h, part);
  return finish(h);
}

Digest tagged_hash(std::string_view tag, ByteView content) {
  static constexpr std::uint8_t separator[] = {0};
  return sha256({as_bytes(tag), separator, content});
}

Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
  // Not kept between calls: its destructor wipes the key.
  CryptoPP::HMAC<CryptoPP::SHA256> h(key.data(), key.size());
  for (const ByteView part : parts) absorb(h, part);
  return finish(h);
}

}  // namespace stele
