// What may stand in codes and links, against forms made independently of the page.
import assert from "node:assert/strict";
import { randomBytes, webcrypto } from "node:crypto";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";
import { base45, codes_of, share } from "../e2e/printed.mjs";

globalThis.crypto ??= webcrypto; // Node 18
const c = await load("src/page/codes.ts");
const file = Buffer.from(`{"stele":"document","text":"${"Nguyễn Văn An ".repeat(400)}${randomBytes(2000).toString("hex")}"}\n`);

test("base45 of RFC 9285", () => {
  assert.equal(Buffer.from(c.un_base45("QED8WEX0")).toString(), "ietf!");
  for (let n = 0; n < 70; n++) {
    const data = randomBytes(n);
    assert.deepEqual(Buffer.from(c.un_base45(base45(data))), data);
  }
  for (const bad of ["GGW", "ZZ", ":::", "A", "AAAA", "a0", "::"]) assert.equal(c.un_base45(bad), null, bad);
});

test("a set of codes in any order gives the file; each fault is told", async () => {
  const codes = codes_of(file).map((x) => c.read_code(x));
  assert.ok(codes.length > 3 && codes.every((x) => x?.kind === "slice"));
  const set = new c.CodeSet();
  let last;
  for (const x of [...codes].reverse()) last = await set.add(x);
  assert.equal(last.state, "whole");
  assert.deepEqual(Buffer.from(last.file), file);

  const other = new c.CodeSet();
  await other.add(codes[0]);
  assert.equal((await other.add({ ...codes[1], set: "0".repeat(16) })).state, "other_set");
  assert.equal((await other.add({ ...codes[0], data: Uint8Array.of(1) })).state, "contradiction");
  assert.equal((await other.add({ ...codes[1], n: 60 })).state, "contradiction");
  let damaged;
  const spoiled = new c.CodeSet();
  for (const x of codes) damaged = await spoiled.add({ ...x, data: x.i === 2 ? x.data.map((b) => b ^ 1) : x.data });
  assert.equal(damaged.state, "damaged");
});

test("codes of another form are not ours", () => {
  const [good] = codes_of(file);
  for (const bad of ["", "STELE1:", good.toLowerCase(), good.replace(":1/", ":0/"), good.replace(/:1\/\d+:/, ":3/2:"), good.replace(/\/\d+:/, "/65:"), "https://x.example/", "https://x.example/v#abc", "javascript:x#" + "A".repeat(43)]) assert.equal(c.read_code(bad), null, bad.slice(0, 40));
  assert.equal(c.read_code(`https://any.example/v#${"A".repeat(43)}`).kind, "record");
  assert.equal(c.read_fragment(`${"A".repeat(21)}B.${"A".repeat(22)}`), null, "unused bits are zero");
});

test("shared documents open with their own handle and key only", async () => {
  const handle = randomBytes(16);
  const key = randomBytes(16);
  const blob = new Uint8Array(share(file, handle, key));
  const text = (b) => b.toString("base64url");
  assert.deepEqual(Buffer.from(await c.open_shared(blob, text(handle), text(key))), file);
  assert.equal(await c.open_shared(blob, text(randomBytes(16)), text(key)), null);
  assert.equal(await c.open_shared(blob, text(handle), text(randomBytes(16))), null);
  for (const at of [0, 4, 10, 40, blob.length - 1]) assert.equal(await c.open_shared(blob.map((x, i) => (i === at ? x ^ 1 : x)), text(handle), text(key)), null, `byte ${at}`);
  const bomb = share(Buffer.alloc(5 << 20, 32), handle, key);
  assert.equal(await c.open_shared(new Uint8Array(bomb), text(handle), text(key)), null, "more than 4 MiB");
});
