// Tells when a slot may have been written. Only a wake-up: slots are read by their numbers, so that a watch that misses
// something, or stands at a member that is cut off, costs time and nothing else.
#pragma once

#include <condition_variable>
#include <functional>
#include <thread>

#include "node/etcd/etcd_client.h"

namespace stele::etcd {

class EtcdWatch {
 public:
  /// `wake` is called on a thread of the watch's own, also when it has begun anew; it must be quick and not throw.
  /// Errors: those of EtcdClient::open.
  [[nodiscard]] static Result<std::unique_ptr<EtcdWatch>> start(const std::string& net, const EtcdOptions&,
                                                                std::function<void()> wake);
  ~EtcdWatch();
  EtcdWatch(const EtcdWatch&) = delete;
  EtcdWatch& operator=(const EtcdWatch&) = delete;

 private:
  EtcdWatch(std::string prefix, std::function<void()> wake) : prefix_(std::move(prefix)), wake_(std::move(wake)) {}
  void run();
  bool pause();

  const std::string prefix_;
  const std::function<void()> wake_;
  std::vector<http::Client> members_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace stele::etcd
