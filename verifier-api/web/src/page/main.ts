// The verification page: takes a document in any of its forms, has it judged, shows the verdict.
import "./style.css";
import { hex, sha256 } from "../verdict/bytes.js";
import { status_age_default_s } from "../verdict/limits.js";
import { CodeSet, open_shared, read_code, read_fragment, type Code } from "./codes.js";
import { compare_text, type PrintCheck } from "./compare.js";
import { by_id, h, put } from "./dom.js";
import type { Freshness } from "./headline.js";
import { first_language, language, number, set_language, t } from "./language.js";
import { fetch_receipts, follows, highest_known, known_troubles, pinned_texts, remember_served, start, the_network } from "./ledger.js";
import { look_up_form } from "./look_up.js";
import { ask, wake, type Judged } from "./messages.js";
import { answer_max_ms, request, within } from "./net.js";
import { icon, result, type Note, type Shown } from "./result.js";

const max_s = status_age_default_s;
const now = (): number => Math.floor(Date.now() / 1000);

let shown: Shown | null = null;
let message: { vi: string; en: string } | null = null;
let ready: Promise<boolean>;
let stop_camera: (() => void) | null = null;
const set_of_codes = new CodeSet();
let job = 0;

// Saying things ------------------------------------------------------------------------------------------------------

function say(vi: string, en: string): void {
  message = { vi, en };
  by_id("status").textContent = t(vi, en);
}
function trouble(vi: string, en: string): void {
  shown = null;
  put(by_id("result"));
  document.body.classList.remove("has-result");
  message = { vi, en };
  put(by_id("status"), h("p", { class: "trouble" }, icon("caution"), h("span", {}, t(vi, en))));
}

// Verifying ----------------------------------------------------------------------------------------------------------

interface How {
  pdf?: (judged: Judged) => PrintCheck;
  by_code?: boolean;
}
let under_way = 0;
async function verify(file: Uint8Array, source: string, how: How = {}): Promise<void> {
  under_way++;
  try {
    await judge_and_show(file, source, how);
  } finally {
    under_way--;
  }
}
async function judge_and_show(file: Uint8Array, source: string, { pdf, by_code = false }: How): Promise<void> {
  const mine = ++job;
  close_panels();
  say("Đang kiểm tra…", "Checking…");
  if (!(await ready)) {
    no_genesis();
    return;
  }
  const judging = { file, pinned: pinned_texts(), now: now(), max_s };
  const first = await ask({ op: "judge", ...judging });
  if (mine !== job) return;
  const look_up = look_up_form("again", looked_up);
  const make = (judged: Judged, fresh: Freshness, notes: Note[]): Shown => ({ source, judged, fresh, notes, look_up, by_code, checked_at: now(), known: highest_known(), max_days: Math.floor(max_s / 86400), network: the_network()!.net, ...(pdf ? { pdf: pdf(judged) } : {}) });
  if (first.ask.length === 0) {
    show(make(first, { state: "unreachable" }, []), true);
    return;
  }
  show(make(first, { state: "asking" }, []), true);
  // Whatever goes wrong there, the headline must not go on saying that it asks.
  const asked = refresh(judging, first).catch((): Refreshed => ({ judged: first, fresh: { state: "unreachable" }, notes: [] }));
  // On a slow phone the answer may need longer than its way: it is shown when it comes.
  if (!(await within(asked, answer_max_ms)) && mine === job) show(make(first, { state: "unreachable" }, []), false);
  const { judged, fresh, notes } = await asked;
  if (mine === job) show(make(judged, fresh, notes), false);
}

