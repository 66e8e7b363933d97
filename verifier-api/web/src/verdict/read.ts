// Small readers for members of closed lists: each takes a value and its place, and gives a typed value or refuses.
import { refuse, un_b64u, type Bytes } from "./bytes.js";
import type { Json, Members } from "./json.js";

export type Read<T> = (value: Json, where: string) => T;

/** An object of exactly these members. Names in `optional` end with nothing special; absent, never null. */
export class Fields {
  constructor(
    readonly members: Members,
    readonly where: string,
  ) {}
  need<T>(name: string, read: Read<T>): T {
    const value = this.members.get(name);
    if (value === undefined) refuse("missing_member", this.at(name));
    return read(value, this.at(name));
  }
  may<T>(name: string, read: Read<T>): T | undefined {
    const value = this.members.get(name);
    return value === undefined ? undefined : read(value, this.at(name));
  }
  has(name: string): boolean {
    return this.members.has(name);
  }
  at(name: string): string {
    return this.where ? `${this.where}.${name}` : name;
  }
}

export function fields(value: Json, where: string, names: readonly string[]): Fields {
  if (!(value instanceof Map)) refuse("wrong_type", where);
  for (const name of value.keys()) {
    if (!names.includes(name)) refuse("unknown_member", where ? `${where}.${name}` : name);
  }
  return new Fields(value, where);
}
/** As `fields`, for files: the members stand in the order given. */
export function ordered_fields(value: Json, where: string, names: readonly string[]): Fields {
  const out = fields(value, where, names);
  let last = -1;
  for (const name of out.members.keys()) {
    const at = names.indexOf(name);
    if (at < last) refuse("not_canonical", out.at(name));
    last = at;
  }
  return out;
}

export const text: Read<string> = (value, where) => (typeof value === "string" ? value : refuse("wrong_type", where));
export const boolean: Read<boolean> = (value, where) => (typeof value === "boolean" ? value : refuse("wrong_type", where));
export const integer =
  (min: number, max: number): Read<number> =>
  (value, where) => {
    if (typeof value !== "number") refuse("wrong_type", where);
    if (value < min || value > max) refuse("out_of_bounds", where);
    return value;
  };
export const list =
  <T>(min: number, max: number, read: Read<T>): Read<T[]> =>
  (value, where) => {
    if (!Array.isArray(value)) refuse("wrong_type", where);
    if (value.length < min || value.length > max) refuse("out_of_bounds", where);
    return value.map((v, i) => read(v, `${where}[${i}]`));
  };
export const form =
  (pattern: RegExp): Read<string> =>
  (value, where) =>
    pattern.test(text(value, where)) ? (value as string) : refuse("bad_form", where);
export const one_of =
  <T extends string>(...words: T[]): Read<T> =>
  (value, where) =>
    words.includes(text(value, where) as T) ? (value as T) : refuse("bad_form", where);
export const bytes =
  (length: number): Read<Bytes> =>
  (value, where) =>
    un_b64u(text(value, where), where, length);
/** The text of `length` bytes in b64u: ids, digests. Text and bytes are equivalent, since there is one form. */
export const b64u_text =
  (length: number): Read<string> =>
  (value, where) => {
    un_b64u(text(value, where), where, length);
    return value as string;
  };
export const digest = b64u_text(32);

const code_form = /^[a-z0-9][a-z0-9.-]{0,31}$/;
const org_form = /^[a-z0-9][a-z0-9-]{1,39}$/;
const class_form = /^[0-9A-Za-z][0-9A-Za-z./-]{0,7}$/;
export const code: Read<string> = (value, where) => {
  const t = text(value, where);
  return code_form.test(t) && !/[0-9]{5}/.test(t) ? t : refuse("bad_form", where);
};
/** The id of something; `root` is reserved. */
export const org: Read<string> = (value, where) => {
  const t = org_or_root(value, where);
  return t !== "root" ? t : refuse("bad_form", where);
};
/** An organisation that is named; that `root` is none is no matter of form. */
export const org_or_root: Read<string> = (value, where) => {
  const t = text(value, where);
  return org_form.test(t) && !/[0-9]{5}/.test(t) ? t : refuse("bad_form", where);
};
export const class_id: Read<string> = (value, where) => {
  const t = text(value, where);
  return class_form.test(t) && !/[0-9]{3}/.test(t) ? t : refuse("bad_form", where);
};
export const year = form(/^[0-9]{4}$/);
export const person = b64u_text(16);
export const net_form = form(/^stele\/(?![^/]*[0-9]{5})[a-z0-9][a-z0-9.-]{0,15}\/[0-9a-f]{32}$/);

