// Commits blocks until it is killed, and says so of each one after block and head are synced: 8 bytes of its height.
#include <unistd.h>

#include <cstdio>

#include "ledger/store/rocks_store.h"
#include "ledger/store/tail_check.h"
#include "tests/unit/store/made_blocks.h"

namespace {

int fail(const stele::Error& error) {
  std::fprintf(stderr, "%s\n", stele::to_text(error, stele::Lang::en).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace stele::store;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  auto store = open_rocks_store(folder / "db", {.net = "crash", .create = true});
  if (!store) return fail(store.error());
  auto head = HeadFile::open(folder / "head");
  if (!head) return fail(head.error());
  for (;;) {
    const auto tip = (*store)->tip().value_or(Tip{});
    const auto height = tip.height.value + 1;
    const auto row = test::made_block(height, tip.records, height % 50, 1000);
    if (const auto done = (*store)->commit(std::span(&row, 1)); !done) return fail(done.error());
    if (const auto done = (*head)->write(test::head_of(row)); !done) return fail(done.error());
    if (::write(STDOUT_FILENO, &height, sizeof height) != sizeof height) return 3;
  }
}
