// Envelope and record types: wire-format.md sections 3, 4 and 5. Reads, bounds and hashes; knows nothing of the ledger.
import { ascii, b64u, point_of, refuse, Refused, sha256, un_b64u, type Bytes } from "./bytes.js";
import { point, thumbprint } from "./genesis.js";
import { parse, type Json } from "./json.js";
import { leaf_hash } from "./merkle.js";
import {
  ascending, b64u_text, boolean, bytes, class_id, code, compare_numbers, compare_text, date, digest, distinct, fields, form, ids,
  integer, list, net_form, one_of, org, org_name, org_or_root, person, text, year, type Fields, type Read,
} from "./read.js";
import { read_rule_set, type RuleSet } from "./rule_set.js";

export const credential_types = ["transcript", "diploma", "certificate", "school-transfer", "export"] as const;
export const sheet_types = ["class-list", "grade-sheet", "summary-sheet", "register"] as const;
export const change_types = ["amend", "suspend", "reinstate", "revoke", "erase"] as const;
export const second_types = ["approve", "countersign", "seal"] as const;
const includes = (list: readonly string[], x: string): boolean => list.includes(x);
export const is_credential = (t: string): boolean => includes(credential_types, t);
export const is_second = (t: string): boolean => includes(second_types, t);

const bounds: Record<string, number> = {
  org: 4096, key: 8192, validators: 16384, orderers: 16384, policy: 131072, approve: 16384, countersign: 16384, seal: 16384, "class-list": 4096,
  "grade-sheet": 4096, "summary-sheet": 4096, register: 4096, amend: 24576, suspend: 16384, reinstate: 16384, revoke: 16384,
  compromise: 4096, erase: 16384, document: 16384, transcript: 16384, diploma: 16384, certificate: 16384,
  "school-transfer": 16384, export: 16384,
};

export interface Grant {
  role: string;
  org: string;
  class?: string;
  subject?: string;
  term?: string;
  year?: string;
  from?: string;
  to?: string;
}
export interface Need {
  by: string;
  count: number;
  unit: string;
  roles: string[];
  scope: string[];
}
export interface Act {
  act: string;
  on?: string;
  replaces?: boolean;
  from?: string;
  to?: string;
  unit: string;
  roles: string[];
  scope: string[];
  may_grant?: string[];
  period?: string;
  needs: Need[];
}
export interface Assessment {
  id: string;
  digest: string;
  /** Null: the bytes are no rule set. The ledger takes no such policy, but that is not for its decoder to say. */
  rules: RuleSet | null;
}
/** Members of `stele` that some type has. Which are there is decided by the type. */
export interface Content {
  net: string;
  after: string;
  org?: string;
  kind?: string;
  parent?: string;
  name?: string;
  vaults?: number[];
  replaces?: string;
  reason?: string;
  person?: string;
  use?: string;
  jwk?: { key: Bytes | null; kid: string };
  grants?: Grant[];
  binding?: string;
  role?: string;
  targets?: string[];
  target?: string;
  positions?: number[];
  supersedes?: string[];
  class?: string;
  year?: string;
  subject?: string;
  group?: string;
  term?: string;
  list?: string;
  assessment?: { id: string; digest: string };
  root?: Bytes;
  rows?: number;
  tag?: string;
  period?: string;
  register?: { year: string; number: number };
  original?: string;
  number?: number;
  assessments?: Assessment[];
  acts?: Act[];
}
export interface Record_ {
  jws: string;
  type: string;
  kid: string;
  id: string;
  leaf: Bytes;
  signing_input: string;
  signature: Bytes;
  content: Content;
  /** Digests under `_sd`, of credentials. */
  sd: Set<string>;
}

const jwk =
  (curves: string[]): Read<{ key: Bytes | null; kid: string }> =>
  (value, where) => {
    const f = fields(value, where, ["crv", "kty", "x", "y"]);
    f.need("kty", one_of("EC"));
    const crv = f.need("crv", one_of(...curves));
    const x = f.need("x", bytes(32));
    const y = f.need("y", bytes(32));
    const key = crv === "secp256k1" ? point_of(x, y, where) : null;
    return { key, kid: thumbprint(crv, b64u(x), b64u(y)) };
  };
