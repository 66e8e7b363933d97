// The commands as functions: options in, exit status out. The command line itself is in app_*.cpp.
#pragma once

#include "wallet-cli/cli/context.h"

namespace stele::cli {

namespace fs = std::filesystem;
using Save = std::optional<fs::path>;  ///< sign now, send later

// ---- setting up ----
struct InitNetwork {
  fs::path folder;
  std::string name, mode = "live", base_url, time;  ///< time: UTC text; empty: now
  unsigned roots = 3, root_quorum = 2;
  unsigned validators = 1, orderers = 1, vaults = 1, followers = 0;
  unsigned port = 7480;           ///< of the first node; the others' follow
  std::vector<std::string> etcd;  ///< its members; for several validators
};
/// Genesis, root keys, and for each node its keys and node.toml: in `node`, or in `node-0` and on if there are several.
/// Passphrases: one for each root key, then one for each node's keys; followers have none.
[[nodiscard]] Exit init_network(const Context&, const InitNetwork&);

struct KeyNew {
  fs::path out;
  std::string org, name, title, use = "sign";
  std::string person;  ///< handle of a person who has a key already; empty: a new one
};
/// A key file and, beside it, OUT.request.json for the office that registers it.
[[nodiscard]] Exit key_new(const Context&, const KeyNew&);
[[nodiscard]] Exit key_show(const Context&, const fs::path&);
[[nodiscard]] Exit key_passwd(const Context&, const fs::path&);
/// A copy that has been opened once to prove that it can be.
[[nodiscard]] Exit key_backup(const Context&, const fs::path& from, const fs::path& to);
struct KeyEnrol {
  std::vector<fs::path> requests;
  std::vector<std::string> grants;  ///< role[:class=10A1,subject=toan,term=1,year=2025,from=2025-09-01,to=2026-08-31]
  std::string replaces, reason;
  Save save;
};
[[nodiscard]] Exit key_enrol(const Context&, const KeyEnrol&);

struct OrgAdd {
  std::string id, kind, parent, name;
  std::vector<unsigned> vaults;
  std::string replaces, reason;
  Save save;
};
[[nodiscard]] Exit org_add(const Context&, const OrgAdd&);
/// FILE: the shape of ledger/rules/data/policy-vn.json; rule sets named by "file" are read beside it.
[[nodiscard]] Exit policy_publish(const Context&, const fs::path& file, const Save&);

// ---- who runs the ledger ----
/// FILE: {"set": [{"id", "org", "key"}], "evidence"?}. In force once another root approved it.
[[nodiscard]] Exit validators_publish(const Context&, const fs::path& file, const Save&);
[[nodiscard]] Exit orderers_publish(const Context&, const fs::path& file, const Save&);
/// Of a network that can't reach its quorum any more (wire-format.md section 7.1, docs/operations.md).
struct RecoveryDraft {
  fs::path out;
  std::vector<std::string> keep;  ///< ids of validators that stay, in their order
  std::vector<std::string> add;   ///< ID=KEY
  std::string reason = "quorum-lost";
  std::vector<std::string> nodes;  ///< asked for the highest certified block, beside --node
};
[[nodiscard]] Exit recovery_draft(const Context&, const RecoveryDraft&);
[[nodiscard]] Exit recovery_show(const Context&, const fs::path&);
/// Adds this root's signature to the file.
[[nodiscard]] Exit recovery_sign(const Context&, const fs::path&);
/// `nodes`: beside --node. One that takes it hands it on.
[[nodiscard]] Exit recovery_publish(const Context&, const fs::path&, const std::vector<std::string>& nodes);

// ---- second signatures and changes ----
struct Second {
  std::string type;  ///< approve, countersign, seal
  std::string role;
  std::vector<std::string> ids;
  bool all = false;  ///< everything that waits for this signature at the key's organisation
  std::string only;  ///< with `all`: only this type of target
  Save save;
};
[[nodiscard]] Exit second_signature(const Context&, const Second&);
[[nodiscard]] Exit show_pending(const Context&, const std::string& org);
/// Sheets that somebody should have signed and nobody did, at the key's organisation.
[[nodiscard]] Exit show_missing(const Context&, const std::string& year);
struct Change {
  std::string type;  ///< revoke, suspend, reinstate
  std::vector<std::string> ids;
  std::string reason;
  std::string lifts;  ///< reinstate: the suspension that ends; empty: the only one that stands
  Save save;
};
[[nodiscard]] Exit change_status(const Context&, const Change&);
struct KeyCompromised {
  std::string key;                        ///< id of one of its records, or its own
  std::string since;                      ///< date in Vietnam; empty: `from` says it
  std::optional<std::uint64_t> from, to;  ///< indices of the first and the last suspect record; no `to`: all since
  std::string reason;
  Save save;
};
[[nodiscard]] Exit key_compromised(const Context&, const KeyCompromised&);
/// What a suspension, or a report of a compromised key, still holds.
[[nodiscard]] Exit show_suspended(const Context&, const std::string& id);
struct Clear {
  std::string id;                    ///< the suspension or report
  std::vector<std::string> records;  ///< empty with `all`
  bool all = false;
  std::string reason;
  Save save;
};
/// Reinstates what it holds. Run again it leaves out what is done or awaits a signature.
[[nodiscard]] Exit clear(const Context&, const Clear&);
[[nodiscard]] Exit submit(const Context&, const std::vector<fs::path>& files);

// ---- sheets ----
struct SheetFile {
  fs::path file;
  std::string sheet;  ///< of a workbook with several
  std::string cls, year, subject, term, kind = "thpt", group;
  std::string empty;             ///< what empty cells mean: not-yet, exempt, absent; empty: an error
  std::string replaces, reason;  ///< class lists
  bool moved = false;            ///< class lists: students who are in another class of the year are meant
  Save save;
};
[[nodiscard]] Exit enrol_students(const Context&, const SheetFile&);
[[nodiscard]] Exit sign_grades(const Context&, const SheetFile&);
[[nodiscard]] Exit sign_summary(const Context&, const SheetFile&);
struct AmendMark {
  std::string cls, year, subject, term, student_id, reason;
  std::vector<std::string> set;  ///< regular1=8.5, mid=9.0, final=9.5, level=dat, comment=…
  Save save;
};
[[nodiscard]] Exit amend(const Context&, const AmendMark&);

// ---- credentials ----
struct IssueTranscripts {
  std::string cls, year;
  fs::path codes;                     ///< CSV of pick-up codes, mode 0600; also what makes a broken run resume
  std::vector<std::string> students;  ///< only these ministry ids
  std::string reason;                 ///< with a reason: replaces the student's live transcript
  Save save;
};
[[nodiscard]] Exit issue_transcripts(const Context&, const IssueTranscripts&);
struct IssueDiplomas {
  fs::path file;
  std::string sheet, cls, year, kind = "thpt";
  fs::path codes;
  Save save;
};
[[nodiscard]] Exit issue_diplomas(const Context&, const IssueDiplomas&);
struct IssueCertificate {
  std::string cls, year, student_id, kind, title, grade, period = "1";
  fs::path codes;
  Save save;
};
[[nodiscard]] Exit issue_certificate(const Context&, const IssueCertificate&);
struct SignDocument {
  std::vector<fs::path> files;
  std::string kind;
  fs::path receipt;  ///< where the author's disclosures go (they open the digests)
  Save save;
};
[[nodiscard]] Exit sign_document(const Context&, const SignDocument&);

// ---- holders and verifiers ----
struct Receive {
  fs::path out;
  std::optional<int> code_fd;  ///< else asked on the terminal: a code in argv would stand in the shell's history
};
[[nodiscard]] Exit receive(const Context&, const Receive&);
[[nodiscard]] Exit show(const Context&, const fs::path& file, const std::string& now);
[[nodiscard]] Exit show_why(const Context&, const fs::path& file, const std::string& subject);
struct Disclose {
  fs::path file, out;
  std::vector<std::string> claims;
};
[[nodiscard]] Exit disclose(const Context&, const Disclose&);
struct Print {
  fs::path file, out;
  std::string kind;    ///< a form; empty: that of the document
  bool codes = false;  ///< with pages of QR codes that hold the whole document
};
/// A PDF that carries the document and so proves itself.
[[nodiscard]] Exit print_document(const Context&, const Print&);
struct Qr {
  fs::path file, out;  ///< .png or .svg
  bool whole = false;  ///< OUT-01.png …: the whole document in a set of codes
};
[[nodiscard]] Exit qr(const Context&, const Qr&);
struct Share {
  fs::path file;
  std::string verifier;
  unsigned days = 30;
  std::optional<fs::path> pdf, qr;  ///< also a print with the link, and a picture of its code
};
/// Puts an encrypted copy on a verifier and prints the link that opens it.
[[nodiscard]] Exit share(const Context&, const Share&);
struct Verify {
  std::vector<fs::path> files;
  std::optional<fs::path> report;  ///< a PDF about the verdicts
  std::string verifier;            ///< URL; empty: offline with the genesis
  fs::path checkpoint;             ///< pinned
  std::string now;                 ///< UTC text for the age of status proofs; empty: the clock; "none": not judged
  unsigned status_days = 30;
};
[[nodiscard]] Exit verify(const Context&, const Verify&);
[[nodiscard]] Exit history(const Context&, const std::string& id);
[[nodiscard]] Exit receipt(const Context&, const std::string& id, const fs::path& out);

}  // namespace stele::cli
