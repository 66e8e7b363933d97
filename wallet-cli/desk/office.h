// What a signed-in person does at the desk: sees, imports, signs, approves, issues. The same functions as the commands'
// (wallet-cli/cli/*_work.h), with JSON in place of print. The signing key is in memory only while it signs: what is
// read from the node in between is asked for by a session key that it delegated to. All of it on one thread, but for
// Job.
#pragma once

#include <mutex>

#include "wallet-cli/cli/issue_work.h"
#include "wallet-cli/cli/sheet_work.h"
#include "wallet-cli/desk/options.h"

namespace stele::desk {

/// How far a signing has come. Any thread.
class Job {
 public:
  void begin(std::size_t records);
  void at(std::string_view phase, std::size_t done);
  /// `send_again`: something is signed whose outcome is not known. `codes`: the file that pick-up codes were written
  /// to. `waits`: second signatures without which what is final is not in force.
  void finish(const Result<std::vector<cli::Answer>>&, bool send_again, const std::filesystem::path& codes,
              json::Value waits);
  /// {phase: "none"/"signing"/"sending"/"done"/"failed", done, total, final?, results?: [{id, status, error?}],
  /// send_again?, waits?: [{by, what, roles}], error?, codes?}
  [[nodiscard]] json::Value snapshot() const;

 private:
  mutable std::mutex mutex_;
  std::string phase_ = "none";
  std::size_t done_ = 0, total_ = 0;
  json::Value outcome_ = json::Value::object();
};

class Office {
 public:
  Office(cli::Context, Options);

  /// Who may sign in here, who has, and where.
  [[nodiscard]] json::Value state();
  /// `key`: place in Options::keys. `desk_wait` after too many wrong passphrases.
  [[nodiscard]] Result<json::Value> unlock(std::size_t key, signer::SecretBytes passphrase);
  /// Forgets the session key and everything that was prepared.
  void lock();
  [[nodiscard]] bool locked() const { return !in_.has_value(); }

  /// Classes, subjects, the person's own sheets, and who has not signed yet.
  [[nodiscard]] Result<json::Value> overview(const std::string& year);
  /// A file: its table, its faults, and, if there are none, work to be signed.
  [[nodiscard]] Result<json::Value> import(cli::SheetUse, const cli::SheetFile&, ByteView bytes);
  /// {"class","year"}: the class's transcripts as work to be signed.
  [[nodiscard]] Result<json::Value> plan_transcripts(const std::string& cls, const std::string& year);
  /// {"by","role","ids"}: second signatures as work to be signed.
  [[nodiscard]] Result<json::Value> plan_second(const json::Value&);
  /// {"type","reason","ids"}: the revocation of these documents as work to be signed.
  [[nodiscard]] Result<json::Value> plan_revocation(const json::Value&);
  [[nodiscard]] Result<json::Value> pending();
  /// Transcripts of a class, or diplomas of a year, with their state; and the reasons that the policy knows.
  [[nodiscard]] Result<json::Value> credentials(const std::string& type, const std::string& cls,
                                                const std::string& year);
  [[nodiscard]] Result<json::Value> sheets(const std::string& cls, const std::string& year);
  [[nodiscard]] Result<json::Value> history(const std::string& id);
  /// The pick-up codes of the last signing, as CSV.
  [[nodiscard]] Result<std::string> codes() const;

  /// Opens the key for the work of that id (the only work that it can sign is the one that was shown last) and begins
  /// the job, so that nobody who asks after the answer is told of the job before.
  [[nodiscard]] Result<signer::OpenKey> open_for(const std::string& work, signer::SecretBytes passphrase, Job&);
  /// Signs, writes codes, sends. The key is gone when this returns.
  void sign(signer::OpenKey, Job&);
  /// Once more what was signed last and is not known to be on the ledger; harmless. `desk_no_work` if there is nothing;
  /// begins the job, which send() does.
  [[nodiscard]] Result<void> begin_again(Job&);
  void send(Job&);

 private:
  /// Somebody who has signed in.
  struct In {
    cli::Access access;
    std::filesystem::path key_file;
    cli::SignerPerson who;
    json::Value grants;
    std::vector<std::string> roles;
    std::int64_t until_ms = 0;
  };
  /// Shown and not signed yet.
  struct Work {
    std::string id;
    std::vector<cli::Draft> drafts;
    std::vector<cli::Item> items;  ///< transcripts: become drafts when they are signed
    std::string codes_name;
  };

  [[nodiscard]] Result<In*> in();
  [[nodiscard]] Result<signer::OpenKey> open_key(const std::filesystem::path&, signer::SecretBytes);
  [[nodiscard]] Result<std::vector<cli::Outgoing>> sign_all(In&, const signer::SigningKey&, Job&,
                                                            std::filesystem::path& codes);
  [[nodiscard]] Result<std::vector<cli::Answer>> submit(Job&);
  [[nodiscard]] json::Value still_needs(const std::vector<cli::Answer>&);
  std::string keep(Work);

  cli::Context context_;
  Options options_;
  Patience patience_;
  std::optional<In> in_;
  std::optional<Work> work_;
  std::vector<cli::Outgoing> signed_;  ///< until all of it is answered
  std::filesystem::path codes_;
};

}  // namespace stele::desk
