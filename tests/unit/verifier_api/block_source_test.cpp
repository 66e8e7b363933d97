#include "node/sync/block_source.h"

#include <gtest/gtest.h>

#include "ledger/log/wire.h"
#include "tests/unit/verifier_api/fake_node.h"

namespace stele::verifier {
namespace {

std::string good_answer() {
  const auto& blocks = issued_school().blocks();
  return sync::encode_batch({log::encode(blocks[0].block), log::encode(blocks[1].block)}, log::encode(blocks[1].qc));
}

TEST(BlockSource, ReadsWhatItWrites) {
  const auto batch = sync::decode_batch(good_answer(), {1});
  ASSERT_TRUE(batch.has_value()) << batch.error().en;
  ASSERT_EQ(batch->blocks.size(), 2U);
  EXPECT_EQ(batch->blocks[1].height.value, 2U);
  EXPECT_EQ(batch->qc, issued_school().blocks()[1].qc);
}

TEST(BlockSource, ReadsAnAnswerInWhateverPiecesItComes) {
  const auto whole = good_answer();
  for (const std::size_t size : {1U, 3U, 9U, 1000U, 70'000U}) {
    sync::BatchDecoder decoder({1});
    for (std::size_t at = 0; at < whole.size(); at += size)
      ASSERT_TRUE(decoder.add(whole.substr(at, size)).has_value());
    const auto batch = std::move(decoder).finish();
    ASSERT_TRUE(batch.has_value()) << batch.error().en;
    ASSERT_EQ(batch->blocks.size(), 2U) << size;
    EXPECT_EQ(log::encode(batch->blocks[1]), log::encode(issued_school().blocks()[1].block));
  }
}

TEST(BlockSource, TakesNoMoreOfABlockThatIsTooLongThanItsLength) {
  sync::BatchDecoder decoder({1});
  log::Writer head;
  head.raw(as_bytes("STLS"));
  head.u8(1);
  head.u32(1);
  head.u32(log::block_bytes_max + 1);
  EXPECT_FALSE(decoder.add(as_text(head.bytes())).has_value());
}

TEST(BlockSource, RefusesEveryAnswerThatIsCutOff) {
  const auto whole = good_answer();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(sync::decode_batch(whole.substr(0, n), {1}).has_value()) << n;
  }
}

TEST(BlockSource, RefusesBytesBehindTheAnswer) {
  EXPECT_FALSE(sync::decode_batch(good_answer() + "x", {1}).has_value());
}

TEST(BlockSource, RefusesAnotherVersionOrAnEmptyList) {
  auto text = good_answer();
  text[4] = 2;
  EXPECT_FALSE(sync::decode_batch(text, {1}).has_value());
  log::Writer none;
  none.raw(as_bytes("STLS"));
  none.u8(1);
  none.u32(0);
  none.bytes32(log::encode(issued_school().blocks()[1].qc));
  EXPECT_FALSE(sync::decode_batch(as_text(none.bytes()), {1}).has_value());
}

TEST(BlockSource, RefusesACountThatNoAnswerCanHold) {
  auto text = good_answer();
  for (int i = 5; i < 9; ++i) text[static_cast<std::size_t>(i)] = '\xff';
  EXPECT_FALSE(sync::decode_batch(text, {1}).has_value());
}

TEST(BlockSource, RefusesBlocksOfAnotherHeightThanAskedFor) {
  const auto batch = sync::decode_batch(good_answer(), {2});
  ASSERT_FALSE(batch.has_value());
  EXPECT_EQ(batch.error().code, "source_bad_answer");
}

TEST(BlockSource, TellsANodeThatIsNotReadyFromOneThatLies) {
  http::Server server{http::ServerOptions{}};
  server.route("GET", "/v1/blocks", [](const http::Request& r, http::Respond respond) {
    if (r.query_value("from") == "1") return respond(http::overloaded_response());
    respond(http::text_response(200, "<html>a captive portal</html>"));
  });
  ASSERT_TRUE(server.start().has_value());
  auto source = sync::BlockSource::open("http://127.0.0.1:" + std::to_string(server.port()));
  ASSERT_TRUE(source.has_value());
  const auto busy = source->fetch({1});
  ASSERT_FALSE(busy.has_value());
  EXPECT_FALSE(busy.error().malformed);
  EXPECT_EQ(busy.error().error.code, "source_not_ready");
  const auto portal = source->fetch({2});
  ASSERT_FALSE(portal.has_value());
  EXPECT_TRUE(portal.error().malformed);
}

}  // namespace
}  // namespace stele::verifier
