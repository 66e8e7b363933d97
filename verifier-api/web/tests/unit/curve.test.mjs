// u1·G + u2·Q of the page beside noble's: anywhere, at the ends of what factors can be, and where sums meet.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1";
import { load } from "../../tools/bundle.mjs";

const { has_x, inverse_of, multiples_of, n, p, sum } = await load("src/verdict/curve.ts");
const { Point } = secp256k1;
const lambda = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;
const mod = (a, m = n) => ((a % m) + m) % m;
const random = (name) => mod(BigInt(`0x${createHash("sha512").update(name).digest("hex")}`));

function expect(u1, u2, q, what) {
  const { x, y } = q.toAffine();
  const got = sum(u1, u2, multiples_of(x, y));
  const good = Point.BASE.multiplyUnsafe(u1).add(q.multiplyUnsafe(u2));
  const where = `${what}: ${u1} ${u2} ${x}`;
  assert.equal(mod(got.z, p) === 0n, good.is0(), where);
  if (good.is0()) {
    assert.ok(!has_x(got, 0n), where);
    return;
  }
  const z = inverse_of(got.z, p);
  const affine = good.toAffine();
  assert.equal(mod(got.x * z * z, p), affine.x, where);
  assert.equal(mod(got.y * z * z * z, p), affine.y, where);
  assert.ok(has_x(got, affine.x), where);
  assert.ok(!has_x(got, mod(affine.x + 1n, p)), where);
}

test("the constants are noble's", () => {
  assert.equal(p, Point.Fp.ORDER);
  assert.equal(n, Point.Fn.ORDER);
  const { x, y } = Point.BASE.multiplyUnsafe(lambda).toAffine();
  assert.equal(y, Point.BASE.toAffine().y);
  assert.notEqual(x, Point.BASE.toAffine().x);
});
test("anywhere", () => {
  for (let i = 0; i < 150; i++) expect(random(`u${i}`), random(`v${i}`), Point.BASE.multiplyUnsafe(random(`q${i}`)), "anywhere");
});
test("small factors and keys that are small multiples: every sum that meets itself or its opposite", () => {
  for (let k = 1n; k <= 6n; k++) {
    for (const q of [k, n - k, mod(k * lambda), mod(-k * lambda)]) {
      const point = Point.BASE.multiplyUnsafe(q);
      for (let u1 = 0n; u1 <= 6n; u1++) for (let u2 = 0n; u2 <= 6n; u2++) expect(u1, u2, point, "small");
    }
  }
});
test("the ends of what factors can be", () => {
  const ends = [0n, 1n, 2n, n - 1n, n - 2n, n >> 1n, (n >> 1n) + 1n, lambda, lambda - 1n, lambda + 1n, n - lambda, mod(lambda * lambda), 1n << 128n, (1n << 128n) - 1n, mod(-(1n << 128n)), 1n << 255n, (1n << 127n) * lambda % n];
  for (const q of [1n, n - 1n, lambda, random("q")]) for (const u1 of ends) for (const u2 of ends) expect(u1, u2, Point.BASE.multiplyUnsafe(q), "ends");
});
test("inverses", () => {
  for (const a of [1n, 2n, n - 1n, -1n, -5n, random("a")]) assert.equal(mod(a * inverse_of(a, n)), 1n, String(a));
});