const vault_number = integer(0, 65535);
const rows: Read<number> = (v, w) => {
  const n = integer(16, 4096)(v, w);
  return n % 16 === 0 ? n : refuse("out_of_bounds", w);
};
const dated_or_not = (f: Fields): { from?: string; to?: string } => {
  const out: { from?: string; to?: string } = {};
  const from = f.may("from", date);
  const to = f.may("to", date);
  if (from !== undefined) out.from = from;
  if (to !== undefined) out.to = to;
  return out;
};
const grant: Read<Grant> = (v, w) => {
  const f = fields(v, w, ["role", "org", "class", "subject", "term", "year", "from", "to"]);
  const out: Grant = { role: f.need("role", code), org: f.need("org", org_or_root), ...dated_or_not(f) };
  const c = f.may("class", class_id);
  const s = f.may("subject", code);
  const t = f.may("term", code);
  const y = f.may("year", year);
  if (c !== undefined) out.class = c;
  if (s !== undefined) out.subject = s;
  if (t !== undefined) out.term = t;
  if (y !== undefined) out.year = y;
  return out;
};
const scope = distinct(0, 4, one_of("class", "subject", "term", "year"));
const roles = (max: number): Read<string[]> => distinct(1, max, code);
const need: Read<Need> = (v, w) => {
  const f = fields(v, w, ["by", "count", "unit", "roles", "scope"]);
  return {
    by: f.need("by", one_of(...second_types)),
    count: f.need("count", integer(1, 8)),
    unit: f.need("unit", one_of("own", "above", "root", "own-or-above", "other")),
    roles: f.need("roles", roles(16)),
    scope: f.need("scope", scope),
  };
};
const act: Read<Act> = (v, w) => {
  const f = fields(v, w, ["act", "on", "replaces", "from", "to", "unit", "roles", "scope", "may_grant", "period", "needs"]);
  const out: Act = {
    act: f.need("act", one_of(...Object.keys(bounds))),
    unit: f.need("unit", one_of("own", "above", "root", "own-or-above")),
    roles: f.need("roles", roles(16)),
    scope: f.need("scope", scope),
    needs: f.need("needs", list(0, 4, need)),
    ...dated_or_not(f),
  };
  const on = f.may("on", code);
  const replaces = f.may("replaces", boolean);
  const may_grant = f.may("may_grant", distinct(0, 64, code));
  const period = f.may("period", one_of("year", "once", "nth"));
  if (on !== undefined) out.on = on;
  if (replaces !== undefined) out.replaces = replaces;
  if (may_grant !== undefined) out.may_grant = may_grant;
  if (period !== undefined) out.period = period;
  return out;
};
const assessment_ref: Read<{ id: string; digest: string }> = (v, w) => {
  const f = fields(v, w, ["id", "digest"]);
  return { id: f.need("id", code), digest: f.need("digest", digest) };
};
const rule_set_bytes_max = 32768;
function rule_set_or_null(data: Bytes): RuleSet | null {
  try {
    return read_rule_set(data);
  } catch (e) {
    if (e instanceof Refused) return null;
    throw e;
  }
}
const assessment: Read<Assessment> = (v, w) => {
  const f = fields(v, w, ["id", "digest", "data", "from", "to"]);
  dated_or_not(f);
  const data = un_b64u(f.need("data", text), f.at("data"));
  const given = f.need("digest", digest);
  if (b64u(sha256(data)) !== given) refuse("bad_form", f.at("digest"));
  if (data.length > rule_set_bytes_max) refuse("out_of_bounds", f.at("data"));
  return { id: f.need("id", code), digest: given, rules: rule_set_or_null(data) };
};
const signature_text = b64u_text(64);
const register_ref: Read<{ year: string; number: number }> = (v, w) => {
  const f = fields(v, w, ["year", "number"]);
  return { year: f.need("year", year), number: f.need("number", integer(1, Number.MAX_SAFE_INTEGER)) };
};

