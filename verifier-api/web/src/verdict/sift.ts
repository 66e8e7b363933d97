// Which receipts of a server hold beside a file, and what they prove by themselves.
import { Refused, type Bytes } from "./bytes.js";
import { checkpoint_hash, type Checkpoint } from "./checkpoint.js";
import { Facts, type Header } from "./evidence.js";
import { parse_file, read_file } from "./file.js";
import type { Genesis } from "./genesis.js";
import { conflicts_with } from "./judge.js";

export interface Sifted {
  good: Bytes[];
  bad: number;
  /** Text of a header by which a receipt shows another ledger. */
  fork: string | null;
  /** The newest checkpoint that a good receipt proves final, by nothing but itself. */
  top: Header | null;
}

/** `file`: what the file itself shows, if it can be read. `pinned`: texts of checkpoints that are known to be final. */
export function sift(genesis: Genesis, receipts: Bytes[], file: Facts | null, pinned: string[]): Sifted {
  const out: Sifted = { good: [], bad: 0, fork: null, top: null };
  const facts_of = (data: Bytes): Facts => new Facts(genesis, read_file(data, parse_file(data)).evidence);
  const known: Checkpoint[] = [...pinned.map((text) => checkpoint_hash(text)), ...(file?.headers ?? []).filter((h) => h.final)];
  for (const receipt of receipts) {
    try {
      const facts = facts_of(receipt);
      let against: number | null = null;
      for (let i = 0; i < known.length && against === null; i++) against = conflicts_with(facts, known[i]!);
      if (against !== null) {
        out.fork ??= facts.headers[against]!.text;
        continue;
      }
      out.good.push(receipt);
      const at = facts.status_checkpoint();
      if (at !== null && facts.headers[at]!.height > (out.top?.height ?? -1)) out.top = facts.headers[at]!;
    } catch (e) {
      if (!(e instanceof Refused)) throw e;
      out.bad++;
    }
  }
  return out;
}
