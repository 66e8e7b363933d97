#include "node/app/admission.h"

#include <algorithm>

#include "ledger/record/decode.h"
#include "node/app/answers.h"
#include "node/app/node.h"

namespace stele::app {
namespace {

using Status = Answered::Status;

constexpr auto sweep_every = std::chrono::hours(6);  ///< personal data of records that never came

constexpr json::Limits body_limits{.bytes_max = 16 * 1024 * 1024, .depth_max = 16, .nodes_max = 1'000'000};

Error too_many() {
  return make_error("too_many", "Mỗi lần chỉ gửi được tối đa 1.000 bản ghi.", "At most 1,000 records in one request.");
}
Error bad_list(std::size_t i) {
  return bad_request("records[" + std::to_string(i) + "]", "Mỗi bản ghi phải có dạng {\"jws\": …, \"payload\"?: {…}}.",
                     "Each record must look like {\"jws\": …, \"payload\"?: {…}}.");
}
/// Nothing is wrong with the record: it may be handed in again. (Rejections have no HTTP status of their own.)
bool is_ours(const Error& e) {
  constexpr int unavailable = 503;
  return status_for(e.code) == unavailable;
}

void append_number(std::string& out, std::string_view name, std::uint64_t n) {
  out.append(",\"").append(name).append("\":").append(std::to_string(n));
}

}  // namespace

Result<Batch> Batch::from_json(std::string_view body) {
  auto parsed = json::parse(body, body_limits);
  if (!parsed) return Unexpected(json::to_error(parsed.error()));
  Batch out;
  out.tree_ = std::make_unique<const json::Value>(std::move(*parsed));
  const auto& tree = *out.tree_;
  const auto* list = tree.is(json::Kind::object) && tree.members().size() == 1 ? tree.find("records") : nullptr;
  if (list == nullptr || !list->is(json::Kind::array) || list->items().empty()) {
    return Unexpected(bad_request("records", "Thân yêu cầu phải có dạng {\"records\": […]}.",
                                  "The body must look like {\"records\": […]}."));
  }
  if (list->items().size() > records_per_request_max) return Unexpected(too_many());
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    const auto& item = list->items()[i];
    if (!item.is(json::Kind::object)) return Unexpected(bad_list(i));
    const auto* jws = item.find("jws");
    const auto* payload = item.find("payload");
    if (jws == nullptr || !jws->is(json::Kind::string) || (payload != nullptr && !payload->is(json::Kind::object)) ||
        item.members().size() != (payload == nullptr ? 1U : 2U))
      return Unexpected(bad_list(i));
    out.records_.push_back({jws->string(), payload == nullptr ? std::string() : json::write(*payload)});
  }
  return out;
}

Result<Batch> Batch::from_lines(std::string body) {
  Batch out;
  out.lines_ = std::make_unique<const std::string>(std::move(body));
  std::string_view rest = *out.lines_;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (out.records_.size() == records_per_request_max) return Unexpected(too_many());
    out.records_.push_back({line, {}});
  }
  if (out.records_.empty())
    return Unexpected(
        bad_request("", "Thân yêu cầu trống; cần mỗi dòng một JWS.", "The body is empty; one JWS a line."));
  return out;
}

bool Batch::has_payloads() const {
  return std::any_of(records_.begin(), records_.end(), [](const Incoming& r) { return !r.payload.empty(); });
}

std::string results_json(const std::vector<Answered>& answers) {
  std::string out = R"({"results":[)";
  for (const auto& a : answers) {
    if (out.back() == '}') out += ',';
    out.append(R"({"id":")").append(b64u(a.id)).append(R"(","status":")");
    out += a.status == Status::final ? "final" : a.status == Status::pending ? "pending" : "refused";
    out += '"';
    if (a.index) append_number(out, "index", a.index->value);
    if (a.height) append_number(out, "height", a.height->value);
    if (!a.jws.empty()) {
      out += R"(,"jws":)";
      http::append_json_string(out, a.jws);
    }
    if (a.error) out += R"(,"error":)" + json::write(to_json(*a.error));
    out += '}';
  }
  out += "]}";
  return out;
}

struct Admission::Job {
  Job(Batch b, Done d) : batch(std::move(b)), done(std::move(d)), answers(batch.records().size()) {}
  [[nodiscard]] const std::vector<Incoming>& records() const { return batch.records(); }

  const Batch batch;
  std::mutex mutex;
  Done done;  ///< taken when it is called
  std::vector<Answered> answers;
  std::size_t parts_open = 0;

