#include "wallet-cli/cli/policy_file.h"

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/record/decode.h"
#include "ledger/record/json.h"
#include "wallet-cli/cli/context.h"

namespace stele::cli {
namespace {

using json::Value;
constexpr std::size_t policy_bytes_max = 131'072;

/// {id, file, from?, to?} with the file's bytes in its place: {id, digest, data, from?, to?}.
Result<Value> with_data(const Value& entry, const std::filesystem::path& folder) {
  auto out = Value::object();
  for (const auto& m : entry.members()) {
    if (m.name != "file") {
      out.set(m.name, m.value);
      continue;
    }
    if (!m.value.is(json::Kind::string))
      return Unexpected(make_error("file_bad_policy", "\"file\" phải là tên tệp.", "\"file\" must be a file name."));
    STELE_TRY(const auto data, read_file(folder / m.value.string(), policy_bytes_max));
    out.set("digest", base64url(sha256(as_bytes(data)).view()));
    out.set("data", base64url(as_bytes(data)));
  }
  return out;
}

/// A record around the members, so that the ledger's own decoder judges them: what it accepts nodes accept.
std::string as_record(record::Type type, const Value& members) {
  auto stele =
      Value::object({{"v", 1}, {"net", "stele/x/" + std::string(32, '0')}, {"after", base64url(HeaderHash{}.view())}});
  for (const auto& m : members.members()) stele.set(m.name, m.value);
  const auto header = Value::object({{"alg", "ES256K"},
                                     {"kid", base64url(KeyId{}.view())},
                                     {"typ", "stele-" + std::string(record::type_name(type)) + "+jwt"}});
  return base64url(as_bytes(json::write(header))) + "." +
         base64url(as_bytes(json::write(Value::object({{"stele", std::move(stele)}})))) + "." +
         base64url(Signature{}.view());
}

}  // namespace

Result<record::Policy> read_policy_file(const std::filesystem::path& path) {
  STELE_TRY(const auto text, read_file(path, policy_bytes_max));
  const auto in_file = [&path](Error e) {
    e.where.file = path.filename().string();
    return Unexpected(std::move(e));
  };
  const auto v = json::parse(text, {.bytes_max = policy_bytes_max, .depth_max = 16, .nodes_max = 20'000});
  if (!v) return in_file(json::to_error(v.error()));
  if (!v->is(json::Kind::object))
    return in_file(
        make_error("file_bad_policy", "Tệp quy định phải là một đối tượng JSON.", "A policy file is one JSON object."));
  auto members = Value::object();
  for (const auto& m : v->members()) {
    if (m.name != "assessment" || !m.value.is(json::Kind::array)) {
      members.set(m.name, m.value);
      continue;
    }
    auto list = Value::array();
    for (const auto& entry : m.value.items()) {
      if (!entry.is(json::Kind::object)) {
        return in_file(make_error("file_bad_policy", "\"assessment\" phải gồm các đối tượng {id, file, from?, to?}.",
                                  "\"assessment\" must hold objects {id, file, from?, to?}."));
      }
      STELE_TRY(auto full, with_data(entry, path.parent_path()));
      list.push(std::move(full));
    }
    members.set("assessment", std::move(list));
  }
  auto r = record::decode(as_record(record::Type::policy, members));
  if (!r) return in_file(to_error(r.error()));
  return std::get<record::Policy>(std::move(r->body));
}

namespace {

/// A body as JSON in a file, with what may be left out of it.
template <class Body>
Result<Body> read_body_file(const std::filesystem::path& path, record::Type type,
                            const std::vector<std::string_view>& required, const std::vector<std::string_view>& empty,
                            const Error& bad) {
  constexpr std::size_t bytes_max = 32'768, nodes_max = 512;
  STELE_TRY(const auto text, read_file(path, bytes_max));
  const auto in_file = [&path](Error e) {
    e.where.file = path.filename().string();
    return Unexpected(std::move(e));
  };
  const auto v = json::parse(text, {.bytes_max = bytes_max, .depth_max = 4, .nodes_max = nodes_max});
  if (!v) return in_file(json::to_error(v.error()));
  const bool whole = v->is(json::Kind::object) &&
                     std::all_of(required.begin(), required.end(), [&](auto name) { return v->find(name) != nullptr; });
  if (!whole) return in_file(bad);
  auto members = *v;
  for (const auto name : empty) {
    if (members.find(name) == nullptr) members.set(name, Value::array());
  }
  auto r = record::decode(as_record(type, members));
  if (!r) return in_file(to_error(r.error()));
  return std::get<Body>(std::move(r->body));
}

}  // namespace

Result<record::Validators> read_validators_file(const std::filesystem::path& path) {
  return read_body_file<record::Validators>(
      path, record::Type::validators, {"set"}, {"evidence"},
      make_error("file_bad_validators",
                 "Tệp phải có dạng {\"set\": [{\"id\", \"org\", \"key\"}]}; khóa do `stele key show` cho biết.",
                 "The file must look like {\"set\": [{\"id\", \"org\", \"key\"}]}; `stele key show` tells a key."));
}

Result<record::Orderers> read_orderers_file(const std::filesystem::path& path) {
  return read_body_file<record::Orderers>(
      path, record::Type::orderers, {}, {"add", "retire"},
      make_error(
          "file_bad_orderers",
          "Tệp phải có dạng {\"add\": [{\"id\", \"org\", \"key\"}], \"retire\": [số]}; có thể bỏ một trong hai.",
          "The file must look like {\"add\": [{\"id\", \"org\", \"key\"}], \"retire\": [numbers]}; one of them may "
          "be left out."));
}

}  // namespace stele::cli
