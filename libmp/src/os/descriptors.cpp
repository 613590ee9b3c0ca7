#include "os/descriptors.hpp"

#include "os/runtime_dir.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fcntl.h>
#include <unistd.h>

namespace mp::os {

std::vector<int> inheritable_descriptors() {
  std::vector<int> found;
  for (const std::string& name : list_dir("/proc/self/fd")) {
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    const int flags = fd < 0 ? -1 : ::fcntl(fd, F_GETFD);
    if (flags != -1 && (flags & FD_CLOEXEC) == 0) found.push_back(fd);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string describe_descriptor(int fd) {
  std::string text = std::to_string(fd);
  std::array<char, 256> target{};
  const ssize_t size = ::readlink(("/proc/self/fd/" + text).c_str(), target.data(), target.size());
  if (size > 0) text += " (" + std::string(target.data(), static_cast<std::size_t>(size)) + ")";
  return text;
}

}  // namespace mp::os
