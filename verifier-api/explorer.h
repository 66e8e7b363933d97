// What operators and the public may see of the network: blocks, votes, counts by kind and day, sheets expected and
// signed. Derived from the final blocks of the verifier's own ledger, in memory, on a thread of its own; no personal
// data takes part (docs/http-api.md, "Explorer").
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "ledger/store/ledger.h"

namespace stele::verifier {

inline constexpr std::size_t explorer_blocks_max = 200'000;  ///< newest blocks that are listed
inline constexpr std::size_t vote_window = 500;              ///< heights by which validators are judged
inline constexpr std::size_t votes_late = 10;                ///< a validator that missed so many in a row is late
inline constexpr std::uint64_t amendment_window_s = 14 * 86'400;

using TypeCounts = std::array<std::uint64_t, record::type_count>;

struct BlockFacts {
  Height height;
  HeaderHash hash;
  UnixSeconds time;
  std::uint64_t size = 0, records = 0;
  Epoch epoch;
  std::uint32_t attempt = 0;
  std::uint16_t orderer = 0;
  std::uint64_t votes = 0;                                    ///< a bit for each validator, from the QC in its child
  std::vector<std::pair<record::Type, std::uint32_t>> types;  ///< of its records, ascending
};

struct DayFacts {
  std::uint64_t blocks = 0, records = 0, edits = 0;
  TypeCounts types{};
};

enum class Health : std::uint8_t { ok, late, silent };
[[nodiscard]] std::string_view health_name(Health);
struct ValidatorFacts {
  std::string id;
  std::uint64_t votes = 0;  ///< in the window
  std::optional<Height> last;
  std::optional<UnixSeconds> last_time;
  Health health = Health::silent;
};
struct VoteWindow {
  Height from, to;  ///< to below from: there is no block yet
  std::vector<ValidatorFacts> validators;
  [[nodiscard]] std::uint64_t heights() const { return to < from ? 0 : to.value - from.value + 1; }
};

struct Sheets {
  std::uint64_t expected = 0, signed_ = 0;
};
struct OfficeFacts {
  std::string org, kind, name;
  std::optional<std::string> parent;
  std::uint64_t children = 0;
  Sheets sheets, below;
  std::uint64_t classes = 0, transcripts = 0, diplomas = 0, certificates = 0, edits = 0, revocations = 0;
};
/// One school year at every organisation in force, by id.
using Year = std::map<std::string, OfficeFacts, std::less<>>;

/// A school whose number of amended rows stands out.
struct Outlier {
  std::string org;
  std::uint64_t edits = 0;
  double median = 0, mad = 0, z = 0;
};
/// Which of these stand out, by the rule of docs/http-api.md, "amendments". Pure.
[[nodiscard]] std::vector<Outlier> outliers(const std::map<std::string, std::uint64_t, std::less<>>& edits_by_school);

struct Overview {
  Height taken;           ///< all of these numbers are as of this block
  bool complete = false;  ///< `taken` is the newest final block, or was a moment ago
  TypeCounts types{};
  std::array<std::uint64_t, 4> statuses{};
  std::uint64_t pending = 0, orgs = 0;
  std::vector<std::string> years;  ///< with a class list, newest first
};

/// The ledger must outlive it. Any thread may ask; answers are copies.
class Explorer {
 public:
  explicit Explorer(const store::Ledger&, std::chrono::milliseconds refresh_pause = std::chrono::seconds(5));
  ~Explorer();
  Explorer(const Explorer&) = delete;
  Explorer& operator=(const Explorer&) = delete;

  void start();
  /// Joins. Later calls do nothing.
  void stop();
  /// Waits until it has taken in the newest final block; false when the time is over. For tests and for the start.
  [[nodiscard]] bool wait_complete(std::chrono::milliseconds) const;

  [[nodiscard]] Overview overview() const;
  /// Below this height (none: from the top), newest first.
  [[nodiscard]] std::vector<BlockFacts> blocks(std::optional<Height> below, std::size_t limit) const;
  /// Before this date, newest first.
  [[nodiscard]] std::vector<std::pair<Date, DayFacts>> days(const std::optional<Date>& before, std::size_t limit) const;
  [[nodiscard]] VoteWindow votes() const;
  [[nodiscard]] std::shared_ptr<const Year> year(const std::string&) const;  ///< none: no class list of that year
  [[nodiscard]] std::vector<Outlier> unusual_amendments() const;

 private:
  struct Facts;
  struct Statuses;
  void run();
  Result<bool> take_next();
  void take_record(const record::Record&, RecordIndex, UnixSeconds, DayFacts&);
  void refresh();
  [[nodiscard]] Statuses read_statuses() const;

  const store::Ledger& ledger_;
  const std::chrono::milliseconds refresh_pause_;  ///< sheets and statuses are counted again at most so often
  mutable std::mutex mutex_;                       ///< of all below but `facts_`, which only the thread uses
  mutable std::condition_variable changed_;
  std::unique_ptr<Facts> facts_;
  Overview overview_;
  std::deque<BlockFacts> blocks_;
  std::map<Date, DayFacts> days_;
  std::vector<std::pair<Height, UnixSeconds>> last_votes_;  ///< by validator; height 0: none
  std::map<std::string, std::shared_ptr<const Year>> years_;
  std::vector<Outlier> outliers_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::verifier
