#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "tests/unit/record/samples.h"

namespace stele::record {
namespace {

using namespace samples;  // NOLINT(google-build-using-namespace)

std::string b64(std::uint8_t byte) {
  return base64url(filled<Digest>(byte).view());
}
std::string id_list(std::size_t count) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) {
    auto id = filled<RecordId>(0);
    id.bytes[0] = std::uint8_t(i >> 8U);
    id.bytes[1] = std::uint8_t(i & 0xFFU);
    out += (i == 0 ? "\"" : ",\"") + base64url(id.view()) + "\"";
  }
  return out + "]";
}
std::string numbers(std::size_t count) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ",") + std::to_string(i);
  return out + "]";
}

TEST(Schema, EveryMemberIsOnTheClosedList) {
  for (const Type type : all_types()) {
    EXPECT_EQ(verdict(edited(type, R"("v":1)", R"("v":1,"note":"x")")), "unknown_member stele.note") << type_name(type);
    EXPECT_EQ(verdict(edited(type, R"("stele":)", R"("extra":1,"stele":)")), "unknown_member extra") << type_name(type);
    EXPECT_EQ(verdict(edited(type, R"("stele":)", R"("stela":)")), "missing_member stele") << type_name(type);
  }
}

TEST(Schema, CommonMembers) {
  EXPECT_EQ(verdict(with_member(Type::document, "v", "2")), "wrong_version stele.v");
  EXPECT_EQ(verdict(with_member(Type::document, "v", "\"1\"")), "wrong_type stele.v");
  EXPECT_EQ(verdict(edited(Type::document, R"("v":1,)", "")), "missing_member stele.v");
  EXPECT_EQ(verdict(with_member(Type::document, "stele", "3")), "wrong_type stele");
  EXPECT_EQ(verdict(with_member(Type::document, "net", "\"stele/vidu\"")), "bad_form stele.net");
  EXPECT_EQ(verdict(with_member(Type::document, "net", "\"stele/VIDU/0123456789abcdef0123456789abcdef\"")),
            "bad_form stele.net");
  EXPECT_EQ(verdict(with_member(Type::document, "net", "\"stele/vidu/0123456789ABCDEF0123456789abcdef\"")),
            "bad_form stele.net");
  EXPECT_EQ(verdict(with_member(Type::document, "after", "\"AA\"")), "bad_form stele.after");
  EXPECT_EQ(verdict(edited(Type::document, R"("after")", R"("before")")), "missing_member stele.after");
}

TEST(Schema, TheVersionIsSaidBeforeAnythingElse) {
  const std::string later = R"({"stele":{"v":2,"new":true}})";
  EXPECT_EQ(verdict(with_payload(jws(full(Type::document)), later)), "wrong_version stele.v");
}

TEST(Schema, NullIsNeverAbsence) {
  EXPECT_EQ(verdict(with_member(Type::org, "parent", "null")), "wrong_type stele.parent");
  EXPECT_EQ(verdict(with_member(Type::class_list, "replaces", "null")), "wrong_type stele.replaces");
}

