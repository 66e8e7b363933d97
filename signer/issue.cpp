#include "signer/issue.h"

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/merkle.h"
#include "ledger/record/decode.h"
#include "ledger/record/encode.h"
#include "signer/random.h"

namespace stele::signer {
namespace {

using json::Value;
using Salt = FixedBytes<struct SaltTag, 16>;

constexpr std::size_t row_multiple = 16;
constexpr std::size_t sd_large = 64;  // transcript, export
constexpr std::size_t sd_small = 32;

std::string disclose(std::string_view name, const Value& value) {
  return record::encode_disclosure(random_fixed<Salt>().view(), name, value);
}

Digest digest_of(std::string_view disclosure) {
  return sha256(as_bytes(disclosure));
}

struct Slot {
  Value payload = Value::object();
  Digest result, detail;
};

Slot real_row(const SheetRow& row) {
  const auto result = disclose("result", row.result);
  const auto detail = disclose("detail", row.detail);
  return {Value::object({{"result", result}, {"detail", detail}}), digest_of(result), digest_of(detail)};
}

Slot decoy_row() {
  const auto a = random_fixed<Digest>();
  const auto b = random_fixed<Digest>();
  return {Value::object({{"decoy", Value::array({base64url(a.view()), base64url(b.view())})}}),
          record::decoy_digest(a.view()), record::decoy_digest(b.view())};
}

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t code_chars = 26;

}  // namespace

Signed sign_record(const SigningKey& key, record::Type type, const record::Common& common, const record::Body& body) {
  const auto input = record::signing_input(type, key.id(), common, body);
  const auto id = record::record_id(input);
  return {record::compact(input, key.sign(Digest{id.bytes})), id};
}

BuiltSheet build_sheet(std::span<const SheetRow> rows, bool keep_order) {
  const std::size_t padded = std::max(row_multiple, (rows.size() + row_multiple - 1) / row_multiple * row_multiple);
  STELE_ASSERT(padded <= record::rows_max);
  std::vector<std::uint32_t> place(padded);
  for (std::size_t i = 0; i < padded; ++i) place[i] = static_cast<std::uint32_t>(i);
  if (!keep_order) shuffle(place);
  std::vector<Slot> slots(padded);
  for (std::size_t i = 0; i < padded; ++i) slots[place[i]] = i < rows.size() ? real_row(rows[i]) : decoy_row();

  BuiltSheet out;
  out.rows = static_cast<std::uint32_t>(padded);
  out.position.assign(place.begin(), place.begin() + static_cast<std::ptrdiff_t>(rows.size()));
  std::vector<LeafHash> leaves;
  auto list = Value::array();
  for (auto& s : slots) {
    leaves.push_back(log::merkle_leaf(s.result.view()));
    leaves.push_back(log::merkle_leaf(s.detail.view()));
    list.push(std::move(s.payload));
  }
  out.root = log::merkle_root(leaves);
  out.payload = json::write(Value::object({{"rows", std::move(list)}}));
  return out;
}

BuiltCredential build_credential(record::Type type, std::vector<ClaimValue> claims, std::string_view student_id,
                                 const std::optional<Digest>& pickup) {
  std::vector<std::string> names{"contents"};
  for (const auto& c : claims) names.push_back(c.name);
  std::sort(names.begin(), names.end());
  auto contents = Value::array();
  for (const auto& n : names) contents.push(n);
  claims.push_back({"contents", std::move(contents)});

  BuiltCredential out;
  std::vector<std::pair<std::string, Digest>> digests;  // as text, which is what orders them
  const auto add = [&](const Digest& d) { digests.emplace_back(base64url(d.view()), d); };
  auto disclosures = Value::array();
  for (const auto& c : claims) {
    out.disclosures.push_back(disclose(c.name, c.value));
    disclosures.push(out.disclosures.back());
    add(digest_of(out.disclosures.back()));
  }
  const std::size_t total = type == record::Type::transcript || type == record::Type::export_copy ? sd_large : sd_small;
  STELE_ASSERT(digests.size() <= total);
  auto decoys = Value::array();
  while (digests.size() < total) {
    const auto seed = random_fixed<Digest>();
    decoys.push(base64url(seed.view()));
    add(record::decoy_digest(seed.view()));
  }
  std::sort(digests.begin(), digests.end());
  for (const auto& [text, d] : digests) out.sd.push_back(d);
  auto payload =
      Value::object({{"disclosures", std::move(disclosures)}, {"decoys", std::move(decoys)}, {"student", student_id}});
  if (pickup) payload.set("pickup", base64url(pickup->view()));
  out.payload = json::write(payload);
  return out;
}

PickupCode new_pickup_code() {
  std::string code;
  for (std::size_t i = 0; i < code_chars; ++i) code.push_back(crockford[random_below(crockford.size())]);
  PickupCode out;
  out.digest = tagged_hash("stele/v1/pickup", as_bytes(code));
  for (std::size_t i = 0; i < code_chars; ++i) {
    if (i > 0 && i % 5 == 0 && i < 25) out.text.push_back('-');
    out.text.push_back(code[i]);
  }
  return out;
}

std::optional<Digest> pickup_digest_of(std::string_view text) {
  std::string code;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (crockford.find(c) == std::string_view::npos || code.size() == code_chars) return std::nullopt;
    code.push_back(c);
  }
  if (code.size() != code_chars) return std::nullopt;
  return tagged_hash("stele/v1/pickup", as_bytes(code));
}

