#include "ledger/record/types.h"

#include <array>

#include "ledger/base/assert.h"
#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"

namespace stele::record {
namespace {

struct TypeRow {
  std::string_view name;
  std::size_t bytes_max;
  bool ack;
};

/// In the order of Type. Bounds: wire-format.md section 4; acks: section 7.
constexpr std::array<TypeRow, type_count> rows{{
    {"org", 4096, false},
    {"key", 8192, false},
    {"validators", 16384, false},
    {"orderers", 16384, false},
    {"policy", 131072, false},
    {"approve", 16384, false},
    {"countersign", 16384, false},
    {"seal", 16384, false},
    {"class-list", 4096, true},
    {"grade-sheet", 4096, true},
    {"summary-sheet", 4096, true},
    {"register", 4096, true},
    {"amend", 24576, true},
    {"suspend", 16384, false},
    {"reinstate", 16384, false},
    {"revoke", 16384, false},
    {"compromise", 4096, false},
    {"erase", 16384, false},
    {"document", 16384, false},
    {"transcript", 16384, true},
    {"diploma", 16384, true},
    {"certificate", 16384, true},
    {"school-transfer", 16384, true},
    {"export", 16384, false},
}};
static_assert(rows[std::size_t(Type::export_copy)].name == "export");
static_assert(rows[std::size_t(Type::document)].name == "document");
static_assert(std::size_t(Type::export_copy) + 1 == type_count);

const TypeRow& row(Type type) {
  return rows.at(std::size_t(type));
}

const std::string& use_name(KeyUse use) {
  static const std::string names[] = {"sign", "seal", "export"};
  return names[std::size_t(use)];
}

}  // namespace

std::string_view type_name(Type type) {
  return row(type).name;
}

std::optional<Type> type_from_name(std::string_view name) {
  for (std::size_t i = 0; i < type_count; ++i) {
    if (rows[i].name == name) return Type(i);
  }
  return std::nullopt;
}

std::size_t jws_bytes_max(Type type) {
  return row(type).bytes_max;
}

bool is_credential(Type type) {
  return type >= Type::transcript;
}

bool is_sheet(Type type) {
  return type >= Type::class_list && type <= Type::register_page;
}

bool needs_ack(Type type) {
  return row(type).ack;
}

KeyId Jwk::thumbprint() const {
  // RFC 7638: the required members in this order, without white space.
  const std::string text = std::string(R"({"crv":")") + (p256 ? "P-256" : "secp256k1") + R"(","kty":"EC","x":")" +
                           base64url(x) + R"(","y":")" + base64url(y) + "\"}";
  return KeyId{sha256(as_bytes(text)).bytes};
}

namespace {

struct OrgOf {
  template <class T>
  const std::string* operator()(const T& body) const {
    return &body.org;
  }
  const std::string* operator()(const Policy& /*unused*/) const { return nullptr; }
  const std::string* operator()(const Validators& /*unused*/) const { return nullptr; }
  const std::string* operator()(const Orderers& /*unused*/) const { return nullptr; }
};

struct ScopeOf {
  template <class T>
  Scope operator()(const T& /*unused*/) const {
    return {};
  }
  Scope operator()(const ClassList& b) const { return {&b.cls, nullptr, nullptr, &b.year}; }
  Scope operator()(const GradeSheet& b) const { return {&b.cls, &b.subject, &b.term, &b.year}; }
  Scope operator()(const SummarySheet& b) const { return {&b.cls, nullptr, &b.term, &b.year}; }
  Scope operator()(const Credential& b) const {
    if (!b.cls) return {};
    return {&*b.cls, nullptr, nullptr, &b.period};  // only transcripts have a class
  }
};

struct OnOf {
  using On = std::optional<std::string>;
  template <class T>
  On operator()(const T& body) const {
    return body.kind;
  }
  On operator()(const Key& body) const { return use_name(body.use); }
  On operator()(const Validators& /*unused*/) const { return {}; }
  On operator()(const Orderers& /*unused*/) const { return {}; }
  On operator()(const Policy& /*unused*/) const { return {}; }
  On operator()(const SecondSignature& /*unused*/) const { return {}; }
  On operator()(const Amend& /*unused*/) const { return {}; }
  On operator()(const StatusChange& /*unused*/) const { return {}; }
  On operator()(const Compromise& /*unused*/) const { return {}; }
  On operator()(const Erase& /*unused*/) const { return {}; }
};

}  // namespace

const std::string* org_of(const Record& record) {
  return std::visit(OrgOf{}, record.body);
}

Scope scope_of(const Record& record) {
  return std::visit(ScopeOf{}, record.body);
}

std::optional<std::string> on_of(const Record& record) {
  return std::visit(OnOf{}, record.body);
}

}  // namespace stele::record
