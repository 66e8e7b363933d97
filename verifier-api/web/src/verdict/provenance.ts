// Each figure of a transcript, led back to the signature of whoever gave it: wire-format.md sections 4.3, 5.1 and 9.
import { findings_of, type RecordJudge } from "./authority.js";
import { ascii, Refused, sha256, un_b64u } from "./bytes.js";
import { disclosure_name, read_detail, read_result, same_summary, type Cited, type CitedSummary, type Claim, type Person, type Row, type Subject, type Summary } from "./disclosures.js";
import type { Entry, Facts } from "./evidence.js";
import type { RawRow } from "./file.js";
import { includes, leaf_hash } from "./merkle.js";
import { fits_kind, same_figure, sum_text, term_average, year_average, type Figure, type GradeDetail, type RuleSet, type SubjectKind } from "./rule_set.js";
import type { Finding, Outcome } from "./words.js";
import * as say from "./words.js";

export interface FigureTrace {
  subject: string;
  /** Place of the subject in the rule set, if that is known. */
  rank?: number;
  name: string;
  term: string;
  kind: "term" | "retest" | "year" | "summary";
  figure: Figure;
  summary?: Summary;
  sheet?: string;
  row?: number;
  amended_sheet?: string;
  amend_reason?: string;
  detail?: GradeDetail;
  /** The sum behind the average, where the single marks are shown. */
  sum?: string;
  policy_record?: string;
  signer?: { kid: string; person: string; name: string; title: string; org: string; role: string; key_record?: string };
  org_line?: string[];
  block?: { height: number; time: number };
  index?: number;
}

export interface OpenRow {
  raw: RawRow;
  named: boolean;
}
export type OpenRows = Map<string, OpenRow>;

/** Rows that lie under their sheet's root, by "position:row"; or where the first is that does not. */
export function open_rows(facts: Facts, rows: RawRow[]): OpenRows | string {
  const out: OpenRows = new Map();
  for (const [i, raw] of rows.entries()) {
    const { type, content } = facts.records[raw.record]!;
    if (!["grade-sheet", "summary-sheet", "amend"].includes(type)) return `rows[${i}].record`;
    if (raw.row >= content.rows!) return `rows[${i}].row`;
    const under = (disclosure: string, leaf: number, path: string[]): boolean => {
      try {
        disclosure_name(disclosure);
      } catch {
        return false;
      }
      return includes(content.root!, 2 * content.rows!, leaf, leaf_hash(sha256(ascii(disclosure))), path.map((p) => un_b64u(p)));
    };
    if (!under(raw.result, 2 * raw.row, raw.result_path)) return `rows[${i}].result`;
    if (raw.detail !== undefined && !under(raw.detail, 2 * raw.row + 1, raw.detail_path!)) return `rows[${i}].detail`;
    out.set(`${raw.record}:${raw.row}`, { raw, named: false });
  }
  return out;
}

interface Source {
  /** The record that holds the row, and the sheet behind it: of an amend, its target. */
  holder: number;
  sheet: number;
  open: OpenRow;
}
interface Label {
  where: string;
  vi: string;
  en: string;
}

export class Provenance {
  readonly findings: Finding[] = [];
  readonly figures: FigureTrace[] = [];
  private readonly facts: Facts;
  private readonly record: Entry;
  private rules: RuleSet | null = null;
  private policy: string | undefined;

  constructor(
    private readonly judge: RecordJudge,
    credential: number,
    private readonly rows: OpenRows,
    private readonly person_of: (key: number | null) => Person | undefined,
  ) {
    this.facts = judge.facts;
    this.record = this.facts.records[credential]!;
    this.find_rules();
  }

  check(claims: Claim[]): void {
    if (this.record.type !== "transcript") return;
    for (const c of claims) {
      if (c.name.startsWith("subject.")) this.subject(c.name.slice(8), c.read as Subject);
      else if (c.name === "summary") this.summary(c.read as CitedSummary);
      else if (c.name === "class") this.stated(c, this.record.content.class!);
      else if (c.name === "year") this.stated(c, this.record.content.period!);
    }
  }