std::string person_disclosure(std::string_view name, std::string_view title) {
  return disclose("person", Value::object({{"name", name}, {"title", title}}));
}

Signature prove_possession(const SigningKey& key, std::string_view net, std::string_view org, std::string_view person,
                           record::KeyUse use, const Digest& binding) {
  const std::string_view name = use == record::KeyUse::seal          ? "seal"
                                : use == record::KeyUse::export_copy ? "export"
                                                                     : "sign";
  return key.sign(record::possession_digest(net, org, person, name, key.id(), binding));
}

std::string staff_authorization(const SigningKey& key, const KeyId& kid, std::string_view net, std::string_view node,
                                std::string_view method, std::string_view target, std::string_view body,
                                UnixSeconds now) {
  const auto header = Value::object({{"alg", "ES256K"}, {"kid", base64url(kid.view())}, {"typ", "stele-request+jwt"}});
  const auto nonce = random_fixed<Salt>();
  const auto payload = Value::object({{"stele", Value::object({{"v", 1},
                                                               {"net", net},
                                                               {"node", node},
                                                               {"method", method},
                                                               {"path", target},
                                                               {"body", base64url(sha256(as_bytes(body)).view())},
                                                               {"time", now.value},
                                                               {"nonce", base64url(nonce.view())}})}});
  const auto input = base64url(as_bytes(json::write(header))) + "." + base64url(as_bytes(json::write(payload)));
  return "Stele " + record::compact(input, key.sign(sha256(as_bytes(input))));
}

std::string staff_session(const SigningKey& key, std::string_view net, std::string_view node, const PublicKey& session,
                          UnixSeconds from, UnixSeconds until) {
  const auto header =
      Value::object({{"alg", "ES256K"}, {"kid", base64url(key.id().view())}, {"typ", "stele-session+jwt"}});
  const auto payload = Value::object({{"stele", Value::object({{"v", 1},
                                                               {"net", net},
                                                               {"node", node},
                                                               {"key", base64url(session.view())},
                                                               {"from", from.value},
                                                               {"until", until.value}})}});
  const auto input = base64url(as_bytes(json::write(header))) + "." + base64url(as_bytes(json::write(payload)));
  return record::compact(input, key.sign(sha256(as_bytes(input))));
}

}  // namespace stele::signer
