// A file with the evidence of another bag added: newer headers, certificates, proofs. Nothing is believed here: what
// comes out is judged like any file.
import { checkpoint_hash } from "./checkpoint.js";
import type { Raw, RawChange } from "./evidence.js";
import { print, type Json, type Members } from "./json.js";
import { parse_file, read_file } from "./file.js";

interface Height {
  text: string;
  height: number;
}

/** `file`: a readable file; `others`: readable files whose evidence is added. Null if they contradict each other. */
export function merge_evidence(file: Uint8Array, others: Uint8Array[]): Uint8Array | null {
  const value = parse_file(file) as Members;
  const mine = read_file(file, value);
  const bags: Raw[] = [mine.evidence, ...others.map((o) => read_file(o, parse_file(o)).evidence)];

  const headers = new Map<number, Height>();
  const records = new Map<number, string>();
  for (const bag of bags) {
    for (const text of bag.headers) {
      const { height } = checkpoint_hash(text);
      const before = headers.get(height);
      if (before && before.text !== text) return null;
      headers.set(height, { text, height });
    }
    for (const r of bag.records) {
      const before = records.get(r.index);
      if (before !== undefined && before !== r.jws) return null;
      records.set(r.index, r.jws);
    }
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
