// The corpus: good documents, and documents that are wrong in every part in turn. Each is [name, text of the file].
import { Bag, b64u, digest_of, disclosure, seeded, World } from "./world.mjs";
import { oversight_cases } from "./oversight.mjs";
import { diploma_bag, policy_of, receipt_bag, rule_set, story, transcript_bag } from "./scenario.mjs";

export function* synthetic() {
  const good = story();
  const t = (o, change) => {
    const s = story(o);
    const bag = transcript_bag(s, { key: o.signer ?? "principal" });
    change?.(bag, s);
    return bag.print();
  };
  yield ["good transcript", t({})];
  yield ["good transcript, amended sheet", t({ amend: true })];
  yield ["good transcript, retest", t({ retest: true })];
  yield ["good transcript, without details", transcript_bag(good, { details: false }).print()];
  yield ["good transcript with book", t({}, (b, s) => (b.book = b64u(s.book)))];
  yield ["good diploma", diploma_bag(good).print()];
  yield ["good diploma without basis", diploma_bag(good, { basis: false }).print()];
  yield ["good receipt of a sheet", receipt_bag(good, good.toan1, ["teacher"]).print()];
  yield ["good receipt of an org by a root", receipt_bag(good, good.school, []).print()];
  yield ["good receipt of a seal", receipt_bag(good, good.seal, ["seal"]).print()];

  // The bag lacks one thing.
  const whole = () => transcript_bag(good);
  const full = whole();
  const kinds = new Map();
  for (const r of full.records) {
    const name = Object.entries(good).find(([, v]) => v === r)?.[0] ?? `key ${Object.entries(good.key).find(([, v]) => v === r)?.[0]}`;
    kinds.set(r, name);
    const b = whole();
    if (r !== b.subject) {
      b.records.delete(r);
      yield [`lacks record ${name}`, b.print()];
    }
  }
  for (const h of full.heights) {
    const b = whole();
    b.heights.delete(h);
    yield [`lacks header ${h}`, b.print()];
  }
  for (const h of full.qcs.keys()) {
    const b = whole();
    b.qcs.delete(h);
    yield [`lacks certificate ${h}`, b.print()];
  }
  for (const [what, key] of [...full.inclusions.keys()].map((k) => ["inclusions", k]).concat([...full.statuses.keys()].map((k) => ["statuses", k]))) {
    const b = whole();
    const { record, height } = b[what].get(key);
    b[what].delete(key);
    yield [`lacks ${what} of ${kinds.get(record)} at ${height}`, b.print()];
  }
  for (let i = 0; i < full.rows.length; i++) {
    const b = whole();
    b.rows.splice(i, 1);
    yield [`lacks row ${i}`, b.print()];
    const c = whole();
    delete c.rows[i].detail;
    delete c.rows[i].detail_path;
    yield [`lacks detail ${i}`, c.print()];
  }
  for (let i = 0; i < full.disclosures.length; i++) {
    const b = whole();
    const [gone] = b.disclosures.splice(i, 1);
    yield [`lacks claim ${JSON.parse(Buffer.from(gone.disclosure, "base64url"))[1]}`, b.print()];
  }
  for (let i = 0; i < full.persons.length; i++) {
    const b = whole();
    b.persons.splice(i, 1);
    yield [`lacks person ${i}`, b.print()];
  }

  // Something else stands there.
  const wrong = (name, change) => {
    const b = whole();
    change(b);
    return [name, b.print()];
  };
  const swap = (text) => (text[0] === "A" ? "B" : "A") + text.slice(1);
  for (const what of ["inclusions", "statuses"]) {
    yield wrong(`wrong path in ${what}`, (b) => {
      const x = [...b[what].values()].find((y) => y.path.length);
      if (x) x.path[0] = swap(x.path[0]);
      else [...b[what].values()][0].path.push(b64u(seeded("x")));
    });
    yield wrong(`path too long in ${what}`, (b) => [...b[what].values()].at(-1).path.push(b64u(seeded("x"))));
  }
  yield wrong("another status in the leaf", (b) => ([...b.statuses.values()].at(-1).leaf = b64u(new Uint8Array(64).fill(255))));
  for (const spoil of [0, 63, 70, 200]) yield wrong(`certificate spoiled at ${spoil}`, (b) => b.qcs.set([...b.qcs.keys()][0], good.w.qc([...b.qcs.keys()][0], { spoil })));
  yield wrong("certificate by two", (b) => b.qcs.set([...b.qcs.keys()][0], good.w.qc([...b.qcs.keys()][0], { voters: [0, 1] })));
  yield wrong("certificate by four", (b) => b.qcs.set([...b.qcs.keys()][0], good.w.qc([...b.qcs.keys()][0], { voters: [0, 1, 2, 3] })));
  yield wrong("certificate by one thrice", (b) => b.qcs.set([...b.qcs.keys()][0], good.w.qc([...b.qcs.keys()][0], { voters: [1, 1, 1] })));
  yield wrong("certificate out of order", (b) => b.qcs.set([...b.qcs.keys()][0], good.w.qc([...b.qcs.keys()][0], { voters: [2, 1, 0] })));
  yield wrong("certificate of another header", (b) => b.qcs.set([...b.qcs.keys()][0], good.w.qc([...b.qcs.keys()][1])));
  yield wrong("a certificate too many, right", (b) => b.qcs.set([...b.heights][0], good.w.qc([...b.heights][0])));
  for (const n of ["name", "birth_date", "subject.toan", "summary", "class"]) {
    yield wrong(`claim ${n} altered`, (b) => {
      const d = b.disclosures.find((x) => JSON.parse(Buffer.from(x.disclosure, "base64url"))[1] === n);
      const [salt, name, value] = JSON.parse(Buffer.from(d.disclosure, "base64url"));
      const other = n === "birth_date" ? "2009-03-14" : typeof value === "string" ? `${value}x`.slice(0, 8) : { ...value, name: "Văn", conduct: value.conduct && { year: "kem" } };
      d.disclosure = b64u(new TextEncoder().encode(JSON.stringify([salt, name, other])));
    });
  }
  yield wrong("claim of nobody", (b) => b.disclosures.push({ record: good.transcript, disclosure: disclosure("ethnicity", "Kinh", "n") }));
  yield wrong("claim twice", (b) => b.disclosures.push(b.disclosures[0]));
  yield wrong("person altered", (b) => (b.persons[0].disclosure = disclosure("person", { name: "Ai Đó", title: "x" })));
  yield wrong("person of another key", (b) => (b.persons[0].disclosure = b.persons[1].disclosure));
  yield wrong("person on an org", (b) => b.persons.push({ record: good.dept, disclosure: b.persons[0].disclosure }));
  yield wrong("row result altered", (b) => (b.rows[0].result = disclosure("result", { tag: good.transcript.stele.tag, mark: "9.9" })));
  yield wrong("row result and detail exchanged", (b) => ([b.rows[0].result, b.rows[0].detail] = [b.rows[0].detail, b.rows[0].result]));
  yield wrong("row at another place", (b) => (b.rows[0].row = 4));
  yield wrong("row twice", (b) => b.rows.push(b.rows[0]));
  yield wrong("row of a key record", (b) => (b.rows[0].sheet = good.key.teacher));
  yield wrong("row beyond", (b) => (b.rows[0].row = 16));
  yield wrong("book of another", (b) => (b.book = b64u(seeded("another book"))));
  yield wrong("book too short", (b) => (b.book = b64u(seeded("x").slice(1))));
  yield wrong("subject is the key record", (b) => (b.subject = good.key.principal));
  yield wrong("subject is a sheet", (b) => (b.subject = good.toan1));
  yield wrong("subject is a sheet, nothing shown", (b) => ((b.subject = good.toan1), (b.disclosures = []), (b.rows = [])));
  yield wrong("subject is the seal, nothing shown", (b) => ((b.subject = good.seal), (b.disclosures = []), (b.rows = [])));
  yield wrong("record with a spoiled signature", (b) => {
    const r = { ...good.key.teacher, jws: good.key.teacher.jws.replace(/.{10}$/, "AAAAAAAAAA") };
    for (const f of [...b.inclusions.values(), ...b.statuses.values()]) if (f.record === good.key.teacher) f.record = r;
    b.records.delete(good.key.teacher);
    b.records.add(r);
    b.persons = b.persons.filter((p) => p.record !== good.key.teacher);
  });
  yield wrong("subject with a spoiled signature, its proofs left out", (b) => {
    const r = { ...good.transcript, jws: good.transcript.jws.replace(/.{10}$/, "AAAAAAAAAA") };
    for (const what of ["inclusions", "statuses"]) for (const [k, f] of b[what]) if (f.record === good.transcript) b[what].delete(k);
    b.records.delete(good.transcript);
    b.records.add(r);
    b.subject = r;
    for (const d of b.disclosures) if (d.record === good.transcript) d.record = r;
  });
  yield ["receipt with document's members", receipt_bag(good, good.toan1, ["teacher"]).print().replace('"receipt"', '"document"')];

  // On a ledger that accepted what it should not have, or where things changed.
  const cases = {
    "transcript by a teacher": { signer: "teacher" },
    "transcript by another school's principal": { signer: "other" },
    "principal's grant ended": { grants: { principal: [{ role: "principal", org: "thpt-mau", to: "2026-01-07" }] } },
    "principal's grant ends that day": { grants: { principal: [{ role: "principal", org: "thpt-mau", from: "2026-01-11", to: "2026-01-11" }] } },
    "principal's grant not yet": { grants: { principal: [{ role: "principal", org: "thpt-mau", from: "2026-01-12" }] } },
    "principal's grant for one class": { grants: { principal: [{ role: "principal", org: "thpt-mau", class: "10A1" }] } },
    "principal's grant for another class": { grants: { principal: [{ role: "principal", org: "thpt-mau", class: "10A2" }] } },
    "principal's grant for a year": { grants: { principal: [{ role: "principal", org: "thpt-mau", year: "2025" }] } },
    "principal's grant for a subject": { grants: { principal: [{ role: "principal", org: "thpt-mau", subject: "toan" }] } },
    "principal's grant at the department": { grants: { principal: [{ role: "principal", org: "so-mau" }] } },
    "teacher's grant names no class": { grants: { teacher: [{ role: "teacher", org: "thpt-mau", subject: "toan" }] } },
    "teacher's grant of another term": { grants: { teacher: [{ role: "teacher", org: "thpt-mau", subject: "toan", class: "10A1", term: "hk2" }] } },
    "teacher's grant for that year": { grants: { teacher: [{ role: "teacher", org: "thpt-mau", subject: "toan", class: "10A1", year: "2025" }] } },
    "teacher without a grant": { grants: { teacher: [] } },
    "sheet by the gym teacher": { sheets: { toan1: { key: "gym" } } },
    "no act for transcripts": { policy: (p) => ({ ...p, acts: p.acts.filter((a) => a.act !== "transcript") }) },
    "act for transcripts ended": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, to: "2026-01-10" } : a)) }) },
    "act for transcripts not yet": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, from: "2026-01-12" } : a)) }) },
    "act for transcripts of another kind": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, on: "thcs" } : a)) }) },
    "act for replacing transcripts only": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, replaces: true } : a)) }) },
    "act from above": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, unit: "above" } : a)) }) },
    "act of the root": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, unit: "root" } : a)) }) },
    "act own or above": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, unit: "own-or-above" } : a)) }) },
    "act without needs": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, needs: [] } : a)) }) },
    "act of another period": { policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, period: "once" } : a)) }) },
    "act without period": { policy: (p) => ({ ...p, acts: p.acts.map(({ period, ...a }) => (a.act === "transcript" ? a : { ...a, ...(period ? { period } : {}) })) }) },
    "first act of the wrong period, second right": { policy: (p) => ({ ...p, acts: [{ ...p.acts.find((a) => a.act === "transcript"), period: "nth" }, ...p.acts] }) },
    "first act of another role": { policy: (p) => ({ ...p, acts: [{ ...p.acts.find((a) => a.act === "transcript"), roles: ["clerk"], period: "nth" }, ...p.acts] }) },
    "principal's key is a seal key": { key_members: { principal: { use: "seal" } } },
    "principal's key revoked before": { before_transcript: (s) => ({ [s.key.principal.id]: "revoked" }) },
    "principal's key revoked after": { after: (s) => ({ [s.key.principal.id]: "revoked" }) },
    "teacher's key revoked before the transcript": { before_transcript: (s) => ({ [s.key.teacher.id]: "revoked" }) },
    "teacher's key suspended before the sheets": { before_sheets: (s) => ({ [s.key.teacher.id]: "suspended" }) },
    "school suspended before": { before_transcript: (s) => ({ [s.school.id]: "suspended" }) },
    "department revoked before": { before_transcript: (s) => ({ [s.dept.id]: "revoked" }) },
    "policy superseded before": { before_transcript: (s) => ({ [s.policy.id]: "superseded" }) },
    "revoked after": { after: (s) => ({ [s.transcript.id]: "revoked" }) },
    "suspended after": { after: (s) => ({ [s.transcript.id]: "suspended" }) },
    "superseded after": { after: (s) => ({ [s.transcript.id]: "superseded" }) },
    "suspended after, act without needs": { after: (s) => ({ [s.transcript.id]: "suspended" }), policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "transcript" ? { ...a, needs: [] } : a)) }) },
    "seal revoked after": { after: (s) => ({ [s.seal.id]: "revoked" }) },
    "sheet revoked after": { after: (s) => ({ [s.toan1.id]: "revoked" }) },
    "sheet suspended after": { after: (s) => ({ [s.toan1.id]: "suspended" }) },
    "sheet superseded after": { after: (s) => ({ [s.toan1.id]: "superseded" }) },
    "summary revoked after": { after: (s) => ({ [s.summary.id]: "revoked" }) },
    "amend pending": { amend: true, after: (s) => ({ [s.amend.id]: "suspended" }) },
    "target of the amend revoked": { amend: true, after: (s) => ({ [s.toan2.id]: "revoked" }) },
    "last epoch is another": { last_epoch: 1 },
    "sheet of another org": { sheets: { toan1: { stele: { org: "thpt-khac" } } } },
    "sheet of another class": { sheets: { toan1: { stele: { class: "10A2" } } }, grants: { teacher: [{ role: "teacher", org: "thpt-mau", class: "10A1", subject: "toan" }, { role: "teacher", org: "thpt-mau", class: "10A2", subject: "toan" }] } },
    "sheet of another year": { sheets: { toan1: { stele: { year: "2024" } } } },
    "sheet of another kind": { sheets: { toan1: { stele: { kind: "thcs" } } } },
    "sheet of another term": { sheets: { toan1: { stele: { term: "hk2" } } } },
    "sheet with a group": { sheets: { toan1: { stele: { group: "n1" } } } },
    "sheet of another subject": { sheets: { toan1: { stele: { subject: "gdtc" }, key: "gym" } } },
    "sheet of another rule set": { sheets: { toan1: { stele: { assessment: { id: "tt22-2021", digest: b64u(seeded("a")) } } } } },
    "sheet of another rule set's name": { sheets: { toan1: { stele: { assessment: { id: "khac", digest: policy_of().assessment[0].digest } } } } },
    "summary of term 1": { sheets: { summary: { stele: { term: "hk1" } } } },
    "summary of another class": { sheets: { summary: { stele: { class: "10A2" }, key: "homeroom" } }, grants: { homeroom: [{ role: "homeroom", org: "thpt-mau", class: "10A2" }] } },
    "row of another student": { sheets: { toan1: { result: { tag: b64u(seeded("another")) } } } },
    "teacher signed another mark": { sheets: { toan1: { result: { mark: "8.2" }, detail: {} } } },
    "average wrong": { sheets: { toan1: { result: { mark: "8.4" } } }, claims: (c) => (c["subject.toan"].terms[0].mark = "8.4") },
    "average of nothing": { sheets: { toan1: { detail: { comment: "x" } } } },
    "average without enough marks": { sheets: { toan1: { detail: { regular: ["8.3"], mid: "8.3", final: "8.3" } } } },
    "too many marks": { sheets: { toan1: { detail: { regular: ["8.3", "8.3", "8.3", "8.3", "8.3"], mid: "8.3", final: "8.3" } } } },
    "average with an exempt entry": { sheets: { toan1: { detail: { regular: [{ missing: "exempt" }, "8.3"], mid: "8.3", final: "8.3" } } } },
    "average with an absent entry": { sheets: { toan1: { detail: { regular: [{ missing: "absent" }, "8.3", "8.3"], mid: "8.3", final: "8.3" } } } },
    "mid-term missing, yet a mark": { sheets: { toan1: { detail: { regular: ["8.3", "8.3"], mid: { missing: "absent" }, final: "8.3" } } } },
    "missing rightly": { sheets: { toan1: { drop: ["mark"], result: { missing: "not-yet" }, detail: { regular: ["8.3", "8.3"], mid: { missing: "not-yet" }, final: "8.3" } } }, claims: (c) => ((c["subject.toan"].terms[0] = { ...c["subject.toan"].terms[0], mark: undefined, missing: "not-yet" }), delete c["subject.toan"].year) },
    "missing though there is an average": { sheets: { toan1: { drop: ["mark"], result: { missing: "not-yet" } } }, claims: (c) => ((c["subject.toan"].terms[0] = { ...c["subject.toan"].terms[0], mark: undefined, missing: "not-yet" }), delete c["subject.toan"].year) },
    "year from one term": { claims: (c) => c["subject.toan"].terms.pop() },
    "year missing from one term": { claims: (c) => (c["subject.toan"].terms.pop(), (c["subject.toan"].year = { missing: "not-yet" })) },
    "year level from one term": { claims: (c) => (c["subject.toan"].terms.pop(), (c["subject.toan"].year = { level: "dat" })) },
    "year wrong": { claims: (c) => (c["subject.toan"].year = { mark: "8.9" }) },
    "no year": { claims: (c) => delete c["subject.toan"].year },
    "year missing though computable": { claims: (c) => (c["subject.toan"].year = { missing: "not-yet" }) },
    "year against the retest": { retest: true, claims: (c) => (c["subject.toan"].year = { mark: "8.8" }) },
    "retest with marks in its detail": { retest: true, sheets: { retest: { detail: { regular: ["6.0", "6.0"], mid: "6.0", final: "6.0" } } } },
    "retest from a term's sheet": { retest: true, sheets: { retest: { stele: { term: "hk1" } } } },
    "level in a subject with marks": { sheets: { toan1: { drop: ["mark"], result: { level: "dat" }, detail: {} } }, claims: (c) => ((c["subject.toan"].terms[0] = { ...c["subject.toan"].terms[0], mark: undefined, level: "dat" }), delete c["subject.toan"].year) },
    "mark in a subject by level": { sheets: { gdtc1: { drop: ["level"], result: { mark: "9.0" }, detail: {} } }, claims: (c) => ((c["subject.gdtc"].terms[0] = { ...c["subject.gdtc"].terms[0], level: undefined, mark: "9.0" }), delete c["subject.gdtc"].year) },
    "unknown level": { sheets: { gdtc1: { result: { level: "gioi" } } }, claims: (c) => (c["subject.gdtc"].terms[0].level = "gioi") },
    "unknown level of the year": { claims: (c) => (c["subject.gdtc"].year.level = "gioi") },
    "marks in a level's detail": { sheets: { gdtc1: { detail: { regular: ["6.0", "6.0"], mid: "6.0", final: "6.0" } } } },
    "mark of the year in a subject by level": { claims: (c) => (c["subject.gdtc"].year = { mark: "9.0" }) },
    "another name of the subject": { claims: (c) => (c["subject.toan"].name = "Toán học") },
    "terms in another order": { claims: (c) => c["subject.toan"].terms.reverse() },
    "a term of no rule set": { claims: (c) => (c["subject.toan"].terms[0].term = "hk3") },
    "term twice": { claims: (c) => c["subject.toan"].terms.push(c["subject.toan"].terms[1]) },
    "year's term among the terms": { retest: true, claims: (c) => c["subject.toan"].terms.push({ term: "cn", ...c["subject.toan"].retest }) },
    "subject of no rule set": { claims: (c) => ((c["subject.van"] = c["subject.toan"]), delete c["subject.toan"]) },
    "subject exchanged": { claims: (c) => ((c["subject.gdtc"] = c["subject.toan"]), delete c["subject.toan"]) },
    "no terms": { claims: (c) => (c["subject.toan"] = { name: "Toán", terms: [] }) },
    "summary differs": { claims: (c) => (c.summary.learning = "kha") },
    "summary shows less": { claims: (c) => delete c.summary.absences },
    "summary from a grade sheet": { claims: (c, s) => (c.summary.sheet = s.toan1.id) },
    "mark from a summary sheet": { claims: (c, s) => (c["subject.toan"].terms[0].sheet = s.summary.id) },
    "figure names the original of an amend": { amend: true, claims: (c, s) => (c["subject.toan"].terms[1] = { term: "hk2", mark: "9.0", sheet: s.toan2.id, row: 3 }) },
    "row of an amend beyond its positions": { amend: true, claims: (c) => (c["subject.toan"].terms[1].row = 1) },
    "amend says another mark": { amend: { result: { mark: "8.1" } } },
    "amend of another org": { amend: { stele: { org: "thpt-khac" } } },
    "contents lacks a claim": { claims: (c) => (c.contents = [...Object.keys(c), "contents"].filter((n) => n !== "gender").sort()) },
    "contents lists more": { claims: (c) => (c.contents = [...Object.keys(c), "contents", "ethnicity"].sort()) },
    "contents lacks itself": { claims: (c) => (c.contents = Object.keys(c).sort()) },
    "contents not ascending": { claims: (c) => (c.contents = [...Object.keys(c), "contents"].sort().reverse()) },
    "claim of another type": { claims: (c) => (c.serial = "A00000001") },
    "unknown claim": { claims: (c) => (c.hobby = "cờ") },
    "claim in a bad form": { claims: (c) => (c.student_id = "25") },
    "class claim of another class": { claims: (c) => (c.class = "10A9") },
    "year claim of another year": { claims: (c) => (c.year = "2024") },
    "school claim of another school": { claims: (c) => (c.school = "Trường khác") },
    "empty name": { claims: (c) => (c.name = "") },
    "long name": { claims: (c) => (c.name = "ạ".repeat(1000)) },
    "too long name": { claims: (c) => (c.name = "a".repeat(1001)) },
    "emoji name": { claims: (c) => (c.name = "🙂".repeat(600)) },
    "name not in NFC": { claims: (c) => (c.name = "Nguyễn".normalize("NFD")) },
    "name with a line feed": { claims: (c) => (c.name = "a\nb") },
    "name with a private character": { claims: (c) => (c.name = "\ue000") },
    "name of Unicode 15.1": { claims: (c) => (c.name = "\u{2ebf0}") },
    "birth date that is none": { claims: (c) => (c.birth_date = "2010-02-30") },
    "header with another typ": { header: { typ: "stele-transcript+jwt" } },
    "header with another alg": { header: { alg: "ES256" } },
    "header with kid of the teacher": { header: { kid: story().keys.teacher.kid } },
    "header with one more member": { header: { x: 1 } },
    "period once": { stele: { period: "once" } },
    "of another period": { stele: { period: "2024" } },
    "of another class": { stele: { class: "10A2" } },
    "another tag": { stele: { tag: b64u(seeded("tag")) } },
    "of another rule set": { stele: { assessment: { id: "tt22-2021", digest: b64u(seeded("r")) } } },
    "with an unknown member": { stele: { extra: 1 } },
    "replaces without reason": { stele: { replaces: b64u(seeded("r")) } },
    "replaces": { stele: { replaces: b64u(seeded("r")), reason: "lost" } },
    "signed for another network": { stele: { net: "stele/khac/0123456789abcdef0123456789abcdef" } },
    "signed for no network": { stele: { net: "x" } },
    "other weights": { rules: { ...rule_set, marks: { regular: 1, mid: 1, final: 1 } } },
  };
  for (const [name, o] of Object.entries(cases)) yield [name, t(o)];

  const d = (o, change) => {
    const s = story(o);
    const bag = diploma_bag(s);
    change?.(bag, s);
    return bag.print();
  };
  yield ["diploma: basis of another student", d({ diploma_claims: { student_id: "2500000002" } })];
  yield ["diploma: basis revoked", d({ after: (s) => ({ [s.transcript.id]: "revoked" }) })];
  yield ["diploma: basis superseded", d({ after: (s) => ({ [s.transcript.id]: "superseded" }) })];
  yield ["diploma: basis suspended", d({ after: (s) => ({ [s.transcript.id]: "suspended" }) })];
  yield ["diploma: basis without student id", d({}, (b, s) => (b.disclosures = b.disclosures.filter((x) => x.record !== s.transcript)))];
  yield ["diploma: basis shows its name too", d({}, (b, s) => b.show(s.transcript, ["name"]))];
  yield ["diploma: basis shows a subject without rows", d({}, (b, s) => b.show(s.transcript, ["subject.toan"]))];
  yield ["diploma: basis shows a subject with rows", d({}, (b, s) => (b.show(s.transcript, ["subject.toan"]), b.facts(s.toan1, [s.dept, s.school, s.policy, s.key.teacher], s.top), b.rows.push(s.w.row(s.toan1, 3))))];
  yield ["diploma: own student id not shown", d({}, (b, s) => (b.disclosures = b.disclosures.filter((x) => x.record !== s.diploma || JSON.parse(Buffer.from(x.disclosure, "base64url"))[1] !== "student_id")))];
  yield ["diploma: basis not shown", d({}, (b, s) => (b.disclosures = b.disclosures.filter((x) => x.record !== s.diploma || JSON.parse(Buffer.from(x.disclosure, "base64url"))[1] !== "basis")))];
  yield ["diploma: basis is a sheet", d({ diploma_claims: { basis: [good.toan1.id] } }, (b, s) => b.facts(s.toan1, [s.dept, s.school, s.policy, s.key.teacher], s.top))];
  yield ["diploma: basis lacks its status", d({}, (b, s) => b.statuses.delete(`${s.transcript.index}@${s.top}`))];
  yield ["diploma: basis lacks its inclusion", d({}, (b, s) => b.inclusions.delete(`${s.transcript.index}@${s.w.height_of(s.transcript)}`))];
  yield ["diploma: basis lacks its authority", d({}, (b, s) => b.statuses.delete(`${s.key.principal.index}@${s.w.height_of(s.transcript) - 1}`))];
  yield ["diploma: basis altered", d({}, (b, s) => (b.disclosures.find((x) => x.record === s.transcript).disclosure = disclosure("student_id", "2500000002")))];
  yield ["diploma: with a row", d({}, (b, s) => (b.facts(s.toan1, [s.dept, s.school, s.policy, s.key.teacher], s.top), b.rows.push(s.w.row(s.toan1, 3))))];
  yield ["diploma: with book", d({}, (b, s) => (b.book = b64u(s.book)))];
  yield ["diploma: serial in a bad form", d({ diploma_claims: { serial: "A1" } })];
  yield ["diploma: basis not ascending", d({ diploma_claims: { basis: [b64u(seeded("z", 1)), b64u(seeded("z", 0))].sort().reverse() } })];
  yield ["diploma: act ended", d({ policy: (p) => ({ ...p, acts: p.acts.map((a) => (a.act === "diploma" ? { ...a, to: "2026-01-12" } : a)) }) })];
  yield ["diploma: register number 0", d({ diploma: { register: { year: "2026", number: 0 } } })];
  yield ["diploma: revoked", d({ after: (s) => ({ [s.diploma.id]: "revoked" }) })];
  yield ["diploma: not final", d({}, (b, s) => b.qcs.delete(s.w.height_of(s.diploma) + 1) && b.qcs.delete(s.top + 1) && b.qcs)];

  // Headers that nobody certified.
  yield ["a header too many, of no parent", (() => {
    const b = whole();
    const lone = story({ days: 3 });
    const text = lone.w.blocks.at(-1).text;
    const v = b.value();
    v.evidence.headers.push(text);
    return `${JSON.stringify(v)}\n`;
  })()];
  yield ["receipt with white space", ` ${receipt_bag(good, good.toan1, ["teacher"]).print()}`];
  yield ["receipt with a space inside", receipt_bag(good, good.toan1, ["teacher"]).print().replace('{"stele":', '{ "stele":')];
  yield ["receipt cut", receipt_bag(good, good.toan1, ["teacher"]).print().slice(0, 500)];
  yield ["receipt with an unknown member", receipt_bag(good, good.toan1, ["teacher"]).print().replace('"v":1', '"v":1,"x":1')];

  // Receipts of other types.
  const r = (o, record, names, change) => {
    const s = story(o);
    const bag = receipt_bag(s, record(s), names);
    change?.(bag, s);
    return bag.print();
  };
  yield ["receipt of an amend", r({ amend: true }, (s) => s.amend, ["teacher"], (b, s) => b.include(s.toan2, s.top))];
  yield ["receipt of an amend without its target", r({ amend: true }, (s) => s.amend, ["teacher"])];
  yield ["receipt of a countersign", r({ amend: true }, (s) => s.countersign, ["principal"])];
  yield ["receipt of a seal by a sign key", r({ key_members: { seal: { use: "sign" } } }, (s) => s.seal, ["seal"])];
  yield ["receipt of a key by a root", r({}, (s) => s.key.teacher, [])];
  yield ["receipt of the policy", r({}, (s) => s.policy, [])];
  yield ["receipt of the first organisation", r({}, (s) => s.dept, [])];
  yield ["receipt of a transcript", r({}, (s) => s.transcript, ["principal"])];
  yield ["receipt of a pending transcript", r({ after: (s) => ({ [s.transcript.id]: "suspended" }) }, (s) => s.transcript, ["principal"])];
  yield ["receipt, org of the signer not shown", r({}, (s) => s.toan1, ["teacher"], (b, s) => b.records.delete(s.dept))];
  for (const [name, text] of oversight_cases()) yield [name, text];
  yield ["receipt of a transcript by a root", (() => {
    const w = new World();
    const rec = w.record("transcript", w.roots[0], good.transcript.stele, { claims: [["name", "x"]] });
    w.block([rec]);
    w.block();
    w.block();
    const b = new Bag(w, rec);
    b.kind = "receipt";
    b.heights.add(0);
    return b.facts(rec, [], 2).print();
  })()];
}

