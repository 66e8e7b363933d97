#include "node/vault/vault.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <mutex>

#include "ledger/base/encoding.h"
#include "ledger/base/hash.h"
#include "ledger/log/merkle.h"
#include "ledger/log/wire.h"
#include "node/vault/checks.h"
#include "node/vault/flights.h"
#include "node/vault/wrapping.h"
#include "signer/random.h"

namespace stele::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view format = "stele-vault 1";
constexpr std::uint32_t slots_per_list = 1'048'576;
constexpr std::uint64_t slots_used_max = slots_per_list / 2;  // then the next list: random slots stay quick to find
constexpr std::size_t books_per_call_max = 4096;
constexpr std::size_t books_made_per_day_max = 8192;  // by one organisation: more than any school has students

Error io_error(const rocksdb::Status& s) {
  return make_error("vault_io", "Kho dữ liệu không đọc hoặc ghi được: " + s.ToString() + ".",
                    "The vault can't read or write: " + s.ToString() + ".");
}
Error damaged() {
  return make_error("vault_damaged", "Dữ liệu trong kho bị hỏng.", "What the vault holds is damaged.");
}

/// Which record, and for sheets which class, subject, term and year: all of it stands on the ledger.
std::string about(const record::Record& r) {
  std::string out = base64url(r.id.view()) + " (" + std::string(record::type_name(r.type));
  const auto scope = record::scope_of(r);
  for (const auto* part : {scope.cls, scope.subject, scope.term, scope.year}) {
    if (part != nullptr) out += " " + *part;
  }
  return out + ")";
}

/// `field`: "rows[3].result", "disclosures[2]" …
Error at_place(std::string_view code, const record::Record& r, std::string field, std::string_view vi,
               std::string_view en) {
  Where where;
  where.field = std::move(field);
  const auto what = about(r);
  return make_error(code,
                    fmt::format("Trong kho, phần này của bản ghi {} {}, nên không được dùng. Hãy báo người phụ trách "
                                "kho, khôi phục phần đó từ kho khác của đơn vị hoặc từ bản sao lưu, rồi làm lại.",
                                what, vi),
                    fmt::format("In the vault, this part of record {} {}, so it is not used. Tell whoever is in charge "
                                "of the vault, restore it from another vault of the organisation or from a backup, "
                                "then try again.",
                                what, en),
                    std::move(where));
}
/// It can't be deciphered: a damaged byte, an object moved to another place, or a wrapping key that is gone.
Error damaged_at(const record::Record& r, std::string field) {
  return at_place("vault_damaged", r, std::move(field), "không giải mã được (dữ liệu hỏng, hoặc khóa bọc đã bị hủy)",
                  "can't be deciphered (it is damaged, or its wrapping key was destroyed)");
}
/// It was deciphered, and is not what stands under the signature.
Error changed_at(const record::Record& r, std::string field) {
  return at_place("vault_changed", r, std::move(field),
                  "đã bị sửa sau khi ký: mã băm khác với mã băm mà bản ghi trên sổ cái mang theo",
                  "was changed after it was signed: its digest is not the one under the record on the ledger");
}
std::string row_field(std::uint32_t row) {
  return "rows[" + std::to_string(row) + "]";
}
/// Nothing is wrong with the record: it may be handed in again in a moment.
Error in_flight() {
  return make_error(
      "in_flight",
      "Một bản ghi khác về cùng lớp, môn hoặc số hiệu đang được ghi vào sổ cái. Hãy gửi lại bản ghi này sau "
      "giây lát.",
      "Another record about the same class, subject or serial is on its way to the ledger. Send this one "
      "again in a moment.");
}
/// The same fault, with the place where it showed.
Error placed(Error e, const record::Record& r, std::string field) {
  return e.code == "vault_damaged" ? damaged_at(r, std::move(field)) : e;
}

/// What a sheet's record says of its rows.
struct Signed {
  Digest root;
  std::uint32_t rows = 0;
};
std::optional<Signed> signed_rows(const record::Record& r) {
  return std::visit(
      [](const auto& body) -> std::optional<Signed> {
        if constexpr (requires {
                        body.root;
                        body.rows;
                      })
          return Signed{body.root, body.rows};
        return std::nullopt;
      },
      r.body);
}
Error not_held(std::string_view vi, std::string_view en) {
  return make_error("not_found", std::string(vi), std::string(en));
}

rocksdb::Slice slice(ByteView b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}  // NOLINT

/// Database keys: a letter, then what names the object.
class Place {
 public:
  explicit Place(char kind) { w_.u8(static_cast<std::uint8_t>(kind)); }
  template <class T>
  Place&& with(const T& fixed) && {
    w_.raw(fixed.view());
    return std::move(*this);
  }
  Place&& with_u32(std::uint32_t n) && {
    w_.u32(n);
    return std::move(*this);
  }
  Place&& with_u64(std::uint64_t n) && {
    w_.u64(n);
    return std::move(*this);
  }
  [[nodiscard]] const Bytes& bytes() const { return w_.bytes(); }

 private:
  log::Writer w_;
};

