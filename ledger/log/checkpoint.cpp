#include "ledger/log/checkpoint.h"

#include <fmt/format.h>

#include <charconv>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/members.h"
#include "ledger/log/merkle.h"
#include "ledger/record/forms.h"

namespace stele::log {
namespace {

/// Takes the text line by line; each line is asked for by its keyword, so that nothing else can stand there.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  std::string_view line() {
    const auto end = rest_.find('\n');
    if (end == std::string_view::npos) return ok_ = false, std::string_view{};
    const auto out = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return out;
  }
  std::string_view value(std::string_view keyword) {
    auto l = line();
    if (!l.starts_with(keyword)) return ok_ = false, std::string_view{};
    l.remove_prefix(keyword.size());
    return l;
  }
  std::uint64_t number(std::string_view text) {
    std::uint64_t v = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (ec != std::errc{} || end != text.data() + text.size() || text != std::to_string(v)) ok_ = false;
    if (v > number_max) ok_ = false;
    return v;
  }
  template <class T>
  T hash(std::string_view text) {
    const auto raw = unbase64(text);
    const auto out = raw ? T::from(*raw) : std::nullopt;
    if (!out) ok_ = false;
    return out.value_or(T{});
  }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string to_text(const Checkpoint& c) {
  return fmt::format(
      "{}\n{}\n{}\nheight {}\nepoch {}\nrules {}\nparent {}\nbody {}\nstatus {}\nvalidators {}\ntime {}\n", c.net,
      c.size, base64(c.log_root.view()), c.height.value, c.epoch.value, c.rules, base64(c.parent.view()),
      base64(c.body.view()), base64(c.status.view()), base64(c.validators.view()), utc_text(c.time));
}

Result<Checkpoint, Rejection> parse_checkpoint(std::string_view text) {
  if (text.size() > checkpoint_bytes_max) return reject(RejectionCode::too_large, "checkpoint");
  Lines in(text);
  Checkpoint c;
  c.net = in.line();
  c.size = in.number(in.line());
  c.log_root = in.hash<Digest>(in.line());
  c.height.value = in.number(in.value("height "));
  c.epoch.value = in.number(in.value("epoch "));
  const auto rules = in.number(in.value("rules "));
  c.rules = static_cast<std::uint32_t>(rules);
  c.parent = in.hash<HeaderHash>(in.value("parent "));
  c.body = in.hash<Digest>(in.value("body "));
  c.status = in.hash<Digest>(in.value("status "));
  c.validators = in.hash<Digest>(in.value("validators "));
  const auto time = parse_utc(in.value("time "));
  if (!in.done() || !time || rules > UINT32_MAX || !record::is_net(c.net))
    return reject(RejectionCode::bad_form, "checkpoint");
  c.time = *time;
  return c;
}

HeaderHash hash_of(std::string_view text) {
  return HeaderHash{sha256(as_bytes(text)).bytes};
}

std::optional<ValidatorSet> ValidatorSet::from(std::span<const record::Member> members) {
  ValidatorSet out;
  for (const auto& m : members) {
    auto key = VerifyKey::parse(m.key);
    if (!key) return std::nullopt;
    out.members_.push_back(m);
    out.keys_.push_back(*key);
  }
  return out;
}

Bytes encode_set(const ValidatorSet& set) {
  Writer w;
  write_members(w, set.members());
  return std::move(w).take();
}

Result<ValidatorSet, Rejection> decode_set(ByteView in) {
  Reader r(in);
  STELE_TRY(const auto members, read_members(r, "set"));
  if (!r.done()) return reject(RejectionCode::bad_form, "set");
  auto set = ValidatorSet::from(members);
  if (!set) return reject(RejectionCode::bad_key, "set");
  return std::move(*set);
}

Digest validators_digest(const ValidatorSet& now, const ValidatorSet& next) {
  Writer w;
  write_members(w, now.members());
  write_members(w, next.members());
  return tagged_hash("stele/v1/validators", w.bytes());
}

Signers::Signers(ValidatorSet now, ValidatorSet next)
    : now_(std::move(now)), next_(std::move(next)), digest_(validators_digest(now_, next_)) {
  const auto add = [this](const ValidatorSet& set, std::size_t i) {
    numbers_.emplace(set.member(i).key, static_cast<std::uint16_t>(keys_.size()));
    keys_.push_back(set.key(i));
    in_next_.push_back(false);
  };
  for (std::size_t i = 0; i < now_.size(); ++i) add(now_, i);
  for (std::size_t i = 0; i < next_.size(); ++i) {
    if (!numbers_.contains(next_.member(i).key)) add(next_, i);
    in_next_[numbers_.at(next_.member(i).key)] = true;
  }
}

std::optional<std::uint16_t> Signers::number_of(const PublicKey& key) const {
  const auto it = numbers_.find(key);
  return it == numbers_.end() ? std::nullopt : std::optional(it->second);
}

Signers::Count Signers::count(std::span<const std::uint16_t> numbers) const {
  Count out;
  for (const auto n : numbers) {
    if (n >= size()) continue;
    out.now += n < now_.size() ? 1 : 0;
    out.next += in_next_[n] ? 1 : 0;
  }
  return out;
}

bool Signers::quorum(std::span<const std::uint16_t> numbers) const {
  const auto c = count(numbers);
  return c.now >= now_.quorum() && c.next >= next_.quorum();
}

bool Signers::one_honest(std::span<const std::uint16_t> numbers) const {
  const auto c = count(numbers);
  return c.now > now_.size() - now_.quorum() || c.next > next_.size() - next_.quorum();
}

Checkpoint genesis_checkpoint(const record::Genesis& g) {
  Checkpoint c;
  c.net = g.net;
  c.log_root = sha256(ByteView{});
  c.rules = g.rules;
  c.parent = HeaderHash{g.digest.bytes};
  c.body = g.digest;
  c.status = sha256(ByteView{});
  const auto set = ValidatorSet::from(g.validators);
  STELE_ASSERT(set.has_value());  // decode_genesis refuses keys that are not on the curve
  c.validators = validators_digest(*set, *set);
  c.time = g.time;
  return c;
}

}  // namespace stele::log
