// stele_sim --seeds A-B [--nodes N] [--byzantine F] [--break RULE] [--expect-violation WHAT] [--at-least X] [--digest]
//           [--files] [--trace]
//
// Exit status 0: no violation (with --expect-violation: one was found whose message contains WHAT; others are shown and
// don't count). --at-least: 1 as well if it ran slower than X times real time. --digest: each seed's digest of its
// history, and no figure that depends on the clock, so that two runs can be compared. --files: real files instead of
// disks in memory. A broken rule is a program of its own beside this one, made of the same sources with one place
// changed (CMakeLists.txt): --break runs that.
//
// The long run: stele_sim --seeds 0-9999 --at-least 100
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace {

struct Arguments {
  std::uint64_t first = 1, last = 100;
  stele::sim::Options options;
  std::string broken_rule;
  std::optional<std::string> expected;  ///< in a violation's message
  double times_real_min = 0;
  bool digest = false;
};

[[noreturn]] void usage() {
  std::cerr << "stele_sim --seeds A-B [--nodes N] [--byzantine F] [--break RULE] [--expect-violation WHAT] "
               "[--at-least X] [--digest] [--files] [--trace]\n";
  std::exit(2);
}

std::uint64_t number(const std::string& text) {
  std::uint64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) usage();
  return out;
}

/// Words that stand alone. False: it is none of these.
bool take_switch(const std::string& word, Arguments& out) {
  if (word == "--trace") {
    out.options.trace = true;
  } else if (word == "--digest") {
    out.digest = true;
  } else if (word == "--files") {
    out.options.files = true;
  } else {
    return false;
  }
  return true;
}

Arguments read(const std::vector<std::string>& words) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& w = words[i];
    if (take_switch(w, out)) continue;
    if (i + 1 == words.size()) usage();
    const auto& value = words[++i];
    if (w == "--expect-violation" && !value.empty()) {
      out.expected = value;
    } else if (w == "--at-least") {
      out.times_real_min = static_cast<double>(number(value));
    } else if (w == "--seeds") {
      const auto dash = value.find('-');
      out.first = number(value.substr(0, dash));
      out.last = dash == std::string::npos ? out.first : number(value.substr(dash + 1));
    } else if (w == "--nodes") {
      out.options.nodes = number(value);
    } else if (w == "--byzantine") {
      out.options.byzantine = number(value);
    } else if (w == "--break") {
      out.broken_rule = value;
    } else {
      usage();
    }
  }
  return out;
}

int run_broken(const std::string& self, const Arguments& args, const std::vector<std::string>& words) {
  const auto program = self + "-" + args.broken_rule;
  std::vector<std::string> rest{program};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--break")
      ++i;
    else
      rest.push_back(words[i]);
  }
  std::vector<char*> argv;
  argv.reserve(rest.size() + 1);
  for (auto& w : rest) argv.push_back(w.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  std::cerr << "no such broken rule: " << args.broken_rule << "\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto args = read(words);
  if (!args.broken_rule.empty()) return run_broken(argv[0], args, words);
  std::uint64_t simulated_ms = 0, violations = 0;
  std::optional<std::uint64_t> noticed;  ///< the seed of the violation that was expected
  stele::sim::Outcome sum;
  const auto begin = std::chrono::steady_clock::now();
  auto options = args.options;
  std::uint64_t ran = 0;
  for (std::uint64_t seed = args.first; seed <= args.last; ++seed, ++ran) {
    options.seed = seed;
    const auto out = stele::sim::run(options);
    simulated_ms += out.simulated_ms;
    sum.messages += out.messages;
    sum.blocks += out.blocks;
    sum.records += out.records;
    sum.epochs += out.epochs;
    sum.crashes += out.crashes;
    sum.double_votes += out.double_votes;
    sum.ordered_twice += out.ordered_twice;
    sum.set_changes += out.set_changes;
    sum.dead_keys += out.dead_keys;
    if (args.digest || args.first == args.last)
      std::printf("seed %llu: history %016llx\n", static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(out.digest));
    if (!out.violation) continue;
    ++violations;
    std::printf("seed %llu at %llu ms: %s\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(out.simulated_ms), out.violation->c_str());
    std::fflush(stdout);
    if (args.expected && out.violation->find(*args.expected) != std::string::npos) {
      noticed = seed;
      ++ran;
      break;
    }
  }
  if (args.digest) return violations == 0 ? 0 : 1;
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double simulated = static_cast<double>(simulated_ms) / 1000;
  std::printf("%llu seeds, %llu violations; %.0f s simulated in %.1f s: %.0f times real time\n",
              static_cast<unsigned long long>(ran), static_cast<unsigned long long>(violations), simulated, wall,
              simulated / wall);
  std::printf(
      "messages %llu, final blocks %llu, records %llu, epochs begun %llu, crashes %llu, double votes shown %llu, "
      "slots signed twice %llu, set changes %llu, dead keys %llu\n",
      static_cast<unsigned long long>(sum.messages), static_cast<unsigned long long>(sum.blocks),
      static_cast<unsigned long long>(sum.records), static_cast<unsigned long long>(sum.epochs),
      static_cast<unsigned long long>(sum.crashes), static_cast<unsigned long long>(sum.double_votes),
      static_cast<unsigned long long>(sum.ordered_twice), static_cast<unsigned long long>(sum.set_changes),
      static_cast<unsigned long long>(sum.dead_keys));
  const bool fast = simulated >= args.times_real_min * wall;
  if (!fast) std::printf("slower than %.0f times real time\n", args.times_real_min);
  if (!args.expected) return violations == 0 && fast ? 0 : 1;
  if (noticed)
    std::printf("noticed at seed %llu\n", static_cast<unsigned long long>(*noticed));
  else
    std::printf("not noticed: no violation says '%s'\n", args.expected->c_str());
  return noticed && fast ? 0 : 1;
}
