// Documents as schools issue them, of all kinds, for the printed forms: the longest names, every subject, long comments.
import { sha256 } from "@noble/hashes/sha2";
import { Bag, World, Key, b64u, seeded, tag_of } from "../corpus/world.mjs";
import { policy_of } from "../corpus/scenario.mjs";

const text = (s) => new TextEncoder().encode(s);
const subject = (code, name, kind) => ({ code, name, kind });
const primary_rules = {
  id: "tt27-2020", kinds: ["tieu-hoc"], marks: { regular: 1, mid: 2, final: 3 }, year: { t1: 1, t2: 2 }, terms: { first: "1", second: "2", year: "year" }, levels: ["t", "h", "c"],
  subjects: [
    subject("tieng-viet", "Tiếng Việt", "level-and-mark"), subject("toan", "Toán", "level-and-mark"), subject("ngoai-ngu-1", "Ngoại ngữ 1", "level-and-mark"),
    subject("lich-su-dia-li", "Lịch sử và Địa lí", "level-and-mark"), subject("khoa-hoc", "Khoa học", "level-and-mark"), subject("tin-hoc-cong-nghe", "Tin học và Công nghệ", "level-and-mark"),
    subject("dao-duc", "Đạo đức", "level"), subject("gdtc", "Giáo dục thể chất", "level"), subject("nghe-thuat", "Nghệ thuật (Âm nhạc, Mĩ thuật)", "level"), subject("hdtn", "Hoạt động trải nghiệm", "level"),
  ],
  regular_min: 0, regular_max: 0,
};
const marks = (code, name) => subject(code, name, "marks");
const level = (code, name) => subject(code, name, "level");
const secondary_rules = {
  id: "tt22-2021", kinds: ["thcs", "thpt"], marks: { regular: 1, mid: 2, final: 3 }, year: { t1: 1, t2: 2 }, terms: { first: "1", second: "2", year: "year" }, levels: ["dat", "chua-dat"],
  subjects: [
    marks("ngu-van", "Ngữ văn"), marks("toan", "Toán"), marks("ngoai-ngu-1", "Ngoại ngữ 1"), marks("gdcd", "Giáo dục công dân"), marks("lich-su-dia-li", "Lịch sử và Địa lí"), marks("khtn", "Khoa học tự nhiên"), marks("lich-su", "Lịch sử"),
    marks("gdkt-pl", "Giáo dục kinh tế và pháp luật"), marks("vat-li", "Vật lí"), marks("hoa-hoc", "Hóa học"), marks("cong-nghe", "Công nghệ"), marks("tin-hoc", "Tin học"), marks("gdqp-an", "Giáo dục quốc phòng và an ninh"),
    level("gdtc", "Giáo dục thể chất"), level("nghe-thuat", "Nghệ thuật"), level("hdtn-hn", "Hoạt động trải nghiệm, hướng nghiệp"), level("gddp", "Nội dung giáo dục của địa phương"),
  ],
  regular_min: 2, regular_max: 4,
};
const all_of = (...codes) => secondary_rules.subjects.filter((x) => codes.includes(x.code));
const thcs_subjects = all_of("ngu-van", "toan", "ngoai-ngu-1", "gdcd", "lich-su-dia-li", "khtn", "cong-nghe", "tin-hoc", "gdtc", "nghe-thuat", "hdtn-hn", "gddp");
const thpt_subjects = all_of("ngu-van", "toan", "ngoai-ngu-1", "lich-su", "gdkt-pl", "vat-li", "hoa-hoc", "tin-hoc", "gdqp-an", "gdtc", "hdtn-hn", "gddp");

/** "8.3" of integer tenths. */
const mark = (tenths) => `${Math.floor(tenths / 10)}.${tenths % 10}`;
const half_up = (sum, weights) => Math.floor((2 * sum + weights) / (2 * weights));

