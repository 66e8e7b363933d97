// Rule sets of assessment and their arithmetic: wire-format.md section 4.3. Marks are integer tenths.
import { refuse, type Bytes } from "./bytes.js";
import { parse, type Json } from "./json.js";
import { characters, code, distinct, fields, form, free_text, integer, list, one_of, text, type Read } from "./read.js";

export type SubjectKind = "marks" | "level" | "level-and-mark";
export interface RuleSet {
  id: string;
  kinds: string[];
  marks: { regular: number; mid: number; final: number };
  year: { t1: number; t2: number };
  terms: { first: string; second: string; year: string };
  levels: string[];
  subjects: Map<string, { name: string; kind: SubjectKind }>;
  regular_min: number;
  regular_max: number;
}

const weight = integer(1, 100);

export function read_rule_set(data: Bytes): RuleSet {
  const f = fields(parse(data, 32768), "", ["id", "kinds", "marks", "year", "terms", "levels", "subjects", "regular_min", "regular_max"]);
  const of = <T>(name: string, names: string[], read: Read<T>): T[] =>
    f.need(name, (v, w) => {
      const g = fields(v, w, names);
      return names.map((n) => g.need(n, read));
    });
  const [regular, mid, final] = of("marks", ["regular", "mid", "final"], weight) as [number, number, number];
  const [t1, t2] = of("year", ["t1", "t2"], weight) as [number, number];
  const [first, second, year] = of("terms", ["first", "second", "year"], code) as [string, string, string];
  if (new Set([first, second, year]).size !== 3) refuse("repeated", "terms");
  const subjects: RuleSet["subjects"] = new Map();
  f.need(
    "subjects",
    list(1, 128, (v, w) => {
      const g = fields(v, w, ["code", "name", "kind"]);
      const c = g.need("code", code);
      const name = g.need("name", text);
      if (characters(name) < 1 || characters(name) > 100) refuse("out_of_bounds", w);
      if (subjects.has(c)) refuse("repeated", w);
      subjects.set(c, { name, kind: g.need("kind", one_of("marks", "level", "level-and-mark")) });
      return c;
    }),
  );
  const regular_max = f.need("regular_max", integer(0, 8));
  return {
    id: f.need("id", code),
    kinds: f.need("kinds", distinct(1, 8, code)),
    marks: { regular, mid, final },
    year: { t1, t2 },
    terms: { first, second, year },
    levels: f.need("levels", distinct(1, 8, code)),
    subjects,
    regular_min: f.need("regular_min", integer(0, regular_max)),
    regular_max,
  };
}

// Figures ------------------------------------------------------------------------------------------------------------

export type Missing = "not-yet" | "exempt" | "absent";
/** One of the three; or a level and the mark of a test beside it. */
export interface Figure {
  mark?: string;
  level?: string;
  missing?: Missing;
}
export const mark: Read<string> = form(/^(10\.0|[0-9]\.[0-9])$/);
export const missing: Read<Missing> = one_of("not-yet", "exempt", "absent");
const tenths = (m: string): number => Math.round(Number(m) * 10);
const mark_of = (t: number): string => `${Math.floor(t / 10)}.${t % 10}`;

/** Reads a figure out of an object that may have other members, too. */
export function figure_in(f: { may<T>(n: string, r: Read<T>): T | undefined; where: string }): Figure {
  const out: Figure = {};
  const m = f.may("mark", mark);
  const l = f.may("level", code);
  const x = f.may("missing", missing);
  if (m !== undefined) out.mark = m;
  if (l !== undefined) out.level = l;
  if (x !== undefined) out.missing = x;
  const n = Object.keys(out).length;
  const both = m !== undefined && l !== undefined && x === undefined;
  if (n !== 1 && !both) refuse(n === 0 ? "missing_member" : "bad_form", f.where);
  return out;
}
/** May such a figure stand in a subject of this kind? */
export function fits_kind(rules: RuleSet, kind: SubjectKind, f: Figure): boolean {
  if (f.missing !== undefined) return true;
  if (kind === "marks") return f.level === undefined;
  return f.level !== undefined && rules.levels.includes(f.level) && (kind === "level-and-mark" || f.mark === undefined);
}
export const same_figure = (a: Figure, b: Figure): boolean => a.mark === b.mark && a.level === b.level && a.missing === b.missing;

export interface Entry {
  mark?: string;
  missing?: Missing;
}
const entry: Read<Entry> = (v: Json, where: string) =>
  typeof v === "string" ? { mark: mark(v, where) } : { missing: fields(v, where, ["missing"]).need("missing", missing) };
export interface GradeDetail {
  regular?: Entry[];
  mid?: Entry;
  final?: Entry;
  comment?: string;
}
export const grade_detail: Read<GradeDetail> = (v, where) => {
  const f = fields(v, where, ["regular", "mid", "final", "comment"]);
  const out: GradeDetail = {};
  const comment = f.may("comment", free_text);
  if (f.has("regular") || f.has("mid") || f.has("final")) {
    out.regular = f.need("regular", list(0, 8, entry));
    out.mid = f.need("mid", entry);
    out.final = f.need("final", entry);
  }
  if (comment !== undefined) out.comment = comment;
  return out;
};

/** Rounded half up to one decimal: (2 × num + den) / (2 × den), integer division. */
const average = (num: number, den: number): string => mark_of(Math.floor((2 * num + den) / (2 * den)));

/** The term's average, or null if there is none. */
export function term_average(rules: RuleSet, detail: GradeDetail): string | null {
  const { regular = [], mid, final } = detail;
  if (!mid?.mark || !final?.mark || regular.length < rules.regular_min) return null;
  if (regular.some((e) => e.missing === "not-yet" || e.missing === "absent")) return null;
  let num = rules.marks.mid * tenths(mid.mark) + rules.marks.final * tenths(final.mark);
  let den = rules.marks.mid + rules.marks.final;
  for (const e of regular) {
    if (!e.mark) continue;
    num += rules.marks.regular * tenths(e.mark);
    den += rules.marks.regular;
  }
  return average(num, den);
}
export function year_average(rules: RuleSet, first: string, second: string): string {
  return average(rules.year.t1 * tenths(first) + rules.year.t2 * tenths(second), rules.year.t1 + rules.year.t2);
}
/** The sum behind an average in words of arithmetic: "(8.0+7.5+2·8.0+3·8.5)/7". */
export function sum_text(rules: RuleSet, detail: GradeDetail): string {
  const times = (w: number, m: string): string => (w === 1 ? m : `${w}·${m}`);
  const terms = (detail.regular ?? []).filter((e) => e.mark).map((e) => times(rules.marks.regular, e.mark!));
  const den = terms.length * rules.marks.regular + rules.marks.mid + rules.marks.final;
  terms.push(times(rules.marks.mid, detail.mid!.mark!), times(rules.marks.final, detail.final!.mark!));
  return `(${terms.join("+")})/${den}`;
}
