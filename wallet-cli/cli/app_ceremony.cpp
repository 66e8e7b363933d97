// The command line of a founding ceremony.
#include "wallet-cli/cli/app_builder.h"
#include "wallet-cli/cli/ceremony.h"

namespace stele::cli {
namespace {

const Arg plan_arg{"--plan", {"tệp kế hoạch của buổi lễ", "the ceremony's plan"}, V::file, true};

void plan_command(Command& ceremony) {
  auto o = std::make_shared<CeremonyPlan>();
  ceremony
      .command("plan", {"Lập kế hoạch: mạng nào, bao nhiêu khóa gốc, nút nào", "Plan: which network, roots and nodes"})
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
      .option({"--roots", {"số người giữ khóa gốc", "number of root holders"}, V::number}, o->roots)
      .option({"--root-quorum", {"cần bao nhiêu người cùng ký", "how many of them must sign together"}, V::number},
              o->root_quorum)
      .list({"--orderer", {"mã nút xếp thứ tự; dùng được nhiều lần", "id of an orderer; may be repeated"}, V::id, true},
            o->orderers)
      .list(
          {"--validator", {"mã nút xác nhận; dùng được nhiều lần", "id of a validator; may be repeated"}, V::id, true},
          o->validators)
      .list({"--vault", {"mã kho dữ liệu riêng; dùng được nhiều lần", "id of a vault; may be repeated"}, V::id, true},
            o->vaults)
      .flag({"--rehearsal",
             {"diễn tập: mạng thử, không khóa nào dùng được về sau",
              "a rehearsal: a test network, no key of which "
              "counts afterwards"}},
            o->rehearsal)
      .option({"--out,-o", {"tệp kế hoạch mới", "new file for the plan"}, V::file, true}, o->out)
      .example({"Diễn tập: 3 người giữ khóa gốc, cần 2; bốn cơ quan, mỗi nơi một nút",
                "A rehearsal: 3 root holders, 2 needed; four offices with a node each"},
               "stele ceremony plan --name thu --base-url https://hocba.example --roots 3 --root-quorum 2 "
               "--orderer so-a,so-b --validator so-a,so-b,so-c,so-d --vault so-a,so-b --rehearsal --out dien-tap.json")
      .runs([o](const Context& c) { return ceremony_plan(c, *o); });
}

void key_command(Command& ceremony) {
  auto o = std::make_shared<CeremonyKey>();
  ceremony
      .command("key", {"Tạo khóa của mình trên máy của mình, và nửa công khai của nó",
                       "Make one's key on one's own machine, and its public half"})
      .option({"role", {"khóa để làm gì", "what the key is for"}, V::role, true, "root|orderer|validator|vault"},
              o->role)
      .option(plan_arg, o->plan)
      .option({"--id", {"mã của nút trong kế hoạch", "the node's id in the plan"}, V::id}, o->id)
      .option({"--person-number",
               {"khóa gốc: người giữ thứ mấy, từ 1", "of a root key: which of the holders, from 1"},
               V::number},
              o->person_number)
      .option({"--out,-o",
               {"tệp khóa mới; nửa công khai: thêm .public.json", "new key file; the public half: .public.json added"},
               V::file,
               true},
              o->out)
      .example({"Người giữ khóa gốc thứ hai", "The second root holder"},
               "stele ceremony key root --person-number 2 --plan ke-hoach.json --out goc-2.key")
      .example({"Khóa xác nhận của một sở", "A department's validator key"},
               "stele ceremony key validator --id so-a --plan ke-hoach.json --out validator.key")
      .runs([o](const Context& c) { return ceremony_key(c, *o); });
}

void assemble_command(Command& ceremony) {
  auto o = std::make_shared<CeremonyAssemble>();
  ceremony
      .command("assemble", {"Ghép tệp genesis từ nửa công khai của mọi khóa",
                            "Assemble the genesis from the public halves of all keys"})
      .options({"public", {"nửa công khai: tệp .public.json", "public half: a .public.json file"}, V::file, true},
               o->halves)
      .option(plan_arg, o->plan)
      .option({"--out,-o", {"thư mục mới cho mạng", "new folder for the network"}, V::folder, true}, o->out)
      .options(
          {"--url",
           {"địa chỉ của một nút: MÃ=URL; dùng được nhiều lần", "where a node is reached: ID=URL; may be repeated"},
           V::text},
          o->urls)
      .options({"--etcd", {"địa chỉ một máy etcd; dùng được nhiều lần", "a member of etcd; may be repeated"}, V::url},
               o->etcd)
      .example({"Ba khóa gốc, mỗi vai trò một nút", "Three roots, a node for each role"},
               "stele ceremony assemble goc-1.key.public.json goc-2.key.public.json goc-3.key.public.json "
               "orderer.key.public.json validator.key.public.json vault.key.public.json --plan ke-hoach.json "
               "--out mang")
      .runs([o](const Context& c) { return ceremony_assemble(c, *o); });
}

void minutes_commands(Command& ceremony) {
  auto o = std::make_shared<CeremonyConfirm>();
  ceremony
      .command("confirm", {"Người giữ khóa gốc xác nhận tệp genesis bằng một biên bản",
                           "A root holder confirms the genesis by signed minutes"})
      .option(plan_arg, o->plan)
      .option({"--out,-o", {"tệp biên bản mới", "new file for the minutes"}, V::file, true}, o->out)
      .example({"Người giữ khóa gốc thứ hai", "The second root holder"},
               "stele ceremony confirm --plan ke-hoach.json --genesis genesis.json --key goc-2.key "
               "--out bien-ban-2.json")
      .runs([o](const Context& c) { return ceremony_confirm(c, *o); });
  auto seen = std::make_shared<CeremonyCheck>();
  ceremony
      .command("check",
               {"Ai đã xác nhận tệp genesis; mã thoát 0 khi đủ", "Who confirmed the genesis; exit 0 if enough"})
      .options({"minutes", {"tệp biên bản", "file of minutes"}, V::file, true}, seen->minutes)
      .option(plan_arg, seen->plan)
      .example({"Đủ chưa?", "Is that enough?"},
               "stele ceremony check bien-ban-1.json bien-ban-2.json --plan ke-hoach.json --genesis genesis.json")
      .runs([seen](const Context& c) { return ceremony_check(c, *seen); });
}

void drill_command(Command& ceremony) {
  auto o = std::make_shared<CeremonyDrill>();
  ceremony
      .command("drill", {"Diễn tập: những khóa gốc này cùng nhau có đủ không",
                         "In a rehearsal: do these root keys together suffice?"})
      .option(plan_arg, o->plan)
      .options({"--key", {"tệp khóa gốc; dùng được nhiều lần", "a root key file; may be repeated"}, V::file, true},
               o->keys)
      .example({"Người giữ khóa thứ hai vắng mặt", "The second holder is away"},
               "stele ceremony drill --plan dien-tap.json --genesis genesis.json --key goc-1.key --key goc-3.key")
      .runs([o](const Context& c) { return ceremony_drill(c, *o); });
}

}  // namespace

void add_ceremony_commands(Command& program) {
  auto ceremony = program.command("ceremony", {"Lễ lập mạng: mỗi nơi tự tạo khóa, rồi cùng ghép tệp genesis",
                                               "Found a network with keys that each office makes by itself"});
  plan_command(ceremony);
  key_command(ceremony);
  assemble_command(ceremony);
  minutes_commands(ceremony);
  drill_command(ceremony);
}

}  // namespace stele::cli
