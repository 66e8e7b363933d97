#include "node/replication/messages.h"

#include "ledger/base/encoding.h"
#include "ledger/record/decode.h"
#include "ledger/record/object_reader.h"
#include "node/http/answers.h"

namespace stele::replication {
namespace {

using json::Kind;
using json::ObjectReader;
using json::Value;

constexpr json::Limits limits{.bytes_max = body_bytes_max, .depth_max = 12, .nodes_max = 2'000'000};
constexpr std::size_t books_max = 4096, acks_max = 3, error_text_max = 2000;
constexpr json::TextRule jws_rule{.chars_min = 1, .chars_max = record::jws_bytes_max_any};

Result<Value> parsed(std::string_view text) {
  auto v = json::parse(text, limits);
  if (!v) return Unexpected(json::to_error(v.error()));
  return std::move(*v);
}
Error malformed(std::string_view field) {
  return http::bad_request(field, "Kho khác gửi sai dạng.", "What another vault sent is malformed.");
}
Error malformed(const json::FieldFault& fault) {
  return malformed(fault.path);
}

/// The items of the one list that a body holds.
Result<const Value::Array*> list_of(const Value& v, std::string_view name, std::size_t members, std::size_t max) {
  const auto* list = v.is(Kind::object) && v.members().size() == members ? v.find(name) : nullptr;
  if (list == nullptr || !list->is(Kind::array) || list->items().empty() || list->items().size() > max)
    return Unexpected(malformed(name));
  return &list->items();
}

vault::Book read_book(json::Field& f) {
  return f.object([](ObjectReader& o) {
    vault::Book out;
    out.student = o.string("student", {.chars_min = 10, .chars_max = 10});
    out.key = o.digest43<vault::BookKey>("key");
    return out;
  });
}

/// Object members that are carried on unread: taken out before the others are read.
Result<std::string> take_object(Value& v, std::string_view name) {
  const auto* inner = v.find(name);
  if (inner == nullptr) return std::string();
  if (!inner->is(Kind::object)) return Unexpected(malformed(name));
  auto text = json::write(*inner);
  auto rest = Value::object();
  for (const auto& [n, value] : v.members()) {
    if (n != name) rest.set(n, value);
  }
  v = std::move(rest);
  return text;
}

}  // namespace

std::string encode(const AckQuestion& q) {
  std::string out = R"({"height":)" + std::to_string(q.height.value) + R"(,"records":[)";
  for (const auto& one : q.records) {
    if (out.back() == '}') out += ',';
    out += R"({"jws":")" + one.jws + '"';  // base64url and dots
    if (!one.payload.empty()) out += R"(,"payload":)" + one.payload;
    out += R"(,"books":[)";
    for (const auto& b : one.books) {
      if (out.back() == '}') out += ',';
      out += R"({"student":)";
      http::append_json_string(out, b.student);
      out += R"(,"key":")" + base64url(b.key.view()) + "\"}";
    }
    out += "]}";
  }
  return out + "]}";
}

Result<AckQuestion> decode_ack_question(std::string_view text) {
  STELE_TRY(const auto v, parsed(text));
  STELE_TRY(const auto* items, list_of(v, "records", 2, records_per_question_max));
  const auto* height = v.find("height");
  if (height == nullptr || !height->is(Kind::integer) || height->integer() < 0) return Unexpected(malformed("height"));
  AckQuestion out{{static_cast<std::uint64_t>(height->integer())}, {}};
  for (auto item : *items) {
    if (!item.is(Kind::object)) return Unexpected(malformed("records"));
    AckQuestion::One one;
    STELE_TRY(one.payload, take_object(item, "payload"));
    ObjectReader r(item);
    one.jws = r.string("jws", jws_rule);
    one.books = r.array("books", 0, books_max, read_book);
    if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
    out.records.push_back(std::move(one));
  }
  return out;
}

std::string encode(const AckAnswer& answers) {
  auto list = Value::array();
  for (const auto& a : answers) {
    if (const auto* e = std::get_if<Error>(&a)) {
      list.push(Value::object({{"error", http::to_json(*e)}}));
      continue;
    }
    auto acks = Value::array();
    for (const auto& ack : std::get<0>(a))
      acks.push(Value::object({{"vault", ack.vault}, {"signature", base64url(ack.signature.view())}}));
    list.push(Value::object({{"acks", std::move(acks)}}));
  }
  return json::write(Value::object({{"results", std::move(list)}}));
}

Result<AckAnswer> decode_ack_answer(std::string_view text, std::size_t count) {
  STELE_TRY(const auto v, parsed(text));
  ObjectReader r(v);
  constexpr json::TextRule words{.chars_min = 1, .chars_max = error_text_max};
  auto out = r.array("results", count, count, [&](json::Field& f) {
    return f.object([&](ObjectReader& o) -> AckAnswer::value_type {
      if (o.has("acks")) {
        return o.array("acks", 0, acks_max, [](json::Field& g) {
          return g.object([](ObjectReader& a) {
            log::Ack ack;
            ack.vault = a.integer<std::uint16_t>("vault", 0, 65'535);
            ack.signature =
                a.parsed("signature", [](std::string_view t) { return fixed_from_base64url<Signature>(t); });
            return ack;
          });
        });
      }
      return o.object("error", [&](ObjectReader& e) {
        Error error;
        error.code = e.string("code", {1, 40, [](std::string_view t) {
                                         return t.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
                                                std::string_view::npos;
                                       }});
        error.vi = e.string("vi", words);
        error.en = e.string("en", words);
        if (e.has("where")) {
          e.object("where", [&](ObjectReader& w) {
            error.where.file = w.optional_string("file", words).value_or("");
            error.where.field = w.optional_string("field", words).value_or("");
          });
        }
        return error;
      });
    });
  });
  if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
  return out;
}

std::string encode_ids(std::span<const RecordId> ids) {
  auto list = Value::array();
  for (const auto& id : ids) list.push(base64url(id.view()));
  return json::write(Value::object({{"ids", std::move(list)}}));
}

Result<std::vector<RecordId>> decode_ids(std::string_view text) {
  STELE_TRY(const auto v, parsed(text));
  ObjectReader r(v);
  auto out = r.array("ids", 1, copies_per_question_max, [](json::Field& f) { return f.digest43<RecordId>(); });
  if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
  return out;
}

std::string encode_lines(std::span<const std::string> jws) {
  auto list = Value::array();
  for (const auto& one : jws) list.push(one);
  return json::write(Value::object({{"records", std::move(list)}}));
}

Result<std::vector<std::string>> decode_lines(std::string_view text) {
  STELE_TRY(const auto v, parsed(text));
  ObjectReader r(v);
  auto out = r.array("records", 1, records_per_question_max, [](json::Field& f) { return f.string(jws_rule); });
  if (auto end = r.finish(); !end) return Unexpected(malformed(end.error()));
  return out;
}

std::string encode(const Copies& copies) {
  std::string out = R"({"copies":[)";
  for (const auto& c : copies) {
    if (out.back() != '[') out += ',';
    out += c ? *c : "null";
  }
  return out + "]}";
}

Result<Copies> decode_copies(std::string_view text) {
  STELE_TRY(const auto v, parsed(text));
  STELE_TRY(const auto* items, list_of(v, "copies", 1, copies_per_question_max));
  Copies out;
  for (const auto& c : *items) {
    if (c.is(Kind::null))
      out.emplace_back();
    else if (c.is(Kind::object))
      out.emplace_back(json::write(c));
    else
      return Unexpected(malformed("copies"));
  }
  return out;
}

}  // namespace stele::replication
