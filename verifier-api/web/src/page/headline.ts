// What stands above a verdict: what it comes to, given whether the newest status could be asked for, and whether a print
// says the same. Pure, so that a table can hold it (tests/unit/headline.test.mjs).
import type { Verdict } from "../verdict/judge.js";
import { date_text, outcome_text, type Outcome } from "../verdict/words.js";
import type { Difference, PrintCheck } from "./compare.js";

export type Tone = "good" | "caution" | "bad";
export const tone_of = (o: Outcome): Tone =>
  o === "valid" ? "good" : ["status_too_old", "change_pending", "superseded", "suspended", "not_final"].includes(o) ? "caution" : "bad";

/** What is known of the status beyond the file. */
export type Freshness =
  | { state: "asking" }
  /** The server answered, and what it proved stands in the verdict. `stopped`: its ledger's last block is of this time, too
   * long ago to say anything of today. */
  | { state: "asked"; stopped?: number }
  | { state: "unreachable" }
  /** It answered, but proved nothing. */
  | { state: "unproven" };

export interface Headline {
  tone: Tone | "none";
  vi: string;
  en: string;
  advice: { vi: string; en: string } | null;
  /** The paper itself was not checked: offer to look it up. */
  lookup: boolean;
}

const advice: Record<Outcome, readonly [string, string]> = {
  valid: ["Văn bản nguyên vẹn, do người có thẩm quyền ký, có trên sổ cái và đang còn hiệu lực.", "The document is intact, was signed by someone with the authority, stands on the ledger and is in force."],
  status_too_old: ["Văn bản có thể đúng, nhưng tệp chưa chứng minh được rằng đến nay nó vẫn còn hiệu lực.", "The document may be right, but the file does not prove that it is still in force."],
  change_pending: ["Văn bản chưa có hiệu lực, hoặc đang có thay đổi chờ người thứ hai ký.", "The document is not in force yet, or a change to it awaits a second signature."],
  superseded: ["Đã có bản mới hơn. Hãy xin người nộp bản mới.", "There is a newer one. Ask the holder for it."],
  suspended: ["Văn bản đang bị tạm ngừng. Hãy hỏi nơi cấp trước khi dùng.", "The document is suspended. Ask the issuer before relying on it."],
  revoked: ["Văn bản này không còn hiệu lực. Không dùng văn bản này.", "This document is no longer in force. Do not rely on it."],
  erased_at_source: ["Nơi cấp đã xóa dữ liệu gốc theo yêu cầu.", "The issuer erased the source data on request."],
  holder_not_bound: ["Chưa chứng minh được người trình là chủ văn bản.", "It is not proven that the presenter is the holder."],
  not_final: ["Bản ghi còn quá mới. Hãy xin lại tệp sau ít phút.", "The record is too new. Ask for the file again in a few minutes."],
  not_on_ledger: ["Không chứng minh được văn bản này có trên sổ cái. Không dùng tệp này.", "This document is not proven to stand on the ledger. Do not rely on this file."],
  not_authorised: ["Không chứng minh được người ký có thẩm quyền khi đó. Không dùng tệp này.", "The signer is not proven to have had the authority then. Do not rely on this file."],
  altered: ["Tệp hoặc nội dung đã bị sửa hay hỏng. Xem bước không đạt dưới đây; hãy xin tệp gốc từ người có văn bản.", "The file or its content was changed or damaged. See the failed step below; ask the holder for the original."],
  other_network: ["Văn bản này thuộc một mạng khác, trang này không kiểm tra được.", "This document is of another network, which this page can't check."],
  unreadable: ["Hãy chọn tệp *.stele.json, hoặc bản PDF có đính kèm tệp đó.", "Choose the *.stele.json file, or the PDF that carries it."],
};
const only_below = { vi: "Chỉ tin nội dung dưới đây.", en: "Trust only the contents below." };
/** Issuers look up diplomas only. */
const can_be_looked_up = (v: Verdict): boolean => v.type === "diploma";
const not_checked = (v: Verdict): { vi: string; en: string } => ({
  vi: `Tên, ngày sinh, điểm trên giấy có thể đã bị sửa. Hãy xin tệp PDF hoặc .stele.json, hay liên kết chia sẻ${can_be_looked_up(v) ? ", hoặc tra theo số hiệu và ngày sinh" : ""}.`,
  en: `Name, date of birth and marks on the paper may have been changed. Ask for the PDF or the .stele.json file, or for a shared link${can_be_looked_up(v) ? ", or look it up by number and date of birth" : ""}.`,
});

/** Nothing of what the paper says was compared with what was signed. */
const without_contents = (v: Verdict): boolean => v.type !== undefined && v.claims.length === 0;

const of_outcome = (o: Outcome): Headline => ({ tone: tone_of(o), ...outcome_text[o], advice: { vi: advice[o][0], en: advice[o][1] }, lookup: false });

function of_print(d: Difference): Headline {
  const [vi, en] = d.name;
  return {
    tone: "bad", advice: only_below, lookup: false,
    ...(d.printed === null
      ? { vi: `Bản in đã bị sửa: chữ in không có ${vi} ${d.signed} của văn bản đã ký.`, en: `The print was altered: it lacks the ${en} ${d.signed} of the signed document.` }
      : { vi: `Bản in đã bị sửa: ${vi} in ${d.printed}, văn bản đã ký ghi ${d.signed}.`, en: `The print was altered: ${en} printed ${d.printed}, the signed document says ${d.signed}.` }),
  };
}

