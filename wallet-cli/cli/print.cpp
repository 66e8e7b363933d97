// Documents on paper: print, qr, share.
#include <fmt/format.h>

#include "ledger/base/encoding.h"
#include "ledger/paper/paper.h"
#include "signer/aead.h"
#include "signer/random.h"
#include "wallet-cli/cli/holder.h"
#include "wallet-cli/cli/labels.h"
#include "wallet-cli/cli/shared.h"
#include "wallet-cli/cli/signing.h"

namespace stele::cli {
namespace {

using json::Value;

constexpr std::size_t answer_bytes_max = 65'536;

/// A copy for others: whoever holds the book key can link a student's records.
std::string shown_copy(verdict::DocumentFile file) {
  file.book.reset();
  return verdict::encode(std::move(file));
}

Error not_valid(const verdict::Verdict& v) {
  return make_error(
      "paper_not_valid",
      "Không làm: văn bản không hợp lệ (" + std::string(verdict::outcome_text(v.outcome, Lang::vi)) + ").",
      "Not done: the document is not valid (" + std::string(verdict::outcome_text(v.outcome, Lang::en)) + ").");
}

/// A valid document, without its book key, and the network that it belongs to.
struct Shown {
  record::Genesis genesis;
  std::string text;
  RecordId id;
};
Result<Shown> open_valid(const Context& c, const fs::path& path) {
  STELE_TRY(auto genesis, read_genesis(c));
  STELE_TRY(auto document, read_document(path));
  auto text = shown_copy(std::move(document.file));
  const auto v = verdict::judge_document(genesis, text, {});
  if (v.outcome != verdict::Outcome::valid || !v.id) return Unexpected(not_valid(v));
  return Shown{std::move(genesis), std::move(text), *v.id};
}

Result<std::string> picture(const paper::QrCode& code, const fs::path& path) {
  const auto kind = path.extension().string();
  if (kind == ".svg") return paper::qr_svg(code);
  if (kind == ".png") return paper::qr_png(code);
  return Unexpected(make_error("usage_picture", "Tên tệp ảnh phải có đuôi .png hoặc .svg.",
                               "The picture's name must end in .png or .svg."));
}

/// "qr.png" to "qr-03.png".
fs::path numbered(const fs::path& path, std::size_t i) {
  return path.parent_path() / fmt::format("{}-{:02}{}", path.stem().string(), i + 1, path.extension().string());
}

Result<void> write_picture(const std::string& text, const fs::path& path) {
  STELE_TRY(const auto code, paper::qr_of(text));
  STELE_TRY(const auto bytes, picture(code, path));
  return write_file(path, bytes, true, false);
}

}  // namespace

// ---- print ----

namespace {

Result<std::string> printed(const Context& c, const Print& o) {
  STELE_TRY(const auto genesis, read_genesis(c));
  STELE_TRY(const auto document, read_document(o.file));
  paper::PrintOptions options;
  if (!o.kind.empty()) options.form = paper::form_of(o.kind);
  options.codes = o.codes;
  STELE_TRY(auto pdf, paper::print(genesis, document.text, options));
  STELE_CHECK(write_file(o.out, pdf, true, false));
  return pdf;
}

}  // namespace

Exit print_document(const Context& c, const Print& o) {
  const auto pdf = printed(c, o);
  if (!pdf) return fail(c, pdf.error());
  say(c,
      "Đã in ra " + o.out.string() + ". Tệp PDF này mang theo chính văn bản số; kiểm tra bằng: stele verify " +
          o.out.string(),
      "Printed to " + o.out.string() + ". The PDF carries the document itself; check it with: stele verify " +
          o.out.string());
  emit(c, Value::object({{"pdf", o.out.string()}, {"bytes", pdf->size()}, {"renderer", paper::renderer_version()}}));
  return Exit::ok;
}

// ---- qr ----

namespace {

Result<std::vector<std::string>> draw_codes(const Context& c, const Qr& o) {
  STELE_TRY(const auto shown, open_valid(c, o.file));
  std::vector<std::string> written;
  if (!o.whole) {
    STELE_CHECK(write_picture(paper::link_of(shown.genesis.base_url, shown.id), o.out));
    written.push_back(o.out.string());
    return written;
  }
  STELE_TRY(const auto texts, paper::split_document(shown.text));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto path = numbered(o.out, i);
    STELE_CHECK(write_picture(texts[i], path));
    written.push_back(path.string());
  }
  return written;
}

}  // namespace

