#include "verifier-api/explorer.h"

#include <algorithm>

#include "ledger/record/decode.h"
#include "ledger/rules/assessment.h"

namespace stele::verifier {
namespace {

using record::Type;
using namespace std::chrono_literals;

constexpr auto pause_idle = 500ms;                ///< between two looks for a newer final block
constexpr std::uint64_t statuses_portion = 4096;  ///< read under one lock: the writer waits for no more

/// Names as small numbers: a city's sheets repeat a few thousand names millions of times.
class Names {
 public:
  std::uint32_t number(const std::string& name) {
    const auto [it, fresh] = numbers_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (fresh) names_.push_back(name);
    return it->second;
  }
  [[nodiscard]] const std::string& name(std::uint32_t n) const { return names_[n]; }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::string> names_;
};

struct SheetFact {
  std::uint64_t index = 0;
  Type type{};
  std::uint32_t org = 0, kind = 0, cls = 0, subject = 0, term = 0, year = 0;
};
/// One grant of a key that names a subject.
struct GrantFact {
  std::uint64_t index = 0;  ///< of the key record
  std::uint32_t org = 0, subject = 0;
  std::optional<std::uint32_t> cls, term, year;
};
struct CredentialFact {
  std::uint64_t index = 0;
  Type type{};
  std::uint32_t org = 0, year = 0;
};
struct AmendFact {
  std::uint32_t org = 0, year = 0, edits = 0;
  UnixSeconds time;
};

double median_of(std::vector<double> v) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  const auto half = v.size() / 2;
  return v.size() % 2 == 1 ? v[half] : (v[half - 1] + v[half]) / 2;
}

std::uint64_t mask_of(const Bytes& qc_bytes, std::size_t validators) {
  const auto qc = log::decode_qc(qc_bytes);
  std::uint64_t out = 0;
  if (!qc) return out;
  for (const auto& v : qc->votes) {
    if (v.validator < validators && v.validator < log::validators_max) out |= std::uint64_t{1} << v.validator;
  }
  return out;
}

Error unreadable(std::uint64_t height) {
  const auto n = std::to_string(height);
  return make_error("store_hole", "Không đọc được khối " + n + ".", "Block " + n + " can't be read.");
}

}  // namespace

std::string_view health_name(Health h) {
  constexpr std::array<std::string_view, 3> names{"ok", "late", "silent"};
  return names.at(static_cast<std::size_t>(h));
}

std::vector<Outlier> outliers(const std::map<std::string, std::uint64_t, std::less<>>& edits) {
  constexpr double scale = 0.6745, z_max = 6;  // the first makes MAD the standard deviation of a normal distribution
  constexpr std::uint64_t edits_min = 20;
  std::vector<double> all, distances;
  for (const auto& [org, n] : edits) all.push_back(static_cast<double>(n));
  const double median = median_of(all);
  for (const double n : all) distances.push_back(n < median ? median - n : n - median);
  const double mad = median_of(distances);
  std::vector<Outlier> out;
  for (const auto& [org, n] : edits) {
    const double z = scale * (static_cast<double>(n) - median) / std::max(mad, 1.0);
    if (n >= edits_min && z > z_max) out.push_back({org, n, median, mad, z});
  }
  std::sort(out.begin(), out.end(), [](const Outlier& a, const Outlier& b) { return a.z > b.z; });
  return out;
}

struct Explorer::Facts {
  Names names;
  std::vector<SheetFact> sheets;
  std::vector<GrantFact> grants;
  std::vector<CredentialFact> credentials;
  std::vector<AmendFact> amends;
  std::unordered_map<std::uint32_t, std::uint64_t> revocations;  ///< by organisation
  Height next{1};
  UnixSeconds newest;
  bool dirty = true;  ///< something came since the last refresh
};

/// Which records are in force, as of the newest certified block.
struct Explorer::Statuses {
  std::vector<bool> in_force;
  std::array<std::uint64_t, 4> count{};
  std::uint64_t pending = 0;
  [[nodiscard]] bool valid(std::uint64_t index) const { return index < in_force.size() && in_force[index]; }
};

