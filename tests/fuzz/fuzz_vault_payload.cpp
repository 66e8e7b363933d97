// Payloads for the vault. They are held against digests that the record signs; the target makes the record that fits
// the input as far as it can, so that what lies behind those checks is reached too.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/merkle.h"
#include "node/vault/payload.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

std::string text_of(const json::Value& v, std::string_view member) {
  const auto* found = v.is(json::Kind::object) ? v.find(member) : nullptr;
  return found != nullptr && found->is(json::Kind::string) ? found->string() : std::string();
}

const std::vector<json::Value>& items_of(const json::Value& v, std::string_view member) {
  static const std::vector<json::Value> none;
  const auto* found = v.is(json::Kind::object) ? v.find(member) : nullptr;
  return found != nullptr && found->is(json::Kind::array) ? found->items() : none;
}

Digest seed_digest(const json::Value& v) {
  const auto seed = v.is(json::Kind::string) ? fixed_from_base64url<Digest>(v.string()) : std::nullopt;
  return seed ? record::decoy_digest(seed->view()) : Digest{};
}

Digest text_digest(std::string_view text) {
  return sha256(as_bytes(text));
}

void sheet(std::string_view payload, const json::Value& v) {
  const auto& rows = items_of(v, "rows");
  std::vector<LeafHash> leaves;
  for (const auto& row : rows) {
    const auto& decoy = items_of(row, "decoy");
    const bool is_decoy = decoy.size() == 2;
    leaves.push_back(log::merkle_leaf((is_decoy ? seed_digest(decoy[0]) : text_digest(text_of(row, "result"))).view()));
    leaves.push_back(log::merkle_leaf((is_decoy ? seed_digest(decoy[1]) : text_digest(text_of(row, "detail"))).view()));
  }
  const auto count = static_cast<std::uint32_t>(rows.size());
  const auto root = log::merkle_root(leaves);
  const auto read = vault::read_sheet(payload, root, count);
  if (!read) {
    (void)to_error(read.error());
    return;
  }
  STELE_ASSERT(read->rows.size() == count);
  for (const auto& row : read->rows) {
    STELE_ASSERT(row.result.has_value() == row.detail.has_value());
    if (!row.result) continue;
    STELE_ASSERT(row.digests.result == text_digest(row.result->text));
    STELE_ASSERT(row.digests.detail == text_digest(row.detail->text));
  }
  STELE_ASSERT(!vault::read_sheet(payload, root, count + 1).has_value());
  STELE_ASSERT(!vault::read_sheet(payload, Digest{}, count).has_value());
}

void credential(std::string_view payload, const json::Value& v) {
  record::Credential c;
  for (const auto& text : items_of(v, "disclosures"))
    c.sd.push_back(text_digest(text.is(json::Kind::string) ? text.string() : ""));
  for (const auto& seed : items_of(v, "decoys")) c.sd.push_back(seed_digest(seed));
  std::sort(c.sd.begin(), c.sd.end());
  for (const auto type :
       {record::Type::transcript, record::Type::diploma, record::Type::certificate, record::Type::school_transfer}) {
    const auto read = vault::read_credential(payload, type, c);
    if (!read) {
      (void)to_error(read.error());
      continue;
    }
    STELE_ASSERT(read->claim("contents") != nullptr && read->disclosures.size() <= c.sd.size());
    for (const auto& d : read->disclosures) STELE_ASSERT(std::binary_search(c.sd.begin(), c.sd.end(), d.digest));
    auto fewer = c;
    fewer.sd.pop_back();
    STELE_ASSERT(!vault::read_credential(payload, type, fewer).has_value());
  }
}

void binding(std::string_view payload, const json::Value& v) {
  record::Key key;
  key.binding = text_digest(text_of(v, "disclosure"));
  const auto read = vault::read_binding(payload, key);
  if (!read) {
    (void)to_error(read.error());
    return;
  }
  STELE_ASSERT(read->name == "person" && read->digest == key.binding);
  STELE_ASSERT(!vault::read_binding(payload, record::Key{}).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto payload = as_text(ByteView(data, size));
  const auto v = json::parse(payload, {.bytes_max = 1 << 20, .depth_max = 6, .nodes_max = 100'000});
  const json::Value tree = v ? *v : json::Value::object();
  sheet(payload, tree);
  credential(payload, tree);
  binding(payload, tree);
  return 0;
}
