// Findings and what they say to people, in Vietnamese and English. Outcomes, parts and answers are the words of
// ledger/verdict/verdict.h; the worst finding of any part decides: what stands later in `outcomes` wins.
import type { Authority } from "./authority.js";
import type { Status } from "./evidence.js";
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
export type Lang = "vi" | "en";

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
  erased_at_source: { vi: "Dữ liệu gốc đã được xoá theo yêu cầu", en: "Erased at source" },
  holder_not_bound: { vi: "Người trình không chứng minh được là chủ văn bản", en: "The presenter is not proven to be the holder" },
  not_final: { vi: "Chưa chung cuộc trên sổ cái", en: "Not final yet" },
  not_on_ledger: { vi: "Không có trên sổ cái này", en: "Not on this ledger" },
  not_authorised: { vi: "Người cấp không được chứng minh là có thẩm quyền khi ký", en: "The issuer is not proven to have been authorised then" },
  altered: { vi: "Đã bị sửa đổi", en: "Altered" },
  other_network: { vi: "Thuộc một mạng khác", en: "Of another network" },
  unreadable: { vi: "Không phải tệp văn bản mà trang này đọc được", en: "Not a document file that this page can read" },
};

export const worse = (a: Finding, b: Finding): Finding => {
  const rank = (f: Finding): number => 3 * outcomes.indexOf(f.outcome) + ["ok", "not_checked", "failed"].indexOf(f.answer);
  return rank(b) > rank(a) ? b : a;
};
export const worst = (all: Finding[]): Outcome => all.map((f) => f.outcome).reduce((a, b) => (outcomes.indexOf(b) > outcomes.indexOf(a) ? b : a));

export const good = (code: string, vi: string, en: string): Finding => ({ answer: "ok", outcome: "valid", code, where: "", vi, en });
export const bad = (outcome: Outcome, code: string, where: string, vi: string, en: string): Finding => ({ answer: "failed", outcome, code, where, vi, en });
export const unknown = (outcome: Outcome, code: string, where: string, vi: string, en: string): Finding => ({ answer: "not_checked", outcome, code, where, vi, en });

// Words for things ---------------------------------------------------------------------------------------------------

const date_vi = (s: number): string => law_date(s).split("-").reverse().join("/");
export const date_text = (s: number, lang: Lang): string => (lang === "vi" ? date_vi(s) : law_date(s));

type Words = Record<string, readonly [vi: string, en: string]>;
export const type_words: Words = {
  org: ["đăng ký đơn vị", "registration of an organisation"], key: ["đăng ký khoá", "registration of a key"],
  validators: ["danh sách nút xác nhận", "set of validators"], policy: ["quy định thẩm quyền", "policy"], approve: ["phê duyệt", "approval"],
  countersign: ["chữ ký thứ hai", "countersignature"], seal: ["con dấu", "seal"], "class-list": ["danh sách lớp", "class list"],
  "grade-sheet": ["bảng điểm", "grade sheet"], "summary-sheet": ["bảng tổng kết", "summary sheet"], register: ["trang sổ gốc", "register page"],
  amend: ["bản sửa điểm", "amendment"], suspend: ["tạm ngừng hiệu lực", "suspension"], reinstate: ["khôi phục hiệu lực", "reinstatement"],
  revoke: ["thu hồi", "revocation"], compromise: ["báo lộ khoá", "report of a compromised key"], erase: ["xoá dữ liệu", "erasure"],
  document: ["văn bản", "document"], transcript: ["học bạ", "transcript"], diploma: ["bằng tốt nghiệp", "diploma"],
  certificate: ["chứng chỉ", "certificate"], "school-transfer": ["giấy chuyển trường", "school transfer"], export: ["bản xuất", "export"],
};
export const claim_words: Words = {
  contents: ["danh mục các mục", "list of contents"], name: ["họ và tên", "name"], birth_date: ["ngày sinh", "date of birth"],
  birth_place: ["nơi sinh", "place of birth"], gender: ["giới tính", "gender"], ethnicity: ["dân tộc", "ethnicity"],
  student_id: ["mã học sinh", "student id"], personal_id: ["số định danh cá nhân", "personal id"], school: ["tên trường", "school"],
  signer: ["người ký", "signer"], issued: ["ngày cấp", "date of issue"], class: ["lớp", "class"], year: ["năm học", "school year"],
  summary: ["kết quả cả năm", "summary of the year"], graduation_year: ["năm tốt nghiệp", "year of graduation"], ranking: ["xếp loại", "ranking"],
  mode: ["hình thức đào tạo", "mode of study"], serial: ["số hiệu", "serial number"], register_no: ["số vào sổ gốc", "register number"],
  basis: ["căn cứ cấp", "basis"], title: ["tên chứng chỉ", "title"], grade: ["xếp loại", "grade"], reason: ["lý do", "reason"],
};
export const word = (words: Words, key: string, lang: Lang): string => words[key]?.[lang === "vi" ? 0 : 1] ?? key;
const claim_name = (name: string): readonly [string, string] =>
  name.startsWith("subject.") ? [`môn ${name.slice(8)}`, `subject ${name.slice(8)}`] : [word(claim_words, name, "vi"), word(claim_words, name, "en")];
