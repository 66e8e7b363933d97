// Findings and what they say to people, in Vietnamese and English. Outcomes, parts and answers are the words of
// ledger/verdict/verdict.h; the worst finding of any part decides: what stands later in `outcomes` wins.
import type { Status } from "./evidence.js";
import { type_words, word, type Lang, type Words } from "./type_words.js";
import { law_date } from "./read.js";
import type { Figure } from "./rule_set.js";

export const outcomes = [
  "valid", "status_too_old", "change_pending", "superseded", "suspended", "revoked", "erased_at_source", "holder_not_bound",
  "not_final", "not_on_ledger", "not_authorised", "altered", "other_network", "unreadable",
] as const;
export type Outcome = (typeof outcomes)[number];
export const part_names = ["file", "signature", "authority", "inclusion", "finality", "status", "disclosures", "provenance"] as const;
export type PartName = (typeof part_names)[number];
export type Answer = "ok" | "failed" | "not_checked";

export { type_words, word, type Lang } from "./type_words.js";

export interface Finding {
  answer: Answer;
  outcome: Outcome;
  code: string;
  where: string;
  vi: string;
  en: string;
}
export interface PartVerdict {
  part: PartName;
  answer: Answer;
  code: string;
  where: string;
  vi: string;
  en: string;
}

export const outcome_text: Record<Outcome, { vi: string; en: string }> = {
  valid: { vi: "Hợp lệ", en: "Valid" },
  status_too_old: { vi: "Bằng chứng về tình trạng đã cũ hoặc còn thiếu", en: "The status proof is too old or missing" },
  change_pending: { vi: "Đang chờ một thay đổi hoặc chữ ký thứ hai", en: "A change or a second signature is pending" },
  superseded: { vi: "Đã được thay bằng bản khác", en: "Superseded" },
  suspended: { vi: "Đang tạm ngừng hiệu lực", en: "Suspended" },
  revoked: { vi: "Đã bị thu hồi", en: "Revoked" },
  erased_at_source: { vi: "Dữ liệu gốc đã được xóa theo yêu cầu", en: "Erased at source" },
  holder_not_bound: { vi: "Người trình không chứng minh được là chủ văn bản", en: "The presenter is not proven to be the holder" },
  not_final: { vi: "Chưa chung cuộc trên sổ cái", en: "Not final yet" },
  not_on_ledger: { vi: "Không có trên sổ cái này", en: "Not on this ledger" },
  not_authorised: { vi: "Người cấp không được chứng minh là có thẩm quyền khi ký", en: "The issuer is not proven to have been authorised then" },
  altered: { vi: "Đã bị sửa đổi hoặc hỏng", en: "Altered or damaged" },
  other_network: { vi: "Thuộc một mạng khác", en: "Of another network" },
  unreadable: { vi: "Không phải tệp văn bản mà trang này đọc được", en: "Not a document file that this page can read" },
};

export const worst_of = (a: Outcome, b: Outcome): Outcome => (outcomes.indexOf(b) > outcomes.indexOf(a) ? b : a);
const told_max = 3;

/** One answer of all that was found about a part: failures first, the gravest of them in front. */
export function sum_up(part: PartName, found: Finding[]): PartVerdict {
  if (found.length === 0) return { part, answer: "not_checked", code: "not_reached", where: "", vi: "không kiểm tra, vì một phần trước đó không đạt", en: "not checked, since an earlier part failed" };
  const list = [...found].sort((a, b) => outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome));
  const answer: Answer = list.some((f) => f.answer === "failed") ? "failed" : list.some((f) => f.answer === "not_checked") ? "not_checked" : "ok";
  // What is fine is told only if nothing else is to be told.
  const told = list.filter((f) => list[0]!.outcome === "valid" || f.outcome !== "valid");
  const text = (lang: Lang, more: string): string => told.slice(0, told_max).map((f) => f[lang]).join("; ") + (told.length > told_max ? more.replace("{}", String(told.length - told_max)) : "");
  return { part, answer, code: list[0]!.code, where: list[0]!.where, vi: text("vi", "; và {} lỗi khác"), en: text("en", "; and {} more") };
}

