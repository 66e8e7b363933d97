#include "ledger/record/object_reader.h"

#include <gtest/gtest.h>

#include "ledger/base/text.h"

namespace stele::json {
namespace {

Value tree(std::string_view text) {
  auto out = parse(text, {.bytes_max = 1 << 16, .nodes_max = 1000});
  STELE_ASSERT(out.has_value());
  return *std::move(out);
}

/// "ok", or the first fault as "code path", after `read` went over the text's tree.
template <class Read>
std::string outcome(std::string_view text, Read read) {
  const Value v = tree(text);
  ObjectReader r(v);
  read(r);
  auto end = r.finish();
  if (end) return "ok";
  return to_error(end.error()).code.substr(6) + " " + end.error().path;
}

enum class Reason : std::uint8_t { lost, stolen };

/// One decoder as the record types have them.
struct Sample {
  RecordId target;
  std::uint32_t rows = 0;
  Date until;
  std::optional<std::string> note;
  Reason reason = Reason::lost;
  HeaderHash after;
  std::vector<std::string> subjects;
  std::vector<std::pair<std::string, std::int64_t>> pairs;
};

Result<Sample, FieldFault> decode(const Value& v) {
  ObjectReader r(v);
  Sample out;
  out.target = r.digest43<RecordId>("target");
  out.rows = r.integer<std::uint32_t>("rows", 1, 64);
  out.until = r.parsed("until", parse_date);
  out.note = r.optional_string("note", {.chars_max = 10});
  out.reason = r.choice<Reason>("reason", {{"lost", Reason::lost}, {"stolen", Reason::stolen}});
  r.object("stele", [&](ObjectReader& s) { out.after = s.digest43<HeaderHash>("after"); });
  out.subjects = r.array("subjects", 1, 3, [](Field& f) { return f.string({.chars_max = 4}); });
  out.pairs = r.array("pairs", 0, 2, [](Field& f) {
    return f.object([](ObjectReader& p) { return std::pair{p.string("k", {.chars_max = 4}), p.integer("v", -5, 5)}; });
  });
  return r.finish(std::move(out));
}

std::string sample_text(std::string_view from = {}, std::string_view to = {}) {
  std::string text =
      R"({"target":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","rows":32,"until":"2026-05-31","reason":"stolen",)"
      R"("stele":{"after":"__________________________________________8"},"subjects":["toan","van"],)"
      R"("pairs":[{"k":"a","v":-5},{"k":"b","v":5}]})";
  if (from.empty()) return text;
  const auto at = text.find(from);
  STELE_ASSERT(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string sample_fault(std::string_view from, std::string_view to) {
  auto out = decode(tree(sample_text(from, to)));
  return out ? "ok" : to_error(out.error()).code.substr(6) + " " + out.error().path;
}

TEST(ObjectReader, DecodesARecordWithNestedObjectsAndArrays) {
  auto out = decode(tree(sample_text()));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->target, RecordId{});
  EXPECT_EQ(out->rows, 32U);
  EXPECT_EQ(out->until, (Date{2026, 5, 31}));
  EXPECT_EQ(out->note, std::nullopt);
  EXPECT_EQ(out->reason, Reason::stolen);
  EXPECT_EQ(out->after.bytes.front(), 0xff);
  EXPECT_EQ(out->subjects, (std::vector<std::string>{"toan", "van"}));
  EXPECT_EQ(out->pairs.at(1).second, 5);
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":32,"note":"0123456789")"), "ok");
}

