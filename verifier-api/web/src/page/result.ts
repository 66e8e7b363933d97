// What a verdict looks like: the conclusion, the steps that lead to it, and beside it what the document says.
import type { FigureTrace } from "../verdict/provenance.js";
import { plain, type Json } from "../verdict/json.js";
import type { Verdict } from "../verdict/judge.js";
import { claim_name, claim_words, date_text, figure_text, role_words, type_words, word, type PartName, type PartVerdict } from "../verdict/words.js";
import type { PrintCheck } from "./compare.js";
import { h, svg, type Child } from "./dom.js";
import { headline, tone_of, type Freshness, type Headline, type Tone } from "./headline.js";
import { claim_labels, claim_order, figure_label, label, level_labels, promotion_labels, reason_labels, title_labels } from "./labels.js";
import { date_time, day, language, number, t } from "./language.js";
import type { Judged, Known } from "./messages.js";

const shapes: Record<Tone | "none", string> = {
  good: "M5 12.5l4.5 4.5L19 7.5",
  caution: "M12 6v8m0 3.5v.5",
  bad: "M7 7l10 10M17 7L7 17",
  none: "M7 12h10",
};
export const icon = (shape: Tone | "none"): SVGElement =>
  svg("svg", { viewBox: "0 0 24 24", class: `icon ${shape}`, "aria-hidden": "true", focusable: "false" }, svg("circle", { cx: 12, cy: 12, r: 11 }), svg("path", { d: shapes[shape] }));

export interface Shown {
  source: string;
  judged: Judged;
  /** What the server added, or tried to. */
  notes: Note[];
  checked_at: number;
  known: Known | null;
  max_days: number;
  network: string;
  fresh: Freshness;
  pdf?: PrintCheck;
  /** By a code or a link, which paper may carry. */
  by_code: boolean;
  /** Where the paper was not checked. */
  look_up: HTMLElement;
}
export interface Note {
  tone: Tone | "none";
  vi: string;
  en: string;
}

const part_titles: Record<PartName, readonly [string, string]> = {
  file: ["Tệp", "File"], signature: ["Chữ ký", "Signature"], authority: ["Thẩm quyền khi ký", "Authority then"], inclusion: ["Trên sổ cái", "On the ledger"],
  finality: ["Chung cuộc", "Final"], status: ["Tình trạng", "Status"], disclosures: ["Nội dung", "Contents"], provenance: ["Nguồn gốc điểm", "Origin of marks"],
};
const answers = { ok: ["đạt", "passed"], failed: ["không đạt", "failed"], not_checked: ["chưa xác nhận", "not confirmed"] } as const;
const title = (words: readonly [string, string]): string => t(words[0], words[1]);
const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);

// The conclusion -----------------------------------------------------------------------------------------------------

export const headline_of = (s: Shown): Headline => headline(s.judged.verdict, s.fresh, s.pdf ?? null, s.by_code);

function banner(s: Shown): HTMLElement {
  const v = s.judged.verdict;
  const head = headline_of(s);
  const reason = v.cut ? undefined : v.parts.filter((p) => p.answer === "failed").concat(v.outcome === "status_too_old" ? v.parts.filter((p) => p.part === "status") : [])[0];
  const what = v.type ? capital(word(type_words, v.type, language())) : "";
  const by = v.signer ? `${v.signer.name} (${v.signer.title})` : "";
  return h("section", { class: `banner ${head.tone}`, "aria-labelledby": "outcome" },
    icon(head.tone),
    h("div", {},
      h("h1", { id: "outcome", tabindex: "-1", "data-outcome": v.outcome, "data-fresh": s.fresh.state, "data-tone": head.tone }, head[language()]),
      head.advice ? h("p", { class: "advice" }, head.advice[language()]) : null,
      what ? h("p", { class: "about" }, [what, v.org_name, by && t(`ký bởi ${by}`, `signed by ${by}`)].filter(Boolean).join(" · ")) : null,
      reason && head.tone !== "good" && head.tone !== "none" ? h("p", { class: "reason" }, h("strong", {}, `${title(part_titles[reason.part])}: `), capital(reason[language()]), ".") : null));
}

