// The desk as a browser meets it, over real connections, in front of a node in this process.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "ledger/base/encoding.h"
#include "tests/unit/http/support.h"
#include "tests/unit/node_app/support.h"
#include "wallet-cli/desk/resources.h"
#include "wallet-cli/desk/server.h"
#include "wallet-cli/tables/table.h"

namespace stele::test {
namespace {

using json::Value;

constexpr std::string_view passphrase = "mật khẩu của cô Dung";
constexpr std::string_view type_json = "application/json";
constexpr std::string_view type_file = "application/octet-stream";
constexpr std::string_view type_passphrase = "application/x-stele-passphrase";

constexpr std::string_view heading = "STT;Lớp;Mã định danh;Họ và tên;ĐĐGtx1;ĐĐGtx2;ĐĐGgk;ĐĐGck;ĐTBmhk\n";
std::string good_sheet() {
  return std::string(heading) + "1;10A1;2500000001;Nguyễn Văn An;8,0;9,0;8,0;8,5;8,4\n" +
         "2;10A1;2500000002;Lý Thị Bông;7,0;7,0;7,0;7,0;7,0\n";
}

struct Got {
  int status = 0;
  std::string head, body;
  [[nodiscard]] Value json() const { return parse(body); }
  [[nodiscard]] std::string code() const { return text(json(), "code"); }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

class Desk : public TestNode {
 protected:
  void SetUp() override {
    start();
    found();
    list_ = final({class_list()}).at(0);
    for (const auto* who : {"teacher", "principal", "seal", "clerk"}) write_key(who);
    std::filesystem::create_directories(folder_ / "codes");
    open_desk(std::chrono::minutes(15));
  }

  void write_key(const std::string& who) {
    const auto& s = school_.staff(who);
    signer::KeyHeader h;
    h.net = school_.genesis().net;
    h.org = s.org;
    h.person = s.person;
    h.use = s.use;
    h.jwk = school_.key_body(s).jwk;
    h.disclosure = s.disclosure;
    keys_files_.push_back(folder_ / (who + ".key"));
    constexpr unsigned quick = 14;
    ASSERT_TRUE(
        signer::write_key_file(keys_files_.back(), h, *s.key, signer::SecretBytes(as_bytes(passphrase)), quick));
  }

  void open_desk(std::chrono::milliseconds idle) {
    cli::Context c;
    c.genesis_file = folder_ / "genesis.json";
    c.node_url = app_->url();
    desk::Options o;
    o.keys = keys_files_;
    o.codes = folder_ / "codes";
    o.idle = idle;
    o.now_ms = [this] { return now_ms_.load(); };
    auto started = desk::Server::start(std::move(c), std::move(o));
    ASSERT_TRUE(started) << to_text(started.error(), Lang::en);
    desk_ = std::move(*started);
    origin_ = "http://127.0.0.1:" + std::to_string(desk_->port());
  }

  [[nodiscard]] std::string start_token() {
    const auto link = desk_->new_link();
    EXPECT_TRUE(link.starts_with(origin_ + "/#start=")) << link;
    return link.substr(link.find('=') + 1);
  }

  /// A request as the page sends it; `changed` fields replace these, an empty value leaves the field out.
  Got ask(const std::string& method, const std::string& target, std::string_view type = {}, std::string_view body = {},
          const Fields& changed = {}) {
    Fields fields{{"Host", origin_.substr(7)}, {"Sec-Fetch-Site", "same-origin"}, {"Connection", "close"}};
    if (method != "GET") fields.emplace_back("Origin", origin_);
    if (!type.empty()) fields.emplace_back("Content-Type", type);
    if (method != "GET") fields.emplace_back("Content-Length", std::to_string(body.size()));
    if (!cookie_.empty()) fields.emplace_back("Cookie", cookie_);
    if (!token_.empty()) fields.emplace_back("Stele-Desk", token_);
    for (const auto& c : changed) {
      std::erase_if(fields, [&](const auto& f) { return f.first == c.first; });
      if (!c.second.empty()) fields.push_back(c);
    }
    std::string request = method + " " + target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : fields) request.append(name).append(": ").append(value).append("\r\n");
    http::test::Raw raw(desk_->port());
    (void)raw.send(request + "\r\n" + std::string(body));
    const auto answer = raw.read_all();
    Got out;
    const auto end = answer.find("\r\n\r\n");
    if (end == std::string::npos) return out;
    out.status = http::test::status_in(answer);
    out.head = answer.substr(0, end);
    out.body = answer.substr(end + 4);
    return out;
  }
  Got post(const std::string& target, const Value& body, const Fields& changed = {}) {
    return ask("POST", target, type_json, json::write(body), changed);
  }