interface Refreshed {
  judged: Judged;
  fresh: Freshness;
  notes: Note[];
}
/** Newer evidence from the server; whatever it says is verified, and what does not hold is left aside. */
async function refresh(judging: { file: Uint8Array; pinned: string[]; now: number; max_s: number }, first: Judged): Promise<Refreshed> {
  let receipts: Uint8Array[];
  try {
    receipts = await fetch_receipts(first.ask);
  } catch {
    // A valid document's headline says it already.
    const notes: Note[] = first.verdict.outcome === "valid" ? [] : [{ tone: "none", vi: "Không lấy được bằng chứng mới hơn; kết luận dựa trên tệp này.", en: "No newer proof could be had; the conclusion rests on this file alone." }];
    return { judged: first, fresh: { state: "unreachable" }, notes };
  }
  const answer = await ask({ op: "refresh", receipts, ...judging });
  const notes: Note[] = [];
  if (answer.fork !== null) notes.push({ tone: "bad", vi: "Máy chủ đưa ra một nhánh sổ cái khác với nhánh mà trang này đã biết: có hai phiên bản của sổ cái. Đã bỏ qua những gì máy chủ nói. Hãy báo cho Sở.", en: "The server shows another branch of the ledger than the one this page knows: there are two versions of the ledger. What the server says was left aside. Tell the department." });
  if (answer.bad > 0) notes.push({ tone: "caution", vi: `Máy chủ đưa ra ${answer.bad} bằng chứng không đúng; đã bỏ qua.`, en: `The server gave ${answer.bad} proofs that do not hold; they were left aside.` });
  // The newest that the server tells is compared with what the page remembers, and remembered, even if the file is as new.
  const { served, used } = answer;
  const top = answer.judged.top;
  const remembered = served ? await remember_served(served) : null;
  const continues = used && top!.hash !== served?.hash ? await follows(top!) : remembered;
  if (continues === false) {
    notes.push({ tone: "bad", vi: "Sổ cái mà máy chủ đưa ra không nối tiếp sổ cái mà trang này đã biết. Đã bỏ qua những gì máy chủ nói. Hãy báo cho Sở.", en: "The ledger that the server shows does not continue the one that this page knows. What the server says was left aside. Tell the department." });
    return { judged: first, fresh: { state: "unproven" }, notes };
  }
  // A ledger that stands still proves nothing of today, however often it is asked.
  const newest = served && Math.max(served.time, top?.time ?? 0);
  const asked: Freshness = newest !== null && judging.now - newest > judging.max_s ? { state: "asked", stopped: newest } : { state: "asked" };
  if (!used) {
    // Newer headers without the status of these records, or spoiled proofs, are no answer.
    const answered = served !== null && answer.bad === 0 && answer.fork === null && served.height <= (first.top?.height ?? -1);
    if (notes.length === 0) notes.push({ tone: "none", vi: "Máy chủ không có bằng chứng mới hơn tệp này.", en: "The server has no newer proof than this file." });
    return { judged: first, fresh: answered ? asked : { state: "unproven" }, notes };
  }
  if (continues === null) notes.push({ tone: "caution", vi: "Chưa so được sổ cái mới với điểm kiểm tra mà trang này nhớ.", en: "The newer ledger could not be compared with the checkpoint that this page remembers." });
  notes.push({ tone: "good", vi: `Đã lấy và kiểm tra bằng chứng mới đến khối ${number(top!.height)}.`, en: `Newer proofs were fetched and verified, up to block ${number(top!.height)}.` });
  return { judged: answer.judged, fresh: asked, notes };
}

function show(s: Shown, focus: boolean): void {
  shown = s;
  message = null;
  put(by_id("status"));
  const open = new Set([...document.querySelectorAll('#result [aria-expanded="true"]')].map((b) => b.getAttribute("aria-controls")));
  // What had the focus has it again after it was drawn anew.
  const active = document.activeElement;
  const had_outcome = active?.id === "outcome";
  const had_field = active instanceof HTMLInputElement && s.look_up.contains(active) ? active : null;
  const had_control = active?.closest("#result") ? active.getAttribute("aria-controls") : null;
  put(by_id("result"), h("div", { class: "toolbar no-print" },
    h("button", { type: "button", class: "plain", click: again }, t("← Văn bản khác", "← Another document")),
    h("button", { type: "button", class: "plain", click: () => print() }, t("In kết quả", "Print"))), ...result(s));
  for (const b of document.querySelectorAll<HTMLElement>("#result [aria-expanded]")) if (open.has(b.getAttribute("aria-controls"))) b.click();
  document.body.classList.add("has-result");
  draw_known();
  if (!focus) {
    if (had_outcome) by_id("outcome").focus({ preventScroll: true });
    had_field?.focus({ preventScroll: true });
    if (had_control !== null) document.querySelector<HTMLElement>(`#result [aria-controls="${CSS.escape(had_control)}"]`)?.focus({ preventScroll: true });
    return;
  }
  by_id("outcome").focus({ preventScroll: true });
  by_id("result").scrollIntoView({ block: "start" });
}
function again(): void {
  job++;
  shown = null;
  message = null;
  put(by_id("result"));
  put(by_id("status"));
  document.body.classList.remove("has-result");
  by_id("choose").focus();
  if (location.hash) history.replaceState(null, "", location.pathname);
}
function no_genesis(): void {
  trouble("Trang này chưa có tệp gốc của mạng, nên chưa kiểm tra được gì. Hãy mở lại trang khi có mạng.", "This page has no genesis file of the network yet, so it can't check anything. Open it again when online.");
}