Bytes row_place(const RecordId& id, std::uint32_t row) {
  return Place('R').with(id).with_u32(row).bytes();
}
Bytes sheet_place(const RecordId& id) {
  return Place('S').with(id).bytes();
}
Bytes credential_place(const RecordId& id) {
  return Place('C').with(id).bytes();
}
Bytes person_place(const RecordId& id) {
  return Place('P').with(id).bytes();
}
Bytes book_place(const Digest& student) {
  return Place('B').with(student).bytes();
}
/// One entry for each credential that was handed in with this serial.
Bytes serial_place(const Digest& serial, const RecordId& id) {
  return Place('Z').with(serial).with(id).bytes();
}
/// Who asked for a student's book; the value is the record of that organisation that uses it, or nothing.
Bytes holder_place(const Digest& student, std::string_view org) {
  auto out = Place('O').with(student).bytes();
  out.insert(out.end(), org.begin(), org.end());
  return out;
}
Bytes register_place(const Digest& number, const RecordId& id) {
  return Place('N').with(number).with(id).bytes();
}
/// Each organisation has a register of its own. No id of an organisation holds a slash.
std::string register_kind(std::string_view org) {
  return "register/" + std::string(org);
}
Bytes pickup_place(const Digest& code) {
  return Place('K').with(code).bytes();
}
Bytes pickup_of_place(const RecordId& id) {
  return Place('k').with(id).bytes();
}
Bytes slot_place(std::uint64_t list, std::uint32_t idx) {
  return Place('T').with_u64(list).with_u32(idx).bytes();
}
Bytes amend_place(const RecordId& sheet, std::uint32_t row, const RecordId& amend) {
  return Place('M').with(sheet).with_u32(row).with(amend).bytes();
}
Bytes log_place(std::uint64_t n) {
  return Place('A').with_u64(n).bytes();
}
constexpr std::string_view index_place = "I";
constexpr std::string_view format_place = "m/format";
constexpr std::string_view list_place = "m/list";
constexpr std::string_view decoy_place = "decoy";
constexpr std::size_t decoy_disclosures = 18;  ///< about as many as a diploma has

Bytes two(std::string_view a, std::string_view b) {
  log::Writer w;
  w.bytes32(as_bytes(a));
  w.bytes32(as_bytes(b));
  return std::move(w).take();
}
constexpr std::size_t text_max = 1U << 20U;

}  // namespace

struct Vault::Impl {
  Impl(Options o, signer::SigningKey key, WrappingKeys wrapping)
      : options(std::move(o)), ack_key(std::move(key)), keys(std::move(wrapping)), flights(options.hold) {}

  Options options;
  signer::SigningKey ack_key;
  WrappingKeys keys;
  std::unique_ptr<rocksdb::DB> db;
  Digest index_key{};  ///< names students and serials in the database, so that its keys say nothing
  std::uint64_t list = 0, used_in_list = 0;
  std::uint64_t log_next = 0;
  Digest log_head{};
  Flights flights;
  struct Made {
    std::chrono::steady_clock::time_point since;
    std::size_t count = 0;
  };
  std::map<std::string, Made> books_made;  ///< by organisation, in this day
  Bytes decoy;                             ///< sealed; opened where there is nothing else to open
  mutable std::mutex mutex;

  // ---- plain and sealed values ----

  Result<std::optional<std::string>> get(ByteView place) const {
    std::string out;
    const auto s = db->Get({}, slice(place), &out);
    if (s.IsNotFound()) return std::optional<std::string>{};
    if (!s.ok()) return Unexpected(io_error(s));
    return std::optional(std::move(out));
  }
  Result<std::optional<Bytes>> get_sealed(ByteView place) const {
    STELE_TRY(const auto stored, get(place));
    if (!stored) return std::optional<Bytes>{};
    STELE_TRY(auto plain, open_object(keys, place, as_bytes(*stored)));
    return std::optional(std::move(plain));
  }
  static void put(rocksdb::WriteBatch& batch, ByteView place, ByteView value) {
    (void)batch.Put(slice(place), slice(value));
  }
  void put_sealed(rocksdb::WriteBatch& batch, ByteView place, ByteView plain) const {
    put(batch, place, seal_object(keys, place, plain));
  }
  Result<void> write(rocksdb::WriteBatch& batch, bool sync) const {
    if (batch.Count() == 0) return {};
    STELE_CHECK(space());
    rocksdb::WriteOptions w;
    w.sync = sync;
    const auto s = db->Write(w, &batch);
    if (!s.ok()) return Unexpected(io_error(s));
    return {};
  }
  /// RocksDB aborts when the disk is full (FINDINGS): stop before.
  Result<void> space() const {
    struct statvfs st {};
    if (::statvfs(options.folder.c_str(), &st) == 0 && st.f_bavail * st.f_frsize >= options.free_space_floor_bytes)
      return {};
    return Unexpected(make_error("space_floor",
                                 "Ổ đĩa của kho dữ liệu sắp đầy; đã ngừng ghi. Hãy giải phóng chỗ trống.",
                                 "The vault's disk is nearly full; writing has stopped. Free some space."));
  }

  [[nodiscard]] Digest name_in_index(std::string_view kind, std::string_view text) const {
    return hmac_sha256(index_key.view(), {as_bytes(kind), as_bytes(std::string_view("\0", 1)), as_bytes(text)});
  }

  /// Again whenever the wrapping key changes.
  void make_decoy() {
    const auto salt = signer::random_fixed<FixedBytes<struct DecoySaltTag, 16>>();
    const auto text = record::encode_disclosure(salt.view(), "birth_date", json::Value("0001-01-01"));
    decoy = seal_object(keys, as_bytes(decoy_place), as_bytes(text));
  }

  // ---- opening ----

