// What a Ledger holds. Internal to ledger/store.
#pragma once

#include <atomic>

#include "ledger/store/authority_history.h"
#include "ledger/store/ledger.h"
#include "ledger/store/set_history.h"
#include "ledger/store/status_history.h"

namespace stele::store {

/// A header and its text.
struct Link {
  log::Checkpoint checkpoint;
  std::string text;
  HeaderHash hash;
};
[[nodiscard]] Link genesis_link(const record::Genesis&);

/// What readers see of the end of the chain; replaced as a whole.
struct View {
  std::shared_ptr<const FinalPoint> final;
  Height certified;    ///< the head's, or its parent's while the head waits for its QC
  Bytes certified_qc;  ///< empty at height 0
};

struct Ledger::Impl {
  explicit Impl(const record::Genesis& g) : genesis(g), chain(g), head(genesis_link(g)), parent(head) {
    rules::Applied first;
    first.header = head.checkpoint;
    first.header_text = head.text;
    first.header_hash = head.hash;
    first.signers = first.child_signers = chain.signers();
    tail.push_back(std::move(first));
  }

  record::Genesis genesis;
  std::unique_ptr<Store> store;
  std::unique_ptr<HeadKeeper> head_file;
  rules::Chain chain;
  StatusHistory statuses;
  AuthorityHistory authority;
  SetHistory sets;

  // The writer's own.
  Link head, parent;  ///< equal at height 0
  std::optional<log::QuorumCertificate> head_qc;
  std::vector<rules::Applied> tail;
  std::atomic<bool> failed = false;
  /// The chain, head and head_qc have moved on by them.
  struct Accepted {
    rules::Applied applied;
    BlockRow row;
    std::optional<log::QuorumCertificate> qc;  ///< none: only the last can be without
    Link parent, head;
  };
  std::vector<Accepted> accepted;
  std::size_t accepted_bytes = 0;

  void extend_tail(const rules::Applied&);
  void cut_tail(Height final_height);
  /// The head is certified: its parent is final if both are of one epoch.
  void publish(const Link& parent, const Link& head, const Bytes& head_qc);
  /// Another branch's view. What is final stays so, by the child that made it so, even if that child is given up.
  void take_view(const Impl& other);
  [[nodiscard]] View view() const {
    const std::lock_guard lock(view_mutex_);
    return view_;
  }

 private:
  mutable std::mutex view_mutex_;
  View view_;
};

}  // namespace stele::store
