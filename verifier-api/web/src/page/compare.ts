// The text of a PDF beside the document that it carries: what of the document is not printed, or printed otherwise. Looks
// are not judged.
import type { Verdict } from "../verdict/judge.js";
import { claim_name } from "../verdict/words.js";
import { claim_labels, claim_order, figure_label, label, level_labels, promotion_labels, title_labels } from "./labels.js";
import { day } from "./language.js";

export interface Difference {
  name: readonly [vi: string, en: string];
  /** What stands in its place, if that can be told. */
  printed: string | null;
  signed: string;
}
export interface PrintCheck {
  differences: Difference[];
  compared: number;
  /** A picture of a text is no text: nothing could be compared. */
  no_text: boolean;
  /** The PDF names another document than the one that it carries. */
  swapped: boolean;
}
interface Field {
  name: readonly [string, string];
  /** As the document has it, for people. */
  signed: string;
  /** Any of these on the print will do. */
  forms: string[];
  /** What the forms print before it. */
  labels: string[];
}

/** No letter has more marks than this (UAX #15, stream-safe texts): longer runs would take the page's time, not tell it more. */
const marks_max = 30;
const too_many_marks = new RegExp(`(\\p{M}{${marks_max}})\\p{M}+`, "gu");
const normal = (s: string): string => s.replace(too_many_marks, "$1").normalize("NFC");
const squeeze = (s: string): string => normal(s).replace(/\s+/g, "").toLowerCase();
const behind = (what: string, value: string): string[] => [`${what}: ${value}`, `${what} ${value}`];
const text_min = 20;
const shown_max = 60;

const claim_places: Record<string, string[]> = {
  name: ["Họ và tên", "cấp cho"], birth_date: ["Ngày sinh"], birth_place: ["Nơi sinh"], gender: ["Giới tính"], ethnicity: ["Dân tộc"],
  student_id: ["Mã học sinh (Bộ GDĐT)", "Mã học sinh"], personal_id: ["Số định danh cá nhân"], school: ["Học sinh trường:", "Trường:"], class: ["Lớp"],
  graduation_year: ["Năm tốt nghiệp"], ranking: ["Xếp loại tốt nghiệp"], mode: ["Hình thức đào tạo"], serial: ["Số hiệu"], register_no: ["Số vào sổ gốc"],
  grade: ["Xếp loại"], issued: ["Cấp ngày"],
};
/** Where the print has this label, the right value elsewhere on the page does not make up for a wrong one behind it. */
const strict = ["name", "birth_date", "serial", "register_no"];

function claim_fields(v: Verdict): Field[] {
  const out: Field[] = [];
  // The form of a diploma has no place for the numbers of the pupil, nor that of a certificate for the ethnicity.
  const numbers = v.type === "transcript" ? ["student_id", "personal_id"] : [];
  const simple = [...numbers, "name", "birth_place", "school", "class", "serial", "register_no", "graduation_year", ...(v.type === "certificate" ? ["title", "grade"] : [])];
  // A short word stands somewhere on any print: it counts only behind what the form calls it.
  const told = ["gender", ...(v.type === "certificate" ? [] : ["ethnicity"]), "ranking", "mode"];
  for (const { name, value } of v.claims) {
    const add = (signed: string, forms: string[]): void => void out.push({ name: claim_name(name), signed, forms, labels: claim_places[name] ?? [] });
    if (name === "signer" && value instanceof Map) add(String(value.get("name")), [String(value.get("name"))]);
    if (typeof value !== "string") continue;
    if (simple.includes(name)) add(value, [value]);
    if (told.includes(name)) {
      const words = claim_labels[name] ? label(claim_labels[name], value, "vi") : value;
      add(words, behind(claim_places[name]![0]!, words));
    }
    if (name === "birth_date" || name === "issued") {
      const [y, m, d] = value.split("-");
      add(day(value), [day(value), `ngày ${d} tháng ${m} năm ${y}`, `ngày ${Number(d)} tháng ${Number(m)} năm ${y}`]);
    }
  }
  const rank = (f: Field): number => claim_order.findIndex((n) => claim_name(n)[1] === f.name[1]);
  return out.sort((a, b) => rank(a) - rank(b));
}

