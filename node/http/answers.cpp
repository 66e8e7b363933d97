#include "node/http/answers.h"

#include <array>
#include <charconv>

namespace stele::http {
namespace {

struct Row {
  std::string_view code;
  int status;
};
constexpr std::array table{
    Row{"bad_request", 400},        Row{"request_not_signed", 401}, Row{"request_bad_signature", 401},
    Row{"request_expired", 401},    Row{"request_replayed", 401},   Row{"request_wrong_node", 401},
    Row{"no_authority", 403},       Row{"book_not_yours", 403},     Row{"not_found", 404},
    Row{"not_on_ledger", 404},      Row{"not_final_yet", 409},      Row{"vault_not_assigned", 409},
    Row{"too_many", 413},           Row{"evidence_too_large", 413}, Row{"unsupported_media_type", 415},
    Row{"starting", 503},           Row{"space_floor", 503},        Row{"overloaded", 503},
    Row{"in_flight", 503},          Row{"stopping", 503},           Row{"disk_failed", 503},
    Row{"source_lies", 503},        Row{"not_in_sync", 503},        Row{"lookup_limit", 429},
    Row{"lookup_unavailable", 503}, Row{"shared_form", 400},        Row{"shared_unknown", 404},
    Row{"shared_exists", 409},      Row{"shared_quota", 429},       Row{"shared_full", 503},
    Row{"no_vault", 421},           Row{"not_an_orderer", 421},     Row{"no_orderer", 503},
    Row{"items_malformed", 400},    Row{"items_too_many", 400},     Row{"messages_malformed", 400},
    Row{"messages_too_many", 400},  Row{"messages_forged", 400},    Row{"csv_form", 400},
    Row{"csv_columns", 400},        Row{"rules_unknown", 503},
};

/// Faults of our own disks, whatever layer found them: they are told apart in `code`, not in the status.
bool is_disk(std::string_view code) {
  for (const std::string_view prefix : {"store_", "vault_", "head_file_", "vote_file_", "ledger_"}) {
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

Response refuse(const Error& e) {
  const int status = status_for(e.code);
  auto r = problem_response(status, e);
  if (status == 503) r.headers.set("Retry-After", "1");
  if (status == 429) r.headers.set("Retry-After", "3600");  // such limits are by the hour
  return r;
}

Response answer(const json::Value& v) {
  return json_response(200, json::write(v));
}

Response to_response(Result<Response> r) {
  return r ? std::move(*r) : refuse(r.error());
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
  return make_error("not_final_yet", "Chưa được ghi nhận vĩnh viễn ở đây; hãy thử lại sau vài giây.",
                    "Not final here yet; try again in a few seconds.");
}
Error overloaded() {
  return make_error("overloaded", "Máy chủ đang quá tải; hãy thử lại sau giây lát.",
                    "The server is overloaded; try again in a moment.");
}
Error starting() {
  return make_error("starting", "Nút đang khởi động; hãy thử lại sau giây lát.",
                    "The node is starting; try again in a moment.");
}
Error bad_request(std::string_view field, std::string vi, std::string en) {
  Where w;
  w.field = field;
  return make_error("bad_request", std::move(vi), std::move(en), w);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  constexpr std::size_t digits_max = 15;
  std::uint64_t n = 0;
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

Result<std::uint64_t> number_query(const Request& r, std::string_view name) {
  const auto text = r.query_value(name);
  if (const auto n = text ? number_of(*text) : std::nullopt) return *n;
  return Unexpected(
      bad_request(name, "Tham số phải là một số không âm.", "The parameter must be a number, 0 or more."));
}

Result<std::string> text_query(const Request& r, std::string_view name) {
  const auto text = r.query_value(name);
  if (text && !text->empty()) return std::string(*text);
  return Unexpected(bad_request(name, "Thiếu tham số này.", "This parameter is missing."));
}

std::string optional_query(const Request& r, std::string_view name) {
  return std::string(r.query_value(name).value_or(""));
}

}  // namespace stele::http
