// Second signatures, changes of status, and what was signed before and is sent now.
#include <algorithm>
#include <iostream>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/second_work.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

Result<Type> type_of(const std::string& name) {
  if (const auto t = record::type_from_name(name)) return *t;
  return Unexpected(
      make_error("usage_type", "Loại bản ghi không có: " + name + ".", "No such type of record: " + name + "."));
}

}  // namespace

Exit second_signature(const Context& c, const Second& o) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  const auto type = type_of(o.type);
  if (!type) return fail(c, type.error());
  auto ids = parse_ids(o.ids);
  if (!ids) return fail(c, ids.error());
  if (ids->empty() && !o.all) {
    return fail(c, make_error("usage", "Hãy nêu mã bản ghi, hoặc --all.", "Name record ids, or --all."));
  }
  std::vector<std::string> what;
  if (!ids->empty()) {
    auto node = NodeClient::connect(c, *g);
    auto words = node ? describe(*node, *g, *ids, c.lang) : Unexpected(node.error());
    if (!words) return fail(c, words.error());
    what = std::move(*words);
  } else {
    what.emplace_back(pick(c, "Mọi bản ghi đang chờ chữ ký này tại đơn vị của khóa",
                           "Every record that waits for this signature at the key's organisation"));
  }
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  const std::string org = desk->header().org.value_or("root");  // a genesis root's key file has no organisation
  if (o.all) {
    const auto waiting = waiting_for(*desk, org, o.type);
    if (!waiting) return fail(c, waiting.error());
    for (const auto& w : *waiting) {
      // A report of another organisation's key is not signed among all else, unseen.
      const bool elsewhere = w.type == record::type_name(Type::compromise) && w.org != org && org != "root";
      if (o.only == w.type || (o.only.empty() && !elsewhere)) ids->push_back(w.id);
    }
    say(c, "Đang chờ: " + std::to_string(ids->size()) + " bản ghi",
        "Waiting: " + std::to_string(ids->size()) + " records");
    if (ids->empty()) return Exit::ok;
  }
  const auto drafts = second_drafts(*type, org, o.role.empty() ? "root" : o.role, std::move(*ids));
  return deliver(c, *desk, desk->sign(drafts), o.save);
}

Exit show_pending(const Context& c, const std::string& org) {
  auto desk = Desk::open(c, {});
  if (!desk) return fail(c, desk.error());
  const auto name = org.empty() ? desk->header().org.value_or("") : org;
  const auto v = desk->get("/v1/orgs/" + percent_encoded(name) + "/pending");
  if (!v) return fail(c, v.error());
  for (const auto& p : items_of(*v, "pending")) {
    std::string needs;
    for (const auto& n : items_of(p, "needs")) {
      if (number_of(n, "missing") > 0) needs += " " + text_of(n, "by") + "×" + std::to_string(number_of(n, "missing"));
    }
    say(c, text_of(p, "id") + "  " + text_of(p, "type") + "  cần:" + needs,
        text_of(p, "id") + "  " + text_of(p, "type") + "  needs:" + needs);
  }
  emit(c, *v);
  return Exit::ok;
}

Exit show_missing(const Context& c, const std::string& year) {
  auto desk = Desk::open(c, {});
  if (!desk) return fail(c, desk.error());
  const auto org = desk->org();
  if (!org) return fail(c, org.error());
  const auto missing = fetch_missing(*desk, *org, year);
  if (!missing) return fail(c, missing.error());
  auto list = Value::array();
  for (const auto& m : *missing) {
    const auto line = m.cls + "  " + m.subject + "  " + m.term + "  " + m.teacher;
    say(c, line, line);
    list.push(Value::object({{"class", m.cls}, {"subject", m.subject}, {"term", m.term}, {"teacher", m.teacher}}));
  }
  if (missing->empty()) say(c, "Mọi bảng điểm đã ký.", "Every sheet is signed.");
  emit(c, Value::object({{"missing", std::move(list)}}));
  return Exit::ok;
}

