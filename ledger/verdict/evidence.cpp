#include "ledger/verdict/evidence.h"

#include "ledger/base/encoding.h"
#include "ledger/record/forms.h"

namespace stele::verdict {
namespace {

using json::Field;
using json::ObjectReader;
using json::Value;

constexpr std::size_t qc_text_max = (log::qc_bytes_max + 2) / 3 * 4;
constexpr std::size_t change_text_max = 8'192;  // more than 64 members, with reason and root signatures, take
using LeafBytes = FixedBytes<struct StatusLeafTag, log::status_leaf_size>;

Value path_json(const log::MerklePath& path) {
  Value out = Value::array();
  for (const auto& hash : path) out.push(base64url(hash.view()));
  return out;
}
log::MerklePath read_path(ObjectReader& r) {
  return r.array("path", 0, log::path_length_max, [](Field& f) { return f.digest43<Digest>(); });
}

/// Into a list whose length is known by now; into an empty list nothing can point.
std::size_t read_position(ObjectReader& r, std::string_view name, std::size_t size) {
  if (size == 0) return r.refuse(name, json::FieldFaultKind::out_of_bounds), 0;
  return r.integer<std::size_t>(name, 0, size - 1);
}

/// Items in rising order of what `key` gives; the first that does not rise is refused where it stands.
template <class Item, class Key>
void in_order(ObjectReader& r, std::string_view list, const std::vector<Item>& items, Key key) {
  for (std::size_t i = 1; i < items.size() && r.ok(); ++i) {
    const auto before = key(items[i - 1]), now = key(items[i]);
    if (before < now) continue;
    r.refuse_item(list, i, now < before ? json::FieldFaultKind::not_ascending : json::FieldFaultKind::repeated);
  }
}

std::optional<Bytes> change_bytes(std::string_view text) {
  if (text.size() > change_text_max) return std::nullopt;
  return unbase64url(text);
}

Evidence::Change read_change(ObjectReader& c, std::size_t headers) {
  Evidence::Change out;
  out.header = read_position(c, "header", headers);
  // One of the two, and only one: the reader refuses a member that nobody asked for.
  const bool recovery = c.has("recovery");
  out.change.kind = recovery ? SetChange::Kind::recovery : SetChange::Kind::handover;
  out.change.bytes = c.parsed(change_name(out.change.kind), change_bytes);
  return out;
}

std::optional<Bytes> qc_bytes(std::string_view text) {
  if (text.size() > qc_text_max) return std::nullopt;
  return unbase64url(text);
}

}  // namespace

std::string_view change_name(SetChange::Kind kind) {
  return kind == SetChange::Kind::recovery ? "recovery" : "set";
}

Value to_json(const Evidence& e) {
  Value out = Value::object();
  Value& headers = out.set("headers", Value::array());
  for (const auto& h : e.headers) headers.push(h);
  Value& qcs = out.set("qcs", Value::array());
  for (const auto& q : e.qcs) qcs.push(Value::object({{"header", q.header}, {"qc", base64url(q.qc)}}));
  Value& records = out.set("records", Value::array());
  for (const auto& r : e.records) records.push(Value::object({{"jws", r.jws}, {"index", r.index.value}}));
  Value& inclusions = out.set("inclusions", Value::array());
  for (const auto& i : e.inclusions) {
    inclusions.push(Value::object({{"record", i.record}, {"header", i.header}, {"path", path_json(i.path)}}));
  }
  Value& statuses = out.set("statuses", Value::array());
  for (const auto& s : e.statuses) {
    statuses.push(Value::object(
        {{"record", s.record}, {"header", s.header}, {"leaf", base64url(s.leaf)}, {"path", path_json(s.path)}}));
  }
  if (e.changes.empty()) return out;
  Value& changes = out.set("changes", Value::array());
  for (const auto& c : e.changes) {
    changes.push(
        Value::object({{"header", c.header}, {std::string(change_name(c.change.kind)), base64url(c.change.bytes)}}));
  }
  return out;
}

Evidence read_evidence(ObjectReader& r) {
  Evidence out;
  out.headers =
      r.array("headers", 1, headers_max, [](Field& f) { return f.string({.chars_max = log::checkpoint_bytes_max}); });
  out.qcs = r.array("qcs", 1, qcs_max, [&](Field& f) {
    return f.object([&](ObjectReader& q) {
      return Evidence::Certified{read_position(q, "header", out.headers.size()), q.parsed("qc", qc_bytes)};
    });
  });
  out.records = r.array("records", 1, records_max, [](Field& f) {
    return f.object([](ObjectReader& e) {
      Evidence::Entry entry;
      entry.jws = e.string("jws", {.chars_max = record::jws_bytes_max_any});
      entry.index.value = e.integer<std::uint64_t>("index", 0, std::uint64_t(json::integer_max));
      return entry;
    });
  });
  out.inclusions = r.array("inclusions", 0, inclusions_max, [&](Field& f) {
    return f.object([&](ObjectReader& i) {
      Evidence::Inclusion fact;
      fact.record = read_position(i, "record", out.records.size());
      fact.header = read_position(i, "header", out.headers.size());
      fact.path = read_path(i);
      return fact;
    });
  });
  out.statuses = r.array("statuses", 0, statuses_max, [&](Field& f) {
    return f.object([&](ObjectReader& s) {
      Evidence::StatusProof fact;
      fact.record = read_position(s, "record", out.records.size());
      fact.header = read_position(s, "header", out.headers.size());
      fact.leaf = s.parsed("leaf", fixed_from_base64url<LeafBytes>).bytes;
      fact.path = read_path(s);
      return fact;
    });
  });
  auto changes = r.optional_array("changes", 1, changes_max, [&](Field& f) {
    return f.object([&](ObjectReader& c) { return read_change(c, out.headers.size()); });
  });
  if (changes) out.changes = std::move(*changes);
  in_order(r, "qcs", out.qcs, [](const auto& q) { return q.header; });
  in_order(r, "records", out.records, [](const auto& e) { return e.index.value; });
  in_order(r, "inclusions", out.inclusions, [](const auto& i) { return std::pair(i.record, i.header); });
  in_order(r, "statuses", out.statuses, [](const auto& s) { return std::pair(s.record, s.header); });
  in_order(r, "changes", out.changes, [](const auto& c) { return c.header; });
  return out;
}

Result<Evidence, Rejection> evidence_from_json(const Value& value, const std::string& path) {
  ObjectReader r(value);
  auto out = r.finish(read_evidence(r));
  if (out) return std::move(out).value();
  auto fault = std::move(out).error();
  fault.path = path + (fault.path.empty() ? "" : ".") + fault.path;
  return Unexpected(record::to_rejection(std::move(fault), path));
}

void EvidenceBuilder::header(std::string text) {
  const auto checkpoint = log::parse_checkpoint(text);
  STELE_ASSERT(checkpoint.has_value());
  const auto hash = log::hash_of(text);
  heights_.emplace(hash, checkpoint->height);
  headers_.emplace(std::pair(checkpoint->height, hash), std::move(text));
}

void EvidenceBuilder::qc(const HeaderHash& header, Bytes qc) {
  qcs_.emplace(header, std::move(qc));
}

void EvidenceBuilder::record(std::string jws, RecordIndex index) {
  records_.emplace(index, std::move(jws));
}

void EvidenceBuilder::inclusion(RecordIndex record, const HeaderHash& header, log::MerklePath path) {
  inclusions_.emplace(std::pair(record, header), std::move(path));
}

void EvidenceBuilder::status(RecordIndex record, const HeaderHash& header, const log::StatusLeaf& leaf,
                             log::MerklePath path) {
  statuses_.emplace(std::pair(record, header), std::pair(leaf, std::move(path)));
}

void EvidenceBuilder::change(const HeaderHash& first, SetChange change) {
  changes_.emplace(first, std::move(change));
}

void EvidenceBuilder::add(const Evidence& e) {
  std::vector<HeaderHash> hashes;
  for (const auto& text : e.headers) {
    hashes.push_back(log::hash_of(text));
    header(text);
  }
  for (const auto& q : e.qcs) qc(hashes[q.header], q.qc);
  for (const auto& r : e.records) record(r.jws, r.index);
  for (const auto& i : e.inclusions) inclusion(e.records[i.record].index, hashes[i.header], i.path);
  for (const auto& s : e.statuses) status(e.records[s.record].index, hashes[s.header], s.leaf, s.path);
  for (const auto& c : e.changes) change(hashes[c.header], c.change);
}

std::optional<std::size_t> EvidenceBuilder::position(RecordIndex index) const {
  const auto it = records_.find(index);
  if (it == records_.end()) return std::nullopt;
  return static_cast<std::size_t>(std::distance(records_.begin(), it));
}

Evidence EvidenceBuilder::finish() const {
  Evidence out;
  std::map<HeaderHash, std::size_t> at;
  for (const auto& [key, text] : headers_) {
    at.emplace(key.second, out.headers.size());
    out.headers.push_back(text);
  }
  std::map<std::size_t, const Bytes*> qcs;
  for (const auto& [hash, qc] : qcs_) {
    if (const auto h = at.find(hash); h != at.end()) qcs.emplace(h->second, &qc);
  }
  for (const auto& [header, qc] : qcs) out.qcs.push_back({header, *qc});
  for (const auto& [index, jws] : records_) out.records.push_back({jws, index});
  // The maps are ordered by header hash, the file by header position.
  std::map<std::pair<std::size_t, std::size_t>, const log::MerklePath*> inclusions;
  for (const auto& [key, path] : inclusions_) {
    const auto r = position(key.first);
    const auto h = at.find(key.second);
    if (r && h != at.end()) inclusions.emplace(std::pair(*r, h->second), &path);
  }
  for (const auto& [key, path] : inclusions) out.inclusions.push_back({key.first, key.second, *path});
  std::map<std::pair<std::size_t, std::size_t>, const std::pair<log::StatusLeaf, log::MerklePath>*> statuses;
  for (const auto& [key, proof] : statuses_) {
    const auto r = position(key.first);
    const auto h = at.find(key.second);
    if (r && h != at.end()) statuses.emplace(std::pair(*r, h->second), &proof);
  }
  for (const auto& [key, proof] : statuses) {
    out.statuses.push_back({key.first, key.second, proof->first, proof->second});
  }
  std::map<std::size_t, const SetChange*> changes;
  for (const auto& [hash, change] : changes_) {
    if (const auto h = at.find(hash); h != at.end()) changes.emplace(h->second, &change);
  }
  for (const auto& [header, change] : changes) out.changes.push_back({header, *change});
  return out;
}

}  // namespace stele::verdict
