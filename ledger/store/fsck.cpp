#include "ledger/store/fsck.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/rules/chain.h"
#include "ledger/store/ledger.h"
#include "ledger/store/load_blocks.h"
#include "ledger/store/tail_check.h"

namespace stele::store {
namespace {

constexpr std::string_view fetch_vi = "Hãy tải lại khối từ nút khác.";
constexpr std::string_view fetch_en = "Fetch the block again from another node.";

class Fsck {
 public:
  Fsck(const record::Genesis& genesis, const Store& store, const std::filesystem::path& head_file)
      : store_(store), head_file_(head_file), chain_(genesis) {}

  FsckReport run(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    holes();
    derive(progress);
    head();
    return std::move(report_);
  }

 private:
  void find(std::string_view code, std::optional<Height> height, std::optional<RecordIndex> index, std::string vi,
            std::string en) {
    if (report_.findings.size() < findings_max)
      report_.findings.push_back({std::string(code), height, index, std::move(vi), std::move(en)});
  }
  void find(std::string_view code, Height height, std::string_view vi, std::string_view en) {
    find(code, height, std::nullopt, fmt::format("Khối {}: {} {}", height.value, vi, fetch_vi),
         fmt::format("Block {}: {} {}", height.value, en, fetch_en));
  }
  void find(std::string_view code, Height height, RecordIndex index, const Rejection& why) {
    const auto text = to_error(why);
    find(code, height, index,
         fmt::format("Bản ghi {} (khối {}) đã bị thay đổi: {} {}", index.value, height.value, text.vi, fetch_vi),
         fmt::format("Record {} (block {}) was altered: {} {}", index.value, height.value, text.en, fetch_en));
  }
  void find(const Error& e) { find("store_damaged", std::nullopt, std::nullopt, e.vi, e.en); }

  // ---- what is missing ----

  void holes() {
    auto holes = find_holes(store_);
    if (!holes) return find(holes.error());
    for (const auto& h : *holes) hole(h);
  }

  void hole(const Hole& h) {
    const auto range = h.first == h.last ? std::to_string(h.first) : fmt::format("{}–{}", h.first, h.last);
    const auto of_block = [&](std::string_view code, std::string_view vi, std::string_view en) {
      find(code, Height{h.first}, std::nullopt, fmt::format("Khối {}: {} {}", range, vi, fetch_vi),
           fmt::format("Block {}: {} {}", range, en, fetch_en));
    };
    const auto of_record = [&](std::string_view code, std::string_view vi, std::string_view en) {
      find(code, std::nullopt, RecordIndex{h.first}, fmt::format("Bản ghi {}: {} {}", range, vi, fetch_vi),
           fmt::format("Record {}: {} {}", range, en, fetch_en));
    };
    switch (h.kind) {
      case Hole::Kind::block:
        return of_block("block_missing", "không có trong kho.", "it is not in the store.");
      case Hole::Kind::meta:
        return of_block("meta_missing", "thiếu phần đầu.", "its body is missing.");
      case Hole::Kind::chain:
        return of_block("chain_broken", "không bắt đầu ở chỗ khối trước kết thúc.",
                        "it does not begin where the block before it ends.");
      case Hole::Kind::record:
        return of_record("record_missing", "không có trong kho.", "it is not in the store.");
      case Hole::Kind::wrong_block:
        return of_record("record_misplaced", "ghi tên một khối khác.", "it names another block.");
      case Hole::Kind::stray_record:
        return of_record("record_stray", "nằm ngoài mọi khối.", "it stands beyond every block.");
    }
  }

  // ---- everything again, from the records ----

  void derive(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    const auto tip = store_.tip();
    const std::uint64_t total = tip ? tip->height.value : 0;
    for (Height from{1}; from.value <= total;) {
      auto blocks = load_blocks(store_, from);
      if (!blocks) return find_unread(blocks.error());
      if (!derive(*blocks)) return;
      from = Height{blocks->back().info.height.value + 1};
      if (progress) progress(from.value - 1, total);
    }
  }

  /// Holes have been named already.
  void find_unread(const Error& e) {
    if (e.code != "store_hole") find(e);
  }