  Result<void> open_db() {
    rocksdb::Options o;
    o.create_if_missing = true;
    o.max_open_files = 256;
    o.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    rocksdb::DB* raw = nullptr;
    const auto s = rocksdb::DB::Open(o, options.folder.string(), &raw);
    if (!s.ok()) return Unexpected(io_error(s));
    db.reset(raw);
    const std::string mine = std::string(format) + " " + options.net;
    STELE_TRY(const auto stored, get(as_bytes(format_place)));
    if (!stored) return first_time(mine);
    if (*stored != mine) {
      return Unexpected(make_error("vault_other", "Kho dữ liệu này thuộc mạng khác hoặc phiên bản khác; không mở.",
                                   "This vault belongs to another network or version; it is not opened."));
    }
    STELE_TRY(const auto index, get_sealed(as_bytes(index_place)));
    const auto key = index ? Digest::from(*index) : std::nullopt;
    if (!key) return Unexpected(damaged());
    index_key = *key;
    return resume();
  }
  Result<void> first_time(const std::string& mine) {
    index_key = signer::random_fixed<Digest>();
    rocksdb::WriteBatch batch;
    put(batch, as_bytes(format_place), as_bytes(mine));
    put_sealed(batch, as_bytes(index_place), index_key.view());
    return write(batch, true);
  }
  Result<void> resume() {
    STELE_TRY(const auto stored, get(as_bytes(list_place)));
    if (stored) {
      log::Reader r(as_bytes(*stored));
      list = r.u64();
      used_in_list = r.u64();
      if (!r.done()) return Unexpected(damaged());
    }
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    const auto end = Place('B').bytes();  // the log's keys are the last that begin with 'A'
    it->SeekForPrev(slice(end));
    if (it->Valid() && it->key().size() == 9 && it->key()[0] == 'A') {
      log::Reader r(as_bytes({it->key().data() + 1, 8}));
      log_next = r.u64() + 1;
      log_head = sha256(as_bytes({it->value().data(), it->value().size()}));
    }
    return {};
  }

  // ---- reading what is held ----

