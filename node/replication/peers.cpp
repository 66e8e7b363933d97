#include "node/replication/peers.h"

#include <algorithm>

#include "node/http/answers.h"
#include "signer/issue.h"

namespace stele::replication {
namespace {

constexpr std::size_t idle_clients_max = 4;

Error nobody_answers() {
  return make_error("vault_peers",
                    "Chưa kho nào khác của đơn vị xác nhận đã giữ dữ liệu này, nên chưa ghi vào sổ cái. Hãy gửi lại "
                    "sau; nếu vẫn vậy, hãy báo người quản trị nút.",
                    "No other vault of the organisation has confirmed that it keeps this, so it is not on the ledger "
                    "yet. Send it again later; if that does not help, tell whoever runs the node.");
}

std::vector<std::uint16_t> assigned(const record::Record& r, const registry::State& state) {
  const auto* org = record::org_of(r) != nullptr ? state.org(*record::org_of(r)) : nullptr;
  return org != nullptr ? org->org.vaults : std::vector<std::uint16_t>{};
}

bool has(const std::vector<std::uint16_t>& list, std::uint16_t n) {
  return std::find(list.begin(), list.end(), n) != list.end();
}

}  // namespace

Result<std::unique_ptr<Peers>> Peers::open(const Parts& parts, const std::vector<VaultPeer>& peers,
                                           const http::ClientOptions& options) {
  std::unique_ptr<Peers> out(new Peers(parts));
  const auto& vaults = parts.ledger.genesis().vaults;
  for (const auto& p : peers) {
    if (p.number >= vaults.size() || p.number == parts.number) {
      Where where;
      where.field = "peers.vault";
      return Unexpected(make_error("config_bad_value", "Không có kho này trong tệp gốc, hoặc đó là kho của chính nút.",
                                   "The genesis has no such vault, or it is this node's own.", std::move(where)));
    }
    auto peer = std::make_unique<Peer>();
    peer->at = p;
    peer->id = vaults[p.number].id;
    peer->state = {p.number, p.url, false, std::nullopt};
    STELE_TRY(peer->clients, http::ClientPool::open(p.url, options, idle_clients_max));
    out->peers_.push_back(std::move(peer));
  }
  return out;
}

Result<std::string> Peers::ask(Peer& peer, std::string_view target, std::string body) {
  http::Request r;
  r.method = "POST";
  r.target = target;
  r.headers.add("Content-Type", "application/json");
  r.headers.add("Authorization",
                signer::staff_authorization(p_.vault.key(), p_.vault.key().id(), p_.ledger.genesis().net, peer.id,
                                            r.method, target, body, p_.now()));
  r.body = std::move(body);
  // Not idempotent for the client: the nonce of a request counts once.
  auto answer = peer.clients->send(r, http::Idempotent::no);
  std::optional<Error> error;
  if (!answer) {
    error = answer.error();
  } else if (answer->status != 200) {
    error = make_error("vault_peers", "Kho " + peer.id + " trả lời " + std::to_string(answer->status) + ".",
                       "Vault " + peer.id + " answered " + std::to_string(answer->status) + ".");
  }
  {
    const std::lock_guard lock(mutex_);
    peer.state.reachable = !error;
    peer.state.error = error;
  }
  if (error) return Unexpected(std::move(*error));
  return std::move(answer->body);
}

std::vector<Peers::Wanted> Peers::wanted(const std::vector<Vetting::Vetted>& vetted) const {
  const auto need = std::min<std::size_t>(2, p_.ledger.genesis().vaults.size());
  std::vector<Wanted> out;
  p_.ledger.with_chain([&](const rules::Chain& chain) {
    for (std::size_t i = 0; i < vetted.size(); ++i) {
      const auto& v = vetted[i];
      if (v.refused || v.on_ledger || !record::needs_ack(v.record->type) || v.acks.size() >= need) continue;
      out.push_back({i, vaults_of(*v.record, chain.state())});
    }
  });
  return out;
}

void Peers::ask_for_acks(Peer& peer, std::span<const Wanted> wanted, std::span<const Vetting::Handed> handed,
                         std::vector<Vetting::Vetted>& vetted, std::map<std::size_t, Error>& why) {
  AckQuestion q;
  p_.ledger.with_chain([&](const rules::Chain& chain) {
    q.height = chain.head().height;
    const vault::LedgerView view{&chain.state(), [&](const RecordId& id) { return record_of(p_.ledger, chain, id); }};
    for (const auto& w : wanted) {
      auto books = p_.vault.books_in(*vetted[w.i].record, view);
      q.records.push_back({std::string(handed[w.i].jws), std::string(handed[w.i].payload),
                           books ? std::move(*books) : std::vector<vault::Book>{}});
    }
  });
  const auto body = ask(peer, "/v1/vault/acks", encode(q));
  const auto answers = body ? decode_ack_answer(*body, wanted.size()) : Result<AckAnswer>(Unexpected(body.error()));
  const auto& genesis = p_.ledger.genesis();
  const auto key = VerifyKey::parse(genesis.vaults[peer.at.number].key);
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    auto& v = vetted[wanted[n].i];
    if (!answers) {
      why.try_emplace(wanted[n].i, nobody_answers());
    } else if (const auto* e = std::get_if<Error>(&(*answers)[n])) {
      why.insert_or_assign(wanted[n].i, *e);
    } else {
      for (auto ack : std::get<std::vector<log::Ack>>((*answers)[n])) {
        if (ack.vault != peer.at.number) continue;
        ack.leaf = v.record->leaf;
        if (key && key->verify(log::ack_digest(genesis.net, ack.leaf, ack.vault), ack.signature))
          v.acks.push_back(ack);
        else
          why.try_emplace(wanted[n].i, nobody_answers());
        break;  // one of each vault: twice the same would make the block invalid
      }
    }
  }
}

