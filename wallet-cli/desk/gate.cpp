#include "wallet-cli/desk/gate.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "signer/random.h"

namespace stele::desk {
namespace {

constexpr int status_misdirected = 421;

/// 256 bits of chance as base64url.
std::string chance() {
  return base64url(signer::random_fixed<FixedBytes<struct DeskTokenTag, 32>>().view());
}

bool same(std::string_view a, std::string_view b) {
  return !a.empty() && signer::equal_constant_time(as_bytes(a), as_bytes(b));
}

/// The value of one cookie; none if it comes twice: which of them the browser meant can't be known.
std::optional<std::string_view> cookie_of(const http::Request& r, std::string_view name) {
  if (r.headers.count("Cookie") != 1) return std::nullopt;
  std::optional<std::string_view> out;
  auto rest = *r.headers.get("Cookie");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto one = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (!one.starts_with(name) || one.size() == name.size() || one[name.size()] != '=') continue;
    if (out) return std::nullopt;
    out = one.substr(name.size() + 1);
  }
  return out;
}

http::Response refusal(int status, std::string_view code, std::string vi, std::string en) {
  return guarded(http::problem_response(status, make_error(code, std::move(vi), std::move(en))));
}

http::Response wrong_host() {
  return refusal(
      status_misdirected, "desk_wrong_host",
      "Yêu cầu này không đến từ địa chỉ của bàn làm việc. Hãy mở lại bằng liên kết mà stele desk in ra.",
      "This request did not come by the desk's address. Open it again with the link that stele desk prints.");
}
http::Response cross_site() {
  return refusal(403, "desk_cross_site", "Yêu cầu này đến từ một trang khác và bị từ chối.",
                 "This request came from another site and is refused.");
}
http::Response no_session() {
  return refusal(401, "desk_no_session",
                 "Phiên làm việc không có hoặc đã được mở ở nơi khác. Hãy mở lại bằng liên kết mới của stele desk.",
                 "There is no such session, or it was opened elsewhere. Open a new link of stele desk.");
}

}  // namespace

void Gate::open_at(std::uint16_t port) {
  STELE_ASSERT(!ready_);
  host_ = "127.0.0.1:" + std::to_string(port);
  origin_ = "http://" + host_;
  cookie_name_ = "stele-desk-" + std::to_string(port);
  ready_ = true;
}

std::string Gate::new_start_token() {
  const std::lock_guard lock(mutex_);
  start_token_ = chance();
  wrong_starts_ = 0;
  return start_token_;
}

Result<Gate::Session> Gate::open(std::string_view start_token) {
  const std::lock_guard lock(mutex_);
  if (!same(start_token_, start_token)) {
    if (++wrong_starts_ >= start_attempts_max) start_token_.clear();
    return Unexpected(make_error("desk_bad_start",
                                 "Liên kết này đã được dùng hoặc không đúng. Hãy bấm Enter trong cửa sổ của stele desk "
                                 "để lấy liên kết mới.",
                                 "This link was used already, or is wrong. Press Enter in the window of stele desk for "
                                 "a new one."));
  }
  start_token_.clear();
  cookie_ = chance();
  token_ = chance();
  return Session{cookie_name_ + "=" + cookie_ + "; Path=/; HttpOnly; SameSite=Strict", token_};
}

bool Gate::has_session(const http::Request& r) {
  const std::lock_guard lock(mutex_);
  const auto cookie = cookie_of(r, cookie_name_);
  const auto token = r.headers.get(token_header);
  return cookie && token && r.headers.count(token_header) == 1 && same(cookie_, *cookie) && same(token_, *token);
}

std::optional<http::Response> Gate::refuse(const http::Request& r, Way way, std::string_view content_type) {
  // A name that an attacker made point at 127.0.0.1 stands in Host, or in a target that holds a whole address.
  if (!ready_ || r.headers.count("Host") != 1 || *r.headers.get("Host") != host_ || !r.target.starts_with("/"))
    return wrong_host();
  const auto origin = r.headers.get("Origin");
  if (r.headers.count("Origin") > 1 || (origin && *origin != origin_)) return cross_site();
  const auto site = r.headers.get("Sec-Fetch-Site");
  if (way == Way::page) {
    // The first opening is a link from elsewhere; other sites may not pull files in, not even as a script or an image.
    const bool opening = r.headers.get("Sec-Fetch-Mode") == "navigate" && r.headers.get("Sec-Fetch-Dest") == "document";
    if (site && *site != "same-origin" && *site != "none" && !opening) return cross_site();
    return std::nullopt;
  }
  if (site && *site != "same-origin") return cross_site();
  if (way != Way::read) {
    if (!origin) return cross_site();
    if (r.headers.count("Content-Type") != 1 || *r.headers.get("Content-Type") != content_type) {
      return refusal(415, "desk_wrong_type", "Yêu cầu phải có Content-Type " + std::string(content_type) + ".",
                     "The request must have Content-Type " + std::string(content_type) + ".");
    }
  }
  if (way != Way::start && !has_session(r)) return no_session();
  return std::nullopt;
}

std::uint32_t Patience::wait_s() {
  const std::lock_guard lock(mutex_);
  const auto left = next_ms_ - now_();
  return left <= 0 ? 0 : static_cast<std::uint32_t>((left + 999) / 1000);
}

void Patience::wrong() {
  constexpr unsigned free_tries = 5;
  constexpr std::int64_t first_ms = 30'000, longest_ms = 3'600'000;
  const std::lock_guard lock(mutex_);
  if (++wrong_ < free_tries) return;
  constexpr unsigned doublings_max = 7;  // 30 s · 2⁷ is above an hour
  next_ms_ = now_() + std::min(longest_ms, first_ms << std::min(wrong_ - free_tries, doublings_max));
}

void Patience::right() {
  const std::lock_guard lock(mutex_);
  wrong_ = 0;
  next_ms_ = 0;
}

http::Response guarded(http::Response r) {
  r.headers.set("Content-Security-Policy",
                "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'");
  r.headers.set("Cache-Control", "no-store");
  r.headers.set("Referrer-Policy", "no-referrer");
  r.headers.set("X-Frame-Options", "DENY");
  r.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  r.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  r.headers.set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), clipboard-read=()");
  return r;
}

}  // namespace stele::desk
