// A key that is no longer in its person's hand alone: the report, what it holds, and what is cleared of it.
#include <algorithm>
#include <map>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "wallet-cli/cli/commands.h"
#include "wallet-cli/cli/compromise_work.h"
#include "wallet-cli/cli/display.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/second_work.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using json::Value;
using record::Type;

std::string line(const Context& c, std::string_view vi, std::string_view en, const std::string& value) {
  return std::string(pick(c, vi, en)) + ": " + value;
}

/// `how`: the command by which the second person signs.
void say_if_waiting(const Context& c, NodeClient& node, const std::vector<Answer>& sent, const std::string& how) {
  const auto first =
      std::find_if(sent.begin(), sent.end(), [](const Answer& a) { return a.state == Answer::State::final; });
  if (c.json || first == sent.end()) return;
  const auto v = node.get("/v1/records/" + base64url(first->id.view()));
  if (!v || text_of(*v, "status") != "pending") return;
  say(c, "Chưa có hiệu lực cho đến khi người thứ hai ký: " + how, "Not in force until a second person signs: " + how);
}

}  // namespace

// ---- key compromised ----

namespace {

Result<std::optional<Date>> check_range(const KeyCompromised& o) {
  if (o.since.empty() != o.from.has_value()) {
    return Unexpected(make_error("usage_since", "Hãy nêu đúng một trong hai: --since NGÀY hoặc --from SỐ.",
                                 "Name exactly one of the two: --since DATE or --from N."));
  }
  if (o.from && o.to && *o.to < *o.from) {
    return Unexpected(make_error("usage_range", "--to không được nhỏ hơn --from.", "--to must not be below --from."));
  }
  if (o.since.empty()) return std::optional<Date>();
  const auto date = parse_date(o.since);
  if (date) return date;
  return Unexpected(make_error("usage_date", "--since cần một ngày dạng 2026-05-31, không phải \"" + o.since + "\".",
                               "--since needs a date like 2026-05-31, not \"" + o.since + "\"."));
}

std::string rights_of(const record::Key& key, Lang lang) {
  std::string out;
  for (const auto& g : key.grants) {
    out += (out.empty() ? "" : ", ") + label(Words::role, g.role, lang);
    for (const auto* scope : {&g.cls, &g.subject})
      if (*scope) out += " " + **scope;
  }
  return out.empty() ? "-" : out;
}

struct Report {
  record::Compromise body;
  std::vector<std::string> what;
};

Error nothing_since(const Date& date, const LedgerPoint& newest) {
  const auto next = std::to_string(newest.size), day = day_label(date), time = time_label(newest.time);
  return make_error("nothing_since",
                    "Từ ngày " + day + " đến nay sổ cái chưa có bản ghi nào (khối mới nhất: " + time +
                        "). Vẫn muốn báo khóa này thì dùng --from " + next + ".",
                    "Since " + day + " nothing has come to the ledger (newest block: " + time +
                        "). To report the key all the same, use --from " + next + ".");
}

Result<void> within(const record::Compromise& body, const LedgerPoint& newest) {
  const auto size = std::to_string(newest.size);
  if (body.from > newest.size || (body.to && *body.to >= newest.size)) {
    return Unexpected(make_error("usage_range", "Sổ cái mới có " + size + " bản ghi, đánh số từ 0.",
                                 "The ledger has " + size + " records yet, numbered from 0."));
  }
  if (!body.to || *body.to >= body.from) return {};
  const auto from = std::to_string(body.from);
  return Unexpected(make_error("usage_range", "--to không được nhỏ hơn bản ghi đáng ngờ đầu tiên (" + from + ").",
                               "--to must not be below the first suspect record (" + from + ")."));
}

Result<Report> plan_report(const Context& c, const record::Genesis& genesis, NodeClient& node, const KeyCompromised& o,
                           const std::optional<Date>& date) {
  STELE_TRY(const auto named, parse_id(o.key));
  STELE_TRY(const auto suspect, find_suspect(node, named));
  STELE_TRY(const auto newest, newest_point(node));
  std::optional<Start> start;
  if (date) {
    STELE_TRY(start, first_record_since(node, beginning_of(*date)));
    if (!start) return Unexpected(nothing_since(*date, newest));
  }
  Report out;
  out.body = {suspect.record.org, suspect.id, start ? start->index : *o.from, o.to, o.reason};
  STELE_CHECK(within(out.body, newest));
  out.what = signer::plain_words(genesis, Type::compromise, out.body, c.lang, {}, code_words);
  out.what.push_back(line(c, "Bản ghi đăng ký khóa", "The key's record", base64url(suspect.record_id.view())));
  out.what.push_back(line(c, "Mã người ký", "Person handle", suspect.record.person));
  out.what.push_back(line(c, "Quyền của khóa", "Rights of the key", rights_of(suspect.record, c.lang)));
  if (start) {
    const auto at = std::to_string(start->block.height) + ", " + time_label(start->block.time);
    out.what.push_back(line(c, "Bắt đầu từ khối", "From block", at));
  }
  const auto end = out.body.to ? *out.body.to + 1 : newest.size;
  out.what.push_back(line(c, "Số bản ghi trên sổ cái trong khoảng đó, của mọi khóa",
                          "Records on the ledger in that range, by all keys", std::to_string(end - out.body.from)));
  return out;
}

}  // namespace

