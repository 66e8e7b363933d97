// Adding newer evidence to a file, and comparing two ends of one ledger.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";
import { receipt_bag, story, transcript_bag } from "../corpus/scenario.mjs";
import { seeded, tree_root } from "../corpus/world.mjs";

const v = await load();
const bytes = (text) => new TextEncoder().encode(text);

test("merging a file with newer receipts shows the newer status, in canonical form", () => {
  const s = story();
  const file = transcript_bag(s).print();
  s.w.block([], { [s.transcript.id]: "revoked" });
  s.w.block();
  s.w.block();
  s.top = s.w.blocks.length - 2;
  const names = { toan1: "teacher", toan2: "teacher", gdtc1: "gym", summary: "homeroom", transcript: "principal", seal: "seal" };
  const receipts = Object.entries(names).map(([n, k]) => bytes(receipt_bag(s, s[n], [k]).print()));
  const genesis = v.read_genesis(bytes(s.w.genesis_file));
  assert.equal(v.judge_file(genesis, bytes(file), {}).outcome, "valid");
  const merged = v.merge_evidence(bytes(file), receipts);
  const verdict = v.judge_file(genesis, merged, {});
  assert.equal(verdict.outcome, "revoked");
  assert.equal(verdict.status.as_of.height, s.top);
  assert.equal(verdict.parts[0].answer, "ok");
});

test("files that contradict each other do not merge", () => {
  const s = story();
  const f = story({ days: 2 });
  assert.equal(v.merge_evidence(bytes(transcript_bag(s).print()), [bytes(receipt_bag(f, f.toan1, ["teacher"]).print())]), null);
});

/** As `s` up to its newest final block; above it a later epoch began on another block. */
function parted(s) {
  const f = story();
  f.w.blocks.pop();
  for (let i = 0; i < 3; i++) f.w.block([], {}, { epoch: 1, days: 2 });
  f.top = f.w.blocks.length - 2;
  assert.equal(f.w.blocks[s.top].text, s.w.blocks[s.top].text);
  assert.notEqual(f.w.blocks[s.top + 1].text, s.w.blocks[s.top + 1].text);
  return f;
}
const receipts_of = (s) => Object.entries({ toan1: "teacher", toan2: "teacher", gdtc1: "gym", summary: "homeroom", transcript: "principal", seal: "seal" }).map(([n, k]) => bytes(receipt_bag(s, s[n], [k]).print()));
const evidence_of = (data) => JSON.parse(new TextDecoder().decode(data)).evidence;

test("a header that is not final in the file gives way, with its certificate, inclusions and statuses", () => {
  const s = story();
  const f = parted(s);
  const bag = transcript_bag(s).state(s.transcript, s.top + 1);
  const genesis = v.read_genesis(bytes(s.w.genesis_file));
  const file = bytes(bag.print());
  assert.equal(v.judge_file(genesis, file, {}).outcome, "valid");
  const contested = s.w.blocks[s.top + 1].text;
  const at = (data) => evidence_of(data).headers.indexOf(contested);
  for (const name of ["qcs", "inclusions", "statuses"]) assert.ok(evidence_of(file)[name].some((x) => x.header === at(file)), name);
  f.w.blocks.slice(s.top + 1).forEach((b) => assert.equal(b.epoch, 1));
  // The others hold the contested height themselves.
  const others = receipts_of(f).concat(bytes(receipt_bag(f, f.transcript, ["principal"]).final(s.top + 1).print()));
  const merged = v.merge_evidence(file, others);
  const verdict = v.judge_file(genesis, merged, {});
  assert.equal(verdict.outcome, "valid");
  assert.equal(verdict.status.as_of.height, f.top);
  assert.equal(at(merged), -1);
  assert.ok(evidence_of(merged).headers.includes(f.w.blocks[s.top + 1].text));
  // Final in the file's own bag, by a certified child or by a descendant: two ledgers.
  s.w.block();
  assert.equal(v.merge_evidence(bytes(transcript_bag(s).state(s.transcript, s.top + 1).final(s.top + 1).print()), others), null);
  s.w.block([], {}, { epoch: 1 });
  s.w.block([], {}, { epoch: 1 });
  const by_descendant = transcript_bag(s).final(s.top + 3);
  by_descendant.heights.add(s.top + 1).add(s.top + 2);
  by_descendant.qcs.delete(s.top + 1);
  assert.equal(v.merge_evidence(bytes(by_descendant.print()), others), null);
});

