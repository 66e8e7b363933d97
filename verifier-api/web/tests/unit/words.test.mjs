// Words that a verdict says, where they depend on more than a code.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";
import { receipt_bag, story, transcript_bag } from "../corpus/scenario.mjs";

const v = await load();
const bytes = (text) => new TextEncoder().encode(text);
const judge = (s, text, options = {}) => v.judge_file(v.read_genesis(bytes(s.w.genesis_file)), typeof text === "string" ? bytes(text) : text, options);
const part = (verdict, name) => verdict.parts.find((p) => p.part === name);
const s = story();
const whole = transcript_bag(s).print();

test("a file that ends early is told from one that was changed", () => {
  for (const end of [30, 1000, whole.length >> 1, whole.length - 3]) {
    const verdict = judge(s, whole.slice(0, end));
    assert.equal(verdict.outcome, "altered", `${end}`);
    assert.equal(verdict.cut, true, `cut at ${end}: …${whole.slice(end - 8, end)}`);
    assert.equal(part(verdict, "file").code, "bad_json");
    assert.match(part(verdict, "file").vi, /^tệp bị đứt giữa chừng \(tải chưa xong\?\)\. Hãy tải hoặc xin lại$/);
  }
  for (const [name, text] of [["a comma", whole.replace(',"v":1', ';"v":1')], ["more behind it", `${whole}{}`], ["another end", `${whole.slice(0, -2)}]\n`]]) {
    const verdict = judge(s, text);
    assert.equal(verdict.outcome, "altered", name);
    if (name !== "another end") assert.equal(verdict.cut, false, name);
  }
  // Every cut, where the text is short: within words, escapes, numbers and characters of several bytes.
  const text = bytes('{"stele":"document","a":[true,null,12,"\\u00e9\\n","Nguyễn"],"b":{"c":false}}');
  for (let end = 20; end < text.length; end++) assert.equal(judge(s, text.subarray(0, end)).cut, true, new TextDecoder().decode(text.subarray(0, end)));
  assert.equal(judge(s, text).cut, false);
});

test("no English within Vietnamese: where a text breaks", () => {
  const said = part(judge(s, whole.replace(',"v":1', ';"v":1')), "file");
  assert.match(said.vi, /tại ký tự thứ \d+; hãy/);
  assert.match(said.en, /at character \d+; ask/);
  assert.match(part(judge(s, whole.replace(',"v":1', ', "v":1')), "file").vi, /hỏng(; | tại byte thứ )/);
});

test("revoked, or lapsed: what all have signed can't have lapsed", () => {
  const revoked = story({ after: (x) => ({ [x.transcript.id]: "revoked" }) });
  const now = revoked.w.blocks[revoked.top].time;
  const fresh = judge(revoked, transcript_bag(revoked).print(), { now });
  assert.equal(fresh.outcome, "revoked");
  assert.match(part(fresh, "status").vi, /^đã bị thu hồi \(tính đến khối/);
  assert.match(part(fresh, "status").en, /^revoked \(as of block/);
  // Without the seal.
  const less = part(judge(revoked, receipt_bag(revoked, revoked.transcript, ["principal"]).print(), { now }), "status");
  assert.match(less.vi, /^đã bị thu hồi, hoặc hết hạn mà chưa đủ chữ ký \(/);
  assert.match(less.en, /^revoked, or lapsed before all had signed \(/);
  const old = judge(revoked, transcript_bag(revoked).print(), { now: now + 40 * 86400 });
  assert.equal(old.outcome, "revoked");
  assert.match(part(old, "status").vi, /đã quá 30 ngày/);
  assert.doesNotMatch(part(old, "status").vi, /sẽ không thấy được/, "there is nothing left to be revoked");
  const plain = judge(s, whole, { now: s.w.blocks[s.top].time + 40 * 86400 });
  assert.match(part(plain, "status").vi, /sẽ không thấy được/);
});

test("subjects have their names, of the rules that the document names", () => {
  const bag = transcript_bag(s);
  const d = bag.disclosures.find((x) => JSON.parse(Buffer.from(x.disclosure, "base64url"))[1] === "subject.toan");
  const value = JSON.parse(Buffer.from(d.disclosure, "base64url"));
  value[2].name = "Môn khác";
  d.disclosure = Buffer.from(JSON.stringify(value)).toString("base64url");
  const altered = judge(s, bag.print());
  assert.match(part(altered, "disclosures").vi, /mục “môn Toán”/);
  const less = transcript_bag(s);
  less.disclosures = less.disclosures.filter((x) => JSON.parse(Buffer.from(x.disclosure, "base64url"))[1] !== "subject.gdtc");
  assert.match(part(judge(s, less.print()), "disclosures").vi, /không trình: môn Giáo dục thể chất/);
});
