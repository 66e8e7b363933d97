// Bytes, encodings, hashes, curves: wire-format.md section 1. The only file that names noble.
import { secp256k1 } from "@noble/curves/secp256k1";
import { hmac } from "@noble/hashes/hmac";
import { sha256 as noble_sha256 } from "@noble/hashes/sha2";
import { has_x, inverse_of, multiples_of, n, p, sum, type Multiples } from "./curve.js";

export type Bytes = Uint8Array;

/** What is wrong with something that came from outside, and where. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly where: string = "",
    /** The text ends before it is complete. */
    readonly cut = false,
  ) {
    super(where ? `${code} at ${where}` : code);
  }
}
export function refuse(code: string, where = ""): never {
  throw new Refused(code, where);
}

const encoder = new TextEncoder();
export const ascii = (text: string): Bytes => encoder.encode(text);

export function join(...parts: Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}
export function same(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const sha256 = (data: Bytes): Bytes => noble_sha256(data);
export const hmac_sha256 = (key: Bytes, data: Bytes): Bytes => hmac(noble_sha256, key, data);
export const tagged = (tag: string, ...content: Bytes[]): Bytes => sha256(join(ascii(tag), Uint8Array.of(0), ...content));

const url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const std_alphabet = url_alphabet.slice(0, 62) + "+/";
const reverse = (alphabet: string): Int8Array => {
  const out = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i++) out[alphabet.charCodeAt(i)] = i;
  return out;
};
const url_values = reverse(url_alphabet);
const std_values = reverse(std_alphabet);

function encode64(data: Bytes, alphabet: string): string {
  let out = "";
  for (let i = 0; i < data.length; i += 3) {
    const n = (data[i]! << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
    out += alphabet[n >> 18]! + alphabet[(n >> 12) & 63]!;
    if (i + 1 < data.length) out += alphabet[(n >> 6) & 63]!;
    if (i + 2 < data.length) out += alphabet[n & 63]!;
  }
  return out;
}
function decode64(text: string, values: Int8Array): Bytes | null {
  const rest = text.length % 4;
  if (rest === 1) return null;
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const v = c < 128 ? values[c]! : -1;
    if (v < 0) return null;
    held = ((held << 6) | v) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = (held >> bits) & 0xff;
    }
  }
  // Unused trailing bits are zero: every other form of the same bytes is refused.
  if ((held & ((1 << bits) - 1)) !== 0) return null;
  return out;
}
export const b64u = (data: Bytes): string => encode64(data, url_alphabet);
export function un_b64u(text: string, where = "", length?: number): Bytes {
  const out = decode64(text, url_values);
  if (!out || (length !== undefined && out.length !== length)) refuse("bad_form", where);
  return out;
}
export function b64(data: Bytes): string {
  const out = encode64(data, std_alphabet);
  return out + "=".repeat((4 - (out.length % 4)) % 4);
}
export function un_b64(text: string, where = "", length?: number): Bytes {
  const bare = text.replace(/={1,2}$/, "");
  const out = decode64(bare, std_values);
  if (!out || b64(out) !== text || (length !== undefined && out.length !== length)) refuse("bad_form", where);
  return out;
}
export const hex = (data: Bytes): string => Array.from(data, (x) => x.toString(16).padStart(2, "0")).join("");

export function u16(n: number): Bytes {
  return Uint8Array.of(n >> 8, n & 255);
}
export function u64(n: number): Bytes {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(n));
  return out;
}
export const bytes16 = (data: Bytes): Bytes => join(u16(data.length), data);

/** Reads a binary structure; every byte is consumed or the whole is refused. */
export class Reader {
  private at = 0;
  constructor(
    private readonly data: Bytes,
    private readonly where: string,
  ) {}
  take(n: number): Bytes {
    if (this.at + n > this.data.length) refuse("bad_form", this.where);
    this.at += n;
    return this.data.subarray(this.at - n, this.at);
  }
  u8(): number {
    return this.take(1)[0]!;
  }
  u16(): number {
    const b = this.take(2);
    return (b[0]! << 8) | b[1]!;
  }
  u64(): bigint {
    const b = this.take(8);
    return new DataView(b.buffer, b.byteOffset, 8).getBigUint64(0);
  }
  /** All bytes read so far. */
  taken(): Bytes {
    return this.data.subarray(0, this.at);
  }
  end(): void {
    if (this.at !== this.data.length) refuse("bad_form", this.where);
  }
}

/** Is this a point of secp256k1, in compressed form? */
export function is_point(key: Bytes): boolean {
  if (key.length !== 33) return false;
  try {
    secp256k1.ProjectivePoint.fromHex(key);
    return true;
  } catch {
    return false;
  }
}
/** Point from coordinates, compressed; refused if it is not on the curve. */
export function point_of(x: Bytes, y: Bytes, where: string): Bytes {
  try {
    return secp256k1.ProjectivePoint.fromHex(join(Uint8Array.of(4), x, y)).toRawBytes(true);
  } catch {
    return refuse("bad_form", where);
  }
}
/** The y coordinate of a compressed point. */
export function coordinates(key: Bytes): { x: Bytes; y: Bytes } {
  const raw = secp256k1.ProjectivePoint.fromHex(key).toRawBytes(false);
  return { x: raw.slice(1, 33), y: raw.slice(33, 65) };
}

let checks = 0;
/** How many signatures were really verified so far: what the measurement reports. */
export const signatures_checked = (): number => checks;
const known = new Map<string, boolean>();
const known_max = 4096;

const tables = new Map<string, Multiples>();
const tables_max = 512;
function table_for(key: Bytes): Multiples {
  const id = b64u(key);
  let table = tables.get(id);
  if (!table) {
    if (tables.size >= tables_max) tables.clear();
    const { x, y } = secp256k1.ProjectivePoint.fromHex(key).toAffine();
    tables.set(id, (table = multiples_of(x, y)));
  }
  return table;
}

/** r and s are in range, s is low, and R = (h/s)·G + (r/s)·Q has x = r (mod n). SEC 1 section 4.1.4. */
function ecdsa_holds(key: Bytes, digest: Bytes, compact: Bytes): boolean {
  const { r, s } = secp256k1.Signature.fromCompact(compact);
  if (2n * s > n) return false;
  const inverse = inverse_of(s, n);
  const R = sum((BigInt(`0x${hex(digest)}`) * inverse) % n, (r * inverse) % n, table_for(key));
  // x mod n = r, and x < p < 2n.
  return has_x(R, r) || (r + n < p && has_x(R, r + n));
}

/** ES256K over a digest: r ‖ s, low s only. Answers are kept, since files of one school share their evidence. */
export function verify_digest(key: Bytes, digest: Bytes, signature: Bytes): boolean {
  if (signature.length !== 64) return false;
  const id = b64u(join(key, digest, signature));
  const before = known.get(id);
  if (before !== undefined) return before;
  checks++;
  let good = false;
  try {
    good = ecdsa_holds(key, digest, signature);
  } catch {
    good = false;
  }
  if (known.size >= known_max) known.clear();
  known.set(id, good);
  return good;
}
export const verify_text = (key: Bytes, text: string, signature: Bytes): boolean =>
  verify_digest(key, sha256(ascii(text)), signature);
export function forget_signatures(): void {
  known.clear();
}
