// A bag of facts: what each item is held against, and the one order in which they stand.
#include "tests/unit/verdict/made.h"

namespace stele::verdict {
namespace {

Evidence good() {
  return issued_school().transcript_file().evidence;
}
Rejection refusal(const Evidence& e) {
  auto facts = Facts::verify(issued_school().genesis(), e);
  EXPECT_FALSE(facts.has_value()) << "was believed";
  return facts ? Rejection{} : facts.error();
}

TEST(Evidence, IsTheSameAfterJson) {
  const auto e = good();
  const auto again = evidence_from_json(to_json(e), "evidence");
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(e));
  EXPECT_TRUE(Facts::verify(issued_school().genesis(), *again));
}

TEST(Evidence, BuilderTakesFactsInAnyOrderAndOnce) {
  const auto e = good();
  EvidenceBuilder twice;
  twice.add(e);
  twice.add(e);
  EXPECT_EQ(to_json(twice.finish()), to_json(e));

  EvidenceBuilder backwards;
  std::vector<HeaderHash> hashes;
  for (const auto& h : e.headers) hashes.push_back(log::hash_of(h));
  for (std::size_t i = e.statuses.size(); i-- > 0;)
    backwards.status(e.records[e.statuses[i].record].index, hashes[e.statuses[i].header], e.statuses[i].leaf,
                     e.statuses[i].path);
  for (std::size_t i = e.inclusions.size(); i-- > 0;)
    backwards.inclusion(e.records[e.inclusions[i].record].index, hashes[e.inclusions[i].header], e.inclusions[i].path);
  for (std::size_t i = e.records.size(); i-- > 0;) backwards.record(e.records[i].jws, e.records[i].index);
  for (std::size_t i = e.qcs.size(); i-- > 0;) backwards.qc(hashes[e.qcs[i].header], e.qcs[i].qc);
  for (std::size_t i = e.headers.size(); i-- > 0;) backwards.header(e.headers[i]);
  EXPECT_EQ(to_json(backwards.finish()), to_json(e));
}

TEST(Evidence, BuilderPutsChangesWhereTheirHeadersStand) {
  auto e = good();
  ASSERT_GE(e.headers.size(), 3u);
  e.changes = {{0, {SetChange::Kind::recovery, {1}}}, {2, {SetChange::Kind::handover, {2, 3}}}};
  const auto again = evidence_from_json(to_json(e), "evidence");
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(e));
  EvidenceBuilder b;
  b.change(HeaderHash{}, {SetChange::Kind::recovery, {9}});
  b.add(e);
  EXPECT_EQ(to_json(b.finish()), to_json(e));
}

TEST(Evidence, BuilderLeavesOutWhatSpeaksOfNothing) {
  EvidenceBuilder b;
  b.inclusion(RecordIndex{7}, HeaderHash{}, {});
  b.status(RecordIndex{7}, HeaderHash{}, {}, {});
  b.qc(HeaderHash{}, {1});
  const auto e = b.finish();
  EXPECT_TRUE(e.inclusions.empty() && e.statuses.empty() && e.qcs.empty());
}

TEST(Evidence, PositionsOutsideTheirListsAreRefused) {
  for (const auto& [list, member] : std::vector<std::pair<std::string, std::string>>{{"qcs", "header"},
                                                                                     {"inclusions", "record"},
                                                                                     {"inclusions", "header"},
                                                                                     {"statuses", "record"},
                                                                                     {"statuses", "header"}}) {
    auto json = to_json(good());
    auto items = json::Value::array();
    bool first = true;
    for (auto item : json.find(list)->items()) {
      if (first) item.set(member, 512);
      first = false;
      items.push(std::move(item));
    }
    json.set(list, items);
    const auto e = evidence_from_json(json, "evidence");
    ASSERT_FALSE(e) << list;
    EXPECT_EQ(e.error(), (Rejection{RejectionCode::out_of_bounds, "evidence." + list + "[0]." + member}));
  }
}

TEST(Facts, HeadersOfAnotherNetworkOrSetAreRefused) {
  auto e = good();
  auto c = *log::parse_checkpoint(e.headers[0]);
  c.net = "stele/khac/0123456789abcdef0123456789abcdef";
  e.headers[0] = log::to_text(c);
  EXPECT_EQ(refusal(e), (Rejection{RejectionCode::wrong_network, "evidence.headers[0]"}));

  e = good();
  c = *log::parse_checkpoint(e.headers[0]);
  c.validators.bytes[0] ^= 1;
  e.headers[0] = log::to_text(c);
  EXPECT_EQ(refusal(e), (Rejection{RejectionCode::block_bad_qc, "evidence.headers[0]"}));

  e = good();
  c = *log::parse_checkpoint(e.headers[0]);
  c.rules = 2;
  e.headers[0] = log::to_text(c);
  EXPECT_EQ(refusal(e).code, RejectionCode::rules_unknown);
}

TEST(Facts, TwoHeadersOfOneHeightAreAConflict) {
  auto e = good();
  auto c = *log::parse_checkpoint(e.headers.back());
  c.body.bytes[0] ^= 1;
  e.headers.push_back(log::to_text(c));
  EXPECT_EQ(refusal(e).code, RejectionCode::repeated);
}