Exit key_compromised(const Context& c, const KeyCompromised& o) {
  const auto date = check_range(o);
  if (!date) return fail(c, date.error());
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  auto node = NodeClient::connect(c, *g);
  if (!node) return fail(c, node.error());
  auto report = plan_report(c, *g, *node, o, *date);
  if (!report) return fail(c, report.error());
  auto desk = Desk::open(c, report->what);
  if (!desk) return fail(c, desk.error());
  std::vector<Answer> answers;
  const auto exit =
      deliver(c, *desk, {desk->sign(Draft{Type::compromise, std::move(report->body), {}})}, o.save, &answers);
  if (!answers.empty())
    say_if_waiting(c, *node, answers, "stele approve " + base64url(answers.front().id.view()) + " --role …");
  return exit;
}

// ---- suspended ----

Exit show_suspended(const Context& c, const std::string& text) {
  const auto id = parse_id(text);
  if (!id) return fail(c, id.error());
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  auto node = NodeClient::connect(c, *g);
  if (!node) return fail(c, node.error());
  const auto suspension = fetch_suspension(*node, *id);
  if (!suspension) return fail(c, suspension.error());
  auto list = Value::array();
  const auto shown = for_each_held(*node, *id, [&](const Held& h) {
    const auto record = base64url(h.id.view());
    const auto waits =
        h.waiting ? std::string(pick(c, "  (đang chờ chữ ký thứ hai)", "  (awaits a second signature)")) : "";
    const auto one =
        record + "  " + label(Words::type, record::type_name(h.type), c.lang) + "  " + printable(h.org) + waits;
    say(c, one, one);
    list.push(Value::object({{"id", record},
                             {"index", h.index},
                             {"type", record::type_name(h.type)},
                             {"org", h.org},
                             {"waiting", h.waiting}}));
  });
  if (!shown) return fail(c, shown.error());
  const auto count = std::to_string(list.items().size());
  if (suspension->pending) {
    say(c, "Chưa có hiệu lực nên chưa tạm ngừng bản ghi nào.", "Not in force yet, so it holds no record.");
  } else {
    say(c, "Còn tạm ngừng: " + count + " bản ghi.", "Still suspended: " + count + " records.");
  }
  emit(c, Value::object({{"id", base64url(id->view())}, {"records", std::move(list)}}));
  return Exit::ok;
}

// ---- clear ----

