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

export const label = (labels: Labels, code: string, lang: Lang): string => (Object.hasOwn(labels, code) ? labels[code]![lang === "vi" ? 0 : 1] : code);

/** Of claims whose value is a code; undefined: the value stands for itself. */
export const claim_labels: Record<string, Labels> = { gender: gender_labels, ranking: level_labels, mode: mode_labels };

/** "8.3", "Đạt", "Hoàn thành tốt (9.0)": a figure as the print has it. */
export function figure_label(f: Figure, lang: Lang): string {
  if (f.level !== undefined) return label(level_labels, f.level, lang) + (f.mark === undefined ? "" : ` (${f.mark})`);
  if (f.mark !== undefined) return f.mark;
  return f.missing === undefined ? "" : label(missing_labels, f.missing, lang);
}