  /// False: what follows can't be derived.
  bool derive(std::vector<LoadedBlock>& blocks) {
    // Signatures are gathered over the blocks of a batch, each with the key as of its block, and checked together.
    std::vector<SignatureCheck> checks;
    std::vector<std::pair<Height, RecordIndex>> where;
    std::vector<std::vector<record::Record>> kept(blocks.size());
    bool good = true;
    for (std::size_t i = 0; i < blocks.size() && good; ++i) {
      auto& b = blocks[i];
      good = rules_known(b);  // first: how a record is signed is a matter of its block's rules
      if (!good) break;
      kept[i] = b.decoded;
      for (std::size_t r = 0; r < kept[i].size(); ++r) {
        const auto key = chain_.signer_key(kept[i][r].kid);
        if (!key) continue;  // `apply` says so
        checks.push_back({&kept[i][r], **key});
        where.emplace_back(b.info.height, RecordIndex{b.info.first.value + r});
      }
      good = derive(b);
    }
    for (const auto& bad : check_signatures(checks)) {
      const auto [height, index] = where[bad.position];
      find("signature_invalid", height, index, bad.why);
    }
    report_.signatures += checks.size();
    return good;
  }

  bool rules_known(const LoadedBlock& b) {
    const auto known = chain_.next_rules();
    if (known) return true;
    const auto text = to_error(known.error());
    find("rules_unknown", b.info.height, std::nullopt, text.vi, text.en);
    return false;
  }

  bool derive(LoadedBlock& b) {
    const Height height = b.info.height;
    if (b.bad_meta) {
      find("meta_altered", height, "phần đầu không đọc được.", "its body can't be read.");
      return false;
    }
    for (const auto& bad : b.bad)
      find("record_altered", height, RecordIndex{b.info.first.value + bad.position}, bad.why);
    if (b.block.height != height)
      find("block_misplaced", height, "ở đây là một khối khác.", "another block stands in its place.");
    parent_qc(b);
    if (!b.bad.empty()) return false;
    auto applied = chain_.apply(b.block, rules::Chain::Signatures::trusted, std::move(b.decoded));
    if (!applied) {
      refused(b, applied.error());
      return false;
    }
    // The text that is stored is what was certified: the derived one is compared with it byte by byte.
    if (applied->header_text != b.info.header || applied->header_hash != b.info.header_hash) {
      find("header_differs", height, "phần tóm tắt không khớp với các bản ghi.",
           "its header does not follow from its records.");
    }
    report_.blocks += 1;
    report_.records += applied->ids.size();
    return true;
  }

  void parent_qc(const LoadedBlock& b) {
    if (b.info.height.value == 1) return;
    const auto qc = log::decode_qc(b.block.parent_qc);
    if (qc && log::check_qc(*qc, chain_.head_hash(), *chain_.signers())) return;
    find("qc_invalid", b.info.height, "chứng nhận của khối trước không hợp lệ.",
         "its certificate of the block before is not valid.");
  }

  void refused(const LoadedBlock& b, const rules::Chain::BlockRejection& r) {
    const auto text = to_error(r.why);
    if (r.record) return find("record_altered", b.info.height, RecordIndex{b.info.first.value + *r.record}, r.why);
    switch (r.why.code) {
      case RejectionCode::block_bad_signature:
        return find("block_altered", b.info.height, "nội dung khác với những gì nút sắp xếp đã ký.",
                    "its bytes are not those that the orderer signed.");
      case RejectionCode::block_bad_qc:
        return;  // named already
      default:
        return find("block_invalid", b.info.height, text.vi, text.en);
    }
  }

  // ---- the head file ----

