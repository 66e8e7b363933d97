// A checkpoint as a server tells it, believed only with the certificate of its child and with every change of the set up to
// there: the facts of a bag without records.
import { Refused } from "./bytes.js";
import { checkpoint_hash } from "./checkpoint.js";
import { changes_max, Facts, type RawChange } from "./evidence.js";
import type { Genesis } from "./genesis.js";

/** The first header that a new set signs, its certificate, and that set or the recovery that names it. */
export interface ServedChange {
  text: string;
  qc: string;
  set?: string;
  recovery?: string;
  /** Of a recovery: the header below `text`. */
  base?: string;
}
export interface Served {
  text: string;
  child?: string;
  qc?: string;
  /** Ascending by height, up to that of `child`. */
  changes?: ServedChange[];
}

/** What proves that this checkpoint is final; null: nothing does. */
export function final_checkpoint(genesis: Genesis, c: Served): Facts | null {
  const changes = c.changes ?? [];
  if (!Array.isArray(changes) || changes.length > changes_max || !changes.every((x) => x)) return null;
  const texts = [c.text, ...[c.child, ...changes.map((x) => x.base)].filter((t) => t !== undefined), ...changes.map((x) => x.text)];
  if (!texts.every((t) => typeof t === "string")) return null;
  try {
    const headers = [...new Set(texts)].sort((a, b) => checkpoint_hash(a).height - checkpoint_hash(b).height);
    const certificates = new Map(changes.map((x) => [headers.indexOf(x.text), x.qc]));
    if (c.child !== undefined && c.qc !== undefined) certificates.set(headers.indexOf(c.child), c.qc);
    if (![...certificates.values()].every((q) => typeof q === "string")) return null;
    const shown = changes.map((x): RawChange => {
      const kind = x.set === undefined ? "recovery" : "set";
      return { header: headers.indexOf(x.text), kind, data: String(x[kind]) };
    });
    const qcs = [...certificates].sort((a, b) => a[0] - b[0]).map(([header, qc]) => ({ header, qc }));
    const facts = new Facts(genesis, { headers, qcs, records: [], inclusions: [], statuses: [], changes: shown });
    return facts.headers[headers.indexOf(c.text)]!.final ? facts : null;
  } catch (e) {
    if (e instanceof Refused) return null;
    throw e;
  }
}
