// Payloads for the vault: each way in which one can differ from what its record signs is refused by name.
#include "node/vault/payload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/log/merkle.h"

namespace stele::vault {
namespace {

using json::Value;
using record::Type;

std::string disclosed(std::string_view name, const Value& value, std::uint8_t salt = 1) {
  return record::encode_disclosure(Bytes(16, salt), name, value);
}
Digest digest_of(const std::string& disclosure) {
  return record::decode_disclosure(disclosure)->digest;
}
Digest seed(std::uint8_t fill) {
  Digest out;
  out.bytes.fill(fill);
  return out;
}
std::string b64(const Digest& d) {
  return base64url(d.view());
}
template <class T>
std::string said(const Result<T, Rejection>& r) {
  if (r) return "accepted";
  return std::string(code_name(r.error().code)) + (r.error().where.empty() ? "" : " " + r.error().where);
}

// ---- sheets ----

/// One pupil and one decoy.
struct Sheet : testing::Test {
  std::string result = disclosed("result", Value::object({{"mark", "8.5"}}));
  std::string detail = disclosed("detail", Value::object({{"comment", "Khá"}}));
  Digest root = root_of({digest_of(result), digest_of(detail), record::decoy_digest(seed(1).view()),
                         record::decoy_digest(seed(2).view())});

  static Digest root_of(const std::vector<Digest>& digests) {
    std::vector<LeafHash> leaves;
    for (const auto& d : digests) leaves.push_back(log::merkle_leaf(d.view()));
    return log::merkle_root(leaves);
  }
  static Value decoy() { return Value::object({{"decoy", Value::array({b64(seed(1)), b64(seed(2))})}}); }
  [[nodiscard]] Value row() const { return Value::object({{"result", result}, {"detail", detail}}); }
  static std::string payload(std::initializer_list<Value> rows) {
    return json::write(Value::object({{"rows", Value::array(rows)}}));
  }
  [[nodiscard]] std::string refused(const std::string& text) const { return said(read_sheet(text, root, 2)); }
};

TEST_F(Sheet, OpensToItsRowsInTheirOrder) {
  const auto sheet = read_sheet(payload({row(), decoy()}), root, 2).value();
  ASSERT_EQ(sheet.rows.size(), 2u);
  EXPECT_EQ(sheet.rows[0].result->text, result);
  EXPECT_EQ(sheet.rows[0].detail->text, detail);
  EXPECT_EQ(sheet.rows[0].digests.result, digest_of(result));
  EXPECT_FALSE(sheet.rows[1].result || sheet.rows[1].detail);
  EXPECT_EQ(sheet.rows[1].digests.detail, record::decoy_digest(seed(2).view()));
}

TEST_F(Sheet, IsRefusedIfAbsentOrNoSuchJson) {
  EXPECT_EQ(refused(""), "payload_missing");
  EXPECT_EQ(refused("{"), "payload_bad payload");
  EXPECT_EQ(refused("{}"), "payload_bad payload.rows");
  EXPECT_EQ(refused(R"({"rows":[],"more":1})"), "payload_bad payload.rows");
  EXPECT_EQ(refused(payload({row(), 7})), "payload_bad payload.rows[1]");
}

TEST_F(Sheet, IsRefusedIfItsRowsAreMoreOrFewerThanSigned) {
  EXPECT_EQ(refused(payload({row()})), "payload_bad payload.rows");
  EXPECT_EQ(refused(payload({row(), decoy(), decoy()})), "payload_bad payload.rows");
}

TEST_F(Sheet, IsRefusedIfRowsAreExchanged) {
  EXPECT_EQ(refused(payload({decoy(), row()})), "payload_root stele.root");
}

TEST_F(Sheet, IsRefusedIfADecoyHidesARow) {
  auto both = row();
  both.set("decoy", Value::array({b64(seed(1)), b64(seed(2))}));
  EXPECT_EQ(refused(payload({row(), both})), "payload_bad payload.rows[1]");
}

TEST_F(Sheet, IsRefusedIfARowIsHalf) {
  EXPECT_EQ(refused(payload({Value::object({{"result", result}}), decoy()})), "payload_bad payload.rows[0]");
  EXPECT_EQ(refused(payload({Value::object({{"detail", detail}}), decoy()})), "payload_bad payload.rows[0]");
  EXPECT_EQ(refused(payload({row(), Value::object()})), "payload_bad payload.rows[1]");
}

TEST_F(Sheet, IsRefusedIfARowIsNoDisclosureOrAnother) {
  std::swap(result, detail);
  EXPECT_EQ(refused(payload({row(), decoy()})), "payload_bad payload.rows[0]");
  result = "AAAA";
  EXPECT_EQ(refused(payload({row(), decoy()})), "payload_bad payload.rows[0]");
}

// ---- credentials ----

struct Credential : testing::Test {
  std::string name = disclosed("name", "Nguyễn Văn An");
  std::string contents = disclosed("contents", Value::array({"contents", "name"}));
  Value payload = Value::object({{"disclosures", Value::array({contents, name})},
                                 {"decoys", Value::array({b64(seed(1))})},
                                 {"student", "2500000001"}});