export const good = (code: string, vi: string, en: string): Finding => ({ answer: "ok", outcome: "valid", code, where: "", vi, en });
export const bad = (outcome: Outcome, code: string, where: string, vi: string, en: string): Finding => ({ answer: "failed", outcome, code, where, vi, en });
export const unknown = (outcome: Outcome, code: string, where: string, vi: string, en: string): Finding => ({ answer: "not_checked", outcome, code, where, vi, en });

// Words for things ---------------------------------------------------------------------------------------------------

const date_vi = (s: number): string => law_date(s).split("-").reverse().join("/");
export const date_text = (s: number, lang: Lang): string => (lang === "vi" ? date_vi(s) : law_date(s));

export const claim_words: Words = {
  contents: ["danh mục các mục", "list of contents"], name: ["họ và tên", "name"], birth_date: ["ngày sinh", "date of birth"],
  birth_place: ["nơi sinh", "place of birth"], gender: ["giới tính", "gender"], ethnicity: ["dân tộc", "ethnicity"],
  student_id: ["mã học sinh", "student id"], personal_id: ["số định danh cá nhân", "personal id"], school: ["tên trường", "school"],
  signer: ["người ký", "signer"], issued: ["ngày cấp", "date of issue"], class: ["lớp", "class"], year: ["năm học", "school year"],
  summary: ["kết quả cả năm", "summary of the year"], graduation_year: ["năm tốt nghiệp", "year of graduation"], ranking: ["xếp loại", "ranking"],
  mode: ["hình thức đào tạo", "mode of study"], serial: ["số hiệu", "serial number"], register_no: ["số vào sổ gốc", "register number"],
  basis: ["căn cứ cấp", "basis"], title: ["tên chứng chỉ", "title"], grade: ["xếp loại", "grade"], reason: ["lý do", "reason"],
};
export const role_words: Words = {
  principal: ["hiệu trưởng", "principal"], "subject-teacher": ["giáo viên bộ môn", "subject teacher"], "homeroom-teacher": ["giáo viên chủ nhiệm", "homeroom teacher"],
  registrar: ["cán bộ đăng ký", "registrar"], seal: ["con dấu", "seal"], "school-seal": ["con dấu nhà trường", "school seal"], root: ["khóa gốc của mạng", "root key of the network"],
  "department-officer": ["cán bộ Sở", "officer of the department"], "ward-officer": ["cán bộ phường, xã", "officer of the ward"], "school-office": ["văn phòng trường", "school office"],
  "vice-principal": ["phó hiệu trưởng", "vice-principal"], "archive-officer": ["cán bộ lưu trữ", "archive officer"],
};
/** `subjects`: names by code, of the rules of assessment that the record names. */
export function claim_name(name: string, subjects?: ReadonlyMap<string, string>): readonly [string, string] {
  if (!name.startsWith("subject.")) return [word(claim_words, name, "vi"), word(claim_words, name, "en")];
  const code = name.slice(8);
  const subject = subjects?.get(code) ?? code;
  return [`môn ${subject}`, `subject ${subject}`];
}
const status_words: Record<Status, readonly [string, string]> = {
  valid: ["còn hiệu lực", "in force"], superseded: ["đã được thay bằng bản mới hơn; hãy xin bản mới", "superseded by a later record; ask for the new one"],
  suspended: ["đang bị tạm ngừng hiệu lực", "suspended"], revoked: ["đã bị thu hồi", "revoked"],
};
export function figure_text(f: Figure, lang: Lang): string {
  if (f.mark !== undefined) return lang === "vi" ? f.mark.replace(".", ",") : f.mark;
  if (f.level !== undefined) return f.level;
  const missing: Words = { "not-yet": ["chưa có", "not yet given"], exempt: ["miễn", "exempt"], absent: ["vắng", "absent"] };
  return f.missing ? word(missing, f.missing, lang) : "";
}

// File ---------------------------------------------------------------------------------------------------------------

const record_at = (i: number): string => `evidence.records[${i}]`;

/** All recoveries are told, however many: they are no faults of which the first three would do. */
export const file_ok = (recoveries: { height: number; reason: string; published: number }[]): Finding =>
  good("file_ok",
    ["đúng dạng, mọi bằng chứng kèm theo đều đúng", ...recoveries.map((r) => `mạng đã được các khóa gốc khôi phục từ khối ${r.height} (lý do: ${r.reason}, công bố ${date_vi(r.published)})`)].join("; "),
    ["of the right form, and every proof in it holds", ...recoveries.map((r) => `the network was restarted by its root keys at block ${r.height} (reason: ${r.reason}, published ${law_date(r.published)})`)].join("; "));
