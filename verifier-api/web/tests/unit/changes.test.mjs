// Evidence over a ledger whose set of validators changed: the golden receipts, and all that must not pass for them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";

const v = await load();
const golden = JSON.parse(readFileSync(new URL("../../../../tests/vectors/golden/changes.json", import.meta.url)));
const bytes = (text) => new TextEncoder().encode(text);
const genesis = v.read_genesis(bytes(golden.file));
const judge = (text, options = {}) => v.judge_file(genesis, bytes(text), options);
const file = (name) => golden.files.find((x) => x.name === name).text;
const header = (height) => golden.blocks[height - 1].header;
const b64u = (hex) => Buffer.from(hex, "hex").toString("base64url");

test("each receipt gets its outcome and tells the recoveries", () => {
  assert.ok(golden.files.length >= 5 && golden.files.some((x) => x.recoveries.length));
  for (const x of golden.files) {
    const verdict = judge(x.text);
    assert.equal(verdict.outcome, x.outcome, x.name);
    assert.ok(verdict.parts.every((p) => p.answer === "ok" || p.code === "receipt"), x.name);
    const json = v.verdict_json(verdict);
    if (x.recoveries.length) assert.deepEqual(json.recoveries, x.recoveries, x.name);
    else assert.ok(!("recoveries" in json), x.name);
  }
});

test("a recovery is told in words where the file is fine", () => {
  const [part] = judge(file("after the recovery")).parts;
  assert.equal(part.code, "file_ok");
  assert.equal(part.vi, "đúng dạng, mọi bằng chứng kèm theo đều đúng; mạng đã được các khóa gốc khôi phục từ khối 7 (lý do: quorum-lost, công bố 05/01/2026)");
  assert.equal(part.en, "of the right form, and every proof in it holds; the network was restarted by its root keys at block 7 (reason: quorum-lost, published 2026-01-05)");
  assert.ok(!judge(file("after the handover")).parts[0].en.includes("restarted"));
});

test("false evidence of changes makes the file altered", () => {
  assert.ok(golden.false_files.length >= 60);
  for (const x of golden.false_files) {
    const verdict = judge(x.text);
    assert.ok(x.outcomes.includes(verdict.outcome), `${x.name}: ${verdict.outcome}`);
    assert.equal(verdict.parts[0].answer, "failed", x.name);
  }
});

test("each check of changes is the one that refuses: code by code", () => {
  const code = (name) => judge(golden.false_files.find((x) => x.name === name).text).parts[0].code;
  const expected = {
    "no changes": "unknown_validators", "the handover is not shown": "unknown_validators", "the recovery is not shown": "unknown_validators",
    "changes is empty": "out_of_bounds", "changes is null where nothing changed": "wrong_type", "a position twice": "repeated", "positions descend": "not_ascending",
    "a position outside": "out_of_bounds", "set and recovery in one item": "unknown_member", "neither set nor recovery": "missing_member",
    "members exchanged": "not_canonical", "changes before statuses": "not_canonical", "the handover is shown again": "no_change",
    "the handover is not certified": "change_not_certified", "the recovery is not certified": "change_not_certified",
    "the handover certified by the old set alone": "no_quorum", "the handover certified by the new set alone": "no_quorum",
    "a header of the old set after the handover": "unknown_validators", "a set with another key": "unknown_validators",
    "a set with a byte more": "bad_form", "a set of none": "out_of_bounds", "a set of sixty-five": "out_of_bounds", "a set with a key twice": "repeated",
    "a set with an id twice": "repeated", "a set with a key that is not on the curve": "bad_form", "the set that is in force": "no_change",
    "a recovery without a signature": "no_quorum", "a recovery signed by a stranger": "bad_signature", "a recovery that a root signed twice": "not_ascending",
    "a recovery signed by a root and a root that is not there": "unknown_root", "a recovery of another network": "wrong_net",
    "a recovery with another base": "wrong_base", "a recovery with a base one lower": "wrong_base", "a recovery of a later epoch than its header": "wrong_epoch",
    "a recovery with a base of an earlier epoch": "wrong_base", "a recovery with a base of a later epoch": "wrong_base",
    "a recovery whose base is not in the bag": "base_not_shown", "a recovery published before its base": "before_its_base",
    "a recovery of an epoch beyond 2^53 - 1": "out_of_bounds", "a recovery with a base of a height beyond 2^53 - 1": "out_of_bounds",
    "a recovery of no later epoch than its base": "wrong_epoch", "a recovery with another reason": "bad_signature", "a recovery of a time that is none": "out_of_bounds",
    "a recovery with a key that is not on the curve": "bad_form", "a recovery with the id root": "bad_form",
    "a set with the id root": "bad_form", "a recovery to the set that is in force": "no_change", "a recovery whose week is not over by its header's time": "too_early",
  };
  for (const [name, want] of Object.entries(expected)) assert.equal(code(name), want, name);
});