  /// Of a sheet or amend, as signed; `not_found`: not held here.
  Result<std::vector<record::RowDigests>> digests(const record::Record& sheet) const {
    const auto as_signed = signed_rows(sheet);
    STELE_TRY(const auto stored, get(sheet_place(sheet.id)));
    if (!as_signed || !stored)
      return Unexpected(not_held("Kho này không giữ bảng đó.", "This vault does not hold that sheet."));
    log::Reader r(as_bytes(*stored));
    std::vector<record::RowDigests> out(std::min<std::size_t>(r.u32(), record::rows_max));
    std::vector<LeafHash> leaves;
    for (auto& d : out) {
      d = {r.fixed<Digest>(), r.fixed<Digest>()};
      leaves.push_back(log::merkle_leaf(d.result.view()));
      leaves.push_back(log::merkle_leaf(d.detail.view()));
    }
    if (!r.done() || out.size() != as_signed->rows || log::merkle_root(leaves) != as_signed->root)
      return Unexpected(changed_at(sheet, "rows"));
    return out;
  }
  /// Deciphered and held against its digests; no disclosures: a decoy, or erased.
  Result<SheetPayload::Row> row(const record::Record& sheet, std::uint32_t n, const record::RowDigests& digests) const {
    SheetPayload::Row out;
    out.digests = digests;
    const auto plain = get_sealed(row_place(sheet.id, n));
    if (!plain) return Unexpected(placed(plain.error(), sheet, row_field(n)));
    if (!*plain) return out;
    log::Reader r(**plain);
    auto result = record::decode_disclosure(as_text(r.bytes32(text_max)));
    auto detail = record::decode_disclosure(as_text(r.bytes32(text_max)));
    if (!r.done() || !result || result->digest != digests.result)
      return Unexpected(changed_at(sheet, row_field(n) + ".result"));
    if (!detail || detail->digest != digests.detail) return Unexpected(changed_at(sheet, row_field(n) + ".detail"));
    out.result = std::move(*result);
    out.detail = std::move(*detail);
    return out;
  }
  Result<SheetPayload> sheet(const record::Record& r) const {
    STELE_TRY(const auto as_signed, digests(r));
    SheetPayload out;
    for (std::uint32_t n = 0; n < as_signed.size(); ++n) {
      STELE_TRY(auto one, row(r, n, as_signed[n]));
      out.rows.push_back(std::move(one));
    }
    return out;
  }
  Result<std::optional<StoredCredential>> stored_credential(const record::Record& r) const {
    const auto* c = std::get_if<record::Credential>(&r.body);
    if (c == nullptr) return std::optional<StoredCredential>{};
    const auto plain = get_sealed(credential_place(r.id));
    if (!plain) return Unexpected(placed(plain.error(), r, "disclosures"));
    if (!*plain) return std::optional<StoredCredential>{};
    log::Reader reader(**plain);
    StoredCredential out;
    out.student_id = as_text(reader.bytes32(text_max));
    out.book = reader.fixed<BookKey>();
    const auto count = reader.u32();
    for (std::uint32_t i = 0; i < count && reader.ok(); ++i)
      out.disclosures.emplace_back(as_text(reader.bytes32(text_max)));
    if (!reader.done()) return Unexpected(changed_at(r, "disclosures"));
    STELE_CHECK(check_credential_held(r, *c, out));
    return std::optional(std::move(out));
  }
  /// Each disclosure is one that was signed, none that `contents` lists is missing, and the book key is the one that
  /// the tag follows from.
  static Result<void> check_credential_held(const record::Record& r, const record::Credential& c,
                                            const StoredCredential& held) {
    std::optional<std::vector<std::string>> listed;
    for (std::size_t i = 0; i < held.disclosures.size(); ++i) {
      const auto field = "disclosures[" + std::to_string(i) + "]";
      const auto d = record::decode_disclosure(held.disclosures[i]);
      if (!d || std::find(c.sd.begin(), c.sd.end(), d->digest) == c.sd.end()) return Unexpected(changed_at(r, field));
      if (d->name == "student_id" && (!d->value.is(json::Kind::string) || d->value.string() != held.student_id))
        return Unexpected(changed_at(r, "student"));
      if (d->name != "contents") continue;
      if (auto names = record::contents_claim(*d)) listed = std::move(*names);
    }
    if (!listed || listed->size() != held.disclosures.size()) return Unexpected(changed_at(r, "disclosures"));
    if (record::book_tag(held.book.view(), r.type, c.kind, c.period) != c.tag) return Unexpected(changed_at(r, "book"));
    return {};
  }
  Result<std::optional<BookKey>> book(std::string_view student) const {
    STELE_TRY(const auto plain, get_sealed(book_place(name_in_index("student", student))));
    if (!plain) return std::optional<BookKey>{};
    const auto key = BookKey::from(*plain);
    if (!key) return Unexpected(damaged());
    return std::optional(*key);
  }
  struct Holder {
    std::string org;
    std::optional<RecordId> record;
  };
  [[nodiscard]] std::vector<Holder> holders(const Digest& student) const {
    const auto prefix = Place('O').with(student).bytes();
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    std::vector<Holder> out;
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
      out.push_back({std::string(it->key().data() + prefix.size(), it->key().size() - prefix.size()),
                     RecordId::from(as_bytes({it->value().data(), it->value().size()}))});
    }
    return out;
  }
  /// The organisation uses the student's book in this record; an earlier one that came to the ledger stands.
  Result<void> put_holder(rocksdb::WriteBatch& batch, std::string_view student, const std::string& org,
                          const RecordId& id, const registry::State& state) const {
    const auto place = holder_place(name_in_index("student", student), org);
    STELE_TRY(const auto old, get(place));
    const auto before = old ? RecordId::from(as_bytes(*old)) : std::nullopt;
    if (!before || state.find(*before) == nullptr) put(batch, place, id.view());
    return {};
  }
  [[nodiscard]] static Error not_yours(std::size_t i) {
    Where where;
    where.field = "students[" + std::to_string(i) + "]";
    return make_error("book_not_yours",
                      "Học sinh này có sổ học bạ ở đơn vị khác. Nếu học sinh chuyển đến, hãy đề nghị đơn vị đó chuyển "
                      "giao sổ rồi làm lại.",
                      "This student's book is with another organisation. If the student has come to you, ask that "
                      "organisation to release the book, then try again.",
                      std::move(where));
  }
  /// Counts one more; false: enough for this day.
  bool may_make_book(const std::string& org) {
    const auto now = std::chrono::steady_clock::now();
    auto& m = books_made[org];
    if (m.count == 0 || now - m.since >= std::chrono::hours(24)) m = {now, 0};
    return ++m.count <= books_made_per_day_max;
  }

  [[nodiscard]] std::vector<std::pair<RecordId, std::uint32_t>> amends(const RecordId& sheet, std::uint32_t row) const {
    const auto prefix = Place('M').with(sheet).with_u32(row).bytes();
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    std::vector<std::pair<RecordId, std::uint32_t>> out;
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
      log::Reader key(as_bytes({it->key().data() + prefix.size(), it->key().size() - prefix.size()}));
      log::Reader value(as_bytes({it->value().data(), it->value().size()}));
      out.emplace_back(key.fixed<RecordId>(), value.u32());
    }
    return out;
  }

  [[nodiscard]] std::vector<RecordId> serials(std::string_view serial) const {
    return with_number(Place('Z').with(name_in_index("serial", serial)).bytes());
  }
  [[nodiscard]] std::vector<RecordId> register_numbers(std::string_view org, std::string_view number) const {
    return with_number(Place('N').with(name_in_index(register_kind(org), number)).bytes());
  }
  [[nodiscard]] std::vector<RecordId> with_number(const Bytes& prefix) const {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    std::vector<RecordId> out;
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
      log::Reader key(as_bytes({it->key().data() + prefix.size(), it->key().size() - prefix.size()}));
      out.push_back(key.fixed<RecordId>());
    }
    return out;
  }
  /// As it was handed in, but for the pick-up code.
  [[nodiscard]] static std::optional<CredentialPayload> opened(const StoredCredential& held) {
    CredentialPayload out;
    out.student_id = held.student_id;
    for (const auto& text : held.disclosures) {
      auto d = record::decode_disclosure(text);
      if (!d) return std::nullopt;
      out.disclosures.push_back(std::move(*d));
    }
    return out;
  }

  /// `fault` takes what went wrong here while a payload was checked: that is not the sender's fault.
  [[nodiscard]] Sources sources(const LedgerView& view, std::optional<Error>& fault) const {
    const auto note = [&fault](const Error& e) {
      if (e.code != "not_found" && !fault) fault = e;
    };
    Sources s;
    s.state = view.state;
    s.record = view.record;
    s.sheet = [this, note, record = view.record](const RecordId& id) -> std::optional<SheetPayload> {
      const auto r = record(id);
      if (!r) return std::nullopt;
      auto held = sheet(*r);
      if (held) return std::move(*held);
      note(held.error());
      return std::nullopt;
    };
    s.book = [this, note](std::string_view student) -> std::optional<Digest> {
      const auto key = book(student);
      if (!key) note(key.error());
      return key && *key ? std::optional(Digest{(*key)->bytes}) : std::nullopt;
    };
    s.amends = [this](const RecordId& id, std::uint32_t row) { return amends(id, row); };
    s.credential = [this, note, record = view.record](const RecordId& id) -> std::optional<CredentialPayload> {
      const auto r = record(id);
      if (!r) return std::nullopt;
      const auto held = stored_credential(*r);
      if (!held) note(held.error());
      return held && *held ? opened(**held) : std::nullopt;
    };
    s.serials = [this](std::string_view serial) { return serials(serial); };
    return s;
  }

  // ---- accepting ----

  void store_sheet(rocksdb::WriteBatch& batch, const RecordId& id, const SheetPayload& p) const {
    log::Writer w;
    w.u32(static_cast<std::uint32_t>(p.rows.size()));
    for (const auto& row : p.rows) {
      w.raw(row.digests.result.view());
      w.raw(row.digests.detail.view());
    }
    put(batch, sheet_place(id), w.bytes());
    for (std::uint32_t n = 0; n < p.rows.size(); ++n) {
      if (p.rows[n].result) put_sealed(batch, row_place(id, n), two(p.rows[n].result->text, p.rows[n].detail->text));
    }
  }

  /// A payload that was opened, new or held.
  struct Opened {
    SheetPayload sheet;
    CredentialPayload credential;
    bool fresh = false;
  };

  [[nodiscard]] static Result<void, Rejection> check(const record::Record& r, const Opened& p, const Sources& s) {
    if (const auto* c = std::get_if<record::ClassList>(&r.body)) return check_class_list(s, *c, p.sheet);
    if (const auto* g = std::get_if<record::GradeSheet>(&r.body)) return check_grade_sheet(s, r.id, *g, p.sheet);
    if (const auto* g = std::get_if<record::SummarySheet>(&r.body)) return check_summary_sheet(s, *g, p.sheet);
    if (const auto* a = std::get_if<record::Amend>(&r.body)) return check_amend(s, *a, p.sheet);
    return check_credential(s, r, p.credential);
  }

  /// What is held if it is whole and as signed, else what came along.
  Result<Opened> open(const Submission& sub) const {
    const auto& r = *sub.record;
    if (const auto* c = std::get_if<record::Credential>(&r.body)) {
      const auto held = stored_credential(r);
      if (held && *held) {
        if (auto p = opened(**held)) return Opened{{}, std::move(*p), false};
      }
      if (!held && sub.payload.empty()) return Unexpected(held.error());
      auto p = read_credential(sub.payload, r.type, *c);
      if (!p) return Unexpected(to_error(p.error()));
      return Opened{{}, std::move(*p), true};
    }
    auto held = sheet(r);
    if (held) return Opened{std::move(*held), {}, false};
    if (held.error().code != "not_found" && sub.payload.empty()) return Unexpected(held.error());
    const auto as_signed = signed_rows(r);
    if (!as_signed) return Unexpected(damaged());
    auto p = read_sheet(sub.payload, as_signed->root, as_signed->rows);
    if (!p) return Unexpected(to_error(p.error()));
    return Opened{std::move(*p), {}, true};
  }

  Result<void> store(rocksdb::WriteBatch& batch, const record::Record& r, const Opened& opened_payload,
                     const registry::State& state) const {
    if (record::is_credential(r.type)) {
      const auto& p = opened_payload.credential;
      STELE_CHECK(put_holder(batch, p.student_id, *record::org_of(r), r.id, state));
      return store_credential(batch, r, p);
    }
    store_sheet(batch, r.id, opened_payload.sheet);
    if (r.type == record::Type::class_list) {
      for (const auto& row : opened_payload.sheet.rows) {
        const auto student = row.result ? record::student_result(*row.result)
                                        : Result<record::StudentResult, Rejection>(Unexpected(Rejection{}));
        if (student) STELE_CHECK(put_holder(batch, student->student_id, *record::org_of(r), r.id, state));
      }
    }
    if (const auto* a = std::get_if<record::Amend>(&r.body)) {
      for (std::uint32_t i = 0; i < a->positions.size(); ++i) {
        log::Writer w;
        w.u32(i);
        put(batch, amend_place(a->target, a->positions[i], r.id), w.bytes());
      }
    }
    return {};
  }

  Result<void> store_credential(rocksdb::WriteBatch& batch, const record::Record& r, const CredentialPayload& p) const {
    STELE_TRY(const auto key, book(p.student_id));
    const auto& c = std::get<record::Credential>(r.body);
    if (!key || record::book_tag(key->view(), r.type, c.kind, c.period) != c.tag)
      return Unexpected(to_error(Rejection{RejectionCode::payload_tag, "stele.tag"}));
    log::Writer w;
    w.bytes32(as_bytes(p.student_id));
    w.raw(key->view());
    w.u32(static_cast<std::uint32_t>(p.disclosures.size()));
    for (const auto& d : p.disclosures) w.bytes32(as_bytes(d.text));
    put_sealed(batch, credential_place(r.id), w.bytes());
    if (const auto* serial = p.claim("serial"))
      put(batch, serial_place(name_in_index("serial", serial->value.string()), r.id), {});
    if (const auto* number = p.claim("register_no"))
      put(batch, register_place(name_in_index(register_kind(c.org), number->value.string()), r.id), {});
    if (p.pickup) {
      put(batch, pickup_place(*p.pickup), r.id.view());
      put(batch, pickup_of_place(r.id), p.pickup->view());
    }
    return {};
  }

  // ---- on the way to the ledger ----

  static std::string name_of(char what, std::initializer_list<std::string_view> parts) {
    std::string out(1, what);
    for (const auto part : parts) out.append(1, '\0').append(part);
    return out;
  }
  struct Holds {
    std::vector<std::string> takes;     ///< for itself
    std::vector<std::string> excludes;  ///< nobody else may hold
  };
  /// An amend and a transcript of one class exclude each other: which of them the other has to reckon with is known
  /// only when it stands on the ledger. So do two rows of one student in sheets of one subject, and two forms of one
  /// serial.
  [[nodiscard]] Holds holds_of(const record::Record& r, const Opened& p, const Sources& s) const {
    Holds out;
    out.takes.push_back(quota_name(r));
    if (const auto* a = std::get_if<record::Amend>(&r.body)) {
      const auto it = s.state->sheets.find(a->target);
      if (it == s.state->sheets.end()) return out;
      const auto& x = it->second;
      out.takes.push_back(name_of('A', {x.org, x.cls, x.year}));
      out.excludes.push_back(name_of('T', {x.org, x.cls, x.year}));
    } else if (const auto* g = std::get_if<record::GradeSheet>(&r.body)) {
      for (const auto& row : p.sheet.rows) {
        const auto tag = tag_of_row(r.type, row);
        if (tag)
          out.takes.push_back(name_of('G', {g->org, g->cls, g->subject, g->term, g->year, as_text(tag->view())}));
      }
      out.excludes = out.takes;
      out.excludes.erase(out.excludes.begin());
    } else if (const auto* c = std::get_if<record::Credential>(&r.body)) {
      if (c->cls) {
        out.takes.push_back(name_of('T', {c->org, *c->cls, c->period}));
        out.excludes.push_back(name_of('A', {c->org, *c->cls, c->period}));
      }
      if (const auto* d = p.credential.claim("serial")) {
        out.takes.push_back(name_of('S', {d->value.string()}));
        out.excludes.push_back(out.takes.back());
      }
    }
    return out;
  }
  static std::string quota_name(const record::Record& r) {
    return name_of('Q', {as_text(r.kid.view()), record::type_name(r.type)});
  }
  /// What is on the ledger counts there; what is on its way must not be more than a day's share besides.
  Result<void> check_quota(const record::Record& r, const registry::State& state) {
    if (!state.policy) return {};
    for (const auto& q : state.policy->policy.quotas) {
      if (q.act == r.type && flights.taken(quota_name(r), r.id, state, q.per_day))
        return Unexpected(to_error(Rejection{RejectionCode::quota_exceeded, {}}));
    }
    return {};
  }

  /// Into `batch`, if it is good and not held yet. What is held was checked against another state: it is checked again.
  Result<void> accept_one(rocksdb::WriteBatch& batch, const Submission& sub, const Sources& s,
                          const std::optional<Error>& fault) {
    const auto& r = *sub.record;
    if (r.type == record::Type::key) {
      if (sub.payload.empty()) return {};
      auto d = read_binding(sub.payload, std::get<record::Key>(r.body));
      if (!d) return Unexpected(to_error(d.error()));
      put_sealed(batch, person_place(r.id), as_bytes(d->text));
      flights.begin(r.id, {quota_name(r)});
      return {};
    }
    if (!record::needs_ack(r.type)) return {};
    // The payload of a record is bound to it by digests: what is held under this id can't be another one, and need not
    // come again. If it is no longer what was signed, a payload that is mends it.
    STELE_TRY(const auto p, open(sub));
    if (s.state->find(r.id) != nullptr) return p.fresh ? store(batch, r, p, *s.state) : Result<void>{};
    if (const auto ok = check(r, p, s); !ok) {
      // Refused now, it need not be kept either.
      if (!p.fresh && !fault && !flights.flying(r.id, *s.state)) STELE_CHECK(erase(batch, r));
      return Unexpected(to_error(ok.error()));
    }
    if (fault) return Unexpected(*fault);
    STELE_CHECK(check_quota(r, *s.state));
    const auto holds = holds_of(r, p, s);
    for (const auto& name : holds.excludes) {
      if (flights.taken(name, r.id, *s.state)) return Unexpected(in_flight());
    }
    if (p.fresh) STELE_CHECK(store(batch, r, p, *s.state));
    flights.begin(r.id, holds.takes);
    return {};
  }

  /// All that is held of a record that is not on the ledger.
  Result<void> erase(rocksdb::WriteBatch& batch, const record::Record& r) const {
    const auto drop = [&](const Bytes& place) { (void)batch.Delete(slice(place)); };
    if (r.type == record::Type::key) drop(person_place(r.id));
    if (const auto as_signed = signed_rows(r)) {
      drop(sheet_place(r.id));
      for (std::uint32_t n = 0; n < as_signed->rows; ++n) drop(row_place(r.id, n));
    }
    if (const auto* a = std::get_if<record::Amend>(&r.body)) {
      for (const auto position : a->positions) drop(amend_place(a->target, position, r.id));
    }
    if (!record::is_credential(r.type)) return {};
    const auto held = stored_credential(r);
    const auto p = held && *held ? opened(**held) : std::nullopt;
    if (const auto* serial = p ? p->claim("serial") : nullptr)
      drop(serial_place(name_in_index("serial", serial->value.string()), r.id));
    if (const auto* number = p ? p->claim("register_no") : nullptr)
      drop(register_place(name_in_index(register_kind(*record::org_of(r)), number->value.string()), r.id));
    STELE_TRY(const auto code, get(pickup_of_place(r.id)));
    if (const auto d = code ? Digest::from(as_bytes(*code)) : std::nullopt) drop(pickup_place(*d));
    drop(pickup_of_place(r.id));
    drop(credential_place(r.id));
    return {};
  }

  struct LogPoint {
    std::uint64_t next;
    Digest head;
  };
  /// A line of the access log into `batch`; if that is not written, the log goes back to where it was.
  LogPoint log_line(rocksdb::WriteBatch& batch, const Reader& reader, std::string_view what, ByteView id) {
    const LogPoint before{log_next, log_head};
    log::Writer w;
    w.raw(log_head.view());
    w.raw(signer::random_fixed<FixedBytes<struct LogSaltTag, 16>>().view());
    w.bytes16(as_bytes(reader.person));
    w.bytes16(as_bytes(reader.why));
    w.bytes16(as_bytes(what));
    w.raw(id);
    put(batch, log_place(log_next), w.bytes());
    ++log_next;
    log_head = sha256(w.bytes());
    return before;
  }
  Result<void> write_logged(rocksdb::WriteBatch& batch, const LogPoint& before, bool sync) {
    auto ok = write(batch, sync);
    if (!ok) log_next = before.next, log_head = before.head;
    return ok;
  }
  Result<void> log_read(const Reader& reader, std::string_view what, const RecordId& id) {
    rocksdb::WriteBatch batch;
    const auto before = log_line(batch, reader, what, id.view());
    return write_logged(batch, before, false);
  }
};

