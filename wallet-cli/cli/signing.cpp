#include "wallet-cli/cli/signing.h"

#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"

namespace stele::cli {
namespace {

using json::Value;
constexpr std::size_t saved_bytes_max = 256 * 1024 * 1024;

Error bad_answer() {
  return make_error("http_bad_answer", "Máy chủ trả lời không đúng định dạng.",
                    "The server's answer has a wrong form.");
}

std::optional<std::string> optional_text(const Value& v, std::string_view member) {
  auto t = text_of(v, member);
  return t.empty() ? std::nullopt : std::optional(std::move(t));
}

}  // namespace

std::string text_of(const Value& v, std::string_view name) {
  const auto* m = v.is(json::Kind::object) ? v.find(name) : nullptr;
  return m != nullptr && m->is(json::Kind::string) ? m->string() : std::string();
}
std::uint64_t number_of(const Value& v, std::string_view name) {
  const auto* m = v.is(json::Kind::object) ? v.find(name) : nullptr;
  return m != nullptr && m->is(json::Kind::integer) && m->integer() >= 0 ? static_cast<std::uint64_t>(m->integer()) : 0;
}
const Value::Array& items_of(const Value& v, std::string_view name) {
  static const Value::Array none;
  const auto* m = v.is(json::Kind::object) ? v.find(name) : nullptr;
  return m != nullptr && m->is(json::Kind::array) ? m->items() : none;
}

Result<Desk> Desk::open(const Context& c, const std::vector<std::string>& what) {
  STELE_TRY(auto genesis, read_genesis(c));
  STELE_TRY(auto node, NodeClient::connect(c, genesis));
  STELE_TRY(auto key, open_key_to_sign(c, what));
  STELE_TRY(const auto after, node.after());
  return Desk(std::move(genesis), std::move(node), std::move(key), after);
}

Result<std::string> Desk::org() const {
  if (key_.header.org) return *key_.header.org;
  return Unexpected(make_error("key_without_org",
                               "Tệp khóa này không thuộc cơ quan nào. Hãy dùng khóa của trường hoặc của sở.",
                               "This key file belongs to no organisation. Use a key of the school or the department."));
}

Outgoing Desk::sign(const Draft& d) const {
  const record::Common common{genesis_.net, after_};
  return {signer::sign_record(key_.key, d.type, common, d.body).jws, d.payload};
}

RecordId id_of(const Outgoing& o) {
  const auto envelope = record::open_envelope(o.jws);
  STELE_ASSERT(envelope.has_value());
  return record::record_id(envelope->signing_input);
}

Result<RecordId> parse_id(std::string_view text) {
  if (text.starts_with(id_prefix)) text.remove_prefix(id_prefix.size());
  if (const auto id = fixed_from_base64url<RecordId>(text)) return *id;
  return Unexpected(make_error("usage_id", "Mã bản ghi phải gồm đúng 43 ký tự: \"" + std::string(text) + "\".",
                               "A record id has exactly 43 characters: \"" + std::string(text) + "\"."));
}

Result<std::vector<RecordId>> parse_ids(const std::vector<std::string>& texts) {
  std::vector<RecordId> out;
  for (const auto& t : texts) {
    STELE_TRY(const auto id, parse_id(t));
    out.push_back(id);
  }
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
  std::size_t final_count = 0;
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
        item.set("status", "refused");
        item.set("error", error_json(a.error));
        if (!c.json)
          std::cerr << base64url(a.id.view()) << ": " << to_text(a.error, c.lang) << " [" << a.error.code << "]\n";
        exit = Exit::refused;
    }
    list.push(std::move(item));
  }
  if (answers != nullptr) *answers = *sent;
  const auto counts = std::to_string(final_count) + "/" + std::to_string(count);
  say(c, "Đã ghi vào sổ cái, không thể đảo ngược: " + counts + " bản ghi.",
      "On the ledger, final: " + counts + " records.");
  if (count <= 3) {
    for (const auto& a : *sent) say(c, "  " + base64url(a.id.view()), "  " + base64url(a.id.view()));
  }
  emit(c, Value::object({{"results", std::move(list)}}));
  return exit;
}

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
  return report(c, *sent, records.size(), answers);
}

const Student* Roster::find(std::string_view id) const {
  for (const auto& s : students) {
    if (s.id == id) return &s;
  }
  return nullptr;
}

Result<Roster> fetch_roster(Desk& desk, const std::string& org, const std::string& cls, const std::string& year) {
  STELE_TRY(const auto v, desk.node().staff_get(desk.key(), "/v1/orgs/" + percent_encoded(org) +
                                                                "/class?class=" + percent_encoded(cls) +
                                                                "&year=" + percent_encoded(year)));
  Roster out;
  const auto list = fixed_from_base64url<RecordId>(text_of(v, "list"));
  if (!list) return Unexpected(bad_answer());
  out.list = *list;
  out.kind = text_of(v, "kind");
  for (const auto& s : items_of(v, "students")) {
    Student x;
    x.row = static_cast<std::uint32_t>(number_of(s, "row"));
    const auto tag = fixed_from_base64url<Tag256>(text_of(s, "tag"));
    const auto birth = parse_date(text_of(s, "birth_date"));
    if (!tag || !birth) return Unexpected(bad_answer());
    x.tag = *tag;
    x.birth_date = *birth;
    x.id = text_of(s, "student_id");
    x.name = text_of(s, "name");
    x.gender = text_of(s, "gender");
    x.birth_place = optional_text(s, "birth_place");
    x.ethnicity = optional_text(s, "ethnicity");
    x.personal_id = optional_text(s, "personal_id");
    out.students.push_back(std::move(x));
  }
  return out;
}

Result<record::Policy> fetch_policy(Desk& desk) {
  STELE_TRY(const auto v, desk.node().get("/v1/policy"));
  auto r = record::decode(text_of(v, "jws"));
  if (!r || r->type != record::Type::policy) return Unexpected(bad_answer());
  return std::get<record::Policy>(std::move(r->body));
}

}  // namespace stele::cli