// Any file -----------------------------------------------------------------------------------------------------------

/** Changes to any document file, made without understanding it. */
export function* mutations(text) {
  const value = () => JSON.parse(text);
  const print = (v) => `${JSON.stringify(v)}\n`;
  const same = (name, change) => {
    const v = value();
    change(v);
    return [name, print(v)];
  };
  yield ["unchanged", text];
  yield ["no line end", text.slice(0, -1)];
  yield ["two line ends", `${text}\n`];
  yield ["carriage return", `${text.slice(0, -1)}\r\n`];
  yield ["byte order mark", `\ufeff${text}`];
  yield ["a space", text.replace(",", ", ")];
  yield ["pretty", `${JSON.stringify(value(), null, 1)}\n`];
  yield ["cut", text.slice(0, text.length / 2)];
  yield ["empty", ""];
  yield ["null", "null\n"];
  yield ["a receipt with a space", text.replace('{"stele":"document"', '{ "stele":"receipt"')];
  yield ["a document with a space in front", ` ${text}`];
  yield ["a list", "[]\n"];
  yield ["a string", '"stele"\n'];
  yield ["an object", "{}\n"];
  yield ["needless escape", text.replace('"stele":"document"', '"stele":"d\\u006fcument"')];
  yield same("another stele", (v) => (v.stele = "invoice"));
  yield same("version 2", (v) => (v.v = 2));
  yield same("version as text", (v) => (v.v = "1"));
  yield same("version 1.0", (v) => v).map((x, i) => (i ? x.replace('"v":1', '"v":1.0') : x));
  yield same("another network", (v) => (v.net = v.net.replace(/.{32}$/, "0".repeat(32))));
  yield same("another network's name", (v) => (v.net = v.net.replace(/\/[a-z]+\//, "/khac/")));
  yield same("no network at all", (v) => (v.net = ""));
  yield same("network of another form", (v) => (v.net = "bitcoin"));
  yield same("network is a number", (v) => (v.net = 5));
  yield same("subject beyond", (v) => (v.subject = 600));
  yield same("subject negative", (v) => (v.subject = -1));
  yield same("another subject", (v) => (v.subject = 0));
  yield same("book added", (v) => (v.book = "A".repeat(43))).map((x) => x);
  yield same("unknown member", (v) => (v.extra = 1));
  for (const n of Object.keys(value())) yield same(`lacks ${n}`, (v) => delete v[n]);
  for (const n of Object.keys(value().evidence)) yield same(`evidence lacks ${n}`, (v) => delete v.evidence[n]);
  yield same("members exchanged", (v) => v).map((x, i) => (i ? x.replace(/^\{"stele":("[a-z]*"),"v":1,/, '{"v":1,"stele":$1,') : x));
  yield ["member twice", text.replace('"v":1,', '"v":1,"v":1,')];
  for (const list of ["headers", "qcs", "records", "inclusions", "statuses"]) {
    yield same(`${list}: first two exchanged`, (v) => ([v.evidence[list][0], v.evidence[list][1]] = [v.evidence[list][1], v.evidence[list][0]]));
    yield same(`${list}: last twice`, (v) => v.evidence[list].push(v.evidence[list].at(-1)));
    yield same(`${list}: last dropped`, (v) => v.evidence[list].pop());
    yield same(`${list}: first dropped`, (v) => v.evidence[list].shift());
    yield same(`${list}: none`, (v) => (v.evidence[list] = []));
    yield same(`${list}: unknown member`, (v) => typeof v.evidence[list][0] === "object" && (v.evidence[list][0].x = 1));
  }
  for (const list of ["disclosures", "rows", "persons"]) {
    if (!value()[list]?.length) continue;
    yield same(`${list}: exchanged`, (v) => v[list].reverse());
    yield same(`${list}: last twice`, (v) => v[list].push(v[list].at(-1)));
    yield same(`${list}: last dropped`, (v) => v[list].pop());
    yield same(`${list}: none`, (v) => (v[list] = []));
    yield same(`${list}: record beyond`, (v) => (v[list].at(-1).record = 511));
    yield same(`${list}: another record`, (v) => (v[list].at(-1).record -= 1));
  }
  const letters = (n, where, change) => same(`${where}: character ${n}`, change);
  const flip = (t, at) => t.slice(0, at) + (t[at] === "A" ? "B" : "A") + t.slice(at + 1);
  for (const part of [0, 1, 2]) {
    yield letters(part, "subject's jws", (v) => {
      const r = v.evidence.records[v.subject];
      const p = r.jws.split(".");
      p[part] = flip(p[part], Math.floor(p[part].length / 2));
      r.jws = p.join(".");
    });
  }
  yield same("subject's index", (v) => (v.evidence.records.at(-1).index += 1));
  yield same("qc: character", (v) => (v.evidence.qcs[0].qc = flip(v.evidence.qcs[0].qc, 150)));
  yield same("qc: b64u with padding bits", (v) => (v.evidence.qcs[0].qc += "A"));
  yield same("path: character", (v) => (v.evidence.inclusions.at(-1).path[0] = flip(v.evidence.inclusions.at(-1).path[0], 5)));
  yield same("leaf: character", (v) => (v.evidence.statuses.at(-1).leaf = flip(v.evidence.statuses.at(-1).leaf, 20)));
  const lines = ["net", "size", "root", "height", "epoch", "rules", "parent", "body", "status", "validators", "time"];
  for (const [i, n] of lines.entries()) {
    yield same(`top header: ${n}`, (v) => {
      const l = v.evidence.headers.at(-1).split("\n");
      l[i] = /\d$/.test(l[i]) ? `${l[i]}1` : l[i].endsWith("Z") ? l[i].replace(/\d\dZ$/, l[i].endsWith("09Z") ? "08Z" : "09Z") : l[i].replace(/.=$/, (x) => (x[0] === "A" ? "E=" : "A="));
      v.evidence.headers[v.evidence.headers.length - 1] = l.join("\n");
    });
  }
  yield same("header: CR LF", (v) => (v.evidence.headers[0] = v.evidence.headers[0].replaceAll("\n", "\r\n")));
  yield same("header: one more line", (v) => (v.evidence.headers[0] += "x\n"));
  yield same("header: no last line feed", (v) => (v.evidence.headers[0] = v.evidence.headers[0].slice(0, -1)));
  yield same("header: height 0 of another", (v) => v.evidence.headers.unshift(v.evidence.headers[0].replace(/height \d+/, "height 0")));
}
void digest_of;