TEST(Schema, Org) {
  const auto with = [](std::string_view name, std::string_view json) {
    return verdict(with_member(Type::org, name, json));
  };
  EXPECT_EQ(with("org", "\"a\""), "out_of_bounds stele.org");
  EXPECT_EQ(with("org", "\"root\""), "bad_form stele.org");
  EXPECT_EQ(with("org", "\"A-1\""), "bad_form stele.org");
  EXPECT_EQ(with("org", "\"truong-79010\""), "bad_form stele.org");
  EXPECT_EQ(with("org", "\"" + std::string(40, 'a') + "\""), "accepted");
  EXPECT_EQ(with("org", "\"" + std::string(41, 'a') + "\""), "out_of_bounds stele.org");
  EXPECT_EQ(with("name", "\"\""), "out_of_bounds stele.name");
  EXPECT_EQ(with("name", "\"Trường <b>\""), "bad_form stele.name");
  EXPECT_EQ(with("name", "\"Trường  Hai\""), "bad_form stele.name");
  EXPECT_EQ(with("name", "\" Trường\""), "bad_form stele.name");
  std::string longest;
  for (int i = 0; i < 120; ++i) longest += "Ữ";
  EXPECT_EQ(with("name", "\"" + longest + "\""), "accepted");
  EXPECT_EQ(with("name", "\"" + longest + "a\""), "out_of_bounds stele.name");
  EXPECT_EQ(with("vaults", "[1,0]"), "not_ascending stele.vaults[1]");
  EXPECT_EQ(with("vaults", "[1,1]"), "repeated stele.vaults[1]");
  EXPECT_EQ(with("vaults", "[0,1,2,3]"), "out_of_bounds stele.vaults");
  EXPECT_EQ(with("vaults", "[65536]"), "out_of_bounds stele.vaults[0]");
}

TEST(Schema, NothingIsReplacedWithoutAReasonAndNoReasonStandsAlone) {
  for (const Type type : {Type::org, Type::key, Type::class_list, Type::transcript, Type::diploma, Type::certificate,
                          Type::school_transfer}) {
    Sample only_replaces = full(type);
    Sample only_reason = full(type);
    const auto visit = [](Body& body, auto&& act) {
      std::visit(
          [&](auto& b) {
            if constexpr (requires { b.replaces.reset(), b.reason->size(); }) act(b);
          },
          body);
    };
    visit(only_replaces.body, [](auto& b) { b.reason.reset(); });
    visit(only_reason.body, [](auto& b) { b.replaces.reset(); });
    EXPECT_EQ(verdict(jws(only_replaces)), "missing_member stele.reason") << type_name(type);
    EXPECT_EQ(verdict(jws(only_reason)), "missing_member stele.replaces") << type_name(type);
  }
}

TEST(Schema, Key) {
  const auto with = [](std::string_view name, std::string_view json) {
    return verdict(with_member(Type::key, name, json));
  };
  EXPECT_EQ(with("person", "\"short\""), "out_of_bounds stele.person");
  EXPECT_EQ(with("person", "\"AAECAwQFBgcICQoLDA0ODx\""), "bad_form stele.person");
  EXPECT_EQ(with("use", "\"vote\""), "bad_form stele.use");
  EXPECT_EQ(with("crv", "\"P-384\""), "bad_form stele.jwk.crv");
  EXPECT_EQ(with("kty", "\"RSA\""), "bad_form stele.jwk.kty");
  EXPECT_EQ(with("x", "\"" + b64(1) + "\""), "bad_key stele.jwk");
  EXPECT_EQ(with("proof", "\"AA\""), "bad_form stele.proof");
  EXPECT_EQ(with("role", "\"Principal\""), "bad_form stele.grants[0].role");
  EXPECT_EQ(with("class", "\"10A123\""), "bad_form stele.grants[0].class");
  EXPECT_EQ(with("class", "\"10A1/2.3-\""), "out_of_bounds stele.grants[0].class");
  EXPECT_EQ(with("year", "\"25\""), "out_of_bounds stele.grants[0].year");
  EXPECT_EQ(with("from", "\"2025-02-30\""), "bad_form stele.grants[0].from");

  auto key = body<Key>(Type::key);
  key.grants.assign(64, Grant{"a", "ab", {}, {}, {}, {}, {}, {}});
  EXPECT_EQ(verdict(jws(Type::key, key)), "accepted");
  key.grants.push_back(key.grants[0]);
  EXPECT_EQ(verdict(jws(Type::key, key)), "out_of_bounds stele.grants");
}

