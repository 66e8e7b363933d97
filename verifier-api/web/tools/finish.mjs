// After the build: the service worker with the list of what the page needs offline, compressed copies for the server, and
// the bound on the first load.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const read = (name) => readFileSync(new URL(name, dist));
const assets = readdirSync(new URL("assets/", dist)).map((n) => `assets/${n}`).sort();

// First load: the page, what it names, and the checker. Not: what reads PDFs and pictures, and the explorer.
const html = read("index.html").toString();
const first = new Set(["index.html"]);
const queue = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]);
for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
  if (first.has(name)) continue;
  first.add(name);
  if (!name.endsWith(".js")) continue;
  const code = read(name).toString();
  for (const m of code.matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) queue.push(`assets/${m[1]}`);
  for (const m of code.matchAll(/\/?assets\/(checker-[A-Za-z0-9_-]+\.js)/g)) queue.push(`assets/${m[1]}`);
}
if (![...first].some((n) => n.includes("checker-"))) throw new Error("the checker is not found in the first load");

const offline = ["/", "/icon.svg", "/manifest.webmanifest", ...assets.map((n) => `/${n}`)];
const version = createHash("sha256").update(offline.join("\n")).update(html).digest("hex").slice(0, 16);
const worker = readFileSync(new URL("service_worker.js", import.meta.url), "utf8");
writeFileSync(new URL("sw.js", dist), worker.replace("__VERSION__", version).replace("__OFFLINE__", JSON.stringify(offline)));

const all = ["index.html", "explorer.html", "sw.js", "icon.svg", "manifest.webmanifest", ...assets];
for (const name of all) writeFileSync(new URL(`${name}.gz`, dist), gzipSync(read(name), { level: 9 }));

const size = (names) => [...names].reduce((n, name) => n + gzipSync(read(name), { level: 9 }).length, 0);
const kb = (n) => `${(n / 1000).toFixed(1)} KB`;
console.log(`first load, gzipped: ${kb(size(first))} in ${first.size} files; all: ${kb(size(all))} in ${all.length} files`);
if (size(first) > 200_000) throw new Error("the first load is over 200 KB");
