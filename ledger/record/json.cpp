#include "ledger/record/json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/record/json_path.h"
#include "ledger/record/json_strict.h"

namespace stele::json {

Value Value::array(std::initializer_list<Value> items) {
  Value out;
  out.v_.emplace<Array>(items);
  return out;
}

Value Value::object(std::initializer_list<Member> members) {
  Value out;
  auto& object = out.v_.emplace<Object>();
  object.reserve(members.size());
  for (const Member& m : members) {
    STELE_ASSERT(out.find(m.name) == nullptr);
    object.push_back(m);
  }
  return out;
}

const Value* Value::find(std::string_view name) const {
  for (const Member& m : members()) {
    if (m.name == name) return &m.value;
  }
  return nullptr;
}

Value& Value::push(Value item) {
  auto* items = std::get_if<Array>(&v_);
  STELE_ASSERT(items != nullptr);
  return items->emplace_back(std::move(item));
}

Value& Value::set(std::string_view name, Value value) {
  auto* members = std::get_if<Object>(&v_);
  STELE_ASSERT(members != nullptr);
  for (Member& m : *members) {
    if (m.name == name) return m.value = std::move(value);
  }
  return members->emplace_back(Member{std::string(name), std::move(value)}).value;
}

bool operator==(const Value& a, const Value& b) {
  return a.v_ == b.v_;
}
bool operator==(const Member& a, const Member& b) {
  return a.name == b.name && a.value == b.value;
}

namespace {

/// Reads the text for the lexer and tells the builder how far it has come: the SAX events carry no position.
struct Cursor {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  const char* at;
  const char** progress;
  reference operator*() const { return *at; }
  Cursor& operator++() {
    *progress = ++at;
    return *this;
  }
  friend bool operator==(const Cursor& a, const Cursor& b) { return a.at == b.at; }
};

std::optional<FaultKind> text_fault(std::string_view text) {
  switch (check_text(text)) {
    case TextFault::none:
      return std::nullopt;
    case TextFault::not_utf8:
      return FaultKind::not_utf8;
    case TextFault::nul:
      return FaultKind::nul;
    case TextFault::noncharacter:
      return FaultKind::noncharacter;
    case TextFault::unassigned:
      return FaultKind::unassigned;
    case TextFault::control:
      return FaultKind::control;
    case TextFault::not_nfc:
      return FaultKind::not_nfc;
  }
  return FaultKind::not_utf8;
}

/// For the check alone. A space is as much of a boundary to NFC as a line feed is.
std::string without_line_feeds(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// A number that the lexer could not hold as a 64-bit integer: a fraction or exponent, or only too many digits.
FaultKind number_fault(std::string_view token) {
  return token.find_first_of(".eE") == std::string_view::npos ? FaultKind::integer_range : FaultKind::not_integer;
}

/// The name that stands twice, or null. Pairs for the usual small object; sorted when a hostile one would make that
/// quadratic.
const std::string* duplicate_name(const Value::Object& members) {
  constexpr std::size_t pairwise_max = 16;
  if (members.size() <= pairwise_max) {
    for (std::size_t i = 1; i < members.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[i].name == members[j].name) return &members[i].name;
      }
    }
    return nullptr;
  }
  std::vector<const std::string*> names;
  names.reserve(members.size());
  for (const Member& m : members) names.push_back(&m.name);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto twice =
      std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a == *b; });
  return twice == names.end() ? nullptr : *twice;
}

}  // namespace

/// Builds the tree from the lexer's events and stops at the first fault. Open containers are pointed to inside the
/// tree: a parent never grows while its last child is open, so the pointers hold.
class TreeBuilder {
 public:
  class PlainReader;
  TreeBuilder(std::string_view text, const Limits& limits) : text_(text), limits_(limits), progress_(text.data()) {
    open_.reserve(limits.depth_max);
  }

  bool null() { return add(Value()); }
  bool boolean(bool b) { return add(Value(b)); }
  bool number_integer(std::int64_t n) {
    // Only negative numbers come this way, so zero was written "-0".
    if (n == 0) return fail(FaultKind::not_integer);
    if (n < -integer_max) return fail(FaultKind::integer_range);
    return add(Value(n));
  }
  bool number_unsigned(std::uint64_t n) {
    if (n > static_cast<std::uint64_t>(integer_max)) return fail(FaultKind::integer_range);
    return add(Value(n));
  }
  bool number_float(double /*unused*/, const std::string& token) { return fail(number_fault(token)); }
  bool string(std::string& s) {
    if (auto fault = limits_.line_feeds ? text_fault(without_line_feeds(s)) : text_fault(s)) return fail(*fault);
    return add(Value(std::string_view(s)));  // a copy of the exact size; the lexer keeps its grown buffer
  }
  bool binary(std::vector<std::uint8_t>& /*unused*/) { return fail(FaultKind::syntax); }  // never in JSON text