Explorer::Explorer(const store::Ledger& ledger, std::chrono::milliseconds refresh_pause)
    : ledger_(ledger),
      refresh_pause_(refresh_pause),
      facts_(std::make_unique<Facts>()),
      last_votes_(ledger.genesis().validators.size()) {}

Explorer::~Explorer() {
  stop();
}

void Explorer::start() {
  thread_ = std::thread([this] { run(); });
}

void Explorer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Explorer::run() {
  auto refreshed = std::chrono::steady_clock::time_point{};
  for (;;) {
    const auto took = take_next();
    const bool more = took && *took;  // a block that can't be read now is tried again: health speaks of the disk
    const auto now = std::chrono::steady_clock::now();
    if (!more && facts_->dirty && now - refreshed >= refresh_pause_) {
      refresh();
      refreshed = std::chrono::steady_clock::now();
    }
    std::unique_lock lock(mutex_);
    if (stopping_) return;
    if (!more) changed_.wait_for(lock, pause_idle, [this] { return stopping_; });
    if (stopping_) return;
  }
}

/// False: there is no newer final block.
Result<bool> Explorer::take_next() {
  const Height height = facts_->next;
  if (height > ledger_.final_point()->checkpoint.height) return false;
  STELE_TRY(const auto row, ledger_.store().block(height));
  STELE_TRY(const auto child_meta, ledger_.store().meta({height.value + 1}));
  const auto header = log::parse_checkpoint(row ? row->header : "");
  const auto block = log::decode_meta(row ? row->meta : Bytes{}, {});
  const auto child = log::decode_meta(child_meta.value_or(Bytes{}), {});
  if (!header || !block || !child) return Unexpected(unreadable(height.value));

  BlockFacts b{height,
               row->header_hash,
               header->time,
               header->size,
               row->records.size(),
               header->epoch,
               block->attempt,
               block->orderer,
               mask_of(child->parent_qc, last_votes_.size()),
               {}};
  DayFacts day{.blocks = 1, .records = row->records.size()};
  for (std::size_t i = 0; i < row->records.size(); ++i) {
    const auto record = record::decode(row->records[i]);
    if (!record) return Unexpected(unreadable(height.value));
    ++day.types[static_cast<std::size_t>(record->type)];
    take_record(*record, {row->first.value + i}, header->time, day);
  }
  for (std::size_t t = 0; t < day.types.size(); ++t) {
    if (day.types[t] != 0) b.types.emplace_back(static_cast<Type>(t), static_cast<std::uint32_t>(day.types[t]));
  }
  facts_->next.value = height.value + 1;
  facts_->newest = header->time;
  facts_->dirty = true;

  const std::lock_guard lock(mutex_);
  overview_.taken = height;
  auto& sum = days_[date_in_vietnam(header->time)];
  sum.blocks += day.blocks;
  sum.records += day.records;
  sum.edits += day.edits;
  for (std::size_t t = 0; t < day.types.size(); ++t) {
    sum.types[t] += day.types[t];
    overview_.types[t] += day.types[t];
  }
  for (std::size_t v = 0; v < last_votes_.size(); ++v) {
    if ((b.votes >> v & 1) != 0) last_votes_[v] = {height, header->time};
  }
  blocks_.push_back(std::move(b));
  if (blocks_.size() > explorer_blocks_max) blocks_.pop_front();
  return true;
}

