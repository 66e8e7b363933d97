// What staff ask of their own organisation. Each handler decides from grants alone; no role has a name here.
#include <algorithm>

#include "ledger/rules/assessment.h"
#include "node/app/answers.h"
#include "node/app/node.h"

namespace stele::app {
namespace {

using http::Request;
using http::Response;
using json::Value;
using record::Type;
using registry::State;

constexpr json::Limits students_limits{.bytes_max = 1U << 20U, .depth_max = 3, .nodes_max = 10'000};
constexpr std::size_t students_max = 4096, slots_max = 512;

vault::Vault::Reader reader_of(const Staff& who, std::string why) {
  return {who.key.key.person, std::move(why)};
}

/// `org` of the path, if the asker stands there or above.
Result<std::string> own_org(const Node& n, const Request& r, const Staff& who) {
  std::string org(r.param("org"));
  const bool may = n.ledger->with_chain([&](const rules::Chain& c) { return may_read_org(who, org, c.state()); });
  if (!may) return Unexpected(no_authority());
  return org;
}

void set_if(Value& v, std::string_view name, const std::optional<std::string>& text) {
  if (text) v.set(name, *text);
}

// ---- oneself ----

Value grant_json(const record::Grant& g) {
  auto v = Value::object({{"role", g.role}, {"org", g.org}});
  set_if(v, "class", g.cls);
  set_if(v, "subject", g.subject);
  set_if(v, "term", g.term);
  set_if(v, "year", g.year);
  if (g.from) v.set("from", date_text(*g.from));
  if (g.to) v.set("to", date_text(*g.to));
  return v;
}

/// Name and title behind a key record, if its binding was handed in here.
Result<std::optional<record::PersonClaim>> person_of(Node& n, const RecordId& key_record) {
  STELE_TRY(const auto found, find_record(*n.ledger, key_record));
  STELE_TRY(const auto text, n.vault->person(found.record));
  const auto d =
      text ? record::decode_disclosure(*text) : Result<record::Disclosure, Rejection>(Unexpected(Rejection{}));
  auto claim = d ? record::person_claim(*d) : Result<record::PersonClaim, Rejection>(Unexpected(Rejection{}));
  return claim ? std::optional(std::move(*claim)) : std::nullopt;
}

Result<Response> me(Node& n, const Request&, const Staff& who) {
  auto grants = Value::array();
  for (const auto& g : who.key.key.grants) grants.push(grant_json(g));
  auto out = Value::object({{"person", who.key.key.person},
                            {"org", who.key.root ? "root" : who.key.key.org},
                            {"kid", b64u(who.kid)},
                            {"grants", std::move(grants)}});
  if (!who.key.root) {
    STELE_TRY(const auto person, person_of(n, who.key.id));
    if (person) out.set("name", person->name), out.set("title", person->title);
  }
  return answer(out);
}

// ---- what a list or a credential needs before it is signed ----

std::string student_of(json::Field& f) {
  return f.string({10, 10, [](std::string_view t) {
                     return std::all_of(t.begin(), t.end(), [](char ch) { return ch >= '0' && ch <= '9'; });
                   }});
}

Result<Response> books(Node& n, const Request& r, const Staff& who) {
  // Whoever makes class lists or credentials computes tags, and needs the books for that.
  constexpr std::array types{Type::class_list, Type::transcript, Type::diploma, Type::certificate,
                             Type::school_transfer};
  const auto& org = who.key.key.org;
  const bool may = n.ledger->with_chain([&](const rules::Chain& c) {
    return std::any_of(types.begin(), types.end(), [&](Type t) { return may_sign(who, t, "", org, c.state()); });
  });
  if (!may) return Unexpected(no_authority());
  const auto v = json::parse(r.body, students_limits);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  const auto students = reader.array("students", 1, students_max, student_of);
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  // Another vault may have made a book that has not come here yet.
  if (n.vaults) STELE_CHECK(n.vaults->catch_up());
  STELE_TRY(const auto keys, n.ledger->with_chain([&](const rules::Chain& c) {
    return n.vault->books(students, org, reader_of(who, "books"), c.state());
  }));
  auto list = Value::array();
  for (std::size_t i = 0; i < students.size(); ++i)
    list.push(Value::object({{"student", students[i]}, {"key", b64u(keys[i])}}));
  return answer(Value::object({{"books", std::move(list)}}));
}

/// A student goes to another school: who enrolled the student here lets that school have the book.
Result<Response> release_books(Node& n, const Request& r, const Staff& who) {
  const auto v = json::parse(r.body, students_limits);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  const auto students = reader.array("students", 1, students_max, student_of);
  const auto to = reader.string("to", {1, 64});
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  const auto& org = who.key.key.org;
  STELE_CHECK(n.ledger->with_chain([&](const rules::Chain& c) -> Result<void> {
    if (!may_sign(who, Type::class_list, "", org, c.state())) return Unexpected(no_authority());
    if (!c.state().org_valid(to))
      return Unexpected(bad_request("to", "Không có đơn vị này, hoặc đơn vị không còn hiệu lực.",
                                    "There is no such organisation, or it is not valid any more."));
    return n.vault->release_books(students, org, to, reader_of(who, "books-release"), c.state());
  }));
  Response out;
  out.status = 204;
  return out;
}

Result<Response> status_slots(Node& n, const Request& r, const Staff&) {
  const auto v = json::parse(r.body, students_limits);
  if (!v) return Unexpected(json::to_error(v.error()));
  json::ObjectReader reader(*v);
  const auto count = reader.integer<std::size_t>("count", 1, slots_max);
  if (auto ok = reader.finish(); !ok) return Unexpected(json::to_error(ok.error()));
  STELE_TRY(const auto slots, n.vault->reserve_status_slots(count));
  auto list = Value::array();
  for (const auto& [number, idx] : slots)
    list.push(Value::object({{"uri", record::status_list_url(n.genesis, *n.vault_number, number)}, {"idx", idx}}));
  return answer(Value::object({{"slots", std::move(list)}}));
}

// ---- classes and sheets ----

struct LiveSheet {
  RecordId id;
  registry::SheetState state;
};

/// Sheets of that type at the organisation that are in force; empty `cls`, `year`: any.
std::vector<LiveSheet> live_sheets(const State& s, Type type, const std::string& org, std::string_view cls,
                                   std::string_view year) {
  std::vector<LiveSheet> out;
  const registry::SheetSlot first{type, org, std::string(cls), "", "", "", ""};
  for (auto it = s.sheet_slots.lower_bound(first); it != s.sheet_slots.end(); ++it) {
    const auto& [t, o, c, subject, group, term, y] = it->first;
    if (t != type || o != org || (!cls.empty() && c != cls)) break;
    if (!year.empty() && y != year) continue;
    const auto& sheet = s.sheets.at(it->second);
    if (s.status.get(sheet.index) == log::Status::valid) out.push_back({it->second, sheet});
  }
  return out;
}

Result<Response> classes(Node& n, const Request& r, const Staff& who) {
  STELE_TRY(const auto org, own_org(n, r, who));
  STELE_TRY(const auto year, text_query(r, "year"));
  const auto lists = n.ledger->with_chain(
      [&](const rules::Chain& c) { return live_sheets(c.state(), Type::class_list, org, "", year); });
  auto out = Value::array();
  for (const auto& l : lists) {
    out.push(
        Value::object({{"class", l.state.cls}, {"list", b64u(l.id)}, {"kind", l.state.kind}, {"rows", l.state.rows}}));
  }
  return answer(Value::object({{"classes", std::move(out)}}));
}

/// The list's rows with the amends that are in force laid over them.
Result<std::vector<vault::RosterRow>> latest_roster(Node& n, const RecordId& list, const Staff& who) {
  STELE_TRY(const auto base, find_record(*n.ledger, list));
  STELE_TRY(auto rows, n.vault->roster(base.record, reader_of(who, "class")));
  STELE_TRY(const auto amends, n.directory->amends_of(list));
  for (const auto& found : amends) {
    const auto& positions = std::get<record::Amend>(found.record.body).positions;
    STELE_TRY(auto fresh, n.vault->roster(found.record, reader_of(who, "class")));
    for (auto& f : fresh) {
      if (f.row >= positions.size()) continue;
      const auto row = positions[f.row];
      const auto it = std::find_if(rows.begin(), rows.end(), [&](const auto& x) { return x.row == row; });
      f.row = row;
      if (it != rows.end())
        *it = std::move(f);
      else
        rows.push_back(std::move(f));
    }
  }
  return rows;
}

Value student_json(const vault::RosterRow& row, bool all) {
  const auto& s = row.student;
  auto v = Value::object({{"row", row.row},
                          {"tag", b64u(s.tag)},
                          {"student_id", s.student_id},
                          {"name", s.name},
                          {"birth_date", date_text(s.birth_date)},
                          {"gender", s.gender}});
  if (all && row.detail) {
    set_if(v, "birth_place", row.detail->birth_place);
    set_if(v, "ethnicity", row.detail->ethnicity);
    set_if(v, "personal_id", row.detail->personal_id);
  }
  return v;
}

Result<Response> roster(Node& n, const Request& r, const Staff& who) {
  const std::string org(r.param("org"));
  STELE_TRY(const auto cls, text_query(r, "class"));
  STELE_TRY(const auto year, text_query(r, "year"));
  const Scope scope{org, cls, year};
  bool may = false, all = false;
  std::vector<LiveSheet> lists;
  n.ledger->with_chain([&](const rules::Chain& c) {
    may = may_read_class(who, scope, c.state());
    all = may_read_all(who, scope, c.state());
    lists = live_sheets(c.state(), Type::class_list, org, cls, year);
  });
  if (!may) return Unexpected(no_authority());
  if (lists.empty()) return Unexpected(not_found());
  STELE_TRY(const auto rows, latest_roster(n, lists.front().id, who));
  auto students = Value::array();
  for (const auto& row : rows) students.push(student_json(row, all));
  return answer(Value::object(
      {{"list", b64u(lists.front().id)}, {"kind", lists.front().state.kind}, {"students", std::move(students)}}));
}

/// Where the latest form of a row stands.
struct LatestRow {
  RecordId sheet;
  std::uint32_t row = 0;
  std::string result, detail;
};

Result<Value> sheet_json(Node& n, const LiveSheet& sheet, const Staff& who) {
  STELE_TRY(const auto found, find_record(*n.ledger, sheet.id));
  STELE_TRY(auto base, n.vault->rows(found.record, reader_of(who, "sheets")));
  STELE_TRY(const auto amends, n.directory->amends_of(sheet.id));
  std::map<std::uint32_t, LatestRow> rows;  // by position in the sheet
  for (auto& b : base) rows[b.row] = {sheet.id, b.row, std::move(b.result), std::move(b.detail)};
  auto amended_by = Value::array();
  for (const auto& a : amends) {
    amended_by.push(b64u(a.record.id));
    const auto& positions = std::get<record::Amend>(a.record.body).positions;
    STELE_TRY(auto fresh, n.vault->rows(a.record, reader_of(who, "sheets")));
    for (auto& f : fresh) {
      if (f.row < positions.size())
        rows[positions[f.row]] = {a.record.id, f.row, std::move(f.result), std::move(f.detail)};
    }
  }
  auto list = Value::array();
  for (auto& [position, row] : rows) {
    list.push(Value::object({{"position", position},
                             {"sheet", b64u(row.sheet)},
                             {"row", row.row},
                             {"result", std::move(row.result)},
                             {"detail", std::move(row.detail)}}));
  }
  const auto* g = std::get_if<record::GradeSheet>(&found.record.body);
  const auto& assessment = g != nullptr ? g->assessment : std::get<record::SummarySheet>(found.record.body).assessment;
  auto out = Value::object({{"id", b64u(sheet.id)}, {"type", record::type_name(sheet.state.type)}});
  if (g != nullptr) out.set("subject", g->subject);
  if (g != nullptr) set_if(out, "group", g->group);
  out.set("term", sheet.state.term);
  out.set("assessment", Value::object({{"id", assessment.id}, {"digest", b64u(assessment.digest)}}));
  out.set("signer", b64u(found.record.kid));
  out.set("amended_by", std::move(amended_by));
  out.set("rows", std::move(list));
  return out;
}

Result<Response> sheets(Node& n, const Request& r, const Staff& who) {
  const std::string org(r.param("org"));
  STELE_TRY(const auto cls, text_query(r, "class"));
  STELE_TRY(const auto year, text_query(r, "year"));
  const Scope scope{org, cls, year};
  bool may = false;
  std::vector<LiveSheet> list;
  n.ledger->with_chain([&](const rules::Chain& c) {
    const auto& s = c.state();
    may = may_read_class(who, scope, s);
    for (auto& g : live_sheets(s, Type::grade_sheet, org, cls, year)) {
      if (may_read_subject(who, scope, g.state.subject, s)) list.push_back(std::move(g));
    }
    if (!may_read_all(who, scope, s)) return;
    for (auto& g : live_sheets(s, Type::summary_sheet, org, cls, year)) list.push_back(std::move(g));
  });
  if (!may) return Unexpected(no_authority());
  auto out = Value::array();
  for (const auto& sheet : list) {
    STELE_TRY(auto v, sheet_json(n, sheet, who));
    out.push(std::move(v));
  }
  return answer(Value::object({{"sheets", std::move(out)}}));
}

// ---- what is missing ----

struct Expected {
  std::string cls, subject, term;
  RecordId key_record;
  friend bool operator<(const Expected& a, const Expected& b) {
    return std::tie(a.cls, a.subject, a.term) < std::tie(b.cls, b.subject, b.term);
  }
};

/// Terms in which a subject is marked, by the rule sets of the policy.
std::vector<std::string> terms_of(const State& s, const std::string& subject, const std::string& kind) {
  std::set<std::string> out;
  for (const auto& a : s.policy->policy.assessment) {
    const auto set = rules::decode_rule_set(a.data);
    if (!set || set->subject(subject) == nullptr) continue;
    if (std::find(set->kinds.begin(), set->kinds.end(), kind) == set->kinds.end()) continue;
    out.insert({set->term_first, set->term_second});
  }
  return {out.begin(), out.end()};
}

/// A sheet is expected for each class that has a list, where a valid key at the organisation is granted the subject.
std::set<Expected> expected_sheets(const State& s, const std::string& org, const std::string& year) {
  std::set<Expected> out;
  if (!s.policy) return out;
  const auto lists = live_sheets(s, Type::class_list, org, "", year);
  for (const auto& [kid, key] : s.keys) {
    if (key.root || key.key.org != org || !s.key_valid(key)) continue;
    for (const auto& g : key.key.grants) {
      if (!g.subject || g.org != org || (g.year && *g.year != year)) continue;
      for (const auto& list : lists) {
        if (g.cls && *g.cls != list.state.cls) continue;
        const auto terms = g.term ? std::vector{*g.term} : terms_of(s, *g.subject, list.state.kind);
        for (const auto& term : terms) out.insert({list.state.cls, *g.subject, term, key.id});
      }
    }
  }
  return out;
}

Result<Response> missing(Node& n, const Request& r, const Staff& who) {
  STELE_TRY(const auto org, own_org(n, r, who));
  STELE_TRY(const auto year, text_query(r, "year"));
  const auto expected = n.ledger->with_chain([&](const rules::Chain& c) {
    auto all = expected_sheets(c.state(), org, year);
    for (const auto& sheet : live_sheets(c.state(), Type::grade_sheet, org, "", year))
      all.erase({sheet.state.cls, sheet.state.subject, sheet.state.term, {}});
    return all;
  });
  auto out = Value::array();
  for (const auto& e : expected) {
    auto v = Value::object({{"class", e.cls}, {"subject", e.subject}, {"term", e.term}});
    STELE_TRY(const auto person, person_of(n, e.key_record));
    if (person) v.set("teacher", person->name);
    out.push(std::move(v));
  }
  return answer(Value::object({{"missing", std::move(out)}}));
}

// ---- credentials and their registers ----

std::string claim_text(const std::vector<std::string>& disclosures, std::string_view name) {
  for (const auto& text : disclosures) {
    const auto d = record::decode_disclosure(text);
    if (d && d->name == name && d->value.is(json::Kind::string)) return d->value.string();
  }
  return {};
}

bool in_year(const record::Credential& c, const std::string& year) {
  if (year.empty()) return true;
  if (c.register_number) return c.register_number->year == year;
  return c.assessment ? c.period == year : true;  // only a transcript's period is a year
}

Result<std::optional<Value>> credential_json(Node& n, const RecordId& id, const std::string& cls,
                                             const std::string& year, bool all, const Staff& who) {
  STELE_TRY(const auto found, sync::find_record(*n.ledger, id));
  const auto& c = std::get<record::Credential>(found.record.body);
  if (!in_year(c, year) || (!cls.empty() && c.cls && *c.cls != cls) || (!c.cls && !all)) return std::optional<Value>{};
  const auto [status, pending] = n.ledger->with_chain([&](const rules::Chain& chain) {
    return std::pair(chain.state().status.get(found.index), chain.state().pending.contains(id));
  });
  STELE_TRY(const auto held, n.vault->credential(found.record, reader_of(who, "credentials")));
  auto v = Value::object({{"id", b64u(id)}, {"type", record::type_name(found.record.type)}, {"tag", b64u(c.tag)}});
  if (held) {
    v.set("student_id", held->student_id);
    v.set("name", claim_text(held->disclosures, "name"));
  }
  v.set("status", pending ? "pending" : sync::status_name(status));
  v.set("pending", pending);
  return std::optional(std::move(v));
}

Result<Response> credentials(Node& n, const Request& r, const Staff& who) {
  const std::string org(r.param("org"));
  STELE_TRY(const auto type_text, text_query(r, "type"));
  const auto type = record::type_from_name(type_text);
  if (!type || !record::is_credential(*type))
    return Unexpected(bad_request("type", "Không có loại văn bằng này.", "There is no such type of credential."));
  const auto cls = optional_query(r, "class");
  const auto year = optional_query(r, "year");
  // What belongs to no class is for those who may read every class.
  const auto [may, all] = n.ledger->with_chain([&](const rules::Chain& c) {
    return std::pair(may_read_all(who, {org, cls, year}, c.state()), may_read_all(who, {org, "", ""}, c.state()));
  });
  if (!may) return Unexpected(no_authority());
  STELE_TRY(const auto ids, n.directory->credentials(*type, org));
  auto out = Value::array();
  for (const auto& id : ids) {
    STELE_TRY(auto v, credential_json(n, id, cls, year, all, who));
    if (v) out.push(std::move(*v));
  }
  return answer(Value::object({{"credentials", std::move(out)}}));
}

Result<Response> register_last(Node& n, const Request& r, const Staff& who) {
  STELE_TRY(const auto org, own_org(n, r, who));
  STELE_TRY(const auto kind, text_query(r, "kind"));
  STELE_TRY(const auto year, text_query(r, "year"));
  const auto last = n.ledger->with_chain([&](const rules::Chain& c) {
    const auto it = c.state().register_last.find({org, kind, year});
    return it == c.state().register_last.end() ? 0 : it->second;
  });
  return answer(Value::object({{"last", last}}));
}

// ---- what waits for a second signature ----

std::string_view unit_name(record::Unit u) {
  switch (u) {
    case record::Unit::own:
      return "own";
    case record::Unit::above:
      return "above";
    case record::Unit::root:
      return "root";
    case record::Unit::own_or_above:
      return "own-or-above";
    case record::Unit::other:
      return "other";
  }
  return "";
}

std::uint64_t still_missing(const registry::Pending& p, std::size_t need) {
  const auto given = static_cast<std::uint64_t>(
      std::count_if(p.given.begin(), p.given.end(), [&](const registry::Given& g) { return g.need == need; }));
  return p.needs[need].count > given ? p.needs[need].count - given : 0;
}

/// What a second signature is judged against: a change's scope is that of what it changes.
registry::Subject subject_of(const record::Record& r, const State& s) {
  auto out = registry::subject_of(r);
  const RecordId* target = nullptr;
  if (const auto* a = std::get_if<record::Amend>(&r.body)) target = &a->target;
  if (const auto* c = std::get_if<record::StatusChange>(&r.body)) target = &c->targets.front();
  if (target == nullptr) return out;
  const auto sheet = s.sheets.find(*target);
  if (sheet == s.sheets.end()) return out;
  out.cls = sheet->second.cls;
  out.year = sheet->second.year;
  if (!sheet->second.subject.empty()) out.subject = sheet->second.subject;
  if (!sheet->second.term.empty()) out.term = sheet->second.term;
  return out;
}

/// Could this key fill that need?
bool waits_for(const Staff& who, const registry::Pending& p, std::size_t need, const State& s) {
  if (still_missing(p, need) == 0) return false;
  const auto& k = who.key;
  const bool gave =
      std::any_of(p.given.begin(), p.given.end(), [&](const registry::Given& g) { return g.person == k.key.person; });
  const auto* first = s.key(p.record.kid);
  if (gave || (first != nullptr && first->key.person == k.key.person)) return false;
  const auto& n = p.needs[need];
  if (n.roles.empty() || k.root) return n.roles.empty() && k.root;
  const auto subject = subject_of(p.record, s);
  return std::any_of(n.roles.begin(), n.roles.end(), [&](const std::string& role) {
    return registry::fills(n, n.by, role, subject, k.key.grants, who.today, s);
  });
}

struct Waiting {
  RecordId id;
  RecordIndex index;
  Value needs = Value::array();
  std::string org;
  Type type{};
};

std::optional<Waiting> waiting_of(const registry::Pending& p, const std::string& org, const Staff& who,
                                  const State& s) {
  const auto subject = registry::subject_of(p.record);
  const std::string at = subject.org.value_or("");
  Waiting out{p.record.id, p.index, Value::array(), at, p.record.type};
  bool mine = false;
  bool from_elsewhere = false;
  for (std::size_t i = 0; i < p.needs.size(); ++i) {
    const auto& need = p.needs[i];
    auto roles = Value::array();
    for (const auto& role : need.roles) roles.push(role);
    const bool yours = waits_for(who, p, i, s);
    mine = mine || yours;
    from_elsewhere = from_elsewhere || (yours && need.unit == record::Unit::other);
    out.needs.push(Value::object({{"by", record::type_name(need.by)},
                                  {"roles", std::move(roles)},
                                  {"unit", need.roles.empty() ? "root" : unit_name(need.unit)},
                                  {"missing", still_missing(p, i)},
                                  {"yours", yours}}));
  }
  const bool here = at == org || (org == "root" && who.key.root && mine);
  const bool below = mine && !here && registry::in_unit(record::Unit::above, org, at, s);
  const bool elsewhere = from_elsewhere && who.key.key.org == org;
  // A record without organisation (policy) is shown to whom it waits for.
  if (!here && !below && !elsewhere && !(mine && at.empty())) return std::nullopt;
  return out;
}

/// All that waits at the organisation, and what waits for the asker below it or, of an organisation that it has no part
/// in, for anybody elsewhere.
Result<Response> pending(Node& n, const Request& r, const Staff& who) {
  const std::string org(r.param("org"));
  std::vector<Waiting> list;
  const bool may = n.ledger->with_chain([&](const rules::Chain& c) {
    const auto& s = c.state();
    if (!(org == "root" && who.key.root) && !may_read_org(who, org, s)) return false;
    for (const auto& [id, p] : s.pending) {
      if (auto w = waiting_of(p, org, who, s)) list.push_back(std::move(*w));
    }
    return true;
  });
  if (!may) return Unexpected(no_authority());
  std::sort(list.begin(), list.end(), [](const Waiting& a, const Waiting& b) { return a.index < b.index; });
  auto out = Value::array();
  for (auto& w : list) {
    STELE_TRY(auto found, sync::find_record(*n.ledger, w.id));
    out.push(Value::object({{"id", b64u(w.id)},
                            {"type", record::type_name(w.type)},
                            {"jws", std::move(found.jws)},
                            {"org", w.org},
                            {"needs", std::move(w.needs)}}));
  }
  return answer(Value::object({{"pending", std::move(out)}}));
}

}  // namespace

void add_school_routes(Routes& r) {
  r.staff("GET", "/v1/me", me);
  r.staff("POST", "/v1/books", books, body_at_most(students_limits.bytes_max));
  r.staff("POST", "/v1/books/release", release_books, body_at_most(students_limits.bytes_max));
  r.staff("POST", "/v1/status-slots", status_slots, body_at_most(students_limits.bytes_max));
  r.staff("GET", "/v1/orgs/{org}/classes", classes);
  r.staff("GET", "/v1/orgs/{org}/class", roster);
  r.staff("GET", "/v1/orgs/{org}/sheets", sheets);
  r.staff("GET", "/v1/orgs/{org}/missing", missing);
  r.staff("GET", "/v1/orgs/{org}/credentials", credentials);
  r.staff("GET", "/v1/orgs/{org}/register", register_last);
  r.staff("GET", "/v1/orgs/{org}/pending", pending);
}

}  // namespace stele::app
