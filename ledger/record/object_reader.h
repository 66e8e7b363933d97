// Reads a closed list of members from a JSON object. The reader keeps the first fault and returns defaults after it, so
// that a decoder is a flat list of members and one finish():
//
//   ObjectReader r(value);
//   Seal out;
//   out.target = r.digest43<RecordId>("target");
//   out.rows = r.integer<std::uint32_t>("rows", 1, rows_max);
//   out.until = r.optional_parsed("until", parse_date);
//   r.object("stele", [&](ObjectReader& s) { out.after = s.digest43<HeaderHash>("after"); });
//   out.reasons = r.array("reasons", 1, 8, [](Field& f) { return f.string({.chars_max = 40}); });
//   return r.finish(std::move(out));
//
// Nothing here allocates until a fault is found, but what the caller asks for. Not shared between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ledger/base/bytes.h"
#include "ledger/base/encoding.h"
#include "ledger/record/json.h"

namespace stele::json {

enum class FieldFaultKind : std::uint8_t {
  missing,
  unknown_member,  ///< a name that is not on the closed list, or more members than any list has
  wrong_type,
  out_of_bounds,  ///< number, length or count
  bad_form,       ///< the right kind and length, but not what this member holds
  not_ascending,  ///< an item of an ordered list is less than the one before
  repeated,       ///< or the same
};
inline constexpr std::size_t field_fault_kinds = 7;

struct FieldFault {
  FieldFaultKind kind;
  std::string path;
};

/// Code "field_" + kind, the texts for people, and the path in `where.field`.
[[nodiscard]] Error to_error(const FieldFault&);

/// No closed list is longer; an object with more members is refused unread.
inline constexpr std::size_t members_max = 64;

/// What a string may be. Lengths in code points; a bound of 0 refuses everything, so a forgotten one shows at once.
struct TextRule {
  std::size_t chars_min = 1;
  std::size_t chars_max = 0;
  bool (*form)(std::string_view) = nullptr;  ///< any if null
};

/// A place in the tree, linked to the one around it; becomes text only in a fault. Lives on the stack of the read.
struct Place {
  const Place* parent = nullptr;
  std::string_view name;  ///< of a member; else `index` counts
  std::size_t index = 0;
  bool is_item = false;
};

class ObjectReader;

/// One value that is being read: a member, or an item of an array. Made by ObjectReader; absent after a fault, when
/// every read returns a default.
class Field {
 public:
  Field(const Field&) = delete;
  Field& operator=(const Field&) = delete;

