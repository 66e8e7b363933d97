#include "signer/secret.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <map>
#include <ostream>
#include <set>
#include <vector>

#include "signer/random.h"

namespace {
/// What the last unmapping of memory saw there: -1 nothing yet, 0 a byte that was not zero, 1 zeros only.
int unmapped_wiped = -1;
}  // namespace

/// Stands before the C library's in this program: the one moment at which a destroyed secret can still be looked at.
extern "C" int munmap(void* address, std::size_t length) noexcept {
  const auto* bytes = static_cast<const std::uint8_t*>(address);
  if (length == static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    unmapped_wiped = std::all_of(bytes, bytes + length, [](std::uint8_t b) { return b == 0; }) ? 1 : 0;
  }
  return static_cast<int>(syscall(SYS_munmap, address, length));
}

namespace stele::signer {
namespace {

template <class T>
concept Prints = requires(std::ostream& out, const T& t) {
  out << t;
};
static_assert(!std::copyable<SecretBytes> && !std::is_copy_constructible_v<SecretBytes> &&
              !std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_copy_constructible_v<Secret<32>> && !std::is_copy_assignable_v<Secret<32>>);
static_assert(std::is_nothrow_move_constructible_v<SecretBytes> && std::is_nothrow_move_assignable_v<Secret<32>>);
static_assert(!std::equality_comparable<SecretBytes> && !std::equality_comparable<Secret<32>>);
static_assert(!Prints<SecretBytes> && !Prints<Secret<32>>);
static_assert(!std::is_convertible_v<ByteView, SecretBytes>);

const std::array<std::uint8_t, 4> sample{1, 2, 3, 4};

TEST(Secret, IsWipedBeforeItsMemoryIsGivenBack) {
  unmapped_wiped = -1;
  { const SecretBytes s{ByteView(sample)}; }
  EXPECT_EQ(unmapped_wiped, 1);
  unmapped_wiped = -1;
  {
    SecretBytes s{ByteView(sample)};
    s = SecretBytes(8);  // assigned over
    EXPECT_EQ(unmapped_wiped, 1);
  }
}

TEST(Secret, StartsAsZerosAndHoldsWhatIsWritten) {
  Secret<32> s;
  EXPECT_TRUE(std::all_of(s.view().begin(), s.view().end(), [](auto b) { return b == 0; }));
  s.writable()[31] = 7;
  EXPECT_EQ(s.view()[31], 7);
  EXPECT_FALSE(Secret<32>::from(ByteView(sample)).has_value());
  EXPECT_TRUE(Secret<4>::from(ByteView(sample)).has_value());
}

TEST(Secret, MovingLeavesNothingBehind) {
  SecretBytes a{ByteView(sample)};
  SecretBytes b = std::move(a);
  EXPECT_EQ(a.size(), 0U);  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(equal_constant_time(b.view(), sample));
  SecretBytes c;
  c = std::move(b);
  EXPECT_TRUE(equal_constant_time(c.view(), sample));
}

TEST(SecretDeathTest, ReadingAMovedSecretStops) {
  auto s = Secret<4>::from(ByteView(sample));
  const Secret<4> taken = std::move(*s);
  EXPECT_DEATH((void)s->view(), "");
}

TEST(Secret, TruncatingWipesTheRest) {
  SecretBytes s{ByteView(sample)};
  const std::uint8_t* memory = s.view().data();
  s.truncate(1);
  EXPECT_EQ(s.size(), 1U);
  EXPECT_EQ(memory[0], 1);
  EXPECT_EQ(memory[1] | memory[2] | memory[3], 0);  // the page is still ours
}

TEST(Secret, WipeOverwrites) {
  std::array<std::uint8_t, 4> bytes = sample;
  wipe(bytes);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{}));
}

TEST(Secret, ComparesInConstantTime) {
  std::array<std::uint8_t, 4> other = sample;
  EXPECT_TRUE(equal_constant_time(sample, other));
  other[3] ^= 0x80;
  EXPECT_FALSE(equal_constant_time(sample, other));
  EXPECT_FALSE(equal_constant_time(sample, ByteView(sample).first(3)));
  EXPECT_TRUE(equal_constant_time({}, {}));
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define STELE_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STELE_SANITIZED 1
#endif

/// In a child, so that the limits do not stay with the other tests.
template <class Check>
bool holds_in_a_child(Check check) {
  const pid_t child = fork();
  if (child == 0) _exit(check() ? 0 : 1);
  int status = 1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Secret, ReportsMemoryThatCouldNotBeLockedAndWorksAnyway) {
#ifdef STELE_SANITIZED
  GTEST_SKIP() << "the sanitizers replace mlock by a call that always succeeds";
#endif
  EXPECT_TRUE(holds_in_a_child([] {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0) return false;
    constexpr uid_t nobody = 65534;  // the superuser is not bound by the limit: become somebody else
    if (geteuid() == 0 && setuid(nobody) != 0) return false;
    const SecretBytes s{ByteView(sample)};
    return !s.locked() && secrets_not_locked() > 0 && equal_constant_time(s.view(), sample);
  }));
  EXPECT_TRUE(SecretBytes().locked());
}

TEST(Secret, CoreDumpsCanBeTurnedOff) {
  EXPECT_TRUE(holds_in_a_child([] {
    if (!disable_core_dumps()) return false;
    rlimit now{1, 1};
    return getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_cur == 0 && now.rlim_max == 0 &&
           prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
  }));
}

// --- Randomness
// ---------------------------------------------------------------------------------------------------------

TEST(Random, DiffersEachTime) {
  std::set<Digest> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_fixed<Digest>());
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_FALSE(equal_constant_time(random_secret<32>().view(), random_secret<32>().view()));
  fill_random({});
}

TEST(Random, FillsMoreThanOneCallGives) {
  std::vector<std::uint8_t> big(100'000);
  fill_random(big);
  std::array<std::size_t, 256> counts{};
  for (auto b : big) ++counts.at(b);
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  EXPECT_GT(*least, 200U);  // 391 expected; 9 standard deviations
  EXPECT_LT(*most, 580U);
}

TEST(Random, BelowStaysBelowAndReachesAll) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random_below(1), 0U);
  std::array<int, 7> counts{};
  for (int i = 0; i < 7000; ++i) ++counts.at(random_below(7));
  for (int c : counts) EXPECT_NEAR(c, 1000, 270);  // 9 standard deviations
}

// With n = 3 * 2^62 a plain remainder gives a third of the range twice as often as the rest.
TEST(Random, BelowIsNotBiasedForLargeBounds) {
  const std::uint64_t n = std::uint64_t{3} << 62U;
  int low = 0;
  for (int i = 0; i < 9000; ++i) low += random_below(n) < n / 3 ? 1 : 0;
  EXPECT_NEAR(low, 3000, 400);  // 9 standard deviations; biased: 4500
}

TEST(RandomDeathTest, BelowZeroStops) {
  EXPECT_DEATH((void)random_below(0), "");
}

TEST(Random, ShufflesIntoEachOrderAboutEquallyOften) {
  std::map<std::vector<int>, int> orders;
  for (int i = 0; i < 6000; ++i) {
    std::vector<int> v{1, 2, 3};
    shuffle(v);
    ++orders[v];
  }
  ASSERT_EQ(orders.size(), 6U);
  for (const auto& [order, times] : orders) EXPECT_NEAR(times, 1000, 260);
  std::vector<int> none;
  shuffle(none);
  EXPECT_TRUE(none.empty());
}

}  // namespace
}  // namespace stele::signer
