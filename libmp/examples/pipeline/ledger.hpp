// Two files that all workers write to, and that are worth a lock each: what is known, and what was
// done.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pipeline {

// The checksums seen so far. Call under the lock `index`.
class Index {
 public:
  explicit Index(std::filesystem::path file) : file_(std::move(file)) {}

  // True if it was not there yet.
  bool add(int pass, std::uint64_t checksum) const;

 private:
  std::filesystem::path file_;
};

struct Entry {
  std::string file;
  bool is_copy = false;  // of a file seen before
  std::uint64_t bytes = 0;
  std::uint64_t packed = 0;
};

// One line for each file that is done. Call under the lock `totals`.
// A process that dies between begin() and finish() leaves half a line: repair() finds and removes
// it.
class Ledger {
 public:
  explicit Ledger(std::filesystem::path file) : file_(std::move(file)) {}

  void begin(const Entry& entry) const;   // which file, and whether it is a copy
  void finish(const Entry& entry) const;  // its sizes

  // The entry that was begun and not finished, if there is one: its work has to be done again.
  std::optional<Entry> repair() const;

  std::vector<Entry> entries() const;
  // How long ago anybody wrote to it.
  std::chrono::milliseconds age() const;

 private:
  std::filesystem::path file_;
};

}  // namespace pipeline
