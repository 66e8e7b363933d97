#include "node/app/answers.h"

#include <array>
#include <charconv>

namespace stele::app {
namespace {

struct Row {
  std::string_view code;
  int status;
};
constexpr std::array table{
    Row{"bad_request", 400},
    Row{"request_not_signed", 401},
    Row{"request_bad_signature", 401},
    Row{"request_expired", 401},
    Row{"request_replayed", 401},
    Row{"request_wrong_node", 401},
    Row{"no_authority", 403},
    Row{"book_not_yours", 403},
    Row{"not_found", 404},
    Row{"not_on_ledger", 404},
    Row{"not_final_yet", 409},
    Row{"too_many", 413},
    Row{"evidence_too_large", 413},
    Row{"unsupported_media_type", 415},
    Row{"starting", 503},
    Row{"space_floor", 503},
    Row{"overloaded", 503},
    Row{"in_flight", 503},
    Row{"stopping", 503},
    Row{"disk_failed", 503},
};

/// Faults of our own disks, whatever layer found them: they are told apart in `code`, not in the status.
bool is_disk(std::string_view code) {
  for (const std::string_view prefix : {"store_", "vault_", "head_file_", "vote_file_", "ledger_damaged"}) {
    if (code.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

int status_for(std::string_view code) {
  for (const auto& row : table) {
    if (row.code == code) return row.status;
  }
  if (code.starts_with("json_") || code.starts_with("field_")) return 400;
  return is_disk(code) ? 503 : 500;
}

http::Response refuse(const Error& e) {
  const int status = status_for(e.code);
  auto r = http::problem_response(status, e);
  if (status == 503) r.headers.set("Retry-After", "1");
  return r;
}

http::Response answer(const json::Value& v) {
  return http::json_response(200, json::write(v));
}

json::Value to_json(const Error& e) {
  auto out = json::Value::object({{"code", e.code}, {"vi", e.vi}, {"en", e.en}});
  auto where = json::Value::object();
  if (!e.where.file.empty()) where.set("file", e.where.file);
  if (!e.where.field.empty()) where.set("field", e.where.field);
  if (!where.members().empty()) out.set("where", std::move(where));
  return out;
}

Error not_found() {
  return make_error("not_found", "Không tìm thấy.", "Not found.");
}
Error not_final_yet() {
  return make_error("not_final_yet", "Bản ghi chưa được ghi nhận vĩnh viễn; hãy thử lại sau vài giây.",
                    "The record is not final yet; try again in a few seconds.");
}
Error no_authority() {
  return make_error("no_authority", "Khóa này không có quyền làm việc đó tại đơn vị này.",
                    "This key has no right to do that at this organisation.");
}
Error overloaded() {
  return make_error("overloaded", "Nút đang quá tải; hãy thử lại sau giây lát.",
                    "The node is overloaded; try again in a moment.");
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

Result<std::string> text_query(const http::Request& r, std::string_view name) {
  const auto text = r.query_value(name);
  if (text && !text->empty()) return std::string(*text);
  return Unexpected(bad_request(name, "Thiếu tham số này.", "This parameter is missing."));
}

std::string optional_query(const http::Request& r, std::string_view name) {
  return std::string(r.query_value(name).value_or(""));
}

}  // namespace stele::app
