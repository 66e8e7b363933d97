#include "ledger/paper/pdf.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <qpdf/Buffer.hh>
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFEFStreamObjectHelper.hh>
#include <qpdf/QPDFEmbeddedFileDocumentHelper.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFFileSpecObjectHelper.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFPageObjectHelper.hh>
#include <qpdf/QPDFWriter.hh>
#include <qpdf/QUtil.hh>
#include <set>
#include <stdexcept>

namespace stele::paper {
namespace {

constexpr std::size_t form_depth_max = 4;
constexpr std::size_t texts_max = 20'000;  ///< of one page
constexpr std::size_t cmap_codes_max = 70'000;
constexpr std::size_t why_bytes_max = 300;
constexpr std::size_t attachments_max = 8;  ///< more are not read: one too many is enough

/// More than the bounds allow.
struct TooHeavy : std::runtime_error {
  TooHeavy() : std::runtime_error("more than the bounds allow") {}
};

/// Takes what is unpacked until there is too much of it.
class Bounded : public Pipeline {
 public:
  Bounded(std::string& out, std::size_t left) : Pipeline("bounded", nullptr), out_(out), left_(left) {}
  void write(unsigned char const* data, std::size_t size) override {
    if (size > left_) {
      full_ = true;
      throw TooHeavy();
    }
    left_ -= size;
    out_.append(reinterpret_cast<const char*>(data), size);  // NOLINT
  }
  void finish() override {}
  /// qpdf takes what a pipeline throws for a damaged stream.
  [[nodiscard]] bool full() const { return full_; }

 private:
  std::string& out_;
  std::size_t left_;
  bool full_ = false;
};

class Reader {
 public:
  explicit Reader(PdfFacts& out) : out_(out) {}

  void read(QPDF& pdf) {
    if (pdf.getObjectCount() > pdf_objects_max) throw TooHeavy();
    information(pdf);
    attachments(pdf);
    auto pages = QPDFPageDocumentHelper(pdf).getAllPages();
    if (pages.size() > pdf_pages_max) throw TooHeavy();
    for (auto& p : pages) page(p);
  }

 private:
  /// The stream unpacked; as it is packed where qpdf knows no such packing (pictures).
  std::string bytes_of(QPDFObjectHandle stream) {
    std::string out;
    const auto left = std::min(pdf_stream_bytes_max, pdf_total_bytes_max - used_);
    Bounded to(out, left);
    bool tried = false;
    const bool piped = stream.pipeStreamData(&to, &tried, 0, qpdf_dl_generalized, true, false);
    if (to.full()) throw TooHeavy();
    if (!piped || !tried) {
      out.clear();
      Bounded raw(out, left);
      stream.pipeStreamData(&raw, 0, qpdf_dl_none, true, false);
      if (raw.full()) throw TooHeavy();
    }
    used_ += out.size();
    return out;
  }

  void information(QPDF& pdf) {
    auto info = pdf.getTrailer().getKey("/Info");
    if (info.isDictionary()) {
      for (const auto& key : info.getKeys()) {
        auto v = info.getKey(key);
        out_.info[key] = v.isString() ? v.getUTF8Value() : v.isName() ? v.getName() : std::string();
      }
    }
    auto root = pdf.getRoot();
    auto lang = root.getKey("/Lang");
    if (lang.isString()) out_.lang = lang.getUTF8Value();
    auto names = root.getKey("/Names");
    out_.active = root.hasKey("/OpenAction") || root.hasKey("/AA") || root.hasKey("/AcroForm") ||
                  (names.isDictionary() && names.hasKey("/JavaScript"));
  }

  void attachment(const std::string& name, QPDFObjectHandle stream) {
    if (!stream.isStream() || !seen_.insert(stream.getObjGen()).second) return;
    if (out_.attachments.size() >= attachments_max) return;
    out_.attachments.push_back({name, bytes_of(stream)});
  }
  void file_specification(QPDFObjectHandle spec) {
    auto ef = spec.getKey("/EF");
    if (!ef.isDictionary()) return;
    std::string name;
    for (const char* key : {"/UF", "/F"}) {
      auto v = spec.getKey(key);
      if (name.empty() && v.isString()) name = v.getUTF8Value();
    }
    for (const auto& key : ef.getKeys()) attachment(name, ef.getKey(key));
  }
  /// By the name tree, by file specifications wherever they hang, and by what streams say they are.
  void attachments(QPDF& pdf) {
    for (auto& [name, spec] : QPDFEmbeddedFileDocumentHelper(pdf).getEmbeddedFiles()) {
      file_specification(spec->getObjectHandle());
    }
    for (auto& object : pdf.getAllObjects()) {
      if (object.isDictionary() && object.hasKey("/EF")) file_specification(object);
      if (object.isStream() && object.isStreamOfType("/EmbeddedFile")) attachment("", object);
      if (object.isDictionary() && object.isDictionaryOfType("/FontDescriptor")) font(object);
    }
  }
  void font(QPDFObjectHandle descriptor) {
    for (const char* key : {"/FontFile", "/FontFile2", "/FontFile3"}) {
      auto program = descriptor.getKey(key);
      if (!program.isStream()) continue;
      auto name = descriptor.getKey("/FontName");
      out_.fonts[name.isName() ? name.getName() : std::string("?")] += bytes_of(program);
    }
  }

