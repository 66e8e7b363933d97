#include "tests/unit/verifier_api/fake_node.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "ledger/store/memory_store.h"
#include "ledger/store/rocks_store.h"
#include "node/http/answers.h"

namespace stele::verifier {

FakeNode::FakeNode(const test::School& school) : genesis_(school.genesis_file()), server_(http::ServerOptions{}) {
  publish(school);
  server_.route("GET", "/v1/genesis", [this](const http::Request&, http::Respond respond) {
    const std::lock_guard lock(mutex_);
    respond(http::json_response(200, genesis_));
  });
  server_.route("GET", "/v1/blocks", [this](const http::Request& r, http::Respond respond) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    if (hang_) {
      hung_.push_back(std::move(respond));
    } else {
      respond(blocks(std::stoull(std::string(r.query_value("from").value_or("1")))));
    }
  });
  server_.route("POST", "/v1/lookup", [this](const http::Request& r, http::Respond respond) {
    const std::lock_guard lock(mutex_);
    respond(on_lookup_ ? on_lookup_(r) : http::refuse(http::not_found()));
  });
  server_.route("GET", "/v1/checkpoint", [this](const http::Request&, http::Respond respond) {
    const std::lock_guard lock(mutex_);
    respond(http::json_response(200, checkpoint_));
  });
  EXPECT_TRUE(server_.start().has_value());
}

FakeNode::~FakeNode() {
  {
    const std::lock_guard lock(mutex_);
    hung_.clear();
  }
  server_.stop(0ms);
}

std::string FakeNode::url() const {
  return "http://127.0.0.1:" + std::to_string(server_.port());
}

void FakeNode::publish(const test::School& school, std::size_t count) {
  const std::lock_guard lock(mutex_);
  blocks_.clear();
  qcs_.clear();
  for (const auto& b : school.blocks()) {
    if (blocks_.size() == count) break;
    blocks_.push_back(log::encode(b.block));
    qcs_.push_back(log::encode(b.qc));
  }
}

void FakeNode::lie(std::function<void(Served&)> how) {
  const std::lock_guard lock(mutex_);
  lie_ = std::move(how);
}

void FakeNode::on_lookup(std::function<http::Response(const http::Request&)> how) {
  const std::lock_guard lock(mutex_);
  on_lookup_ = std::move(how);
}

void FakeNode::serve_checkpoint(std::string text) {
  const std::lock_guard lock(mutex_);
  checkpoint_ = std::move(text);
}

void FakeNode::serve_genesis(std::string text) {
  const std::lock_guard lock(mutex_);
  genesis_ = std::move(text);
}

void FakeNode::hang() {
  const std::lock_guard lock(mutex_);
  hang_ = true;
}

void FakeNode::batch_max(std::size_t n) {
  const std::lock_guard lock(mutex_);
  batch_max_ = n;
}

int FakeNode::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

http::Response FakeNode::blocks(std::uint64_t from) {
  http::Response out;
  out.status = 204;
  if (from > blocks_.size()) return out;
  Served s;
  const auto end = std::min<std::size_t>(blocks_.size(), from - 1 + batch_max_);
  for (std::size_t i = from - 1; i < end; ++i) s.blocks.push_back(blocks_[i]);
  s.qc = qcs_[end - 1];
  if (lie_) lie_(s);
  out.status = 200;
  out.body = sync::encode_batch(s.blocks, s.qc);
  out.content_type = "application/octet-stream";
  return out;
}

Folder::Folder() {
  static std::atomic<int> next{0};
  path_ = std::filesystem::temp_directory_path() /
          ("stele-verifier-test-" + std::to_string(getpid()) + "-" + std::to_string(next++));
  std::filesystem::create_directories(path_);
}

Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

std::unique_ptr<store::Ledger> open_ledger(const test::School& school, const std::filesystem::path& folder,
                                           Copy::Keep keep) {
  if (keep == Copy::Keep::in_memory)
    return std::move(*store::Ledger::open(school.genesis(), store::make_memory_store(), folder / "head"));
  store::Options options;
  options.net = school.genesis().net;
  options.create = true;
  options.free_space_floor_bytes = 0;
  auto blocks = store::open_rocks_store(folder / "ledger", options);
  EXPECT_TRUE(blocks.has_value()) << blocks.error().en;
  auto ledger = store::Ledger::open(school.genesis(), std::move(*blocks), folder / "head");
  EXPECT_TRUE(ledger.has_value()) << ledger.error().en;
  return std::move(*ledger);
}

sync::FollowOptions quick() {
  return {5ms, 5ms, 20ms};
}

Copy::Copy(const test::School& school, const std::filesystem::path& folder, const FakeNode& node, Keep keep)
    : ledger_(open_ledger(school, folder, keep)) {
  auto source = sync::BlockSource::open(node.url());
  follower_ = std::make_unique<sync::Follower>(*ledger_, std::move(*source), quick());
  follower_->start();
}

sync::FollowStatus Copy::until(const std::function<bool(const sync::FollowStatus&)>& so) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (auto s = follower_->status();; s = follower_->status()) {
    if (so(s) || std::chrono::steady_clock::now() > end) return s;
    std::this_thread::sleep_for(2ms);
  }
}

sync::FollowStatus Copy::until(sync::FollowState state) const {
  return until([state](const auto& s) { return s.state == state; });
}

sync::FollowStatus Copy::until_height(std::uint64_t height) const {
  return until([height](const auto& s) { return s.height.value == height && s.state == sync::FollowState::following; });
}

const test::School& issued_school() {
  static const auto* school = [] {
    auto* made = new test::School();  // NOLINT: lives as long as the program
    made->found_grade_and_issue();
    return made;
  }();
  return *school;
}

const test::School& graduated_school() {
  static const auto* school = [] {
    auto* made = new test::School();  // NOLINT: lives as long as the program
    made->found_grade_and_issue();
    made->graduate();
    return made;
  }();
  return *school;
}

std::string public_diploma(const test::School& school) {
  const std::vector<std::string> shown{"name", "birth_date", "graduation_year", "ranking", "serial", "register_no"};
  auto cut = verdict::disclose(school.diploma_file(), shown);
  EXPECT_TRUE(cut.has_value());
  return verdict::encode(std::move(*cut));
}

http::Response look_up(const test::School& school, const http::Request& r) {
  const auto asked = json::parse(r.body, {.bytes_max = 4096, .depth_max = 2, .nodes_max = 8});
  const auto is = [&](const char* name, const char* text) {
    const auto* v = asked->find(name);
    return v != nullptr && v->string() == text;
  };
  if (asked && is("number", "B00000001") && is("birth_date", "2010-03-14"))
    return http::json_response(200, public_diploma(school));
  return http::refuse(http::not_found());
}

}  // namespace stele::verifier
