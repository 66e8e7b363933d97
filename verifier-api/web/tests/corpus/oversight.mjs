// What a department does about its school's records, while the school is in force and while it is not; each a receipt with the
// outcome that wire-format.md sections 4.2 and 9 give it: [name, text of the file, outcome].
import { sha256 } from "@noble/hashes/sha2";
import { Bag, Key, World, b64u, seeded } from "./world.mjs";
import { policy_of, rule_set } from "./scenario.mjs";

const changes = ["amend", "suspend", "reinstate", "revoke", "compromise", "erase"];
const text = (s) => new TextEncoder().encode(s);

/** `o.school`: the school's status when the change is made. */
function oversight(o = {}) {
  const w = new World();
  const [root] = w.roots;
  const keys = Object.fromEntries(["officer", "deputy", "principal", "teacher"].map((n) => [n, new Key(n)]));
  const s = { w, keys };
  s.dept = w.record("org", root, { org: "so-mau", kind: "department", name: "Sở Mẫu", vaults: [] });
  s.school = w.record("org", root, { org: "thpt-mau", kind: "school", parent: "so-mau", name: "Trường THPT Mẫu", vaults: [0] });
  s.stranger = w.record("org", root, { org: "thpt-khac", kind: "school", parent: "so-mau", name: "Trường THPT Khác", vaults: [0] });
  const act = (type, more) => ({ act: type, unit: "above", roles: ["registrar"], scope: [], needs: [{ by: "countersign", count: 1, unit: "above", roles: ["registrar"], scope: [] }], ...more });
  s.policy = w.record("policy", root, policy_of((p) => ({ ...p, acts: [
    ...changes.flatMap((type) => [act(type), act(type, { unit: "own", roles: ["principal"] })]), act("key", { on: "sign", needs: [], may_grant: ["teacher"] }),
    act("key", { on: "replace", replaces: true, needs: [], may_grant: ["teacher"] }), act("document", { unit: "own", roles: ["principal"], needs: [] }), ...p.acts.filter((a) => !changes.includes(a.act) && a.act !== "key"),
  ] })));
  const at = { officer: "so-mau", deputy: "so-mau" };
  const roles = { officer: "registrar", deputy: "registrar" };
  s.key = Object.fromEntries(Object.entries(keys).map(([n, k]) => [n, w.key_record(root, k, at[n] ?? "thpt-mau", [{ role: roles[n] ?? n, org: at[n] ?? "thpt-mau", ...(n === "teacher" ? { class: "10A1", subject: "toan" } : {}) }])]));
  w.block([s.dept, s.school, s.stranger, s.policy, ...Object.values(s.key)]);
  const data = text(JSON.stringify(rule_set));
  const about = { kind: "thpt", class: "10A1", year: "2025", subject: "toan", term: "hk1", list: b64u(seeded("list")), assessment: { id: rule_set.id, digest: b64u(sha256(data)) } };
  s.sheet = w.sheet("grade-sheet", keys.teacher, { org: "thpt-mau", ...about }, []);
  s.second_sheet = w.sheet("grade-sheet", keys.teacher, { org: "thpt-mau", ...about, term: "hk2" }, []);
  s.others = w.sheet("grade-sheet", keys.teacher, { org: "thpt-khac", ...about }, []);
  w.block([s.sheet, s.second_sheet, s.others]);
  w.block([], o.school ? { [s.school.id]: o.school } : {});
  return s;
}

/** The change by `by`, and its second signature unless `second` is null. `proven` decides what of the authority is shown. */
function receipt({ by = "officer", second = "deputy", proven = (s) => [s.dept, s.school, s.policy], bag: more = () => {}, ...o }, make) {
  const s = oversight(o);
  const { w } = s;
  const signer = by === "root" ? w.roots[0] : s.keys[by];
  const { type, stele, targets = [] } = make(s);
  const r = type === "amend" ? w.sheet("amend", signer, stele, []) : type === "key" ? w.key_record(signer, stele.key, stele.org, stele.grants, stele.more) : w.record(type, signer, stele);
  if (second) r.enters = "suspended";
  w.block([r]);
  const cosigned = second && (second === "root" ? w.record("approve", w.roots[1], { org: "root", role: "root", targets: [r.id] }) : w.record("countersign", s.keys[second], { org: s.key[second].stele.org, role: s.key[second].stele.grants[0].role, targets: [r.id] }));
  w.block(cosigned ? [cosigned] : [], second ? { [r.id]: "valid" } : {});
  w.block();
  w.block();
  const top = w.blocks.length - 2;
  const bag = new Bag(w, r);
  bag.kind = "receipt";
  bag.facts(r, by === "root" ? [] : [...proven(s), s.key[by]], top);
  if (cosigned) bag.facts(cosigned, second === "root" ? [] : [...proven(s), s.key[second]], top);
  for (const t of targets) bag.include(t, top);
  more(bag, s, r);
  return bag.print();
}

