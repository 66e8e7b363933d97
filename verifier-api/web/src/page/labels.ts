// Words for codes, as the printed forms have them (ledger/paper/labels.cpp): what a print says is compared with these, so
// the Vietnamese ones must be the same. A code that has none stands as it is, on paper and here.
import type { Figure } from "../verdict/rule_set.js";
import type { Lang } from "../verdict/words.js";

type Labels = Record<string, readonly [string, string]>;

export const level_labels: Labels = {
  tot: ["Tốt", "Good"], kha: ["Khá", "Fair"], dat: ["Đạt", "Passed"], "chua-dat": ["Chưa đạt", "Not passed"], "xuat-sac": ["Xuất sắc", "Excellent"], gioi: ["Giỏi", "Very good"], "trung-binh": ["Trung bình", "Average"],
  t: ["Hoàn thành tốt", "Completed well"], h: ["Hoàn thành", "Completed"], c: ["Chưa hoàn thành", "Not completed"],
  "hoan-thanh-xuat-sac": ["Hoàn thành xuất sắc", "Completed with excellence"], "hoan-thanh-tot": ["Hoàn thành tốt", "Completed well"], "hoan-thanh": ["Hoàn thành", "Completed"], "chua-hoan-thanh": ["Chưa hoàn thành", "Not completed"], "can-co-gang": ["Cần cố gắng", "Needs effort"],
};
export const title_labels: Labels = { "xuat-sac": ["Học sinh Xuất sắc", "Excellent student"], gioi: ["Học sinh Giỏi", "Very good student"], "tieu-bieu": ["Học sinh Tiêu biểu", "Outstanding student"] };
export const promotion_labels: Labels = {
  "len-lop": ["Được lên lớp", "Promoted"], "danh-gia-lai": ["Đánh giá lại trong hè", "Re-test in summer"], "ren-luyen-he": ["Rèn luyện trong hè", "Conduct training in summer"], "o-lai-lop": ["Không được lên lớp", "Repeats the year"],
  "hoan-thanh": ["Hoàn thành chương trình", "Completed the programme"],
};
export const gender_labels: Labels = { nam: ["Nam", "Male"], nu: ["Nữ", "Female"] };
export const mode_labels: Labels = { "chinh-quy": ["Chính quy", "Full-time"], gdtx: ["Giáo dục thường xuyên", "Continuing education"] };
const missing_labels: Labels = { "not-yet": ["chưa có", "not yet"], exempt: ["miễn", "exempt"], absent: ["vắng", "absent"] };

/** Codes of the policies of this network and their like; others stand as they are. */
export const reason_labels: Labels = {
  "entry-error": ["nhập sai", "wrong entry"], "wrong-column": ["nhập nhầm cột", "wrong column"], "wrong-student": ["nhầm học sinh", "wrong student"], rounding: ["làm tròn sai", "wrong rounding"],
  "late-mark": ["điểm bổ sung", "late mark"], "re-marking": ["phúc khảo", "re-marking"], "re-test": ["kiểm tra lại", "re-test"], "civil-status": ["thay đổi hộ tịch", "change of civil status"],
  "class-change": ["chuyển lớp", "change of class"], transfer: ["chuyển trường", "transfer"], "role-change": ["thay đổi vai trò", "change of role"], "staff-left": ["nghỉ việc", "left the staff"],
  "key-lost": ["mất khóa", "key lost"], "key-stolen": ["lộ khóa", "key stolen"], "key-replaced": ["thay khóa", "key replaced"], "org-renamed": ["đơn vị đổi tên", "organisation renamed"], "org-merged": ["đơn vị sáp nhập", "organisation merged"],
  "org-closed": ["đơn vị giải thể", "organisation closed"], "issued-in-error": ["cấp nhầm", "issued in error"], "sheet-amended": ["bảng điểm đã được sửa", "sheet amended"], damaged: ["hư hỏng", "damaged"],
  fraud: ["gian lận", "fraud"], inspection: ["theo kết luận thanh tra", "inspection"], cleared: ["đã làm rõ", "cleared"], decision: ["theo quyết định", "by decision"],
};

/** In which order people read the claims of a document. */
export const claim_order = ["name", "birth_date", "gender", "birth_place", "ethnicity", "student_id", "personal_id", "school", "class", "year", "graduation_year", "ranking", "mode", "title", "grade", "serial", "register_no", "issued", "signer", "basis", "reason"];

export const label = (labels: Labels, code: string, lang: Lang): string => (Object.hasOwn(labels, code) ? labels[code]![lang === "vi" ? 0 : 1] : code);

/** Of claims whose value is a code; undefined: the value stands for itself. */
export const claim_labels: Record<string, Labels> = { gender: gender_labels, ranking: level_labels, mode: mode_labels, reason: reason_labels };

/** "8.3", "Đạt", "Hoàn thành tốt (9.0)": a figure as the print has it. */
export function figure_label(f: Figure, lang: Lang): string {
  if (f.level !== undefined) return label(level_labels, f.level, lang) + (f.mark === undefined ? "" : ` (${f.mark})`);
  if (f.mark !== undefined) return f.mark;
  return f.missing === undefined ? "" : label(missing_labels, f.missing, lang);
}