Vault::Vault() = default;
Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::open(Options options, signer::SigningKey ack_key) {
  STELE_TRY(auto keys, WrappingKeys::open(options.wrapping_keys, "0000-first"));
  std::unique_ptr<Vault> out(new Vault());
  out->impl_ = std::make_unique<Impl>(std::move(options), std::move(ack_key), std::move(keys));
  auto& m = *out->impl_;
  STELE_CHECK(m.open_db());
  m.make_decoy();
  return out;
}

std::vector<Result<std::vector<log::Ack>, Error>> Vault::accept(std::span<const Submission> submissions,
                                                                const LedgerView& view) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  std::optional<Error> fault;
  const auto sources = m.sources(view, fault);
  std::vector<Result<void>> checked;
  for (const auto& s : submissions) {
    rocksdb::WriteBatch one;
    fault.reset();
    checked.push_back(m.accept_one(one, s, sources, fault));
    if (fault) checked.back() = Unexpected(*fault);
    // Written at once, unsynced: one sync follows for all. (Of what was refused there is nothing to write, or what is
    // to be erased.)
    if (auto ok = m.write(one, false); !ok) {
      if (checked.back()) m.flights.end(s.record->id);
      checked.back() = Unexpected(ok.error());
    }
  }
  const auto synced = m.db->SyncWAL();
  std::vector<Result<std::vector<log::Ack>, Error>> out;
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    if (!checked[i]) {
      out.emplace_back(Unexpected(checked[i].error()));
    } else if (!synced.ok()) {
      m.flights.end(submissions[i].record->id);
      out.emplace_back(Unexpected(io_error(synced)));
    } else {
      std::vector<log::Ack> acks;
      const auto& r = *submissions[i].record;
      if (record::needs_ack(r.type)) {
        acks.push_back(
            {r.leaf, m.options.number, m.ack_key.sign(log::ack_digest(m.options.net, r.leaf, m.options.number))});
      }
      out.emplace_back(std::move(acks));
    }
  }
  return out;
}

