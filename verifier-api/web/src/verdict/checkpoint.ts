// Checkpoints and quorum certificates: wire-format.md sections 6 and 7.
import { ascii, b64u, join, Reader, refuse, same, sha256, tagged, u64, un_b64, verify_digest, type Bytes } from "./bytes.js";
import { utc_seconds } from "./read.js";
import { quorum, type Signers } from "./validators.js";

export interface Checkpoint {
  text: string;
  hash: string;
  net: string;
  size: number;
  root: Bytes;
  height: number;
  epoch: number;
  rules: number;
  parent: string;
  status: Bytes;
  validators: Bytes;
  time: number;
}

function number(text: string, where: string, max: bigint): number {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text) || BigInt(text) > max) refuse("bad_form", where);
  return Number(text);
}
const u32_max = 0xffffffffn;
const safe_max = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads a text of exactly the eleven lines. */
export function checkpoint_hash(text: string, where = ""): Checkpoint {
  const lines = text.split("\n");
  if (lines.length !== 12 || lines[11] !== "") refuse("bad_form", where);
  const line = (i: number, name: string): string => {
    const prefix = `${name} `;
    return lines[i]!.startsWith(prefix) ? lines[i]!.slice(prefix.length) : refuse("bad_form", `${where} ${name}`);
  };
  const hash_line = (i: number, name: string): Bytes => un_b64(line(i, name), where, 32);
  hash_line(7, "body");
  if (!/^stele\/[a-z0-9][a-z0-9.-]{0,15}\/[0-9a-f]{32}$/.test(lines[0]!)) refuse("bad_form", where);
  return {
    text,
    hash: b64u(sha256(ascii(text))),
    net: lines[0]!,
    size: number(lines[1]!, where, safe_max),
    root: un_b64(lines[2]!, where, 32),
    height: number(line(3, "height"), where, safe_max),
    epoch: number(line(4, "epoch"), where, safe_max),
    rules: number(line(5, "rules"), where, u32_max),
    parent: b64u(hash_line(6, "parent")),
    status: hash_line(8, "status"),
    validators: hash_line(9, "validators"),
    time: utc_seconds(line(10, "time"), where),
  };
}

export interface Finality {
  final: boolean;
  /** Position of the child whose certificate, or whose own finality, makes it final. */
  proven_by: number | null;
}
/** Of headers in ascending order, if those at the positions `certified` are: final is the genesis checkpoint, and whose
 * child by hash is of the same epoch and certified, or is final itself. Section 9. */
export function find_final(headers: readonly Checkpoint[], certified: ReadonlySet<number>): Finality[] {
  const at = new Map(headers.map((h, i) => [h.hash, i]));
  const out = headers.map((h): Finality => ({ final: h.height === 0, proven_by: null }));
  for (let i = headers.length - 1; i >= 0; i--) {
    const child = headers[i]!;
    const parent = at.get(child.parent);
    if (parent === undefined || !((certified.has(i) && child.epoch === headers[parent]!.epoch) || out[i]!.final)) continue;
    out[parent]!.final = true;
    out[parent]!.proven_by ??= i;
  }
  return out;
}

/** Is this a certificate of `header` by a quorum of each of the two sets that it names? */
export function check_certificate(signers: Signers, header: Checkpoint, qc: Bytes, where: string): void {
  const r = new Reader(qc, where);
  if (!same(r.take(4), ascii("STLQ")) || r.u8() !== 1) refuse("bad_form", where);
  const hash = r.take(32);
  if (b64u(hash) !== header.hash) refuse("certificate_of_another", where);
  if (!same(header.validators, signers.line)) refuse("unknown_validators", where);
  const n = r.u16();
  let last = -1;
  let votes_now = 0;
  let votes_next = 0;
  for (let i = 0; i < n; i++) {
    const number = r.u16();
    const time = r.take(8);
    const signature = r.take(64);
    if (number <= last) refuse("not_ascending", where);
    last = number;
    const validator = signers.numbered[number];
    if (!validator) refuse("unknown_validators", where);
    if (!verify_digest(validator.key, tagged("stele/v1/vote", hash, time), signature)) refuse("bad_signature", where);
    if (validator.in_now) votes_now++;
    if (validator.in_next) votes_next++;
  }
  r.end();
  if (votes_now < quorum(signers.now.length) || votes_next < quorum(signers.next.length)) refuse("no_quorum", where);
}

export const vote_digest = (header_hash: Bytes, time: number): Bytes => tagged("stele/v1/vote", join(header_hash, u64(time)));
