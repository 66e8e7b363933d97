// Makes src/verdict/unicode.ts from Unicode 15.0.0's UnicodeData.txt (Debian 12: package unicode-data).
import { readFileSync, writeFileSync } from "node:fs";

const source = process.argv[2] ?? "/usr/share/unicode/UnicodeData.txt";
const ranges = [];
let first = null;
for (const line of readFileSync(source, "utf8").split("\n")) {
  const [point, name, category] = line.split(";");
  if (!category || ["Cc", "Co", "Cs"].includes(category)) continue;
  const at = parseInt(point, 16);
  if (name.endsWith(", First>")) {
    first = at;
    continue;
  }
  const from = first ?? at;
  first = null;
  const last = ranges.at(-1);
  if (last && last[1] === from - 1) last[1] = at;
  else ranges.push([from, at]);
}
let before = 0;
const gaps = ranges.flat().map((x) => {
  const gap = (x - before).toString(36);
  before = x;
  return gap;
});
writeFileSync(
  new URL("../src/verdict/unicode.ts", import.meta.url),
  `// Made by tools/unicode.mjs from Unicode 15.0.0: ranges of code points that are assigned and are neither control, private\n` +
    `// use nor surrogate. Pinned, since an engine's own tables grow with each release. Gaps in base 36: first, last, first, …\n` +
    `export const allowed_ranges =\n  "${gaps.join(" ")}";\n`,
);
