// Answers of the node: those that all programs share, and its own.
#pragma once

#include "node/http/answers.h"

namespace stele::app {

using http::answer, http::b64u, http::bad_request, http::digest_param, http::not_final_yet, http::not_found,
    http::number_query, http::optional_query, http::overloaded, http::refuse, http::status_for, http::text_query,
    http::to_json;

[[nodiscard]] Error no_authority();

}  // namespace stele::app
