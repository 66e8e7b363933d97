#!/usr/bin/env node
// node tests/paper/forms.mjs --stele PROGRAM [--out FOLDER]: every printed form, drawn by `stele print` from documents with
// realistic data, read back by pdftotext, by qpdf, by `stele verify` and by the page. --out keeps the PDFs, with pictures.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "../../tools/bundle.mjs";
import { made } from "./made.mjs";

const options = { stele: "stele", out: null };
for (let args = process.argv.slice(2); args.length; args = args.slice(2)) options[args[0].replace(/^--/, "")] = args[1];
const out = options.out ?? mkdtempSync(join(tmpdir(), "stele-forms-"));
mkdirSync(out, { recursive: true });
const { judge_file, read_genesis } = await load();

const { genesis, files } = made();
const genesis_file = join(out, "genesis.json");
writeFileSync(genesis_file, genesis);
const network = read_genesis(Buffer.from(genesis));
let failed = 0;
const check = (name, holds, what) => {
  if (holds) return;
  failed++;
  console.log(`not ok - ${name}: ${what}`);
};
const run = (program, args) => {
  const r = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  return { status: r.status, text: `${r.stdout}${r.stderr}${r.error?.message ?? ""}` };
};
const spaced = (s) => s.normalize("NFC").replace(/\s+/g, " ");

const prints = Object.entries(files).flatMap(([name, f]) => [[name, name, [], f], ...(name.startsWith("transcript") ? [] : [[`copy-of-${name}`, name, ["--kind", "copy"], f]])]);
for (const [name, source, args, f] of prints) {
  const document = join(out, `${source}.stele.json`);
  writeFileSync(document, f.text);
  check(name, judge_file(network, Buffer.from(f.text), {}).outcome === "valid", "the page does not find the document valid");
  const pdf = join(out, `${name}.pdf`);
  rmSync(pdf, { force: true });
  const printed = run(options.stele, ["print", document, "--genesis", genesis_file, "--out", pdf, ...args]);
  check(name, printed.status === 0, printed.text);
  if (printed.status !== 0) continue;
  const read = spaced(execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8" }));
  const raw = spaced(execFileSync("pdftotext", ["-raw", pdf, "-"], { encoding: "utf8" }));
  for (const word of f.words) check(name, read.includes(word) || raw.includes(word), `pdftotext does not find "${word}"`);
  const sound = run("qpdf", ["--check", pdf]);
  check(name, sound.status === 0, sound.text);
  const verified = run(options.stele, ["verify", pdf, "--genesis", genesis_file, "--now", "none", "--json"]);
  check(name, /"outcome": ?"valid"/.test(verified.text) && /same_print/.test(verified.text), verified.text.slice(0, 400));
  if (options.out) execFileSync("pdftoppm", ["-r", "80", "-png", pdf, join(out, name)]);
}
if (!options.out) rmSync(out, { recursive: true, force: true });
console.log(`${prints.length} prints, ${failed} faults`);
process.exit(failed ? 1 : 0);
