// Strict JSON: wire-format.md section 1.1. Objects become Maps, so that no member name can meet JavaScript's own.
import { refuse, Refused, type Bytes } from "./bytes.js";
import { allowed_ranges } from "./unicode.js";

export type Json = null | boolean | number | string | Json[] | Members;
export type Members = Map<string, Json>;

const depth_max = 16;

let ranges: Int32Array | undefined;
/** Assigned in Unicode 15.0.0, and neither control, private use nor surrogate. */
function allowed(code_point: number): boolean {
  if (code_point < 0x7f) return code_point >= 0x20;
  ranges ??= unpack(allowed_ranges);
  let low = 0;
  let high = ranges.length / 2 - 1;
  while (low <= high) {
    const mid = (low + high) >> 1;
    if (code_point < ranges[2 * mid]!) high = mid - 1;
    else if (code_point > ranges[2 * mid + 1]!) low = mid + 1;
    else return true;
  }
  return false;
}
function unpack(text: string): Int32Array {
  const gaps = text.split(" ").map((x) => parseInt(x, 36));
  const out = new Int32Array(gaps.length);
  let at = 0;
  gaps.forEach((gap, i) => (out[i] = at += gap));
  return out;
}

const plain_text = /^[\x20-\x7e]*$/;
/** What needs no second look: most strings, by far. The engine's expressions are quick before anything is compiled. */
const plain_inside = /^[\x20-\x5b\x5d-\x7e]*$/;

/** Text that may stand in a signed thing. `line_feeds`: section 9, checkpoint texts in files. */
export function check_text(text: string, where: string, line_feeds = false): void {
  if (plain_text.test(text)) return;
  let plain = true;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c < 0x7f) continue;
    if (c === 10 && line_feeds) continue;
    plain = false;
    const cp = text.codePointAt(i)!;
    if (!allowed(cp)) refuse("bad_json", where);
    if (cp > 0xffff) i++;
  }
  if (!plain && (pair_not_in_form(text) || text.normalize("NFC") !== text)) refuse("bad_json", where);
}
/** Every part of a text in NFC is in NFC (UAX #15), so two neighbours that are not refuse it. Without them the marks behind a
 * letter stand in order: long runs that do not take the engine's normalisation time that grows with their square. */
function pair_not_in_form(text: string): boolean {
  let before = "";
  for (const c of text) {
    if (c > "\u02ff" && before !== "") {
      const pair = before + c;
      if (pair.normalize("NFC") !== pair) return true;
    }
    before = c;
  }
  return false;
}

class Parser {
  private at = 0;
  private inside = true;
  /** So far every character is where `print` and a line feed at the end would have it. */
  printed = true;
  constructor(
    private readonly text: string,
    private readonly line_feeds: boolean,
  ) {}

