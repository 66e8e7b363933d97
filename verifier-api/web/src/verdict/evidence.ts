// Evidence: a bag of facts, each checked by itself. wire-format.md section 9.
import { Refused, refuse, same, un_b64u, type Bytes } from "./bytes.js";
import { check_certificate, checkpoint_hash, find_final, type Checkpoint, type Finality } from "./checkpoint.js";
import type { Genesis } from "./genesis.js";
import { includes, leaf_hash } from "./merkle.js";
import { ascending, b64u_text, compare_numbers, digest, integer, list, ordered_fields, text, type Read } from "./read.js";
import { read_record, type Record_ } from "./records.js";
import { read_recovery, read_set, same_set, signers_of, steady, type Recovery, type Signers } from "./validators.js";

export type Status = "valid" | "superseded" | "suspended" | "revoked";
export const status_words: Status[] = ["valid", "superseded", "suspended", "revoked"];

export interface Header extends Checkpoint, Finality {
  /** Position of the parent in the bag, by hash. */
  parent_at: number | null;
  certified: boolean;
}
export interface Entry extends Record_ {
  index: number;
}
/** A change of the set, at the first header that the new set signs. */
export interface Change {
  /** Position of that header. */
  at: number;
  height: number;
  signers: Signers;
  recovery: Recovery | null;
}
export interface RawChange {
  header: number;
  kind: "set" | "recovery";
  data: string;
}
/** The raw items of a file; forms and positions are judged, truth is not. */
export interface Raw {
  headers: string[];
  qcs: { header: number; qc: string }[];
  records: { jws: string; index: number }[];
  inclusions: { record: number; header: number; path: string[] }[];
  statuses: { record: number; header: number; leaf: string; path: string[] }[];
  /** Empty: the member is absent. */
  changes: RawChange[];
}
export const changes_max = 256;
const qc_text_max = 12684;
const change_text_max = 8192;
const recovery_wait_s = 604800;

const position = integer(0, Number.MAX_SAFE_INTEGER);
const path: Read<string[]> = list(0, 64, digest);
const b64u_up_to =
  (max: number): Read<string> =>
  (v, w) => {
    const t = text(v, w);
    if (t.length > max) refuse("out_of_bounds", w);
    un_b64u(t, w);
    return t;
  };
const qc_text = b64u_up_to(qc_text_max);
const change_text = b64u_up_to(change_text_max);

interface Pair {
  record: number;
  header: number;
}
const by_header = (a: { header: number }, b: { header: number }): number => compare_numbers(a.header, b.header);
const by_index = (a: { index: number }, b: { index: number }): number => compare_numbers(a.index, b.index);
const by_pair = (a: Pair, b: Pair): number => compare_numbers(a.record, b.record) || compare_numbers(a.header, b.header);

const raw_qc: Read<Raw["qcs"][0]> = (v, w) => {
  const f = ordered_fields(v, w, ["header", "qc"]);
  return { header: f.need("header", position), qc: f.need("qc", qc_text) };
};
const raw_record: Read<Raw["records"][0]> = (v, w) => {
  const f = ordered_fields(v, w, ["jws", "index"]);
  return { jws: f.need("jws", text), index: f.need("index", position) };
};
const raw_inclusion: Read<Raw["inclusions"][0]> = (v, w) => {
  const f = ordered_fields(v, w, ["record", "header", "path"]);
  return { record: f.need("record", position), header: f.need("header", position), path: f.need("path", path) };
};
const raw_status: Read<Raw["statuses"][0]> = (v, w) => {
  const f = ordered_fields(v, w, ["record", "header", "leaf", "path"]);
  return { record: f.need("record", position), header: f.need("header", position), leaf: f.need("leaf", b64u_text(64)), path: f.need("path", path) };
};
const raw_change: Read<RawChange> = (v, w) => {
  const f = ordered_fields(v, w, ["header", "set", "recovery"]);
  const header = f.need("header", position);
  const kind = f.has("set") ? "set" : "recovery";
  if (f.has("set") && f.has("recovery")) refuse("unknown_member", f.at("recovery"));
  return { header, kind, data: f.need(kind, change_text) };
};

