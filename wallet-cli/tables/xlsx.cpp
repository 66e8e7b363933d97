#include "wallet-cli/tables/xlsx.h"

#include <algorithm>
#include <map>

#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/number_text.h"
#include "wallet-cli/tables/table_builder.h"
#include "wallet-cli/tables/xml.h"

namespace stele::tables {
namespace {

// Excel's own bounds; a reference beyond them is no reference.
constexpr std::uint32_t excel_rows = 1'048'576;
constexpr std::uint32_t excel_columns = 16'384;
constexpr std::size_t formula_areas_max = 1'000;

Error damaged(const std::string& file, std::string_view why) {
  Where where;
  where.file = file;
  return fault("file_damaged", std::move(where), {why});
}

bool is_true(std::optional<std::string_view> flag) {
  return flag && (*flag == "1" || *flag == "true" || *flag == "on");
}

/// "C7" as row 7, column 2.
struct Address {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};

std::optional<Address> parse_address(std::string_view text) {
  std::uint64_t column = 0;
  std::uint64_t row = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= 'A' && text[i] <= 'Z' && i < 4; ++i)
    column = column * 26 + static_cast<std::uint64_t>(text[i] - 'A' + 1);
  const std::size_t letters = i;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9' && i < letters + 8; ++i)
    row = row * 10 + static_cast<std::uint64_t>(text[i] - '0');
  if (i != text.size() || letters == 0 || column > excel_columns || row == 0 || row > excel_rows) return std::nullopt;
  return Address{static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(column - 1)};
}

std::optional<Merge> parse_area(std::string_view text) {
  const auto colon = text.find(':');
  const auto first = parse_address(text.substr(0, colon));
  const auto last = colon == std::string_view::npos ? first : parse_address(text.substr(colon + 1));
  if (!first || !last || last->row < first->row || last->column < first->column) return std::nullopt;
  return Merge{first->row, last->row, first->column, last->column};
}

/// Undoes `_x000D_`, how Excel writes characters that XML can't hold. NUL and surrogates stay as they are written.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = text.substr(i, 7);
    unsigned value = 0;
    bool escape = code.size() == 7 && code.starts_with("_x") && code.ends_with('_');
    for (std::size_t d = 2; escape && d < 6; ++d) {
      const char c = code[d];
      const bool digit = c >= '0' && c <= '9';
      const bool letter = (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
      escape = digit || letter;
      value = value * 16 + static_cast<unsigned>(digit ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    if (!escape || value == 0 || value >= 0x80) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(value);
    i += 6;
  }
  return out;
}

// --- Package relationships ---------------------------------------------------------------------------------------

struct Relation {
  std::string id;
  std::string type;  ///< the last word of the type's URI, the same in transitional and strict files
  std::string target;
};

/// The path of `target` as seen from the part `base`: absolute or relative, with "." and "..".
std::string resolve(std::string_view base, std::string_view target) {
  std::string joined = target.starts_with('/') ? std::string(target.substr(1))
                                               : std::string(base.substr(0, base.rfind('/') + 1)) + std::string(target);
  std::vector<std::string> steps;
  for (std::size_t at = 0; at <= joined.size();) {
    const auto slash = std::min(joined.find('/', at), joined.size());
    const std::string step = joined.substr(at, slash - at);
    if (step == ".." && !steps.empty()) steps.pop_back();
    if (!step.empty() && step != "." && step != "..") steps.push_back(step);
    at = slash + 1;
  }
  std::string out;
  for (const auto& step : steps) out += (out.empty() ? "" : "/") + step;
  return out;
}

class RelationsSink final : public XmlSink {
 public:
  explicit RelationsSink(std::string_view base) : base_(base) {}
  void start(const XmlTag& tag) override {
    if (tag.name() != "Relationship" || tag.attribute("TargetMode") == "External") return;
    const auto type = tag.attribute("Type").value_or("");
    if (relations.size() >= archive_entries_max) return;  // more than there are parts: the rest lead nowhere
    relations.push_back({std::string(tag.attribute("Id").value_or("")), std::string(type.substr(type.rfind('/') + 1)),
                         resolve(base_, tag.attribute("Target").value_or(""))});
  }
  std::vector<Relation> relations;

 private:
  std::string base_;
};

Result<std::vector<Relation>> relations_of(Archive& archive, const std::string& part) {
  const auto slash = part.rfind('/');
  const auto folder = slash == std::string::npos ? std::string() : part.substr(0, slash + 1);
  RelationsSink sink(part);
  STELE_CHECK(parse_part(archive, folder + "_rels/" + part.substr(folder.size()) + ".rels", sink));
  return std::move(sink.relations);
}

// --- Workbook, styles, shared strings ----------------------------------------------------------------------------

struct SheetEntry {
  std::string name;
  std::string relation;
  bool hidden = false;
};

class WorkbookSink final : public XmlSink {
 public:
  explicit WorkbookSink(const std::string& file) : file_(file) {}
  void start(const XmlTag& tag) override {
    if (tag.name() == "workbookPr") since_1904 = is_true(tag.attribute("date1904"));
    if (tag.name() != "sheet") return;
    const auto state = tag.attribute("state").value_or("visible");
    sheets.push_back({std::string(tag.attribute("name").value_or("")), std::string(tag.attribute("r:id").value_or("")),
                      state != "visible"});
    if (sheets.size() <= sheets_max) return;
    Where where;
    where.file = file_;
    fail(fault("table_too_many_sheets", std::move(where), {std::to_string(sheets_max)}));
  }
  bool since_1904 = false;
  std::vector<SheetEntry> sheets;

 private:
  std::string file_;
};

/// Which cell formats show dates.
class StylesSink final : public XmlSink {
 public:
  explicit StylesSink(const std::string& file) : file_(file) {}
  void start(const XmlTag& tag) override {
    if (tag.name() == "numFmt" && codes_.size() < styles_max)
      codes_[tag.number("numFmtId", 1'000'000).value_or(0)] = tag.attribute("formatCode").value_or("");
    if (tag.name() == "cellXfs") in_formats_ = true;
    if (tag.name() != "xf" || !in_formats_) return;
    formats_.push_back(tag.number("numFmtId", 1'000'000).value_or(0));
    if (formats_.size() > styles_max) fail(damaged(file_, "styles"));
  }
  void end(std::string_view name) override {
    if (name == "cellXfs") in_formats_ = false;
  }
  [[nodiscard]] std::vector<bool> dates() const {
    std::vector<bool> out;
    for (const std::uint32_t format : formats_) {
      const auto code = codes_.find(format);
      out.push_back(is_date_format(format, code == codes_.end() ? std::string_view() : code->second));
    }
    return out;
  }

 private:
  std::string file_;
  bool in_formats_ = false;
  std::map<std::uint32_t, std::string> codes_;
  std::vector<std::uint32_t> formats_;
};

/// Appends, but keeps no more than shows that the text is too long.
void append_bounded(std::string& out, std::string_view text) {
  constexpr std::size_t bytes_max = 8 * cell_text_max_chars;
  if (out.size() < bytes_max) out += text.substr(0, bytes_max - out.size());
  while (!out.empty() && out.size() == bytes_max && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U)
    out.pop_back();  // no half characters
}

/// Shared strings: plain `t` or rich runs `r/t`; phonetic hints (`rPh`) are not part of the text.
class StringsSink final : public XmlSink {
 public:
  explicit StringsSink(const std::string& file) : file_(file) {}
  void start(const XmlTag& tag) override {
    if (tag.name() == "si") {
      if (strings.size() >= shared_strings_max) return fail(damaged(file_, "sharedStrings"));
      strings.emplace_back();
    }
    if (tag.name() == "rPh") in_phonetic_ = true;
    if (tag.name() == "t") in_text_ = !in_phonetic_ && !strings.empty();
  }
  void end(std::string_view name) override {
    if (name == "t") in_text_ = false;
    if (name == "rPh") in_phonetic_ = false;
  }
  void text(std::string_view text) override {
    if (in_text_) append_bounded(strings.back(), text);
  }
  std::vector<std::string> strings;

 private:
  std::string file_;
  bool in_phonetic_ = false;
  bool in_text_ = false;
};

// --- A worksheet -------------------------------------------------------------------------------------------------

struct WorkbookData {
  bool since_1904 = false;
  std::vector<bool> date_formats;
  std::vector<std::string> strings;
};

class WorksheetSink final : public XmlSink {
 public:
  WorksheetSink(TableBuilder& builder, const WorkbookData& data) : builder_(builder), data_(data) {}

  void start(const XmlTag& tag) override {
    ++depth_;
    if (skip_from_ != 0) return;
    const auto name = tag.name();
    switch (depth_) {
      case 1:
        if (name != "worksheet") refuse(name);
        return;
      case 2:
        section_ = name;
        if (name != "sheetData" && name != "mergeCells" && name != "cols") skip_from_ = depth_;
        return;
      case 3:
        if (section_ == "sheetData") return start_row(tag);
        if (section_ == "mergeCells") return merge(tag);
        return column_format(tag);
      case 4:
        if (name == "extLst") return skip();
        return start_cell(tag);
      case 5:
        return start_value(tag);
      default:
        return start_inline(name);
    }
  }

  void end(std::string_view) override {
    if (skip_from_ != 0) {
      if (skip_from_ == depth_) skip_from_ = 0;
    } else if (section_ == "sheetData" && depth_ == 3) {
      builder_.end_row();
    } else if (section_ == "sheetData" && depth_ == 4) {
      end_cell();
    }
    if (depth_ == collect_depth_) collect_ = nullptr;
    --depth_;
  }

  void text(std::string_view text) override {
    if (collect_ != nullptr) append_bounded(*collect_, text);
  }

 private:
  void skip() { skip_from_ = depth_; }
  void refuse(std::string_view what) { fail(fault("file_damaged", builder_.where(row_, column_), {shortened(what)})); }
  void check(const Result<void>& result) {
    if (!result) fail(result.error());
  }
  void collect_into(std::string& target) {
    collect_ = &target;
    collect_depth_ = depth_;
  }

  void merge(const XmlTag& tag) {
    const auto area = parse_area(tag.attribute("ref").value_or(""));
    if (tag.name() != "mergeCell" || !area) return refuse(tag.name());
    check(builder_.add_merge(*area));
  }

  void column_format(const XmlTag& tag) {
    const auto first = tag.number("min", excel_columns);
    const auto last = tag.number("max", excel_columns);
    if (is_true(tag.attribute("hidden")) && first && last && *first > 0)
      builder_.add_hidden_columns(*first - 1, *last - 1);
  }

  void start_row(const XmlTag& tag) {
    if (tag.name() != "row") return refuse(tag.name());
    const auto number = tag.attribute("r") ? tag.number("r", excel_rows) : std::optional(row_ + 1);
    if (!number) return refuse("row");
    row_ = *number;
    next_column_ = 0;
    check(builder_.start_row(row_, is_true(tag.attribute("hidden"))));
  }

  void start_cell(const XmlTag& tag) {
    if (section_ != "sheetData") return skip();
    if (tag.name() != "c") return refuse(tag.name());
    column_ = next_column_;
    if (const auto reference = tag.attribute("r")) {
      const auto at = parse_address(*reference);
      if (!at || at->row != row_ || at->column < next_column_) return refuse(*reference);
      column_ = at->column;
    }
    next_column_ = column_ + 1;
    type_ = tag.attribute("t").value_or("n");
    style_ = tag.number("s", styles_max).value_or(0);
    value_.clear();
    inline_.clear();
    formula_.clear();
    is_formula_ = false;
  }

  void start_value(const XmlTag& tag) {
    const auto name = tag.name();
    if (section_ != "sheetData" || name == "extLst") return skip();
    inline_open_ = name == "is";
    if (inline_open_) return;
    if (name == "v") return value_.empty() ? collect_into(value_) : refuse(name);
    if (name != "f") return refuse(name);
    is_formula_ = true;
    collect_into(formula_);
    const auto kind = tag.attribute("t").value_or("normal");
    if (kind != "array" && kind != "dataTable") return;
    const auto area = parse_area(tag.attribute("ref").value_or(""));
    if (!area || ++formula_areas_ > formula_areas_max) return refuse("f");
    builder_.add_formula_area(*area);
  }

  /// Below `is`: t, or r/t; what formats the runs and phonetic hints are passed over.
  void start_inline(std::string_view name) {
    if (!inline_open_) return refuse(name);
    if (name == "t") return collect_into(inline_);
    if (name != "r") skip();
  }

  void end_cell() {
    if (is_formula_) return check(builder_.add(column_, CellKind::formula, "=" + formula_.substr(0, 200)));
    if (type_ == "inlineStr") return check(builder_.add(column_, CellKind::text, unescape(inline_)));
    if (value_.empty()) return;
    if (type_ == "n") return add_number();
    if (type_ == "s") return add_shared();
    if (type_ == "str") return check(builder_.add(column_, CellKind::text, unescape(value_)));
    if (type_ == "e") return check(builder_.add(column_, CellKind::error, value_));
    if (type_ == "b") return check(builder_.add(column_, CellKind::boolean, value_ == "1" ? "TRUE" : "FALSE"));
    const auto date = type_ == "d" ? iso_date_text(value_) : std::nullopt;
    if (!date) return refuse(type_);
    check(builder_.add(column_, CellKind::date, *date));
  }

  void add_number() {
    const auto number = parse_number(value_);
    if (!number) return refuse(value_);
    const bool styled_date = style_ < data_.date_formats.size() && data_.date_formats[style_];
    const auto date = styled_date ? serial_date_text(*number, data_.since_1904) : std::nullopt;
    if (date) return check(builder_.add(column_, CellKind::date, *date));
    // A time without a day (8:50 typed for 8.50) stays of the kind date, so that nobody takes it for a mark.
    check(builder_.add(column_, styled_date ? CellKind::date : CellKind::number, decimal_text(*number)));
  }

  void add_shared() {
    const auto number = parse_number(value_);
    if (!number || *number < 0 || *number >= static_cast<double>(data_.strings.size())) return refuse(value_);
    check(builder_.add(column_, CellKind::text, unescape(data_.strings[static_cast<std::size_t>(*number)])));
  }

  TableBuilder& builder_;
  const WorkbookData& data_;
  std::size_t depth_ = 0;
  std::size_t skip_from_ = 0;      // depth of the element whose inside is passed over; 0: none
  std::size_t collect_depth_ = 0;  // depth of the element whose text goes to collect_
  std::string* collect_ = nullptr;
  std::string section_;
  std::size_t formula_areas_ = 0;
  std::uint32_t row_ = 0;
  std::uint32_t column_ = 0;
  std::uint32_t next_column_ = 0;
  std::string type_;
  std::uint32_t style_ = 0;
  std::string value_;
  std::string inline_;
  std::string formula_;
  bool is_formula_ = false;
  bool inline_open_ = false;
};

const Relation* find_type(const std::vector<Relation>& relations, std::string_view type) {
  const auto found =
      std::find_if(relations.begin(), relations.end(), [&](const Relation& r) { return r.type == type; });
  return found == relations.end() ? nullptr : &*found;
}

Result<WorkbookData> read_workbook_data(Archive& archive, const std::vector<Relation>& relations, bool since_1904) {
  WorkbookData data;
  data.since_1904 = since_1904;
  if (const auto* styles = find_type(relations, "styles")) {
    StylesSink sink(archive.file_name());
    STELE_CHECK(parse_part(archive, styles->target, sink));
    data.date_formats = sink.dates();
  }
  if (const auto* strings = find_type(relations, "sharedStrings")) {
    StringsSink sink(archive.file_name());
    STELE_CHECK(parse_part(archive, strings->target, sink));
    data.strings = std::move(sink.strings);
  }
  return data;
}

}  // namespace

Result<std::vector<Table>> read_xlsx(Archive& archive) {
  STELE_TRY(const auto package, relations_of(archive, ""));
  const auto* document = find_type(package, "officeDocument");
  if (document == nullptr) return Unexpected(damaged(archive.file_name(), "officeDocument"));
  WorkbookSink workbook(archive.file_name());
  STELE_CHECK(parse_part(archive, document->target, workbook));
  STELE_TRY(const auto relations, relations_of(archive, document->target));
  STELE_TRY(const auto data, read_workbook_data(archive, relations, workbook.since_1904));

  std::vector<Table> tables;
  std::size_t cells_left = cells_max;
  for (const SheetEntry& sheet : workbook.sheets) {
    const auto found =
        std::find_if(relations.begin(), relations.end(), [&](const Relation& r) { return r.id == sheet.relation; });
    if (found == relations.end()) return Unexpected(damaged(archive.file_name(), shortened(sheet.name)));
    if (found->type != "worksheet") continue;
    TableBuilder builder(archive.file_name(), sheet.name, sheet.hidden, cells_left);
    WorksheetSink sink(builder, data);
    STELE_CHECK(parse_part(archive, found->target, sink));
    tables.push_back(builder.finish());
  }
  return tables;
}

}  // namespace stele::tables
