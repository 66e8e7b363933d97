#include "node/sync/directory.h"

#include <algorithm>

#include "ledger/record/decode.h"
#include "node/http/answers.h"

namespace stele::sync {
namespace {

using http::not_final_yet, http::not_found;

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
  STELE_TRY(auto jws, ledger.store().record(*index));
  STELE_TRY(const auto height, ledger.store().height_of(*index));
  if (!jws || !height) return Unexpected(not_final_yet());  // judged, but not stored yet
  auto record = record::decode(*jws);
  if (!record) return Unexpected(damaged(record.error()));
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

Result<void> Directory::catch_up() {
  for (;;) {
    std::vector<std::pair<RecordIndex, record::Type>> speaking;
    std::vector<std::pair<RecordId, registry::CredentialState>> issued;
    const std::uint64_t end = ledger_.with_chain([&](const rules::Chain& c) {
      const auto& s = c.state();
      const std::uint64_t to = std::min<std::uint64_t>(s.ids.size(), next_ + portion);
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
            speaking.emplace_back(RecordIndex{i}, type);
            break;
          default:
            if (record::is_credential(type)) issued.emplace_back(s.ids[i], s.credentials.at(s.ids[i]));
        }
      }
      return to;
    });
    if (end == next_) return {};
    for (const auto& [index, type] : speaking) STELE_CHECK(take(index, type));
    for (const auto& [id, c] : issued) credentials_[{c.type, c.org}].push_back(id);
    next_ = end;
  }
}

Result<void> Directory::take(RecordIndex index, record::Type type) {
  STELE_TRY(const auto jws, ledger_.store().record(index));
  if (!jws) return Unexpected(not_final_yet());
  const auto r = record::decode(*jws);
  if (!r) return Unexpected(damaged(r.error()));
  if (type == record::Type::amend) {
    mentions_[std::get<record::Amend>(r->body).target].push_back(r->id);
    return {};
  }
  if (type == record::Type::compromise) {
    reports_[std::get<record::Compromise>(r->body).key].push_back(r->id);
    return {};
  }
  const auto* second = std::get_if<record::SecondSignature>(&r->body);
  const auto& targets = second != nullptr ? second->targets : std::get<record::StatusChange>(r->body).targets;
  for (const auto& target : targets) mentions_[target].push_back(r->id);
  return {};
}

}  // namespace stele::sync
