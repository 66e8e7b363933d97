#include "node/http/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "node/http/url.h"

namespace stele::http {
namespace {

std::string join(const std::vector<std::string>& segments) {
  std::string out;
  for (const auto& segment : segments) out += "/" + segment;
  return out;
}

bool contains_ignoring_case(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view n) { return equal_ignoring_case(n, name); });
}

bool has_body(int status) {
  return status / 100 != 1 && status != 204 && status != 304;
}

Response with_allow(Response out, std::string allow) {
  out.headers.add("Allow", std::move(allow));
  return out;
}

/// The answer to OPTIONS; to a browser that asks for another origin's page, whether it may send the request.
Response options_response(const Request& request, const Router& router, const std::vector<std::string>& path) {
  auto out = with_allow(Response{.status = 204}, router.allow(path));
  const auto wanted = request.headers.get("Access-Control-Request-Method");
  const auto* route = wanted ? router.find(*wanted, path).route : nullptr;
  if (route == nullptr || !route->options.any_origin) return out;
  allow_any_origin(out);
  out.headers.add("Access-Control-Allow-Methods", std::string(*wanted));
  out.headers.add("Access-Control-Allow-Headers", "Content-Type, If-None-Match");
  out.headers.add("Access-Control-Max-Age", "86400");
  return out;
}

}  // namespace

Admission admit(Request& request, const Router& router, std::size_t body_bytes_max) {
  Admission out;
  out.body_bytes_max = body_bytes_max;
  if (request.method == "OPTIONS" && request.target == "*") {
    out.refusal = Response{.status = 204};
    return out;
  }
  auto target = parse_target(request.target);
  if (!target) {
    out.refusal = refusal(400);
    return out;
  }
  auto match = router.find(request.method, target->segments);
  if (match.route == nullptr) {
    if (!match.path_known) {
      out.refusal = refusal(404);
    } else {
      out.refusal = request.method == "OPTIONS" ? options_response(request, router, target->segments)
                                                : with_allow(refusal(405), router.allow(target->segments));
    }
    return out;
  }
  out.route = match.route;
  out.pattern = match.route->pattern;
  out.body_bytes_max = match.route->options.body_bytes_max.value_or(body_bytes_max);
  out.rate_limited = match.route->options.rate_limited;
  const auto expect = request.headers.get("Expect");
  if (expect && !equal_ignoring_case(*expect, "100-continue")) out.refusal = refusal(417);
  request.path = join(target->segments);
  request.query = std::move(target->query);
  request.params = std::move(match.params);
  return out;
}

void allow_any_origin(Response& r) {
  r.headers.set("Access-Control-Allow-Origin", "*");
  r.headers.set("Access-Control-Expose-Headers", "ETag, Retry-After");
}

Response refusal(int status) {
  struct Text {
    int status;
    std::string_view code, vi, en;
  };
  static constexpr Text texts[] = {
      {400, "http_malformed", "Yêu cầu HTTP sai dạng; hãy kiểm tra địa chỉ, tham số và các trường đầu.",
       "The HTTP request is malformed; check its address, parameters and header fields."},
      {404, "http_not_found", "Máy chủ không có địa chỉ này; hãy kiểm tra đường dẫn.",
       "The server has nothing at this address; check the path."},
      {405, "http_method_not_allowed", "Địa chỉ này không nhận phương thức đó; xem trường Allow.",
       "This address does not take that method; see the Allow field."},
      {408, "http_request_timeout", "Máy chủ đã chờ yêu cầu quá lâu; hãy gửi lại.",
       "The server waited too long for the request; send it again."},
      {413, "http_body_too_large", "Nội dung gửi lên lớn hơn mức cho phép; hãy chia nhỏ.",
       "The body is larger than allowed; split it."},
      {414, "http_target_too_long", "Địa chỉ dài hơn mức cho phép; hãy rút ngắn các tham số.",
       "The address is longer than allowed; shorten its parameters."},
      {417, "http_expectation_failed", "Máy chủ chỉ hiểu trường Expect có giá trị 100-continue.",
       "The server understands no Expect field but 100-continue."},
      {429, "http_rate_limited", "Có quá nhiều yêu cầu từ địa chỉ mạng này; hãy chờ số giây ghi ở Retry-After.",
       "Too many requests from this network address; wait the seconds that Retry-After names."},
      {431, "http_headers_too_large", "Các trường đầu của yêu cầu lớn hơn mức cho phép; hãy bớt đi.",
       "The header fields of the request are larger than allowed; send fewer."},
      {500, "http_internal", "Máy chủ gặp lỗi khi xử lý; yêu cầu có thể đã được thực hiện. Hãy gửi lại sau.",
       "The server failed while handling the request, which may have taken effect; try again later."},
      {501, "http_coding_unknown",
       "Máy chủ không hiểu kiểu mã hóa truyền tải này; hãy dùng chunked hoặc Content-Length.",
       "The server does not know this transfer coding; use chunked or Content-Length."},
      {503, "http_handler_timeout",
       "Máy chủ chưa xử lý xong trong thời gian cho phép; yêu cầu có thể vẫn được thực hiện. Hãy gửi lại sau.",
       "The server did not finish in time; the request may still take effect. Try again later."},
      {505, "http_version", "Máy chủ chỉ hiểu HTTP/1.0 và HTTP/1.1.", "The server understands HTTP/1.0 and HTTP/1.1."},
  };
  const auto* found =
      std::find_if(std::begin(texts), std::end(texts), [&](const Text& t) { return t.status == status; });
  STELE_ASSERT(found != std::end(texts));
  return problem_response(status, make_error(found->code, std::string(found->vi), std::string(found->en)));
}

int status_of(ParseFault fault) {
  switch (fault) {
    case ParseFault::target_too_long:
      return 414;
    case ParseFault::header_too_large:
      return 431;
    case ParseFault::body_too_large:
      return 413;
    case ParseFault::version:
      return 505;
    case ParseFault::coding:
      return 501;
    case ParseFault::none:
    case ParseFault::malformed:
      break;
  }
  return 400;
}

std::optional<std::string> response_head(const Response& response, std::size_t body_bytes, std::string_view date,
                                         bool keep_alive, bool http_1_1) {
  if (!is_field_value(response.content_type) || response.status < 200 || response.status > 599) return std::nullopt;
  std::string out;
  out.reserve(256);
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason_phrase(response.status), date);
  if (!response.content_type.empty()) out.append("Content-Type: ").append(response.content_type).append("\r\n");
  // No browser may take a problem or a JSON text for a page.
  out += "X-Content-Type-Options: nosniff\r\n";
  if (has_body(response.status)) fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", body_bytes);
  if (!keep_alive) {
    out += "Connection: close\r\n";
  } else if (!http_1_1) {
    out += "Connection: keep-alive\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    if (!is_token(name) || !is_field_value(value)) return std::nullopt;
    if (contains_ignoring_case({"Date", "Content-Type", "Content-Length", "Connection", "Keep-Alive",
                                "Transfer-Encoding", "X-Content-Type-Options"},
                               name)) {
      continue;
    }
    out.append(name).append(": ").append(value).append("\r\n");
  }
  return out += "\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
                     parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string_view known_method(std::string_view method) {
  for (const std::string_view known :
       {"GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"}) {
    if (method == known) return known;
  }
  return "OTHER";
}

}  // namespace stele::http
