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
