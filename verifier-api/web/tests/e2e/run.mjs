#!/usr/bin/env node
// node tests/e2e/run.mjs [--shots DIR] [--only WORD] [--forms DIR]: the built page in headless Chromium, every way in and every lie.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PDFDocument } from "pdf-lib";
import { chromium } from "playwright-core";
import { diploma_bag, receipt_bag, story, transcript_bag } from "../corpus/scenario.mjs";
import { b64u, seeded, tree_root } from "../corpus/world.mjs";
import { film, png } from "./camera.mjs";
import { codes_of, pdf_of, share } from "./printed.mjs";
import { TestServer } from "./server.mjs";

const options = {};
for (let args = process.argv.slice(2); args.length; args = args.slice(2)) options[args[0].replace(/^--/, "")] = args[1];
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((p) => p && existsSync(p));
if (!executablePath) {
  console.log("SKIPPED: no Chromium found; install the Debian package chromium, or set CHROMIUM");
  process.exit(77);
}
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "stele-web-"));
const bytes = (text) => Buffer.from(text);
if (options.shots) mkdirSync(options.shots, { recursive: true });

// A ledger, its documents, and an honest API over it ------------------------------------------------------------------

const signers = { toan1: "teacher", toan2: "teacher", gdtc1: "gym", summary: "homeroom", transcript: "principal", diploma: "principal", seal: "seal" };
function served(s, height) {
  const b = s.w.blocks[height];
  return { text: b.text, hash: b64u(b.hash), height, size: b.size, time: "", child: s.w.blocks[height + 1].text, qc: s.w.qc(height + 1) };
}
function receipt(s, id) {
  const name = Object.keys(signers).find((n) => s[n]?.id === id);
  return name ? receipt_bag(s, s[name], [signers[name]]).print() : null;
}
/** RFC 6962 consistency path, over leaf hashes. */
function consistency(leaves, m, whole = true) {
  const n = leaves.length;
  if (m === n) return whole ? [] : [tree_root(leaves)];
  let k = 1;
  while (k * 2 < n) k *= 2;
  return m <= k ? [...consistency(leaves.slice(0, k), m, whole), tree_root(leaves.slice(k))] : [...consistency(leaves.slice(k), m - k, false), tree_root(leaves.slice(0, k))];
}
function honest(server, s, pinned_height = s.top) {
  server.api.clear();
  server.asked.length = 0;
  server.api.set("/pinned.json", { json: { net: s.w.net, genesis: s.w.genesis_file, checkpoint: served(s, pinned_height) } });
  server.api.set("/v1/records/*", ({ pathname }) => {
    const text = receipt(s, pathname.split("/")[3]);
    return text && { json: text };
  });
  server.api.set("/v1/proofs/consistency", ({ search }) => {
    const from = Number(search.get("from"));
    const to = Number(search.get("to"));
    return { json: { path: from === 0 ? [] : consistency(s.w.leaves.slice(0, to), from).map(b64u) } };
  });
}
/** The ledger goes on: what `change` says shows from the next block. */
function goes_on(s, change = {}, days = 1, records = []) {
  s.w.block(records, change, { days });
  s.w.block();
  s.w.block();
  s.top = s.w.blocks.length - 2;
  return s;
}
const plain_diploma = { diploma_claims: { contents: ["birth_date", "contents", "name", "serial"], name: "Nguyen Van An", birth_date: "2010-03-14", serial: "A00000001", student_id: undefined, basis: undefined } };
function small_diploma() {
  const s = story(plain_diploma);
  const bag = diploma_bag(s, { basis: false });
  bag.disclosures = bag.disclosures.filter((d) => ["contents", "name", "birth_date", "serial"].includes(JSON.parse(Buffer.from(d.disclosure, "base64url"))[1]));
  return { s, file: bag.print() };
}
const today = (s) => new Date((s.w.blocks[s.top].time + 3 * 86400) * 1000);

// Running -------------------------------------------------------------------------------------------------------------

const tests = [];
const test = (name, run) => tests.push({ name, run });
function check(condition, text) {
  if (!condition) throw new Error(text);
}
const equal = (a, b, text) => check(a === b, `${text}: ${JSON.stringify(a)} instead of ${JSON.stringify(b)}`);

const server = await new TestServer().start();
const phone = { width: 360, height: 640 };
const desktop = { width: 1280, height: 900 };
let browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