  void refuse(std::size_t i, Error e) {
    const std::lock_guard lock(mutex);
    answers[i].status = is_ours(e) ? Status::pending : Status::refused;
    answers[i].error = std::move(e);
  }
  /// None if it was taken before.
  Done take_done() {
    const std::lock_guard lock(mutex);
    return std::exchange(done, nullptr);
  }
};

Admission::Admission(const Parts& p) : p_(p), watcher_([this] { watch(); }) {}

Admission::~Admission() {
  stop();
}

void Admission::submit(Batch batch, bool wait, Done done) {
  const auto job = std::make_shared<Job>(std::move(batch), std::move(done));
  Positions direct, vaulted;
  for (std::size_t i = 0; i < job->records().size(); ++i) {
    (job->records()[i].payload.empty() ? direct : vaulted).push_back(i);
  }
  job->parts_open = (direct.empty() ? 0U : 1U) + (vaulted.empty() ? 0U : 1U);
  if (wait) {
    {
      const std::lock_guard lock(mutex_);
      deadlines_.emplace_back(std::chrono::steady_clock::now() + answer_within, job);
    }
    wake_.notify_one();
  } else {
    finish(*job);
  }
  if (!direct.empty()) {
    std::vector<ordering::Item> items;
    items.reserve(direct.size());
    for (const auto i : direct) items.push_back({std::string(job->records()[i].jws), {}});
    order(job, std::move(direct), std::move(items), false);
  }
  if (!vaulted.empty()) send_to_vault(job, vaulted);
}

void Admission::send_to_vault(const JobPtr& job, const Positions& positions) {
  const bool taken = p_.vault != nullptr && p_.pool.post([this, job, positions] { through_vault(job, positions); });
  if (taken) return;
  for (const auto i : positions) job->refuse(i, p_.vault == nullptr ? no_vault() : overloaded());
  close_part(job);
}

void Admission::order(const JobPtr& job, Positions positions, std::vector<ordering::Item> items, bool kept) {
  p_.orderer.submit(std::move(items),
                    [this, job, positions = std::move(positions), kept](std::vector<ordering::Outcome> outcomes) {
                      ordered(job, positions, std::move(outcomes), kept);
                    });
}

/// On a thread of the orderer.
void Admission::ordered(const JobPtr& job, const Positions& positions, std::vector<ordering::Outcome> outcomes,
                        bool kept) {
  Positions unacked;
  Fates fates;
  for (std::size_t n = 0; n < outcomes.size(); ++n) {
    auto& o = outcomes[n];
    const auto i = positions[n];
    const std::lock_guard lock(job->mutex);
    auto& a = job->answers[i];
    a.id = o.id;
    a.index = o.index;
    a.height = o.height;
    switch (o.status) {
      case ordering::Outcome::Status::final:
        fates.arrived.push_back(o.id);
        a.status = Status::final;
        if (o.stored && *o.stored != job->records()[i].jws) a.jws = std::move(*o.stored);
        break;
      case ordering::Outcome::Status::pending:
        fates.arrived.push_back(o.id);
        break;
      case ordering::Outcome::Status::refused:
        // It came without a payload, which the vault may hold from an earlier try.
        if (o.rejection->code == RejectionCode::block_ack_missing && p_.vault != nullptr) unacked.push_back(i);
        fates.refused.push_back(i);
        a.status = Status::refused;
        a.error = to_error(*o.rejection);
        break;
      case ordering::Outcome::Status::failed:
        if (o.error && o.error->code == overloaded().code) fates.dropped.push_back(i);
        a.error = std::move(o.error);
        break;
    }
  }
  if (!kept) fates = {};
  if (unacked.empty()) return close_part(job, std::move(fates));
  send_to_vault(job, unacked);
}

/// On a thread of the pool.
void Admission::through_vault(const JobPtr& job, const Positions& positions) {
  std::vector<replication::Vetting::Handed> handed;
  for (const auto i : positions) handed.push_back({job->records()[i].jws, job->records()[i].payload});
  auto vetted = p_.vetting->vet(handed);
  if (p_.peers != nullptr) with_peers(handed, vetted);
  Positions ready;
  std::vector<ordering::Item> items;
  for (std::size_t n = 0; n < vetted.size(); ++n) {
    auto& v = vetted[n];
    const auto i = positions[n];
    if (v.record) {
      const std::lock_guard lock(job->mutex);
      job->answers[i].id = v.record->id;
    }
    if (v.refused) {
      job->refuse(i, std::move(*v.refused));
      continue;
    }
    ready.push_back(i);
    items.push_back({std::string(job->records()[i].jws), std::move(v.acks)});
    const std::lock_guard lock(job->mutex);
    job->answers[i].error.reset();
    job->answers[i].status = Status::pending;
  }
  if (ready.empty()) return close_part(job);
  order(job, std::move(ready), std::move(items), true);
}