const status_words: Record<Status, readonly [string, string]> = {
  valid: ["còn hiệu lực", "in force"], superseded: ["đã được thay bằng bản sau", "superseded by a later record"],
  suspended: ["đang tạm ngừng hiệu lực", "suspended"], revoked: ["đã bị thu hồi, hoặc hết hạn khi chưa đủ chữ ký", "revoked, or lapsed before all had signed"],
};
export function figure_text(f: Figure, lang: Lang): string {
  if (f.mark !== undefined) return lang === "vi" ? f.mark.replace(".", ",") : f.mark;
  if (f.level !== undefined) return f.level;
  const missing: Words = { "not-yet": ["chưa có", "not yet given"], exempt: ["miễn", "exempt"], absent: ["vắng", "absent"] };
  return f.missing ? word(missing, f.missing, lang) : "";
}

// File ---------------------------------------------------------------------------------------------------------------

export const skipped = (): Finding => unknown("valid", "skipped", "", "không kiểm tra, vì một phần trước đó không đạt", "not checked, since an earlier part failed");
export const not_asked = (): Finding => unknown("valid", "not_asked", "", "không áp dụng cho loại tệp này", "does not apply to this kind of file");
export const file_ok = (): Finding => good("intact", "tệp nguyên vẹn và mọi bằng chứng trong đó đều đúng", "the file is intact and every proof in it holds");
export const other_network = (theirs: string, ours: string): Finding =>
  bad("other_network", "other_network", "net", `tệp thuộc mạng ${theirs}, còn trang này kiểm tra mạng ${ours}`, `the file is of the network ${theirs}, but this page checks ${ours}`);
export function file_refused(code: string, where: string): Finding {
  if (code === "unknown_type" || code === "bad_json") {
    return bad("unreadable", code, where, "đây không phải tệp văn bản hay biên nhận mà trang này đọc được; hãy chọn tệp *.stele.json hoặc bản PDF có đính kèm tệp đó", "this is no document or receipt file that this page can read; choose the *.stele.json file, or the PDF that carries it");
  }
  if (code === "too_large") return bad("unreadable", code, where, "tệp lớn hơn 4 MiB", "the file is larger than 4 MiB");
  if (code === "conflicts_with_checkpoint") {
    return bad("altered", code, where, "tệp dựa trên một nhánh sổ cái khác với điểm kiểm tra mà trang này đã biết: có hai phiên bản của sổ cái; hãy giữ lại tệp làm chứng cứ", "the file rests on another branch of the ledger than the checkpoint that this page knows: there are two versions of the ledger; keep the file as evidence");
  }
  const place = where ? ` (${where}: ${code})` : ` (${code})`;
  return bad("altered", code, where, `tệp đã bị thay đổi sau khi được tạo ra${place}; hãy xin lại tệp gốc`, `the file was changed after it was made${place}; ask for the original`);
}
export const person_refused = (where: string): Finding =>
  bad("altered", "bad_person", where, "tên người ký trong tệp không khớp với khoá đã đăng ký", "a signer's name in the file does not fit the registered key");

