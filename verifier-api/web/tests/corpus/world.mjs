// A small network of our own, keys included, so that a test can put anything whatever on a ledger and have it certified:
// also what no node would ever accept. Bytes after docs/wire-format.md. Deterministic.
import { hmac } from "@noble/hashes/hmac";
import { secp256k1 } from "@noble/curves/secp256k1";
import { sha256 } from "@noble/hashes/sha2";

const text = (s) => new TextEncoder().encode(s);
export const b64u = (b) => Buffer.from(b).toString("base64url");
export const b64 = (b) => Buffer.from(b).toString("base64");
const cat = (...parts) => Uint8Array.from(Buffer.concat(parts.map((p) => Buffer.from(p))));
const hash = (b) => sha256(Uint8Array.from(b));
const tagged = (tag, ...content) => hash(cat(text(tag), [0], ...content));
const u16 = (n) => [n >> 8, n & 255];
const u64 = (n) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64BE(BigInt(n));
  return b;
};
/** Not random: tests repeat. */
export const seeded = (...words) => hash(text(words.join("/")));

export const leaf_hash = (data) => hash(cat([0], data));
const node_hash = (l, r) => hash(cat([1], l, r));
const split = (n) => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};
/** Over leaf *hashes*. */
export const tree_root = (leaves) => (leaves.length === 0 ? hash([]) : leaves.length === 1 ? leaves[0] : node_hash(tree_root(leaves.slice(0, split(leaves.length))), tree_root(leaves.slice(split(leaves.length)))));
export const tree_path = (leaves, i) => {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return i < k ? [...tree_path(leaves.slice(0, k), i), tree_root(leaves.slice(k))] : [...tree_path(leaves.slice(k), i - k), tree_root(leaves.slice(0, k))];
};

const keys = new Map();
const signatures = new Map();
export class Key {
  constructor(name) {
    if (keys.has(name)) return keys.get(name);
    keys.set(name, this);
    this.name = name;
    this.secret = seeded("key", name);
    this.public = secp256k1.getPublicKey(this.secret, true);
    const raw = secp256k1.getPublicKey(this.secret, false);
    this.jwk = { crv: "secp256k1", kty: "EC", x: b64u(raw.slice(1, 33)), y: b64u(raw.slice(33)) };
    this.kid = b64u(hash(text(JSON.stringify(this.jwk))));
    this.person = b64u(seeded("person", name).slice(0, 16));
  }
  sign(digest) {
    const id = `${this.name} ${b64u(digest)}`;
    if (!signatures.has(id)) signatures.set(id, secp256k1.sign(digest, this.secret, { lowS: true, prehash: false }).toCompactRawBytes());
    return signatures.get(id);
  }
}
export const disclosure = (name, value, salt = name + JSON.stringify(value)) => b64u(text(JSON.stringify([b64u(seeded("salt", salt).slice(0, 16)), name, value])));
export const digest_of = (d) => b64u(hash(text(d)));
const decoy = (seed) => tagged("stele/v1/decoy", seeded("decoy", seed));
export const tag_of = (book, type, kind, period) => b64u(hmac(sha256, book, cat(text("stele/v1/tag"), [0], text(type), [0], text(kind), [0], text(period))));

const status_bits = { valid: 0, superseded: 1, suspended: 2, revoked: 3 };
const start = Date.parse("2026-01-05T00:00:00Z") / 1000;
const utc = (s) => new Date(s * 1000).toISOString().replace(".000Z", "Z");