async function open({ locale = "vi-VN", size = desktop, time = null, path = "/", context = null } = {}) {
  context ??= await browser.newContext({ locale, viewport: size, deviceScaleFactor: 1, acceptDownloads: false });
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  page.faults = [];
  page.on("pageerror", (e) => page.faults.push(`error: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error" && !/status of (404|503|429)|ERR_CONNECTION|ERR_INTERNET/.test(m.text())) page.faults.push(`console: ${m.text()}`);
  });
  if (time) await page.clock.setFixedTime(time);
  await page.goto(server.url + path);
  return page;
}
const give = (page, name, body, mimeType = "application/json") => page.setInputFiles("#file", { name, mimeType, buffer: bytes(body) });
async function outcome(page) {
  await page.waitForSelector("#outcome", { timeout: 60000 });
  return page.getAttribute("#outcome", "data-outcome");
}
/** After the server was asked for newer evidence. */
async function settled(page) {
  await outcome(page);
  await page.waitForFunction(() => document.querySelector("#outcome")?.dataset.fresh !== "asking", null, { timeout: 60000 });
  return outcome(page);
}
const headline = (page) => page.textContent("#outcome");
const tone = (page) => page.getAttribute("#outcome", "data-tone");
const answer_of = (page, part) => page.getAttribute(`[data-part="${part}"]`, "data-answer");
const code_of = (page, part) => page.getAttribute(`[data-part="${part}"]`, "data-code");
const trouble = async (page) => (await page.waitForSelector("#status .trouble", { timeout: 60000 })).textContent();
async function accessible(page, what) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  check(found.violations.length === 0, `${what}: ${found.violations.map((v) => `${v.id} (${v.nodes.map((n) => n.target).join(" ")})`).join("; ")}`);
}
async function fits(page, what) {
  const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  check(wide <= view, `${what}: ${wide} px wide in a window of ${view}`);
}
async function shot(page, name, full = true) {
  if (options.shots) await page.screenshot({ path: join(options.shots, `${name}.png`), fullPage: full });
}
async function done(page, { keep = false } = {}) {
  check(page.faults.length === 0, page.faults.join("; "));
  if (!keep) await page.context().close();
}

// Ways in -------------------------------------------------------------------------------------------------------------

for (const [size_name, size] of [["phone", phone], ["desktop", desktop]]) {
  for (const [lang, locale] of [["vi", "vi-VN"], ["en", "en-US"]]) {
    test(`a good transcript from a file, ${lang}, ${size_name}`, async () => {
      const s = story();
      honest(server, s);
      const page = await open({ locale, size, time: today(s) });
      equal(await page.getAttribute("html", "lang"), lang, "language");
      await accessible(page, "first view");
      await fits(page, "first view");
      await shot(page, `start-${lang}-${size_name}`, false);
      await give(page, "hoc-ba.stele.json", transcript_bag(s).print());
      equal(await settled(page), "valid", "outcome");
      equal(await headline(page), lang === "vi" ? "Hợp lệ" : "Valid", "headline");
      equal(await tone(page), "good", "tone");
      for (const part of ["file", "signature", "authority", "inclusion", "finality", "status", "disclosures", "provenance"]) equal(await answer_of(page, part), "ok", part);
      equal(await page.textContent('[data-claim="name"]'), "Nguyễn Văn An", "name");
      const rows = await page.$$("[data-subject]");
      equal(rows.length, 2, "subjects");
      await page.click('[data-subject="toan"] button');
      const why = await page.textContent("#why-toan");
      check(why.includes("teacher") && why.includes(locale === "vi-VN" ? "(8,0+7,5+9,0+2·8,0+3·8,5)/8" : "(8.0+7.5+9.0+2·8.0+3·8.5)/8"), `origin of the mark: ${why}`);
      check((await page.textContent(".proof")).includes(b64u(s.w.blocks[s.top].hash)), "the checkpoint is shown");
      await accessible(page, "result");
      await fits(page, "result");
      await shot(page, `valid-${lang}-${size_name}`);
      await done(page);
    });
  }
}

test("dropped, pasted into the page, pasted into the field", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  const page = await open({ time: today(s) });
  const put = (type) =>
    page.evaluate(([kind, text]) => {
      const data = new DataTransfer();
      if (kind === "drop") data.items.add(new File([text], "a.stele.json", { type: "application/json" }));
      else data.setData("text/plain", text);
      const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }) : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
      document.body.dispatchEvent(event);
    }, [type, file]);
  for (const type of ["drop", "paste"]) {
    await put(type);
    equal(await settled(page), "valid", type);
    await page.click(".toolbar button");
    await page.waitForSelector("#outcome", { state: "detached" });
  }
  await page.click("#open-paste");
  await page.fill("#paste-text", file);
  await page.click("#paste-form button");
  equal(await settled(page), "valid", "field");
  await done(page);
});

test("many files at once: a line for each, one in full and back, a table, both languages", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  const altered = file.replace(/disclosure":"(.)/, (all, c) => `disclosure":"${c === "W" ? "X" : "W"}`);
  check(altered !== file, "altered");
  const given = (name, buffer, mimeType = "application/json") => ({ name, mimeType, buffer });
  for (const size of [desktop, phone]) {
    const context = await browser.newContext({ locale: "vi-VN", viewport: size, deviceScaleFactor: 1, acceptDownloads: true });
    const page = await open({ time: today(s), size, context });
    await page.setInputFiles("#file", [
      given("10 altered.stele.json", bytes(altered)), given("2 good.stele.json", bytes(file)), given("=cmd.txt", bytes("no document")),
      given("photo.png", png("nothing"), "image/png"), given("3 print.pdf", await pdf_of(bytes(file), ["Nguyen Van Em", "14/03/2010", "A00000001"]), "application/pdf"),
      given("4 pictures.pdf", await pdf_of(bytes(file), []), "application/pdf"),
    ]);
    await page.waitForFunction(() => document.querySelectorAll(".several li").length === 6 && !document.querySelector(".several-sum progress"), null, { timeout: 60000 });
    const lines = () => page.$$eval(".several li", (list) => list.map((l) => [l.className, l.dataset.outcome, l.querySelector(".fine").textContent]));
    equal(JSON.stringify(await lines()), JSON.stringify([
      ["bad", "unreadable", "=cmd.txt"], ["good", "valid", "2 good.stele.json"], ["bad", "valid", "3 print.pdf"], ["caution", "valid", "4 pictures.pdf"], ["bad", "altered", "10 altered.stele.json"], ["caution", "", "photo.png"],
    ]), "lines");
    check((await page.textContent(".several-sum")).includes("1 hợp lệ, 2 cần xem lại, 3 không dùng được"), await page.textContent(".several-sum"));
    check((await page.textContent(".several")).includes("Nguyen Van An"), "whose document it is");
    await accessible(page, "list");
    await fits(page, "list");
    await shot(page, `several-${size === phone ? "phone" : "desktop"}`);
    equal(await page.evaluate(() => document.activeElement.id), "list-title", "the list has the focus");
    await page.focus(".several li:nth-child(2) button");
    await page.keyboard.press("Enter");
    equal(await settled(page), "valid", "opened");
    await page.click("#lang-en");
    equal(await headline(page), "Valid", "the one shown is drawn anew");
    await page.click(".toolbar button");
    check((await page.textContent(".several-sum")).includes("1 valid, 2 to look at, 3 not to be relied on"), "English");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.click(".toolbar button:nth-child(2)")]);
    const csv = readFileSync(await saved.path(), "utf8");
    check(csv.startsWith('\ufeff"File","Outcome"') && csv.endsWith("\r\n") && csv.split("\r\n").length === 8, csv);
    check(csv.includes(`"'=cmd.txt","unreadable"`), "no cell is a formula");
    check(csv.includes('"2 good.stele.json","valid","Valid","diploma","Nguyen Van An","14/03/2010"'), csv);
    check(csv.includes('"3 print.pdf","altered"') && csv.includes('"4 pictures.pdf","not_confirmed"'), csv);
    await page.click(".toolbar button");
    check(await page.isVisible("#choose"), "another one");
    await done(page);
  }
});

test("look-up by number and birth date; not found; too often", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  server.api.set("/v1/lookup", ({ body }) => {
    const q = JSON.parse(body);
    if (q.number === "A99999999") return { status: 429, json: {} };
    return q.number === "A00000001" && q.birth_date === "2010-03-14" ? { json: file } : null;
  });
  const page = await open({ time: today(s) });
  await page.click("#open-lookup");
  await accessible(page, "look-up");
  await page.click("#lookup button");
  await page.waitForFunction(() => document.querySelector("#lookup .trouble")?.textContent.includes("số hiệu bằng (hoặc số vào sổ gốc) và ngày sinh"));
  equal(await page.evaluate(() => document.activeElement.id), "lookup-number", "the empty field has the focus");
  await accessible(page, "an empty form");
  await page.fill("#lookup-number", "a00000001");
  await page.fill("#lookup-birth", "14/03/2010");
  await page.click("#lookup button");
  equal(await settled(page), "valid", "found, in small letters");
  equal(await page.evaluate(() => document.activeElement.id), "outcome", "the answer has the focus");
  await page.click(".toolbar button");
  for (const [number, birth, word] of [["A00000001", "15/03/2010", "Không tìm thấy"], ["A99999999", "14/03/2010", "quá nhiều lần"], ["A00000001", "hôm nay", "ngày sinh"]]) {
    if (await page.isHidden("#panel-lookup")) await page.click("#open-lookup");
    await page.fill("#lookup-number", number);
    await page.fill("#lookup-birth", birth);
    await page.click("#lookup button");
    await page.waitForFunction((w) => document.querySelector("#lookup .trouble")?.textContent.includes(w), word);
    check(await page.evaluate(() => document.querySelector("#lookup").contains(document.activeElement)), "the answer has the focus");
  }
  await done(page);
});

const handle = Buffer.from(seeded("handle").slice(0, 16));
const key = Buffer.from(seeded("share key").slice(0, 16));
const fragment = `${handle.toString("base64url")}.${key.toString("base64url")}`;

test("a shared link: the key is never sent; another key, another handle, an expired link", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  server.api.set(`/v1/shared/${handle.toString("base64url")}`, { bytes: share(bytes(file), handle, key) });
  let page = await open({ time: today(s), path: `/v#${fragment}` });
  equal(await settled(page), "valid", "opened");
  check((await page.textContent(".banner")).includes("không thấy tờ giấy"), "the paper is to be compared");
  check(!JSON.stringify(server.asked).includes(key.toString("base64url")), "the key left the page");
  await done(page);
  page = await open({ time: today(s), path: `/v#${handle.toString("base64url")}.${Buffer.alloc(16, 3).toString("base64url")}` });
  check((await trouble(page)).includes("không khớp"), "another key");
  await done(page);
  page = await open({ time: today(s), path: `/v#${Buffer.alloc(16, 9).toString("base64url")}.${key.toString("base64url")}` });
  check((await trouble(page)).includes("hết hạn"), "unknown handle");
  await done(page);
  page = await open({ time: today(s), path: "/v#nonsense" });
  check((await trouble(page)).includes("không phải liên kết"), "nonsense");
  await done(page);
  await done(page);
});

test("a code that names the record only: the paper was not checked, never green, and can be looked up there", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  server.api.set("/v1/lookup", ({ body }) => (JSON.parse(body).number === "A00000001" ? { json: file } : null));
  for (const [lang, locale] of [["vi", "vi-VN"], ["en", "en-US"]]) {
    const page = await open({ time: today(s), size: phone, locale });
    await page.setInputFiles("#file", { name: "photo.png", mimeType: "image/png", buffer: png(`https://stele.example.vn/v#${s.diploma.id}`) });
    equal(await settled(page), "valid", "the record");
    equal(await tone(page), "caution", "tone");
    check((await headline(page)).includes(lang === "vi" ? "CHƯA được kiểm tra" : "NOT checked"), await headline(page));
    check(!/^(Hợp lệ|Valid)/.test(await headline(page)), await headline(page));
    check((await page.textContent(".banner")).includes(lang === "vi" ? "điểm trên giấy có thể đã bị sửa" : "may have been changed"), await page.textContent(".banner"));
    await accessible(page, "receipt");
    await fits(page, "receipt");
    await shot(page, `receipt-${lang}-phone`, false);
    await shot(page, `receipt-${lang}-phone-whole`);
    await page.fill("#again-number", "B1");
    await page.fill("#again-birth", "14/03/2010");
    await page.click("#again button");
    await page.waitForSelector("#again .trouble");
    check(await page.isVisible("#outcome"), "the record's answer stays");
    await page.fill("#again-number", "A00000001");
    await page.click("#again button");
    await page.waitForFunction(() => document.querySelector("#outcome")?.dataset.tone === "good");
    check(await page.isHidden("#again"), "nothing more to look up");
    await done(page);
  }
});