void Vault::arrived(std::span<const RecordId> ids) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& id : ids) impl_->flights.end(id);
}

Result<void> Vault::not_taken(std::span<const record::Record> records, const LedgerView& view) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  for (const auto& r : records) {
    m.flights.end(r.id);
    if (view.state->find(r.id) != nullptr || m.flights.flying(r.id, *view.state)) continue;
    STELE_CHECK(m.erase(batch, r));
  }
  return m.write(batch, false);
}

namespace {

Error too_many_books() {
  return make_error("too_many", "Quá nhiều học sinh trong một lần hỏi, hoặc quá nhiều sổ mới trong một ngày.",
                    "Too many students in one request, or too many new books in a day.");
}

}  // namespace

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
      const auto in_use = [&](const Impl::Holder& h) {
        return h.record && (state.find(*h.record) != nullptr || m.flights.flying(*h.record, state));
      };
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
        m.put_sealed(batch, book_place(student), it->second.view());
        for (const auto& h : holders) (void)batch.Delete(slice(holder_place(student, h.org)));
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

Result<std::vector<std::pair<std::uint64_t, std::uint32_t>>> Vault::reserve_status_slots(std::size_t count) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> out;
  std::set<Bytes> now;
  rocksdb::WriteBatch batch;
  while (out.size() < count) {
    if (m.used_in_list >= slots_used_max) {
      ++m.list;
      m.used_in_list = 0;
    }
    const auto idx = static_cast<std::uint32_t>(signer::random_below(slots_per_list));
    const auto place = slot_place(m.list, idx);
    STELE_TRY(const auto taken, m.get(place));
    if (taken || !now.insert(place).second) continue;
    Impl::put(batch, place, {});
    out.emplace_back(m.list, idx);
    ++m.used_in_list;
  }
  log::Writer w;
  w.u64(m.list);
  w.u64(m.used_in_list);
  Impl::put(batch, as_bytes(list_place), w.bytes());
  STELE_CHECK(m.write(batch, true));
  return out;
}