  private bad(outcome: Outcome, code: string, l: Label, vi: string, en: string): void {
    this.findings.push(say.bad(outcome, code, l.where, `${l.vi}: ${vi}`, `${l.en}: ${en}`));
  }
  /** What stands in clear on the ledger and is said again in a claim must be the same. */
  private stated(c: Claim, signed: string): void {
    const [vi, en] = say.claim_name(c.name);
    if (c.read !== signed) this.bad("altered", "claim_mismatch", { where: c.name, vi, en }, "khác với điều đã ghi trên sổ cái", "differs from what stands on the ledger");
  }

  /** The rule set that the transcript names, by digest, whatever became of the policy that carries it. */
  private find_rules(): void {
    const wanted = this.record.content.assessment;
    if (!wanted) return;
    for (const r of this.facts.records) {
      const found = r.content.assessments?.find((a) => a.id === wanted.id && a.digest === wanted.digest);
      if (!found?.rules) continue;
      this.rules = found.rules;
      this.policy = r.id;
      return;
    }
  }

  private label(name: string, term: string, where: string): Label {
    const t = this.rules?.terms;
    const words = term === "" ? ["thi lại", "re-test"] : term === t?.first ? ["học kỳ I", "first term"] : term === t?.second ? ["học kỳ II", "second term"] : term === t?.year ? ["cả năm", "whole year"] : [term, term];
    return { where, vi: `Điểm ${name} ${words[0]}`, en: `Figure of ${name}, ${words[1]}` };
  }

  private subject(code: string, s: Subject): void {
    const claim = `subject.${code}`;
    s.terms.forEach((f, i) => this.figure(code, s, f, "term", this.label(s.name, f.term!, `${claim}.terms[${i}]`)));
    if (s.retest) this.figure(code, s, s.retest, "retest", this.label(s.name, "", `${claim}.retest`));
    const { rules } = this;
    const of_year = this.label(s.name, rules?.terms.year ?? "", `${claim}.year`);
    if (!rules) {
      this.bad("not_authorised", "rule_set_not_shown", of_year, "tệp không kèm quy định đánh giá để tính lại điểm", "the file lacks the rules of assessment to compute it again");
      return;
    }
    if (!subject_holds(rules, code, s)) {
      this.bad("altered", "year_mismatch", { ...of_year, where: claim }, "không khớp với điểm các học kỳ theo quy định đánh giá", "does not follow from the terms by the rules of assessment");
    }
    if (!s.year) return;
    const trace: FigureTrace = { subject: code, rank: rank_of(rules, code), name: s.name, term: rules.terms.year, kind: "year", figure: s.year };
    if (this.policy !== undefined) trace.policy_record = this.policy;
    const [first, second] = s.terms.map((t) => t.mark);
    if (!s.retest && s.year.mark !== undefined && first !== undefined && second !== undefined) {
      const w = (n: number, m: string): string => (n === 1 ? m : `${n}·${m}`);
      trace.sum = `(${w(rules.year.t1, first)}+${w(rules.year.t2, second)})/${rules.year.t1 + rules.year.t2}`;
    }
    this.figures.push(trace);
  }

  /** The record that holds the row, the sheet behind it, and the row itself, if the file has all of them. */
  private source(id: string, row: number, l: Label): Source | null {
    const holder = this.facts.position(id);
    if (holder === null) {
      this.bad("not_on_ledger", "sheet_not_shown", l, "tệp không kèm bảng điểm gốc", "the file lacks the sheet it comes from");
      return null;
    }
    let sheet = holder;
    const h = this.facts.records[holder]!;
    if (h.type === "amend") {
      const target = this.facts.position(h.content.target!);
      if (target === null) {
        this.bad("not_on_ledger", "sheet_not_shown", l, "tệp không kèm bảng điểm mà bản sửa này nói tới", "the file lacks the sheet that this amendment is about");
        return null;
      }
      sheet = target;
      if (row >= h.content.positions!.length || this.facts.records[target]!.content.org !== h.content.org) {
        this.bad("altered", "sheet_mismatch", l, "bản sửa điểm không có dòng này", "the amendment has no such row");
        return null;
      }
    }
    const open = this.rows.get(`${holder}:${row}`);
    if (!open) {
      this.bad("altered", "row_not_shown", l, "tệp không kèm dòng điểm đã ký", "the file lacks the signed row");
      return null;
    }
    open.named = true;
    return { holder, sheet, open };
  }