  /// For members that may be of two kinds. False after a fault.
  [[nodiscard]] bool is(Kind kind) const { return value_ != nullptr && !fault_->has_value() && value_->is(kind); }
  [[nodiscard]] std::string string(const TextRule&);
  [[nodiscard]] bool boolean();
  template <std::integral T = std::int64_t>
  [[nodiscard]] T integer(std::type_identity_t<T> min, std::type_identity_t<T> max) {
    const Value* v = expect(Kind::integer);
    if (v == nullptr) return T{};
    const std::int64_t n = v->integer();
    if (std::cmp_less(n, min) || std::cmp_greater(n, max)) return refuse(FieldFaultKind::out_of_bounds), T{};
    return static_cast<T>(n);
  }
  /// A string that `parse(string_view) -> optional<T>` understands: dates, codes, digests.
  template <class Parse, class T = typename std::invoke_result_t<Parse, std::string_view>::value_type>
  [[nodiscard]] T parsed(Parse parse) {
    const Value* v = expect(Kind::string);
    if (v == nullptr) return T{};
    if (auto out = parse(std::string_view(v->string()))) return std::move(*out);
    return refuse(FieldFaultKind::bad_form), T{};
  }
  /// FixedBytes as canonical base64url: 43 characters for 32 bytes.
  template <class T>
  [[nodiscard]] T digest43() {
    return parsed([](std::string_view text) { return fixed_from_base64url<T>(text); });
  }
  /// One of a closed list of words.
  template <class E>
  [[nodiscard]] E choice(std::initializer_list<std::pair<std::string_view, E>> words) {
    const Value* v = expect(Kind::string);
    if (v == nullptr) return E{};
    for (const auto& [word, meaning] : words) {
      if (v->string() == word) return meaning;
    }
    return refuse(FieldFaultKind::bad_form), E{};
  }
  /// `read(ObjectReader&)`, whose result is returned; members that it did not ask for are refused afterwards.
  template <class Read>
  auto object(Read read) -> std::invoke_result_t<Read, ObjectReader&>;
  /// `read(Field&) -> T` for each of min..max items; empty after a fault.
  template <class Read, class T = std::invoke_result_t<Read, Field&>>
  [[nodiscard]] std::vector<T> array(std::size_t min, std::size_t max, Read read) {
    std::vector<T> out;
    const Value* v = expect(Kind::array);
    if (v == nullptr) return out;
    const auto& items = v->items();
    if (items.size() < min || items.size() > max) return refuse(FieldFaultKind::out_of_bounds), out;
    out.reserve(items.size());
    for (std::size_t i = 0; i < items.size() && !fault_->has_value(); ++i) {
      Field item(&items[i], Place{&place_, {}, i, true}, fault_);
      out.push_back(read(item));
    }
    if (fault_->has_value()) out.clear();
    return out;
  }
  /// The same, for a list whose items must rise without repeats, in the order of T (for FixedBytes: of the bytes, which
  /// is not that of their base64url).
  template <class Read, class T = std::invoke_result_t<Read, Field&>>
  [[nodiscard]] std::vector<T> ascending(std::size_t min, std::size_t max, Read read) {
    std::vector<T> out = array(min, max, read);
    for (std::size_t i = 1; i < out.size(); ++i) {
      if (out[i - 1] < out[i]) continue;
      Field item(nullptr, Place{&place_, {}, i, true}, fault_);
      item.refuse(out[i] < out[i - 1] ? FieldFaultKind::not_ascending : FieldFaultKind::repeated);
      return {};
    }
    return out;
  }
  /// Records a fault of the caller's own at this place (unless there was one before).
  void refuse(FieldFaultKind);

 private:
  friend class ObjectReader;
  Field(const Value* value, Place place, std::optional<FieldFault>* fault)
      : value_(value), place_(place), fault_(fault) {}
  /// The value if it is there and of this kind.
  [[nodiscard]] const Value* expect(Kind);

  const Value* value_;
  Place place_;
  std::optional<FieldFault>* fault_;
};

/// Reads one object. `optional_...` are empty when the member is absent; a null is never absence.
class ObjectReader {
 public:
  /// The value must outlive the reader. Anything but an object is the first fault.
  explicit ObjectReader(const Value& value) : ObjectReader(&value, nullptr, &own_fault_) {}
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;
  /// A nested reader refuses here what was not asked for; the outermost does it in finish().
  ~ObjectReader();

  [[nodiscard]] std::string string(std::string_view name, const TextRule& rule) { return required(name).string(rule); }
  [[nodiscard]] bool boolean(std::string_view name) { return required(name).boolean(); }
  template <std::integral T = std::int64_t>
  [[nodiscard]] T integer(std::string_view name, std::type_identity_t<T> min, std::type_identity_t<T> max) {
    return required(name).template integer<T>(min, max);
  }
  template <class Parse>
  [[nodiscard]] auto parsed(std::string_view name, Parse parse) {
    return required(name).parsed(parse);
  }
  template <class T>
  [[nodiscard]] T digest43(std::string_view name) {
    return required(name).template digest43<T>();
  }
  template <class E>
  [[nodiscard]] E choice(std::string_view name, std::initializer_list<std::pair<std::string_view, E>> words) {
    return required(name).choice(words);
  }
  template <class Read>
  auto object(std::string_view name, Read read) {
    return required(name).object(read);
  }
  template <class Read>
  [[nodiscard]] auto array(std::string_view name, std::size_t min, std::size_t max, Read read) {
    return required(name).array(min, max, read);
  }
  template <class Read>
  [[nodiscard]] auto ascending(std::string_view name, std::size_t min, std::size_t max, Read read) {
    return required(name).ascending(min, max, read);
  }

  /// `read(Field&)`, for what none of the above reads.
  template <class Read>
  [[nodiscard]] auto field(std::string_view name, Read read) {
    Field f = required(name);
    return read(f);
  }