// Steps --------------------------------------------------------------------------------------------------------------

function step(p: PartVerdict, v: Verdict): HTMLElement {
  const asks = p.part === "status" && v.outcome === "status_too_old";
  const shape = p.answer === "ok" ? "good" : asks ? "caution" : p.answer === "failed" ? (tone_of(v.outcome) === "caution" ? "caution" : "bad") : "none";
  return h("li", { class: `step ${p.answer}`, "data-part": p.part, "data-answer": p.answer, "data-code": p.code },
    icon(shape),
    h("div", {},
      h("h3", {}, title(part_titles[p.part]), h("span", { class: "answer" }, title(answers[p.answer]))),
      h("p", {}, `${capital(p[language()])}.`)));
}

/** What was not reached says so once, not part by part. */
function not_reached(parts: PartVerdict[]): HTMLElement | null {
  if (parts.length === 0) return null;
  return h("li", { class: "step not_checked", "data-not-reached": parts.map((p) => p.part).join(" ") },
    icon("none"), h("div", {}, h("p", {}, `${t("Không kiểm tra vì phần trước không đạt: ", "Not checked, since an earlier part failed: ")}${parts.map((p) => title(part_titles[p.part])).join(", ")}.`)));
}

function steps(s: Shown): HTMLElement {
  const v = s.judged.verdict;
  const missed = v.parts.filter((p) => p.code === "not_reached");
  const seconds = v.second_signatures.map((x) =>
    h("li", {}, `${capital(word(type_words, x.type, language()))}: ${[x.name || x.person, x.title].filter(Boolean).join(", ")} · ${word(role_words, x.role, language())} · ${t("khối", "block")} ${number(x.height)}`));
  const line = v.signer_orgs.map((o) => v.org_names.get(o) ?? o).join(" → ");
  return h("section", { class: "card steps", "aria-labelledby": "steps-title" },
    h("h2", { id: "steps-title" }, t("Từng bước kiểm tra", "Each step checked")),
    h("ol", {}, ...v.parts.filter((p) => !missed.includes(p)).map((p) => step(p, v)), not_reached(missed)),
    line ? h("p", { class: "fine" }, `${t("Đơn vị của người ký", "The signer's organisation")}: ${line}`) : null,
    seconds.length ? h("div", { class: "fine" }, h("p", {}, t("Chữ ký thứ hai đã được chứng minh:", "Second signatures proven:")), h("ul", {}, ...seconds)) : null);
}

// Contents -----------------------------------------------------------------------------------------------------------

export function claim_text(name: string, value: Json): string {
  if (name === "signer" && value instanceof Map) return `${String(value.get("name"))} (${String(value.get("title"))})`;
  if (name === "year" && typeof value === "string") return `${value}–${Number(value) + 1}`;
  if (typeof value === "string" && claim_labels[name]) return label(claim_labels[name], value, language());
  if (name === "basis" && Array.isArray(value)) return t(`${value.length} học bạ`, value.length === 1 ? "1 transcript" : `${value.length} transcripts`);
  if (typeof value === "string") return day(value);
  return JSON.stringify(plain(value));
}

