// What a signature will mean, said before the passphrase is asked. Everything comes from the record itself: what is
// shown is what is signed.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "signer/issue.h"

namespace stele::signer {
namespace {

using record::Type;

struct Words {
  std::string_view vi, en;
};

Words name_of(Type type) {
  switch (type) {
    case Type::org:
      return {"đăng ký cơ quan, trường học", "registration of an organisation"};
    case Type::key:
      return {"đăng ký khóa ký của một người", "registration of a person's signing key"};
    case Type::validators:
      return {"thay đổi nhóm nút xác nhận", "change of the validator set"};
    case Type::orderers:
      return {"thêm, bớt nút sắp xếp", "orderers that are added or retired"};
    case Type::policy:
      return {"quy định: ai được ký gì, từ khi nào", "policy: who may sign what, and since when"};
    case Type::approve:
      return {"phê duyệt", "approval"};
    case Type::countersign:
      return {"ký xác nhận thứ hai", "countersignature"};
    case Type::seal:
      return {"đóng dấu nhà trường", "seal of the school"};
    case Type::class_list:
      return {"danh sách lớp", "class list"};
    case Type::grade_sheet:
      return {"bảng điểm môn học", "grade sheet"};
    case Type::summary_sheet:
      return {"bảng tổng kết của giáo viên chủ nhiệm", "summary sheet of the homeroom teacher"};
    case Type::register_page:
      return {"trang sổ gốc", "page of an archive register"};
    case Type::amend:
      return {"sửa điểm đã ký", "amendment of signed marks"};
    case Type::suspend:
      return {"tạm đình chỉ hiệu lực", "suspension"};
    case Type::reinstate:
      return {"khôi phục hiệu lực", "reinstatement"};
    case Type::revoke:
      return {"thu hồi", "revocation"};
    case Type::compromise:
      return {"báo lộ khóa", "report of a compromised key"};
    case Type::erase:
      return {"xóa dữ liệu cá nhân", "erasure of personal data"};
    case Type::document:
      return {"văn bản khác của trường", "another school document"};
    case Type::transcript:
      return {"học bạ", "transcript"};
    case Type::diploma:
      return {"văn bằng", "diploma"};
    case Type::certificate:
      return {"chứng chỉ", "certificate"};
    case Type::school_transfer:
      return {"giấy chuyển trường", "school transfer"};
    case Type::export_copy:
      return {"bản xuất cho ví điện tử", "export for wallets"};
  }
  return {};
}

class Lines {
 public:
  explicit Lines(Lang lang) : lang_(lang) {}
  void say(std::string_view vi, std::string_view en, std::string_view value) {
    lines_.push_back(fmt::format("{}: {}", lang_ == Lang::vi ? vi : en, value));
  }
  void say_ids(std::string_view vi, std::string_view en, const std::vector<RecordId>& ids) {
    say(vi, en, std::to_string(ids.size()));
    for (const auto& id : ids) lines_.push_back("  - " + base64url(id.view()));
  }
  [[nodiscard]] std::string pick(Words w) const { return std::string(lang_ == Lang::vi ? w.vi : w.en); }
  [[nodiscard]] Lang lang() const { return lang_; }
  std::vector<std::string> take() && { return std::move(lines_); }

 private:
  Lang lang_;
  std::vector<std::string> lines_;
};

template <class B>
concept HasClass = requires(const B& b) {
  { b.cls } -> std::convertible_to<std::string>;
};

struct Say {
  Lines& out;
  const SubjectNames& subjects;
  CodeWords words;

  [[nodiscard]] std::string word(std::string_view what, const std::string& code) const {
    return words == nullptr ? code : words(what, code, out.lang());
  }

  [[nodiscard]] std::string subject(const std::string& code) const {
    const auto name = subjects.find(code);
    return name == subjects.end() ? code : fmt::format("{} ({})", name->second, code);
  }

  template <class B>
  void shared(const B& b) const {
    if constexpr (requires { b.org; }) out.say("Đơn vị", "Organisation", b.org);
    if constexpr (requires { b.kind; }) out.say("Loại", "Kind", word("kind", b.kind));
    if constexpr (HasClass<B>) out.say("Lớp", "Class", b.cls);
    if constexpr (requires { b.subject; }) out.say("Môn", "Subject", subject(b.subject));
    if constexpr (requires { b.term; }) out.say("Học kỳ", "Term", word("term", b.term));
    if constexpr (requires { b.year; }) out.say("Năm học", "School year", b.year);
    if constexpr (requires { b.rows; })
      out.say("Số dòng lưu, kể cả dòng đệm để không lộ sĩ số",
              "Rows stored, padding that hides the class size included", std::to_string(b.rows));
    if constexpr (requires { b.replaces; }) {
      if (b.replaces) out.say("Thay thế bản ghi", "Replaces record", base64url(b.replaces->view()));
    }
    if constexpr (requires { b.targets; })
      out.say_ids("Áp dụng cho số bản ghi", "Number of records concerned", b.targets);
    if constexpr (requires { b.reason; }) reason(b.reason);
  }
  void reason(const std::string& r) const { out.say("Lý do", "Reason", word("reason", r)); }
  void reason(const std::optional<std::string>& r) const {
    if (r) reason(*r);
  }

