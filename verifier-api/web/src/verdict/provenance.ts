// Each figure of a transcript, led back to the signature of whoever gave it: wire-format.md sections 4.3, 5.1 and 9.
import { ascii, sha256, un_b64u, Refused } from "./bytes.js";
import { read_detail, read_result, same_summary, type Claim, type CitedSummary, type Cited, type Person, type Row, type Subject, type Summary } from "./disclosures.js";
import type { Entry, Facts, Status } from "./evidence.js";
import type { File_, RawRow } from "./file.js";
import { facts_of, type RecordFacts } from "./judge.js";
import { includes, leaf_hash } from "./merkle.js";
import { key_of } from "./authority.js";
import { same_figure, sum_text, term_average, year_average, type Figure, type GradeDetail, type RuleSet } from "./rule_set.js";
import type { Finding } from "./words.js";
import * as say from "./words.js";

export interface FigureTrace {
  subject: string;
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
  /** The sum behind the average, where the details are shown. */
  sum?: string;
  policy_record?: string;
  signer?: { kid: string; person: string; name: string; title: string; org: string; role: string; key_record?: string };
  org_line?: string[];
  block?: { height: number; time: number };
  index?: number;
  sheet_status?: Status;
}

interface OpenRow {
  raw: RawRow;
  row: Row;
}
class Stop extends Error {
  constructor(readonly finding: Finding) {
    super(finding.code);
  }
}
const stop = (finding: Finding): never => {
  throw new Stop(finding);
};

/** The sheet of a row: of an amend, the target, from which all but the rows is read. */
function original_of(facts: Facts, record: Entry): Entry | null {
  if (record.type !== "amend") return record;
  const at = facts.position(record.content.target!);
  return at === null ? null : facts.records[at]!;
}

/** Rows that lie under their sheet's root, by "sheet:row". */
function open_rows(facts: Facts, file: File_, named: Set<string>): Map<string, OpenRow> {
  const out = new Map<string, OpenRow>();
  file.rows.forEach((raw, i) => {
    const where = `rows[${i}]`;
    const sheet = facts.records[raw.record]!;
    const { root, rows, positions } = sheet.content;
    if (root === undefined || rows === undefined || raw.row >= rows) stop(say.row_refused(where));
    if (positions && raw.row >= positions.length) stop(say.row_refused(where));
    const key = `${sheet.id}:${raw.row}`;
    if (!named.has(key)) stop(say.row_not_named(where));
    const under = (disclosure: string, leaf: number, path: string[]): boolean =>
      includes(root!, 2 * rows!, leaf, leaf_hash(sha256(ascii(disclosure))), path.map((p) => un_b64u(p)));
    if (!under(raw.result, 2 * raw.row, raw.result_path)) stop(say.row_refused(where));
    if (raw.detail !== undefined && !under(raw.detail, 2 * raw.row + 1, raw.detail_path!)) stop(say.row_refused(where));
    const original = original_of(facts, sheet);
    if (!original) return; // its target is not in the bag: the figure is not proven
    try {
      const row = read_result(original.type, raw.result);
      if (raw.detail !== undefined) row.detail = read_detail(original.type, raw.detail);
      out.set(key, { raw, row });
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      stop(say.row_refused(where));
    }
  });
  return out;
}

export function check_figures(
  facts: Facts,
  file: File_,
  subject: Entry,
  claims: Claim[],
  person_of: (key_record: number | null) => Person | undefined,
): { finding: Finding; figures: FigureTrace[] } {
  const check = new Check(facts, subject, person_of);
  try {
    return { finding: check.all(file, claims), figures: check.figures };
  } catch (e) {
    if (e instanceof Stop) return { finding: e.finding, figures: [] };
    throw e;
  }
}

class Check {
  readonly figures: FigureTrace[] = [];
  private finding: Finding = say.nothing_to_trace();
  private readonly known = new Map<number, RecordFacts>();
  private rules: RuleSet | null = null;
  private policy = "";
  private rows = new Map<string, OpenRow>();

  constructor(
    private readonly facts: Facts,
    private readonly subject: Entry,
    private readonly person_of: (key_record: number | null) => Person | undefined,
  ) {}

  private note(f: Finding): void {
    this.finding = say.worse(this.finding, f);
  }

  all(file: File_, claims: Claim[]): Finding {
    const subjects = claims.filter((c) => c.name.startsWith("subject.")).map((c) => [c.name.slice(8), c.read as Subject] as const);
    const summary = claims.find((c) => c.name === "summary")?.read as CitedSummary | undefined;
    const named = new Set<string>();
    for (const [, s] of subjects) for (const f of [...s.terms, ...(s.retest ? [s.retest] : [])]) named.add(`${f.sheet}:${f.row}`);
    if (summary) named.add(`${summary.sheet}:${summary.row}`);
    this.rows = open_rows(this.facts, file, named);
    if (named.size === 0 && subjects.length === 0) return say.nothing_to_trace();
    this.find_rules();
    for (const [code, s] of subjects) this.check_subject(code, s);
    if (summary) this.check_summary(summary);
    return this.finding.answer === "ok" ? say.figures_ok(this.figures.length) : this.finding;
  }

