// Many files at once: a list with a line for each, a table to take away, and each result in full behind its line.
import { type_words, word, type Outcome } from "../verdict/words.js";
import { h, put } from "./dom.js";
import { examine } from "./examine.js";
import type { Headline, Tone } from "./headline.js";
import { read_given, type Words } from "./intake.js";
import { date_time, day, language, number, t } from "./language.js";
import { headline_of, icon, type Shown } from "./result.js";

export const files_max = 500;

interface Row {
  file: File;
  state: "waiting" | "checking" | "done";
  shown: Shown | null;
  /** Why there is no verdict. */
  trouble: Words | null;
  line: HTMLElement;
}
const picture: Words = { vi: "Ảnh: hãy chọn riêng để tìm mã QR trong đó.", en: "A picture: choose it alone to look for a code in it." };
const by_name = new Intl.Collator("vi", { numeric: true });
const claim = (s: Shown, name: string): string => {
  const value = s.judged.verdict.claims.find((c) => c.name === name)?.value;
  return typeof value === "string" ? value : "";
};
const kind = (s: Shown): string => {
  const { type } = s.judged.verdict;
  return type ? word(type_words, type, language()) : "";
};

/** "valid" only where the headline is green: tables are filtered by it. */
const outcome_cell = ({ tone }: Headline, o: Outcome): string => (o !== "valid" || tone === "good" ? o : tone === "bad" ? "altered" : "not_confirmed");

export class Several {
  private readonly rows: Row[];
  private readonly left_out: number;
  private readonly summary = h("div", { class: "several-sum" });
  private open: (s: Shown) => void = () => {};

  constructor(files: File[]) {
    const sorted = [...files].sort((a, b) => by_name.compare(a.name, b.name));
    this.rows = sorted.slice(0, files_max).map((file) => ({ file, state: "waiting", shown: null, trouble: null, line: h("li") }));
    this.left_out = sorted.length - this.rows.length;
  }

  /** One after another, until `go_on` says no. */
  async run(looked_up: (file: Uint8Array, number: string) => void, go_on: () => boolean): Promise<void> {
    for (const row of this.rows) {
      if (!go_on()) return;
      row.state = "checking";
      this.draw(row);
      try {
        const given = await read_given(row.file);
        if (given === "picture") row.trouble = picture;
        else if ("bytes" in given) await examine(given, looked_up, (s) => void (row.shown = s));
        else row.trouble = given;
      } catch {
        row.trouble = { vi: "Không kiểm tra được tệp này. Hãy thử chọn riêng nó.", en: "This file could not be checked. Try to choose it alone." };
      }
      row.state = "done";
      this.draw(row);
      this.draw_summary();
    }
  }

  /** Drawn anew in the reader's language; goes on changing while files are checked. */
  view(open: (s: Shown) => void): HTMLElement[] {
    this.open = open;
    this.rows.forEach((row) => this.draw(row));
    this.draw_summary();
    return [
      h("h1", { id: "list-title", tabindex: "-1" }, t(`${number(this.rows.length)} tệp`, `${number(this.rows.length)} files`)),
      this.left_out > 0 ? h("p", { class: "warning-line" }, t(`Mỗi lần kiểm tra nhiều nhất ${files_max} tệp: ${number(this.left_out)} tệp sau cùng bị bỏ ra.`, `At most ${files_max} files at once: the last ${number(this.left_out)} were left out.`)) : h("span"),
      this.summary,
      h("ol", { class: "several", "aria-labelledby": "list-title" }, ...this.rows.map((r) => r.line)),
    ];
  }

  private draw({ file, state, shown, trouble, line }: Row): void {
    const head: Headline | null = state === "done" && shown ? headline_of(shown) : null;
    const tone: Tone | "none" = head?.tone ?? (trouble ? "caution" : "none");
    const words = head?.[language()] ?? trouble?.[language()] ?? (state === "checking" ? t("Đang kiểm tra…", "Checking…") : t("Chưa kiểm tra", "Not checked yet"));
    const who = shown && head ? [claim(shown, "name"), kind(shown)].filter(Boolean).join(" · ") : "";
    line.className = tone;
    line.dataset.outcome = shown && head ? shown.judged.verdict.outcome : "";
    put(line, icon(tone),
      h("div", {}, who ? h("strong", {}, who) : null, h("span", { class: "fine" }, file.name), h("span", { class: "words" }, words)),
      shown && head ? h("button", { type: "button", class: "plain no-print", "aria-label": t(`Xem ${file.name}`, `Show ${file.name}`), click: () => this.open(shown) }, t("Xem", "Show")) : null);
  }

  private draw_summary(): void {
    const done = this.rows.filter((r) => r.state === "done");
    const count = (tone: Tone): number => done.filter((r) => (r.shown ? headline_of(r.shown).tone === tone : tone === "caution")).length;
    const parts = [t(`${number(count("good"))} hợp lệ`, `${number(count("good"))} valid`), t(`${number(count("caution"))} cần xem lại`, `${number(count("caution"))} to look at`), t(`${number(count("bad"))} không dùng được`, `${number(count("bad"))} not to be relied on`)];
    const running = done.length < this.rows.length;
    put(this.summary, h("p", { role: "status" }, running ? t(`Đã kiểm tra ${number(done.length)} / ${number(this.rows.length)}: `, `${number(done.length)} of ${number(this.rows.length)} checked: `) : "", parts.join(", "), "."),
      running ? h("progress", { max: this.rows.length, value: done.length, "aria-label": t("Tiến độ", "Progress") }) : null);
  }

  /** RFC 4180, with a mark by which spreadsheets know UTF-8; no cell begins like a formula. */
  csv(): string {
    const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
    const lines = this.rows.map(({ file, shown, trouble, state }) => {
      if (!shown || state !== "done") return [file.name, "", trouble?.[language()] ?? t("Chưa kiểm tra", "Not checked yet"), "", "", "", "", "", ""];
      const v = shown.judged.verdict;
      const head = headline_of(shown);
      return [file.name, outcome_cell(head, v.outcome), head[language()], kind(shown), claim(shown, "name"), day(claim(shown, "birth_date")), v.org_name, v.id ?? "", v.status ? date_time(v.status.as_of.time) : ""];
    });
    const titles = [t("Tệp", "File"), t("Mã kết luận", "Outcome"), t("Kết luận", "Verdict"), t("Loại", "Kind"), t("Họ và tên", "Name"), t("Ngày sinh", "Date of birth"), t("Nơi cấp", "Issuer"), t("Bản ghi", "Record"), t("Tình trạng tính đến", "Status as of")];
    return `\ufeff${[titles, ...lines].map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
  }
}