test("while the status is asked for nobody reads valid; a server that hangs is given up after 8 seconds", async () => {
  const s = story();
  const old = transcript_bag(s).print();
  const pinned = s.top;
  goes_on(s, { [s.transcript.id]: "revoked" });
  honest(server, s, pinned);
  // Everything that the headline says, in the order in which it said it.
  const told = async (page) => {
    await page.evaluate(() => {
      window.told = [];
      new MutationObserver(() => {
        const h = document.querySelector("#outcome");
        if (h && window.told.at(-1)?.[1] !== h.textContent) window.told.push([h.dataset.tone, h.textContent]);
      }).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await give(page, "x.stele.json", old);
    await settled(page);
    return page.evaluate(() => window.told);
  };
  let page = await open({ time: today(s), size: phone });
  const seen = await told(page);
  equal(seen.map((x) => x[0]).join(), "none,bad", `a revoked one is never green: ${JSON.stringify(seen)}`);
  equal(seen[0][1], "Chữ ký đúng. Đang hỏi còn hiệu lực không…", "first");
  await done(page);
  page = await open({ time: today(s), size: phone });
  await page.waitForFunction(() => document.querySelector("#known code"));
  server.api.set("/v1/receipts", { hangs: true });
  const started = Date.now();
  await give(page, "x.stele.json", old);
  await page.waitForFunction(() => document.querySelector("#outcome")?.dataset.tone === "none");
  await shot(page, "asking-vi-phone", false);
  await accessible(page, "asking");
  equal(await settled(page), "valid", "the file itself");
  check(Date.now() - started < 30000, `${Date.now() - started} ms`);
  equal(await tone(page), "caution", "tone");
  const as_of = new Date((s.w.blocks[pinned].time + 7 * 3600) * 1000).toISOString().slice(0, 10).split("-").reverse().join("/");
  equal(await headline(page), `Hợp lệ tính đến ${as_of}; không hỏi được tình trạng hiện nay – hãy nối mạng rồi thử lại.`, "headline");
  check(!(await page.textContent("main")).includes("đang còn hiệu lực"), "nobody says that it is in force");
  await shot(page, "unreachable-vi-phone", false);
  await done(page);
});

test("a file cut in the middle; an extract", async () => {
  const s = story();
  honest(server, s);
  const page = await open({ time: today(s), size: phone });
  const text = transcript_bag(s).print();
  await give(page, "half.stele.json", text.slice(0, text.length >> 1));
  equal(await settled(page), "altered", "outcome");
  check((await page.textContent(".banner")).includes("Tệp bị đứt giữa chừng (tải chưa xong?).Hãy tải hoặc xin lại."), await page.textContent(".banner"));
  equal(await page.$$eval(".step", (l) => l.length), 2, "what was not reached is one line");
  await shot(page, "cut-vi-phone");
  await page.click(".toolbar button");
  const bag = transcript_bag(s);
  bag.disclosures = bag.disclosures.filter((d) => JSON.parse(Buffer.from(d.disclosure, "base64url"))[1] !== "birth_place");
  await give(page, "extract.stele.json", bag.print());
  equal(await settled(page), "valid", "outcome");
  equal(await headline(page), "Hợp lệ – bản trích", "headline");
  await done(page);
});

test("a picture with a QR code; without one; with a foreign one", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  server.api.set(`/v1/shared/${handle.toString("base64url")}`, { bytes: share(bytes(file), handle, key) });
  const page = await open({ time: today(s) });
  await page.setInputFiles("#file", { name: "qr.png", mimeType: "image/png", buffer: png(`https://stele.example.vn/v#${fragment}`) });
  equal(await settled(page), "valid", "picture");
  await page.click(".toolbar button");
  await page.setInputFiles("#file", { name: "grey.png", mimeType: "image/png", buffer: png(null) });
  check((await trouble(page)).includes("Không thấy mã QR"), "no code");
  await page.setInputFiles("#file", { name: "shop.png", mimeType: "image/png", buffer: png("https://shop.example/buy?x=1") });
  await page.waitForFunction(() => document.querySelector("#status .trouble")?.textContent.includes("không phải mã QR"));
  await page.setInputFiles("#file", { name: "broken.png", mimeType: "image/png", buffer: bytes("no picture") });
  await page.waitForFunction(() => document.querySelector("#status .trouble")?.textContent.includes("Không đọc được ảnh"));
  await done(page);
});

async function with_camera(texts, run) {
  const file = join(folder, "camera.y4m");
  film(file, texts);
  const before = browser;
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${file}`] });
  try {
    await run();
  } finally {
    await browser.close();
    browser = before;
  }
}
test("camera: a link", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  server.api.set(`/v1/shared/${handle.toString("base64url")}`, { bytes: share(bytes(file), handle, key) });
  await with_camera([`https://stele.example.vn/v#${fragment}`], async () => {
    const page = await open({ time: today(s), size: phone });
    await page.click("#open-camera");
    equal(await settled(page), "valid", "outcome");
    check(await page.isHidden("#panel-camera"), "the camera is off");
    await done(page);
  });
});
test("camera: a set of codes carries the whole document, no server needed", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  const codes = codes_of(bytes(file));
  check(codes.length > 2, `${codes.length} codes`);
  await with_camera(codes, async () => {
    const page = await open({ time: today(s), size: phone });
    await page.waitForFunction(() => document.querySelector("#known code"));
    server.api.delete("/v1/records/*");
    server.asked.length = 0;
    await page.click("#open-camera");
    await page.waitForSelector(".codes .have", { timeout: 60000 });
    await shot(page, "codes-phone", false);
    await accessible(page, "codes");
    await page.waitForSelector("#outcome", { timeout: 60000 });
    equal(await settled(page), "valid", "outcome");
    check(!server.asked.some((a) => a.path.includes("shared")), "the document came from the codes");
    await done(page);
  });
});
test("codes pasted one by one: out of order, of another set, contradicting", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  const codes = codes_of(bytes(file));
  const others = codes_of(bytes(file.replace("document", "dokument")));
  const page = await open({ time: today(s) });
  const paste = (text) => page.evaluate((x) => {
    const data = new DataTransfer();
    data.setData("text/plain", x);
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  }, text);
  const status = (word) => page.waitForFunction((w) => document.querySelector("#status")?.textContent.includes(w), word);
  await paste(codes[1]);
  await status(`1 / ${codes.length}`);
  await paste(others[0]);
  await page.waitForFunction(() => document.querySelector("#set")?.textContent.includes("văn bản khác"));
  await paste(codes[1].slice(0, -3) + (codes[1].endsWith("000") ? "111" : "000"));
  await status("không khớp với nhau");
  for (const c of [...codes].reverse()) await paste(c);
  equal(await settled(page), "valid", "outcome");
  check((await page.textContent(".banner")).includes("không thấy tờ giấy"), "the paper is to be compared");
  await done(page);
});