function contents(s: Shown): HTMLElement {
  const v = s.judged.verdict;
  const claims = new Map(v.claims.map((c) => [c.name, c.value]));
  const shown = claim_order.filter((n) => claims.has(n));
  const heading = h("h2", { id: "contents-title" }, t("Văn bản nói gì", "What the document says"));
  const rows = (list: string[], of: Map<string, Json>): HTMLElement =>
    h("dl", {}, ...list.flatMap((n) => [h("dt", {}, capital(word(claim_words, n, language()))), h("dd", { "data-claim": n }, claim_text(n, of.get(n)!))]));
  if (v.claims.length === 0 && v.sound.length > 0 && v.parts.every((p) => p.answer === "ok" || p.part === "disclosures" || p.part === "provenance")) {
    const sound = new Map(v.sound.map((c) => [c.name, c.value]));
    const names = v.doubtful.map((n) => claim_name(n, v.subject_names)[language() === "vi" ? 0 : 1]).join(", ");
    return h("section", { class: "card contents", "aria-labelledby": "contents-title" }, heading,
      h("p", { class: "warning-line" }, names ? t(`Chỉ hiện những mục đúng với bản đã ký. Mục bị sửa không hiện: ${names}.`, `Only items that stand in the signed document are shown. Altered, and not shown: ${names}.`) : t("Chỉ hiện những mục đúng với bản đã ký.", "Only items that stand in the signed document are shown.")),
      rows(claim_order.filter((n) => sound.has(n)), sound));
  }
  if (v.claims.length === 0) {
    const why = v.outcome === "unreadable" || v.outcome === "other_network" || v.parts[0]!.answer !== "ok" || v.parts.some((p) => p.part === "disclosures" && p.answer === "failed")
      ? t("Nội dung không được hiện, vì nó không được chứng minh là nội dung đã ký.", "The contents are not shown, since they are not proven to be what was signed.")
      : t("Tệp này không mang nội dung cá nhân.", "This file carries no personal content.");
    return h("section", { class: "card contents", "aria-labelledby": "contents-title" }, heading, h("p", {}, why));
  }
  const grades = transcript(v);
  return h("section", { class: "card contents", "aria-labelledby": "contents-title" },
    heading,
    ["caution", "bad"].includes(headline_of(s).tone) ? h("p", { class: "warning-line" }, t("Đọc cùng với kết luận ở trên.", "Read together with the conclusion above.")) : null,
    rows(shown, claims),
    ...grades);
}

const decimal = (text: string): string => (language() === "vi" ? text.replace(/(\d)\.(\d)/g, "$1,$2") : text);
const figure_words = (f: FigureTrace): string => decimal(figure_label(f.figure, language()));

function transcript(v: Verdict): Child[] {
  const subjects = [...new Set(v.figures.filter((f) => f.subject).map((f) => f.subject))];
  if (subjects.length === 0 && !v.figures.length) return [];
  const of = (subject: string): FigureTrace[] => v.figures.filter((f) => f.subject === subject);
  // As the rules list them; a subject that they do not know stands last.
  const rank = (subject: string): number => of(subject).find((f) => f.rank !== undefined && f.rank >= 0)?.rank ?? 1000;
  subjects.sort((a, b) => rank(a) - rank(b));
  const rows = subjects.map((code) => {
    const list = of(code);
    const terms = list.filter((f) => f.kind === "term");
    const cell = (f: FigureTrace | undefined): HTMLElement => h("td", { class: "mark" }, f ? figure_words(f) : "–");
    const retest = list.find((f) => f.kind === "retest");
    const year = list.find((f) => f.kind === "year");
    const id = `why-${code}`;
    const more = h("tr", { id, class: "why", hidden: true }, h("td", { colspan: 4 }, ...list.map((f) => why(f, v))));
    const button = h("button", { type: "button", class: "expand", "aria-expanded": "false", "aria-controls": id, click: () => toggle(button, more) }, h("span", { class: "arrow", "aria-hidden": "true" }), list[0]!.name);
    return [
      h("tr", { "data-subject": code }, h("th", { scope: "row" }, button), cell(terms.find((f) => f.term === first_term(v))), cell(terms.find((f) => f.term !== first_term(v))),
        h("td", { class: "mark" }, year ? figure_words(year) : "–", retest ? h("small", {}, t(" (thi lại)", " (re-test)")) : null)),
      more,
    ];
  });
  const summary = v.figures.find((f) => f.kind === "summary");
  return [
    h("h3", { class: "marks-title" }, t("Bảng điểm", "Marks")),
    h("p", { class: "fine no-print" }, t("Chọn một môn để xem ai đã cho điểm, khi nào, và điểm được tính ra sao.", "Choose a subject to see who gave the marks, when, and how they were computed.")),
    h("div", { class: "scroll" },
      h("table", { class: "marks" },
        h("caption", { class: "hidden-text" }, t("Điểm theo môn học", "Marks by subject")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("Môn", "Subject")), h("th", { scope: "col" }, t("HK I", "Term 1")), h("th", { scope: "col" }, t("HK II", "Term 2")), h("th", { scope: "col" }, t("Cả năm", "Year")))),
        h("tbody", {}, ...rows.flat()))),
    summary?.summary ? summary_card(summary, v) : null,
  ];
}
const first_term = (v: Verdict): string => v.figures.filter((f) => f.kind === "term").map((f) => f.term).sort()[0] ?? "";

