#include "wallet-cli/cli/signing.h"

#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/second_work.h"

namespace stele::cli {
namespace {

using json::Value;
constexpr std::size_t saved_bytes_max = 256 * 1024 * 1024;

}  // namespace

Result<Desk> Desk::open(const Context& c, const std::vector<std::string>& what) {
  STELE_TRY(auto genesis, read_genesis(c));
  STELE_TRY(auto node, NodeClient::connect(c, genesis));
  STELE_TRY(auto opened, open_key_to_sign(c, what));
  STELE_TRY(const auto after, node.after());
  return Desk(Access(std::move(genesis), std::move(node), std::move(opened.header), std::move(opened.key)), after);
}

Outgoing Desk::sign(const Draft& d) const {
  return sign_draft(key(), genesis(), after_, d);
}

std::vector<Outgoing> Desk::sign(const std::vector<Draft>& drafts) const {
  std::vector<Outgoing> out;
  out.reserve(drafts.size());
  for (const auto& d : drafts) out.push_back(sign(d));
  return out;
}

std::string encode_saved(const std::vector<Outgoing>& records) {
  std::string out;
  for (const auto& r : records) {
    out += R"({"jws":)" + json::write(Value(r.jws));
    if (!r.payload.empty()) out += R"(,"payload":)" + r.payload;
    out += "}\n";
  }
  return out;
}

Result<std::vector<Outgoing>> decode_saved(const std::filesystem::path& path, std::string_view text) {
  std::vector<Outgoing> out;
  std::uint32_t line = 0;
  while (!text.empty()) {
    ++line;
    const auto end = text.find('\n');
    const auto one = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (one.empty()) continue;
    const auto v = json::parse(one, {.bytes_max = saved_bytes_max, .depth_max = 16, .nodes_max = 200'000});
    auto jws = v ? text_of(*v, "jws") : std::string();
    if (jws.empty() || !record::open_envelope(jws)) {
      Where where;
      where.file = path.string();
      where.row = line;
      return Unexpected(make_error("file_not_saved_records", "Dòng này không phải bản ghi đã ký do Stele lưu.",
                                   "This line is no signed record saved by Stele.", where));
    }
    const auto* payload = v->find("payload");
    out.push_back({std::move(jws), payload == nullptr ? std::string() : json::write(*payload)});
  }
  return out;
}

Exit report(const Context& c, const Result<std::vector<Answer>>& sent, std::size_t count,
            std::vector<Answer>* answers) {
  if (!sent) return fail(c, sent.error());
  Exit exit = Exit::ok;
  auto list = Value::array();
  std::size_t final_count = 0, refused = 0;
  for (const auto& a : *sent) {
    auto item = Value::object({{"id", base64url(a.id.view())}});
    switch (a.state) {
      case Answer::State::final:
        ++final_count;
        item.set("status", "final");
        item.set("index", a.index.value);
        item.set("height", a.height.value);
        break;
      case Answer::State::pending:
        item.set("status", "pending");
        exit = Exit::not_final;
        break;
      case Answer::State::refused:
        ++refused;
        item.set("status", "refused");
        item.set("error", error_json(a.error));
        if (!c.json)
          std::cerr << base64url(a.id.view()) << ": " << to_text(a.error, c.lang) << " [" << a.error.code << "]\n";
        exit = Exit::refused;
    }
    list.push(std::move(item));
  }
  if (answers != nullptr) *answers = *sent;
  const auto of_all = "/" + std::to_string(count);
  if (final_count > 0) {
    say(c, "Đã ghi vào sổ cái, không thể đảo ngược: " + std::to_string(final_count) + of_all + " bản ghi.",
        "On the ledger, final: " + std::to_string(final_count) + of_all + " records.");
  }
  if (refused > 0) {
    say(c, "Sổ cái từ chối, không ghi: " + std::to_string(refused) + of_all + " bản ghi.",
        "Refused by the ledger, not recorded: " + std::to_string(refused) + of_all + " records.");
  }
  if (const auto open = sent->size() - final_count - refused; open > 0) {
    say(c, "Chưa biết kết quả, hãy gửi lại: " + std::to_string(open) + of_all + " bản ghi.",
        "The outcome is not known yet, send again: " + std::to_string(open) + of_all + " records.");
  }
  if (count <= 3) {
    for (const auto& a : *sent) say(c, "  " + base64url(a.id.view()), "  " + base64url(a.id.view()));
  }
  emit(c, Value::object({{"results", std::move(list)}}));
  return exit;
}

namespace {

/// Final is not in force yet where the policy asks for a second signature.
void say_what_is_missing(const Context& c, const StillNeeded& n) {
  std::string roles;
  for (const auto& role : n.roles) roles += (roles.empty() ? "" : ", ") + label(Words::role, role, c.lang);
  const auto by = label(Words::type, n.by, c.lang), count = std::to_string(n.records);
  say(c, "Chưa có hiệu lực: " + count + " bản ghi còn chờ " + by + " (" + roles + ").",
      "Not in force yet: " + count + " records wait for the " + by + " (" + roles + ").");
}

}  // namespace

Exit deliver(const Context& c, Desk& desk, const std::vector<Outgoing>& records,
             const std::optional<std::filesystem::path>& save, std::vector<Answer>* answers) {
  if (save) {
    if (auto written = write_file(*save, encode_saved(records), true, false); !written) return fail(c, written.error());
    say(c, "Đã ký và lưu; gửi sau bằng: stele submit " + save->string(),
        "Signed and saved; send later with: stele submit " + save->string());
    emit(c, Value::object({{"saved", save->string()}, {"records", records.size()}}));
    return Exit::ok;
  }
  std::optional<Result<std::vector<Answer>>> sent;
  {
    Progress progress(c, "Gửi", "Sending", records.size());
    sent.emplace(desk.node().submit(records, [&](std::uint64_t n) { progress.at(n); }));
  }
  const auto exit = report(c, *sent, records.size(), answers);
  if (*sent && !c.json) {
    for (const auto& n : still_needed(desk, **sent)) say_what_is_missing(c, n);
  }
  return exit;
}

}  // namespace stele::cli
