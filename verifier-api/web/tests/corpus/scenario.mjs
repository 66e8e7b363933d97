// A transcript and a diploma on a network of our own, each detail of which a case may change.
import { Bag, World, Key, b64u, digest_of, seeded, tag_of } from "./world.mjs";
import { sha256 } from "@noble/hashes/sha2";

const text = (s) => new TextEncoder().encode(s);

export const rule_set = {
  id: "tt22-2021", kinds: ["thpt"], marks: { regular: 1, mid: 2, final: 3 }, year: { t1: 1, t2: 2 }, terms: { first: "hk1", second: "hk2", year: "cn" },
  levels: ["dat", "chua-dat"], subjects: [{ code: "toan", name: "Toán", kind: "marks" }, { code: "gdtc", name: "Giáo dục thể chất", kind: "level" }], regular_min: 2, regular_max: 4,
};
export const policy_of = (change = (p) => p, rules = rule_set) => {
  const data = JSON.stringify(rules);
  const act = (act, roles, more = {}) => ({ act, unit: "own", roles, scope: [], needs: [], ...more });
  return change({
    number: 1, rules: 1, rules_from: 0, roles: ["principal", "teacher", "homeroom", "registrar", "school-seal", "clerk"], org_kinds: ["department", "school"], kinds: ["thpt", "minutes"],
    reasons: ["entry-error", "lost", "under-review"], limits: { after_days: 30, pending_days: 30, second_key_days: 1 }, quotas: [],
    assessment: [{ id: rules.id, digest: b64u(sha256(text(data))), data: b64u(text(data)) }],
    acts: [
      act("class-list", ["clerk"]),
      act("grade-sheet", ["teacher"], { scope: ["class", "subject"] }), act("summary-sheet", ["homeroom"], { scope: ["class"] }),
      act("amend", ["teacher"], { on: "grade-sheet", needs: [{ by: "countersign", count: 1, unit: "own", roles: ["principal"], scope: [] }] }),
      act("transcript", ["principal"], { on: "thpt", period: "year", needs: [{ by: "seal", count: 1, unit: "own", roles: ["school-seal"], scope: [] }] }),
      act("diploma", ["principal"], { on: "thpt", period: "once", to: "2026-12-31" }),
      act("revoke", ["principal"], { on: "transcript", needs: [{ by: "approve", count: 1, unit: "above", roles: ["registrar"], scope: [] }] }),
      act("key", ["registrar"], { on: "sign", unit: "above", may_grant: ["principal", "teacher"] }),
      act("document", ["clerk", "teacher"], { on: "minutes" }),
    ],
  });
};
const assessment = (p) => ({ id: p.assessment[0].id, digest: p.assessment[0].digest });