  void head() {
    const auto head = HeadFile::read(head_file_);
    if (!head) return find("head_damaged", std::nullopt, std::nullopt, head.error().vi, head.error().en);
    const auto tip = store_.tip();
    const std::uint64_t blocks = tip ? tip->height.value : 0;
    const std::uint64_t at = *head ? (*head)->height.value : 0;
    if (at > blocks)
      return find(
          "head_ahead", Height{blocks + 1}, std::nullopt,
          fmt::format("Kho mất các khối {}–{} đã được chốt. Hãy tải chúng từ nút khác trước khi chạy nút.", blocks + 1,
                      at),
          fmt::format("The store lost blocks {}-{}, which were called final. Fetch them from another node before "
                      "this one runs.",
                      blocks + 1, at));
    // Among several validators the newest block waits for its certificate; one that signs alone has it at once.
    const bool waits = chain_.signers()->size() > 1;
    const auto behind = at < blocks ? blocks - at : 0;
    if (behind == 1 && !waits)
      find("head_behind", Height{blocks}, std::nullopt,
           fmt::format("Tệp đầu chuỗi còn ở khối {}: dấu vết của một lần dừng đột ngột. Khởi động nút sẽ tự sửa.", at),
           fmt::format("The head file is still at block {}: the trace of a sudden stop. A start of the node mends it.",
                       at));
    if (behind > 1)
      find("head_behind", Height{at + 1}, std::nullopt,
           fmt::format("Tệp đầu chuỗi dừng ở khối {}, kho có đến khối {}. {}Tệp đã cũ hoặc bị mất: hãy đối chiếu với "
                       "nút khác, rồi mới lập lại tệp.",
                       at, blocks,
                       behind > accepted_max ? "" : "Nếu nút dừng đột ngột khi đang chép khối, khởi động sẽ tự sửa. "),
           fmt::format(
               "The head file ends at block {}, the store at {}. {}The file is old or lost: compare with another "
               "node, and only then make it anew.",
               at, blocks,
               behind > accepted_max ? ""
                                     : "If the node stopped suddenly while it copied blocks, a start mends "
                                       "it. Else: "));
    if (*head) head_block(**head);
  }

  void head_block(const Head& head) {
    const auto row = store_.row(head.height);
    if (!row || !*row) return;  // a hole, named already
    if ((*row)->header_hash != head.header_hash)
      return find("head_differs", head.height, "khác với khối mà tệp đầu chuỗi ghi.",
                  "it is not the one that the head file names.");
    if (head.header_hash != chain_.head_hash()) return;  // certified by its child
    const auto qc = log::decode_qc(head.qc);
    if (!qc || !log::check_qc(*qc, head.header_hash, *chain_.signers()))
      find("qc_invalid", head.height, "chứng nhận trong tệp đầu chuỗi không hợp lệ.",
           "its certificate in the head file is not valid.");
  }

  const Store& store_;
  const std::filesystem::path& head_file_;
  rules::Chain chain_;
  FsckReport report_;
};

Error head_not_rebuilt(std::string_view vi, std::string_view en) {
  return make_error("head_not_rebuilt", fmt::format("Không lập lại tệp đầu chuỗi: {}", vi),
                    fmt::format("The head file is not made anew: {}", en));
}

}  // namespace

Result<FsckReport> fsck(const record::Genesis& genesis, const Store& store, const std::filesystem::path& head_file,
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Fsck(genesis, store, head_file).run(progress);
}

Result<void> rebuild_head(const record::Genesis& genesis, const Store& store, const std::filesystem::path& head_file) {
  STELE_TRY(const auto report, fsck(genesis, store, head_file, nullptr));
  for (const auto& f : report.findings) {
    if (f.code != "head_behind" && f.code != "head_damaged") return Unexpected(head_not_rebuilt(f.vi, f.en));
  }
  const auto tip = store.tip();
  if (!tip || tip->height.value < 2)
    return Unexpected(head_not_rebuilt("kho chưa có hai khối.", "the store has not two blocks yet."));
  STELE_TRY(const auto parent, store.row({tip->height.value - 1}));
  STELE_TRY(const auto meta, store.meta(tip->height));
  auto block = log::decode_meta(*meta, {});  // fsck has read both
  STELE_ASSERT(parent && block);
  std::error_code ec;
  auto aside = head_file;
  aside += ".old";
  if (std::filesystem::exists(head_file, ec)) std::filesystem::rename(head_file, aside, ec);
  if (ec) return Unexpected(head_not_rebuilt("không đổi tên được tệp cũ.", "the old file can't be renamed."));
  STELE_TRY(const auto file, HeadFile::open(head_file));
  return file->write({parent->height, parent->header_hash, std::move(block->parent_qc)});
}

}  // namespace stele::store