export const other_network = (theirs: string, ours: string): Finding =>
  bad("other_network", "other_network", "net", `tệp thuộc mạng ${theirs}, còn trang này kiểm tra mạng ${ours}`, `the file is of the network ${theirs}, but this page checks ${ours}`);
const where_vi = (where: string): string => where.replace(/^character (?=\d+$)/, "ký tự thứ ").replace(/^byte (?=\d+$)/, "byte thứ ");
/** `cut`: the JSON ends before it is complete. */
export function file_refused(code: string, where: string, cut = false): Finding {
  if (cut) return bad("altered", code, where, "tệp bị đứt giữa chừng (tải chưa xong?). Hãy tải hoặc xin lại", "the file ends in the middle (not fully downloaded?). Download it or ask for it again");
  switch (code) {
    case "unknown_type":
      return bad("unreadable", "not_such_a_file", where, "đây không phải tệp văn bản của hệ thống này; hãy chọn tệp *.stele.json, hoặc bản PDF có đính kèm tệp đó", "this is not a document file of this system; choose the *.stele.json file, or the PDF that carries it");
    case "unknown_version":
      return bad("unreadable", code, where, "tệp thuộc phiên bản định dạng khác; hãy tải lại trang này khi có mạng", "the file is of another version of the format; reload this page when online");
    case "unknown_rules":
      return bad("unreadable", code, where, "tệp theo bộ quy tắc mới hơn; hãy tải lại trang này khi có mạng", "the file follows newer rules; reload this page when online");
    case "conflicts_with_checkpoint":
      return bad("altered", code, where, "bằng chứng mâu thuẫn với điểm kiểm tra mà trang này đã ghi nhớ: có hai phiên bản của sổ cái; hãy giữ lại tệp và báo cho Sở", "the evidence contradicts a checkpoint that this page remembers: there are two versions of the ledger; keep the file and tell the department");
    default:
      if (code === "too_large" && where === "file") return bad("unreadable", code, where, "tệp lớn hơn 4 MiB", "the file is larger than 4 MiB");
      return bad("altered", code, where, `tệp đã bị sửa hoặc hỏng${where ? ` tại ${where_vi(where)}` : ""}; hãy xin lại tệp gốc`, `the file was altered or damaged${where ? ` at ${where}` : ""}; ask for the original`);
  }
}

// Signature, authority -----------------------------------------------------------------------------------------------

export const signature_ok = (): Finding => good("signature_ok", "chữ ký đúng với nội dung và khóa đã đăng ký", "the signature fits the content and the registered key");
export const signature_bad = (at: number): Finding =>
  bad("altered", "bad_signature", record_at(at), "chữ ký không khớp với nội dung: bản ghi đã bị sửa hoặc chữ ký là giả", "the signature does not fit the content: the record was changed, or the signature is forged");
export const signature_without_key = (at: number): Finding =>
  unknown("not_on_ledger", "signer_unknown", record_at(at), "không kiểm tra được chữ ký: tệp không có khóa của người ký", "the signature can't be checked: the file does not have the signer's key");
export const signed_for_other_network = (): Finding => bad("other_network", "signed_for_other_network", "stele.net", "bản ghi được ký cho một mạng khác", "the record was signed for another network");
export const key_not_on_ledger = (at: number): Finding =>
  unknown("not_on_ledger", "key_not_on_ledger", record_at(at), "chữ ký khớp với một khóa kèm trong tệp, nhưng khóa đó không được chứng minh là có trên sổ cái", "the signature fits a key in the file, but that key is not proven to stand on the ledger");

export const authorised = (role: string, org: string, policy: number): Finding =>
  good("authorised", `người ký có thẩm quyền (vai trò ${word(role_words, role, "vi")}, đơn vị ${org}) theo quy định số ${policy}`, `the signer had the authority (role ${word(role_words, role, "en")}, at ${org}) under policy ${policy}`);
export const second_authorised = (role: string, org: string): Finding =>
  good("authorised", `người ký thứ hai có thẩm quyền (vai trò ${word(role_words, role, "vi")}, đơn vị ${org})`, `the second signer had the authority (role ${word(role_words, role, "en")}, at ${org})`);