function toggle(button: HTMLElement, row: HTMLElement): void {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  row.hidden = open;
}

function summary_card(f: FigureTrace, v: Verdict): HTMLElement {
  const s = f.summary!;
  const conduct = s.conduct.year ?? s.conduct.t2 ?? s.conduct.t1;
  const pairs: [string, string][] = [];
  if (conduct !== undefined) pairs.push([t("Rèn luyện", "Conduct"), label(level_labels, conduct, language())]);
  if (s.learning !== undefined) pairs.push([t("Học tập", "Learning"), label(level_labels, s.learning, language())]);
  if (s.title !== undefined) pairs.push([t("Danh hiệu", "Title"), label(title_labels, s.title, language())]);
  if (s.promotion !== undefined) pairs.push([t("Lên lớp", "Promotion"), label(promotion_labels, s.promotion, language())]);
  if (s.absences !== undefined) pairs.push([t("Số buổi nghỉ", "Sessions absent"), String(s.absences)]);
  return h("div", { class: "summary" },
    h("h3", {}, t("Kết quả cả năm", "Summary of the year")),
    h("dl", {}, ...pairs.flatMap(([k, x]) => [h("dt", {}, k), h("dd", {}, x)])),
    h("details", { class: "no-print" }, h("summary", {}, t("Ai đã ký kết quả này?", "Who signed this summary?")), why(f, v)));
}

function why(f: FigureTrace, v: Verdict): HTMLElement {
  const term = f.kind === "year" ? t("Cả năm", "Year") : f.kind === "retest" ? t("Thi lại", "Re-test") : f.kind === "summary" ? "" : f.term === first_term(v) ? t("Học kỳ I", "First term") : t("Học kỳ II", "Second term");
  const pairs: [string, Child][] = [];
  const entry = (e: { mark?: string; missing?: string } | undefined): string => (e ? figure_text(e as never, language()) : "–");
  if (f.detail?.regular) pairs.push([t("Thường xuyên", "Regular"), f.detail.regular.map(entry).join("  ")], [t("Giữa kỳ", "Mid-term"), entry(f.detail.mid)], [t("Cuối kỳ", "Final"), entry(f.detail.final)]);
  if (f.sum) pairs.push([t("Tính lại", "Computed"), decimal(`${f.sum} = ${f.figure.mark ?? ""}`)]);
  if (f.detail?.comment) pairs.push([t("Nhận xét", "Comment"), f.detail.comment]);
  if (f.signer) {
    pairs.push([t("Người ký", "Signed by"), [f.signer.name || f.signer.person, f.signer.title].filter(Boolean).join(", ")]);
    pairs.push([t("Vai trò khi đó", "Role then"), word(role_words, f.signer.role, language())]);
    pairs.push([t("Đơn vị", "Organisation"), (f.org_line ?? []).map((o) => v.org_names.get(o) ?? o).join(" → ")]);
  }
  if (f.amended_sheet) pairs.push([t("Đã sửa", "Amended"), `${t("bảng gốc", "original")} ${f.amended_sheet.slice(0, 10)}…; ${t("lý do", "reason")}: ${f.amend_reason === undefined ? "" : label(reason_labels, f.amend_reason, language())}`]);
  if (f.block) pairs.push([t("Sổ cái", "Ledger"), `${t("khối", "block")} ${number(f.block.height)}, ${date_text(f.block.time, language())}, ${t("bản ghi số", "record")} ${number(f.index ?? 0)}, ${t("chung cuộc", "final")}`]);
  if (f.sheet) pairs.push([t("Bảng điểm", "Sheet"), h("code", {}, `${f.sheet}, ${t("dòng", "row")} ${f.row}`)]);
  if (f.kind === "year" && !f.sum) pairs.push([t("Nguồn", "Source"), t("theo quy định đánh giá, từ điểm học kỳ", "by the rules of assessment, from the terms")]);
  return h("div", { class: "trace" }, f.kind === "summary" ? null : h("h4", {}, `${term}: `, h("span", { class: "figure" }, figure_words(f))), h("dl", {}, ...pairs.flatMap(([k, x]) => [h("dt", {}, k), h("dd", {}, x)])));
}

