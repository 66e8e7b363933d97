// u1·G + u2·Q on secp256k1, as quick as whole numbers of the engine allow before anything is compiled: what a signature's
// check comes down to. Of public values only, hence in variable time. Read from SEC 1 and SEC 2 (the curve), Hankerson, Menezes,
// Vanstone, "Guide to Elliptic Curve Cryptography", sections 3.2.2 (Jacobian coordinates), 3.3.1 (width-w NAF, interleaving) and
// 3.5 (the endomorphism). The tests compare it with noble's, on the points where sums meet too.

export const p = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn;
export const n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const g = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};
/** λ·(x, y) = (β·x, y). */
const beta = 0x7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501een;
/** Short vectors (a, b) with a + b·λ = 0 (mod n). */
const a1 = 0x3086d221a7d46bcde86c90e49284eb15n;
const minus_b1 = 0xe4437ed6010e88286f547fa90abfe4c3n;
const a2 = 0x114ca50f7a8e2f3f657c1108d9d44cfd8n;
const b2 = a1;

/** x = X/Z², y = Y/Z³; coordinates between -p and p. Z = 0: the point at infinity. */
export interface Jacobian {
  x: bigint;
  y: bigint;
  z: bigint;
}
/** What is added: with the square and the cube of its Z, which are not used where Z is 1. */
interface Term extends Jacobian {
  zz: bigint;
  zzz: bigint;
}
const infinity: Jacobian = { x: 1n, y: 1n, z: 0n };

/** Zero, of what lies between -2p and 2p? */
const vanishes = (a: bigint): boolean => a === 0n || a === p || a === -p;

function double({ x, y, z }: Jacobian): Jacobian {
  const yy = (y * y) % p;
  const s = (4n * x * yy) % p;
  const m = 3n * ((x * x) % p);
  const x3 = (m * m - 2n * s) % p;
  return { x: x3, y: (m * (s - x3) - 8n * yy * yy) % p, z: (2n * y * z) % p };
}

/** `negative`: of -b. */
function add(a: Jacobian, b: Term, negative = false): Jacobian {
  const by = negative ? -b.y : b.y;
  if (a.z === 0n) return { x: b.x, y: by, z: b.z };
  const zz = (a.z * a.z) % p;
  const affine = b.z === 1n;
  const u1 = affine ? a.x : (a.x * b.zz) % p;
  const s1 = affine ? a.y : (a.y * b.zzz) % p;
  const h = ((b.x * zz) % p) - u1;
  const r = ((((by * zz) % p) * a.z) % p) - s1;
  if (vanishes(h)) return vanishes(r) ? double(a) : infinity;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (u1 * hh) % p;
  const x3 = (r * r - hhh - 2n * v) % p;
  const z3 = (a.z * h) % p;
  return { x: x3, y: (r * (v - x3) - s1 * hhh) % p, z: affine ? z3 : (z3 * b.z) % p };
}

function term({ x, y, z }: Jacobian): Term {
  const zz = (z * z) % p;
  return { x, y, z, zz, zzz: (zz * z) % p };
}