type Reader_ = (f: Fields, out: Content) => void;
const member =
  <T>(name: keyof Content, read: Read<T>): Reader_ =>
  (f, out) => {
    (out as unknown as { [k: string]: unknown })[name] = f.need(name, read);
  };
const maybe =
  <T>(name: keyof Content, read: Read<T>): Reader_ =>
  (f, out) => {
    const value = f.may(name, read);
    if (value !== undefined) (out as unknown as { [k: string]: unknown })[name] = value;
  };
/** A member that no verdict reads: only its form is judged. */
const form_only =
  (name: string, read: Read<unknown>, optional = false): Reader_ =>
  (f) => {
    if (optional) f.may(name, read);
    else f.need(name, read);
  };

const m = {
  org: member("org", org_or_root), kind: member("kind", code), class: member("class", class_id), year: member("year", year),
  term: member("term", code), list: member("list", digest), assessment: member("assessment", assessment_ref),
  root: member("root", bytes(32)), rows: member("rows", rows), replaces: maybe("replaces", digest), reason: maybe("reason", code),
  must_reason: member("reason", code), target: member("target", digest), targets: member("targets", ids(1, 256)),
};
/** Members of a set of nodes. */
const nodes = (min: number) => (v: Json, w: string): unknown[] => {
  const set = list(min, 64, (x, at) => {
    const f = fields(x, at, ["id", "org", "key"]);
    return { id: f.need("id", org), org: f.need("org", org_or_root), key: b64u(f.need("key", point)) };
  })(v, w);
  for (const n of ["id", "key"] as const) if (new Set(set.map((x) => x[n])).size !== set.length) refuse("repeated", w);
  return set;
};

const numbers = ascending(0, 64, integer(0, 1023), compare_numbers);
const positions = (min: number): Reader_ => member("positions", ascending(min, 512, integer(0, 4095), compare_numbers));
const second: Record<string, Reader_> = { org: m.org, role: member("role", code), targets: m.targets };
const change: Record<string, Reader_> = { org: m.org, targets: m.targets, reason: m.must_reason };
const credential: Record<string, Reader_> = {
  org: m.org, kind: m.kind, tag: member("tag", digest), period: member("period", form(/^([0-9]{4}|once|[1-9][0-9]?)$/)),
  replaces: m.replaces, reason: m.reason,
};

