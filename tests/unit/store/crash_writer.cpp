// Commits blocks until it is killed, one at a time or some large ones together, and says so after they and the head are
// synced: 8 bytes of the height.
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
    std::vector<BlockRow> rows;
    auto records = tip.records;
    auto height = tip.height.value;
    do {
      ++height;
      rows.push_back(test::made_block(height, records, test::records_of(height), 1000));
      records += rows.back().records.size();
    } while (test::goes_with_the_next(height));
    if (const auto done = (*store)->commit(rows); !done) return fail(done.error());
    if (const auto done = (*head)->write(test::head_of(rows.back())); !done) return fail(done.error());
    if (::write(STDOUT_FILENO, &height, sizeof height) != sizeof height) return 3;
  }
}
