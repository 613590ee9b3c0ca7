#include "os/named_memory.hpp"

#include "os/check.hpp"
#include "os/memory.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace mp::os {
namespace {

constexpr char kFolder[] = "/dev/shm";
// A signal undoes the portion that it interrupts.
constexpr std::uint64_t kPortion = 4 << 20;

std::string path_of(const std::string& name) { return std::string(kFolder) + "/" + name; }

struct Space {
  std::uint64_t free = 0;
  bool is_limited = false;
};

Space space_around(int block) noexcept {
  struct statvfs info{};
  if (::fstatvfs(block, &info) != 0 || info.f_blocks == 0) return {};
  return {info.f_bavail * info.f_frsize, true};
}

[[noreturn]] void throw_full(int error, std::uint64_t needed, std::uint64_t free,
                             const std::string& name) {
  throw_errno(error,
              "create (" + std::to_string(needed) + " bytes needed, " + std::to_string(free) +
                  " free in " + kFolder + ")",
              name);
}

}  // namespace

UniqueFd make_block(std::uint64_t bytes, const std::string& name) {
  if (bytes > largest_file()) throw_errno(EFBIG, "create", name);  // it would raise SIGXFSZ
  UniqueFd block(
      check(retry_eintr([&] { return ::open(kFolder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); }),
            "create", name));
  const Space space = space_around(block.get());
  // Not asked for at all: on its way to failure it would take the last page from everybody else.
  if (space.is_limited && bytes > space.free) throw_full(ENOSPC, bytes, space.free, name);
  for (std::uint64_t at = 0; at < bytes; at += kPortion) {
    const auto portion = static_cast<off_t>(std::min(kPortion, bytes - at));
    if (retry_eintr([&] { return ::fallocate(block.get(), 0, static_cast<off_t>(at), portion); }) ==
        0)
      continue;
    const int error = errno;
    if (error == ENOSPC) throw_full(error, bytes, space_around(block.get()).free + at, name);
    throw_errno(error, "create", name);
  }
  return block;
}

bool give_name(int block, const std::string& name) {
  char own[32];
  (void)std::snprintf(own, sizeof own, "/proc/self/fd/%d", block);
  if (::linkat(AT_FDCWD, own, AT_FDCWD, path_of(name).c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  if (errno == EEXIST) return false;
  throw_errno("create", name);
}

UniqueFd open_block(const std::string& name) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  UniqueFd block(
      check(retry_eintr([&] { return ::open(path_of(name).c_str(), kFlags); }), "attach", name));
  struct stat info{};
  check(::fstat(block.get(), &info), "attach", name);
  if (!S_ISREG(info.st_mode)) throw_errno(EINVAL, "attach", name);
  return block;
}

void unlink_block(const std::string& name) {
  check(::unlink(path_of(name).c_str()), "unlink", name);
}

bool hold_block(int block) {
  check(retry_eintr([&] { return ::flock(block, LOCK_SH); }), "flock", "a shared memory block");
  struct stat info{};
  return ::fstat(block, &info) == 0 && info.st_nlink != 0;
}

Removal remove_unheld(const std::string& name, const FileIdentity& block) {
  const std::string path = path_of(name);
  const UniqueFd file(static_cast<int>(retry_eintr([&] {
    return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  })));
  if (!file.valid()) {
    if (errno == ENOENT) return Removal::Missing;
    throw_errno("unlink", name);
  }
  if (!(file_identity(file.get()) == block)) return Removal::Missing;
  if (retry_eintr([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno == EWOULDBLOCK) return Removal::Held;
    throw_errno("flock", name);
  }
  if (::unlink(path.c_str()) == 0) return Removal::Removed;
  if (errno == ENOENT) return Removal::Missing;
  throw_errno("unlink", name);
}

bool is_block_device(std::uint64_t device) noexcept {
  struct stat info{};
  return ::stat(kFolder, &info) == 0 && info.st_dev == device;
}

bool has_name(const std::string& name, const FileIdentity& block) {
  struct stat info{};
  return ::lstat(path_of(name).c_str(), &info) == 0 && info.st_dev == block.device &&
         info.st_ino == block.inode;
}

}  // namespace mp::os
