#include "wallet-cli/tables/xml.h"

#include <expat.h>

#include <array>
#include <charconv>
#include <utility>

#include "wallet-cli/tables/faults.h"
#include "wallet-cli/tables/table.h"

namespace stele::tables {
namespace {

constexpr char separator = '|';

struct KnownNamespace {
  std::string_view uri;
  std::string_view prefix;
};
// Transitional and strict OOXML, then OpenDocument.
constexpr std::array known_namespaces = {
    KnownNamespace{"http://schemas.openxmlformats.org/spreadsheetml/2006/main", ""},
    KnownNamespace{"http://purl.oclc.org/ooxml/spreadsheetml/main", ""},
    KnownNamespace{"http://schemas.openxmlformats.org/package/2006/relationships", ""},
    KnownNamespace{"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "r:"},
    KnownNamespace{"http://purl.oclc.org/ooxml/officeDocument/relationships", "r:"},
    KnownNamespace{"urn:oasis:names:tc:opendocument:xmlns:office:1.0", "office:"},
    KnownNamespace{"urn:oasis:names:tc:opendocument:xmlns:table:1.0", "table:"},
    KnownNamespace{"urn:oasis:names:tc:opendocument:xmlns:text:1.0", "text:"},
    KnownNamespace{"urn:oasis:names:tc:opendocument:xmlns:style:1.0", "style:"},
    KnownNamespace{"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0", "manifest:"},
};

/// expat's "uri|local" (or "local") as our prefix and the local name.
std::pair<std::string_view, std::string_view> split_name(std::string_view qualified) {
  const auto at = qualified.rfind(separator);
  if (at == std::string_view::npos) return {"", qualified};
  const auto uri = qualified.substr(0, at);
  for (const auto& known : known_namespaces)
    if (known.uri == uri) return {known.prefix, qualified.substr(at + 1)};
  return {"?:", qualified.substr(at + 1)};
}

std::string short_name(std::string_view qualified) {
  const auto [prefix, local] = split_name(qualified);
  return std::string(prefix) + std::string(local);
}

/// One run of expat over one part.
class Run {
 public:
  Run(XmlSink& sink, std::string_view file, std::string_view part)
      : sink_(sink), part_(shortened(part)), parser_(XML_ParserCreateNS(nullptr, separator)) {
    STELE_ASSERT(parser_ != nullptr);
    where_.file = file;
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, &Run::on_start, &Run::on_end);
    XML_SetCharacterDataHandler(parser_, &Run::on_text);
    XML_SetStartDoctypeDeclHandler(parser_, &Run::on_doctype);
    XML_SetCommentHandler(parser_, [](void* self, const XML_Char*) { run(self).token_fed_ = 0; });
    XML_SetProcessingInstructionHandler(parser_,
                                        [](void* self, const XML_Char*, const XML_Char*) { run(self).token_fed_ = 0; });
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { XML_ParserFree(parser_); }

  Result<void> feed(std::string_view chunk, bool last) {
    token_fed_ += chunk.size();
    const auto status = XML_Parse(parser_, chunk.data(), static_cast<int>(chunk.size()), last ? 1 : 0);
    if (sink_.failure()) return Unexpected(*sink_.failure());
    if (status != XML_STATUS_OK) return damaged(XML_ErrorString(XML_GetErrorCode(parser_)));
    // expat scans an unfinished token anew with every chunk: without a bound, work would grow with its square.
    if (token_fed_ > xml_token_max_bytes) return damaged("token");
    return {};
  }

 private:
  static Run& run(void* self) { return *static_cast<Run*>(self); }

  Unexpected<Error> damaged(std::string_view why) const {
    return Unexpected(fault("file_damaged", where_, {part_ + ": " + std::string(why)}));
  }

  void stop_with(Error error) {
    sink_.fail(std::move(error));
    XML_StopParser(parser_, XML_FALSE);
  }

  static void on_start(void* self, const XML_Char* name, const XML_Char** attributes) {
    Run& r = run(self);
    if (r.sink_.failure()) return;  // expat may still deliver what it had begun
    r.token_fed_ = 0;
    if (++r.depth_ > xml_depth_max) return r.stop_with(r.damaged("depth").error());
    r.sink_.start({short_name(name), attributes});
    if (r.sink_.failure()) XML_StopParser(r.parser_, XML_FALSE);
  }
  static void on_end(void* self, const XML_Char* name) {
    Run& r = run(self);
    if (r.sink_.failure()) return;
    r.token_fed_ = 0;
    --r.depth_;
    r.sink_.end(short_name(name));
    if (r.sink_.failure()) XML_StopParser(r.parser_, XML_FALSE);
  }
  static void on_text(void* self, const XML_Char* text, int length) {
    Run& r = run(self);
    if (r.sink_.failure()) return;
    r.token_fed_ = 0;
    r.sink_.text({text, static_cast<std::size_t>(length)});
    if (r.sink_.failure()) XML_StopParser(r.parser_, XML_FALSE);
  }
  static void on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    Run& r = run(self);
    r.stop_with(fault("file_has_doctype", r.where_, {r.part_}));
  }

  XmlSink& sink_;
  Where where_;
  std::string part_;
  XML_Parser parser_;
  std::size_t depth_ = 0;
  std::size_t token_fed_ = 0;  // bytes given since the last event
};

}  // namespace

std::optional<std::string_view> XmlTag::attribute(std::string_view name) const {
  for (const char* const* a = attributes_; *a != nullptr; a += 2) {
    const auto [prefix, local] = split_name(a[0]);
    if (name.size() == prefix.size() + local.size() && name.starts_with(prefix) && name.ends_with(local)) return a[1];
  }
  return std::nullopt;
}

std::optional<std::uint32_t> XmlTag::number(std::string_view name, std::uint32_t max) const {
  const auto text = attribute(name);
  std::uint32_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value > max) return std::nullopt;
  return value;
}

Result<void> parse_part(Archive& archive, std::string_view part, XmlSink& sink) {
  Run run(sink, archive.file_name(), part);
  STELE_CHECK(archive.read(part, [&](std::string_view chunk) { return run.feed(chunk, false); }));
  return run.feed({}, true);
}

}  // namespace stele::tables