/// What the other vaults do not keep is not kept here either.
void Admission::with_peers(std::span<const replication::Vetting::Handed> handed,
                           std::vector<replication::Vetting::Vetted>& vetted) const {
  std::vector<bool> held;
  held.reserve(vetted.size());
  for (const auto& v : vetted) held.push_back(!v.refused && !v.on_ledger);
  p_.peers->complete(handed, vetted);
  std::vector<record::Record> dropped;
  std::vector<std::string> jws;
  for (std::size_t i = 0; i < vetted.size(); ++i) {
    if (!held[i] || !vetted[i].refused) continue;
    dropped.push_back(*vetted[i].record);
    jws.emplace_back(handed[i].jws);
  }
  if (!dropped.empty()) give_up(dropped, jws, false);
}

void Admission::give_up(std::span<const record::Record> records, std::span<const std::string> jws,
                        bool handed_on) const {
  if (handed_on) {
    p_.vetting->not_taken(records);
  } else if (const auto done = p_.vetting->dropped(records); !done) {
    p_.metrics.outcome(done.error().code);
  }
  if (p_.peers != nullptr) p_.peers->not_taken(records, jws);
}

void Admission::close_part(const JobPtr& job, Fates fates) {
  // Neither the vault nor writing the answer is for the orderer's thread, which others wait for. The vault first: who
  // has the answer may send the next record at once.
  const auto close = [job] {
    const std::lock_guard lock(job->mutex);
    return --job->parts_open == 0;
  };
  const auto run = [this, job, close, fates = std::move(fates)] {
    settle(*job, fates);
    if (close()) finish(*job);
  };
  if (p_.pool.post(run)) return;
  // The vault is not told: what it holds for them it gives up by itself after a while.
  if (close()) finish(*job);
}

void Admission::settle(const Job& job, const Fates& fates) const {
  if (!fates.arrived.empty()) p_.vault->arrived(fates.arrived);
  give_up(job, fates.refused, true);
  give_up(job, fates.dropped, false);
}

void Admission::give_up(const Job& job, const Positions& positions, bool handed_on) const {
  std::vector<record::Record> records;
  std::vector<std::string> jws;
  for (const auto i : positions) {
    auto r = record::decode(job.records()[i].jws);
    if (!r) continue;
    records.push_back(std::move(*r));
    jws.emplace_back(job.records()[i].jws);
  }
  if (!records.empty()) give_up(records, jws, handed_on);
}

void Admission::finish(Job& job) {
  const auto done = job.take_done();
  if (!done) return;
  std::vector<Answered> answers;
  {
    const std::lock_guard lock(job.mutex);
    answers = job.answers;
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& a = answers[i];
    if (a.id == RecordId{}) {
      if (const auto e = record::open_envelope(job.records()[i].jws)) a.id = record::record_id(e->signing_input);
    }
    p_.metrics.outcome(a.status == Status::final ? "final" : a.error ? std::string_view(a.error->code) : "pending");
  }
  done(std::move(answers));
}

void Admission::sweep() {
  const auto done = p_.vetting->sweep();
  if (!done) p_.metrics.outcome(done.error().code);
}

void Admission::watch() {
  auto next_sweep = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (std::chrono::steady_clock::now() >= next_sweep) {
      next_sweep = std::chrono::steady_clock::now() + sweep_every;
      if (p_.vault != nullptr) (void)p_.pool.post([this] { sweep(); });  // too busy now: the next one comes
    }
    // Deadlines rise, and a job that is done is gone: only the first one in the list is waited for.
    if (!deadlines_.empty() && deadlines_.front().second.expired()) {
      deadlines_.pop_front();
    } else if (deadlines_.empty()) {
      wake_.wait_until(lock, next_sweep);
    } else if (const auto when = deadlines_.front().first; std::chrono::steady_clock::now() < when) {
      wake_.wait_until(lock, std::min(when, next_sweep));
    } else {
      const auto late = deadlines_.front().second.lock();
      deadlines_.pop_front();
      lock.unlock();
      if (late) finish(*late);
      lock.lock();
    }
  }
}

void Admission::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  watcher_.join();
  for (const auto& [when, job] : deadlines_) {
    if (const auto open = job.lock()) finish(*open);
  }
  deadlines_.clear();
}

}  // namespace stele::app