test("a checkpoint that the verifier holds: no bag by keys that have left goes beyond it", () => {
  for (const x of golden.pinned_files) {
    const verdict = judge(x.text, x.checkpoint === null ? {} : { pinned: [x.checkpoint] });
    assert.equal(verdict.outcome, x.outcome, x.name);
    if (x.outcome === "altered") {
      assert.equal(verdict.parts[0].code, "conflicts_with_checkpoint", x.name);
      assert.equal(judge(x.text).outcome, "valid", `${x.name}, unknown to the verifier`);
    }
    const status = verdict.parts.find((p) => p.part === "status");
    if (x.outcome === "status_too_old") {
      assert.deepEqual([status.answer, status.code], ["not_checked", "signers_replaced"], x.name);
      assert.equal(status.vi, "tập nút xác nhận đã thay đổi sau bằng chứng này; hãy xin tệp mới hoặc kiểm tra trực tuyến");
      assert.equal(status.en, "the set of validators has changed since this evidence; ask for a new file or check online");
      assert.equal(judge(x.text).outcome, "valid", `${x.name}, unknown to the verifier`);
    } else if (x.outcome === "valid") assert.deepEqual([status.answer, status.code], ["ok", "valid"], x.name);
    // What the roots did is told even of a file that contradicts what is known.
    assert.deepEqual(v.verdict_json(verdict).recoveries ?? [], x.recoveries, x.name);
  }
  assert.ok(golden.pinned_files.some((x) => x.outcome === "altered" && x.recoveries.length));
  const outcomes = golden.pinned_files.map((x) => x.outcome);
  for (const outcome of ["valid", "status_too_old", "altered"]) assert.ok(outcomes.filter((o) => o === outcome).length >= 5, outcome);
  // Of several checkpoints that are known each counts.
  const before = file("before the handover");
  assert.equal(judge(before, { pinned: [header(3), header(6)] }).outcome, "status_too_old");
  assert.equal(judge(before, { pinned: [header(6), header(3)] }).outcome, "status_too_old");
  // Neither this height nor its neighbours stand in the bag: only the set that P names tells.
  const beyond = golden.pinned_files.find((x) => x.name === "by the old set alone, beyond that which hands over");
  const heights = JSON.parse(beyond.text).evidence.headers.map((h) => v.checkpoint_hash(h).height);
  assert.ok(![4, 5, 6].some((h) => heights.includes(h)) && heights.at(-1) > 5);
});

test("merging carries the changes, and shows a newer status than the file's own set could", () => {
  const old = bytes(file("before the handover"));
  for (const [newer, height, told] of [["after the handover", 5, 0], ["after the recovery", 7, 1]]) {
    const merged = v.merge_evidence(old, [bytes(file(newer))]);
    const verdict = v.judge_file(genesis, merged, {});
    assert.equal(verdict.outcome, "valid", newer);
    assert.equal(verdict.status.as_of.height, height);
    assert.equal(verdict.recoveries.length, told);
    const other_way = v.merge_evidence(bytes(file(newer)), [old]);
    assert.deepEqual(other_way, merged);
  }
  // Of bags that show different parts of the chain all changes remain, in order.
  const both = v.merge_evidence(bytes(file("after the handover")), [bytes(file("after the recovery")), bytes(file("after the recovery, every header"))]);
  assert.equal(v.judge_file(genesis, both, {}).outcome, "valid");
  assert.equal(JSON.parse(new TextDecoder().decode(both)).evidence.changes.length, 2);
  assert.ok(!("changes" in JSON.parse(new TextDecoder().decode(v.merge_evidence(old, [old]))).evidence));
});

const evidence_of = (data) => JSON.parse(new TextDecoder().decode(data)).evidence;
const heights_of = (data) => evidence_of(data).headers.map((h) => v.checkpoint_hash(h).height);
const pinned_file = (name) => bytes(golden.pinned_files.find((x) => x.name === name).text);

test("merging: what the file saw certified gives way to what became final in its place", () => {
  const newer = bytes(file("up to the block that hands over"));
  const given_up = pinned_file("another one in its place, certified");
  const merged = v.merge_evidence(given_up, [newer]);
  const verdict = v.judge_file(genesis, merged, { pinned: [header(4)] });
  assert.equal(verdict.outcome, "valid");
  assert.equal(verdict.status.as_of.height, 4);
  assert.deepEqual(heights_of(merged), [0, 1, 2, 3, 4, 5]);
  assert.ok(evidence_of(merged).headers.includes(header(4)));
  assert.deepEqual(evidence_of(merged).qcs.map((q) => q.header), [2, 5], "its certificate went with it");
  assert.equal(v.merge_evidence(pinned_file("another one in its place, final"), [newer]), null);
  // The file gives way, not what others say: of two of them nobody knows which is right.
  assert.equal(v.merge_evidence(bytes(file("before the handover")), [given_up, newer]), null);
});

