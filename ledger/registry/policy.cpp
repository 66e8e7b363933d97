#include "ledger/registry/policy.h"

#include <algorithm>

namespace stele::registry {
namespace {

bool is_ancestor(std::string_view maybe, std::string_view org, const OrgTree& tree) {
  std::optional<std::string> up = tree.parent(org);
  for (int depth = 0; depth < org_depth_max && up && !up->empty(); ++depth) {
    if (*up == maybe) return true;
    up = tree.parent(*up);
  }
  return false;
}

bool matches(const std::optional<std::string>& wanted, const std::optional<std::string>& got) {
  return !wanted || (got && *got == *wanted);
}

bool names_all(const record::Grant& g, const std::vector<record::ScopeMember>& scope) {
  return std::all_of(scope.begin(), scope.end(), [&](record::ScopeMember m) {
    switch (m) {
      case record::ScopeMember::cls:
        return g.cls.has_value();
      case record::ScopeMember::subject:
        return g.subject.has_value();
      case record::ScopeMember::term:
        return g.term.has_value();
      case record::ScopeMember::year:
        return g.year.has_value();
    }
    return false;
  });
}

bool inside(const std::optional<Date>& from, const std::optional<Date>& to, Date date) {
  return (!from || *from <= date) && (!to || date <= *to);
}

bool has(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::optional<std::string> copy(const std::string* s) {
  return s == nullptr ? std::nullopt : std::optional(*s);
}

}  // namespace

bool in_unit(record::Unit unit, std::string_view at, std::string_view org, const OrgTree& tree) {
  switch (unit) {
    case record::Unit::own:
      return at == org;
    case record::Unit::above:
      return is_ancestor(at, org, tree);
    case record::Unit::own_or_above:
      return at == org || is_ancestor(at, org, tree);
    case record::Unit::root: {
      const auto parent = tree.parent(at);
      return parent && parent->empty();
    }
    case record::Unit::other:
      return at != org && !is_ancestor(org, at, tree);
  }
  return false;
}

Subject subject_of(const record::Record& r) {
  Subject s;
  s.type = r.type;
  s.on = record::on_of(r);
  if (const auto* o = std::get_if<record::Org>(&r.body)) {
    s.org = o->parent;  // a new organisation is a matter of the one above it
  } else {
    s.org = copy(record::org_of(r));
  }
  s.replaces = std::visit(
      [](const auto& body) {
        if constexpr (requires { body.replaces; }) return body.replaces.has_value();
        return false;
      },
      r.body);
  const auto scope = record::scope_of(r);
  s.cls = copy(scope.cls);
  s.subject = copy(scope.subject);
  s.term = copy(scope.term);
  s.year = copy(scope.year);
  return s;
}

bool grant_applies(const record::Grant& g, const Subject& s, Date date) {
  return matches(g.cls, s.cls) && matches(g.subject, s.subject) && matches(g.term, s.term) && matches(g.year, s.year) &&
         inside(g.from, g.to, date);
}

const record::Act* find_act(const record::Policy& policy, const Subject& s, std::span<const record::Grant> grants,
                            Date date, const OrgTree& tree) {
  for (const auto& act : policy.acts) {
    if (act.act != s.type || !matches(act.on, s.on) || act.replaces != s.replaces || !inside(act.from, act.to, date))
      continue;
    for (const auto& g : grants) {
      if (!has(act.roles, g.role) || !names_all(g, act.scope) || !grant_applies(g, s, date)) continue;
      // A record of no organisation (a policy) can only be an act of the root organisation.
      if (s.org ? in_unit(act.unit, g.org, *s.org, tree) : in_unit(record::Unit::root, g.org, g.org, tree)) return &act;
    }
  }
  return nullptr;
}

bool fills(const record::Need& need, record::Type by, std::string_view role, const Subject& s,
           std::span<const record::Grant> grants, Date date, const OrgTree& tree) {
  if (need.by != by || !has(need.roles, role)) return false;
  return std::any_of(grants.begin(), grants.end(), [&](const record::Grant& g) {
    return g.role == role && names_all(g, need.scope) && grant_applies(g, s, date) &&
           (s.org ? in_unit(need.unit, g.org, *s.org, tree) : in_unit(record::Unit::root, g.org, g.org, tree));
  });
}

}  // namespace stele::registry