  bool start_object(std::size_t /*unknown*/) { return open(Value::object()); }
  bool key(std::string& name) {
    if (auto fault = text_fault(name)) return fail(*fault);
    auto& members = *std::get_if<Value::Object>(&open_.back()->v_);
    if (members.empty()) members.reserve(members_usual);
    members.emplace_back().name = name;
    return true;
  }
  bool end_object() {
    if (const std::string* name = duplicate_name(open_.back()->members())) {
      return fail(FaultKind::duplicate_member, *name);
    }
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t /*unknown*/) { return open(Value::array()); }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& token, const nlohmann::json::exception& error) {
    constexpr int number_overflow = 406;  // nlohmann's out_of_range: the number is no finite double
    if (complete()) return fail(FaultKind::trailing_bytes);
    if (error.id == number_overflow) return fail(number_fault(token));
    return fail(read_text_is_utf8() ? FaultKind::syntax : FaultKind::not_utf8);
  }

  [[nodiscard]] const char** progress() { return &progress_; }
  [[nodiscard]] Result<Value, Fault> finish() {
    if (fault_) return Unexpected(std::move(*fault_));
    STELE_ASSERT(complete());
    return std::move(root_);
  }

 private:
  static constexpr std::size_t members_usual = 8;

  [[nodiscard]] bool complete() const { return nodes_ > 0 && open_.empty(); }

  /// The place of the next value: the root, a new item, or the member whose name came last.
  Value* place(Value&& v) {
    if (++nodes_ > limits_.nodes_max) {
      fail(FaultKind::too_many_nodes);
      return nullptr;
    }
    if (open_.empty()) return &(root_ = std::move(v));
    Value& top = *open_.back();
    if (auto* items = std::get_if<Value::Array>(&top.v_)) return &items->emplace_back(std::move(v));
    return &(std::get_if<Value::Object>(&top.v_)->back().value = std::move(v));
  }
  bool add(Value&& v) { return place(std::move(v)) != nullptr; }
  bool open(Value&& container) {
    if (open_.size() >= limits_.depth_max) return fail(FaultKind::too_deep);
    Value* placed = place(std::move(container));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    return true;
  }

  /// `name`: a member of the innermost object that is at fault after it was read.
  bool fail(FaultKind kind, std::string_view name = {}) {
    Path path;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      const bool innermost = i + 1 == open_.size();
      if (const auto* items = std::get_if<Value::Array>(&open_[i]->v_)) {
        path.index(innermost ? items->size() : items->size() - 1);
        continue;
      }
      const auto& members = open_[i]->members();
      if (innermost && !name.empty()) {
        path.member(name);
      } else if (!members.empty()) {
        path.member(members.back().name);
      }
    }
    fault_ = Fault{kind, static_cast<std::size_t>(progress_ - text_.data()), std::move(path).text()};
    return false;
  }

  /// Whether what the lexer read so far, up to the end of a character, is UTF-8. Only on the way to a refusal.
  [[nodiscard]] bool read_text_is_utf8() const {
    auto end = static_cast<std::size_t>(progress_ - text_.data());
    while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) ++end;
    return to_nfc(text_.substr(0, end)).has_value();
  }

  std::string_view text_;
  const Limits& limits_;
  const char* progress_;
  Value root_;
  std::vector<Value*> open_;
  std::size_t nodes_ = 0;
  std::optional<Fault> fault_;
};

/// Reads the text that nearly all signed objects are: printable ASCII without escapes, and integers of at most 15
/// digits. It judges nothing: whatever else it meets, a fault or a bound among it, is left to the strict reader, which
/// starts again from the first byte. So the two can't disagree but where this one takes a text; there the tests compare
/// them. (The general lexer is most of the cost of admitting a record: it goes through one function call per byte.)
class TreeBuilder::PlainReader {
 public:
  PlainReader(std::string_view text, const Limits& limits)
      : at_(text.data()), end_(text.data() + text.size()), limits_(limits) {}

