// Handing records over to orderers, one thread for each, and what these answer.
#include <fmt/format.h>

#include "node/relay/impl.h"

namespace stele::relay {
namespace {

constexpr std::uint64_t words_ahead_max = 1'024;       ///< heights above ours that an orderer's word may name
constexpr std::size_t portion_bytes_max = 4ULL << 20;  ///< of one request, beyond its first item

Error refused_by(int status) {
  return make_error("orderer_refused", fmt::format("Nút sắp xếp trả lời HTTP {}; sẽ thử lại.", status),
                    fmt::format("The orderer answered HTTP {}; it will be asked again.", status));
}
Error unsigned_word() {
  return make_error("custody_unsigned", "Nút sắp xếp nói là đang giữ bản ghi mà chữ ký nhận sai; sẽ hỏi nút khác.",
                    "The orderer says that it has records, and its signature for them is false; another one is asked.");
}
Error could_not(const custody::Fate& f) {
  return make_error(f.code, fmt::format("Nút sắp xếp chưa nhận được bản ghi ({}); sẽ thử lại.", f.code),
                    fmt::format("The orderer could not take the record ({}); it will be asked again.", f.code));
}

}  // namespace

void Relay::Impl::carry(std::size_t number) {
  auto& c = *couriers[number];
  auto backoff = options.backoff_min;
  std::unique_lock lock(mutex);
  while (!stopping_now) {
    c.wake.wait(lock, [&] { return stopping_now || !c.queue.empty(); });
    if (Steady::now() < c.not_before) {
      c.wake.wait_until(lock, c.not_before, [&] { return stopping_now; });
      continue;
    }
    const auto portion = take_portion(c);
    if (portion.empty() || stopping_now) continue;
    for (const auto& e : portion) e->copies[number].state = Copy::State::sent;
    lock.unlock();
    auto answer = hand_over(c, portion);
    lock.lock();
    std::optional<Error> trouble;
    if (answer) {
      const auto& fates = answer->fates.fates;
      c.status.leads = answer->fates.leads;
      take_fates(number, portion, *answer);
      const auto failed =
          std::find_if(fates.begin(), fates.end(), [](const Fate& f) { return f.status == Fate::Status::failed; });
      if (failed != fates.end()) trouble = could_not(*failed);
    } else {
      trouble = answer.error();
      c.status.leads = false;
      for (const auto& e : portion) {
        e->copies[number].state = Copy::State::queued;
        e->copies[number].has = false;
        c.queue.push_back(e);
      }
    }
    c.status.reachable = !trouble;
    if (trouble) {
      c.status.error = trouble;
      c.not_before = Steady::now() + std::exchange(backoff, std::min(backoff * 2, options.backoff_max));
    } else {
      backoff = options.backoff_min;
    }
    woken = true;
    wake_up.notify_one();
  }
}

/// Under the mutex.
std::vector<Relay::Impl::EntryPtr> Relay::Impl::take_portion(Courier& c) const {
  std::vector<EntryPtr> out;
  std::size_t size = 0;
  while (!c.queue.empty() && out.size() < custody::items_max) {
    const auto& e = c.queue.front();
    if (!e->gone) {
      if (!out.empty() && size + e->bytes.size() > portion_bytes_max) break;
      size += e->bytes.size();
      out.push_back(e);
    }
    c.queue.pop_front();
  }
  return out;
}

/// Its bytes never change: read without the mutex.
Result<Relay::Impl::Answer> Relay::Impl::hand_over(Courier& c, const std::vector<EntryPtr>& portion) const {
  std::vector<const Bytes*> items;
  items.reserve(portion.size());
  for (const auto& e : portion) items.push_back(&e->bytes);
  http::Request request;
  request.method = "POST";
  request.target = fmt::format("/v1/relay?wait_ms={}", options.wait.count());
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = as_text(custody::encode_items(items));
  STELE_TRY(const auto response, c.client.send(request, http::Idempotent::yes));
  if (response.status != 200) return Unexpected(refused_by(response.status));
  STELE_TRY(auto fates, custody::decode_fates(as_bytes(response.body), portion.size()));
  Answer out{std::move(fates), {}};
  if (!out.fates.word) return out;
  const auto& word = *out.fates.word;
  std::vector<Digest> signed_for;
  for (std::size_t i = 0; i < portion.size(); ++i) {
    if (has(out.fates.fates[i])) signed_for.push_back(portion[i]->digest);
  }
  const auto digest = word_digest(home.ledger.genesis().net, word, signed_for.size(), custody::root_of(signed_for));
  if (word.orderer != c.target.orderer || !c.key.verify(digest, word.signature) || !timely(word))
    return Unexpected(unsigned_word());
  out.receipts = custody::receipts_of(word, signed_for);
  return out;
}

/// A receipt of another day would be worth nothing.
bool Relay::Impl::timely(const custody::Word& word) const {
  const auto now = home.clock.now().value;
  const auto highest = home.ledger.final_point()->checkpoint.height.value + words_ahead_max;
  return word.height.value <= highest && word.time.value <= now + custody::clocks_apart_max_s &&
         now <= word.time.value + custody::clocks_apart_max_s;
}

/// Under the mutex.
void Relay::Impl::take_fates(std::size_t number, const std::vector<EntryPtr>& portion, const Answer& answer) {
  const auto now = Steady::now();
  std::size_t signed_for = 0;
  for (std::size_t i = 0; i < portion.size(); ++i) {
    auto& e = *portion[i];
    auto& copy = e.copies[number];
    const auto& fate = answer.fates.fates[i];
    copy.has = has(fate) || fate.status == Fate::Status::heard;
    if (has(fate)) {
      const auto& receipt = answer.receipts[signed_for++];
      if (!copy.receipt) copy.receipt = receipt;
      if (!e.signed_since) e.signed_since = now;
      if (fate.status == Fate::Status::final && !copy.final_at) copy.final_at = receipt.word.height;
      copy.heard.reset();
      copy.mute = false;
    }
    switch (fate.status) {
      case Fate::Status::heard:
        if (!copy.heard) copy.heard = now;
        copy.mute = now >= *copy.heard + options.left_out;
        [[fallthrough]];
      case Fate::Status::held:
      case Fate::Status::final:  // there; here it is not yet
        copy.state = Copy::State::held;
        copy.pause = std::clamp(copy.pause * 2, options.ask_min, options.ask_max);
        copy.due = now + copy.pause;
        break;
      case Fate::Status::refused:
        copy.state = Copy::State::refused;
        copy.receipt.reset();  // it may not have known better when it signed
        if (!e.refusal) {
          e.refusal = Rejection{*custody::rejection_named(fate.code), fate.where};
          e.refused_since = now;
        }
        break;
      case Fate::Status::failed:
        copy.state = Copy::State::queued;
        couriers[number]->queue.push_back(portion[i]);
        break;
    }
  }
}

}  // namespace stele::relay
