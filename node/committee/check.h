// Which messages a node takes and hands on: those that are signed by whom they speak for, and are of use.
#pragma once

#include <chrono>
#include <map>
#include <mutex>

#include "ledger/store/ledger.h"
#include "node/committee/feed.h"

namespace stele::committee {

enum class Unfit : std::uint8_t {
  forged,   ///< the signature is not that of the key that it names: whoever sent it lies
  unknown,  ///< of a key that has no part in what is known here, which may be too little: passed over
  useless,  ///< behind what is final here, or too far ahead to be kept
};

/// Of one key, in `complaint_lasts`: who complains without end is not heard.
inline constexpr std::size_t complaints_heard_max = 64;
inline constexpr std::chrono::seconds complaint_lasts{custody::complaint_lasts_s};

/// Any thread may use all of it. The ledger must outlive it.
class Checker {
 public:
  explicit Checker(const store::Ledger& ledger) : ledger_(ledger) {}

  struct Fit {
    Lane lane;
    std::optional<Height> height;
  };
  [[nodiscard]] Result<Fit, Unfit> check(const Message&);

  /// Whose block for just that slot these bytes are.
  struct Author {
    std::optional<PublicKey> key{};  ///< none: nobody's
    bool unknown = false;            ///< it names an orderer that may yet come to be on this ledger
  };
  [[nodiscard]] static Author author_of(const store::Ledger&, const Slot&, ByteView block);

 private:
  [[nodiscard]] Result<Fit, Unfit> fit(const log::SignedVote&) const;
  [[nodiscard]] Result<Fit, Unfit> fit(const StatementMessage&) const;
  [[nodiscard]] Result<Fit, Unfit> fit(const log::Recovery&);
  [[nodiscard]] Result<Fit, Unfit> fit(const SlotMessage&) const;
  [[nodiscard]] Result<Fit, Unfit> fit(const VoidSlot&) const;
  [[nodiscard]] Result<Fit, Unfit> fit(const custody::Complaint&);
  [[nodiscard]] bool timely(const custody::Complaint&) const;
  [[nodiscard]] bool on_our_chain(const log::Place&) const;
  [[nodiscard]] bool may_be_heard(const PublicKey&, const Digest& item);
  bool hear(const PublicKey&, const Digest& item);
  [[nodiscard]] std::optional<VerifyKey> validator(const PublicKey&) const;
  [[nodiscard]] std::optional<VerifyKey> orderer(const PublicKey&) const;
  [[nodiscard]] std::optional<Unfit> false_receipts(const custody::Complaint&) const;
  [[nodiscard]] std::optional<VerifyKey> recovered(const PublicKey&, const Digest& recovery) const;
  [[nodiscard]] bool of_use(Height, std::uint64_t below = 0) const;

  const store::Ledger& ledger_;
  mutable std::mutex mutex_;
  std::vector<log::Recovery> recoveries_;  ///< checked; the newest last
  using Steady = std::chrono::steady_clock;
  std::map<PublicKey, std::map<Digest, Steady::time_point>> complaints_;  ///< of each key: items, and when
};

}  // namespace stele::committee
