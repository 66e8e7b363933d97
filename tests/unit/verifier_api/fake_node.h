// A node that serves a school's blocks over HTTP, and lies when told to. For tests.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "ledger/store/ledger.h"
#include "node/http/server.h"
#include "node/sync/follower.h"
#include "tests/support/school.h"

namespace stele::verifier {

using namespace std::chrono_literals;

inline constexpr auto patience = 30s;  ///< for what takes milliseconds on an idle machine

class FakeNode {
 public:
  explicit FakeNode(const test::School&);
  ~FakeNode();
  FakeNode(const FakeNode&) = delete;
  FakeNode& operator=(const FakeNode&) = delete;

  [[nodiscard]] std::string url() const;
  /// Serves what the school has by now, or only its first blocks.
  void publish(const test::School&, std::size_t blocks = SIZE_MAX);
  /// What a lying node makes of an answer: block bytes and the QC of the last.
  struct Served {
    std::vector<Bytes> blocks;
    Bytes qc;
  };
  void lie(std::function<void(Served&)>);
  void serve_genesis(std::string);
  /// What it answers to POST /v1/lookup; a diploma of the school by default: see public_diploma.
  void on_lookup(std::function<http::Response(const http::Request&)>);
  /// What it answers to GET /v1/checkpoint.
  void serve_checkpoint(std::string);
  /// Blocks are not answered at all until the test ends.
  void hang();
  void batch_max(std::size_t);
  [[nodiscard]] int asked() const;

 private:
  http::Response blocks(std::uint64_t from);
  mutable std::mutex mutex_;
  std::string genesis_;
  std::vector<Bytes> blocks_, qcs_;
  std::function<void(Served&)> lie_;
  std::function<http::Response(const http::Request&)> on_lookup_;
  std::string checkpoint_;
  std::size_t batch_max_ = 5;
  int asked_ = 0;
  bool hang_ = false;
  std::vector<http::Respond> hung_;
  http::Server server_;
};

/// A folder that goes away at the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A ledger and its follower, which has been started. On disk it outlives the Copy; in memory only its head file does.
class Copy {
 public:
  enum class Keep : bool { in_memory, on_disk };
  Copy(const test::School&, const std::filesystem::path&, const FakeNode&, Keep = Keep::in_memory);
  [[nodiscard]] store::Ledger& ledger() { return *ledger_; }
  [[nodiscard]] sync::Follower& follower() { return *follower_; }
  /// Its status once it is so, or as it is when patience ends.
  [[nodiscard]] sync::FollowStatus until(const std::function<bool(const sync::FollowStatus&)>&) const;
  [[nodiscard]] sync::FollowStatus until(sync::FollowState) const;
  [[nodiscard]] sync::FollowStatus until_height(std::uint64_t) const;

 private:
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<sync::Follower> follower_;
};

[[nodiscard]] std::unique_ptr<store::Ledger> open_ledger(const test::School&, const std::filesystem::path&,
                                                         Copy::Keep = Copy::Keep::on_disk);
[[nodiscard]] sync::FollowOptions quick();

/// Founded, graded, issued; made once. Not to be changed.
[[nodiscard]] const test::School& issued_school();
/// With a diploma that rests on the transcript. Made once. Not to be changed.
[[nodiscard]] const test::School& graduated_school();
/// The diploma as a node gives it out: the claims that the law publishes.
[[nodiscard]] std::string public_diploma(const test::School&);
/// A node's answer: the diploma to its number and birth date, 404 to all else.
[[nodiscard]] http::Response look_up(const test::School&, const http::Request&);

}  // namespace stele::verifier
