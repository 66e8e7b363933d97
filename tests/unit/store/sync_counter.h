// Stands between this program's libraries and the kernel's fsync and fdatasync: counts them, and lets one fail.
#pragma once

namespace stele::store::test {

[[nodiscard]] int syncs_so_far();
/// The next sync fails with EIO, as on a dying disk. Once.
void fail_next_sync();

}  // namespace stele::store::test
