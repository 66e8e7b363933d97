// Big-endian writing and bounded reading for the binary structures of wire-format.md section 1.
#pragma once

#include "ledger/base/bytes.h"

namespace stele::log {

/// Epochs, heights and counts are numbers that every reader can compare, JavaScript's among them.
inline constexpr std::uint64_t number_max = (std::uint64_t{1} << 53) - 1;

class Writer {
 public:
  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16(std::uint16_t v) { number(v, 2); }
  void u32(std::uint32_t v) { number(v, 4); }
  void u64(std::uint64_t v) { number(v, 8); }
  void raw(ByteView v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void bytes16(ByteView v) { u16(static_cast<std::uint16_t>(v.size())), raw(v); }
  void bytes32(ByteView v) { u32(static_cast<std::uint32_t>(v.size())), raw(v); }
  void reserve(std::size_t n) { out_.reserve(n); }
  [[nodiscard]] const Bytes& bytes() const { return out_; }
  [[nodiscard]] Bytes take() && { return std::move(out_); }

 private:
  void number(std::uint64_t v, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out_.push_back(static_cast<std::uint8_t>(v >> shift));
  }
  Bytes out_;
};

/// After a read beyond the end every read gives zeros and `ok()` is false: check it before believing what was read, and
/// before loops.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  /// One that may not be above `number_max`.
  std::uint64_t u53() {
    const auto v = u64();
    if (v > number_max) fail();
    return v;
  }
  ByteView raw(std::size_t n) {
    if (n > in_.size()) return fail();
    const ByteView out = in_.first(n);
    in_ = in_.subspan(n);
    return out;
  }
  ByteView bytes16(std::size_t max) { return counted(u16(), max); }
  ByteView bytes32(std::size_t max) { return counted(u32(), max); }
  template <class T>
  T fixed() {
    return T::from(raw(T::size_bytes)).value_or(T{});
  }
  bool expect(std::string_view magic) {
    const ByteView got = raw(magic.size());
    if (ok_ && as_text(got) != magic) fail();
    return ok_;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  /// Everything was read and nothing is left over.
  [[nodiscard]] bool done() const { return ok_ && in_.empty(); }

 private:
  ByteView fail() {
    ok_ = false;
    in_ = {};
    return {};
  }
  ByteView counted(std::size_t n, std::size_t max) { return n > max ? fail() : raw(n); }
  std::uint64_t number(std::size_t size) {
    std::uint64_t v = 0;
    for (const std::uint8_t b : raw(size)) v = v << 8 | b;
    return v;
  }
  ByteView in_;
  bool ok_ = true;
};

}  // namespace stele::log
