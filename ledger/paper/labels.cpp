#include "ledger/paper/labels.h"

#include <fmt/format.h>

#include <algorithm>

namespace stele::paper {
namespace {

struct Line {
  Words words;
  std::string_view code, vi, en;
};
constexpr Line lines[] = {
    {Words::level, "tot", "Tốt", "Good"},
    {Words::level, "kha", "Khá", "Fair"},
    {Words::level, "dat", "Đạt", "Passed"},
    {Words::level, "chua-dat", "Chưa đạt", "Not passed"},
    {Words::level, "xuat-sac", "Xuất sắc", "Excellent"},
    {Words::level, "gioi", "Giỏi", "Very good"},
    {Words::level, "trung-binh", "Trung bình", "Average"},
    {Words::level, "t", "Hoàn thành tốt", "Completed well"},
    {Words::level, "h", "Hoàn thành", "Completed"},
    {Words::level, "c", "Chưa hoàn thành", "Not completed"},
    {Words::level, "hoan-thanh-xuat-sac", "Hoàn thành xuất sắc", "Completed with excellence"},
    {Words::level, "hoan-thanh-tot", "Hoàn thành tốt", "Completed well"},
    {Words::level, "hoan-thanh", "Hoàn thành", "Completed"},
    {Words::level, "chua-hoan-thanh", "Chưa hoàn thành", "Not completed"},
    {Words::level, "can-co-gang", "Cần cố gắng", "Needs effort"},
    {Words::gender, "nam", "Nam", "Male"},
    {Words::gender, "nu", "Nữ", "Female"},
    {Words::title, "xuat-sac", "Học sinh Xuất sắc", "Excellent student"},
    {Words::title, "gioi", "Học sinh Giỏi", "Very good student"},
    {Words::title, "tieu-bieu", "Học sinh Tiêu biểu", "Outstanding student"},
    {Words::promotion, "len-lop", "Được lên lớp", "Promoted"},
    {Words::promotion, "danh-gia-lai", "Đánh giá lại trong hè", "Re-test in summer"},
    {Words::promotion, "ren-luyen-he", "Rèn luyện trong hè", "Conduct training in summer"},
    {Words::promotion, "o-lai-lop", "Không được lên lớp", "Repeats the year"},
    {Words::promotion, "hoan-thanh", "Hoàn thành chương trình", "Completed the programme"},
    {Words::mode, "chinh-quy", "Chính quy", "Full-time"},
    {Words::mode, "gdtx", "Giáo dục thường xuyên", "Continuing education"},
    {Words::reason, "entry-error", "nhập sai", "wrong entry"},
    {Words::reason, "wrong-column", "nhập nhầm cột", "wrong column"},
    {Words::reason, "wrong-student", "nhầm học sinh", "wrong student"},
    {Words::reason, "rounding", "làm tròn sai", "wrong rounding"},
    {Words::reason, "late-mark", "điểm bổ sung", "late mark"},
    {Words::reason, "re-marking", "phúc khảo", "re-marking"},
    {Words::reason, "re-test", "kiểm tra lại", "re-test"},
    {Words::reason, "civil-status", "thay đổi hộ tịch", "change of civil status"},
    {Words::reason, "class-change", "chuyển lớp", "change of class"},
    {Words::reason, "transfer", "chuyển trường", "transfer"},
    {Words::reason, "role-change", "thay đổi vai trò", "change of role"},
    {Words::reason, "staff-left", "nghỉ việc", "left the staff"},
    {Words::reason, "key-lost", "mất khóa", "key lost"},
    {Words::reason, "key-stolen", "lộ khóa", "key stolen"},
    {Words::reason, "key-replaced", "thay khóa", "key replaced"},
    {Words::reason, "org-renamed", "đơn vị đổi tên", "organisation renamed"},
    {Words::reason, "org-merged", "đơn vị sáp nhập", "organisation merged"},
    {Words::reason, "org-closed", "đơn vị giải thể", "organisation closed"},
    {Words::reason, "issued-in-error", "cấp nhầm", "issued in error"},
    {Words::reason, "sheet-amended", "bảng điểm đã được sửa", "sheet amended"},
    {Words::reason, "damaged", "hư hỏng", "damaged"},
    {Words::reason, "fraud", "gian lận", "fraud"},
    {Words::reason, "inspection", "theo kết luận thanh tra", "inspection"},
    {Words::reason, "cleared", "đã làm rõ", "cleared"},
    {Words::reason, "decision", "theo quyết định", "by decision"},
    {Words::role, "department-officer", "cán bộ Sở", "officer of the department"},
    {Words::role, "ward-officer", "cán bộ phường, xã", "officer of the ward"},
    {Words::role, "school-office", "văn phòng trường", "school office"},
    {Words::role, "principal", "hiệu trưởng", "principal"},
    {Words::role, "vice-principal", "phó hiệu trưởng", "vice-principal"},
    {Words::role, "subject-teacher", "giáo viên bộ môn", "subject teacher"},
    {Words::role, "homeroom-teacher", "giáo viên chủ nhiệm", "homeroom teacher"},
    {Words::role, "school-seal", "con dấu nhà trường", "school seal"},
    {Words::role, "archive-officer", "cán bộ lưu trữ", "archive officer"},
    {Words::role, "root", "khóa gốc của mạng", "root key of the network"},
    {Words::term, "1", "Học kỳ I", "First term"},
    {Words::term, "2", "Học kỳ II", "Second term"},
    {Words::term, "year", "Cả năm", "Year"},
    {Words::missing, "not-yet", "chưa có", "not yet"},
    {Words::missing, "exempt", "miễn", "exempt"},
    {Words::missing, "absent", "vắng", "absent"},
    {Words::type, "org", "đăng ký đơn vị", "organisation"},
    {Words::type, "key", "đăng ký khóa", "key"},
    {Words::type, "validators", "nhóm nút xác nhận", "set of validators"},
    {Words::type, "policy", "quy định", "policy"},
    {Words::type, "approve", "phê duyệt", "approval"},
    {Words::type, "countersign", "ký xác nhận", "countersignature"},
    {Words::type, "seal", "con dấu", "seal"},
    {Words::type, "class-list", "danh sách lớp", "class list"},
    {Words::type, "grade-sheet", "bảng điểm", "grade sheet"},
    {Words::type, "summary-sheet", "bảng tổng kết", "summary sheet"},
    {Words::type, "register", "trang sổ gốc", "register page"},
    {Words::type, "amend", "sửa điểm", "amendment"},
    {Words::type, "suspend", "tạm ngừng hiệu lực", "suspension"},
    {Words::type, "reinstate", "khôi phục hiệu lực", "reinstatement"},
    {Words::type, "revoke", "thu hồi", "revocation"},
    {Words::type, "compromise", "báo lộ khóa", "compromised key"},
    {Words::type, "erase", "xóa dữ liệu", "erasure"},
    {Words::type, "document", "văn bản", "document"},
    {Words::type, "transcript", "học bạ", "transcript"},
    {Words::type, "diploma", "bằng tốt nghiệp", "diploma"},
    {Words::type, "certificate", "chứng chỉ", "certificate"},
    {Words::type, "school-transfer", "giấy chuyển trường", "school transfer"},
    {Words::type, "export", "bản xuất", "export"},
    {Words::claim, "contents", "Danh mục", "Contents"},
    {Words::claim, "name", "Họ và tên", "Name"},
    {Words::claim, "birth_date", "Ngày sinh", "Date of birth"},
    {Words::claim, "birth_place", "Nơi sinh", "Place of birth"},
    {Words::claim, "gender", "Giới tính", "Gender"},
    {Words::claim, "ethnicity", "Dân tộc", "Ethnicity"},
    {Words::claim, "student_id", "Mã học sinh", "Student id"},
    {Words::claim, "personal_id", "Số định danh cá nhân", "Personal id"},
    {Words::claim, "school", "Trường", "School"},
    {Words::claim, "signer", "Người ký", "Signed by"},
    {Words::claim, "issued", "Ngày cấp", "Issued"},
    {Words::claim, "class", "Lớp", "Class"},
    {Words::claim, "year", "Năm học", "School year"},
    {Words::claim, "graduation_year", "Năm tốt nghiệp", "Year of graduation"},
    {Words::claim, "ranking", "Xếp loại", "Ranking"},
    {Words::claim, "mode", "Hình thức đào tạo", "Mode of study"},
    {Words::claim, "serial", "Số hiệu", "Serial number"},
    {Words::claim, "register_no", "Số vào sổ gốc", "Register number"},
    {Words::claim, "basis", "Căn cứ", "Basis"},
    {Words::claim, "title", "Tên chứng chỉ", "Title"},
    {Words::claim, "grade", "Xếp loại", "Grade"},
    {Words::claim, "reason", "Lý do", "Reason"},
    {Words::part, "file", "Tệp", "File"},
    {Words::part, "signature", "Chữ ký", "Signature"},
    {Words::part, "authority", "Thẩm quyền", "Authority"},
    {Words::part, "inclusion", "Trên sổ cái", "On the ledger"},
    {Words::part, "finality", "Chung cuộc", "Finality"},
    {Words::part, "status", "Tình trạng", "Status"},
    {Words::part, "disclosures", "Nội dung", "Contents"},
    {Words::part, "provenance", "Nguồn gốc điểm", "Origin of marks"},
    {Words::part, "print", "Bản in", "Print"},
    {Words::status, "valid", "có hiệu lực", "in force"},
    {Words::status, "superseded", "đã được thay", "superseded"},
    {Words::status, "suspended", "tạm ngừng", "suspended"},
    {Words::status, "revoked", "đã thu hồi", "revoked"},
    {Words::kind, "tieu-hoc", "tiểu học", "primary school"},
    {Words::kind, "thcs", "trung học cơ sở", "lower secondary"},
    {Words::kind, "thpt", "trung học phổ thông", "upper secondary"},
    {Words::kind, "department", "sở", "department"},
    {Words::kind, "ward", "phường, xã", "ward"},
    {Words::kind, "school", "trường", "school"},
    {Words::status, "pending", "đang chờ", "pending"},
};

}  // namespace

std::string label(Words words, std::string_view code, Lang lang) {
  const auto* it = std::find_if(std::begin(lines), std::end(lines),
                                [&](const Line& l) { return l.words == words && l.code == code; });
  if (it == std::end(lines)) return std::string(code);
  return std::string(lang == Lang::vi ? it->vi : it->en);
}

std::string figure_label(const record::Figure& f, Lang lang) {
  if (const auto* mark = std::get_if<record::Mark>(&f)) return record::mark_text(*mark);
  if (const auto* level = std::get_if<record::LevelCode>(&f)) return label(Words::level, *level, lang);
  if (const auto* both = std::get_if<record::LevelAndMark>(&f))
    return label(Words::level, both->level, lang) + " (" + record::mark_text(both->mark) + ")";
  constexpr std::string_view names[] = {"not-yet", "exempt", "absent"};
  return label(Words::missing, names[std::size_t(std::get<record::Missing>(f))], lang);
}

std::string day_label(const Date& d) {
  return fmt::format("{:02}/{:02}/{:04}", d.day, d.month, d.year);
}

std::string time_label(UnixSeconds t) {
  constexpr std::uint64_t vietnam_s = 7 * 3'600;
  const auto text = utc_text(UnixSeconds{t.value + vietnam_s});
  if (text.empty()) return {};
  return day_label(date_in_vietnam(t)) + " " + text.substr(11, 5);
}

}  // namespace stele::paper
