// The binary structures of the chain and the checkpoint's text: each begins with its own magic, so that one input is
// tried as all of them. Whatever decodes, encodes to the very same bytes.
#include <cstddef>
#include <cstdint>

#include "ledger/base/hash.h"
#include "ledger/log/block.h"
#include "ledger/log/epoch.h"

namespace {

using namespace stele;  // NOLINT(google-build-using-namespace)

bool same(ByteView a, ByteView b) {
  return as_text(a) == as_text(b);
}

void block(ByteView in) {
  const auto b = log::decode_block(in);
  if (!b) {
    (void)to_error(b.error());
    return;
  }
  STELE_ASSERT(b->records.size() <= log::block_records_max);
  STELE_ASSERT(same(log::encode(*b), in));
  STELE_ASSERT(log::body_hash(*b) == sha256(in.first(in.size() - Signature::size_bytes)));
  const auto meta = log::encode_meta(*b);
  const auto joined = log::decode_meta(meta, b->records);
  STELE_ASSERT(joined.has_value());
  STELE_ASSERT(same(log::encode(*joined), in));
  STELE_ASSERT(b->records.empty() || !log::decode_meta(in, {}).has_value());
  (void)log::decode_epoch_proof(b->epoch_proof);
}

void certificate(ByteView in) {
  const auto qc = log::decode_qc(in);
  if (!qc) {
    (void)to_error(qc.error());
    return;
  }
  STELE_ASSERT(!qc->votes.empty() && qc->votes.size() <= log::qc_votes_max);
  STELE_ASSERT(same(log::encode(*qc), in));
  (void)log::median_time(*qc);
}

void set(ByteView in) {
  const auto s = log::decode_set(in);
  if (!s) {
    (void)to_error(s.error());
    return;
  }
  STELE_ASSERT(s->size() > 0 && s->size() <= log::validators_max);
  STELE_ASSERT(same(log::encode_set(*s), in));
}

void statement(ByteView in) {
  const auto s = log::decode_epoch_statement(in);
  if (!s) {
    (void)to_error(s.error());
    return;
  }
  STELE_ASSERT(s->highest.epoch < s->to && s->last_vote.epoch < s->to);
  STELE_ASSERT(same(log::encode(*s), in));
  (void)log::is_void(*s);
}

void proof(ByteView in) {
  const auto p = log::decode_epoch_proof(in);
  if (!p) {
    (void)to_error(p.error());
    return;
  }
  STELE_ASSERT(!p->statements.empty() && p->statements.size() <= log::qc_votes_max);
  STELE_ASSERT(same(log::encode(*p), in));
  (void)log::median_time(*p);
}

template <class T>
void plain(const Result<T, Rejection>& decoded, ByteView in) {
  if (decoded)
    STELE_ASSERT(same(log::encode(*decoded), in));
  else
    (void)to_error(decoded.error());
}

void checkpoint(std::string_view text) {
  const auto c = log::parse_checkpoint(text);
  if (!c) {
    (void)to_error(c.error());
    return;
  }
  STELE_ASSERT(log::to_text(*c) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in(data, size);
  block(in);
  certificate(in);
  plain(log::decode_recovery(in), in);
  plain(log::decode_signed_vote(in), in);
  plain(log::decode_double_vote(in), in);
  set(in);
  statement(in);
  proof(in);
  checkpoint(as_text(in));
  return 0;
}
