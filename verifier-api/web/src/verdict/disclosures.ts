// Disclosures of rows, persons and credentials: wire-format.md sections 4.1 and 5.1.
import { ascii, b64u, refuse, Refused, sha256, un_b64u } from "./bytes.js";
import { parse, type Json } from "./json.js";
import {
  ascending, b64u_text, class_id, code, compare_text, date, digest, fields, form, free_text, ids, integer, list, text, year, type Fields, type Read,
} from "./read.js";
import { figure_in, grade_detail, type Figure, type GradeDetail } from "./rule_set.js";

export const digest_of = (disclosure: string): string => b64u(sha256(ascii(disclosure)));

function parts(disclosure: string): { name: string; value: Json } {
  if (disclosure.length > 8192) refuse("too_large");
  const value = parse(un_b64u(disclosure), 6144);
  if (!Array.isArray(value) || value.length !== 3) refuse("wrong_type");
  b64u_text(16)(value[0]!, "salt");
  return { name: text(value[1]!, "name"), value: value[2]! };
}

/** The name under which it stands; nothing of it is trusted yet. */
export const disclosure_name = (disclosure: string): string => parts(disclosure).name;

// Persons ------------------------------------------------------------------------------------------------------------

export interface Person {
  name: string;
  title: string;
}
export function read_person(disclosure: string): Person {
  const p = parts(disclosure);
  if (p.name !== "person") refuse("bad_form");
  const f = fields(p.value, "person", ["name", "title", "certificate"]);
  f.may("certificate", digest);
  return { name: f.need("name", free_text), title: f.need("title", free_text) };
}

// Rows ---------------------------------------------------------------------------------------------------------------

export interface Summary {
  conduct: { t1?: string; t2?: string; year?: string };
  learning?: string;
  title?: string;
  promotion?: string;
  absences?: number;
}
export interface Row {
  tag: string;
  figure?: Figure;
  summary?: Summary;
  detail?: GradeDetail;
}
function summary_in(f: Fields): Summary {
  const out: Summary = {
    conduct: f.need("conduct", (v, w) => {
      const g = fields(v, w, ["t1", "t2", "year"]);
      const c: Summary["conduct"] = {};
      for (const n of ["t1", "t2", "year"] as const) {
        const x = g.may(n, code);
        if (x !== undefined) c[n] = x;
      }
      return c;
    }),
  };
  for (const n of ["learning", "title", "promotion"] as const) {
    const x = f.may(n, code);
    if (x !== undefined) out[n] = x;
  }
  const absences = f.may("absences", integer(0, 366));
  if (absences !== undefined) out.absences = absences;
  return out;
}
export const same_summary = (a: Summary, b: Summary): boolean =>
  (["t1", "t2", "year"] as const).every((n) => a.conduct[n] === b.conduct[n]) &&
  (["learning", "title", "promotion", "absences"] as const).every((n) => a[n] === b[n]);

/** `sheet`: type of the sheet (of an amend: that of its target). */
export function read_result(sheet: string, disclosure: string): Row {
  const p = parts(disclosure);
  if (p.name !== "result") refuse("bad_form");
  if (sheet === "grade-sheet") {
    const f = fields(p.value, "result", ["tag", "mark", "level", "missing"]);
    return { tag: f.need("tag", digest), figure: figure_in(f) };
  }
  if (sheet === "summary-sheet") {
    const f = fields(p.value, "result", ["tag", "conduct", "learning", "title", "promotion", "absences"]);
    return { tag: f.need("tag", digest), summary: summary_in(f) };
  }
  if (sheet === "class-list") {
    const f = fields(p.value, "result", ["tag", "student_id", "name", "birth_date", "gender"]);
    f.need("student_id", student_id);
    f.need("name", free_text);
    f.need("birth_date", date);
    f.need("gender", code);
    return { tag: f.need("tag", digest) };
  }
  const f = fields(p.value, "result", ["tag", "entry"]);
  f.need("entry", free_text);
  return { tag: f.need("tag", digest) };
}
export function read_detail(sheet: string, disclosure: string): GradeDetail {
  const p = parts(disclosure);
  if (p.name !== "detail") refuse("bad_form");
  if (sheet === "grade-sheet") return grade_detail(p.value, "detail");
  if (sheet === "class-list") {
    const f = fields(p.value, "detail", ["birth_place", "ethnicity", "personal_id", "status"]);
    f.may("birth_place", free_text);
    f.may("ethnicity", free_text);
    f.may("personal_id", personal_id);
    f.may("status", code);
    return {};
  }
  const name = sheet === "summary-sheet" ? "comment" : "note";
  const comment = fields(p.value, "detail", [name]).may(name, free_text);
  return comment === undefined ? {} : { comment };
}

