#!/usr/bin/env node
// node tools/verdict.mjs --genesis FILE [--now UTC] [--age-days N] [--checkpoint FILE]... [--lines] FILE...
// The page's verdict on the command line, in the form of `stele verify --json`: for one file the verdict; for several, or
// with --lines, one line {file, verdict} each. For comparing the two readings of the wire format.
import { readFileSync } from "node:fs";
import { load } from "./bundle.mjs";

const files = [];
const options = { pinned: [] };
let genesis = null;
let lines = false;
let list = null;
const args = process.argv.slice(2);
for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
  if (arg === "--genesis") genesis = args.shift();
  else if (arg === "--now") options.now = Math.floor(Date.parse(args.shift()) / 1000);
  else if (arg === "--age-days") options.status_age_max_s = 86400 * Number(args.shift());
  else if (arg === "--checkpoint") options.pinned.push(readFileSync(args.shift(), "utf8"));
  else if (arg === "--lines") lines = true;
  else if (arg === "--list") list = args.shift();
  else files.push(arg);
}
if (list) files.push(...readFileSync(list, "utf8").split("\n").filter(Boolean));
if (!genesis || files.length === 0) {
  console.error("usage: verdict.mjs --genesis FILE [--now UTC] [--age-days N] [--checkpoint FILE] [--lines] FILE...");
  process.exit(2);
}
const { judge_file, read_genesis, verdict_json } = await load();
const network = read_genesis(readFileSync(genesis));
for (const file of files) {
  const verdict = verdict_json(judge_file(network, readFileSync(file), options));
  console.log(lines || files.length > 1 ? JSON.stringify({ file, verdict }) : JSON.stringify(verdict, null, 2));
}