/** `o`: what a case changes. Everything has a right value. */
export function story(o = {}) {
  const w = new World(o.network);
  const keys = Object.fromEntries(["teacher", "gym", "homeroom", "principal", "seal", "other"].map((n) => [n, new Key(n)]));
  const [root] = w.roots;
  const book = seeded("book");
  const s = { w, keys, book };
  s.dept = w.record("org", root, { org: "so-mau", kind: "department", name: "Sở Mẫu", vaults: [] });
  s.school = w.record("org", root, { org: "thpt-mau", kind: "school", parent: "so-mau", name: "Trường THPT Mẫu", vaults: [0] });
  s.stranger = w.record("org", root, { org: "thpt-khac", kind: "school", parent: "so-mau", name: "Trường THPT Khác", vaults: [0] });
  const p = policy_of(o.policy, o.rules);
  s.policy = w.record("policy", root, p);
  const at = (role, more = {}) => ({ role, org: "thpt-mau", ...more });
  const grants = {
    teacher: [at("teacher", { class: "10A1", subject: "toan" })], gym: [at("teacher", { class: "10A1", subject: "gdtc" })],
    homeroom: [at("homeroom", { class: "10A1" })], principal: [at("principal")], seal: [at("school-seal")], other: [{ role: "principal", org: "thpt-khac" }], ...o.grants,
  };
  s.key = Object.fromEntries(Object.entries(keys).map(([n, k]) => [n, w.key_record(root, k, o.key_org?.[n] ?? (n === "other" ? "thpt-khac" : "thpt-mau"), grants[n], { title: n, use: n === "seal" ? "seal" : "sign", ...o.key_members?.[n] })]));
  w.block([s.dept, s.school, s.stranger, s.policy]);
  w.block(Object.values(s.key));
  w.block([], o.before_sheets?.(s) ?? {});

  const tag = tag_of(book, "transcript", "thpt", "2025");
  const about = { org: "thpt-mau", kind: "thpt", class: "10A1", year: "2025", list: b64u(seeded("list")), assessment: assessment(p) };
  const sheet = (name, type, key, stele, result, detail) => {
    const c = o.sheets?.[name] ?? {};
    const row = [{ tag, ...result, ...c.result }, c.detail ?? detail];
    for (const n of c.drop ?? []) delete row[0][n];
    const all = { ...about, ...stele, ...c.stele };
    for (const n of c.drop_stele ?? []) delete all[n];
    return w.sheet(c.type ?? type, keys[c.key] ?? key, all, [null, null, null, row]);
  };
  const marks = (regular, mid, final) => ({ regular, mid, final });
  s.toan1 = sheet("toan1", "grade-sheet", keys.teacher, { subject: "toan", term: "hk1" }, { mark: "8.3" }, marks(["8.0", "7.5", "9.0"], "8.0", "8.5"));
  s.toan2 = sheet("toan2", "grade-sheet", keys.teacher, { subject: "toan", term: "hk2" }, { mark: "9.0" }, marks(["9.5", "9.0"], "8.5", "9.2"));
  s.gdtc1 = sheet("gdtc1", "grade-sheet", keys.gym, { subject: "gdtc", term: "hk1" }, { level: "dat" }, { comment: "Tốt" });
  s.summary = sheet("summary", "summary-sheet", keys.homeroom, { term: "cn" }, { conduct: { t1: "tot", year: "tot" }, learning: "tot", absences: 2 }, { comment: "Chăm" });
  const sheets = [s.toan1, s.toan2, s.gdtc1, s.summary];
  if (o.retest) sheets.push((s.retest = sheet("retest", "grade-sheet", keys.teacher, { subject: "toan", term: "cn" }, { mark: "6.0" }, {})));
  s.sheet_height = w.block(sheets, {}, { days: 1 });
  w.block();
  s.amended = s.toan2;
  if (o.amend) {
    const c = o.amend === true ? {} : o.amend;
    s.amend = w.sheet("amend", keys.teacher, { org: "thpt-mau", target: s.toan2.id, positions: [3], reason: "entry-error", supersedes: [], ...c.stele }, [[{ tag, mark: "8.0", ...c.result }, marks(["7.0", "8.0"], "8.0", "8.3")]]);
    s.amend.enters = "suspended";
    s.countersign = w.record("countersign", keys.principal, { org: "thpt-mau", role: "principal", targets: [s.amend.id] });
    w.block([s.amend]);
    w.block([s.countersign], { [s.amend.id]: "valid" });
    w.block();
    s.amended = s.amend;
  }
  w.block([], o.before_transcript?.(s) ?? {}, { days: o.days ?? 1 });

  const second = o.amend ? { term: "hk2", mark: "8.0", sheet: s.amend.id, row: 0 } : { term: "hk2", mark: "9.0", sheet: s.toan2.id, row: 3 };
  const claims = {
    name: "Nguyễn Văn An", birth_date: "2010-03-14", birth_place: "Hà Nội", gender: "nam", student_id: "2500000001", school: "Trường THPT Mẫu",
    signer: { name: "Nguyễn Thị Giang", title: "Hiệu trưởng" }, issued: "2026-05-30", class: "10A1", year: "2025",
    "subject.toan": { name: "Toán", terms: [{ term: "hk1", mark: "8.3", sheet: s.toan1.id, row: 3 }, second], ...(o.retest ? { retest: { mark: "6.0", sheet: s.retest.id, row: 3 }, year: { mark: "6.0" } } : { year: { mark: o.amend ? "8.1" : "8.8" } }) },
    "subject.gdtc": { name: "Giáo dục thể chất", terms: [{ term: "hk1", level: "dat", sheet: s.gdtc1.id, row: 3 }], year: { level: "dat" } },
    summary: { conduct: { t1: "tot", year: "tot" }, learning: "tot", absences: 2, sheet: s.summary.id, row: 3 },
  };
  o.claims?.(claims, s);
  claims.contents ??= [...Object.keys(claims), "contents"].sort();
  const stele = { org: "thpt-mau", kind: "thpt", tag, period: "2025", assessment: assessment(p), class: "10A1", ...o.stele };
  s.transcript = w.record("transcript", keys[o.signer ?? "principal"], stele, { claims: Object.entries(claims), header: o.header });
  s.transcript.enters = "suspended";
  s.seal = w.record("seal", keys.seal, { org: "thpt-mau", role: "school-seal", targets: [s.transcript.id] });
  s.diploma = w.record("diploma", keys.principal, { org: "thpt-mau", kind: "thpt", tag: tag_of(book, "diploma", "thpt", "once"), period: "once", register: { year: "2026", number: 1 }, ...o.diploma }, {
    claims: Object.entries({ contents: ["basis", "birth_date", "contents", "name", "serial", "student_id"], name: "Nguyễn Văn An", birth_date: "2010-03-14", student_id: "2500000001", serial: "A00000001", basis: [s.transcript.id], ...o.diploma_claims }),
  });
  w.block([s.transcript]);
  w.block([s.seal], { [s.transcript.id]: "valid" });
  w.block([s.diploma]);
  w.block([], o.after?.(s) ?? {});
  w.block([], {}, { epoch: o.last_epoch });
  w.block([], {}, { epoch: o.last_epoch });
  s.top = w.blocks.length - 2;
  return s;
}

