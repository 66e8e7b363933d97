// The verdict: one answer for each part, never a bare yes or no. From docs/wire-format.md, section 9.
import { ascii, b64u, hmac_sha256, join, Refused, same, type Bytes } from "./bytes.js";
import { findings_of, RecordJudge } from "./authority.js";
import { checkpoint_hash, type Checkpoint } from "./checkpoint.js";
import { digest_of, disclosure_name, read_claim, read_person, type Claim, type Person } from "./disclosures.js";
import { Facts, type Status } from "./evidence.js";
import { parse_file, read_file, type File_ } from "./file.js";
import type { Genesis } from "./genesis.js";
import type { Json } from "./json.js";
import { open_rows, Provenance, type FigureTrace } from "./provenance.js";
import { is_credential } from "./records.js";
import { sum_up, worst_of, type Finding, type Outcome, type PartName, type PartVerdict } from "./words.js";
import * as say from "./words.js";

export interface SecondSigner {
  type: string;
  org: string;
  role: string;
  person: string;
  name: string;
  title: string;
  id: string;
  height: number;
  time: number;
}
export interface At {
  height: number;
  time: number;
}
/** The roots restarted the network: first block, reason, when they said so. */
export interface Recovered {
  height: number;
  reason: string;
  published: number;
}
export interface Verdict {
  outcome: Outcome;
  parts: PartVerdict[];
  type?: string;
  id?: string;
  index?: number;
  org: string;
  org_name: string;
  signer?: Person;
  signer_role: string;
  signer_orgs: string[];
  policy_number?: number;
  block?: At;
  status?: { state: Status; as_of: At; hash: string };
  recoveries: Recovered[];
  complete: boolean;
  /** Of the subject; empty if any of them is doubtful. */
  claims: { name: string; value: Json }[];
  /** Where some are doubtful: those that do stand in the signed document, and the names of the others. */
  sound: { name: string; value: Json }[];
  doubtful: string[];
  figures: FigureTrace[];
  second_signatures: SecondSigner[];
  /** Names of the organisations in the bag, by id. */
  org_names: Map<string, string>;
  /** Of the rules of assessment that the subject names, by code. */
  subject_names: Map<string, string>;
  /** The file ends in the middle. */
  cut: boolean;
}
export interface Options {
  /** Seconds; absent: the age of the status proof is not judged. */
  now?: number;
  status_age_max_s?: number;
  /** Texts of final checkpoints that are pinned or remembered. */
  pinned?: string[];
}
import { status_age_default_s } from "./limits.js";
export { status_age_default_s };

export const tag_of = (book: Bytes, type: string, kind: string, period: string): string =>
  b64u(hmac_sha256(book, join(ascii("stele/v1/tag"), ...[type, kind, period].flatMap((x) => [Uint8Array.of(0), ascii(x)]))));

export interface Hearing {
  verdict: Verdict;
  /** What was read, with its evidence; null: the file is refused. */
  read: { file: File_; facts: Facts } | null;
}
/** Whatever the bytes, there is a verdict. */
export function hear_file(genesis: Genesis, data: Bytes, options: Options): Hearing {
  const court = new Court(genesis, options);
  let read: Hearing["read"] = null;
  try {
    read = court.hear(data);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    court.refuse(e);
  }
  return { verdict: court.finish(), read };
}
export const judge_file = (genesis: Genesis, data: Bytes, options: Options): Verdict => hear_file(genesis, data, options).verdict;

/** Can `lower` not stand below `higher` in one chain? Keys that have left could sign any header: what it says must fit too. */
function out_of_line(lower: Checkpoint, higher: Checkpoint): boolean {
  const next = higher.height === lower.height + 1;
  return (next && higher.parent !== lower.hash) || lower.size > higher.size || lower.time > higher.time || lower.epoch > higher.epoch;
}

/** Position of a header that contradicts a checkpoint that is known to be final: another one at its height, one that
 * cannot stand below or above it, or one not below it to which the shown changes lead by another set than it names. Only
 * what is proven final can: of several headers that were certified at one height one becomes final. */
