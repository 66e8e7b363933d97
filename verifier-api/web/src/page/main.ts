// The verification page: takes a document in any of its forms, has it judged, shows the verdict.
import "./style.css";
import { CodeSet, open_shared, read_code, read_fragment, type Code } from "./codes.js";
import { by_id, h, put } from "./dom.js";
import { examine, type Given } from "./examine.js";
import { read_given } from "./intake.js";
import { first_language, language, number, set_language, t } from "./language.js";
import { highest_known, known_troubles, start, the_network } from "./ledger.js";
import { look_up_form } from "./look_up.js";
import { wake } from "./messages.js";
import { request } from "./net.js";
import { icon, result, type Shown } from "./result.js";
import { Several } from "./several.js";

let shown: Shown | null = null;
/** Many files at once; behind what is shown of one of them, too. */
let list: Several | null = null;
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
  list = null;
  shown = null;
  put(by_id("result"));
  document.body.classList.remove("has-result");
  message = { vi, en };
  put(by_id("status"), h("p", { class: "trouble" }, icon("caution"), h("span", {}, t(vi, en))));
}

// Verifying ----------------------------------------------------------------------------------------------------------

let under_way = 0;
async function verify(given: Given, behind: Several | null = null): Promise<void> {
  const mine = ++job;
  list = behind;
  close_panels();
  say("Đang kiểm tra…", "Checking…");
  under_way++;
  try {
    if (!(await ready)) no_genesis();
    else await examine(given, looked_up, (s, first) => mine === job && show(s, first));
  } catch {
    if (mine === job) trouble("Trang này không kiểm tra được nữa. Hãy tải lại trang rồi thử lại.", "This page can't check any more. Reload it, then try again.");
  } finally {
    under_way--;
  }
}

/** Many at once, one after another; a list tells what each comes to. */
async function verify_all(files: File[]): Promise<void> {
  job++;
  close_panels();
  const mine = new Several(files);
  list = mine;
  show_list(true);
  under_way++;
  try {
    if (await ready) await mine.run(looked_up, () => list === mine);
    else no_genesis();
  } finally {
    under_way--;
  }
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
    list
      ? h("button", { type: "button", class: "plain", click: () => show_list(true) }, t("← Danh sách", "← The list"))
      : h("button", { type: "button", class: "plain", click: again }, t("← Văn bản khác", "← Another document")),
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
function show_list(focus: boolean): void {
  if (!list) return;
  const files = list;
  shown = null;
  message = null;
  put(by_id("status"));
  put(by_id("result"), h("div", { class: "toolbar no-print" },
    h("button", { type: "button", class: "plain", click: again }, t("← Văn bản khác", "← Other documents")),
    h("button", { type: "button", class: "plain", click: () => download(t("ket-qua-kiem-chung.csv", "verdicts.csv"), files.csv()) }, t("Tải bảng (CSV)", "Table (CSV)")),
    h("button", { type: "button", class: "plain", click: () => print() }, t("In kết quả", "Print"))), ...files.view((s) => show(s, true)));
  document.body.classList.add("has-result");
  if (!focus) return;
  by_id("list-title").focus({ preventScroll: true });
  by_id("result").scrollIntoView({ block: "start" });
}
function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
function again(): void {
  job++;
  list = null;
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

async function take_files(files: File[]): Promise<void> {
  if (files.length > 1) await verify_all(files);
  else if (files[0]) await take_file(files[0]);
}
async function take_file(file: File): Promise<void> {
  list = null;
  say("Đang đọc tệp…", "Reading the file…");
  const given = await read_given(file);
  if (given === "picture") await take_picture(file);
  else if ("bytes" in given) await verify(given);
  else trouble(given.vi, given.en);
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
      await verify({ bytes: step.file, source: t("bộ mã QR", "set of QR codes"), by_code: true });
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
      else await verify({ bytes: new Uint8Array(await answer.arrayBuffer()), source: t("mã QR của bản ghi", "QR code of the record"), by_code: true });
      return;
    }
    const answer = await request(`/v1/shared/${code.handle}`);
    if (answer.status === 404) {
      trouble("Liên kết này đã hết hạn hoặc không có. Hãy xin người có văn bản một liên kết mới.", "This link has expired or does not exist. Ask the holder for a new one.");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const file = await open_shared(new Uint8Array(await answer.arrayBuffer()), code.handle, code.key);
    if (file) await verify({ bytes: file, source: t("liên kết chia sẻ", "shared link"), by_code: true });
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
  if (trimmed.startsWith("{")) await verify({ bytes: new TextEncoder().encode(`${trimmed}\n`), source: t("nội dung được dán", "pasted text") });
  else await take_code(trimmed);
}

const looked_up = (file: Uint8Array, number: string): void => void verify({ bytes: file, source: t(`tra cứu số ${number}`, `look-up of ${number}`) }, list);

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
  else show_list(false);
  draw_known();
}

function wire(): void {
  const input = by_id("file") as HTMLInputElement;
  by_id("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    void take_files(files);
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
    const files = [...(e.dataTransfer?.files ?? [])];
    if (files.length > 0) void take_files(files);
    else void take_text(e.dataTransfer?.getData("text/plain") ?? "");
  });
  addEventListener("paste", (e) => {
    if (e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLInputElement) return;
    const files = [...(e.clipboardData?.files ?? [])];
    if (files.length > 0) void take_files(files);
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