TEST(ObjectReader, NamesTheFaultAndItsPlace) {
  EXPECT_EQ(sample_fault(R"("rows":32,)", ""), "missing rows");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":"32")"), "wrong_type rows");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":0)"), "out_of_bounds rows");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":65)"), "out_of_bounds rows");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":-1)"), "out_of_bounds rows");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":32,"note":"0123456789a")"), "out_of_bounds note");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":32,"note":"")"), "out_of_bounds note");
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":32,"note":null)"), "wrong_type note");
  EXPECT_EQ(sample_fault("2026-05-31", "2026-02-30"), "bad_form until");
  EXPECT_EQ(sample_fault("stolen", "eaten"), "bad_form reason");
  EXPECT_EQ(sample_fault(R"("AAAA)", R"("AAA)"), "bad_form target");
  EXPECT_EQ(sample_fault(R"(_8")", R"(_9")"), "bad_form stele.after");
  EXPECT_EQ(sample_fault(R"("after")", R"("later")"), "missing stele.after");
  EXPECT_EQ(sample_fault(R"(["toan","van"])", "[]"), "out_of_bounds subjects");
  EXPECT_EQ(sample_fault(R"("van")", R"("van","ly","su")"), "out_of_bounds subjects");
  EXPECT_EQ(sample_fault(R"("van")", "7"), "wrong_type subjects[1]");
  EXPECT_EQ(sample_fault(R"("v":5)", R"("v":6)"), "out_of_bounds pairs[1].v");
  EXPECT_EQ(sample_fault(R"({"k":"b","v":5})", "[]"), "wrong_type pairs[1]");
}

TEST(ObjectReader, RefusesWhatWasNotAskedForAtEveryDepth) {
  EXPECT_EQ(sample_fault(R"("rows":32)", R"("rows":32,"name":"x")"), "unknown_member name");
  EXPECT_EQ(sample_fault(R"("after")", R"("x":1,"after")"), "unknown_member stele.x");
  EXPECT_EQ(sample_fault(R"("v":-5)", R"("v":-5,"w":1)"), "unknown_member pairs[0].w");
  EXPECT_EQ(outcome(R"({"":1})", [](ObjectReader&) {}), "unknown_member ");
  EXPECT_EQ(outcome("{}", [](ObjectReader&) {}), "ok");
}

TEST(ObjectReader, KeepsTheFirstFaultAndReturnsDefaultsAfterIt) {
  EXPECT_EQ(outcome(R"({"a":1,"b":"x","c":[1]})",
                    [](ObjectReader& r) {
                      EXPECT_EQ(r.string("a", {.chars_max = 9}), "");
                      EXPECT_FALSE(r.ok());
                      EXPECT_EQ(r.string("b", {.chars_max = 9}), "");
                      EXPECT_TRUE(r.array("c", 1, 1, [](Field& f) { return f.integer(0, 9); }).empty());
                      r.refuse("c", FieldFaultKind::bad_form);
                    }),
            "wrong_type a");
}

TEST(ObjectReader, RefusesAnythingButAnObject) {
  for (const char* text : {"1", "[]", "null", "\"x\""}) {
    EXPECT_EQ(outcome(text, [](ObjectReader& r) { (void)r.optional_boolean("a"); }), "wrong_type ") << text;
  }
}

TEST(ObjectReader, RefusesMoreMembersThanAnyListHas) {
  Value v = Value::object();
  for (std::size_t i = 0; i < members_max; ++i) v.set("m" + std::to_string(i), 1);
  const auto read_all = [&](ObjectReader& r) {
    for (std::size_t i = 0; i < v.members().size(); ++i) (void)r.integer("m" + std::to_string(i), 1, 1);
  };
  EXPECT_EQ(outcome(write(v), read_all), "ok");
  v.set("one more", 1);
  EXPECT_EQ(outcome(write(v), read_all), "unknown_member ");
}

