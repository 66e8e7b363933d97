// Names of record types for people; needs nothing else.
export type Lang = "vi" | "en";
export type Words = Record<string, readonly [vi: string, en: string]>;
export const type_words: Words = {
  org: ["đăng ký đơn vị", "registration of an organisation"], key: ["đăng ký khóa", "registration of a key"],
  validators: ["danh sách nút xác nhận", "set of validators"], orderers: ["thay đổi nút sắp xếp", "change of orderers"], policy: ["quy định thẩm quyền", "policy"], approve: ["phê duyệt", "approval"],
  countersign: ["chữ ký thứ hai", "countersignature"], seal: ["con dấu", "seal"], "class-list": ["danh sách lớp", "class list"],
  "grade-sheet": ["bảng điểm", "grade sheet"], "summary-sheet": ["bảng tổng kết", "summary sheet"], register: ["trang sổ gốc", "register page"],
  amend: ["bản sửa điểm", "amendment"], suspend: ["tạm ngừng hiệu lực", "suspension"], reinstate: ["khôi phục hiệu lực", "reinstatement"],
  revoke: ["thu hồi", "revocation"], compromise: ["báo lộ khóa", "report of a compromised key"], erase: ["xóa dữ liệu", "erasure"],
  document: ["văn bản", "document"], transcript: ["học bạ", "transcript"], diploma: ["bằng tốt nghiệp", "diploma"],
  certificate: ["chứng chỉ", "certificate"], "school-transfer": ["giấy chuyển trường", "school transfer"], export: ["bản xuất", "export"],
};
export const word = (words: Words, key: string, lang: Lang): string => words[key]?.[lang === "vi" ? 0 : 1] ?? key;
