// What the browser remembers of the ledger: only what the server's own chain proved, never the top of a file alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";
import { receipt_bag, story, transcript_bag } from "../corpus/scenario.mjs";
import { b64u, seeded, tree_root } from "../corpus/world.mjs";

const bytes = (text) => new TextEncoder().encode(text);
const stored = new Map();
globalThis.localStorage = { getItem: (k) => stored.get(k) ?? null, setItem: (k, x) => void stored.set(k, x) };

// The checker is a worker; here both ends are in one thread.
let to_checker;
let to_page;
globalThis.addEventListener = (_, listener) => (to_checker = listener);
globalThis.postMessage = (data) => to_page({ data });
globalThis.Worker = class {
  addEventListener(type, listener) {
    if (type === "message") to_page = listener;
  }
  postMessage(data) {
    queueMicrotask(() => to_checker({ data }));
  }
};
await load("src/page/checker.ts");
const ledger = await load("src/page/ledger.ts");
let question = 1000;
/** As the page asks, beside it. */
const ask = (q) => new Promise((done) => {
  const before = to_page;
  to_page = ({ data }) => ((to_page = before), done(data.answer));
  to_checker({ data: { id: question++, question: q } });
});

const s = story();
const pinned = s.top;
const leaves_then = [...s.w.leaves];
const receipt_then = bytes(receipt_bag(s, s.transcript, ["principal"]).print());
s.w.block([s.w.record("org", s.w.roots[0], { org: "so-khac", kind: "department", name: "Sở Khác", vaults: [] })]);
s.w.block();
s.w.block();
s.top = s.w.blocks.length - 2;
const file = bytes(transcript_bag(s).print());
const receipt_now = bytes(receipt_bag(s, s.transcript, ["principal"]).print());
const remembered = () => JSON.parse(stored.get("stele.checkpoint")).height;

/** A leaf more makes the path of one node, where the size before is a power of two; else the peaks of the older tree. */
function consistency(leaves, m, whole = true) {
  const n = leaves.length;
  if (m === n) return whole ? [] : [tree_root(leaves)];
  let k = 1;
  while (k * 2 < n) k *= 2;
  return m <= k ? [...consistency(leaves.slice(0, k), m, whole), tree_root(leaves.slice(k))] : [...consistency(leaves.slice(k), m - k, false), tree_root(leaves.slice(0, k))];
}
let proof = () => ({ ok: true, json: async () => ({ path: consistency(s.w.leaves, leaves_then.length).map(b64u) }) });
globalThis.fetch = async (path) => {
  if (path !== "/pinned.json") return proof();
  const { text } = s.w.blocks[pinned];
  return { ok: true, json: async () => ({ genesis: s.w.genesis_file, checkpoint: { text, child: s.w.blocks[pinned + 1].text, qc: s.w.qc(pinned + 1) } }) };
};

test("the server's pinned checkpoint is remembered; a file that is newer moves nothing", async () => {
  await ledger.start();
  assert.equal(remembered(), pinned);
  const judging = { file, pinned: ledger.pinned_texts(), max_s: 1e9 };
  const judged = await ask({ op: "judge", ...judging });
  assert.equal(judged.verdict.outcome, "valid");
  assert.equal(judged.top.height, s.top);
  const refreshed = await ask({ op: "refresh", receipts: [receipt_then], ...judging });
  assert.equal(refreshed.judged.top.height, s.top);
  assert.equal(refreshed.served.height, pinned, "what the server proved, not the file");
  assert.equal(await ledger.remember_served(refreshed.served), true);
  assert.equal(remembered(), pinned);
  assert.equal((await ask({ op: "refresh", receipts: [], ...judging })).served, null);
  assert.ok(!("remember" in ledger), "there is no way around the server");
});

test("what the server proves moves it, with a consistency proof from what is remembered", async () => {
  const { served, used } = await ask({ op: "refresh", receipts: [receipt_now], file, pinned: ledger.pinned_texts(), max_s: 1e9 });
  assert.equal(used, false, "the file is as new");
  assert.equal(served.height, s.top);
  const good = proof;
  proof = () => ({ ok: true, json: async () => ({ path: [b64u(seeded("x"))] }) });
  assert.equal(await ledger.remember_served(served), false);
  proof = () => ({ ok: false });
  assert.equal(await ledger.remember_served(served), null);
  assert.equal(remembered(), pinned);
  proof = good;
  assert.equal(await ledger.remember_served(served), true);
  assert.equal(remembered(), s.top);
  assert.equal(ledger.highest_known().hash, served.hash);
});
