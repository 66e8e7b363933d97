#include "node/ordering/admission.h"

#include <algorithm>

namespace stele::ordering {
namespace {

constexpr std::size_t part_items = 32;  // some 1.5 ms of work: both cores share even one request

using Step = Submission::Step;

/// One record between the steps.
struct Opened {
  std::size_t i = 0;
  record::Envelope envelope;
  RecordId id;
  VerifyKey key;
  std::optional<RecordIndex> stored;
};

/// The id is the digest that is signed.
Result<void, Rejection> check_signed(const VerifyKey& key, const record::Envelope& e, const RecordId& id) {
  if (!is_low_s(e.signature)) return reject(RejectionCode::high_s, "signature");
  if (!key.verify(Digest{id.bytes}, e.signature)) return reject(RejectionCode::bad_signature, "signature");
  return {};
}

std::optional<record::Type> type_of(std::string_view typ) {
  constexpr std::string_view prefix = "stele-", suffix = "+jwt";
  if (!typ.starts_with(prefix) || !typ.ends_with(suffix) || typ.size() < prefix.size() + suffix.size())
    return std::nullopt;
  return record::type_from_name(typ.substr(prefix.size(), typ.size() - prefix.size() - suffix.size()));
}

/// Used up for today already? Whoever floods is stopped before a signature is checked; the rest is the rule's business.
bool quota_used_up(const registry::State& s, const KeyId& kid, std::string_view typ, Date today) {
  if (!s.policy || s.policy->policy.quotas.empty() || today != s.today) return false;
  const auto type = type_of(typ);
  if (!type) return false;
  const auto used = s.used_today.find({kid, *type});
  if (used == s.used_today.end()) return false;
  const auto& quotas = s.policy->policy.quotas;
  return std::any_of(quotas.begin(), quotas.end(),
                     [&](const record::Quota& q) { return q.act == *type && used->second >= q.per_day; });
}

/// In the state of the head: key, duplicate, quota. False: decided.
bool look_up(const rules::Chain& chain, Date today, Opened& o, Submission& s) {
  auto key = chain.signer_key(o.envelope.kid);
  if (!key && key.error().code == RejectionCode::unknown_key) {
    s.refuse(o.i, std::move(key).error());
    return false;
  }
  // A record stays on the ledger when its key has gone: who repeats it gets it back.
  if (const auto* info = chain.state().find(o.id)) {
    o.stored = info->index;
    return true;
  }
  if (!key) {
    s.refuse(o.i, std::move(key).error());
    return false;
  }
  if (quota_used_up(chain.state(), o.envelope.kid, o.envelope.typ, today)) {
    s.refuse(o.i, Rejection{RejectionCode::quota_exceeded, {}});
    return false;
  }
  o.key = **key;
  return true;
}

/// A final duplicate is answered here; any other by the writer, who knows when it will be final.
Step answer_duplicate(const store::Ledger& ledger, const Opened& o, Outcome& out) {
  if (o.stored->value >= ledger.final_point()->checkpoint.size) return Step::duplicate;
  auto jws = ledger.store().record(*o.stored);
  auto height = ledger.store().height_of(*o.stored);
  if (!jws || !height || !*jws || !*height) {
    out.error = !jws ? jws.error() : !height ? height.error() : unreadable(*o.stored);
    return Step::decided;
  }
  out.status = Outcome::Status::final;
  out.index = o.stored;
  out.height = **height;
  out.stored = std::move(**jws);
  return Step::decided;
}

}  // namespace

Error unreadable(RecordIndex index) {
  const auto n = std::to_string(index.value);
  return make_error("ledger_damaged", "Không đọc được bản ghi " + n + " trên đĩa. Hãy chạy `stele-node fsck`.",
                    "Record " + n + " can't be read from the disk. Run `stele-node fsck`.");
}

Result<void, Rejection> judge_alone(const store::Ledger& ledger, const Item& item) {
  STELE_TRY(const auto envelope, record::open_envelope(item.jws));
  const auto id = record::record_id(envelope.signing_input);
  STELE_TRY(const auto key, ledger.with_chain([&](const rules::Chain& chain) -> Result<VerifyKey, Rejection> {
    STELE_TRY(const auto* found, chain.signer_key(envelope.kid));
    return *found;
  }));
  STELE_CHECK(check_signed(key, envelope, id));
  STELE_TRY(auto record, record::decode(item.jws, envelope, id));
  return ledger.with_chain([&](const rules::Chain& chain) {
    return chain.build(std::nullopt, 0).add(item.jws, std::move(record), item.acks);
  });
}

Admission::Admission(const store::Ledger& ledger, Clock& clock, std::size_t threads,
                     std::function<void(SubmissionPtr)> ready)
    : ledger_(ledger), clock_(clock), ready_(std::move(ready)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) threads_.emplace_back([this] { work(); });
}

Admission::~Admission() {
  stop();
}

void Admission::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& t : threads_) t.join();
  threads_.clear();
}

void Admission::enqueue(const SubmissionPtr& s) {
  const std::size_t count = s->items.size();
  s->records.resize(count);
  s->steps.resize(count, Step::decided);
  s->parts_left = (count + part_items - 1) / part_items;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t begin = 0; begin < count; begin += part_items)
      parts_.push_back({s, begin, std::min(count, begin + part_items)});
  }
  wake_.notify_all();
}

void Admission::work() {
  for (;;) {
    Part part;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !parts_.empty(); });
      if (parts_.empty()) return;
      part = std::move(parts_.front());
      parts_.pop_front();
    }
    admit(*part.submission, part.begin, part.end);
    if (--part.submission->parts_left == 0) ready_(std::move(part.submission));
  }
}

void Admission::admit(Submission& s, std::size_t begin, std::size_t end) const {
  std::vector<Opened> opened;
  opened.reserve(end - begin);
  for (std::size_t i = begin; i < end; ++i) {
    auto envelope = record::open_envelope(s.items[i].jws);
    if (!envelope) {
      s.refuse(i, std::move(envelope).error());
      continue;
    }
    const auto id = record::record_id(envelope->signing_input);
    s.outcomes[i].id = id;
    opened.push_back({i, std::move(*envelope), id, {}, {}});
  }
  const Date today = date_in_vietnam(clock_.now());
  ledger_.with_chain([&](const rules::Chain& chain) {
    opened.erase(std::remove_if(opened.begin(), opened.end(), [&](Opened& o) { return !look_up(chain, today, o, s); }),
                 opened.end());
  });
  for (auto& o : opened) {
    if (o.stored) {
      s.steps[o.i] = answer_duplicate(ledger_, o, s.outcomes[o.i]);
      continue;
    }
    if (auto ok = check_signed(o.key, o.envelope, o.id); !ok) {
      s.refuse(o.i, std::move(ok).error());
    } else if (auto r = record::decode(s.items[o.i].jws, o.envelope, o.id); !r) {
      s.refuse(o.i, std::move(r).error());
    } else {
      s.records[o.i] = std::move(*r);
      s.steps[o.i] = Step::open;
    }
  }
}

}  // namespace stele::ordering
