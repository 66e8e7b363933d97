#include "verifier-api/answers.h"

#include <array>
#include <charconv>

namespace stele::verifier {
namespace {

struct Row {
  std::string_view code;
  int status;
};
constexpr std::array table{
    Row{"bad_request", 400}, Row{"not_found", 404},          Row{"not_on_ledger", 404}, Row{"not_final_yet", 409},
    Row{"too_many", 413},    Row{"evidence_too_large", 413}, Row{"starting", 503},      Row{"source_lies", 503},
    Row{"overloaded", 503},  Row{"disk_failed", 503},        Row{"not_in_sync", 503},
};

/// Faults of our own disk, whatever layer found them: told apart in `code`, not in the status.
bool is_disk(std::string_view code) {
  for (const std::string_view prefix : {"store_", "head_file_", "ledger_"}) {
    if (code.starts_with(prefix)) return true;
  }
  return false;
}

int status_for(std::string_view code) {
  for (const auto& row : table) {
    if (row.code == code) return row.status;
  }
  if (code.starts_with("json_") || code.starts_with("field_")) return 400;
  return is_disk(code) ? 503 : 500;
}

}  // namespace

http::Response refuse(const Error& e) {
  const int status = status_for(e.code);
  auto r = http::problem_response(status, e);
  if (status == 503) r.headers.set("Retry-After", "1");
  return r;
}

http::Response answer(const json::Value& v) {
  return http::json_response(200, json::write(v));
}

http::Response to_response(Result<http::Response> r) {
  return r ? std::move(*r) : refuse(r.error());
}

Error not_found() {
  return make_error("not_found", "Không tìm thấy.", "Not found.");
}
Error not_final_yet() {
  return make_error("not_final_yet", "Chưa được ghi nhận vĩnh viễn ở đây; hãy thử lại sau vài giây.",
                    "Not final here yet; try again in a few seconds.");
}
Error overloaded() {
  return make_error("overloaded", "Trạm kiểm chứng đang quá tải; hãy thử lại sau giây lát.",
                    "The verifier is overloaded; try again in a moment.");
}
Error starting() {
  return make_error("starting", "Trạm kiểm chứng đang tải sổ cái về; hãy thử lại sau giây lát.",
                    "The verifier is still fetching the ledger; try again in a moment.");
}
Error bad_request(std::string_view field, std::string vi, std::string en) {
  Where w;
  w.field = field;
  return make_error("bad_request", std::move(vi), std::move(en), w);
}

Result<std::uint64_t> number_query(const http::Request& r, std::string_view name) {
  const auto text = r.query_value(name);
  std::uint64_t n = 0;
  if (text && !text->empty() && text->size() <= 15) {
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), n);
    if (fault == std::errc() && end == text->data() + text->size()) return n;
  }
  return Unexpected(
      bad_request(name, "Tham số phải là một số không âm.", "The parameter must be a number, 0 or more."));
}

}  // namespace stele::verifier