// The whole ----------------------------------------------------------------------------------------------------------

function proof(s: Shown): HTMLElement {
  const v = s.judged.verdict;
  const pairs: [string, Child][] = [[t("Nguồn", "Source"), s.source], [t("Kiểm tra lúc", "Checked at"), date_time(s.checked_at)], [t("Mạng", "Network"), h("code", {}, s.network)]];
  if (v.id) pairs.push([t("Bản ghi", "Record"), h("code", {}, v.id)]);
  if (v.block) pairs.push([t("Ghi vào sổ cái", "Entered the ledger"), `${t("khối", "block")} ${number(v.block.height)}, ${date_time(v.block.time)}`]);
  if (v.status) pairs.push([t("Tình trạng tính đến", "Status as of"), `${t("khối", "block")} ${number(v.status.as_of.height)}, ${date_time(v.status.as_of.time)}`], [t("Điểm kiểm tra", "Checkpoint"), h("code", {}, v.status.hash)]);
  if (s.known) pairs.push([t("Trang này nhớ", "This page remembers"), h("span", {}, `${t("khối", "block")} ${number(s.known.height)} · `, h("code", {}, s.known.hash))]);
  pairs.push([t("Bằng chứng tình trạng dùng được", "Status proofs are good for"), t(`${s.max_days} ngày`, `${s.max_days} days`)]);
  pairs.push([t("Thời gian kiểm tra", "Time taken"), `${Math.max(1, Math.round(s.judged.ms))} ms`]);
  return h("section", { class: "card proof", "aria-labelledby": "proof-title" }, h("h2", { id: "proof-title" }, t("Căn cứ của kết luận", "What this rests on")), h("dl", {}, ...pairs.flatMap(([k, x]) => [h("dt", {}, k), h("dd", {}, x)])));
}

function pdf_notes(p: PrintCheck): Note[] {
  const out: Note[] = [];
  if (p.swapped) out.push({ tone: "bad", vi: "Tệp đính kèm không phải tệp mà bản PDF này được in ra: đã bị tráo.", en: "The attached file is not the one that this PDF was printed from: it was swapped." });
  if (p.differences.length) {
    const list = (i: 0 | 1): string => p.differences.map((d) => d.name[i]).join(", ");
    out.push({ tone: "bad", vi: `Chữ in trong PDF khác với văn bản đã ký ở: ${list(0)}. Chỉ tin nội dung hiện trên trang này.`, en: `The print in the PDF differs from the signed document in: ${list(1)}. Trust only the contents shown on this page.` });
  } else if (p.compared > 0) out.push({ tone: "good", vi: `Đã thấy đủ ${p.compared} mục của văn bản trong chữ in của PDF.`, en: `All ${p.compared} items of the document were found in the text of the PDF.` });
  if (p.no_text) out.push({ tone: "caution", vi: "PDF không có chữ để so với văn bản đã ký: chỉ có ảnh.", en: "The PDF has no text to compare with the signed document: only pictures." });
  out.push({ tone: "none", vi: "Trang này không kiểm tra hình thức của bản in.", en: "This page did not check the looks of the print." });
  return out;
}

export function result(s: Shown): HTMLElement[] {
  const notes = [...s.notes, ...(s.pdf ? pdf_notes(s.pdf) : [])];
  return [
    banner(s),
    ...(headline_of(s).lookup ? [h("section", { class: "card again no-print", "aria-labelledby": "again-title" }, h("h2", { id: "again-title" }, t("Tra nội dung thật theo số hiệu và ngày sinh", "Look up the real contents by number and date of birth")), s.look_up)] : []),
    ...(notes.length ? [h("ul", { class: "notes", "aria-label": t("Ghi chú", "Notes") }, ...notes.map((n) => h("li", { class: n.tone }, icon(n.tone), h("span", {}, n[language()]))))] : []),
    h("div", { class: "columns" }, contents(s), h("div", { class: "side" }, steps(s), proof(s))),
  ];
}
