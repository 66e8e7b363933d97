// From a node that does not cut blocks to those that do: records go to two orderers, and to one more whenever they are
// left out for a time (DESIGN.md section 4). What is final is read from this node's own ledger, never from an answer.
#pragma once

#include <atomic>
#include <chrono>

#include "ledger/store/ledger.h"
#include "node/custody/items.h"
#include "node/http/client.h"
#include "node/ordering/clock.h"
#include "node/ordering/orderer.h"

namespace stele::relay {

/// An orderer of the network, as the configuration names it.
struct Target {
  std::string url;            ///< `http(s)://host:port[/prefix]`
  std::uint16_t orderer = 0;  ///< its number on the ledger
};

/// This node's own side. All of it must outlive the relay; any thread.
struct Home {
  const store::Ledger& ledger;
  ordering::Orderer& orderer;  ///< why nothing is written here any more; takes records too if `orders`
  ordering::Clock& clock;
  bool orders = false;  ///< this node is an orderer itself: it is one of those that get each record
};

/// A record that is sound and not on this ledger long after it was handed to orderers, though the ledger went on.
struct LeftOut {
  ordering::Item item;
  UnixSeconds since;                         ///< when it was handed on first
  std::vector<custody::Receipt> receipts{};  ///< of the orderers that signed that they have it, by their numbers
};

struct RelayOptions {
  http::ClientOptions http{.connect_timeout = std::chrono::milliseconds(2'000),
                           .read_timeout = std::chrono::milliseconds(5'000)};
  std::size_t copies = 2;                  ///< orderers that get each record
  std::chrono::milliseconds wait{100};     ///< that an orderer may put its answer off: others wait behind it
  std::chrono::milliseconds ask_min{500};  ///< until one is asked again what became of a record; doubles
  std::chrono::milliseconds ask_max{10'000};
  std::chrono::milliseconds left_out{10'000};  ///< then one more orderer gets it, and again after that time
  std::chrono::milliseconds complain{
      60'000};  ///< then it is told of, once two blocks have passed it by; again after ten times that
  std::chrono::milliseconds give_up{1'200'000};  ///< then it is dropped; whoever handed it in was answered long ago
  std::chrono::milliseconds refusal{3'000};      ///< one orderer alone refuses, no other answers: believed then
  std::chrono::milliseconds backoff_min{200};    ///< after an orderer did not answer; doubles
  std::chrono::milliseconds backoff_max{10'000};
  std::size_t complaints_max = 64;  ///< of records in hand: where everything is left out, some tell of it
  std::size_t queue_records_max = 65'536;
  std::size_t queue_bytes_max = std::size_t{128} << 20;
};

struct TargetStatus {
  std::string url;
  std::uint16_t orderer = 0;
  bool reachable = true;         ///< its last answer came and was good; none was asked for yet
  bool leads = false;            ///< as it says itself
  std::optional<Error> error{};  ///< of the last failure
};

/// Who says that it has a record must sign for it (`custody::Word`): at once or, if it has yet to look at it, within
/// `RelayOptions::left_out`. Else another orderer gets it.
/// A refusal is passed on when two orderers say it (or all that there are): one alone could lie.
class Relay final : public ordering::Orderer {
 public:
  /// `tell`: on the relay's thread; must be quick and neither throw nor call back. Of what a home that orders was
  /// given, the relay must outlive the answers: its orderer stops first. Errors: those of http::Client::open;
  /// `no_such_orderer`: the ledger has no orderer of that number.
  static Result<std::unique_ptr<Relay>> start(Home, std::vector<Target>, std::function<void(const LeftOut&)> tell,
                                              const RelayOptions& = {});
  ~Relay() override;

  // Any thread, all of them.

  /// `no_orderer` for each, if none is known. What is final on the ledger already is answered at once.
  void submit(std::vector<ordering::Item>, Done) override;
  void stop() override;
  [[nodiscard]] std::optional<Error> failure() const override;
  /// The ledger may have moved on.
  void wake();
  [[nodiscard]] std::vector<TargetStatus> status() const;
  /// Records in hand.
  [[nodiscard]] std::size_t in_hand() const;

 private:
  Relay();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::relay
