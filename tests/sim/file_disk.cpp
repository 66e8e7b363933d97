#include <cstdlib>

#include "ledger/store/rocks_store.h"
#include "tests/sim/disk_store.h"
#include "tests/support/syncs.h"

namespace stele::sim {
namespace {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() {
    auto name = (fs::temp_directory_path() / "stele-sim-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  fs::path path;
};

class FileDisk final : public Disk {
 public:
  FileDisk(std::string net, const PublicKey& voter, const test::SyncedImage* backup)
      : net_(std::move(net)), voter_(voter), fresh_(backup == nullptr) {
    if (backup != nullptr)
      backup->write_to(path());
    else
      fs::create_directory(path());
    image_ = std::make_unique<test::SyncedImage>(path());
  }
  ~FileDisk() override { votes_.reset(); }

  Result<std::unique_ptr<store::Store>> store() override {
    STELE_TRY(auto s, store::open_rocks_store(path() / "db", {.net = net_, .create = true}));
    return std::unique_ptr<store::Store>(std::make_unique<DiskStore>(*this, std::move(s)));
  }
  Result<std::unique_ptr<store::HeadKeeper>> head() override {
    STELE_TRY(auto file, store::HeadFile::open(path() / "head"));
    return std::unique_ptr<store::HeadKeeper>(std::make_unique<HeadOnDisk>(*this, std::move(file)));
  }
  Result<finality::VoteRecord> votes() override {
    const auto file = path() / "votes";
    STELE_TRY(auto opened,
              fresh_ ? finality::VoteFile::create(file, net_, voter_) : finality::VoteFile::open(file, net_, voter_));
    fresh_ = false;  // a file that was made once and is not there any more is an error
    votes_ = std::move(opened);
    return votes_->record();
  }
  Result<void> put_votes(const finality::VoteRecord& v) override {
    return write([&]() -> Result<void> {
      if (v.last != votes_->last()) STELE_CHECK(votes_->write(v.last));
      if (v.left_below > votes_->record().left_below) STELE_CHECK(votes_->leave_below(v.left_below));
      return {};
    });
  }
  void power_off() override { image_->freeze(); }
  void power_on() override {
    Disk::power_on();
    votes_.reset();
    const auto old = path();
    ++lives_;
    image_->write_to(path());
    image_.reset();
    std::error_code ignored;
    fs::remove_all(old, ignored);
    image_ = std::make_unique<test::SyncedImage>(path());
  }
  std::unique_ptr<Disk> copy() const override { return std::make_unique<FileDisk>(net_, voter_, image_.get()); }

 private:
  class HeadOnDisk final : public store::HeadKeeper {
   public:
    HeadOnDisk(FileDisk& disk, std::unique_ptr<store::HeadFile> file) : disk_(disk), file_(std::move(file)) {}
    [[nodiscard]] const std::optional<store::Head>& head() const override { return file_->head(); }
    Result<void> write(const store::Head& h) override {
      return disk_.write([&] { return file_->write(h); });
    }

   private:
    FileDisk& disk_;
    const std::unique_ptr<store::HeadFile> file_;
  };

  [[nodiscard]] bool goes_on_unsynced() const override { return true; }
  [[nodiscard]] fs::path path() const { return folder_.path / ("life-" + std::to_string(lives_)); }

  const TempFolder folder_;
  const std::string net_;
  const PublicKey voter_;
  bool fresh_;
  unsigned lives_ = 0;
  std::unique_ptr<test::SyncedImage> image_;
  std::optional<finality::VoteFile> votes_;
};

}  // namespace

std::unique_ptr<Disk> make_file_disk(const std::string& net, const PublicKey& voter) {
  return std::make_unique<FileDisk>(net, voter, nullptr);
}

}  // namespace stele::sim
