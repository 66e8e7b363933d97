// One record of each type with every member set, and ways to spoil it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/record/decode.h"
#include "ledger/record/types.h"

namespace stele::record::samples {

template <class T>
[[nodiscard]] T filled(std::uint8_t byte) {
  T out;
  out.bytes.fill(byte);
  return out;
}

inline constexpr std::string_view net = "stele/vidu/0123456789abcdef0123456789abcdef";
inline constexpr std::string_view base_url = "https://stele.example.vn/so";

[[nodiscard]] Common common();
[[nodiscard]] Jwk point();                          ///< on secp256k1
[[nodiscard]] Jwk p256_point();                     ///< on P-256
[[nodiscard]] PublicKey public_key(std::size_t i);  ///< one of four
[[nodiscard]] std::string person();

struct Sample {
  Type type;
  Body body;
};
[[nodiscard]] Sample full(Type);  ///< every optional member is there
[[nodiscard]] Sample bare(Type);  ///< none is
[[nodiscard]] std::vector<Type> all_types();
template <class T>
[[nodiscard]] T body(Type type) {
  return std::get<T>(full(type).body);
}

[[nodiscard]] std::string jws(Type, const Body&);
[[nodiscard]] std::string jws(const Sample&);
[[nodiscard]] std::string payload_of(std::string_view jws);
[[nodiscard]] std::string with_payload(std::string_view jws, std::string_view json);
[[nodiscard]] std::string with_header(std::string_view jws, std::string_view json);
/// The payload of the full sample with `from`, which must stand in it, replaced by `to`.
[[nodiscard]] std::string edited(Type, std::string_view from, std::string_view to);
/// The first `"name":` of the payload gets another value; the old one is any JSON.
[[nodiscard]] std::string with_member(Type, std::string_view name, std::string_view json);

/// What decode says; "accepted" if nothing. As text "code where", so that a failed test reads well.
[[nodiscard]] std::string verdict(std::string_view jws);
[[nodiscard]] std::string text(const Rejection&);

}  // namespace stele::record::samples
