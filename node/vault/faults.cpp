#include "node/vault/faults.h"

#include <fmt/format.h>

#include "ledger/base/encoding.h"

namespace stele::vault {

Error io_error(const std::string& what) {
  return make_error("vault_io", "Kho dữ liệu không đọc hoặc ghi được: " + what + ".",
                    "The vault can't read or write: " + what + ".");
}
Error damaged() {
  return make_error("vault_damaged", "Dữ liệu trong kho bị hỏng.", "What the vault holds is damaged.");
}

namespace {

/// Which record, and for sheets which class, subject, term and year: all of it stands on the ledger.
std::string about(const record::Record& r) {
  std::string out = base64url(r.id.view()) + " (" + std::string(record::type_name(r.type));
  const auto scope = record::scope_of(r);
  for (const auto* part : {scope.cls, scope.subject, scope.term, scope.year}) {
    if (part != nullptr) out += " " + *part;
  }
  return out + ")";
}

/// `field`: "rows[3].result", "disclosures[2]" …
Error at_place(std::string_view code, const record::Record& r, std::string field, std::string_view vi,
               std::string_view en) {
  Where where;
  where.field = std::move(field);
  const auto what = about(r);
  return make_error(code,
                    fmt::format("Trong kho, phần này của bản ghi {} {}, nên không được dùng. Hãy báo người phụ trách "
                                "kho, khôi phục phần đó từ kho khác của đơn vị hoặc từ bản sao lưu, rồi làm lại.",
                                what, vi),
                    fmt::format("In the vault, this part of record {} {}, so it is not used. Tell whoever is in charge "
                                "of the vault, restore it from another vault of the organisation or from a backup, "
                                "then try again.",
                                what, en),
                    std::move(where));
}

}  // namespace

Error damaged_at(const record::Record& r, std::string field) {
  return at_place("vault_damaged", r, std::move(field), "không giải mã được (dữ liệu hỏng, hoặc khóa bọc đã bị hủy)",
                  "can't be deciphered (it is damaged, or its wrapping key was destroyed)");
}
Error changed_at(const record::Record& r, std::string field) {
  return at_place("vault_changed", r, std::move(field),
                  "đã bị sửa sau khi ký: mã băm khác với mã băm mà bản ghi trên sổ cái mang theo",
                  "was changed after it was signed: its digest is not the one under the record on the ledger");
}
std::string row_field(std::uint32_t row) {
  return "rows[" + std::to_string(row) + "]";
}
Error in_flight() {
  return make_error(
      "in_flight",
      "Một bản ghi khác về cùng lớp, môn hoặc số hiệu đang được ghi vào sổ cái. Hãy gửi lại bản ghi này sau "
      "giây lát.",
      "Another record about the same class, subject or serial is on its way to the ledger. Send this one "
      "again in a moment.");
}
Error placed(Error e, const record::Record& r, std::string field) {
  return e.code == "vault_damaged" ? damaged_at(r, std::move(field)) : e;
}
Error not_held(std::string_view vi, std::string_view en) {
  return make_error("not_found", std::string(vi), std::string(en));
}

}  // namespace stele::vault
