// XML parts of a workbook, streamed through expat: no DOCTYPE, no deep nesting, no endless token.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/error.h"
#include "wallet-cli/tables/archive.h"

namespace stele::tables {

/// An element's start. Names carry a short prefix of our own for their namespace, whatever the file calls it: none for
/// SpreadsheetML and package relationships, "r:" for document relationships, "office:", "table:", "text:", "style:",
/// "manifest:" for OpenDocument, "?:" for all others.
class XmlTag {
 public:
  XmlTag(std::string_view name, const char* const* attributes) : name_(name), attributes_(attributes) {}
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const;
  /// A whole number that is at most `max`; none if absent or anything else.
  [[nodiscard]] std::optional<std::uint32_t> number(std::string_view name, std::uint32_t max) const;

 private:
  std::string_view name_;
  const char* const* attributes_;
};

/// Takes what a part holds. Whoever calls fail() is not called again.
class XmlSink {
 public:
  XmlSink() = default;
  XmlSink(const XmlSink&) = delete;
  XmlSink& operator=(const XmlSink&) = delete;
  virtual ~XmlSink() = default;
  virtual void start(const XmlTag&) = 0;
  virtual void end(std::string_view /*name*/) {}
  virtual void text(std::string_view) {}
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  /// Keeps the first failure.
  void fail(Error error) {
    if (!failure_) failure_ = std::move(error);
  }

 private:
  std::optional<Error> failure_;
};

/// Streams the part into the sink. Errors: the sink's, the archive's, `file_has_doctype`, `file_damaged` (not XML).
[[nodiscard]] Result<void> parse_part(Archive&, std::string_view part, XmlSink&);

}  // namespace stele::tables