TEST(Schema, TheCurveFitsTheUse) {
  auto key = body<Key>(Type::key);
  key.jwk = p256_point();
  EXPECT_EQ(verdict(jws(Type::key, key)), "bad_key stele.jwk.crv");
  key.use = KeyUse::export_copy;
  EXPECT_EQ(verdict(jws(Type::key, key)), "accepted");
  key.jwk = point();
  EXPECT_EQ(verdict(jws(Type::key, key)), "bad_key stele.jwk.crv");
  key.use = KeyUse::seal;
  EXPECT_EQ(verdict(jws(Type::key, key)), "accepted");
}

TEST(Schema, Validators) {
  auto b = body<Validators>(Type::validators);
  b.set[1].id = b.set[0].id;
  EXPECT_EQ(verdict(jws(Type::validators, b)), "repeated stele.set[1]");
  b = body<Validators>(Type::validators);
  b.set[1].key = b.set[0].key;
  EXPECT_EQ(verdict(jws(Type::validators, b)), "repeated stele.set[1]");
  b.set[1].key = filled<PublicKey>(9);
  EXPECT_EQ(verdict(jws(Type::validators, b)), "bad_key stele.set[1].key");
  b.set.clear();
  EXPECT_EQ(verdict(jws(Type::validators, b)), "out_of_bounds stele.set");
  EXPECT_EQ(verdict(with_member(Type::validators, "evidence", id_list(8))), "accepted");
  EXPECT_EQ(verdict(with_member(Type::validators, "evidence", id_list(9))), "out_of_bounds stele.evidence");
}

TEST(Schema, Orderers) {
  auto b = body<Orderers>(Type::orderers);
  b.add.push_back(b.add[0]);
  EXPECT_EQ(verdict(jws(Type::orderers, b)), "repeated stele.add[1]");
  b = body<Orderers>(Type::orderers);
  b.add[0].key = filled<PublicKey>(9);
  EXPECT_EQ(verdict(jws(Type::orderers, b)), "bad_key stele.add[0].key");
  b.add.clear();
  EXPECT_EQ(verdict(jws(Type::orderers, b)), "accepted");
  b.retire.clear();
  EXPECT_EQ(verdict(jws(Type::orderers, b)), "out_of_bounds stele.add");
  EXPECT_EQ(verdict(with_member(Type::orderers, "retire", "[1,0]")), "not_ascending stele.retire[1]");
  EXPECT_EQ(verdict(with_member(Type::orderers, "retire", "[1,1]")), "repeated stele.retire[1]");
  EXPECT_EQ(verdict(with_member(Type::orderers, "retire", "[1024]")), "out_of_bounds stele.retire[0]");
}

TEST(Schema, ListsOfTargets) {
  for (const Type type : {Type::approve, Type::countersign, Type::seal, Type::suspend, Type::reinstate, Type::revoke}) {
    EXPECT_EQ(verdict(with_member(type, "targets", "[]")), "out_of_bounds stele.targets");
    EXPECT_EQ(verdict(with_member(type, "targets", id_list(256))), "accepted") << type_name(type);
    EXPECT_NE(verdict(with_member(type, "targets", id_list(257))), "accepted") << type_name(type);
    const std::string a = "\"" + b64(1) + "\"", c = "\"" + b64(2) + "\"";
    EXPECT_EQ(verdict(with_member(type, "targets", "[" + c + "," + a + "]")), "not_ascending stele.targets[1]");
    EXPECT_EQ(verdict(with_member(type, "targets", "[" + a + "," + a + "]")), "repeated stele.targets[1]");
  }
}

TEST(Schema, IdsRiseByBytesNotByText) {
  // In base64url 0xF8... is written "-..." and sorts before "A...", the text of zeros.
  const std::string zero = "\"" + b64(0x00) + "\"", high = "\"" + b64(0xFB) + "\"";
  ASSERT_LT(high, zero);
  EXPECT_EQ(verdict(with_member(Type::revoke, "targets", "[" + zero + "," + high + "]")), "accepted");
  EXPECT_EQ(verdict(with_member(Type::revoke, "targets", "[" + high + "," + zero + "]")),
            "not_ascending stele.targets[1]");
}