namespace {

/// The targets' common organisation: a change names it.
Result<std::string> org_of_targets(NodeClient& node, const std::vector<RecordId>& ids) {
  std::string org;
  for (const auto& id : ids) {
    STELE_TRY(const auto v, node.get("/v1/records/" + base64url(id.view())));
    const auto r = record::decode(text_of(v, "jws"));
    if (!r) return Unexpected(to_error(r.error()));
    const auto* o = record::org_of(*r);
    if (o == nullptr || (!org.empty() && *o != org)) {
      return Unexpected(make_error("usage_targets", "Các bản ghi phải thuộc cùng một đơn vị.",
                                   "The records must belong to one organisation."));
    }
    org = *o;
  }
  return org;
}

/// The suspension that a reinstatement ends: the one named, or the only one that stands on all targets.
Result<RecordId> lifted_by(NodeClient& node, const std::vector<RecordId>& ids, const std::string& named) {
  if (!named.empty()) {
    STELE_TRY(const auto parsed, parse_ids({named}));
    return parsed.front();
  }
  std::optional<RecordId> out;
  for (const auto& id : ids) {
    STELE_TRY(const auto v, node.get("/v1/records/" + base64url(id.view())));
    const auto& standing = items_of(v, "suspended_by");
    if (standing.empty()) {
      return Unexpected(make_error("usage_not_suspended", "Bản ghi " + base64url(id.view()) + " không bị tạm ngừng.",
                                   "Record " + base64url(id.view()) + " is not suspended."));
    }
    const auto by = fixed_from_base64url<RecordId>(standing.front().string());
    if (standing.size() > 1 || !by || (out && *out != *by)) {
      return Unexpected(make_error(
          "usage_lifts",
          "Có nhiều quyết định tạm ngừng; hãy nêu một quyết định bằng --lifts (xem suspended_by của " +
              base64url(id.view()) + ").",
          "Several suspensions stand; name one with --lifts (see suspended_by of " + base64url(id.view()) + ")."));
    }
    out = *by;
  }
  return *out;
}

}  // namespace

Exit change_status(const Context& c, const Change& o) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  const auto type = type_of(o.type);
  if (!type) return fail(c, type.error());
  auto ids = parse_ids(o.ids);
  if (!ids) return fail(c, ids.error());
  std::sort(ids->begin(), ids->end());
  auto node = NodeClient::connect(c, *g);
  if (!node) return fail(c, node.error());
  const auto org = org_of_targets(*node, *ids);
  if (!org) return fail(c, org.error());
  record::StatusChange change{*org, o.reason, *ids, {}};
  if (*type == Type::reinstate) {
    const auto lifts = lifted_by(*node, *ids, o.lifts);
    if (!lifts) return fail(c, lifts.error());
    change.lifts = *lifts;
  }
  const Draft d{*type, std::move(change), {}};
  auto what = signer::plain_words(*g, d.type, d.body, c.lang, subject_names(*node), code_words);
  auto targets = describe(*node, *g, *ids, c.lang);
  if (!targets) return fail(c, targets.error());
  what.insert(what.end(), targets->begin(), targets->end());
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  return deliver(c, *desk, {desk->sign(d)}, o.save);
}

Exit submit(const Context& c, const std::vector<fs::path>& files) {
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  std::vector<Outgoing> records;
  constexpr std::size_t bytes_max = 256 * 1024 * 1024;
  for (const auto& f : files) {
    const auto text = read_file(f, bytes_max);
    if (!text) return fail(c, text.error());
    auto more = decode_saved(f, *text);
    if (!more) return fail(c, more.error());
    std::move(more->begin(), more->end(), std::back_inserter(records));
  }
  auto node = NodeClient::connect(c, *g);
  if (!node) return fail(c, node.error());
  std::optional<Result<std::vector<Answer>>> sent;
  {
    Progress progress(c, "Gửi", "Sending", records.size());
    sent.emplace(node->submit(records, [&](std::uint64_t n) { progress.at(n); }));
  }
  return report(c, *sent, records.size(), nullptr);
}

}  // namespace stele::cli
