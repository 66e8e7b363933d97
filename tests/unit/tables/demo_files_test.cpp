// The demo school's files, written by another program: every figure is read as its manifest says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "ledger/record/json.h"
#include "tests/support/source_dir.h"
#include "tests/unit/tables/workbook.h"

namespace stele::tables::testing {
namespace {

using json::Value;

const std::string python = "/usr/bin/python3";  // Debian's, which has openpyxl

bool runs_well(const std::string& command) {
  return std::system(command.c_str()) == 0;  // NOLINT(cert-env33-c): our own words and a number
}

/// The generated files, made once; empty if this machine has no openpyxl.
class DemoFiles : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!runs_well(python + " -c 'import openpyxl' 2>/dev/null")) return;
    std::string pattern = (std::filesystem::temp_directory_path() / "stele-demo-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return;
    folder = pattern;
    const char* wanted = std::getenv("STELE_SEED");
    const std::string seed = std::to_string(wanted == nullptr ? 7 : std::strtoul(wanted, nullptr, 10));
    std::cout << "STELE_SEED=" << seed << "\n";
    const std::string script = test::source_dir() + "/tests/demo/make_files.py";
    const std::string command = python + " " + script + " --seed " + seed + " --out " + pattern + " >/dev/null";
    ASSERT_TRUE(runs_well(command)) << command;
    std::ifstream in(folder / "manifest.json");
    std::stringstream text;
    text << in.rdbuf();
    auto parsed = json::parse(text.str(), {.bytes_max = 8U << 20U, .depth_max = 16, .nodes_max = 1'000'000});
    ASSERT_TRUE(parsed.has_value());
    manifest = std::move(parsed).value();
  }
  static void TearDownTestSuite() {
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }
  void SetUp() override {
    if (!folder.empty()) return;
    if (std::getenv("CI") != nullptr) FAIL() << "python3-openpyxl is missing";
    GTEST_SKIP() << "SKIPPED: python3-openpyxl is missing, the demo files were not read";
  }

  static const Value& at(const Value& object, std::string_view name) {
    const Value* found = object.find(name);
    EXPECT_NE(found, nullptr) << name;
    static const Value none = Value::object();
    return found == nullptr ? none : *found;
  }
  static std::string text(const Value& object, std::string_view name) {
    const Value* found = object.find(name);
    return found == nullptr ? "" : found->string();
  }
  static const Value::Array& files() { return at(manifest, "files").items(); }
  static const Value& expected(const Value& file, const std::string& id) {
    return at(at(at(manifest, "expected"), text(file, "class")), id);
  }

  /// The class list as the manifest knows it.
  static Roster roster_of(const std::string& class_name) {
    Roster out;
    for (const Value& c : at(manifest, "classes").items())
      if (text(c, "class") == class_name)
        for (const Value& s : at(c, "students").items())
          out[text(s, "id")] = {text(s, "name"), parse_date(text(s, "birth_date"))};
    return out;
  }