TEST(Schema, RowsAreMultiplesOfSixteen) {
  for (const Type type : {Type::class_list, Type::grade_sheet, Type::summary_sheet, Type::register_page, Type::amend}) {
    EXPECT_EQ(verdict(with_member(type, "rows", "16")), "accepted");
    EXPECT_EQ(verdict(with_member(type, "rows", "4096")), "accepted");
    EXPECT_EQ(verdict(with_member(type, "rows", "0")), "out_of_bounds stele.rows");
    EXPECT_EQ(verdict(with_member(type, "rows", "4112")), "out_of_bounds stele.rows");
    EXPECT_EQ(verdict(with_member(type, "rows", "17")), "bad_form stele.rows");
  }
}

TEST(Schema, Register) {
  EXPECT_EQ(verdict(with_member(Type::register_page, "page", "0")), "out_of_bounds stele.page");
  EXPECT_EQ(verdict(with_member(Type::register_page, "page", "100000")), "out_of_bounds stele.page");
}

TEST(Schema, Amend) {
  EXPECT_EQ(verdict(with_member(Type::amend, "positions", "[]")), "out_of_bounds stele.positions");
  EXPECT_EQ(verdict(with_member(Type::amend, "positions", "[4096]")), "out_of_bounds stele.positions[0]");
  EXPECT_EQ(verdict(with_member(Type::amend, "positions", "[2,1]")), "not_ascending stele.positions[1]");
  EXPECT_EQ(verdict(with_member(Type::amend, "positions", "[2,2]")), "repeated stele.positions[1]");
  EXPECT_EQ(verdict(with_member(Type::amend, "supersedes", id_list(256))), "accepted");
  // Its own tree has 16 rows.
  EXPECT_EQ(verdict(with_member(Type::amend, "positions", numbers(16))), "accepted");
  EXPECT_EQ(verdict(with_member(Type::amend, "positions", numbers(17))), "out_of_bounds stele.positions");
  auto b = body<Amend>(Type::amend);
  b.rows = 512;
  b.positions.clear();
  for (std::uint32_t i = 0; i < 512; ++i) b.positions.push_back(i);
  EXPECT_EQ(verdict(jws(Type::amend, b)), "accepted");
  b.rows = 528;
  b.positions.push_back(512);
  EXPECT_EQ(verdict(jws(Type::amend, b)), "out_of_bounds stele.positions");
}

TEST(Schema, Erase) {
  EXPECT_EQ(verdict(with_member(Type::erase, "book", "false")), "bad_form stele.book");
  EXPECT_EQ(verdict(with_member(Type::erase, "receipts", "[]")), "out_of_bounds stele.receipts");
  auto b = body<Erase>(Type::erase);
  b.receipts[1].vault = 0;
  EXPECT_EQ(verdict(jws(Type::erase, b)), "repeated stele.receipts[1]");
  b.receipts[0].vault = 1;
  EXPECT_EQ(verdict(jws(Type::erase, b)), "not_ascending stele.receipts[1]");
}

TEST(Schema, Document) {
  auto b = body<Document>(Type::document);
  b.digests.assign(128, filled<Digest>(1));
  EXPECT_EQ(verdict(jws(Type::document, b)), "accepted");
  b.digests.assign(129, filled<Digest>(1));
  EXPECT_EQ(verdict(jws(Type::document, b)), "out_of_bounds stele.digests");
  b.digests.clear();
  EXPECT_EQ(verdict(jws(Type::document, b)), "out_of_bounds stele.digests");
}

TEST(Schema, Compromise) {
  EXPECT_EQ(verdict(with_member(Type::compromise, "from", "-1")), "out_of_bounds stele.from");
  EXPECT_EQ(verdict(with_member(Type::compromise, "from", "9007199254740991")), "accepted");
}

