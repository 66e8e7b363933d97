#include "wallet-cli/tables/ods.h"

#include <algorithm>
#include <set>

#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/number_text.h"
#include "wallet-cli/tables/table_builder.h"
#include "wallet-cli/tables/xml.h"

namespace stele::tables {
namespace {

constexpr std::uint32_t repeat_max = 2'000'000;  // LibreOffice repeats its last empty row about a million times
constexpr std::size_t text_bytes_max = 8 * cell_text_max_chars;
constexpr std::size_t formula_areas_max = 1'000;

class ManifestSink final : public XmlSink {
 public:
  void start(const XmlTag& tag) override {
    if (tag.name() == "manifest:encryption-data") encrypted = true;
  }
  bool encrypted = false;
};

class ContentSink final : public XmlSink {
 public:
  explicit ContentSink(const std::string& file) : file_(file) {}

  void start(const XmlTag& tag) override {
    ++depth_;
    if (skip_from_ != 0) return;
    const auto name = tag.name();
    if (name == "style:style") style_ = tag.attribute("style:name").value_or("");
    if (name == "style:table-properties" && tag.attribute("table:display") == "false") hidden_styles_.insert(style_);
    if (name == "table:table") return start_table(tag);
    if (!builder_) return;
    if (name == "table:table-column") return column(tag);
    if (name == "table:table-row") return start_row(tag);
    if (name == "table:table-cell" || name == "table:covered-table-cell") return start_cell(tag);
    if (name == "office:annotation" || name == "table:shapes" || name == "table:detective" || name.starts_with("?:")) {
      skip_from_ = depth_;
      return;
    }
    if (in_cell_) start_text(tag);
  }

  void end(std::string_view name) override {
    if (skip_from_ != 0) {
      if (skip_from_ == depth_) skip_from_ = 0;
    } else if (builder_) {
      if (name == "text:p") in_paragraph_ = false;
      if (name == "table:table-cell" || name == "table:covered-table-cell") end_cell();
      if (name == "table:table-row") end_row();
      if (name == "table:table") {
        tables.push_back(builder_->finish());
        builder_.reset();
      }
    }
    --depth_;
  }

  void text(std::string_view text) override {
    if (in_paragraph_ && skip_from_ == 0) append(text);
  }

  std::vector<Table> tables;

 private:
  struct PendingCell {
    std::uint32_t column = 0;
    std::uint32_t repeat = 1;
    CellKind kind = CellKind::empty;
    std::string text;
  };

  void append(std::string_view text) {
    if (text_.size() + text.size() <= text_bytes_max)
      text_ += text;
    else
      text_.resize(text_bytes_max, '.');  // longer than any cell may be: refused when it is added
  }
  void check(const Result<void>& result) {
    if (!result) fail(result.error());
  }
  void refuse(std::string_view what) { fail(fault("file_damaged", builder_->where(row_, column_), {shortened(what)})); }

  void start_table(const XmlTag& tag) {
    Where where;
    where.file = file_;
    if (builder_) return fail(fault("file_damaged", where, {"table in table"}));
    if (tables.size() >= sheets_max) return fail(fault("table_too_many_sheets", where, {std::to_string(sheets_max)}));
    const bool hidden = hidden_styles_.contains(std::string(tag.attribute("table:style-name").value_or("")));
    builder_.emplace(file_, tag.attribute("table:name").value_or(""), hidden, cells_left_);
    next_row_ = 1;
    columns_ = 0;
    formula_areas_ = 0;
  }

  void column(const XmlTag& tag) {
    const auto repeat = tag.number("table:number-columns-repeated", repeat_max).value_or(1);
    const auto visibility = tag.attribute("table:visibility").value_or("visible");
    if (visibility != "visible" && repeat > 0) builder_->add_hidden_columns(columns_, columns_ + repeat - 1);
    columns_ = std::min(columns_ + repeat, repeat_max);
  }

  void start_row(const XmlTag& tag) {
    if (next_row_ > repeat_max) return refuse("row");
    row_ = next_row_;
    row_repeat_ = tag.number("table:number-rows-repeated", repeat_max).value_or(1);
    row_hidden_ = tag.attribute("table:visibility").value_or("visible") != "visible";
    column_ = 0;
    cells_.clear();
  }

  void start_cell(const XmlTag& tag) {
    if (column_ > repeat_max) return refuse("column");
    in_cell_ = true;
    paragraphs_ = 0;
    text_.clear();
    type_ = tag.attribute("office:value-type").value_or("");
    formula_.reset();
    if (const auto formula = tag.attribute("table:formula")) formula_ = "=" + std::string(formula->substr(0, 200));
    value_ = type_ == "date"      ? tag.attribute("office:date-value").value_or("")
             : type_ == "time"    ? tag.attribute("office:time-value").value_or("")
             : type_ == "boolean" ? tag.attribute("office:boolean-value").value_or("")
                                  : tag.attribute("office:value").value_or("");
    repeat_ = tag.number("table:number-columns-repeated", repeat_max).value_or(1);
    span(tag);
  }