void Explorer::take_record(const record::Record& r, RecordIndex at, UnixSeconds time, DayFacts& day) {
  auto& f = *facts_;
  auto& n = f.names;
  const auto maybe = [&](const std::optional<std::string>& s) {
    return s ? std::optional(n.number(*s)) : std::nullopt;
  };
  if (const auto* key = std::get_if<record::Key>(&r.body)) {
    for (const auto& g : key->grants) {
      if (!g.subject || g.org != key->org) continue;
      f.grants.push_back({at.value, n.number(g.org), n.number(*g.subject), maybe(g.cls), maybe(g.term), maybe(g.year)});
    }
  } else if (const auto* list = std::get_if<record::ClassList>(&r.body)) {
    f.sheets.push_back(
        {at.value, r.type, n.number(list->org), n.number(list->kind), n.number(list->cls), 0, 0, n.number(list->year)});
  } else if (const auto* sheet = std::get_if<record::GradeSheet>(&r.body)) {
    f.sheets.push_back({at.value, r.type, n.number(sheet->org), n.number(sheet->kind), n.number(sheet->cls),
                        n.number(sheet->subject), n.number(sheet->term), n.number(sheet->year)});
  } else if (const auto* amend = std::get_if<record::Amend>(&r.body)) {
    const auto edits = static_cast<std::uint32_t>(amend->positions.size());
    day.edits += edits;
    const auto year = ledger_.with_chain([&](const rules::Chain& c) {
      const auto target = c.state().sheets.find(amend->target);
      return target == c.state().sheets.end() ? std::string() : target->second.year;
    });
    f.amends.push_back({n.number(amend->org), n.number(year), edits, time});
  } else if (const auto* change = std::get_if<record::StatusChange>(&r.body)) {
    if (r.type == Type::revoke) ++f.revocations[n.number(change->org)];
  } else if (const auto* c = std::get_if<record::Credential>(&r.body)) {
    const auto& year = c->register_number ? c->register_number->year : c->period;
    f.credentials.push_back({at.value, r.type, n.number(c->org), n.number(year)});
  }
}

Explorer::Statuses Explorer::read_statuses() const {
  Statuses out;
  std::vector<std::uint64_t> waiting;
  for (std::uint64_t next = 0, end = 1; next < end;) {
    ledger_.with_chain([&](const rules::Chain& c) {
      const auto& s = c.state();
      if (next == 0) {
        end = s.status.size();
        out.in_force.assign(end, false);
        for (const auto& [id, p] : s.pending) waiting.push_back(p.index.value);
      }
      for (const auto to = std::min(end, next + statuses_portion); next < to; ++next) {
        const auto status = s.status.get({next});
        ++out.count[static_cast<std::size_t>(status)];
        out.in_force[next] = status == log::Status::valid;
      }
    });
  }
  out.pending = waiting.size();
  for (const auto index : waiting) {
    if (index < out.in_force.size()) out.in_force[index] = false;
  }
  return out;
}

namespace {

struct OrgFact {
  std::string kind, name;
  std::optional<std::string> parent;
};

OfficeFacts new_office(const std::string& id, const OrgFact& o) {
  OfficeFacts out;
  out.org = id;
  out.kind = o.kind;
  out.name = o.name;
  out.parent = o.parent;
  return out;
}

/// Copied at once: a few thousand organisations.
std::map<std::string, OrgFact> orgs_of(const store::Ledger& ledger) {
  return ledger.with_chain([](const rules::Chain& c) {
    std::map<std::string, OrgFact> out;
    for (const auto& [id, o] : c.state().orgs) {
      if (c.state().org_valid(id)) out.emplace(id, OrgFact{o.org.kind, o.org.name, o.org.parent});
    }
    return out;
  });
}

/// The terms in which a subject is marked at schools of a kind, by the rule sets of the policy in force.
class Terms {
 public:
  explicit Terms(const store::Ledger& ledger) {
    const auto data = ledger.with_chain([](const rules::Chain& c) {
      std::vector<Bytes> out;
      if (!c.state().policy) return out;
      for (const auto& a : c.state().policy->policy.assessment) out.push_back(a.data);
      return out;
    });
    for (const auto& bytes : data) {
      if (auto set = rules::decode_rule_set(bytes)) sets_.push_back(std::move(*set));
    }
  }
  [[nodiscard]] std::set<std::string> of(const std::string& subject, const std::string& kind) const {
    std::set<std::string> out;
    for (const auto& set : sets_) {
      if (set.subject(subject) == nullptr) continue;
      if (std::find(set.kinds.begin(), set.kinds.end(), kind) == set.kinds.end()) continue;
      out.insert({set.term_first, set.term_second});
    }
    return out;
  }