// Claims -------------------------------------------------------------------------------------------------------------

const student_id = form(/^[0-9]{10}$/);
const personal_id = form(/^[0-9]{12}$/);

export interface Cited extends Figure {
  term?: string;
  sheet: string;
  row: number;
}
export interface Subject {
  name: string;
  terms: Cited[];
  retest?: Cited;
  year?: Figure;
}
const cited =
  (with_term: boolean): Read<Cited> =>
  (v, w) => {
    const f = fields(v, w, [...(with_term ? ["term"] : []), "mark", "level", "missing", "sheet", "row"]);
    const out: Cited = { ...figure_in(f), sheet: f.need("sheet", digest), row: f.need("row", integer(0, 4095)) };
    if (with_term) out.term = f.need("term", code);
    return out;
  };
const subject: Read<Subject> = (v, w) => {
  const f = fields(v, w, ["name", "terms", "retest", "year"]);
  const out: Subject = { name: f.need("name", free_text), terms: f.need("terms", list(0, 8, cited(true))) };
  const names = out.terms.map((t) => t.term);
  if (new Set(names).size !== names.length) refuse("repeated", `${w}.terms`);
  const retest = f.may("retest", cited(false));
  const year_figure = f.may("year", (y, at) => figure_in(fields(y, at, ["mark", "level", "missing"])));
  if (retest) out.retest = retest;
  if (year_figure) out.year = year_figure;
  return out;
};
export interface CitedSummary extends Summary {
  sheet: string;
  row: number;
}
const summary: Read<CitedSummary> = (v, w) => {
  const f = fields(v, w, ["conduct", "learning", "title", "promotion", "absences", "sheet", "row"]);
  return { ...summary_in(f), sheet: f.need("sheet", digest), row: f.need("row", integer(0, 4095)) };
};
const claim_name = form(/^[a-z0-9._-]{1,64}$/);

const common: Record<string, Read<unknown>> = {
  contents: ascending(1, 64, claim_name, compare_text),
  name: free_text, birth_date: date, birth_place: free_text, gender: code, ethnicity: free_text, student_id, personal_id,
  school: free_text,
  signer: (v, w) => {
    const f = fields(v, w, ["name", "title"]);
    return { name: f.need("name", free_text), title: f.need("title", free_text) };
  },
  issued: date,
};
const by_type: Record<string, Record<string, Read<unknown>>> = {
  transcript: { class: class_id, year, summary },
  diploma: { graduation_year: year, ranking: code, mode: code, serial: form(/^[A-Z][0-9]{8}$/), register_no: free_text, basis: ids(1, 12) },
  certificate: { title: free_text, grade: free_text, basis: ids(1, 12) },
  "school-transfer": { reason: free_text, basis: ids(1, 12) },
  export: {},
};

export interface Claim {
  name: string;
  value: Json;
  /** The value as typed by its reader: Subject, CitedSummary, string[], … */
  read: unknown;
  digest: string;
}
export function read_claim(type: string, disclosure: string): Claim {
  const p = parts(disclosure);
  const name = claim_name(p.name, "name");
  const subject_code = type === "transcript" && name.startsWith("subject.") ? name.slice(8) : null;
  const reader = subject_code !== null ? subject : (common[name] ?? by_type[type]?.[name]);
  if (!reader) refuse("unknown_member", name);
  if (subject_code !== null) code(subject_code, name);
  try {
    return { name, value: p.value, read: reader(p.value, name), digest: digest_of(disclosure) };
  } catch (e) {
    if (e instanceof Refused) refuse(e.code, e.where);
    throw e;
  }
}
