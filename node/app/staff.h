// Who asks: signed requests of staff (wire-format.md section 10), and what their grants let them read.
#pragma once

#include <functional>

#include "ledger/store/ledger.h"
#include "node/http/message.h"
#include "node/requests/signed_request.h"

namespace stele::app {

struct Staff {
  KeyId kid;
  registry::KeyState key;
  Date today;  ///< by the node's clock: grants have dates
};

/// What a request asks to read. Empty: not asked about.
struct Scope {
  std::string_view org, cls, year;
};

// Readers of the state, for the duration of one `with_chain`.

/// Some grant in date stands at `org` or above it, whatever else it names.
[[nodiscard]] bool may_read_org(const Staff&, std::string_view org, const registry::State&);
/// Some grant lets its holder see that class in that year (the subject may still be limited).
[[nodiscard]] bool may_read_class(const Staff&, const Scope&, const registry::State&);
/// And without a limit to a subject: whole documents, and what is most personal. Empty `cls`, `year`: of all classes
/// and years (and what belongs to none, such as diplomas), which a grant that names one does not cover.
[[nodiscard]] bool may_read_all(const Staff&, const Scope&, const registry::State&);
/// And this subject.
[[nodiscard]] bool may_read_subject(const Staff&, const Scope&, const std::string& subject, const registry::State&);
/// Some act in force today lets this key make records of that type at that organisation. `on`: empty, or the kind.
[[nodiscard]] bool may_sign(const Staff&, record::Type, std::string_view on, std::string_view org,
                            const registry::State&);

inline constexpr std::uint64_t session_max_s = 8 * 3600;

/// Any thread.
class StaffGate {
 public:
  using Now = std::function<UnixSeconds()>;
  /// `node`: id of this node's vault. `clock`: the system's, for the age of requests; `ledger_clock`: for grants.
  StaffGate(const store::Ledger& ledger, std::string net, std::string node, Now clock, Now ledger_clock)
      : ledger_(ledger),
        net_(std::move(net)),
        node_(std::move(node)),
        clock_(std::move(clock)),
        ledger_clock_(std::move(ledger_clock)) {}

  /// `request_not_signed`, `request_bad_signature` (also: another method, target or body than were signed),
  /// `request_expired`, `request_replayed`, `request_wrong_node`; `no_authority` for a key that is not valid here.
  [[nodiscard]] Result<Staff> check(const http::Request&);

 private:
  struct Signer {
    Staff staff;
    VerifyKey key;  ///< that signs the request: the staff key, or its session's
  };
  [[nodiscard]] Result<Staff> staff_of(const KeyId&) const;
  [[nodiscard]] Result<Signer> signer_of(const http::Request&, const KeyId&) const;
  [[nodiscard]] Result<Signer> session_of(std::string_view jws, const KeyId&) const;

  const store::Ledger& ledger_;
  const std::string net_, node_;
  const Now clock_, ledger_clock_;
  requests::NonceBook nonces_;
};

}  // namespace stele::app
