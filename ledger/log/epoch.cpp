#include "ledger/log/epoch.h"

#include <algorithm>
#include <tuple>

#include "ledger/base/hash.h"
#include "ledger/log/epoch_wire.h"
#include "ledger/log/members.h"
#include "ledger/record/forms.h"

namespace stele::log {
namespace {

constexpr std::size_t statement_bytes_max = 512;
constexpr std::size_t recovery_bytes_max = 16'384;
constexpr std::size_t reason_bytes_max = 64;
constexpr std::size_t roots_max = 16;

Unexpected<Rejection> malformed(std::string_view what) {
  return reject(RejectionCode::bad_form, std::string(what));
}

bool code_form(std::string_view text) {
  return !text.empty() && text.size() <= 32 && record::is_code(text);
}

Bytes content(const EpochStatement& s) {
  Writer w;
  w.raw(as_bytes("STLE"));
  w.u8(1);
  w.bytes16(as_bytes(s.net));
  w.u64(s.to.value);
  write_place(w, s.highest);
  write_place(w, s.last_vote);
  w.u64(s.last_vote_parent.value);
  w.raw(s.recovery.view());
  w.u64(s.time.value);
  w.raw(s.validator.view());
  return std::move(w).take();
}

Bytes content(const Recovery& x) {
  Writer w;
  w.raw(as_bytes("STLR"));
  w.u8(1);
  w.bytes16(as_bytes(x.net));
  write_place(w, x.base);
  w.u64(x.epoch.value);
  w.bytes16(as_bytes(x.reason));
  w.u64(x.time.value);
  write_members(w, x.set);
  return std::move(w).take();
}

}  // namespace

void write_place(Writer& w, const Place& p) {
  w.u64(p.epoch.value);
  w.u64(p.height.value);
  w.raw(p.header.view());
}

Place read_place(Reader& r) {
  Place out;
  out.epoch.value = r.u53();
  out.height.value = r.u53();
  out.header = r.fixed<HeaderHash>();
  return out;
}

bool lower(const Place& a, const Place& b) {
  return std::tie(a.epoch, a.height) < std::tie(b.epoch, b.height);
}

// ---- statement ------------------------------------------------------------------------------------------------------

Bytes encode(const EpochStatement& s) {
  Bytes out = content(s);
  out.insert(out.end(), s.signature.bytes.begin(), s.signature.bytes.end());
  return out;
}

Digest epoch_digest(const EpochStatement& s) {
  return tagged_hash("stele/v1/epoch", content(s));
}

Result<EpochStatement, Rejection> decode_epoch_statement(ByteView in) {
  Reader r(in);
  r.expect("STLE");
  const auto version = r.u8();
  EpochStatement s;
  s.net = as_text(r.bytes16(net_bytes_max));
  s.to.value = r.u53();
  s.highest = read_place(r);
  s.last_vote = read_place(r);
  s.last_vote_parent.value = r.u53();
  s.recovery = r.fixed<Digest>();
  s.time.value = r.u64();
  s.validator = r.fixed<PublicKey>();
  s.signature = r.fixed<Signature>();
  if (!r.done()) return malformed("epoch_statement");
  if (version != 1) return reject(RejectionCode::wrong_version, "epoch_statement");
  if (s.to <= s.highest.epoch || s.to <= s.last_vote.epoch || s.last_vote_parent > s.last_vote.epoch)
    return reject(RejectionCode::out_of_bounds, "epoch_statement.to");
  return s;
}

bool is_void(const EpochStatement& s) {
  if (s.last_vote.height.value == 0) return false;
  return lower(s.highest, {s.last_vote_parent, Height{s.last_vote.height.value - 1}, {}});
}

// ---- recovery -------------------------------------------------------------------------------------------------------

Digest recovery_digest(const Recovery& x) {
  return tagged_hash("stele/v1/recovery", content(x));
}

Bytes encode(const Recovery& x) {
  Writer w;
  w.raw(content(x));
  w.u16(static_cast<std::uint16_t>(x.signatures.size()));
  for (const auto& s : x.signatures) {
    w.u16(s.root);
    w.raw(s.signature.view());
  }
  return std::move(w).take();
}

Result<Recovery, Rejection> decode_recovery(ByteView in) {
  Reader r(in);
  r.expect("STLR");
  const auto version = r.u8();
  Recovery x;
  x.net = as_text(r.bytes16(net_bytes_max));
  x.base = read_place(r);
  x.epoch.value = r.u53();
  x.reason = as_text(r.bytes16(reason_bytes_max));
  x.time.value = r.u64();
  if (!r.ok()) return malformed("recovery");
  if (version != 1) return reject(RejectionCode::wrong_version, "recovery");
  STELE_TRY(x.set, read_members(r, "recovery.set"));
  if (!ValidatorSet::from(x.set)) return reject(RejectionCode::bad_key, "recovery.set");
  const auto count = r.u16();
  if (!r.ok() || count > roots_max) return malformed("recovery.signatures");
  for (std::uint16_t i = 0; i < count; ++i) {
    Recovery::RootSignature s;
    s.root = r.u16();
    s.signature = r.fixed<Signature>();
    if (i > 0 && s.root <= x.signatures.back().root) return reject(RejectionCode::not_ascending, "recovery.signatures");
    x.signatures.push_back(s);
  }
  if (!r.done() || !code_form(x.reason)) return malformed("recovery");
  if (x.epoch <= x.base.epoch) return reject(RejectionCode::out_of_bounds, "recovery.epoch");
  if (x.time > utc_last) return reject(RejectionCode::out_of_bounds, "recovery.time");
  return x;
}

Result<void, Rejection> check_recovery(const Recovery& x, const record::Genesis& g) {
  if (x.net != g.net) return reject(RejectionCode::wrong_network, "recovery");
  if (x.signatures.size() < g.root_quorum) return reject(RejectionCode::block_wrong_epoch, "recovery.signatures");
  const auto digest = recovery_digest(x);
  for (const auto& s : x.signatures) {
    const auto key = s.root < g.roots.size() ? VerifyKey::parse(g.roots[s.root].key) : std::nullopt;
    if (!key || !key->verify(digest, s.signature))
      return reject(RejectionCode::block_wrong_epoch, "recovery.signatures");
  }
  return {};
}

std::optional<Signers> recovery_signers(const Recovery& x) {
  auto set = ValidatorSet::from(x.set);
  if (!set) return std::nullopt;
  return Signers(*set);
}

// ---- proof ----------------------------------------------------------------------------------------------------------

Bytes encode(const EpochProof& p) {
  Writer w;
  w.raw(as_bytes("STLP"));
  w.u8(1);
  w.bytes32(p.recovery ? encode(*p.recovery) : Bytes{});
  w.u16(static_cast<std::uint16_t>(p.statements.size()));
  for (const auto& s : p.statements) w.bytes16(encode(s));
  return std::move(w).take();
}

Result<EpochProof, Rejection> decode_epoch_proof(ByteView in) {
  Reader r(in);
  r.expect("STLP");
  const auto version = r.u8();
  const auto recovery = r.bytes32(recovery_bytes_max);
  const auto count = r.u16();
  if (!r.ok()) return malformed("epoch_proof");
  if (version != 1) return reject(RejectionCode::wrong_version, "epoch_proof");
  if (count == 0 || count > qc_votes_max) return reject(RejectionCode::out_of_bounds, "epoch_proof");
  EpochProof p;
  if (!recovery.empty()) {
    STELE_TRY(p.recovery, decode_recovery(recovery));
  }
  for (std::uint16_t i = 0; i < count; ++i) {
    STELE_TRY(auto s, decode_epoch_statement(r.bytes16(statement_bytes_max)));
    if (i > 0 && s.validator <= p.statements.back().validator)
      return reject(RejectionCode::not_ascending, "epoch_proof");
    p.statements.push_back(std::move(s));
  }
  if (!r.done()) return malformed("epoch_proof");
  return p;
}

namespace {

Unexpected<Rejection> no_proof(std::string_view where) {
  return reject(RejectionCode::block_wrong_epoch, std::string(where));
}

}  // namespace

Result<void, Rejection> check_epoch_proof(const EpochProof& p, const record::Genesis& g, Epoch to, const Place& base,
                                          const Signers& child) {
  Digest serves;
  std::optional<Signers> recovered;
  if (p.recovery) {
    STELE_CHECK(check_recovery(*p.recovery, g));
    if (p.recovery->base != base || p.recovery->epoch > to) return no_proof("recovery");
    recovered = recovery_signers(*p.recovery);
    if (!recovered) return no_proof("recovery.set");
    // It would leave no trace in any header.
    if (encode_set(recovered->now()) == encode_set(child.now())) return no_proof("recovery.set");
    if (median_time(p).value < p.recovery->time.value + recovery_wait_s) return no_proof("recovery.time");
    serves = recovery_digest(*p.recovery);
  }
  const auto& signers = recovered ? *recovered : child;
  std::vector<std::uint16_t> numbers;
  for (const auto& s : p.statements) {
    const auto number = signers.number_of(s.validator);
    if (!number || s.net != g.net || s.to != to || s.recovery != serves || is_void(s)) return no_proof("statement");
    // Whatever certificate a signer holds, the new epoch must not fall behind it.
    if (lower(base, s.highest)) return no_proof("base");
    if (!signers.key(*number).verify(epoch_digest(s), s.signature)) return no_proof("signature");
    numbers.push_back(*number);
  }
  if (!signers.quorum(numbers)) return no_proof("quorum");
  return {};
}

UnixSeconds median_time(const EpochProof& p) {
  std::vector<UnixSeconds> times;
  for (const auto& s : p.statements) times.push_back(s.time);
  return median_time(std::move(times));
}

// ---- votes that can be shown ----------------------------------------------------------------------------------------

namespace {

void write_vote(Writer& w, const SignedVote& v) {
  w.bytes16(as_bytes(to_text(v.header)));
  w.raw(v.validator.view());
  w.u64(v.time.value);
  w.raw(v.signature.view());
}

Result<SignedVote, Rejection> read_vote(Reader& r) {
  SignedVote v;
  const auto header = r.bytes16(checkpoint_bytes_max);
  v.validator = r.fixed<PublicKey>();
  v.time.value = r.u64();
  v.signature = r.fixed<Signature>();
  if (!r.ok()) return malformed("vote");
  STELE_TRY(v.header, parse_checkpoint(as_text(header)));
  return v;
}

HeaderHash header_of(const SignedVote& v) {
  return hash_of(to_text(v.header));
}

bool signature_good(const SignedVote& v) {
  const auto key = VerifyKey::parse(v.validator);
  return key && key->verify(vote_digest(header_of(v), v.time), v.signature);
}

}  // namespace

Place place_of(const Checkpoint& c) {
  return {c.epoch, c.height, hash_of(to_text(c))};
}

Bytes encode(const SignedVote& v) {
  Writer w;
  w.raw(as_bytes("STLT"));
  w.u8(1);
  write_vote(w, v);
  return std::move(w).take();
}

Result<SignedVote, Rejection> decode_signed_vote(ByteView in) {
  Reader r(in);
  r.expect("STLT");
  const auto version = r.u8();
  STELE_TRY(auto v, read_vote(r));
  if (!r.done()) return malformed("vote");
  if (version != 1) return reject(RejectionCode::wrong_version, "vote");
  return v;
}

Bytes encode(const DoubleVote& d) {
  Writer w;
  w.raw(as_bytes("STLD"));
  w.u8(1);
  write_vote(w, d.first);
  write_vote(w, d.second);
  return std::move(w).take();
}

Result<DoubleVote, Rejection> decode_double_vote(ByteView in) {
  Reader r(in);
  r.expect("STLD");
  const auto version = r.u8();
  DoubleVote d;
  STELE_TRY(d.first, read_vote(r));
  STELE_TRY(d.second, read_vote(r));
  if (!r.done()) return malformed("double_vote");
  if (version != 1) return reject(RejectionCode::wrong_version, "double_vote");
  const auto& a = d.first;
  const auto& b = d.second;
  const bool same_place = a.validator == b.validator && a.header.net == b.header.net &&
                          a.header.epoch == b.header.epoch && a.header.height == b.header.height;
  if (!same_place || header_of(a) >= header_of(b)) return malformed("double_vote");
  if (!signature_good(a) || !signature_good(b)) return reject(RejectionCode::bad_signature, "double_vote");
  return d;
}

}  // namespace stele::log
