// Help and manual in both languages.
#include <algorithm>
#include <functional>
#include <set>

#include "tests/unit/cli/made.h"
#include "wallet-cli/cli/display.h"
#include "wallet-cli/cli/exit_texts.h"

namespace stele::cli {
namespace {

using Pair = std::function<void(const CommandInfo& vi, const CommandInfo& en)>;
void both(const CommandInfo& vi, const CommandInfo& en, const Pair& visit) {
  ASSERT_EQ(vi.path, en.path);
  ASSERT_EQ(vi.commands.size(), en.commands.size());
  visit(vi, en);
  for (std::size_t i = 0; i < vi.commands.size(); ++i) both(vi.commands[i], en.commands[i], visit);
}
bool ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}
std::vector<std::string> words_of(const std::string& path) {
  std::vector<std::string> out;
  std::istringstream in(path);
  for (std::string w; in >> w;) out.push_back(w);
  out.erase(out.begin());
  return out;
}

TEST(Help, HasEveryCommandOfTheDesign) {
  const auto tree = describe_program(Lang::en);
  for (const char* path : {"init-network",
                           "ceremony plan",
                           "ceremony key",
                           "ceremony assemble",
                           "ceremony confirm",
                           "ceremony check",
                           "ceremony drill",
                           "key new",
                           "key show",
                           "key enrol",
                           "key passwd",
                           "key backup",
                           "key compromised",
                           "org add",
                           "policy publish",
                           "enrol students",
                           "sign grades",
                           "sign summary",
                           "sign document",
                           "issue transcripts",
                           "issue diplomas",
                           "issue certificate",
                           "amend",
                           "approve",
                           "countersign",
                           "seal",
                           "pending",
                           "revoke",
                           "suspend",
                           "reinstate",
                           "suspended",
                           "clear",
                           "submit",
                           "history",
                           "receipt",
                           "receive",
                           "show",
                           "disclose",
                           "verify",
                           "completion",
                           "man"}) {
    EXPECT_NE(tree.find(words_of("stele " + std::string(path))), nullptr) << path;
  }
}

TEST(Help, LeavesNothingUntranslated) {
  both(describe_program(Lang::vi), describe_program(Lang::en), [](const CommandInfo& vi, const CommandInfo& en) {
    EXPECT_FALSE(vi.text.empty()) << vi.path;
    EXPECT_NE(vi.text, en.text) << vi.path;
    EXPECT_FALSE(ascii(vi.text)) << vi.path << ": " << vi.text;
    ASSERT_EQ(vi.options.size(), en.options.size());
    for (std::size_t i = 0; i < vi.options.size(); ++i) {
      EXPECT_EQ(vi.options[i].names, en.options[i].names);
      EXPECT_FALSE(en.options[i].text.empty()) << en.path << " " << en.options[i].names.back();
      EXPECT_FALSE(ascii(vi.options[i].text)) << vi.path << " " << vi.options[i].names.back();
      EXPECT_NE(vi.options[i].text, en.options[i].text) << vi.path << " " << vi.options[i].names.back();
    }
    ASSERT_EQ(vi.examples.size(), en.examples.size());
    for (std::size_t i = 0; i < vi.examples.size(); ++i) {
      EXPECT_NE(vi.examples[i].text, en.examples[i].text) << vi.path;
      EXPECT_EQ(vi.examples[i].line, en.examples[i].line);
    }
  });
}

TEST(Help, OfEveryCommandShowsAnExampleAndAllOptionsInBothLanguages) {
  for (const auto lang : {Lang::vi, Lang::en}) {
    const auto tree = describe_program(lang);
    both(tree, tree, [&](const CommandInfo& c, const CommandInfo&) {
      auto words = words_of(c.path);
      words.insert(words.end(), {"--help", "--lang", lang == Lang::vi ? "vi" : "en"});
      const auto r = stele(words);
      EXPECT_EQ(r.exit, 0) << c.path << r.err;
      EXPECT_NE(r.out.find(lang == Lang::vi ? "Ví dụ:\n  # " : "Examples:\n  # "), std::string::npos) << c.path;
      EXPECT_NE(r.out.find("\n  s"), std::string::npos) << c.path;  // stele …, source <(stele …)
      for (const auto& o : c.options) {
        if (!o.positional) {
          EXPECT_NE(r.out.find(o.names.back()), std::string::npos) << c.path << o.names.back();
        }
      }
      EXPECT_NE(r.out.find("--genesis"), std::string::npos) << c.path;
    });
  }
}

TEST(Help, FitsInto80ColumnsButForExamples) {
  for (const auto lang : {Lang::vi, Lang::en}) {
    const auto tree = describe_program(lang);
    both(tree, tree, [&](const CommandInfo& c, const CommandInfo&) {
      std::istringstream in(help_text(tree, c, lang, 80));
      for (std::string line; std::getline(in, line) && line != "Ví dụ:" && line != "Examples:";)
        EXPECT_LE(display_width(line), 80u) << line;
    });
  }
}

TEST(Help, ExamplesAreCommandLinesThatTheParserTakes) {
  // Names of files in them do not exist: any complaint but one about usage shows that the line itself is right.
  const Variable genesis("STELE_GENESIS", nullptr), node("STELE_NODE", nullptr);
  const auto tree = describe_program(Lang::en);
  both(tree, tree, [](const CommandInfo& c, const CommandInfo&) {
    for (const auto& e : c.examples) {
      if (e.line.find_first_of("<>*") != std::string::npos || e.line.find(" --help") != std::string::npos) continue;
      std::vector<std::string> words;
      std::string word;
      bool quoted = false;
      for (const char ch : e.line + " ") {
        if (ch == '"') {
          quoted = !quoted;
        } else if (ch == ' ' && !quoted) {
          if (!word.empty()) words.push_back(word);
          word.clear();
        } else {
          word += ch;
        }
      }
      words.erase(words.begin());
      words.insert(words.end(), {"--help", "--lang", "en"});
      EXPECT_EQ(stele(words).exit, 0) << e.line;
      const auto find_name = [&](const std::string& w) {
        const auto has = [&](const CommandInfo& x) {
          return std::any_of(x.options.begin(), x.options.end(), [&](const OptionInfo& o) {
            return std::find(o.names.begin(), o.names.end(), w) != o.names.end();
          });
        };
        return has(c) || has(describe_program(Lang::en));
      };
      for (const auto& w : words) {
        if (w.starts_with("--")) {
          EXPECT_TRUE(find_name(w)) << w << " in: " << e.line;
        }
      }
      // All that is required stands in it.
      for (const auto& o : c.options) {
        if (o.required && !o.positional) {
          EXPECT_NE(e.line.find(o.names.front()), std::string::npos) << o.names.front() << " in: " << e.line;
        }
      }
    }
  });
}

TEST(Manual, NamesEveryCommandOptionAndExitStatusInBothLanguages) {
  for (const auto lang : {Lang::vi, Lang::en}) {
    const auto tree = describe_program(lang);
    auto page = manual(tree, nullptr, lang);
    for (std::size_t at = 0; (at = page.find("\\-", at)) != std::string::npos;) page.replace(at, 2, "-");
    both(tree, tree, [&](const CommandInfo& c, const CommandInfo&) {
      if (c.commands.empty()) {
        EXPECT_NE(page.find(".SS \"" + c.path + "\""), std::string::npos) << c.path;
      }
      for (const auto& o : c.options) {
        const auto shown = o.positional ? o.value : o.names.back();
        EXPECT_NE(page.find(shown), std::string::npos) << shown;
      }
    });
    for (const auto& e : exit_texts())
      EXPECT_NE(page.find("\\fB" + std::to_string(static_cast<int>(e.exit)) + "\\fR"), std::string::npos);
    for (const char* variable : {"STELE_GENESIS", "STELE_NODE", "STELE_KEY"})
      EXPECT_NE(page.find(variable), std::string::npos);
  }
}

bool installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;  // NOLINT
}

