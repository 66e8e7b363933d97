// By what right a change was made: what is judged of the organisation that it speaks of, and what of its signer's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";
import { oversight_cases } from "../corpus/oversight.mjs";
import { World } from "../corpus/world.mjs";

const v = await load();
const bytes = (text) => new TextEncoder().encode(text);

test("a change is judged by its signer's organisation and by what it is about, wherever the bag shows it", () => {
  const genesis = v.read_genesis(bytes(new World().genesis_file));
  let count = 0;
  for (const [name, text, outcome] of oversight_cases()) {
    const verdict = v.judge_file(genesis, bytes(text), {});
    assert.equal(verdict.outcome, outcome, `${name}: ${verdict.parts.map((p) => p.code).join(" ")}`);
    count++;
  }
  assert.ok(count >= 58);
});
