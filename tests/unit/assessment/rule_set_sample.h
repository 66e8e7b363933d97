// A small rule set with the formulas of TT 22/2021, under words of its own.
#pragma once

#include <string>

#include "ledger/base/assert.h"
#include "ledger/rules/assessment.h"

namespace stele::rules {

inline const std::string rule_set_json =
    R"({"id":"tt22-2021","kinds":["thcs","thpt"],"marks":{"regular":1,"mid":2,"final":3},"year":{"t1":1,"t2":2},)"
    R"("terms":{"first":"1","second":"2","year":"year"},"levels":["dat","chua-dat"],)"
    R"("subjects":[{"code":"toan","name":"Toán","kind":"marks"},{"code":"gdtc","name":"Giáo dục thể chất","kind":"level"}],)"
    R"("regular_min":2,"regular_max":4})";

inline RuleSet rule_set() {
  auto set = decode_rule_set(as_bytes(rule_set_json));
  STELE_ASSERT(set.has_value());
  return *set;
}

inline std::string verdict_text(const Result<void, Rejection>& verdict) {
  if (verdict) return "accepted";
  return std::string(code_name(verdict.error().code)) + " " + verdict.error().where;
}

}  // namespace stele::rules