/** As pdf_of, in letters that pdf-lib's own fonts lack: printed by the browser. */
async function vietnamese_pdf(file, lines) {
  const page = await browser.newPage();
  await page.setContent(lines.map((l) => `<p>${l}</p>`).join(""));
  const pdf = await PDFDocument.load(await page.pdf({ format: "A4" }));
  await page.close();
  await pdf.attach(bytes(file), "document.stele.json", { mimeType: "application/json" });
  return Buffer.from(await pdf.save({ useObjectStreams: false }));
}
test("a print with another date of birth: both values stand in a red headline", async () => {
  const s = story({ diploma_claims: { ...plain_diploma.diploma_claims, name: "Nguyễn Văn Ấn", birth_date: "2008-11-09" } });
  const bag = diploma_bag(s, { basis: false });
  bag.disclosures = bag.disclosures.filter((d) => ["contents", "name", "birth_date", "serial"].includes(JSON.parse(Buffer.from(d.disclosure, "base64url"))[1]));
  const file = bag.print();
  honest(server, s);
  const page = await open({ time: today(s), size: phone });
  const lines = (birth) => ["BẰNG TỐT NGHIỆP", "cấp cho", "Nguyễn Văn Ấn", `Ngày sinh: ${birth}`, "Số hiệu: A00000001", "Cấp ngày 09/11/2008"];
  await page.setInputFiles("#file", { name: "a.pdf", mimeType: "application/pdf", buffer: await vietnamese_pdf(file, lines("09/11/2008")) });
  await settled(page);
  equal(await tone(page), "good", await headline(page));
  await page.click(".toolbar button");
  await page.setInputFiles("#file", { name: "b.pdf", mimeType: "application/pdf", buffer: await vietnamese_pdf(file, lines("09/11/2001")) });
  equal(await settled(page), "valid", "the attached document itself");
  equal(await tone(page), "bad", "tone");
  equal(await headline(page), "Bản in đã bị sửa: ngày sinh in 09/11/2001, văn bản đã ký ghi 09/11/2008.", "headline");
  check((await page.textContent(".banner")).includes("Chỉ tin nội dung dưới đây."), "advice");
  equal(await page.textContent('[data-claim="birth_date"]'), "09/11/2008", "what was signed");
  await accessible(page, "print altered");
  await fits(page, "print altered");
  await shot(page, "print-altered-vi-phone", false);
  await done(page);
});