  [[nodiscard]] std::optional<std::string> optional_string(std::string_view name, const TextRule& rule) {
    return if_present(name, [&](Field& f) { return f.string(rule); });
  }
  [[nodiscard]] std::optional<bool> optional_boolean(std::string_view name) {
    return if_present(name, [](Field& f) { return f.boolean(); });
  }
  template <std::integral T = std::int64_t>
  [[nodiscard]] std::optional<T> optional_integer(std::string_view name, std::type_identity_t<T> min,
                                                  std::type_identity_t<T> max) {
    return if_present(name, [&](Field& f) { return f.integer<T>(min, max); });
  }
  template <class Parse>
  [[nodiscard]] auto optional_parsed(std::string_view name, Parse parse) {
    return if_present(name, [&](Field& f) { return f.parsed(parse); });
  }
  template <class T>
  [[nodiscard]] std::optional<T> optional_digest43(std::string_view name) {
    return if_present(name, [](Field& f) { return f.digest43<T>(); });
  }
  template <class E>
  [[nodiscard]] std::optional<E> optional_choice(std::string_view name,
                                                 std::initializer_list<std::pair<std::string_view, E>> words) {
    return if_present(name, [&](Field& f) { return f.choice(words); });
  }
  /// `read` must return a value.
  template <class Read>
  [[nodiscard]] auto optional_object(std::string_view name, Read read) {
    return if_present(name, [&](Field& f) { return f.object(read); });
  }
  template <class Read>
  [[nodiscard]] auto optional_array(std::string_view name, std::size_t min, std::size_t max, Read read) {
    return if_present(name, [&](Field& f) { return f.array(min, max, read); });
  }
  template <class Read>
  [[nodiscard]] auto optional_ascending(std::string_view name, std::size_t min, std::size_t max, Read read) {
    return if_present(name, [&](Field& f) { return f.ascending(min, max, read); });
  }

  [[nodiscard]] bool has(std::string_view name) const;
  /// No fault so far. Rules between members are checked after this.
  [[nodiscard]] bool ok() const { return !fault_->has_value(); }
  /// Records a fault of the caller's own at a member (unless there was one before).
  void refuse(std::string_view name, FieldFaultKind kind);
  /// The same at an item of a member that is a list.
  void refuse_item(std::string_view name, std::size_t index, FieldFaultKind kind);

  /// Refuses members that were not asked for; then the first fault, or success. Only on the outermost reader.
  [[nodiscard]] Result<void, FieldFault> finish();
  /// The same, with what was decoded.
  template <class T>
  [[nodiscard]] Result<T, FieldFault> finish(T decoded) {
    if (auto end = finish(); !end) return Unexpected(std::move(end).error());
    return decoded;
  }

 private:
  friend class Field;
  ObjectReader(const Value* value, const Place* around, std::optional<FieldFault>* fault);

  /// The member, which now counts as asked for; null if absent.
  [[nodiscard]] const Value* take(std::string_view name);
  [[nodiscard]] Field required(std::string_view name);
  template <class Read, class T = std::invoke_result_t<Read, Field&>>
  [[nodiscard]] std::optional<T> if_present(std::string_view name, Read read) {
    const Value* v = take(name);
    if (v == nullptr) return std::nullopt;
    Field field(v, Place{around_, name, 0, false}, fault_);
    return read(field);
  }
  void refuse_unknown();

  const Value::Object* members_ = nullptr;  ///< null after a fault at the start
  const Place* around_;                     ///< this object's own place; null at the top
  std::optional<FieldFault>* fault_;        ///< shared by all readers of one tree
  std::optional<FieldFault> own_fault_;
  std::uint64_t taken_ = 0;  ///< bit i: member i was asked for
  static_assert(members_max <= 64);
};

template <class Read>
auto Field::object(Read read) -> std::invoke_result_t<Read, ObjectReader&> {
  using R = std::invoke_result_t<Read, ObjectReader&>;
  const Value* v = expect(Kind::object);
  if (v == nullptr) return R();
  ObjectReader inner(v, &place_, fault_);
  return read(inner);
}

}  // namespace stele::json
