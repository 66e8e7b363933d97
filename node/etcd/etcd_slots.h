// The table of slots in etcd. Keys are ordered as slots are; revisions are never looked at, since a restored snapshot
// moves them back. Only orderers speak to etcd.
#pragma once

#include "node/etcd/etcd_client.h"
#include "node/ordering/slots.h"

namespace stele::etcd {

inline constexpr std::uint64_t lease_s = 5;  ///< an orderer that says nothing for so long leads no more

class EtcdSlots final : public ordering::Slots {
 public:
  /// `net`: as in the genesis; networks do not see each other's slots. Errors: those of EtcdClient::open.
  [[nodiscard]] static Result<std::unique_ptr<EtcdSlots>> open(const std::string& net, EtcdOptions);

  // Errors: those of EtcdClient::call, and `etcd_bad_answer`.
  Result<Put> put(const ordering::Slot&, ByteView block, bool begins_epoch) override;
  Result<std::vector<Kept>> read(const ordering::Slot& from, std::size_t slots_max) override;
  Result<bool> lead(std::uint16_t orderer) override;
  Result<void> forget(const ordering::Slot& before) override;

  /// As EtcdClient::cancel.
  void cancel() { client_->cancel(); }

 private:
  EtcdSlots(const std::string& net, std::unique_ptr<EtcdClient>);
  [[nodiscard]] std::string key_of(const ordering::Slot&) const;
  [[nodiscard]] std::optional<ordering::Slot> slot_of(std::string_view key) const;
  Result<bool> renew();
  Result<bool> take_lead(std::uint16_t orderer);

  std::unique_ptr<EtcdClient> client_;
  std::string slots_, leader_;  ///< keys: where slots begin, and who leads
  std::uint64_t lease_ = 0;     ///< ours; 0: none
};

}  // namespace stele::etcd
