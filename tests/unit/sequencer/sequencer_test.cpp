#include "node/ordering/sequencer.h"

#include <gtest/gtest.h>

#include "ledger/store/fsck.h"
#include "tests/unit/sequencer/solo_node.h"

namespace stele::test {
namespace {

using ordering::Outcome;
using Status = Outcome::Status;

class Sequencer : public ::testing::Test {
 protected:
  void SetUp() override {
    school.found();
    school.add({});  // so that the final block's time is that of the clock
    school.add({});
    clock = std::make_unique<HandClock>(school.now());
    ledger = must(place.open());
    copy_blocks(school, *ledger);
  }
  void run(ordering::SequencerOptions options = {}) {
    sequencer = must(start(school, place, *ledger, *clock, options));
  }
  std::vector<std::string> documents(std::uint64_t from, std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(document(school, *ledger, from + i));
    return out;
  }
  /// Waits for the writer, a second at most.
  template <class F>
  static bool soon(F f) {
    for (int i = 0; i < 200; ++i) {
      if (f()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }
  std::uint64_t head() const {
    return ledger->with_chain([](const rules::Chain& c) { return c.head().height.value; });
  }

  School school;
  Place place{school.genesis()};
  std::unique_ptr<HandClock> clock;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<ordering::Sequencer> sequencer;
};

TEST_F(Sequencer, AnswersFinalWhenTheRecordIsFinal) {
  run();
  const auto records = documents(0, 3);
  const auto out = submit(*sequencer, records);
  ASSERT_EQ(out.size(), 3u);
  const auto point = ledger->final_point();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(out[i].status, Status::final);
    EXPECT_EQ(out[i].id, record::decode(records[i])->id);
    EXPECT_EQ(out[i].index->value, out[0].index->value + i);
    EXPECT_LE(*out[i].height, point->checkpoint.height);
    EXPECT_EQ(must(ledger->store().record(*out[i].index)), records[i]);
    EXPECT_EQ(must(ledger->store().height_of(*out[i].index)), out[i].height);
    EXPECT_FALSE(out[i].stored);
    EXPECT_EQ(ledger->final_status(out[i].id), log::Status::valid);
  }
}

TEST_F(Sequencer, WhatItWritesIsSoundInTheEyesOfFsck) {
  run();
  submit(*sequencer, documents(0, 100));
  submit(*sequencer, documents(100, 1));
  sequencer = nullptr;
  ledger = nullptr;
  const auto report = must(store::fsck(school.genesis(), *place.store(), place.head(), nullptr));
  EXPECT_TRUE(report.clean()) << report.findings[0].en;
}

TEST_F(Sequencer, RefusesEachForItsReasonAndTakesTheRest) {
  run();
  auto good = document(school, *ledger, 1);
  const auto signed_by = [&](const signer::SigningKey& key, const KeyId& kid, const record::Document& d) {
    const auto input =
        record::signing_input(record::Type::document, kid, {ledger->genesis().net, ledger->final_point()->hash}, d);
    return record::compact(input, key.sign(sha256(as_bytes(input))));
  };
  const auto& clerk = *school.staff("clerk").key;
  const auto& teacher = *school.staff("teacher").key;
  const record::Document d{std::string(School::school), "minutes", {sha256(as_bytes("x"))}};
  auto other_kind = d;
  other_kind.kind = "poem";
  const auto stranger = signer::SigningKey::generate();
  auto bad_json = good;
  bad_json[good.find('.') + 5] = bad_json[good.find('.') + 5] == 'A' ? 'B' : 'A';
  const auto unsigned_json = [&] {
    const auto body = good.substr(0, good.find('.') + 1) + "e30";  // "{}"
    return record::compact(body, clerk.sign(sha256(as_bytes(body))));
  }();
  const auto out = submit(*sequencer, {
                                          "not a record",
                                          signed_by(stranger, stranger.id(), d),
                                          signed_by(teacher, clerk.id(), d),
                                          bad_json,  // neither its signature nor its schema holds: the former is named
                                          unsigned_json,
                                          signed_by(teacher, teacher.id(), d),
                                          signed_by(clerk, clerk.id(), other_kind),
                                          good,
                                      });
  const std::vector<RejectionCode> expected{RejectionCode::bad_envelope,   RejectionCode::unknown_key,
                                            RejectionCode::bad_signature,  RejectionCode::bad_signature,
                                            RejectionCode::missing_member, RejectionCode::no_authority,
                                            RejectionCode::unknown_kind};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(out[i].status, Status::refused) << i;
    ASSERT_TRUE(out[i].rejection.has_value()) << i;
    EXPECT_EQ(code_name(out[i].rejection->code), code_name(expected[i])) << i;
  }
  EXPECT_EQ(out.back().status, Status::final);
}

TEST_F(Sequencer, GivesADuplicateTheStoredRecord) {
  run();
  const auto jws = document(school, *ledger, 1);
  const auto first = submit(*sequencer, {jws})[0];
  // Without a valid signature too: what is on the ledger is not judged again.
  auto other = jws;
  other[other.size() - 10] = other[other.size() - 10] == 'A' ? 'B' : 'A';
  for (const auto& again : {jws, other}) {
    const auto out = submit(*sequencer, {again})[0];
    EXPECT_EQ(out.status, Status::final);
    EXPECT_EQ(out.index, first.index);
    EXPECT_EQ(out.height, first.height);
    EXPECT_EQ(out.stored, jws);
  }
}

TEST_F(Sequencer, GivesADuplicateInTheSameBatchTheSamePlace) {
  run();
  const auto a = document(school, *ledger, 1), b = document(school, *ledger, 2);
  const auto out = submit(*sequencer, {a, b, a, b, a});
  for (std::size_t i = 2; i < 5; ++i) {
    EXPECT_EQ(out[i].status, Status::final);
    EXPECT_EQ(out[i].index, out[i % 2].index);
    EXPECT_EQ(out[i].height, out[0].height);
    EXPECT_EQ(out[i].stored, i % 2 == 0 ? a : b);
  }
  EXPECT_FALSE(out[0].stored);
}

TEST_F(Sequencer, ManySubmittersOfTheSameRecordsAllHearTheSame) {
  run();
  const auto records = documents(0, 40);
  std::vector<std::future<std::vector<Outcome>>> all;
  all.reserve(8);
  for (int i = 0; i < 8; ++i)
    all.push_back(std::async(std::launch::async, [&] { return submit(*sequencer, records); }));
  std::vector<std::vector<Outcome>> outs;
  outs.reserve(all.size());
  for (auto& f : all) outs.push_back(f.get());
  for (std::size_t r = 0; r < records.size(); ++r) {
    int firsts = 0;
    for (const auto& out : outs) {
      EXPECT_EQ(out[r].status, Status::final);
      EXPECT_EQ(out[r].index, outs[0][r].index);
      EXPECT_EQ(out[r].height, outs[0][r].height);
      firsts += out[r].stored ? 0 : 1;
    }
    EXPECT_EQ(firsts, 1) << r;
  }
}

TEST_F(Sequencer, ASubmissionOfNothingIsAnswered) {
  run();
  EXPECT_TRUE(submit(*sequencer, {}).empty());
}

TEST_F(Sequencer, CutsAHeartbeatEveryFiveMinutes) {
  run();
  const auto before = head();
  clock->advance(ordering::heartbeat_s - 1 - 60);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(head(), before);
  clock->advance(61);
  ASSERT_TRUE(soon([&] { return head() == before + 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(head(), before + 1);
  clock->advance(ordering::heartbeat_s);
  ASSERT_TRUE(soon([&] { return head() == before + 2; }));
}

TEST_F(Sequencer, CatchesUpAfterALongNight) {
  run();
  clock->advance(9 * 3600);
  ASSERT_TRUE(soon([&] { return ledger->final_point()->checkpoint.time == clock->now(); }));
  const auto height = head();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_EQ(head(), height) << "and then it rests";
  // A record that comes after the night is judged by the time of the morning.
  const auto out = submit(*sequencer, documents(0, 1))[0];
  EXPECT_EQ(out.status, Status::final);
  const auto header = log::parse_checkpoint(*must(ledger->store().header(*out.height)));
  EXPECT_EQ(header->time, clock->now());
}

TEST_F(Sequencer, NeverJudgesARecordByTheTimeOfTheNightBefore) {
  run();
  clock->advance(9 * 3600);
  const auto out = submit(*sequencer, documents(0, 1))[0];  // before the heartbeat had a chance
  ASSERT_EQ(out.status, Status::final);
  EXPECT_EQ(log::parse_checkpoint(*must(ledger->store().header(*out.height)))->time, clock->now());
}

TEST_F(Sequencer, AStopAnswersEverybody) {
  run();
  std::atomic<int> answered = 0, final = 0, pending = 0, failed = 0;
  constexpr int batches = 20;
  for (std::uint64_t i = 0; i < batches; ++i) {
    std::vector<ordering::Item> items;
    for (auto& jws : documents(i * 50, 50)) items.push_back({std::move(jws), {}});
    sequencer->submit(std::move(items), [&](const std::vector<Outcome>& out) {
      ++answered;
      for (const auto& o : out) {
        if (o.status == Status::final) ++final;
        if (o.status == Status::pending) ++pending;
        if (o.status == Status::failed && o.error->code == "stopping") ++failed;
      }
    });
  }
  sequencer->stop();
  EXPECT_EQ(answered, batches);
  EXPECT_EQ(final + pending + failed, batches * 50);
  EXPECT_EQ(ledger->chain().head().size - school.blocks().back().header.size, std::uint64_t(final + pending));
  const auto late = submit(*sequencer, documents(9999, 1))[0];
  EXPECT_EQ(late.status, Status::failed);
  EXPECT_EQ(late.error->code, "stopping");
  EXPECT_FALSE(sequencer->failure());
}

TEST_F(Sequencer, WhatWasPendingBecomesFinalAfterARestart) {
  // A block with a record as the head, certified, as a stop leaves it.
  school.add({school.sign("clerk", record::Type::document,
                          record::Document{std::string(School::school), "minutes", {Digest{}}})});
  const auto& block = school.blocks().back();
  ASSERT_TRUE(ledger->append(block.block, rules::Chain::Signatures::check).has_value());
  must(ledger->certify(block.qc));
  run();
  EXPECT_TRUE(soon([&] { return ledger->final_point()->checkpoint.size == block.header.size; }));
}

TEST_F(Sequencer, ARestartCertifiesAStoredHeadWithTheVoteThatWasCast) {
  school.add({});
  const auto& last = school.blocks().back();
  ASSERT_TRUE(ledger->append(last.block, rules::Chain::Signatures::check).has_value());
  const auto cast = must(validator_of(school, place).vote(last.hash, {0}, last.header.height, {777}));
  ledger = nullptr;  // the crash
  ledger = must(place.open());
  ASSERT_FALSE(ledger->head_qc());
  clock->advance(10);
  run();
  const auto height = last.header.height;
  const auto part = must(ledger->range(height, 1));
  ASSERT_EQ(part.blocks.size(), 1u);
  EXPECT_EQ(log::decode_qc(part.qc_of_last)->votes[0], cast);
  EXPECT_EQ(submit(*sequencer, documents(0, 1))[0].status, Status::final);
}

TEST_F(Sequencer, NeverVotesAgainstItsVoteFile) {
  must(validator_of(school, place).vote(HeaderHash{}, {0}, {head() + 1}, {777}));
  run();
  const auto out = submit(*sequencer, documents(0, 1))[0];
  EXPECT_EQ(out.status, Status::pending);
  ASSERT_TRUE(sequencer->failure());
  EXPECT_EQ(sequencer->failure()->code, "vote_refused");
}

TEST_F(Sequencer, MoreThanTheQueueHoldsIsOverload) {
  run({.queue_records_max = 10});
  const auto out = submit(*sequencer, documents(0, 11));
  for (const auto& o : out) {
    EXPECT_EQ(o.status, Status::failed);
    EXPECT_EQ(o.error->code, "overloaded");
  }
  EXPECT_EQ(submit(*sequencer, documents(0, 10))[9].status, Status::final);
  EXPECT_EQ(submit(*sequencer, documents(10, 10))[9].status, Status::final);
}

TEST_F(Sequencer, AFullDiskStopsWritingAndNotReading) {
  run();
  place.set_free(0);
  const auto before = ledger->final_point()->hash;
  const auto out = submit(*sequencer, documents(0, 2));
  for (const auto& o : out) {
    EXPECT_EQ(o.status, Status::failed);
    EXPECT_EQ(o.error->code, "disk_failed");
  }
  ASSERT_TRUE(soon([&] { return sequencer->failure().has_value(); }));
  EXPECT_EQ(submit(*sequencer, documents(0, 1))[0].error->code, "disk_failed");
  EXPECT_EQ(ledger->final_point()->hash, before);
  EXPECT_TRUE(ledger->evidence(std::span(&school.policy_record, 1)).has_value());
  sequencer = nullptr;
  ledger = nullptr;
  place.free_again();
  ledger = must(place.open());
  run();
  EXPECT_EQ(submit(*sequencer, documents(0, 1))[0].status, Status::final);
}

TEST_F(Sequencer, NeedsTheKeyOfAnOrderer) {
  EXPECT_EQ(code_of(ordering::Sequencer::start(*ledger, *clock, signer::SigningKey::generate(),
                                               validator_of(school, place), {})),
            "not_an_orderer");
}

TEST_F(Sequencer, TakesTenThousandRecordsInManyRequests) {
  run();
  constexpr std::size_t per_request = 500, requests = 20;
  std::vector<std::future<std::size_t>> all;
  for (std::size_t r = 0; r < requests; ++r) {
    std::vector<ordering::Item> items;
    for (auto& jws : documents(r * per_request, per_request)) items.push_back({std::move(jws), {}});
    auto done = std::make_shared<std::promise<std::size_t>>();
    all.push_back(done->get_future());
    sequencer->submit(std::move(items), [done](std::vector<Outcome> out) {
      done->set_value(static_cast<std::size_t>(
          std::count_if(out.begin(), out.end(), [](const Outcome& o) { return o.status == Status::final; })));
    });
  }
  for (auto& f : all) EXPECT_EQ(f.get(), per_request);
  EXPECT_EQ(ledger->final_point()->checkpoint.size, school.blocks().back().header.size + per_request * requests);
}

}  // namespace
}  // namespace stele::test