export function conflicts_with(facts: Facts, known: Checkpoint): number | null {
  const at = facts.headers.findIndex((h) =>
    h.final && (h.height < known.height ? out_of_line(h, known) : h.height > known.height ? out_of_line(known, h) : h.hash !== known.hash),
  );
  if (at >= 0) return at;
  const top = facts.status_checkpoint();
  const reached = top !== null && facts.headers[top]!.height >= known.height;
  return reached && !same(facts.signers_at(known.height).line, known.validators) ? top : null;
}

/** Was the newest final header of the bag signed by others than those of a later checkpoint, who may have left since?
 * Keys that have left could go on with a ledger of their own below it. */
function replaced_by(facts: Facts, known: Checkpoint): boolean {
  const top = facts.status_checkpoint();
  if (top === null || facts.headers[top]!.height >= known.height) return false;
  return !same(facts.signers_after(facts.headers[top]!.height).line, known.validators);
}

class Court {
  private readonly found = new Map<PartName, Finding[]>(say.part_names.map((p) => [p, []]));
  private readonly out: Verdict = { outcome: "valid", parts: [], org: "", org_name: "", signer_role: "", signer_orgs: [], recoveries: [], complete: false, claims: [], sound: [], doubtful: [], figures: [], second_signatures: [], org_names: new Map(), subject_names: new Map(), cut: false };
  private readonly persons = new Map<number, Person>();
  private parsed = false;

  constructor(
    private readonly genesis: Genesis,
    private readonly options: Options,
  ) {}

  add(part: PartName, finding: Finding): void {
    this.found.get(part)!.push(finding);
  }
  refuse(e: Refused): void {
    // A record inside may end too early as well: that is no broken download.
    this.out.cut = e.cut && !this.parsed;
    this.add("file", say.file_refused(e.code, e.where, this.out.cut));
  }
  private clean(part: PartName): boolean {
    return this.found.get(part)!.every((f) => f.outcome === "valid");
  }

  hear(data: Bytes): Hearing["read"] {
    const parsed = parse_file(data);
    this.parsed = true;
    const file = read_file(data, parsed);
    if (file.net !== this.genesis.net) {
      this.add("file", say.other_network(file.net, this.genesis.net));
      return null;
    }
    const facts = new Facts(this.genesis, file.evidence);
    this.out.recoveries = facts.changes.flatMap(({ height, recovery: r }) => (r ? [{ height, reason: r.reason, published: r.time }] : []));
    const known = (this.options.pinned ?? []).map((text) => checkpoint_hash(text));
    for (const checkpoint of known) {
      const at = conflicts_with(facts, checkpoint);
      if (at !== null) throw new Refused("conflicts_with_checkpoint", `evidence.headers[${at}]`);
    }
    this.add("file", say.file_ok(this.out.recoveries));
    this.open_persons(facts, file);
    const judge = new RecordJudge(facts);
    this.subject(judge, file.subject);
    if (this.out.status && known.some((checkpoint) => replaced_by(facts, checkpoint))) this.add("status", say.signers_replaced());
    if (file.kind === "document") this.disclosed(judge, file);
    else for (const part of ["disclosures", "provenance"] as const) this.add(part, say.receipt());
    return { file, facts };
  }

  private open_persons(facts: Facts, file: File_): void {
    file.persons.forEach((p, i) => {
      const key = facts.records[p.record]!;
      if (key.type !== "key" || key.content.binding !== digest_of(p.disclosure)) {
        this.add("disclosures", say.person_mismatch(`persons[${i}]`));
        return;
      }
      try {
        this.persons.set(p.record, read_person(p.disclosure));
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        this.add("disclosures", say.person_bad(`persons[${i}]`));
      }
    });
  }
  private person_of(key: number | null): Person | undefined {
    return key === null ? undefined : this.persons.get(key);
  }

  // The record itself ------------------------------------------------------------------------------------------------

