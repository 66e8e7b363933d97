#include "signer/scrypt.h"

#include <cryptopp/scrypt.h>

#include <new>

namespace stele::signer {

bool scrypt_params_allowed(const ScryptParams& q) {
  if (q.log2n < scrypt_log2n_min || q.log2n > scrypt_log2n_max) return false;
  if (q.r < 1 || q.r > scrypt_r_max || q.p < 1 || q.p > scrypt_p_max) return false;
  return (std::uint64_t{128} << q.log2n) * q.r <= scrypt_memory_max;
}

Result<Secret<32>> scrypt(ByteView passphrase, ByteView salt, const ScryptParams& q) {
  if (!scrypt_params_allowed(q)) {
    return Unexpected(make_error(
        "scrypt_params",
        "tham số scrypt nằm ngoài giới hạn (N từ 2^14 đến 2^20, r 1–16, p 1–4, tối đa 1 GiB); tệp hỏng hoặc bị sửa",
        "the scrypt parameters are out of bounds (N 2^14 to 2^20, r 1 to 16, p 1 to 4, at most 1 GiB); "
        "the file is damaged or was altered"));
  }
  Secret<32> out;
  try {
    CryptoPP::Scrypt().DeriveKey(out.writable().data(), out.size_bytes, passphrase.data(), passphrase.size(),
                                 salt.data(), salt.size(), CryptoPP::word64{1} << q.log2n, q.r, q.p);
  } catch (const std::bad_alloc&) {
    return Unexpected(make_error("scrypt_memory",
                                 "máy không đủ bộ nhớ để mở khóa; hãy đóng bớt chương trình rồi thử lại",
                                 "there is not enough memory to derive the key; close other programs and try again"));
  }
  return out;
}

}  // namespace stele::signer
