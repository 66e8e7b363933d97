#include "wallet-cli/tables/faults.h"

#include <algorithm>
#include <array>

#include "ledger/base/assert.h"

namespace stele::tables {
namespace {

constexpr std::array faults = {
    // The file as a whole.
    Fault{"file_unreadable",
          "Không đọc được tệp. Hãy kiểm tra đường dẫn, quyền đọc, và đóng tệp trong Excel rồi thử lại.",
          "The file can't be read. Check its path and permissions, close it in Excel, and try again."},
    Fault{"file_empty", "Tệp rỗng (0 byte). Hãy lưu lại bảng từ Excel rồi gửi tệp mới.",
          "The file is empty (0 bytes). Save the sheet again from Excel and use the new file."},
    Fault{"file_too_large",
          "Tệp lớn hơn {0} MB. Một bảng điểm của lớp chỉ vài chục KB: hãy xóa ảnh, trang thừa rồi lưu lại.",
          "The file is larger than {0} MB. The sheet of a class is some tens of KB: remove pictures and unused sheets, "
          "then save again."},
    Fault{"file_is_pdf", "Tệp này là PDF dù tên có đuôi khác. Hãy xuất bảng ra Excel (.xlsx) hoặc CSV UTF-8.",
          "This file is a PDF, whatever its name ends in. Export the sheet as Excel (.xlsx) or CSV UTF-8."},
    Fault{"file_is_old_xls",
          "Tệp này là Excel kiểu cũ (.xls). Hãy mở trong Excel và chọn Lưu thành → Sổ làm việc Excel (.xlsx).",
          "This file is an old Excel workbook (.xls). Open it in Excel and choose Save As → Excel Workbook (.xlsx)."},
    Fault{"file_is_encrypted",
          "Tệp được đặt mật khẩu. Hãy mở trong Excel, bỏ mật khẩu (Tệp → Thông tin → Bảo vệ sổ làm việc) rồi lưu lại.",
          "The file is protected by a password. Open it in Excel, remove the password (File → Info → Protect Workbook) "
          "and save again."},
    Fault{"file_is_html", "Tệp này là trang web (HTML) mang tên bảng tính. Hãy mở trong Excel và lưu lại thành .xlsx.",
          "This file is a web page (HTML) named as a spreadsheet. Open it in Excel and save it as .xlsx."},
    Fault{"file_is_xlsb", "Tệp này là sổ nhị phân Excel (.xlsb). Hãy mở trong Excel và lưu lại thành .xlsx.",
          "This file is a binary Excel workbook (.xlsb). Open it in Excel and save it as .xlsx."},
    Fault{"file_kind_unknown",
          "Tệp này không phải bảng tính. Chỉ nhận Excel (.xlsx), OpenDocument (.ods) và CSV UTF-8 (.csv).",
          "This file is not a spreadsheet. Only Excel (.xlsx), OpenDocument (.ods) and CSV UTF-8 (.csv) are accepted."},
    Fault{"file_damaged",
          "Tệp bị hỏng hoặc bị cắt cụt ({0}). Hãy mở trong Excel, lưu lại thành .xlsx, hoặc chép lại từ nguồn.",
          "The file is damaged or cut short ({0}). Open it in Excel and save it as .xlsx again, or copy it anew from "
          "its source."},
    Fault{"file_unpacks_too_large",
          "Tệp bung ra quá lớn ở phần “{0}”, giống tệp phá hoại. Hãy chép riêng bảng sang một sổ mới rồi lưu lại.",
          "The file unpacks to too much in its part “{0}”, like a file made to do harm. Copy the sheet alone into a "
          "new workbook and save that."},
    Fault{"file_has_doctype",
          "Phần “{0}” của tệp chứa khai báo DOCTYPE, điều mà bảng tính không bao giờ cần. Tệp bị từ chối; hãy lưu lại "
          "từ Excel.",
          "The file's part “{0}” holds a DOCTYPE, which no spreadsheet needs. The file is refused; save it again from "
          "Excel."},
    // CSV.
    Fault{"csv_encoding",
          "Chữ trong tệp CSV không phải UTF-8 (có thể là Windows-1258, TCVN3 hoặc VNI). Trong Excel hãy chọn Lưu thành "
          "→ CSV UTF-8.",
          "The text of this CSV file is not UTF-8 (perhaps Windows-1258, TCVN3 or VNI). In Excel choose Save As → CSV "
          "UTF-8."},
    Fault{"csv_quote",
          "Dấu ngoặc kép đặt sai. Ô có dấu ngoặc kép phải nằm trong \"…\" và mỗi dấu bên trong viết đôi \"\". Hãy lưu "
          "lại từ Excel.",
          "A double quote stands where it may not. A cell with quotes must be within \"…\", with each inner quote "
          "doubled \"\". Save again from Excel."},
    Fault{"csv_quote_open", "Dấu ngoặc kép mở ở dòng này không được đóng. Hãy thêm dấu đóng hoặc lưu lại từ Excel.",
          "The double quote opened in this row is never closed. Close it, or save again from Excel."},
    // Limits inside a table.
    Fault{"table_too_many_rows", "Bảng có quá {0} dòng. Hãy tách mỗi lớp một tệp.",
          "The table has more than {0} rows. Use one file for each class."},
    Fault{"table_too_many_columns", "Bảng có nội dung ở ngoài {0} cột đầu. Hãy xóa các cột thừa.",
          "The table has content beyond its first {0} columns. Delete the columns that are not needed."},
    Fault{"table_too_many_cells", "Tệp có quá {0} ô. Hãy xóa các trang và cột thừa.",
          "The file has more than {0} cells. Delete sheets and columns that are not needed."},
    Fault{"table_too_many_sheets", "Tệp có quá {0} trang tính. Hãy xóa các trang thừa.",
          "The file has more than {0} sheets. Delete those that are not needed."},
    Fault{"table_too_many_parts", "Tệp có quá nhiều thành phần ({0}). Hãy chép riêng bảng sang một sổ mới rồi lưu lại.",
          "The file has too many parts ({0}). Copy the sheet alone into a new workbook and save that."},
    Fault{"table_cell_too_long", "Nội dung ô dài quá {0} ký tự. Hãy viết ngắn lại.",
          "The text of this cell is longer than {0} characters. Shorten it."},
    // Finding the sheet and its columns.
    Fault{"sheet_none", "Tệp không có trang tính nào.",
          "The file has no sheet. Save the workbook again with the sheet in it."},
    Fault{"sheet_not_found", "Không có trang tính tên “{0}”. Hãy chọn đúng tên trang.",
          "There is no sheet named “{0}”. Choose the right name."},
    Fault{"sheet_several", "Nhiều trang tính cùng có bảng này: {0}. Hãy chỉ rõ tên trang.",
          "More than one sheet holds such a table: {0}. Say which one."},
    Fault{"sheet_only_hidden", "Bảng chỉ có ở trang bị ẩn “{0}”. Hãy bỏ ẩn trang, xem lại rồi gửi.",
          "Only the hidden sheet “{0}” holds such a table. Unhide it, look at it, and try again."},
    Fault{"header_missing",
          "Không thấy dòng tiêu đề của {0}. Cần các cột: {1}. Hãy dùng đúng mẫu của cơ sở dữ liệu ngành.",
          "The heading row of {0} was not found. It needs the columns: {1}. Use the template of the sector database."},
    Fault{"column_missing", "Thiếu cột “{0}”. Hãy thêm cột này theo mẫu của cơ sở dữ liệu ngành.",
          "The column “{0}” is missing. Add it as in the template of the sector database."},
    Fault{"column_twice", "Cột “{0}” xuất hiện hai lần (cột {1} cũng vậy). Hãy xóa một cột.",
          "The column “{0}” is there twice (column {1} too). Delete one of them."},
    Fault{
        "column_unknown", "Không hiểu cột “{0}”. Nếu là cột điểm, hãy sửa tiêu đề theo mẫu; nếu không, hãy xóa cột.",
        "The column “{0}” is not known. If it holds marks, correct its heading as in the template; if not, delete it."},
    Fault{"column_ignored", "Cột “{0}” không thuộc mẫu nên không được đọc.",
          "The column “{0}” is not of the template and was not read."},
    Fault{"column_hidden", "Cột này đang bị ẩn nhưng vẫn được đọc. Hãy bỏ ẩn để xem lại.",
          "This column is hidden and was read all the same. Unhide it to check."},
    Fault{"no_students", "Bảng không có học sinh nào dưới dòng tiêu đề. Hãy nhập danh sách rồi lưu lại.",
          "There is no student below the heading row. Enter the list and save again."},
    // Title rows.
    Fault{"title_class_differs",
          "Tiêu đề ghi lớp {1} (“{0}”), nhưng đang ký cho lớp {2}. Hãy chọn tệp của lớp {2}, hoặc chọn lại lớp.",
          "The title says class {1} (“{0}”), but you are signing for class {2}. Choose the file of class {2}, or the "
          "other class."},
    Fault{"title_subject_differs",
          "Tiêu đề ghi môn {1} (“{0}”), nhưng đang ký môn {2}. Hãy chọn tệp của môn {2}, hoặc chọn lại môn.",
          "The title says subject {1} (“{0}”), but you are signing {2}. Choose the file of {2}, or the other subject."},
    Fault{"title_subject_unknown",
          "Không rõ tiêu đề “{0}” là môn nào; bảng này sẽ được ký là môn {1}. Hãy xem có đúng tệp không.",
          "Which subject the title “{0}” means is not known; this sheet will be signed as {1}. Check that it is the "
          "right file."},
    Fault{"title_term_differs",
          "Tiêu đề ghi {1} (“{0}”), nhưng đang ký cho {2}. Hãy chọn đúng tệp của {2}, hoặc chọn lại học kỳ.",
          "The title says {1} (“{0}”), but you are signing for {2}. Choose the file of {2}, or the other term."},
    Fault{"title_year_differs",
          "Tiêu đề ghi năm học {1} (“{0}”), nhưng đang ký cho năm học {2}. Hãy chọn tệp của năm học {2}, hoặc chọn lại "
          "năm học.",
          "The title says school year {1} (“{0}”), but you are signing for {2}. Choose the file of {2}, or the other "
          "school year."},
    // Rows.
    Fault{"row_hidden", "Dòng này đang bị ẩn (hoặc bị lọc) nhưng vẫn được đọc. Hãy bỏ ẩn để xem lại.",
          "This row is hidden (or filtered out) and was read all the same. Unhide it to check."},
    Fault{"row_ignored", "Dòng này không có mã định danh và không có điểm nên không được đọc.",
          "This row has neither student id nor mark and was not read."},
    Fault{"row_twice",
          "Mã định danh này đã có ở dòng {0} ({1}). Nếu là hai học sinh, hãy sửa mã gõ nhầm; nếu là một học sinh nhập "
          "hai "
          "lần, hãy xóa một dòng.",
          "This student id is in row {0} already ({1}). If these are two students, correct the mistyped id; if one was "
          "entered twice, delete one row."},
    Fault{"cell_merged",
          "Ô bị gộp với ô khác trong vùng dữ liệu nên không rõ giá trị thuộc học sinh nào. Hãy bỏ gộp ô.",
          "This cell is merged with others inside the data, so it is not clear whose value it is. Unmerge it."},
    Fault{"cell_formula",
          "Ô chứa công thức ({0}). Kết quả công thức có thể đổi sau khi ký: hãy dán lại thành giá trị (Dán đặc biệt → "
          "Giá trị).",
          "The cell holds a formula ({0}). Its result could change after signing: paste it as a value (Paste Special → "
          "Values)."},
    Fault{"cell_error", "Ô báo lỗi {0}. Hãy nhập lại giá trị.", "The cell shows the error {0}. Enter its value again."},
    Fault{"cell_without_heading",
          "Ô có nội dung “{0}” nhưng cột không có tiêu đề. Nếu tệp CSV dùng dấu phẩy thập phân, hãy lưu với dấu chấm "
          "phẩy; nếu không, hãy xóa ô.",
          "The cell holds “{0}” but its column has no heading. If a CSV file uses decimal commas, save it with "
          "semicolons; if not, clear the cell."},
    Fault{"cell_text_forbidden",
          "Nội dung ô có ký tự không được phép (ký tự điều khiển hoặc ký tự lạ). Hãy gõ lại nội dung.",
          "The text of this cell has characters that are not allowed (control or unknown characters). Type it again."},
    Fault{"cell_required", "Ô này không được để trống. Hãy nhập giá trị.",
          "This cell must not be empty. Enter its value."},
    Fault{"entry_required",
          "Ô này trống mà không có lý do. Hãy nhập giá trị, hoặc ghi lý do: M (miễn), V (vắng), CT (chưa có).",
          "This cell is empty without a reason. Enter the value, or the reason: M (exempt), V (absent), CT (not yet)."},
    // Students.
    Fault{"id_missing", "Dòng này thiếu mã định danh. Hãy nhập mã định danh Bộ GD&ĐT gồm 10 chữ số.",
          "This row has no student id. Enter the ministry's id of 10 digits."},
    Fault{"id_too_short",
          "Mã định danh “{0}” chỉ có {1} chữ số, cần đúng 10. Có thể Excel đã bỏ các số 0 ở đầu: hãy định dạng cột là "
          "Văn bản rồi nhập lại.",
          "The student id “{0}” has only {1} digits; it needs exactly 10. Excel may have dropped leading zeros: format "
          "the column as Text and enter it again."},
    Fault{"id_invalid",
          "Mã định danh “{0}” không hợp lệ: cần đúng 10 chữ số, không chữ, không dạng 9,9E+09. Hãy định dạng cột là "
          "Văn bản rồi nhập lại.",
          "The student id “{0}” is not valid: it needs exactly 10 digits, no letters, not the form 9.9E+09. Format the "
          "column as Text and enter it again."},
    Fault{"personal_id_invalid",
          "Số định danh cá nhân “{0}” không hợp lệ: cần đúng 12 chữ số. Hãy định dạng cột là Văn bản rồi nhập lại.",
          "The personal id “{0}” is not valid: it needs exactly 12 digits. Format the column as Text and enter it "
          "again."},
    Fault{"class_differs", "Học sinh thuộc lớp “{0}”, không phải lớp {1}. Hãy bỏ dòng này hoặc chọn đúng tệp của lớp.",
          "This student is of class “{0}”, not {1}. Remove the row or choose the file of that class."},
    Fault{
        "class_differs_all",
        "Cả tệp ({0} học sinh) là của lớp “{1}”, không phải lớp {2}. Hãy chọn tệp của lớp {2}, hoặc chọn lại lớp.",
        "The whole file ({0} students) is of class “{1}”, not {2}. Choose the file of class {2}, or the other class."},
    Fault{"nobody_in_class",
          "Không mã định danh nào trong {0} dòng có trong danh sách lớp {1} đã ký. Hãy chọn tệp của lớp {1}, hoặc cập "
          "nhật danh sách lớp trước.",
          "None of the {0} student ids is on the signed class list of {1}. Choose the file of class {1}, or update the "
          "class list first."},
    Fault{"class_became_date",
          "Excel đã đổi tên lớp thành ngày ({0}). Hãy định dạng cột Lớp là Văn bản rồi nhập lại, ví dụ 9/5.",
          "Excel turned the class into a date ({0}). Format the class column as Text and enter it again, for example "
          "9/5."},
    Fault{"student_not_in_class",
          "Mã định danh này không có trong danh sách lớp đã ký. Hãy kiểm tra mã hoặc cập nhật danh sách lớp trước.",
          "This student id is not on the signed class list. Check the id, or update the class list first."},
    Fault{"student_missing", "Học sinh {1} ({0}) có trong danh sách lớp nhưng không có trong tệp.",
          "Student {1} ({0}) is on the class list but not in the file."},
    Fault{
        "name_differs",
        "Trong tệp là “{0}”, danh sách lớp đã ký là “{1}”. Điểm sẽ ghi cho “{1}” (theo mã định danh {2}); hãy xem lại "
        "có "
        "nhầm dòng không.",
        "The file says “{0}”, the signed class list “{1}”. The marks go to “{1}” (by the id {2}); check that the rows "
        "were not shifted."},
    Fault{
        "birth_differs",
        "Ngày sinh trong tệp là {0}, trong danh sách lớp là {1}. Hãy xem lại có nhầm dòng hoặc đảo ngày và tháng "
        "không.",
        "The birth date in the file is {0}, on the class list {1}. Check that rows were not shifted, nor day and month "
        "swapped."},
    // Values.
    Fault{"date_invalid", "“{0}” không phải ngày dạng dd/mm/yyyy, ví dụ 31/05/2009. Hãy nhập lại.",
          "“{0}” is not a date of the form dd/mm/yyyy, such as 31/05/2009. Enter it again."},
    Fault{"mark_not_a_number",
          "“{0}” không phải điểm. Hãy nhập số từ 0 đến 10 với nhiều nhất một chữ số thập phân, hoặc M (miễn), V "
          "(vắng), CT (chưa có).",
          "“{0}” is not a mark. Enter a number from 0 to 10 with at most one decimal, or M (exempt), V (absent), CT "
          "(not yet)."},
    Fault{"mark_decimals",
          "Điểm “{0}” có nhiều hơn một chữ số thập phân (giá trị thật của ô, dù Excel có thể hiện số đã làm tròn). Hãy "
          "nhập lại, ví dụ 8,5.",
          "The mark “{0}” has more than one decimal (the cell's true value; Excel may show it rounded). Enter it "
          "again, for example 8.5."},
    Fault{"mark_out_of_range", "Điểm “{0}” nằm ngoài thang 0 đến 10. Hãy nhập lại.",
          "The mark “{0}” is outside the scale 0 to 10. Enter it again."},
    Fault{"mark_became_date", "Excel đã đổi điểm thành ngày ({0}). Hãy định dạng cột là Văn bản rồi nhập lại điểm.",
          "Excel turned the mark into a date ({0}). Format the column as Text and enter the mark again."},
    Fault{"mark_not_whole", "Điểm kiểm tra định kì “{0}” phải là số nguyên từ 0 đến 10 (TT 27/2020). Hãy nhập lại.",
          "The test mark “{0}” must be a whole number from 0 to 10 (Circular 27/2020). Enter it again."},
    Fault{"value_not_allowed", "“{0}” không phải giá trị hợp lệ của cột này. Hãy dùng một trong: {1}.",
          "“{0}” is not a valid value of this column. Use one of: {1}."},
    Fault{"count_invalid", "“{0}” không phải số buổi nghỉ (số nguyên từ 0 đến {1}). Hãy nhập lại.",
          "“{0}” is not a number of sessions absent (a whole number from 0 to {1}). Enter it again."},
    Fault{"serial_invalid",
          "Số hiệu “{0}” không hợp lệ: cần một chữ in hoa và 8 chữ số, ví dụ Z00000123. Hãy nhập lại.",
          "The serial number “{0}” is not valid: it needs one capital letter and 8 digits, such as Z00000123. Enter it "
          "again."},
    Fault{"serial_twice", "Số hiệu “{0}” đã có ở dòng {1}. Mỗi văn bằng một số hiệu: hãy sửa một trong hai dòng.",
          "The serial number “{0}” is already in row {1}. Each diploma has its own: correct one of the two rows."},
};

std::string filled(std::string_view text, std::initializer_list<std::string_view> arguments) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool slot = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}';
    if (!slot) {
      out += text[i];
      continue;
    }
    const auto which = static_cast<std::size_t>(text[i + 1] - '0');
    STELE_ASSERT(which < arguments.size());
    out += arguments.begin()[which];
    i += 2;
  }
  return out;
}

}  // namespace

std::span<const Fault> all_faults() {
  return faults;
}

Error fault(std::string_view code, Where where, std::initializer_list<std::string_view> arguments) {
  const auto* found = std::find_if(faults.begin(), faults.end(), [&](const Fault& f) { return f.code == code; });
  STELE_ASSERT(found != faults.end());
  return make_error(code, filled(found->vi, arguments), filled(found->en, arguments), std::move(where));
}

std::string shortened(std::string_view text, std::size_t chars_max) {
  std::string out;
  std::size_t chars = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool starts_char = (byte & 0xC0U) != 0x80U;
    if (starts_char && chars++ == chars_max) return out + "…";
    out += byte < 0x20 ? ' ' : c;
  }
  return out;
}

}  // namespace stele::tables
