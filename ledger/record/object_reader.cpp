#include "ledger/record/object_reader.h"

#include <algorithm>
#include <array>

#include "ledger/record/json_path.h"

namespace stele::json {

namespace {

void append(Path& path, const Place* place) {
  if (place == nullptr) return;
  append(path, place->parent);
  if (place->is_item) {
    path.index(place->index);
  } else {
    path.member(place->name);
  }
}

void record(std::optional<FieldFault>& fault, FieldFaultKind kind, const Place* place) {
  if (fault) return;
  Path path;
  append(path, place);
  fault = FieldFault{kind, std::move(path).text()};
}

/// Text from parse() is UTF-8: every byte but a continuation starts a code point.
bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

struct Text {
  std::string_view code;
  std::string_view vi;
  std::string_view en;
};

/// In the order of FieldFaultKind.
constexpr std::array<Text, field_fault_kinds> texts{{
    {"field_missing", "thiếu trường bắt buộc này; hãy bổ sung", "this required member is missing; add it"},
    {"field_unknown_member", "trường này không có trong danh sách được phép; hãy bỏ đi",
     "this member is not on the closed list; remove it"},
    {"field_wrong_type", "giá trị sai kiểu; hãy dùng đúng kiểu ghi trong tài liệu",
     "the value is of the wrong type; use the documented type"},
    {"field_out_of_bounds", "giá trị, độ dài hoặc số lượng nằm ngoài giới hạn; hãy sửa theo tài liệu",
     "the value, length or count is out of bounds; see the documented limits"},
    {"field_bad_form", "giá trị không đúng dạng quy định; hãy sửa theo tài liệu",
     "the value is not in the required form; see the documentation"},
    {"field_not_ascending", "danh sách phải xếp tăng dần; hãy sắp xếp lại", "the list must be ascending; sort it"},
    {"field_repeated", "danh sách có phần tử lặp lại; hãy xóa phần tử thừa",
     "the list holds an item twice; remove one of them"},
}};

}  // namespace

Error to_error(const FieldFault& fault) {
  const Text& t = texts.at(static_cast<std::size_t>(fault.kind));
  Where where;
  where.field = fault.path;
  return make_error(t.code, std::string(t.vi), std::string(t.en), std::move(where));
}

const Value* Field::expect(Kind kind) {
  if (value_ == nullptr || fault_->has_value()) return nullptr;
  if (value_->is(kind)) return value_;
  refuse(FieldFaultKind::wrong_type);
  return nullptr;
}

void Field::refuse(FieldFaultKind kind) {
  record(*fault_, kind, &place_);
}

std::string Field::string(const TextRule& rule) {
  const Value* v = expect(Kind::string);
  if (v == nullptr) return {};
  const std::string& text = v->string();
  const auto chars = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
  if (chars < rule.chars_min || chars > rule.chars_max) {
    refuse(FieldFaultKind::out_of_bounds);
    return {};
  }
  if (rule.form != nullptr && !rule.form(text)) {
    refuse(FieldFaultKind::bad_form);
    return {};
  }
  return text;
}

bool Field::boolean() {
  const Value* v = expect(Kind::boolean);
  return v != nullptr && v->boolean();
}

ObjectReader::ObjectReader(const Value* value, const Place* around, std::optional<FieldFault>* fault)
    : around_(around), fault_(fault) {
  if (!value->is(Kind::object)) {
    record(*fault_, FieldFaultKind::wrong_type, around_);
  } else if (value->members().size() > members_max) {
    record(*fault_, FieldFaultKind::unknown_member, around_);
  } else {
    members_ = &value->members();
  }
}

ObjectReader::~ObjectReader() {
  if (fault_ != &own_fault_) refuse_unknown();
}

const Value* ObjectReader::take(std::string_view name) {
  if (members_ == nullptr) return nullptr;
  for (std::size_t i = 0; i < members_->size(); ++i) {
    if ((*members_)[i].name != name) continue;
    taken_ |= std::uint64_t{1} << i;
    return &(*members_)[i].value;
  }
  return nullptr;
}

Field ObjectReader::required(std::string_view name) {
  const Value* v = take(name);
  if (v == nullptr) refuse(name, FieldFaultKind::missing);
  return {v, Place{around_, name, 0, false}, fault_};
}

bool ObjectReader::has(std::string_view name) const {
  if (members_ == nullptr) return false;
  for (const Member& m : *members_) {
    if (m.name == name) return true;
  }
  return false;
}

void ObjectReader::refuse(std::string_view name, FieldFaultKind kind) {
  const Place place{around_, name, 0, false};
  record(*fault_, kind, &place);
}

void ObjectReader::refuse_item(std::string_view name, std::size_t index, FieldFaultKind kind) {
  const Place list{around_, name, 0, false};
  const Place item{&list, {}, index, true};
  record(*fault_, kind, &item);
}

void ObjectReader::refuse_unknown() {
  if (members_ == nullptr || !ok()) return;
  for (std::size_t i = 0; i < members_->size(); ++i) {
    if ((taken_ >> i & 1U) == 0) return refuse((*members_)[i].name, FieldFaultKind::unknown_member);
  }
}

Result<void, FieldFault> ObjectReader::finish() {
  STELE_ASSERT(fault_ == &own_fault_);
  refuse_unknown();
  if (own_fault_) return Unexpected(*own_fault_);
  return {};
}

}  // namespace stele::json
