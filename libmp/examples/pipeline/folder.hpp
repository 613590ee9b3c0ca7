// The files that are worked on: a given folder, or one full of made-up files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace pipeline {

// A directory that is removed with all its files when the process that made it is done with it.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The same files each time: photos that hardly compress, logs that do, and now and then a
// duplicate.
void make_up_files(const std::filesystem::path& folder, int count, std::size_t bytes_each);

// All regular files below, sorted by name.
std::vector<std::filesystem::path> list_files(const std::filesystem::path& folder);

}  // namespace pipeline
