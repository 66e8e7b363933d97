// The JWSs by which staff, and vaults among each other, sign their requests to a node (wire-format.md section 10).
// Pure but for NonceBook: whose key it is, and what it may ask, is for the gates.
#pragma once

#include <deque>
#include <mutex>
#include <unordered_set>

#include "ledger/base/error.h"
#include "ledger/base/verify.h"
#include "ledger/record/decode.h"
#include "node/http/message.h"

namespace stele::requests {

inline constexpr std::size_t request_jws_bytes_max = 8192;

/// The envelope points into the JWS.
struct RequestClaims {
  record::Envelope envelope;
  std::string net, node, method, path, nonce;
  Digest body;
  std::uint64_t time = 0;
};
struct SessionClaims {
  record::Envelope envelope;
  std::string net, node;
  PublicKey key;
  std::uint64_t from = 0, until = 0;
};

/// None: no JWS of that type and form.
[[nodiscard]] std::optional<RequestClaims> decode_request(std::string_view jws);
[[nodiscard]] std::optional<SessionClaims> decode_session(std::string_view jws);

[[nodiscard]] bool signed_by(const record::Envelope&, const VerifyKey&);

inline constexpr std::uint64_t request_age_max_s = 60;

[[nodiscard]] Error not_signed();
[[nodiscard]] Error bad_signature();
[[nodiscard]] Error wrong_node();
[[nodiscard]] Error expired();

/// What a request says of itself, held against the request: everything but whose the key is and whether it signed.
/// `request_not_signed`, `request_wrong_node`, `request_expired`, `request_bad_signature` (another method, target or
/// body than were signed). `node`: who is addressed.
[[nodiscard]] Result<RequestClaims> claims_of(const http::Request&, std::string_view net, std::string_view node,
                                              UnixSeconds now);

inline constexpr std::size_t nonces_max = 1U << 18U;

/// Each nonce once while its request could still be taken. In memory. Any thread.
class NonceBook {
 public:
  /// `request_replayed`, `overloaded`. Only for requests whose signature is good, so that strangers can't fill it.
  [[nodiscard]] Result<void> once(const std::string& nonce, UnixSeconds now);

 private:
  std::mutex mutex_;
  std::unordered_set<std::string> nonces_;
  std::deque<std::pair<UnixSeconds, std::string>> by_age_;
};

}  // namespace stele::requests
