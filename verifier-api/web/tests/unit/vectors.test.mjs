// The golden vectors of tests/vectors, made by an independent script; and the vectors of others, where they are there.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";

const v = await load();
const golden = (name) => JSON.parse(readFileSync(new URL(`../../../../tests/vectors/golden/${name}.json`, import.meta.url)));
const bytes = (text) => new TextEncoder().encode(text);
const genesis = v.read_genesis(bytes(golden("genesis").file));
const refused = (run) => assert.throws(run, (e) => e instanceof v.Refused);

test("genesis: network, checkpoint, and every refused one", () => {
  const g = golden("genesis");
  assert.equal(genesis.net, g.net);
  assert.equal(genesis.checkpoint.text, g.checkpoint);
  for (const r of g.refused) refused(() => v.read_genesis(bytes(r.file)));
});

test("records: ids, leaves, signatures", () => {
  for (const r of golden("records").records) {
    const read = v.read_record(r.jws);
    assert.equal(read.type, r.type);
    assert.equal(v.bytes.hex(v.bytes.un_b64u(read.id)), r.record_id, r.type);
    assert.equal(v.bytes.hex(read.leaf), r.leaf, r.type);
    if (r.jwk.crv !== "secp256k1") continue;
    const key = v.bytes.point_of(v.bytes.un_b64u(r.jwk.x), v.bytes.un_b64u(r.jwk.y), "");
    assert.ok(v.bytes.verify_text(key, read.signing_input, read.signature), r.type);
  }
});

test("records that must be refused are refused, and those at the edge that must not are read", () => {
  for (const r of golden("refused_records").refused) {
    if (r.stage !== "decode") continue;
    if (r.codes.length === 0) {
      assert.doesNotThrow(() => v.read_record(r.jws), `${r.type}, ${r.name}`);
      continue;
    }
    try {
      v.read_record(r.jws);
    } catch (e) {
      assert.ok(e instanceof v.Refused, `${r.name}: ${e}`);
      continue;
    }
    assert.fail(`not refused: ${r.type}, ${r.name}`);
  }
});

test("certificates: valid ones, and each with its fault", () => {
  const c = golden("log").certificates;
  const un_hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
  const members = (list) => list.map((m) => ({ id: m.id, key: un_hex(m.key) }));
  const set = members(c.set);
  const steady = v.signers_of(set, set);
  const handover = v.signers_of(members(c.handover.now), members(c.handover.next));
  assert.equal(v.bytes.hex(steady.line), c.validators_digest);
  assert.equal(v.bytes.hex(handover.line), c.handover.validators_digest);
  const run = (signers, x) => v.check_certificate(signers, { hash: v.bytes.b64u(un_hex(c.header_hash)), validators: signers.line }, un_hex(x.bytes), "");
  for (const [signers, cases] of [[steady, c.cases], [handover, c.handover.cases]]) {
    for (const x of cases) {
      if (x.codes.length === 0) run(signers, x);
      else refused(() => run(signers, x));
    }
  }
  for (const x of c.malformed) refused(() => run(steady, x));
  refused(() => v.check_certificate(steady, { hash: v.bytes.b64u(un_hex(c.header_hash)), validators: handover.line }, un_hex(c.cases[0].bytes), ""));
});

test("recoveries: the good one, and each that does not decode", () => {
  const { recovery, malformed } = golden("log").epochs;
  const un_hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
  const read = v.read_recovery(genesis, un_hex(recovery.bytes), "");
  assert.deepEqual([read.epoch, read.base.epoch, read.base.height, read.time, read.reason], [recovery.epoch, recovery.base.epoch, recovery.base.height, recovery.time, recovery.reason]);
  // STLP ‖ u8 ‖ bytes32 recovery.
  const in_proof = (bytes) => bytes.subarray(9, 9 + new DataView(bytes.buffer, bytes.byteOffset + 5).getUint32(0));
  const cases = malformed.filter((x) => x.name.startsWith("a recovery"));
  assert.ok(cases.length >= 12);
  for (const x of cases) {
    const code = x.name.includes("2^53") || x.name.includes("time") ? "out_of_bounds" : /./;
    assert.throws(() => v.read_recovery(genesis, in_proof(un_hex(x.bytes)), ""), (e) => e instanceof v.Refused && new RegExp(code).test(e.code), x.name);
  }
});

test("checkpoints that are malformed are refused", () => {
  for (const x of golden("log").checkpoints.malformed) refused(() => v.checkpoint_hash(x.text, ""));
});

test("averages of terms and years", () => {
  const a = golden("assessment");
  const rules = v.read_rule_set(bytes(a.rule_set));
  const entry = (e) => (e === null || e === undefined ? { missing: "not-yet" } : typeof e === "string" && /^\d/.test(e) ? { mark: e } : { missing: e.missing ?? e });
  for (const x of a.terms) assert.equal(v.term_average(rules, { regular: x.regular.map(entry), mid: entry(x.mid), final: entry(x.final) }), x.average ?? null, JSON.stringify(x));
  for (const x of a.years) assert.equal(v.year_average(rules, x.first, x.second), x.average);
});

test("files: outcomes of the good, the false and the malformed", () => {
  const f = golden("files");
  const judge = (x) => v.judge_file(genesis, bytes(x.text), {}).outcome;
  for (const x of f.files) assert.equal(judge(x), x.outcome, x.name);
  for (const x of f.false) {
    assert.notEqual(judge(x), "valid", x.name);
    if (x.outcomes.length) assert.ok(x.outcomes.includes(judge(x)), x.name);
  }
  for (const x of f.malformed_documents) if (x.name !== "a receipt") assert.ok(["altered", "unreadable"].includes(judge(x)), x.name);
});

