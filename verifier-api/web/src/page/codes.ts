// What may stand in a QR code (wire-format.md, printed forms): a link with handle and key, a record id, or one of a set
// of codes that carries a whole document.
import { ascii, b64u, hex, join, sha256, un_b64u } from "../verdict/bytes.js";

export type Code =
  | { kind: "shared"; handle: string; key: string }
  | { kind: "record"; id: string }
  | { kind: "slice"; set: string; i: number; n: number; data: Uint8Array };

const canonical = (text: string, length: number): boolean => {
  try {
    return b64u(un_b64u(text, "", length)) === text;
  } catch {
    return false;
  }
};
/** The part after `#`. */
export function read_fragment(fragment: string): Code | null {
  const shared = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/.exec(fragment);
  if (shared && canonical(shared[1]!, 16) && canonical(shared[2]!, 16)) return { kind: "shared", handle: shared[1]!, key: shared[2]! };
  if (/^[A-Za-z0-9_-]{43}$/.test(fragment) && canonical(fragment, 32)) return { kind: "record", id: fragment };
  return null;
}
export function read_code(text: string): Code | null {
  const slice = /^STELE1:([0-9A-F]{16}):([1-9][0-9]?)\/([1-9][0-9]?):([0-9A-Z $%*+\-./:]+)$/.exec(text);
  if (slice) {
    const i = Number(slice[2]);
    const n = Number(slice[3]);
    const data = un_base45(slice[4]!);
    if (n > 64 || i > n || !data || data.length < 1 || data.length > 1024) return null;
    return { kind: "slice", set: slice[1]!, i, n, data };
  }
  // Only the fragment counts: which host stands in the code is nothing to go by.
  const hash = text.indexOf("#");
  return hash >= 0 && /^https:\/\/[^\s]+$/.test(text) ? read_fragment(text.slice(hash + 1)) : null;
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/** RFC 9285. */
export function un_base45(text: string): Uint8Array | null {
  if (text.length % 3 === 1) return null;
  const out: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const v = [...text.slice(i, i + 3)].map((c) => alphabet.indexOf(c));
    if (v.includes(-1)) return null;
    const n = v[0]! + 45 * v[1]! + 2025 * (v[2] ?? 0);
    if (v.length === 3) {
      if (n > 0xffff) return null;
      out.push(n >> 8, n & 255);
    } else {
      if (n > 0xff) return null;
      out.push(n);
    }
  }
  return Uint8Array.from(out);
}

const inflated_max = 4 * 1024 * 1024;
/** One zlib stream and nothing after it; null beyond 4 MiB. */
export async function inflate(data: Uint8Array): Promise<Uint8Array | null> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return join(...parts);
      size += value.length;
      if (size > inflated_max) {
        await reader.cancel();
        return null;
      }
      parts.push(value);
    }
  } catch {
    return null;
  }
}

export type SetState = { state: "more"; have: number[]; n: number } | { state: "other_set" } | { state: "contradiction" } | { state: "damaged" } | { state: "whole"; file: Uint8Array };

/** Codes of one document, scanned in turn. */
export class CodeSet {
  private set: string | null = null;
  private n = 0;
  private readonly slices = new Map<number, Uint8Array>();

  start_over(): void {
    this.set = null;
    this.slices.clear();
  }
  async add(c: Extract<Code, { kind: "slice" }>): Promise<SetState> {
    if (this.set !== null && this.set !== c.set) return { state: "other_set" };
    const before = this.slices.get(c.i);
    if ((this.set !== null && this.n !== c.n) || (before && b64u(before) !== b64u(c.data))) return { state: "contradiction" };
    this.set = c.set;
    this.n = c.n;
    this.slices.set(c.i, c.data);
    if (this.slices.size < c.n) return { state: "more", have: [...this.slices.keys()].sort((a, b) => a - b), n: c.n };
    const list = Array.from({ length: c.n }, (_, i) => this.slices.get(i + 1)!);
    const first = list[0]!.length;
    if (list.slice(0, -1).some((s) => s.length !== first)) return { state: "damaged" };
    const file = await inflate(join(...list));
    if (!file || hex(sha256(file).subarray(0, 8)).toUpperCase() !== c.set) return { state: "damaged" };
    return { state: "whole", file };
  }
}

/** Opens a shared document: AES-256-GCM, key by HKDF from the part of the link that no server sees. */
export async function open_shared(blob: Uint8Array, handle: string, key: string): Promise<Uint8Array | null> {
  const head = join(ascii("STLS"), Uint8Array.of(1));
  if (blob.length < 33 || blob.length > 262144 || head.some((x, i) => blob[i] !== x)) return null;
  const salt = un_b64u(handle, "", 16) as Uint8Array<ArrayBuffer>;
  const material = await crypto.subtle.importKey("raw", un_b64u(key, "", 16) as Uint8Array<ArrayBuffer>, "HKDF", false, ["deriveKey"]);
  const secret = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: ascii("stele/v1/share") as Uint8Array<ArrayBuffer> }, material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  try {
    const additionalData = join(head, salt) as Uint8Array<ArrayBuffer>;
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: blob.slice(5, 17), additionalData }, secret, blob.slice(17));
    return await inflate(new Uint8Array(plain));
  } catch {
    return null;
  }
}
