// `stele desk`: the server with a link for the browser, until the person closes it.
#pragma once

#include "wallet-cli/cli/context.h"

namespace stele::desk {

struct Run {
  std::filesystem::path keys;   ///< folder of key files, besides the one of --key
  std::filesystem::path codes;  ///< folder for pick-up codes; empty: the one that it is started in
  unsigned idle_minutes = 15;
  bool no_browser = false;
  std::filesystem::path link_file;  ///< the link goes here (mode 0600), for programs
};
[[nodiscard]] cli::Exit run(const cli::Context&, const Run&);

}  // namespace stele::desk
