// PDFs that nobody printed: each altered copy is told from the original, and why; and no file stops the program.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "ledger/paper/qr.h"
#include "tests/unit/paper/made.h"
#include "tests/unit/paper/tools.h"

namespace stele::paper {
namespace {

TEST(AlteredPrint, AReplacedTextIsNamed) {
  const auto pdf = printed(diploma());
  auto facts = examine_pdf(pdf);
  ASSERT_TRUE(facts);
  bool changed = false;
  for (auto& t : facts->pages[0].texts) {
    const auto at = t.find("Giỏi");
    if (at == std::string::npos) continue;
    t.replace(at, std::string("Giỏi").size(), "Xuất sắc");
    changed = true;
  }
  ASSERT_TRUE(changed);
  const auto told = check_print(school().genesis(), pdf + " ", *facts, facts->attachments[0].bytes);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->code, "text_changed");
  EXPECT_EQ(told->where, "page 1");
  EXPECT_NE(told->en.find("Giỏi"), std::string::npos) << told->en;
  EXPECT_NE(told->en.find("Xuất sắc"), std::string::npos) << told->en;
}

TEST(AlteredPrint, ALinkToAnotherPlaceIsFoundOut) {
  const auto link = link_of(school().genesis().base_url, ShareLink{ShareHandle{}, ShareKey{}});
  const auto pdf = printed(diploma(), {.form = {}, .link = link, .codes = false});
  EXPECT_EQ(verified(pdf).print.code, "same_print");
  auto facts = examine_pdf(pdf);
  ASSERT_TRUE(facts);
  facts->info["/SteleLink"] = "https://evil.example/v#AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA";
  const auto told = check_print(school().genesis(), pdf + " ", *facts, facts->attachments[0].bytes);
  EXPECT_EQ(told.value().answer, verdict::Answer::failed);
}

// ---- files that are no prints at all ----

std::string error_of(const std::string& bytes) {
  const auto r = examine_pdf(bytes);
  return r ? "read" : r.error().code;
}

TEST(HostilePdf, NonsenseGivesAClearError) {
  EXPECT_EQ(error_of(""), "pdf_not_pdf");
  EXPECT_EQ(error_of("{}"), "pdf_not_pdf");
  EXPECT_EQ(error_of("%PDF-1.7\n"), "pdf_damaged");
  EXPECT_EQ(error_of("%PDF-1.7\n" + std::string(100'000, '<')), "pdf_damaged");
  EXPECT_EQ(error_of("%PDF-1.7\n" + std::string(pdf_bytes_max, ' ')), "pdf_too_large");
}

/// A small PDF of these objects, numbered from 1, with a right cross-reference table.
std::string pdf_of(const std::vector<std::string>& objects) {
  std::string out = "%PDF-1.7\n", table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    char line[32];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", out.size());
    table += line;
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const auto at = out.size();
  const auto n = std::to_string(objects.size() + 1);
  return out + "xref\n0 " + n + "\n0000000000 65535 f \n" + table + "trailer << /Size " + n +
         " /Root 1 0 R >>\nstartxref\n" + std::to_string(at) + "\n%%EOF\n";
}
std::string stream_of(const std::string& dictionary, ByteView packed) {
  return "<< " + dictionary + " /Filter /FlateDecode /Length " + std::to_string(packed.size()) + " >>\nstream\n" +
         std::string(as_text(packed)) + "\nendstream";
}

TEST(HostilePdf, BombsAreNotUnpacked) {
  const auto bomb = deflated(as_bytes(std::string(200'000'000, ' ')));
  const std::string page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>";
  const std::string root = "<< /Type /Catalog /Pages 2 0 R >>", tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>";
  EXPECT_EQ(error_of(pdf_of({root, tree, page, stream_of("", bomb)})), "pdf_too_heavy");
  EXPECT_EQ(error_of(pdf_of({root, tree, page, stream_of("/Type /EmbeddedFile", bomb)})), "pdf_too_heavy");
  // Twice packed: 3 GB at the first step.
  const auto twice = deflated(deflated(as_bytes(std::string(200'000'000, ' '))));
  const auto text = "<< /Filter [/FlateDecode /FlateDecode] /Length " + std::to_string(twice.size()) + " >>\nstream\n" +
                    std::string(as_text(twice)) + "\nendstream";
  EXPECT_EQ(error_of(pdf_of({root, tree, page, text})), "pdf_too_heavy");
  // A harmless one of the same build is read.
  EXPECT_EQ(error_of(pdf_of({root, tree, page, stream_of("", deflated(as_bytes("BT ET")))})), "read");
}

TEST(HostilePdf, LoopsAndDepthsEnd) {
  const std::string tree = "<< /Type /Pages /Kids [2 0 R] /Count 1 >>";
  EXPECT_NE(error_of(pdf_of({"<< /Type /Catalog /Pages 2 0 R >>", tree})), "");
  std::string deep = "<< /Type /Catalog /Pages 2 0 R /A ";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_NE(error_of(pdf_of({deep, tree})), "");
  // A form that draws itself.
  const std::string form =
      "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources 5 0 R /Length 5 >>\nstream\n/X Do\nendstream";
  EXPECT_EQ(error_of(pdf_of({"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                             "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources 5 0 R >>",
                             form, "<< /XObject << /X 4 0 R >> >>"})),
            "read");
}

TEST(HostilePdf, CharacterMapsAreReadWithinBounds) {
  const auto map = read_cmap(
      "2 beginbfchar <01> <0041> <02> <D83DDE00> endbfchar 1 beginbfrange <10> <12> <0061> endbfrange "
      "1 beginbfrange <20> <21> [<1ED9> <00420043>] endbfrange");
  EXPECT_EQ(map.at(1), "A");
  EXPECT_EQ(map.at(2), "\xF0\x9F\x98\x80");
  EXPECT_EQ(map.at(0x12), "c");
  EXPECT_EQ(map.at(0x20), "ộ");
  EXPECT_EQ(map.at(0x21), "BC");
  EXPECT_LE(read_cmap("1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange").size(), 70'000u);
  EXPECT_TRUE(read_cmap("beginbfchar <").empty());
}

TEST(HostilePdf, WhatTheReaderSaysIsUnpackedStrictly) {
  PdfRead a;
  a.facts.lang = "vi";
  a.facts.info["/Title"] = "Bằng";
  a.facts.fonts["/F"] = "x";
  a.facts.attachments.push_back({"a", "b"});
  a.facts.pages.push_back({{"chữ"}, "d", "[0 0]", 2});
  const auto bytes = pack(a);
  PdfRead b;
  ASSERT_TRUE(unpack(bytes, b));
  EXPECT_EQ(pack(b), bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    PdfRead c;
    EXPECT_FALSE(unpack(std::string_view(bytes).substr(0, cut), c)) << cut;
  }
}

// ---- by other programs' eyes ----

TEST(Print, OtherProgramsFindItInOrder) {
  const Folder folder;
  int status = -1;
  (void)output_of("command -v pdfinfo qpdf >/dev/null 2>&1 && command -v pdftotext pdffonts 2>&1", status);
  if (status != 0) {
    if (std::getenv("CI") != nullptr)
      FAIL() << "poppler-utils and qpdf are not installed";  // NOLINT(concurrency-mt-unsafe)
    GTEST_SKIP() << "poppler-utils and qpdf are not installed";
  }
  for (const auto* document : {&diploma(), &transcript()}) {
    const auto pdf = folder.write("a.pdf", printed(*document, {.form = {}, .link = {}, .codes = true}));
    const auto checked = output_of("qpdf --check " + pdf + " 2>&1", status);
    EXPECT_EQ(status, 0) << checked;
    const auto info = output_of("pdfinfo " + pdf, status);
    EXPECT_NE(info.find("Tagged:          yes"), std::string::npos) << info;
    const auto tags = output_of("pdfinfo -struct " + pdf, status);
    for (const char* tag : {"Document", "H1", "P (block)"}) EXPECT_NE(tags.find(tag), std::string::npos) << tag;
    std::istringstream fonts(output_of("pdffonts " + pdf + " | tail -n +3", status));
    int count = 0;
    for (std::string line; std::getline(fonts, line); ++count) {
      EXPECT_NE(line.find(" yes yes yes "), std::string::npos) << line;  // embedded, subset, ToUnicode
      EXPECT_NE(line.find("+NotoSerif"), std::string::npos) << line;
    }
    EXPECT_GT(count, 2);
    const auto text = output_of("pdftotext -layout " + pdf + " -", status);
    const auto file = verdict::decode_document(*document);
    for (const auto& p : file->persons) {
      const auto d = record::decode_disclosure(p.disclosure);
      const auto person = record::person_claim(*d);
      if (person && text.find(person->title) != std::string::npos) {
        EXPECT_NE(text.find(person->name), std::string::npos) << person->name;
      }
    }
    for (const auto& x : file->disclosures) {
      const auto d = record::decode_disclosure(x.disclosure);
      if (x.record == file->subject && d->name == "name") {
        EXPECT_NE(text.find(d->value.string()), std::string::npos) << d->value.string();
      }
    }
    const auto attached = output_of("pdfdetach -list " + pdf, status);
    EXPECT_NE(attached.find("1 embedded files"), std::string::npos) << attached;
  }
}

}  // namespace
}  // namespace stele::paper