const types: Record<string, Record<string, Reader_>> = {
  org: { org: member("org", org), kind: m.kind, parent: maybe("parent", org_or_root), name: member("name", org_name), vaults: member("vaults", ascending(0, 3, vault_number, compare_numbers)), replaces: m.replaces, reason: m.reason },
  key: {
    org: m.org, person: member("person", person), use: member("use", one_of("sign", "seal", "export")),
    jwk: (f, out) => void (out.jwk = f.need("jwk", jwk([out.use === "export" ? "P-256" : "secp256k1"]))),
    grants: member("grants", list(0, 64, grant)), binding: member("binding", digest), proof: form_only("proof", signature_text),
    replaces: m.replaces, reason: m.reason,
  },
  validators: { set: form_only("set", (v, w) => void nodes(1)(v, w)), evidence: form_only("evidence", ids(0, 8), true) },
  orderers: {
    add: (f) => {
      if (f.need("add", nodes(0)).length + f.need("retire", numbers).length === 0) refuse("out_of_bounds", f.at("add"));
    },
    retire: form_only("retire", numbers),
  },
  policy: {
    number: member("number", integer(1, Number.MAX_SAFE_INTEGER)), rules: form_only("rules", integer(1, 65535)),
    rules_from: form_only("rules_from", integer(0, Number.MAX_SAFE_INTEGER)),
    roles: form_only("roles", (v, w) => void (roles(64)(v, w).includes("root") && refuse("bad_form", w))),
    org_kinds: form_only("org_kinds", roles(64)), kinds: form_only("kinds", roles(64)), reasons: form_only("reasons", roles(64)),
    limits: form_only("limits", (v, w) => {
      const names = ["after_days", "pending_days", "second_key_days"];
      const f = fields(v, w, names);
      names.forEach((n) => f.need(n, integer(1, 365)));
    }),
    quotas: form_only("quotas", distinct(0, 64, (v, w) => {
      const f = fields(v, w, ["act", "per_day"]);
      f.need("per_day", integer(0, Number.MAX_SAFE_INTEGER));
      return f.need("act", one_of(...Object.keys(bounds)));
    })),
    assessment: (f, out) => void (out.assessments = f.need("assessment", list(0, 16, assessment))),
    acts: member("acts", list(1, 256, act)),
  },
  approve: second, countersign: second, seal: second,
  "class-list": { org: m.org, kind: m.kind, class: m.class, year: m.year, root: m.root, rows: m.rows, replaces: m.replaces, reason: m.reason },
  "grade-sheet": { org: m.org, kind: m.kind, class: m.class, subject: member("subject", code), group: maybe("group", code), term: m.term, year: m.year, list: m.list, assessment: m.assessment, root: m.root, rows: m.rows },
  "summary-sheet": { org: m.org, kind: m.kind, class: m.class, term: m.term, year: m.year, list: m.list, assessment: m.assessment, root: m.root, rows: m.rows },
  register: { org: m.org, kind: m.kind, volume: form_only("volume", code), page: form_only("page", integer(1, 99999)), scan: form_only("scan", digest), root: m.root, rows: m.rows },
  amend: {
    org: m.org, target: m.target, root: m.root, rows: m.rows, reason: m.must_reason, supersedes: member("supersedes", ids(0, 256)),
    positions: (f, out) => {
      positions(1)(f, out);
      if (out.positions!.length > (out.rows ?? 4096)) refuse("out_of_bounds", f.at("positions"));
    },
  },
  suspend: change, reinstate: { ...change, lifts: form_only("lifts", digest) }, revoke: change,
  compromise: { org: m.org, key: form_only("key", digest), from: form_only("from", integer(0, Number.MAX_SAFE_INTEGER)), to: form_only("to", integer(0, Number.MAX_SAFE_INTEGER), true), reason: m.must_reason },
  erase: {
    org: m.org, target: m.target, positions: positions(0), book: form_only("book", (v, w) => void (boolean(v, w) || refuse("bad_form", w)), true),
    reason: m.must_reason,
    receipts: form_only("receipts", (v, w) => void ascending(1, 3, (x, at) => {
      const f = fields(x, at, ["vault", "signature"]);
      f.need("signature", signature_text);
      return f.need("vault", vault_number);
    }, compare_numbers)(v, w)),
  },
  document: { org: m.org, kind: m.kind, digests: form_only("digests", list(1, 128, digest)) },
  transcript: { ...credential, assessment: m.assessment, class: m.class },
  diploma: { ...credential, register: member("register", register_ref) },
  certificate: credential,
  "school-transfer": { ...credential, to: form_only("to", org_or_root) },
  export: { org: m.org, kind: m.kind, original: member("original", digest) },
};

function read_content(type: string, value: Json): Content {
  const readers = types[type]!;
  const f = fields(value, "stele", ["v", "net", "after", ...Object.keys(readers)]);
  f.need("v", integer(1, 1));
  // Section 9.1: of another network is a finding about the signature of the record judged, not about its form.
  const net = f.need("net", net_form);
  const out: Content = { net, after: f.need("after", digest) };
  for (const read of Object.values(readers)) read(f, out);
  // "reason of org, key, class-list and credentials stands if and only if replaces does".
  if ("replaces" in readers && f.has("reason") !== f.has("replaces")) refuse("missing_member", "stele.reason");
  return out;
}