export const signed_by_root = (): Finding => good("signed_by_root", "do người giữ khóa gốc của mạng ký", "signed by a root key of the network");
export const authority_not_shown = (at: number): Finding =>
  unknown("not_authorised", "authority_not_shown", record_at(at), "tệp không chứng minh được sổ thẩm quyền ngay trước khi bản ghi được nhận", "the file does not prove the registry of authority just before the record was accepted");
export const authority_without_time = (at: number): Finding =>
  unknown("not_on_ledger", "authority_without_time", record_at(at), "người ký nay có thẩm quyền này, nhưng tệp không chứng minh bản ghi được nhận khi nào", "the signer has this authority by now, but the file does not prove when the record was accepted");
export const key_wrong_use = (at: number): Finding => bad("not_authorised", "key_wrong_use", record_at(at), "khóa này không được dùng để ký loại bản ghi đó (khóa con dấu chỉ để đóng dấu)", "this key may not sign such a record (a seal's key only seals)");
export const key_not_valid = (at: number, org: string): Finding =>
  bad("not_authorised", "key_not_valid", record_at(at), `khóa của người ký (đơn vị ${org}) không còn hoặc chưa có hiệu lực khi ký`, `the signer's key (of ${org}) was not in force when this was signed`);
export const key_not_shown = (): Finding => bad("not_authorised", "key_not_shown", "kid", "tệp không chứng minh được khóa của người ký đã có trên sổ cái khi ký", "the file does not prove that the signer's key stood on the ledger when this was signed");
export const signer_unknown = (kid: string): Finding =>
  bad("not_authorised", "signer_unknown", "kid", `không rõ người ký: tệp không có bản ghi đăng ký khóa ${kid.slice(0, 8)}…`, `the signer is unknown: the file has no registration of key ${kid.slice(0, 8)}…`);
export const org_not_valid = (at: number, name: string): Finding => bad("not_authorised", "org_not_valid", record_at(at), `đơn vị “${name}” không có hiệu lực khi ký`, `the organisation “${name}” was not in force when this was signed`);
export const org_not_shown = (org: string): Finding => unknown("not_authorised", "org_not_shown", org, `tệp không chứng minh được đơn vị ${org} có hiệu lực khi ký`, `the file does not prove that ${org} was in force when this was signed`);
export const policy_not_shown = (at: number): Finding => unknown("not_authorised", "policy_not_shown", record_at(at), "tệp không kèm quy định thẩm quyền có hiệu lực khi ký", "the file lacks the policy that was in force when this was signed");
export const target_not_shown = (at: number): Finding => unknown("not_authorised", "target_not_shown", record_at(at), "tệp không kèm bản ghi mà thay đổi này nói tới", "the file lacks the record that this change is about");
export const target_of_another_org = (at: number): Finding => bad("not_authorised", "target_of_another_org", record_at(at), "thay đổi này nói tới bản ghi của đơn vị khác hoặc khác loại, nên người ký không có quyền", "this change is about a record of another organisation or of another type, which the signer may not change");
export const root_may_not = (at: number): Finding => bad("not_authorised", "root_may_not", record_at(at), "khóa gốc của mạng không được dùng để ký loại bản ghi này", "the network's root keys may not sign such a record");
export function no_authority(at: number, roles: string[], org: string, type: string, date: string): Finding {
  const list = (lang: Lang): string => roles.map((r) => word(role_words, r, lang)).join(", ") || "–";
  return bad("not_authorised", "no_authority", record_at(at),
    `người ký (vai trò: ${list("vi")}; đơn vị ${org}) không có thẩm quyền lập ${word(type_words, type, "vi")} vào ngày ${date.split("-").reverse().join("/")}`,
    `the signer (roles: ${list("en")}; at ${org}) had no authority to make a ${word(type_words, type, "en")} on ${date}`);
}
export const second_not_authorised = (at: number, role: string, org: string): Finding =>
  bad("not_authorised", "second_signer_not_authorised", record_at(at), `người ký thứ hai (đơn vị ${org}) không có quyền ký với tư cách ${word(role_words, role, "vi")}`, `the second signer (at ${org}) may not sign as ${word(role_words, role, "en")}`);
export const second_not_proven = (at: number, why: Finding, outcome: Outcome): Finding =>
  bad(outcome, `second_signature_${why.code}`, record_at(at), `chữ ký thứ hai không được chứng minh: ${why.vi}`, `a second signature is not proven: ${why.en}`);

