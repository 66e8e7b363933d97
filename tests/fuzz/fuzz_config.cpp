// A node's configuration: any bytes give a configuration within its bounds, or an error that names the file.
#include <cstddef>
#include <cstdint>

#include "ledger/base/assert.h"
#include "ledger/base/bytes.h"
#include "node/app/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > stele::app::config_bytes_max) return 0;  // read_config refuses it before
  const auto c = stele::app::parse_config(stele::as_text({data, size}), "/etc/stele/node.toml");
  if (!c) {
    STELE_ASSERT(c.error().code.starts_with("config_") && c.error().where.file == "/etc/stele/node.toml");
    STELE_ASSERT(!c.error().vi.empty() && !c.error().en.empty());
    return 0;
  }
  STELE_ASSERT(c->genesis.is_absolute() && c->data.is_absolute());
  STELE_ASSERT(c->keys.vote_file.is_absolute() || !c->roles.validator);
  STELE_ASSERT(c->peers.size() <= stele::app::peers_max && c->etcd.members.size() <= stele::app::etcd_members_max);
  for (const auto& p : c->peers) STELE_ASSERT(!p.url.empty() && p.where.row > 0);
  STELE_ASSERT(c->committee.tls_ca.empty() || !c->peers.empty());
  STELE_ASSERT(c->http.threads >= 1 && c->http.threads <= 64);
  STELE_ASSERT(c->http.tls_certificate.empty() == c->http.tls_key.empty());
  STELE_ASSERT(c->limits.connections >= 1 && c->limits.free_space_floor_mb >= 1);
  STELE_ASSERT(c->limits.requests_per_second >= 0 && c->limits.requests_burst >= 0);
  return 0;
}