// Signature, authority -----------------------------------------------------------------------------------------------

export const signature_ok = (): Finding => good("signed", "chữ ký khớp với nội dung và với khoá đã đăng ký", "the signature fits the content and the registered key");
export const signature_bad = (): Finding => bad("altered", "bad_signature", "signature", "chữ ký không khớp với nội dung", "the signature does not fit the content");
export const key_not_shown = (kid: string): Finding =>
  unknown("not_authorised", "key_not_shown", kid, "tệp không có bản đăng ký của khoá đã ký", "the registration of the key that signed is not in the file");
export const authority_ok = (role: string, org: string, policy: number): Finding =>
  good("authorised", `người ký có thẩm quyền (vai trò ${role}, tại ${org}) theo quy định số ${policy}`, `the signer had the authority (role ${role}, at ${org}) under policy ${policy}`);
export const root_authority = (): Finding => good("root", "khoá gốc của mạng đã ký", "signed by a root key of the network");
export const authority_unknown = (): Finding =>
  unknown("not_authorised", "authority_not_shown", "", "tệp không cho thấy khối chứa bản ghi, nên không xét được thẩm quyền khi đó", "the file does not show the block of the record, so the authority then can't be judged");
export function no_authority(a: Extract<Authority, { ok: false }>, type: string, time: number): Finding {
  const roles = a.roles.length ? a.roles.join(", ") : "–";
  if (["no_authority", "root_may_not", "may_not_grant", "period", "use_of_key", "targets_differ"].includes(a.code)) {
    return bad("not_authorised", "no_authority", a.where,
      `người ký (vai trò: ${roles}; đơn vị: ${a.org || "–"}) không có thẩm quyền lập ${word(type_words, type, "vi")} vào ngày ${date_vi(time)}`,
      `the signer (roles: ${roles}; at ${a.org || "–"}) had no authority to make a ${word(type_words, type, "en")} on ${law_date(time)}`);
  }
  return bad("not_authorised", a.code, a.where, "tệp không chứng minh được thẩm quyền của người ký vào lúc đó (khoá, đơn vị hoặc quy định)", "the file does not prove the signer's authority at that time (key, organisation or policy)");
}

// Ledger -------------------------------------------------------------------------------------------------------------

export const on_ledger = (index: number, b: { height: number; time: number }): Finding =>
  good("included", `là bản ghi số ${index} của sổ cái, trong khối ${b.height} ngày ${date_vi(b.time)}`, `is record ${index} of the ledger, in block ${b.height} of ${law_date(b.time)}`);
export const not_on_ledger = (): Finding => bad("not_on_ledger", "not_included", "", "tệp không chứng minh được rằng bản ghi này có trên sổ cái", "the file does not prove that this record stands on the ledger");
export const final = (height: number): Finding => good("final", `khối ${height} đã chung cuộc, không thể đảo ngược`, `block ${height} is final`);
export const not_final = (height: number): Finding => bad("not_final", "not_final", "", `tệp không chứng minh được rằng khối ${height} đã chung cuộc`, `the file does not prove that block ${height} is final`);
export const block_unknown = (): Finding => unknown("not_final", "block_not_shown", "", "tệp không cho thấy khối chứa bản ghi này", "the file does not show the block of this record");

// Status -------------------------------------------------------------------------------------------------------------

const as_of_text = (b: { height: number; time: number }): readonly [string, string] => [` (tính đến khối ${b.height}, ngày ${date_vi(b.time)})`, ` (as of block ${b.height}, ${law_date(b.time)})`];
export function status(s: Status, b: { height: number; time: number }): Finding {
  const [vi, en] = as_of_text(b);
  const [w_vi, w_en] = status_words[s];
  if (s === "valid") return good("in_force", w_vi + vi, w_en + en);
  const more: readonly [string, string] = s === "superseded" ? ["; hãy xin bản mới", "; ask for the new one"] : ["", ""];
  return bad(s, s, "", w_vi + vi + more[0], w_en + en + more[1]);
}
export const pending = (b: { height: number; time: number }): Finding => {
  const [vi, en] = as_of_text(b);
  return bad("change_pending", "pending", "", `đang chờ chữ ký thứ hai, chưa có hiệu lực${vi}`, `awaits a second signature, not in force yet${en}`);
};
export const status_not_shown = (): Finding =>
  unknown("status_too_old", "status_not_shown", "", "tệp không chứng minh được tình trạng hiện nay của bản ghi; hãy xin tệp mới", "the file does not prove the present status of the record; ask for a new one");