// Forms in which documents come --------------------------------------------------------------------------------------

const size_max = 32 * 1024 * 1024;

async function take_file(file: File): Promise<void> {
  if (file.size > size_max) {
    trouble(`Tệp ${file.name} lớn hơn 32 MiB.`, `The file ${file.name} is larger than 32 MiB.`);
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const starts = (text: string): boolean => [...text].every((c, i) => bytes[i] === c.charCodeAt(0));
  if (starts("%PDF-")) await take_pdf(bytes, file.name);
  else if (file.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|bmp)$/i.test(file.name)) await take_picture(file);
  else await verify(bytes, file.name);
}

async function take_pdf(bytes: Uint8Array, name: string): Promise<void> {
  say("Đang đọc PDF…", "Reading the PDF…");
  const { read_pdf } = await import("./pdf.js");
  const pdf = await read_pdf(bytes);
  if (pdf === "no_attachment") trouble("Bản PDF này không đính kèm tệp văn bản, nên không chứng minh được gì. Hãy xin bản PDF gốc hoặc tệp *.stele.json.", "This PDF does not carry the document file, so it proves nothing. Ask for the original PDF or the *.stele.json file.");
  else if (pdf === "several_attachments") trouble("Bản PDF này có nhiều tệp đính kèm, nên không rõ tệp nào là văn bản thật.", "This PDF carries several attachments, so that nobody can say which is meant.");
  else if (pdf === "attachment_name") trouble("Tệp đính kèm trong PDF không phải document.stele.json.", "The attachment of this PDF is not document.stele.json.");
  else if (pdf === "not_readable") trouble("Không đọc được bản PDF này: tệp hỏng hoặc có mật khẩu.", "This PDF can't be read: it is damaged or has a password.");
  else {
    const swapped = pdf.stated !== null && pdf.stated !== hex(sha256(pdf.document));
    await verify(pdf.document, name, { pdf: (judged) => ({ ...compare_text(judged.verdict, pdf.text), swapped }) });
  }
}

async function take_picture(file: Blob): Promise<void> {
  say("Đang tìm mã QR trong ảnh…", "Looking for a QR code in the picture…");
  const { code_in_picture } = await import("./image.js");
  let text: string | null = null;
  try {
    text = await code_in_picture(file);
  } catch {
    trouble("Không đọc được ảnh này.", "This picture can't be read.");
    return;
  }
  if (text === null) trouble("Không thấy mã QR nào trong ảnh. Hãy chụp thẳng, gần và rõ hơn.", "No QR code was found in the picture. Take it straight, closer and sharper.");
  else await take_code(text);
}

/** True if nothing more needs to be scanned. */
async function take_code(text: string): Promise<boolean> {
  const code = read_code(text);
  if (!code) {
    trouble("Đây không phải mã QR của hệ thống này.", "This is not a code of this system.");
    return false;
  }
  if (code.kind !== "slice") {
    await take_link(code);
    return true;
  }
  const step = await set_of_codes.add(code);
  const set = by_id("set");
  switch (step.state) {
    case "more":
      put(set, h("p", {}, t(`Đã đọc ${step.have.length} / ${step.n} mã. Hãy đưa mã tiếp theo.`, `${step.have.length} of ${step.n} codes read. Show the next one.`)),
        h("ol", { class: "codes", "aria-label": t("Các mã", "Codes") }, ...Array.from({ length: step.n }, (_, i) => {
          const have = step.have.includes(i + 1);
          return h("li", { class: have ? "have" : "" }, String(i + 1), h("span", { class: "hidden-text" }, have ? t(" đã đọc", " read") : t(" chưa có", " missing")));
        })));
      say(`Đã đọc ${step.have.length} / ${step.n} mã.`, `${step.have.length} of ${step.n} codes read.`);
      return false;
    case "other_set":
      put(set, h("p", {}, t("Mã này thuộc một văn bản khác.", "This code is of another document.")), h("button", { type: "button", class: "plain", click: () => { set_of_codes.start_over(); put(set); void take_code(text); } }, t("Bắt đầu lại với văn bản này", "Start over with that document")));
      return false;
    case "contradiction":
    case "damaged":
      set_of_codes.start_over();
      put(set);
      trouble("Các mã không khớp với nhau: không phải của cùng một bản in. Hãy quét lại từ đầu.", "The codes do not fit together: they are not of one print. Scan again from the beginning.");
      return false;
    case "whole":
      set_of_codes.start_over();
      put(set);
      await verify(step.file, t("bộ mã QR", "set of QR codes"), { by_code: true });
      return true;
  }
}

