// The command line of holders and verifiers.
#include "wallet-cli/cli/app_builder.h"

namespace stele::cli {
namespace {

const Text document_text{"tệp học bạ, văn bằng hay chứng chỉ", "file of a transcript, diploma or certificate"};

void holder_commands(Command& program) {
  auto r = std::make_shared<Receive>();
  program
      .command("receive",
               {"Nhận học bạ hay văn bằng bằng mã nhận", "Fetch a transcript or diploma by its pick-up code"})
      .option({"--out,-o", {"tệp mới để lưu", "new file to keep it in"}, V::file, true}, r->out)
      .option({"--code-fd", {"đọc mã nhận từ bộ mô tả tệp này", "read the code from this file descriptor"}, V::number},
              r->code_fd)
      .example({"Mã được hỏi trên màn hình", "The code is asked for"},
               "stele receive --out hoc-ba.json --genesis genesis.json --node https://nut.example:7480")
      .runs([r](const Context& c) { return receive(c, *r); });

  struct Show {
    fs::path file;
    std::string subject, now;
    bool why = false;
  };
  auto s = std::make_shared<Show>();
  program
      .command("show", {"Xem nội dung một văn bản, hay một con điểm từ đâu ra",
                        "Show what a document says, or where a mark comes from"})
      .option({"file", document_text, V::file, true}, s->file)
      .option({"subject", {"với --why: mã hay tên môn", "with --why: code or name of the subject"}, V::subject},
              s->subject)
      .flag({"--why",
             {"cho một môn: từng con điểm, cách tính, ai ký, theo thẩm quyền nào",
              "for one subject: each mark, the sum, who signed it and by what right"}},
            s->why)
      .option({"--now",
               {"xét tình trạng vào lúc này thay vì bây giờ; none: không xét",
                "judge the status at this time instead of "
                "now; none: do not judge its age"},
               V::time},
              s->now)
      .example({"Xem học bạ", "Show a transcript"}, "stele show hoc-ba.json --genesis genesis.json")
      .example({"Vì sao điểm Toán như vậy?", "Why is the mark in maths what it is?"},
               "stele show --why hoc-ba.json toan --genesis genesis.json")
      .runs([s](const Context& c) {
        if (s->why != s->subject.empty()) return s->why ? show_why(c, s->file, s->subject) : show(c, s->file, s->now);
        return fail(c, make_error("usage_why", "--why cần đúng một môn: stele show --why TỆP MÔN.",
                                  "--why needs exactly one subject: stele show --why FILE SUBJECT."));
      });

  auto d = std::make_shared<Disclose>();
  program
      .command("disclose", {"Trích một phần văn bản để đưa cho người khác", "Cut an extract to hand to somebody else"})
      .option({"file", document_text, V::file, true}, d->file)
      .list({"--claims",
             {"các mục cần trình, cách nhau bằng dấu phẩy", "what to show, separated by commas"},
             V::name,
             true},
            d->claims)
      .option({"--out,-o", {"tệp mới cho bản trích", "new file for the extract"}, V::file, true}, d->out)
      .example({"Chỉ tên và điểm Toán", "Only the name and the marks in maths"},
               "stele disclose hoc-ba.json --claims name,school,subject.toan --out trich.json")
      .runs([d](const Context& c) { return disclose(c, *d); });
}

void paper_commands(Command& program) {
  auto p = std::make_shared<Print>();
  program
      .command("print", {"In văn bản ra PDF; tệp PDF mang theo chính văn bản số nên tự chứng minh được",
                         "Print a document as PDF, which carries the document itself and so proves itself"})
      .option({"file", document_text, V::file, true}, p->file)
      .option({"--out,-o", {"tệp PDF mới", "new PDF file"}, V::file, true}, p->out)
      .option({"--kind",
               {"mẫu in; mặc định theo loại văn bản, copy là bản sao",
                "form; by default that of the document, copy is a copy of it"},
               V::code,
               false,
               "transcript|diploma|certificate|copy"},
              p->kind)
      .flag({"--codes",
             {"thêm các trang mã QR chứa toàn bộ văn bản: chỉ cần tờ giấy cũng kiểm tra được",
              "add pages of QR codes with the whole document: then the paper alone can be checked"}},
            p->codes)
      .example({"In học bạ", "Print a transcript"}, "stele print hoc-ba.json --out hoc-ba.pdf --genesis genesis.json")
      .example({"Bản sao văn bằng", "A copy of a diploma"},
               "stele print bang.json --kind copy --out ban-sao.pdf --genesis genesis.json")
      .runs([p](const Context& c) { return print_document(c, *p); });

  auto q = std::make_shared<Qr>();
  program.command("qr", {"Vẽ mã QR của một văn bản", "Draw the QR code of a document"})
      .option({"file", document_text, V::file, true}, q->file)
      .option({"--out,-o", {"ảnh mới, .png hoặc .svg", "new picture, .png or .svg"}, V::file, true}, q->out)
      .flag(
          {"--whole",
           {"một bộ mã chứa toàn bộ văn bản, thay cho liên kết", "a set of codes with the whole document, not a link"}},
          q->whole)
      .example({"Liên kết đến bản ghi", "A link to the record"},
               "stele qr hoc-ba.json --out hoc-ba.png --genesis genesis.json")
      .runs([q](const Context& c) { return qr(c, *q); });

  auto s = std::make_shared<Share>();
  program
      .command("share", {"Chia sẻ văn bản qua một liên kết; dịch vụ kiểm chứng chỉ giữ bản mã hóa",
                         "Share a document by a link; the verification service keeps ciphertext only"})
      .option({"file", {"tệp văn bản, hoặc bản trích của nó", "document file, or an extract of it"}, V::file, true},
              s->file)
      .option({"--verifier",
               {"dịch vụ kiểm chứng giữ bản mã hóa", "verification service that keeps the ciphertext"},
               V::url,
               true},
              s->verifier)
      .option({"--days", {"giữ trong bao nhiêu ngày, 1 đến 90", "how many days to keep it, 1 to 90"}, V::number},
              s->days)
      .option(
          {"--pdf",
           {"in thêm ra tệp PDF này, mã QR là liên kết đó", "also print to this PDF, with that link as its QR code"},
           V::file},
          s->pdf)
      .option({"--qr",
               {"vẽ thêm mã QR ra ảnh này, .png hoặc .svg", "also draw the QR code to this picture, .png or .svg"},
               V::file},
              s->qr)
      .example({"Gửi bản trích cho nơi tuyển dụng", "Send an extract to an employer"},
               "stele share trich.json --verifier https://kiem-chung.example --days 14 --genesis genesis.json")
      .runs([s](const Context& c) { return share(c, *s); });
}

void verifier_commands(Command& program) {
  auto v = std::make_shared<Verify>();
  program
      .command("verify", {"Kiểm tra văn bản: có thật không, ai ký, còn hiệu lực không",
                          "Check documents: are they genuine, who signed, are they still in force"})
      .options({"file",
                {"tệp văn bản, biên nhận, hoặc PDF đã in", "document or receipt file, or a printed PDF"},
                V::file,
                true},
               v->files)
      .option({"--verifier",
               {"hỏi dịch vụ kiểm chứng này thay vì kiểm tra ngoại tuyến",
                "ask this verification service instead of checking offline"},
               V::url},
              v->verifier)
      .option({"--checkpoint",
               {"tệp điểm kiểm tra đã ghi nhớ; bằng chứng trái với nó bị bác bỏ",
                "file of a checkpoint you remember; evidence against it is refused"},
               V::file},
              v->checkpoint)
      .option({"--now",
               {"thời điểm (UTC) để tính tuổi của tình trạng, hoặc none; mặc định: đồng hồ máy",
                "time (UTC) for the age of the status, or none; default: the clock"},
               V::time},
              v->now)
      .option(
          {"--status-days", {"tình trạng được cũ nhất bao nhiêu ngày", "how many days old a status may be"}, V::number},
          v->status_days)
      .option(
          {"--report", {"ghi biên bản kiểm tra ra tệp PDF này", "write a report on the verdicts to this PDF"}, V::file},
          v->report)
      .example({"Kiểm tra ngoại tuyến", "Check offline"}, "stele verify hoc-ba.json --genesis genesis.json")
      .example({"Bản in có đúng là văn bản đã ký không?", "Is the print what was signed?"},
               "stele verify hoc-ba.pdf --genesis genesis.json")
      .example({"Nhiều tệp, cho máy đọc", "Many files, for programs"},
               "stele verify *.json --genesis genesis.json --json")
      .runs([v](const Context& c) { return verify(c, *v); });

  auto h = std::make_shared<std::string>();
  program.command("history", {"Lịch sử công khai của một bản ghi", "The public history of a record"})
      .option({"id", {"mã bản ghi", "record id"}, V::id, true}, *h)
      .example({"Bảng điểm này từng bị sửa chưa?", "Was this sheet ever amended?"},
               "stele history o4yA1nXkYbR0mK3mQ2eE5vWwZbB7tq1S9dLh0uFJcPg")
      .runs([h](const Context& c) { return history(c, *h); });

  auto r = std::make_shared<std::pair<std::string, fs::path>>();
  program.command("receipt", {"Lấy biên nhận của một bản ghi và kiểm tra nó", "Fetch a record's receipt and check it"})
      .option({"id", {"mã bản ghi", "record id"}, V::id, true}, r->first)
      .option({"--out,-o", {"tệp mới cho biên nhận", "new file for the receipt"}, V::file, true}, r->second)
      .example({"Biên nhận của một bảng điểm", "The receipt of a sheet"},
               "stele receipt o4yA1nXkYbR0mK3mQ2eE5vWwZbB7tq1S9dLh0uFJcPg --out bien-nhan.json")
      .runs([r](const Context& c) { return receipt(c, r->first, r->second); });
}

}  // namespace

void add_holder_commands(Command& program) {
  holder_commands(program);
  paper_commands(program);
  verifier_commands(program);
}

}  // namespace stele::cli
