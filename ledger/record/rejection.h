// Why a record, block or file is refused: their fault, never ours. Each code has a text in Vietnamese and English and a
// test that produces it.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/error.h"

namespace stele {

// clang-format off
#define STELE_REJECTIONS(X) \
  /* envelope and schema */ \
  X(too_large) X(bad_envelope) X(bad_header) X(bad_algorithm) X(unknown_type) X(bad_base64) X(bad_json) \
  X(missing_member) X(unknown_member) X(wrong_type) X(out_of_bounds) X(bad_form) X(not_ascending) X(repeated) \
  X(wrong_version) X(wrong_network) X(bad_count_of_digests) X(bad_url) X(bad_key) X(bad_proof_of_possession) \
  /* signature and signer */ \
  X(unknown_key) X(key_not_valid) X(key_wrong_use) X(high_s) X(bad_signature) X(already_recorded) X(quota_exceeded) X(after_unknown) X(after_too_old) \
  /* authority */ \
  X(no_policy) X(no_authority) X(grant_not_allowed) X(unknown_org) X(org_not_valid) X(unknown_org_kind) X(unknown_role) X(unknown_reason) \
  X(unknown_assessment) X(unknown_subject) X(unknown_term) X(unknown_kind) X(second_person_required) X(year_out_of_range) X(unknown_vault) X(type_not_in_rules) X(rules_unknown) X(policy_number) X(validators_in_change) \
  /* relations to other records */ \
  X(unknown_target) X(target_not_valid) X(target_wrong_type) X(target_wrong_org) X(target_not_pending) X(no_signature_needed) \
  X(same_person) X(registered_by_first_signer) X(key_too_young) X(bad_replaces) X(id_taken) X(key_taken) X(person_taken) X(target_claimed) X(amend_pending) X(root_org_exists) \
  X(sheet_exists) X(tag_taken) X(status_slot_taken) X(holder_key_used) X(not_suspended_by) X(lift_not_allowed) X(too_far_back) X(register_number) X(position_out_of_range) X(list_not_valid) \
  /* block */ \
  X(block_bad_encoding) X(block_wrong_network) X(block_wrong_parent) X(block_wrong_height) X(block_wrong_epoch) X(block_wrong_rules) X(block_bad_qc) \
  X(block_bad_orderer) X(block_bad_signature) X(block_ack_missing) X(block_ack_bad) X(block_ack_stray) X(block_too_large) \
  /* payload: checks of the vault */ \
  X(payload_missing) X(payload_bad) X(payload_digest) X(payload_root) X(payload_tag) X(payload_unknown_student) X(payload_average) \
  X(payload_figure) X(payload_basis) X(payload_serial_taken) X(payload_claims)
// clang-format on

enum class RejectionCode : std::uint8_t {
#define X(name) name,
  STELE_REJECTIONS(X)
#undef X
};

struct Rejection {
  RejectionCode code{};
  std::string where;  ///< member path or position, e.g. "stele.grants[2].role"; never a value, so never personal data
  friend bool operator==(const Rejection&, const Rejection&) = default;
};

[[nodiscard]] std::string_view code_name(RejectionCode);
/// With both texts; `where` goes to Where::field.
[[nodiscard]] Error to_error(const Rejection&);

[[nodiscard]] inline Unexpected<Rejection> reject(RejectionCode code, std::string where = {}) {
  return Unexpected(Rejection{code, std::move(where)});
}

}  // namespace stele
