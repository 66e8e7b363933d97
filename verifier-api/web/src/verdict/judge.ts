// The verdict: one answer for each part, never a bare yes or no. Written from docs/wire-format.md alone.
import { ascii, b64u, hmac_sha256, join, Refused, un_b64u, type Bytes } from "./bytes.js";
import { authority, key_of, signature_fits, type Authority } from "./authority.js";
import { checkpoint_hash } from "./checkpoint.js";
import { digest_of, read_claim, read_person, type Claim, type Person } from "./disclosures.js";
import { Facts, type Entry, type Status } from "./evidence.js";
import { file_size_max, net_of, parse_file, read_file, type File_ } from "./file.js";
import type { Genesis } from "./genesis.js";
import type { Json } from "./json.js";
import { check_figures, type FigureTrace } from "./provenance.js";
import { is_credential, is_second } from "./records.js";
import { bad, worst, worse, type Finding, type Outcome, type PartName, type PartVerdict } from "./words.js";
import * as say from "./words.js";

export interface SecondSigner {
  type: string;
  id: string;
  org: string;
  role: string;
  person: string;
  name: string;
  title: string;
  height: number;
}
export interface At {
  height: number;
  time: number;
}
export interface Verdict {
  outcome: Outcome;
  parts: PartVerdict[];
  type?: string;
  id?: string;
  index?: number;
  org?: string;
  org_name?: string;
  signer?: Person;
  signer_role?: string;
  policy_number?: number;
  block?: At;
  /** Header hash of the block, and of the status checkpoint. */
  block_hash?: string;
  status?: { state: Status; as_of: At; hash: string };
  complete: boolean;
  claims: { name: string; value: Json }[];
  figures: FigureTrace[];
  second_signatures: SecondSigner[];
}
export interface Options {
  /** Seconds; absent: the age of the status proof is not judged. */
  now?: number;
  status_age_max_s?: number;
  /** Texts of final checkpoints that are pinned or remembered. */
  pinned?: string[];
}
export const status_age_default_s = 30 * 86400;

export const tag_of = (book: Bytes, type: string, kind: string, period: string): string =>
  b64u(hmac_sha256(book, join(ascii("stele/v1/tag"), ...[type, kind, period].flatMap((x) => [Uint8Array.of(0), ascii(x)]))));

/** Whatever the bytes, there is a verdict. */
export function judge_file(genesis: Genesis, data: Bytes, options: Options): Verdict {
  let file: File_;
  let facts: Facts;
  try {
    if (data.length > file_size_max) throw new Refused("too_large");
    const value = parse_file(data);
    const net = net_of(value);
    if (net !== null && net !== genesis.net) return stopped(say.other_network(net, genesis.net));
    file = read_file(data, value);
    facts = new Facts(genesis, file.evidence);
    for (const text of options.pinned ?? []) compare_with(facts, text);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    return stopped(say.file_refused(e.code, e.where));
  }
  return new Judge(genesis, file, facts, options).verdict();
}

function stopped(finding: Finding): Verdict {
  const parts = say.part_names.map((part) => ({ part, ...(part === "file" ? finding : say.skipped()) }));
  return { outcome: finding.outcome, parts: parts.map(strip), complete: false, claims: [], figures: [], second_signatures: [] };
}
function strip(f: Finding & { part: PartName }): PartVerdict {
  return { part: f.part, answer: f.answer, code: f.code, where: f.where, vi: f.vi, en: f.en };
}

/** A header at the height of a checkpoint that is known to be final must be that checkpoint. */
function compare_with(facts: Facts, text: string): void {
  const known = checkpoint_hash(text);
  facts.headers.forEach((h, i) => {
    if (h.height === known.height && h.hash !== known.hash) throw new Refused("conflicts_with_checkpoint", `evidence.headers[${i}]`);
    // Its direct parent is known by hash, too.
    if (h.height === known.height - 1 && h.hash !== known.parent) throw new Refused("conflicts_with_checkpoint", `evidence.headers[${i}]`);
  });
}

/** Facts about one record: what section 9 asks for the subject, and for every sheet that it cites. */
export interface RecordFacts {
  signature: boolean | null;
  block: { block: number; parent: number } | null;
  included: boolean;
  final: boolean;
  authority: Authority | null;
}
export function facts_of(facts: Facts, at: number): RecordFacts {
  const record = facts.records[at]!;
  const block = facts.block_of(at);
  return {
    signature: signature_fits(facts, record),
    block,
    included: block !== null && facts.is_included(at, block.block),
    final: block !== null && facts.headers[block.block]!.final,
    authority: block && authority(facts, record, block.parent, facts.headers[block.block]!.time),
  };
}

class Judge {
  private readonly persons = new Map<string, Person>();
  private readonly found: Record<PartName, Finding>;
  private claims: Claim[] = [];
  private basis_claims = new Map<number, Claim[]>();
  private out: Verdict = { outcome: "unreadable", parts: [], complete: false, claims: [], figures: [], second_signatures: [] };

