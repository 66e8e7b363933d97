#include "ledger/verdict/texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ledger/base/text.h"

namespace stele::verdict {
namespace {

struct OutcomeRow {
  Outcome outcome;
  std::string_view name, vi, en;
};
constexpr std::array outcomes{
    OutcomeRow{Outcome::valid, "valid", "Hợp lệ", "Valid"},
    OutcomeRow{Outcome::status_too_old, "status_too_old", "Bằng chứng về tình trạng đã cũ hoặc còn thiếu",
               "The status proof is too old or missing"},
    OutcomeRow{Outcome::change_pending, "change_pending", "Đang chờ một thay đổi hoặc chữ ký thứ hai",
               "A change or a second signature is pending"},
    OutcomeRow{Outcome::superseded, "superseded", "Đã được thay bằng bản khác", "Superseded"},
    OutcomeRow{Outcome::suspended, "suspended", "Đang tạm ngừng hiệu lực", "Suspended"},
    OutcomeRow{Outcome::revoked, "revoked", "Đã bị thu hồi", "Revoked"},
    OutcomeRow{Outcome::erased_at_source, "erased_at_source", "Dữ liệu gốc đã được xóa theo yêu cầu",
               "Erased at source"},
    OutcomeRow{Outcome::holder_not_bound, "holder_not_bound", "Người trình không chứng minh được là chủ văn bản",
               "The presenter is not proven to be the holder"},
    OutcomeRow{Outcome::not_final, "not_final", "Chưa chung cuộc trên sổ cái", "Not final yet"},
    OutcomeRow{Outcome::not_on_ledger, "not_on_ledger", "Không có trên sổ cái này", "Not on this ledger"},
    OutcomeRow{Outcome::not_authorised, "not_authorised", "Người cấp không được chứng minh là có thẩm quyền khi ký",
               "The issuer is not proven to have been authorised then"},
    OutcomeRow{Outcome::altered, "altered", "Đã bị sửa đổi hoặc hỏng", "Altered or damaged"},
    OutcomeRow{Outcome::other_network, "other_network", "Thuộc một mạng khác", "Of another network"},
    OutcomeRow{Outcome::unreadable, "unreadable", "Không phải tệp văn bản mà chương trình này đọc được",
               "Not a document file that this program can read"},
};
const OutcomeRow& row(Outcome o) {
  const auto& r = outcomes.at(std::size_t(o));
  STELE_ASSERT(r.outcome == o);
  return r;
}

constexpr std::array part_names{"file",     "signature", "authority",   "inclusion",
                                "finality", "status",    "disclosures", "provenance"};

struct TypeRow {
  record::Type type;
  std::string_view vi, en;
};
constexpr std::array types{
    TypeRow{record::Type::org, "đăng ký đơn vị", "registration of an organisation"},
    TypeRow{record::Type::key, "đăng ký khóa", "registration of a key"},
    TypeRow{record::Type::validators, "danh sách nút xác nhận", "set of validators"},
    TypeRow{record::Type::orderers, "thay đổi nút sắp xếp", "change of orderers"},
    TypeRow{record::Type::policy, "quy định thẩm quyền", "policy"},
    TypeRow{record::Type::approve, "phê duyệt", "approval"},
    TypeRow{record::Type::countersign, "chữ ký thứ hai", "countersignature"},
    TypeRow{record::Type::seal, "con dấu", "seal"},
    TypeRow{record::Type::class_list, "danh sách lớp", "class list"},
    TypeRow{record::Type::grade_sheet, "bảng điểm", "grade sheet"},
    TypeRow{record::Type::summary_sheet, "bảng tổng kết", "summary sheet"},
    TypeRow{record::Type::register_page, "trang sổ gốc", "register page"},
    TypeRow{record::Type::amend, "bản sửa điểm", "amendment"},
    TypeRow{record::Type::suspend, "tạm ngừng hiệu lực", "suspension"},
    TypeRow{record::Type::reinstate, "khôi phục hiệu lực", "reinstatement"},
    TypeRow{record::Type::revoke, "thu hồi", "revocation"},
    TypeRow{record::Type::compromise, "báo lộ khóa", "report of a compromised key"},
    TypeRow{record::Type::erase, "xóa dữ liệu", "erasure"},
    TypeRow{record::Type::document, "văn bản", "document"},
    TypeRow{record::Type::transcript, "học bạ", "transcript"},
    TypeRow{record::Type::diploma, "bằng tốt nghiệp", "diploma"},
    TypeRow{record::Type::certificate, "chứng chỉ", "certificate"},
    TypeRow{record::Type::school_transfer, "giấy chuyển trường", "school transfer"},
    TypeRow{record::Type::export_copy, "bản xuất", "export"},
};
static_assert(types.size() == record::type_count);

struct ClaimRow {
  std::string_view name, vi, en;
};
constexpr std::array claims{
    ClaimRow{"contents", "danh mục các mục", "list of contents"},
    ClaimRow{"name", "họ và tên", "name"},
    ClaimRow{"birth_date", "ngày sinh", "date of birth"},
    ClaimRow{"birth_place", "nơi sinh", "place of birth"},
    ClaimRow{"gender", "giới tính", "gender"},
    ClaimRow{"ethnicity", "dân tộc", "ethnicity"},
    ClaimRow{"student_id", "mã học sinh", "student id"},
    ClaimRow{"personal_id", "số định danh cá nhân", "personal id"},
    ClaimRow{"school", "tên trường", "school"},
    ClaimRow{"signer", "người ký", "signer"},
    ClaimRow{"issued", "ngày cấp", "date of issue"},
    ClaimRow{"class", "lớp", "class"},
    ClaimRow{"year", "năm học", "school year"},
    ClaimRow{"summary", "kết quả cả năm", "summary of the year"},
    ClaimRow{"graduation_year", "năm tốt nghiệp", "year of graduation"},
    ClaimRow{"ranking", "xếp loại", "ranking"},
    ClaimRow{"mode", "hình thức đào tạo", "mode of study"},
    ClaimRow{"serial", "số hiệu", "serial number"},
    ClaimRow{"register_no", "số vào sổ gốc", "register number"},
    ClaimRow{"basis", "căn cứ cấp", "basis"},
    ClaimRow{"title", "tên chứng chỉ", "title"},
    ClaimRow{"grade", "xếp loại", "grade"},
    ClaimRow{"reason", "lý do", "reason"},
};

}  // namespace

std::string claim_text(const record::Disclosure& d, Lang lang) {
  const auto it = std::find_if(claims.begin(), claims.end(), [&](const ClaimRow& c) { return c.name == d.name; });
  if (it != claims.end()) return std::string(lang == Lang::vi ? it->vi : it->en);
  if (const auto subject = record::subject_claim(d)) return (lang == Lang::vi ? "môn " : "subject ") + subject->name;
  return d.name;
}

std::string_view outcome_name(Outcome o) {
  return row(o).name;
}
std::string_view outcome_text(Outcome o, Lang lang) {
  return lang == Lang::vi ? row(o).vi : row(o).en;
}
std::string_view part_name(Part p) {
  return part_names.at(std::size_t(p));
}

Finding found_ok(std::string code, std::string vi, std::string en) {
  return {Answer::ok, Outcome::valid, std::move(code), {}, std::move(vi), std::move(en)};
}
Finding found_bad(Outcome outcome, std::string code, std::string where, std::string vi, std::string en) {
  return {Answer::failed, outcome, std::move(code), std::move(where), std::move(vi), std::move(en)};
}
Finding not_judged(Outcome outcome, std::string code, std::string where, std::string vi, std::string en) {
  return {Answer::not_checked, outcome, std::move(code), std::move(where), std::move(vi), std::move(en)};
}

std::string date_vi(UnixSeconds t) {
  const auto d = date_in_vietnam(t);
  return fmt::format("ngày {:02}/{:02}/{}", d.day, d.month, d.year);
}
std::string date_en(UnixSeconds t) {
  return date_text(date_in_vietnam(t));
}

std::string type_text(record::Type type, Lang lang) {
  const auto& r = types.at(std::size_t(type));
  STELE_ASSERT(r.type == type);
  return std::string(lang == Lang::vi ? r.vi : r.en);
}

std::string figure_text(const record::Figure& f, Lang lang) {
  if (const auto* mark = std::get_if<record::Mark>(&f)) return record::mark_text(*mark);
  if (const auto* level = std::get_if<record::LevelCode>(&f)) return *level;
  if (const auto* both = std::get_if<record::LevelAndMark>(&f))
    return both->level + " " + record::mark_text(both->mark);
  switch (std::get<record::Missing>(f)) {
    case record::Missing::not_yet:
      return lang == Lang::vi ? "chưa có" : "not yet given";
    case record::Missing::exempt:
      return lang == Lang::vi ? "miễn" : "exempt";
    case record::Missing::absent:
      break;
  }
  return lang == Lang::vi ? "vắng" : "absent";
}

json::Value figure_json(const record::Figure& f) {
  if (const auto* mark = std::get_if<record::Mark>(&f))
    return json::Value::object({{"mark", record::mark_text(*mark)}});
  if (const auto* level = std::get_if<record::LevelCode>(&f)) return json::Value::object({{"level", *level}});
  if (const auto* both = std::get_if<record::LevelAndMark>(&f))
    return json::Value::object({{"level", both->level}, {"mark", record::mark_text(both->mark)}});
  constexpr std::array names{"not-yet", "exempt", "absent"};
  return json::Value::object({{"missing", names.at(std::size_t(std::get<record::Missing>(f)))}});
}

}  // namespace stele::verdict
