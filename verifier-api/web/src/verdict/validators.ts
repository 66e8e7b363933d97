// The sets that sign headers, and how evidence shows that they change: wire-format.md sections 6, 7 and 9 ("Who signs").
import { ascii, b64u, bytes16, is_point, join, Reader, refuse, same, tagged, u16, verify_digest, type Bytes } from "./bytes.js";
import { code, org } from "./read.js";
import type { Genesis } from "./genesis.js";

export interface Member {
  id: string;
  key: Bytes;
}
export type Members = readonly Member[];

/** The two sets that sign a header, and the line by which it names them. */
export interface Signers {
  readonly now: Members;
  readonly next: Members;
  readonly line: Bytes;
  /** In the order of their numbers: those of `now`, then those of `next` whose key is not among them. */
  readonly numbered: readonly { key: Bytes; in_now: boolean; in_next: boolean }[];
}
export const members_max = 64;

const encode_set = (set: Members): Bytes => join(u16(set.length), ...set.map((m) => join(bytes16(ascii(m.id)), m.key)));
export const same_set = (a: Members, b: Members): boolean => same(encode_set(a), encode_set(b));
export const quorum = (members: number): number => Math.floor((2 * members) / 3) + 1;

export function signers_of(now: Members, next: Members): Signers {
  const [in_now, in_next] = [now, next].map((set) => new Set(set.map((m) => b64u(m.key)))) as [Set<string>, Set<string>];
  const numbered = [
    ...now.map((m) => ({ key: m.key, in_now: true, in_next: in_next.has(b64u(m.key)) })),
    ...next.filter((m) => !in_now.has(b64u(m.key))).map((m) => ({ key: m.key, in_now: false, in_next: true })),
  ];
  return { now, next, line: tagged("stele/v1/validators", encode_set(now), encode_set(next)), numbered };
}
export const steady = (set: Members): Signers => signers_of(set, set);

const text_of = (data: Bytes): string => String.fromCharCode(...data);

function read_members(r: Reader, where: string): Member[] {
  const n = r.u16();
  if (n < 1 || n > members_max) refuse("out_of_bounds", where);
  const out: Member[] = [];
  for (let i = 0; i < n; i++) {
    const id = org(text_of(r.take(r.u16())), where);
    const key = r.take(33);
    if (!is_point(key)) refuse("bad_form", where);
    if (out.some((m) => m.id === id || same(m.key, key))) refuse("repeated", where);
    out.push({ id, key });
  }
  return out;
}
/** enc of section 6, and not a byte more. */
export function read_set(data: Bytes, where: string): Member[] {
  const r = new Reader(data, where);
  const out = read_members(r, where);
  r.end();
  return out;
}

export interface Recovery {
  base: { epoch: number; height: number; hash: string };
  epoch: number;
  reason: string;
  /** When the roots published it; seconds. */
  time: number;
  set: Member[];
}
const safe_max = BigInt(Number.MAX_SAFE_INTEGER);
const time_max = 253402300799n;
const signatures_max = 16;

/** A recovery of this network that enough of its roots signed; every signature that stands there is checked. */
export function read_recovery(genesis: Genesis, data: Bytes, where: string): Recovery {
  const r = new Reader(data, where);
  if (!same(r.take(4), ascii("STLR")) || r.u8() !== 1) refuse("bad_form", where);
  if (text_of(r.take(r.u16())) !== genesis.net) refuse("wrong_net", where);
  const up_to = (max: bigint): number => {
    const n = r.u64();
    return n <= max ? Number(n) : refuse("out_of_bounds", where);
  };
  const base = { epoch: up_to(safe_max), height: up_to(safe_max), hash: b64u(r.take(32)) };
  const epoch = up_to(safe_max);
  if (epoch <= base.epoch) refuse("wrong_epoch", where);
  const reason = code(text_of(r.take(r.u16())), where);
  const time = up_to(time_max);
  const set = read_members(r, where);
  const digest = tagged("stele/v1/recovery", r.taken());
  const k = r.u16();
  if (k > signatures_max) refuse("out_of_bounds", where);
  let last = -1;
  for (let i = 0; i < k; i++) {
    const number = r.u16();
    const signature = r.take(64);
    if (number <= last) refuse("not_ascending", where);
    last = number;
    const root = genesis.roots[number];
    if (!root) refuse("unknown_root", where);
    if (!verify_digest(root.key, digest, signature)) refuse("bad_signature", where);
  }
  r.end();
  if (k < genesis.root_quorum) refuse("no_quorum", where);
  return { base, epoch, reason, time, set };
}
