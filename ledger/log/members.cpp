#include "ledger/log/members.h"

#include <algorithm>

#include "ledger/log/checkpoint.h"
#include "ledger/record/forms.h"

namespace stele::log {
namespace {

constexpr std::size_t id_bytes_max = 64;

bool org_form(std::string_view text) {
  return text.size() >= 2 && text.size() <= 40 && record::is_org_id(text) && text != record::reserved_org;
}

}  // namespace

void write_members(Writer& w, std::span<const record::Member> members) {
  w.u16(static_cast<std::uint16_t>(members.size()));
  for (const auto& m : members) {
    w.bytes16(as_bytes(m.id));
    w.raw(m.key.view());
  }
}

Result<std::vector<record::Member>, Rejection> read_members(Reader& r, std::string_view what) {
  const auto count = r.u16();
  if (!r.ok()) return reject(RejectionCode::bad_form, std::string(what));
  if (count == 0 || count > validators_max) return reject(RejectionCode::out_of_bounds, std::string(what));
  std::vector<record::Member> out;
  for (std::uint16_t i = 0; i < count; ++i) {
    record::Member m;
    m.id = as_text(r.bytes16(id_bytes_max));
    m.key = r.fixed<PublicKey>();
    const bool again =
        std::any_of(out.begin(), out.end(), [&](const record::Member& o) { return o.id == m.id || o.key == m.key; });
    if (!r.ok() || again || !org_form(m.id)) return reject(RejectionCode::bad_form, std::string(what));
    out.push_back(std::move(m));
  }
  return out;
}

}  // namespace stele::log