/** P, 3P, 5P … of a point, and the same of λ·P. */
export interface Multiples {
  width: number;
  of: Term[];
  of_lambda: Term[];
}
function multiples(x: bigint, y: bigint, width: number): Multiples {
  const first = term({ x, y, z: 1n });
  const twice = term(double(first));
  const of = [first];
  for (let i = 1; i < 1 << (width - 2); i++) of.push(term(add(of[i - 1]!, twice)));
  return { width, of, of_lambda: of.map((t) => ({ ...t, x: (t.x * beta) % p })) };
}
/** With all Z = 1: one division for all of them. Montgomery's trick. */
function normalised(table: Multiples): Multiples {
  const before: bigint[] = [];
  let product = 1n;
  for (const t of table.of) {
    before.push(product);
    product = (product * t.z) % p;
  }
  let inverse = inverse_of(product, p);
  const of = [...table.of];
  for (let i = of.length - 1; i >= 0; i--) {
    const { x, y, z } = of[i]!;
    const zi = (inverse * before[i]!) % p;
    inverse = (inverse * z) % p;
    const zzi = (zi * zi) % p;
    of[i] = { x: (x * zzi) % p, y: (((y * zzi) % p) * zi) % p, z: 1n, zz: 1n, zzz: 1n };
  }
  return { width: table.width, of, of_lambda: of.map((t) => ({ ...t, x: (t.x * beta) % p })) };
}
/** Of what is not zero modulo m. */
export function inverse_of(a: bigint, m: bigint): bigint {
  let r = m;
  let next_r = ((a % m) + m) % m;
  let t = 0n;
  let next_t = 1n;
  while (next_r !== 0n) {
    const q = r / next_r;
    const rest = r - q * next_r;
    r = next_r;
    next_r = rest;
    const factor = t - q * next_t;
    t = next_t;
    next_t = factor;
  }
  return t < 0n ? t + m : t;
}

const key_width = 5;
const generator_width = 8;
/** Of a key, from its affine coordinates; kept by those who check several signatures of it. */
export const multiples_of = (x: bigint, y: bigint): Multiples => multiples(x, y, key_width);
let generator: Multiples | undefined;
const multiples_of_g = (): Multiples => (generator ??= normalised(multiples(g.x, g.y, generator_width)));

const digits_max = 132;
/** Width-w NAF of a number below 2^130, lowest digit first; of its negative, with the digits' signs turned. */
function naf(k: bigint, width: number): Int16Array {
  const out = new Int16Array(digits_max);
  const sign = k < 0n ? -1 : 1;
  const size = k < 0n ? -k : k;
  const words = [0n, 32n, 64n, 96n, 128n].map((at) => Number((size >> at) & 0xffffffffn));
  const bits = (at: number, count: number): number => {
    const [word, shift] = [at >>> 5, at & 31];
    const low = words[word]! >>> shift;
    const high = shift + count > 32 ? (words[word + 1] ?? 0) << (32 - shift) : 0;
    return (low | high) & ((1 << count) - 1);
  };
  let carry = 0;
  for (let at = 0; at < digits_max; ) {
    if (bits(at, 1) === carry) {
      at++;
      continue;
    }
    const digit = bits(at, width) + carry;
    carry = digit >> (width - 1);
    out[at] = sign * (digit - (carry << width));
    at += width;
  }
  return out;
}

/** k = k1 + k2·λ (mod n), both of some 128 bits. */
function split(k: bigint): [bigint, bigint] {
  const half = n >> 1n;
  const c1 = (b2 * k + half) / n;
  const c2 = (minus_b1 * k + half) / n;
  return [k - c1 * a1 - c2 * a2, c1 * minus_b1 - c2 * b2];
}

/** u1·G + u2·Q; both factors from 0 to n - 1. */
export function sum(u1: bigint, u2: bigint, q: Multiples): Jacobian {
  const parts: { digits: Int16Array; table: Term[] }[] = [];
  for (const [k, { width, of, of_lambda }] of [[u1, multiples_of_g()], [u2, q]] as const) {
    const [k1, k2] = split(k);
    parts.push({ digits: naf(k1, width), table: of }, { digits: naf(k2, width), table: of_lambda });
  }
  let out = infinity;
  for (let at = digits_max - 1; at >= 0; at--) {
    if (out.z !== 0n) out = double(out);
    for (const { digits, table } of parts) {
      const d = digits[at]!;
      if (d > 0) out = add(out, table[d >> 1]!);
      else if (d < 0) out = add(out, table[-d >> 1]!, true);
    }
  }
  return out;
}

/** Is x, from 0 to p - 1, the first coordinate of a point that is not at infinity? Without dividing. */
export const has_x = (point: Jacobian, x: bigint): boolean => point.z !== 0n && vanishes(((((x * point.z) % p) * point.z) % p) - point.x);
