#include "ledger/base/encoding.h"
#include "ledger/verdict/texts.h"
#include "ledger/verdict/verdict.h"

namespace stele::verdict {
namespace {

using json::Value;

constexpr std::array answer_names{"ok", "failed", "not_checked"};
constexpr std::array status_names{"valid", "superseded", "suspended", "revoked"};

void set_text(Value& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.set(name, text);
}
template <class Id>
void set_id(Value& out, std::string_view name, const std::optional<Id>& id) {
  if (id) out.set(name, base64url(id->view()));
}
Value at_json(Height height, UnixSeconds time) {
  return Value::object({{"height", height.value}, {"time", utc_text(time)}});
}

Value part_json(const PartVerdict& p) {
  return Value::object({{"part", part_name(p.part)},
                        {"answer", answer_names.at(std::size_t(p.answer))},
                        {"code", p.code},
                        {"where", p.where},
                        {"vi", p.vi},
                        {"en", p.en}});
}

Value record_json(const Verdict& v) {
  Value out = Value::object({{"type", record::type_name(*v.type)}});
  set_id(out, "id", v.id);
  if (v.index) out.set("index", v.index->value);
  set_text(out, "org", v.org);
  set_text(out, "org_name", v.org_name);
  if (!v.signer_name.empty()) {
    out.set("signer", Value::object({{"name", v.signer_name}, {"title", v.signer_title}}));
  }
  if (v.height && v.issued) out.set("block", at_json(*v.height, *v.issued));
  return out;
}

Value figure_trace_json(const FigureTrace& f) {
  Value out = Value::object(
      {{"subject", f.subject_code}, {"name", f.subject_name}, {"term", f.term}, {"figure", figure_json(f.figure)}});
  set_id(out, "sheet", f.sheet);
  if (f.sheet) out.set("row", f.row);
  set_id(out, "amended_sheet", f.amended_sheet);
  if (f.detail) out.set("detail", record::to_json(*f.detail));
  set_id(out, "policy_record", f.policy_record);
  if (!f.sheet) return out;  // computed: nobody signed it by itself
  Value signer = Value::object({{"kid", base64url(f.signer_kid.view())}});
  set_text(signer, "person", f.signer_person);
  set_text(signer, "name", f.signer_name);
  set_text(signer, "title", f.signer_title);
  set_text(signer, "org", f.signer_org);
  set_text(signer, "role", f.role);
  set_id(signer, "key_record", f.key_record);
  out.set("signer", std::move(signer));
  out.set("block", at_json(f.height, f.time));
  out.set("index", f.index.value);
  return out;
}

Value second_json(const SecondSigner& s) {
  Value out = Value::object({{"type", record::type_name(s.by)}, {"id", base64url(s.id.view())}});
  set_text(out, "org", s.org);
  set_text(out, "role", s.role);
  set_text(out, "person", s.person);
  set_text(out, "name", s.name);
  set_text(out, "title", s.title);
  out.set("height", s.height.value);
  return out;
}

}  // namespace

Value to_json(const Verdict& v) {
  Value out = Value::object({{"outcome", outcome_name(v.outcome)},
                             {"vi", outcome_text(v.outcome, Lang::vi)},
                             {"en", outcome_text(v.outcome, Lang::en)}});
  Value& parts = out.set("parts", Value::array());
  for (const auto& p : v.parts) parts.push(part_json(p));
  if (v.type) out.set("record", record_json(v));
  if (v.status && v.status_height && v.status_time) {
    out.set("status", Value::object({{"state", status_names.at(std::size_t(*v.status))},
                                     {"as_of", at_json(*v.status_height, *v.status_time)}}));
  }
  out.set("complete", v.complete);
  Value& claims = out.set("claims", Value::object());
  for (const auto& d : v.claims) claims.set(d.name, d.value);
  Value& figures = out.set("figures", Value::array());
  for (const auto& f : v.figures) figures.push(figure_trace_json(f));
  Value& seconds = out.set("second_signatures", Value::array());
  for (const auto& s : v.second_signatures) seconds.push(second_json(s));
  if (v.restarts.empty()) return out;
  Value& recoveries = out.set("recoveries", Value::array());
  for (const auto& r : v.restarts) {
    recoveries.push(
        Value::object({{"height", r.height.value}, {"reason", r.reason}, {"published", utc_text(r.published)}}));
  }
  return out;
}

}  // namespace stele::verdict
