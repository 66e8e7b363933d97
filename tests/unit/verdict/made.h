// The school's files, made once for all tests of this program: a chain takes longer to make than a verdict.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/verdict/verdict.h"
#include "tests/support/school.h"

namespace stele::verdict {

/// Founded, graded, with a sealed transcript. Not to be changed by tests; whoever needs more makes one of their own.
inline const test::School& issued_school() {
  static const auto* school = [] {
    auto* made = new test::School();  // NOLINT: lives as long as the program
    made->found_grade_and_issue();
    return made;
  }();
  return *school;
}
inline Verdict judge(const test::School& s, const DocumentFile& f, const Options& options = {}) {
  return judge_document(s.genesis(), encode(f), options);
}
inline const PartVerdict& part(const Verdict& v, Part p) {
  return v.parts.at(std::size_t(p));
}
/// For the failure message of an assertion: what each part said.
inline std::string told(const Verdict& v) {
  std::string out(outcome_name(v.outcome));
  for (const auto& p : v.parts)
    out += "\n  " + std::string(part_name(p.part)) + " " + p.code + " [" + p.where + "] " + p.en;
  return out;
}
#define EXPECT_OUTCOME(judged, expected)                                                                 \
  do {                                                                                                   \
    const auto& judged_ = (judged);                                                                      \
    EXPECT_EQ(::stele::verdict::outcome_name(judged_.outcome), ::stele::verdict::outcome_name(expected)) \
        << ::stele::verdict::told(judged_);                                                              \
  } while (false)

inline std::size_t position_of(const test::School& s, const DocumentFile& f, const RecordId& id) {
  for (std::size_t i = 0; i < f.evidence.records.size(); ++i) {
    if (f.evidence.records[i].jws == s.record(id).jws) return i;
  }
  ADD_FAILURE() << "the file lacks this record";
  return 0;
}
inline std::string claim_name(const std::string& disclosure) {
  const auto d = record::decode_disclosure(disclosure);
  return d ? d->name : "?";
}

}  // namespace stele::verdict
