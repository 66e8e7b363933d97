// Records, genesis, disclosures and rows against the golden vectors.
#include <set>

#include "ledger/base/hash.h"
#include "ledger/log/block.h"
#include "ledger/log/merkle.h"
#include "ledger/record/decode.h"
#include "ledger/record/disclosure.h"
#include "ledger/record/encode.h"
#include "ledger/record/genesis.h"
#include "tests/unit/golden/golden_body.h"

namespace stele::test {
namespace {

using namespace record;

bool signature_holds(const Record& r, const Jwk& jwk) {
  if (jwk.p256) return verify_p256(jwk.x, jwk.y, *Digest::from(r.id.view()), r.signature);
  const auto key = VerifyKey::from_coordinates(jwk.x, jwk.y);
  return key && check_signature(r, *key).has_value();
}

TEST(GoldenRecord, EveryTypeDecodesToItsMembers) {
  std::set<Type> seen;
  for (const Json& v : golden("records").at("records")) {
    SCOPED_TRACE(text(v.at("type")));
    const auto decoded = decode(text(v.at("jws")));
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    EXPECT_EQ(type_name(decoded->type), text(v.at("type")));
    EXPECT_EQ(decoded->id, fixed_hex<RecordId>(v.at("record_id")));
    EXPECT_EQ(decoded->leaf, fixed_hex<LeafHash>(v.at("leaf")));
    EXPECT_EQ(decoded->kid, fixed_base64url<KeyId>(v.at("kid")));
    EXPECT_EQ(decoded->kid, jwk_of(v.at("jwk")).thumbprint());
    EXPECT_EQ(decoded->common, common_of(v.at("payload")));
    EXPECT_TRUE(decoded->body == body_of(decoded->type, v.at("payload"))) << v.at("payload");
    EXPECT_TRUE(signature_holds(*decoded, jwk_of(v.at("jwk"))));
    seen.insert(decoded->type);
  }
  EXPECT_EQ(seen.size(), type_count);
}

TEST(GoldenRecord, EncodingGivesTheSameBytes) {
  for (const Json& v : golden("records").at("records")) {
    SCOPED_TRACE(text(v.at("type")));
    const auto type = type_from_name(text(v.at("type")));
    ASSERT_TRUE(type);
    const std::string jws = text(v.at("jws"));
    const std::string signed_part = jws.substr(0, jws.rfind('.'));
    const std::string made = signing_input(*type, fixed_base64url<KeyId>(v.at("kid")), common_of(v.at("payload")),
                                           body_of(*type, v.at("payload")));
    const auto dot = made.find('.') + 1;
    EXPECT_EQ(made, signed_part) << as_text(unbase64url(made.substr(dot)).value_or(Bytes{})) << "\n" << v.at("payload");
    EXPECT_EQ(compact(signed_part, fixed_base64url<Signature>(jws.substr(jws.rfind('.') + 1))), jws);
  }
}

TEST(GoldenRecord, ProofOfPossessionHoldsForKeyRecords) {
  int seen = 0;
  for (const Json& v : golden("records").at("records")) {
    if (text(v.at("type")) != "key") continue;
    auto decoded = decode(text(v.at("jws")));
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(check_possession(*decoded));
    std::get<Key>(decoded->body).org += "x";
    const auto moved = check_possession(*decoded);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, RejectionCode::bad_proof_of_possession);
    ++seen;
  }
  EXPECT_EQ(seen, 3);
}

TEST(GoldenRecord, RefusesWhatMustBeRefused) {
  for (const Json& v : golden("refused_records").at("refused")) {
    if (text(v.at("stage")) != "decode") continue;
    SCOPED_TRACE(text(v.at("type")) + ": " + text(v.at("name")));
    const Json& codes = v.at("codes");
    const auto decoded = decode(text(v.at("jws")));
    if (codes.empty()) {
      EXPECT_TRUE(decoded) << to_string(decoded.error());
      continue;
    }
    if (decoded) {
      ADD_FAILURE() << "accepted, expected " << codes;
      continue;
    }
    EXPECT_TRUE(allows(codes, decoded.error().code)) << to_string(decoded.error()) << ", expected " << codes;
    // Between several codes the page leaves the place open too.
    if (v.at("where").is_string() && codes.size() == 1 && !text(v.at("where")).empty()) {
      EXPECT_EQ(decoded.error().where, text(v.at("where")));
    }
  }
}

TEST(GoldenRecord, RefusesBadSignatures) {
  const Json& records = golden("records");
  Jwk jwk;
  for (const Json& v : records.at("records")) {
    if (text(v.at("type")) == "document") jwk = jwk_of(v.at("jwk"));
  }
  const auto key = VerifyKey::from_coordinates(jwk.x, jwk.y);
  ASSERT_TRUE(key);
  int seen = 0;
  for (const Json& v : golden("refused_records").at("refused")) {
    if (text(v.at("stage")) != "signature") continue;
    SCOPED_TRACE(text(v.at("name")));
    const auto decoded = decode(text(v.at("jws")));
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    const auto checked = check_signature(*decoded, *key);
    ASSERT_FALSE(checked);
    EXPECT_TRUE(allows(v.at("codes"), checked.error().code)) << to_string(checked.error());
    ++seen;
  }
  EXPECT_GE(seen, 8);
}

TEST(GoldenGenesis, DecodesToItsMembers) {
  const Json& v = golden("genesis");
  const auto g = decode_genesis(text(v.at("file")));
  ASSERT_TRUE(g) << to_string(g.error());
  const Json& value = v.at("value");
  EXPECT_EQ(g->digest, fixed_hex<Digest>(v.at("digest")));
  EXPECT_EQ(g->net, text(v.at("net")));
  EXPECT_EQ(g->name, text(value.at("name")));
  EXPECT_TRUE(g->test);
  EXPECT_EQ(g->base_url, text(value.at("base_url")));
  EXPECT_EQ(utc_text(g->time), text(value.at("time")));
  EXPECT_EQ(g->root_quorum, 2U);
  ASSERT_EQ(g->roots.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(g->roots[i].person, text(value.at("roots")[i].at("person")));
    EXPECT_EQ(g->roots[i].key, fixed_base64url<PublicKey>(value.at("roots")[i].at("key")));
  }
  EXPECT_EQ(g->vaults.at(0).id, "kho-1");
  EXPECT_EQ(g->vaults.at(0).key, fixed_base64url<PublicKey>(value.at("vaults")[0].at("key")));
  EXPECT_EQ(iss_url(*g, "thpt-vi-du-1"), text(v.at("iss")));
  EXPECT_EQ(vct_url(*g, Type::diploma), text(v.at("vct")));
  EXPECT_EQ(status_list_url(*g, 0, 12), text(v.at("status_list")));
}

TEST(GoldenGenesis, RefusesWhatMustBeRefused) {
  for (const Json& v : golden("genesis").at("refused")) {
    EXPECT_FALSE(decode_genesis(text(v.at("file")))) << text(v.at("name"));
  }
}

TEST(GoldenDigests, FollowFromTheirTags) {
  const Json& v = golden("secrets");
  const std::string net = text(golden("genesis").at("net"));
  for (const Json& t : v.at("tags")) {
    const Tag256 tag =
        book_tag(from_hex(t.at("book")), *type_from_name(text(t.at("type"))), text(t.at("kind")), text(t.at("period")));
    EXPECT_EQ(tag, fixed_base64url<Tag256>(t.at("tag")));
  }
  for (const Json& d : v.at("decoys")) {
    EXPECT_EQ(decoy_digest(from_hex(d.at("seed"))), fixed_hex<Digest>(d.at("digest")));
  }
  for (const Json& p : v.at("possession")) {
    const Digest made =
        possession_digest(net, text(p.at("org")), text(p.at("person")), text(p.at("use")),
                          fixed_base64url<KeyId>(p.at("kid")), fixed_base64url<Digest>(p.at("binding")));
    EXPECT_EQ(made, fixed_hex<Digest>(p.at("digest")));
  }
  for (const Json& a : v.at("acks")) {
    const Digest made = log::ack_digest(net, fixed_hex<LeafHash>(a.at("leaf")), a.at("vault").get<std::uint16_t>());
    EXPECT_EQ(made, fixed_hex<Digest>(a.at("digest")));
  }
  const Json& pickup = v.at("pickup");
  EXPECT_EQ(tagged_hash("stele/v1/pickup", as_bytes(text(pickup.at("code")))), fixed_hex<Digest>(pickup.at("digest")));
}

// What a row of that sheet must read as; the sheet of an amend is a grade sheet here.
void expect_row_reads(const std::string& sheet, const Disclosure& result, const Disclosure& detail) {
  if (sheet == "class-list") {
    EXPECT_TRUE(student_result(result));
    EXPECT_TRUE(student_detail(detail));
  } else if (sheet == "summary-sheet") {
    EXPECT_TRUE(summary_result(result));
    EXPECT_TRUE(summary_comment(detail));
  } else {
    EXPECT_TRUE(grade_result(result));
    EXPECT_TRUE(grade_detail(detail));
  }
}

TEST(GoldenSheet, RootFollowsFromTheRows) {
  for (const Json& sheet : golden("sheets").at("sheets")) {
    SCOPED_TRACE(text(sheet.at("name")));
    std::vector<Digest> digests;
    for (const Json& row : sheet.at("rows")) {
      if (row.contains("decoy")) {
        for (const Json& seed : row.at("decoy")) digests.push_back(decoy_digest(fixed_base64url<Digest>(seed).view()));
        continue;
      }
      const auto result = decode_disclosure(text(row.at("result")));
      const auto detail = decode_disclosure(text(row.at("detail")));
      ASSERT_TRUE(result) << to_string(result.error());
      ASSERT_TRUE(detail) << to_string(detail.error());
      EXPECT_EQ(result->name, "result");
      EXPECT_EQ(detail->name, "detail");
      expect_row_reads(text(sheet.at("type")), *result, *detail);
      digests.push_back(result->digest);
      digests.push_back(detail->digest);
    }
    std::vector<LeafHash> leaves;
    for (std::size_t i = 0; i < digests.size(); ++i) {
      EXPECT_EQ(digests[i], fixed_hex<Digest>(sheet.at("digests")[i]));
      leaves.push_back(log::merkle_leaf(digests[i].view()));
    }
    EXPECT_EQ(log::merkle_root(leaves), fixed_hex<Digest>(sheet.at("root")));
  }
}

TEST(GoldenCredential, EveryDigestIsADisclosureOrADecoy) {
  for (const Json& c : golden("sheets").at("credentials")) {
    SCOPED_TRACE(text(c.at("type")));
    std::vector<std::string> made;
    std::vector<std::string> names;
    for (const Json& d : c.at("disclosures")) {
      const auto disclosure = decode_disclosure(text(d));
      ASSERT_TRUE(disclosure) << to_string(disclosure.error());
      const auto listed = check_claim(*type_from_name(text(c.at("type"))), *disclosure);
      EXPECT_TRUE(listed) << disclosure->name << ": " << to_string(listed.error());
      made.push_back(base64url(disclosure->digest.view()));
      names.push_back(disclosure->name);
      if (disclosure->name != "contents") continue;
      const auto contents = contents_claim(*disclosure);
      ASSERT_TRUE(contents) << to_string(contents.error());
      EXPECT_EQ(*contents, c.at("contents").get<std::vector<std::string>>());
    }
    EXPECT_EQ(names, c.at("contents").get<std::vector<std::string>>());
    for (const Json& seed : c.at("decoys"))
      made.push_back(base64url(decoy_digest(fixed_base64url<Digest>(seed).view()).view()));
    std::sort(made.begin(), made.end());
    EXPECT_EQ(made, c.at("_sd").get<std::vector<std::string>>());
  }
}

TEST(GoldenPerson, DisclosureOpensTheBinding) {
  for (const Json& p : golden("sheets").at("persons")) {
    const auto disclosure = decode_disclosure(text(p.at("disclosure")));
    ASSERT_TRUE(disclosure);
    EXPECT_EQ(disclosure->digest, fixed_base64url<Digest>(p.at("binding")));
    const auto claim = person_claim(*disclosure);
    ASSERT_TRUE(claim) << to_string(claim.error());
    EXPECT_EQ(claim->name, text(p.at("claim").at("name")));
    EXPECT_EQ(claim->title, text(p.at("claim").at("title")));
    EXPECT_EQ(claim->certificate, fixed_base64url<Digest>(p.at("claim").at("certificate")));
  }
}

}  // namespace
}  // namespace stele::test
