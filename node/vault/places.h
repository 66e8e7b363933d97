// Where each thing stands in the vault's database: keys are a letter, then what names the object.
#pragma once

#include <string_view>

#include "ledger/base/bytes.h"
#include "ledger/log/wire.h"

namespace stele::vault {

/// Database keys: a letter, then what names the object.
class Place {
 public:
  explicit Place(char kind) { w_.u8(static_cast<std::uint8_t>(kind)); }
  template <class T>
  Place&& with(const T& fixed) && {
    w_.raw(fixed.view());
    return std::move(*this);
  }
  Place&& with_u32(std::uint32_t n) && {
    w_.u32(n);
    return std::move(*this);
  }
  Place&& with_u64(std::uint64_t n) && {
    w_.u64(n);
    return std::move(*this);
  }
  [[nodiscard]] const Bytes& bytes() const { return w_.bytes(); }

 private:
  log::Writer w_;
};

inline Bytes row_place(const RecordId& id, std::uint32_t row) {
  return Place('R').with(id).with_u32(row).bytes();
}
inline Bytes sheet_place(const RecordId& id) {
  return Place('S').with(id).bytes();
}
inline Bytes credential_place(const RecordId& id) {
  return Place('C').with(id).bytes();
}
inline Bytes person_place(const RecordId& id) {
  return Place('P').with(id).bytes();
}
inline Bytes book_place(const Digest& student) {
  return Place('B').with(student).bytes();
}
/// One entry for each credential that was handed in with this serial.
inline Bytes serial_place(const Digest& serial, const RecordId& id) {
  return Place('Z').with(serial).with(id).bytes();
}
/// Who asked for a student's book; the value is the record of that organisation that uses it, or nothing.
inline Bytes holder_place(const Digest& student, std::string_view org) {
  auto out = Place('O').with(student).bytes();
  out.insert(out.end(), org.begin(), org.end());
  return out;
}
inline Bytes register_place(const Digest& number, const RecordId& id) {
  return Place('N').with(number).with(id).bytes();
}
/// Each organisation has a register of its own. No id of an organisation holds a slash.
inline std::string register_kind(std::string_view org) {
  return "register/" + std::string(org);
}
inline Bytes pickup_place(const Digest& code) {
  return Place('K').with(code).bytes();
}
inline Bytes pickup_of_place(const RecordId& id) {
  return Place('k').with(id).bytes();
}
inline Bytes slot_place(std::uint64_t list, std::uint32_t idx) {
  return Place('T').with_u64(list).with_u32(idx).bytes();
}
inline Bytes amend_place(const RecordId& sheet, std::uint32_t row, const RecordId& amend) {
  return Place('M').with(sheet).with_u32(row).with(amend).bytes();
}
/// Handed in and not seen on the ledger yet.
inline Bytes waiting_place(const RecordId& id) {
  return Place('W').with(id).bytes();
}
inline Bytes log_place(std::uint64_t n) {
  return Place('A').with_u64(n).bytes();
}

/// Objects that stand alone.
inline constexpr std::string_view index_place = "I";
inline constexpr std::string_view format_place = "m/format";
inline constexpr std::string_view list_place = "m/list";
inline constexpr std::string_view repair_place = "m/repair";
inline constexpr std::string_view decoy_place = "decoy";

}  // namespace stele::vault
