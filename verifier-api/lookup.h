// A diploma by its number and its holder's birth date: asked of the node that holds the issuer's vault, verified here,
// handed on (DESIGN.md section 6; docs/http-api.md, "Look-up"). Logs and keeps nothing of what is asked.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "node/http/client.h"
#include "node/http/delay.h"
#include "node/http/rate_limit.h"
#include "node/http/work_pool.h"
#include "verifier-api/judge.h"

namespace stele::verifier {

inline constexpr std::size_t lookup_body_bytes_max = 4096;
inline constexpr std::chrono::milliseconds lookup_step{500};  ///< answers leave at multiples of it
inline constexpr unsigned lookup_threads = 4;

struct LookupQuery {
  std::string kind, org, number, birth_date;  ///< kind and org may be empty
};
/// `{"kind"?,"org"?,"number","birth_date"}`. Errors name the member.
[[nodiscard]] Result<LookupQuery> read_lookup(std::string_view body);
/// "2007-05-31" of that or of "31/05/2007"; none: neither.
[[nodiscard]] std::optional<std::string> read_birth_date(std::string_view);

/// Who may look up how much; per hour.
struct LookupLimits {
  double per_client = 60, per_number = 10;
};

/// Any thread.
class Lookup {
 public:
  /// Errors: `http_bad_url`, `http_tls_bad`.
  [[nodiscard]] static Result<std::unique_ptr<Lookup>> open(const std::string& node, const http::ClientOptions&,
                                                            const LookupLimits&);
  /// As stop().
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  /// `lookup_limit` if this client, or anybody for this number, has asked too often. Counts whether or not there is
  /// such a number.
  [[nodiscard]] Result<void> allow(std::string_view client_address, const LookupQuery&);
  struct Found {
    std::string file;
    Judgement judgement;
  };
  /// Waits for the node. None: unknown, wrong or erased. `lookup_unavailable`: no answer, or one that does not verify
  /// or is not about what was asked.
  [[nodiscard]] Result<std::optional<Found>> ask(const store::Ledger&, const LookupQuery&, const JudgeOptions&);

  /// For requests: threads of its own, since they wait for another machine, and answers that leave at set times.
  [[nodiscard]] http::WorkPool& pool() { return pool_; }
  [[nodiscard]] http::Delay& delay() { return delay_; }
  void stop();

 private:
  explicit Lookup(const LookupLimits&);
  [[nodiscard]] Result<http::Response> send(const http::Request&);

  std::string node_;
  http::ClientOptions options_;
  std::array<std::uint8_t, 32> number_key_{};  ///< of this process: the limits remember no number
  http::SharedRateLimiter clients_, numbers_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<http::Client>> idle_;  ///< kept-alive connections
  http::Delay delay_{1'024};
  http::WorkPool pool_{lookup_threads, 256};
};

[[nodiscard]] Error lookup_unavailable();
/// The claims that the law publishes of a diploma: no document with another one is handed on.
[[nodiscard]] bool is_public_claim(std::string_view);

}  // namespace stele::verifier