  constructor(
    private readonly genesis: Genesis,
    private readonly file: File_,
    private readonly facts: Facts,
    private readonly options: Options,
  ) {
    const none = say.skipped();
    this.found = { file: say.file_ok(), signature: none, authority: none, inclusion: none, finality: none, status: none, disclosures: none, provenance: none };
  }

  verdict(): Verdict {
    const at = this.file.subject;
    const subject = this.facts.records[at]!;
    Object.assign(this.out, { type: subject.type, id: subject.id, index: subject.index, org: subject.content.org ?? "" });
    this.read_persons();
    const known = facts_of(this.facts, at);
    this.judge_record(subject, known);
    this.found.status = this.judge_status(at, known);
    if (this.file.kind === "document") {
      this.found.disclosures = this.judge_disclosures(at, subject);
      this.found.provenance = this.judge_provenance(at, subject);
    } else {
      this.found.disclosures = say.not_asked();
      this.found.provenance = say.not_asked();
    }
    this.out.parts = say.part_names.map((part) => strip({ part, ...this.found[part] }));
    this.out.outcome = worst(Object.values(this.found));
    return this.out;
  }

  private read_persons(): void {
    this.file.persons.forEach((p, i) => {
      const where = `persons[${i}]`;
      try {
        const record = this.facts.records[p.record]!;
        if (record.type !== "key" || record.content.binding !== digest_of(p.disclosure)) throw new Refused("bad_binding");
        this.persons.set(record.id, read_person(p.disclosure));
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        this.found.file = worse(this.found.file, say.person_refused(where));
      }
    });
  }
  /** Name and title of a key's owner: opened for this key record, or for another of the same binding. */
  person_of(key_record: number | null): Person | undefined {
    if (key_record === null) return undefined;
    const key = this.facts.records[key_record]!;
    const own = this.persons.get(key.id);
    if (own) return own;
    const twin = this.facts.records.find((r) => r.type === "key" && r.content.binding === key.content.binding && this.persons.has(r.id));
    return twin && this.persons.get(twin.id);
  }
  private org_name(org: string): string {
    const named = this.facts.records.filter((r) => r.type === "org" && r.content.org === org);
    return named.at(-1)?.content.name ?? "";
  }

  private judge_record(subject: Entry, known: RecordFacts): void {
    const { facts, out, found } = this;
    const a = known.authority;
    out.org_name = this.org_name(out.org ?? "");
    const key = a?.ok && !a.root ? a.key : (key_of(facts, subject.kid)?.record ?? null);
    const person = this.person_of(key);
    if (person) out.signer = person;

    found.signature = known.signature === null ? say.key_not_shown(subject.kid) : known.signature ? say.signature_ok() : say.signature_bad();

    if (known.block) {
      const b = facts.headers[known.block.block]!;
      out.block = { height: b.height, time: b.time };
      out.block_hash = b.hash;
    }
    if (!known.block || !known.included) found.inclusion = say.not_on_ledger();
    else found.inclusion = say.on_ledger(subject.index, out.block!);
    if (!known.block) found.finality = say.block_unknown();
    else found.finality = known.final ? say.final(out.block!.height) : say.not_final(out.block!.height);

    if (!a) found.authority = say.authority_unknown();
    else if (!a.ok) found.authority = say.no_authority(a, subject.type, out.block!.time);
    else if (a.root) found.authority = say.root_authority();
    else {
      out.signer_role = a.role;
      out.policy_number = facts.records[a.policy]!.content.number!;
      found.authority = say.authority_ok(a.role, a.org, out.policy_number);
    }
  }

  // Status -----------------------------------------------------------------------------------------------------------

  private judge_status(at: number, known: RecordFacts): Finding {
    const { facts, out } = this;
    const top = facts.status_checkpoint();
    if (top === null) return say.status_not_shown();
    const header = facts.headers[top]!;
    const status = facts.status(at, top);
    const shown = (i: number): boolean => facts.is_included(i, top) && facts.status(i, top) !== null;
    const seconds = facts.records.flatMap((r, i) => (is_second(r.type) && r.content.targets!.includes(facts.records[at]!.id) ? [i] : []));
    for (const i of seconds) this.show_second(i);
    if (status === null || !shown(at)) return say.status_not_shown();
    out.status = { state: status, as_of: { height: header.height, time: header.time }, hash: header.hash };
    let finding = this.status_finding(at, status, known);
    const missing = seconds.find((i) => !shown(i));
    if (missing !== undefined) finding = worse(finding, say.status_not_shown_of(`evidence.records[${missing}]`));
    if (this.options.now !== undefined && this.options.now - header.time > (this.options.status_age_max_s ?? status_age_default_s)) {
      finding = worse(finding, say.status_too_old(out.status.as_of, this.options.status_age_max_s ?? status_age_default_s));
    }
    return finding;
  }
  private status_finding(at: number, status: Status, known: RecordFacts): Finding {
    const as_of = this.out.status!.as_of;
    if (status !== "suspended") return say.status(status, as_of);
    // Pending and suspended have the same bits. It was in force once if its act needs nobody else, or a header shows it valid.
    const a = known.authority;
    const needs = a?.ok ? (a.root ? this.genesis.root_quorum > 1 : a.act.needs.length > 0) : false;
    const was_valid = this.facts.statuses_of(at).some((s) => s.status === "valid");
    return needs && !was_valid ? say.pending(as_of) : say.status("suspended", as_of);
  }
  private show_second(at: number): void {
    const r = this.facts.records[at]!;
    if (!this.facts.on_ledger(at) || signature_fits(this.facts, r) !== true) return;
    const block = this.facts.block_of(at);
    const signer = key_of(this.facts, r.kid)!;
    const person = this.person_of(signer.record);
    this.out.second_signatures.push({
      type: r.type, id: r.id, org: r.content.org!, role: r.content.role!, person: signer.person,
      name: person?.name ?? "", title: person?.title ?? "", height: block ? this.facts.headers[block.block]!.height : 0,
    });
  }

