// What the page knows of the ledger by itself: genesis and newest final checkpoint, pinned when it was first served and
// remembered here. All that the server says later is compared with it.
import { ask, type Known, type Served } from "./messages.js";
import { request } from "./net.js";

interface Pinned {
  genesis: string;
  checkpoint?: Served;
}
export interface Network {
  net: string;
  name: string;
  mode: string;
  base_url: string;
}
export type Trouble = "other_genesis" | "fork";

const genesis_key = "stele.genesis";
const highest_key = "stele.checkpoint";

let network: Network | null = null;
let highest: Known | null = null;
let pinned: Known | null = null;
const troubles = new Set<Trouble>();

export const the_network = (): Network | null => network;
export const highest_known = (): Known | null => highest;
export const known_troubles = (): ReadonlySet<Trouble> => troubles;
export const pinned_texts = (): string[] => [...new Set([pinned?.text, highest?.text].filter((x): x is string => x !== undefined))];

function remembered(): Known | null {
  try {
    const v = JSON.parse(localStorage.getItem(highest_key) ?? "null") as Known | null;
    return v && typeof v.text === "string" && typeof v.height === "number" ? v : null;
  } catch {
    return null;
  }
}

/** Only what the server itself proved to be final comes here, never what a file alone says: keys that have left could make
 * one, and what is remembered wrongly would speak against the true ledger ever after. */
function remember(c: Known | null): void {
  if (!c || (highest && c.height <= highest.height)) return;
  highest = c;
  localStorage.setItem(highest_key, JSON.stringify(c));
}
/** `served`: what the server's own evidence proves final. Remembered if the server also proves that it continues what is
 * remembered; false: it does not, null: that could not be asked. */
export async function remember_served(served: Known): Promise<boolean | null> {
  const answer = await follows(served);
  if (answer) remember(served);
  return answer;
}

export async function start(): Promise<void> {
  let served: Pinned | null = null;
  try {
    const answer = await request("/pinned.json", { cache: "no-cache" });
    if (answer.ok) served = (await answer.json()) as Pinned;
  } catch {
    served = null;
  }
  const kept = localStorage.getItem(genesis_key);
  const genesis = kept ?? served?.genesis;
  if (genesis === undefined || genesis === null) throw new Error("no genesis");
  const same = served !== null && served.genesis === genesis;
  if (served && !same) troubles.add("other_genesis");
  const before = remembered();
  const answer = await ask({ op: "pin", genesis, ...(same && served?.checkpoint ? { checkpoint: served.checkpoint } : {}), ...(before ? { known: before.text } : {}) });
  localStorage.setItem(genesis_key, genesis);
  network = answer;
  highest = before;
  if (highest && !highest.text.startsWith(`${answer.net}\n`)) highest = null;
  pinned = answer.checkpoint;
  if (answer.fork) troubles.add("fork");
  remember(pinned);
}

/** Does the ledger that ends in `newer` contain all that the remembered one does? Null: could not be asked. */
export async function follows(newer: Known): Promise<boolean | null> {
  const base = highest;
  if (!base || base.hash === newer.hash) return true;
  const [from, to] = base.height <= newer.height ? [base, newer] : [newer, base];
  if (from.height === to.height) return false;
  try {
    const answer = await request(`/v1/proofs/consistency?from=${from.size}&to=${to.size}`);
    if (!answer.ok) return null;
    const { path } = (await answer.json()) as { path: string[] };
    return Array.isArray(path) && path.every((p) => typeof p === "string") ? await ask({ op: "extends", from: from.text, to: to.text, path }) : false;
  } catch {
    return null;
  }
}

const receipts_bytes_max = 16 * 1024 * 1024;
/** The server's newest evidence of these records, in one request; nothing of it is believed yet. Throws where it can't be
 * had. */
export async function fetch_receipts(ids: string[]): Promise<Uint8Array[]> {
  if (ids.length === 0) return [];
  const answer = await request(`/v1/receipts?ids=${ids.slice(0, 64).map(encodeURIComponent).join(",")}`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(String(answer.status));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes.length > receipts_bytes_max) return [];
  // A line is a receipt file with its line feed.
  const out: Uint8Array[] = [];
  for (let from = 0, to = bytes.indexOf(10); to >= 0 && out.length < 64; from = to + 1, to = bytes.indexOf(10, from)) out.push(bytes.slice(from, to + 1));
  return out;
}
