#include "os/runtime_dir.hpp"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

namespace mp::os {
namespace {

std::vector<std::string> candidates() {
  std::vector<std::string> out;
  const std::string uid = std::to_string(::getuid());
  if (const char* xdg = std::getenv("XDG_RUNTIME_DIR"); xdg != nullptr && xdg[0] == '/') {
    out.push_back(std::string(xdg) + "/libmp");
  }
  out.push_back("/dev/shm/libmp-" + uid);
  out.push_back("/tmp/libmp-" + uid);
  return out;
}

bool is_ours(const std::string& path) noexcept {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::getuid() &&
         (info.st_mode & 0077) == 0 && ::access(path.c_str(), R_OK | W_OK | X_OK) == 0;
}

}  // namespace

bool make_private_dir(const std::string& path) noexcept {
  const int saved = errno;
  const bool ours = (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) && is_ours(path);
  errno = saved;
  return ours;
}

std::optional<std::string> make_runtime_dir() noexcept {
  for (auto& path : candidates()) {
    if (make_private_dir(path)) return std::move(path);
  }
  return std::nullopt;
}

std::vector<std::string> runtime_dirs() {
  std::vector<std::string> out;
  for (auto& path : candidates()) {
    if (is_ours(path)) out.push_back(std::move(path));
  }
  return out;
}

std::vector<std::string> list_dir(const std::string& path) {
  std::vector<std::string> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), ::closedir);
  if (!dir) return out;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") out.emplace_back(name);
  }
  return out;
}

std::uint64_t changed_ns(const std::string& path) noexcept {
  const int saved = errno;
  struct stat info {};
  const bool known = ::lstat(path.c_str(), &info) == 0;
  errno = saved;
  if (!known) return 0;
  return static_cast<std::uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
}

void remove_file(const char* path) noexcept {
  const int saved = errno;
  ::unlink(path);
  errno = saved;
}

void remove_dir(const char* path) noexcept {
  const int saved = errno;
  ::rmdir(path);
  errno = saved;
}

}  // namespace mp::os
