// Explorer and operations: what the verifier counts of the public ledger. No personal data; nothing here is a verdict.
import "../page/style.css";
import { by_id, h, put, svg, type Child } from "../page/dom.js";
import { date_time, day, first_language, language, number, set_language, t } from "../page/language.js";
import { type_words, word } from "../verdict/type_words.js";

interface Explorer {
  net: string;
  mode: string;
  final: { height: number; hash: string; size: number; time: string };
  complete: boolean;
  records: Record<string, number>;
  statuses: Record<string, number>;
  pending: number;
  orgs: number;
  validators: { total: number; quorum: number; voting: number };
  alarms: number;
}
interface Block {
  height: number;
  time: string;
  size: number;
  records: number;
  types: Record<string, number>;
  votes: string[];
}
interface Validator {
  number: number;
  id: string;
  votes: number;
  share: string;
  last?: { height: number; time: string };
  health: "ok" | "late" | "silent";
}
interface Day {
  date: string;
  records: number;
  types: Record<string, number>;
  edits: number;
}
interface Share {
  expected: number;
  signed: number;
  share?: string;
}
interface Office {
  org: string;
  kind: string;
  name: string;
  children: number;
  sheets: Share;
  below: Share;
  classes: number;
  transcripts: number;
  diplomas: number;
  edits: number;
  revocations: number;
}
interface Alarm {
  code: string;
  severity: "critical" | "warning";
  since?: string;
  where?: string;
  vi: string;
  en: string;
}
interface All {
  explorer: Explorer;
  blocks: Block[];
  validators: Validator[];
  days: Day[];
  offices: Office[];
  year: string;
  alarms: Alarm[];
}

const get = async <T>(path: string): Promise<T> => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return (await answer.json()) as T;
};
const seconds = (utc: string): number => Date.parse(utc) / 1000;

async function fetch_all(): Promise<All> {
  const [explorer, blocks, validators, days, offices, alarms] = await Promise.all([
    get<Explorer>("/v1/explorer"), get<{ blocks: Block[] }>("/v1/explorer/blocks?limit=20"), get<{ validators: Validator[] }>("/v1/explorer/validators"),
    get<{ days: Day[] }>("/v1/explorer/days?limit=60"), get<{ offices: Office[]; year: string }>("/v1/explorer/offices?limit=200"), get<{ alarms: Alarm[] }>("/v1/explorer/alarms"),
  ]);
  return { explorer, blocks: blocks.blocks, validators: validators.validators, days: days.days, offices: offices.offices, year: offices.year, alarms: alarms.alarms };
}

/** Of Vietnam in Vietnamese, ISO in English, as in the verdict. */
const date = (iso: string): string => (language() === "vi" ? day(iso) : iso);

const section = (title: string, ...children: Child[]): HTMLElement => h("section", { class: "card" }, h("h2", {}, title), ...children);
const table = (caption: string, head: [string, boolean][], rows: Child[][]): HTMLElement =>
  h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {}, h("caption", { class: "hidden-text" }, caption),
      h("thead", {}, h("tr", {}, ...head.map(([text, n]) => h("th", { scope: "col", class: n ? "n" : "" }, text)))),
      h("tbody", {}, ...rows.map((r) => h("tr", {}, ...r.map((c, i) => h("td", { class: head[i]![1] ? "n" : "words" }, c)))))));

/** Bars, oldest left. The table below says the same in numbers. */
function bars(days: Day[]): SVGElement {
  const list = [...days].reverse();
  const top = Math.max(1, ...list.map((d) => d.records));
  const width = 720;
  const height = 180;
  const step = (width - 40) / Math.max(list.length, 1);
  return svg("svg", { viewBox: `0 0 ${width} ${height + 24}`, class: "plot", role: "img", "aria-label": t("Số bản ghi mỗi ngày", "Records a day") },
    svg("line", { class: "axis", x1: 36, x2: width, y1: height, y2: height }),
    svg("text", { x: 30, y: 14, "text-anchor": "end" }, number(top)), svg("text", { x: 30, y: height, "text-anchor": "end" }, "0"),
    ...list.map((d, i) => {
      const tall = (d.records / top) * (height - 8);
      return svg("rect", { class: "bar", x: 38 + i * step, y: height - tall, width: Math.max(1, Math.min(28, step - 2)), height: tall }, svg("title", {}, `${date(d.date)}: ${d.records}`));
    }),
    ...(list.length ? [svg("text", { x: 38, y: height + 18 }, date(list[0]!.date)), svg("text", { x: width, y: height + 18, "text-anchor": "end" }, date(list.at(-1)!.date))] : []));
}
function share_bar(s: Share): Child {
  if (s.share === undefined) return "–";
  const part = Math.min(1, Math.max(0, Number(s.share)));
  return h("span", {}, svg("svg", { viewBox: "0 0 90 12", class: "share plot", "aria-hidden": "true" }, svg("rect", { class: "bar rest", width: 90, height: 12, rx: 3 }), svg("rect", { class: "bar", width: 90 * part, height: 12, rx: 3 })), `${Math.round(part * 1000) / 10} % (${number(s.signed)}/${number(s.expected)})`);
}
const health: Record<Validator["health"], readonly [string, string]> = { ok: ["đang bỏ phiếu", "voting"], late: ["chậm", "late"], silent: ["im lặng", "silent"] };

