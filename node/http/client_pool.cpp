#include "node/http/client_pool.h"

#include <algorithm>

namespace stele::http {

Result<std::unique_ptr<ClientPool>> ClientPool::open(std::string url, ClientOptions options, std::size_t idle_max) {
  STELE_TRY(auto first, Client::open(url, options));
  std::unique_ptr<ClientPool> out(new ClientPool(std::move(url), std::move(options), idle_max));
  out->idle_.push_back(std::make_unique<Client>(std::move(first)));
  return out;
}

Result<Response> ClientPool::send(const Request& request, Idempotent idempotent) {
  std::unique_ptr<Client> client;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      client = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!client) {
    STELE_TRY(auto fresh, Client::open(url_, options_));
    client = std::make_unique<Client>(std::move(fresh));
  }
  {
    const std::lock_guard lock(mutex_);
    if (cancelled_) client->cancel();
    busy_.push_back(client.get());
  }
  auto out = client->send(request, idempotent);
  const std::lock_guard lock(mutex_);
  busy_.erase(std::find(busy_.begin(), busy_.end(), client.get()));
  if (idle_.size() < idle_max_) idle_.push_back(std::move(client));
  return out;
}

void ClientPool::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  for (auto* c : busy_) c->cancel();
}

}  // namespace stele::http