void Peers::complete(std::span<const Vetting::Handed> handed, std::vector<Vetting::Vetted>& vetted) {
  std::map<std::size_t, Error> why;
  // Who answered last is asked first, so that one that is down costs its time-out once.
  std::vector<Peer*> order;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& p : peers_) order.push_back(p.get());
    std::stable_partition(order.begin(), order.end(), [](const Peer* p) { return p->state.reachable; });
  }
  for (auto* peer : order) {
    std::vector<Wanted> portion;
    std::size_t bytes = 0;
    const auto go = [&] {
      if (!portion.empty()) ask_for_acks(*peer, portion, handed, vetted, why);
      portion.clear();
      bytes = 0;
    };
    for (auto& w : wanted(vetted)) {
      if (!has(w.from, peer->at.number)) continue;
      const auto size = handed[w.i].jws.size() + handed[w.i].payload.size();
      if (portion.size() == records_per_question_max || (!portion.empty() && bytes + size > body_bytes_wanted)) go();
      bytes += size;
      portion.push_back(std::move(w));
    }
    go();
  }
  for (const auto& w : wanted(vetted)) {
    const auto it = why.find(w.i);
    vetted[w.i].refused = it != why.end() ? it->second : nobody_answers();
  }
  for (auto& v : vetted) {
    std::sort(v.acks.begin(), v.acks.end(), [](const log::Ack& a, const log::Ack& b) { return a.vault < b.vault; });
  }
}

void Peers::not_taken(std::span<const record::Record> records, std::span<const std::string> jws) {
  std::map<std::uint16_t, std::vector<std::string>> by_vault;
  p_.ledger.with_chain([&](const rules::Chain& chain) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      for (const auto n : vaults_of(records[i], chain.state())) by_vault[n].push_back(jws[i]);
    }
  });
  for (const auto& peer : peers_) {
    const auto& list = by_vault[peer->at.number];
    for (std::size_t from = 0; from < list.size(); from += records_per_question_max) {
      const auto portion = std::span(list).subspan(from, std::min(records_per_question_max, list.size() - from));
      if (!ask(*peer, "/v1/vault/not-taken", encode_lines(portion))) break;
    }
  }
}

Peers::Found Peers::copies(std::span<const record::Record> records) {
  Found out;
  std::map<RecordId, std::vector<std::uint16_t>> from;
  p_.ledger.with_chain([&](const rules::Chain& chain) {
    for (const auto& r : records) from[r.id] = assigned(r, chain.state());
  });
  std::map<RecordId, bool> asked;
  for (const auto& peer : peers_) {
    std::vector<RecordId> ids;
    for (const auto& r : records) {
      if (has(from[r.id], peer->at.number)) ids.push_back(r.id);
    }
    while (!ids.empty()) {
      const std::vector<RecordId> portion(
          ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(copies_per_question_max, ids.size())));
      const auto body = ask(*peer, "/v1/vault/copies", encode_ids(portion));
      auto copies = body ? decode_copies(*body) : Result<Copies>(Unexpected(body.error()));
      if (!copies || copies->size() > portion.size()) break;
      for (std::size_t i = 0; i < copies->size(); ++i) {
        asked[portion[i]] = true;
        if ((*copies)[i]) out.copies[portion[i]].push_back(std::move(*(*copies)[i]));
      }
      ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(copies->size()));
    }
  }
  for (auto& [id, texts] : out.copies) {
    std::stable_sort(texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }
  out.asked = std::all_of(records.begin(), records.end(), [&](const auto& r) { return asked.contains(r.id); });
  return out;
}

std::vector<PeerState> Peers::status() const {
  const std::lock_guard lock(mutex_);
  std::vector<PeerState> out;
  for (const auto& p : peers_) out.push_back(p->state);
  return out;
}

void Peers::stop() {
  for (const auto& p : peers_) p->clients->cancel();
}

}  // namespace stele::replication