export const status_not_shown_of = (where: string): Finding =>
  unknown("status_too_old", "status_not_shown", where, "tệp không chứng minh được tình trạng của một chữ ký thứ hai; hãy xin tệp mới", "the file does not prove the status of a second signature; ask for a new one");
export const status_too_old = (b: { height: number; time: number }, max_s: number): Finding => {
  const days = Math.floor(max_s / 86400);
  return unknown("status_too_old", "status_too_old", "",
    `tình trạng chỉ được chứng minh đến ngày ${date_vi(b.time)} (khối ${b.height}), đã quá ${days} ngày; một bản thu hồi sau đó sẽ không thấy được ở đây. Hãy nối mạng để lấy bằng chứng mới, hoặc xin tệp mới`,
    `the status is proven up to ${law_date(b.time)} only (block ${b.height}), more than ${days} days ago; a later revocation would not show here. Go online to fetch a newer proof, or ask for a new file`);
};

// Disclosures --------------------------------------------------------------------------------------------------------

export const shown_completely = (): Finding => good("complete", "văn bản được trình đầy đủ", "the document is shown completely");
export function shown_in_part(hidden: string[] | null): Finding {
  if (hidden === null) return good("partial", "mọi mục được trình đều đúng; không rõ còn mục nào khác", "all that is shown is right; whether there is more is not shown");
  const list = (i: 0 | 1): string => hidden.slice(0, 6).map((n) => claim_name(n)[i]).join(", ") + (hidden.length > 6 ? ", …" : "");
  return good("partial", `mọi mục được trình đều đúng; không trình: ${list(0)}`, `all that is shown is right; not shown: ${list(1)}`);
}
export function disclosure_foreign(where: string, name: string): Finding {
  const [vi, en] = claim_name(name);
  return bad("altered", "not_in_document", name || where, name ? `mục “${vi}” không có trong văn bản đã ký: nội dung đã bị sửa` : "một mục không có trong văn bản đã ký", name ? `the item “${en}” does not stand in the signed document: it was altered` : "an item does not stand in the signed document");
}
export const claim_twice = (name: string): Finding => bad("altered", "claim_twice", name, `mục “${claim_name(name)[0]}” có hai lần`, `the item “${claim_name(name)[1]}” stands twice`);
export const disclosure_refused = (where: string, inner: string): Finding => bad("altered", "bad_disclosure", inner || where, "một mục không đúng dạng quy định", "an item is not of the form that the format asks for");
export const claim_not_listed = (name: string): Finding => bad("altered", "claim_not_listed", name, `mục “${claim_name(name)[0]}” không có trong danh mục của văn bản`, `the item “${claim_name(name)[1]}” is not in the document's list of contents`);
export const book_of_another = (): Finding => bad("altered", "book_of_another", "book", "khoá học bạ trong tệp không thuộc về văn bản này", "the book key in the file does not belong to this document");

// Provenance ---------------------------------------------------------------------------------------------------------