TEST(Facts, AHeaderThatDoesNotFollowItsNeighbourIsAConflict) {
  auto e = good();
  // The last header becomes another one: it has no certificate any more, and another parent.
  const auto last = e.headers.size() - 1;
  auto c = *log::parse_checkpoint(e.headers[last]);
  c.parent.bytes[0] ^= 1;
  e.headers[last] = log::to_text(c);
  std::erase_if(e.qcs, [&](const auto& q) { return q.header == last; });
  EXPECT_EQ(refusal(e).code, RejectionCode::block_wrong_parent);
}

TEST(Facts, SizeTimeAndEpochDoNotFallFromHeaderToHeader) {
  const auto with_later = [](auto change) {
    auto e = good();
    auto c = *log::parse_checkpoint(e.headers.back());
    c.height.value += 100;
    c.parent = HeaderHash{};
    change(c);
    e.headers.push_back(log::to_text(c));
    return e;
  };
  EXPECT_TRUE(Facts::verify(issued_school().genesis(), with_later([](auto&) {})));
  EXPECT_EQ(refusal(with_later([](auto& c) { c.size -= 1; })).code, RejectionCode::block_wrong_parent);
  EXPECT_EQ(refusal(with_later([](auto& c) { c.time.value -= 1; })).code, RejectionCode::block_wrong_parent);
  auto e = with_later([](auto& c) { c.epoch.value = 2; });
  EXPECT_TRUE(Facts::verify(issued_school().genesis(), e));
  auto c = *log::parse_checkpoint(e.headers.back());
  c.height.value += 100;
  c.epoch.value = 1;
  e.headers.push_back(log::to_text(c));
  EXPECT_EQ(refusal(e).code, RejectionCode::block_wrong_parent);
}

TEST(Facts, ItemsOutOfOrderOrTwiceAreRefused) {
  auto e = good();
  std::swap(e.headers[0], e.headers[1]);
  EXPECT_EQ(refusal(e).code, RejectionCode::not_ascending);
  e = good();
  std::swap(e.qcs[0], e.qcs[1]);
  EXPECT_EQ(refusal(e).code, RejectionCode::not_ascending);
  e = good();
  e.records.push_back(e.records.back());
  EXPECT_EQ(refusal(e).code, RejectionCode::repeated);
  e = good();
  e.records.push_back({e.records.front().jws, RecordIndex{1'000'000}});
  EXPECT_EQ(refusal(e).code, RejectionCode::repeated);
  e = good();
  std::swap(e.inclusions[0], e.inclusions[1]);
  EXPECT_EQ(refusal(e).code, RejectionCode::not_ascending);
  e = good();
  e.statuses.insert(e.statuses.begin(), e.statuses.front());
  EXPECT_EQ(refusal(e).code, RejectionCode::repeated);
}

TEST(Facts, EachPathAndLeafIsHeldAgainstItsHeader) {
  const auto clean = good();
  for (std::size_t i = 0; i < clean.inclusions.size(); ++i) {
    auto e = clean;
    if (e.inclusions[i].path.empty()) continue;
    e.inclusions[i].path[0].bytes[0] ^= 1;
    EXPECT_EQ(refusal(e).where.substr(0, 20), ("evidence.inclusions[" + std::to_string(i)).substr(0, 20));
  }
  for (std::size_t i = 0; i < clean.statuses.size(); ++i) {
    auto e = clean;
    e.statuses[i].leaf[0] ^= 1;
    EXPECT_EQ(refusal(e).code, RejectionCode::payload_root);
  }
  auto e = clean;
  e.records[0].index.value += 1;
  ASSERT_LT(e.records[0].index, e.records[1].index);
  EXPECT_EQ(refusal(e).code, RejectionCode::payload_root);
}

TEST(Facts, FinalityPassesFromAPairDownToTheAncestorsInTheBag) {
  const auto& s = issued_school();
  Evidence e;
  for (std::size_t h = 0; h < 4; ++h) e.headers.push_back(s.blocks()[h].header_text);
  e.records.push_back({s.record(s.office_record).jws, s.record(s.office_record).index});
  e.qcs = {{3, log::encode(s.blocks()[3].qc)}};
  auto facts = Facts::verify(s.genesis(), e);
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->headers()[0].final && facts->headers()[1].final && facts->headers()[2].final);
  EXPECT_FALSE(facts->headers()[3].final) << "its child is not there";
  EXPECT_EQ(facts->status_checkpoint(), 2u);

  e.qcs = {{1, log::encode(s.blocks()[1].qc)}};
  facts = Facts::verify(s.genesis(), e);
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->headers()[0].final);
  EXPECT_FALSE(facts->headers()[1].final) << "certified, but its child is not";
  EXPECT_EQ(facts->status_checkpoint(), 0u);

  // A hole in the chain: what is below it is not proven.
  e.headers.erase(e.headers.begin() + 2);
  e.qcs = {{2, log::encode(s.blocks()[3].qc)}};
  facts = Facts::verify(s.genesis(), e);
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->status_checkpoint().has_value());
}

TEST(Facts, ACertificateOfAnotherHeaderIsRefused) {
  auto e = good();
  ASSERT_GE(e.qcs.size(), 2u);
  e.qcs[0].qc = e.qcs[1].qc;
  EXPECT_EQ(refusal(e).where, "evidence.qcs[0]");
}

}  // namespace
}  // namespace stele::verdict
