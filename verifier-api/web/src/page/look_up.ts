// The form that asks an issuer for a diploma by what is printed on it. It stands in the intake, and below a receipt, whose
// paper was not checked.
import { h, put } from "./dom.js";
import { t } from "./language.js";
import { icon } from "./result.js";
import { request } from "./net.js";

interface Words {
  vi: string;
  en: string;
}
/** Redrawn with the language, as everything that bears both. */
const both = (vi: string, en: string): Record<string, string> => ({ "data-vi": vi, "data-en": en });
const text = (vi: string, en: string): [Record<string, string>, string] => [both(vi, en), t(vi, en)];
const look_up_max_ms = 20_000; // the issuer is asked, and answers equally late whatever it found

/** 14/03/2010 or 2010-03-14; null: no date. */
export function iso_date(given: string): string | null {
  const m = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(given);
  const iso = m ? `${m[3]}-${m[2]!.padStart(2, "0")}-${m[1]!.padStart(2, "0")}` : given;
  return /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(iso) ? iso : null;
}
/** Numbers are printed in capitals, ids of organisations are small; people type either. */
export const normal_number = (given: string): string => given.normalize("NFC").trim().toUpperCase();
export const normal_org = (given: string): string => given.trim().toLowerCase();

/** `found` is given the file, whatever it is. `id`: of the form; its fields are named after it. */
export function look_up_form(id: string, found: (file: Uint8Array, number: string) => void): HTMLFormElement {
  const answer = h("div", { class: "form-answer", tabindex: "-1" });
  const field = (name: string, vi: string, en: string, props: Record<string, string | boolean>, hint?: HTMLElement): (HTMLElement | undefined)[] => {
    if (hint) hint.id = `${id}-${name}-hint`;
    const [data, words] = text(vi, en);
    return [h("label", { for: `${id}-${name}`, ...data }, words), h("input", { id: `${id}-${name}`, name, ...props, ...(hint ? { "aria-describedby": hint.id } : {}) }), hint];
  };
  const hint = h("p", { class: "fine" }, h("span", ...text("Ví dụ: thpt-vi-du-1. Không in trên bằng: xem ở trang ", "For example thpt-vi-du-1. It is not printed on the diploma: see the page ")), h("a", { href: "/explorer.html", ...both("Sổ cái", "The ledger") }, t("Sổ cái", "The ledger")), h("span", ...text(" (dưới tên trường), hoặc hỏi nhà trường.", " (below the school's name), or ask the school.")));
  const rows = [
    h("p", { class: "fine" }, h("span", ...text("Số hiệu và ngày sinh được gửi cho nơi cấp để tìm; tệp trả về được kiểm tra như mọi tệp khác.", "Number and date of birth are sent to the issuer to find it; the file that comes back is checked like any other."))),
    ...field("number", "Số hiệu bằng, hoặc số vào sổ gốc", "Serial number of the diploma, or register number", { maxlength: "64", "aria-required": "true", autocapitalize: "characters" }),
    ...field("birth", "Ngày sinh (31/05/2008)", "Date of birth (31/05/2008)", { maxlength: "10", "aria-required": "true", inputmode: "text" }),
    ...field("org", "Mã trường (chỉ khi tra theo số vào sổ gốc)", "School id (only for a register number)", { maxlength: "40", autocapitalize: "none" }, hint),
  ];
  const [data, words] = text("Tra cứu", "Look up");
  const form = h("form", { id, class: "look-up", autocomplete: "off", novalidate: true, submit: (e) => (e.preventDefault(), void run()) }, ...rows, h("button", { type: "submit", class: "primary", ...data }, words), answer);

  const input = (name: string): HTMLInputElement => form.querySelector<HTMLInputElement>(`[name="${name}"]`)!;
  const tell = (w: Words, wrong?: string): void => {
    for (const name of ["number", "birth"]) input(name).setAttribute("aria-invalid", String(name === wrong));
    put(answer, h("p", { class: "trouble", role: "alert" }, icon("caution"), h("span", both(w.vi, w.en), t(w.vi, w.en))));
    answer.scrollIntoView({ block: "center" });
    (wrong ? input(wrong) : answer).focus({ preventScroll: true });
  };
  async function run(): Promise<void> {
    const number = normal_number(input("number").value);
    const given = input("birth").value.trim();
    const birth = iso_date(given);
    const org = normal_org(input("org").value);
    if (number === "" && given === "") return tell({ vi: "Hãy điền số hiệu bằng (hoặc số vào sổ gốc) và ngày sinh.", en: "Fill in the serial number (or register number) and the date of birth." }, "number");
    if (number === "") return tell({ vi: "Hãy điền số hiệu bằng, hoặc số vào sổ gốc.", en: "Fill in the serial number, or the register number." }, "number");
    if (birth === null) return tell({ vi: "Hãy điền ngày sinh dạng 31/05/2008.", en: "Fill in the date of birth as 31/05/2008." }, "birth");
    for (const name of ["number", "birth"]) input(name).removeAttribute("aria-invalid");
    put(answer, h("p", { role: "status", ...both("Đang tra cứu…", "Looking up…") }, t("Đang tra cứu…", "Looking up…")));
    try {
      const got = await request("/v1/lookup", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ number, birth_date: birth, ...(org ? { org } : {}) }) }, look_up_max_ms);
      if (got.ok) {
        const file = new Uint8Array(await got.arrayBuffer());
        put(answer);
        found(file, number);
      } else if (got.status === 404) tell({ vi: "Không tìm thấy bằng nào có số hiệu và ngày sinh này. Hãy kiểm tra lại cả hai (tra theo số vào sổ gốc thì cần cả mã trường); dữ liệu đã xóa cũng trả lời như vậy.", en: "No diploma has this number and date of birth. Check both (a register number needs the school id as well); erased data is answered in the same way." });
      else if (got.status === 429) tell({ vi: "Đã tra cứu quá nhiều lần. Hãy thử lại sau.", en: "Too many look-ups. Try again later." });
      else tell({ vi: "Nơi cấp tạm thời không trả lời. Hãy thử lại sau, hoặc xin tệp từ người có bằng.", en: "The issuer does not answer at the moment. Try again later, or ask the holder for the file." });
    } catch {
      tell({ vi: "Không kết nối được với máy chủ.", en: "The server can't be reached." });
    }
  }
  return form;
}
