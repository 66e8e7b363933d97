// A school's documents and their prints, made once for all tests of this program.
#pragma once

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "ledger/paper/paper.h"
#include "tests/support/school.h"

namespace stele::paper {

/// Founded, graded, issued; with a diploma whose claims are all there, of a person whose name has every kind of letter.
inline test::School& school() {
  static auto* const made = [] {
    auto* s = new test::School();  // NOLINT: lives as long as the program
    s->found_grade_and_issue();
    s->diploma = s->build_claims({{"name", "Nguyễn Thị Ánh Nguyệt-Thử"},
                                  {"birth_date", "2008-03-14"},
                                  {"birth_place", "Thừa Thiên Huế"},
                                  {"gender", "nu"},
                                  {"ethnicity", "Ê Đê"},
                                  {"student_id", "2500000001"},
                                  {"school", "Trường THPT Ví Dụ Số 1"},
                                  {"graduation_year", "2026"},
                                  {"ranking", "gioi"},
                                  {"mode", "chinh-quy"},
                                  {"serial", "B00000001"},
                                  {"register_no", "0001/2026/THPT"},
                                  {"issued", "2026-07-01"},
                                  {"basis", json::Value::array({base64url(s->transcript.id.view())})}});
    s->diploma.id = s->add({s->sign("principal", record::Type::diploma,
                                    s->credential_body(record::Type::diploma, s->diploma, "once"))})[0];
    s->add({});
    s->add({});
    return s;
  }();
  return *made;
}
inline const std::string& diploma() {
  static const auto text = verdict::encode(school().diploma_file());
  return text;
}
inline const std::string& transcript() {
  static const auto text = verdict::encode(school().transcript_file());
  return text;
}
/// The transcript shown in part: a document of its own.
inline const std::string& extract() {
  static const auto text = [] {
    const auto file = verdict::decode_document(transcript());
    const std::vector<std::string> claims{"name", "school", "subject.toan"};
    return verdict::encode(verdict::disclose(*file, claims).value());
  }();
  return text;
}
inline std::string printed(const std::string& document, const PrintOptions& o = {}) {
  auto pdf = print(school().genesis(), document, o);
  EXPECT_TRUE(pdf.has_value()) << (pdf ? "" : pdf.error().code + ": " + pdf.error().en);
  return pdf ? *pdf : std::string();
}

struct Told {
  std::string outcome;
  PrintVerdict print;
};
/// As `stele verify FILE.pdf` does it.
inline Told verified(const std::string& pdf) {
  Told out;
  std::string document;
  if (const auto facts = examine_pdf(pdf)) {
    const auto inside = document_in(*facts, out.print);
    document = inside.value_or("");
    if (inside) out.print = check_print(school().genesis(), pdf, *facts, document).value();
  } else {
    out.print.answer = verdict::Answer::failed;
    out.print.code = facts.error().code;
    out.print.en = facts.error().en;
    out.print.vi = facts.error().vi;
  }
  const auto v = with_print(verdict::to_json(verdict::judge_file(school().genesis(), document, {})), out.print);
  out.outcome = v.find("outcome")->string();
  return out;
}

}  // namespace stele::paper
