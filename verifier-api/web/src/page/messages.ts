// What page and checker (a worker) say to each other.
import type { Served } from "../verdict/final.js";
import type { Verdict } from "../verdict/judge.js";

export type { Served } from "../verdict/final.js";

export interface Known {
  text: string;
  height: number;
  size: number;
  time: number;
  hash: string;
}
export interface Judged {
  verdict: Verdict;
  json: Record<string, unknown>;
  /** Time that the verdict took. */
  ms: number;
  /** Newest final checkpoint of the file. */
  top: Known | null;
  /** Records whose present status decides. */
  ask: string[];
}
export interface Judging {
  file: Uint8Array;
  pinned: string[];
  now?: number;
  max_s: number;
}
export type Question =
  | { op: "pin"; genesis: string; checkpoint?: Served; known?: string }
  | { op: "final"; checkpoint: Served }
  | ({ op: "judge" } & Judging)
  | ({ op: "refresh"; receipts: Uint8Array[] } & Judging)
  | { op: "extends"; from: string; to: string; path: string[] };
export interface Answers {
  /** `fork`: the pinned checkpoint is final, but not of the ledger of the one that the page knows. */
  pin: { net: string; name: string; mode: string; base_url: string; checkpoint: Known | null; fork: boolean };
  final: Known | null;
  judge: Judged;
  /** `served`: the newest checkpoint that the server's receipts prove final without the file. */
  refresh: { judged: Judged; bad: number; fork: string | null; used: boolean; served: Known | null };
  extends: boolean;
}

let worker: Worker | null = null;
let next = 0;
const waiting = new Map<number, { done: (x: unknown) => void; failed: (e: Error) => void }>();

/** Begins to load the checker; whoever asks first would wait for it. If it can't be loaded, the next one who asks tries again. */
export function wake(): Worker {
  if (worker) return worker;
  const made = new Worker(new URL("./checker.ts", import.meta.url), { type: "module" });
  made.addEventListener("message", (event: MessageEvent<{ id: number; answer?: unknown; error?: string }>) => {
    const { id, answer, error } = event.data;
    const w = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) w?.done(answer);
    else w?.failed(new Error(error));
  });
  made.addEventListener("error", (e) => {
    if (worker === made) worker = null;
    for (const w of waiting.values()) w.failed(new Error(e.message));
    waiting.clear();
  });
  return (worker = made);
}

export function ask<K extends keyof Answers>(question: Extract<Question, { op: K }>): Promise<Answers[K]> {
  const checker = wake();
  const id = next++;
  return new Promise((done, failed) => {
    waiting.set(id, { done: done as (x: unknown) => void, failed });
    checker.postMessage({ id, question });
  });
}