 private:
  std::vector<rules::RuleSet> sets_;
};

/// What stands below an organisation, added up from the leaves. A chain of parents longer than any real one ends it.
void add_below(Year& year) {
  constexpr int depth_max = 16;
  for (auto& [id, office] : year) office.below = office.sheets;
  for (const auto& [id, office] : year) {
    if (office.parent) {
      if (const auto p = year.find(*office.parent); p != year.end()) ++p->second.children;
    }
    auto up = office.parent;
    for (int i = 0; i < depth_max && up; ++i) {
      const auto p = year.find(*up);
      if (p == year.end()) break;
      p->second.below.expected += office.sheets.expected;
      p->second.below.signed_ += office.sheets.signed_;
      up = p->second.parent;
    }
  }
}

}  // namespace

/// Counts again all that depends on statuses. Costs some tens of nanoseconds a record.
void Explorer::refresh() {
  auto& f = *facts_;
  f.dirty = false;
  const auto statuses = read_statuses();
  const auto orgs = orgs_of(ledger_);
  const Terms terms(ledger_);

  std::map<std::string, std::shared_ptr<Year>> years;
  const auto office = [&](std::uint32_t year, std::uint32_t org) -> OfficeFacts* {
    const auto y = years.find(f.names.name(year));
    if (y == years.end()) return nullptr;
    const auto o = y->second->find(f.names.name(org));
    return o == y->second->end() ? nullptr : &o->second;
  };

  using SheetKey = std::array<std::uint32_t, 5>;  // org, class, subject, term, year
  std::set<SheetKey> done;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const SheetFact*>> lists;  // by (org, year)
  std::set<std::uint32_t> schools;
  for (const auto& s : f.sheets) {
    if (!statuses.valid(s.index)) continue;
    schools.insert(s.org);
    if (s.type == Type::grade_sheet) {
      done.insert({s.org, s.cls, s.subject, s.term, s.year});
      continue;
    }
    lists[{s.org, s.year}].push_back(&s);
    auto& year = years[f.names.name(s.year)];
    if (year) continue;
    year = std::make_shared<Year>();
    for (const auto& [id, o] : orgs) (*year)[id] = new_office(id, o);
  }
  std::set<SheetKey> expected;
  std::map<std::uint32_t, std::vector<const GrantFact*>> grants;
  for (const auto& g : f.grants) {
    if (statuses.valid(g.index)) grants[g.org].push_back(&g);
  }
  for (const auto& [place, classes] : lists) {
    const auto [org, year] = place;
    if (auto* o = office(year, org)) o->classes = classes.size();
    const auto granted = grants.find(org);
    if (granted == grants.end()) continue;
    for (const auto* g : granted->second) {
      if (g->year && *g->year != year) continue;
      for (const auto* list : classes) {
        if (g->cls && *g->cls != list->cls) continue;
        if (g->term) {
          expected.insert({org, list->cls, g->subject, *g->term, year});
          continue;
        }
        for (const auto& t : terms.of(f.names.name(g->subject), f.names.name(list->kind)))
          expected.insert({org, list->cls, g->subject, f.names.number(t), year});
      }
    }
  }
  for (const auto& key : expected) {
    auto* o = office(key[4], key[0]);
    if (o == nullptr) continue;
    ++o->sheets.expected;
    if (done.contains(key)) ++o->sheets.signed_;
  }
  for (const auto& c : f.credentials) {
    auto* o = statuses.valid(c.index) ? office(c.year, c.org) : nullptr;
    if (o == nullptr) continue;
    if (c.type == Type::transcript) ++o->transcripts;
    if (c.type == Type::diploma) ++o->diplomas;
    if (c.type == Type::certificate) ++o->certificates;
  }
  std::map<std::string, std::uint64_t, std::less<>> edits;
  for (const auto org : schools) edits[f.names.name(org)] = 0;
  for (const auto& a : f.amends) {
    if (auto* o = office(a.year, a.org)) o->edits += a.edits;
    const bool recent = a.time.value + amendment_window_s >= f.newest.value;
    if (const auto it = edits.find(f.names.name(a.org)); recent && it != edits.end()) it->second += a.edits;
  }
  for (const auto& [org, n] : f.revocations) {
    for (auto& [name, year] : years) {
      if (const auto o = year->find(f.names.name(org)); o != year->end()) o->second.revocations = n;
    }
  }
  for (auto& [name, year] : years) add_below(*year);

  const std::lock_guard lock(mutex_);
  years_.clear();
  overview_.years.clear();
  for (auto& [name, year] : years) {
    years_.emplace(name, std::move(year));
    overview_.years.insert(overview_.years.begin(), name);
  }
  outliers_ = outliers(edits);
  overview_.statuses = statuses.count;
  overview_.pending = statuses.pending;
  overview_.orgs = orgs.size();
  overview_.complete = f.next > ledger_.final_point()->checkpoint.height;
  changed_.notify_all();
}

