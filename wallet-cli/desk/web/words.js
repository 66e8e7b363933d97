// What the page says. Every text in Vietnamese and English; what the program says comes in both, too.

const texts = {
  title: ['Bàn làm việc', 'Desk'],
  skip: ['Đến nội dung', 'Skip to the content'],
  other_language: ['English', 'Tiếng Việt'],
  lock: ['Khóa', 'Lock'],
  close: ['Đóng', 'Close'],
  nav: ['Các mục', 'Sections'],
  nav_work: ['Việc của tôi', 'My work'],
  nav_sheet: ['Ký bảng điểm', 'Sign a sheet'],
  nav_approve: ['Chờ chữ ký', 'Waiting'],
  nav_issue: ['Cấp học bạ', 'Transcripts'],
  nav_history: ['Lịch sử', 'History'],
  test_network: ['Mạng thử nghiệm: những gì ký ở đây không có giá trị.', 'A test network: what is signed here has no effect.'],
  closed: ['Bàn làm việc đã đóng', 'The desk is closed'],
  closed_text: ['Bạn có thể đóng thẻ này.', 'You may close this tab.'],
  no_link: ['Cần một liên kết mới', 'A new link is needed'],
  no_link_text: [
    'Bàn làm việc chỉ mở được bằng liên kết của stele desk, mỗi liên kết một lần. Hãy quay lại cửa sổ đã chạy stele desk và bấm Enter để lấy liên kết mới.',
    'The desk opens only with a link of stele desk, each of them once. Go back to the window that runs stele desk and press Enter for a new one.'],
  gone: ['Chương trình stele desk không trả lời. Có thể nó đã đóng; hãy chạy lại.', 'The program stele desk does not answer. It may be closed; run it again.'],
  error: ['Có lỗi', 'Something is wrong'],
  again: ['Thử lại', 'Try again'],

  unlock: ['Mở bàn làm việc', 'Open the desk'],
  unlock_text: ['Mật khẩu của khóa chỉ ở trong máy này và được xóa ngay khi dùng xong.', 'The passphrase stays on this computer and is wiped as soon as it was used.'],
  who: ['Bạn là ai?', 'Who are you?'],
  passphrase: ['Mật khẩu của khóa', 'Passphrase of the key'],
  opening: ['Đang mở khóa…', 'Opening the key…'],
  locked_idle: ['Tự khóa sau {0} phút không dùng.', 'Locks itself after {0} minutes without use.'],
  key_unusable: ['Không dùng được tệp khóa này', 'This key file can’t be used'],

  year: ['Năm học', 'School year'],
  cls: ['Lớp', 'Class'],
  subject: ['Môn', 'Subject'],
  term: ['Học kỳ', 'Term'],
  teacher: ['Giáo viên', 'Teacher'],
  state: ['Tình trạng', 'State'],
  term_1: ['Học kỳ I', 'First term'],
  term_2: ['Học kỳ II', 'Second term'],
  term_year: ['Cả năm', 'Whole year'],
  loading: ['Đang tải…', 'Loading…'],

  hello: ['Xin chào, {0}', 'Hello, {0}'],
  my_sheets: ['Bảng điểm của tôi', 'My sheets'],
  my_progress: ['Đã ký {0} trong {1} bảng điểm', '{0} of {1} sheets signed'],
  signed: ['Đã ký', 'Signed'],
  not_signed: ['Chưa ký', 'Not signed'],
  no_list: ['Chưa có danh sách lớp', 'No class list yet'],
  sign_this: ['Ký', 'Sign'],
  sign_this_long: ['Ký {0}, lớp {1}, {2}', 'Sign {0}, class {1}, {2}'],
  missing: ['Ai chưa ký', 'Who has not signed yet'],
  missing_none: ['Mọi bảng điểm của trường đã được ký.', 'Every sheet of the school is signed.'],
  missing_count: ['Còn {0} bảng điểm chưa ký.', '{0} sheets are not signed yet.'],
  missing_by_teacher: ['{0}: còn {1}', '{0}: {1} left'],

  sheet_title: ['Ký một bảng từ tệp', 'Sign a sheet from a file'],
  sheet_lead: ['Chọn tệp Excel, LibreOffice hoặc CSV như vẫn dùng. Chưa có gì được ký cho đến khi bạn xem lại và nhập mật khẩu.',
    'Choose the Excel, LibreOffice or CSV file that you use. Nothing is signed before you have looked at it and given your passphrase.'],
  use: ['Loại bảng', 'Kind of sheet'],
  use_grades: ['Bảng điểm môn học', 'Marks of a subject'],
  use_summary: ['Bảng tổng kết lớp', 'Summary of a class'],
  use_list: ['Danh sách lớp', 'Class list'],
  file: ['Tệp bảng tính', 'Spreadsheet file'],
  file_hint: ['.xlsx, .ods hoặc .csv; kéo thả vào đây cũng được', '.xlsx, .ods or .csv; you can also drop it here'],
  empty: ['Ô trống nghĩa là', 'An empty cell means'],
  empty_error: ['lỗi: mọi ô phải có', 'a fault: every cell must be filled'],
  empty_not_yet: ['chưa có điểm', 'not marked yet'],
  empty_exempt: ['miễn học', 'exempt'],
  empty_absent: ['vắng', 'absent'],
  level: ['Cấp học', 'Level of school'],
  check: ['Kiểm tra tệp', 'Check the file'],
  checking: ['Đang kiểm tra…', 'Checking…'],
  faults: ['Tệp có {0} lỗi. Chưa ký gì.', 'The file has {0} faults. Nothing was signed.'],
  faults_one: ['Tệp có 1 lỗi. Chưa ký gì.', 'The file has 1 fault. Nothing was signed.'],
  faults_help: ['Sửa trong tệp, lưu lại, rồi kiểm tra lần nữa. Bấm vào từng lỗi để đến ô của nó.',
    'Correct them in the file, save it, and check again. Each fault leads to its cell.'],
  no_faults: ['Tệp đúng: {0} học sinh.', 'The file is in order: {0} students.'],
  notes: ['Nên xem lại', 'Please look at these'],
  table_of: ['Nội dung tệp', 'What the file holds'],
  row: ['Hàng {0}', 'Row {0}'],
  place: ['ô {0}', 'cell {0}'],
  place_row: ['hàng {0}', 'row {0}'],
  more_rows: ['… và {0} hàng nữa', '… and {0} more rows'],
  fault_here: ['Lỗi: {0}', 'Fault: {0}'],
  review_and_sign: ['Xem lại và ký…', 'Review and sign…'],
  another_file: ['Chọn tệp khác', 'Choose another file'],
  too_large: ['Tệp quá lớn: tối đa 20 MB.', 'The file is too large: at most 20 MB.'],
  choose_file: ['Hãy chọn một tệp.', 'Choose a file.'],

  will_sign: ['Bạn sắp ký', 'You are about to sign'],
  about: ['Chữ ký này áp dụng cho', 'This signature is about'],
  sign: ['Ký', 'Sign'],
  cancel: ['Không ký', 'Do not sign'],
  opening_key: ['Đang mở khóa…', 'Opening the key…'],
  phase_signing: ['Đang ký: {0}/{1}', 'Signing: {0}/{1}'],
  phase_sending: ['Đang gửi và chờ sổ cái: {0}/{1}', 'Sending, and waiting for the ledger: {0}/{1}'],
  final: ['Đã ghi vào sổ cái, không thể đảo ngược', 'On the ledger, final'],
  final_count: ['{0} bản ghi, chung cuộc.', '{0} records, final.'],
  final_one: ['Nằm trong khối {0}. Mã bản ghi:', 'In block {0}. Record id:'],
  not_final: ['Đã ký, chưa biết kết quả', 'Signed; the outcome is not known yet'],
  not_final_text: ['{0} trong {1} bản ghi đã chung cuộc. Gửi lại không bao giờ gây hại.', '{0} of {1} records are final. Sending again does no harm, ever.'],
  nothing_signed: ['Chưa ký được', 'Nothing was signed'],
  refused: ['Sổ cái từ chối', 'The ledger refuses'],
  send_again: ['Gửi lại', 'Send again'],
  done: ['Xong', 'Done'],

  approve_title: ['Đang chờ chữ ký', 'Waiting for signatures'],
  approve_none: ['Không có gì đang chờ.', 'Nothing is waiting.'],
  approve_yours: ['Chờ chữ ký của bạn', 'Waiting for your signature'],
  approve_others: ['Chờ người khác', 'Waiting for others'],
  approve_needs: ['cần {0} của: {1}', 'needs {0} by: {1}'],
  approve_all: ['Chọn tất cả {0}', 'Choose all {0}'],
  approve_open: ['Xem nội dung', 'What it says'],
  approve_sign: ['Xem lại và ký…', 'Review and sign…'],
  approve_choose: ['Hãy chọn ít nhất một bản ghi.', 'Choose at least one record.'],
  approve_group: ['{0}: {1}', '{0}: {1}'],

  issue_title: ['Cấp học bạ cho một lớp', 'Issue a class’s transcripts'],
  issue_lead: ['Học bạ lấy điểm từ các bảng giáo viên đã ký; mỗi con số dẫn về chữ ký của người cho điểm.',
    'Transcripts take their marks from the sheets that teachers signed; every figure leads to the signature of who gave it.'],
  prepare: ['Chuẩn bị', 'Prepare'],
  preparing: ['Đang lấy các bảng điểm…', 'Gathering the sheets…'],
  issue_count: ['{0} học bạ sẵn sàng để ký.', '{0} transcripts are ready to be signed.'],
  issue_have: ['{0} học sinh đã có học bạ từ trước.', '{0} students have one already.'],
  issue_none: ['Không còn gì để cấp: mọi học sinh của lớp đã có học bạ.', 'Nothing is left to issue: every student of the class has a transcript.'],
  issue_faults: ['Chưa cấp được: {0} học sinh còn thiếu.', 'Not ready: {0} students lack something.'],
  issue_students: ['Học sinh', 'Students'],
  issue_first: ['Lớp này còn {0} bảng điểm chưa ký', 'This class lacks {0} sheets'],
  codes: ['Mã nhận học bạ', 'Pick-up codes'],
  codes_text: ['Mỗi học sinh một mã, ghi trong tệp {0} (chỉ bạn đọc được). Hãy giữ kín.', 'One for each student, in the file {0} (readable only by you). Keep it secret.'],
  codes_download: ['Tải tệp mã', 'Download the codes'],

  history_title: ['Lịch sử', 'History'],
  history_lead: ['Không có gì bị ghi đè: mọi bản ghi và mọi thay đổi đều ở lại.', 'Nothing is overwritten: every record and every change stays.'],
  history_sheets: ['Các bảng đang có hiệu lực của lớp {0}', 'Sheets in force of class {0}'],
  history_none: ['Lớp này chưa có bảng nào.', 'This class has no sheet yet.'],
  history_open: ['Xem lịch sử', 'Show its history'],
  history_of: ['Lịch sử của bản ghi', 'History of the record'],
  history_id: ['Hoặc nhập mã bản ghi', 'Or give a record id'],
  history_show: ['Xem', 'Show'],
  time: ['Lúc', 'Time'],
  what: ['Việc', 'What'],
  by: ['Đơn vị', 'By'],
  reason: ['Lý do', 'Reason'],
  block: ['Khối', 'Block'],
  record: ['Bản ghi', 'Record'],
};

let language = localStorage.getItem('stele-language')
  ?? (navigator.language.toLowerCase().startsWith('vi') ? 'vi' : 'en');

export const lang = () => language;
export function setLang(to) {
  language = to;
  localStorage.setItem('stele-language', to);
}

/** The text of that name; {0}, {1} are filled in. */
export function t(name, ...values) {
  const text = texts[name][language === 'vi' ? 0 : 1];
  return text.replace(/\{(\d)\}/g, (_, n) => String(values[Number(n)]));
}

/** One of the two texts that the program gave. */
export const both = (text) => (text ? text[language] ?? '' : '');

export const names = Object.keys(texts);
