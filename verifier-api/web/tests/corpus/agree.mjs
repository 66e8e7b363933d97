#!/usr/bin/env node
// node tests/corpus/agree.mjs --stele PROGRAM [--verifier PROGRAM] [--fixture PROGRAM] [--demo FOLDER] [--out FOLDER] [--codes all]
// Makes the corpus, has it judged by `stele verify --json` (C++), by the page's own code (TypeScript) and, with
// --verifier, by `POST /v1/verify` of a running stele-verifier in every form it takes, and compares outcome and the
// answer of every part. Exit 1 on any difference. --fixture: also copies of documents on a ledger that the verifier follows
// (verifier_fixture of the unit tests). --demo: also mutated copies of the demo's documents.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "../../tools/bundle.mjs";
import { Api, Fixture } from "./api.mjs";
import { mutations, synthetic } from "./cases.mjs";
import { World } from "./world.mjs";

const options = { stele: "stele", verifier: null, fixture: null, demo: null, out: null, codes: null };
for (let args = process.argv.slice(2); args.length; args = args.slice(2)) options[args[0].replace(/^--/, "")] = args[1];
const out = options.out ?? mkdtempSync(join(tmpdir(), "stele-corpus-"));

const { judge_file, read_genesis, verdict_json, forget_signatures } = await load();
const { parse_closely, print } = await load("src/verdict/json.ts");

/** Files of one network: [{name, text}]. */
function write(folder, genesis, cases) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "genesis.json"), genesis);
  return cases.map(([name, text], i) => {
    const file = join(folder, `${String(i).padStart(3, "0")}-${name.replace(/[^a-z0-9]+/gi, "-")}.stele.json`);
    writeFileSync(file, text);
    return { name, file };
  });
}

function stele(folder, files, now) {
  // One call for many files: {"verdicts":[{file, verdict}]} or, for one file, the verdict itself.
  const run = (list) => {
    try {
      return execFileSync(options.stele, ["verify", "--json", "--genesis", join(folder, "genesis.json"), "--now", now ?? "none", ...list], { maxBuffer: 1 << 30 }).toString();
    } catch (e) {
      if (e.stdout?.length) return e.stdout.toString();
      throw e;
    }
  };
  const value = JSON.parse(run(files));
  return (files.length === 1 ? [value] : value.verdicts).map((v) => v.verdict ?? v);
}

const document_bytes_max = 4 << 20;

let differences = 0;
let compared = 0;
const summary = (v) => [v.outcome, ...v.parts.map((p) => `${p.part}:${p.answer}`)].join(" ");
const show = (v) => (typeof v === "string" ? v : `${v.outcome} | ${v.parts.filter((p) => p.answer !== "ok").map((p) => `${p.part}:${p.answer}:${p.code}${p.where ? `@${p.where}` : ""}`).join(" ")}`);
/** [who, verdict] each; the first is right until shown otherwise. */
function hold(c, verdicts, same = (a, b) => summary(a) === summary(b)) {
  const first = verdicts[0][1];
  const alike = verdicts.every(([, v]) => same(first, v));
  if (!alike) differences++;
  if (alike && options.codes !== "all") return;
  console.log(`${alike ? "same" : "DIFFERENT"}: ${c.name}  (${c.file})`);
  for (const [who, v] of verdicts) console.log(`   ${who.padEnd(10)} ${show(v)}`);
}

/** The one spelling of the JSON value (wire-format.md section 9), or nothing where the text is no JSON of ours. */
function respelled(text) {
  try {
    return `${print(parse_closely(Buffer.from(text), document_bytes_max, true).value)}\n`;
  } catch {
    return null;
  }
}

let spelled_anew = 0;
async function compare(folder, cases, genesis, { now } = {}) {
  const network = read_genesis(readFileSync(join(folder, "genesis.json")));
  const files = cases.map((c) => c.file);
  const page = (file, options) => verdict_json(judge_file(network, readFileSync(file), options));
  compared += cases.length;
  const undated = stele(folder, files);
  cases.forEach((c, i) => hold(c, [["stele", undated[i]], ["page", page(c.file, {})]]));
  if (now) {
    // A service knows the time; so all three are told the same.
    const dated = stele(folder, files, now);
    const seconds = Date.parse(now) / 1000;
    cases.forEach((c, i) => hold({ ...c, name: `${c.name}, at ${now}` }, [["stele", dated[i]], ["page", page(c.file, { now: seconds })]]));
    if (options.verifier) await compare_api(folder, cases, genesis, now, dated);
  }
  forget_signatures();
}