test("what stands on a header that gives way goes with it", () => {
  const s = story();
  const f = parted(s);
  const genesis = v.read_genesis(bytes(s.w.genesis_file));
  for (let i = 0; i < 3; i++) s.w.block();
  const bag = transcript_bag(s);
  for (const h of [1, 2, 3, 4]) bag.heights.add(s.top + h);
  const file = bytes(bag.print());
  assert.equal(v.judge_file(genesis, file, {}).status.as_of.height, s.top, "those above the first were certified by nobody");
  f.top = s.top + 1;
  const merged = v.merge_evidence(file, receipts_of(f));
  const verdict = v.judge_file(genesis, merged, {});
  assert.equal(verdict.outcome, "valid");
  assert.equal(verdict.status.as_of.height, s.top + 1);
  assert.equal(v.checkpoint_hash(evidence_of(merged).headers.at(-1)).height, s.top + 2);
});

test("sifting receipts: good, bad and of another ledger, and how far the good ones reach by themselves", () => {
  const s = story();
  const genesis = v.read_genesis(bytes(s.w.genesis_file));
  const older = receipts_of(s);
  const reached = s.top;
  for (let i = 0; i < 2; i++) s.w.block();
  s.top += 2;
  const file = bytes(transcript_bag(s).print());
  const facts_in = (data) => v.hear_file(genesis, data, {}).read.facts;
  const sift = (receipts, pinned = []) => v.sift(genesis, receipts, facts_in(file), pinned);
  const old = sift(older);
  assert.equal(old.good.length, older.length);
  assert.equal(old.top.height, reached, "the file is newer, but no word of the server's");
  assert.equal(sift([...older.slice(0, 2), ...receipts_of(s), ...older.slice(2)]).top.height, s.top);
  const spoiled = bytes(new TextDecoder().decode(older[0]).replace(/"leaf":"./, '"leaf":"B'));
  assert.deepEqual([sift([spoiled]).good, sift([spoiled]).bad, sift([spoiled]).top], [[], 1, null]);
  const f = story({ days: 2 });
  const forked = v.sift(genesis, [...receipts_of(f), older[0]], facts_in(bytes(transcript_bag(story()).print())), []);
  assert.ok(forked.fork !== null && forked.fork.startsWith(`${genesis.net}\n`));
  assert.deepEqual([forked.good.length, forked.bad, forked.top.height], [1, 0, reached]);
  const against_pinned = v.sift(genesis, older, facts_in(bytes(transcript_bag(f).print())), [f.w.blocks[f.top].text]);
  assert.deepEqual([against_pinned.good.length, against_pinned.top], [0, null]);
  assert.equal(sift([], []).top, null);
});

test("consistency proofs, all sizes up to 40, and spoiled ones", () => {
  const leaves = Array.from({ length: 40 }, (_, i) => seeded("leaf", i));
  const split = (n) => { let k = 1; while (k * 2 < n) k *= 2; return k; };
  const proof = (l, m, whole = true) => m === l.length ? (whole ? [] : [tree_root(l)]) : m <= split(l.length) ? [...proof(l.slice(0, split(l.length)), m, whole), tree_root(l.slice(split(l.length)))] : [...proof(l.slice(split(l.length)), m - split(l.length), false), tree_root(l.slice(0, split(l.length)))];
  for (let n = 1; n <= 40; n++) {
    for (let m = 1; m <= n; m++) {
      const path = proof(leaves.slice(0, n), m);
      const [a, b] = [tree_root(leaves.slice(0, m)), tree_root(leaves.slice(0, n))];
      assert.ok(v.merkle.extends_tree(m, a, n, b, path), `${m} ${n}`);
      assert.ok(!v.merkle.extends_tree(m, seeded("x"), n, b, path), `${m} ${n} old root`);
      assert.ok(!v.merkle.extends_tree(m, a, n, seeded("x"), path), `${m} ${n} new root`);
      if (path.length) assert.ok(!v.merkle.extends_tree(m, a, n, b, path.slice(1)), `${m} ${n} short`);
      assert.ok(!v.merkle.extends_tree(m, a, n, b, [...path, seeded("x")]), `${m} ${n} long`);
    }
  }
});
