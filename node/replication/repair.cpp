#include "node/replication/repair.h"

#include <algorithm>

#include "ledger/record/decode.h"

namespace stele::replication {
namespace {

constexpr std::uint64_t records_per_step = 256;
constexpr std::size_t wanting_max = 65'536;

Error too_much_wanting() {
  return make_error("vault_wanting", "Quá nhiều bản ghi mà không kho nào khác còn giữ; đã ngừng tìm tiếp.",
                    "Too many records of which no other vault holds anything; looking further has stopped.");
}

Error nobody_asked() {
  return make_error("vault_peers", "Không hỏi được kho nào khác để bổ sung dữ liệu còn thiếu ở kho này.",
                    "No other vault could be asked for what this vault lacks.");
}

}  // namespace

Repair::Repair(const store::Ledger& ledger, vault::Vault& vault, Peers& peers, std::uint16_t number,
               RepairOptions options)
    : ledger_(ledger), vault_(vault), peers_(peers), number_(number), options_(options) {}

Repair::~Repair() {
  stop();
}

void Repair::start() {
  thread_ = std::thread([this] { run(); });
}

void Repair::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

RepairState Repair::status() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Repair::run() {
  auto last = std::chrono::steady_clock::time_point{};
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    const bool again = now - last >= options_.again;
    if (again) last = now;
    const auto done = step(again);
    std::unique_lock lock(mutex_);
    state_.error = done ? std::optional<Error>{} : std::optional(done.error());
    const bool more = done && state_.looked_at < state_.records;
    if (wake_.wait_for(lock, more ? std::chrono::milliseconds(0) : options_.beat, [this] { return stopping_; })) return;
  }
}

Result<std::optional<record::Record>> Repair::record_at(std::uint64_t index) const {
  STELE_TRY(const auto jws, ledger_.store().record({index}));
  auto r = jws ? record::decode(*jws) : Result<record::Record, Rejection>(Unexpected(Rejection{}));
  return r ? std::optional(std::move(*r)) : std::optional<record::Record>{};
}

/// Something of it is handed in beside it, and this vault keeps that organisation's data.
bool Repair::mine(const record::Record& r) const {
  if (!record::needs_ack(r.type) && r.type != record::Type::key) return false;
  return ledger_.with_chain([&](const rules::Chain& c) {
    const auto* org = record::org_of(r) != nullptr ? c.state().org(*record::org_of(r)) : nullptr;
    return org != nullptr &&
           std::find(org->org.vaults.begin(), org->org.vaults.end(), number_) != org->org.vaults.end();
  });
}

Result<std::vector<Repair::Lacking>> Repair::look(vault::Vault::RepairPoint& point, std::uint64_t end) {
  std::vector<Lacking> out;
  for (; point.next < end; ++point.next) {
    STELE_TRY(auto r, record_at(point.next));
    if (!r) continue;
    const auto* org = std::get_if<record::Org>(&r->body);
    if (org != nullptr && org->replaces && point.next >= point.rescanned &&
        std::find(org->vaults.begin(), org->vaults.end(), number_) != org->vaults.end()) {
      // It may have become this vault's now: what was signed there before is looked for, too.
      point.rescanned = point.next + 1;
      point.next = 0;
      return out;
    }
    if (mine(*r) && !vault_.holds(*r)) out.push_back({point.next, std::move(*r)});
  }
  return out;
}

Result<void> Repair::fetch(std::vector<Lacking> lacking, std::vector<std::uint64_t>& still_wanting) {
  std::optional<Error> fault;
  for (std::size_t from = 0; from < lacking.size(); from += copies_per_question_max) {
    const auto count = std::min(copies_per_question_max, lacking.size() - from);
    std::vector<record::Record> records;
    for (std::size_t i = 0; i < count; ++i) records.push_back(lacking[from + i].record);
    const auto found = peers_.copies(records);
    if (!found.asked && found.copies.empty()) return Unexpected(nobody_asked());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& r = records[i];
      const auto it = found.copies.find(r.id);
      // The name behind a key may never have been handed in; all else was, or it would not be on the ledger.
      if (it == found.copies.end()) {
        if (r.type != record::Type::key || !found.asked) still_wanting.push_back(lacking[from + i].index);
        continue;
      }
      Result<void> done;
      for (const auto& copy : it->second) {
        done = ledger_.with_chain([&](const rules::Chain& c) {
          return vault_.adopt(r, copy, {&c.state(), [&](const RecordId& id) { return record_of(ledger_, c, id); }});
        });
        if (done) break;
      }
      const std::lock_guard lock(mutex_);
      if (done) {
        ++state_.adopted;
      } else {
        fault = done.error();
        still_wanting.push_back(lacking[from + i].index);
      }
    }
  }
  if (fault) return Unexpected(std::move(*fault));
  return {};
}

Result<void> Repair::step(bool again) {
  const auto size = ledger_.final_point()->checkpoint.size;
  STELE_TRY(auto point, vault_.repair_point());
  const auto tell = [&] {
    const std::lock_guard lock(mutex_);
    state_.looked_at = std::min(point.next, size);
    state_.records = size;
    state_.wanting = point.wanting.size();
  };
  tell();
  std::vector<Lacking> lacking;
  const bool old = again && !point.wanting.empty();
  if (old) {
    for (const auto index : std::exchange(point.wanting, {})) {
      STELE_TRY(auto r, record_at(index));
      if (r && mine(*r) && !vault_.holds(*r)) lacking.push_back({index, std::move(*r)});
    }
  }
  if (point.wanting.size() + lacking.size() >= wanting_max) return Unexpected(too_much_wanting());
  // A look at all of it takes the organisations as they are now: what named this vault before needs no look of its own.
  if (point.next == 0) point.rescanned = std::max(point.rescanned, size);
  const auto before = point.next;
  STELE_TRY(auto fresh, look(point, std::min(size, point.next + records_per_step)));
  std::move(fresh.begin(), fresh.end(), std::back_inserter(lacking));
  if (!old && point.next == before) return {};
  auto fetched = fetch(std::move(lacking), point.wanting);
  // While nobody can be asked, nothing is put off: it is looked at again.
  if (!fetched && fetched.error().code == nobody_asked().code) return fetched;
  std::sort(point.wanting.begin(), point.wanting.end());
  point.wanting.erase(std::unique(point.wanting.begin(), point.wanting.end()), point.wanting.end());
  STELE_CHECK(vault_.set_repair_point(point));
  tell();
  return fetched;
}

}  // namespace stele::replication
