#include "support/temp_dir.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <stdlib.h>
#include <unistd.h>

namespace support {

TempDir::TempDir(const std::filesystem::path& parent) : creator_(::getpid()) {
  std::string name = parent / "mp-test-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  }
  path_ = name;
}

TempDir::~TempDir() {
  if (::getpid() != creator_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace support
