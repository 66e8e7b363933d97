#include "verifier-api/site.h"

#include "node/http/caching.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

/// A small page, built.
fs::path page_in(const fs::path& folder) {
  write(folder / "index.html", "<!doctype html><title>Stele</title>");
  write(folder / "sw.js", "self");
  write(folder / "assets" / "main-Ab3_x9Qz.js", "console.log(1)");
  write(folder / "assets" / "main-Ab3_x9Qz.js.gz", "\x1f\x8b(compressed)");
  write(folder / ".hidden", "secret");
  return folder;
}

http::Request with(const char* name, const char* value) {
  http::Request r;
  if (name != nullptr) r.headers.add(name, value);
  return r;
}

TEST(Site, ServesThePageHardened) {
  Folder folder;
  const auto site = Site::load(page_in(folder.path()));
  ASSERT_TRUE(site.has_value()) << site.error().en;
  for (const char* path : {"", "v", "index.html"}) {
    const auto r = site->answer({}, path);
    EXPECT_EQ(r.status, 200) << path;
    EXPECT_EQ(r.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(r.headers.get("Cache-Control"), "no-cache");
    const std::string policy(r.headers.get("Content-Security-Policy").value_or(""));
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe-inline"), std::string::npos);
    EXPECT_EQ(policy.find("'unsafe-eval'"), std::string::npos);
    EXPECT_EQ(r.headers.get("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(r.headers.get("Cross-Origin-Opener-Policy"), "same-origin");
  }
}

TEST(Site, HashedNamesAreImmutableAndComeCompressed) {
  Folder folder;
  const auto site = Site::load(page_in(folder.path()));
  const char* const name = "assets/main-Ab3_x9Qz.js";
  const auto plain = site->answer({}, name);
  EXPECT_EQ(plain.body, "console.log(1)");
  EXPECT_EQ(plain.headers.get("Cache-Control"), http::immutable);
  EXPECT_EQ(plain.headers.get("Vary"), "Accept-Encoding");
  const auto packed = site->answer(with("Accept-Encoding", "br, gzip;q=0.8"), name);
  EXPECT_EQ(packed.headers.get("Content-Encoding"), "gzip");
  EXPECT_TRUE(packed.body.starts_with("\x1f\x8b"));
  EXPECT_EQ(packed.content_type, plain.content_type);
  EXPECT_NE(packed.headers.get("ETag"), plain.headers.get("ETag")) << "other bytes, another tag";
  EXPECT_FALSE(site->answer(with("Accept-Encoding", "gzip;q=0"), name).headers.get("Content-Encoding").has_value());
  EXPECT_EQ(site->answer({}, "sw.js").headers.get("Cache-Control"), "no-cache") << "a service worker must be renewed";
}

TEST(Site, TellsWhichNamesAreHashed) {
  EXPECT_TRUE(is_hashed_name("assets/index-DiwrgTda.css"));
  EXPECT_TRUE(is_hashed_name("assets/pdf/worker-a_-b12345.mjs"));
  EXPECT_FALSE(is_hashed_name("index-DiwrgTda.html")) << "not among the assets";
  EXPECT_FALSE(is_hashed_name("assets/logo-big.svg"));
  EXPECT_FALSE(is_hashed_name("assets/-DiwrgTda.css"));
  EXPECT_FALSE(is_hashed_name("assets/plain.css"));
}

TEST(Site, AKnownTagSavesTheBytes) {
  Folder folder;
  const auto site = Site::load(page_in(folder.path()));
  const std::string tag(*site->answer({}, "").headers.get("ETag"));
  const auto again = site->answer(with("If-None-Match", tag.c_str()), "");
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(again.body.empty());
  EXPECT_TRUE(again.headers.get("Content-Security-Policy").has_value());
}

TEST(Site, NothingButTheListIsServed) {
  Folder folder;
  write(folder.path() / "outside.txt", "no");
  const auto site = Site::load(page_in(folder.path() / "web"));
  ASSERT_TRUE(site.has_value());
  EXPECT_EQ(site->files(), 3U) << "a dot file is passed over, a .gz belongs to its file";
  for (const char* path : {"../outside.txt", "assets/../../outside.txt", "/etc/passwd", ".hidden", "assets", "assets/",
                           "assets/main-Ab3_x9Qz.js.gz", "index.html/", "V", "%2e%2e/outside.txt"})
    EXPECT_EQ(site->answer({}, path).status, 404) << path;
}

TEST(Site, RefusesLinksAndWhatIsTooMuch) {
  Folder folder;
  page_in(folder.path());
  fs::create_symlink("/etc/passwd", folder.path() / "assets" / "p.txt");
  EXPECT_EQ(Site::load(folder.path()).error().code, "site_link");
  fs::remove(folder.path() / "assets" / "p.txt");
  for (std::size_t i = 0; i < site_files_max; ++i) write(folder.path() / ("f" + std::to_string(i)), "");
  EXPECT_EQ(Site::load(folder.path()).error().code, "site_too_large");
  Folder large;
  page_in(large.path());
  write(large.path() / "big", "");
  fs::resize_file(large.path() / "big", site_file_bytes_max + 1);
  EXPECT_EQ(Site::load(large.path()).error().code, "site_too_large");
  Folder empty;
  EXPECT_EQ(Site::load(empty.path()).error().code, "site_unreadable");
  EXPECT_EQ(Site::load(empty.path() / "none").error().code, "site_unreadable");
}

TEST(Site, TheServiceServesItBesideTheApi) {
  Folder folder;
  page_in(folder.path());
  Running v(issued_school(), [&](Config& c) { c.web = folder.path(); });
  v.ready();
  EXPECT_EQ(v.get("/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(v.get("/v").body, v.get("/index.html").body);
  EXPECT_FALSE(v.get("/").headers.get("Access-Control-Allow-Origin").has_value());
  EXPECT_EQ(v.get("/v1/checkpoint").content_type, "application/json");
  for (const char* target : {"/v1/nothing", "/..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/x", "/a//b"}) {
    const auto r = v.get(target);
    EXPECT_TRUE(r.status == 404 || r.status == 400) << target << " " << r.status;
    EXPECT_EQ(r.content_type, "application/problem+json") << target;
  }
}

TEST(Pinned, IsWhatAPageNeedsToVerifyAlone) {
  Running v(issued_school());
  v.ready();
  const auto r = v.get("/pinned.json");
  const auto j = nlohmann::json::parse(r.body);
  EXPECT_EQ(j["genesis"], issued_school().genesis_file());
  EXPECT_EQ(j["net"], issued_school().genesis().net);
  EXPECT_EQ(j["checkpoint"], v.get_json("/v1/checkpoint"));
  EXPECT_EQ(r.headers.get("Cache-Control"), "max-age=60");
}

}  // namespace
}  // namespace stele::verifier
