// Evidence: a bag of facts, each checked by itself. wire-format.md section 9.
import { refuse, same, un_b64u, type Bytes } from "./bytes.js";
import { check_certificate, checkpoint_hash, type Checkpoint } from "./checkpoint.js";
import type { Genesis } from "./genesis.js";
import { includes, leaf_hash } from "./merkle.js";
import { ascending, bytes, compare_numbers, digest, integer, list, ordered_fields, text, type Read } from "./read.js";
import { read_record, type Record_ } from "./records.js";
import { read_recovery, read_set, same_set, signers_of, steady, type Recovery, type Signers } from "./validators.js";

export type Status = "valid" | "superseded" | "suspended" | "revoked";
export const status_words: Status[] = ["valid", "superseded", "suspended", "revoked"];

export interface Header extends Checkpoint {
  /** Position of the parent in the bag, by hash. */
  parent_at: number | null;
  certified: boolean;
  final: boolean;
  /** Position of the child whose certificate makes it final. */
  proven_by: number | null;
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
const recovery_wait_s = 604800;

const position = integer(0, Number.MAX_SAFE_INTEGER);
const path: Read<string[]> = list(0, 64, digest);
const raw_change: Read<RawChange> = (v, w) => {
  const f = ordered_fields(v, w, ["header", "set", "recovery"]);
  const header = f.need("header", position);
  const kind = f.has("set") ? "set" : "recovery";
  if (f.has("set") && f.has("recovery")) refuse("unknown_member", f.at("recovery"));
  return { header, kind, data: f.need(kind, text) };
};

export const raw_evidence: Read<Raw> = (v, w) => {
  const f = ordered_fields(v, w, ["headers", "qcs", "records", "inclusions", "statuses", "changes"]);
  const headers = f.need("headers", list(1, 512, text));
  const qcs = f.need("qcs", list(1, 512, (x, at) => {
    const g = ordered_fields(x, at, ["header", "qc"]);
    return { header: g.need("header", position), qc: g.need("qc", text) };
  }));
  const records = f.need("records", list(1, 512, (x, at) => {
    const g = ordered_fields(x, at, ["jws", "index"]);
    return { jws: g.need("jws", text), index: g.need("index", position) };
  }));
  const inclusions = f.need("inclusions", list(0, 2048, (x, at) => {
    const g = ordered_fields(x, at, ["record", "header", "path"]);
    return { record: g.need("record", position), header: g.need("header", position), path: g.need("path", path) };
  }));
  const statuses = f.need("statuses", list(0, 2048, (x, at) => {
    const g = ordered_fields(x, at, ["record", "header", "leaf", "path"]);
    const leaf = g.need("leaf", (l, p) => (bytes(64)(l, p), l as string));
    return { record: g.need("record", position), header: g.need("header", position), leaf, path: g.need("path", path) };
  }));
  const changes = f.may("changes", ascending(1, changes_max, raw_change, (a, b) => compare_numbers(a.header, b.header))) ?? [];
  changes.forEach((c, i) => c.header < headers.length || refuse("out_of_bounds", `${f.at("changes")}[${i}].header`));
  return { headers, qcs, records, inclusions, statuses, changes };
};

const pair = (record: number, header: number): number => record * 1024 + header;

/** Evidence of which every single item was checked against the genesis. */
export class Facts {
  readonly headers: Header[] = [];
  readonly records: Entry[] = [];
  readonly changes: Change[] = [];
  /** Of each header, by position. */
  private readonly signers: Signers[] = [];
  private readonly included = new Set<number>();
  private readonly states = new Map<number, Status>();
  private readonly by_id = new Map<string, number>();

  constructor(
    readonly genesis: Genesis,
    raw: Raw,
  ) {
    this.read_headers(raw);
    this.read_certificates(raw);
    this.prove_finality();
    this.read_records(raw);
    this.read_inclusions(raw);
    this.read_statuses(raw);
  }

  private read_headers(raw: Raw): void {
    const by_hash = new Map<string, number>();
    const changes = new Map(raw.changes.map((c, i) => [c.header, i]));
    let in_force = steady(this.genesis.validators);
    raw.headers.forEach((text, i) => {
      const where = `evidence.headers[${i}]`;
      const h = checkpoint_hash(text, where);
      if (h.net !== this.genesis.net) refuse("wrong_net", where);
      if (i > 0 && h.height <= this.headers[i - 1]!.height) refuse("not_ascending", where);
      if (h.rules !== 1) refuse("unknown_rules", `${where}.rules`);
      const n = changes.get(i);
      const signers = n === undefined ? in_force : this.change(raw.changes[n]!, h, in_force, `evidence.changes[${n}]`);
      if (!same(h.validators, signers.line)) refuse("unknown_validators", where);
      this.signers.push(signers);
      if (n !== undefined) in_force = steady(signers.next);
      if (h.height === 0 && h.hash !== this.genesis.checkpoint.hash) refuse("conflicts_with_genesis", where);
      const parent_at = by_hash.get(h.parent) ?? null;
      by_hash.set(h.hash, i);
      const parent = parent_at === null ? null : this.headers[parent_at]!;
      const lower = i > 0 ? this.headers[i - 1]! : null;
      if (lower && (h.size < lower.size || h.time < lower.time || h.epoch < lower.epoch)) refuse("wrong_parent", where);
      if (parent ? h.height !== parent.height + 1 : lower && h.height === lower.height + 1) refuse("wrong_parent", where);
      this.headers.push({ ...h, parent_at, certified: false, final: h.height === 0, proven_by: null });
    });
  }