test("merging: a change that the file saw begin gives way to bags that go on without it", () => {
  const begun = bytes(file("up to the block that hands over"));
  const beyond = pinned_file("by the old set alone, unknown to the verifier");
  const merged = v.merge_evidence(begun, [beyond]);
  assert.deepEqual(heights_of(merged), [0, 1, 2, 4, 7, 8]);
  assert.ok(!("changes" in evidence_of(merged)));
  const verdict = v.judge_file(genesis, merged, {});
  assert.equal(verdict.outcome, "valid");
  assert.equal(verdict.status.as_of.height, 7);
  // It stays where nobody reaches higher, and where the others have it too.
  const alone = v.merge_evidence(begun, [bytes(file("before the handover"))]);
  assert.equal(evidence_of(alone).changes.length, 1);
  assert.equal(v.judge_file(genesis, alone, {}).outcome, "valid");
  const whole = bytes(file("after the recovery, every header"));
  const both = v.merge_evidence(begun, [whole]);
  assert.deepEqual(both, v.merge_evidence(whole, [begun]));
  assert.equal(v.judge_file(genesis, both, {}).outcome, "valid");
  // Kept as the file has it, not taken anew from the others: their certificate may be another one.
  const own = JSON.parse(file("up to the block that hands over"));
  own.evidence.qcs.at(-1).qc = "A".repeat(8);
  const kept = evidence_of(v.merge_evidence(bytes(`${JSON.stringify(own)}\n`), [whole]));
  assert.equal(kept.qcs.find((q) => v.checkpoint_hash(kept.headers[q.header]).height === 5).qc, "A".repeat(8));
  // What is final in the file stays, whatever the others leave out: then they contradict each other.
  const final = v.merge_evidence(bytes(file("after the handover")), [beyond]);
  assert.equal(evidence_of(final).changes.length, 1);
  assert.equal(v.judge_file(genesis, final, {}).outcome, "altered");
});

test("a bag of the old set alone does not hide behind a merge", () => {
  const forged = golden.pinned_files.find((x) => x.name === "by the old set alone, beyond one of the new set").text;
  const merged = v.merge_evidence(bytes(file("after the recovery")), [bytes(forged)]);
  if (merged) assert.equal(v.judge_file(genesis, merged, {}).outcome, "altered");
});

test("a checkpoint that a server tells is final only with all changes up to its child", () => {
  const shown = JSON.parse(file("after the recovery, every header")).evidence;
  const changes = shown.changes.map(({ header: at, ...item }) => ({ text: shown.headers[at], qc: shown.qcs.find((q) => q.header === at).qc, ...item, ...(item.recovery ? { base: shown.headers[at - 1] } : {}) }));
  const served = (height, list) => ({ text: header(height), child: header(height + 1), qc: b64u(golden.blocks[height].qc), ...(list ? { changes: list } : {}) });
  const final = (x) => v.final_checkpoint(genesis, x) !== null;
  assert.ok(final({ text: genesis.checkpoint.text }));
  assert.ok(final(served(2)));
  assert.ok(final(served(4, changes.slice(0, 1))), "its child hands over");
  assert.ok(final(served(5, changes.slice(0, 1))));
  assert.ok(final(served(7, changes)));
  assert.ok(!final(served(3)), "its child is of a later epoch");
  assert.ok(!final(served(5)) && !final(served(7)) && !final(served(4)), "no changes");
  assert.ok(!final(served(7, changes.slice(0, 1))));
  assert.ok(!final(served(7, [changes[0], { ...changes[1], base: undefined }])) && !final(served(7, [changes[0], { ...changes[1], base: header(5) }])), "without the base of the recovery");
  assert.ok(!final(served(7, [changes[0], { ...changes[1], base: 7 }])));
  // The roots name the set of a recovery themselves; that its base is shown tells that a change below it is not.
  assert.ok(!final(served(7, changes.slice(1))));
  assert.ok(!final({ ...served(7, changes), qc: b64u(golden.blocks[6].qc) }), "the certificate of another");
  assert.ok(!final({ text: header(2), child: header(3) }) && !final({ text: header(2) }));
  for (const bad of [{}, null, "x", [{}], [null], [{ ...changes[0], qc: 7 }], [{ ...changes[0], set: undefined }], [{ ...changes[0], set: 7 }]]) {
    assert.ok(!final({ ...served(5), changes: bad }), JSON.stringify(bad));
  }
  const facts = v.final_checkpoint(genesis, served(7, changes));
  assert.equal(v.conflicts_with(facts, v.checkpoint_hash(header(6))), null);
  assert.notEqual(v.conflicts_with(facts, header(5).replace(/validators .*/, header(4).match(/validators .*/)[0])), null);
});