TEST(ObjectReader, OptionalMembersOfEachKind) {
  const auto read = [](ObjectReader& r) {
    const bool there = r.has("i");
    EXPECT_EQ(r.optional_integer<std::uint64_t>("i", 0, 9), there ? std::optional<std::uint64_t>(9) : std::nullopt);
    EXPECT_EQ(r.optional_boolean("b").value_or(false), there);
    EXPECT_EQ(r.optional_choice<int>("c", {{"one", 1}}).has_value(), there);
    EXPECT_EQ(r.optional_digest43<Digest>("d").has_value(), there);
    EXPECT_EQ(r.optional_parsed("p", parse_date).has_value(), there);
    EXPECT_EQ(r.optional_object("o", [](ObjectReader& o) { return o.boolean("x"); }).has_value(), there);
    EXPECT_EQ(r.optional_array("a", 0, 9, [](Field& f) { return f.digest43<Digest>(); }).has_value(), there);
  };
  EXPECT_EQ(outcome("{}", read), "ok");
  EXPECT_EQ(outcome(R"({"i":9,"b":true,"c":"one","d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",)"
                    R"("p":"2026-01-01","o":{"x":false},"a":[]})",
                    read),
            "ok");
}

TEST(ObjectReader, OrderedListsRiseWithoutRepeats) {
  const auto read = [](ObjectReader& r) {
    (void)r.ascending("a", 0, 9, [](Field& f) { return f.integer(0, 99); });
    (void)r.optional_ascending("d", 1, 9, [](Field& f) { return f.digest43<Digest>(); });
  };
  EXPECT_EQ(outcome(R"({"a":[]})", read), "ok");
  EXPECT_EQ(outcome(R"({"a":[2,10,11]})", read), "ok");
  EXPECT_EQ(outcome(R"({"a":[2,10,9]})", read), "not_ascending a[2]");
  EXPECT_EQ(outcome(R"({"a":[2,2]})", read), "repeated a[1]");
  // Digests by their bytes: as bytes 0x68... < 0xfc..., though as text "a" > "_".
  const std::string a = "\"a" + std::string(42, 'A') + "\"";
  const std::string underscore = "\"_" + std::string(42, 'A') + "\"";
  EXPECT_EQ(outcome("{\"a\":[],\"d\":[" + a + "," + underscore + "]}", read), "ok");
  EXPECT_EQ(outcome("{\"a\":[],\"d\":[" + underscore + "," + a + "]}", read), "not_ascending d[1]");
}

TEST(ObjectReader, TextRulesHaveAForm) {
  const auto read = [](ObjectReader& r) {
    (void)r.string("s", {.chars_max = 3, .form = [](std::string_view t) { return t.front() == 'x'; }});
  };
  EXPECT_EQ(outcome(R"({"s":"xyz"})", read), "ok");
  EXPECT_EQ(outcome(R"({"s":"yyz"})", read), "bad_form s");
  EXPECT_EQ(outcome(R"({"s":"xyzz"})", read), "out_of_bounds s");
  EXPECT_EQ(outcome(R"({"s":"xữữ"})", read), "ok");  // lengths count characters, not bytes
  EXPECT_EQ(outcome(R"({"s":"xữữữ"})", read), "out_of_bounds s");
  EXPECT_EQ(outcome(R"({"s":"x"})", [](ObjectReader& r) { (void)r.string("s", {}); }), "out_of_bounds s");
}

TEST(ObjectReader, RulesBetweenMembersAreTheCallersFaults) {
  EXPECT_EQ(outcome(R"({"from":2,"to":1})",
                    [](ObjectReader& r) {
                      const auto from = r.integer("from", 0, 9);
                      const auto to = r.integer("to", 0, 9);
                      if (r.ok() && to < from) r.refuse("to", FieldFaultKind::out_of_bounds);
                    }),
            "out_of_bounds to");
}

TEST(ObjectReader, EveryFaultHasTextsInBothLanguages) {
  for (std::size_t k = 0; k < field_fault_kinds; ++k) {
    const Error e = to_error(FieldFault{static_cast<FieldFaultKind>(k), "a[1]"});
    EXPECT_TRUE(e.code.starts_with("field_"));
    EXPECT_FALSE(e.vi.empty());
    EXPECT_NE(e.vi, e.en);
    EXPECT_EQ(e.where.field, "a[1]");
  }
}

}  // namespace
}  // namespace stele::json