namespace {

struct Chosen {
  std::vector<Held> records;
  std::size_t waiting = 0;         ///< left out: decided already, and not signed by the second person yet
  std::vector<RecordId> not_held;  ///< left out of those that were named
};

Result<Chosen> choose(NodeClient& node, const RecordId& suspension, const std::vector<RecordId>& named) {
  std::set<RecordId> wanted(named.begin(), named.end());
  const bool all = named.empty();
  Chosen out;
  STELE_CHECK(for_each_held(node, suspension, [&](const Held& h) {
    if (!all && wanted.erase(h.id) == 0) return;
    if (h.waiting)
      ++out.waiting;
    else
      out.records.push_back(h);
  }));
  for (const auto& id : wanted) {
    STELE_CHECK(fetch_record(node, id));  // a mistyped id is no record that was cleared
    out.not_held.push_back(id);
  }
  return out;
}

void say_left_out(const Context& c, const Chosen& chosen) {
  for (const auto& id : chosen.not_held) {
    const auto text = base64url(id.view());
    say(c, "Bỏ qua, không còn bị quyết định này tạm ngừng: " + text, "Left out, not held by it any more: " + text);
  }
  if (chosen.waiting == 0) return;
  const auto count = std::to_string(chosen.waiting);
  say(c, "Bỏ qua, đã có quyết định đang chờ chữ ký thứ hai: " + count + " bản ghi.",
      "Left out, as a decision awaits its second signature: " + count + " records.");
}

std::vector<std::string> words_of(const Context& c, const record::Genesis& g, const std::vector<Draft>& drafts,
                                  const std::vector<Held>& records) {
  if (drafts.size() == 1) return signer::plain_words(g, drafts[0].type, drafts[0].body, c.lang, {}, code_words);
  std::vector<std::string> out;
  out.push_back(line(c, "Bạn sắp ký", "You are about to sign",
                     label(Words::type, "reinstate", c.lang) + " × " + std::to_string(drafts.size())));
  out.push_back(line(c, "Mạng", "Network", g.net));
  const auto& change = std::get<record::StatusChange>(drafts[0].body);
  out.push_back(line(c, "Gỡ tạm ngừng theo", "Lifts the suspension by", base64url(change.lifts->view())));
  out.push_back(line(c, "Lý do", "Reason", label(Words::reason, change.reason, c.lang)));
  std::map<std::pair<Type, std::string>, std::size_t> groups;
  for (const auto& h : records) ++groups[{h.type, h.org}];
  for (const auto& [of, count] : groups) {
    out.push_back("- " + label(Words::type, record::type_name(of.first), c.lang) + " @ " + printable(of.second) + ": " +
                  std::to_string(count));
  }
  return out;
}

}  // namespace

Exit clear(const Context& c, const Clear& o) {
  if (o.records.empty() != o.all) {
    return fail(c, make_error("usage_clear", "Hãy nêu mã bản ghi, hoặc --all, không phải cả hai.",
                              "Name record ids, or --all, and not both."));
  }
  const auto id = parse_id(o.id);
  if (!id) return fail(c, id.error());
  const auto named = parse_ids(o.records);
  if (!named) return fail(c, named.error());
  const auto g = read_genesis(c);
  if (!g) return fail(c, g.error());
  auto node = NodeClient::connect(c, *g);
  if (!node) return fail(c, node.error());
  if (const auto suspension = fetch_suspension(*node, *id); !suspension) return fail(c, suspension.error());
  const auto chosen = choose(*node, *id, *named);
  if (!chosen) return fail(c, chosen.error());
  say_left_out(c, *chosen);
  if (chosen->records.empty()) {
    say(c, "Không còn gì phải khôi phục.", "There is nothing left to clear.");
    emit(c, Value::object({{"results", Value::array()}}));
    return Exit::ok;
  }
  const auto drafts = clearing_drafts(chosen->records, *id, o.reason);
  auto what = words_of(c, *g, drafts, chosen->records);
  std::vector<RecordId> ids;
  for (const auto& h : chosen->records) ids.push_back(h.id);
  const auto described = describe(*node, *g, ids, c.lang);
  if (!described) return fail(c, described.error());
  what.insert(what.end(), described->begin(), described->end());
  auto desk = Desk::open(c, what);
  if (!desk) return fail(c, desk.error());
  std::vector<Answer> answers;
  const auto exit = deliver(c, *desk, desk->sign(drafts), o.save, &answers);
  say_if_waiting(c, *node, answers, "stele approve --all --only reinstate --role …");
  return exit;
}

}  // namespace stele::cli