  /** The rule set that the transcript names, out of a policy in the bag that is proven to stand on the ledger. */
  private find_rules(): void {
    const wanted = this.subject.content.assessment!;
    this.facts.records.forEach((r, i) => {
      if (this.rules || r.type !== "policy" || !this.facts.on_ledger(i)) return;
      const found = r.content.assessments!.find((a) => a.id === wanted.id && a.digest === wanted.digest);
      if (found) {
        this.rules = found.rules;
        this.policy = r.id;
      }
    });
    if (!this.rules) this.note(say.rules_not_shown(wanted.id));
  }

  private check_subject(code: string, s: Subject): void {
    const { rules } = this;
    const known = rules?.subjects.get(code);
    if (rules) {
      if (!known || known.name !== s.name) stop(say.figure_bad(`subject.${code}`, s.name));
      const order = s.terms.map((t) => (t.term === rules.terms.first ? 0 : t.term === rules.terms.second ? 1 : -1));
      if (order.includes(-1) || (order.length > 1 && order[0]! >= order[1]!)) stop(say.figure_bad(`subject.${code}.terms`, s.name));
    }
    for (const t of s.terms) this.check_figure(code, s.name, t, t.term!, "term");
    if (s.retest) this.check_figure(code, s.name, s.retest, rules?.terms.year ?? "", "retest");
    if (s.year) {
      if (rules) this.check_year(code, s, known!.kind);
      const trace: FigureTrace = { subject: code, name: s.name, term: rules?.terms.year ?? "", kind: "year", figure: s.year };
      if (this.policy) trace.policy_record = this.policy;
      const marks = s.terms.map((t) => t.mark);
      if (rules && !s.retest && s.year.mark && marks.length === 2) {
        const w = (n: number, m: string): string => (n === 1 ? m : `${n}·${m}`);
        trace.sum = `(${w(rules.year.t1, marks[0]!)}+${w(rules.year.t2, marks[1]!)})/${rules.year.t1 + rules.year.t2}`;
      }
      this.figures.push(trace);
    }
  }

  private check_year(code: string, s: Subject, kind: "marks" | "level"): void {
    const rules = this.rules!;
    const at = `subject.${code}.year`;
    const year = s.year!;
    if (s.retest) {
      if (!same_figure(plain_figure(s.retest), year)) stop(say.year_bad(at, s.name));
      return;
    }
    if (kind === "level") {
      // "The year's level has no formula."
      if (year.mark !== undefined || (year.level !== undefined && !rules.levels.includes(year.level))) stop(say.year_bad(at, s.name));
      return;
    }
    const first = s.terms.find((t) => t.term === rules.terms.first)?.mark;
    const second = s.terms.find((t) => t.term === rules.terms.second)?.mark;
    const right = first !== undefined && second !== undefined ? year.mark === year_average(rules, first, second) : year.mark === undefined && year.level === undefined;
    if (!right) stop(say.year_bad(at, s.name));
  }

  /** The sheet that a figure names, with its row, if all of section 5.1 agrees. */
  private cited(sheet_id: string, row: number, at: string, name: string): { sheet: Entry; original: Entry; position: number; open: OpenRow } | null {
    const position = this.facts.position(sheet_id);
    const sheet = position === null ? null : this.facts.records[position]!;
    const original = sheet && original_of(this.facts, sheet);
    const open = this.rows.get(`${sheet_id}:${row}`);
    if (position === null || !sheet || !original || !open) {
      this.note(say.figure_not_shown(at, name));
      return null;
    }
    const c = original.content;
    const mine = this.subject.content;
    const agree =
      c.org === mine.org && sheet.content.org === mine.org && c.class === mine.class && c.kind === mine.kind && c.year === mine.period &&
      c.assessment?.digest === mine.assessment!.digest && c.assessment?.id === mine.assessment!.id && open.row.tag === mine.tag;
    if (!agree) stop(say.figure_bad(at, name));
    return { sheet, original, position, open };
  }