  /** The sheet's own signature, authority, inclusion, finality and status. */
  private sheet_good(at: number, l: Label): void {
    for (const f of findings_of(this.judge.judge(at))) {
      if (f.answer !== "ok") this.bad(f.outcome, `sheet_${f.code}`, l, `bảng điểm gốc: ${f.vi}`, `the sheet: ${f.en}`);
    }
  }
  private agrees(sheet: Entry, l: Label): boolean {
    const c = sheet.content;
    const mine = this.record.content;
    const same = c.org === mine.org && c.kind === mine.kind && c.class === mine.class && c.year === mine.period &&
      c.assessment?.id === mine.assessment!.id && c.assessment?.digest === mine.assessment!.digest;
    if (!same) this.bad("altered", "sheet_mismatch", l, "bảng điểm gốc thuộc trường, lớp, năm học hoặc quy định đánh giá khác", "the sheet is of another school, class, year or rules of assessment");
    return same;
  }
  private read_row(source: Source, type: string, l: Label): Row | null {
    try {
      const row = read_result(type, source.open.raw.result);
      if (row.tag === this.record.content.tag) return row;
      this.bad("altered", "row_of_another", l, "dòng điểm được dẫn là của học sinh khác", "the row is another student's");
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.bad("altered", "row_bad", l, "dòng điểm đã ký không đúng dạng", "the signed row is not of the right form");
    }
    return null;
  }
  private judge_sheets(source: Source, l: Label): void {
    this.sheet_good(source.sheet, l);
    if (source.holder !== source.sheet) this.sheet_good(source.holder, l);
  }

  private figure(code: string, s: Subject, f: Cited, kind: "term" | "retest", l: Label): void {
    const source = this.source(f.sheet, f.row, l);
    if (!source) return;
    this.judge_sheets(source, l);
    const sheet = this.facts.records[source.sheet]!;
    const term = kind === "retest" && this.rules ? this.rules.terms.year : f.term;
    if (sheet.type !== "grade-sheet" || sheet.content.subject !== code || sheet.content.term !== term) {
      this.bad("altered", "sheet_mismatch", l, "bảng điểm gốc là của môn hoặc học kỳ khác", "the sheet is of another subject or term");
      return;
    }
    if (!this.agrees(sheet, l)) return;
    const row = this.read_row(source, sheet.type, l);
    if (!row) return;
    const shown = plain_figure(f);
    if (!same_figure(row.figure!, shown)) {
      const text = (x: Figure): [string, string] => [say.figure_text(x, "vi"), say.figure_text(x, "en")];
      const [a_vi, a_en] = text(shown);
      const [b_vi, b_en] = text(row.figure!);
      this.bad("altered", "figure_mismatch", l, `trong tệp là ${a_vi}, không khớp với dòng giáo viên đã ký là ${b_vi}`, `the file says ${a_en}, but the teacher signed ${b_en}`);
      return;
    }
    const trace: FigureTrace = { subject: code, ...(this.rules ? { rank: rank_of(this.rules, code) } : {}), name: s.name, term: sheet.content.term!, kind, figure: shown, sheet: f.sheet, row: f.row };
    this.average(code, row, source.open.raw.detail, sheet.content.term!, l, trace);
    this.trace_holder(trace, source);
    this.figures.push(trace);
  }

  private average(code: string, row: Row, disclosure: string | undefined, term: string, l: Label, trace: FigureTrace): void {
    if (disclosure === undefined) return;
    const subject = this.rules?.subjects.get(code);
    let detail: GradeDetail | null = null;
    try {
      detail = read_detail("grade-sheet", disclosure);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
    }
    if (!detail || (this.rules && subject && !row_holds(this.rules, subject.kind, row.figure!, detail, term))) {
      this.bad("altered", "average_mismatch", l, "không khớp với các điểm thành phần đã ký", "does not follow from the signed marks");
      return;
    }
    trace.detail = detail;
    if (this.rules && detail.mid?.mark !== undefined && detail.final?.mark !== undefined && row.figure!.mark !== undefined) trace.sum = sum_text(this.rules, detail);
  }

