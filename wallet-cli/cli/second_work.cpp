#include "wallet-cli/cli/second_work.h"
#include "wallet-cli/cli/labels.h"

#include <algorithm>
#include <set>

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "wallet-cli/cli/school.h"

namespace stele::cli {

using json::Value;
using record::Type;

Result<std::vector<std::string>> describe(NodeClient& node, const record::Genesis& g, const std::vector<RecordId>& ids,
                                          Lang lang) {
  std::vector<std::string> out;
  constexpr std::size_t shown_max = 12;
  const auto names = subject_names(node);
  for (std::size_t i = 0; i < ids.size() && i < shown_max; ++i) {
    STELE_TRY(const auto v, node.get("/v1/records/" + base64url(ids[i].view())));
    auto r = record::decode(text_of(v, "jws"));
    if (!r) return Unexpected(to_error(r.error()));
    // What is shown must be what is signed, whatever the node says.
    if (r->id != ids[i])
      return Unexpected(make_error("http_bad_answer",
                                   "Nút đưa ra một bản ghi khác với bản ghi được hỏi. Hãy hỏi nút khác.",
                                   "The node gives another record than the one asked for. Ask another node."));
    out.push_back("— " + base64url(ids[i].view()));
    auto words = signer::plain_words(g, r->type, r->body, lang, names, code_words);
    for (auto& w : words) out.push_back("   " + w);
  }
  if (ids.size() > shown_max) out.emplace_back("… +" + std::to_string(ids.size() - shown_max));
  return out;
}

Result<std::vector<Waiting>> waiting_for(Access& access, const std::string& org, const std::string& by) {
  STELE_TRY(const auto v, access.get("/v1/orgs/" + percent_encoded(org) + "/pending"));
  std::vector<Waiting> out;
  for (const auto& p : items_of(v, "pending")) {
    const auto& needs = items_of(p, "needs");
    const bool fits = std::any_of(needs.begin(), needs.end(), [&](const Value& n) {
      return text_of(n, "by") == by && number_of(n, "missing") > 0;
    });
    const auto id = fixed_from_base64url<RecordId>(text_of(p, "id"));
    if (fits && id) out.push_back({*id, text_of(p, "type"), text_of(p, "org")});
  }
  return out;
}

std::vector<StillNeeded> still_needed(Access& access, const std::vector<Answer>& sent) {
  std::set<std::string> ids;
  for (const auto& a : sent)
    if (a.state == Answer::State::final) ids.insert(base64url(a.id.view()));
  const auto org = access.org();
  if (ids.empty() || !org) return {};
  const auto v = access.get("/v1/orgs/" + percent_encoded(*org) + "/pending");
  std::vector<StillNeeded> out;
  if (!v) return out;
  for (const auto& p : items_of(*v, "pending")) {
    if (!ids.contains(text_of(p, "id"))) continue;
    for (const auto& n : items_of(p, "needs")) {
      if (number_of(n, "missing") == 0) continue;
      const auto by = text_of(n, "by");
      auto it = std::find_if(out.begin(), out.end(), [&](const auto& x) { return x.by == by; });
      if (it == out.end()) {
        it = out.insert(it, {by, {}, 0});
        for (const auto& role : items_of(n, "roles")) it->roles.push_back(role.string());
      }
      ++it->records;
    }
  }
  return out;
}

std::vector<Draft> second_drafts(Type type, const std::string& org, const std::string& role,
                                 std::vector<RecordId> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::vector<Draft> out;
  for (std::size_t i = 0; i < ids.size(); i += record::targets_max) {
    record::SecondSignature body{org, role, {}};
    const auto end = std::min(ids.size(), i + record::targets_max);
    body.targets.assign(ids.begin() + static_cast<std::ptrdiff_t>(i), ids.begin() + static_cast<std::ptrdiff_t>(end));
    out.push_back({type, std::move(body), {}});
  }
  return out;
}

}  // namespace stele::cli
