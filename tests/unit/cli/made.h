// Running the program inside the test, and a folder that goes away with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "wallet-cli/cli/app.h"

namespace stele::cli {

struct Ran {
  int exit = -1;
  std::string out, err;
};
inline Ran stele(std::vector<std::string> words) {
  words.insert(words.begin(), "stele");
  std::vector<char*> argv;
  argv.reserve(words.size());
  for (auto& w : words) argv.push_back(w.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran r;
  r.exit = run(static_cast<int>(words.size()), argv.data());
  r.out = testing::internal::GetCapturedStdout();
  r.err = testing::internal::GetCapturedStderr();
  return r;
}

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "stele-cli-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(at(name), std::ios::binary) << bytes;
    return at(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_back(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Sets a variable for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* v = std::getenv(name)) before_ = v, had_ = true;  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr)
      ::setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe)
    else
      ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  }
  ~Variable() {
    if (had_)
      ::setenv(name_, before_.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    else
      ::unsetenv(name_);  // NOLINT(concurrency-mt-unsafe)
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
  bool had_ = false;
};

}  // namespace stele::cli