  void open_session() {
    cookie_.clear();
    token_.clear();
    const auto r = ask("POST", "/api/start", "application/x-stele-start", start_token());
    ASSERT_EQ(r.status, 200) << r.body;
    token_ = text(r.json(), "token");
    const auto at = r.head.find("Set-Cookie: ");
    ASSERT_NE(at, std::string::npos);
    cookie_ = r.head.substr(at + 12, r.head.find(';', at) - at - 12);
  }
  Got unlock(int key, std::string_view secret = passphrase) {
    return ask("POST", "/api/unlock?key=" + std::to_string(key), type_passphrase, secret);
  }
  void sign_in(int key) {
    open_session();
    const auto r = unlock(key);
    ASSERT_EQ(r.status, 200) << r.body;
  }
  Got import(const std::string& bytes, const std::string& name = "toan.csv", const std::string& term = "hk1") {
    return ask("POST", "/api/import?use=grades&class=10A1&year=2025&subject=toan&term=" + term + "&name=" + name,
               type_file, bytes);
  }
  /// Signs what was prepared, and waits for the outcome.
  Value sign(const std::string& work) {
    const auto r = ask("POST", "/api/sign?work=" + work, type_passphrase, passphrase);
    EXPECT_EQ(r.status, 202) << r.body;
    for (int i = 0; i < 600; ++i) {
      auto v = ask("GET", "/api/job").json();
      const auto phase = text(v, "phase");
      if (phase == "done" || phase == "failed") return v;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    ADD_FAILURE() << "the job did not end";
    return {};
  }

  enum Who { teacher, principal, seal, clerk };
  std::vector<std::filesystem::path> keys_files_;
  std::atomic<std::int64_t> now_ms_ = 1'000'000;
  std::unique_ptr<desk::Server> desk_;
  std::string origin_, cookie_, token_;
};

/// A passphrase that this process never held but in what it received: a child sends it and tells it masked.
std::string send_masked(const std::string& origin, const std::string& cookie, const std::string& token, int bytes) {
  const std::string script =
      "import http.client, secrets, sys\n"
      "origin, cookie, token, n = sys.argv[1:]\n"
      "secret = ''.join(secrets.choice('bcdfghjkmnpqrstvwxz') for _ in range(int(n))).encode()\n"
      "c = http.client.HTTPConnection(origin[7:])\n"
      "c.request('POST', '/api/unlock?key=0', secret, {'Origin': origin, 'Cookie': cookie, 'Stele-Desk': token, "
      "'Content-Type': 'application/x-stele-passphrase'})\n"
      "r = c.getresponse(); r.read()\n"
      "assert r.status == 403, r.status\n"
      "c.request('GET', '/api/state', headers={'Cookie': cookie, 'Stele-Desk': token}); c.getresponse().read()\n"
      "print(bytes(b ^ 0x80 for b in secret).hex())\n";
  const auto command =
      "python3 -c \"$SCRIPT\" '" + origin + "' '" + cookie + "' '" + token + "' " + std::to_string(bytes);
  ::setenv("SCRIPT", script.c_str(), 1);            // NOLINT(concurrency-mt-unsafe)
  std::FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c)
  std::array<char, 256> line{};
  const bool read = pipe != nullptr && std::fgets(line.data(), line.size(), pipe) != nullptr;
  const int status = pipe == nullptr ? -1 : ::pclose(pipe);
  EXPECT_TRUE(read && status == 0);
  std::string out;
  for (std::size_t i = 0; read && line[i] != '\n' && line[i] != '\0'; i += 2) {
    const char hex[] = {line[i], line[i + 1], '\0'};
    out.push_back(static_cast<char>(std::strtol(hex, nullptr, 16)));
  }
  return out;
}

/// In how many places of this process's writable memory the masked bytes stand unmasked.
__attribute__((no_sanitize("address", "undefined", "thread"))) std::size_t found_in_memory(const std::string& masked) {
  struct Range {
    std::uintptr_t from, to;
  };
  std::vector<Range> ranges;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    constexpr std::uintptr_t sanitizers_own = std::uintptr_t{1} << 30U;
    const auto dash = line.find('-'), space = line.find(' ');  // "7f00-7f10 rw-p …"
    if (dash >= space || !std::string_view(line).substr(space + 1).starts_with("rw")) continue;
    const auto from = http::test::number(std::string_view(line).substr(0, dash), 16);
    const auto to = http::test::number(std::string_view(line).substr(dash + 1, space - dash - 1), 16);
    if (to - from < sanitizers_own) ranges.push_back({from, to});
  }
  std::size_t count = 0;
  for (const auto& r : ranges) {
    // NOLINTBEGIN(performance-no-int-to-ptr): the memory map tells addresses as numbers
    const auto* p = reinterpret_cast<const volatile char*>(r.from);
    const auto* end = reinterpret_cast<const volatile char*>(r.to) - masked.size();
    // NOLINTEND(performance-no-int-to-ptr)
    for (; p < end; ++p) {
      std::size_t i = 0;
      while (i < masked.size() && static_cast<char>(p[i] ^ '\x80') == masked[i]) ++i;
      if (i == masked.size()) ++count;
    }
  }
  return count;
}

bool is_true(const Value& v, std::string_view member) {
  const auto* m = v.find(member);
  return m != nullptr && m->is(json::Kind::boolean) && m->boolean();
}

// ---- who may come in ----

TEST_F(Desk, ServesItsPageOnlyUnderItsOwnName) {
  const auto page = ask("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.head.find("Content-Type: text/html"), std::string::npos);
  for (const auto* header :
       {"Content-Security-Policy: default-src 'self'", "frame-ancestors 'none'", "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer"})
    EXPECT_NE(page.head.find(header), std::string::npos) << header;
  EXPECT_EQ(page.head.find("Access-Control"), std::string::npos);
  for (const auto& f : desk::resources()) EXPECT_EQ(ask("GET", "/" + std::string(f.name)).body, f.bytes) << f.name;
  EXPECT_EQ(ask("GET", "/", {}, {}, {{"Host", "evil.example"}}).status, 421);
  EXPECT_EQ(ask("GET", "/nothing").status, 404);
}

TEST_F(Desk, ADnsRebindingPageGetsNothing) {
  sign_in(teacher);
  // The browser believes that evil.example is 127.0.0.1, and thinks itself same-origin.
  const auto port = std::to_string(desk_->port());
  const Fields rebound{{"Host", "evil.example:" + port}, {"Origin", "http://evil.example:" + port}};
  EXPECT_EQ(ask("GET", "/api/state", {}, {}, rebound).status, 421);
  EXPECT_EQ(post("/api/lock", Value::object(), rebound).status, 421);
  EXPECT_EQ(ask("POST", "/api/start", "application/x-stele-start", start_token(), rebound).status, 421);
  EXPECT_FALSE(is_true(ask("GET", "/api/state").json(), "locked"));
}

TEST_F(Desk, ACrossSiteRequestHasNoEffectEvenWithTheCookie) {
  sign_in(teacher);
  const auto work = text(import(good_sheet()).json(), "work");
  ASSERT_FALSE(work.empty());
  const Fields forged{{"Origin", "http://evil.example"}, {"Sec-Fetch-Site", "cross-site"}};
  EXPECT_EQ(ask("POST", "/api/sign?work=" + work, type_passphrase, passphrase, forged).status, 403);
  // Without the token, as a page that rides on the cookie would come.
  const Fields without{{"Stele-Desk", ""}};
  EXPECT_EQ(ask("POST", "/api/sign?work=" + work, type_passphrase, passphrase, without).status, 401);
  EXPECT_EQ(post("/api/lock", Value::object(), without).status, 401);
  EXPECT_EQ(ask("GET", "/api/overview?year=2025", {}, {}, without).status, 401);
  // As a form would send it.
  EXPECT_EQ(ask("POST", "/api/lock", "application/x-www-form-urlencoded", "a=b").status, 415);
  // A preflight is told nothing that would let the request follow.
  const auto preflight = ask("OPTIONS", "/api/sign", {}, {},
                             {{"Origin", "http://evil.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(preflight.head.find("Access-Control"), std::string::npos);
  EXPECT_EQ(text(ask("GET", "/api/job").json(), "phase"), "none");
  EXPECT_FALSE(is_true(ask("GET", "/api/state").json(), "locked"));
}

TEST_F(Desk, WithoutASessionNothingIsAnswered) {
  for (const auto* target :
       {"/api/state", "/api/overview?year=2025", "/api/pending", "/api/job", "/api/codes", "/api/history?id=x"})
    EXPECT_EQ(ask("GET", target).status, 401) << target;
  for (const auto* target : {"/api/lock", "/api/close", "/api/plan", "/api/send-again"})
    EXPECT_EQ(post(target, Value::object()).status, 401) << target;
  EXPECT_EQ(unlock(teacher).status, 401);
  EXPECT_EQ(import(good_sheet()).status, 401);
  EXPECT_FALSE(desk_->closed());
}

TEST_F(Desk, AReplayedLinkIsRefused) {
  const auto token = start_token();
  EXPECT_EQ(ask("POST", "/api/start", "application/x-stele-start", token).status, 200);
  const auto again = ask("POST", "/api/start", "application/x-stele-start", token);
  EXPECT_EQ(again.status, 403);
  EXPECT_EQ(again.code(), "desk_bad_start");
  EXPECT_EQ(again.head.find("Set-Cookie"), std::string::npos);
  const auto older = start_token();
  const auto newer = start_token();
  EXPECT_EQ(ask("POST", "/api/start", "application/x-stele-start", older).status, 403);
  EXPECT_EQ(ask("POST", "/api/start", "application/x-stele-start", newer).status, 200);
}

TEST_F(Desk, OnePersonAtATime) {
  sign_in(teacher);
  const auto first_cookie = cookie_, first_token = token_;
  open_session();
  EXPECT_TRUE(is_true(ask("GET", "/api/state").json(), "locked"));  // what the first had opened is shut
  cookie_ = first_cookie;
  token_ = first_token;
  EXPECT_EQ(ask("GET", "/api/state").status, 401);
}

// ---- the passphrase ----

TEST_F(Desk, AWrongPassphraseIsRefusedAndAfterFiveItWaits) {
  open_session();
  for (int i = 0; i < 5; ++i) {
    const auto r = unlock(teacher, "không phải");
    EXPECT_EQ(r.status, 403);
    EXPECT_EQ(r.code(), "key_wrong_passphrase");
  }
  auto r = unlock(teacher);  // the right one, too
  EXPECT_EQ(r.status, 429);
  EXPECT_EQ(r.code(), "desk_wait");
  now_ms_ += 30'000;
  r = unlock(teacher);
  EXPECT_EQ(r.status, 200) << r.body;
}

TEST_F(Desk, SigningCountsWrongPassphrasesToo) {
  sign_in(teacher);
  const auto work = text(import(good_sheet()).json(), "work");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ask("POST", "/api/sign?work=" + work, type_passphrase, "sai").code(), "key_wrong_passphrase");
  EXPECT_EQ(ask("POST", "/api/sign?work=" + work, type_passphrase, passphrase).code(), "desk_wait");
  EXPECT_EQ(text(ask("GET", "/api/job").json(), "phase"), "none");
}

TEST_F(Desk, APassphraseTypedWithAnotherKeyboardOpensTheSameKey) {
  open_session();
  // "ậ" and "ẩ" as letters with combining marks, as macOS and some phones send them.
  std::string typed(passphrase);
  const std::string composed = "ậ", decomposed = "a\xCC\xA3\xCC\x82";
  typed.replace(typed.find(composed), composed.size(), decomposed);
  EXPECT_EQ(unlock(teacher, typed).status, 200);
}

TEST_F(Desk, OnlyTheKeysThatItWasStartedWith) {
  open_session();
  EXPECT_EQ(unlock(99).code(), "desk_no_key");
  EXPECT_EQ(ask("POST", "/api/unlock?key=../../root.key", type_passphrase, passphrase).status, 422);
  const auto state = ask("GET", "/api/state");
  EXPECT_EQ(items(state.json(), "keys").size(), 4U);
  EXPECT_EQ(text(items(state.json(), "keys")[0], "name"), "Phạm Thị Dung");
  EXPECT_EQ(state.body.find(folder_.string()), std::string::npos);  // names, not paths
}

TEST_F(Desk, LocksItselfAfterIdleTime) {
  sign_in(teacher);
  const auto work = text(import(good_sheet()).json(), "work");
  now_ms_ += 14 * 60'000;
  EXPECT_FALSE(is_true(ask("GET", "/api/state").json(), "locked"));
  now_ms_ += 15 * 60'000;
  EXPECT_EQ(ask("GET", "/api/overview?year=2025").code(), "desk_locked");
  EXPECT_EQ(ask("POST", "/api/sign?work=" + work, type_passphrase, passphrase).code(), "desk_locked");
  ASSERT_EQ(unlock(teacher).status, 200);
  EXPECT_EQ(ask("POST", "/api/sign?work=" + work, type_passphrase, passphrase).code(), "desk_no_work");
}

TEST_F(Desk, AskingHowFarAJobIsKeepsNothingOpen) {
  sign_in(teacher);
  for (int i = 0; i < 4; ++i) {
    now_ms_ += 5 * 60'000;
    EXPECT_EQ(ask("GET", "/api/job").status, 200);
  }
  EXPECT_TRUE(is_true(ask("GET", "/api/state").json(), "locked"));
}

TEST_F(Desk, LockAndClose) {
  sign_in(teacher);
  EXPECT_TRUE(is_true(post("/api/lock", Value::object()).json(), "locked"));
  EXPECT_EQ(ask("GET", "/api/pending").code(), "desk_locked");
  EXPECT_FALSE(desk_->closed());
  EXPECT_EQ(post("/api/close", Value::object()).status, 200);
  EXPECT_TRUE(desk_->closed());
}

TEST_F(Desk, NothingOfAPassphraseStaysInMemory) {
  open_session();
  for (const int bytes : {9, 12, 40, 100}) {  // in a string's own buffer, and outside
    const auto masked = send_masked(origin_, cookie_, token_, bytes);
    ASSERT_FALSE(masked.empty());
    EXPECT_EQ(found_in_memory(masked), 0U) << bytes;
  }
}

TEST_F(Desk, TheSearchThroughMemoryFindsWhatIsThere) {
  std::string here = "không ai xóa chuỗi này đi cả";
  std::string masked = here;
  for (auto& c : masked) c = static_cast<char>(c ^ '\x80');
  EXPECT_GE(found_in_memory(masked), 1U);
}

// ---- limits ----

TEST_F(Desk, OversizeBodiesAreRefusedBeforeTheyAreRead) {
  sign_in(teacher);
  const Fields huge{{"Content-Length", std::to_string(tables::file_size_max_bytes + 1)}};
  EXPECT_EQ(
      ask("POST", "/api/import?use=grades&class=10A1&year=2025&subject=toan&term=hk1&name=a.csv", type_file, "x", huge)
          .status,
      413);
  EXPECT_EQ(unlock(teacher, std::string(2000, 'x')).status, 413);
  EXPECT_EQ(post("/api/plan", Value::object({{"what", std::string(200'000, 'x')}})).status, 413);
  EXPECT_EQ(ask("POST", "/api/start", "application/x-stele-start", std::string(500, 'x')).status, 413);
}

TEST_F(Desk, ASecretMustSayItsLength) {
  open_session();
  http::test::Raw raw(desk_->port());
  (void)raw.send(
      "POST /api/unlock?key=0 HTTP/1.1\r\nHost: " + origin_.substr(7) + "\r\nOrigin: " + origin_ +
      "\r\nCookie: " + cookie_ + "\r\nStele-Desk: " + token_ +
      "\r\nContent-Type: application/x-stele-passphrase\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_TRUE(raw.read_all().starts_with("HTTP/1.1 400"));
}

TEST_F(Desk, MalformedUploadsAreFaultsOfTheFile) {
  sign_in(teacher);
  const std::string zip("PK\x03\x04 not a workbook at all");
  for (const auto& [bytes, name] : std::vector<std::pair<std::string, std::string>>{
           {"", "a.csv"},
           {zip, "a.xlsx"},
           {std::string(5000, '\0'), "a.csv"},
           {"%PDF-1.4 x", "a.xlsx"},
           {"\xFF\xFE\x00\xD8", "a.csv"},
           {"just a sentence", "a.csv"},
           {"<html><script>alert(1)</script>", "..%2F..%2Fetc%2Fpasswd"}}) {
    const auto r = import(bytes, name);
    ASSERT_EQ(r.status, 200) << name << r.body;
    const auto v = r.json();
    EXPECT_FALSE(is_true(v, "ok")) << name;
    ASSERT_FALSE(items(v, "errors").empty()) << name;
    const auto& e = items(v, "errors")[0];
    EXPECT_FALSE(text(e, "vi").empty() || text(e, "en").empty()) << r.body;
  }
  EXPECT_EQ(ask("POST", "/api/import?use=grades&class=10A1", type_file, good_sheet()).code(), "desk_bad_request");
  EXPECT_EQ(ask("POST", "/api/plan", type_json, "{\"what\":").code(), "desk_bad_request");
  EXPECT_EQ(ask("POST", "/api/plan", type_json, "[]").code(), "desk_bad_request");
  EXPECT_EQ(post("/api/plan",
                 Value::object({{"what", "second"}, {"by", "transcript"}, {"role", "x"}, {"ids", Value::array({"x"})}}))
                .code(),
            "desk_bad_request");
}

// ---- a teacher's day ----

TEST_F(Desk, FaultsNameTheirCell) {
  sign_in(teacher);
  const auto r = import(std::string(heading) + "1;10A1;2500000001;Nguyễn Văn An;8,0;11;8,0;8,5;8,4\n" +
                        "2;10A1;2500000009;Lý Thị Bông;7,0;7,0;7,0;7,0;7,0\n");
  const auto v = r.json();
  EXPECT_FALSE(is_true(v, "ok"));
  EXPECT_EQ(v.find("work"), nullptr);
  std::vector<std::string> places;
  for (const auto& e : items(v, "errors")) {
    const auto& where = *e.find("where");
    places.push_back(text(e, "code") + " " + text(where, "file") + " " + std::to_string(number(where, "row")) + " " +
                     text(where, "column"));
  }
  EXPECT_EQ(places, (std::vector<std::string>{"file_mark_out_of_range toan.csv 2 F (ĐĐGtx2)",
                                              "file_student_not_in_class toan.csv 3 C (Mã định danh)"}))
      << r.body;
  const auto& rows = items(*v.find("table"), "rows");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(number(rows[1], "n"), 2U);
  EXPECT_EQ(items(rows[1], "cells")[5].string(), "11");
}

TEST_F(Desk, AnAverageThatDiffersNamesItsCell) {
  sign_in(teacher);
  const auto v = import(std::string(heading) + "1;10A1;2500000001;Nguyễn Văn An;8,0;9,0;8,0;8,5;9,9\n").json();
  ASSERT_EQ(items(v, "errors").size(), 1U);
  EXPECT_EQ(text(items(v, "errors")[0], "code"), "file_average_differs");
  EXPECT_EQ(text(*items(v, "errors")[0].find("where"), "column"), "I (ĐTBmhk)");
}

TEST_F(Desk, SignsWhatItShowedAndTheLedgerHasIt) {
  sign_in(teacher);
  EXPECT_EQ(items(ask("GET", "/api/overview?year=2025").json(), "missing").size(), 4U);  // maths and gym, two terms
  const auto shown = import(good_sheet()).json();
  ASSERT_TRUE(is_true(shown, "ok"));
  std::string words;
  for (const auto& line : items(*shown.find("words"), "vi")) words += line.string() + "\n";
  for (const auto* part :
       {"Bạn sắp ký: bảng điểm môn học", "Lớp: 10A1", "Môn: Toán (toan)", "Học kỳ: hk1", "Số học sinh: 2"})
    EXPECT_NE(words.find(part), std::string::npos) << part << "\n" << words;
  const auto job = sign(text(shown, "work"));
  EXPECT_EQ(text(job, "phase"), "done");
  EXPECT_EQ(number(job, "final"), 1U);
  const auto id = text(items(job, "results").at(0), "id");
  EXPECT_EQ(text(parse(get("/v1/records/" + id).body), "type"), "grade-sheet");
  EXPECT_EQ(items(ask("GET", "/api/overview?year=2025").json(), "missing").size(), 3U);
  const auto events = items(ask("GET", "/api/history?id=" + id).json(), "events");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(text(*events[0].find("what"), "en"), "grade sheet");
  EXPECT_EQ(text(items(ask("GET", "/api/sheets?class=10A1&year=2025").json(), "sheets").at(0), "id"), id);
}

TEST_F(Desk, WorkIsSignedOnceAndOnlyTheOneShownLast) {
  sign_in(teacher);
  const auto first = text(import(good_sheet()).json(), "work");
  const auto second = text(import(good_sheet()).json(), "work");
  EXPECT_EQ(ask("POST", "/api/sign?work=" + first, type_passphrase, passphrase).code(), "desk_no_work");
  EXPECT_EQ(ask("POST", "/api/sign?work=", type_passphrase, passphrase).code(), "desk_no_work");
  EXPECT_EQ(number(sign(second), "final"), 1U);
  EXPECT_EQ(ask("POST", "/api/sign?work=" + second, type_passphrase, passphrase).code(), "desk_no_work");
  EXPECT_EQ(post("/api/send-again", Value::object()).code(), "desk_no_work");
}

TEST_F(Desk, ARefusalOfTheLedgerIsTold) {
  sign_in(teacher);
  const auto work = text(import(good_sheet()).json(), "work");
  final({maths("hk1")});  // meanwhile somebody else signs a sheet of the same subject and term
  const auto job = sign(work);
  const auto& result = items(job, "results").at(0);
  EXPECT_EQ(text(result, "status"), "refused");
  EXPECT_FALSE(text(*result.find("error"), "vi").empty());
}

TEST_F(Desk, ASecondSheetIsRefusedBeforeThePassphrase) {
  sign_in(teacher);
  EXPECT_EQ(number(sign(text(import(good_sheet()).json(), "work")), "final"), 1U);
  const auto again = import(good_sheet()).json();
  EXPECT_FALSE(is_true(again, "ok"));
  EXPECT_EQ(text(items(again, "errors").at(0), "code"), "file_sheet_exists");
  EXPECT_TRUE(is_true(import(good_sheet(), "toan.csv", "hk2").json(), "ok"));
}

TEST_F(Desk, ATitleThatSaysAnotherTermIsRefusedWithItsCell) {
  sign_in(teacher);
  const auto sheet = "BẢNG ĐIỂM MÔN TOÁN, LỚP 10A1, HK II, 2025-2026\n\n" + good_sheet();
  const auto v = import(sheet).json();
  EXPECT_FALSE(is_true(v, "ok"));
  ASSERT_EQ(items(v, "errors").size(), 1U) << json::write(v);
  const auto& e = items(v, "errors").at(0);
  EXPECT_EQ(text(e, "code"), "file_title_term_differs");
  EXPECT_EQ(number(*e.find("where"), "row"), 1U);
  EXPECT_NE(text(e, "vi").find("đang ký cho học kỳ I"), std::string::npos) << text(e, "vi");
  const auto right = import(sheet, "toan.csv", "hk2").json();
  ASSERT_TRUE(is_true(right, "ok")) << json::write(right);
  const auto words = json::write(*right.find("words"));
  EXPECT_NE(words.find("Tiêu đề trong tệp: BẢNG ĐIỂM MÔN TOÁN, LỚP 10A1, HK II, 2025-2026"), std::string::npos)
      << words;
  const auto other = import("Môn: Thể dục; Lớp: 10A1\n\n" + good_sheet()).json();
  EXPECT_EQ(text(items(other, "notes").at(0), "code"), "title_subject_unknown") << json::write(other);
}

TEST_F(Desk, ShowsTheMarksAndTheFileBeforeThePassphrase) {
  sign_in(teacher);
  const auto v = import(good_sheet()).json();
  const auto& view = *v.find("view");
  EXPECT_EQ(items(view, "columns").size(), 5U);
  std::string first;
  for (const auto& cell : items(view, "rows").at(0).items()) first += cell.string() + "|";
  EXPECT_EQ(first, "Nguyễn Văn An|8.0  9.0|8.0|8.5|8.4|");
  EXPECT_NE(json::write(*v.find("words")).find("Tệp: toan.csv"), std::string::npos);
}

// ---- the office's class lists ----

std::string list_file(const std::string& cls) {
  return "STT;Lớp;Mã định danh;Họ và tên;Ngày sinh;Giới tính\n1;" + cls +
         ";2500000001;Nguyễn Văn An;01/02/2010;Nam\n2;" + cls + ";2500000077;Võ Đặng Khởi Mẫu;01/02/2010;Nam\n";
}

TEST_F(Desk, AClassSpeltOtherwiseMakesNoSecondClass) {
  sign_in(clerk);
  const auto list = [&](const std::string& cls, const std::string& more = "") {
    return ask("POST", "/api/import?use=class-list&year=2025&kind=thpt&name=lop.csv&class=" + cls + more, type_file,
               list_file(cls))
        .json();
  };
  for (const auto* cls : {"10a1", "10%20A1"}) {
    const auto v = list(cls);
    ASSERT_FALSE(items(v, "errors").empty()) << json::write(v);
    EXPECT_FALSE(is_true(v, "ok")) << cls;
  }
  const auto spelt = list("10a1");
  EXPECT_EQ(text(items(spelt, "errors").at(0), "code"), "file_class_spelt_otherwise") << json::write(spelt);
  EXPECT_NE(text(items(spelt, "errors").at(0), "vi").find("đã có lớp 10A1"), std::string::npos);
  EXPECT_EQ(text(items(list("10A1"), "errors").at(0), "code"), "file_list_exists");
}

TEST_F(Desk, AStudentOfAnotherClassIsEnrolledAgainOnlyOnPurpose) {
  sign_in(clerk);
  const std::string target = "/api/import?use=class-list&year=2025&kind=thpt&name=lop.csv&class=10A2";
  const auto v = ask("POST", target, type_file, list_file("10A2")).json();
  EXPECT_FALSE(is_true(v, "ok"));
  ASSERT_EQ(items(v, "errors").size(), 1U) << json::write(v);
  const auto& e = items(v, "errors").at(0);
  EXPECT_EQ(text(e, "code"), "file_student_elsewhere");
  EXPECT_EQ(number(*e.find("where"), "row"), 2U);
  EXPECT_NE(text(e, "vi").find("danh sách lớp 10A1"), std::string::npos) << text(e, "vi");
  const auto meant = ask("POST", target + "&moved=1", type_file, list_file("10A2")).json();
  EXPECT_TRUE(is_true(meant, "ok")) << json::write(meant);
  EXPECT_EQ(text(items(meant, "notes").at(0), "code"), "file_student_elsewhere");
  EXPECT_EQ(items(*meant.find("view"), "rows").size(), 2U);
}

TEST_F(Desk, AMissingFieldIsNamed) {
  sign_in(teacher);
  const auto r = ask("POST", "/api/import?use=grades&class=10A1&year=2025&term=hk1&name=a.csv", type_file, "x");
  EXPECT_EQ(r.code(), "desk_bad_request");
  EXPECT_EQ(text(r.json(), "vi"), "Còn thiếu: môn. Hãy điền rồi thử lại.") << r.body;
}

TEST_F(Desk, AWrongPassphraseSaysWhoseKeyItIs) {
  open_session();
  EXPECT_TRUE(text(unlock(principal, "không phải").json(), "vi").ends_with(", principal.key)"));
  const auto keys = items(ask("GET", "/api/state").json(), "keys");
  EXPECT_TRUE(is_true(keys.at(seal), "seal"));
  EXPECT_FALSE(is_true(keys.at(principal), "seal"));
}

TEST_F(Desk, WithoutANodeNothingIsSignedAndTheWorkStays) {
  sign_in(teacher);
  const auto work = text(import(good_sheet()).json(), "work");
  const std::string url(app_->url());
  stop();
  auto job = sign(work);
  EXPECT_EQ(text(job, "phase"), "failed");
  EXPECT_TRUE(text(*job.find("error"), "code").starts_with("http_")) << json::write(job);
  EXPECT_FALSE(is_true(job, "send_again"));
  EXPECT_EQ(post("/api/send-again", Value::object()).code(), "desk_no_work");
  config_.http.port = static_cast<std::uint16_t>(http::test::number(std::string_view(url).substr(url.rfind(':') + 1)));
  start();
  job = sign(work);
  EXPECT_EQ(number(job, "final"), 1U) << json::write(job);
}

// ---- a principal's day ----

TEST_F(Desk, IssuesTheTranscriptsOfAClassAndTheSealFollows) {
  const auto ids = final({maths("hk1"), maths("hk2")});
  sign_in(principal);
  const auto plan =
      post("/api/plan", Value::object({{"what", "transcripts"}, {"class", "10A1"}, {"year", "2025"}})).json();
  ASSERT_TRUE(is_true(plan, "ok")) << json::write(plan);
  EXPECT_EQ(number(plan, "count"), 2U);
  const auto before = ask("GET", "/api/codes");
  EXPECT_EQ(before.status, 404);
  const auto job = sign(text(plan, "work"));
  // A transcript needs the seal: signed, waiting, and no fault.
  EXPECT_EQ(items(job, "results").size(), 2U) << json::write(job);
  EXPECT_EQ(number(job, "final"), 2U) << json::write(job);
  ASSERT_EQ(items(job, "waits").size(), 1U) << json::write(job);  // and the page says that the seal is missing
  EXPECT_EQ(text(items(job, "waits").at(0), "by"), "seal");
  const auto file = folder_ / "codes" / "ma-nhan-10A1-2025.csv";
  EXPECT_EQ(text(job, "codes"), file.string());
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
  const auto codes = ask("GET", "/api/codes").body;
  EXPECT_NE(codes.find("2500000001,Nguyễn Văn An,"), std::string::npos) << codes;
  EXPECT_EQ(std::count(codes.begin(), codes.end(), '\n'), 3);

  ASSERT_EQ(unlock(seal).status, 200);
  const auto waiting = items(ask("GET", "/api/pending").json(), "pending");
  ASSERT_EQ(waiting.size(), 2U);
  auto list = Value::array();
  for (const auto& w : waiting) {
    list.push(text(w, "id"));
    EXPECT_EQ(text(items(w, "needs").at(0), "role"), "school-seal");
  }
  const auto seals =
      post("/api/plan", Value::object({{"what", "second"}, {"by", "seal"}, {"role", "school-seal"}, {"ids", list}}))
          .json();
  ASSERT_TRUE(is_true(seals, "ok")) << json::write(seals);
  EXPECT_EQ(number(sign(text(seals, "work")), "final"), 1U);
  EXPECT_TRUE(items(ask("GET", "/api/pending").json(), "pending").empty());
  // Nothing is left to issue.
  ASSERT_EQ(unlock(principal).status, 200);
  const auto again =
      post("/api/plan", Value::object({{"what", "transcripts"}, {"class", "10A1"}, {"year", "2025"}})).json();
  EXPECT_FALSE(is_true(again, "ok"));
  EXPECT_EQ(number(again, "have_one"), 2U);
}

TEST_F(Desk, RevokesATranscriptWithAReasonAndItWaitsForTheOffice) {
  const auto ids = final({maths("hk1"), maths("hk2")});
  sign_in(principal);
  const auto plan =
      post("/api/plan", Value::object({{"what", "transcripts"}, {"class", "10A1"}, {"year", "2025"}})).json();
  ASSERT_EQ(number(sign(text(plan, "work")), "final"), 2U);
  ASSERT_EQ(unlock(seal).status, 200);
  auto all = Value::array();
  const auto unsealed = ask("GET", "/api/pending").json();
  for (const auto& w : items(unsealed, "pending")) all.push(text(w, "id"));
  const auto seals =
      post("/api/plan", Value::object({{"what", "second"}, {"by", "seal"}, {"role", "school-seal"}, {"ids", all}}))
          .json();
  ASSERT_EQ(number(sign(text(seals, "work")), "final"), 1U);

  ASSERT_EQ(unlock(principal).status, 200);
  const auto list = [&] { return ask("GET", "/api/credentials?type=transcript&class=10A1&year=2025").json(); };
  const auto before = list();
  ASSERT_EQ(items(before, "credentials").size(), 2U) << json::write(before);
  const auto& first = items(before, "credentials").at(0);
  EXPECT_EQ(text(first, "status"), "valid");
  EXPECT_FALSE(items(before, "reasons").empty());
  const auto revoke = [&](const std::string& reason) {
    return post(
        "/api/plan",
        Value::object({{"what", "revocation"}, {"reason", reason}, {"ids", Value::array({text(first, "id")})}}));
  };
  EXPECT_EQ(revoke("").code(), "desk_bad_request");
  const auto shown = revoke("entry-error").json();
  ASSERT_TRUE(is_true(shown, "ok")) << json::write(shown);
  std::string words;
  for (const auto& line : items(*shown.find("words"), "vi")) words += line.string() + "\n";
  for (const auto& part : {std::string("Bạn sắp ký: thu hồi"), text(first, "id"), std::string("Lý do: nhập sai")})
    EXPECT_NE(words.find(part), std::string::npos) << part << "\n" << words;
  EXPECT_EQ(number(sign(text(shown, "work")), "final"), 1U);
  // The office above has to agree: until then the transcript holds, and the change is told.
  const auto after = list();
  for (const auto& c : items(after, "credentials"))
    EXPECT_EQ(text(c, "id") == text(first, "id"), is_true(c, "changing")) << json::write(after);
}

TEST_F(Desk, SeesWhoHasNotSigned) {
  sign_in(principal);
  const auto v = ask("GET", "/api/overview?year=2025").json();
  std::vector<std::string> missing;
  for (const auto& m : items(v, "missing"))
    missing.push_back(text(m, "subject") + " " + text(m, "term") + " " + text(m, "teacher"));
  EXPECT_EQ(missing, (std::vector<std::string>{"gdtc hk1 Võ Văn Phúc", "gdtc hk2 Võ Văn Phúc", "toan hk1 Phạm Thị Dung",
                                               "toan hk2 Phạm Thị Dung"}));
  EXPECT_EQ(text(*v.find("subjects"), "toan"), "Toán");
}

TEST_F(Desk, ATeacherMayNotIssue) {
  final({maths("hk1"), maths("hk2")});
  sign_in(teacher);
  const auto r = post("/api/plan", Value::object({{"what", "transcripts"}, {"class", "10A1"}, {"year", "2025"}}));
  if (r.status == 200 && is_true(r.json(), "ok")) {
    const auto job = sign(text(r.json(), "work"));
    EXPECT_NE(number(job, "final"), 2U) << json::write(job);
  } else {
    EXPECT_GE(r.status, 400);
  }
}

}  // namespace
}  // namespace stele::test
