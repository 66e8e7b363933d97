#include "node/finality/solo.h"

namespace stele::finality {

Result<SoloValidator> SoloValidator::make(const record::Genesis& genesis, signer::SigningKey key, VoteFile file) {
  if (genesis.validators.size() != 1 || genesis.validators.front().key != key.public_key().compressed())
    return Unexpected(make_error(
        "solo_not_the_validator",
        "Khóa này không phải là người xác nhận duy nhất trong tệp gốc của mạng. Hãy kiểm tra khóa, hoặc chạy nút ở chế "
        "độ nhiều nút.",
        "This key is not the only validator in the genesis file. Check the key, or run the node as one of many."));
  return SoloValidator(std::move(key), std::move(file));
}

Result<log::Vote> SoloValidator::vote(const HeaderHash& header, Epoch epoch, Height height, UnixSeconds now) {
  STELE_CHECK(file_.allows(epoch, height, header, epoch));
  const auto& last = file_.last();
  if (last.epoch == epoch && last.height == height) return log::Vote{0, last.time, last.signature};
  const log::Vote out{0, now, key_.sign(log::vote_digest(header, now))};
  STELE_CHECK(file_.write({epoch, height, header, epoch, out.time, out.signature}));
  return out;
}

Result<log::QuorumCertificate> SoloValidator::certify(const HeaderHash& header, Epoch epoch, Height height,
                                                      UnixSeconds now) {
  STELE_TRY(const auto mine, vote(header, epoch, height, now));
  return log::QuorumCertificate{header, {mine}};
}

}  // namespace stele::finality
