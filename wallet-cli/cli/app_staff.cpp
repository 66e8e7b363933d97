// The command line of staff: networks, keys, sheets, credentials, second signatures.
#include "wallet-cli/cli/app_builder.h"
#include "wallet-cli/desk/run.h"

namespace stele::cli {
namespace {

const Text reason_text{"mã lý do trong quy định, ví dụ entry-error", "reason code of the policy, e.g. entry-error"};
const Text year_text{"năm bắt đầu năm học: 2025 là 2025-2026", "first year of the school year: 2025 for 2025-2026"};
const Text class_text{"lớp, ví dụ 10A1", "class, e.g. 10A1"};
const Text codes_text{"tệp CSV ghi mã nhận văn bản của từng học sinh; chạy lại với tệp này thì làm tiếp phần dở dang",
                      "CSV file for the students' pick-up codes; run again with it to resume a broken run"};
const Text sheet_text{"tên trang tính, nếu tệp có nhiều trang", "name of the sheet, if the workbook has several"};
const Text replaces_text{"mã bản ghi mà bản này thay thế", "id of the record that this one replaces"};

void init_network_command(Command& program) {
  auto o = std::make_shared<InitNetwork>();
  program
      .command("init-network", {"Tạo một mạng mới: tệp genesis, khóa gốc, khóa của nút đầu tiên",
                                "Make a new network: genesis file, root keys, keys of the first node"})
      .option({"folder", {"thư mục mới cho mạng", "new folder for the network"}, V::folder, true}, o->folder)
      .option({"--name", {"tên ngắn của mạng, ví dụ hcm", "short name of the network, e.g. hcm"}, V::name, true},
              o->name)
      .option({"--base-url",
               {"địa chỉ https gốc của các tài liệu", "https address under which documents live"},
               V::url,
               true},
              o->base_url)
      .option({"--mode", {"mạng thật hay mạng thử", "a real network or one for tests"}, V::text, false, "live|test"},
              o->mode)
      .option({"--time",
               {"thời điểm lập mạng (UTC); mặc định: bây giờ", "time of its founding (UTC); default: now"},
               V::time},
              o->time)
      .option({"--roots", {"số khóa gốc", "number of root keys"}, V::number}, o->roots)
      .option({"--root-quorum", {"cần bao nhiêu khóa gốc cùng ký", "how many root keys must sign together"}, V::number},
              o->root_quorum)
      .option({"--validators", {"số nút xác nhận", "number of validators"}, V::number}, o->validators)
      .option({"--orderers", {"bao nhiêu nút trong số đó sắp xếp", "how many of the nodes order"}, V::number},
              o->orderers)
      .option({"--vaults", {"bao nhiêu nút có kho dữ liệu riêng", "how many of the nodes have a vault"}, V::number},
              o->vaults)
      .option({"--followers",
               {"số nút chỉ theo dõi, không có khóa", "number of nodes that only follow, without keys"},
               V::number},
              o->followers)
      .option({"--port",
               {"cổng của nút đầu; các nút sau kế tiếp", "port of the first node; the others' follow"},
               V::number},
              o->port)
      .options({"--etcd", {"địa chỉ một máy etcd; dùng được nhiều lần", "a member of etcd; may be repeated"}, V::url},
               o->etcd)
      .example({"Mạng thử với 3 khóa gốc, cần 2", "A test network with 3 root keys, 2 needed"},
               "stele init-network thu --name thu --base-url https://hocba.example --mode test")
      .example({"Mạng thử bốn nút trên một máy, hai nút sắp xếp", "Four nodes on one machine, two of them order"},
               "stele init-network bon --name bon --base-url https://hocba.example --mode test --validators 4 "
               "--orderers 2 --etcd http://127.0.0.1:2379")
      .runs([o](const Context& c) { return init_network(c, *o); });
}

void key_new_command(Command& key) {
  auto o = std::make_shared<KeyNew>();
  key.command("new", {"Tạo khóa ký cho một người và đề nghị đăng ký khóa đó",
                      "Make a person's signing key and the request to register it"})
      .option({"--out,-o", {"tệp khóa mới", "new key file"}, V::file, true}, o->out)
      .option({"--org", {"mã đơn vị", "id of the organisation"}, V::org, true}, o->org)
      .option({"--name", {"họ và tên người ký", "name of the person"}, V::name, true}, o->name)
      .option({"--title", {"chức danh", "title of the person"}, V::text, true}, o->title)
      .option({"--use",
               {"để ký, hay để đóng dấu nhà trường", "to sign, or as the school's seal"},
               V::text,
               false,
               "sign|seal"},
              o->use)
      .option({"--person",
               {"mã người ký, khi người này đã có khóa và khóa mới thay khóa cũ (stele key show)",
                "the person handle, if this person has a key that the new one replaces (stele key show)"},
               V::id},
              o->person)
      .example({"Khóa của một giáo viên", "A teacher's key"},
               "stele key new --out lan.key --org thpt-vi-du-1 --name \"Lê Hoàng Mẫu\" --title \"Giáo viên Toán\"")
      .runs([o](const Context& c) { return key_new(c, *o); });
}

void key_enrol_command(Command& key) {
  auto o = std::make_shared<KeyEnrol>();
  key.command("enrol", {"Đăng ký khóa của những người khác, với vai trò của họ",
                        "Register other people's keys with their roles"})
      .options({"request",
                {"tệp .request.json do `stele key new` tạo", ".request.json file made by `stele key new`"},
                V::file,
                true},
               o->requests)
      .options({"--grant",
                {"vai trò, có thể kèm phạm vi; dùng được nhiều lần", "a role, perhaps with its scope; may be repeated"},
                V::grant},
               o->grants)
      .option({"--replaces", replaces_text, V::id}, o->replaces)
      .option({"--reason", reason_text, V::reason}, o->reason)
      .save(o->save)
      .example({"Giáo viên Toán của lớp 10A1", "Teacher of maths of class 10A1"},
               "stele key enrol lan.key.request.json --grant subject-teacher:class=10A1,subject=toan,term=1,year=2025")
      .runs([o](const Context& c) { return key_enrol(c, *o); });
}

void key_compromised_command(Command& key) {
  auto o = std::make_shared<KeyCompromised>();
  key.command("compromised", {"Báo lộ khóa: khóa bị thu hồi, những gì nó đã ký bị tạm ngừng",
                              "Report a compromised key: it is revoked, and what it signed is suspended"})
      .option({"key", {"mã bản ghi đăng ký khóa, hoặc mã khóa", "id of the key's record, or of the key"}, V::key, true},
              o->key)
      .option({"--since",
               {"đáng ngờ từ đầu ngày này (giờ Việt Nam), dạng 2026-05-31",
                "suspect from the beginning of this day in Vietnam, like 2026-05-31"},
               V::date},
              o->since)
      .option({"--from",
               {"thay cho --since: số thứ tự của bản ghi đáng ngờ đầu tiên trên sổ cái",
                "instead of --since: index of the first suspect record on the ledger"},
               V::number},
              o->from)
      .option({"--to",
               {"số thứ tự của bản ghi đáng ngờ cuối cùng; mặc định: mọi bản ghi từ đó",
                "index of the last suspect record; default: all from there on"},
               V::number},
              o->to)
      .option({"--reason", reason_text, V::reason, true}, o->reason)
      .save(o->save)
      .example({"Khóa của một giáo viên bị lấy cắp, đáng ngờ từ ngày 10/5/2026",
                "A teacher's key was stolen, and is suspect from 10 May 2026"},
               "stele key compromised o4yA1nXkYbR0mK3mQ2eE5vWwZbB7tq1S9dLh0uFJcPg --since 2026-05-10 "
               "--reason key-stolen --key can-bo-so.key")
      .runs([o](const Context& c) { return key_compromised(c, *o); });
}

void key_file_commands(Command& key) {
  auto shown = std::make_shared<fs::path>();
  key.command("show", {"Cho biết một tệp khóa của ai (không cần mật khẩu)", "Tell whose a key file is (no passphrase)"})
      .option({"file", {"tệp khóa", "key file"}, V::file, true}, *shown)
      .example({"Xem khóa", "Look at a key"}, "stele key show lan.key")
      .runs([shown](const Context& c) { return key_show(c, *shown); });
  auto changed = std::make_shared<fs::path>();
  key.command("passwd", {"Đổi mật khẩu của một tệp khóa", "Change the passphrase of a key file"})
      .option({"file", {"tệp khóa", "key file"}, V::file, true}, *changed)
      .example({"Đổi mật khẩu", "Change it"}, "stele key passwd lan.key")
      .runs([changed](const Context& c) { return key_passwd(c, *changed); });
  auto backup = std::make_shared<std::pair<fs::path, fs::path>>();
  key.command("backup", {"Sao lưu một tệp khóa và mở thử bản sao", "Copy a key file and prove that the copy opens"})
      .option({"file", {"tệp khóa", "key file"}, V::file, true}, backup->first)
      .option({"copy", {"tệp bản sao mới", "new file for the copy"}, V::copy, true}, backup->second)
      .example({"Sao lưu ra USB", "Copy to a USB stick"}, "stele key backup lan.key /media/usb/lan.key")
      .runs([backup](const Context& c) { return key_backup(c, backup->first, backup->second); });
}

void org_command(Command& program) {
  auto org = program.command("org", {"Cơ quan và trường học", "Organisations"});
  auto o = std::make_shared<OrgAdd>();
  org.command("add", {"Đăng ký một cơ quan hay trường học", "Register an office or a school"})
      .option({"id", {"mã đơn vị mới", "id of the new organisation"}, V::org, true}, o->id)
      .option({"--kind", {"loại, ví dụ school", "kind, e.g. school"}, V::code, true}, o->kind)
      .option({"--name", {"tên đầy đủ", "full name"}, V::name, true}, o->name)
      .option({"--parent", {"mã đơn vị cấp trên", "id of the organisation above it"}, V::org}, o->parent)
      .options({"--vault",
                {"số hiệu kho dữ liệu của trường; dùng được nhiều lần", "number of a vault of the school; may repeat"},
                V::number},
               o->vaults)
      .option({"--replaces", replaces_text, V::id}, o->replaces)
      .option({"--reason", reason_text, V::reason}, o->reason)
      .save(o->save)
      .example({"Thêm một trường", "Add a school"},
               "stele org add thpt-vi-du-1 --kind school --parent so-gddt --name \"THPT Ví Dụ Số 1\" --vault 0")
      .runs([o](const Context& c) { return org_add(c, *o); });
}

void policy_command(Command& program) {
  auto policy = program.command("policy", {"Quy định: ai được ký gì", "Policy: who may sign what"});
  auto o = std::make_shared<std::pair<fs::path, Save>>();
  policy.command("publish", {"Ban hành quy định mới", "Publish a new policy"})
      .option({"file", {"tệp JSON của quy định", "JSON file of the policy"}, V::file, true}, o->first)
      .save(o->second)
      .example({"Ban hành bản mẫu", "Publish the template"}, "stele policy publish policy-vn.json --key root-1.key")
      .runs([o](const Context& c) { return policy_publish(c, o->first, o->second); });
}

void validators_command(Command& program) {
  auto validators =
      program.command("validators", {"Nhóm nút xác nhận: ai ký khối", "The set of validators: who signs blocks"});
  auto o = std::make_shared<std::pair<fs::path, Save>>();
  validators.command("publish", {"Thay nhóm nút xác nhận", "Change the set of validators"})
      .option(
          {"file", {"tệp JSON: {\"set\": [{id, org, key}]}", "JSON file: {\"set\": [{id, org, key}]}"}, V::file, true},
          o->first)
      .save(o->second)
      .example({"Khóa gốc thứ nhất ký; khóa gốc khác duyệt bằng stele approve",
                "The first root signs; another one approves"},
               "stele validators publish nhom-moi.json --key root-1.key")
      .runs([o](const Context& c) { return validators_publish(c, o->first, o->second); });
}

void orderers_command(Command& program) {
  auto orderers =
      program.command("orderers", {"Nút sắp xếp: ai xếp bản ghi vào khối", "Orderers: who puts records into blocks"});
  auto o = std::make_shared<std::pair<fs::path, Save>>();
  orderers.command("publish", {"Thêm nút sắp xếp, hoặc cho thôi", "Add orderers, or retire some"})
      .option({"file",
               {"tệp JSON: {\"add\": [{id, org, key}], \"retire\": [số]}",
                "JSON file: {\"add\": [{id, org, key}], \"retire\": [numbers]}"},
               V::file,
               true},
              o->first)
      .save(o->second)
      .example({"Khóa gốc thứ nhất ký; khóa gốc khác duyệt bằng stele approve",
                "The first root signs; another one approves"},
               "stele orderers publish nut-sap-xep.json --key root-1.key")
      .runs([o](const Context& c) { return orderers_publish(c, o->first, o->second); });
}

const Text recovery_file_text{"tệp khôi phục", "recovery file"};

void recovery_command(Command& program) {
  auto recovery = program.command("recovery", {"Khôi phục một mạng không còn đủ nút xác nhận",
                                               "Recover a network that has lost its quorum of validators"});
  auto o = std::make_shared<RecoveryDraft>();
  recovery
      .command("draft",
               {"Soạn bản khôi phục, nối tiếp khối cao nhất", "Draft a recovery that goes on from the highest block"})
      .option({"--out,-o", {"tệp khôi phục mới", "new recovery file"}, V::file, true}, o->out)
      .list({"--keep", {"mã các nút xác nhận ở lại", "ids of the validators that stay"}, V::id}, o->keep)
      .options({"--add", {"nút xác nhận mới: MÃ=KHÓA", "a new validator: ID=KEY"}, V::text}, o->add)
      .option({"--reason", {"mã lý do", "reason code"}, V::code}, o->reason)
      .options({"--ask",
                {"hỏi thêm nút này xem nó đã tới khối nào; dùng được nhiều lần",
                 "ask this node, too, how far it has got; may be repeated"},
                V::url},
               o->nodes)
      .example({"Ba trong bảy khóa đã chết", "Three of seven keys are dead"},
               "stele recovery draft --out khoi-phuc.json --keep validator-0,validator-1,validator-2,validator-3 "
               "--node https://nut-0.example --ask https://nut-1.example")
      .runs([o](const Context& c) { return recovery_draft(c, *o); });
  auto shown = std::make_shared<fs::path>();
  recovery
      .command("show", {"Cho biết bản khôi phục sẽ làm gì, ai đã ký", "Tell what a recovery will do, and who signed"})
      .option({"file", recovery_file_text, V::file, true}, *shown)
      .example({"Xem", "Look"}, "stele recovery show khoi-phuc.json")
      .runs([shown](const Context& c) { return recovery_show(c, *shown); });
  auto signs = std::make_shared<fs::path>();
  recovery.command("sign", {"Thêm chữ ký của một khóa gốc", "Add the signature of a root key"})
      .option({"file", recovery_file_text, V::file, true}, *signs)
      .example({"Mỗi người giữ khóa gốc ký trên máy của mình", "Each holder of a root key signs on their own machine"},
               "stele recovery sign khoi-phuc.json --key root-2.key")
      .runs([signs](const Context& c) { return recovery_sign(c, *signs); });
  auto sent = std::make_shared<std::pair<fs::path, std::vector<std::string>>>();
  recovery.command("publish", {"Trao bản khôi phục cho các nút", "Hand a recovery to the nodes"})
      .option({"file", recovery_file_text, V::file, true}, sent->first)
      .options({"--to",
                {"trao thêm cho nút này; dùng được nhiều lần", "hand it to this node, too; may be repeated"},
                V::url},
               sent->second)
      .example({"Một nút nhận là đủ: nó chuyển cho các nút khác", "One is enough: it hands it on"},
               "stele recovery publish khoi-phuc.json --node https://nut-0.example")
      .runs([sent](const Context& c) { return recovery_publish(c, sent->first, sent->second); });
}

/// Options that teachers' files share.
Command& teacher_file(Command& command, SheetFile& o) {
  return command
      .option({"file", {"tệp bảng tính: XLSX, ODS hoặc CSV", "spreadsheet: XLSX, ODS or CSV"}, V::file, true}, o.file)
      .option({"--class", class_text, V::cls, true}, o.cls)
      .option({"--year", year_text, V::year, true}, o.year)
      .option({"--kind", {"cấp học", "level of school"}, V::code}, o.kind)
      .option({"--sheet", sheet_text, V::name}, o.sheet)
      .save(o.save);
}
const Text empty_text{"ô trống nghĩa là gì; mặc định: ô trống là lỗi", "what an empty cell means; default: a fault"};
const Text term_text{"học kỳ: 1, 2 hoặc year", "term: 1, 2 or year"};

void enrol_command(Command& program) {
  auto enrol = program.command("enrol", {"Ghi danh học sinh vào lớp", "Enrol students in a class"});
  auto o = std::make_shared<SheetFile>();
  auto students = enrol.command("students", {"Ký danh sách lớp", "Sign a class list"});
  teacher_file(students, *o)
      .option({"--replaces", replaces_text, V::id}, o->replaces)
      .option({"--reason", reason_text, V::reason}, o->reason)
      .flag({"--moved",
             {"học sinh đang ở lớp khác của năm học là chuyển lớp, không phải nhầm",
              "students of another class of the year change class; it is no mistake"}},
            o->moved)
      .example({"Danh sách lớp 10A1", "The list of class 10A1"},
               "stele enrol students lop-10A1.xlsx --class 10A1 --year 2025 --key van-phong.key")
      .runs([o](const Context& c) { return enrol_students(c, *o); });
}

void sign_sheet_commands(Command& sign) {
  auto g = std::make_shared<SheetFile>();
  auto grades = sign.command("grades", {"Ký bảng điểm một môn của một lớp", "Sign a class's marks in one subject"});
  teacher_file(grades, *g)
      .option({"--subject", {"mã môn, ví dụ toan", "subject code, e.g. toan"}, V::code, true}, g->subject)
      .option({"--term", term_text, V::code, true}, g->term)
      .option({"--group", {"mã nhóm, nếu lớp chia nhóm", "code of the group, if the class is split"}, V::code},
              g->group)
      .option({"--empty", empty_text, V::text, false, "not-yet|exempt|absent"}, g->empty)
      .example({"Điểm Toán học kỳ I", "Marks in maths, first term"},
               "stele sign grades toan-10A1.xlsx --class 10A1 --year 2025 --subject toan --term 1 --key lan.key")
      .runs([g](const Context& c) { return sign_grades(c, *g); });
  auto s = std::make_shared<SheetFile>();
  auto summary = sign.command(
      "summary", {"Ký bảng tổng kết của giáo viên chủ nhiệm", "Sign the summary sheet of the homeroom teacher"});
  teacher_file(summary, *s)
      .option({"--term", term_text, V::code, true}, s->term)
      .option({"--empty", empty_text, V::text, false, "not-yet|exempt|absent"}, s->empty)
      .example({"Tổng kết cả năm", "Summary of the year"},
               "stele sign summary tong-ket-10A1.xlsx --class 10A1 --year 2025 --term year --key chu-nhiem.key")
      .runs([s](const Context& c) { return sign_summary(c, *s); });
}

void sign_commands(Command& program) {
  auto sign = program.command("sign", {"Ký bảng điểm, bảng tổng kết, văn bản", "Sign marks, summaries, documents"});
  sign_sheet_commands(sign);
  auto d = std::make_shared<SignDocument>();
  sign.command("document", {"Ký văn bản khác của trường; nội dung không rời máy này",
                            "Sign other school documents; their content stays on this machine"})
      .options({"file", {"tệp cần ký", "file to sign"}, V::file, true}, d->files)
      .option({"--kind", {"loại văn bản, ví dụ decision", "kind, e.g. decision"}, V::code, true}, d->kind)
      .option(
          {"--receipt",
           {"tệp giữ các giá trị mở, cần khi chứng minh sau này", "file for the openings, needed to prove it later"},
           V::file,
           true},
          d->receipt)
      .save(d->save)
      .example({"Ký một quyết định", "Sign a decision"},
               "stele sign document qd-12.pdf --kind decision --receipt qd-12.stele.json --key hieu-truong.key")
      .runs([d](const Context& c) { return sign_document(c, *d); });
}

void issue_transcripts_command(Command& issue) {
  auto o = std::make_shared<IssueTranscripts>();
  issue.command("transcripts", {"Cấp học bạ năm học cho cả lớp", "Issue the year's transcripts of a class"})
      .option({"--class", class_text, V::cls, true}, o->cls)
      .option({"--year", year_text, V::year, true}, o->year)
      .option({"--codes", codes_text, V::file, true}, o->codes)
      .options(
          {"--student",
           {"chỉ học sinh này (mã 10 chữ số); dùng được nhiều lần", "only this student (10 digits); may be repeated"},
           V::student},
          o->students)
      .option({"--reason", {"cấp lại với mã lý do này", "issue again, for this reason code"}, V::reason}, o->reason)
      .save(o->save)
      .example({"Học bạ lớp 10A1", "Transcripts of class 10A1"},
               "stele issue transcripts --class 10A1 --year 2025 --codes ma-10A1.csv --key hieu-truong.key")
      .runs([o](const Context& c) { return issue_transcripts(c, *o); });
}

void issue_commands(Command& program) {
  auto issue = program.command("issue", {"Cấp học bạ, bằng, chứng chỉ", "Issue transcripts, diplomas, certificates"});
  issue_transcripts_command(issue);
  auto d = std::make_shared<IssueDiplomas>();
  issue.command("diplomas", {"Cấp bằng tốt nghiệp theo danh sách", "Issue diplomas from a list"})
      .option({"file", {"bảng tính danh sách tốt nghiệp", "spreadsheet of the graduates"}, V::file, true}, d->file)
      .option({"--class", class_text, V::cls, true}, d->cls)
      .option({"--year", year_text, V::year, true}, d->year)
      .option({"--codes", codes_text, V::file, true}, d->codes)
      .option({"--kind", {"cấp học", "level of school"}, V::code}, d->kind)
      .option({"--sheet", sheet_text, V::name}, d->sheet)
      .save(d->save)
      .example({"Bằng của lớp 12A1", "Diplomas of class 12A1"},
               "stele issue diplomas tot-nghiep.xlsx --class 12A1 --year 2025 --codes ma-12A1.csv")
      .runs([d](const Context& c) { return issue_diplomas(c, *d); });
  auto e = std::make_shared<IssueCertificate>();
  issue.command("certificate", {"Cấp một chứng chỉ", "Issue a certificate"})
      .option({"--class", class_text, V::cls, true}, e->cls)
      .option({"--year", year_text, V::year, true}, e->year)
      .option({"--student", {"mã học sinh, 10 chữ số", "student id, 10 digits"}, V::student, true}, e->student_id)
      .option({"--kind", {"loại, ví dụ language", "kind, e.g. language"}, V::code, true}, e->kind)
      .option({"--title", {"tên chứng chỉ", "title of the certificate"}, V::text, true}, e->title)
      .option({"--grade", {"xếp loại hoặc điểm", "grade or mark"}, V::text}, e->grade)
      .option({"--period", {"lần cấp: 1, 2, …", "which one of its kind: 1, 2, …"}, V::number}, e->period)
      .option({"--codes", codes_text, V::file, true}, e->codes)
      .save(e->save)
      .example({"Chứng chỉ tiếng Anh", "A certificate in English"},
               "stele issue certificate --class 12A1 --year 2025 --student 9900000001 --kind language "
               "--title \"Tiếng Anh bậc 3\" --codes ma.csv")
      .runs([e](const Context& c) { return issue_certificate(c, *e); });
}

void amend_command(Command& program) {
  auto o = std::make_shared<AmendMark>();
  program
      .command("amend",
               {"Sửa một điểm đã ký, có lý do; cần người thứ hai", "Correct a signed mark; a second person must agree"})
      .option({"--class", class_text, V::cls, true}, o->cls)
      .option({"--year", year_text, V::year, true}, o->year)
      .option({"--subject", {"mã môn, ví dụ toan", "subject code, e.g. toan"}, V::code, true}, o->subject)
      .option({"--term", term_text, V::code, true}, o->term)
      .option({"--student", {"mã học sinh, 10 chữ số", "student id, 10 digits"}, V::student, true}, o->student_id)
      .options({"--set",
                {"điều cần sửa: regular1, mid, final, level, comment; dùng được nhiều lần",
                 "what to change: regular1, mid, final, level, comment; may be repeated"},
                V::set,
                true},
               o->set)
      .option({"--reason", reason_text, V::reason, true}, o->reason)
      .save(o->save)
      .example({"Điểm cuối kỳ là 9,5", "The final mark is 9.5"},
               "stele amend --class 10A1 --year 2025 --subject toan --term 1 --student 9900000001 --set final=9.5 "
               "--reason entry-error --key lan.key")
      .runs([o](const Context& c) { return amend(c, *o); });
}

void second_command(Command& program, std::string_view type, Text text, Text how) {
  auto o = std::make_shared<Second>();
  o->type = type;
  program.command(type, text)
      .options({"id", {"mã bản ghi", "record id"}, V::id}, o->ids)
      .option({"--role", {"ký với vai trò nào, ví dụ principal", "in which capacity, e.g. principal"}, V::role},
              o->role)
      .flag({"--all",
             {"mọi bản ghi đang chờ chữ ký này tại đơn vị của khóa",
              "every record that waits for this signature at the key's organisation"}},
            o->all)
      .option({"--only",
               {"với --all: chỉ loại bản ghi này, ví dụ transcript",
                "with --all: only this type of record, e.g. transcript"},
               V::code},
              o->only)
      .save(o->save)
      .example(how, "stele " + std::string(type) + " --all --role principal --key hieu-truong.key")
      .runs([o](const Context& c) { return second_signature(c, *o); });
}

void status_command(Command& program, std::string_view type, Text text, Text how) {
  auto o = std::make_shared<Change>();
  o->type = type;
  auto command = program.command(type, text);
  command.options({"id", {"mã bản ghi", "record id"}, V::id, true}, o->ids)
      .option({"--reason", reason_text, V::reason, true}, o->reason);
  if (type == "reinstate") {
    command.option({"--lifts",
                    {"quyết định tạm ngừng được bãi bỏ; cần nêu khi có nhiều quyết định",
                     "the suspension that ends; needed when several stand"},
                    V::id},
                   o->lifts);
  }
  command.save(o->save)
      .example(how, "stele " + std::string(type) +
                        " o4yA1nXkYbR0mK3mQ2eE5vWwZbB7tq1S9dLh0uFJcPg --reason issued-in-error --key hieu-truong.key")
      .runs([o](const Context& c) { return change_status(c, *o); });
}

void suspended_commands(Command& program) {
  auto id = std::make_shared<std::string>();
  program
      .command("suspended", {"Những bản ghi mà một quyết định hay báo cáo lộ khóa còn tạm ngừng",
                             "What a suspension or a report of a compromised key still holds"})
      .option({"id", {"mã quyết định tạm ngừng hoặc báo cáo", "id of the suspension or report"}, V::id, true}, *id)
      .example({"Còn gì phải xem xét?", "What is still to be looked into?"},
               "stele suspended o4yA1nXkYbR0mK3mQ2eE5vWwZbB7tq1S9dLh0uFJcPg")
      .runs([id](const Context& c) { return show_suspended(c, *id); });
  auto o = std::make_shared<Clear>();
  program
      .command("clear", {"Khôi phục những bản ghi bị tạm ngừng đã được làm rõ; chạy lại thì làm tiếp",
                         "Reinstate suspended records that were cleared; run again to resume"})
      .option({"id", {"mã quyết định tạm ngừng hoặc báo cáo", "id of the suspension or report"}, V::id, true}, o->id)
      .options({"record", {"mã bản ghi được khôi phục", "id of a record to reinstate"}, V::record}, o->records)
      .flag({"--all", {"mọi bản ghi còn bị tạm ngừng", "everything that it still holds"}}, o->all)
      .option({"--reason", reason_text, V::reason, true}, o->reason)
      .save(o->save)
      .example({"Đã xem xét hết, không bản ghi nào bị giả", "All was looked into, and nothing was forged"},
               "stele clear o4yA1nXkYbR0mK3mQ2eE5vWwZbB7tq1S9dLh0uFJcPg --all --reason cleared --key can-bo-so.key")
      .runs([o](const Context& c) { return clear(c, *o); });
}

void waiting_commands(Command& program) {
  auto org = std::make_shared<std::string>();
  program.command("pending", {"Những bản ghi đang chờ chữ ký", "Records that wait for signatures"})
      .option({"--org", {"mã đơn vị; mặc định: của khóa", "organisation; default: the key's"}, V::org}, *org)
      .example({"Trường tôi còn chờ gì?", "What does my school wait for?"}, "stele pending --key hieu-truong.key")
      .runs([org](const Context& c) { return show_pending(c, *org); });
  auto year = std::make_shared<std::string>();
  program.command("missing", {"Ai chưa ký bảng điểm nào", "Who has not signed which sheet yet"})
      .option({"--year", year_text, V::year, true}, *year)
      .example({"Năm học 2025-2026", "School year 2025-2026"}, "stele missing --year 2025 --key hieu-truong.key")
      .runs([year](const Context& c) { return show_missing(c, *year); });
  auto files = std::make_shared<std::vector<fs::path>>();
  program.command("submit", {"Gửi những gì đã ký bằng --save", "Send what was signed with --save"})
      .options({"file", {"tệp do --save ghi", "file written by --save"}, V::file, true}, *files)
      .example({"Gửi khi có mạng", "Send when online"}, "stele submit da-ky.jsonl")
      .runs([files](const Context& c) { return submit(c, *files); });
}

void desk_command(Command& program) {
  auto o = std::make_shared<desk::Run>();
  program
      .command("desk", {"Mở bàn làm việc trong trình duyệt: nhập bảng điểm, ký, duyệt, cấp học bạ",
                        "Open the desk in a browser: import sheets, sign, approve, issue transcripts"})
      .option({"--keys",
               {"thư mục chứa các tệp .key để chọn trong trang", "folder of .key files to choose from in the page"},
               V::folder},
              o->keys)
      .option({"--codes",
               {"thư mục ghi mã nhận học bạ; mặc định: thư mục hiện tại",
                "folder for pick-up codes; default: the current folder"},
               V::folder},
              o->codes)
      .option({"--idle",
               {"tự khóa sau bấy nhiêu phút không dùng; mặc định 15", "minutes without use until it locks; default 15"},
               V::number},
              o->idle_minutes)
      .flag({"--no-browser", {"không mở trình duyệt", "do not open a browser"}}, o->no_browser)
      .option({"--link-file",
               {"ghi liên kết vào tệp này (quyền 0600) thay vì mở trình duyệt",
                "write the link to this file (mode 0600) instead of opening a browser"},
               V::file},
              o->link_file)
      .example({"Bàn của một giáo viên", "A teacher's desk"}, "stele desk --key lan.key")
      .example({"Của hiệu trưởng, có cả con dấu", "The principal's, with the school's seal"},
               "stele desk --keys ~/khoa --codes ~/ma-nhan")
      .runs([o](const Context& c) { return desk::run(c, *o); });
}

}  // namespace

void add_network_commands(Command& program) {
  init_network_command(program);
  auto key = program.command("key", {"Tạo, đăng ký, giữ khóa ký", "Make, register and keep signing keys"});
  key_new_command(key);
  key_enrol_command(key);
  key_file_commands(key);
  key_compromised_command(key);
  org_command(program);
  policy_command(program);
  validators_command(program);
  orderers_command(program);
  recovery_command(program);
}

void add_school_commands(Command& program) {
  desk_command(program);
  enrol_command(program);
  sign_commands(program);
  issue_commands(program);
  amend_command(program);
}

void add_change_commands(Command& program) {
  second_command(program, "approve", {"Phê duyệt điều người khác đã ký", "Approve what another person signed"},
                 {"Duyệt mọi thứ đang chờ", "Approve all that waits"});
  second_command(program, "countersign", {"Ký xác nhận thứ hai", "Countersign"},
                 {"Ký xác nhận mọi thứ đang chờ", "Countersign all that waits"});
  second_command(program, "seal", {"Đóng dấu nhà trường", "Set the school's seal"},
                 {"Đóng dấu mọi thứ đang chờ", "Seal all that waits"});
  waiting_commands(program);
  status_command(program, "revoke", {"Thu hồi vĩnh viễn", "Revoke for good"}, {"Thu hồi một học bạ", "Revoke one"});
  status_command(program, "suspend", {"Tạm ngừng hiệu lực", "Suspend for a time"},
                 {"Tạm ngừng một học bạ", "Suspend one"});
  status_command(program, "reinstate", {"Khôi phục hiệu lực", "Reinstate what was suspended"},
                 {"Khôi phục một học bạ", "Reinstate one"});
  suspended_commands(program);
}

}  // namespace stele::cli
