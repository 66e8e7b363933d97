// Who may have the key to a student's book.
#include <algorithm>

#include "node/vault/vault_impl.h"
#include "signer/random.h"

namespace stele::vault {
namespace {

constexpr std::size_t books_per_call_max = 4096;
constexpr std::size_t books_made_per_day_max = 8192;  // by one organisation: more than any school has students

Error too_many_books() {
  return make_error("too_many", "Quá nhiều học sinh trong một lần hỏi, hoặc quá nhiều sổ mới trong một ngày.",
                    "Too many students in one request, or too many new books in a day.");
}

}  // namespace

Result<std::optional<BookKey>> Vault::Impl::book(std::string_view student) const {
  STELE_TRY(const auto plain, get_sealed(book_place(name_in_index("student", student))));
  if (!plain) return std::optional<BookKey>{};
  const auto key = BookKey::from(*plain);
  if (!key) return Unexpected(damaged());
  return std::optional(*key);
}

std::vector<Vault::Impl::Holder> Vault::Impl::holders(const Digest& student) const {
  const auto prefix = Place('O').with(student).bytes();
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
  std::vector<Holder> out;
  for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
    out.push_back({std::string(it->key().data() + prefix.size(), it->key().size() - prefix.size()),
                   RecordId::from(as_bytes({it->value().data(), it->value().size()}))});
  }
  return out;
}

bool Vault::Impl::in_use(const Holder& h, const registry::State& state) {
  return h.record && (state.find(*h.record) != nullptr || flights.flying(*h.record, state));
}

Result<bool> Vault::Impl::replaceable(const Book& b, const registry::State& state) {
  STELE_TRY(const auto have, book(b.student));
  if (!have) return true;
  const auto users = holders(name_in_index("student", b.student));
  return *have != b.key && std::none_of(users.begin(), users.end(), [&](const Holder& h) { return in_use(h, state); });
}

void Vault::Impl::put_book(rocksdb::WriteBatch& batch, const Book& b) const {
  const auto student = name_in_index("student", b.student);
  put_sealed(batch, book_place(student), b.key.view());
  for (const auto& h : holders(student)) (void)batch.Delete(slice(holder_place(student, h.org)));
}

Result<void> Vault::Impl::put_holder(rocksdb::WriteBatch& batch, std::string_view student, const std::string& org,
                                     const RecordId& id, const registry::State& state) const {
  const auto place = holder_place(name_in_index("student", student), org);
  STELE_TRY(const auto old, get(place));
  const auto before = old ? RecordId::from(as_bytes(*old)) : std::nullopt;
  if (!before || state.find(*before) == nullptr) put(batch, place, id.view());
  return {};
}

Error Vault::Impl::not_yours(std::size_t i) {
  Where where;
  where.field = "students[" + std::to_string(i) + "]";
  return make_error("book_not_yours",
                    "Học sinh này có sổ học bạ ở đơn vị khác. Nếu học sinh chuyển đến, hãy đề nghị đơn vị đó chuyển "
                    "giao sổ rồi làm lại.",
                    "This student's book is with another organisation. If the student has come to you, ask that "
                    "organisation to release the book, then try again.",
                    std::move(where));
}

bool Vault::Impl::may_make_book(const std::string& org) {
  const auto now = std::chrono::steady_clock::now();
  auto& m = books_made[org];
  if (m.count == 0 || now - m.since >= std::chrono::hours(24)) m = {now, 0};
  return ++m.count <= books_made_per_day_max;
}

Result<std::vector<BookKey>> Vault::books(std::span<const std::string> students, const std::string& org,
                                          const Reader& reader, const registry::State& state) {
  auto& m = *impl_;
  if (students.size() > books_per_call_max) return Unexpected(too_many_books());
  const std::lock_guard lock(m.mutex);
  std::vector<BookKey> out;
  std::map<std::string_view, BookKey> known;
  rocksdb::WriteBatch batch;
  const Impl::LogPoint before{m.log_next, m.log_head};
  const auto back = [&](Error e) {
    m.log_next = before.next, m.log_head = before.head;
    return Unexpected(std::move(e));
  };
  for (std::size_t i = 0; i < students.size(); ++i) {
    const auto& id = students[i];
    const auto [it, first] = known.try_emplace(id);
    if (first) {
      const auto student = m.name_in_index("student", id);
      const auto have = m.book(id);
      if (!have) return back(have.error());
      const auto holders = m.holders(student);
      const auto in_use = [&](const Impl::Holder& h) { return m.in_use(h, state); };
      const bool used = std::any_of(holders.begin(), holders.end(), in_use);
      const bool mine = std::any_of(holders.begin(), holders.end(), [&](const Impl::Holder& h) {
        return (h.org == org || registry::in_unit(record::Unit::above, org, h.org, state)) && (!used || in_use(h));
      });
      if (*have && used && !mine) return back(Impl::not_yours(i));
      if (*have && mine) {
        it->second = **have;
      } else {
        if (!m.may_make_book(org)) return back(too_many_books());
        it->second = signer::random_fixed<BookKey>();
        m.put_book(batch, {id, it->second});
        Impl::put(batch, holder_place(student, org), {});
      }
      m.log_line(batch, reader, *have && mine ? "book" : "book-made", student.view());
    }
    out.push_back(it->second);
  }
  STELE_CHECK(m.write_logged(batch, before, true));
  return out;
}

Result<void> Vault::release_books(std::span<const std::string> students, const std::string& org, const std::string& to,
                                  const Reader& reader, const registry::State& state) {
  auto& m = *impl_;
  if (students.size() > books_per_call_max) return Unexpected(too_many_books());
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  const Impl::LogPoint before{m.log_next, m.log_head};
  for (std::size_t i = 0; i < students.size(); ++i) {
    const auto student = m.name_in_index("student", students[i]);
    const auto holders = m.holders(student);
    const auto it = std::find_if(holders.begin(), holders.end(), [&](const Impl::Holder& h) {
      return h.org == org && h.record && state.find(*h.record) != nullptr;
    });
    if (it == holders.end()) {
      m.log_next = before.next, m.log_head = before.head;
      return Unexpected(Impl::not_yours(i));
    }
    Impl::put(batch, holder_place(student, to), it->record->view());
    m.log_line(batch, reader, "book-release", student.view());
  }
  return m.write_logged(batch, before, true);
}

}  // namespace stele::vault