  private subject(judge: RecordJudge, at: number): void {
    const { facts } = judge;
    const { out } = this;
    const r = facts.records[at]!;
    const j = judge.judge(at);
    if (r.content.net !== this.genesis.net) this.add("signature", say.signed_for_other_network());
    this.add("signature", j.signature);
    this.add("authority", j.authority);
    this.add("inclusion", j.inclusion);
    this.add("finality", j.finality);
    this.add("status", j.status);
    Object.assign(out, { type: r.type, id: r.id, index: r.index, org: r.content.org ?? "", signer_role: j.right.role, signer_orgs: j.right.org_line });
    // Anybody can put a record into a bag: only names that stand on the ledger are shown.
    facts.records.forEach((o, i) => o.type === "org" && facts.on_ledger(i) && out.org_names.set(o.content.org!, o.content.name!));
    const person = this.person_of(j.right.key);
    if (person) out.signer = person;
    if (j.right.policy !== null) out.policy_number = facts.records[j.right.policy]!.content.number!;
    if (j.place) {
      const b = facts.headers[j.place.block]!;
      if (j.inclusion.answer === "ok") out.block = { height: b.height, time: b.time };
      const org = judge.state(j.place.parent).org(out.org);
      if (org !== null) out.org_name = facts.records[org]!.content.name!;
    }
    if (judge.top !== null && j.state) {
      const h = facts.headers[judge.top]!;
      out.status = { state: j.state, as_of: { height: h.height, time: h.time }, hash: h.hash };
    }
    for (const i of j.seconds) {
      const s = facts.records[i]!;
      const second = judge.judge(i);
      const name = this.person_of(second.right.key);
      const block = facts.headers[second.place!.block]!;
      out.second_signatures.push({ type: s.type, org: s.content.org!, role: s.content.role!, person: second.right.person, name: name?.name ?? "", title: name?.title ?? "", id: s.id, height: block.height, time: block.time });
    }
    const max = this.options.status_age_max_s ?? status_age_default_s;
    if (this.options.now !== undefined && out.status && this.options.now - out.status.as_of.time > max) this.add("status", say.status_too_old(out.status.as_of, max, out.status.state === "revoked"));
  }

  // What it says -----------------------------------------------------------------------------------------------------

  private disclosed(judge: RecordJudge, file: File_): void {
    const { facts } = judge;
    if (!is_credential(facts.records[file.subject]!.type)) {
      this.add("disclosures", say.not_a_credential());
      return;
    }
    this.name_subjects(facts, file.subject);
    const claims = this.open_claims(facts, file);
    const mine = claims.get(file.subject) ?? [];
    this.out.sound = mine.map((c) => ({ name: c.name, value: c.value }));
    if (!this.clean("disclosures")) return;
    this.contents(mine);
    this.basis(judge, file, claims, mine);
    this.figures(judge, file, claims);
    this.book(facts, file, claims);
    if (this.clean("disclosures")) this.out.claims = mine.map((c) => ({ name: c.name, value: c.value }));
  }

  private name_subjects(facts: Facts, at: number): void {
    const wanted = facts.records[at]!.content.assessment;
    if (!wanted) return;
    for (const r of facts.records) {
      const found = r.content.assessments?.find((a) => a.id === wanted.id && a.digest === wanted.digest);
      for (const [code, { name }] of found?.rules?.subjects ?? []) this.out.subject_names.set(code, name);
    }
  }
  private open_claims(facts: Facts, file: File_): Map<number, Claim[]> {
    const out = new Map<number, Claim[]>();
    file.disclosures.forEach((d, i) => {
      const where = `disclosures[${i}]`;
      const record = facts.records[d.record]!;
      let name: string;
      try {
        name = disclosure_name(d.disclosure);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        this.add("disclosures", say.disclosure_bad(where));
        return;
      }
      if (!record.sd.has(digest_of(d.disclosure))) {
        this.add("disclosures", say.claim_not_signed(where, name, this.out.subject_names));
        if (d.record === file.subject) this.out.doubtful.push(name);
        return;
      }
      try {
        const claim = read_claim(record.type, d.disclosure);
        const before = out.get(d.record) ?? [];
        if (before.some((c) => c.name === name)) this.add("disclosures", say.claim_twice(where, name, this.out.subject_names));
        else out.set(d.record, [...before, claim]);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        this.add("disclosures", say.claim_bad(where, name, this.out.subject_names));
      }
    });
    return out;
  }

