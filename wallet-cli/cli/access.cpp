#include "wallet-cli/cli/access.h"

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"

namespace stele::cli {
namespace {

using json::Value;

Error bad_answer() {
  return make_error("http_bad_answer", "Máy chủ trả lời không đúng định dạng.",
                    "The server's answer has a wrong form.");
}

std::optional<std::string> optional_text(const Value& v, std::string_view member) {
  auto t = text_of(v, member);
  return t.empty() ? std::nullopt : std::optional(std::move(t));
}

}  // namespace

Outgoing sign_draft(const signer::SigningKey& key, const record::Genesis& genesis, const HeaderHash& after,
                    const Draft& d) {
  return {signer::sign_record(key, d.type, record::Common{genesis.net, after}, d.body).jws, d.payload};
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

Result<std::string> Access::org() const {
  if (header_.org) return *header_.org;
  return Unexpected(make_error("key_without_org",
                               "Tệp khóa này không thuộc cơ quan nào. Hãy dùng khóa của trường hoặc của sở.",
                               "This key file belongs to no organisation. Use a key of the school or the department."));
}

Result<Value> Access::get(const std::string& target) {
  return node_.staff_get({key_, session_}, target);
}

Result<Value> Access::post(const std::string& target, const Value& body) {
  return node_.staff_post({key_, session_}, target, body);
}

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

const Student* Roster::find(std::string_view id) const {
  for (const auto& s : students) {
    if (s.id == id) return &s;
  }
  return nullptr;
}

Result<Roster> fetch_roster(Access& access, const std::string& org, const std::string& cls, const std::string& year) {
  STELE_TRY(const auto v, access.get("/v1/orgs/" + percent_encoded(org) + "/class?class=" + percent_encoded(cls) +
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

Result<record::Policy> fetch_policy(NodeClient& node) {
  STELE_TRY(const auto v, node.get("/v1/policy"));
  auto r = record::decode(text_of(v, "jws"));
  if (!r || r->type != record::Type::policy) return Unexpected(bad_answer());
  return std::get<record::Policy>(std::move(r->body));
}

}  // namespace stele::cli