TEST(Schema, PolicyLists) {
  const auto with = [](std::string_view name, std::string_view json) {
    return verdict(with_member(Type::policy, name, json));
  };
  EXPECT_EQ(with("number", "0"), "out_of_bounds stele.number");
  EXPECT_EQ(with("roles", R"(["a","root"])"), "bad_form stele.roles[1]");
  EXPECT_EQ(with("roles", R"(["a","a"])"), "repeated stele.roles[1]");
  EXPECT_EQ(with("roles", "[]"), "out_of_bounds stele.roles");
  EXPECT_EQ(with("org_kinds", R"(["b","a","b"])"), "repeated stele.org_kinds[2]");
  EXPECT_EQ(with("kinds", R"(["thpt","thpt"])"), "repeated stele.kinds[1]");
  EXPECT_EQ(with("reasons", R"(["a","a"])"), "repeated stele.reasons[1]");
  EXPECT_EQ(with("after_days", "0"), "out_of_bounds stele.limits.after_days");
  EXPECT_EQ(with("after_days", "365"), "accepted");
  EXPECT_EQ(with("pending_days", "366"), "out_of_bounds stele.limits.pending_days");
  EXPECT_EQ(with("quotas", R"([{"act":"amend","per_day":1},{"act":"amend","per_day":2}])"), "repeated stele.quotas[1]");
  EXPECT_EQ(with("quotas", R"([{"act":"nothing","per_day":1}])"), "bad_form stele.quotas[0].act");
}

