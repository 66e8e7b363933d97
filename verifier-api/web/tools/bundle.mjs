// Bundles the verdict's code for Node, so that tests and tools run the very source that the page runs.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL("..", import.meta.url));

/** Imports a TypeScript module of src/ as bundled by esbuild (which Vite brings along). */
export async function load(entry = "src/verdict/index.ts") {
  const out = `${here}node_modules/.cache/stele`;
  mkdirSync(out, { recursive: true });
  const file = `${out}/${entry.replaceAll("/", "_")}.mjs`;
  await build({ entryPoints: [here + entry], bundle: true, platform: "node", format: "esm", target: "node18", outfile: file, logLevel: "error" });
  return import(file);
}
