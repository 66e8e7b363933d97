#include <CLI/CLI.hpp>
#include <iostream>

#include "node/app/commands.h"

namespace {

using stele::app::Exit;

constexpr const char* examples = R"(
Ví dụ / Examples:
  stele-node run --config node/node.toml
  stele-node run --config node/node.toml --passphrase-fd 9 --ready-file node.url 9< secret
  stele-node fsck --config node/node.toml --json
  stele-node fsck --genesis genesis.json --data node/data
  stele-node vault rotate --config node/node.toml
  stele-node vote-file new --config node/node.toml

Mã thoát / Exit status: 0 ok; 1 fsck: lỗi dữ liệu / findings; 2 dòng lệnh, cấu hình / usage, configuration; 3 lỗi khác / other failure
)";

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli("Nút sổ cái học bạ Stele / A node of the Stele ledger for school records", "stele-node");
  cli.footer(examples);
  cli.require_subcommand(1);
  cli.set_version_flag("--version", std::string(stele::app::version()));
  std::string lang_name;
  cli.add_option("--lang", lang_name, "vi | en")->check(CLI::IsMember({"vi", "en"}));
  cli.fallthrough();

  stele::app::Run run;
  auto* run_cli = cli.add_subcommand("run", "chạy nút cho đến khi nhận SIGTERM / run until SIGTERM");
  run_cli->add_option("--config", run.config, "node.toml")->required();
  run_cli->add_option("--passphrase-fd", run.passphrase_fd,
                      "đọc mật khẩu (một dòng) từ mô tả tệp này / read the passphrase (one line) from this descriptor");
  run_cli->add_option("--ready-file", run.ready_file,
                      "ghi địa chỉ vào đây khi nút sẵn sàng / the URL is written here when the node is ready");

  stele::app::Fsck fsck;
  auto* fsck_cli = cli.add_subcommand("fsck",
                                      "tính lại mọi thứ từ các bản ghi và so sánh; nút phải đang dừng / "
                                      "re-derive everything from the records and compare; while the node is stopped");
  auto* config = fsck_cli->add_option("--config", fsck.config, "node.toml");
  auto* genesis = fsck_cli->add_option("--genesis", fsck.genesis, "genesis.json")->excludes(config);
  auto* data = fsck_cli->add_option("--data", fsck.data, "thư mục dữ liệu / data folder")->excludes(config);
  genesis->needs(data);
  data->needs(genesis);
  fsck_cli->add_flag("--json", fsck.json, "kết quả dạng JSON / result as JSON");

  stele::app::Rotate rotate;
  auto* vault_cli = cli.add_subcommand("vault", "kho dữ liệu cá nhân / the vault of personal data");
  vault_cli->require_subcommand(1);
  auto* rotate_cli =
      vault_cli->add_subcommand("rotate",
                                "đổi khóa bọc và hủy khóa cũ; nút phải đang dừng / "
                                "a new wrapping key, the old ones are destroyed; while the node is stopped");
  rotate_cli->add_option("--config", rotate.config, "node.toml")->required();
  rotate_cli->add_option("--passphrase-fd", rotate.passphrase_fd, "như trên / as above");

  stele::app::NewVoteFile vote_file;
  auto* votes_cli = cli.add_subcommand("vote-file", "tệp phiếu của khóa xác nhận / a validator key's vote file");
  votes_cli->require_subcommand(1);
  auto* new_votes_cli = votes_cli->add_subcommand(
      "new",
      "tạo tệp phiếu cho khóa chưa từng đăng ký, trên nút đã có sổ cái; trước bản ghi validators / "
      "for a key that was never registered, on a node that has a ledger; before the validators record");
  new_votes_cli->add_option("--config", vote_file.config, "node.toml")->required();

  try {
    cli.parse(argc, argv);
    if (fsck_cli->parsed() && fsck.config.empty() && fsck.genesis.empty())
      throw CLI::RequiredError("--config, or --genesis and --data");
  } catch (const CLI::ParseError& e) {
    return cli.exit(e) == 0 ? 0 : static_cast<int>(Exit::usage);
  }
  const auto lang = lang_name.empty()   ? stele::app::lang_from_environment()
                    : lang_name == "vi" ? stele::Lang::vi
                                        : stele::Lang::en;
  if (run_cli->parsed()) return static_cast<int>(stele::app::run(run, lang));
  if (fsck_cli->parsed()) return static_cast<int>(stele::app::fsck(fsck, lang));
  if (new_votes_cli->parsed()) return static_cast<int>(stele::app::new_vote_file(vote_file, lang));
  return static_cast<int>(stele::app::rotate_wrapping_key(rotate, lang));
}
