#include "signer/aead.h"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/hkdf.h>
#include <cryptopp/sha.h>

namespace stele::signer {
namespace {

/// Decrypts into `plain`, which has the length of the text without its tag.
Result<void> open_into(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView sealed,
                       std::span<std::uint8_t> plain) {
  const ByteView tag = sealed.last(aead_tag_size);
  CryptoPP::GCM<CryptoPP::AES>::Decryption gcm;
  gcm.SetKeyWithIV(key.view().data(), key.view().size(), nonce.bytes.data(), nonce.bytes.size());
  if (gcm.DecryptAndVerify(plain.data(), tag.data(), tag.size(), nonce.bytes.data(),
                           static_cast<int>(nonce.bytes.size()), aad.data(), aad.size(), sealed.data(), plain.size())) {
    return {};
  }
  wipe(plain);  // unauthenticated text must reach nobody
  return Unexpected(make_error("not_authentic", "không giải mã được: sai khóa, hoặc dữ liệu đã bị sửa đổi hay hỏng",
                               "this can't be decrypted: the key is wrong, or the data was altered or damaged"));
}

template <class Plain>
Result<Plain> open_as(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView sealed) {
  if (sealed.size() < aead_tag_size || sealed.size() - aead_tag_size > aead_bytes_max || aad.size() > aead_bytes_max) {
    return Unexpected(make_error("not_authentic", "dữ liệu mã hóa có độ dài không hợp lệ; hãy lấy lại bản gốc",
                                 "the sealed data has an impossible length; fetch the original again"));
  }
  Plain plain(sealed.size() - aead_tag_size);
  if constexpr (std::is_same_v<Plain, SecretBytes>) {
    STELE_CHECK(open_into(key, nonce, aad, sealed, plain.writable()));
  } else {
    STELE_CHECK(open_into(key, nonce, aad, sealed, plain));
  }
  return plain;
}

}  // namespace

Bytes seal(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView plain) {
  STELE_ASSERT(plain.size() <= aead_bytes_max);
  STELE_ASSERT(aad.size() <= aead_bytes_max);
  Bytes out(plain.size() + aead_tag_size);
  CryptoPP::GCM<CryptoPP::AES>::Encryption gcm;
  gcm.SetKeyWithIV(key.view().data(), key.view().size(), nonce.bytes.data(), nonce.bytes.size());
  gcm.EncryptAndAuthenticate(out.data(), out.data() + plain.size(), aead_tag_size, nonce.bytes.data(),
                             static_cast<int>(nonce.bytes.size()), aad.data(), aad.size(), plain.data(), plain.size());
  return out;
}

Result<Bytes> open(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView sealed) {
  return open_as<Bytes>(key, nonce, aad, sealed);
}

Result<SecretBytes> open_secret(const AeadKey& key, const AeadNonce& nonce, ByteView aad, ByteView sealed) {
  return open_as<SecretBytes>(key, nonce, aad, sealed);
}

Result<void> hkdf_sha256(ByteView key_material, ByteView salt, ByteView info, std::span<std::uint8_t> out) {
  if (out.size() > hkdf_bytes_max) {
    return Unexpected(make_error("hkdf_too_long", "HKDF không dẫn xuất được quá 8160 byte; hãy xin ít byte hơn",
                                 "HKDF can't derive more than 8160 bytes; ask for fewer"));
  }
  if (out.empty()) return {};
  // RFC 5869: no salt means 32 zeros; a null pointer would mean the library's own default.
  constexpr std::array<std::uint8_t, 32> no_salt{};
  if (salt.empty()) salt = no_salt;
  CryptoPP::HKDF<CryptoPP::SHA256>().DeriveKey(out.data(), out.size(), key_material.data(), key_material.size(),
                                               salt.data(), salt.size(), info.data(), info.size());
  return {};
}

}  // namespace stele::signer