async function take_link(code: Exclude<Code, { kind: "slice" }>): Promise<void> {
  say("Đang lấy văn bản…", "Fetching the document…");
  try {
    if (code.kind === "record") {
      const answer = await request(`/v1/records/${code.id}/receipt`, { cache: "no-cache" });
      if (answer.status === 404) trouble("Không có bản ghi này trên sổ cái.", "There is no such record on the ledger.");
      else if (!answer.ok) throw new Error(String(answer.status));
      else await verify(new Uint8Array(await answer.arrayBuffer()), t("mã QR của bản ghi", "QR code of the record"), { by_code: true });
      return;
    }
    const answer = await request(`/v1/shared/${code.handle}`);
    if (answer.status === 404) {
      trouble("Liên kết này đã hết hạn hoặc không có. Hãy xin người có văn bản một liên kết mới.", "This link has expired or does not exist. Ask the holder for a new one.");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const file = await open_shared(new Uint8Array(await answer.arrayBuffer()), code.handle, code.key);
    if (file) await verify(file, t("liên kết chia sẻ", "shared link"), { by_code: true });
    else trouble("Không mở được văn bản: khóa trong liên kết không khớp, hoặc dữ liệu đã bị sửa.", "The document can't be opened: the key in the link does not fit, or the data was altered.");
  } catch {
    trouble("Không kết nối được với máy chủ. Bạn vẫn có thể kiểm tra tệp đã có trong máy.", "The server can't be reached. Files that you have can still be checked.");
  }
}

async function take_text(text: string): Promise<void> {
  const trimmed = text.trim();
  if (trimmed === "") {
    trouble("Chưa có nội dung nào được dán.", "Nothing was pasted.");
    return;
  }
  if (trimmed.startsWith("{")) await verify(new TextEncoder().encode(`${trimmed}\n`), t("nội dung được dán", "pasted text"));
  else await take_code(trimmed);
}

const looked_up = (file: Uint8Array, number: string): void => void verify(file, t(`tra cứu số ${number}`, `look-up of ${number}`));

// The page -----------------------------------------------------------------------------------------------------------

const panels = ["camera", "paste", "lookup"] as const;
function close_panels(): void {
  stop_camera?.();
  stop_camera = null;
  for (const p of panels) {
    by_id(`panel-${p}`).hidden = true;
    by_id(`open-${p}`).setAttribute("aria-expanded", "false");
  }
}
function open_panel(name: (typeof panels)[number]): void {
  const was_open = !by_id(`panel-${name}`).hidden;
  close_panels();
  if (was_open) return;
  by_id(`panel-${name}`).hidden = false;
  by_id(`open-${name}`).setAttribute("aria-expanded", "true");
  by_id(`panel-${name}`).scrollIntoView({ block: "nearest" });
  if (name === "camera") void start_camera();
  else by_id(`panel-${name}`).querySelector<HTMLElement>("textarea, input")!.focus();
}

async function start_camera(): Promise<void> {
  say("Đang mở máy ảnh…", "Opening the camera…");
  const { scan } = await import("./image.js");
  let last = "";
  try {
    const scanner = await scan(by_id("video") as HTMLVideoElement, (text) => {
      if (text === last) return;
      last = text;
      void take_code(text).then((done) => done && close_panels());
    });
    stop_camera = () => scanner.stop();
    by_id("panel-camera").scrollIntoView({ block: "nearest" });
    say("Hãy đưa mã QR vào trước máy ảnh.", "Hold the QR code in front of the camera.");
  } catch {
    close_panels();
    trouble("Không mở được máy ảnh. Hãy cho phép trang này dùng máy ảnh, hoặc chọn ảnh chụp mã QR.", "The camera can't be opened. Allow this page to use it, or choose a picture of the QR code.");
  }
}

function draw_known(): void {
  const network = the_network();
  const c = highest_known();
  const parts = [
    network ? h("span", {}, t("Mạng ", "Network "), h("code", {}, network.net)) : null,
    c ? h("span", {}, `${t("đã biết sổ cái đến khối", "ledger known up to block")} ${number(c.height)}`) : null,
    navigator.onLine ? null : h("span", {}, t("đang ngoại tuyến: vẫn kiểm tra được tệp", "offline: files can still be checked")),
  ].filter((x): x is HTMLSpanElement => x !== null);
  put(by_id("known"), ...parts);
  const list = [...known_troubles()].map((x) =>
    x === "fork"
      ? t("Máy chủ ghim một điểm kiểm tra trái với điểm mà trang này đã nhớ: có hai phiên bản của sổ cái. Hãy báo cho Sở.", "The server pins a checkpoint against the one that this page remembers: there are two versions of the ledger. Tell the department.")
      : t("Máy chủ nay đưa ra tệp gốc của một mạng khác. Trang này giữ tệp gốc đã biết. Hãy báo cho Sở.", "The server now gives the genesis file of another network. This page keeps the one it knows. Tell the department."));
  put(by_id("alarm"), ...list.map((text) => h("p", {}, icon("bad"), h("span", {}, text))));
}

/** All fixed texts, from the two attributes that stand in the HTML. */
function draw_language(): void {
  for (const e of document.querySelectorAll<HTMLElement>("[data-vi]")) e.textContent = t(e.dataset.vi!, e.dataset.en!);
  for (const e of document.querySelectorAll<HTMLElement>("[data-vi-placeholder]")) e.setAttribute("placeholder", t(e.dataset.viPlaceholder!, e.dataset.enPlaceholder!));
  document.title = t("Kiểm chứng văn bằng, học bạ · Stele", "Verify diplomas and transcripts · Stele");
  for (const lang of ["vi", "en"] as const) by_id(`lang-${lang}`).setAttribute("aria-pressed", String(lang === language()));
  if (message) {
    const trouble_shown = by_id("status").querySelector(".trouble");
    if (trouble_shown) trouble(message.vi, message.en);
    else say(message.vi, message.en);
  }
  if (shown) show(shown, false);
  draw_known();
}

function wire(): void {
  const input = by_id("file") as HTMLInputElement;
  by_id("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) void take_file(file);
  });
  const zone = by_id("drop");
  for (const type of ["dragover", "dragenter"]) {
    addEventListener(type, (e) => {
      e.preventDefault();
      zone.classList.add("over");
    });
  }
  addEventListener("dragleave", (e) => (e.relatedTarget === null ? zone.classList.remove("over") : undefined));
  addEventListener("drop", (e) => {
    e.preventDefault();
    zone.classList.remove("over");
    const file = e.dataTransfer?.files[0];
    if (file) void take_file(file);
    else void take_text(e.dataTransfer?.getData("text/plain") ?? "");
  });
  addEventListener("paste", (e) => {
    if (e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLInputElement) return;
    const file = e.clipboardData?.files[0];
    if (file) void take_file(file);
    else void take_text(e.clipboardData?.getData("text/plain") ?? "");
  });
  for (const p of panels) by_id(`open-${p}`).addEventListener("click", () => open_panel(p));
  by_id("paste-form").addEventListener("submit", (e) => {
    e.preventDefault();
    void take_text((by_id("paste-text") as HTMLTextAreaElement).value);
  });
  put(by_id("panel-lookup"), look_up_form("lookup", looked_up));
  by_id("camera-stop").addEventListener("click", () => {
    close_panels();
    by_id("open-camera").focus();
  });
  for (const lang of ["vi", "en"] as const) {
    by_id(`lang-${lang}`).addEventListener("click", () => {
      set_language(lang);
      draw_language();
    });
  }
  for (const type of ["online", "offline"]) addEventListener(type, draw_known);
  addEventListener("hashchange", open_fragment);
  addEventListener("keydown", (e) => (e.key === "Escape" ? close_panels() : undefined));
}

function open_fragment(): void {
  if (location.hash.length < 2) return;
  const code = read_fragment(location.hash.slice(1));
  if (code && code.kind !== "slice") void take_link(code);
  else trouble("Liên kết này không phải liên kết của hệ thống.", "This link is not one of this system.");
}

/** Fetching and compiling all that the page needs offline takes as much of the machine as a verdict does: it waits until
 * nobody waits for one. */
const quiet_ms = 3000;
function keep_for_offline(): void {
  if (under_way > 0) setTimeout(keep_for_offline, quiet_ms);
  else void navigator.serviceWorker.register("/sw.js");
}

wake();
set_language(first_language());
wire();
ready = start().then(
  () => true,
  () => false,
);
draw_language();
void ready.then((ok) => {
  draw_known();
  if (!ok) no_genesis();
});
open_fragment();
if ("serviceWorker" in navigator && import.meta.env.PROD) setTimeout(keep_for_offline, quiet_ms);
