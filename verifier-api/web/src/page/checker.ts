// Runs in a worker: all that judges. Its code makes no request; it is handed bytes and says what they prove.
import { Refused, same, un_b64u } from "../verdict/bytes.js";
import { checkpoint_hash, type Checkpoint } from "../verdict/checkpoint.js";
import type { Facts } from "../verdict/evidence.js";
import { final_checkpoint } from "../verdict/final.js";
import { read_genesis, type Genesis } from "../verdict/genesis.js";
import { conflicts_with, hear_file, type Hearing } from "../verdict/judge.js";
import { merge_evidence } from "../verdict/merge.js";
import { extends_tree } from "../verdict/merkle.js";
import { is_second } from "../verdict/records.js";
import { sift } from "../verdict/sift.js";
import { verdict_json } from "../verdict/verdict_json.js";
import type { Answers, Judged, Judging, Known, Question, Served } from "./messages.js";
import { warm_up } from "./warm_up.js";

let genesis: Genesis | null = null;
const warming = warm_up();
const bytes_of = (text: string): Uint8Array => new TextEncoder().encode(text);
const ours = (): Genesis => {
  if (!genesis) throw new Error("no genesis");
  return genesis;
};
const known_of = ({ text, height, size, time, hash }: Checkpoint): Known => ({ text, height, size, time, hash });

/** What is pinned, if it is final; and whether it contradicts what the page knows. */
function pinned_checkpoint(c: Served, known: string | undefined): { checkpoint: Known | null; fork: boolean } {
  const facts = final_checkpoint(ours(), c);
  if (!facts) return { checkpoint: null, fork: false };
  const fork = known !== undefined && known.startsWith(`${ours().net}\n`) && conflicts(facts, known);
  return { checkpoint: fork ? null : known_of(checkpoint_hash(c.text)), fork };
}
/** What the browser kept may be damaged: that is no fork. */
function conflicts(facts: Facts, known: string): boolean {
  try {
    return conflicts_with(facts, checkpoint_hash(known)) !== null;
  } catch (e) {
    if (e instanceof Refused) return false;
    throw e;
  }
}

/** Newest final checkpoint of a file, and the records whose status decides. */
function inspect(read: Hearing["read"]): { top: Known | null; ask: string[] } {
  if (!read) return { top: null, ask: [] };
  const { file, facts } = read;
  const at = facts.status_checkpoint();
  const subject = facts.records[file.subject]!;
  const cited = new Set(file.rows.map((r) => r.record));
  for (const i of [...cited]) {
    const target = facts.records[i]!.content.target;
    const t = target === undefined ? null : facts.position(target);
    if (t !== null) cited.add(t);
  }
  const ask = [subject.id, ...[...cited].map((i) => facts.records[i]!.id)];
  for (const r of facts.records) if (is_second(r.type) && r.content.targets!.some((t) => ask.includes(t))) ask.push(r.id);
  for (const d of new Set(file.disclosures.map((x) => x.record))) ask.push(facts.records[d]!.id);
  return { top: at === null ? null : known_of(facts.headers[at]!), ask: [...new Set(ask)] };
}

interface Heard extends Hearing {
  judged: Judged;
}
let last: { question: Judging; heard: Heard } | null = null;
const same_texts = (a: string[], b: string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
/** What was asked last is not judged twice: newer evidence is asked for right after the first verdict. */
function heard(question: Judging): Heard {
  const { file, pinned, now, max_s } = question;
  if (last && last.question.now === now && last.question.max_s === max_s && same_texts(last.question.pinned, pinned) && same(last.question.file, file)) return last.heard;
  warming.end();
  const started = performance.now();
  const hearing = hear_file(ours(), file, { pinned, status_age_max_s: max_s, ...(now === undefined ? {} : { now }) });
  const ms = performance.now() - started;
  const out = { ...hearing, judged: { verdict: hearing.verdict, json: verdict_json(hearing.verdict), ms, ...inspect(hearing.read) } };
  last = { question: { file, pinned, max_s, ...(now === undefined ? {} : { now }) }, heard: out };
  return out;
}

const answers: { [K in keyof Answers]: (q: Extract<Question, { op: K }>) => Answers[K] } = {
  pin(q) {
    const file = bytes_of(q.genesis);
    genesis = read_genesis(file);
    last = null;
    warming.knows(file, q.checkpoint);
    return { net: genesis.net, name: genesis.name, mode: genesis.mode, base_url: genesis.base_url, ...(q.checkpoint ? pinned_checkpoint(q.checkpoint, q.known) : { checkpoint: null, fork: false }) };
  },
  final: (q) => pinned_checkpoint(q.checkpoint, undefined).checkpoint,
  judge: (q) => heard(q).judged,
  refresh(q) {
    const { judged: before, read } = heard(q);
    const { good, bad, fork, top } = sift(ours(), q.receipts, read?.facts ?? null, q.pinned);
    const rest = { bad, fork, served: top && known_of(top) };
    const merged = good.length === 0 ? null : merge_evidence(q.file, good);
    const after = merged && heard({ ...q, file: merged }).judged;
    // What the server adds can only make the evidence newer; if it leaves a hole, the file's own stands.
    const newer = after && after.top && before.top && after.top.height > before.top.height;
    const complete = after && after.verdict.parts.find((p) => p.part === "status")!.code !== "status_not_shown";
    if (!after || !newer || !complete) return { judged: before, used: false, ...rest };
    return { judged: after, used: true, ...rest };
  },
  extends(q) {
    const from = checkpoint_hash(q.from);
    const to = checkpoint_hash(q.to);
    if (from.net !== to.net) return false;
    try {
      return extends_tree(from.size, from.root, to.size, to.root, q.path.map((p) => un_b64u(p, "", 32)));
    } catch (e) {
      if (e instanceof Refused) return false;
      throw e;
    }
  },
};

addEventListener("message", (event: MessageEvent<{ id: number; question: Question }>) => {
  const { id, question } = event.data;
  try {
    const answer = (answers[question.op] as (q: Question) => unknown)(question);
    postMessage({ id, answer });
  } catch (e) {
    postMessage({ id, error: e instanceof Error ? e.message : String(e) });
  }
});
