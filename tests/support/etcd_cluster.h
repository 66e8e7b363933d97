// Real members of etcd on loopback, in a folder of their own, that can be killed and started again.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace stele::test {

class EtcdCluster {
 public:
  /// Is the program there at all? (Debian: etcd-server.)
  [[nodiscard]] static bool available();
  /// Starts them and waits until they have a leader; throws what went wrong.
  EtcdCluster(std::filesystem::path folder, std::size_t members);
  ~EtcdCluster();
  EtcdCluster(const EtcdCluster&) = delete;
  EtcdCluster& operator=(const EtcdCluster&) = delete;

  [[nodiscard]] std::vector<std::string> urls() const;
  [[nodiscard]] std::size_t leader() const;
  void kill(std::size_t member);    ///< SIGKILL, and gone when it returns
  void freeze(std::size_t member);  ///< SIGSTOP
  void thaw(std::size_t member);
  void start(std::size_t member);
  void wait_until_ready() const;

 private:
  struct Member {
    pid_t pid = -1;
    std::uint16_t client = 0, peer = 0;
  };
  std::filesystem::path folder_;
  std::vector<Member> members_;
};

}  // namespace stele::test
