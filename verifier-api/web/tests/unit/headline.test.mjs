// What stands above a verdict, as a table; what a print is told to differ in; what people type into the look-up.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../tools/bundle.mjs";

const { headline } = await load("src/page/headline.ts");
const { compare_text } = await load("src/page/compare.ts");
const look_up = await load("src/page/look_up.ts");

const day = (text) => Date.parse(`${text}T05:00:00Z`) / 1000;
const claims = [{ name: "name", value: "Nguyễn Văn An" }, { name: "birth_date", value: "2008-11-09" }];
const verdict = (o = {}) => ({ outcome: "valid", parts: [], type: "diploma", claims, complete: true, figures: [], cut: false, status: { state: "valid", as_of: { height: 7, time: day("2026-06-12") }, hash: "" }, ...o });
const receipt = (o = {}) => verdict({ claims: [], complete: false, ...o });
const print = (o = {}) => ({ differences: [], compared: 2, no_text: false, swapped: false, ...o });
const birth = { name: ["ngày sinh", "date of birth"], printed: "09/11/2001", signed: "09/11/2008" };
const [asking, asked, unreachable, unproven] = ["asking", "asked", "unreachable", "unproven"].map((state) => ({ state }));
const stopped = { state: "asked", stopped: day("2026-01-02") };

const table = [
  // verdict, freshness, print, tone, how it begins, is the look-up offered
  [verdict(), asked, null, "good", "Hợp lệ", false],
  [verdict({ complete: false }), asked, null, "good", "Hợp lệ – bản trích", false],
  [verdict(), asked, print(), "good", "Hợp lệ", false],
  [verdict(), asking, null, "none", "Chữ ký đúng. Đang hỏi còn hiệu lực không…", false],
  [verdict({ outcome: "status_too_old" }), asking, null, "none", "Chữ ký đúng. Đang hỏi còn hiệu lực không…", false],
  [receipt(), asking, null, "none", "Chữ ký đúng. Đang hỏi còn hiệu lực không…", false],
  [verdict(), unreachable, null, "caution", "Hợp lệ tính đến 12/06/2026; không hỏi được tình trạng hiện nay – hãy nối mạng rồi thử lại.", false],
  [verdict({ complete: false }), unreachable, null, "caution", "Hợp lệ – bản trích tính đến 12/06/2026; không hỏi được", false],
  [verdict(), unproven, null, "caution", "Hợp lệ tính đến 12/06/2026; máy chủ không chứng minh được", false],
  // The record alone says nothing of the paper.
  [receipt(), asked, null, "caution", "Có bản ghi này trên sổ cái và còn hiệu lực – nhưng nội dung trên giấy CHƯA được kiểm tra.", true],
  [receipt(), unreachable, null, "caution", "Có bản ghi này trên sổ cái và còn hiệu lực tính đến 12/06/2026 (không hỏi được", true],
  [receipt({ outcome: "status_too_old" }), unreachable, null, "caution", "Bằng chứng về tình trạng đã cũ", true],
  [receipt({ type: "transcript" }), asked, null, "caution", "Có bản ghi này trên sổ cái và còn hiệu lực – nhưng", false],
  [receipt({ type: "certificate" }), asked, null, "caution", "Có bản ghi này trên sổ cái và còn hiệu lực – nhưng", false],
  [receipt({ outcome: "revoked" }), asked, null, "bad", "Đã bị thu hồi", false],
  // What is wrong is never neutral nor green, whatever the server does.
  ...[asking, asked, unreachable, unproven].flatMap((f) => [
    [verdict({ outcome: "revoked" }), f, null, "bad", "Đã bị thu hồi", false],
    [verdict({ outcome: "altered" }), f, null, "bad", "Đã bị sửa đổi hoặc hỏng", false],
    [verdict({ outcome: "suspended" }), f, null, "caution", "Đang tạm ngừng hiệu lực", false],
    [verdict(), f, print({ differences: [birth] }), "bad", "Bản in đã bị sửa: ngày sinh in 09/11/2001, văn bản đã ký ghi 09/11/2008.", false],
    [verdict({ outcome: "superseded" }), f, print({ differences: [birth] }), "bad", "Bản in đã bị sửa", false],
    [verdict({ outcome: "revoked" }), f, print({ differences: [birth] }), "bad", "Đã bị thu hồi", false],
    [verdict(), f, print({ differences: [{ ...birth, printed: null }] }), "bad", "Bản in đã bị sửa: chữ in không có ngày sinh 09/11/2008", false],
    [verdict(), f, print({ swapped: true }), "bad", "Tệp đính kèm đã bị tráo", false],
    [verdict({ outcome: "altered", cut: true, type: undefined, claims: [] }), f, null, "bad", "Tệp bị đứt giữa chừng (tải chưa xong?).", false],
  ]),
  [verdict(), asked, print({ no_text: true }), "caution", "Văn bản đính kèm hợp lệ, nhưng bản in CHƯA được kiểm tra", false],
  [verdict({ outcome: "status_too_old" }), stopped, null, "caution", "Sổ cái chưa có khối mới từ 02/01/2026, nên chưa xác nhận được tình trạng hôm nay; hãy hỏi đơn vị vận hành.", false],
  [verdict({ outcome: "status_too_old" }), unreachable, null, "caution", "Bằng chứng về tình trạng đã cũ", false],
];

