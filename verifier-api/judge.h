// The verdict on a file as of now: first by the file alone, then with the newer status that this verifier's own ledger
// proves, so that a revocation after the file was made shows.
#pragma once

#include "ledger/base/verified_memo.h"
#include "ledger/store/ledger.h"
#include "ledger/verdict/verdict.h"

namespace stele::verifier {

struct JudgeOptions {
  std::optional<UnixSeconds> now;
  std::uint64_t status_age_max_s = 30 * 86'400;
  VerifiedMemo* signatures = nullptr;  ///< null: every signature is computed
};

/// What the verifier's ledger adds to a verdict.
struct Standing {
  Height height;  ///< newest final block here
  UnixSeconds time;
  bool on_ledger = false;
  std::optional<RecordId> superseded_by;
  std::optional<RecordId> newer;  ///< the live credential of equal tag, if it is another one
  std::vector<RecordId> pending_changes;
};
/// The part of `Standing` that follows from the state of the head; used for GET /v1/records/{id}, too.
void add_standing(Standing&, const registry::State&, const RecordId&);

struct Judgement {
  verdict::Verdict verdict;
  Standing standing;
};

/// Any bytes whatever give a judgement. Any thread.
[[nodiscard]] Judgement judge(const store::Ledger&, std::string_view file, const JudgeOptions&);
/// to_json(Verdict) with a member `verifier` behind it: {height, time, on_ledger, superseded_by?, newer?,
/// pending_changes}.
[[nodiscard]] json::Value to_json(const Judgement&);

}  // namespace stele::verifier