export class World {
  constructor(name = "mau") {
    this.roots = [new Key(`${name} root 1`), new Key(`${name} root 2`)];
    this.validators = [0, 1, 2, 3].map((i) => new Key(`${name} validator ${i}`));
    const members = (keys, what) => keys.map((k, i) => ({ id: `${what}-${i}`, key: b64u(k.public) }));
    this.genesis_file = JSON.stringify({
      v: 1, name, mode: "test", base_url: "https://stele.example.vn", time: utc(start), rules: 1, root_quorum: 2,
      roots: this.roots.map((k) => ({ person: k.person, key: b64u(k.public) })),
      orderers: members([new Key(`${name} orderer`)], "orderer"), validators: members(this.validators, "validator"), vaults: members([new Key(`${name} vault`)], "vault"),
    });
    const digest = hash(text(this.genesis_file));
    this.net = `stele/${name}/${Buffer.from(digest.slice(0, 16)).toString("hex")}`;
    const set = cat(u16(4), ...this.validators.map((k, i) => cat(u16(11), text(`validator-${i}`), k.public)));
    this.set_digest = tagged("stele/v1/validators", set, set);
    this.leaves = [];
    this.states = [];
    this.records = [];
    this.blocks = [];
    this.header({ parent: digest, body: digest, size: 0, time: start, epoch: 0 });
    this.genesis_hash = b64u(this.blocks[0].hash);
  }
  header({ parent, body, time, epoch }) {
    const leaves = this.status_leaves();
    const height = this.blocks.length;
    const lines = [
      this.net, this.leaves.length, b64(tree_root(this.leaves)), `height ${height}`, `epoch ${epoch}`, "rules 1", `parent ${b64(parent)}`, `body ${b64(body)}`,
      `status ${b64(tree_root(leaves.map(leaf_hash)))}`, `validators ${b64(this.set_digest)}`, `time ${utc(time)}`,
    ];
    const header = lines.join("\n") + "\n";
    this.blocks.push({ text: header, hash: hash(text(header)), height, size: this.leaves.length, states: [...this.states], time, epoch });
  }
  status_leaves(states = this.states) {
    return Array.from({ length: Math.ceil(states.length / 256) }, (_, l) => {
      const leaf = new Uint8Array(64);
      states.slice(l * 256, l * 256 + 256).forEach((s, i) => (leaf[i >> 2] |= status_bits[s] << (2 * (i % 4))));
      return leaf;
    });
  }
  /** A block of records; `change`: id → status that shows from this block on. */
  block(records = [], change = {}, { days = 1, epoch } = {}) {
    for (const r of records) {
      r.index = this.records.length;
      this.records.push(r);
      this.leaves.push(leaf_hash(text(r.jws)));
      this.states.push(r.enters ?? "valid");
    }
    for (const [id, status] of Object.entries(change)) this.states[this.records.find((r) => r.id === id).index] = status;
    const last = this.blocks.at(-1);
    this.header({ parent: last.hash, body: seeded("body", this.blocks.length), time: last.time + days * 86400, epoch: epoch ?? last.epoch });
    return this.blocks.length - 1;
  }
  qc(height, { voters = [0, 1, 2], spoil } = {}) {
    const { hash: h, time } = this.blocks[height];
    const votes = voters.map((v) => cat(u16(v), u64(time), this.validators[v].sign(tagged("stele/v1/vote", h, u64(time)))));
    const out = cat(text("STLQ"), [1], h, u16(votes.length), ...votes);
    if (spoil !== undefined) out[out.length - 1 - spoil] ^= 1;
    return b64u(out);
  }
  /** Any record. Credentials: `claims` as [name, value] list. */
  record(type, key, stele, { claims, header = {} } = {}) {
    const credential = claims !== undefined;
    const content = { v: 1, net: this.net, after: this.genesis_hash, ...stele };
    let payload = { stele: content };
    const disclosures = (claims ?? []).map(([n, v]) => disclosure(n, v, `${key.name}/${JSON.stringify(stele)}/${n}`));
    if (credential) {
      const size = type === "transcript" ? 64 : 32;
      const sd = disclosures.map(digest_of);
      for (let i = 0; sd.length < size; i++) sd.push(b64u(decoy(`${JSON.stringify(stele)}${i}`)));
      this.slot = (this.slot ?? 0) + 1;
      payload = {
        iss: `https://stele.example.vn/orgs/${stele.org}`, vct: `https://stele.example.vn/vct/sd-jwt-vc-13/${type}/1`, _sd_alg: "sha-256", _sd: sd.sort(),
        status: { status_list: { idx: this.slot, uri: "https://stele.example.vn/status/0/0" } }, stele: content,
      };
    }
    const head = { alg: "ES256K", kid: key.kid, typ: credential ? "dc+sd-jwt" : `stele-${type}+jwt`, ...header };
    const input = `${b64u(text(JSON.stringify(head)))}.${b64u(text(JSON.stringify(payload)))}`;
    const jws = `${input}.${b64u(key.sign(hash(text(input))))}`;
    return { type, jws, id: b64u(hash(text(input))), stele: content, disclosures, key };
  }
  /** A key record that binds name and title. */
  key_record(signer, key, org, grants, { name, title, use = "sign", ...more } = {}) {
    const binding = disclosure("person", { name: name ?? key.name, title: title ?? "Giáo viên" });
    const r = this.record("key", signer, { org, person: key.person, use, jwk: key.jwk, grants, binding: digest_of(binding), proof: b64u(new Uint8Array(64).fill(7)), ...more });
    r.person = binding;
    return r;
  }
  /** A sheet: rows are [result, detail] or null for decoys. */
  sheet(type, key, stele, rows) {
    const leaves = [];
    const opened = [];
    for (let p = 0; p < 16; p++) {
      const row = rows[p];
      if (row) {
        const result = disclosure("result", row[0], `${JSON.stringify(stele)}r${p}`);
        const detail = disclosure("detail", row[1], `${JSON.stringify(stele)}d${p}`);
        opened[p] = { result, detail };
        leaves.push(leaf_hash(hash(text(result))), leaf_hash(hash(text(detail))));
      } else leaves.push(leaf_hash(decoy(`${p}r`)), leaf_hash(decoy(`${p}d`)));
    }
    const r = this.record(type, key, { ...stele, root: b64u(tree_root(leaves)), rows: 16 });
    r.leaves = leaves;
    r.opened = opened;
    return r;
  }
  row(sheet, p, { detail = true } = {}) {
    const path = (i) => tree_path(sheet.leaves, i).map(b64u);
    return { sheet, row: p, result: sheet.opened[p].result, result_path: path(2 * p), ...(detail ? { detail: sheet.opened[p].detail, detail_path: path(2 * p + 1) } : {}) };
  }
  inclusion(record, height) {
    return { record, height, path: tree_path(this.leaves.slice(0, this.blocks[height].size), record.index).map(b64u) };
  }
  status(record, height) {
    const leaves = this.status_leaves(this.blocks[height].states);
    const at = record.index >> 8;
    return { record, height, leaf: b64u(leaves[at]), path: tree_path(leaves.map(leaf_hash), at).map(b64u) };
  }
  height_of(record) {
    return this.blocks.findIndex((b) => b.size > record.index);
  }
}