const schools = {
  "tieu-hoc": { org: "th-vi-du-2", name: "Trường Tiểu học Ví Dụ Số 2", rules: primary_rules, subjects: primary_rules.subjects, cls: "4/2", born: "2016-09-02", pupil: "Nguyễn Phước Bảo Đăng-Khôi Thử", principal: "Trần Đỗ Quỳnh Giả", homeroom: "Đinh Thị Ỷ Thử" },
  thcs: { org: "thcs-vi-du-3", name: "Trường THCS Ví Dụ Số 3", rules: secondary_rules, subjects: thcs_subjects, cls: "9/5", born: "2011-11-20", pupil: "Phạm Ngọc Thí Dụ", principal: "Lê Hoàng Mẫu", homeroom: "Võ Đặng Khởi Mẫu" },
  thpt: { org: "thpt-vi-du-1", name: "Trường THPT Ví Dụ Số 1", rules: secondary_rules, subjects: thpt_subjects, cls: "12A1", born: "2008-03-14", pupil: "Nguyễn Thị Ánh Nguyệt-Thử", principal: "Đỗ Hoàng Quân Thí Dụ", homeroom: "Hồ Mai Hạnh Mẫu" },
};
const teachers = ["Bùi Hoàng Long Mẫu", "Hồ Mai Hạnh Mẫu", "Công Tằng Tôn Nữ Quỳnh Hương-Giang Thí Dụ", "Phạm Mai Yến Thí Dụ", "Lý Hữu Sự Giả", "Đinh Thị Ánh Yến Thí Dụ"];

/** A department, and the rules of all its schools. */
function found() {
  const w = new World("mau");
  const [root] = w.roots;
  const data = (rules) => ({ id: rules.id, digest: b64u(sha256(text(JSON.stringify(rules)))), data: b64u(text(JSON.stringify(rules))) });
  const kinds = ["tieu-hoc", "thcs", "thpt"];
  const policy = policy_of((p) => ({
    ...p, kinds: [...kinds, "language", "minutes"], assessment: [data(secondary_rules), data(primary_rules)],
    acts: p.acts.flatMap((a) => (a.act === "transcript" ? kinds.map((on) => ({ ...a, on })) : a.act === "diploma" ? [a, { ...a, act: "certificate", on: "language", period: "nth" }] : [a])),
  }));
  const dept = w.record("org", root, { org: "so-vi-du", kind: "department", name: "Sở Giáo dục và Đào tạo Ví Dụ", vaults: [] });
  const record = w.record("policy", root, policy);
  w.block([dept, record]);
  return { w, dept, policy: record };
}