Exit qr(const Context& c, const Qr& o) {
  const auto written = draw_codes(c, o);
  if (!written) return fail(c, written.error());
  const auto n = std::to_string(written->size());
  if (o.whole) {
    say(c,
        "Đã ghi " + n + " mã QR chứa toàn bộ văn bản: " + written->front() + " … Quét lần lượt, thứ tự nào cũng được.",
        "Wrote " + n + " QR codes that hold the whole document: " + written->front() + " … Scan them in any order.");
  } else {
    say(c, "Đã ghi " + o.out.string() + ": liên kết đến bản ghi công khai, không có dữ liệu cá nhân.",
        "Wrote " + o.out.string() + ": a link to the public record, without personal data.");
  }
  auto files = Value::array();
  for (const auto& f : *written) files.push(f);
  emit(c, Value::object({{"files", std::move(files)}}));
  return Exit::ok;
}

// ---- share ----

namespace {

struct SharedAt {
  std::string link;
  std::string expires;
};

Error upload_refused(const http::Response& response, const std::optional<Value>& said) {
  const auto code = std::to_string(response.status);
  if (said && !text_of(*said, "vi").empty())
    return make_error("share_refused", text_of(*said, "vi"), text_of(*said, "en"));
  return make_error("share_refused",
                    "Dịch vụ kiểm chứng không nhận văn bản (mã " + code + "). Hãy kiểm tra --verifier.",
                    "The verification service does not take the document (status " + code + "). Check --verifier.");
}

Result<std::string> upload(const Share& o, const paper::ShareLink& link, const Bytes& blob) {
  STELE_TRY(auto service, http::Client::open(o.verifier));
  http::Request request;
  request.method = "PUT";
  request.target = fmt::format("/v1/shared/{}?days={}", base64url(link.handle.view()), o.days);
  request.headers.set("Content-Type", "application/octet-stream");
  request.body = as_text(blob);
  STELE_TRY(const auto response, service.send(request, http::Idempotent::yes));
  std::optional<Value> said;
  if (auto v = json::parse(response.body, {.bytes_max = answer_bytes_max, .depth_max = 8, .nodes_max = 200}))
    said = std::move(*v);
  const bool done = response.status == 200 || response.status == 201;
  if (!done || !said || !parse_utc(text_of(*said, "expires"))) return Unexpected(upload_refused(response, said));
  return text_of(*said, "expires");
}

Result<SharedAt> share_document(const Context& c, const Share& o) {
  constexpr unsigned days_max = 90;
  if (o.days < 1 || o.days > days_max) {
    return Unexpected(make_error("usage_days", "--days từ 1 đến 90.", "--days goes from 1 to 90."));
  }
  STELE_TRY(const auto shown, open_valid(c, o.file));
  const paper::ShareLink link{signer::random_fixed<paper::ShareHandle>(), signer::random_fixed<paper::ShareKey>()};
  SharedAt out;
  out.link = paper::link_of(shown.genesis.base_url, link);
  // All that can fail here fails before anything leaves this machine.
  std::string pdf;
  if (o.pdf) {
    paper::PrintOptions options;
    options.link = out.link;
    STELE_TRY(pdf, paper::print(shown.genesis, shown.text, options));
  }
  STELE_TRY(const auto blob, seal_shared(link, signer::random_fixed<signer::AeadNonce>().view(), shown.text));
  if (o.qr) STELE_CHECK(picture(paper::QrCode{1, {1}}, *o.qr));
  STELE_TRY(out.expires, upload(o, link, blob));
  if (o.pdf) STELE_CHECK(write_file(*o.pdf, pdf, true, false));
  if (o.qr) STELE_CHECK(write_picture(out.link, *o.qr));
  return out;
}

}  // namespace

Exit share(const Context& c, const Share& o) {
  const auto done = share_document(c, o);
  if (!done) return fail(c, done.error());
  const auto code = paper::qr_of(done->link);
  if (!code) return fail(c, code.error());
  print(c, paper::qr_terminal(*code) + done->link + "\n");
  const auto until = parse_utc(done->expires);
  say(c, "Ai có liên kết này thì đọc được văn bản, đến " + time_label(*until) + ". Dịch vụ chỉ giữ bản mã hóa.",
      "Whoever has this link can read the document, until " + time_label(*until) +
          ". The service keeps ciphertext only.");
  auto out = Value::object({{"link", done->link}, {"expires", done->expires}});
  if (o.pdf) out.set("pdf", o.pdf->string());
  if (o.qr) out.set("qr", o.qr->string());
  emit(c, out);
  return Exit::ok;
}

}  // namespace stele::cli
