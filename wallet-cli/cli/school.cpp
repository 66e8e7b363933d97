#include "wallet-cli/cli/school.h"

#include <algorithm>

#include "ledger/base/encoding.h"

namespace stele::cli {
namespace {

using record::Type;

Error bad_answer() {
  return make_error("http_bad_answer", "Máy chủ trả lời không đúng định dạng.",
                    "The server's answer has a wrong form.");
}

std::optional<Tag256> tag_of(Type type, const record::Disclosure& result) {
  if (type == Type::grade_sheet) {
    const auto r = record::grade_result(result);
    return r ? std::optional(r->tag) : std::nullopt;
  }
  const auto r = record::summary_result(result);
  return r ? std::optional(r->tag) : std::nullopt;
}

Result<HeldRow> held_row(const json::Value& v) {
  HeldRow out;
  out.position = static_cast<std::uint32_t>(number_of(v, "position"));
  out.row = static_cast<std::uint32_t>(number_of(v, "row"));
  const auto sheet = fixed_from_base64url<RecordId>(text_of(v, "sheet"));
  auto result = record::decode_disclosure(text_of(v, "result"));
  auto detail = record::decode_disclosure(text_of(v, "detail"));
  if (!sheet || !result || !detail) return Unexpected(bad_answer());
  out.sheet = *sheet;
  out.result = std::move(*result);
  out.detail = std::move(*detail);
  return out;
}

}  // namespace

Result<Rules> rules_for(Access& access, const std::string& kind) {
  STELE_TRY(const auto policy, fetch_policy(access.node()));
  const auto date = date_in_vietnam(access.node().node_time());
  for (const auto& a : policy.assessment) {
    if ((a.from && date < *a.from) || (a.to && *a.to < date)) continue;
    auto set = rules::decode_rule_set(a.data);
    if (!set) return Unexpected(to_error(set.error()));
    if (std::find(set->kinds.begin(), set->kinds.end(), kind) != set->kinds.end()) return Rules{a.set, std::move(*set)};
  }
  return Unexpected(make_error("unknown_assessment",
                               "Quy định hiện hành không có quy chế đánh giá cho cấp học \"" + kind + "\".",
                               "The policy in force has no rules of assessment for \"" + kind + "\"."));
}

Result<std::vector<rules::RuleSet>> rule_sets(NodeClient& node) {
  STELE_TRY(const auto policy, fetch_policy(node));
  const auto date = date_in_vietnam(node.node_time());
  std::vector<rules::RuleSet> out;
  for (const auto& a : policy.assessment) {
    if ((a.from && date < *a.from) || (a.to && *a.to < date)) continue;
    auto set = rules::decode_rule_set(a.data);
    if (!set) return Unexpected(to_error(set.error()));
    out.push_back(std::move(*set));
  }
  return out;
}

signer::SubjectNames subject_names(NodeClient& node) {
  signer::SubjectNames out;
  const auto policy = fetch_policy(node);
  if (!policy) return out;
  for (const auto& a : policy->assessment) {
    const auto set = rules::decode_rule_set(a.data);
    if (!set) continue;
    for (const auto& s : set->subjects) out.emplace(s.code, s.name);
  }
  return out;
}

signer::SubjectNames subject_names(const Context& c, const record::Genesis& genesis) {
  auto node = NodeClient::connect(c, genesis);
  return node ? subject_names(*node) : signer::SubjectNames{};
}

Error unknown_subject(const Rules& rules, const std::string& code) {
  std::string known;
  for (const auto& s : rules.set.subjects) known += (known.empty() ? "" : ", ") + s.code;
  return make_error("unknown_subject", "Không có môn \"" + code + "\". Các môn: " + known + ".",
                    "No such subject: \"" + code + "\". Subjects: " + known + ".");
}

const HeldRow* HeldSheet::row_of(const Tag256& tag) const {
  for (const auto& r : rows) {
    if (tag_of(type, r.result) == tag) return &r;
  }
  return nullptr;
}

Result<std::optional<HeldSheets::Hit>> HeldSheets::find(Type type, std::string_view subject, std::string_view term,
                                                        const Tag256& tag) const {
  std::optional<Hit> out;
  for (const auto& s : sheets) {
    const auto* row = s.type == type && s.subject == subject && s.term == term ? s.row_of(tag) : nullptr;
    if (row == nullptr) continue;
    if (out) {
      const auto ids = base64url(out->sheet->id.view()) + ", " + base64url(s.id.view());
      return Unexpected(make_error("two_sheets",
                                   "Một học sinh có tên trong hai bảng điểm của cùng môn và học kỳ (" + ids +
                                       "). Hãy thu hồi bảng sai rồi làm lại.",
                                   "A student stands in two sheets of the same subject and term (" + ids +
                                       "). Revoke the wrong one, then try again."));
    }
    out = Hit{&s, row};
  }
  return out;
}

Result<HeldSheets> fetch_sheets(Access& access, const std::string& org, const std::string& cls,
                                const std::string& year) {
  STELE_TRY(const auto v, access.get("/v1/orgs/" + percent_encoded(org) + "/sheets?class=" + percent_encoded(cls) +
                                     "&year=" + percent_encoded(year)));
  HeldSheets out;
  for (const auto& s : items_of(v, "sheets")) {
    HeldSheet sheet;
    const auto id = fixed_from_base64url<RecordId>(text_of(s, "id"));
    const auto type = record::type_from_name(text_of(s, "type"));
    if (!id || !type) return Unexpected(bad_answer());
    sheet.id = *id;
    sheet.type = *type;
    sheet.subject = text_of(s, "subject");
    sheet.group = text_of(s, "group");
    sheet.term = text_of(s, "term");
    for (const auto& r : items_of(s, "rows")) {
      STELE_TRY(auto row, held_row(r));
      sheet.rows.push_back(std::move(row));
    }
    out.sheets.push_back(std::move(sheet));
  }
  return out;
}

Result<std::optional<RecordId>> live_credential(Access& access, const Tag256& tag) {
  const auto v = access.node().get("/v1/tags/" + base64url(tag.view()));
  if (!v) {
    if (v.error().code == "not_found") return std::optional<RecordId>{};
    return Unexpected(v.error());
  }
  const auto id = fixed_from_base64url<RecordId>(text_of(*v, "live"));
  if (!id) return Unexpected(bad_answer());
  return std::optional(*id);
}

Result<std::vector<ClassInfo>> fetch_classes(Access& access, const std::string& org, const std::string& year) {
  STELE_TRY(const auto v, access.get("/v1/orgs/" + percent_encoded(org) + "/classes?year=" + percent_encoded(year)));
  std::vector<ClassInfo> out;
  for (const auto& c : items_of(v, "classes")) {
    const auto list = fixed_from_base64url<RecordId>(text_of(c, "list"));
    if (!list) return Unexpected(bad_answer());
    out.push_back({text_of(c, "class"), text_of(c, "kind"), *list});
  }
  return out;
}

Result<std::vector<MissingSheet>> fetch_missing(Access& access, const std::string& org, const std::string& year) {
  STELE_TRY(const auto v, access.get("/v1/orgs/" + percent_encoded(org) + "/missing?year=" + percent_encoded(year)));
  std::vector<MissingSheet> out;
  for (const auto& m : items_of(v, "missing"))
    out.push_back({text_of(m, "class"), text_of(m, "subject"), text_of(m, "term"), text_of(m, "teacher")});
  return out;
}

}  // namespace stele::cli