test("PDF: good, print altered, attachment swapped, dropped, several, not a PDF", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  const lines = ["BANG TOT NGHIEP", "Nguyen Van An", "14/03/2010", "A00000001"];
  const page = await open({ time: today(s) });
  const pdf = async (body) => {
    if (await page.$(".toolbar button")) await page.click(".toolbar button");
    await page.setInputFiles("#file", { name: "bang.pdf", mimeType: "application/pdf", buffer: body });
  };
  await pdf(await pdf_of(bytes(file), lines));
  equal(await settled(page), "valid", "good");
  check((await page.textContent(".notes")).includes("Đã thấy đủ 3 mục"), await page.textContent(".notes"));
  check((await page.textContent(".notes")).includes("không kiểm tra hình thức"), "looks");
  await pdf(await pdf_of(bytes(file), lines.map((l) => l.replace("Van An", "Van Em"))));
  equal(await settled(page), "valid", "attachment");
  equal(await tone(page), "bad", "tone");
  equal(await headline(page), "Bản in đã bị sửa: chữ in không có họ và tên Nguyen Van An của văn bản đã ký.", "headline");
  check((await page.textContent(".notes")).includes("khác với văn bản đã ký ở: họ và tên"), await page.textContent(".notes"));
  await page.setViewportSize(phone);
  await pdf(await pdf_of(bytes(file), lines.map((l) => (l === "14/03/2010" ? "Ngay sinh: 14/03/2010" : l)).concat("14/03/2001")));
  await settled(page);
  equal(await tone(page), "good", "another date beside it");
  await pdf(await pdf_of(bytes(file), lines, { stated: "0".repeat(64) }));
  await settled(page);
  equal(await tone(page), "bad", "swapped");
  check((await headline(page)).includes("đã bị tráo"), "swapped");
  check((await page.textContent(".notes")).includes("đã bị tráo"), "swapped");
  await pdf(await pdf_of(bytes(file), []));
  await settled(page);
  equal(await tone(page), "caution", "a picture");
  check((await headline(page)).includes("PDF chỉ có ảnh"), await headline(page));
  await pdf(await pdf_of(bytes(file), lines, { attachments: [] }));
  check((await trouble(page)).includes("không đính kèm"), "dropped");
  await pdf(await pdf_of(bytes(file), lines, { attachments: [["document.stele.json", bytes(file)], ["another.json", bytes("{}")]] }));
  await page.waitForFunction(() => document.querySelector("#status")?.textContent.includes("nhiều tệp đính kèm"));
  await pdf(bytes("%PDF-1.7\nnothing"));
  await page.waitForFunction(() => document.querySelector("#status")?.textContent.includes("Không đọc được bản PDF"));
  await done(page);
});

// Bad documents -------------------------------------------------------------------------------------------------------

const altered_claim = (s) => {
  const bag = transcript_bag(s);
  const d = bag.disclosures.find((x) => JSON.parse(Buffer.from(x.disclosure, "base64url"))[1] === "subject.toan");
  const value = JSON.parse(Buffer.from(d.disclosure, "base64url"));
  value[2].terms[0].mark = "10.0";
  d.disclosure = bytes(JSON.stringify(value)).toString("base64url");
  return bag.print();
};
const bad = [
  ["altered mark", {}, altered_claim, "altered", "disclosures"],
  ["teacher without authority", { signer: "teacher" }, (s) => transcript_bag(s, { key: "teacher" }).print(), "not_authorised", "authority"],
  ["revoked", { after: (s) => ({ [s.transcript.id]: "revoked" }) }, (s) => transcript_bag(s).print(), "revoked", "status"],
  ["superseded", { after: (s) => ({ [s.transcript.id]: "superseded" }) }, (s) => transcript_bag(s).print(), "superseded", "status"],
  ["suspended", { after: (s) => ({ [s.transcript.id]: "suspended" }) }, (s) => transcript_bag(s).print(), "suspended", "status"],
  ["teacher signed another mark", { sheets: { toan1: { result: { mark: "8.2" }, detail: {} } } }, (s) => transcript_bag(s).print(), "altered", "provenance"],
  ["another network", { network: "khac" }, (s) => transcript_bag(s).print(), "other_network", "file"],
  ["certificate spoiled", {}, (s) => { const b = transcript_bag(s); const h = [...b.qcs.keys()][0]; b.qcs.set(h, s.w.qc(h, { spoil: 70 })); return b.print(); }, "altered", "file"],
  ["no such file", {}, () => '{"hello":1}', "unreadable", "file"],
];
test("bad documents: outcome, failed step and a reason, vi and en", async () => {
  for (const [name, o, make, expected, part] of bad) {
    // Each on a ledger of its own: another one would contradict what the page pinned.
    const s = story(o);
    honest(server, o.network ? story() : s);
    const page = await open({ time: today(s) });
    await give(page, `${name}.stele.json`, make(s));
    equal(await settled(page), expected, name);
    equal(await answer_of(page, part), "failed", `${name}: ${part}`);
    const vi = await page.textContent(".banner .reason");
    check(vi.length > 30, `${name}: a reason`);
    await page.click("#lang-en");
    const en = await page.textContent(".banner .reason");
    check(en.length > 25 && en !== vi && !/[ạđềệ]/.test(en.replace(/“[^”]*”|môn|Trường[^.]*/g, "")), `${name}: in English: ${en}`);
    if (name === "altered mark") {
      const text = await page.textContent(".contents");
      check(text.includes("Nguyễn Văn An") && text.includes("subject Toán") && !text.includes("10.0"), `what holds is shown, what does not is named: ${text}`);
    }
    if (name === "altered mark" || name === "revoked") await accessible(page, name);
    if (name === "altered mark") await shot(page, "altered-en-desktop");
    if (name === "revoked") await shot(page, "revoked-en-desktop");
    await done(page);
  }
});

// Lies ----------------------------------------------------------------------------------------------------------------

test("an API that says valid to all is not heard", async () => {
  const s = story({ after: (x) => ({ [x.transcript.id]: "revoked" }) });
  honest(server, s);
  server.api.set("/v1/verify", { json: { outcome: "valid" } });
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", transcript_bag(s).print());
  equal(await settled(page), "revoked", "outcome");
  check(!server.asked.some((a) => a.path.startsWith("/v1/verify")), "the page asked for a verdict");
  await done(page);
});

test("a revocation that came after the file was made shows", async () => {
  const s = story();
  const old = transcript_bag(s).print();
  const pinned = s.top;
  goes_on(s, { [s.transcript.id]: "revoked" });
  honest(server, s, pinned);
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", old);
  equal(await settled(page), "revoked", "outcome");
  check((await page.textContent(".notes")).includes(`khối ${s.top}`), "newer evidence is told");
  await done(page);
});

test("newer evidence keeps a good transcript valid", async () => {
  const s = story();
  const old = transcript_bag(s).print();
  const pinned = s.top;
  goes_on(s, {}, 40);
  honest(server, s, pinned);
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", old);
  equal(await settled(page), "valid", "outcome");
  equal(Number(JSON.parse(await page.evaluate(() => localStorage.getItem("stele.checkpoint"))).height), s.top, "remembered");
  await done(page);
});