/** Characters are code points. */
export const characters = (t: string): number => {
  let n = 0;
  for (const _ of t) n++;
  return n;
};
export const free_text: Read<string> = (value, where) => {
  const n = characters(text(value, where));
  return n >= 1 && n <= 1000 ? (value as string) : refuse("out_of_bounds", where);
};
export const org_name: Read<string> = (value, where) => {
  const t = text(value, where);
  const n = characters(t);
  if (n < 1 || n > 120) refuse("out_of_bounds", where);
  if (!/^[\p{L}\p{M}\p{Nd}.,\-'()/& ]+$/u.test(t) || /^ | $| {2}/.test(t)) refuse("bad_form", where);
  return t;
};

const month_days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
function is_date(y: number, m: number, d: number): boolean {
  if (y < 1 || m < 1 || m > 12 || d < 1) return false;
  const leap = (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
  return d <= (m === 2 && leap ? 29 : month_days[m - 1]!);
}
export const date: Read<string> = (value, where) => {
  const m = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text(value, where));
  return m && is_date(+m[1]!, +m[2]!, +m[3]!) ? (value as string) : refuse("bad_form", where);
};
/** UTC text to seconds. Not before 1970: times are unsigned. */
export function utc_seconds(t: string, where: string): number {
  const m = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z$/.exec(t);
  if (!m || !is_date(+m[1]!, +m[2]!, +m[3]!) || +m[4]! > 23 || +m[5]! > 59 || +m[6]! > 59) refuse("bad_form", where);
  const s = Date.parse(t) / 1000;
  return s >= 0 ? s : refuse("bad_form", where);
}
export const utc_text = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
/** Date of law: UTC+7 without daylight saving. */
export const law_date = (seconds: number): string => new Date((seconds + 25200) * 1000).toISOString().slice(0, 10);

/** Compares ids by their bytes, not by their text: the two orders differ. */
export function compare_ids(a: string, b: string): number {
  const x = un_b64u(a);
  const y = un_b64u(b);
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return 0;
}
export const compare_text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
export const compare_numbers = (a: number, b: number): number => a - b;

export const ascending =
  <T>(min: number, max: number, read: Read<T>, compare: (a: T, b: T) => number): Read<T[]> =>
  (value, where) => {
    const out = list(min, max, read)(value, where);
    for (let i = 1; i < out.length; i++) {
      const order = compare(out[i - 1]!, out[i]!);
      if (order >= 0) refuse(order === 0 ? "repeated" : "not_ascending", `${where}[${i}]`);
    }
    return out;
  };
export const distinct =
  (min: number, max: number, read: Read<string>): Read<string[]> =>
  (value, where) => {
    const out = list(min, max, read)(value, where);
    out.forEach((x, i) => {
      if (out.indexOf(x) !== i) refuse("repeated", `${where}[${i}]`);
    });
    return out;
  };
export const ids = (min: number, max: number): Read<string[]> => ascending(min, max, digest, compare_ids);
/** Equal neighbours may stand: who reads them says what that means. */
export const not_descending =
  <T>(min: number, max: number, read: Read<T>, compare: (a: T, b: T) => number): Read<T[]> =>
  (value, where) => {
    const out = list(min, max, read)(value, where);
    for (let i = 1; i < out.length; i++) if (compare(out[i - 1]!, out[i]!) > 0) refuse("not_ascending", `${where}[${i}]`);
    return out;
  };