  /** The sets that sign the first header of a new set: the old and the new one, or that of a recovery twice. */
  private change(raw: RawChange, h: Checkpoint, in_force: Signers, where: string): Signers {
    const data = un_b64u(raw.data, where);
    let recovery: Recovery | null = null;
    let signers: Signers;
    if (raw.kind === "set") {
      signers = signers_of(in_force.now, read_set(data, `${where}.set`));
    } else {
      recovery = read_recovery(this.genesis, data, `${where}.recovery`);
      const { base, epoch, time } = recovery;
      if (base.hash !== h.parent || base.height + 1n !== BigInt(h.height)) refuse("wrong_base", `${where}.recovery`);
      if (epoch > BigInt(h.epoch)) refuse("wrong_epoch", `${where}.recovery`);
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
    let last = -1;
    raw.qcs.forEach((q, i) => {
      const where = `evidence.qcs[${i}]`;
      const header = this.headers[q.header];
      if (!header) refuse("out_of_bounds", where);
      if (q.header <= last) refuse("not_ascending", where);
      last = q.header;
      check_certificate(this.signers[q.header]!, header, un_b64u(q.qc, where), where);
      header.certified = true;
    });
    // Nobody hands over but a quorum of the set that was in force, or the roots with one of the set that they name.
    this.changes.forEach((c, i) => this.headers[c.at]!.certified || refuse("change_not_certified", `evidence.changes[${i}]`));
  }

  /** From the newest down: a child of the same epoch that is certified, or a descendant that is final. */
  private prove_finality(): void {
    for (let i = this.headers.length - 1; i >= 0; i--) {
      const child = this.headers[i]!;
      if (child.parent_at === null) continue;
      const parent = this.headers[child.parent_at]!;
      if ((child.certified && child.epoch === parent.epoch) || child.final) {
        parent.final = true;
        parent.proven_by ??= i;
      }
    }
  }

  private read_records(raw: Raw): void {
    raw.records.forEach((r, i) => {
      const where = `evidence.records[${i}]`;
      if (i > 0 && r.index <= raw.records[i - 1]!.index) refuse("not_ascending", where);
      const record = read_record(r.jws, where);
      if (this.by_id.has(record.id)) refuse("repeated", where);
      this.by_id.set(record.id, i);
      this.records.push({ ...record, index: r.index });
    });
  }

  private item(raw: { record: number; header: number }[], i: number, where: string): { record: Entry; header: Header; key: number } {
    const { record, header } = raw[i]!;
    const r = this.records[record];
    const h = this.headers[header];
    if (!r || !h) refuse("out_of_bounds", where);
    const key = pair(record, header);
    if (i > 0 && pair(raw[i - 1]!.record, raw[i - 1]!.header) >= key) refuse("not_ascending", where);
    return { record: r, header: h, key };
  }

  private read_inclusions(raw: Raw): void {
    raw.inclusions.forEach((x, i) => {
      const where = `evidence.inclusions[${i}]`;
      const { record, header, key } = this.item(raw.inclusions, i, where);
      if (!includes(header.root, header.size, record.index, record.leaf, x.path.map((p) => un_b64u(p)))) refuse("bad_path", where);
      this.included.add(key);
    });
  }

  private read_statuses(raw: Raw): void {
    raw.statuses.forEach((x, i) => {
      const where = `evidence.statuses[${i}]`;
      const { record, header, key } = this.item(raw.statuses, i, where);
      if (record.index >= header.size) refuse("bad_path", where);
      const leaf = un_b64u(x.leaf, where, 64);
      const leaves = Math.ceil(header.size / 256);
      const at = Math.floor(record.index / 256);
      if (!includes(header.status, leaves, at, leaf_hash(leaf), x.path.map((p) => un_b64u(p)))) refuse("bad_path", where);
      this.states.set(key, status_in(leaf, record.index));
    });
  }

  /** Who signs the header at this height, by the changes that are shown: of heights up to the highest header that is so. */
  signers_at(height: number): Signers {
    const change = this.changes.filter((c) => c.height <= height).at(-1);
    if (!change) return steady(this.genesis.validators);
    return change.height === height ? change.signers : steady(change.signers.next);
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
