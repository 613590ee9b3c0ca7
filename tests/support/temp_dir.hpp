// A fresh directory, under the system's temporary folder unless told otherwise, removed with
// everything in it.
#pragma once

#include <filesystem>
#include <string_view>

#include <sys/types.h>

namespace support {

// fork: only the process that made it removes it.
class TempDir {
 public:
  TempDir() : TempDir(std::filesystem::temp_directory_path()) {}
  explicit TempDir(const std::filesystem::path& parent);
  ~TempDir();

  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
  pid_t creator_;
};

}  // namespace support
