// ./stele bench verify_batch: documents of different students through POST /v1/verify, a thousand a call, beside the
// rate at which all cores verify bare signatures, measured in the same run.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iostream>
#include <thread>

#include "ledger/base/hash.h"
#include "tests/unit/verifier_api/running.h"

namespace stele::verifier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t documents_a_call = 1'000;

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

/// Diplomas of as many students, final, with what proves each.
class Diplomas {
 public:
  explicit Diplomas(std::size_t n) {
    school_.found_grade_and_issue();
    std::vector<test::MadeCredential> made;
    for (std::size_t done = 0; done < n;) {
      std::vector<std::string> block;
      for (; done < n && block.size() < documents_a_call; ++done) {
        made.push_back(school_.build_claims(claims_of(done)));
        auto body = school_.credential_body(record::Type::diploma, made.back(), "once");
        body.tag = Tag256{sha256(as_bytes("tag " + std::to_string(done))).bytes};
        body.register_number = record::RegisterNumber{"2026", done + 1};
        block.push_back(school_.sign("principal", record::Type::diploma, body));
      }
      const auto ids = school_.add(block);
      for (std::size_t i = 0; i < ids.size(); ++i) made[done - ids.size() + i].id = ids[i];
    }
    school_.add({});
    school_.add({});
    for (const auto& m : made) files_.push_back(file_of(m));
  }
  /// Time passes: the files are now older than the ledger.
  void grow_older() {
    school_.add({});
    school_.add({});
  }
  [[nodiscard]] test::School& school() { return school_; }
  [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

 private:
  static test::Claims claims_of(std::size_t i) {
    char serial[16], number[32];  // NOLINT: for snprintf
    std::snprintf(serial, sizeof serial, "B%08zu", i);
    std::snprintf(number, sizeof number, "%04zu/2026/THPT", i + 1);
    return {{"name", "Nguyễn Văn An"}, {"birth_date", "2010-03-14"}, {"graduation_year", "2026"},
            {"ranking", "gioi"},       {"serial", serial},           {"register_no", number}};
  }
  std::string file_of(const test::MadeCredential& m) {
    verdict::EvidenceBuilder bag;
    school_.prove(bag, m.id, school_.last_final());
    verdict::DocumentFile out;
    out.net = school_.genesis().net;
    out.evidence = bag.finish();
    out.subject = *bag.position(school_.record(m.id).index);
    for (const auto& d : m.disclosures) out.disclosures.push_back({out.subject, d});
    const auto& principal = school_.staff("principal");
    if (const auto at = bag.position(school_.record(principal.key_record).index))
      out.persons.push_back({*at, principal.disclosure});
    return verdict::encode(std::move(out));
  }
  test::School school_;
  std::vector<std::string> files_;
};

/// Signatures a second on all cores, each another one, keys parsed.
double raw_rate(test::School& school) {
  constexpr std::size_t count = 4'096;
  const auto key = *VerifyKey::parse(school.orderer().public_key().compressed());
  std::vector<std::pair<Digest, Signature>> signatures;
  for (std::size_t i = 0; i < count; ++i) {
    const auto digest = sha256(as_bytes(std::to_string(i)));
    signatures.emplace_back(digest, school.orderer().sign(digest));
  }
  constexpr auto duration = std::chrono::seconds(2);
  std::atomic<std::uint64_t> done = 0, bad = 0;
  std::vector<std::thread> threads;
  const auto begun = Clock::now();
  for (unsigned t = 0; t < std::max(1U, std::thread::hardware_concurrency()); ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; Clock::now() - begun < duration; ++i) {
        if (!key.verify(signatures[i % count].first, signatures[i % count].second)) ++bad;
        ++done;
      }
    });
  }
  for (auto& t : threads) t.join();
  if (bad != 0) std::abort();
  return static_cast<double>(done) / seconds_since(begun);
}

/// Documents a second over HTTP; every verdict must be "valid".
double through_http(Running& v, const std::vector<std::string>& files, const char* type) {
  const bool lines = std::string_view(type) != "application/json";
  std::vector<std::string> bodies;
  for (std::size_t from = 0; from < files.size(); from += documents_a_call) {
    std::string body = lines ? "" : R"({"documents":[)";
    const auto to = std::min(files.size(), from + documents_a_call);
    for (std::size_t i = from; i < to; ++i) {
      if (!lines && i > from) body += ',';
      body += lines ? files[i] : files[i].substr(0, files[i].size() - 1);
    }
    bodies.push_back(body + (lines ? "" : "]}"));
  }
  std::size_t valid = 0;
  double took = 0;
  for (auto& body : bodies) {
    const auto begun = Clock::now();
    const auto r = v.post("/v1/verify", std::move(body), type);
    took += seconds_since(begun);
    constexpr std::string_view good = R"({"outcome":"valid")";
    for (auto at = r.body.find(good); at != std::string::npos; at = r.body.find(good, at + 1)) ++valid;
  }
  if (valid != files.size()) {
    std::cerr << "only " << valid << " of " << files.size() << " are valid\n";
    std::exit(1);
  }
  return static_cast<double>(files.size()) / took;
}

/// Without remembering any signature, on all cores, no HTTP.
double computed(Running& v, const std::vector<std::string>& files) {
  const auto& x = v.service().context();
  const JudgeOptions options{x.now(), 30 * 86'400, nullptr};
  const auto begun = Clock::now();
  x.pool->for_each(files.size(), [&](std::size_t i) { (void)judge(*x.ledger, files[i], options); });
  return static_cast<double>(files.size()) / seconds_since(begun);
}

/// Distinct signatures behind one verdict.
std::size_t signatures_of(Running& v, const std::string& file) {
  const auto& x = v.service().context();
  VerifiedMemo memo(1'000);
  (void)judge(*x.ledger, file, {x.now(), 30 * 86'400, &memo});
  return memo.size();
}

void line(const char* what, double rate, double raw) {
  std::printf("%-66s %9.0f /s  %5.1f %%\n", what, rate, 100 * rate / raw);
}

int run(std::size_t n) {
  Diplomas diplomas(n);
  const auto& files = diplomas.files();
  const auto raw = raw_rate(diplomas.school());
  std::size_t bytes = 0;
  for (const auto& f : files) bytes += f.size();
  std::printf("%zu diplomas of different students, %.1f KB each, one school\n", files.size(),
              static_cast<double>(bytes) / static_cast<double>(files.size()) / 1000);
  line("signatures, all cores, keys parsed", raw, raw);
  {
    Running v(diplomas.school());
    v.ready();
    std::printf("distinct signatures behind one verdict: %zu\n", signatures_of(v, files.front()));
    line("verdicts, nothing remembered, no HTTP", computed(v, files), raw);
    line("POST /v1/verify, JSON, 1,000 a call", through_http(v, files, "application/json"), raw);
    line("  the same files again", through_http(v, files, "application/json"), raw);
    line("POST /v1/verify, lines, 1,000 a call", through_http(v, files, "application/x-ndjson"), raw);
  }
  diplomas.grow_older();
  Running v(diplomas.school());
  v.ready();
  line("JSON, files older than the ledger (newer status added)", through_http(v, files, "application/json"), raw);
  return 0;
}

}  // namespace
}  // namespace stele::verifier

int main(int argc, char** argv) {
  const auto n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000UL;
  if (n == 0 || n > 100'000) {
    std::cerr << "usage: load_verify [1-100000]\n";
    return 2;
  }
  return stele::verifier::run(n);
}
