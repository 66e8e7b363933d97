// Reads the golden vectors: what a second reading of docs/wire-format.md, in another language, says the bytes are.
// tests/vectors/make_vectors.py writes them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "ledger/base/encoding.h"
#include "ledger/record/rejection.h"
#include "tests/support/source_dir.h"
#include "tests/support/vectors.h"

namespace stele::test {

using Json = nlohmann::json;

/// `name` without ".json". Read once and kept, so that it may stand in the head of a loop.
inline const Json& golden(const std::string& name) {
  static std::map<std::string, Json> kept;
  const auto found = kept.find(name);
  if (found != kept.end()) return found->second;
  const auto folder = std::filesystem::path(source_dir()) / "tests" / "vectors" / "golden";
  return kept.emplace(name, Json::parse(read_file(folder / (name + ".json")))).first->second;
}

inline std::string text(const Json& value) {
  return value.get<std::string>();
}
inline Bytes from_hex(const Json& value) {
  auto bytes = unhex(text(value));
  EXPECT_TRUE(bytes) << "the vectors hold a text that is not hex";
  return bytes.value_or(Bytes{});
}
template <class T>
T fixed_hex(const Json& value) {
  const auto out = T::from(from_hex(value));
  EXPECT_TRUE(out) << "the vectors hold a value of another length";
  return out.value_or(T{});
}
template <class T>
T fixed_base64url(const Json& value) {
  const auto out = fixed_from_base64url<T>(text(value));
  EXPECT_TRUE(out) << "the vectors hold a text that is not base64url of this length";
  return out.value_or(T{});
}

/// One of the codes that the vectors allow: more than one where wire-format.md leaves the choice open.
inline bool allows(const Json& codes, RejectionCode code) {
  return std::any_of(codes.begin(), codes.end(), [&](const Json& c) { return text(c) == code_name(code); });
}
inline std::string to_string(const Rejection& r) {
  return std::string(code_name(r.code)) + " at '" + r.where + "'";
}

}  // namespace stele::test
