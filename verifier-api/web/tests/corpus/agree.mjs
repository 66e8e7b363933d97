#!/usr/bin/env node
// node tests/corpus/agree.mjs --stele PROGRAM [--demo FOLDER] [--out FOLDER] [--api URL-OF-CORPUS-VERIFIER]
// Makes the corpus, has it judged by `stele verify --json` (C++) and by the page's own code (TypeScript), and compares
// outcome and the answer of every part. Exit 1 on any difference. --demo: also mutated copies of real documents.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "../../tools/bundle.mjs";
import { mutations, synthetic } from "./cases.mjs";
import { World } from "./world.mjs";

const options = { stele: "stele", demo: null, out: null, codes: null };
for (let args = process.argv.slice(2); args.length; args = args.slice(2)) options[args[0].replace(/^--/, "")] = args[1];
const out = options.out ?? mkdtempSync(join(tmpdir(), "stele-corpus-"));

const { judge_file, read_genesis, verdict_json, forget_signatures } = await load();

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

function stele(folder, files) {
  // One call for many files: {"verdicts":[{file, verdict}]} or, for one file, the verdict itself.
  const run = (list) => {
    try {
      return execFileSync(options.stele, ["verify", "--json", "--genesis", join(folder, "genesis.json"), "--now", "none", ...list], { maxBuffer: 1 << 30 }).toString();
    } catch (e) {
      if (e.stdout?.length) return e.stdout.toString();
      throw e;
    }
  };
  const value = JSON.parse(run(files));
  return files.length === 1 ? [value] : value.verdicts;
}

let differences = 0;
let compared = 0;
const summary = (v) => [v.outcome, ...v.parts.map((p) => `${p.part}:${p.answer}`)];
function compare(folder, cases, genesis) {
  const network = read_genesis(readFileSync(join(folder, "genesis.json")));
  const theirs = stele(folder, cases.map((c) => c.file));
  void genesis;
  cases.forEach((c, i) => {
    const raw = theirs[i];
    const cpp = raw.verdict ?? raw;
    const ours = verdict_json(judge_file(network, readFileSync(c.file), {}));
    compared++;
    const a = summary(cpp);
    const b = summary(ours);
    const same = a.every((x, j) => x === b[j]) && a.length === b.length;
    if (same && options.codes !== "all") return;
    if (!same) differences++;
    console.log(`${same ? "same" : "DIFFERENT"}: ${c.name}  (${c.file})`);
    const show = (v) => `${v.outcome} | ${v.parts.filter((p) => p.answer !== "ok").map((p) => `${p.part}:${p.answer}:${p.code}${p.where ? `@${p.where}` : ""}`).join(" ")}`;
    console.log(`   C++   ${show(cpp)}\n   page  ${show(ours)}`);
  });
  forget_signatures();
}

const made = [...synthetic()];
compare(join(out, "synthetic"), write(join(out, "synthetic"), new World().genesis_file, made));
const synthetic_count = compared;
if (options.demo) {
  const holders = readdirSync(join(options.demo, "holders")).filter((f) => f.endsWith(".stele.json")).sort();
  const pick = (prefix) => holders.find((f) => f.startsWith(prefix));
  for (const file of [pick("transcript"), pick("diploma")].filter(Boolean)) {
    const text = readFileSync(join(options.demo, "holders", file), "utf8");
    const folder = join(out, file.split("-")[0]);
    compare(folder, write(folder, readFileSync(join(options.demo, "genesis.json")), [...mutations(text)]));
  }
  const folder = join(out, "holders");
  compare(folder, write(folder, readFileSync(join(options.demo, "genesis.json")), holders.map((f) => [f, readFileSync(join(options.demo, "holders", f), "utf8")])));
} else {
  const folder = join(out, "mutated");
  for (const [name, text] of made.filter(([n]) => n === "good transcript" || n === "good diploma")) {
    compare(folder, write(folder, new World().genesis_file, [...mutations(text)].map(([n, x]) => [`${name}: ${n}`, x])));
  }
}
console.log(`${compared} documents (${synthetic_count} made, the rest mutated), ${differences} different`);
if (!options.out) rmSync(out, { recursive: true, force: true });
process.exit(differences ? 1 : 0);