test("a true code may stand on a forged paper: whoever came by a code is told to compare", () => {
  const advice = (...words) => headline(...words).advice?.vi ?? "";
  for (const f of [asked, unreachable, unproven]) assert.match(advice(verdict(), f, null, true), /trang này không thấy tờ giấy đó/);
  assert.doesNotMatch(advice(verdict(), asked, null, false), /tờ giấy/);
  // What is wrong, or was not read, is said first.
  assert.doesNotMatch(advice(verdict({ outcome: "revoked" }), asked, null, true), /tờ giấy/);
  assert.match(advice(receipt(), asked, null, true), /^Tên, ngày sinh, điểm trên giấy có thể đã bị sửa\./);
});

test("headlines: tone, words and look-up, for every verdict and freshness", () => {
  for (const [v, fresh, p, tone, begins, lookup] of table) {
    const h = headline(v, fresh, p);
    const what = `${v.outcome}, ${fresh.state}: ${h.vi}`;
    assert.equal(h.tone, tone, what);
    assert.ok(h.vi.startsWith(begins), what);
    assert.equal(h.lookup, lookup, what);
    assert.ok(h.en.length > 4 && h.en !== h.vi && !/[ạđềệ]/.test(h.en), h.en);
    const whole = `${h.vi} ${h.advice?.vi ?? ""}`;
    if (tone !== "good") assert.ok(!whole.includes("đang còn hiệu lực"), whole);
  }
});

test("headlines: going online is advised only where nobody was asked", () => {
  const advice = (fresh) => ((h) => `${h.vi} ${h.advice?.vi ?? ""}`)(headline(verdict({ outcome: "status_too_old" }), fresh));
  assert.match(advice(unreachable), /nối mạng/);
  for (const f of [stopped, asked, unproven]) assert.doesNotMatch(advice(f), /nối mạng/);
  assert.equal(headline(verdict(), asked, print({ differences: [birth] })).advice.vi, "Chỉ tin nội dung dưới đây.");
});

test("a print: the first difference with both values, in the order in which people read", () => {
  const v = verdict({ claims: [{ name: "serial", value: "A00000001" }, ...claims] });
  const lines = (birth_date, name = "Nguyễn Văn An", serial = "A00000001") => `BẰNG TỐT NGHIỆP\ncấp cho\n${name}\nNgày sinh: ${birth_date}\nSố hiệu: ${serial}\nNgày 09/11/2008`;
  assert.deepEqual(compare_text(v, lines("09/11/2008")), { differences: [], compared: 3, no_text: false });
  // The right date elsewhere on the page does not help.
  assert.deepEqual(compare_text(v, lines("09/11/2001")).differences, [{ ...birth }]);
  assert.deepEqual(compare_text(v, lines("09/11/2001", "Nguyễn Văn Em", "A00000002")).differences.map((d) => [d.printed, d.signed]), [["Nguyễn Văn Em", "Nguyễn Văn An"], ["09/11/2001", "09/11/2008"], ["A00000002", "A00000001"]]);
  assert.deepEqual(compare_text(v, "Nguyễn Văn An, bằng tốt nghiệp, 09/11/2008").differences.map((d) => [d.name[0], d.printed]), [["số hiệu", null]]);
  assert.equal(compare_text(v, " \n").no_text, true);
});
test("a print: marks are told as they are printed", () => {
  const figure = (kind, mark) => ({ subject: "toan", name: "Toán", kind, figure: { mark } });
  const v = verdict({ claims: [], figures: [figure("term", "6.1"), figure("term", "6.5"), figure("year", "6.4")] });
  const text = (line) => `Môn học Học kỳ I Học kỳ II Cả năm\nToán ${line} Hồ Mai Hạnh`;
  assert.deepEqual(compare_text(v, text("6,1 6,5 6,4")).differences, []);
  assert.deepEqual(compare_text(v, text("9.1 6.5 8.4")).differences, [{ name: ["môn Toán", "subject Toán"], printed: "9.1 6.5 8.4", signed: "6.1 6.5 6.4" }]);
});

test("look-up: numbers in any case, dates as people write them", () => {
  assert.equal(look_up.normal_number(" z00000123 "), "Z00000123");
  assert.equal(look_up.normal_number("0123/2025/thpt"), "0123/2025/THPT");
  assert.equal(look_up.normal_org(" THPT-vi-du-1"), "thpt-vi-du-1");
  for (const [given, iso] of [["31/05/2008", "2008-05-31"], ["1.5.2008", "2008-05-01"], ["2008-05-31", "2008-05-31"], ["", null], ["hôm nay", null], ["31/13/2008", null], ["2008", null]]) assert.equal(look_up.iso_date(given), iso, given);
});
