// Texts in NFC, and texts that would take hours to find that they are not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";

const v = await load();
const { parse_closely } = await load("src/verdict/json.ts");
const { compare_text } = await load("src/page/compare.ts");
const file = (text) => new TextEncoder().encode(`${JSON.stringify(text)}\n`);
function accepted(text) {
  try {
    return parse_closely(file(text), 1 << 26, false).value === text;
  } catch (e) {
    assert.equal(e.code, "bad_json", String(e));
    return false;
  }
}

test("accepted is what is in NFC, and nothing else: letters, marks in and out of order, syllables of Korean", () => {
  const pool = ["a", "e", "ê", "ế", "Đ", "o\u031b", "ơ", "\u0300", "\u0301", "\u0302", "\u0303", "\u0309", "\u031b", "\u0323", "\u0327", "\u0344", "\u1100", "\u1161", "\u11a8", "가", "\u212b", "Å", "\u{1d15e}", "\u{1d158}", "\u{1d165}", "1"];
  let seed = 7;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  let good = 0;
  for (let i = 0; i < 20000; i++) {
    const text = Array.from({ length: 1 + random(5) }, () => pool[random(pool.length)]).join("");
    const is = text.normalize("NFC") === text;
    good += is;
    assert.equal(accepted(text), is, JSON.stringify(text));
  }
  assert.ok(good > 2000 && good < 18000, String(good));
});
/** Longest text, and longest run of marks, that is normalised while this runs. */
function normalised(run) {
  const whole = String.prototype.normalize;
  const most = { text: 0, marks: 0 };
  String.prototype.normalize = function (form) {
    const text = String(this);
    most.text = Math.max(most.text, text.length);
    for (const m of text.matchAll(/\p{M}+/gu)) most.marks = Math.max(most.marks, m[0].length);
    return text.length > 100000 && most.marks > 1000 ? text : whole.call(text, form);
  };
  try {
    run();
  } finally {
    String.prototype.normalize = whole;
  }
  return most;
}
const marks = [`a${"\u0316\u0301".repeat(100000)}`, "\u0301".repeat(100000) + "\u0316".repeat(100000)];
test("a file of nothing but marks, whose normalisation takes time by the square, is refused without it", () => {
  for (const text of marks) assert.ok(normalised(() => assert.throws(() => v.parse_file(file(text)), (e) => e instanceof v.Refused)).text <= 4);
});
test("nor does a print of nothing but marks hold the page up", () => {
  const verdict = { claims: [{ name: "name", value: "Nguyễn Văn An" }], figures: [], subject_names: new Map() };
  for (const text of marks) assert.ok(normalised(() => assert.equal(compare_text(verdict, `${text} Nguyễn Văn An`).differences.length, 0)).marks <= 31);
});