Result<std::vector<RosterRow>> Vault::roster(const record::Record& list, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "roster", list.id));
  STELE_TRY(const auto sheet, m.sheet(list));
  std::vector<RosterRow> out;
  for (std::uint32_t n = 0; n < sheet.rows.size(); ++n) {
    if (!sheet.rows[n].result) continue;
    auto student = record::student_result(*sheet.rows[n].result);
    auto detail = record::student_detail(*sheet.rows[n].detail);
    if (!student || !detail) return Unexpected(changed_at(list, row_field(n)));
    out.push_back({n, std::move(*student), std::move(*detail)});
  }
  return out;
}

namespace {

StoredRow with_paths(const std::vector<record::RowDigests>& digests, log::MerkleTree& tree, std::uint32_t n,
                     SheetPayload::Row row) {
  if (tree.size() == 0) {
    for (const auto& d : digests) {
      tree.append(log::merkle_leaf(d.result.view()));
      tree.append(log::merkle_leaf(d.detail.view()));
    }
  }
  return {n, std::move(row.result->text), std::move(row.detail->text), tree.inclusion_path(2ULL * n, tree.size()),
          tree.inclusion_path(2ULL * n + 1, tree.size())};
}

}  // namespace

Result<std::vector<StoredRow>> Vault::rows(const record::Record& sheet, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "rows", sheet.id));
  STELE_TRY(const auto digests, m.digests(sheet));
  log::MerkleTree tree;
  std::vector<StoredRow> out;
  for (std::uint32_t n = 0; n < digests.size(); ++n) {
    STELE_TRY(auto row, m.row(sheet, n, digests[n]));
    if (row.result) out.push_back(with_paths(digests, tree, n, std::move(row)));
  }
  return out;
}

Result<StoredRow> Vault::row(const record::Record& sheet, std::uint32_t n, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "row", sheet.id));
  STELE_TRY(const auto digests, m.digests(sheet));
  const auto none = [] {
    return Unexpected(not_held("Kho này không giữ dòng đó.", "This vault does not hold that row."));
  };
  if (n >= digests.size()) return none();
  STELE_TRY(auto row, m.row(sheet, n, digests[n]));
  if (!row.result) return none();
  log::MerkleTree tree;
  return with_paths(digests, tree, n, std::move(row));
}

