#include "node/replication/vetting.h"

#include <algorithm>

#include "ledger/record/decode.h"

namespace stele::replication {
namespace {

constexpr std::size_t kept_under_one_lock = 8;  ///< payloads checked while the writer waits

Error not_assigned(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& n : names) list += (list.empty() ? "" : ", ") + n;
  return make_error(
      "vault_not_assigned",
      "Kho của nút này không giữ dữ liệu của đơn vị đó. Hãy gửi đến nút có một trong các kho: " + list + ".",
      "This node's vault does not keep that organisation's data. Send it to a node with one of these "
      "vaults: " +
          list + ".");
}

}  // namespace

std::optional<record::Record> record_of(const store::Ledger& ledger, const rules::Chain& chain, const RecordId& id) {
  const auto* info = chain.state().find(id);
  if (info == nullptr) return std::nullopt;
  const auto jws = ledger.store().record(info->index);
  if (!jws || !*jws) return std::nullopt;
  auto r = record::decode(**jws);
  return r ? std::optional(std::move(*r)) : std::nullopt;
}

std::vector<std::uint16_t> vaults_of(const record::Record& r, const registry::State& state) {
  const auto* org = record::needs_ack(r.type) && record::org_of(r) != nullptr ? state.org(*record::org_of(r)) : nullptr;
  return org != nullptr ? org->org.vaults : std::vector<std::uint16_t>{};
}

vault::LedgerView Vetting::view(const rules::Chain& chain) const {
  return {&chain.state(), [this, &chain](const RecordId& id) { return record_of(p_.ledger, chain, id); }};
}

std::vector<Vetting::Vetted> Vetting::vet(std::span<const Handed> handed) const {
  std::vector<Vetted> out(handed.size());
  for (std::size_t i = 0; i < handed.size(); ++i) {
    auto r = record::decode(handed[i].jws);
    if (r)
      out[i].record = std::move(*r);
    else
      out[i].refused = to_error(r.error());
  }
  judge(out);
  keep(handed, out);
  return out;
}

/// Envelope, duplicate, key, signature, authority.
void Vetting::judge(std::vector<Vetted>& all) const {
  std::vector<std::optional<VerifyKey>> keys(all.size());
  p_.ledger.with_chain([&](const rules::Chain& chain) {
    const auto& vaults = p_.ledger.genesis().vaults;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto& v = all[i];
      if (v.refused) continue;
      v.on_ledger = chain.state().find(v.record->id) != nullptr;
      if (v.on_ledger) continue;
      if (auto key = chain.signer_key(v.record->kid))
        keys[i] = **key;
      else
        v.refused = to_error(key.error());
      const auto assigned = vaults_of(*v.record, chain.state());
      if (v.refused || vaults.size() < 2 || assigned.empty()) continue;
      if (std::find(assigned.begin(), assigned.end(), p_.number) != assigned.end()) continue;
      std::vector<std::string> names;
      names.reserve(assigned.size());
      for (const auto n : assigned) names.push_back(vaults.at(n).id);
      v.refused = not_assigned(names);
    }
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].refused || !keys[i]) continue;
    if (auto ok = record::check_signature(*all[i].record, *keys[i]); !ok) all[i].refused = to_error(ok.error());
  }
  const auto now = p_.clock.now();
  p_.ledger.with_chain([&](const rules::Chain& chain) {
    const auto time = std::max(chain.head().time, now);
    for (auto& v : all) {
      if (v.refused || v.on_ledger) continue;
      if (auto ok = chain.judge(*v.record, time); !ok) v.refused = to_error(ok.error());
    }
  });
}

/// A payload came again for a record that is on the ledger, and what this vault holds of it is not whole.
bool Vetting::lacking(const Vetted& v, const Handed& h) const {
  if (h.payload.empty()) return false;
  const auto assigned =
      p_.ledger.with_chain([&](const rules::Chain& chain) { return vaults_of(*v.record, chain.state()); });
  return std::find(assigned.begin(), assigned.end(), p_.number) != assigned.end() && !p_.vault.holds(*v.record);
}

/// Hands payloads to the vault, few at a time: it reads the state, which can't move meanwhile.
void Vetting::keep(std::span<const Handed> handed, std::vector<Vetted>& all) const {
  std::vector<std::size_t> waiting;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].refused && (!all[i].on_ledger || lacking(all[i], handed[i]))) waiting.push_back(i);
  }
  for (std::size_t from = 0; from < waiting.size(); from += kept_under_one_lock) {
    const auto portion = std::span(waiting).subspan(from, std::min(kept_under_one_lock, waiting.size() - from));
    std::vector<vault::Submission> submissions;
    for (const auto i : portion)
      submissions.push_back({&*all[i].record, handed[i].jws, handed[i].payload, handed[i].books});
    auto kept =
        p_.ledger.with_chain([&](const rules::Chain& chain) { return p_.vault.accept(submissions, view(chain)); });
    for (std::size_t n = 0; n < portion.size(); ++n) {
      auto& v = all[portion[n]];
      if (v.on_ledger) continue;  // whether it could be mended or not, the record is where it should be
      if (kept[n])
        v.acks = std::move(*kept[n]);
      else
        v.refused = std::move(kept[n].error());
    }
  }
}

void Vetting::not_taken(std::span<const record::Record> records) const {
  std::vector<RecordId> ids;
  ids.reserve(records.size());
  for (const auto& r : records) ids.push_back(r.id);
  p_.vault.arrived(ids);
}

Result<void> Vetting::sweep() const {
  for (bool more = true; more;) {
    const auto done = p_.ledger.with_chain([&](const rules::Chain& chain) {
      const auto point = p_.ledger.final_point();
      return p_.vault.sweep({&chain.state(), {}}, point->checkpoint.time, point->checkpoint.size);
    });
    if (!done) return Unexpected(done.error());
    more = *done;
  }
  return {};
}

Result<void> Vetting::dropped(std::span<const record::Record> records) const {
  return p_.ledger.with_chain([&](const rules::Chain& chain) {
    return p_.vault.not_taken(records, {&chain.state(), {}});
  });
}

}  // namespace stele::replication