  template <class B>
  void operator()(const B& b) const {
    shared(b);
  }
  void operator()(const record::Org& o) const {
    shared(o);
    out.say("Tên", "Name", o.name);
    out.say("Trực thuộc", "Under", o.parent.value_or("-"));
  }
  void operator()(const record::Key& k) const {
    shared(k);
    out.say("Mã người ký", "Person handle", k.person);
    out.say("Khóa", "Key", base64url(k.jwk.thumbprint().view()));
    for (const auto& g : k.grants) {
      std::string scope;
      if (g.cls) scope += " " + *g.cls;
      if (g.subject) scope += " " + subject(*g.subject);
      if (g.term) scope += " " + word("term", *g.term);
      if (g.year) scope += " " + *g.year;
      if (g.from) scope += " ≥" + date_text(*g.from);
      if (g.to) scope += " ≤" + date_text(*g.to);
      out.say("Quyền", "Right", word("role", g.role) + " @ " + g.org + scope);
    }
  }
  void operator()(const record::Validators& v) const {
    const auto quorum = 2 * v.set.size() / 3 + 1;
    out.say("Số nút xác nhận, số cần đủ", "Validators, and how many must sign",
            std::to_string(v.set.size()) + ", " + std::to_string(quorum));
    for (const auto& m : v.set)
      out.say("Nút xác nhận", "Validator", m.id + " @ " + m.org + " " + base64url(m.key.view()));
    if (!v.evidence.empty()) out.say_ids("Bằng chứng vi phạm", "Evidence of faults", v.evidence);
  }
  void operator()(const record::Orderers& o) const {
    for (const auto& m : o.add)
      out.say("Thêm nút sắp xếp", "Orderer added", m.id + " @ " + m.org + " " + base64url(m.key.view()));
    for (const auto n : o.retire) out.say("Thôi nút sắp xếp số", "Orderer retired, number", std::to_string(n));
  }
  void operator()(const record::Policy& p) const {
    out.say("Số", "Number", std::to_string(p.number));
    out.say("Số quy tắc ký", "Acts", std::to_string(p.acts.size()));
    for (const auto& a : p.assessment)
      out.say("Quy chế đánh giá", "Assessment rules", a.set.id + " " + base64url(a.set.digest.view()));
  }
  void operator()(const record::SecondSignature& s) const {
    out.say("Tư cách", "In the capacity of", word("role", s.role));
    shared(s);
  }
  void operator()(const record::StatusChange& c) const {
    shared(c);
    if (c.lifts) out.say("Gỡ tạm ngừng theo", "Lifts the suspension by", base64url(c.lifts->view()));
  }
  void operator()(const record::Compromise& c) const {
    out.say("Đơn vị", "Organisation", c.org);
    out.say("Khóa bị lộ", "Compromised key", base64url(c.key.view()));
    out.say("Bản ghi đáng ngờ đầu tiên (số thứ tự trên sổ cái, tính từ 0)",
            "First suspect record (its index on the ledger)", std::to_string(c.from));
    const auto open_end = out.pick({"mọi bản ghi khóa đã ký cho tới khi báo cáo này có hiệu lực",
                                    "all that the key signs until this report is in force"});
    out.say("Bản ghi đáng ngờ cuối cùng", "Last suspect record", c.to ? std::to_string(*c.to) : open_end);
    reason(c.reason);
    out.say("Hệ quả", "What follows",
            out.pick({"khóa này không bao giờ ký được nữa; mọi bản ghi nó đã ký trong khoảng trên bị tạm ngừng cho đến "
                      "khi được khôi phục hoặc thu hồi từng bản ghi",
                      "this key never signs again, and what it signed in that range is suspended until it is cleared "
                      "or revoked, record by record"}));
  }
  void operator()(const record::Amend& a) const {
    shared(a);
    out.say("Bảng điểm được sửa", "Amended sheet", base64url(a.target.view()));
    out.say("Số dòng được sửa", "Amended rows", std::to_string(a.positions.size()));
    if (!a.supersedes.empty()) out.say_ids("Học bạ hết hiệu lực", "Transcripts superseded", a.supersedes);
  }
  void operator()(const record::Credential& c) const {
    shared(c);
    if (c.cls) out.say("Lớp", "Class", *c.cls);
    out.say("Thời gian", "Period", c.period);
    if (c.register_number) {
      out.say("Số vào sổ gốc", "Register number",
              fmt::format("{}/{}", c.register_number->number, c.register_number->year));
    }
  }
};

}  // namespace

std::vector<std::string> plain_words(const record::Genesis& genesis, Type type, const record::Body& body, Lang lang,
                                     const SubjectNames& subjects, CodeWords words) {
  Lines out(lang);
  out.say("Bạn sắp ký", "You are about to sign", out.pick(name_of(type)));
  out.say("Mạng", "Network",
          genesis.net + (genesis.test ? (lang == Lang::vi ? " (MẠNG THỬ NGHIỆM)" : " (TEST NETWORK)") : ""));
  std::visit(Say{out, subjects, words}, body);
  return std::move(out).take();
}

}  // namespace stele::signer
