#include "wallet-cli/tables/titles.h"

#include <algorithm>

#include "wallet-cli/tables/fold.h"

namespace stele::tables {
namespace {

constexpr std::size_t name_words_max = 8;  // of an unknown subject, for showing

bool digits_only(std::string_view s) {
  return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
}
bool letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// A word without marks and in small letters, or a single other character; where it came from.
struct Token {
  std::string text;
  std::uint32_t column = 0;
  bool spaced = false;  ///< white space before it
};
bool is_word(const Token& t) {
  return letter(t.text[0]) || digits_only(t.text);
}

/// All cells of a title row one after another, each ended by a token "\n": a label's value may stand in the next cell.
struct Line {
  std::uint32_t row = 0;
  std::vector<Token> tokens;
  std::vector<Cell> cells;

  [[nodiscard]] const std::string& at(std::size_t i) const {
    static const std::string none;
    return i < tokens.size() ? tokens[i].text : none;
  }
  [[nodiscard]] Stated stated(std::size_t i, std::string value) const {
    Stated out;
    out.row = row;
    out.column = tokens[i].column;
    out.value = std::move(value);
    for (const Cell& c : cells)
      if (c.column == out.column) out.text = tidy(c.text);
    return out;
  }
  /// Past colons, hyphens and the end of a label's cell.
  [[nodiscard]] std::size_t past_label(std::size_t i) const {
    while (at(i) == ":" || at(i) == "-" || at(i) == "\n") ++i;
    return i;
  }
  [[nodiscard]] bool joins(std::size_t i) const {
    return at(i) == "," || at(i) == "&" || at(i) == "+" || at(i) == "va";
  }
  /// A value ends here, and no word is cut in two: "10 A", not "10 A.trình".
  [[nodiscard]] bool ends(std::size_t i) const {
    return i >= tokens.size() || at(i) == "\n" || at(i) == "," || at(i) == ";" || at(i) == ")" || at(i) == "-";
  }
};

Line line_of(const Row& row) {
  Line out;
  out.row = row.number;
  out.cells = row.cells;
  for (const Cell& c : row.cells) {
    const std::string text = bare(c.text);
    bool spaced = true;
    for (std::size_t i = 0; i < text.size(); spaced = false) {
      if (text[i] == ' ') {
        spaced = true;
        while (i < text.size() && text[i] == ' ') ++i;
        if (i == text.size()) break;
      }
      auto end = i;
      while (end < text.size() && (letter(text[end]) || digits_only(text.substr(end, 1)))) ++end;
      end = std::max(end, i + 1);
      out.tokens.push_back({text.substr(i, end - i), c.column, spaced});
      i = end;
    }
    if (!text.empty()) out.tokens.push_back({"\n", c.column, true});
  }
  return out;
}

// --- School year -------------------------------------------------------------------------------------------------

void find_years(const Line& line, std::vector<Stated>& out) {
  for (std::size_t i = 0; i + 2 < line.tokens.size(); ++i) {
    const auto& first = line.at(i);
    const auto& last = line.at(i + 2);
    const bool joined = line.at(i + 1) == "-" || line.at(i + 1) == "/";
    if (!joined || first.size() != 4 || !digits_only(first) || !digits_only(last)) continue;
    const auto next = std::to_string(std::stoul(first) + 1);
    if (last == next || last == next.substr(2)) out.push_back(line.stated(i, first));
  }
}

// --- Term --------------------------------------------------------------------------------------------------------

std::optional<Period> numbered(std::string_view text) {
  if (text == "1" || text == "i" || text == "mot") return Period::first;
  if (text == "2" || text == "ii" || text == "hai") return Period::second;
  return std::nullopt;
}

/// The number's place after the word for a term that begins at `i`; 0: there is none.
std::size_t after_term_word(const Line& line, std::size_t i) {
  const auto term = [&](std::size_t at) { return line.at(at) == "ki" || line.at(at) == "ky"; };
  if (line.at(i) == "hoc" && term(i + 1)) return line.past_label(i + 2);
  if (line.at(i) == "hk") return line.past_label(i + 1);
  // "ký" is "signed", too, and then a day follows: without "học" only a Roman number makes it a term.
  const auto& number = line.at(i + 1);
  return term(i) && (number == "i" || number == "ii") ? i + 1 : 0;
}

void find_periods(const Line& line, std::vector<Stated>& out) {
  const auto add = [&](std::size_t i, Period p) {
    out.push_back(line.stated(i, {}));
    out.back().period = p;
  };
  for (std::size_t i = 0; i < line.tokens.size(); ++i) {
    const auto& word = line.at(i);
    if (word == "ca" && line.at(i + 1) == "nam") add(i, Period::year);
    if (word.starts_with("hk"))
      if (const auto p = numbered(std::string_view(word).substr(2))) add(i, *p);
    auto at = after_term_word(line, i);
    if (at == 0) continue;
    for (auto p = numbered(line.at(at)); p; p = numbered(line.at(at))) {
      add(at, *p);
      const bool both = line.joins(at + 1) || line.at(at + 1) == "-" || line.at(at + 1) == "/";
      if (!both) break;
      at += 2;
    }
  }
}

// --- Class -------------------------------------------------------------------------------------------------------

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

/// "6/1" is "6.1" and "6-1".
std::string letters_of(std::string text) {
  std::erase_if(text, [](char c) { return c == '/' || c == '.' || c == '-'; });
  return text;
}

/// "a2", "a", "ct1": what stands behind a grade, if it stands apart.
bool like_section(std::string_view s) {
  const auto letters = static_cast<std::size_t>(std::find_if_not(s.begin(), s.end(), letter) - s.begin());
  const auto rest = s.substr(letters);
  if (letters == 0 || letters > 2 || rest.size() > 2 || s.starts_with("hk")) return false;
  return rest.empty() ? letters == 1 : digits_only(rest);
}

/// The class that begins at `i`, and how many tokens it has; none: nothing that is surely one.
struct ClassName {
  std::string name;
  std::size_t tokens = 0;
};
ClassName class_at(const Line& line, std::size_t i, const std::string& wanted) {
  constexpr std::size_t tokens_max = 8;
  std::string joined;
  for (std::size_t n = 0; n < tokens_max && line.at(i + n) != "\n" && i + n < line.tokens.size(); ++n) {
    joined += line.at(i + n);
    const auto next = i + n + 1;
    const bool ends = next >= line.tokens.size() || line.tokens[next].spaced || !is_word(line.tokens[next]);
    if (ends && joined == wanted) return {joined, n + 1};
  }
  const auto& first = line.at(i);
  const auto& second = line.at(i + 1);
  const auto grade = first.find_first_not_of("0123456789");
  if (grade == 0 || first.empty()) return {};
  if (grade != std::string::npos) return grade <= 2 ? ClassName{first, 1} : ClassName{};
  if (first.size() > 2) return {};
  if ((second == "/" || second == ".") && digits_only(line.at(i + 2)) && line.at(i + 2).size() <= 2)
    return {first + second + line.at(i + 2), 3};
  const bool apart = second.size() > 1 || line.ends(i + 2);
  return apart && like_section(second) ? ClassName{first + second, 2} : ClassName{};
}

void find_classes(const Line& line, const std::string& wanted, std::vector<Stated>& out) {
  for (std::size_t i = 0; i < line.tokens.size(); ++i) {
    if (line.at(i) != "lop") continue;
    auto at = line.past_label(i + (line.at(i + 1) == "hoc" ? 2 : 1));
    for (auto found = class_at(line, at, wanted); found.tokens > 0; found = class_at(line, at, wanted)) {
      std::string name = found.name;
      for (char& c : name)
        if (letter(c)) c = static_cast<char>(c - 'a' + 'A');
      out.push_back(line.stated(at, name));
      at += found.tokens;
      if (!line.joins(at)) break;
      ++at;
    }
  }
}

// --- Subject -----------------------------------------------------------------------------------------------------

/// Words compared as they are spoken: "Vật lý" is "Vật lí".
std::vector<std::string> spoken(const std::string& name) {
  std::vector<std::string> out;
  Row row;
  row.cells.push_back({CellKind::text, name, 1, 0});
  for (const Token& t : line_of(row).tokens)
    if (is_word(t) && t.text != "va") out.push_back(t.text);  // "&", "," and "và" are said alike
  for (auto& word : out) std::replace(word.begin(), word.end(), 'y', 'i');
  return out;
}

/// How many tokens from `i` on say these words, whatever punctuation stands between; 0: they say something else.
std::size_t says(const Line& line, std::size_t i, const std::vector<std::string>& words) {
  std::size_t n = 0;
  for (const auto& word : words) {
    const auto between = [&](std::size_t at) {
      return at < line.tokens.size() && line.at(at) != "\n" && (!is_word(line.tokens[at]) || line.at(at) == "va");
    };
    while (n > 0 && between(i + n)) ++n;
    std::string here = line.at(i + n);
    std::replace(here.begin(), here.end(), 'y', 'i');
    if (here != word) return 0;
    ++n;
  }
  return n;
}

/// The longest name (or code) of a subject that begins at `i`: "Lịch sử và Địa lí" is not "Lịch sử".
const SubjectName* subject_at(const Line& line, std::size_t i, const std::vector<SubjectName>& subjects) {
  const SubjectName* best = nullptr;
  std::size_t longest = 0;
  for (const auto& s : subjects)
    for (const auto& name : {s.name, s.code})
      if (const auto n = says(line, i, spoken(name)); n > longest) longest = n, best = &s;
  return best;
}

/// What stands there up to punctuation or the next thing that a title tells.
std::vector<std::string> unknown_name(const Line& line, std::size_t i) {
  std::vector<std::string> out;
  for (; i < line.tokens.size() && is_word(line.tokens[i]) && out.size() < name_words_max; ++i) {
    const auto& word = line.at(i);
    const bool term = word.starts_with("hk") || (word == "hoc" && line.at(i + 1).starts_with("k"));
    if (word == "lop" || term || (word == "nam" && line.at(i + 1) == "hoc")) break;
    out.push_back(word);
  }
  return out;
}

/// A name cut short that can mean one subject only: "Sinh" is "Sinh học".
const SubjectName* only_one(const std::vector<std::string>& words, const std::vector<SubjectName>& subjects) {
  const SubjectName* found = nullptr;
  auto wanted = words;
  std::erase(wanted, "va");
  for (auto& w : wanted) std::replace(w.begin(), w.end(), 'y', 'i');
  for (const auto& s : subjects) {
    const auto name = spoken(s.name);
    if (wanted.size() > name.size() || !std::equal(wanted.begin(), wanted.end(), name.begin())) continue;
    if (found != nullptr && found->name != s.name) return nullptr;
    found = &s;
  }
  return found;
}

/// Places (Hóc Môn, Ô Môn), and groups of teachers or parts of a subject: no subject of the sheet.
bool makes_another_word(std::string_view before_mon) {
  return before_mon == "hoc" || before_mon == "o" || before_mon == "chuyen" || before_mon == "bo" ||
         before_mon == "phan" || before_mon == "lien";
}

void find_subjects(const Line& line, const std::vector<SubjectName>& subjects, std::vector<Stated>& out) {
  for (std::size_t i = 0; i < line.tokens.size(); ++i) {
    const bool label = line.at(i) == "mon" && (i == 0 || !makes_another_word(line.at(i - 1)));
    const bool sheet = line.at(i) == "bang" && line.at(i + 1) == "diem";
    if (!label && !sheet) continue;
    const auto at = line.past_label(i + (sheet || line.at(i + 1) == "hoc" ? 2 : 1));
    if (const auto* known = subject_at(line, at, subjects)) {
      out.push_back(line.stated(at, known->code));
      continue;
    }
    const auto words = label ? unknown_name(line, at) : std::vector<std::string>();
    if (words.empty()) continue;
    const auto* meant = only_one(words, subjects);
    out.push_back(line.stated(at, meant != nullptr ? meant->code : std::string()));
    out.back().known = meant != nullptr;
  }
}

template <class Agrees>
const Stated* contradiction(const std::vector<Stated>& all, Agrees agrees) {
  if (all.empty() || std::any_of(all.begin(), all.end(), agrees)) return nullptr;
  return &all.front();
}

}  // namespace

Titles read_titles(const Table& table, std::uint32_t header_row, const Purpose& purpose) {
  Titles out;
  const auto wanted = without_spaces(bare(purpose.class_name));
  for (const Row& row : table.rows) {
    if (row.number >= header_row || out.lines.size() == title_lines_max) break;
    std::string shown;
    for (const Cell& c : row.cells)
      if (auto text = tidy(c.text); !text.empty()) shown += (shown.empty() ? "" : " ") + text;
    if (shown.empty()) continue;
    out.lines.push_back(std::move(shown));
    const auto line = line_of(row);
    find_years(line, out.years);
    find_periods(line, out.periods);
    find_classes(line, wanted, out.classes);
    find_subjects(line, purpose.subjects, out.subjects);
  }
  return out;
}

const Stated* other_class(const Titles& t, const Purpose& p) {
  if (p.class_name.empty()) return nullptr;
  const auto wanted = without_spaces(bare(p.class_name));
  return contradiction(t.classes, [&](const Stated& s) { return letters_of(bare(s.value)) == letters_of(wanted); });
}

const Stated* other_year(const Titles& t, const Purpose& p) {
  if (p.year.empty()) return nullptr;
  return contradiction(t.years, [&](const Stated& s) { return s.value == p.year; });
}

const Stated* other_period(const Titles& t, const Purpose& p) {
  if (!p.period) return nullptr;
  return contradiction(t.periods, [&](const Stated& s) { return s.period == *p.period; });
}

const Stated* other_subject(const Titles& t, const Purpose& p) {
  if (p.subject.empty() || t.subjects.empty()) return nullptr;
  const auto agrees = [&](const Stated& s) { return s.known && s.value == p.subject; };
  if (std::any_of(t.subjects.begin(), t.subjects.end(), agrees)) return nullptr;
  const auto known = std::find_if(t.subjects.begin(), t.subjects.end(), [](const Stated& s) { return s.known; });
  return known != t.subjects.end() ? &*known : &t.subjects.front();
}

}  // namespace stele::tables