  void span(const XmlTag& tag) {
    const auto columns = tag.number("table:number-columns-spanned", repeat_max).value_or(1);
    const auto rows = tag.number("table:number-rows-spanned", repeat_max).value_or(1);
    if (columns > 1 || rows > 1) check(builder_->add_merge({row_, row_ + rows - 1, column_, column_ + columns - 1}));
    const auto matrix_columns = tag.number("table:number-matrix-columns-spanned", repeat_max).value_or(1);
    const auto matrix_rows = tag.number("table:number-matrix-rows-spanned", repeat_max).value_or(1);
    if (matrix_columns <= 1 && matrix_rows <= 1) return;
    if (++formula_areas_ > formula_areas_max || matrix_columns == 0 || matrix_rows == 0) return refuse("matrix");
    builder_->add_formula_area({row_, row_ + matrix_rows - 1, column_, column_ + matrix_columns - 1});
  }

  void start_text(const XmlTag& tag) {
    const auto name = tag.name();
    if (name == "text:p") {
      if (paragraphs_++ > 0) append("\n");
      in_paragraph_ = true;
    } else if (name == "text:s") {
      append(std::string(tag.number("text:c", text_bytes_max).value_or(1), ' '));
    } else if (name == "text:tab") {
      append("\t");
    } else if (name == "text:line-break") {
      append("\n");
    } else if (name != "text:span" && name != "text:a") {
      refuse(name);
    }
  }

  void end_cell() {
    in_cell_ = false;
    PendingCell cell{.column = column_, .repeat = repeat_, .kind = CellKind::empty, .text = {}};
    if (!evaluate(cell)) return refuse(value_);
    if (cell.kind != CellKind::empty && repeat_ > columns_max) return refuse("repeat");
    if (cell.kind != CellKind::empty) cells_.push_back(std::move(cell));
    column_ += repeat_;
  }

  /// Kind and text of the cell that just ended; false if its value is not of its type.
  bool evaluate(PendingCell& cell) const {
    if (formula_) {
      cell.kind = CellKind::formula;
      cell.text = *formula_;
    } else if (type_ == "float" || type_ == "percentage" || type_ == "currency") {
      const auto number = parse_number(value_);
      if (!number) return false;
      cell.kind = CellKind::number;
      cell.text = decimal_text(*number);
    } else if (type_ == "date") {
      const auto date = iso_date_text(value_);
      if (!date) return false;
      cell.kind = CellKind::date;
      cell.text = *date;
    } else if (type_ == "time") {
      cell.kind = CellKind::date;
      cell.text = text_.empty() ? value_ : text_;
    } else if (type_ == "boolean") {
      cell.kind = CellKind::boolean;
      cell.text = value_ == "true" ? "TRUE" : "FALSE";
    } else if (!text_.empty()) {
      cell.kind = CellKind::text;
      cell.text = text_;
    }
    return true;
  }

  void end_row() {
    next_row_ = row_ + row_repeat_;
    if (cells_.empty()) return;
    for (std::uint32_t r = row_; r < next_row_ && !failure(); ++r) {
      check(builder_->start_row(r, row_hidden_));
      for (const PendingCell& cell : cells_)
        for (std::uint32_t i = 0; i < cell.repeat && !failure(); ++i)
          check(builder_->add(cell.column + i, cell.kind, cell.text));
      builder_->end_row();
    }
  }

  std::string file_;
  std::size_t cells_left_ = cells_max;
  std::optional<TableBuilder> builder_;
  std::set<std::string> hidden_styles_;
  std::string style_;
  std::size_t depth_ = 0;
  std::size_t skip_from_ = 0;  // depth of the element whose inside is passed over; 0: none
  std::size_t formula_areas_ = 0;
  std::uint32_t columns_ = 0;
  std::uint32_t next_row_ = 1;
  std::uint32_t row_ = 1;
  std::uint32_t row_repeat_ = 1;
  bool row_hidden_ = false;
  std::uint32_t column_ = 0;
  std::uint32_t repeat_ = 1;
  bool in_cell_ = false;
  bool in_paragraph_ = false;
  std::size_t paragraphs_ = 0;
  std::string type_;
  std::string value_;
  std::string text_;
  std::optional<std::string> formula_;
  std::vector<PendingCell> cells_;
};

}  // namespace

Result<std::vector<Table>> read_ods(Archive& archive) {
  if (archive.has("META-INF/manifest.xml")) {
    ManifestSink manifest;
    STELE_CHECK(parse_part(archive, "META-INF/manifest.xml", manifest));
    if (manifest.encrypted) {
      Where where;
      where.file = archive.file_name();
      return Unexpected(fault("file_is_encrypted", std::move(where)));
    }
  }
  ContentSink content(archive.file_name());
  STELE_CHECK(parse_part(archive, "content.xml", content));
  return std::move(content.tables);
}

}  // namespace stele::tables