/** A class's year in the school of this kind. `retest`: in the subject at that place. */
function year_of({ w, dept, policy }, kind, { retest } = {}) {
  const about = schools[kind];
  const { org, rules, subjects } = about;
  const [root] = w.roots;
  const book = seeded("book", kind);
  const key = Object.fromEntries(["principal", "homeroom", "seal", ...teachers.map((_, i) => `teacher${i}`)].map((n) => [n, new Key(`${kind} ${n}`)]));
  const s = { w, book, kind, about, dept, policy };
  s.school = w.record("org", root, { org, kind: "school", parent: "so-vi-du", name: about.name, vaults: [0] });
  const person = (n, name, title, role, more = {}) => w.key_record(root, key[n], org, [{ role, org, ...more }], { name, title, use: n === "seal" ? "seal" : "sign" });
  s.key = {
    principal: person("principal", about.principal, "Hiệu trưởng", "principal"),
    homeroom: person("homeroom", about.homeroom, "Giáo viên chủ nhiệm", "homeroom", { class: about.cls }),
    seal: person("seal", about.name, "Con dấu nhà trường", "school-seal"),
  };
  teachers.forEach((name, i) => (s.key[`teacher${i}`] = w.key_record(root, key[`teacher${i}`], org, subjects.filter((_, k) => k % teachers.length === i).map((x) => ({ role: "teacher", org, class: about.cls, subject: x.code })), { name, title: "Giáo viên" })));
  w.block([s.school]);
  w.block(Object.values(s.key));

  const tag = tag_of(book, "transcript", kind, "2025");
  const assessment = { id: rules.id, digest: b64u(sha256(text(JSON.stringify(rules)))) };
  const common = { org, kind, class: about.cls, year: "2025", list: b64u(seeded("list")), assessment };
  const primary = kind === "tieu-hoc";
  const row = 5;
  const blank = Array.from({ length: row }, () => null);
  const claims = { name: about.pupil, birth_date: about.born, birth_place: "Phường Ví Dụ, Thành phố Thí Nghiệm", gender: "nu", ethnicity: "Ê Đê", student_id: "9901000001", personal_id: "999210001001", school: about.name, signer: { name: about.principal, title: "Hiệu trưởng" }, issued: "2026-05-28", class: about.cls, year: "2025" };
  s.sheets = [];
  const sign = (code, term, figure, detail, who) => {
    const sheet = w.sheet("grade-sheet", key[who], { ...common, subject: code, term }, [...blank, [{ tag, ...figure }, detail]]);
    s.sheets.push([sheet, who]);
    return { ...(term === "year" ? {} : { term }), ...figure, sheet: sheet.id, row };
  };
  const comments = ["Nắm vững kiến thức, kĩ năng; tích cực phát biểu xây dựng bài, biết giúp đỡ bạn trong học tập; cần rèn thêm chữ viết và cách trình bày.", "", "Tiến bộ rõ ở học kỳ II.", "Cần chăm chỉ hơn, “đừng nản”."];
  const said = (n) => (comments[n % 4] ? { comment: comments[n % 4] } : {});
  subjects.forEach((x, i) => {
    const who = `teacher${i % teachers.length}`;
    const term = (t) => {
      if (x.kind === "level") return sign(x.code, t, { level: primary ? ["t", "h"][(i + Number(t)) % 2] : "dat" }, said(i + Number(t)), who);
      if (primary) return sign(x.code, t, i === 3 && t === "1" ? { level: "h" } : { level: i % 3 ? "h" : "t", mark: mark(70 + 10 * ((i + Number(t)) % 4)) }, said(i), who);
      const m = (n) => 40 + ((i * 13 + n * 17 + Number(t) * 7) % 60);
      const regular = [m(1), m(2), m(3)];
      const figure = { mark: mark(half_up(regular.reduce((a, b) => a + b) + 2 * m(4) + 3 * m(5), regular.length + 5)) };
      return sign(x.code, t, figure, { regular: regular.map(mark), mid: mark(m(4)), final: mark(m(5)), ...said(i + Number(t)) }, who);
    };
    const terms = [term("1"), term("2")];
    const tenths = (f) => Math.round(10 * Number(f.mark));
    let year = x.kind === "marks" ? { mark: mark(half_up(tenths(terms[0]) + 2 * tenths(terms[1]), 3)) } : { level: terms[1].level, ...(terms[1].mark ? { mark: terms[1].mark } : {}) };
    const again = retest === i ? sign(x.code, "year", primary ? { level: "h", mark: "6.0" } : { mark: "6.0" }, {}, who) : null;
    if (again) year = { ...(again.level ? { level: again.level } : {}), mark: again.mark };
    claims[`subject.${x.code}`] = { name: x.name, terms, ...(again ? { retest: again } : {}), year };
  });
  const conduct = primary ? { year: "tot" } : { t1: "kha", t2: "tot", year: "tot" };
  const result = { conduct, learning: primary ? "hoan-thanh-tot" : "kha", title: primary ? "tieu-bieu" : "gioi", promotion: "len-lop", absences: 3 };
  const comment = "Em ngoan, lễ phép với thầy cô, đoàn kết với bạn bè; có ý thức tự giác trong học tập và rèn luyện; tham gia đầy đủ các hoạt động của lớp, của Đội. Cần mạnh dạn hơn khi trình bày ý kiến trước tập thể.";
  s.summary = w.sheet("summary-sheet", key.homeroom, { ...common, term: "year" }, [...blank, [{ tag, ...result }, { comment }]]);
  claims.summary = { ...result, sheet: s.summary.id, row };
  claims.contents = [...Object.keys(claims), "contents"].sort();
  w.block([...s.sheets.map(([x]) => x), s.summary]);
  w.block();
  s.transcript = w.record("transcript", key.principal, { org, kind, tag, period: "2025", assessment, class: about.cls }, { claims: Object.entries(claims) });
  s.transcript.enters = "suspended";
  s.seal = w.record("seal", key.seal, { org, role: "school-seal", targets: [s.transcript.id] });
  const identity = Object.fromEntries(["name", "birth_date", "birth_place", "gender", "ethnicity", "student_id", "school", "signer"].map((n) => [n, claims[n]]));
  const credential = (type, kind_, period, more, stele = {}) => {
    const all = { ...identity, issued: "2026-06-25", ...more };
    all.contents = [...Object.keys(all), "contents"].sort();
    return w.record(type, key.principal, { org, kind: kind_, tag: tag_of(book, type, kind_, period), period, ...stele }, { claims: Object.entries(all) });
  };
  s.diploma = credential("diploma", "thpt", "once", { graduation_year: "2026", ranking: "gioi", mode: "chinh-quy", serial: "Z00000133", register_no: "0033/2026/THPT", basis: [s.transcript.id] }, { register: { year: "2026", number: 33 } });
  s.certificate = credential("certificate", "language", "1", { title: "Chứng chỉ năng lực ngoại ngữ dành cho học sinh trung học phổ thông", grade: "Bậc 3 (B1) – Đạt loại Giỏi" });
  w.block([s.transcript]);
  w.block([s.seal], { [s.transcript.id]: "valid" });
  w.block([s.diploma, s.certificate]);
  return s;
}

