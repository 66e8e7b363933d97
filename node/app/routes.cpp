#include "node/app/answers.h"
#include "node/app/node.h"

namespace stele::app {

Error no_authority() {
  return make_error("no_authority", "Khóa này không có quyền làm việc đó tại đơn vị này.",
                    "This key has no right to do that at this organisation.");
}

Error no_vault() {
  return make_error("no_vault",
                    "Nút này không giữ dữ liệu riêng của học sinh. Hãy dùng địa chỉ của nút có kho dữ liệu của đơn vị.",
                    "This node keeps no personal data. Use the address of the node with the organisation's vault.");
}

http::RouteOptions body_at_most(std::size_t bytes) {
  http::RouteOptions o;
  o.body_bytes_max = bytes;
  return o;
}

void Routes::async(std::string method, std::string pattern, Async handler, http::RouteOptions options) {
  server_.route(
      std::move(method), std::move(pattern),
      [this, handler = std::move(handler)](http::Request request, http::Respond respond) {
        Node* node = node_.load();
        if (node == nullptr) return respond(refuse(http::starting()));
        handler(*node, std::move(request), std::move(respond));
      },
      options);
}

void Routes::quick(std::string method, std::string pattern, Plain handler) {
  async(std::move(method), std::move(pattern),
        [handler = std::move(handler)](Node& node, const http::Request& request, http::Respond respond) {
          respond(http::to_response(handler(node, request)));
        });
}

void Routes::slow(std::string method, std::string pattern, Plain handler, http::RouteOptions options) {
  async(
      std::move(method), std::move(pattern),
      [this, handler = std::move(handler)](Node& node, http::Request request, http::Respond respond) {
        http::respond_on(pool_, std::move(request), std::move(respond),
                         [&node, handler](const http::Request& r) { return handler(node, r); });
      },
      options);
}

void Routes::vault(std::string method, std::string pattern, Plain handler, http::RouteOptions options) {
  slow(
      std::move(method), std::move(pattern),
      [handler = std::move(handler)](Node& node, const http::Request& request) -> Result<http::Response> {
        if (!node.vault) return Unexpected(no_vault());
        return handler(node, request);
      },
      options);
}

void Routes::staff(std::string method, std::string pattern, Signed handler, http::RouteOptions options) {
  vault(
      std::move(method), std::move(pattern),
      [handler = std::move(handler)](Node& node, const http::Request& request) -> Result<http::Response> {
        STELE_TRY(const auto who, node.gate->check(request));
        return handler(node, request, who);
      },
      options);
}

}  // namespace stele::app
