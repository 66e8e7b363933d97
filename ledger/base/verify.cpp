#include "ledger/base/verify.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <secp256k1.h>

#include <algorithm>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/base/verified_memo.h"

namespace stele {
namespace {

constexpr std::size_t coordinate_size = 32;
constexpr std::size_t uncompressed_size = 1 + 2 * coordinate_size;
using Scalar = std::array<std::uint8_t, 32>;

/// floor(n / 2) of secp256k1 (SEC 2) and of P-256 (FIPS 186-4), big-endian.
constexpr Scalar half_order_secp256k1{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4,
                                      0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0};
constexpr Scalar half_order_p256{0x7f, 0xff, 0xff, 0xff, 0x80, 0x00, 0x00, 0x00, 0x7f, 0xff, 0xff,
                                 0xff, 0xff, 0xff, 0xff, 0xff, 0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b,
                                 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8};

bool s_at_most(const Signature& signature, const Scalar& bound) {
  return std::memcmp(signature.bytes.data() + 32, bound.data(), bound.size()) <= 0;
}

static_assert(sizeof(secp256k1_pubkey) == 64);
secp256k1_pubkey pubkey_of(const std::array<std::uint8_t, 64>& opaque) {
  secp256k1_pubkey key;
  std::memcpy(key.data, opaque.data(), sizeof key.data);
  return key;
}

/// The library's own constant context: verification needs no other, and it is safe on every thread.
const secp256k1_context* context() {
  return secp256k1_context_static;
}

/// 0x04 || x || y; none unless both have 32 bytes.
std::optional<std::array<std::uint8_t, uncompressed_size>> sec1_point(ByteView x, ByteView y) {
  if (x.size() != coordinate_size || y.size() != coordinate_size) return std::nullopt;
  std::array<std::uint8_t, uncompressed_size> out{0x04};
  std::copy(x.begin(), x.end(), out.begin() + 1);
  std::copy(y.begin(), y.end(), out.begin() + 1 + coordinate_size);
  return out;
}

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Pkey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Freed<BN_free>>;

/// Null if the point is not on the curve (OpenSSL checks it when it reads the point).
Pkey p256_key(ByteView x, ByteView y) {
  auto point = sec1_point(x, y);
  if (!point) return nullptr;
  char group[] = "prime256v1";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point->data(), point->size()),
                               OSSL_PARAM_construct_end()};
  const PkeyContext ctx(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* raw = nullptr;
  if (!ctx || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
      EVP_PKEY_fromdata(ctx.get(), &raw, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1)  // NOLINT
    return nullptr;
  return Pkey(raw);
}

/// r || s as the DER that OpenSSL reads; empty on failure.
Bytes der_of(const Signature& signature) {
  const EcdsaSignature sig(ECDSA_SIG_new());
  BigNumber r(BN_bin2bn(signature.bytes.data(), 32, nullptr));
  BigNumber s(BN_bin2bn(signature.bytes.data() + 32, 32, nullptr));
  if (!sig || !r || !s || ECDSA_SIG_set0(sig.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // set0 took both
  (void)s.release();
  const int size = i2d_ECDSA_SIG(sig.get(), nullptr);
  if (size <= 0) return {};
  Bytes out(static_cast<std::size_t>(size));
  unsigned char* p = out.data();
  i2d_ECDSA_SIG(sig.get(), &p);
  return out;
}

bool computed(const std::array<std::uint8_t, 64>& opaque, const Digest& digest, const Signature& signature) {
  const auto key = pubkey_of(opaque);
  secp256k1_ecdsa_signature parsed;
  return secp256k1_ecdsa_signature_parse_compact(context(), &parsed, signature.bytes.data()) == 1 &&
         secp256k1_ecdsa_verify(context(), &parsed, digest.bytes.data(), &key) == 1;
}

}  // namespace

std::optional<VerifyKey> VerifyKey::parse(const PublicKey& key) {
  secp256k1_pubkey parsed;
  if (secp256k1_ec_pubkey_parse(context(), &parsed, key.bytes.data(), key.bytes.size()) != 1) return std::nullopt;
  VerifyKey out;
  std::memcpy(out.opaque_.data(), parsed.data, sizeof parsed.data);
  return out;
}

std::optional<VerifyKey> VerifyKey::from_coordinates(ByteView x, ByteView y) {
  const auto point = sec1_point(x, y);
  secp256k1_pubkey parsed;
  if (!point || secp256k1_ec_pubkey_parse(context(), &parsed, point->data(), point->size()) != 1) return std::nullopt;
  VerifyKey out;
  std::memcpy(out.opaque_.data(), parsed.data, sizeof parsed.data);
  return out;
}

PublicKey VerifyKey::compressed() const {
  const auto key = pubkey_of(opaque_);
  PublicKey out;
  std::size_t size = out.bytes.size();
  secp256k1_ec_pubkey_serialize(context(), out.bytes.data(), &size, &key, SECP256K1_EC_COMPRESSED);
  STELE_ASSERT(size == out.bytes.size());
  return out;
}

std::array<std::uint8_t, 64> VerifyKey::coordinates() const {
  const auto key = pubkey_of(opaque_);
  std::array<std::uint8_t, uncompressed_size> point{};
  std::size_t size = point.size();
  secp256k1_ec_pubkey_serialize(context(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  STELE_ASSERT(size == point.size());
  std::array<std::uint8_t, 64> out{};
  std::copy(point.begin() + 1, point.end(), out.begin());
  return out;
}

KeyId VerifyKey::thumbprint() const {
  const auto xy = coordinates();
  const ByteView view = xy;
  const std::string json = R"({"crv":"secp256k1","kty":"EC","x":")" + base64url(view.first(coordinate_size)) +
                           R"(","y":")" + base64url(view.last(coordinate_size)) + R"("})";
  return KeyId{sha256(as_bytes(json)).bytes};
}

bool VerifyKey::verify(const Digest& digest, const Signature& signature) const {
  if (!is_low_s(signature)) return false;  // libsecp256k1 refuses it too; our rule must not rest on its habits
  auto* memo = VerifiedMemo::current();
  if (memo == nullptr) return computed(opaque_, digest, signature);
  const auto name = sha256({opaque_, digest.view(), signature.view()});
  if (memo->contains(name)) return true;
  const bool good = computed(opaque_, digest, signature);
  if (good) memo->add(name);
  return good;
}

bool is_low_s(const Signature& signature) {
  return s_at_most(signature, half_order_secp256k1);
}

bool verify_p256(ByteView x, ByteView y, const Digest& digest, const Signature& signature) {
  if (!s_at_most(signature, half_order_p256)) return false;
  const Pkey key = p256_key(x, y);
  const Bytes der = der_of(signature);
  if (!key || der.empty()) return false;
  const PkeyContext ctx(EVP_PKEY_CTX_new(key.get(), nullptr));
  return ctx && EVP_PKEY_verify_init(ctx.get()) == 1 &&
         EVP_PKEY_verify(ctx.get(), der.data(), der.size(), digest.bytes.data(), digest.bytes.size()) == 1;
}

}  // namespace stele