  std::optional<Value> read() {
    constexpr std::size_t recursion_max = 64;
    if (limits_.depth_max > recursion_max) return std::nullopt;
    Value root;
    skip_space();
    if (!value(root, 0)) return std::nullopt;
    skip_space();
    if (at_ != end_) return std::nullopt;
    return root;
  }

 private:
  void skip_space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
      return false;
    at_ += word.size();
    return true;
  }

  /// `open`: containers around it. False: not plain.
  bool value(Value& out, std::size_t open) {
    if (++nodes_ > limits_.nodes_max || at_ == end_) return false;
    switch (*at_) {
      case '"':
        return string(out.v_.emplace<std::string>());
      case '{':
        return open < limits_.depth_max && object(out.v_.emplace<Value::Object>(), open + 1);
      case '[':
        return open < limits_.depth_max && array(out.v_.emplace<Value::Array>(), open + 1);
      case 't':
        out.v_ = true;
        return take("true");
      case 'f':
        out.v_ = false;
        return take("false");
      case 'n':
        return take("null");
      default:
        return integer(out.v_.emplace<std::int64_t>());
    }
  }

  bool string(std::string& out) {
    const char* const first = ++at_;
    // A byte from 0x80 on is negative here, and so refused with the controls.
    while (at_ != end_ && static_cast<signed char>(*at_) >= 0x20 && *at_ != '"' && *at_ != '\\' && *at_ != 0x7F) ++at_;
    if (at_ == end_ || *at_ != '"') return false;
    out.assign(first, at_);
    ++at_;
    return true;
  }

  bool integer(std::int64_t& out) {
    constexpr std::ptrdiff_t digits_max = 15;  // below integer_max, whatever they are
    const bool negative = take('-');
    const char* const first = at_;
    std::int64_t n = 0;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - first <= digits_max; ++at_) n = n * 10 + (*at_ - '0');
    const auto digits = at_ - first;
    if (digits == 0 || digits > digits_max || (*first == '0' && (digits > 1 || negative))) return false;
    if (at_ != end_ && (*at_ == '.' || *at_ == 'e' || *at_ == 'E')) return false;
    out = negative ? -n : n;
    return true;
  }

  bool array(Value::Array& items, std::size_t open) {
    ++at_;
    skip_space();
    if (take(']')) return true;
    do {
      skip_space();
      if (!value(items.emplace_back(), open)) return false;
      skip_space();
    } while (take(','));
    return take(']');
  }

  bool object(Value::Object& members, std::size_t open) {
    ++at_;
    skip_space();
    if (take('}')) return true;
    members.reserve(members_usual);
    do {
      skip_space();
      auto& m = members.emplace_back();
      if (at_ == end_ || *at_ != '"' || !string(m.name)) return false;
      skip_space();
      if (!take(':')) return false;
      skip_space();
      if (!value(m.value, open)) return false;
      skip_space();
    } while (take(','));
    return take('}') && duplicate_name(members) == nullptr;
  }

  const char* at_;
  const char* const end_;
  const Limits& limits_;
  std::size_t nodes_ = 0;
};

Result<Value, Fault> parse(std::string_view text, const Limits& limits) {
  if (text.size() <= limits.bytes_max) {
    if (auto plain = TreeBuilder::PlainReader(text, limits).read()) return std::move(*plain);
  }
  return parse_strictly(text, limits);
}

Result<Value, Fault> parse_strictly(std::string_view text, const Limits& limits) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.size() > limits.bytes_max) return Unexpected(Fault{FaultKind::too_large, limits.bytes_max, {}});
  // The library skips a byte order mark and takes a NUL for the end of the text: neither may pass.
  if (text.substr(0, byte_order_mark.size()) == byte_order_mark) {
    return Unexpected(Fault{FaultKind::byte_order_mark, 0, {}});
  }
  if (auto nul = text.find('\0'); nul != std::string_view::npos) return Unexpected(Fault{FaultKind::nul, nul, {}});

  TreeBuilder builder(text, limits);
  const Cursor first{text.data(), builder.progress()};
  const Cursor last{text.data() + text.size(), builder.progress()};
  // The verdict is the builder's: it stands even where the library's return value says less.
  (void)nlohmann::json::sax_parse(first, last, &builder);
  return builder.finish();
}