/** Whatever stands on the paper, its code leads to the contents shown: a true code may stand on a forged paper. */
const compare_the_paper = {
  vi: "Chỉ nội dung dưới đây là đã ký. Nếu mã nằm trên giấy, hãy so tên, ngày sinh, điểm: trang này không thấy tờ giấy đó.",
  en: "Only the contents below were signed. If the code stands on paper, compare name, date of birth and marks: this page does not see that paper.",
};

/** Nobody should read “in force” before it is known: while the server is asked the headline takes no side. `by_code`: it was
 * not a file, but a code or a link, which paper may carry. */
export function headline(v: Verdict, fresh: Freshness, print: PrintCheck | null = null, by_code = false): Headline {
  if (v.cut) return { tone: "bad", vi: "Tệp bị đứt giữa chừng (tải chưa xong?).", en: "The file ends in the middle (not fully downloaded?).", advice: { vi: "Hãy tải hoặc xin lại.", en: "Download it or ask for it again." }, lookup: false };
  if (tone_of(v.outcome) === "bad") return of_outcome(v.outcome);
  if (print?.differences.length) return of_print(print.differences[0]!);
  if (print?.swapped) return { tone: "bad", vi: "Tệp đính kèm đã bị tráo: không phải tệp mà bản PDF này được in ra.", en: "The attached file was swapped: it is not the one that this PDF was printed from.", advice: only_below, lookup: false };
  if (v.outcome !== "valid" && v.outcome !== "status_too_old") return of_outcome(v.outcome);
  if (fresh.state === "asking") return { tone: "none", vi: "Chữ ký đúng. Đang hỏi còn hiệu lực không…", en: "The signature is right. Asking whether it is still in force…", advice: null, lookup: false };
  const out = v.outcome === "valid" ? in_force(v, fresh) : too_old(v, fresh);
  if (by_code && v.outcome === "valid" && !without_contents(v)) return { ...out, advice: compare_the_paper };
  if (print?.no_text && out.tone === "good") return { tone: "caution", vi: "Văn bản đính kèm hợp lệ, nhưng bản in CHƯA được kiểm tra: PDF chỉ có ảnh.", en: "The attached document is valid, but the print was NOT checked: the PDF holds pictures only.", advice: only_below, lookup: false };
  return out;
}

function too_old(v: Verdict, fresh: Freshness): Headline {
  const out = of_outcome("status_too_old");
  if (without_contents(v)) Object.assign(out, { lookup: can_be_looked_up(v), advice: { vi: `Nội dung trên giấy cũng CHƯA được kiểm tra. ${not_checked(v).vi}`, en: `What the paper says was NOT checked either. ${not_checked(v).en}` } });
  if (fresh.state === "asked" && fresh.stopped !== undefined) {
    const at = fresh.stopped;
    return {
      ...out,
      vi: `Sổ cái chưa có khối mới từ ${date_text(at, "vi")}, nên chưa xác nhận được tình trạng hôm nay; hãy hỏi đơn vị vận hành.`,
      en: `The ledger has had no new block since ${date_text(at, "en")}, so that today's status can't be confirmed; ask who runs it.`,
      advice: without_contents(v) ? out.advice : null,
    };
  }
  if (fresh.state === "unreachable") out.advice = { vi: `${out.advice!.vi} Hãy nối mạng để lấy bằng chứng mới, hoặc xin tệp mới.`, en: `${out.advice!.en} Go online to fetch a newer proof, or ask for a new file.` };
  return out;
}

/** The verdict is valid, so the status proof is not older than the bound. */
function in_force(v: Verdict, fresh: Freshness): Headline {
  const known = fresh.state === "asked";
  const at = v.status?.as_of.time ?? 0;
  const as_of = { vi: `tính đến ${date_text(at, "vi")}`, en: `as of ${date_text(at, "en")}` };
  const why = fresh.state === "unproven"
    ? { vi: "máy chủ không chứng minh được tình trạng hiện nay", en: "the server does not prove its present status" }
    : { vi: "không hỏi được tình trạng hiện nay – hãy nối mạng rồi thử lại", en: "its present status could not be asked – go online and try again" };
  if (without_contents(v)) {
    return {
      tone: "caution", advice: not_checked(v), lookup: can_be_looked_up(v),
      vi: `Có bản ghi này trên sổ cái và còn hiệu lực${known ? "" : ` ${as_of.vi} (${why.vi})`} – nhưng nội dung trên giấy CHƯA được kiểm tra.`,
      en: `This record stands on the ledger and is in force${known ? "" : ` ${as_of.en} (${why.en})`} – but what the paper says was NOT checked.`,
    };
  }
  const extract = v.complete ? { vi: "", en: "" } : { vi: " – bản trích", en: " – an extract" };
  if (!known) return { tone: "caution", advice: null, lookup: false, vi: `Hợp lệ${extract.vi} ${as_of.vi}; ${why.vi}.`, en: `Valid${extract.en} ${as_of.en}; ${why.en}.` };
  return { ...of_outcome("valid"), vi: outcome_text.valid.vi + extract.vi, en: outcome_text.valid.en + extract.en };
}
