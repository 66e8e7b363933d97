// From the body of `POST /v1/records` to one answer for each record: what needs a vault goes there first, then all of
// it to the orderer (DESIGN.md section 4, "Admission").
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "ledger/record/json.h"
#include "ledger/store/ledger.h"
#include "node/http/metrics.h"
#include "node/http/work_pool.h"
#include "node/ordering/clock.h"
#include "node/ordering/orderer.h"
#include "node/replication/peers.h"
#include "node/replication/vetting.h"

namespace stele::app {

inline constexpr std::size_t records_per_request_max = 1000;
inline constexpr auto answer_within = std::chrono::seconds(30);

struct Incoming {
  std::string_view jws;
  std::string payload;  ///< JSON for the vault; empty: none
};

struct Answered {
  enum class Status : std::uint8_t { final, pending, refused } status = Status::pending;
  RecordId id;
  std::optional<RecordIndex> index;
  std::optional<Height> height;
  std::string jws;             ///< what the ledger holds, if other bytes were sent
  std::optional<Error> error;  ///< refused: theirs; pending: ours, and repeating is harmless
};

/// A request's records, and the bytes that they point into.
class Batch {
 public:
  /// `{"records":[{"jws","payload"?}]}`. `bad_request`, `json_…`, `too_many`.
  [[nodiscard]] static Result<Batch> from_json(std::string_view body);
  /// One JWS a line.
  [[nodiscard]] static Result<Batch> from_lines(std::string body);
  [[nodiscard]] const std::vector<Incoming>& records() const { return records_; }
  [[nodiscard]] bool has_payloads() const;

 private:
  std::unique_ptr<const std::string> lines_;  // on the heap, like the tree: moving a Batch moves no text
  std::unique_ptr<const json::Value> tree_;
  std::vector<Incoming> records_;
};

/// `{"results":[…]}`
[[nodiscard]] std::string results_json(const std::vector<Answered>&);

/// Any thread.
class Admission {
 public:
  struct Parts {
    const store::Ledger& ledger;
    vault::Vault* vault;                  ///< null: what comes with a payload is refused, `no_vault`
    const replication::Vetting* vetting;  ///< with a vault
    replication::Peers* peers;            ///< vaults of other nodes; null: none are asked
    ordering::Orderer& orderer;
    http::WorkPool& pool;
    http::Metrics& metrics;
  };
  /// Called once, on any thread; must not block.
  using Done = std::function<void(std::vector<Answered>)>;

  explicit Admission(const Parts&);
  ~Admission();
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  /// With `wait`, `done` is called when all are known, and after `answer_within` with `pending` for the rest; without,
  /// at once.
  void submit(Batch, bool wait, Done done);
  /// Answers what is open with `pending`. After the orderer and the pool were stopped.
  void stop();

 private:
  struct Job;
  using JobPtr = std::shared_ptr<Job>;
  using Positions = std::vector<std::size_t>;
  /// `kept`: the vault has what belongs to them, and learns what becomes of them.
  void order(const JobPtr&, Positions, std::vector<ordering::Item>, bool kept);
  void ordered(const JobPtr&, const Positions&, std::vector<ordering::Outcome>, bool kept);
  struct Fates {
    std::vector<RecordId> arrived;
    Positions refused;  ///< an orderer says so
    Positions dropped;  ///< they were handed to nobody
  };
  void settle(const Job&, const Fates&) const;
  void send_to_vault(const JobPtr&, const Positions&);
  void through_vault(const JobPtr&, const Positions&);
  void with_peers(std::span<const replication::Vetting::Handed>, std::vector<replication::Vetting::Vetted>&) const;
  void give_up(const Job&, const Positions&, bool handed_on) const;
  void give_up(std::span<const record::Record>, std::span<const std::string> jws, bool handed_on) const;
  void close_part(const JobPtr&, Fates = {});
  void finish(Job&);
  void sweep();
  void watch();

  const Parts p_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<std::pair<std::chrono::steady_clock::time_point, std::weak_ptr<Job>>> deadlines_;
  std::thread watcher_;
};

}  // namespace stele::app