namespace {

void write_string(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20U) {
          out += "\\u00";
          out += digits[static_cast<unsigned char>(c) >> 4U];
          out += digits[static_cast<unsigned char>(c) & 0xFU];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_value(std::string& out, const Value& v) {
  bool first = true;
  const auto separate = [&] {
    if (!first) out += ',';
    first = false;
  };
  switch (v.kind()) {
    case Kind::null:
      out += "null";
      return;
    case Kind::boolean:
      out += v.boolean() ? "true" : "false";
      return;
    case Kind::integer:
      out += std::to_string(v.integer());
      return;
    case Kind::string:
      write_string(out, v.string());
      return;
    case Kind::array:
      out += '[';
      for (const Value& item : v.items()) {
        separate();
        write_value(out, item);
      }
      out += ']';
      return;
    case Kind::object:
      out += '{';
      for (const Member& m : v.members()) {
        separate();
        write_string(out, m.name);
        out += ':';
        write_value(out, m.value);
      }
      out += '}';
      return;
  }
}

struct Text {
  std::string_view code;
  std::string_view vi;
  std::string_view en;
};

/// In the order of FaultKind.
constexpr std::array<Text, fault_kinds> texts{{
    {"json_too_large", "JSON dài hơn mức cho phép; hãy chia nhỏ dữ liệu",
     "the JSON is longer than allowed; split the data"},
    {"json_too_deep", "JSON lồng nhau quá nhiều tầng; hãy dùng đúng cấu trúc trong tài liệu",
     "the JSON is nested too deeply; use the documented structure"},
    {"json_too_many_nodes", "JSON có quá nhiều giá trị; hãy chia nhỏ dữ liệu",
     "the JSON holds too many values; split the data"},
    {"json_syntax", "không phải JSON hợp lệ; hãy sửa lỗi cú pháp", "this is not valid JSON; correct the syntax"},
    {"json_trailing_bytes", "còn dữ liệu thừa sau JSON; hãy xóa phần thừa",
     "there is something after the JSON; remove it"},
    {"json_duplicate_member", "một tên xuất hiện hai lần trong cùng một đối tượng; hãy giữ lại một",
     "a name stands twice in one object; keep one of them"},
    {"json_not_integer", "số phải là số nguyên, không có phần thập phân, số mũ hay -0; hãy ghi điểm dưới dạng chuỗi",
     "a number must be an integer without fraction, exponent or -0; write marks as strings"},
    {"json_integer_range", "số nguyên vượt quá ±(2^53 - 1); hãy dùng số nhỏ hơn",
     "the integer is beyond ±(2^53 - 1); use a smaller one"},
    {"json_not_utf8", "dữ liệu không phải UTF-8; hãy lưu lại bằng mã UTF-8",
     "the data is not UTF-8; save it again as UTF-8"},
    {"json_nul", "có ký tự NUL (U+0000); hãy xóa ký tự đó", "there is a NUL (U+0000); remove it"},
    {"json_noncharacter", "có mã Unicode không phải là ký tự; hãy xóa mã đó",
     "there is a Unicode noncharacter; remove it"},
    {"json_unassigned", "có ký tự chưa được định nghĩa trong Unicode 15.0 hoặc thuộc vùng dùng riêng; hãy gõ lại",
     "there is a character that Unicode 15.0 does not define, or of private use; type it again"},
    {"json_control", "có ký tự điều khiển (xuống dòng, tab, DEL, …) trong chuỗi; hãy xóa ký tự đó",
     "there is a control character (line break, tab, DEL, ...) in a string; remove it"},
    {"json_not_nfc", "chữ không ở dạng Unicode dựng sẵn (NFC); hãy chuyển về dạng dựng sẵn",
     "the text is not in Unicode's composed form (NFC); convert it to NFC"},
    {"json_byte_order_mark", "tệp bắt đầu bằng dấu thứ tự byte (BOM); hãy lưu lại dạng UTF-8 không có BOM",
     "the text starts with a byte order mark; save it as UTF-8 without BOM"},
}};

}  // namespace

std::string write(const Value& v) {
  std::string out;
  write_value(out, v);
  return out;
}

Error to_error(const Fault& fault) {
  const Text& t = texts.at(static_cast<std::size_t>(fault.kind));
  const std::string offset = std::to_string(fault.offset);
  Where where;
  where.field = fault.path;
  return make_error(t.code, std::string(t.vi) + " (byte thứ " + offset + ")",
                    std::string(t.en) + " (at byte " + offset + ")", std::move(where));
}

}  // namespace stele::json