  private contents(shown: Claim[]): void {
    const names = shown.find((c) => c.name === "contents")?.read as string[] | undefined;
    if (!names) {
      this.add("disclosures", say.contents_not_shown());
      return;
    }
    for (const c of shown) if (!names.includes(c.name)) this.add("disclosures", say.claim_not_in_contents(c.name, this.out.subject_names));
    const left_out = names.filter((n) => !shown.some((c) => c.name === n));
    this.out.complete = left_out.length === 0;
    this.add("disclosures", this.out.complete ? say.complete() : say.partial(left_out, this.out.subject_names));
  }

  private basis(judge: RecordJudge, file: File_, claims: Map<number, Claim[]>, shown: Claim[]): void {
    const ids = shown.find((c) => c.name === "basis")?.read as string[] | undefined;
    for (const [at, list] of claims) {
      if (at !== file.subject && !ids?.includes(judge.facts.records[at]!.id)) this.add("disclosures", say.claim_of_stray_record(at, list[0]!.name, this.out.subject_names));
    }
    if (!ids) return;
    const all = ids.map((id) => this.basis_record(judge, claims, shown, id)).every((x) => x);
    if (all) this.add("provenance", say.basis_ok());
    else if (this.clean("provenance")) this.add("provenance", say.basis_not_shown());
  }
  /** False: not shown. What is shown and does not fit is a finding. */
  private basis_record(judge: RecordJudge, claims: Map<number, Claim[]>, shown: Claim[], id: string): boolean {
    const at = judge.facts.position(id);
    if (at === null) return false;
    const findings = findings_of(judge.judge(at));
    // A later amendment supersedes a transcript; what was issued on it stands until it is itself changed.
    for (const f of findings) if (f.answer === "failed" && f.outcome !== "superseded") this.add("provenance", say.basis_bad(at, f));
    const student = (list: Claim[] | undefined): unknown => list?.find((c) => c.name === "student_id")?.read;
    const theirs = student(claims.get(at));
    const own = student(shown);
    if (theirs === undefined || own === undefined) return false;
    if (theirs !== own) this.add("provenance", say.basis_of_another(at));
    return findings.every((f) => f.answer !== "not_checked");
  }

  private figures(judge: RecordJudge, file: File_, claims: Map<number, Claim[]>): void {
    const rows = open_rows(judge.facts, file.rows);
    if (typeof rows === "string") {
      this.add("provenance", say.row_altered(rows));
      return;
    }
    // In order of position, like the records.
    for (const [at, list] of [...claims].sort((a, b) => a[0] - b[0])) {
      const p = new Provenance(judge, at, rows, (key) => this.person_of(key));
      p.check(list);
      for (const f of p.findings) this.add("provenance", f);
      if (at === file.subject) this.out.figures = p.figures;
    }
    for (const [key, row] of rows) if (!row.named) this.add("provenance", say.row_stray(key));
    if (!this.clean("provenance")) return;
    const n = this.out.figures.filter((f) => f.kind !== "summary").length;
    if (n > 0) this.add("provenance", say.figures_ok(n));
    else if (this.found.get("provenance")!.length === 0) this.add("provenance", say.no_figures());
  }

  /** The holder's own copy carries the book key, from which every tag must follow. */
  private book(facts: Facts, file: File_, claims: Map<number, Claim[]>): void {
    if (!file.book) return;
    for (const at of new Set([file.subject, ...claims.keys()])) {
      const { type, content } = facts.records[at]!;
      if (content.tag !== undefined && tag_of(file.book, type, content.kind!, content.period!) !== content.tag) this.add("provenance", say.book_mismatch());
    }
  }

  finish(): Verdict {
    for (const [part, list] of this.found) {
      this.out.parts.push(sum_up(part, list));
      for (const f of list) this.out.outcome = worst_of(this.out.outcome, f.outcome);
    }
    return this.out;
  }
}
