// The desk's web server: loopback only, a port of the system's choice, one person, one thread for all work.
#pragma once

#include <memory>

#include "wallet-cli/cli/context.h"
#include "wallet-cli/desk/options.h"

namespace stele::desk {

class Server {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(cli::Context, Options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// A link that opens the desk once; the one before it is void. The token stands behind the `#`: browsers send that to
  /// no server and into no Referer. Any thread.
  [[nodiscard]] std::string new_link();
  /// The person has closed the desk in the page. Any thread.
  [[nodiscard]] bool closed() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace stele::desk