test("form is judged before the network, and rules before every other item", () => {
  const code = (x) => v.judge_file(genesis, bytes(x.text), {}).parts[0].code;
  const cases = (prefix) => golden("files").false.filter((x) => x.name.startsWith(prefix)).map((x) => [x.name.slice(prefix.length), code(x)]);
  assert.deepEqual(Object.fromEntries(cases("of another network: ")), {
    "nothing else": "other_network", "newer rules": "other_network",
    "a certificate of 12,684 characters": "other_network", "a certificate of 12,686 characters": "out_of_bounds", "a certificate that is no base64url": "bad_form",
    "a certificate of no header": "out_of_bounds", "certificates descending": "not_ascending",
    "a change of 8,192 characters": "other_network", "a change of 8,194 characters": "out_of_bounds", "a change that is no base64url": "bad_form",
    "records descending": "not_ascending", "inclusions descending": "not_ascending", "an inclusion of no record": "out_of_bounds", "an inclusion under no header": "out_of_bounds",
    "an inclusion whose path is no base64url": "bad_form", "statuses descending": "not_ascending", "a status of no record": "out_of_bounds", "a status leaf that is no base64url": "bad_form",
  });
  const newer = cases("newer rules: ");
  assert.equal(newer.length, 5);
  for (const [name, c] of newer) assert.equal(c, "unknown_rules", name);
});

test("every single character of a document file counts", () => {
  const { text } = golden("files").files.find((x) => x.name === "transcript");
  const outcomes = new Set();
  for (let i = 0; i < text.length; i += 97) {
    const other = text[i] === "x" ? "y" : "x";
    outcomes.add(v.judge_file(genesis, bytes(text.slice(0, i) + other + text.slice(i + 1)), {}).outcome);
  }
  assert.ok(!outcomes.has("valid"));
});

const vectors = process.env.STELE_VECTORS ?? new URL("../../../../../shared/vectors", import.meta.url).pathname;
test("the JSON suite: n_ refused; y_ read, but for floats, duplicates and code points that we refuse", { skip: existsSync(`${vectors}/json`) ? false : "the vectors of others are not there (STELE_VECTORS)" }, () => {
  const stricter = new Set();
  for (const name of readdirSync(`${vectors}/json`)) {
    const data = readFileSync(`${vectors}/json/${name}`);
    let good = true;
    try {
      v.parse(new Uint8Array(data), 1 << 20);
    } catch (e) {
      assert.ok(e instanceof v.Refused, `${name}: ${e}`);
      good = false;
    }
    if (name.startsWith("n_")) assert.ok(!good, name);
    if (name.startsWith("y_") && !good) stricter.add(name);
  }
  const floats = ["number", "number_0e+1", "number_double_close_to_zero", "number_real_capital_e", "number_real_capital_e_pos_exp", "number_real_exponent", "number_real_neg_exp", "number_real_pos_exponent", "number_simple_real", "structure_lonely_negative_real"];
  const minus_zero = ["number_minus_zero", "number_negative_zero"];
  const duplicates = ["object_duplicated_key", "object_duplicated_key_and_value"];
  const controls = ["object_escaped_null_in_key", "string_allowed_escapes", "string_escaped_control_character", "string_null_escape", "string_uescaped_newline", "string_unescaped_char_delete", "string_with_del_character"];
  const not_characters = ["string_nonCharacterInUTF-8_U+10FFFF", "string_reservedCharacterInUTF-8_U+1BFFF", "string_unicode_U+1FFFE_nonchar", "string_unicode_U+FDD0_nonchar", "string_unicode_U+FFFE_nonchar"];
  assert.deepEqual([...stricter].sort(), [...floats, ...minus_zero, ...duplicates, ...controls, ...not_characters].map((n) => `y_${n}.json`).sort());
});

test("Wycheproof: secp256k1, r ‖ s; high s is refused", { skip: existsSync(`${vectors}/wycheproof`) ? false : "the vectors of others are not there (STELE_VECTORS)" }, () => {
  const file = readdirSync(`${vectors}/wycheproof`).find((n) => /secp256k1.*p1363/.test(n));
  const half = BigInt("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");
  const order = BigInt("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  let high = 0;
  for (const group of JSON.parse(readFileSync(`${vectors}/wycheproof/${file}`)).testGroups) {
    const raw = Buffer.from(group.publicKey.uncompressed, "hex");
    const key = v.bytes.point_of(raw.subarray(1, 33), raw.subarray(33), "");
    for (const t of group.tests) {
      const sig = Uint8Array.from(Buffer.from(t.sig, "hex"));
      const good = v.bytes.verify_digest(key, v.bytes.sha256(Uint8Array.from(Buffer.from(t.msg, "hex"))), sig);
      const is_high = sig.length === 64 && BigInt(`0x${Buffer.from(sig.subarray(32)).toString("hex")}`) > half;
      if (t.result === "valid" && is_high) high++;
      assert.equal(good, t.result === "valid" && !is_high, `${t.tcId} ${t.comment}`);
      // The low twin of a high one is as good: among them is one whose x is above the order.
      if (t.result !== "valid" || !is_high) continue;
      const low = order - BigInt(`0x${Buffer.from(sig.subarray(32)).toString("hex")}`);
      const twin = Uint8Array.from([...sig.subarray(0, 32), ...Buffer.from(low.toString(16).padStart(64, "0"), "hex")]);
      assert.ok(v.bytes.verify_digest(key, v.bytes.sha256(Uint8Array.from(Buffer.from(t.msg, "hex"))), twin), `${t.tcId}, low`);
    }
  }
  assert.ok(high > 0);
});