const authority = (s, who) => [s.dept, s.school, s.policy, s.key[who]];
function transcript_of(s) {
  const bag = new Bag(s.w, s.transcript);
  bag.facts(s.transcript, authority(s, "principal"), s.top).show(s.transcript);
  bag.facts(s.seal, authority(s, "seal"), s.top);
  for (const [sheet, who] of [...s.sheets, [s.summary, "homeroom"]]) {
    bag.facts(sheet, authority(s, who), s.top);
    bag.rows.push(s.w.row(sheet, 5));
  }
  return bag.print();
}
const credential_of = (s, record) => new Bag(s.w, record).facts(record, authority(s, "principal"), s.top).show(record).print();

/** {genesis, files: {name: {text, words}}}: `words` must stand on the paper. */
export function made() {
  const department = found();
  const [primary, lower, upper] = [year_of(department, "tieu-hoc"), year_of(department, "thcs", { retest: 1 }), year_of(department, "thpt")];
  department.w.block();
  department.w.block();
  for (const s of [primary, lower, upper]) s.top = department.w.blocks.length - 2;
  const words = (s) => [s.about.pupil, s.about.name, s.about.principal, s.about.homeroom, s.about.cls, ...s.about.subjects.map((x) => x.name), ...teachers, "Phường Ví Dụ, Thành phố Thí Nghiệm", "9901000001", "999210001001"];
  const files = {
    "transcript-primary": { text: transcript_of(primary), words: [...words(primary), "TIỂU HỌC", "Hoàn thành tốt", "Hoàn thành (9.0)", "Phẩm chất, năng lực", "Học sinh Tiêu biểu"] },
    "transcript-thcs": { text: transcript_of(lower), words: [...words(lower), "TRUNG HỌC CƠ SỞ", "Sau đánh giá lại", "Đánh giá lại"] },
    "transcript-thpt": { text: transcript_of(upper), words: [...words(upper), "TRUNG HỌC PHỔ THÔNG", "Học sinh Giỏi"] },
    diploma: { text: credential_of(upper, upper.diploma), words: [upper.about.pupil, "BẰNG TỐT NGHIỆP", "Z00000133", "0033/2026/THPT", "Chính quy", "Ê Đê", "14/03/2008"] },
    certificate: { text: credential_of(upper, upper.certificate), words: [upper.about.pupil, "CHỨNG CHỈ NĂNG LỰC NGOẠI NGỮ DÀNH", "Bậc 3 (B1) – Đạt loại Giỏi", "14/03/2008", "9901000001"] },
  };
  return { genesis: department.w.genesis_file, files };
}