  private check_figure(code: string, name: string, f: Cited, term: string, kind: "term" | "retest"): void {
    const at = kind === "term" ? `subject.${code}.${term}` : `subject.${code}.retest`;
    const found = this.cited(f.sheet, f.row, at, name);
    const trace: FigureTrace = { subject: code, name, term, kind, figure: plain_figure(f), sheet: f.sheet, row: f.row };
    if (!found) return;
    const { original, open } = found;
    const c = original.content;
    if (original.type !== "grade-sheet" || c.subject !== code || (term && c.term !== term)) stop(say.figure_bad(at, name));
    if (!open.row.figure || !same_figure(open.row.figure, plain_figure(f))) stop(say.figure_differs(at, name, plain_figure(f), open.row.figure));
    if (open.row.detail) trace.detail = open.row.detail;
    if (this.rules) this.check_row(this.rules, code, name, term, open.row, at, trace);
    this.trace_sheet(trace, found.sheet, original, found.position, at, name);
    this.figures.push(trace);
  }

  /** Section 4.3, "Grade row". */
  private check_row(rules: RuleSet, code: string, name: string, term: string, row: Row, at: string, trace: FigureTrace): void {
    const kind = rules.subjects.get(code)!.kind;
    const figure = row.figure!;
    const detail = row.detail;
    if (kind === "level") {
      if (figure.mark !== undefined || (figure.level !== undefined && !rules.levels.includes(figure.level)) || detail?.regular) stop(say.average_bad(at, name));
      return;
    }
    if (figure.level !== undefined) stop(say.average_bad(at, name));
    if (!detail) return;
    if (term === rules.terms.year) {
      if (detail.regular) stop(say.average_bad(at, name));
      return;
    }
    if (!detail.regular || detail.regular.length > rules.regular_max) stop(say.average_bad(at, name));
    const average = term_average(rules, detail);
    if (average === null ? figure.missing === undefined : figure.mark !== average) stop(say.average_bad(at, name));
    if (average !== null) trace.sum = sum_text(rules, detail);
  }

  private check_summary(s: CitedSummary): void {
    const found = this.cited(s.sheet, s.row, "summary", "summary");
    if (!found) return;
    if (found.original.type !== "summary-sheet") stop(say.figure_bad("summary", "summary"));
    if (this.rules && found.original.content.term !== this.rules.terms.year) stop(say.figure_bad("summary", "summary"));
    if (!found.open.row.summary || !same_summary(found.open.row.summary, s)) stop(say.figure_bad("summary", "summary"));
    const trace: FigureTrace = { subject: "", name: "", term: found.original.content.term!, kind: "summary", figure: {}, summary: found.open.row.summary!, sheet: s.sheet, row: s.row };
    if (found.open.row.detail) trace.detail = found.open.row.detail;
    this.trace_sheet(trace, found.sheet, found.original, found.position, "summary", "summary");
    this.figures.push(trace);
  }

  /** Signature, authority, inclusion, finality and status of the sheet; the same facts as for the subject. */
  private trace_sheet(trace: FigureTrace, sheet: Entry, original: Entry, position: number, at: string, name: string): void {
    const { facts } = this;
    let known = this.known.get(position);
    if (!known) this.known.set(position, (known = facts_of(facts, position)));
    if (sheet !== original) {
      trace.amended_sheet = original.id;
      if (sheet.content.reason !== undefined) trace.amend_reason = sheet.content.reason;
    }
    if (known.signature === false) stop(say.sheet_bad(at, name));
    const a = known.authority;
    if (a && !a.ok && a.code === "no_authority") this.note(say.sheet_not_authorised(at, name));
    else if (known.signature === null || !known.included || !known.final || !a?.ok) this.note(say.sheet_not_proven(at, name));
    const top = facts.status_checkpoint();
    const status = top === null || !facts.is_included(position, top) ? null : facts.status(position, top);
    if (status === null) this.note(say.sheet_not_proven(at, name));
    else {
      trace.sheet_status = status;
      if (status !== "valid") this.note(say.sheet_not_valid(at, name, status));
    }
    const signer = key_of(facts, sheet.kid);
    const key = a?.ok && !a.root ? a.key : (signer?.record ?? null);
    const person = this.person_of(key);
    trace.signer = {
      kid: sheet.kid, person: signer?.person ?? "", name: person?.name ?? "", title: person?.title ?? "",
      org: key === null ? "" : facts.records[key]!.content.org!, role: a?.ok && !a.root ? a.role : "",
      ...(key === null ? {} : { key_record: facts.records[key]!.id }),
    };
    if (a?.ok && !a.root) {
      trace.policy_record = facts.records[a.policy]!.id;
      trace.org_line = a.orgs;
    }
    if (known.block) {
      const b = facts.headers[known.block.block]!;
      trace.block = { height: b.height, time: b.time };
    }
    trace.index = sheet.index;
  }
}

function plain_figure(f: Figure): Figure {
  const out: Figure = {};
  if (f.mark !== undefined) out.mark = f.mark;
  if (f.level !== undefined) out.level = f.level;
  if (f.missing !== undefined) out.missing = f.missing;
  return out;
}