Result<std::optional<Vault::StoredCredential>> Vault::credential(const record::Record& r, const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.log_read(reader, "credential", r.id));
  return m.stored_credential(r);
}

namespace {

bool has_birth_date(const Vault::StoredCredential& c, std::string_view date) {
  bool same = false;
  for (const auto& text : c.disclosures) {  // all of them, wherever the date stands
    const auto d = record::decode_disclosure(text);
    const bool here = d && d->name == "birth_date" && d->value.is(json::Kind::string) && d->value.string() == date;
    same = same || here;
  }
  return same;
}

}  // namespace

namespace {

/// Of the credentials that were handed in with one number: that on the ledger which no other of them replaced.
std::optional<RecordId> standing(const std::vector<RecordId>& ids,
                                 const std::function<std::optional<record::Record>(const RecordId&)>& record) {
  std::set<RecordId> left, replaced;
  for (const auto& id : ids) {
    const auto r = record(id);
    const auto* c = r ? std::get_if<record::Credential>(&r->body) : nullptr;
    if (c == nullptr) continue;
    left.insert(id);
    if (c->replaces) replaced.insert(*c->replaces);
  }
  for (const auto& id : left) {
    if (!replaced.contains(id)) return id;
  }
  return std::nullopt;
}

}  // namespace

Result<std::optional<RecordId>> Vault::find_diploma(
    const DiplomaQuery& q, const std::function<std::optional<record::Record>(const RecordId&)>& record,
    const Reader& reader) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  const auto by_serial = standing(m.serials(q.number), record);
  const auto by_register = standing(m.register_numbers(q.org, q.number), record);
  const auto& id = by_serial ? by_serial : by_register;
  // Whatever was found, one credential is opened and read: an unknown number costs what a known one does.
  STELE_CHECK(m.log_read(reader, "lookup", id.value_or(RecordId{})));
  const auto r = record(id.value_or(RecordId{}));
  std::optional<StoredCredential> held;
  if (r) {
    STELE_TRY(held, m.stored_credential(*r));
  }
  const bool known = held.has_value();
  if (!known) {
    STELE_TRY(const auto plain, open_object(m.keys, as_bytes(decoy_place), m.decoy));
    held = StoredCredential{std::vector<std::string>(decoy_disclosures, std::string(as_text(plain))), {}, {}};
  }
  const bool right = has_birth_date(*held, q.birth_date);
  return known && right ? id : std::optional<RecordId>{};
}

Result<std::optional<std::string>> Vault::person(const record::Record& r) {
  const auto* key = std::get_if<record::Key>(&r.body);
  if (key == nullptr) return std::optional<std::string>{};
  const std::lock_guard lock(impl_->mutex);
  const auto plain = impl_->get_sealed(person_place(r.id));
  if (!plain) return Unexpected(placed(plain.error(), r, "disclosure"));
  if (!*plain) return std::optional<std::string>{};
  std::string text(as_text(**plain));
  if (sha256(as_bytes(text)) != key->binding) return Unexpected(changed_at(r, "disclosure"));
  return std::optional(std::move(text));
}

Result<std::optional<RecordId>> Vault::pickup(const Digest& code) {
  const std::lock_guard lock(impl_->mutex);
  STELE_TRY(const auto stored, impl_->get(pickup_place(code)));
  return stored ? RecordId::from(as_bytes(*stored)) : std::optional<RecordId>{};
}

Result<void> Vault::pickup_done(const Digest& code) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  (void)batch.Delete(slice(pickup_place(code)));
  return m.write(batch, true);
}

Result<void> Vault::pickup_replace(const RecordId& id, const Digest& code) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  rocksdb::WriteBatch batch;
  STELE_TRY(const auto old, m.get(pickup_of_place(id)));
  if (const auto d = old ? Digest::from(as_bytes(*old)) : std::nullopt) (void)batch.Delete(slice(pickup_place(*d)));
  Impl::put(batch, pickup_place(code), id.view());
  Impl::put(batch, pickup_of_place(id), code.view());
  return m.write(batch, true);
}

Result<void> Vault::rotate_wrapping_key(std::string_view name) {
  auto& m = *impl_;
  const std::lock_guard lock(m.mutex);
  STELE_CHECK(m.keys.add(std::string(name)));
  m.make_decoy();
  constexpr std::string_view sealed_kinds = "RCBPI";
  constexpr std::size_t batch_max = 1000;
  rocksdb::WriteBatch batch;
  std::size_t lost = 0;
  const std::unique_ptr<rocksdb::Iterator> it(m.db->NewIterator({}));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (sealed_kinds.find(it->key()[0]) == std::string_view::npos) continue;
    const auto place = as_bytes({it->key().data(), it->key().size()});
    const auto again = rewrap_object(m.keys, place, as_bytes({it->value().data(), it->value().size()}));
    if (!again) {  // damaged: the others need the new key all the same
      ++lost;
      continue;
    }
    Impl::put(batch, place, *again);
    if (batch.Count() < batch_max) continue;
    STELE_CHECK(m.write(batch, true));
    batch.Clear();
  }
  if (!it->status().ok()) return Unexpected(io_error(it->status()));
  STELE_CHECK(m.write(batch, true));
  if (lost == 0) return m.keys.destroy_old();
  const auto n = std::to_string(lost);
  return Unexpected(make_error("vault_damaged",
                               "Đã bọc lại dữ liệu bằng khóa mới, trừ " + n +
                                   " mục bị hỏng; vì vậy khóa cũ được giữ lại. Hãy khôi phục các mục đó từ bản sao "
                                   "lưu rồi đổi khóa lần nữa.",
                               "Everything is under the new key but " + n +
                                   " damaged objects; the old key is kept for their sake. Restore them from a backup, "
                                   "then rotate again."));
}

}  // namespace stele::vault
