// The short way for plain texts is a short way only: whatever comes in, the answer is the strict reader's.
#include <gtest/gtest.h>

#include <random>

#include "ledger/record/json_strict.h"
#include "tests/support/seed.h"
#include "tests/support/vectors.h"

namespace stele::json {
namespace {

constexpr Limits usual{.bytes_max = 1 << 20, .depth_max = 16, .nodes_max = 100'000};

std::string told(const Result<Value, Fault>& r) {
  if (r) return "accepted " + write(*r);
  return std::to_string(static_cast<int>(r.error().kind)) + " at " + std::to_string(r.error().offset) + " in " +
         r.error().path;
}

void agree(std::string_view text, const Limits& limits = usual) {
  const auto both = parse(text, limits);
  const auto strict = parse_strictly(text, limits);
  ASSERT_EQ(told(both), told(strict)) << text;
  ASSERT_TRUE(!both || *both == *strict) << text;  // kinds too: 1 is not "1"
}

const std::vector<std::string> texts{
    R"({"stele":{"v":1,"net":"vidu","after":"AAAA","rows":[1,2,3],"ok":true,"no":false,"nil":null}})",
    R"([])",
    R"({})",
    R"([[],{},[{}]])",
    "  [ 1 , 2 ]\r\n\t",
    R"("")",
    R"("plain")",
    R"("Nguyễn")",
    R"("a\"b")",
    R"("\u0041")",
    "\"a\x7f\"",
    "\"a\x1f\"",
    "\"a\nb\"",
    "0",
    "-0",
    "-1",
    "01",
    "-01",
    "-",
    "1.",
    "1.5",
    "1e3",
    "1E3",
    "+1",
    "999999999999999",
    "9999999999999999",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740991",
    "-9007199254740992",
    "18446744073709551616",
    "1 2",
    "1x",
    "tru",
    "true",
    "truex",
    "nullnull",
    "[1,]",
    "[,1]",
    "[1 2]",
    "{\"a\":1,}",
    "{\"a\" 1}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":{\"b\":1,\"b\":1}}",
    "{a:1}",
    "{\"a\":1}}",
    "{\"a\":1",
    "[\"a",
    "",
    " ",
    "\xEF\xBB\xBF[]",
    std::string("[1]\0", 4),
    std::string("\"\0\"", 3),
    "/* */ 1",
    "[1]//",
    "NaN",
    "\x0b[1]",
};

TEST(PlainJson, AgreesWithTheStrictReader) {
  for (const auto& t : texts) agree(t);
}

TEST(PlainJson, AgreesAtEachBound) {
  const std::string t = R"({"a":[1,{"b":[true,"x"]}],"c":2})";
  for (std::size_t bytes = 0; bytes <= t.size() + 1; ++bytes) agree(t, {.bytes_max = bytes, .nodes_max = 100});
  for (std::size_t depth = 0; depth <= 6; ++depth) agree(t, {.bytes_max = 100, .depth_max = depth, .nodes_max = 100});
  for (std::size_t nodes = 0; nodes <= 10; ++nodes) agree(t, {.bytes_max = 100, .nodes_max = nodes});
  // Deep enough to end a recursion that nobody bounded.
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  agree(deep, {.bytes_max = 1 << 20, .depth_max = 64, .nodes_max = 1 << 20});
}

TEST(PlainJson, AgreesOnEveryPrefixAndEveryChangedByte) {
  const std::string whole = texts.front();
  for (std::size_t n = 0; n < whole.size(); ++n) agree(std::string_view(whole).substr(0, n));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = whole;
      changed[at] = static_cast<char>(byte);
      agree(changed);
    }
  }
}

TEST(PlainJson, AgreesOnMutations) {
  const auto seed = test::seed();
  SCOPED_TRACE("STELE_SEED=" + std::to_string(seed));
  std::mt19937 chance(seed);
  constexpr std::string_view pieces[] = {"[",    "]", "{",  "}",     ",",      ":",        "\"",
                                         "\\",   "0", "-",  "1",     "e",      ".",        "true",
                                         "null", " ", "\n", "\"a\"", "\"a\":", "\xc3\xa9", "123456789012345"};
  for (int round = 0; round < 20'000; ++round) {
    auto t = texts[chance() % texts.size()];
    for (unsigned changes = 1 + chance() % 4; changes > 0; --changes) {
      const auto at = chance() % (t.size() + 1);
      if (chance() % 3 == 0)
        t.erase(at, chance() % 4);
      else
        t.insert(at, pieces[chance() % std::size(pieces)]);
    }
    ASSERT_NO_FATAL_FAILURE(agree(t));
  }
}

TEST(PlainJson, AgreesOnTheWholeJsonSuite) {
  STELE_NEEDS_VECTORS();
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(test::vectors_folder())) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".json" ||
        (!name.starts_with("y_") && !name.starts_with("n_") && !name.starts_with("i_")))
      continue;
    ++files;
    SCOPED_TRACE(name);
    agree(test::read_file(entry.path()));
  }
  EXPECT_GT(files, 200U);
}

}  // namespace
}  // namespace stele::json
