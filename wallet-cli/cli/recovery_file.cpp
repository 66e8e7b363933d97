#include "wallet-cli/cli/recovery_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/log/wire.h"
#include "ledger/record/object_reader.h"

namespace stele::cli {
namespace {

using json::Value;

constexpr std::string_view kind = "recovery";
constexpr std::int64_t version = 1;

using json::Field;
using json::ObjectReader;

constexpr std::size_t members_max = 64, roots_max = 16;
constexpr json::TextRule word{.chars_min = 1,
                              .chars_max = 128};  // the forms of codes, ids, nets are judged as of the bytes

Error bad(std::string field) {
  auto e = make_error("file_bad_recovery",
                      "Tệp không phải bản khôi phục hợp lệ (do `stele recovery draft` tạo): xem mục " + field + ".",
                      "The file is no valid recovery (made by `stele recovery draft`): see " + field + ".");
  e.where.field = std::move(field);
  return e;
}

log::Place read_base(ObjectReader& r) {
  return {Epoch{r.integer<std::uint64_t>("epoch", 0, log::number_max)},
          Height{r.integer<std::uint64_t>("height", 0, log::number_max)}, r.digest43<HeaderHash>("hash")};
}

record::Member read_member(ObjectReader& r) {
  return {r.string("id", word), r.digest43<PublicKey>("key")};
}

/// Roots are named by their persons: a number means nothing to people.
log::Recovery::RootSignature read_signature(ObjectReader& r, const record::Genesis& g) {
  const auto number = [&g](std::string_view person) -> std::optional<std::uint16_t> {
    const auto it = std::find_if(g.roots.begin(), g.roots.end(), [&](const auto& x) { return x.person == person; });
    if (it == g.roots.end()) return std::nullopt;
    return static_cast<std::uint16_t>(it - g.roots.begin());
  };
  return {r.parsed("root", number), r.digest43<Signature>("signature")};
}

Result<log::Recovery, json::FieldFault> read_form(const Value& v, const record::Genesis& g) {
  ObjectReader r(v);
  log::Recovery out;
  (void)r.choice<bool>("stele", {{kind, true}});
  (void)r.integer<std::int64_t>("v", version, version);
  out.net = r.string("net", word);
  out.base = r.object("base", read_base);
  out.epoch.value = r.integer<std::uint64_t>("epoch", 0, log::number_max);
  out.reason = r.string("reason", word);
  out.time = r.parsed("time", parse_utc);
  out.set = r.array("set", 1, members_max, [](Field& f) { return f.object(read_member); });
  out.signatures = r.array("signatures", 0, roots_max,
                           [&g](Field& f) { return f.object([&g](ObjectReader& s) { return read_signature(s, g); }); });
  return r.finish(std::move(out));
}

}  // namespace

std::string write_recovery(const log::Recovery& r, const record::Genesis& g) {
  auto set = Value::array();
  for (const auto& m : r.set) set.push(Value::object({{"id", m.id}, {"key", base64url(m.key.view())}}));
  auto signatures = Value::array();
  for (const auto& s : r.signatures)
    signatures.push(Value::object({{"root", g.roots.at(s.root).person}, {"signature", base64url(s.signature.view())}}));
  return json::write(Value::object({{"stele", kind},
                                    {"v", version},
                                    {"net", r.net},
                                    {"base", Value::object({{"epoch", r.base.epoch.value},
                                                            {"height", r.base.height.value},
                                                            {"hash", base64url(r.base.header.view())}})},
                                    {"epoch", r.epoch.value},
                                    {"reason", r.reason},
                                    {"time", utc_text(r.time)},
                                    {"set", std::move(set)},
                                    {"signatures", std::move(signatures)}})) +
         "\n";
}

Result<log::Recovery> read_recovery(std::string_view text, const record::Genesis& g) {
  constexpr std::size_t depth = 3, nodes = 1'024;
  const auto v = json::parse(text, {.bytes_max = recovery_file_bytes_max, .depth_max = depth, .nodes_max = nodes});
  if (!v) return Unexpected(json::to_error(v.error()));
  const auto read = read_form(*v, g);
  if (!read) return Unexpected(bad(read.error().path));
  if (read->net != g.net)
    return Unexpected(make_error("wrong_network", "Bản khôi phục này thuộc mạng " + read->net + ".",
                                 "This recovery is of the network " + read->net + "."));
  // The one decoder of the bytes judges the rest: bounds, forms, order, keys.
  auto decoded = log::decode_recovery(log::encode(*read));
  if (!decoded) return Unexpected(bad(decoded.error().where));
  const auto digest = log::recovery_digest(*decoded);
  for (const auto& s : decoded->signatures) {
    const auto key = VerifyKey::parse(g.roots[s.root].key);
    if (!key || !key->verify(digest, s.signature)) return Unexpected(bad("signatures"));
  }
  return std::move(*decoded);
}

std::size_t roots_missing(const log::Recovery& r, const record::Genesis& g) {
  return g.root_quorum > r.signatures.size() ? g.root_quorum - r.signatures.size() : 0;
}

std::vector<std::string> recovery_words(const log::Recovery& r, const record::Genesis& g, Lang lang) {
  const auto say = [lang](std::string vi, std::string en) { return lang == Lang::vi ? std::move(vi) : std::move(en); };
  const auto quorum = 2 * r.set.size() / 3 + 1;
  const auto from = utc_text(UnixSeconds{r.time.value + log::recovery_wait_s});
  const auto& [epoch, height, hash] = r.base;
  std::vector<std::string> out;
  out.push_back(say("Khôi phục mạng " + r.net, "Recovery of the network " + r.net));
  out.push_back(say(fmt::format("nối tiếp khối {} (kỷ nguyên {}), mã băm {}: hãy so với nút của mình", height.value,
                                epoch.value, base64url(hash.view())),
                    fmt::format("goes on from block {} (epoch {}), hash {}: compare with your own node", height.value,
                                epoch.value, base64url(hash.view()))));
  out.push_back(say(fmt::format("từ đó {} nút xác nhận, cần {}:", r.set.size(), quorum),
                    fmt::format("from there on {} validators, {} of them needed:", r.set.size(), quorum)));
  for (const auto& m : r.set) out.push_back("  " + m.id + " " + base64url(m.key.view()));
  out.push_back(say("soạn lúc " + utc_text(r.time) + ", có hiệu lực từ " + from,
                    "drafted at " + utc_text(r.time) + ", in force from " + from));
  out.push_back(say("lý do: " + r.reason, "reason: " + r.reason));
  out.push_back(say(fmt::format("chữ ký của khóa gốc: {} / {}", r.signatures.size(), g.root_quorum),
                    fmt::format("root signatures: {} of {}", r.signatures.size(), g.root_quorum)));
  return out;
}

}  // namespace stele::cli