/** All that can be said of a bag without knowing the network: bounds, order, positions, texts. */
export const raw_evidence: Read<Raw> = (v, w) => {
  const f = ordered_fields(v, w, ["headers", "qcs", "records", "inclusions", "statuses", "changes"]);
  const out: Raw = {
    headers: f.need("headers", list(1, 512, text)),
    qcs: f.need("qcs", ascending(1, 512, raw_qc, by_header)),
    records: f.need("records", ascending(1, 512, raw_record, by_index)),
    inclusions: f.need("inclusions", ascending(0, 2048, raw_inclusion, by_pair)),
    statuses: f.need("statuses", ascending(0, 2048, raw_status, by_pair)),
    changes: f.may("changes", ascending(1, changes_max, raw_change, by_header)) ?? [],
  };
  for (const name of ["qcs", "inclusions", "statuses", "changes"] as const) {
    out[name].forEach((x, i) => x.header < out.headers.length || refuse("out_of_bounds", `${f.at(name)}[${i}].header`));
  }
  for (const name of ["inclusions", "statuses"] as const) {
    out[name].forEach((x, i) => x.record < out.records.length || refuse("out_of_bounds", `${f.at(name)}[${i}].record`));
  }
  return out;
};

const pair = (record: number, header: number): number => record * 1024 + header;

/** Of each header what it says, or why it does not parse. A header of rules that are not known is told before any other
 * fault: under those rules the rest may well be right. */
function parse_headers(texts: string[]): (Checkpoint | Refused)[] {
  const parsed = texts.map((text, i) => {
    try {
      return checkpoint_hash(text, header_at(i));
    } catch (e) {
      if (e instanceof Refused) return e;
      throw e;
    }
  });
  parsed.forEach((h, i) => h instanceof Refused || h.rules === rules_known || refuse("unknown_rules", `${header_at(i)}.rules`));
  return parsed;
}
const rules_known = 1;
const header_at = (i: number): string => `evidence.headers[${i}]`;

/** Evidence of which every single item was checked against the genesis. `raw` is as `raw_evidence` reads it. */
export class Facts {
  readonly headers: Header[] = [];
  readonly records: Entry[] = [];
  readonly changes: Change[] = [];
  /** Of each header, by position. */
  private readonly signers: Signers[] = [];
  /** Who signs from the header after this height on, by the changes shown; ascending. */
  private readonly in_force: { after: number; signers: Signers }[] = [];
  private readonly included = new Set<number>();
  private readonly states = new Map<number, Status>();
  private readonly by_id = new Map<string, number>();

  constructor(
    readonly genesis: Genesis,
    raw: Raw,
  ) {
    this.read_headers(raw);
    this.read_certificates(raw);
    this.read_records(raw);
    this.read_inclusions(raw);
    this.read_statuses(raw);
  }

  private read_headers(raw: Raw): void {
    const by_hash = new Map<string, number>();
    const changes = new Map(raw.changes.map((c, i) => [c.header, i]));
    let in_force = steady(this.genesis.validators);
    this.in_force.push({ after: -1, signers: in_force });
    parse_headers(raw.headers).forEach((h, i) => {
      const where = header_at(i);
      if (h instanceof Refused) throw h;
      if (h.net !== this.genesis.net) refuse("wrong_net", where);
      const lower = i > 0 ? this.headers[i - 1]! : null;
      if (lower && h.height <= lower.height) refuse("not_ascending", where);
      const parent_at = by_hash.get(h.parent) ?? null;
      by_hash.set(h.hash, i);
      const parent = parent_at === null ? null : this.headers[parent_at]!;
      const n = changes.get(i);
      const signers = n === undefined ? in_force : this.change(raw.changes[n]!, h, parent, in_force, `evidence.changes[${n}]`);
      if (!same(h.validators, signers.line)) refuse("unknown_validators", where);
      this.signers.push(signers);
      if (n !== undefined) this.in_force.push({ after: h.height, signers: (in_force = steady(signers.next)) });
      if (h.height === 0 && h.hash !== this.genesis.checkpoint.hash) refuse("conflicts_with_genesis", where);
      if (lower && (h.size < lower.size || h.time < lower.time || h.epoch < lower.epoch)) refuse("wrong_parent", where);
      if (parent ? h.height !== parent.height + 1 : lower && h.height === lower.height + 1) refuse("wrong_parent", where);
      this.headers.push({ ...h, parent_at, certified: false, final: false, proven_by: null });
    });
  }

  /** The sets that sign the first header of a new set: the old and the new one, or that of a recovery twice. */
  private change(raw: RawChange, h: Checkpoint, parent: Header | null, in_force: Signers, where: string): Signers {
    const data = un_b64u(raw.data, where);
    let recovery: Recovery | null = null;
    let signers: Signers;
    if (raw.kind === "set") {
      signers = signers_of(in_force.now, read_set(data, `${where}.set`));
    } else {
      recovery = read_recovery(this.genesis, data, `${where}.recovery`);
      const { base, epoch, time } = recovery;
      // The parent is read, not believed: by its hash the roots and a quorum of their set named all that it says.
      if (!parent) refuse("base_not_shown", `${where}.recovery`);
      if (base.hash !== parent.hash || base.height !== parent.height || base.epoch !== parent.epoch) refuse("wrong_base", `${where}.recovery`);
      if (time < parent.time) refuse("before_its_base", `${where}.recovery`);
      if (epoch > h.epoch) refuse("wrong_epoch", `${where}.recovery`);
      // A week in which everybody can see it, by the clock of those who serve it: section 7.1.
      if (h.time < time + recovery_wait_s) refuse("too_early", `${where}.recovery`);
      signers = steady(recovery.set);
    }
    // Such an item would hide nothing, but it says that something changed.
    if (same_set(signers.next, in_force.now)) refuse("no_change", `${where}.${raw.kind}`);
    this.changes.push({ at: raw.header, height: h.height, signers, recovery });
    return signers;
  }