function figure_fields(v: Verdict): Field[] {
  const out: Field[] = [];
  // Each subject's name must be followed, in its line, by its figures in order; the re-test's stands last.
  for (const code of new Set(v.figures.filter((f) => f.subject).map((f) => f.subject))) {
    const figures = v.figures.filter((f) => f.subject === code);
    const line = [...figures.filter((f) => f.kind !== "retest"), ...figures.filter((f) => f.kind === "retest")].map((f) => figure_label(f.figure, "vi"));
    const { name } = figures[0]!;
    out.push({ name: [`môn ${name}`, `subject ${name}`], signed: line.join(" "), forms: [name + line.join(""), name + line.map((x) => x.replace(".", ",")).join("")], labels: figures.every((f) => f.figure.mark !== undefined && f.figure.level === undefined) ? [name] : [] });
  }
  const s = v.figures.find((f) => f.kind === "summary")?.summary;
  if (!s) return out;
  const level = (code: string | undefined): string => (code === undefined ? "" : label(level_labels, code, "vi"));
  const add = (signed: string, labels: string[]): void => void (signed && out.push({ name: claim_name("summary"), signed, forms: labels.flatMap((l) => behind(l, signed)), labels }));
  add([s.conduct.t1, s.conduct.t2, s.conduct.year].map(level).filter(Boolean).join(" "), ["Kết quả rèn luyện", "Phẩm chất, năng lực"]);
  add(level(s.learning), ["Kết quả học tập", "Đánh giá kết quả giáo dục"]);
  if (s.title !== undefined) add(label(title_labels, s.title, "vi"), ["Danh hiệu"]);
  if (s.promotion !== undefined) add(label(promotion_labels, s.promotion, "vi"), ["Kết quả cuối năm"]);
  if (s.absences !== undefined) add(String(s.absences), ["Số buổi nghỉ học"]);
  return out;
}

/** The rest of the first line that begins with the label, or the next line where the label fills its own. */
function value_behind(lines: string[], what: string): string | null {
  const wanted = squeeze(what);
  for (const [i, line] of lines.entries()) {
    if (!squeeze(line).startsWith(wanted)) continue;
    let at = 0;
    for (let n = 0; n < wanted.length; at++) if (/\S/.test(line[at]!)) n++;
    const value = line.slice(at).replace(/^\s*:/, "").trim() || (lines[i + 1] ?? "").trim();
    if (value) return value;
  }
  return null;
}
function printed_for(field: Field, lines: string[]): string | null {
  for (const what of field.labels) {
    const value = value_behind(lines, what);
    if (value === null) continue;
    // A subject's line goes on with who signed it.
    const figures = field.labels[0] === field.name[0].replace(/^môn /, "") ? /^[\d.,\s]+/.exec(value)?.[0].trim() ?? "" : value;
    const date = /^ngày/i.test(what) ? /^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}/.exec(figures)?.[0] ?? figures : figures;
    if (date && squeeze(date) !== squeeze(field.signed)) return date.length > shown_max ? `${date.slice(0, shown_max)}…` : date;
  }
  return null;
}

export function compare_text(v: Verdict, text: string): Omit<PrintCheck, "swapped"> {
  const printed = squeeze(text);
  const fields = [...claim_fields(v), ...figure_fields(v)];
  if (printed.length < text_min) return { differences: [], compared: 0, no_text: fields.length > 0 };
  const lines = normal(text).split("\n").map((l) => l.replace(/\s+/g, " ").trim());
  const strict_names = strict.map((n) => claim_name(n)[1]);
  const holds = (f: Field): boolean => {
    if (!f.forms.some((x) => printed.includes(squeeze(x)))) return false;
    const what = strict_names.includes(f.name[1]) ? f.labels.find((l) => lines.some((line) => squeeze(line).startsWith(squeeze(l)))) : undefined;
    return what === undefined || f.forms.some((x) => behind(what, x).some((y) => printed.includes(squeeze(y))));
  };
  const differences: Difference[] = [];
  for (const f of fields) {
    if (!holds(f) && !differences.some((d) => d.name[0] === f.name[0])) differences.push({ name: f.name, printed: printed_for(f, lines), signed: f.signed });
  }
  return { differences, compared: fields.length, no_text: false };
}