bool Explorer::wait_complete(std::chrono::milliseconds limit) const {
  std::unique_lock lock(mutex_);
  const auto newest = ledger_.final_point()->checkpoint.height;
  return changed_.wait_for(lock, limit, [&] { return overview_.complete && overview_.taken >= newest; });
}

Overview Explorer::overview() const {
  const std::lock_guard lock(mutex_);
  return overview_;
}

std::vector<BlockFacts> Explorer::blocks(std::optional<Height> below, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<BlockFacts> out;
  if (blocks_.empty()) return out;
  const auto first = blocks_.front().height.value;
  std::uint64_t end = blocks_.back().height.value + 1;
  if (below) end = std::min(end, below->value);
  for (auto h = end; h > first && out.size() < limit; --h) out.push_back(blocks_[h - 1 - first]);
  return out;
}

std::vector<std::pair<Date, DayFacts>> Explorer::days(const std::optional<Date>& before, std::size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<Date, DayFacts>> out;
  for (auto it = before ? days_.lower_bound(*before) : days_.end(); it != days_.begin() && out.size() < limit;) {
    --it;
    out.emplace_back(it->first, it->second);
  }
  return out;
}

VoteWindow Explorer::votes() const {
  const std::lock_guard lock(mutex_);
  VoteWindow out;
  const auto& members = ledger_.genesis().validators;
  const auto n = std::min(blocks_.size(), vote_window);
  out.from = {n == 0 ? 1 : blocks_[blocks_.size() - n].height.value};
  out.to = {n == 0 ? 0 : blocks_.back().height.value};
  for (std::size_t v = 0; v < members.size(); ++v) {
    ValidatorFacts facts;
    facts.id = members[v].id;
    std::uint64_t lately = 0;
    for (std::size_t i = blocks_.size() - n; i < blocks_.size(); ++i) {
      const auto vote = v < log::validators_max ? blocks_[i].votes >> v & 1 : 0;
      facts.votes += vote;
      if (i + votes_late >= blocks_.size()) lately += vote;
    }
    facts.health = facts.votes == 0 ? Health::silent : lately == 0 ? Health::late : Health::ok;
    if (last_votes_[v].first.value > 0) {
      facts.last = last_votes_[v].first;
      facts.last_time = last_votes_[v].second;
    }
    out.validators.push_back(std::move(facts));
  }
  return out;
}

std::shared_ptr<const Year> Explorer::year(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto it = years_.find(name);
  return it == years_.end() ? nullptr : it->second;
}

std::vector<Outlier> Explorer::unusual_amendments() const {
  const std::lock_guard lock(mutex_);
  return outliers_;
}

}  // namespace stele::verifier
