// Who may talk to the desk. A page on loopback can be reached by every site that the browser shows and by every program
// of the machine, so each request must prove that it comes from the page that this process served to the person who
// started it: the right Host (DNS rebinding), the right Origin (cross-site requests), the session's cookie and the
// session's token in a header of its own. Cookies do not tell ports apart and the token lives in the page's
// sessionStorage, which does: neither alone is enough.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "node/http/message.h"
#include "signer/secret.h"

namespace stele::desk {

using ClockMs = std::function<std::int64_t()>;  ///< steady; given by tests

inline constexpr std::string_view token_header = "Stele-Desk";
inline constexpr unsigned start_attempts_max = 10;  ///< of wrong start tokens; then a new link is needed

enum class Way : std::uint8_t {
  page,    ///< the page's files: no secrets in them
  start,   ///< a start token for a session
  read,    ///< what the person may see
  change,  ///< anything that has an effect
};

/// Any thread.
class Gate {
 public:
  /// Where the desk listens; called once. Until then nothing may pass.
  void open_at(std::uint16_t port);

  /// A new start token, good once; the one before it is void. The session that is open goes on until it is used.
  [[nodiscard]] std::string new_start_token();

  /// The answer to a request that may not pass, or none. `content_type`: the only one that a change may come with; it
  /// is one that no form can send.
  [[nodiscard]] std::optional<http::Response> refuse(const http::Request&, Way, std::string_view content_type = {});

  struct Session {
    std::string cookie;  ///< value of Set-Cookie
    std::string token;
  };
  /// Ends the session before it: one person at a time. `desk_bad_start` for a wrong, used or replaced token.
  [[nodiscard]] Result<Session> open(std::string_view start_token);

  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  [[nodiscard]] bool has_session(const http::Request&);

  std::atomic<bool> ready_ = false;
  std::string host_, origin_, cookie_name_;  // not changed once ready
  std::mutex mutex_;
  std::string start_token_, cookie_, token_;  // empty: none
  unsigned wrong_starts_ = 0;
};

/// Waits that grow with each wrong passphrase: 5 are free, then 30 s, doubling up to an hour. Any thread.
class Patience {
 public:
  explicit Patience(ClockMs now) : now_(std::move(now)) {}
  /// Seconds to wait before the next try; 0: now.
  [[nodiscard]] std::uint32_t wait_s();
  void wrong();
  void right();

 private:
  ClockMs now_;
  std::mutex mutex_;
  unsigned wrong_ = 0;
  std::int64_t next_ms_ = 0;
};

/// Puts on what every answer of the desk bears: no caching, no framing, no foreign content.
[[nodiscard]] http::Response guarded(http::Response);

}  // namespace stele::desk
