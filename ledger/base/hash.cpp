#include "ledger/base/hash.h"

#include <cryptopp/hmac.h>
#include <cryptopp/sha.h>

#include <algorithm>
#include <array>

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

Digest sha256(std::span<const ByteView> parts) {
  auto& h = hasher();
  if (parts.size() == 1) {
    absorb(h, parts.front());
    return finish(h);
  }
  // Crypto++ hashes a run of whole blocks at once only if it begins at a word: behind a prefix of one byte a record
  // would go block by block, three times as slow (measured).
  alignas(std::uint64_t) std::array<std::uint8_t, 2048> run;  // NOLINT(*-member-init): written before it is read
  std::size_t filled = 0;
  for (ByteView part : parts) {
    while (!part.empty()) {
      const auto n = std::min(part.size(), run.size() - filled);
      std::copy_n(part.begin(), n, run.begin() + filled);
      filled += n;
      part = part.subspan(n);
      if (filled < run.size()) continue;
      h.Update(run.data(), run.size());
      filled = 0;
    }
  }
  absorb(h, ByteView(run).first(filled));
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