async function compare_api(folder, cases, genesis, now, dated) {
  const texts = cases.map((c) => readFileSync(c.file, "utf8"));
  // The API judges the JSON value where the command line judges the bytes (docs/http-api.md, "Verdicts"): a file that
  // was only spelled anew must get the command line's verdict on the right spelling, any other the very same.
  const values = texts.map(respelled);
  const anew = texts.map((t, i) => i).filter((i) => values[i] !== null && values[i] !== texts[i]);
  const respelled_files = write(`${folder}-respelled`, genesis, anew.map((i) => [cases[i].name, values[i]]));
  const expected = [...dated];
  if (anew.length) stele(`${folder}-respelled`, respelled_files.map((c) => c.file), now).forEach((v, k) => (expected[anew[k]] = v));
  spelled_anew += anew.length;
  const api = await Api.start(options.verifier, genesis, { now });
  try {
    const all = texts.map((t, i) => i);
    const pick = (list, where) => list.map((i) => where[i]);
    for (const i of all) hold(cases[i], [["stele", dated[i]], ["API, bytes", await api.bytes(texts[i])]]);
    for (const i of all) hold(cases[i], [["stele", expected[i]], ["API, JSON", await api.single(texts[i])]]);
    const json = all.filter((i) => values[i] !== null);
    (await api.documents(pick(json, texts))).forEach((v, k) => hold(cases[json[k]], [["stele", expected[json[k]]], ["API, list", v]]));
    const line = all.filter((i) => texts[i].trim() && !texts[i].replace(/\n$/, "").includes("\n"));
    (await api.lines(pick(line, texts))).forEach((v, k) => hold(cases[line[k]], [["stele", expected[line[k]]], ["API, lines", v]]));
    const cell = all.filter((i) => texts[i]);
    (await api.table(pick(cell, texts))).forEach((v, k) => hold(cases[cell[k]], [["stele", expected[cell[k]].outcome], ["API, table", v]], (a, b) => a === b));
    asked_of_api.bytes += all.length;
    asked_of_api.JSON += all.length;
    asked_of_api.list += json.length;
    asked_of_api.lines += line.length;
    asked_of_api.table += cell.length;
  } finally {
    await api.stop();
  }
}
const lacking = /not_shown$|^not_included$|^no_block$|^key_not_on_ledger$|^not_reached$/;
/** Documents that the verifier's ledger holds. It adds its own evidence, so what a copy only lacks may be there again; what is
    false in the copy must fail all the same. */
async function compare_known(fixture) {
  const source = await Fixture.start(fixture);
  try {
    const { genesis, now } = source;
    const cases = Object.entries(source.documents).flatMap(([kind, text]) => [...mutations(text)].map(([n, x]) => [`${kind} on the ledger: ${n}`, x]));
    const folder = join(out, "known");
    const files = write(folder, genesis, cases);
    await compare(folder, files, genesis, { from: null });
    const dated = stele(folder, files.map((c) => c.file), now);
    const api = await Api.start(options.verifier, genesis, { now, from: source.url });
    try {
      let added = 0;
      for (const [i, c] of files.entries()) {
        const verdict = await api.bytes(readFileSync(c.file, "utf8"));
        hold(c, [["stele", dated[i]], ["API, known", verdict]], (a, b) => summary(a) === summary(b) || a.parts.every((p, k) => p.answer === b.parts[k].answer || (b.parts[k].answer === "ok" && lacking.test(p.code))));
        if (summary(dated[i]) !== summary(verdict)) added++;
      }
      console.log(`${files.length} documents of a ledger that the verifier follows; to ${added} it added what they lacked`);
    } finally {
      await api.stop();
    }
  } finally {
    await source.stop();
  }
}

const asked_of_api = { bytes: 0, JSON: 0, list: 0, lines: 0, table: 0 };

const made = [...synthetic()];
const stories_end = "2026-01-20T00:00:00Z";
await compare(join(out, "synthetic"), write(join(out, "synthetic"), new World().genesis_file, made), new World().genesis_file, { now: stories_end });
const synthetic_count = compared;
if (options.demo) {
  const genesis = readFileSync(join(options.demo, "genesis.json"));
  const holders = readdirSync(join(options.demo, "holders")).filter((f) => f.endsWith(".stele.json")).sort();
  const read = (f) => readFileSync(join(options.demo, "holders", f), "utf8");
  const newest = read(holders[0]).match(/time (\S+?Z)/g).at(-1).slice(5);
  const judged = (name, cases) => compare(join(out, name), write(join(out, name), genesis, cases), genesis, { now: newest });
  for (const kind of ["transcript", "diploma"]) {
    const file = holders.find((f) => f.startsWith(kind));
    if (file) await judged(kind, [...mutations(read(file))]);
  }
  await judged("holders", holders.map((f) => [f, read(f)]));
} else {
  for (const [name, text] of made.filter(([n]) => n === "good transcript" || n === "good diploma")) {
    const folder = join(out, name.replace(" ", "-"));
    const { genesis_file } = new World();
    await compare(folder, write(folder, genesis_file, [...mutations(text)].map(([n, x]) => [`${name}: ${n}`, x])), genesis_file, { now: stories_end });
  }
}
if (options.fixture) await compare_known(options.fixture);
console.log(`${compared} documents (${synthetic_count} made, the rest mutated), ${differences} different`);
if (options.verifier) console.log(`asked of the API: ${Object.entries(asked_of_api).map(([how, n]) => `${how} ${n}`).join(", ")}; ${spelled_anew} files were only spelled anew, which JSON may be`);
if (!options.out) rmSync(out, { recursive: true, force: true });
process.exit(differences ? 1 : 0);