  private summary(s: CitedSummary): void {
    const l: Label = { where: "summary", vi: "Kết quả rèn luyện, học tập cả năm", en: "Summary of the year" };
    const source = this.source(s.sheet, s.row, l);
    if (!source) return;
    this.judge_sheets(source, l);
    const sheet = this.facts.records[source.sheet]!;
    if (sheet.type !== "summary-sheet") {
      this.bad("altered", "sheet_mismatch", l, "bản ghi được dẫn không phải bảng tổng kết", "the record named is no summary sheet");
      return;
    }
    if (!this.agrees(sheet, l)) return;
    const row = this.read_row(source, sheet.type, l);
    if (!row) return;
    let detail: GradeDetail | undefined;
    try {
      if (source.open.raw.detail !== undefined) detail = read_detail(sheet.type, source.open.raw.detail);
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      this.bad("altered", "row_bad", l, "dòng đã ký không đúng dạng", "the signed row is not of the right form");
      return;
    }
    if (!same_summary(row.summary!, s)) {
      this.bad("altered", "figure_mismatch", l, "trong tệp không khớp với dòng đã ký", "the file differs from the signed row");
      return;
    }
    const trace: FigureTrace = { subject: "", name: "", term: sheet.content.term!, kind: "summary", figure: {}, summary: row.summary!, sheet: s.sheet, row: s.row };
    if (detail) trace.detail = detail;
    this.trace_holder(trace, source);
    this.figures.push(trace);
  }

  private trace_holder(trace: FigureTrace, source: Source): void {
    const holder = this.facts.records[source.holder]!;
    const j = this.judge.judge(source.holder);
    if (source.holder !== source.sheet) {
      trace.amended_sheet = this.facts.records[source.sheet]!.id;
      trace.amend_reason = holder.content.reason!;
    }
    const person = this.person_of(j.right.key);
    trace.signer = { kid: holder.kid, person: j.right.person, name: person?.name ?? "", title: person?.title ?? "", org: j.right.org, role: j.right.role };
    if (j.right.key !== null) trace.signer.key_record = this.facts.records[j.right.key]!.id;
    trace.org_line = j.right.org_line;
    trace.index = holder.index;
    if (!j.place || !this.facts.headers[j.place.block]!.final) return;
    const b = this.facts.headers[j.place.block]!;
    trace.block = { height: b.height, time: b.time };
    const policy = this.judge.state(j.place.parent).policy;
    if (policy !== null) trace.policy_record = this.facts.records[policy]!.id;
  }
}

const rank_of = (rules: RuleSet, code: string): number => [...rules.subjects.keys()].indexOf(code);
/** Section 4.3, "Transcript subject". */
function subject_holds(rules: RuleSet, code: string, s: Subject): boolean {
  const known = rules.subjects.get(code);
  if (!known || known.name !== s.name) return false;
  const order = s.terms.map((t) => [rules.terms.first, rules.terms.second].indexOf(t.term!));
  if (order.includes(-1) || (order.length > 1 && order[0]! >= order[1]!) || order.length > 2) return false;
  const figures: Figure[] = [...s.terms, ...(s.retest ? [s.retest] : []), ...(s.year ? [s.year] : [])];
  if (!figures.every((f) => fits_kind(rules, known.kind, f))) return false;
  if (!s.year) return true;
  if (s.retest) return same_figure(plain_figure(s.retest), s.year);
  if (known.kind !== "marks") return true; // "The year's level has no formula."
  const mark_of = (term: string): string | undefined => s.terms.find((t) => t.term === term)?.mark;
  const first = mark_of(rules.terms.first);
  const second = mark_of(rules.terms.second);
  if (first !== undefined && second !== undefined) return s.year.mark === year_average(rules, first, second);
  return s.year.mark === undefined;
}

/** Section 4.3, "Grade row". */
function row_holds(rules: RuleSet, kind: SubjectKind, figure: Figure, detail: GradeDetail, term: string): boolean {
  if (!fits_kind(rules, kind, figure)) return false;
  if (kind !== "marks" || term === rules.terms.year) return !detail.regular;
  if (!detail.regular || detail.regular.length > rules.regular_max) return false;
  const average = term_average(rules, detail);
  return average === null ? figure.mark === undefined : figure.mark === average;
}

function plain_figure(f: Figure): Figure {
  const out: Figure = {};
  if (f.mark !== undefined) out.mark = f.mark;
  if (f.level !== undefined) out.level = f.level;
  if (f.missing !== undefined) out.missing = f.missing;
  return out;
}