/** A file in the making: facts by reference. `print` sorts and numbers them. */
export class Bag {
  constructor(world, subject) {
    this.world = world;
    this.subject = subject;
    this.heights = new Set();
    this.qcs = new Map();
    this.records = new Set();
    this.inclusions = new Map();
    this.statuses = new Map();
    this.disclosures = [];
    this.rows = [];
    this.persons = [];
    this.book = undefined;
    this.kind = "document";
  }
  final(height) {
    this.heights.add(height).add(height + 1);
    this.qcs.set(height + 1, this.world.qc(height + 1));
    return this;
  }
  include(record, height) {
    this.records.add(record);
    this.heights.add(height);
    this.inclusions.set(`${record.index}@${height}`, this.world.inclusion(record, height));
    return this;
  }
  state(record, height) {
    this.include(record, height);
    this.statuses.set(`${record.index}@${height}`, this.world.status(record, height));
    return this;
  }
  /** What section 9 asks for a record: B, its parent, the authority there. */
  facts(record, authority, top) {
    const b = this.world.height_of(record);
    this.heights.add(b - 1);
    this.final(b).include(record, b);
    for (const a of authority) {
      this.state(a, b - 1);
      if (a.person) this.name(a);
    }
    this.final(top).state(record, top);
    return this;
  }
  name(key_record) {
    if (!this.persons.some((p) => p.record === key_record)) this.persons.push({ record: key_record, disclosure: key_record.person });
  }
  show(record, names = null) {
    for (const d of record.disclosures) {
      const name = JSON.parse(Buffer.from(d, "base64url"))[1];
      if (!names || names.includes(name)) this.disclosures.push({ record, disclosure: d });
    }
    return this;
  }
  value() {
    const headers = [...this.heights].sort((a, b) => a - b);
    const records = [...this.records].sort((a, b) => a.index - b.index);
    const h = (x) => headers.indexOf(x);
    const r = (x) => records.indexOf(x);
    const by = (...keys) => (a, b) => keys.map((k) => (k(a) < k(b) ? -1 : k(a) > k(b) ? 1 : 0)).find((x) => x) ?? 0;
    const there = (x) => this.records.has(x.record) && this.heights.has(x.height);
    const two = by((x) => x.record, (x) => x.header);
    const evidence = {
      headers: headers.map((x) => this.world.blocks[x].text),
      qcs: [...this.qcs].filter(([x]) => this.heights.has(x)).map(([x, qc]) => ({ header: h(x), qc })).sort(by((x) => x.header)),
      records: records.map((x) => ({ jws: x.jws, index: x.index })),
      inclusions: [...this.inclusions.values()].filter(there).map((x) => ({ record: r(x.record), header: h(x.height), path: x.path })).sort(two),
      statuses: [...this.statuses.values()].filter(there).map((x) => ({ record: r(x.record), header: h(x.height), leaf: x.leaf, path: x.path })).sort(two),
    };
    const head = { stele: this.kind, v: 1, net: this.world.net, subject: r(this.subject) };
    if (this.kind === "receipt") return { ...head, evidence };
    return {
      ...head,
      disclosures: this.disclosures.filter((d) => r(d.record) >= 0).map((d) => ({ record: r(d.record), disclosure: d.disclosure })).sort(by((d) => d.record, (d) => digest_of(d.disclosure))),
      rows: this.rows.filter((x) => r(x.sheet) >= 0).map(({ sheet, ...x }) => ({ record: r(sheet), ...x })).sort(by((x) => x.record, (x) => x.row)),
      persons: this.persons.filter((p) => r(p.record) >= 0).map((p) => ({ record: r(p.record), disclosure: p.disclosure })).sort(by((p) => p.record)),
      ...(this.book ? { book: this.book } : {}),
      evidence,
    };
  }
  print() {
    return `${JSON.stringify(this.value())}\n`;
  }
}