function view(a: All): Child[] {
  const e = a.explorer;
  const figure = (name: string, value: string): HTMLElement => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  const types = (x: Record<string, number>): string => Object.entries(x).map(([k, n]) => `${number(n)} ${word(type_words, k, language())}`).join(", ") || "–";
  return [
    a.alarms.length ? h("div", { id: "alarm" }, ...a.alarms.map((x) => h("p", { "data-code": x.code }, h("span", {}, h("strong", {}, x.severity === "critical" ? t("Nghiêm trọng: ", "Critical: ") : t("Chú ý: ", "Warning: ")), x[language()])))) : h("p", { class: "fine" }, t("Không có cảnh báo nào.", "There are no alarms.")),
    e.complete ? null : h("p", { class: "fine" }, t("Máy chủ còn đang đọc sổ cái; số liệu chưa đủ.", "The server is still reading its ledger; the figures are not complete.")),
    h("dl", { class: "figures" },
      figure(t("Khối chung cuộc", "Final block"), number(e.final.height)), figure(t("Bản ghi", "Records"), number(e.final.size)), figure(t("Đơn vị", "Organisations"), number(e.orgs)),
      figure(t("Nút đang bỏ phiếu", "Validators voting"), `${e.validators.voting}/${e.validators.total}`), figure(t("Chờ chữ ký", "Awaiting signatures"), number(e.pending)), figure(t("Đã thu hồi", "Revoked"), number(e.statuses.revoked ?? 0))),
    h("div", { class: "grid" },
      section(t("Bản ghi mỗi ngày", "Records a day"), bars(a.days),
        table(t("Bản ghi mỗi ngày", "Records a day"), [[t("Ngày", "Day"), false], [t("Bản ghi", "Records"), true], [t("Loại", "Kinds"), false], [t("Dòng sửa", "Rows amended"), true]], a.days.slice(0, 10).map((d) => [date(d.date), number(d.records), types(d.types), number(d.edits)]))),
      section(t("Bản ghi theo loại", "Records by kind"), table(t("Bản ghi theo loại", "Records by kind"), [[t("Loại", "Kind"), false], [t("Số", "Number"), true]], Object.entries(e.records).sort((x, y) => y[1] - x[1]).map(([k, n]) => [word(type_words, k, language()), number(n)]))),
      section(t(`Bảng điểm đã ký, năm học ${a.year}`, `Sheets signed, school year ${a.year}`), table(t("Bảng điểm đã ký theo đơn vị", "Sheets signed by organisation"), [[t("Đơn vị", "Organisation"), false], [t("Của đơn vị", "Its own"), false], [t("Gồm cấp dưới", "With all below"), false], [t("Học bạ", "Transcripts"), true], [t("Văn bằng", "Diplomas"), true], [t("Dòng sửa", "Rows amended"), true], [t("Thu hồi", "Revocations"), true]],
        a.offices.map((o) => [h("span", {}, o.name, h("br"), h("code", {}, o.org)), share_bar(o.sheets), share_bar(o.below), number(o.transcripts), number(o.diplomas), number(o.edits), number(o.revocations)]))),
      section(t("Nút xác nhận", "Validators"), table(t("Nút xác nhận", "Validators"), [["№", true], [t("Tên", "Id"), false], [t("Tình trạng", "Health"), false], [t("Tỉ lệ phiếu", "Share of votes"), true], [t("Phiếu cuối", "Last vote"), false]],
        a.validators.map((v) => [String(v.number), v.id, t(...health[v.health]), `${Math.round(Number(v.share) * 100)} %`, v.last ? `${number(v.last.height)} · ${date_time(seconds(v.last.time))}` : "–"]))),
      section(t("Khối mới nhất", "Newest blocks"), table(t("Khối mới nhất", "Newest blocks"), [[t("Khối", "Block"), true], [t("Thời gian", "Time"), false], [t("Bản ghi", "Records"), true], [t("Loại", "Kinds"), false], [t("Phiếu", "Votes"), true]],
        a.blocks.map((b) => [number(b.height), date_time(seconds(b.time)), number(b.records), types(b.types), String(b.votes.length)])))),
    h("p", { class: "fine" }, t("Mạng ", "Network "), h("code", {}, e.net), " · ", h("code", {}, e.final.hash), ` · ${date_time(seconds(e.final.time))}`),
  ];
}

let all: All | null = null;
function draw(): void {
  document.title = t("Sổ cái · Stele", "The ledger · Stele");
  by_id("title").textContent = t("Sổ cái và tình trạng mạng", "The ledger and the state of the network");
  by_id("lead").textContent = t("Đếm từ các khối công khai; không có dữ liệu cá nhân.", "Counted from public blocks; no personal data.");
  by_id("back").textContent = t("Kiểm chứng văn bằng", "Verify a document");
  for (const lang of ["vi", "en"] as const) by_id(`lang-${lang}`).setAttribute("aria-pressed", String(lang === language()));
  if (all) put(by_id("view"), ...view(all));
}
set_language(first_language());
for (const lang of ["vi", "en"] as const) {
  by_id(`lang-${lang}`).addEventListener("click", () => {
    set_language(lang);
    draw();
  });
}
draw();
async function turn(): Promise<void> {
  try {
    all = await fetch_all();
    by_id("status").textContent = "";
    draw();
  } catch {
    by_id("status").textContent = t("Không lấy được số liệu từ máy chủ.", "The figures can't be had from the server.");
  }
  setTimeout(() => void turn(), 60_000);
}
void turn();