const where_text = (at: string, name: string): readonly [string, string] => (at === "summary" ? ["kết quả cả năm", "the summary of the year"] : [`môn ${name}`, `${name}`]);
export const nothing_to_trace = (): Finding => good("nothing", "không có điểm nào để truy nguồn", "shows no marks to trace");
export const figures_ok = (n: number): Finding => good("traced", `cả ${n} số liệu được trình đều dẫn đến chữ ký của người đã cho, hoặc được tính lại đúng`, `all ${n} figures shown lead to the signature of whoever gave them, or were computed again`);
export const row_refused = (where: string): Finding => bad("altered", "bad_row", where, "một dòng điểm không thuộc bảng đã ký", "a row does not belong to the signed sheet");
export const row_not_named = (where: string): Finding => bad("altered", "row_not_named", where, "tệp có một dòng điểm mà không mục nào dẫn đến", "the file has a row that no item names");
function figure_finding(outcome: Outcome, code: string, vi: string, en: string): (at: string, name: string) => Finding {
  return (at, name) => {
    const [w_vi, w_en] = where_text(at, name);
    return bad(outcome, code, at, `${w_vi}: ${vi}`, `${w_en}: ${en}`);
  };
}
export const figure_bad = figure_finding("altered", "figure_of_another", "bảng điểm được dẫn không phải của học sinh, lớp, môn hay học kỳ này", "the sheet that is cited is not of this student, class, subject or term");
export function figure_differs(at: string, name: string, shown: Figure, signed: Figure | undefined): Finding {
  const s = (f: Figure | undefined, lang: Lang): string => (f ? figure_text(f, lang) : "–");
  return bad("altered", "figure_differs", at, `môn ${name}: văn bản ghi ${s(shown, "vi")}, giáo viên đã ký ${s(signed, "vi")}`, `${name}: the document says ${s(shown, "en")}, the teacher signed ${s(signed, "en")}`);
}
export const average_bad = figure_finding("altered", "average_differs", "điểm trung bình không khớp với các điểm thành phần", "the average does not follow from the single marks");
export const year_bad = figure_finding("altered", "year_differs", "điểm cả năm không khớp với điểm học kỳ", "the year's figure does not follow from the terms");
export const sheet_bad = figure_finding("altered", "sheet_signature", "chữ ký của giáo viên trên bảng điểm không đúng", "the teacher's signature on the sheet is wrong");
export const sheet_not_authorised = figure_finding("not_authorised", "sheet_not_authorised", "người ký bảng điểm không có thẩm quyền khi đó", "whoever signed the sheet had no authority then");
export function sheet_not_valid(at: string, name: string, s: Status): Finding {
  const [vi, en] = where_text(at, name);
  return bad(s === "valid" ? "valid" : s, `sheet_${s}`, at, `${vi}: bảng điểm được dẫn ${status_words[s][0]}`, `${en}: the sheet that is cited is ${status_words[s][1]}`);
}
const not_proven = (code: string, vi: string, en: string) => (at: string, name: string): Finding => {
  const [w_vi, w_en] = where_text(at, name);
  return unknown("status_too_old", code, at, `${w_vi}: ${vi}`, `${w_en}: ${en}`);
};
export const figure_not_shown = not_proven("row_not_shown", "tệp không có bảng điểm hay dòng mà số liệu này dẫn đến", "the sheet or row that this figure names is not in the file");
export const sheet_not_proven = not_proven("sheet_not_proven", "tệp không có đủ bằng chứng về bảng điểm được dẫn", "the file lacks proofs for the sheet that is cited");
export const rules_not_shown = (id: string): Finding => unknown("status_too_old", "rules_not_shown", id, `tệp không có quy tắc đánh giá ${id}, nên không tính lại được`, `the rule set ${id} is not in the file, so nothing could be computed again`);

export const basis_ok = (): Finding => good("basis", "các học bạ làm căn cứ có trên sổ cái và là của cùng một học sinh", "the transcripts that it rests on stand on the ledger and are the same student's");
export const basis_not_shown = (): Finding => unknown("valid", "basis_not_shown", "basis", "tệp không trình các học bạ làm căn cứ", "the transcripts that it rests on are not shown");
export const basis_of_another = (id: string): Finding => bad("altered", "basis_of_another", id, "một học bạ làm căn cứ là của học sinh khác", "a transcript that it rests on is another student's");
export const basis_bad = (id: string): Finding => bad("altered", "basis_signature", id, "chữ ký trên một học bạ làm căn cứ không đúng", "the signature of a transcript that it rests on is wrong");
export const basis_not_valid = (id: string, s: Status): Finding => bad(s === "valid" ? "valid" : s, `basis_${s}`, id, `một học bạ làm căn cứ ${status_words[s][0]}`, `a transcript that it rests on is ${status_words[s][1]}`);