TEST(Schema, PolicyCarriesTheRuleSetsThatItNames) {
  auto b = body<Policy>(Type::policy);
  b.assessment[0].set.digest = filled<Digest>(1);
  EXPECT_EQ(verdict(jws(Type::policy, b)), "bad_form stele.assessment[0].digest");
  EXPECT_EQ(verdict(with_member(Type::policy, "data", "\"e30=\"")), "bad_form stele.assessment[0].data");
  EXPECT_EQ(verdict(with_member(Type::policy, "data", "\"" + base64url(Bytes(32'769)) + "\"")),
            "bad_form stele.assessment[0].data");
}

TEST(Schema, Acts) {
  const auto with = [](std::string_view from, std::string_view to) { return verdict(edited(Type::policy, from, to)); };
  EXPECT_EQ(with(R"("act":"diploma")", R"("act":"diplomas")"), "bad_form stele.acts[0].act");
  EXPECT_EQ(with(R"("unit":"own-or-above")", R"("unit":"other")"), "bad_form stele.acts[0].unit");
  EXPECT_EQ(with(R"("period":"nth")", R"("period":"monthly")"), "bad_form stele.acts[0].period");
  EXPECT_EQ(with(R"("by":"seal")", R"("by":"revoke")"), "bad_form stele.acts[0].needs[0].by");
  EXPECT_EQ(with(R"("count":8)", R"("count":9)"), "out_of_bounds stele.acts[0].needs[1].count");
  EXPECT_EQ(with(R"("scope":["class","subject")", R"("scope":["class","class")"), "repeated stele.acts[0].scope[1]");
  EXPECT_EQ(with(R"("scope":["class","subject")", R"("scope":["class","kind")"), "bad_form stele.acts[0].scope[1]");
  EXPECT_EQ(with(R"("replaces":true)", R"("replaces":"true")"), "wrong_type stele.acts[0].replaces");
}

TEST(Schema, CredentialDigestsAreCountedAndSorted) {
  for (const Type type :
       {Type::transcript, Type::diploma, Type::certificate, Type::school_transfer, Type::export_copy}) {
    auto b = body<Credential>(type);
    b.sd.pop_back();
    EXPECT_EQ(verdict(jws(type, b)), "bad_count_of_digests _sd") << type_name(type);
    b = body<Credential>(type);
    std::swap(b.sd[3], b.sd[4]);
    EXPECT_EQ(verdict(jws(type, b)), "not_ascending _sd[4]");
    b = body<Credential>(type);
    b.sd[4] = b.sd[3];
    EXPECT_EQ(verdict(jws(type, b)), "repeated _sd[4]");
  }
}

TEST(Schema, DigestsRiseAsTextNotAsBytes) {
  auto b = body<Credential>(Type::certificate);
  b.sd[0] = filled<Digest>(0xFB);  // "-..." as text: before all others, though the greatest as bytes
  EXPECT_EQ(verdict(jws(Type::certificate, b)), "accepted");
}

TEST(Schema, CredentialUrls) {
  const auto with = [](std::string_view name, std::string url) {
    return verdict(with_member(Type::diploma, name, "\"" + url + "\""));
  };
  const std::string base(base_url);
  EXPECT_EQ(with("iss", base + "/orgs/thpt-vi-du-2"), "bad_url iss");
  EXPECT_EQ(with("iss", base + "/Orgs"), "bad_form iss");
  EXPECT_EQ(with("vct", base + "/vct/sd-jwt-vc-12/diploma/1"), "bad_url vct");
  EXPECT_EQ(with("vct", base + "/vct/sd-jwt-vc-13/diploma/2"), "bad_url vct");
  EXPECT_EQ(with("vct", base + "/vct/sd-jwt-vc-13/org/1"), "unknown_type vct");
  EXPECT_EQ(with("vct", base + "/vct/sd-jwt-vc-13//1"), "unknown_type vct");
  EXPECT_EQ(verdict(edited(Type::diploma, R"("vct":)", R"("vctx":)")), "missing_member vct");
  EXPECT_EQ(verdict(with_member(Type::diploma, "vct", "3")), "wrong_type vct");
  EXPECT_EQ(with("uri", base + "/status/2"), "bad_url status.status_list.uri");
  EXPECT_EQ(with("uri", base + "/status/02/1"), "bad_url status.status_list.uri");
  EXPECT_EQ(with("uri", base + "/status/2/"), "bad_url status.status_list.uri");
  EXPECT_EQ(with("uri", base + "/status/2/1/3"), "bad_url status.status_list.uri");
  EXPECT_EQ(with("uri", base + "/status/65536/1"), "bad_url status.status_list.uri");
  EXPECT_EQ(with("uri", base + "/status/65535/999999999"), "accepted");
  EXPECT_EQ(verdict(with_member(Type::diploma, "idx", "1048576")), "out_of_bounds status.status_list.idx");
  EXPECT_EQ(verdict(with_member(Type::diploma, "_sd_alg", "\"sha-512\"")), "bad_form _sd_alg");
}

TEST(Schema, CredentialPrivateMembers) {
  EXPECT_EQ(verdict(with_member(Type::transcript, "period", "\"0\"")), "bad_form stele.period");
  EXPECT_EQ(verdict(with_member(Type::transcript, "period", "\"01\"")), "bad_form stele.period");
  EXPECT_EQ(verdict(with_member(Type::transcript, "period", "\"99\"")), "accepted");
  EXPECT_EQ(verdict(with_member(Type::transcript, "period", "\"100\"")), "bad_form stele.period");
  EXPECT_EQ(verdict(with_member(Type::transcript, "period", "\"once\"")), "accepted");
  EXPECT_EQ(verdict(with_member(Type::diploma, "register", R"({"year":"2026","number":0})")),
            "out_of_bounds stele.register.number");
  EXPECT_EQ(verdict(edited(Type::export_copy, R"("original")", R"("tag":"","original")")), "unknown_member stele.tag");
  EXPECT_EQ(verdict(edited(Type::transcript, R"("class")", R"("to":"ab","class")")), "unknown_member stele.to");
  auto b = body<Credential>(Type::transcript);
  b.cnf->x[0] = std::uint8_t(b.cnf->x[0] ^ 1U);
  EXPECT_EQ(verdict(jws(Type::transcript, b)), "bad_key cnf.jwk");
}

}  // namespace
}  // namespace stele::record
