// A file with the evidence of another bag added: newer headers, certificates, proofs. Nothing is believed here: what
// comes out is judged like any file.
import { checkpoint_hash, find_final } from "./checkpoint.js";
import type { Raw, RawChange } from "./evidence.js";
import { print, type Json, type Members } from "./json.js";
import { parse_file, read_file } from "./file.js";

interface Height {
  text: string;
  height: number;
}

/** Headers of all bags by height; null if two of them differ at one. */
function by_height(bags: Raw[]): Map<number, Height> | null {
  const out = new Map<number, Height>();
  for (const text of bags.flatMap((bag) => bag.headers)) {
    const { height } = checkpoint_hash(text);
    if ((out.get(height)?.text ?? text) !== text) return null;
    out.set(height, { text, height });
  }
  return out;
}

/** Positions of the headers of `mine` that give way to what `others` show; null: one of them is final there, so that the
 * bags are of two ledgers. One that is not final may have been given up since: where the others have another one of its
 * height, or reach higher and do not have the change of the set that it begins, it goes, with all that stands on it. */
function gives_way(mine: Raw, others: Map<number, Height>): Set<number> | null {
  const headers = mine.headers.map((text) => checkpoint_hash(text));
  const finality = find_final(headers, new Set(mine.qcs.map((q) => q.header)));
  const changing = new Set(mine.changes.map((c) => c.header));
  const reached = Math.max(...others.keys());
  const gone = new Set<number>();
  const hashes = new Set<string>();
  for (const [i, h] of headers.entries()) {
    const other = others.get(h.height);
    const contradicted = other !== undefined && other.text !== h.text;
    if (contradicted && finality[i]!.final) return null;
    const overtaken = changing.has(i) && !finality[i]!.final && other === undefined && reached > h.height;
    if (!contradicted && !overtaken && !hashes.has(h.parent)) continue;
    gone.add(i);
    hashes.add(h.hash);
  }
  return gone;
}
function without(bag: Raw, gone: Set<number>): Raw {
  const kept = bag.headers.flatMap((_, i) => (gone.has(i) ? [] : [i]));
  const at = new Map(kept.map((old, i) => [old, i]));
  const moved = <T extends { header: number }>(items: T[]): T[] => items.flatMap((x) => (gone.has(x.header) ? [] : [{ ...x, header: at.get(x.header)! }]));
  return {
    ...bag, headers: kept.map((i) => bag.headers[i]!), qcs: moved(bag.qcs), inclusions: moved(bag.inclusions), statuses: moved(bag.statuses), changes: moved(bag.changes),
  };
}

/** `file`: a readable file; `others`: readable files whose evidence is added. Null if they contradict each other. */
export function merge_evidence(file: Uint8Array, others: Uint8Array[]): Uint8Array | null {
  const parsed = parse_file(file);
  const value = parsed.value as Members;
  const mine = read_file(file, parsed);
  const theirs = others.map((o) => read_file(o, parse_file(o)).evidence);
  const above = by_height(theirs);
  const gone = above && gives_way(mine.evidence, above);
  if (!gone) return null;
  const bags = [without(mine.evidence, gone), ...theirs];
  const headers = by_height(bags);
  if (!headers) return null;
  const records = new Map<number, string>();
  for (const r of bags.flatMap((bag) => bag.records)) {
    if ((records.get(r.index) ?? r.jws) !== r.jws) return null;
    records.set(r.index, r.jws);
  }
  const header_list = [...headers.values()].sort((a, b) => a.height - b.height);
  const record_list = [...records].sort((a, b) => a[0] - b[0]);
  const header_at = new Map(header_list.map((h, i) => [h.text, i]));
  const record_at = new Map(record_list.map(([index], i) => [index, i]));

  const qcs = new Map<number, string>();
  const inclusions = new Map<number, Json>();
  const statuses = new Map<number, Json>();
  const changes = new Map<number, RawChange>();
  for (const bag of bags) {
    const h = (i: number): number => header_at.get(bag.headers[i]!)!;
    const r = (i: number): number => record_at.get(bag.records[i]!.index)!;
    for (const q of bag.qcs) if (!qcs.has(h(q.header))) qcs.set(h(q.header), q.qc);
    for (const x of bag.inclusions) inclusions.set(r(x.record) * 1024 + h(x.header), new Map<string, Json>([["record", r(x.record)], ["header", h(x.header)], ["path", x.path]]));
    for (const x of bag.statuses) statuses.set(r(x.record) * 1024 + h(x.header), new Map<string, Json>([["record", r(x.record)], ["header", h(x.header)], ["leaf", x.leaf], ["path", x.path]]));
    for (const c of bag.changes) {
      const before = changes.get(h(c.header));
      if (before && before.kind !== c.kind) return null;
      // Of two recoveries that the roots signed for one header the file's own stays.
      changes.set(h(c.header), before ?? c);
    }
  }
  const sorted = <T>(map: Map<number, T>): [number, T][] => [...map].sort((a, b) => a[0] - b[0]);
  const evidence: Members = new Map<string, Json>([
    ["headers", header_list.map((h) => h.text)],
    ["qcs", sorted(qcs).map(([header, qc]) => new Map<string, Json>([["header", header], ["qc", qc]]))],
    ["records", record_list.map(([index, jws]) => new Map<string, Json>([["jws", jws], ["index", index]]))],
    ["inclusions", sorted(inclusions).map(([, x]) => x)],
    ["statuses", sorted(statuses).map(([, x]) => x)],
  ]);
  if (changes.size > 0) evidence.set("changes", sorted(changes).map(([header, c]) => new Map<string, Json>([["header", header], [c.kind, c.data]])));

  // Positions of the file's own items move with the records.
  const moved = (i: number): number => record_at.get(mine.evidence.records[i]!.index)!;
  const out: Members = new Map(value);
  out.set("subject", moved(mine.subject));
  for (const name of ["disclosures", "rows", "persons"]) {
    const list = out.get(name);
    if (!Array.isArray(list)) continue;
    out.set(name, list.map((item) => {
      const copy: Members = new Map(item as Members);
      copy.set("record", moved(copy.get("record") as number));
      return copy;
    }));
  }
  out.set("evidence", evidence);
  return new TextEncoder().encode(`${print(out)}\n`);
}