  // Disclosures ------------------------------------------------------------------------------------------------------

  private judge_disclosures(at: number, subject: Entry): Finding {
    if (!is_credential(subject.type)) return this.file.disclosures.length ? bad("altered", "not_a_credential", "disclosures", "loại bản ghi này không có mục công bố", "this type of record has no disclosures") : say.not_asked();
    const names = new Map<number, Set<string>>();
    const claims: Claim[] = [];
    for (const [i, d] of this.file.disclosures.entries()) {
      const record = this.facts.records[d.record]!;
      const where = `disclosures[${i}]`;
      try {
        if (!is_credential(record.type)) throw new Refused("not_a_credential", where);
        if (!record.sd.has(digest_of(d.disclosure))) return say.disclosure_foreign(where, name_in(record.type, d.disclosure));
        const claim = read_claim(record.type, d.disclosure);
        const seen = names.get(d.record) ?? new Set<string>();
        if (seen.has(claim.name)) return say.claim_twice(claim.name);
        names.set(d.record, seen.add(claim.name));
        if (d.record === at) claims.push(claim);
        else this.basis_claims.set(d.record, [...(this.basis_claims.get(d.record) ?? []), claim]);
      } catch (e) {
        if (!(e instanceof Refused)) throw e;
        return say.disclosure_refused(where, e.where);
      }
    }
    if (this.file.book && tag_of(this.file.book, subject.type, subject.content.kind!, subject.content.period!) !== subject.content.tag) return say.book_of_another();
    this.claims = claims;
    this.out.claims = claims.map((c) => ({ name: c.name, value: c.value }));
    const contents = claims.find((c) => c.name === "contents")?.read as string[] | undefined;
    if (contents) {
      const extra = claims.find((c) => !contents.includes(c.name));
      if (extra) {
        this.claims = this.out.claims = [];
        return say.claim_not_listed(extra.name);
      }
    }
    this.out.complete = contents !== undefined && contents.every((name) => claims.some((c) => c.name === name));
    return this.out.complete ? say.shown_completely() : say.shown_in_part(contents?.filter((n) => !claims.some((c) => c.name === n)) ?? null);
  }

  // Provenance -------------------------------------------------------------------------------------------------------

  private judge_provenance(at: number, subject: Entry): Finding {
    if (this.found.disclosures.answer === "failed") return say.skipped();
    if (subject.type === "transcript") {
      const result = check_figures(this.facts, this.file, subject, this.claims, (key) => this.person_of(key));
      this.out.figures = result.figures;
      return result.finding;
    }
    if (this.file.rows.length) return say.row_not_named("rows[0]");
    if (subject.type === "diploma" || subject.type === "certificate" || subject.type === "school-transfer") return this.judge_basis(at);
    return say.nothing_to_trace();
  }

  private judge_basis(at: number): Finding {
    const basis = this.claims.find((c) => c.name === "basis")?.read as string[] | undefined;
    const own = this.claims.find((c) => c.name === "student_id")?.read as string | undefined;
    if (!basis || own === undefined) return say.basis_not_shown();
    const top = this.facts.status_checkpoint();
    for (const id of basis) {
      const i = this.facts.position(id);
      if (i === null) return say.basis_not_shown();
      const known = facts_of(this.facts, i);
      const theirs = this.basis_claims.get(i)?.find((c) => c.name === "student_id")?.read as string | undefined;
      if (known.signature === false) return say.basis_bad(id);
      if (theirs !== undefined && theirs !== own) return say.basis_of_another(id);
      const status = top === null ? null : this.facts.status(i, top);
      if (theirs === undefined || !known.signature || !known.included || !known.final || !known.authority?.ok || status === null) return say.basis_not_shown();
      if (status !== "valid") return say.basis_not_valid(id, status);
    }
    void at;
    return say.basis_ok();
  }
}

/** Name of the claim in a disclosure that does not belong: to say which field was altered. Nothing of it is trusted. */
function name_in(type: string, disclosure: string): string {
  try {
    const claim = read_claim(type, disclosure);
    return claim.name;
  } catch {
    try {
      const found = /^\["[^"]*","([a-z0-9._-]{1,64})"/.exec(new TextDecoder().decode(un_b64u(disclosure)));
      return found?.[1] ?? "";
    } catch {
      return "";
    }
  }
}
