// A document handed over by a link: encrypted for whoever has the link, kept by a verifier that can't read it
// (wire-format.md section 11a).
#pragma once

#include "ledger/paper/qr.h"

namespace stele::cli {

inline constexpr std::size_t shared_bytes_max = 262'144;

/// What the verifier keeps. `nonce` never twice under one key: draw it, and a new link, each time. `share_too_large`
/// above 256 KiB.
[[nodiscard]] Result<Bytes> seal_shared(const paper::ShareLink&, ByteView nonce, std::string_view document);
/// The document, or `share_form`, `share_not_authentic`.
[[nodiscard]] Result<std::string> open_shared(const paper::ShareLink&, ByteView blob);

}  // namespace stele::cli