/** URLs are read by their tails: what stands before is the network's, and the record names that by `net`. */
const url = form(/^[a-z0-9.:/-]{1,200}$/);
const tail_of = (value: string, middle: string): string | null => {
  const at = value.lastIndexOf(middle);
  return at < 0 ? null : value.slice(at + middle.length);
};
const read_status: Read<void> = (value, where) => {
  const list = fields(value, where, ["status_list"]).need("status_list", (v, w) => fields(v, w, ["idx", "uri"]));
  list.need("idx", integer(0, 1048575));
  const rest = /^(0|[1-9][0-9]{0,4})\/(0|[1-9][0-9]{0,8})$/.exec(tail_of(list.need("uri", url), "/status/") ?? "");
  if (!rest || Number(rest[1]) > 65535) refuse("bad_form", `${where}.status_list.uri`);
};

function read_credential(type: string, value: Json): { content: Content; sd: Set<string> } {
  const f = fields(value, "", ["iss", "vct", "_sd_alg", "_sd", "status", "cnf", "stele"]);
  const content = read_content(type, f.need("stele", (v) => v));
  if (!f.need("iss", url).endsWith(`/orgs/${content.org!}`)) refuse("bad_form", "iss");
  f.need("vct", url);
  f.need("_sd_alg", one_of("sha-256"));
  const n = type === "transcript" || type === "export" ? 64 : 32;
  const sd = f.need("_sd", ascending(n, n, digest, compare_text));
  f.need("status", read_status);
  f.may("cnf", (v, w) => fields(v, w, ["jwk"]).need("jwk", jwk(["secp256k1", "P-256"])));
  return { content, sd: new Set(sd) };
}

/** Type of a credential, from its `vct`. */
function credential_type(value: Json): string {
  const vct = fields_loose(value).get("vct");
  const tail = typeof vct === "string" ? tail_of(vct, "/vct/sd-jwt-vc-13/") : null;
  const type = tail?.endsWith("/1") ? tail.slice(0, -2) : "";
  return is_credential(type) ? type : refuse("bad_form", "vct");
}
const fields_loose = (value: Json): Map<string, Json> => (value instanceof Map ? value : refuse("wrong_type"));

export function read_record(jws: string, where = ""): Record_ {
  const at = (inner: string): string => (where && inner ? `${where}.${inner}` : where || inner);
  try {
    return read_record_inside(jws);
  } catch (e) {
    if (e instanceof Error && "code" in e && "where" in e) refuse(String(e.code), at(String(e.where)));
    throw e;
  }
}
const largest = Math.max(...Object.values(bounds));

function read_record_inside(jws: string): Record_ {
  if (jws.length > largest) refuse("too_large");
  const parts = jws.split(".");
  if (parts.length !== 3) refuse("bad_envelope");
  const [head, body, tail] = parts as [string, string, string];
  const head_bytes = un_b64u(head);
  const header = fields(parse(head_bytes, 256), "", ["alg", "kid", "typ"]);
  const alg = header.need("alg", one_of("ES256K", "ES256"));
  const kid = header.need("kid", digest);
  const typ = header.need("typ", text);
  const payload = parse(un_b64u(body), largest);
  let type: string;
  if (typ === "dc+sd-jwt") {
    type = credential_type(payload);
  } else {
    const found = /^stele-(.+)\+jwt$/.exec(typ)?.[1];
    if (!found || !Object.hasOwn(types, found) || is_credential(found)) refuse("bad_header", "typ");
    type = found;
  }
  // "ES256 only for export", and export is ES256.
  if ((alg === "ES256") !== (type === "export")) refuse("bad_header", "alg");
  if (jws.length > bounds[type]!) refuse("too_large");
  const signature = un_b64u(tail, "signature", 64);
  const signing_input = `${head}.${body}`;
  const read = is_credential(type)
    ? read_credential(type, payload)
    : { content: read_content(type, fields(payload, "", ["stele"]).need("stele", (v) => v)), sd: new Set<string>() };
  return { jws, type, kid, id: b64u(sha256(ascii(signing_input))), leaf: leaf_hash(ascii(jws)), signing_input, signature, ...read };
}
