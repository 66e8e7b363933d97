#include "node/app/documents.h"

#include <set>

#include "ledger/record/decode.h"
#include "ledger/verdict/document.h"
#include "node/app/answers.h"

namespace stele::app {
namespace {

constexpr std::string_view subject_prefix = "subject.";

/// What a credential's disclosures name.
struct Cited {
  std::set<std::pair<RecordId, std::uint32_t>> rows;
  std::vector<RecordId> basis;
};

Error damaged() {
  return make_error("vault_damaged", "Dữ liệu trong kho bị hỏng.", "What the vault holds is damaged.");
}

Result<Cited> cited_by(const std::vector<std::string>& disclosures) {
  Cited out;
  for (const auto& text : disclosures) {
    const auto d = record::decode_disclosure(text);
    if (!d) return Unexpected(damaged());
    if (d->name.starts_with(subject_prefix)) {
      const auto s = record::subject_claim(*d);
      if (!s) return Unexpected(damaged());
      for (const auto& t : s->terms) out.rows.emplace(t.sheet, t.row);
      if (s->retest) out.rows.emplace(s->retest->sheet, s->retest->row);
    } else if (d->name == "summary") {
      const auto s = record::summary_claim(*d);
      if (!s) return Unexpected(damaged());
      out.rows.emplace(s->sheet, s->row);
    } else if (d->name == "basis") {
      auto ids = record::basis_claim(*d);
      if (!ids) return Unexpected(damaged());
      out.basis = std::move(*ids);
    }
  }
  return out;
}

class Assembly {
 public:
  Assembly(Node& node, const vault::Vault::Reader& reader) : node_(node), reader_(reader) {}

  Result<std::string> file(const RecordId& id, bool with_book) {
    const auto found = find_record(*node_.ledger, id);
    if (!found && found.error().code == "not_found") return Unexpected(not_found());
    if (!found) return Unexpected(found.error());
    STELE_TRY(const auto held, node_.vault->credential(found->record, reader_));
    if (!held) return Unexpected(not_found());
    STELE_TRY(const auto cited, cited_by(held->disclosures));
    std::vector<RecordId> ids{id};
    for (const auto& [sheet, row] : cited.rows) {
      if (ids.back() != sheet) ids.push_back(sheet);
    }
    ids.insert(ids.end(), cited.basis.begin(), cited.basis.end());
    STELE_TRY(file_.evidence, node_.ledger->evidence(ids));
    STELE_CHECK(index_records());
    file_.net = node_.genesis.net;
    file_.subject = position_.at(id);
    for (const auto& d : held->disclosures) file_.disclosures.push_back({file_.subject, d});
    if (with_book) file_.book = verdict::BookKey{held->book.bytes};
    STELE_CHECK(add_rows(cited));
    STELE_CHECK(add_basis(cited));
    STELE_CHECK(add_persons());
    return verdict::encode(std::move(file_));
  }

 private:
  Result<void> index_records() {
    for (std::size_t i = 0; i < file_.evidence.records.size(); ++i) {
      auto r = record::decode(file_.evidence.records[i].jws);
      if (!r) return Unexpected(damaged());
      position_.emplace(r->id, i);
      records_.push_back(std::move(*r));
    }
    return {};
  }
  Result<void> add_rows(const Cited& cited) {
    for (const auto& [sheet, n] : cited.rows) {
      STELE_TRY(auto row, node_.vault->row(records_.at(position_.at(sheet)), n, reader_));
      file_.rows.push_back({position_.at(sheet), n, std::move(row.result), std::move(row.result_path),
                            std::move(row.detail), std::move(row.detail_path)});
    }
    return {};
  }
  /// Of each transcript below a diploma the one claim that shows it to be the same student's.
  Result<void> add_basis(const Cited& cited) {
    for (const auto& id : cited.basis) {
      STELE_TRY(const auto held, node_.vault->credential(records_.at(position_.at(id)), reader_));
      if (!held) continue;
      for (const auto& text : held->disclosures) {
        const auto d = record::decode_disclosure(text);
        if (d && d->name == "student_id") file_.disclosures.push_back({position_.at(id), text});
      }
    }
    return {};
  }
  Result<void> add_persons() {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      STELE_TRY(auto text, node_.vault->person(records_[i]));
      if (text) file_.persons.push_back({i, std::move(*text)});
    }
    return {};
  }

  Node& node_;
  const vault::Vault::Reader& reader_;
  verdict::DocumentFile file_;
  std::map<RecordId, std::size_t> position_;
  std::vector<record::Record> records_;  ///< of the evidence, in its order
};

}  // namespace

Result<std::string> document_file(Node& node, const RecordId& id, const vault::Vault::Reader& reader, bool with_book) {
  return Assembly(node, reader).file(id, with_book);
}

}  // namespace stele::app