// Ledger -------------------------------------------------------------------------------------------------------------

interface Block {
  height: number;
  time: number;
}
export const included = (index: number, b: Block): Finding =>
  good("included", `là bản ghi số ${index} của sổ cái, trong khối ${b.height}, ngày ${date_vi(b.time)}`, `is record ${index} of the ledger, in block ${b.height} of ${law_date(b.time)}`);
export const not_included = (at: number): Finding => bad("not_on_ledger", "not_included", record_at(at), "tệp không chứng minh được bản ghi này nằm trên sổ cái", "the file does not prove that this record stands on the ledger");
export const final = (height: number): Finding => good("final", `khối ${height} đã chung cuộc, không thể đảo ngược`, `block ${height} is final`);
export const not_final = (at: number, height: number): Finding =>
  bad("not_final", "not_final", `evidence.headers[${at}]`, `khối ${height} chưa được chứng minh là chung cuộc; hãy xin lại tệp sau ít phút`, `block ${height} is not proven final; ask for the file again in a few minutes`);
export const no_block = (): Finding => unknown("not_on_ledger", "no_block", "evidence.headers", "không rõ bản ghi thuộc khối nào", "it is not known which block holds the record");

// Status -------------------------------------------------------------------------------------------------------------

const as_of_text = (b: Block): readonly [string, string] => [` (tính đến khối ${b.height}, ngày ${date_vi(b.time)})`, ` (as of block ${b.height}, ${law_date(b.time)})`];
export function status(at: number, s: Status, b: Block): Finding {
  const [vi, en] = as_of_text(b);
  const [w_vi, w_en] = status_words[s];
  return s === "valid" ? good("valid", w_vi + vi, w_en + en) : bad(s, s, record_at(at), w_vi + vi, w_en + en);
}
/** Nobody can let lapse what all have signed; where the file does not show that all have, it may have lapsed. */
export function revoked(at: number, all_shown: boolean, b: Block): Finding {
  if (all_shown) return status(at, "revoked", b);
  const [vi, en] = as_of_text(b);
  return bad("revoked", "revoked", record_at(at), `đã bị thu hồi, hoặc hết hạn mà chưa đủ chữ ký${vi}`, `revoked, or lapsed before all had signed${en}`);
}
export const awaits_signature = (at: number, b: Block): Finding => {
  const [vi, en] = as_of_text(b);
  return bad("change_pending", "awaits_signature", record_at(at), `còn chờ chữ ký của người thứ hai, hoặc đang bị tạm ngừng${vi}`, `awaits a second signature, or is suspended${en}`);
};
export const status_not_shown = (at: number): Finding =>
  unknown("status_too_old", "status_not_shown", record_at(at), "tệp không chứng minh được tình trạng hiện nay của bản ghi; hãy xin tệp mới", "the file does not prove the present status of the record; ask for a new one");
/** What to do about it depends on whether a server was asked, which is not known here. */
export const status_too_old = (b: Block, max_s: number, revoked: boolean): Finding => {
  const days = Math.floor(max_s / 86400);
  return unknown("status_too_old", "status_too_old", "",
    `tình trạng chỉ được chứng minh đến ngày ${date_vi(b.time)} (khối ${b.height}), đã quá ${days} ngày${revoked ? "" : "; một bản thu hồi sau đó sẽ không thấy được ở đây"}`,
    `the status is proven up to ${law_date(b.time)} only (block ${b.height}), more than ${days} days ago${revoked ? "" : "; a later revocation would not show here"}`);
};
export const signers_replaced = (): Finding =>
  unknown("status_too_old", "signers_replaced", "", "tập nút xác nhận đã thay đổi sau bằng chứng này; hãy xin tệp mới hoặc kiểm tra trực tuyến", "the set of validators has changed since this evidence; ask for a new file or check online");

// Disclosures --------------------------------------------------------------------------------------------------------

