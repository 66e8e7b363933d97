#include "node/app/answers.h"
#include "node/app/node.h"

namespace stele::app {
namespace {

Error starting() {
  return make_error("starting", "Nút đang khởi động; hãy thử lại sau giây lát.",
                    "The node is starting; try again in a moment.");
}

http::Response to_response(Result<http::Response> r) {
  return r ? std::move(*r) : refuse(r.error());
}

}  // namespace

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
        if (node == nullptr) return respond(refuse(starting()));
        handler(*node, std::move(request), std::move(respond));
      },
      options);
}

void Routes::quick(std::string method, std::string pattern, Plain handler) {
  async(std::move(method), std::move(pattern),
        [handler = std::move(handler)](Node& node, const http::Request& request, http::Respond respond) {
          respond(to_response(handler(node, request)));
        });
}

void Routes::on_pool(http::Request request, http::Respond respond, Plain handler) {
  // A std::function can be copied, a Respond can't: both live in one shared place.
  struct Waiting {
    http::Request request;
    http::Respond respond;
  };
  auto w = std::make_shared<Waiting>(Waiting{std::move(request), std::move(respond)});
  Node* node = node_.load();
  const bool taken =
      pool_.post([w, node, handler = std::move(handler)] { w->respond(to_response(handler(*node, w->request))); });
  if (!taken) w->respond(refuse(overloaded()));
}

void Routes::slow(std::string method, std::string pattern, Plain handler, http::RouteOptions options) {
  async(
      std::move(method), std::move(pattern),
      [this, handler = std::move(handler)](Node&, http::Request request, http::Respond respond) {
        on_pool(std::move(request), std::move(respond), handler);
      },
      options);
}

void Routes::staff(std::string method, std::string pattern, Signed handler, http::RouteOptions options) {
  slow(
      std::move(method), std::move(pattern),
      [handler = std::move(handler)](Node& node, const http::Request& request) -> Result<http::Response> {
        STELE_TRY(const auto who, node.gate->check(request));
        return handler(node, request, who);
      },
      options);
}

}  // namespace stele::app