  void page(QPDFPageObjectHelper& helper);

  PdfFacts& out_;
  std::size_t used_ = 0;
  std::set<QPDFObjGen> seen_;

  friend class Text;
};

// ---- text ----

void append_utf8(std::string& out, unsigned c) {
  if (c < 0x80U) {
    out += static_cast<char>(c);
  } else if (c < 0x800U) {
    out += static_cast<char>(0xC0U | (c >> 6U));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else if (c < 0x10000U) {
    out += static_cast<char>(0xE0U | (c >> 12U));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    out += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
    out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

struct FontMap {
  bool wide = false;  ///< two bytes a code
  std::map<unsigned, std::string> text;
  [[nodiscard]] std::string read(const std::string& codes) const {
    std::string out;
    const std::size_t step = wide ? 2 : 1;
    for (std::size_t i = 0; i + step <= codes.size(); i += step) {
      unsigned code = static_cast<unsigned char>(codes[i]);
      if (wide) code = code * 256U + static_cast<unsigned char>(codes[i + 1]);
      const auto it = text.find(code);
      if (it != text.end()) {
        out += it->second;
      } else {
        append_utf8(out, code < 0x20U ? 0xFFFDU : code);  // without a map: Latin-1, near to what simple fonts mean
      }
    }
    return out;
  }
};

/// Gathers the words of one page from its operators, and follows the forms that it draws.
class Text : public QPDFObjectHandle::ParserCallbacks {
 public:
  Text(Reader& reader, PdfPage& out, QPDFObjectHandle resources, std::size_t depth)
      : reader_(reader), out_(out), resources_(std::move(resources)), depth_(depth) {}

  void handleObject(QPDFObjectHandle object) override {
    if (object.isOperator()) {
      act(object.getOperatorValue());
      operands_.clear();
    } else {
      operands_.push_back(object);
      constexpr std::size_t operands_max = 64;
      if (operands_.size() > operands_max) operands_.erase(operands_.begin());
    }
  }
  void handleEOF() override { close(); }

 private:
  void act(const std::string& op) {
    if (op == "Tf" && operands_.size() >= 2 && operands_[0].isName()) {
      font_ = map_of(operands_[0].getName());
    } else if (op == "Tj" || op == "'" || op == "\"") {
      if (op != "Tj") close();
      if (!operands_.empty() && operands_.back().isString()) line_ += font_->read(operands_.back().getStringValue());
    } else if (op == "TJ" && !operands_.empty() && operands_.back().isArray()) {
      for (auto& item : operands_.back().getArrayAsVector()) {
        if (item.isString()) line_ += font_->read(item.getStringValue());
      }
    } else if (op == "Td" || op == "TD" || op == "Tm" || op == "T*" || op == "ET") {
      close();
    } else if (op == "Do" && !operands_.empty() && operands_.back().isName()) {
      draw(operands_.back().getName());
    }
  }

  void close() {
    if (line_.empty()) return;
    if (out_.texts.size() >= texts_max) throw TooHeavy();
    out_.texts.push_back(std::move(line_));
    line_.clear();
  }

  std::shared_ptr<FontMap> map_of(const std::string& name) {
    auto& known = maps_[name];
    if (known) return known;
    known = std::make_shared<FontMap>();
    auto fonts = resources_.isDictionary() ? resources_.getKey("/Font") : QPDFObjectHandle::newNull();
    auto font = fonts.isDictionary() ? fonts.getKey(name) : QPDFObjectHandle::newNull();
    if (!font.isDictionary()) return known;
    known->wide = font.getKey("/Subtype").isNameAndEquals("/Type0");
    auto map = font.getKey("/ToUnicode");
    if (map.isStream()) known->text = read_cmap(reader_.bytes_of(map));
    return known;
  }

  void draw(const std::string& name) {
    auto all = resources_.isDictionary() ? resources_.getKey("/XObject") : QPDFObjectHandle::newNull();
    auto drawn = all.isDictionary() ? all.getKey(name) : QPDFObjectHandle::newNull();
    if (!drawn.isStream() || depth_ >= form_depth_max) return;
    out_.drawing += reader_.bytes_of(drawn);
    if (!drawn.getDict().getKey("/Subtype").isNameAndEquals("/Form")) return;
    auto own = drawn.getDict().getKey("/Resources");
    Text inner(reader_, out_, own.isDictionary() ? own : resources_, depth_ + 1);
    close();
    QPDFObjectHandle::parseContentStream(drawn, &inner);
  }

  Reader& reader_;
  PdfPage& out_;
  QPDFObjectHandle resources_;
  std::size_t depth_;
  std::vector<QPDFObjectHandle> operands_;
  std::map<std::string, std::shared_ptr<FontMap>> maps_;
  std::shared_ptr<FontMap> font_ = std::make_shared<FontMap>();
  std::string line_;
};

void Reader::page(QPDFPageObjectHelper& helper) {
  PdfPage p;
  p.box = helper.getMediaBox().unparseResolved();
  auto object = helper.getObjectHandle();
  auto notes = object.getKey("/Annots");
  p.notes = notes.isArray() ? static_cast<std::size_t>(notes.getArrayNItems()) : 0;
  auto contents = object.getKey("/Contents");
  if (contents.isStream()) {
    p.drawing = bytes_of(contents);
  } else if (contents.isArray()) {
    for (auto& part : contents.getArrayAsVector()) {
      if (part.isStream()) p.drawing += bytes_of(part);
    }
  }
  Text text(*this, p, helper.getAttribute("/Resources", false), 0);
  // From the bytes that were unpacked within the bound, not from the stream again.
  auto bounded = QPDFObjectHandle::newStream(object.getOwningQPDF(), p.drawing);
  QPDFObjectHandle::parseContentStream(bounded, &text);
  out_.pages.push_back(std::move(p));
}

void attach(QPDF& pdf, const PdfAddition& add) {
  auto stream = QPDFEFStreamObjectHelper::createEFStream(pdf, add.attachment.bytes);
  stream.setSubtype("application/json").setCreationDate(add.time).setModDate(add.time);
  auto spec = QPDFFileSpecObjectHelper::createFileSpec(pdf, add.attachment.name, stream);
  spec.setDescription(add.description);
  auto file = pdf.makeIndirectObject(spec.getObjectHandle());
  file.replaceKey("/AFRelationship", QPDFObjectHandle::newName("/Source"));
  QPDFEmbeddedFileDocumentHelper(pdf).replaceEmbeddedFile(add.attachment.name, QPDFFileSpecObjectHelper(file));
  pdf.getRoot().replaceKey("/AF", QPDFObjectHandle::newArray(std::vector<QPDFObjectHandle>{file}));
}

// ---- character maps ----

/// The next token of a CMap: "<0041>", "[", "]" or a word; empty at the end.
std::string cmap_token(const std::string& text, std::size_t& at) {
  const auto space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0'; };
  while (at < text.size() && space(text[at])) ++at;
  if (at >= text.size()) return {};
  const auto from = at;
  if (text[at] == '<') {
    const auto end = text.find('>', at);
    at = end == std::string::npos ? text.size() : end + 1;
  } else if (text[at] == '[' || text[at] == ']') {
    ++at;
  } else {
    while (at < text.size() && !space(text[at]) && text[at] != '<' && text[at] != '[' && text[at] != ']') ++at;
  }
  return text.substr(from, at - from);
}

std::vector<unsigned> hex_units(const std::string& token, std::size_t digits) {
  std::vector<unsigned> out;
  unsigned n = 0;
  std::size_t have = 0;
  for (const char c : token) {
    unsigned digit = 0;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = static_cast<unsigned>(c - 'a') + 10U;
    else if (c >= 'A' && c <= 'F')
      digit = static_cast<unsigned>(c - 'A') + 10U;
    else
      continue;
    n = n * 16U + digit;
    if (++have == digits) {
      out.push_back(n);
      n = 0, have = 0;
    }
  }
  if (have > 0) out.push_back(n);
  return out;
}
unsigned code_of(const std::string& token) {
  constexpr std::size_t digits_max = 8;
  const auto units = hex_units(token.substr(0, digits_max), digits_max);
  return units.empty() ? 0U : units[0];
}
/// UTF-16BE in hexadecimal.
std::string utf8_of(const std::string& token, unsigned more = 0) {
  std::string out;
  const auto units = hex_units(token, 4);
  for (std::size_t i = 0; i < units.size(); ++i) {
    unsigned c = units[i];
    if (c >= 0xD800U && c < 0xDC00U && i + 1 < units.size()) {
      c = 0x10000U + ((c - 0xD800U) << 10U) + ((units[i + 1] - 0xDC00U) & 0x3FFU);
      ++i;
    }
    append_utf8(out, (i + 1 == units.size() ? c + more : c) & 0x1FFFFFU);
  }
  return out;
}

}  // namespace

std::map<unsigned, std::string> read_cmap(const std::string& text) {
  std::map<unsigned, std::string> out;
  std::size_t at = 0;
  for (auto token = cmap_token(text, at); !token.empty(); token = cmap_token(text, at)) {
    if (token == "beginbfchar") {
      for (auto from = cmap_token(text, at); from.size() > 1 && from[0] == '<'; from = cmap_token(text, at)) {
        if (out.size() < cmap_codes_max) out[code_of(from)] = utf8_of(cmap_token(text, at));
      }
    } else if (token == "beginbfrange") {
      for (auto from = cmap_token(text, at); from.size() > 1 && from[0] == '<'; from = cmap_token(text, at)) {
        const auto first = code_of(from), last = code_of(cmap_token(text, at));
        auto to = cmap_token(text, at);
        if (to == "[") {
          for (unsigned c = first; (to = cmap_token(text, at)) != "]" && !to.empty(); ++c) {
            if (out.size() < cmap_codes_max) out[c] = utf8_of(to);
          }
        } else {
          for (unsigned c = first; c <= last && c - first < 0x10000U && out.size() < cmap_codes_max; ++c)
            out[c] = utf8_of(to, c - first);
        }
      }
    }
  }
  return out;
}

PdfRead read_pdf(const std::string& bytes) {
  PdfRead out;
  const auto fault = [&](PdfFault f, const std::string& why) {
    out.fault = f;
    out.why = why.substr(0, why_bytes_max);
    out.facts = {};
    return out;
  };
  if (bytes.size() > pdf_bytes_max) return fault(PdfFault::too_heavy, "");
  if (bytes.compare(0, 5, "%PDF-") != 0) return fault(PdfFault::not_pdf, "");
  try {
    QPDF pdf;
    pdf.setSuppressWarnings(true);
    pdf.processMemoryFile("pdf", bytes.data(), bytes.size());
    Reader(out.facts).read(pdf);
    out.facts.damaged = pdf.anyWarnings();
  } catch (const TooHeavy& e) {
    return fault(PdfFault::too_heavy, e.what());
  } catch (const std::bad_alloc& e) {
    return fault(PdfFault::too_heavy, e.what());
  } catch (const QPDFExc& e) {
    return fault(e.getErrorCode() == qpdf_e_password ? PdfFault::locked : PdfFault::damaged, e.getMessageDetail());
  } catch (const std::exception& e) {
    return fault(PdfFault::damaged, e.what());
  }
  return out;
}

bool complete_pdf(const std::string& drawn, const PdfAddition& add, std::string& out) {
  try {
    QPDF pdf;
    pdf.processMemoryFile("drawn", drawn.data(), drawn.size());
    if (!add.attachment.name.empty()) attach(pdf, add);
    auto root = pdf.getRoot();
    root.replaceKey("/Lang", QPDFObjectHandle::newString(add.lang));
    auto view = QPDFObjectHandle::newDictionary();
    view.replaceKey("/DisplayDocTitle", QPDFObjectHandle::newBool(true));
    root.replaceKey("/ViewerPreferences", view);
    auto info = pdf.getTrailer().getKey("/Info");
    if (!info.isDictionary()) {
      out = "no information dictionary";
      return false;
    }
    for (const auto& [key, value] : add.info) info.replaceKey(key, QPDFObjectHandle::newUnicodeString(value));
    QPDFWriter writer(pdf);
    writer.setOutputMemory();
    writer.setDeterministicID(true);
    writer.setObjectStreamMode(qpdf_o_disable);
    writer.setMinimumPDFVersion("1.7");
    writer.write();
    const auto buffer = writer.getBufferSharedPointer();
    out.assign(reinterpret_cast<const char*>(buffer->getBuffer()), buffer->getSize());  // NOLINT
    return true;
  } catch (const std::exception& e) {
    out = e.what();
    return false;
  }
}

std::string pdf_version() {
  return "qpdf/" + QPDF::QPDFVersion();
}

}  // namespace stele::paper
