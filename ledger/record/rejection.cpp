#include "ledger/record/rejection.h"

#include <array>

namespace stele {
namespace {

struct Row {
  RejectionCode code;
  std::string_view name;
  std::string_view vi, en;
};

#define ROW(name, vi, en)              \
  Row {                                \
    RejectionCode::name, #name, vi, en \
  }

/// One row for each code, in the order of STELE_REJECTIONS.
constexpr std::array rows{
    // envelope and schema
    ROW(too_large, "dữ liệu lớn hơn giới hạn của loại này; hãy chia nhỏ rồi gửi lại",
        "this is larger than its type allows; split it and send it again"),
    ROW(bad_envelope, "bản ghi không có dạng JWS gọn (phần đầu.nội dung.chữ ký); hãy tạo lại bản ghi bằng phần mềm ký",
        "this is not a compact JWS (header.payload.signature); make the record again with the signing program"),
    ROW(bad_header, "phần đầu JWS phải có đúng ba trường alg, kid, typ; hãy tạo lại bản ghi bằng phần mềm ký",
        "the JWS header must hold exactly alg, kid and typ; make the record again with the signing program"),
    ROW(bad_algorithm, "thuật toán ký không được phép cho loại bản ghi này; hãy ký bằng ES256K (bản xuất: ES256)",
        "this signature algorithm is not allowed for this type of record; sign with ES256K (exports: ES256)"),
    ROW(unknown_type, "loại bản ghi không tồn tại; hãy dùng một loại trong tài liệu định dạng",
        "there is no such type of record; use one of the documented types"),
    ROW(bad_base64, "phần này không phải base64url chuẩn (không đệm, bit thừa bằng 0); hãy mã hóa lại",
        "this part is not canonical base64url (no padding, unused bits zero); encode it again"),
    ROW(bad_json, "nội dung không phải JSON theo quy định chặt; hãy sửa chỗ được chỉ ra rồi ký lại",
        "this is not JSON as strictly required; correct the place named and sign again"),
    ROW(missing_member, "thiếu trường bắt buộc này; hãy bổ sung rồi ký lại",
        "this required member is missing; add it and sign again"),
    ROW(unknown_member, "trường này không được phép ở đây; hãy bỏ đi rồi ký lại",
        "this member is not allowed here; remove it and sign again"),
    ROW(wrong_type, "giá trị sai kiểu JSON; hãy dùng đúng kiểu ghi trong tài liệu định dạng",
        "the value is of the wrong JSON type; use the documented one"),
    ROW(out_of_bounds, "giá trị, độ dài hoặc số lượng vượt giới hạn; hãy sửa cho nằm trong giới hạn của tài liệu",
        "the value, length or count is out of bounds; bring it within the documented limits"),
    ROW(bad_form, "giá trị không đúng dạng quy định cho trường này; hãy sửa theo tài liệu định dạng",
        "the value does not have the form of this member; correct it by the documented form"),
    ROW(not_ascending, "danh sách phải xếp tăng dần; hãy sắp xếp lại rồi ký lại",
        "the list must be ascending; sort it and sign again"),
    ROW(repeated, "một phần tử xuất hiện hai lần; hãy bỏ phần tử thừa rồi ký lại",
        "an item stands twice; remove one and sign again"),
    ROW(wrong_version, "phiên bản định dạng này chưa được hỗ trợ; hãy cập nhật phần mềm",
        "this version of the format is not known here; update the program"),
    ROW(wrong_network, "bản ghi thuộc một mạng khác; hãy ký lại cho đúng mạng này",
        "the record belongs to another network; sign it again for this one"),
    ROW(bad_count_of_digests, "số lượng mã băm không đúng với loại văn bản (32 hoặc 64); hãy thêm mã giả cho đủ",
        "the number of digests is not that of this type (32 or 64); fill up with decoys"),
    ROW(bad_url, "địa chỉ URL không khớp với mạng, đơn vị hoặc loại văn bản; hãy tạo lại từ cấu hình mạng",
        "the URL does not fit the network, the organisation or the type; build it from the network's configuration"),
    ROW(bad_key, "khóa công khai không hợp lệ hoặc không hợp với mục đích sử dụng; hãy tạo cặp khóa mới",
        "the public key is not valid, or not of the kind that its use needs; make a new key pair"),
    ROW(bad_proof_of_possession,
        "không chứng minh được người đăng ký giữ khóa này; hãy ký chứng minh lại bằng chính khóa mới",
        "the proof that the person holds this key does not verify; sign the proof again with the new key itself"),
    // signature and signer
    ROW(unknown_key, "khóa ký chưa được đăng ký trên sổ cái; hãy nhờ đơn vị quản lý đăng ký khóa",
        "the signing key is not registered on the ledger; ask your office to register it"),
    ROW(key_not_valid,
        "khóa ký đã bị thu hồi, tạm ngưng, thay thế hoặc chưa có hiệu lực; hãy dùng khóa đang có hiệu lực",
        "the signing key is revoked, suspended, replaced or not yet in force; use a key that is valid"),
    ROW(key_wrong_use, "khóa này được đăng ký cho mục đích khác (ký, con dấu hoặc xuất); hãy dùng đúng khóa",
        "this key is registered for another use (sign, seal or export); use the right key"),
    ROW(high_s, "chữ ký ở dạng không chuẩn (s lớn); hãy cập nhật phần mềm ký rồi ký lại",
        "the signature is not in its canonical form (high s); update the signing program and sign again"),
    ROW(bad_signature, "chữ ký không khớp với nội dung; hãy ký lại, đừng sửa bản ghi sau khi ký",
        "the signature does not fit the content; sign again, and change nothing afterwards"),
    ROW(already_recorded, "bản ghi này đã có trên sổ cái; hãy dùng bản đã lưu và biên nhận của nó",
        "this record is on the ledger already; use the stored one and its receipt"),
    ROW(quota_exceeded, "khóa này đã dùng hết hạn mức trong ngày cho loại bản ghi này; hãy gửi lại vào ngày mai",
        "this key has used up today's quota for this type of record; send it again tomorrow"),
    ROW(after_unknown,
        "mốc sổ cái ghi trong bản ghi không có trên mạng này hoặc còn quá mới; hãy lấy mốc hiện tại rồi ký lại",
        "the checkpoint that the record names is not on this ledger, or too recent; fetch the current one and sign "
        "again"),
    ROW(after_too_old, "bản ghi được ký quá lâu trước khi gửi; hãy lấy mốc sổ cái hiện tại rồi ký lại",
        "the record was signed too long before it was sent; fetch the current checkpoint and sign again"),
    // authority
    ROW(no_policy, "mạng chưa có chính sách nào có hiệu lực; hãy ban hành chính sách trước",
        "no policy is in force yet; issue one first"),
    ROW(no_authority,
        "người ký không có thẩm quyền làm việc này vào ngày này; hãy kiểm tra vai trò, đơn vị và phạm vi được giao",
        "the signer has no authority for this on this date; check role, organisation and scope of the grant"),
    ROW(grant_not_allowed, "người ký không được phép giao vai trò này; hãy nhờ đơn vị có thẩm quyền giao",
        "the signer may not grant this role; ask an office that may"),
    ROW(unknown_org, "đơn vị này chưa có trên sổ cái; hãy kiểm tra mã đơn vị hoặc đăng ký đơn vị trước",
        "there is no such organisation on the ledger; check the id, or register it first"),
    ROW(org_not_valid,
        "đơn vị này hoặc đơn vị cấp trên đang bị tạm ngưng hoặc đã bị thu hồi; hãy liên hệ đơn vị cấp trên",
        "the organisation, or one above it, is suspended or revoked; ask the organisation above"),
    ROW(unknown_org_kind, "loại đơn vị không có trong chính sách; hãy dùng một loại trong chính sách",
        "the policy has no such kind of organisation; use one that it lists"),
    ROW(unknown_role, "vai trò không có trong chính sách; hãy dùng một vai trò trong chính sách",
        "the policy has no such role; use one that it lists"),
    ROW(unknown_reason, "lý do không có trong chính sách; hãy chọn một lý do trong chính sách",
        "the policy has no such reason; choose one that it lists"),
    ROW(unknown_assessment, "bộ quy định đánh giá này không có hiệu lực vào ngày này; hãy dùng bộ đang có hiệu lực",
        "this assessment rule set is not in force on this date; use one that is"),
    ROW(unknown_subject, "môn học không có trong bộ quy định đánh giá; hãy kiểm tra mã môn",
        "the assessment rule set has no such subject; check its code"),
    ROW(unknown_term, "kỳ học không có trong bộ quy định đánh giá; hãy kiểm tra mã kỳ",
        "the assessment rule set has no such term; check its code"),
    ROW(unknown_kind, "cấp học hoặc loại văn bản không có trong chính sách; hãy chọn một loại trong chính sách",
        "the policy has no such kind; choose one that it lists"),
    ROW(second_person_required,
        "việc sửa đổi hoặc thu hồi phải cần người thứ hai; hãy thêm chữ ký cần có vào chính sách",
        "what changes or undoes records must need a second person; add needs to this act of the policy"),
    ROW(year_out_of_range, "năm học quá xa ngày ghi sổ; hãy kiểm tra lại năm",
        "the year is too far from the date of the block; check it"),
    ROW(unknown_vault, "kho dữ liệu có số này không tồn tại; hãy dùng số kho trong tệp gốc của mạng",
        "there is no vault of this number; use one of the genesis file"),
    ROW(type_not_in_rules, "phiên bản quy tắc hiện tại chưa cho phép loại bản ghi này; hãy chờ phiên bản sau",
        "the rules in force do not admit this type of record; wait for a version that does"),
    ROW(rules_unknown, "phần mềm này không biết phiên bản quy tắc đó; hãy cập nhật phần mềm",
        "this program does not know that version of the rules; update it"),
    ROW(policy_number, "số thứ tự chính sách phải liền sau chính sách hiện hành; hãy đánh số lại rồi ký lại",
        "the policy's number must be one more than that in force; number it again and sign again"),
    // relations to other records
    ROW(validators_in_change, "danh sách nút xác nhận đang được thay; hãy đợi thay xong rồi gửi lại",
        "the set of validators is being changed; wait until that is done, then send again"),
    ROW(unknown_target,
        "bản ghi được nêu không có trên sổ cái; hãy kiểm tra mã bản ghi, hoặc chờ đến khi nó được ghi xong",
        "the record that is named is not on the ledger; check its id, or wait until it is final"),
    ROW(target_not_valid, "bản ghi được nêu không còn hiệu lực; hãy xem trạng thái của nó rồi chọn bản ghi đúng",
        "the record that is named is not valid; look at its status and name the right one"),
    ROW(target_wrong_type, "không thể làm việc này với loại bản ghi được nêu; hãy chọn đúng bản ghi",
        "this can't be done to a record of that type; name the right one"),
    ROW(target_wrong_org, "bản ghi được nêu thuộc đơn vị khác; hãy nhờ đơn vị đó thực hiện",
        "the record that is named belongs to another organisation; ask that one to do it"),
    ROW(target_not_pending, "bản ghi được nêu không chờ chữ ký nào; không cần ký thêm",
        "the record that is named awaits no signature; there is nothing to sign"),
    ROW(no_signature_needed,
        "chữ ký của người này không đáp ứng yêu cầu nào còn thiếu; hãy kiểm tra vai trò và đơn vị của người ký",
        "this signature fills no need that is open; check the signer's role and organisation"),
    ROW(same_person, "một người không được ký hai lần cho cùng một việc; hãy nhờ người khác ký",
        "one person can't sign twice for one thing; ask another person"),
    ROW(registered_by_first_signer,
        "khóa của người ký thứ hai do người ký thứ nhất đăng ký; hãy nhờ người có khóa do đơn vị khác đăng ký",
        "the second signer's key was registered by the first signer; ask a person whose key another office registered"),
    ROW(key_too_young, "khóa của người ký thứ hai còn quá mới; hãy chờ đủ số ngày hoặc nhờ đơn vị khác xác nhận khóa",
        "the second signer's key is too young; wait the required days, or have another office confirm it"),
    ROW(bad_replaces,
        "bản ghi bị thay thế không phải là bản mới nhất cùng loại và cùng đối tượng; hãy nêu đúng bản ghi cần thay",
        "the record to be replaced is not the latest of the same type and subject; name the right one"),
    ROW(id_taken, "mã đơn vị này đã có; hãy chọn mã khác hoặc nêu bản ghi cần thay thế",
        "this organisation id is taken; choose another, or name the record to be replaced"),
    ROW(key_taken, "khóa này đã từng được đăng ký; hãy tạo cặp khóa mới",
        "this key has been registered before; make a new key pair"),
    ROW(person_taken, "người này đã có khóa; hãy nêu bản ghi khóa cần thay thế",
        "this person has a key already; name the key record to be replaced"),
    ROW(target_claimed, "một thay đổi khác đang chờ cũng nhắm đến bản ghi này; hãy chờ thay đổi đó xong",
        "another pending change names this record too; wait until that one is done"),
    ROW(amend_pending, "bảng điểm này đang có một lần sửa chờ ký; hãy chờ lần sửa đó xong",
        "a correction of this sheet is still waiting for signatures; wait until it is done"),
    ROW(root_org_exists, "mạng đã có đơn vị đứng đầu; hãy ghi đơn vị cấp trên cho đơn vị mới",
        "there is an organisation without parent already; give the new one a parent"),
    ROW(sheet_exists, "bảng này của lớp, môn và kỳ đã có; hãy sửa bằng bản ghi sửa điểm",
        "this sheet of class, subject and term exists; correct it by an amend record"),
    ROW(tag_taken, "học sinh này đã có văn bản cùng loại cho kỳ này; hãy thay thế bản cũ",
        "this student has a live credential of this kind and period; replace the earlier one"),
    ROW(status_slot_taken, "ô trạng thái này đã được dùng; hãy xin ô khác rồi ký lại",
        "this status slot is in use; reserve another and sign again"),
    ROW(holder_key_used,
        "khóa của người giữ (cnf) đã có trong một bản ghi khác, ai cũng có thể nối hai bản ghi với nhau; hãy để ví tạo "
        "khóa mới",
        "the holder's key (cnf) stands in another record already, so that anybody could link the two; let the wallet "
        "make "
        "a new key"),
    ROW(not_suspended_by,
        "bản ghi này không bị tạm ngừng bởi quyết định được nêu trong lifts; hãy xem suspended_by của nó",
        "this record is not suspended by the one that `lifts` names; look at its `suspended_by`"),
    ROW(lift_not_allowed,
        "quyết định tạm ngừng do cấp trên ký; chỉ đơn vị đã ký hoặc cấp trên của đơn vị đó được khôi phục",
        "the suspension was signed by a higher organisation; only that one, or one above it, may lift it"),
    ROW(too_far_back,
        "bản ghi đáng ngờ đầu tiên đã có hơn 30 ngày; từ lúc xa như vậy chỉ những người giữ khóa gốc mới được báo lộ "
        "khóa",
        "the first suspect record is more than 30 days old; that far back only the holders of the root keys may report "
        "a key"),
    ROW(register_number,
        "số vào sổ gốc phải liền sau số trước, không trùng, không cách; hãy dùng số kế tiếp rồi ký lại",
        "the register number must follow the last one without repeat or gap; take the next and sign again"),
    ROW(position_out_of_range, "số dòng vượt quá số dòng của bảng; hãy kiểm tra lại dòng cần sửa",
        "a row number is beyond the rows of the sheet; check the rows"),
    ROW(list_not_valid,
        "danh sách lớp được nêu không có hiệu lực hoặc không cùng trường, lớp, năm; hãy nêu đúng danh sách lớp",
        "the class list that is named is not live, or of another school, class or year; name the right one"),
    // block
    ROW(block_bad_encoding, "khối không đúng định dạng nhị phân; hãy lấy lại khối từ nút khác",
        "the block is not encoded as documented; fetch it from another node"),
    ROW(block_wrong_network, "khối thuộc một mạng khác; hãy kiểm tra địa chỉ của nút đối tác",
        "the block belongs to another network; check the address of the peer"),
    ROW(block_wrong_parent, "khối không nối tiếp khối trước; hãy lấy các khối còn thiếu trước",
        "the block does not follow the block before; fetch what is missing first"),
    ROW(block_wrong_height, "số thứ tự của khối không liền sau khối trước; hãy lấy đúng khối kế tiếp",
        "the block's height is not the next one; fetch the next block"),
    ROW(block_wrong_epoch, "kỷ nguyên của khối không đúng; hãy lấy bằng chứng kỷ nguyên từ nút khác",
        "the block's epoch is wrong; fetch the epoch proof from another node"),
    ROW(block_wrong_rules, "khối dùng phiên bản quy tắc không đúng; hãy kiểm tra phiên bản phần mềm",
        "the block is of other rules than are in force; check the version of the program"),
    ROW(block_bad_qc, "chứng nhận đa số của khối không hợp lệ; hãy lấy lại từ nút khác",
        "the quorum certificate does not verify; fetch it from another node"),
    ROW(block_bad_orderer, "nút xếp khối không có trong tệp gốc của mạng; hãy báo cho người vận hành",
        "the orderer is not one of the genesis file; tell the operators"),
    ROW(block_bad_signature, "chữ ký của nút xếp khối không khớp; hãy lấy lại khối từ nút khác",
        "the orderer's signature does not fit; fetch the block from another node"),
    ROW(block_ack_missing,
        "bản ghi chưa có đủ xác nhận lưu trữ của các kho dữ liệu; hãy gửi nội dung tới đủ số kho rồi thử lại",
        "the record lacks storage acks of its vaults; hand the payload to enough vaults and try again"),
    ROW(block_ack_bad, "xác nhận lưu trữ không hợp lệ hoặc của kho không được giao; hãy xin xác nhận lại",
        "a storage ack does not verify, or comes from a vault that is not assigned; ask for a new one"),
    ROW(block_ack_stray, "có xác nhận lưu trữ không thuộc bản ghi nào trong khối; hãy bỏ đi rồi xếp lại khối",
        "a storage ack belongs to no record of the block; leave it out and make the block again"),
    ROW(block_too_large, "khối có quá nhiều bản ghi hoặc quá nhiều byte; hãy chia thành nhiều khối",
        "the block has too many records or bytes; make several blocks"),
    // payload: checks of the vault
    ROW(payload_missing, "thiếu nội dung đi kèm bản ghi; hãy gửi lại cùng với nội dung",
        "the payload of the record is missing; send it together with the record"),
    ROW(payload_bad, "nội dung đi kèm không đúng cấu trúc; hãy tạo lại bằng phần mềm ký",
        "the payload is not of the documented structure; make it again with the signing program"),
    ROW(payload_digest, "có mã băm không thuộc nội dung nào đã gửi; hãy gửi đủ nội dung và mã giả",
        "a digest belongs to nothing that was handed in; send every disclosure and decoy"),
    ROW(payload_root, "nội dung các dòng không khớp với gốc băm trong bản ghi; hãy tạo và ký lại bảng",
        "the rows do not give the root in the record; make and sign the sheet again"),
    ROW(payload_tag, "thẻ học sinh không khớp với sổ học bạ; hãy tải lại danh sách lớp rồi làm lại",
        "a student's tag does not fit the book; fetch the class list again and repeat"),
    ROW(payload_unknown_student,
        "có học sinh không nằm trong danh sách lớp; hãy cập nhật danh sách lớp hoặc bỏ dòng đó",
        "a student is not in the class list; update the class list or drop the row"),
    ROW(payload_average, "điểm trung bình không khớp với các điểm thành phần; hãy tính lại theo quy định đánh giá",
        "an average does not follow from its marks; compute it again by the assessment rules"),
    ROW(payload_figure, "điểm hoặc mức trong văn bản không khớp với bảng điểm đã ký; hãy sửa cho khớp với bảng điểm",
        "a figure differs from the signed sheet; make it agree with the sheet"),
    ROW(payload_basis, "văn bản làm căn cứ không còn hiệu lực hoặc của người khác; hãy nêu đúng các học bạ làm căn cứ",
        "the basis is not valid, or of another student; name the right transcripts"),
    ROW(payload_serial_taken, "số hiệu văn bằng này đã được dùng; hãy kiểm tra số hiệu trên phôi",
        "this serial has been used; check the number on the form"),
    ROW(payload_claims, "các mục của văn bản không đúng danh sách cho phép; hãy tạo lại bằng phần mềm ký",
        "the claims are not those of the closed list; make the credential again with the signing program"),
};
#undef ROW

#define X(name) RejectionCode::name,
constexpr std::size_t code_count = std::array{STELE_REJECTIONS(X)}.size();
#undef X

constexpr bool every_code_has_its_row() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].code != RejectionCode(i) || rows[i].vi.empty() || rows[i].en.empty()) return false;
  }
  return rows.size() == code_count;
}
static_assert(every_code_has_its_row(), "a new code needs a row here, in the order of STELE_REJECTIONS");

}  // namespace

std::string_view code_name(RejectionCode code) {
  return rows.at(std::size_t(code)).name;
}

Error to_error(const Rejection& rejection) {
  const Row& row = rows.at(std::size_t(rejection.code));
  Where where;
  where.field = rejection.where;
  return make_error(row.name, std::string(row.vi), std::string(row.en), std::move(where));
}

}  // namespace stele