  /// What the record would sign over the disclosures and that decoy.
  static record::Credential signed_over(const std::vector<std::string>& disclosures) {
    record::Credential c;
    for (const auto& d : disclosures) c.sd.push_back(digest_of(d));
    c.sd.push_back(record::decoy_digest(seed(1).view()));
    std::sort(c.sd.begin(), c.sd.end());
    return c;
  }
  [[nodiscard]] Result<CredentialPayload, Rejection> read(const std::vector<std::string>& signed_ones) const {
    return read_credential(json::write(payload), Type::transcript, signed_over(signed_ones));
  }
  void disclose(std::initializer_list<Value> texts) { payload.set("disclosures", Value::array(texts)); }
};

TEST_F(Credential, OpensToItsClaims) {
  payload.set("pickup", b64(seed(9)));
  const auto read_back = read({contents, name}).value();
  EXPECT_EQ(read_back.student_id, "2500000001");
  EXPECT_EQ(read_back.pickup, seed(9));
  ASSERT_NE(read_back.claim("name"), nullptr);
  EXPECT_EQ(read_back.claim("name")->value.string(), "Nguyễn Văn An");
  EXPECT_EQ(read_back.claim("gender"), nullptr);
}

TEST_F(Credential, IsRefusedIfAbsentOrOfAnotherForm) {
  const auto c = signed_over({contents, name});
  EXPECT_EQ(said(read_credential("", Type::transcript, c)), "payload_missing");
  EXPECT_EQ(said(read_credential("[]", Type::transcript, c)).substr(0, 11), "payload_bad");
  payload.set("student", "25");
  EXPECT_EQ(said(read({contents, name})), "payload_bad payload.student");
  payload.set("student", "2500000001");
  payload.set("more", 1);
  EXPECT_EQ(said(read({contents, name})), "payload_bad payload.more");
}

TEST_F(Credential, IsRefusedIfATextIsNoDisclosure) {
  disclose({contents, "AAAA"});
  EXPECT_FALSE(read({contents, name}).has_value());
}

TEST_F(Credential, IsRefusedIfAClaimIsNotOnTheList) {
  const auto other = disclosed("blood-type", "A");
  disclose({contents, other});
  EXPECT_EQ(said(read({contents, other})), "unknown_member blood-type");
}

TEST_F(Credential, IsRefusedIfAClaimStandsTwice) {
  const auto again = disclosed("name", "Trần Thị Bình", 2);
  disclose({contents, name, again});
  EXPECT_EQ(said(read({contents, name, again})), "payload_claims payload.name");
}

TEST_F(Credential, IsRefusedIfADigestIsNotAccountedFor) {
  EXPECT_EQ(said(read({contents, name, disclosed("gender", "nam")})), "payload_digest _sd");
  payload.set("decoys", Value::array({b64(seed(2))}));
  EXPECT_EQ(said(read({contents, name})), "payload_digest _sd");
  payload.set("decoys", Value::array({b64(seed(1)), b64(seed(1))}));
  EXPECT_EQ(said(read({contents, name})), "payload_digest _sd");
}

TEST_F(Credential, IsRefusedWithoutAnExactTableOfContents) {
  disclose({name});
  EXPECT_EQ(said(read({name})), "payload_claims payload.contents");
  const auto more = disclosed("contents", Value::array({"contents", "gender", "name"}));
  disclose({more, name});
  EXPECT_EQ(said(read({more, name})), "payload_claims payload.contents");
}

// ---- bindings ----

TEST(Binding, OpensToThePersonWhoseDigestTheKeyHas) {
  const auto text = disclosed("person", Value::object({{"name", "Trần Thị Bình"}, {"title", "Giáo viên"}}));
  record::Key key;
  key.binding = digest_of(text);
  const auto payload = json::write(Value::object({{"disclosure", text}}));
  EXPECT_EQ(read_binding(payload, key)->text, text);

  EXPECT_EQ(said(read_binding(payload, record::Key{})), "payload_digest stele.binding");
  EXPECT_EQ(said(read_binding("", key)), "payload_missing");
  EXPECT_EQ(said(read_binding("{}", key)), "payload_bad payload.disclosure");
  EXPECT_FALSE(read_binding(R"({"disclosure":"AAAA"})", key).has_value());
}

TEST(Binding, IsRefusedIfItIsAnotherClaimOrNoPerson) {
  record::Key key;
  const auto other = disclosed("signer", Value::object({{"name", "B"}, {"title", "C"}}));
  key.binding = digest_of(other);
  EXPECT_EQ(said(read_binding(json::write(Value::object({{"disclosure", other}})), key)),
            "payload_digest stele.binding");
  const auto nobody = disclosed("person", Value::object({{"name", "B"}}));
  key.binding = digest_of(nobody);
  EXPECT_FALSE(read_binding(json::write(Value::object({{"disclosure", nobody}})), key).has_value());
}

}  // namespace
}  // namespace stele::vault
