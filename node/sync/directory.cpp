#include "node/sync/directory.h"

#include <algorithm>

#include "ledger/record/decode.h"
#include "node/http/answers.h"

namespace stele::sync {
namespace {

using http::not_final_yet, http::not_found;

constexpr auto storing_takes = std::chrono::milliseconds(1'000);  ///< at most, where a disk is well
constexpr std::uint64_t portion = 4096;  ///< records looked at under one lock: the writer waits for no more

Error damaged(const Rejection& r) {
  auto e = to_error(r);
  e.code = "store_damaged";
  return e;
}

}  // namespace

Result<Found> find_record(const store::Ledger& ledger, const RecordId& id) {
  const auto index = ledger.with_chain([&](const rules::Chain& c) -> std::optional<RecordIndex> {
    const auto* info = c.state().find(id);
    return info == nullptr ? std::nullopt : std::optional(info->index);
  });
  if (!index) return Unexpected(not_found());
  if (!ledger.wait_until_stored(*index, storing_takes)) return Unexpected(not_final_yet());
  STELE_TRY(auto jws, ledger.store().record(*index));
  STELE_TRY(const auto height, ledger.store().height_of(*index));
  if (!jws || !height) return Unexpected(not_final_yet());  // given up meanwhile
  auto record = record::decode(*jws);
  if (!record) return Unexpected(damaged(record.error()));
  if (record->id != id) return Unexpected(not_final_yet());  // another branch came meanwhile
  return Found{*index, *height, std::move(*jws), std::move(*record)};
}

std::vector<RecordId> pending_changes(const registry::State& s, const RecordId& id) {
  std::vector<RecordId> out;
  if (const auto by = s.claimed.find(id); by != s.claimed.end()) out.push_back(by->second);
  const auto key = s.key_records.find(id);
  for (const auto& [pending_id, p] : s.pending) {
    const auto* c = std::get_if<record::StatusChange>(&p.record.body);
    if (c != nullptr && std::binary_search(c->targets.begin(), c->targets.end(), id)) out.push_back(pending_id);
    const auto* report = std::get_if<record::Compromise>(&p.record.body);
    if (report != nullptr && key != s.key_records.end() && report->key == key->second) out.push_back(pending_id);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<std::vector<RecordId>> Directory::mentions(const RecordId& id) {
  const std::lock_guard lock(mutex_);
  STELE_CHECK(catch_up());
  const auto it = mentions_.find(id);
  auto out = it == mentions_.end() ? std::vector<RecordId>{} : it->second;
  ledger_.with_chain([&](const rules::Chain& c) {
    const auto& s = c.state();
    const auto key = s.key_records.find(id);
    const auto reports = key == s.key_records.end() ? reports_.end() : reports_.find(key->second);
    if (reports != reports_.end()) out.insert(out.end(), reports->second.begin(), reports->second.end());
    std::erase_if(out, [&](const RecordId& m) { return s.find(m) == nullptr; });  // of a branch that was given up
    std::sort(out.begin(), out.end(),
              [&](const RecordId& a, const RecordId& b) { return s.find(a)->index < s.find(b)->index; });
  });
  return out;
}

Result<std::vector<Found>> Directory::amends_of(const RecordId& sheet) {
  STELE_TRY(const auto ids, mentions(sheet));
  std::vector<Found> out;
  for (const auto& id : ids) {
    const bool in_force = ledger_.with_chain([&](const rules::Chain& c) {
      const auto* info = c.state().find(id);
      return info != nullptr && info->type == record::Type::amend &&
             c.state().status.get(info->index) == log::Status::valid;
    });
    if (!in_force) continue;
    STELE_TRY(auto found, find_record(ledger_, id));
    out.push_back(std::move(found));
  }
  return out;
}

Result<std::vector<RecordId>> Directory::credentials(record::Type type, const std::string& org) {
  const std::lock_guard lock(mutex_);
  STELE_CHECK(catch_up());
  const auto it = credentials_.find({type, org});
  return it == credentials_.end() ? std::vector<RecordId>{} : it->second;
}

/// What was taken in of a branch that was given up is forgotten, with all the rest: such branches are rare.
void Directory::forget_another_branch() {
  const bool same = ledger_.with_chain([&](const rules::Chain& c) {
    const auto& ids = c.state().ids;
    return next_ == 0 || (ids.size() >= next_ && ids[next_ - 1] == last_);
  });
  if (same) return;
  mentions_.clear();
  reports_.clear();
  credentials_.clear();
  next_ = 0;
}

Result<void> Directory::catch_up() {
  forget_another_branch();
  for (;;) {
    std::vector<RecordIndex> speaking;
    std::vector<std::pair<RecordId, registry::CredentialState>> issued;
    const auto stored = ledger_.store().tip().value_or(store::Tip{}).records;
    std::optional<RecordId> last;
    const std::uint64_t end = ledger_.with_chain([&](const rules::Chain& c) {
      const auto& s = c.state();
      const std::uint64_t to = std::min<std::uint64_t>({s.ids.size(), stored, next_ + portion});
      for (std::uint64_t i = next_; i < to; ++i) {
        const auto type = s.find(s.ids[i])->type;
        switch (type) {
          case record::Type::approve:
          case record::Type::countersign:
          case record::Type::seal:
          case record::Type::amend:
          case record::Type::suspend:
          case record::Type::reinstate:
          case record::Type::revoke:
          case record::Type::compromise:
            speaking.push_back({i});
            break;
          default:
            if (record::is_credential(type)) issued.emplace_back(s.ids[i], s.credentials.at(s.ids[i]));
        }
      }
      if (to > 0) last = s.ids[to - 1];
      return to;
    });
    if (end <= next_) return {};
    // All are read before one is taken in: an error leaves nothing that would be taken in again.
    std::vector<record::Record> read;
    read.reserve(speaking.size());
    for (const auto index : speaking) {
      STELE_TRY(auto r, read_back(index));
      read.push_back(std::move(r));
    }
    for (const auto& r : read) take(r);
    for (const auto& [id, c] : issued) credentials_[{c.type, c.org}].push_back(id);
    next_ = end;
    last_ = last;
  }
}

Result<record::Record> Directory::read_back(RecordIndex index) const {
  STELE_TRY(const auto jws, ledger_.store().record(index));
  if (!jws) return Unexpected(not_final_yet());  // given up meanwhile
  auto r = record::decode(*jws);
  if (!r) return Unexpected(damaged(r.error()));
  return std::move(*r);
}

void Directory::take(const record::Record& r) {
  if (r.type == record::Type::amend) {
    mentions_[std::get<record::Amend>(r.body).target].push_back(r.id);
    return;
  }
  if (r.type == record::Type::compromise) {
    reports_[std::get<record::Compromise>(r.body).key].push_back(r.id);
    return;
  }
  const auto* second = std::get_if<record::SecondSignature>(&r.body);
  const auto& targets = second != nullptr ? second->targets : std::get<record::StatusChange>(r.body).targets;
  for (const auto& target : targets) mentions_[target].push_back(r.id);
}

}  // namespace stele::sync