TEST(Manual, IsPlainToRoffCheckersWhereThereAreAny) {
  const Folder folder;
  for (const char* lang : {"vi", "en"}) {
    const auto r = stele({"man", "--lang", lang});
    ASSERT_EQ(r.exit, 0);
    const auto file = folder.write(std::string("stele.") + lang + ".1", r.out);
    if (installed("mandoc")) {
      EXPECT_EQ(std::system(("mandoc -Tlint -Wwarning '" + file + "'").c_str()), 0);  // NOLINT
    }
    if (installed("groff")) {
      const auto command = "test -z \"$(groff -man -ww -K utf8 -T utf8 '" + file + "' 2>&1 >/dev/null)\"";
      EXPECT_EQ(std::system(command.c_str()), 0);  // NOLINT
    }
  }
}

TEST(Manual, ExistsForOneCommandAndNotForAWrongOne) {
  EXPECT_NE(stele({"man", "sign", "grades", "--lang", "en"}).out.find("STELE\\-SIGN\\-GRADES"), std::string::npos);
  EXPECT_EQ(stele({"man", "sign", "poems", "--lang", "en"}).exit, 2);
}

TEST(ExitTexts, ListEveryStatusOnceAscending) {
  const std::set<int> expected{0, 1, 2, 3, 4, 5, 6, 7, 10, 11};
  std::set<int> told;
  int last = -1;
  for (const auto& e : exit_texts()) {
    EXPECT_GT(static_cast<int>(e.exit), last);
    last = static_cast<int>(e.exit);
    told.insert(last);
    EXPECT_NE(e.vi, e.en);
  }
  EXPECT_EQ(told, expected);
}

}  // namespace
}  // namespace stele::cli