  /// Title rows must never speak against the file's own purpose.
  static Purpose purpose_of(const Value& file) {
    std::ifstream in(test::source_dir() + "/ledger/rules/data/tt22-2021.json");
    std::stringstream data;
    data << in.rdbuf();
    const auto rules = json::parse(data.str(), {.bytes_max = 1U << 20U, .depth_max = 16, .nodes_max = 10'000});
    EXPECT_TRUE(rules.has_value());
    Purpose out{.class_name = {}, .year = "2025", .period = {}, .subject = text(file, "subject"), .subjects = {}};
    if (!rules) return out;
    for (const Value& s : at(*rules, "subjects").items()) out.subjects.push_back({text(s, "code"), text(s, "name")});
    if (text(file, "slot") == "t1") out.period = Period::first;
    if (text(file, "slot") == "t2") out.period = Period::second;
    if (text(file, "kind") == "summary") out.period = Period::year;
    return out;
  }

  static std::optional<Missing> reason(const Value& file, std::string_view cells) {
    const std::string code = text(at(file, "empty"), cells);
    for (const Missing m : {Missing::not_yet, Missing::exempt, Missing::absent})
      if (code == missing_code(m)) return m;
    return std::nullopt;
  }

  /// Reads the file with `read` and expects neither error nor warning about a student.
  template <class R>
  static std::vector<R> rows(const Value& file, Reading<R> (*read)(std::span<const Table>, const ReadOptions&)) {
    const auto tables = read_file(folder / text(file, "path"));
    EXPECT_TRUE(tables.has_value()) << (tables ? "" : to_text(tables.error(), Lang::en));
    if (!tables) return {};
    const Roster roster = roster_of(text(file, "class"));
    ReadOptions options;
    options.class_name = text(file, "class");
    options.roster = &roster;
    options.purpose = purpose_of(file);
    options.empty = {.regular = reason(file, "regular"),
                     .mid = reason(file, "mid"),
                     .final = reason(file, "final"),
                     .average = reason(file, "average"),
                     .level = reason(file, "level")};
    auto reading = read(*tables, options);
    for (const Error& e : reading.findings.errors) ADD_FAILURE() << to_text(e, Lang::en);
    for (const Error& e : reading.findings.warnings)
      EXPECT_TRUE(e.code == "row_ignored" || (e.code == "student_missing" && text(file, "kind") == "diploma-list"))
          << to_text(e, Lang::en);
    return reading.sheet ? std::move(reading.sheet->rows) : std::vector<R>{};
  }

  /// A manifest's entry ({"mark"}, {"level"} or {"missing"}) as ours.
  static std::string shown(const Value& entry) {
    return text(entry, "mark") + text(entry, "level") + text(entry, "missing");
  }
  static std::string shown(const Entry& entry) { return entry.value + std::string(missing_code(entry.missing)); }

  static inline std::filesystem::path folder;
  static inline Value manifest;
};

TEST_F(DemoFiles, CoverAYearOfThreeClasses) {
  std::map<std::string, int> kinds;
  for (const Value& file : files()) ++kinds[text(file, "kind")];
  EXPECT_EQ(kinds, (std::map<std::string, int>{
                       {"class-list", 3}, {"marks", 54}, {"comments", 18}, {"summary", 3}, {"diploma-list", 1}}));
}

TEST_F(DemoFiles, GiveEveryMarkOfTheManifest) {
  std::size_t read = 0;
  for (const Value& file : files()) {
    if (text(file, "kind") != "marks") continue;
    SCOPED_TRACE(text(file, "path"));
    for (const MarksRow& row : rows(file, read_marks)) {
      const Value& wanted =
          at(at(at(expected(file, row.student.id), "subjects"), text(file, "subject")), text(file, "slot"));
      const auto& regular = at(wanted, "regular").items();
      ASSERT_EQ(row.regular.size(), regular.size());
      for (std::size_t i = 0; i < regular.size(); ++i) EXPECT_EQ(shown(row.regular[i]), shown(regular[i]));
      EXPECT_EQ(shown(row.mid), shown(at(wanted, "mid")));
      EXPECT_EQ(shown(row.final), shown(at(wanted, "final")));
      if (row.average) {
        EXPECT_EQ(shown(*row.average), shown(at(wanted, "figure"))) << row.student.row;
      }
      ++read;
    }
  }
  EXPECT_GE(read, 54U * 40U);
}

TEST_F(DemoFiles, GiveEveryLevelOfTheManifest) {
  std::size_t read = 0;
  for (const Value& file : files()) {
    if (text(file, "kind") != "comments") continue;
    SCOPED_TRACE(text(file, "path"));
    for (const CommentRow& row : rows(file, read_comments)) {
      const Value& wanted =
          at(at(at(expected(file, row.student.id), "subjects"), text(file, "subject")), text(file, "slot"));
      EXPECT_EQ(shown(row.level), shown(at(wanted, "figure")));
      ++read;
    }
  }
  EXPECT_GE(read, 18U * 40U);
}

TEST_F(DemoFiles, GiveSummariesListsAndDiplomas) {
  std::size_t summaries = 0;
  std::size_t students = 0;
  std::size_t diplomas = 0;
  for (const Value& file : files()) {
    SCOPED_TRACE(text(file, "path"));
    const std::string kind = text(file, "kind");
    if (kind == "class-list") {
      for (const ClassListRow& row : rows(file, read_class_list)) students += row.personal_id.empty() ? 0U : 1U;
    } else if (kind == "diploma-list") {
      for (const DiplomaRow& row : rows(file, read_diploma_list)) {
        EXPECT_EQ(text(expected(file, row.student.id), "promotion"), "hoan-thanh");
        ++diplomas;
      }
    } else if (kind == "summary") {
      for (const SummaryRow& row : rows(file, read_summary)) {
        const Value& wanted = expected(file, row.student.id);
        EXPECT_EQ(shown(row.conduct_first.value_or(Entry{})), text(at(wanted, "conduct"), "t1"));
        EXPECT_EQ(shown(row.conduct_second.value_or(Entry{})), text(at(wanted, "conduct"), "t2"));
        EXPECT_EQ(shown(row.conduct_year.value_or(Entry{})), text(at(wanted, "conduct"), "year"));
        EXPECT_EQ(row.learning.value_or(Entry{}).value, text(wanted, "learning"));
        EXPECT_EQ(row.title, text(wanted, "title"));
        EXPECT_EQ(row.outcome, text(wanted, "promotion"));
        EXPECT_EQ(row.absences, static_cast<std::uint32_t>(at(wanted, "absences").integer()));
        ++summaries;
      }
    }
  }
  EXPECT_GE(students, 120U);
  EXPECT_EQ(summaries, students);
  EXPECT_GE(diplomas, 30U);
}

}  // namespace
}  // namespace stele::tables::testing
