// Answers that no proper member gives, and members that give none.
#include <gtest/gtest.h>

#include "node/etcd/etcd_slots.h"
#include "node/http/server.h"

namespace stele::etcd {
namespace {

using ordering::Slot;

/// Says the same to everything, and counts.
class Member {
 public:
  Member(int status, std::string body) : server_(http::ServerOptions{}) {
    server_.route("POST", "/{all...}", [this, status, body](const http::Request&, http::Respond respond) {
      ++asked;
      respond(http::json_response(status, body));
    });
    if (!server_.start()) throw std::runtime_error("no server");
  }
  ~Member() { server_.stop(std::chrono::milliseconds(0)); }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::atomic<int> asked = 0;

 private:
  http::Server server_;
};

Result<std::vector<ordering::Slots::Kept>> read_from(const std::vector<std::string>& members) {
  auto slots = EtcdSlots::open("stele/thu/00", {.members = members});
  if (!slots) return Unexpected(slots.error());
  return (*slots)->read({Epoch{0}, Height{1}, 0}, 4);
}
std::string code_of(const std::string& body) {
  const Member member(200, body);
  const auto read = read_from({member.url()});
  return read ? "read " + std::to_string(read->size()) : read.error().code;
}

TEST(EtcdAnswers, WhatIsNoAnswerIsRefused) {
  EXPECT_EQ(code_of("{}"), "read 0");
  EXPECT_EQ(code_of("[]"), "etcd_bad_answer");
  EXPECT_EQ(code_of("no json"), "etcd_bad_answer");
  EXPECT_EQ(code_of(R"({"kvs":1})"), "etcd_bad_answer");
  EXPECT_EQ(code_of(R"({"kvs":[1]})"), "etcd_bad_answer");
  EXPECT_EQ(code_of(R"({"kvs":[{"value":"AA=="}]})"), "etcd_bad_answer");
  EXPECT_EQ(code_of(R"({"kvs":[{"key":"?","value":"AA=="}]})"), "etcd_bad_answer");
  EXPECT_EQ(code_of(R"({"kvs":[{"key":"AA==","value":1}]})"), "etcd_bad_answer");
  EXPECT_EQ(code_of(R"({"kvs":[{"key":"AA==","value":"AA=="}]})"), "read 0")
      << "a key that is no slot's is passed over";
}

TEST(EtcdAnswers, PutNeedsAnAnswerThatSaysWhatStandsThere) {
  const Member member(200, R"({"responses":[{"response_put":{}}]})");
  auto slots = EtcdSlots::open("stele/thu/00", {.members = {member.url()}});
  const auto put = (*slots)->put({Epoch{0}, Height{1}, 0}, Bytes{1}, true);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, "etcd_bad_answer");
}

TEST(EtcdAnswers, AMemberThatIsBusyOrGoneIsLeftForAnother) {
  const Member busy(503, "{}");
  const Member well(200, "{}");
  EXPECT_TRUE(read_from({busy.url(), "http://127.0.0.1:1", well.url()}));
  EXPECT_EQ(busy.asked, 1);
  const auto none = read_from({busy.url(), "http://127.0.0.1:1"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "etcd_unreachable");
  EXPECT_FALSE(none.error().vi.empty());
}

TEST(EtcdAnswers, ARefusalIsNotAskedElsewhere) {
  const Member refuses(400, R"({"error":"etcdserver: key is not provided"})");
  const Member well(200, "{}");
  const auto read = read_from({refuses.url(), well.url()});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "etcd_refused");
  EXPECT_EQ(well.asked, 0);
}

TEST(EtcdAnswers, WhatIsTooLargeIsNotAskedElsewhereEither) {
  for (const char* said : {"etcdserver: request is too large", "grpc: received message larger than max (3 vs. 2)"}) {
    const Member refuses(429, R"({"error":")" + std::string(said) + "\"}");
    const Member well(200, "{}");
    const auto read = read_from({refuses.url(), well.url()});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, etcd_too_large);
    EXPECT_EQ(well.asked, 0);
  }
}

TEST(EtcdAnswers, NoMembersIsAnError) {
  EXPECT_EQ(read_from({}).error().code, "etcd_no_members");
}

}  // namespace
}  // namespace stele::etcd
