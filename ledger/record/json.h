// Strict I-JSON for everything that is signed: one reading of each text, or a refusal that says why and where. Parsers
// disagree about duplicates, floats and NUL, so this is the only one that the ledger uses. Pure; any thread.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/base/assert.h"
#include "ledger/base/error.h"
#include "ledger/base/result.h"

namespace stele::json {

/// Integers beyond this are not the same number in every parser (RFC 7493 section 2.2).
inline constexpr std::int64_t integer_max = (std::int64_t{1} << 53) - 1;

enum class Kind : std::uint8_t { null, boolean, integer, string, array, object };

struct Member;

/// A JSON value; members stay in the order received. Reading it as another kind than it is stops the program: ask
/// `kind()` first, or use ObjectReader.
class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;

  Value();  ///< null
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();
  Value(std::string text);                     // NOLINT(google-explicit-constructor)
  Value(std::string_view text);                // NOLINT(google-explicit-constructor)
  Value(const char* text);                     // NOLINT(google-explicit-constructor)
  Value(std::same_as<bool> auto b) : v_(b) {}  // NOLINT(google-explicit-constructor)
  /// `n` must lie within +-integer_max.
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T n) : v_(checked(n)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] static Value array(std::initializer_list<Value> items = {});
  /// Names must differ.
  [[nodiscard]] static Value object(std::initializer_list<Member> members = {});

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(v_.index()); }
  [[nodiscard]] bool is(Kind k) const { return kind() == k; }

  [[nodiscard]] bool boolean() const { return get<bool>(); }
  [[nodiscard]] std::int64_t integer() const { return get<std::int64_t>(); }
  [[nodiscard]] const std::string& string() const { return get<std::string>(); }
  [[nodiscard]] const Array& items() const { return get<Array>(); }
  [[nodiscard]] const Object& members() const { return get<Object>(); }
  /// The member of an object, or null. Linear: signed objects are small.
  [[nodiscard]] const Value* find(std::string_view name) const;

  /// Appends to an array; returns what was put in.
  Value& push(Value item);
  /// Replaces the member of that name in its place, or appends one; returns what was put in.
  Value& set(std::string_view name, Value value);

  friend bool operator==(const Value&, const Value&);

 private:
  friend class TreeBuilder;
  template <class T>
  [[nodiscard]] const T& get() const {
    const T* p = std::get_if<T>(&v_);
    STELE_ASSERT(p != nullptr);
    return *p;
  }
  template <std::integral T>
  [[nodiscard]] static std::int64_t checked(T n) {
    STELE_ASSERT(std::cmp_less_equal(n, integer_max));
    STELE_ASSERT(std::cmp_greater_equal(n, -integer_max));
    return static_cast<std::int64_t>(n);
  }

  std::variant<std::monostate, bool, std::int64_t, std::string, Array, Object> v_;  // in the order of Kind
};

struct Member {
  std::string name;
  Value value;
  friend bool operator==(const Member&, const Member&);
};

// Here, because they need a complete Member.
inline Value::Value() = default;
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;
inline Value::Value(std::string text) : v_(std::move(text)) {}
inline Value::Value(std::string_view text) : v_(std::string(text)) {}
inline Value::Value(const char* text) : v_(std::string(text)) {}

/// Bounds on one text. Zero refuses everything, so that a forgotten bound is found by the first test.
struct Limits {
  std::size_t bytes_max = 0;
  std::size_t depth_max = 16;  ///< arrays and objects inside each other; a scalar has depth 0
  std::size_t nodes_max = 0;   ///< values of any kind, containers included
  bool line_feeds = false;     ///< strings may hold LF, written `\n`: checkpoint texts in files (section 9)
};

enum class FaultKind : std::uint8_t {
  too_large,
  too_deep,
  too_many_nodes,
  syntax,  ///< not JSON by RFC 8259; also an escaped lone surrogate, which no UTF-8 text can hold
  trailing_bytes,
  duplicate_member,
  not_integer,    ///< a fraction, an exponent, or -0
  integer_range,  ///< beyond +-integer_max
  not_utf8,
  nul,  ///< U+0000, raw or escaped
  noncharacter,
  unassigned,  ///< in the pinned Unicode version, or private use
  control,     ///< C0 (even escaped), DEL, C1
  not_nfc,
  byte_order_mark,
};
inline constexpr std::size_t fault_kinds = 15;

/// The first fault of a text. `offset` is how many bytes had been read when it showed (the end of the token, at most
/// one byte past it). `path` leads to the value, e.g. "stele.targets[3].id"; empty at the top, shortened when very
/// long.
struct Fault {
  FaultKind kind;
  std::size_t offset = 0;
  std::string path;
};

/// One JSON text of any kind (a lone scalar is one), with white space around it and nothing else. Strings and member
/// names obey check_text(). Memory stays within a small multiple of `bytes_max`.
[[nodiscard]] Result<Value, Fault> parse(std::string_view text, const Limits& limits);

/// Compact text, members in stored order: byte for byte what JavaScript's JSON.stringify prints for the same tree. (A
/// JavaScript object moves members named like array indexes to the front; no name of the wire format looks so.)
[[nodiscard]] std::string write(const Value&);

/// Code "json_" + kind, the texts for people, and the path in `where.field`.
[[nodiscard]] Error to_error(const Fault&);

}  // namespace stele::json
