// Holders and verifiers: receive, disclose, verify, history, receipt.
#include "wallet-cli/cli/holder.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <map>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/paper/paper.h"
#include "signer/issue.h"
#include "wallet-cli/cli/display.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using json::Value;
using verdict::Outcome;

constexpr json::Limits verdict_limits{.bytes_max = 16 * 1024 * 1024, .depth_max = 16, .nodes_max = 500'000};

/// "2008-11-09" as people write it.
std::string day_label(const Context& c, const std::string& iso) {
  const bool is_date = iso.size() == 10 && iso[4] == '-' && iso[7] == '-';
  if (c.lang != Lang::vi || !is_date) return iso;
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

/// Whose it is: the same classmate's diploma would be just as valid.
std::string whose(const Context& c, const Value& v) {
  const auto* claims = v.find("claims");
  if (claims == nullptr || !claims->is(json::Kind::object)) return {};
  const auto text = [&](std::string_view name) { return printable(text_of(*claims, name)); };
  std::string out = text("name");
  if (out.empty()) return {};
  if (const auto born = text("birth_date"); !born.empty())
    out += std::string(pick(c, ", sinh ", ", born ")) + day_label(c, born);
  if (const auto year = text("year"); !year.empty())
    out += std::string(pick(c, " · năm học ", " · school year ")) + year;
  if (const auto serial = text("serial"); !serial.empty())
    out += std::string(pick(c, " · số hiệu ", " · number ")) + serial;
  return out;
}

/// " as of 2026-06-25" for a verdict that says nothing about later.
std::string as_of(const Context& c, const Value& v) {
  const auto* status = v.find("status");
  const auto* at = status != nullptr && status->is(json::Kind::object) ? status->find("as_of") : nullptr;
  const auto time = at != nullptr && at->is(json::Kind::object) ? text_of(*at, "time") : std::string();
  if (time.size() < 10) return {};
  return std::string(pick(c, " (tính đến ", " (as of ")) + day_label(c, time.substr(0, 10)) + ")";
}

/// A PDF whose attached document was judged and whose pages were not: nobody has looked at what is printed there.
bool print_not_compared(const Value& v) {
  for (const auto& p : items_of(v, "parts")) {
    if (text_of(p, "part") == "print" && text_of(p, "code") == "no_genesis") return true;
  }
  return false;
}

Error file_problem(std::string_view code, const fs::path& path, std::string vi, std::string en) {
  Where where;
  where.file = path.string();
  return make_error(code, std::move(vi), std::move(en), where);
}

std::string_view mark_of(std::string_view answer) {
  return answer == "ok" ? "✓" : answer == "failed" ? "✗" : "–";
}

}  // namespace

std::size_t output_width() {
  constexpr std::size_t narrowest = 50, usual = 80, widest = 120;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return std::clamp<std::size_t>(size.ws_col, narrowest, widest);
}

void print(const Context& c, const std::string& text) {
  if (!c.json) std::cout << text << std::flush;
}

Exit exit_of_verdict(const Value& v) {
  const auto exit = exit_of_outcome(text_of(v, "outcome"));
  return exit == Exit::ok && print_not_compared(v) ? Exit::status_too_old : exit;
}

std::string headline(const Context& c, const Value& v) {
  const auto exit = exit_of_verdict(v);
  std::string out = exit == Exit::ok ? "✓ " : exit == Exit::status_too_old ? "! " : "✗ ";
  if (print_not_compared(v) && exit == Exit::status_too_old) {
    return out + std::string(pick(c, "Văn bản số đính kèm hợp lệ, nhưng BẢN IN CHƯA ĐƯỢC SO: chữ in có thể đã bị sửa",
                                  "The attached document is valid, but the PRINT WAS NOT COMPARED: what is printed "
                                  "may have been altered"));
  }
  out += printable(text_of(v, c.lang == Lang::vi ? "vi" : "en"));
  return exit == Exit::ok ? out + as_of(c, v) : out;
}

Exit exit_of_outcome(std::string_view outcome) {
  if (outcome == verdict::outcome_name(Outcome::valid)) return Exit::ok;
  return outcome == verdict::outcome_name(Outcome::status_too_old) ? Exit::status_too_old : Exit::not_valid;
}

Error file_error(const Rejection& why, const fs::path& path) {
  if (why.code == RejectionCode::unknown_type) {
    return file_problem("file_not_document", path,
                        "Đây không phải tệp học bạ, văn bằng hay chứng chỉ của Stele. Hãy dùng tệp .json đã nhận, hoặc "
                        "tệp PDF do stele in ra; ảnh chụp hay bản quét thì không dùng được.",
                        "This is no transcript, diploma or certificate file of Stele. Use the .json file that you "
                        "received, or a PDF that stele printed; a photograph or a scan will not do.");
  }
  auto e = to_error(why);
  e.code = "file_" + e.code;
  e.where.file = path.string();
  return e;
}

namespace {

bool is_pdf(std::string_view bytes) {
  return bytes.starts_with("%PDF-");
}

/// A file of a kind that has its own bound.
Result<std::string> read_input(const fs::path& path) {
  STELE_TRY(auto bytes, read_file(path, paper::pdf_bytes_max));
  if (is_pdf(bytes) || bytes.size() <= verdict::document_bytes_max) return bytes;
  return read_file(path, verdict::document_bytes_max);  // says what is wrong
}

/// What a PDF carries; the reason why there is none as an error.
Result<std::string> attached_document(const std::string& pdf) {
  STELE_TRY(const auto facts, paper::examine_pdf(pdf));
  paper::PrintVerdict why;
  auto document = paper::document_in(facts, why);
  if (document) return std::move(*document);
  return Unexpected(make_error("file_pdf_" + why.code, why.vi, why.en));
}

}  // namespace

Result<OpenDocument> read_document(const fs::path& path) {
  STELE_TRY(auto text, read_input(path));
  if (is_pdf(text)) {
    auto inside = attached_document(text);
    if (!inside) {
      auto e = std::move(inside).error();
      e.where.file = path.string();
      if (!e.code.starts_with("file_")) e.code = "file_" + e.code;
      return Unexpected(std::move(e));
    }
    text = std::move(*inside);
  }
  auto file = verdict::decode_document(text);
  if (!file) return Unexpected(file_error(file.error(), path));
  return OpenDocument{std::move(text), std::move(*file)};
}

void print_verdict(const Context& c, const std::string& name, const Value& v) {
  if (c.json) return;
  const auto lang = c.lang == Lang::vi ? "vi" : "en";
  auto head = headline(c, v);
  head.insert(head.find(' ') + 1, printable(name) + ": ");
  if (const auto* r = v.find("record"); r != nullptr && r->is(json::Kind::object)) {
    head += " — " + label(Words::type, printable(text_of(*r, "type")), c.lang);
    if (const auto org = text_of(*r, "org_name"); !org.empty()) head += ", " + printable(org);
    if (const auto* s = r->find("signer"); s != nullptr && s->is(json::Kind::object)) {
      head += std::string(pick(c, ", người ký: ", ", signed by ")) + printable(text_of(*s, "name")) + " (" +
              printable(text_of(*s, "title")) + ")";
    }
  }
  std::string out;
  for (const auto& line : wrapped(head, output_width())) out += line + "\n";
  if (const auto who = whose(c, v); !who.empty()) out += "  " + who + "\n";
  Box box({"", "", ""});
  for (const auto& p : items_of(v, "parts")) {
    std::string reason = printable(text_of(p, lang));
    box.row({std::string(mark_of(text_of(p, "answer"))), label(Words::part, printable(text_of(p, "part")), c.lang),
             reason});
  }
  print(c, out + box.text(output_width()));
}

// ---- receive ----

namespace {

Result<std::string> code_from_descriptor(int fd) {
  constexpr std::size_t code_bytes_max = 128;
  std::string out;
  char ch = 0;
  while (out.size() < code_bytes_max) {
    const auto n = ::read(fd, &ch, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return Unexpected(make_error("usage_code_fd", "Không đọc được mã nhận từ bộ mô tả tệp đã cho.",
                                   "The pick-up code can't be read from the given file descriptor."));
    }
    if (n == 0 || ch == '\n') break;
    if (ch != '\r') out.push_back(ch);
  }
  return out;
}

/// The code as typed: the node reads it without regard to case, spaces and hyphens too.
Result<std::string> pickup_code(const Context& c, const std::optional<int>& fd) {
  const int from = fd.value_or(STDIN_FILENO);
  if (!fd && ::isatty(STDIN_FILENO) != 0) std::cerr << pick(c, "Mã nhận: ", "Pick-up code: ") << std::flush;
  STELE_TRY(auto code, code_from_descriptor(from));
  if (signer::pickup_digest_of(code)) return code;
  return Unexpected(make_error("usage_code", "Mã nhận gồm 26 chữ cái và chữ số, ví dụ ABCDE-FGHJK-MNPQR-STVWX-YZ0123.",
                               "A pick-up code has 26 letters and digits, e.g. ABCDE-FGHJK-MNPQR-STVWX-YZ0123."));
}

/// Of these nothing is kept: they are not what the school issued, or not there yet.
bool worth_keeping(Outcome o) {
  switch (o) {
    case Outcome::unreadable:
    case Outcome::other_network:
    case Outcome::altered:
    case Outcome::not_authorised:
    case Outcome::not_on_ledger:
    case Outcome::not_final:
      return false;
    default:
      return true;
  }
}

/// A run that broke off after saving left the same document there, perhaps with older proofs.
bool holds_same(const record::Genesis& g, const fs::path& path, const verdict::Verdict& fetched) {
  const auto text = read_file(path, verdict::document_bytes_max);
  if (!text) return false;
  const auto there = verdict::judge_document(g, *text, {});
  return there.id && fetched.id && *there.id == *fetched.id;
}

struct Received {
  verdict::Verdict verdict;
  bool told = false;  ///< the node knows that the code is used up
};
Result<Received> fetch_document(const Context& c, const Receive& o) {
  STELE_TRY(const auto genesis, read_genesis(c));
  STELE_TRY(auto code, pickup_code(c, o.code_fd));
  STELE_TRY(auto node, NodeClient::connect(c, genesis));
  const auto body = Value::object({{"code", code}});
  auto answer = node.post_text("/v1/pickup", body);
  if (!answer && answer.error().code == "not_found") {
    return Unexpected(make_error("pickup_unknown",
                                 "Mã này sai, đã dùng rồi hoặc đã hết hạn. Hãy xem lại mã, hoặc xin nhà trường mã mới.",
                                 "This code is wrong, used up or expired. Check it, or ask the school for a new one."));
  }
  STELE_TRY(const auto text, std::move(answer));
  Received out{verdict::judge_document(genesis, text, {}), false};
  if (!worth_keeping(out.verdict.outcome)) return out;
  std::error_code ec;
  const bool resumed = fs::exists(o.out, ec) && holds_same(genesis, o.out, out.verdict);
  STELE_CHECK(write_file(o.out, text, true, resumed));
  // Only now: until it is told, the node hands the document out again.
  const auto done = node.post_text("/v1/pickup/done", body);
  out.told = done.has_value();
  return out;
}

}  // namespace

Exit receive(const Context& c, const Receive& o) {
  const auto r = fetch_document(c, o);
  if (!r) return fail(c, r.error());
  print_verdict(c, o.out.string(), verdict::to_json(r->verdict));
  if (!worth_keeping(r->verdict.outcome)) {
    const bool early = r->verdict.outcome == Outcome::not_final;
    return fail(c, make_error(early ? "not_final_yet" : "received_not_valid",
                              early ? "Văn bản chưa chung cuộc; chưa lưu. Hãy chạy lại sau ít phút."
                                    : "Văn bản nhận được không hợp lệ; không lưu. Hãy báo cho nhà trường.",
                              early ? "The document is not final yet; nothing was kept. Run again in a few minutes."
                                    : "The document received is not valid; nothing was kept. Tell the school."));
  }
  say(c, "Đã lưu vào " + o.out.string() + ". Hãy giữ tệp này như giấy tờ gốc: ai có nó thì đọc được hết.",
      "Saved to " + o.out.string() + ". Keep it like the paper original: whoever has it can read all of it.");
  if (!r->told) {
    say(c, "Chưa báo được cho máy chủ là đã nhận: chạy lại đúng lệnh này lúc khác.",
        "The server could not be told that it arrived: run the same command again later.");
  }
  emit(c,
       Value::object({{"saved", o.out.string()}, {"code_used", r->told}, {"verdict", verdict::to_json(r->verdict)}}));
  return r->told ? Exit::ok : Exit::not_final;
}

// ---- disclose ----

namespace {

std::vector<std::string> claim_names(const verdict::DocumentFile& file) {
  std::vector<std::string> out;
  for (const auto& d : file.disclosures) {
    if (d.record != file.subject) continue;
    if (const auto open = record::decode_disclosure(d.disclosure)) out.push_back(open->name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string comma_list(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out += (out.empty() ? "" : ", ") + printable(n);
  return out;
}

Result<verdict::DocumentFile> extract(const OpenDocument& d, const Disclose& o) {
  const auto names = claim_names(d.file);
  for (const auto& claim : o.claims) {
    if (std::find(names.begin(), names.end(), claim) != names.end()) continue;
    return Unexpected(make_error("usage_claim",
                                 "Tệp không có mục \"" + claim + "\". Các mục: " + comma_list(names) + ".",
                                 "The file has no item \"" + claim + "\". Its items: " + comma_list(names) + "."));
  }
  auto out = verdict::disclose(d.file, o.claims);
  if (!out) return Unexpected(file_error(out.error(), o.file));
  return std::move(*out);
}

}  // namespace

Exit disclose(const Context& c, const Disclose& o) {
  const auto document = read_document(o.file);
  if (!document) return fail(c, document.error());
  auto part = extract(*document, o);
  if (!part) return fail(c, part.error());
  const auto shown = claim_names(*part);
  const auto text = verdict::encode(std::move(*part));
  if (!c.genesis_file.empty()) {  // an extract that nobody would accept is better found out here
    const auto genesis = read_genesis(c);
    if (!genesis) return fail(c, genesis.error());
    const auto v = verdict::judge_document(*genesis, text, {});
    if (v.outcome != Outcome::valid) print_verdict(c, o.out.string(), verdict::to_json(v));
  }
  if (auto ok = write_file(o.out, text, true, false); !ok) return fail(c, ok.error());
  say(c, "Đã ghi bản trích " + o.out.string() + ". Người nhận đọc được: " + comma_list(shown),
      "Wrote the extract " + o.out.string() + ". Its reader will see: " + comma_list(shown));
  auto list = Value::array();
  for (const auto& n : shown) list.push(n);
  emit(c, Value::object({{"extract", o.out.string()}, {"claims", std::move(list)}}));
  return Exit::ok;
}

// ---- verify ----

namespace {

struct Checker {
  std::optional<record::Genesis> genesis;  ///< offline
  verdict::Options options;
  std::optional<http::Client> service;
  std::string target;  ///< there
};

}  // namespace

Result<std::optional<UnixSeconds>> clock_of(const std::string& now) {
  std::optional<UnixSeconds> out;
  if (now == "none") return out;
  if (now.empty()) {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::optional(
        UnixSeconds{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count())});
  }
  out = parse_utc(now);
  if (!out) {
    return Unexpected(make_error("usage_now", "--now phải có dạng 2026-05-31T08:00:00Z, hoặc none.",
                                 "--now must look like 2026-05-31T08:00:00Z, or be none."));
  }
  return out;
}

namespace {

Result<verdict::Options> verify_options(const Verify& o) {
  verdict::Options out;
  constexpr std::uint64_t day_s = 86'400;
  out.status_age_max_s = o.status_days * day_s;
  STELE_TRY(out.now, clock_of(o.now));
  if (!o.checkpoint.empty()) {
    STELE_TRY(out.pinned_checkpoint, read_file(o.checkpoint, log::checkpoint_bytes_max));
    if (!log::parse_checkpoint(*out.pinned_checkpoint)) {
      return Unexpected(file_problem("file_not_checkpoint", o.checkpoint, "Tệp này không phải điểm kiểm tra.",
                                     "This file is no checkpoint."));
    }
  }
  return out;
}

Result<Checker> make_checker(const Context& c, const Verify& o) {
  Checker out;
  STELE_TRY(out.options, verify_options(o));
  // With a service too: it sees the document only, and a print must be drawn again to be compared.
  if (o.verifier.empty() || !c.genesis_file.empty()) {
    STELE_TRY(out.genesis, read_genesis(c));
  }
  if (o.verifier.empty()) return out;
  STELE_TRY(out.service, http::Client::open(o.verifier));
  // Left out, the service's own clock and age count.
  out.target = "/v1/verify";
  if (!o.now.empty()) out.target += "?now=" + percent_encoded(o.now);
  if (o.status_days != Verify{}.status_days)
    out.target += (o.now.empty() ? "?" : "&") + ("status_days=" + std::to_string(o.status_days));
  return out;
}

/// Bytes, not JSON: a file is judged as it would be here.
Result<Value> ask_service(http::Client& service, const std::string& target, std::string text) {
  http::Request request;
  request.method = "POST";
  request.target = target;
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = std::move(text);
  STELE_TRY(const auto response, service.send(request, http::Idempotent::yes));
  auto v = json::parse(response.body, verdict_limits);
  if (v && response.status == 200 && !text_of(*v, "outcome").empty()) return std::move(*v);
  const bool about_the_file = response.status == 400 || response.status == 413;
  if (v && response.status != 200 && !text_of(*v, "vi").empty())
    return Unexpected(make_error(about_the_file ? "file_refused_by_verifier" : "http_service_error", text_of(*v, "vi"),
                                 text_of(*v, "en")));
  return Unexpected(make_error("http_bad_answer",
                               "Dịch vụ kiểm chứng trả lời không đúng định dạng. Hãy kiểm tra --verifier.",
                               "The verification service's answer has a wrong form. Check --verifier."));
}

Result<Value> check_document(Checker& checker, std::string text) {
  if (checker.service) return ask_service(*checker.service, checker.target, std::move(text));
  return verdict::to_json(verdict::judge_file(*checker.genesis, text, checker.options));
}

/// What the PDF carries, and whether it is the print of just that.
Result<Value> check_pdf(Checker& checker, const std::string& pdf) {
  paper::PrintVerdict print;
  const auto facts = paper::examine_pdf(pdf);
  if (!facts) {
    print.answer = verdict::Answer::failed;
    print.code = facts.error().code, print.vi = facts.error().vi, print.en = facts.error().en;
  }
  const auto document = facts ? paper::document_in(*facts, print) : std::nullopt;
  STELE_TRY(auto v, check_document(checker, document.value_or(std::string())));
  if (document && checker.genesis) {
    STELE_TRY(print, paper::check_print(*checker.genesis, pdf, *facts, *document));
  } else if (document) {
    print.code = "no_genesis";
    print.vi = "chưa so bản in: dịch vụ chỉ xem văn bản đính kèm; thêm --genesis TỆP để in lại mà so";
    print.en =
        "the print was not compared: the service looks at the attached document only; add --genesis FILE to print "
        "again";
  }
  return paper::with_print(std::move(v), print);
}

struct Checked {
  Value verdict;
  Digest sha256;
};
Result<Checked> check_file(Checker& checker, const fs::path& path) {
  STELE_TRY(auto bytes, read_input(path));
  const auto digest = sha256(as_bytes(bytes));
  STELE_TRY(auto v, is_pdf(bytes) ? check_pdf(checker, bytes) : check_document(checker, std::move(bytes)));
  return Checked{std::move(v), digest};
}

Result<void> write_report(const Context& c, const Verify& o, const Checker& checker,
                          const std::vector<paper::ReportItem>& items) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto time = checker.options.now.value_or(UnixSeconds{static_cast<std::uint64_t>(now.count())});
  STELE_TRY(const auto pdf, paper::report(checker.genesis ? checker.genesis->net : o.verifier, items, time, c.lang));
  return write_file(*o.report, pdf, true, false);
}

}  // namespace

Result<Value> judge_with_print(const record::Genesis& genesis, const fs::path& path, const verdict::Options& options) {
  Checker checker{genesis, options, std::nullopt, {}};
  STELE_TRY(auto checked, check_file(checker, path));
  return std::move(checked.verdict);
}

namespace {

/// Of several files the gravest decides: not valid, then unreadable, then too old.
Exit graver(Exit a, Exit b) {
  constexpr Exit order[] = {Exit::not_valid, Exit::unreachable, Exit::bad_file, Exit::failed, Exit::status_too_old};
  for (const auto e : order) {
    if (a == e || b == e) return e;
  }
  return a;
}

/// A folder stands for the documents and PDFs in it.
std::vector<fs::path> files_of(const std::vector<fs::path>& given) {
  std::vector<fs::path> out;
  for (const auto& path : given) {
    std::error_code ec;
    if (!fs::is_directory(path, ec)) {
      out.push_back(path);
      continue;
    }
    const auto from = out.size();
    for (const auto& entry : fs::directory_iterator(path, ec)) {
      const auto kind = entry.path().extension();
      if (kind == ".json" || kind == ".pdf") out.push_back(entry.path());
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(from), out.end());
    if (out.size() == from) out.push_back(path);  // says what is wrong with it
  }
  return out;
}

constexpr std::size_t whole_verdicts_max = 3;  ///< of more files only those that are not well are told at length

/// "176 files: 175 Valid, 1 Revoked"
std::string total_of(const Context& c, const std::vector<std::string>& outcomes) {
  std::map<std::string, std::size_t> counts;
  for (const auto& o : outcomes) ++counts[o];
  std::string out = std::to_string(outcomes.size()) + std::string(pick(c, " tệp:", " files:"));
  bool first = true;
  for (const auto& [name, n] : counts) {
    out += (first ? " " : ", ") + std::to_string(n) + " " + name;
    first = false;
  }
  return out + "\n";
}

}  // namespace

Exit verify(const Context& c, const Verify& o) {
  auto checker = make_checker(c, o);
  if (!checker) return fail(c, checker.error());
  Exit exit = Exit::ok;
  auto list = Value::array();
  std::vector<paper::ReportItem> reported;
  const auto files = files_of(o.files);
  const bool brief = files.size() > whole_verdicts_max;
  std::vector<std::string> outcomes;
  for (const auto& path : files) {
    auto checked = check_file(*checker, path);
    auto item = Value::object({{"file", path.string()}});
    if (checked) {
      auto& v = checked->verdict;
      const auto one = exit_of_verdict(v);
      const auto head = headline(c, v);
      outcomes.push_back(one == Exit::ok ? printable(text_of(v, c.lang == Lang::vi ? "vi" : "en"))
                                         : head.substr(head.find(' ') + 1));
      if (one == Exit::ok && brief) {
        const auto who = whose(c, v);
        print(c, "✓ " + printable(path.string()) + (who.empty() ? "" : ": " + who) + "\n");
      } else {
        if (!brief && !list.items().empty()) print(c, "\n");
        print_verdict(c, path.string(), v);
      }
      exit = graver(exit, one);
      if (o.report) reported.push_back({path.filename().string(), checked->sha256, v});
      item.set("verdict", std::move(v));
    } else {
      exit = graver(exit, exit_for(checked.error().code));
      outcomes.emplace_back(pick(c, "Không đọc được", "Not readable"));
      item.set("error", error_json(checked.error()));
      if (!c.json) (void)fail(c, checked.error());
    }
    list.push(std::move(item));
  }
  if (files.size() > 1) print(c, "\n" + total_of(c, outcomes));
  const bool of_one = files.size() == 1 && exit == Exit::ok && o.verifier.empty();
  if (of_one) {
    say(c, "Muốn biết hôm nay còn hiệu lực không: thêm --verifier URL của một dịch vụ kiểm chứng.",
        "Whether it is still in force today: add --verifier URL of a verification service.");
  }
  if (o.report) {
    if (const auto ok = write_report(c, o, *checker, reported); !ok) return fail(c, ok.error());
    say(c, "Đã ghi biên bản kiểm tra: " + o.report->string(), "Wrote the report: " + o.report->string());
  }
  emit(c, Value::object({{"verdicts", std::move(list)}}));
  return exit;
}

// ---- history, receipt ----

namespace {

Result<Value> fetch_history(const Context& c, const RecordId& id) {
  STELE_TRY(const auto genesis, read_genesis(c));
  STELE_TRY(auto node, NodeClient::connect(c, genesis));
  return node.get("/v1/records/" + base64url(id.view()) + "/history");
}

}  // namespace

/// Of a document: its own record.
Result<RecordId> id_or_file(const std::string& text) {
  std::error_code ec;
  if (!fs::exists(text, ec)) return parse_id(text);
  STELE_TRY(const auto document, read_document(text));
  const auto& file = document.file;
  const auto record = record::decode(file.evidence.records[file.subject].jws);
  if (!record) return Unexpected(file_error(record.error(), text));
  return record->id;
}

Exit history(const Context& c, const std::string& text) {
  const auto id = id_or_file(text);
  if (!id) return fail(c, id.error());
  const auto v = fetch_history(c, *id);
  if (!v) return fail(c, v.error());
  const bool vi = c.lang == Lang::vi;
  Box box({vi ? "Lúc" : "Time", vi ? "Khối" : "Block", vi ? "Việc" : "What", vi ? "Đơn vị" : "By",
           vi ? "Lý do" : "Reason", vi ? "Bản ghi" : "Record"});
  for (const auto& e : items_of(*v, "events")) {
    const auto at = parse_utc(text_of(e, "time"));
    box.row({at ? time_label(*at) : std::string(), std::to_string(number_of(e, "height")),
             label(Words::type, printable(text_of(e, "type")), c.lang), printable(text_of(e, "org")),
             label(Words::reason, printable(text_of(e, "reason")), c.lang), printable(text_of(e, "id"))});
  }
  constexpr std::size_t with_whole_ids = 200;  // an id that is cut in two can't be copied
  print(c, box.text(with_whole_ids));
  emit(c, *v);
  return Exit::ok;
}

namespace {

Result<verdict::Verdict> fetch_receipt(const Context& c, const RecordId& id, const fs::path& out) {
  STELE_TRY(const auto genesis, read_genesis(c));
  STELE_TRY(auto node, NodeClient::connect(c, genesis));
  STELE_TRY(const auto text, node.get_text("/v1/records/" + base64url(id.view()) + "/receipt"));
  auto v = verdict::judge_receipt(genesis, text, {});
  if (v.id && *v.id != id) {
    return Unexpected(make_error("http_bad_answer", "Máy chủ đưa biên nhận của một bản ghi khác.",
                                 "The server gave the receipt of another record."));
  }
  if (worth_keeping(v.outcome)) STELE_CHECK(write_file(out, text, false, false));
  return v;
}

}  // namespace

Exit receipt(const Context& c, const std::string& text, const fs::path& out) {
  const auto id = parse_id(text);
  if (!id) return fail(c, id.error());
  const auto v = fetch_receipt(c, *id, out);
  if (!v) return fail(c, v.error());
  const auto form = verdict::to_json(*v);
  print_verdict(c, out.string(), form);
  if (worth_keeping(v->outcome)) say(c, "Đã lưu vào " + out.string(), "Saved to " + out.string());
  emit(c, Value::object({{"receipt", out.string()}, {"verdict", form}}));
  return exit_of_outcome(verdict::outcome_name(v->outcome));
}

}  // namespace stele::cli
