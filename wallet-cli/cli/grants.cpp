#include "wallet-cli/cli/grants.h"

#include <algorithm>

#include "ledger/paper/labels.h"

namespace stele::cli {
namespace {

using record::ScopeMember;

struct Member {
  ScopeMember member;
  std::string_view name, vi, en;
};
constexpr Member members[] = {{ScopeMember::cls, "class=10A1", "lớp", "class"},
                              {ScopeMember::subject, "subject=toan", "môn", "subject"},
                              {ScopeMember::term, "term=1", "học kỳ", "term"},
                              {ScopeMember::year, "year=2025", "năm học", "school year"}};

bool names(const record::Grant& g, ScopeMember m) {
  switch (m) {
    case ScopeMember::cls:
      return g.cls.has_value();
    case ScopeMember::subject:
      return g.subject.has_value();
    case ScopeMember::term:
      return g.term.has_value();
    case ScopeMember::year:
      return g.year.has_value();
  }
  return false;
}

std::vector<ScopeMember> lacking(const record::Grant& g, const std::vector<ScopeMember>& scope) {
  std::vector<ScopeMember> out;
  std::copy_if(scope.begin(), scope.end(), std::back_inserter(out), [&](ScopeMember m) { return !names(g, m); });
  return out;
}

bool has(const std::vector<std::string>& roles, const std::string& role) {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

bool gives_second_signatures(const record::Policy& policy, const std::string& role) {
  return std::any_of(policy.acts.begin(), policy.acts.end(), [&](const record::Act& a) {
    return std::any_of(a.needs.begin(), a.needs.end(), [&](const record::Need& n) { return has(n.roles, role); });
  });
}

Error incomplete(const record::Grant& g, const record::Act& act, const std::vector<ScopeMember>& missing) {
  const std::string type(record::type_name(act.act));
  std::string vi, en, example;
  for (const auto& m : members) {
    if (std::find(missing.begin(), missing.end(), m.member) == missing.end()) continue;
    vi += (vi.empty() ? "" : ", ") + std::string(m.vi);
    en += (en.empty() ? "" : ", ") + std::string(m.en);
    example += "," + std::string(m.name);
  }
  const auto words = [&](paper::Words w, std::string_view code, Lang lang) { return paper::label(w, code, lang); };
  return make_error("grant_incomplete",
                    "Quyền " + words(paper::Words::role, g.role, Lang::vi) + " thiếu " + vi +
                        ": người giữ sẽ không ký được " + words(paper::Words::type, type, Lang::vi) +
                        " nào. Hãy thêm vào quyền, ví dụ " + example.substr(1) + ", mỗi học kỳ một quyền.",
                    "The right " + words(paper::Words::role, g.role, Lang::en) + " lacks " + en +
                        ": its holder could sign no " + words(paper::Words::type, type, Lang::en) +
                        ". Add it to the right, such as " + example.substr(1) + ", one right for each term.");
}

}  // namespace

Result<void> check_grant(const record::Policy& policy, const record::Grant& g) {
  const record::Act* nearest = nullptr;
  std::vector<ScopeMember> missing;
  for (const auto& act : policy.acts) {
    if (act.scope.empty() || !has(act.roles, g.role)) continue;
    auto lacks = lacking(g, act.scope);
    if (lacks.empty()) return {};
    if (nearest == nullptr || lacks.size() < missing.size()) nearest = &act, missing = std::move(lacks);
  }
  const bool names_something = g.cls || g.subject || g.term || g.year;
  if (nearest == nullptr || (!names_something && gives_second_signatures(policy, g.role))) return {};
  return Unexpected(incomplete(g, *nearest, missing));
}

}  // namespace stele::cli