test("a hidden revocation becomes “status proof too old”", async () => {
  const s = story();
  honest(server, s); // the server goes on answering with what it knew then
  const later = new Date((s.w.blocks[s.top].time + 31 * 86400) * 1000);
  const page = await open({ time: later });
  await give(page, "x.stele.json", transcript_bag(s).print());
  equal(await settled(page), "status_too_old", "outcome");
  equal(await code_of(page, "status"), "status_too_old", "code");
  check((await page.textContent('[data-part="status"]')).includes("30 ngày"), "the age is stated");
  // Whoever asked and was answered has nothing to gain by going online.
  check(/^Sổ cái chưa có khối mới từ \d\d\/\d\d\/\d{4}, nên chưa xác nhận được tình trạng hôm nay; hãy hỏi đơn vị vận hành\.$/.test(await headline(page)), await headline(page));
  check(!(await page.textContent("main")).includes("nối mạng"), "no advice to go online");
  check((await page.textContent(".proof")).includes("30 ngày"), "the age is stated below");
  await shot(page, "too-old-vi-desktop");
  await done(page);
});

/** Another history with the same keys: equal up to a block, then not. */
function forked() {
  const s = story({ after: () => ({}) });
  const f = story({ after: (x) => ({ [x.seal.id]: "valid" }) });
  f.w.blocks.splice(f.w.blocks.length - 2);
  f.w.block([], {}, { days: 2 });
  f.w.block([], {}, { days: 2 });
  f.top = f.w.blocks.length - 2;
  return { s, f };
}
test("a fork is named: receipts against the pinned checkpoint", async () => {
  const { s, f } = forked();
  honest(server, s);
  server.api.set("/v1/records/*", ({ pathname }) => ({ json: receipt(f, pathname.split("/")[3]) }));
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", transcript_bag(s).print());
  equal(await settled(page), "valid", "outcome rests on the file");
  check((await page.textContent(".notes .bad")).includes("hai phiên bản của sổ cái"), "the fork is named");
  await shot(page, "fork-vi-desktop");
  await done(page);
});
test("a fork is named: a file against the pinned checkpoint", async () => {
  const { s, f } = forked();
  honest(server, s);
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", transcript_bag(f).print());
  equal(await settled(page), "altered", "outcome");
  equal(await code_of(page, "file"), "conflicts_with_checkpoint", "code");
  await done(page);
});
test("a fork is named: a server that pins another checkpoint than the one remembered, and another genesis", async () => {
  const { s, f } = forked();
  honest(server, s);
  let page = await open({ time: today(s) });
  await page.waitForFunction(() => localStorage.getItem("stele.checkpoint"));
  honest(server, f);
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#alarm")?.textContent.includes("hai phiên bản"));
  await give(page, "x.stele.json", transcript_bag(f).print());
  equal(await outcome(page), "altered", "the remembered one counts");
  honest(server, story({ network: "khac" }));
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#alarm")?.textContent.includes("mạng khác"));
  await give(page, "y.stele.json", transcript_bag(s).print());
  equal(await outcome(page), "valid", "the genesis that was known first counts");
  await done(page);
});
test("a ledger that does not continue the remembered one is left aside", async () => {
  const { s, f } = forked();
  const old = transcript_bag(s).print();
  goes_on(f, {}, 1);
  honest(server, s);
  server.api.set("/v1/records/*", ({ pathname }) => {
    // Only headers above the pinned one, so that no height contradicts it.
    const name = Object.keys(signers).find((n) => f[n]?.id === pathname.split("/")[3]);
    return name ? { json: receipt_bag(f, f[name], [signers[name]]).print() } : null;
  });
  server.api.set("/v1/proofs/consistency", { json: { path: [b64u(seeded("x"))] } });
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", old);
  equal(await settled(page), "valid", "outcome rests on the file");
  check((await page.textContent(".notes .bad")).match(/không nối tiếp|hai phiên bản/), await page.textContent(".notes"));
  await done(page);
});
test("spoiled receipts are left aside and told", async () => {
  const s = story();
  honest(server, s);
  server.api.set("/v1/records/*", () => ({ json: receipt(s, s.toan1.id).replace(/"leaf":"./, '"leaf":"B') }));
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", transcript_bag(s).print());
  equal(await settled(page), "valid", "outcome");
  check((await page.textContent(".notes")).includes("không đúng; đã bỏ qua"), "told");
  await done(page);
});

// Offline, keyboard, print ---------------------------------------------------------------------------------------------

test("the part that checks can't be loaded: said, not waited for; and once it can, it works", async () => {
  const { s, file } = small_diploma();
  honest(server, s);
  const checker = `/assets/${readdirSync(new URL("../../dist/assets/", import.meta.url)).find((n) => /^checker-.*\.js$/.test(n))}`;
  server.api.set(checker, { status: 404, json: {} });
  const page = await open({ time: today(s) });
  check((await trouble(page)).includes("chưa có tệp gốc"), "told");
  await give(page, "a.stele.json", file);
  await page.waitForFunction(() => document.querySelector("#status .trouble"), null, { timeout: 20000 });
  server.api.delete(checker);
  await page.reload();
  await give(page, "a.stele.json", file);
  equal(await settled(page), "valid", "once it can be loaded");
  page.faults.length = 0; // the browser tells of the 404
  await done(page);
});
test("offline: loaded once, then the server is gone", async () => {
  const { s, file } = small_diploma();
  const other = await new TestServer().start();
  honest(other, s);
  const context = await browser.newContext({ locale: "vi-VN", viewport: phone });
  const page = await context.newPage();
  await page.clock.setFixedTime(today(s));
  await page.goto(other.url);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.waitForFunction(async () => (await caches.keys()).length > 0 && !!(await caches.match("/pinned.json")), null, { timeout: 60000 });
  await page.reload();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await other.stop();
  await page.reload();
  await give(page, "x.stele.json", file);
  equal(await settled(page), "valid", "a file");
  check((await headline(page)).includes("không hỏi được tình trạng hiện nay – hãy nối mạng rồi thử lại."), "it says so");
  await page.click(".toolbar button");
  await page.setInputFiles("#file", { name: "b.pdf", mimeType: "application/pdf", buffer: await pdf_of(bytes(file), ["Nguyen Van An", "14/03/2010", "A00000001"]) });
  equal(await settled(page), "valid", "a PDF");
  await context.close();
});

test("keyboard only: language, choose, result, a subject, back", async () => {
  const s = story();
  honest(server, s);
  const page = await open({ time: today(s) });
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className);
  const tab_to = async (test) => {
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(test)) return;
    }
    throw new Error(`not reached by Tab; last at ${await focused()}`);
  };
  await tab_to(() => document.activeElement.classList.contains("skip"));
  await tab_to(() => document.activeElement.id === "lang-en");
  await page.keyboard.press("Enter");
  equal(await page.getAttribute("html", "lang"), "en", "language");
  await tab_to(() => document.activeElement.id === "choose");
  const chooser = page.waitForEvent("filechooser");
  await page.waitForTimeout(500); // until the browser hands choosers over to the test
  await page.keyboard.press("Enter");
  await (await chooser).setFiles({ name: "x.stele.json", mimeType: "application/json", buffer: bytes(transcript_bag(s).print()) });
  await settled(page);
  equal(await focused(), "outcome", "focus is on the conclusion");
  await tab_to(() => document.activeElement.getAttribute("aria-controls") === "why-toan");
  await page.keyboard.press("Space");
  check(await page.isVisible("#why-toan"), "opened");
  equal(await page.getAttribute('[aria-controls="why-toan"]', "aria-expanded"), "true", "expanded");
  await page.focus(".toolbar button");
  await page.keyboard.press("Enter");
  equal(await focused(), "choose", "back at the beginning");
  await tab_to(() => document.activeElement.id === "open-paste");
  await page.keyboard.press("Enter");
  equal(await focused(), "paste-text", "the field has the focus");
  await page.keyboard.press("Escape");
  check(await page.isHidden("#panel-paste"), "closed by Escape");
  await done(page);
});

test("the print carries time and checkpoint, and no buttons", async () => {
  const s = story();
  honest(server, s);
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", transcript_bag(s).print());
  await settled(page);
  await page.emulateMedia({ media: "print" });
  check(await page.isVisible(".proof"), "proof");
  check((await page.textContent(".proof")).includes("Kiểm tra lúc"), "time");
  check(await page.isHidden(".toolbar") && (await page.isHidden(".languages")), "no buttons");
  const pdf = await page.pdf({ format: "A4" });
  check(pdf.length > 10000, "printed");
  await done(page);
});

test("a transcript's verdict is quick", async () => {
  const s = story();
  honest(server, s);
  const page = await open({ time: today(s) });
  await give(page, "x.stele.json", transcript_bag(s).print());
  await settled(page);
  const ms = (await page.textContent(".proof")).match(/(\d+) ms/);
  console.log(`   verdict in the browser: ${ms[1]} ms`);
  await done(page);
});

// Explorer -------------------------------------------------------------------------------------------------------------

const explorer = {
  "/v1/explorer": { net: "stele/mau/0123456789abcdef0123456789abcdef", name: "mau", mode: "test", final: { height: 260, hash: "A".repeat(43), size: 297, time: "2026-06-25T08:00:00Z" }, now: "2026-06-25T08:05:00Z", complete: true, records: { key: 29, org: 2, policy: 1, "grade-sheet": 72, transcript: 133, diploma: 44, seal: 12, amend: 1 }, statuses: { valid: 290, superseded: 5, suspended: 1, revoked: 1 }, pending: 1, orgs: 2, validators: { total: 4, quorum: 3, voting: 3 }, alarms: 1 },
  "/v1/explorer/blocks": { blocks: Array.from({ length: 12 }, (_, i) => ({ height: 260 - i, hash: "B".repeat(43), time: "2026-06-25T08:00:00Z", size: 297 - i, records: i % 3, types: i % 3 ? { seal: i % 3 } : {}, epoch: 0, attempt: 0, orderer: "o-1", votes: ["v-1", "v-2", "v-3"] })) },
  "/v1/explorer/validators": { window: { from: 1, to: 260 }, validators: [1, 2, 3, 4].map((n) => ({ number: n - 1, id: `so-${n}`, votes: n === 4 ? 3 : 260, share: n === 4 ? "0.01" : "1.00", last: { height: n === 4 ? 40 : 260, time: "2026-06-25T08:00:00Z" }, health: n === 4 ? "late" : "ok" })) },
  "/v1/explorer/days": { days: Array.from({ length: 30 }, (_, i) => ({ date: `2026-06-${String(30 - i).padStart(2, "0")}`, blocks: 3, records: (i * 7) % 45, types: { transcript: (i * 7) % 45 }, edits: i === 3 ? 1 : 0 })) },
  "/v1/explorer/offices": { year: "2025", years: ["2025"], offices: [{ org: "so-vi-du", kind: "department", name: "Sở Giáo dục và Đào tạo Ví Dụ", children: 1, sheets: { expected: 0, signed: 0 }, below: { expected: 78, signed: 75, share: "0.961" }, classes: 0, transcripts: 0, diplomas: 0, certificates: 0, edits: 0, revocations: 0 }, { org: "thpt-vi-du-1", kind: "school", name: "Trường THPT Ví Dụ Số 1", parent: "so-vi-du", children: 0, sheets: { expected: 78, signed: 75, share: "0.961" }, below: { expected: 78, signed: 75, share: "0.961" }, classes: 3, transcripts: 133, diplomas: 44, certificates: 0, edits: 1, revocations: 1 }] },
  "/v1/explorer/alarms": { alarms: [{ code: "validator_silent", severity: "warning", where: "so-4", vi: "Nút so-4 không bỏ phiếu gần đây.", en: "Validator so-4 has not voted lately." }] },
};
test("explorer: figures, plots, alarms, vi and en, phone and desktop", async () => {
  honest(server, story());
  for (const [path, json] of Object.entries(explorer)) server.api.set(path, { json });
  for (const [name, size, locale] of [["desktop", desktop, "en-US"], ["phone", phone, "vi-VN"]]) {
    const page = await open({ path: "/explorer.html", size, locale });
    await page.waitForSelector(".figures");
    check((await page.textContent("#view")).includes("297"), "records");
    check((await page.textContent("#view")).includes(name === "phone" ? "30/06/2026" : "2026-06-30"), "dates of the language");
    if (name === "phone") check(await page.$$eval(".scroll", (l) => l.some((x) => x.scrollWidth > x.clientWidth)), "a wide table moves in its box");
    check((await page.textContent("#alarm")).includes("so-4"), "alarm");
    equal(await page.$$eval("svg.plot rect.bar", (l) => l.length > 30), true, "bars");
    await accessible(page, "explorer");
    await fits(page, "explorer");
    await shot(page, `explorer-${name}`);
    await done(page);
  }
  server.api.clear();
  const page = await open({ path: "/explorer.html" });
  await page.waitForFunction(() => document.querySelector("#status")?.textContent.includes("Không lấy được số liệu"));
  await done(page);
});

// Prints of `stele print`: --forms FOLDER of tests/paper/forms.mjs. -------------------------------------------------------

if (options.forms) {
  const read = (name) => readFileSync(join(options.forms, name));
  const prints = readdirSync(options.forms).filter((f) => f.endsWith(".pdf")).sort();
  const pinned = () => {
    server.api.clear();
    server.api.set("/pinned.json", { json: { genesis: read("genesis.json").toString() } });
  };
  test(`${prints.length} prints of all forms: every field of the document is found in the text`, async () => {
    check(prints.length >= 7, `only ${prints.length} prints`);
    pinned();
    const page = await open({ time: new Date("2026-01-20T02:00:00Z") });
    for (const name of prints) {
      await page.setInputFiles("#file", { name, mimeType: "application/pdf", buffer: read(name) });
      equal(await settled(page), "valid", name);
      const notes = await page.textContent(".notes");
      check(/Đã thấy đủ \d+ mục/.test(notes), `${name}: ${notes}`);
      console.log(`   ${name}: ${notes.match(/Đã thấy đủ \d+ mục/)[0]}`);
      if (name === "transcript-primary.pdf") {
        check((await page.textContent("table.marks")).includes("Hoàn thành tốt (9,0)"), "levels in words");
        await shot(page, "primary-vi-phone");
        await fits(page, "primary");
      }
      if (name === "diploma.pdf") equal(await page.textContent('[data-claim="ranking"]'), "Giỏi", "ranking in words");
      await page.click(".toolbar button");
    }
    await done(page);
  });
  test("a print that lacks what the document says is told field by field", async () => {
    pinned();
    const page = await open({ time: new Date("2026-01-20T02:00:00Z") });
    const lines = ["Nguyen Thi Anh Nguyet-Thu"];
    await page.setInputFiles("#file", { name: "x.pdf", mimeType: "application/pdf", buffer: await pdf_of(read("diploma.stele.json"), lines) });
    equal(await settled(page), "valid", "the attached document itself");
    const notes = await page.textContent(".notes");
    equal(await tone(page), "bad", "tone");
    for (const word of ["xếp loại", "hình thức đào tạo", "giới tính", "dân tộc", "số hiệu"]) check(notes.includes(word), `${word} is not named: ${notes}`);
    await done(page);
  });
}

// Real documents: --demo FOLDER of `./stele demo`; --pdfs FOLDER with t.pdf and d.pdf of `stele print`. ------------------

if (options.demo) {
  const holders = join(options.demo, "holders");
  const first = (prefix) => readFileSync(join(holders, readdirSync(holders).filter((f) => f.startsWith(prefix)).sort()[0]));
  const real = (pinned = readFileSync(join(options.demo, "genesis.json"), "utf8")) => {
    server.api.clear();
    server.api.set("/pinned.json", { json: { genesis: pinned } });
  };
  const demo_day = new Date("2026-07-01T02:00:00Z");
  test("demo: transcript and diploma, desktop and phone", async () => {
    real();
    for (const [name, size, locale] of [["desktop", desktop, "vi-VN"], ["phone", phone, "en-US"]]) {
      const page = await open({ time: demo_day, size, locale });
      for (const kind of ["transcript", "diploma"]) {
        await page.setInputFiles("#file", { name: `${kind}.stele.json`, mimeType: "application/json", buffer: first(kind) });
        equal(await settled(page), "valid", kind);
        if (kind === "transcript") {
          await page.click("[data-subject] button");
          await page.evaluate(() => scrollTo(0, 0));
        }
        await accessible(page, kind);
        await fits(page, kind);
        await shot(page, `demo-${kind}-${name}`);
        await shot(page, `demo-${kind}-${name}-top`, false);
        await page.click(".toolbar button");
      }
      await done(page);
    }
  });
  test("demo: how long a transcript's verdict takes", async () => {
    real();
    const transcript = first("transcript");
    server.api.set(`/v1/shared/${handle.toString("base64url")}`, { bytes: share(bytes(transcript), handle, key) });
    const times = [];
    const told = async (words, path, seconds) => {
      // A new window of Chromium has pages of its own to load, as many as this one's: readers have theirs open.
      const context = await browser.newContext({ locale: "vi-VN", viewport: desktop });
      const blank = await context.newPage();
      await new Promise((go) => setTimeout(go, 3000));
      const page = await open({ time: demo_day, path, context });
      await blank.close();
      await new Promise((go) => setTimeout(go, seconds * 1000));
      if (path === "/") await give(page, "t.stele.json", transcript);
      equal(await settled(page), "valid", words);
      times.push(Number((await page.textContent(".proof")).match(/(\d+) ms/)[1]));
      await done(page);
    };
    for (const [words, path, seconds] of [["dropped while the page is loading", "/", 0], ["a shared link is opened", `/v#${fragment}`, 0], ["dropped after three seconds", "/", 3]]) {
      times.length = 0;
      for (let i = 0; i < 7; i++) await told(words, path, seconds);
      times.sort((a, b) => a - b);
      console.log(`   ${words}: ${times.join(" ")} ms, median ${times[3]} ms`);
    }
  });
  test("demo: a mark altered by a forger, a teacher's transcript", async () => {
    real();
    const page = await open({ time: demo_day, size: desktop });
    for (const [file, expected] of [["mark", "altered"], ["teacher", "not_authorised"]]) {
      await page.setInputFiles("#file", { name: `${file}.stele.json`, mimeType: "application/json", buffer: readFileSync(join(options.demo, "forged", `${file}.stele.json`)) });
      equal(await settled(page), expected, file);
      await shot(page, `demo-forged-${file}`, false);
      await page.click(".toolbar button");
    }
    await done(page);
  });
  if (options.pdfs) {
    test("demo: PDFs of `stele print`", async () => {
      real();
      const page = await open({ time: demo_day });
      for (const name of ["t.pdf", "d.pdf"]) {
        await page.setInputFiles("#file", { name, mimeType: "application/pdf", buffer: readFileSync(join(options.pdfs, name)) });
        equal(await settled(page), "valid", name);
        const notes = await page.textContent(".notes");
        check(/Đã thấy đủ \d+ mục/.test(notes), `${name}: ${notes}`);
        console.log(`   ${name}: ${notes.match(/Đã thấy đủ \d+ mục/)[0]}`);
        await page.click(".toolbar button");
      }
      await done(page);
    });
  }
}

// ----------------------------------------------------------------------------------------------------------------------

let failed = 0;
const chosen = tests.filter((t) => !options.only || t.name.includes(options.only));
for (const [i, t] of chosen.entries()) {
  const started = Date.now();
  try {
    await t.run();
    console.log(`ok ${i + 1} - ${t.name} (${Date.now() - started} ms)`);
  } catch (e) {
    failed++;
    console.log(`not ok ${i + 1} - ${t.name}\n   ${e.message.split("\n").slice(0, 6).join("\n   ")}`);
  }
}
await browser.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
console.log(`${chosen.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