  private read_certificates(raw: Raw): void {
    raw.qcs.forEach((q, i) => {
      const where = `evidence.qcs[${i}]`;
      const header = this.headers[q.header]!;
      check_certificate(this.signers[q.header]!, header, un_b64u(q.qc, where), where);
      header.certified = true;
    });
    // Nobody hands over but a quorum of the set that was in force, or the roots with one of the set that they name.
    this.changes.forEach((c, i) => this.headers[c.at]!.certified || refuse("change_not_certified", `evidence.changes[${i}]`));
    find_final(this.headers, new Set(raw.qcs.map((q) => q.header))).forEach((f, i) => Object.assign(this.headers[i]!, f));
  }

  private read_records(raw: Raw): void {
    raw.records.forEach((r, i) => {
      const where = `evidence.records[${i}]`;
      const record = read_record(r.jws, where);
      if (this.by_id.has(record.id)) refuse("repeated", where);
      this.by_id.set(record.id, i);
      this.records.push({ ...record, index: r.index });
    });
  }

  private read_inclusions(raw: Raw): void {
    raw.inclusions.forEach((x, i) => {
      const where = `evidence.inclusions[${i}]`;
      const [record, header] = [this.records[x.record]!, this.headers[x.header]!];
      if (!includes(header.root, header.size, record.index, record.leaf, x.path.map((p) => un_b64u(p)))) refuse("bad_path", where);
      this.included.add(pair(x.record, x.header));
    });
  }

  private read_statuses(raw: Raw): void {
    raw.statuses.forEach((x, i) => {
      const where = `evidence.statuses[${i}]`;
      const [record, header] = [this.records[x.record]!, this.headers[x.header]!];
      if (record.index >= header.size) refuse("bad_path", where);
      const leaf = un_b64u(x.leaf, where, 64);
      const leaves = Math.ceil(header.size / 256);
      const at = Math.floor(record.index / 256);
      if (!includes(header.status, leaves, at, leaf_hash(leaf), x.path.map((p) => un_b64u(p)))) refuse("bad_path", where);
      this.states.set(pair(x.record, x.header), status_in(leaf, record.index));
    });
  }

  /** Who signs the header at this height, by the changes that are shown: of heights up to the highest header that is so. */
  signers_at(height: number): Signers {
    return this.changes.find((c) => c.height === height)?.signers ?? this.signers_after(height - 1);
  }
  /** Who signs the header above this height, unless it hands over itself. */
  signers_after(height: number): Signers {
    return this.in_force.filter((x) => x.after <= height).at(-1)!.signers;
  }
  position(id: string): number | null {
    return this.by_id.get(id) ?? null;
  }
  is_included(record: number, header: number): boolean {
    return this.included.has(pair(record, header));
  }
  status(record: number, header: number): Status | null {
    return this.states.get(pair(record, header)) ?? null;
  }
  /** Stands in the log under some header that is final. */
  on_ledger(record: number): boolean {
    return this.headers.some((h, i) => h.final && this.is_included(record, i));
  }
  /** B of section 9: the header with size > index whose parent, by hash in the bag, has size ≤ it. */
  block_of(record: number): { block: number; parent: number } | null {
    const index = this.records[record]!.index;
    for (let i = 0; i < this.headers.length; i++) {
      const h = this.headers[i]!;
      if (h.size > index && h.parent_at !== null && this.headers[h.parent_at]!.size <= index) return { block: i, parent: h.parent_at };
    }
    return null;
  }
  /** The highest header that is proven final. */
  status_checkpoint(): number | null {
    for (let i = this.headers.length - 1; i >= 0; i--) if (this.headers[i]!.final) return i;
    return null;
  }
}

/** Bits 2·(i mod 4) of byte (i mod 256)/4. Section 8. */
export function status_in(leaf: Bytes, index: number): Status {
  const i = index % 256;
  return status_words[(leaf[Math.floor(i / 4)]! >> (2 * (i % 4))) & 3]!;
}
