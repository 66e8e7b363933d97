// A value or an error, with std::expected's member names (C++23's is not in our compilers).
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "ledger/base/assert.h"

namespace stele {

template <class E>
class Unexpected {
 public:
  explicit Unexpected(E e) : error_(std::move(e)) {}
  [[nodiscard]] const E& error() const& { return error_; }
  [[nodiscard]] E&& error() && { return std::move(error_); }

 private:
  E error_;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

struct Error;

/// Holds a T or an E. Reading the one that is not there is a broken invariant: the program stops.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;
  Result(T value) : v_(std::in_place_index<0>, std::move(value)) {}              // NOLINT(google-explicit-constructor)
  Result(Unexpected<E> e) : v_(std::in_place_index<1>, std::move(e).error()) {}  // NOLINT(google-explicit-constructor)
  template <class G>
  requires(!std::is_same_v<G, E> && std::is_convertible_v<G, E>)
      Result(Unexpected<G> e)  // NOLINT(google-explicit-constructor)
      : v_(std::in_place_index<1>, E(std::move(e).error())) {}

  [[nodiscard]] bool has_value() const { return v_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] T& value() & {
    STELE_ASSERT(has_value());
    return *std::get_if<0>(&v_);
  }
  [[nodiscard]] const T& value() const& {
    STELE_ASSERT(has_value());
    return *std::get_if<0>(&v_);
  }
  [[nodiscard]] T&& value() && {
    STELE_ASSERT(has_value());
    return std::move(*std::get_if<0>(&v_));
  }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }
  [[nodiscard]] E& error() & {
    STELE_ASSERT(!has_value());
    return *std::get_if<1>(&v_);
  }
  [[nodiscard]] const E& error() const& {
    STELE_ASSERT(!has_value());
    return *std::get_if<1>(&v_);
  }
  [[nodiscard]] E&& error() && {
    STELE_ASSERT(!has_value());
    return std::move(*std::get_if<1>(&v_));
  }

 private:
  std::variant<T, E> v_;
};

template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;
  Result() = default;
  Result(Unexpected<E> e) : v_(std::in_place_index<1>, std::move(e).error()) {}  // NOLINT(google-explicit-constructor)
  template <class G>
  requires(!std::is_same_v<G, E> && std::is_convertible_v<G, E>)
      Result(Unexpected<G> e)  // NOLINT(google-explicit-constructor)
      : v_(std::in_place_index<1>, E(std::move(e).error())) {}

  [[nodiscard]] bool has_value() const { return v_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  void value() const { STELE_ASSERT(has_value()); }
  [[nodiscard]] E& error() & {
    STELE_ASSERT(!has_value());
    return *std::get_if<1>(&v_);
  }
  [[nodiscard]] const E& error() const& {
    STELE_ASSERT(!has_value());
    return *std::get_if<1>(&v_);
  }
  [[nodiscard]] E&& error() && {
    STELE_ASSERT(!has_value());
    return std::move(*std::get_if<1>(&v_));
  }

 private:
  std::variant<std::monostate, E> v_;
};

/// `STELE_TRY(value, expression)`: the value, or return the expression's error from this function.
#define STELE_CONCAT_INNER(a, b) a##b
#define STELE_CONCAT(a, b) STELE_CONCAT_INNER(a, b)
#define STELE_TRY_INNER(tmp, name, ...)                         \
  auto tmp = (__VA_ARGS__);                                     \
  if (!tmp) return ::stele::Unexpected(std::move(tmp).error()); \
  name = std::move(tmp).value()
#define STELE_TRY(name, ...) STELE_TRY_INNER(STELE_CONCAT(stele_try_, __LINE__), name, __VA_ARGS__)
/// `STELE_CHECK(expression)`: return the expression's error from this function, if it is one.
#define STELE_CHECK(...)                                                            \
  do {                                                                              \
    auto stele_check_ = (__VA_ARGS__);                                              \
    if (!stele_check_) return ::stele::Unexpected(std::move(stele_check_).error()); \
  } while (false)

}  // namespace stele