const authority = (s, ...names) => [s.dept, s.school, s.policy, ...names.map((n) => s.key[n])];

export function transcript_bag(s, { details = true, key = "principal" } = {}) {
  const bag = new Bag(s.w, s.transcript);
  bag.facts(s.transcript, authority(s, key), s.top).show(s.transcript);
  bag.facts(s.seal, authority(s, "seal"), s.top);
  const cite = (sheet, p, name) => {
    bag.facts(sheet, authority(s, name), s.top);
    bag.rows.push(s.w.row(sheet, p, { detail: details }));
  };
  cite(s.toan1, 3, "teacher");
  if (s.amend) {
    cite(s.amend, 0, "teacher");
    bag.facts(s.toan2, authority(s, "teacher"), s.top);
    // "For an amend … the rest is read from its target, which must be in the bag too."
    bag.facts(s.countersign, authority(s, "principal"), s.top);
  } else cite(s.toan2, 3, "teacher");
  cite(s.gdtc1, 3, "gym");
  cite(s.summary, 3, "homeroom");
  if (s.retest) cite(s.retest, 3, "teacher");
  return bag;
}
export function diploma_bag(s, { basis = true } = {}) {
  const bag = new Bag(s.w, s.diploma);
  bag.facts(s.diploma, authority(s, "principal"), s.top).show(s.diploma);
  if (basis) {
    bag.facts(s.transcript, authority(s, "principal"), s.top).show(s.transcript, ["student_id"]);
  }
  return bag;
}
export function receipt_bag(s, record, names) {
  const bag = new Bag(s.w, record);
  bag.kind = "receipt";
  return bag.facts(record, names.length ? authority(s, ...names) : [], s.top);
}
export { digest_of };
