#include "wallet-cli/desk/office.h"

#include <algorithm>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "signer/random.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/school.h"
#include "wallet-cli/cli/second_work.h"
#include "wallet-cli/desk/answers.h"

namespace stele::desk {
namespace {

using cli::items_of;
using cli::number_of;
using cli::text_of;
using json::Value;
using record::Type;

constexpr std::int64_t session_s = 8 * 3600;  // what a node grants at most
constexpr std::size_t ids_max = 2000;

UnixSeconds system_now() {
  return UnixSeconds{static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count())};
}

Error locked_error() {
  return make_error("desk_locked", "Bàn làm việc đang khóa. Hãy nhập mật khẩu để tiếp tục.",
                    "The desk is locked. Enter your passphrase to go on.");
}

Value key_json(const std::filesystem::path& path) {
  const auto header = signer::read_key_header(path);
  auto out = Value::object({{"file", path.filename().string()}});
  if (!header) {
    out.set("error", cli::error_json(header.error()));
    return out;
  }
  if (const auto who = cli::signer_person(*header)) out.set("name", who->name), out.set("title", who->title);
  out.set("org", header->org.value_or(""));
  out.set("seal", header->use == record::KeyUse::seal);
  return out;
}

/// School years begin in August: the form and the records name the first year.
std::string school_year(UnixSeconds now) {
  constexpr unsigned august = 8;
  const auto d = date_in_vietnam(now);
  return std::to_string(d.month >= august ? d.year : d.year - 1);
}

Value both(cli::Words words, std::string_view code) {
  return text_json(cli::label(words, code, Lang::vi), cli::label(words, code, Lang::en));
}

/// Fit for a file's name.
std::string file_name(std::string text) {
  for (auto& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!plain) c = '_';
  }
  return text;
}

void say(Value& words, std::string_view vi, std::string_view en, const std::string& value) {
  for (const auto* lang : {"vi", "en"}) {
    auto lines = *words.find(lang);
    lines.push(std::string(std::string_view(lang) == "vi" ? vi : en) + ": " + value);
    words.set(lang, std::move(lines));
  }
}

}  // namespace

// ---- Job ----

void Job::begin(std::size_t records) {
  const std::lock_guard lock(mutex_);
  phase_ = "signing";
  done_ = 0;
  total_ = records;
  outcome_ = Value::object();
}

void Job::at(std::string_view phase, std::size_t done) {
  const std::lock_guard lock(mutex_);
  phase_ = phase;
  done_ = done;
}

void Job::finish(const Result<std::vector<cli::Answer>>& sent, bool send_again, const std::filesystem::path& codes,
                 Value waits) {
  const std::lock_guard lock(mutex_);
  outcome_ = Value::object({{"send_again", send_again}, {"waits", std::move(waits)}});
  phase_ = sent ? "done" : "failed";
  if (!codes.empty()) outcome_.set("codes", codes.string());
  if (!sent) {
    outcome_.set("error", cli::error_json(sent.error()));
    return;
  }
  done_ = sent->size();
  auto results = Value::array();
  std::size_t final_count = 0;
  for (const auto& a : *sent) {
    auto item = Value::object({{"id", base64url(a.id.view())}});
    if (a.state == cli::Answer::State::final) {
      ++final_count;
      item.set("status", "final");
      item.set("height", a.height.value);
      item.set("index", a.index.value);
    } else if (a.state == cli::Answer::State::pending) {
      item.set("status", "pending");
    } else {
      item.set("status", "refused");
      item.set("error", cli::error_json(a.error));
    }
    results.push(std::move(item));
  }
  outcome_.set("final", final_count);
  outcome_.set("results", std::move(results));
}

Value Job::snapshot() const {
  const std::lock_guard lock(mutex_);
  auto out = outcome_;
  out.set("phase", phase_);
  out.set("done", done_);
  out.set("total", total_);
  return out;
}

// ---- signing in ----

Office::Office(cli::Context context, Options options)
    : context_(std::move(context)), options_(std::move(options)), patience_(options_.now_ms) {}

