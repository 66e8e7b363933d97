// GET /v1/explorer…: the explorer's facts as JSON, page by page, and the alarms that follow from them.
#include <fmt/format.h>

#include <algorithm>

#include "node/http/answers.h"
#include "verifier-api/service.h"

namespace stele::verifier {
namespace {

using http::answer, http::b64u, http::bad_request, http::not_found, http::optional_query;
using http::Request;
using http::Response;
using json::Value;

constexpr std::uint64_t limit_default = 100, limit_max = 500;
constexpr std::uint64_t stalled_after_s = 15 * 60;  ///< three heartbeats (DESIGN.md section 4)

Result<std::size_t> limit_of(const Request& r) {
  const auto text = r.query_value("limit");
  const auto n = text ? http::number_of(*text) : std::optional(limit_default);
  if (n && *n >= 1 && *n <= limit_max) return static_cast<std::size_t>(*n);
  return Unexpected(bad_request("limit", "limit phải từ 1 đến 500.", "limit must be 1 to 500."));
}

Value counts_json(const TypeCounts& counts) {
  auto out = Value::object();
  for (std::size_t t = 0; t < counts.size(); ++t) {
    if (counts[t] != 0) out.set(record::type_name(static_cast<record::Type>(t)), counts[t]);
  }
  return out;
}

void set_share(Value& v, std::uint64_t part, std::uint64_t whole, int decimals) {
  if (whole != 0)
    v.set("share", fmt::format("{:.{}f}", static_cast<double>(part) / static_cast<double>(whole), decimals));
}

Value sheets_json(const Sheets& s) {
  auto v = Value::object({{"expected", s.expected}, {"signed", s.signed_}});
  set_share(v, s.signed_, s.expected, 3);
  return v;
}

// ---- alarms ----

struct Alarm {
  std::string code;
  bool critical = false;
  std::string where, vi, en;
  std::optional<UnixSeconds> since{};
  std::optional<Value> figures{};
};

Value to_json(const Alarm& a) {
  auto v = Value::object({{"code", a.code}, {"severity", a.critical ? "critical" : "warning"}});
  if (a.since) v.set("since", utc_text(*a.since));
  if (!a.where.empty()) v.set("where", a.where);
  v.set("vi", a.vi);
  v.set("en", a.en);
  if (a.figures) v.set("figures", *a.figures);
  return v;
}

void add_conflicts(std::vector<Alarm>& out, const Context& x) {
  for (const auto& c : x.peers->conflicts()) {
    Alarm a{c.certified ? "fork" : "peer_conflict", c.certified, c.url, {}, {}, {}, {}};
    const auto n = c.height.value;
    a.vi = c.certified ? fmt::format(
                             "Sổ cái đã rẽ nhánh ở khối {}: máy chủ này đưa ra một khối khác, cũng đủ phiếu. Hãy "
                             "ngừng dựa vào các khối từ đó và báo cho Sở.",
                             n)
                       : fmt::format("Máy chủ này đưa ra một khối {} khác mà không có đủ phiếu.", n);
    a.en = c.certified ? fmt::format(
                             "The ledger has forked at block {}: this server shows another one, certified too. Rely "
                             "on nothing from there on and tell the department.",
                             n)
                       : fmt::format("This server shows another block {}, without a valid certificate.", n);
    a.figures = Value::object({{"height", n}, {"ours", c.ours}, {"theirs", c.theirs}});
    out.push_back(std::move(a));
  }
}

void add_sync(std::vector<Alarm>& out, const Context& x) {
  const auto s = x.follower->status();
  if (s.state == sync::FollowState::source_lies) {
    out.push_back({"source_lies",
                   true,
                   {},
                   "Nút được theo đã đưa ra dữ liệu không kiểm chứng được; không nhận gì từ đó.",
                   "The node that is followed served something that does not verify; nothing of it was taken.",
                   {},
                   {}});
  }
  if (std::chrono::steady_clock::now() - s.current > lag_max) {
    out.push_back({"behind",
                   false,
                   {},
                   "Không nhận được tin của nút trong 15 phút.",
                   "No word from the node for 15 minutes.",
                   {},
                   {}});
  }
}

void add_votes(std::vector<Alarm>& out, const Context& x, const VoteWindow& w) {
  const auto final = x.ledger->final_point();
  if (final->checkpoint.height.value > 0 && x.now().value > final->checkpoint.time.value + stalled_after_s) {
    out.push_back({"stalled",
                   true,
                   {},
                   "Không có khối mới nào được ghi nhận vĩnh viễn trong 15 phút.",
                   "No new block has become final for 15 minutes.",
                   final->checkpoint.time,
                   {}});
  }
  if (w.heights() == 0) return;
  const auto n = w.validators.size();
  const auto quorum = 2 * n / 3 + 1;
  const auto well = static_cast<std::size_t>(std::count_if(
      w.validators.begin(), w.validators.end(), [](const ValidatorFacts& v) { return v.health == Health::ok; }));
  if (well < n && well <= quorum) {
    out.push_back(
        {"votes_short",
         false,
         {},
         fmt::format("Chỉ còn {} trong {} nút xác nhận bỏ phiếu; cần {}. Mất thêm một là mạng dừng.", well, n, quorum),
         fmt::format("Only {} of {} validators vote; {} are needed. One more loss stops the network.", well, n, quorum),
         {},
         Value::object({{"voting", well}, {"total", n}, {"quorum", quorum}})});
  }
  for (const auto& v : w.validators) {
    if (v.health != Health::silent) continue;
    out.push_back({"validator_silent",
                   false,
                   v.id,
                   fmt::format("Nút xác nhận {} không bỏ phiếu trong {} khối gần nhất.", v.id, w.heights()),
                   fmt::format("Validator {} has not voted in the newest {} blocks.", v.id, w.heights()),
                   v.last_time,
                   {}});
  }
}

void add_amendments(std::vector<Alarm>& out, const Context& x) {
  for (const auto& o : x.explorer->unusual_amendments()) {
    out.push_back(
        {"amendments",
         false,
         o.org,
         fmt::format("Trường này đã sửa {} dòng điểm trong 14 ngày; trung vị của các trường là {:.1f}. Hãy xem xét.",
                     o.edits, o.median),
         fmt::format("This school amended {} rows in 14 days; the schools' median is {:.1f}. Have a look.", o.edits,
                     o.median),
         {},
         Value::object({{"edits", o.edits},
                        {"median", fmt::format("{:.1f}", o.median)},
                        {"mad", fmt::format("{:.1f}", o.mad)},
                        {"z", fmt::format("{:.1f}", o.z)}})});
  }
}

std::vector<Alarm> alarms_of(const Context& x, const VoteWindow& votes) {
  std::vector<Alarm> out;
  add_conflicts(out, x);
  add_sync(out, x);
  add_votes(out, x, votes);
  add_amendments(out, x);
  std::stable_sort(out.begin(), out.end(), [](const Alarm& a, const Alarm& b) { return a.critical && !b.critical; });
  return out;
}

// ---- routes ----

Result<Response> overview(Context& x, const Request& /*unused*/) {
  const auto o = x.explorer->overview();
  const auto votes = x.explorer->votes();
  const auto final = x.ledger->final_point();
  const auto& genesis = x.ledger->genesis();
  const auto& c = final->checkpoint;
  const auto n = votes.validators.size();
  const auto well = std::count_if(votes.validators.begin(), votes.validators.end(),
                                  [](const ValidatorFacts& v) { return v.health == Health::ok; });
  return answer(Value::object(
      {{"net", genesis.net},
       {"name", genesis.name},
       {"mode", genesis.test ? "test" : "live"},
       {"final",
        Value::object(
            {{"height", c.height.value}, {"hash", b64u(final->hash)}, {"size", c.size}, {"time", utc_text(c.time)}})},
       {"now", utc_text(x.now())},
       {"complete", o.complete},
       {"records", counts_json(o.types)},
       {"statuses", Value::object({{"valid", o.statuses[0]},
                                   {"superseded", o.statuses[1]},
                                   {"suspended", o.statuses[2]},
                                   {"revoked", o.statuses[3]}})},
       {"pending", o.pending},
       {"orgs", o.orgs},
       {"validators", Value::object({{"total", n}, {"quorum", 2 * n / 3 + 1}, {"voting", well}})},
       {"alarms", alarms_of(x, votes).size()}}));
}

Value block_json(const BlockFacts& b, const record::Genesis& genesis,
                 const std::vector<registry::OrdererState>& orderers) {
  auto types = Value::object();
  for (const auto& [type, n] : b.types) types.set(record::type_name(type), n);
  auto votes = Value::array();
  for (std::size_t v = 0; v < genesis.validators.size() && v < log::validators_max; ++v) {
    if ((b.votes >> v & 1) != 0) votes.push(genesis.validators[v].id);
  }
  return Value::object({{"height", b.height.value},
                        {"hash", b64u(b.hash)},
                        {"time", utc_text(b.time)},
                        {"size", b.size},
                        {"records", b.records},
                        {"types", std::move(types)},
                        {"epoch", b.epoch.value},
                        {"attempt", b.attempt},
                        {"orderer", b.orderer < orderers.size() ? orderers[b.orderer].member.id : ""},
                        {"votes", std::move(votes)}});
}

Result<Response> blocks(Context& x, const Request& r) {
  STELE_TRY(const auto limit, limit_of(r));
  std::optional<Height> below;
  if (r.query_value("after")) {
    STELE_TRY(const auto n, http::number_query(r, "after"));
    below = Height{n};
  }
  const auto page = x.explorer->blocks(below, limit + 1);
  const auto orderers = x.ledger->orderers();
  auto list = Value::array();
  for (std::size_t i = 0; i < std::min(limit, page.size()); ++i)
    list.push(block_json(page[i], x.ledger->genesis(), orderers));
  auto out = Value::object({{"blocks", std::move(list)}});
  if (page.size() > limit) out.set("next", std::to_string(page[limit - 1].height.value));
  return answer(out);
}

Result<Response> validators(Context& x, const Request& /*unused*/) {
  const auto w = x.explorer->votes();
  auto list = Value::array();
  for (std::size_t i = 0; i < w.validators.size(); ++i) {
    const auto& f = w.validators[i];
    auto v = Value::object({{"number", i}, {"id", f.id}, {"votes", f.votes}});
    set_share(v, f.votes, w.heights(), 2);
    if (f.last) v.set("last", Value::object({{"height", f.last->value}, {"time", utc_text(*f.last_time)}}));
    v.set("health", health_name(f.health));
    list.push(std::move(v));
  }
  return answer(Value::object(
      {{"window", Value::object({{"from", w.from.value}, {"to", w.to.value}})}, {"validators", std::move(list)}}));
}

Result<Response> days(Context& x, const Request& r) {
  STELE_TRY(const auto limit, limit_of(r));
  std::optional<Date> before;
  if (const auto text = r.query_value("after")) {
    before = parse_date(*text);
    if (!before)
      return Unexpected(bad_request("after", "Con trỏ trang không hợp lệ.", "This is no cursor of this listing."));
  }
  const auto page = x.explorer->days(before, limit + 1);
  auto list = Value::array();
  for (std::size_t i = 0; i < std::min(limit, page.size()); ++i) {
    const auto& [date, d] = page[i];
    list.push(Value::object({{"date", date_text(date)},
                             {"blocks", d.blocks},
                             {"records", d.records},
                             {"types", counts_json(d.types)},
                             {"edits", d.edits}}));
  }
  auto out = Value::object({{"days", std::move(list)}});
  if (page.size() > limit) out.set("next", date_text(page[limit - 1].first));
  return answer(out);
}

Value office_json(const OfficeFacts& o) {
  auto v = Value::object({{"org", o.org}, {"kind", o.kind}, {"name", o.name}});
  if (o.parent) v.set("parent", *o.parent);
  v.set("children", o.children);
  v.set("sheets", sheets_json(o.sheets));
  v.set("below", sheets_json(o.below));
  v.set("classes", o.classes);
  v.set("transcripts", o.transcripts);
  v.set("diplomas", o.diplomas);
  v.set("certificates", o.certificates);
  v.set("edits", o.edits);
  v.set("revocations", o.revocations);
  return v;
}

Result<Response> offices(Context& x, const Request& r) {
  STELE_TRY(const auto limit, limit_of(r));
  const auto known = x.explorer->overview().years;
  auto wanted = optional_query(r, "year");
  if (wanted.empty() && !known.empty()) wanted = known.front();
  auto years = Value::array();
  for (const auto& y : known) years.push(y);
  auto list = Value::array();
  std::optional<std::string> next;
  const auto year = x.explorer->year(wanted);
  if (!year && r.query_value("year")) return Unexpected(not_found());
  const auto parent = optional_query(r, "parent");
  for (auto it = year ? year->upper_bound(optional_query(r, "after")) : Year::const_iterator{};
       year && it != year->end(); ++it) {
    if (!parent.empty() && it->second.parent != parent) continue;
    if (list.items().size() == limit) {
      next = list.items().back().find("org")->string();
      break;
    }
    list.push(office_json(it->second));
  }
  auto out = Value::object({{"year", wanted}, {"years", std::move(years)}, {"offices", std::move(list)}});
  if (next) out.set("next", *next);
  return answer(out);
}

Result<Response> alarms(Context& x, const Request& /*unused*/) {
  auto list = Value::array();
  for (const auto& a : alarms_of(x, x.explorer->votes())) list.push(to_json(a));
  return answer(Value::object({{"alarms", std::move(list)}}));
}

}  // namespace

void add_explorer_routes(Routes& r) {
  r.quick("GET", "/v1/explorer", overview);
  r.quick("GET", "/v1/explorer/blocks", blocks);
  r.quick("GET", "/v1/explorer/validators", validators);
  r.quick("GET", "/v1/explorer/days", days);
  r.slow("GET", "/v1/explorer/offices", offices);
  r.quick("GET", "/v1/explorer/alarms", alarms);
}

}  // namespace stele::verifier