const in_order = (list) => [...list].sort((a, b) => Buffer.compare(Buffer.from(a, "base64url"), Buffer.from(b, "base64url")));
const status = (type, list, { org = "thpt-mau", shown } = {}) => (s) => {
  const targets = list(s);
  return { type, targets: shown ? shown(s) : targets, stele: { org, targets: in_order(targets.map((t) => t.id)), reason: "under-review", ...(type === "reinstate" ? { lifts: b64u(seeded("suspension")) } : {}) } };
};
const amend = (s) => ({ type: "amend", targets: [s.sheet], stele: { org: "thpt-mau", target: s.sheet.id, positions: [3], reason: "entry-error", supersedes: [] } });
const compromise = (s) => ({ type: "compromise", stele: { org: "thpt-mau", key: s.keys.teacher.kid, from: 0, reason: "under-review" } });
const erase = (s) => ({ type: "erase", targets: [s.sheet], stele: { org: "thpt-mau", target: s.sheet.id, positions: [], reason: "under-review", receipts: [{ vault: 0, signature: b64u(new Uint8Array(64).fill(1)) }] } });
const the_sheet = (s) => [s.sheet];

export function* oversight_cases() {
  for (const school of [undefined, "suspended", "revoked", "superseded"]) {
    const when = `school ${school ?? "valid"}`;
    const c = function* (name, o, make, outcome) {
      yield [`${name}, ${when}`, receipt({ school, ...o }, make), outcome];
    };
    yield* c("amend from above", {}, amend, "valid");
    yield* c("suspend from above", {}, status("suspend", the_sheet), "valid");
    yield* c("reinstate of the school", {}, status("reinstate", (s) => [s.school]), "valid");
    yield* c("revoke from above", {}, status("revoke", the_sheet), "valid");
    yield* c("compromise from above", {}, compromise, "valid");
    yield* c("erase from above", {}, erase, "valid");
    const own = school ? "not_authorised" : "valid";
    yield* c("suspend by the school's principal", { by: "principal" }, status("suspend", the_sheet), own);
    yield* c("document of the school by its principal", { by: "principal", second: null }, () => ({ type: "document", stele: { org: "thpt-mau", kind: "minutes", digests: [b64u(seeded("d"))] } }), own);
    yield* c("key at the school from above", { second: null }, () => ({ type: "key", stele: { key: new Key("newcomer"), org: "thpt-mau", grants: [{ role: "teacher", org: "thpt-mau" }] } }), own);
  }
  const suspend_sheet = status("suspend", the_sheet);
  yield ["suspend from above, the school without its status", receipt({ bag: (b, s, r) => b.statuses.delete(`${s.school.index}@${s.w.height_of(r) - 1}`) }, suspend_sheet), "valid"];
  yield ["suspend from above, the school not shown", receipt({ proven: (s) => [s.dept, s.policy] }, suspend_sheet), "not_authorised"];
  yield ["suspend from above, the department without its status", receipt({ bag: (b, s, r) => b.statuses.delete(`${s.dept.index}@${s.w.height_of(r) - 1}`) }, suspend_sheet), "not_authorised"];

  // What it is about must be there, of one type and of the organisation that it speaks of.
  const two = (list, shown) => status("revoke", list, { shown });
  const bad = "not_authorised";
  yield ["amend of another school's sheet", receipt({}, (s) => ({ ...amend(s), targets: [s.others], stele: { ...amend(s).stele, target: s.others.id } })), bad];
  yield ["amend, its target not shown", receipt({}, (s) => ({ ...amend(s), targets: [] })), bad];
  yield ["erase of another school's sheet", receipt({}, (s) => ({ ...erase(s), targets: [s.others], stele: { ...erase(s).stele, target: s.others.id } })), bad];
  yield ["erase, its target not shown", receipt({}, (s) => ({ ...erase(s), targets: [] })), bad];
  yield ["revoke of another school's sheet", receipt({}, two((s) => [s.others])), bad];
  yield ["revoke of two sheets", receipt({}, two((s) => [s.sheet, s.second_sheet])), "valid"];
  yield ["revoke of two sheets, each one alone not shown", receipt({}, two((s) => [s.sheet, s.second_sheet], (s) => [s.sheet])), bad];
  yield ["revoke of two sheets, the other one alone not shown", receipt({}, two((s) => [s.sheet, s.second_sheet], (s) => [s.second_sheet])), bad];
  yield ["revoke of a sheet and a key", receipt({}, two((s) => [s.sheet, s.key.teacher])), bad];
  yield ["revoke of sheets of two schools", receipt({}, two((s) => [s.sheet, s.others])), bad];
  yield ["revoke of the policy", receipt({}, two((s) => [s.policy])), bad];
  const by_root = { by: "root", second: "root" };
  yield ["revoke of the school by roots", receipt(by_root, two((s) => [s.school])), "valid"];
  yield ["revoke of a key by roots, not shown", receipt(by_root, two((s) => [s.key.teacher], () => [])), bad];
  yield ["revoke of a key of another organisation by roots", receipt(by_root, two((s) => [s.key.officer])), bad];
  yield ["revoke of a sheet by roots", receipt(by_root, two((s) => [s.sheet])), bad];
  // Which act speaks for a key that replaces another one is read from that one.
  const replaced = (old, shown, key = new Key("newcomer")) => (s) => ({ type: "key", targets: shown ? [old(s)] : [], stele: { key, org: "thpt-mau", grants: [{ role: "teacher", org: "thpt-mau" }], more: { replaces: old(s).id, reason: "lost" } } });
  yield ["key that replaces a key", receipt({ second: null }, replaced((s) => s.key.teacher, true)), "valid"];
  yield ["key that replaces a key, not shown", receipt({ second: null }, replaced((s) => s.key.teacher, false)), bad];
  yield ["key that gives other grants, without an act for it", receipt({ second: null }, replaced((s) => s.key.teacher, true, new Key("teacher"))), bad];
  yield ["key that replaces a sheet", receipt({ second: null }, replaced((s) => s.sheet, true)), bad];
}