Value Office::state() {
  auto keys = Value::array();
  for (const auto& k : options_.keys) keys.push(key_json(k));
  auto out = Value::object({{"locked", locked()},
                            {"keys", std::move(keys)},
                            {"node", context_.node_url},
                            {"idle_minutes", options_.idle.count() / 60'000}});
  if (!in_) return out;
  auto& a = in_->access;
  out.set("me", Value::object({{"name", in_->who.name},
                               {"title", in_->who.title},
                               {"org", a.header().org.value_or("")},
                               {"grants", in_->grants}}));
  out.set("network", a.genesis().net);
  out.set("test", a.genesis().test);
  out.set("year", school_year(a.node().node_time()));
  return out;
}

Result<signer::OpenKey> Office::open_key(const std::filesystem::path& path, signer::SecretBytes raw) {
  if (const auto wait = patience_.wait_s(); wait > 0) {
    const auto s = std::to_string(wait);
    return Unexpected(make_error("desk_wait", "Nhập sai mật khẩu nhiều lần. Hãy thử lại sau " + s + " giây.",
                                 "Too many wrong passphrases. Try again in " + s + " seconds."));
  }
  STELE_TRY(const auto passphrase, signer::normalised_passphrase(std::move(raw)));
  auto opened = signer::open_key_file(path, passphrase);
  if (opened) {
    patience_.right();
  } else if (opened.error().code == "key_wrong_passphrase") {
    patience_.wrong();
    // Several keys lie here, and a person may have chosen another one than they think.
    const auto header = signer::read_key_header(path);
    const auto who = header ? cli::signer_person(*header) : Unexpected(header.error());
    const auto whose = (who ? who->name + ", " : std::string()) + path.filename().string();
    auto e = opened.error();
    e.vi += " (" + whose + ")";
    e.en += " (" + whose + ")";
    return Unexpected(std::move(e));
  }
  return opened;
}

Result<Value> Office::unlock(std::size_t key, signer::SecretBytes passphrase) {
  lock();
  if (key >= options_.keys.size())
    return Unexpected(make_error("desk_no_key", "Không có tệp khóa này.", "There is no such key file."));
  STELE_TRY(auto genesis, cli::read_genesis(context_));
  STELE_TRY(auto node, cli::NodeClient::connect(context_, genesis));
  STELE_TRY(const auto opened, open_key(options_.keys[key], std::move(passphrase)));
  STELE_TRY(auto who, cli::signer_person(opened.header));
  auto session_key = signer::SigningKey::generate();
  const auto now = system_now();
  auto session = signer::staff_session(opened.key, genesis.net, node.vault_id(), session_key.public_key().compressed(),
                                       now, UnixSeconds{now.value + static_cast<std::uint64_t>(session_s)});
  cli::Access access(std::move(genesis), std::move(node), opened.header, std::move(session_key), std::move(session));
  STELE_TRY(const auto me, access.get("/v1/me"));
  In in{
      std::move(access), options_.keys[key], std::move(who), Value::array(), {}, options_.now_ms() + session_s * 1000};
  for (const auto& g : items_of(me, "grants")) {
    in.grants.push(g);
    in.roles.push_back(text_of(g, "role"));
  }
  in_.emplace(std::move(in));
  return state();
}

void Office::lock() {
  in_.reset();
  work_.reset();
}

Result<Office::In*> Office::in() {
  if (in_ && options_.now_ms() >= in_->until_ms) lock();
  if (!in_) return Unexpected(locked_error());
  return &*in_;
}

std::string Office::keep(Work work) {
  work.id = base64url(signer::random_fixed<FixedBytes<struct DeskWorkTag, 16>>().view());
  work_.emplace(std::move(work));
  return work_->id;
}

// ---- seeing ----

Result<Value> Office::overview(const std::string& year) {
  STELE_TRY(auto* me, in());
  auto& access = me->access;
  STELE_TRY(const auto org, access.org());
  STELE_TRY(const auto info, access.node().get("/v1/orgs/" + cli::percent_encoded(org)));
  STELE_TRY(auto classes,
            access.get("/v1/orgs/" + cli::percent_encoded(org) + "/classes?year=" + cli::percent_encoded(year)));
  STELE_TRY(const auto missing, cli::fetch_missing(access, org, year));
  std::set<std::string> kinds;
  for (const auto& c : items_of(classes, "classes")) kinds.insert(text_of(c, "kind"));
  auto subjects = Value::object();
  auto terms = Value::array();
  std::string term_year;
  for (const auto& kind : kinds) {
    const auto rules = cli::rules_for(access, kind);
    if (!rules) continue;  // a kind of school that the policy has no rules for yet
    for (const auto& s : rules->set.subjects) subjects.set(s.code, s.name);
    terms = Value::array({rules->set.term_first, rules->set.term_second});
    term_year = rules->set.term_year;
  }
  auto list = Value::array();
  for (const auto& m : missing) {
    list.push(Value::object({{"class", m.cls}, {"subject", m.subject}, {"term", m.term}, {"teacher", m.teacher}}));
  }
  return Value::object({{"year", year},
                        {"org", Value::object({{"id", org}, {"name", text_of(info, "name")}})},
                        {"classes", classes.find("classes") != nullptr ? *classes.find("classes") : Value::array()},
                        {"subjects", std::move(subjects)},
                        {"terms", std::move(terms)},
                        {"term_year", term_year},
                        {"missing", std::move(list)}});
}

Result<Value> Office::pending() {
  STELE_TRY(auto* me, in());
  auto& access = me->access;
  STELE_TRY(const auto org, access.org());
  STELE_TRY(const auto v, access.get("/v1/orgs/" + cli::percent_encoded(org) + "/pending"));
  const auto names = cli::subject_names(access.node());
  auto out = Value::array();
  for (const auto& p : items_of(v, "pending")) {
    auto r = record::decode(text_of(p, "jws"));
    if (!r) return Unexpected(to_error(r.error()));
    const cli::Draft shown[] = {{r->type, std::move(r->body), {}}};
    auto needs = Value::array();
    for (const auto& n : items_of(p, "needs")) {
      if (number_of(n, "missing") == 0) continue;
      const auto* yours = n.find("yours");
      const auto& roles = items_of(n, "roles");
      const auto mine = std::find_if(roles.begin(), roles.end(), [&](const Value& role) {
        return std::find(me->roles.begin(), me->roles.end(), role.string()) != me->roles.end();
      });
      auto who = Value::array();
      for (const auto& role : roles) who.push(both(cli::Words::role, role.string()));
      auto need = Value::object(
          {{"by", text_of(n, "by")}, {"what", both(cli::Words::type, text_of(n, "by"))}, {"roles", std::move(who)}});
      if (yours != nullptr && yours->is(json::Kind::boolean) && yours->boolean() && mine != roles.end())
        need.set("role", mine->string());
      needs.push(std::move(need));
    }
    out.push(Value::object({{"id", text_of(p, "id")},
                            {"type", text_of(p, "type")},
                            {"name", both(cli::Words::type, text_of(p, "type"))},
                            {"words", words_json(access.genesis(), shown, names)},
                            {"needs", std::move(needs)}}));
  }
  return Value::object({{"pending", std::move(out)}});
}

Result<Value> Office::sheets(const std::string& cls, const std::string& year) {
  STELE_TRY(auto* me, in());
  STELE_TRY(const auto org, me->access.org());
  STELE_TRY(const auto held, cli::fetch_sheets(me->access, org, cls, year));
  auto out = Value::array();
  for (const auto& s : held.sheets) {
    out.push(Value::object({{"id", base64url(s.id.view())},
                            {"name", both(cli::Words::type, record::type_name(s.type))},
                            {"subject", s.subject},
                            {"term", s.term}}));
  }
  return Value::object({{"sheets", std::move(out)}});
}

Result<Value> Office::credentials(const std::string& type, const std::string& cls, const std::string& year) {
  STELE_TRY(auto* me, in());
  STELE_TRY(const auto org, me->access.org());
  auto target = "/v1/orgs/" + cli::percent_encoded(org) + "/credentials?type=" + cli::percent_encoded(type) +
                "&year=" + cli::percent_encoded(year);
  if (!cls.empty()) target += "&class=" + cli::percent_encoded(cls);
  STELE_TRY(const auto v, me->access.get(target));
  // What somebody has already asked for and another has still to sign.
  STELE_TRY(const auto waiting, me->access.get("/v1/orgs/" + cli::percent_encoded(org) + "/pending"));
  std::set<std::string> changing;
  for (const auto& p : items_of(waiting, "pending")) {
    const auto r = record::decode(text_of(p, "jws"));
    const auto* change = r ? std::get_if<record::StatusChange>(&r->body) : nullptr;
    if (change == nullptr) continue;
    for (const auto& id : change->targets) changing.insert(base64url(id.view()));
  }
  auto out = Value::array();
  for (const auto& c : items_of(v, "credentials")) {
    out.push(Value::object({{"id", text_of(c, "id")},
                            {"student_id", text_of(c, "student_id")},
                            {"name", text_of(c, "name")},
                            {"status", text_of(c, "status")},
                            {"changing", changing.contains(text_of(c, "id"))}}));
  }
  STELE_TRY(const auto policy, cli::fetch_policy(me->access.node()));
  auto reasons = Value::array();
  for (const auto& r : policy.reasons)
    reasons.push(Value::object({{"code", r}, {"name", both(cli::Words::reason, r)}}));
  return Value::object({{"credentials", std::move(out)}, {"reasons", std::move(reasons)}});
}

Result<Value> Office::history(const std::string& text) {
  STELE_TRY(auto* me, in());
  STELE_TRY(const auto id, cli::parse_id(text));
  STELE_TRY(const auto v, me->access.node().get("/v1/records/" + base64url(id.view()) + "/history"));
  auto out = Value::array();
  for (const auto& e : items_of(v, "events")) {
    auto event = Value::object({{"id", text_of(e, "id")},
                                {"time", text_of(e, "time")},
                                {"height", number_of(e, "height")},
                                {"org", text_of(e, "org")},
                                {"what", both(cli::Words::type, text_of(e, "type"))}});
    if (const auto at = parse_utc(text_of(e, "time"))) event.set("shown", cli::time_label(*at));
    if (const auto reason = text_of(e, "reason"); !reason.empty())
      event.set("reason", both(cli::Words::reason, reason));
    out.push(std::move(event));
  }
  return Value::object({{"events", std::move(out)}});
}

// ---- preparing ----

namespace {

/// A class list with a reason stands in place of the class's list in force, which the page need not name.
Result<cli::SheetFile> with_list_to_replace(cli::Access& access, cli::SheetUse use, const cli::SheetFile& o) {
  auto out = o;
  if (use != cli::SheetUse::class_list || o.reason.empty()) return out;
  STELE_TRY(const auto org, access.org());
  STELE_TRY(const auto classes, cli::fetch_classes(access, org, o.year));
  for (const auto& c : classes)
    if (c.cls == o.cls) out.replaces = base64url(c.list.view());
  if (out.replaces.empty()) {
    Where where;
    where.field = "reason";
    return Unexpected(make_error(
        "list_not_found", "Lớp " + o.cls + " chưa có danh sách nào trong năm học này để thay. Hãy bỏ chọn thay bản cũ.",
        "Class " + o.cls + " has no list in this school year that could be replaced. Do not choose to replace one.",
        where));
  }
  return out;
}

}  // namespace

Result<Value> Office::import(cli::SheetUse use, const cli::SheetFile& o, ByteView bytes) {
  STELE_TRY(auto* me, in());
  work_.reset();
  auto out = Value::object({{"ok", false}});
  const auto tables = tables::read_bytes(o.file.filename().string(), bytes);
  if (!tables) {
    out.set("errors", errors_json({tables.error()}));
    out.set("notes", Value::array());
    return out;
  }
  STELE_TRY(const auto asked, with_list_to_replace(me->access, use, o));
  STELE_TRY(auto sheet, cli::prepare_sheet(use, me->access, *tables, asked));
  out.set("errors", errors_json(sheet.report.errors));
  out.set("notes", errors_json(sheet.report.notes));
  out.set("students", sheet.report.students);
  out.set("view", view_json(sheet.report.view));
  out.set("table", table_json(*tables, sheet.report, o.sheet));
  if (!sheet.draft) return out;
  Work work;
  work.drafts.push_back(std::move(*sheet.draft));
  auto words = words_json(me->access.genesis(), work.drafts, cli::subject_names(me->access.node()));
  say(words, "Số học sinh", "Students", std::to_string(sheet.report.students));
  say(words, "Tệp", "File", o.file.filename().string());
  std::string titles;
  for (const auto& title : sheet.report.titles) titles += (titles.empty() ? "" : " · ") + title;
  if (!titles.empty()) say(words, "Tiêu đề trong tệp", "Title in the file", titles);
  out.set("words", std::move(words));
  out.set("work", keep(std::move(work)));
  out.set("ok", true);
  return out;
}

Result<Value> Office::plan_transcripts(const std::string& cls, const std::string& year) {
  STELE_TRY(auto* me, in());
  work_.reset();
  cli::IssueTranscripts o;
  o.cls = cls;
  o.year = year;
  STELE_TRY(auto plan, cli::plan_transcripts(me->access, o));
  auto out = Value::object(
      {{"ok", false}, {"errors", errors_json(plan.errors)}, {"have_one", plan.have_one}, {"count", plan.items.size()}});
  if (!plan.errors.empty() || plan.items.empty()) return out;
  auto names = Value::array();
  for (const auto& i : plan.items) names.push(Value::object({{"id", i.student.id}, {"name", i.student.name}}));
  const cli::Draft shown[] = {{Type::transcript, plan.items.front().body, {}}};
  auto words = words_json(me->access.genesis(), shown, cli::subject_names(me->access.node()));
  say(words, "Số học bạ", "Number of transcripts", std::to_string(plan.items.size()));
  out.set("words", std::move(words));
  out.set("students", std::move(names));
  out.set("work", keep({.id = {},
                        .drafts = {},
                        .items = std::move(plan.items),
                        .codes_name = "ma-nhan-" + file_name(cls) + "-" + file_name(year) + ".csv"}));
  out.set("ok", true);
  return out;
}

Result<Value> Office::plan_second(const Value& request) {
  STELE_TRY(auto* me, in());
  work_.reset();
  const auto type = record::type_from_name(text_of(request, "by"));
  const auto role = text_of(request, "role");
  std::vector<std::string> texts;
  for (const auto& i : items_of(request, "ids")) {
    if (i.is(json::Kind::string)) texts.push_back(i.string());
  }
  const bool second = type == Type::approve || type == Type::countersign || type == Type::seal;
  if (!second || role.empty() || texts.empty() || texts.size() > ids_max) {
    return Unexpected(make_error("desk_bad_request", "Yêu cầu thiếu hoặc sai.", "The request is incomplete or wrong."));
  }
  STELE_TRY(auto ids, cli::parse_ids(texts));
  STELE_TRY(const auto org, me->access.org());
  auto about = Value::object();
  for (const auto lang : {Lang::vi, Lang::en}) {
    STELE_TRY(const auto lines, cli::describe(me->access.node(), me->access.genesis(), ids, lang));
    auto list = Value::array();
    for (const auto& l : lines) list.push(l);
    about.set(lang == Lang::vi ? "vi" : "en", std::move(list));
  }
  Work work;
  work.drafts = cli::second_drafts(*type, org, role, std::move(ids));
  auto out = Value::object({{"ok", true}, {"about", std::move(about)}});
  out.set("words", words_json(me->access.genesis(), work.drafts, cli::subject_names(me->access.node())));
  out.set("work", keep(std::move(work)));
  return out;
}

Result<Value> Office::plan_revocation(const Value& request) {
  STELE_TRY(auto* me, in());
  work_.reset();
  std::vector<std::string> texts;
  for (const auto& i : items_of(request, "ids")) {
    if (i.is(json::Kind::string)) texts.push_back(i.string());
  }
  const auto reason = text_of(request, "reason");
  if (reason.empty() || texts.empty() || texts.size() > ids_max)
    return Unexpected(make_error("desk_bad_request", "Yêu cầu thiếu hoặc sai.", "The request is incomplete or wrong."));
  STELE_TRY(auto ids, cli::parse_ids(texts));
  std::sort(ids.begin(), ids.end());
  STELE_TRY(const auto org, me->access.org());
  Work work;
  work.drafts.push_back({Type::revoke, record::StatusChange{org, reason, std::move(ids), {}}, {}});
  auto words = words_json(me->access.genesis(), work.drafts, {});
  auto out = Value::object({{"ok", true}, {"words", std::move(words)}});
  out.set("work", keep(std::move(work)));
  return out;
}

// ---- signing ----

Result<signer::OpenKey> Office::open_for(const std::string& work, signer::SecretBytes passphrase, Job& job) {
  STELE_TRY(auto* me, in());
  if (!work_ || work_->id != work) {
    return Unexpected(make_error("desk_no_work", "Nội dung cần ký không còn ở đây. Hãy chuẩn bị lại rồi ký.",
                                 "What was to be signed is not here any more. Prepare it again, then sign."));
  }
  auto key = open_key(me->key_file, std::move(passphrase));
  if (key) job.begin(std::max(work_->drafts.size(), work_->items.size()));
  return key;
}

Result<std::vector<cli::Outgoing>> Office::sign_all(In& me, const signer::SigningKey& key, Job& job,
                                                    std::filesystem::path& codes) {
  // Until here nothing is signed: if the node can't be reached, the work stays and can be signed later.
  STELE_TRY(const auto after, me.access.node().after());
  std::optional<cli::Batch> batch;
  if (!work_->items.empty()) {
    STELE_TRY(batch, cli::build_batch(me.access, Type::transcript, work_->items));
    work_->drafts = std::move(batch->drafts);
  }
  const auto work = std::move(*work_);
  work_.reset();  // signed once: what is sent again goes by its record id, not by another signature
  std::vector<cli::Outgoing> out;
  for (const auto& d : work.drafts) {
    out.push_back(cli::sign_draft(key, me.access.genesis(), after, d));
    job.at("signing", out.size());
  }
  if (batch) {
    const auto path = options_.codes / work.codes_name;
    STELE_CHECK(cli::write_codes(path, *batch, out));
    codes = path;
  }
  return out;
}

void Office::sign(signer::OpenKey key, Job& job) {
  STELE_ASSERT(in_ && work_);
  codes_.clear();
  auto records = sign_all(*in_, key.key, job, codes_);
  { const auto wiped = std::move(key); }  // before the network is waited for
  if (!records) return job.finish(Unexpected(std::move(records).error()), false, codes_, Value::array());
  signed_ = std::move(*records);
  send(job);
}

Result<std::vector<cli::Answer>> Office::submit(Job& job) {
  constexpr std::size_t steps = 6,
                        portion_min = 5;  // each waits for the ledger: few enough to be quick, and one sees them
  const auto portion = std::max(portion_min, signed_.size() / steps + 1);
  std::vector<cli::Answer> out;
  for (std::size_t i = 0; i < signed_.size(); i += portion) {
    const auto end = std::min(signed_.size(), i + portion);
    const std::vector<cli::Outgoing> some(signed_.begin() + static_cast<std::ptrdiff_t>(i),
                                          signed_.begin() + static_cast<std::ptrdiff_t>(end));
    STELE_TRY(auto answers, in_->access.node().submit(some));
    std::move(answers.begin(), answers.end(), std::back_inserter(out));
    job.at("sending", end);
  }
  return out;
}

Value Office::still_needs(const std::vector<cli::Answer>& sent) {
  auto out = Value::array();
  for (const auto& n : cli::still_needed(in_->access, sent)) {
    auto roles = Value::array();
    for (const auto& role : n.roles) roles.push(both(cli::Words::role, role));
    out.push(Value::object({{"by", n.by}, {"what", both(cli::Words::type, n.by)}, {"roles", std::move(roles)}}));
  }
  return out;
}

void Office::send(Job& job) {
  STELE_ASSERT(in_ && !signed_.empty());
  job.at("sending", 0);
  const auto sent = submit(job);
  const bool known = sent && std::none_of(sent->begin(), sent->end(),
                                          [](const cli::Answer& a) { return a.state == cli::Answer::State::pending; });
  if (known) signed_.clear();
  job.finish(sent, !known, codes_, sent ? still_needs(*sent) : Value::array());
}

Result<void> Office::begin_again(Job& job) {
  STELE_CHECK(in());
  if (signed_.empty()) {
    return Unexpected(make_error("desk_no_work", "Không còn gì cần gửi lại.", "There is nothing to send again."));
  }
  job.begin(signed_.size());
  return {};
}

Result<std::string> Office::codes() const {
  constexpr std::size_t bytes_max = 16 * 1024 * 1024;
  if (codes_.empty() || !in_)
    return Unexpected(make_error("not_found", "Chưa có mã nhận nào.", "There are no pick-up codes yet."));
  return cli::read_file(codes_, bytes_max);
}

}  // namespace stele::desk