  whole(): Json {
    const out = this.value(1);
    this.inside = false;
    const line_feed = this.text.charCodeAt(this.at) === 10 && this.at + 1 === this.text.length;
    if (line_feed) this.at++;
    else this.printed = false;
    this.space();
    if (this.at !== this.text.length) this.bad();
    return out;
  }
  /** A text that was cut ends here, or within the last word or escape, and not in the brace that closes it. */
  private bad(): never {
    const left = this.text.length - this.at;
    throw new Refused("bad_json", `character ${this.at}`, left <= 0 || (left <= 6 && this.inside && !this.text.trimEnd().endsWith("}")));
  }
  private space(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
      this.at++;
      this.printed = false;
    }
  }
  private value(depth: number): Json {
    this.space();
    const c = this.text[this.at];
    if (c === '"') return this.string();
    if (c === "{") return this.object(depth);
    if (c === "[") return this.array(depth);
    if (c === "t" || c === "f" || c === "n") return this.word();
    return this.number();
  }
  private word(): boolean | null {
    for (const [word, value] of [["true", true], ["false", false], ["null", null]] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.bad();
  }
  private number(): number {
    const found = /-?(0|[1-9][0-9]*)/y;
    found.lastIndex = this.at;
    const m = found.exec(this.text);
    if (!m || m[0] === "-0" || m[0].length > 17) this.bad();
    this.at += m[0].length;
    const next = this.text[this.at];
    if (next === "." || next === "e" || next === "E") this.bad();
    const n = Number(m[0]);
    if (!Number.isSafeInteger(n)) this.bad();
    return n;
  }
  private string(): string {
    const from = this.at++;
    const end = this.text.indexOf('"', this.at);
    const up_to_quote = end < 0 ? "" : this.text.slice(this.at, end);
    if (end >= 0 && plain_inside.test(up_to_quote)) {
      this.at = end + 1;
      return up_to_quote;
    }
    return this.long_way(from);
  }
  /** Letters of all kinds, escapes, line feeds, and what is wrong. */
  private long_way(from: number): string {
    let out = "";
    let start = this.at;
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (Number.isNaN(c) || c < 0x20) this.bad();
      if (c === 34) break;
      if (c !== 92) {
        this.at++;
        continue;
      }
      out += this.text.slice(start, this.at);
      const e = this.text[this.at + 1];
      const short = e === undefined ? -1 : '"\\/bfnrt'.indexOf(e);
      if (short >= 0) {
        out += '"\\/\b\f\n\r\t'[short]!;
        this.at += 2;
      } else {
        const m = /^u([0-9a-fA-F]{4})$/.exec(this.text.slice(this.at + 1, this.at + 6));
        if (!m) this.bad();
        out += String.fromCharCode(parseInt(m[1]!, 16));
        this.at += 6;
      }
      start = this.at;
    }
    out += this.text.slice(start, this.at++);
    check_text(out, `character ${from}`, this.line_feeds);
    if (this.printed && JSON.stringify(out) !== this.text.slice(from, this.at)) this.printed = false;
    return out;
  }
  private array(depth: number): Json[] {
    if (depth > depth_max) this.bad();
    const out: Json[] = [];
    this.at++;
    this.space();
    if (this.text[this.at] === "]") {
      this.at++;
      return out;
    }
    for (;;) {
      out.push(this.value(depth + 1));
      this.space();
      const c = this.text[this.at++];
      if (c === "]") return out;
      if (c !== ",") this.bad();
    }
  }
  private object(depth: number): Members {
    if (depth > depth_max) this.bad();
    const out: Members = new Map();
    this.at++;
    this.space();
    if (this.text[this.at] === "}") {
      this.at++;
      return out;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.bad();
      const name = this.string();
      if (out.has(name)) refuse("bad_json", name);
      this.space();
      if (this.text[this.at++] !== ":") this.bad();
      out.set(name, this.value(depth + 1));
      this.space();
      const c = this.text[this.at++];
      if (c === "}") return out;
      if (c !== ",") this.bad();
    }
  }
}

/** Is the last character all that is wrong, because bytes of it are missing? */
function ends_in_character(data: Bytes): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(data, { stream: true });
    return true;
  } catch {
    return false;
  }
}
export interface Parsed {
  value: Json;
  /** The bytes are those of `print(value)` and a line feed. */
  printed: boolean;
}
/** Bytes are UTF-8 without byte order mark; `max` in bytes. */
export const parse = (data: Bytes, max: number): Json => parse_closely(data, max, false).value;
export function parse_closely(data: Bytes, max: number, line_feeds: boolean): Parsed {
  if (data.length > max) refuse("too_large");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Refused("bad_json", "UTF-8", ends_in_character(data));
  }
  const parser = new Parser(text, line_feeds);
  return { value: parser.whole(), printed: parser.printed };
}

/** What JSON.stringify prints, members in the order in which they stand. */
export function print(value: Json): string {
  if (value instanceof Map) {
    return `{${[...value].map(([k, v]) => `${JSON.stringify(k)}:${print(v)}`).join(",")}}`;
  }
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  return JSON.stringify(value);
}

/** Plain JavaScript of a value, for showing it. */
export function plain(value: Json): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [k, plain(v)]));
  return Array.isArray(value) ? value.map(plain) : value;
}
