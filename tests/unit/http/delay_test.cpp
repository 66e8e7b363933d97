#include "node/http/delay.h"

#include <gtest/gtest.h>

#include <future>

namespace stele::http {
namespace {

using namespace std::chrono_literals;
using Clock = Delay::Clock;

class Catch final : public Respond::Sink {
 public:
  explicit Catch(std::promise<int>& status) : status_(status) {}
  void deliver(Response r) noexcept override { status_.set_value(r.status); }

 private:
  std::promise<int>& status_;
};

TEST(Delay, AnswersLeaveAtTheEndOfAStep) {
  const auto t = Clock::now();
  EXPECT_EQ(due(t, t, 100ms), t + 100ms);
  EXPECT_EQ(due(t, t + 99ms, 100ms), t + 100ms);
  EXPECT_EQ(due(t, t + 100ms, 100ms), t + 100ms);
  EXPECT_EQ(due(t, t + 101ms, 100ms), t + 200ms);
  EXPECT_EQ(due(t, t - 5ms, 100ms), t + 100ms) << "a clock that goes back";
}

TEST(Delay, NothingLeavesEarly) {
  std::promise<int> status;  // outlives whatever still waits to be answered
  Delay delay(8);
  const auto begun = Clock::now();
  delay.respond(Respond(std::make_shared<Catch>(status)), json_response(404, "{}"), begun, 60ms);
  EXPECT_EQ(status.get_future().get(), 404);
  EXPECT_GE(Clock::now() - begun, 60ms);
}

TEST(Delay, AnEarlierAnswerOvertakesALaterOne) {
  std::promise<int> slow, quick;
  Delay delay(8);
  const auto begun = Clock::now();
  delay.respond(Respond(std::make_shared<Catch>(slow)), json_response(200, ""), begun, 10s);
  delay.respond(Respond(std::make_shared<Catch>(quick)), json_response(201, ""), begun, 20ms);
  EXPECT_EQ(quick.get_future().get(), 201);
  EXPECT_LT(Clock::now() - begun, 9s);
  delay.stop();
  EXPECT_EQ(slow.get_future().get(), 200) << "let go at the end";
}

TEST(Delay, IsBounded) {
  std::promise<int> first, second;
  Delay delay(1);
  delay.respond(Respond(std::make_shared<Catch>(first)), json_response(200, ""), Clock::now(), 10s);
  delay.respond(Respond(std::make_shared<Catch>(second)), json_response(200, ""), Clock::now(), 10s);
  EXPECT_EQ(second.get_future().get(), 503);
}

}  // namespace
}  // namespace stele::http
