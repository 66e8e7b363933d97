#include "ledger/record/json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "tests/support/vectors.h"

namespace stele::json {
namespace {

constexpr Limits roomy{.bytes_max = 1 << 20, .depth_max = 16, .nodes_max = 100'000};

std::string fault_of(std::string_view text, const Limits& limits = roomy) {
  auto parsed = parse(text, limits);
  return parsed ? "accepted" : to_error(parsed.error()).code.substr(5);
}

Value parsed(std::string_view text) {
  auto out = parse(text, roomy);
  if (!out) {
    ADD_FAILURE() << text << ": " << to_text(to_error(out.error()), Lang::en);
    return {};
  }
  return *std::move(out);
}

// --- The whole of JSONTestSuite -------------------------------------------------------------------------------------

/// Every `y_` file that we refuse, and why. Exact in both directions: a file more or less is a failure.
const std::map<std::string, std::string> refused_on_purpose{
    // Ten fractions and exponents, and -0 twice: marks are strings, and -0 is 0 to one parser and not to another.
    {"y_number.json", "not_integer"},
    {"y_number_0e+1.json", "not_integer"},
    {"y_number_double_close_to_zero.json", "not_integer"},
    {"y_number_real_capital_e.json", "not_integer"},
    {"y_number_real_capital_e_pos_exp.json", "not_integer"},
    {"y_number_real_exponent.json", "not_integer"},
    {"y_number_real_neg_exp.json", "not_integer"},
    {"y_number_real_pos_exponent.json", "not_integer"},
    {"y_number_simple_real.json", "not_integer"},
    {"y_structure_lonely_negative_real.json", "not_integer"},
    {"y_number_minus_zero.json", "not_integer"},
    {"y_number_negative_zero.json", "not_integer"},
    // Parsers disagree about which of the two counts.
    {"y_object_duplicated_key.json", "duplicate_member"},
    {"y_object_duplicated_key_and_value.json", "duplicate_member"},
    // I-JSON (RFC 7493 section 2.1) forbids noncharacters; NUL ends the text in too many languages.
    {"y_object_escaped_null_in_key.json", "nul"},
    {"y_string_null_escape.json", "nul"},
    {"y_string_nonCharacterInUTF-8_U+10FFFF.json", "noncharacter"},
    {"y_string_unicode_U+1FFFE_nonchar.json", "noncharacter"},
    {"y_string_unicode_U+FDD0_nonchar.json", "noncharacter"},
    {"y_string_unicode_U+FFFE_nonchar.json", "noncharacter"},
    // Our rule for text: one line of assigned characters.
    {"y_string_allowed_escapes.json", "control"},
    {"y_string_escaped_control_character.json", "control"},
    {"y_string_uescaped_newline.json", "control"},
    {"y_string_unescaped_char_delete.json", "control"},
    {"y_string_with_del_character.json", "control"},
    {"y_string_reservedCharacterInUTF-8_U+1BFFF.json", "unassigned"},
};

TEST(JsonSuite, AcceptsAndRefusesExactlyWhatIsListed) {
  STELE_NEEDS_VECTORS();
  std::map<std::string, std::string> refused;
  std::size_t y = 0;
  std::size_t n = 0;
  std::size_t i = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::vectors_folder() / "json")) {
    const std::string name = entry.path().filename().string();
    const std::string text = test::read_file(entry.path());
    const std::string outcome = fault_of(text);
    if (name.starts_with("y_")) {
      ++y;
      if (outcome != "accepted") {
        refused[name] = outcome;
      } else {
        EXPECT_EQ(parsed(write(parsed(text))), parsed(text)) << name;
      }
    } else if (name.starts_with("n_")) {
      ++n;
      EXPECT_NE(outcome, "accepted") << name;
    } else {
      ++i;
    }
  }
  EXPECT_EQ(refused, refused_on_purpose);
  EXPECT_EQ(y, 63U);
  EXPECT_GE(n, 100U);
  EXPECT_GE(i, 20U);
}

// --- Each kind of fault, and the edge beside it
// ------------------------------------------------------------------------

TEST(JsonFault, TooLarge) {
  EXPECT_EQ(fault_of("[1,2]", {.bytes_max = 4, .nodes_max = 9}), "too_large");
  EXPECT_EQ(fault_of("[1,2]", {.bytes_max = 5, .nodes_max = 9}), "accepted");
  EXPECT_EQ(fault_of("", Limits{}), "syntax");
  EXPECT_EQ(fault_of("1", Limits{}), "too_large");
}

TEST(JsonFault, TooDeep) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(fault_of(nested(16)), "accepted");
  EXPECT_EQ(fault_of(nested(17)), "too_deep");
  EXPECT_EQ(fault_of(std::string(100'000, '[')), "too_deep");
  EXPECT_EQ(fault_of(R"({"a":{"b":1}})", {.bytes_max = 99, .depth_max = 1, .nodes_max = 9}), "too_deep");
  EXPECT_EQ(fault_of("7", {.bytes_max = 9, .depth_max = 0, .nodes_max = 9}), "accepted");
}

TEST(JsonFault, TooManyNodesCountsContainersAndScalars) {
  EXPECT_EQ(fault_of(R"([1,{"a":2}])", {.bytes_max = 99, .nodes_max = 4}), "accepted");
  EXPECT_EQ(fault_of(R"([1,{"a":2}])", {.bytes_max = 99, .nodes_max = 3}), "too_many_nodes");
}

TEST(JsonFault, Syntax) {
  for (const char* text :
       {"",          " ",       "[",   "{\"a\"}",  "[1,]",      "{\"a\":1,}", "'a'",    "tru", "+1",  "[1 2]",
        "/* c */ 1", "// c\n1", "NaN", "Infinity", "\"\\x41\"", "\"\t\"",     "\"\n\"", "\"a", "\v1", "\f1"}) {
    EXPECT_EQ(fault_of(text), "syntax") << text;
  }
}

TEST(JsonFault, LoneSurrogatesAreRefusedAndPairsAreNot) {
  EXPECT_EQ(fault_of(R"("\ud800")"), "syntax");
  EXPECT_EQ(fault_of(R"("\udc00")"), "syntax");
  EXPECT_EQ(fault_of(R"("\udc00\ud800")"), "syntax");
  EXPECT_EQ(fault_of(R"({"\ud800":1})"), "syntax");
  EXPECT_EQ(parsed(R"("\ud834\udd1e")").string(), "\U0001D11E");
}

TEST(JsonFault, TrailingBytes) {
  for (const char* text :
       {"1 2", "01", "{}x", "[]]", "{}{}", "\"a\"\"b\"", "1,", "null#", "{} // c", "1 1e400", "1 \xff"}) {
    EXPECT_EQ(fault_of(text), "trailing_bytes") << text;
  }
  EXPECT_EQ(fault_of(" \t\r\n1 \t\r\n"), "accepted");
}

TEST(JsonFault, DuplicateMember) {
  EXPECT_EQ(fault_of(R"({"a":1,"a":1})"), "duplicate_member");
  EXPECT_EQ(fault_of(R"({"a":1,"\u0061":2})"), "duplicate_member");
  EXPECT_EQ(fault_of(R"({"":1,"":2})"), "duplicate_member");
  EXPECT_EQ(fault_of(R"([{"a":1},{"a":1,"b":{"a":1}}])"), "accepted");
}

TEST(JsonFault, DuplicatesAreFoundInLargeObjectsToo) {
  for (int members : {15, 16, 17, 18, 1000}) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += "\"m" + std::to_string(i) + "\":0,";
    EXPECT_EQ(fault_of(text + "\"last\":0}"), "accepted") << members;
    EXPECT_EQ(fault_of(text + "\"m3\":0}"), "duplicate_member") << members;
  }
}

TEST(JsonFault, NotInteger) {
  for (const char* text : {"1.0", "0.5", "-0", "-0.0", "1e2", "1E0", "0e+1", "-1e-9", "1e400", "-1e400", "[8.5]",
                           "123456789012345678901234567890.5"}) {
    EXPECT_EQ(fault_of(text), "not_integer") << text;
  }
}

TEST(JsonFault, IntegerRangeEndsAtTwoToThe53MinusOne) {
  EXPECT_EQ(parsed("9007199254740991").integer(), integer_max);
  EXPECT_EQ(parsed("-9007199254740991").integer(), -integer_max);
  for (const std::string& text :
       {std::string("9007199254740992"), std::string("-9007199254740992"), std::string("9223372036854775808"),
        std::string("-9223372036854775809"), std::string("18446744073709551616"), std::string(400, '9')}) {
    EXPECT_EQ(fault_of(text), "integer_range") << text;
  }
}

TEST(JsonFault, NotUtf8) {
  for (const char* text : {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe1\xbb\"",
                           "{\"\x80\":1}", "[\xe5]"}) {
    EXPECT_EQ(fault_of(text), "not_utf8") << text;
  }
  EXPECT_EQ(fault_of("[\u00E9]"), "syntax");  // well-formed, only in the wrong place
}

TEST(JsonFault, Nul) {
  EXPECT_EQ(fault_of(R"("a\u0000b")"), "nul");
  EXPECT_EQ(fault_of(R"({"\u0000":1})"), "nul");
  EXPECT_EQ(fault_of(std::string_view("\"a\0b\"", 5)), "nul");
}

// nlohmann's lexer takes a NUL for the end of the input: bytes after it would be signed and never read.
TEST(JsonFault, ANulAfterTheTextDoesNotHideWhatFollows) {
  EXPECT_EQ(fault_of(std::string_view("{}\0{\"x\":1}", 10)), "nul");
  EXPECT_EQ(fault_of(std::string_view("{}\0", 3)), "nul");
}

TEST(JsonFault, Noncharacter) {
  EXPECT_EQ(fault_of(R"("\uFFFE")"), "noncharacter");
  EXPECT_EQ(fault_of("\"\uFDD0\""), "noncharacter");
  EXPECT_EQ(fault_of("\"\U0010FFFF\""), "noncharacter");
}

TEST(JsonFault, UnassignedAndPrivateUse) {
  EXPECT_EQ(fault_of(R"("\u0378")"), "unassigned");
  EXPECT_EQ(fault_of(R"("\ue000")"), "unassigned");
  EXPECT_EQ(fault_of("{\"\u0378\":1}"), "unassigned");
}

TEST(JsonFault, Control) {
  for (const char* text : {R"("\n")", R"("\t")", R"("\u0001")", R"("\u001f")", R"("\u007f")", "\"\x7f\"", R"("\u0080")",
                           R"("\u009f")", R"({"\r":1})"}) {
    EXPECT_EQ(fault_of(text), "control") << text;
  }
  EXPECT_EQ(fault_of(R"("\u00a0")"), "accepted");
}

TEST(JsonFault, NotNfc) {
  EXPECT_EQ(fault_of("\"e\u0302\u0301\""), "not_nfc");
  EXPECT_EQ(fault_of(R"("e\u0302\u0301")"), "not_nfc");
  EXPECT_EQ(fault_of("{\"e\u0301\":1}"), "not_nfc");
  EXPECT_EQ(parsed("\"Nguyễn Thị Thử\"").string(), "Nguyễn Thị Thử");
}

TEST(JsonFault, ByteOrderMark) {
  EXPECT_EQ(fault_of("\xEF\xBB\xBF{}"), "byte_order_mark");
  EXPECT_EQ(fault_of("\xEF\xBB\xBF"), "byte_order_mark");
  EXPECT_EQ(fault_of("\xEF\xBB"), "not_utf8");
}

TEST(JsonFault, SaysWhere) {
  const auto path = [](std::string_view text) { return parse(text, roomy).error().path; };
  EXPECT_EQ(path("1.5"), "");
  EXPECT_EQ(path(R"({"stele":{"targets":[1,2,{"id":1.5}]}})"), "stele.targets[2].id");
  EXPECT_EQ(path("[[1],[2,-0]]"), "[1][1]");
  EXPECT_EQ(path(R"({"a":{"b":1,"c":2,"b":3}})"), "a.b");
  EXPECT_EQ(path(R"([{"a":1,"a":2}])"), "[0].a");
  const auto fault = parse(R"({"a": 1.5, "b": 2})", roomy).error();
  EXPECT_GE(fault.offset, 9U);
  EXPECT_LE(fault.offset, 10U);
}

TEST(JsonFault, PathsOfHostileNamesStayShort) {
  const std::string name(5000, 'x');
  const auto fault = parse("{\"a\":{\"" + name + "\":{\"b\":1.5}}}", roomy).error();
  EXPECT_EQ(fault.path, "a…");
}

TEST(JsonFault, EveryKindHasACodeAndTextsInBothLanguages) {
  std::set<std::string> codes;
  for (std::size_t k = 0; k < fault_kinds; ++k) {
    const Error e = to_error(Fault{static_cast<FaultKind>(k), 12, "a.b"});
    EXPECT_TRUE(e.code.starts_with("json_")) << e.code;
    EXPECT_NE(e.vi.find("12"), std::string::npos);
    EXPECT_NE(e.en.find("12"), std::string::npos);
    EXPECT_NE(e.vi, e.en);
    EXPECT_EQ(e.where.field, "a.b");
    codes.insert(e.code);
  }
  EXPECT_EQ(codes.size(), fault_kinds);
}

// --- Writing
// ------------------------------------------------------------------------------------------------------------

// The texts were printed by JSON.stringify of Node.js 20.
TEST(JsonWrite, PrintsWhatJavaScriptPrints) {
  EXPECT_EQ(write(Value()), "null");
  EXPECT_EQ(write(Value::object()), "{}");
  EXPECT_EQ(write(Value::array()), "[]");
  EXPECT_EQ(write(Value::array({true, false, 0, -1, integer_max, -integer_max})),
            "[true,false,0,-1,9007199254740991,-9007199254740991]");
  EXPECT_EQ(write(Value("\"\\/")), "\"\\\"\\\\/\"");
  EXPECT_EQ(write(Value("\b\f\n\r\t")), "\"\\b\\f\\n\\r\\t\"");
  EXPECT_EQ(write(Value("\x01\x0b\x1f\x7f")), "\"\\u0001\\u000b\\u001f\x7f\"");
  EXPECT_EQ(write(Value(std::string_view("a\0b", 3))), "\"a\\u0000b\"");
  EXPECT_EQ(write(Value("\u2028\u2029\u00A0\uFEFF")), "\"\xe2\x80\xa8\xe2\x80\xa9\xc2\xa0\xef\xbb\xbf\"");
  EXPECT_EQ(write(Value("Nguyễn Thị Thử \U0001D11E <&>")),
            "\"Nguy\xe1\xbb\x85n Th\xe1\xbb\x8b Th\xe1\xbb\xad \xf0\x9d\x84\x9e <&>\"");
  EXPECT_EQ(write(Value::object({{"z", 1}, {"a", Value::array({Value::object({{"\"k\n", "v"}})})}, {"", Value()}})),
            "{\"z\":1,\"a\":[{\"\\\"k\\n\":\"v\"}],\"\":null}");
}

TEST(JsonWrite, RoundTripsAndKeepsTheOrderOfMembers) {
  const char* text = R"({"z":[1,-2,true,false,null,"ă/\"\\"],"a":{"m":{},"b":[]},"":"","học":9007199254740991})";
  EXPECT_EQ(write(parsed(text)), text);
  EXPECT_EQ(write(parsed(" { \"b\" : [ 1 , 2 ] , \"a\" : \"\\u0041\\/\" } ")), R"({"b":[1,2],"a":"A/"})");
}

TEST(JsonValue, BuildsByHand) {
  Value v = Value::object({{"a", Value("x")}, {"n", 7}, {"list", Value::array({1, "two", false})}});
  v.set("n", 8U);
  v.set("later", Value::object()).set("in", Value());
  v.set("more", Value::array()).push(std::string_view("s"));
  EXPECT_EQ(write(v), R"({"a":"x","n":8,"list":[1,"two",false],"later":{"in":null},"more":["s"]})");
  EXPECT_EQ(v.find("n")->integer(), 8);
  EXPECT_EQ(v.find("none"), nullptr);
  EXPECT_EQ(parsed(write(v)), v);
}

TEST(JsonValueDeathTest, ReadingAnotherKindStops) {
  EXPECT_DEATH((void)Value("x").integer(), "");
  EXPECT_DEATH((void)Value(std::uint64_t{1} << 53), "");
  EXPECT_DEATH((void)Value::object({{"a", 1}, {"a", 2}}), "");
}

}  // namespace
}  // namespace stele::json
