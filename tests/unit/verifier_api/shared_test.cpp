#include "verifier-api/shared_store.h"

#include "ledger/base/encoding.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

std::string blob(std::size_t n, char fill = 'x') {
  std::string out = "STLS\x01";
  out.resize(n, fill);
  return out;
}
const std::string handle = "AAAAAAAAAAAAAAAAAAAAAA";

class Shared : public ::testing::Test {
 protected:
  Shared()
      : v_(issued_school(), [](Config& c) {
          c.shared_per_hour = 1'000;
          c.shared_mb_per_day = 1'000;
          c.shared_mb = 1;
        }) {
    v_.ready();
  }
  http::Response put(const std::string& h, std::string body, const std::string& query = "") {
    http::Request r;
    r.method = "PUT";
    r.target = "/v1/shared/" + h + query;
    r.body = std::move(body);
    r.headers.add("Content-Type", "application/octet-stream");
    return v_.sent(r);
  }
  void set_clock(std::uint64_t later) {
    std::ofstream(v_.folder() / "clock") << utc_text({issued_school().now().value + later}) << "\n";
  }
  Running v_;
};

TEST_F(Shared, ComesBackByteForByte) {
  const auto first = put(handle, blob(100));
  ASSERT_EQ(first.status, 201) << first.body;
  const auto j = nlohmann::json::parse(first.body);
  EXPECT_EQ(j["handle"], handle);
  EXPECT_EQ(j["expires"], utc_text({issued_school().now().value + 30 * 86'400}));
  const auto back = v_.get("/v1/shared/" + handle);
  EXPECT_EQ(back.status, 200);
  EXPECT_EQ(back.body, blob(100));
  EXPECT_EQ(back.content_type, "application/octet-stream");
  EXPECT_EQ(back.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(back.headers.get("Access-Control-Allow-Origin"), "*");
}

TEST_F(Shared, RepeatingIsSafeAndOverwritingIsNot) {
  const auto first = put(handle, blob(100), "?days=7");
  const auto again = put(handle, blob(100), "?days=90");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body) << "the expiry is not moved";
  const auto other = put(handle, blob(100, 'y'));
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(code_of(other), "shared_exists");
  EXPECT_EQ(v_.get("/v1/shared/" + handle).body, blob(100));
}

TEST_F(Shared, ExpiresAndIsThenUnknown) {
  ASSERT_EQ(put(handle, blob(50), "?days=1").status, 201);
  set_clock(86'399);
  EXPECT_EQ(v_.get("/v1/shared/" + handle).status, 200);
  set_clock(86'400);
  const auto gone = v_.get("/v1/shared/" + handle);
  const auto never = v_.get("/v1/shared/BBBBBBBBBBBBBBBBBBBBBA");
  const auto malformed = v_.get("/v1/shared/short");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.body, never.body);
  EXPECT_EQ(gone.body, malformed.body);
  EXPECT_EQ(put(handle, blob(60, 'z')).status, 201) << "its place is free again";
  EXPECT_EQ(v_.service().context().shared->bytes(), 60U);
}

TEST_F(Shared, BoundsOnEverything) {
  EXPECT_EQ(put(handle, blob(32)).status, 400);
  EXPECT_EQ(put(handle, blob(33)).status, 201);
  EXPECT_EQ(put("AAAAAAAAAAAAAAAAAAAAAQ", blob(shared_bytes_max)).status, 201);
  EXPECT_EQ(put("AAAAAAAAAAAAAAAAAAAAAg", blob(shared_bytes_max + 1)).status, 413);
  EXPECT_EQ(code_of(put("AAAAAAAAAAAAAAAAAAAAAg", "STLS\x02" + std::string(50, 'x'))), "shared_form");
  EXPECT_EQ(code_of(put("AAAAAAAAAAAAAAAAAAAAAg", "")), "shared_form");
  for (const char* bad : {"AAAAAAAAAAAAAAAAAAAAAB", "short", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA+A"})
    EXPECT_EQ(put(bad, blob(50)).status, 400) << bad;
  for (const char* days : {"?days=0", "?days=91", "?days=x", "?days=-1"})
    EXPECT_EQ(put("AAAAAAAAAAAAAAAAAAAAAg", blob(50), days).status, 400) << days;
}

TEST_F(Shared, AFullStoreSaysSo) {
  int taken = 0;
  http::Response last;
  for (char c = 'A'; c <= 'H'; ++c) {
    last = put(std::string(20, c) + "AA", blob(shared_bytes_max));
    if (last.status != 201) break;
    ++taken;
  }
  EXPECT_EQ(taken, 4) << "1 MiB holds four of 256 KiB";
  EXPECT_EQ(last.status, 503);
  EXPECT_EQ(code_of(last), "shared_full");
}

TEST_F(Shared, NoLogLineHoldsAHandle) {
  (void)put(handle, blob(50));
  (void)v_.get("/v1/shared/" + handle);
  EXPECT_EQ(v_.log().find(handle), std::string::npos);
  EXPECT_EQ(v_.get("/metrics").body.find(handle), std::string::npos);
}

TEST(SharedQuota, CountsPerClient) {
  Running v(issued_school(), [](Config& c) { c.shared_per_hour = 2; });
  v.ready();
  const auto put = [&](const char* h) {
    http::Request r;
    r.method = "PUT";
    r.target = std::string("/v1/shared/") + h;
    r.body = blob(40);
    return v.sent(r);
  };
  EXPECT_EQ(put("AAAAAAAAAAAAAAAAAAAAAA").status, 201);
  EXPECT_EQ(put("AAAAAAAAAAAAAAAAAAAAAQ").status, 201);
  const auto third = put("AAAAAAAAAAAAAAAAAAAAAg");
  EXPECT_EQ(third.status, 429);
  EXPECT_EQ(code_of(third), "shared_quota");
}

TEST(SharedStore, OutlivesARestart) {
  Folder folder;
  const SharedOptions options{folder.path() / "s", 1'000, 0};
  const auto h = *fixed_from_base64url<Handle>(handle);
  {
    auto store = SharedStore::open(options);
    ASSERT_TRUE(store.has_value()) << store.error().en;
    EXPECT_TRUE((*store)->put(h, blob(500), {1'000}, 1)->fresh);
  }
  auto store = SharedStore::open(options);
  EXPECT_EQ((*store)->bytes(), 500U);
  EXPECT_EQ(*(*store)->get(h, {1'000}), blob(500));
  EXPECT_FALSE((*store)->put(h, blob(500), {2'000}, 90)->fresh);
  EXPECT_EQ((*store)->put(*fixed_from_base64url<Handle>("AAAAAAAAAAAAAAAAAAAAAQ"), blob(501), {2'000}, 1).error().code,
            "shared_full");
  EXPECT_FALSE((*store)->get(h, {1'000 + 86'400})->has_value());
}

}  // namespace
}  // namespace stele::verifier
