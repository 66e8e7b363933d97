// Who waits for a record: answered when it is final here, or refused.
#include <algorithm>

#include "node/committee/impl.h"

namespace stele::committee {

/// Which records are in a block here, and which of those are final. A block that is given up takes them out again.
void Committee::Impl::look_after_waiting() {
  const auto final_size = ledger.final_point()->checkpoint.size;
  std::erase_if(waiting, [&](Waiting& w) {
    const auto* info = ledger.chain().state().find(w.outcome().id);
    w.placed = info != nullptr;
    if (info == nullptr) return false;
    w.outcome().index = info->index;
    return info->index.value < final_size && answer_final(w);
  });
}

/// A refusal does not wait until this one loses its patience with whoever leads, and who has asked wants to hear it of
/// two.
void Committee::Impl::judge_waiting(Steady::time_point now) {
  const auto& chain = ledger.chain();
  const auto time = std::max(chain.head().time, clock.now());
  const auto ripe = [&](const Waiting& w) { return !w.placed && !w.judged && now >= w.since + options.judge_after; };
  if (std::none_of(waiting.begin(), waiting.end(), ripe)) return;
  // While it is behind, it would refuse what it has not heard of yet.
  if (feed.has_slot_above(chain.head().height)) return;
  std::erase_if(waiting, [&](Waiting& w) {
    if (!ripe(w)) return false;
    w.judged = true;
    auto ok = chain.judge(w.submission->records[w.i], time);
    if (ok) return false;
    w.submission->refuse(w.i, std::move(ok).error());
    decided(w);
    return true;
  });
}

/// The ledger's copy replaces the client's: the same content may have been signed twice.
bool Committee::Impl::answer_final(const Waiting& w) {
  auto& out = w.outcome();
  auto jws = ledger.store().record(*out.index);
  const auto height = ledger.store().height_of(*out.index);
  if (!jws || !height || !*jws || !*height) {
    w.submission->fail(w.i, !jws ? jws.error() : !height ? height.error() : ordering::unreadable(*out.index));
  } else {
    out.status = Outcome::Status::final;
    out.height = **height;
    if (w.submission->steps[w.i] == Step::duplicate || **jws != w.submission->items[w.i].jws)
      out.stored = std::move(**jws);
  }
  decided(w);
  return true;
}

void Committee::Impl::decided(const Waiting& w) {
  auto& s = *w.submission;
  STELE_ASSERT(s.undecided > 0);
  if (--s.undecided == 0) deliver(s);
}

/// At the end: nobody is left without an answer.
void Committee::Impl::fail_all(const Error& why) {
  take_ready();
  for (const auto& w : waiting) {
    if (w.placed) {
      w.outcome().status = Outcome::Status::pending;
      if (const auto height = ledger.store().height_of(*w.outcome().index); height && *height)
        w.outcome().height = **height;
    } else {
      w.submission->fail(w.i, why);
    }
    decided(w);
  }
  waiting.clear();
}

}  // namespace stele::committee