export const receipt = (): Finding => unknown("valid", "receipt", "", "biên nhận không mang nội dung cá nhân để kiểm tra", "a receipt carries no personal content to check");
export const not_a_credential = (): Finding => bad("altered", "not_a_credential", "subject", "bản ghi chính của tệp không phải văn bằng, học bạ hay chứng chỉ", "the file's subject is no transcript, diploma or certificate");
export const person_mismatch = (where: string): Finding => bad("altered", "person_mismatch", where, "tên người ký trong tệp không khớp với khóa đã đăng ký", "the signer's name in the file does not fit the registered key");
export const person_bad = (where: string): Finding => bad("altered", "person_bad", where, "tên người ký không đúng dạng", "the signer's name is not of the right form");
export const disclosure_bad = (where: string): Finding => bad("altered", "disclosure_bad", where, `mục tại ${where} đã bị sửa hoặc hỏng`, `the item at ${where} was altered or damaged`);
type Names = ReadonlyMap<string, string>;
const claim_finding = (code: string, vi: string, en: string) => (where: string, name: string, subjects?: Names): Finding => {
  const [n_vi, n_en] = claim_name(name, subjects);
  return bad("altered", code, `${where} (${name})`, `mục “${n_vi}” ${vi}`, `the item “${n_en}” ${en}`);
};
export const claim_not_signed = claim_finding("claim_not_signed", "không có trong văn bản đã ký: nội dung đã bị sửa", "does not stand in the signed document: it was altered");
export const claim_bad = claim_finding("claim_bad", "không thuộc loại văn bản này hoặc không đúng dạng", "is not of this type of document, or not of the right form");
export const claim_twice = claim_finding("claim_twice", "xuất hiện hai lần", "stands twice");
const not_listed = claim_finding("claim_not_in_contents", "không có trong danh mục của văn bản", "is not in the document's list of contents");
export const claim_not_in_contents = (name: string, subjects?: Names): Finding => not_listed("contents", name, subjects);
const stray = claim_finding("claim_of_stray_record", "là của bản ghi không được văn bản này dẫn", "is of a record that this document does not rest on");
export const claim_of_stray_record = (at: number, name: string, subjects?: Names): Finding => stray(record_at(at), name, subjects);
export const complete = (): Finding => good("complete", "văn bản được trình đầy đủ", "the document is shown completely");
export const contents_not_shown = (): Finding => good("contents_not_shown", "các mục được trình đều đúng; tệp không cho biết còn mục nào không được trình", "what is shown is right; the file does not say whether anything is left out");
export function partial(left_out: string[], subjects?: Names): Finding {
  const list = (i: 0 | 1): string => left_out.map((n) => claim_name(n, subjects)[i]).join(", ");
  return { ...good("partial", `bản trích: các mục được trình đều đúng; không trình: ${list(0)}`, `an extract: what is shown is right; left out: ${list(1)}`), where: left_out.join(", ") };
}

// Provenance ---------------------------------------------------------------------------------------------------------

export const no_figures = (): Finding => good("no_figures", "không có điểm số nào cần dẫn nguồn", "there are no figures to lead back");
export const figures_ok = (n: number): Finding =>
  good("figures_ok", `cả ${n} điểm số được trình đều dẫn tới chữ ký của người cho điểm hoặc được tính lại đúng`, `all ${n} figures shown lead to the signature of whoever gave them, or were computed again`);
export const row_altered = (where: string): Finding => bad("altered", "row_altered", where, `dòng điểm tại ${where} không khớp với bảng điểm đã ký`, `the row at ${where} does not fit the signed sheet`);
export const row_stray = (key: string): Finding => bad("altered", "row_stray", `rows (${key})`, "tệp kèm một dòng điểm mà không mục nào dẫn tới", "the file has a row that no item leads to");
export const book_mismatch = (): Finding => bad("altered", "book_mismatch", "book", "khóa học bạ trong tệp không phải của văn bản này", "the book key in the file is not that of this document");
export const basis_ok = (): Finding => good("basis_ok", "các học bạ làm căn cứ đều có trên sổ cái và của cùng học sinh", "the transcripts that it rests on stand on the ledger and are the same student's");
export const basis_not_shown = (): Finding => unknown("valid", "basis_not_shown", "basis", "tệp không trình các học bạ làm căn cứ nên chưa kiểm tra căn cứ", "the file does not show the transcripts that it rests on; they were not checked");
export const basis_of_another = (at: number): Finding => bad("altered", "basis_of_another", record_at(at), "học bạ làm căn cứ là của học sinh khác", "the transcript that it rests on is another student's");
export const basis_bad = (at: number, why: Finding): Finding => bad(why.outcome, `basis_${why.code}`, record_at(at), `căn cứ cấp: ${why.vi}`, `the basis: ${why.en}`);
