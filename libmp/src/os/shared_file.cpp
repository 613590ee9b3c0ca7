#include "os/shared_file.hpp"

#include "os/check.hpp"
#include "os/memory.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mp::os {
namespace {

constexpr int kPopulateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14

// Older kernels cannot tell in advance that a write would fail: there the whole file is paid for at
// once.
bool can_populate() noexcept {
  static const bool can = ::madvise(nullptr, 0, kPopulateWrite) == 0;
  return can;
}

}  // namespace

void* create_shared_file(const char* path, std::size_t bytes) noexcept {
  const int saved = errno;
  void* mapping = nullptr;
  UniqueFd fd(static_cast<int>(retry_eintr(
      [&] { return ::open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600); })));
  if (fd.valid() && bytes > largest_file()) {
    ::unlink(path);  // growing it would raise SIGXFSZ
  } else if (fd.valid()) {
    const auto size = static_cast<off_t>(bytes);
    const bool sized =
        retry_eintr([&] { return ::ftruncate(fd.get(), size); }) == 0 &&
        (can_populate() || retry_eintr([&] { return ::fallocate(fd.get(), 0, 0, size); }) == 0);
    if (sized) mapping = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (mapping == MAP_FAILED) mapping = nullptr;
    if (mapping == nullptr) ::unlink(path);
  }
  errno = saved;
  return mapping;
}

bool populate(void* address, std::size_t bytes) noexcept {
  if (!can_populate()) return true;
  const int saved = errno;
  const auto page = std::uintptr_t{page_size()};
  const auto begin = reinterpret_cast<std::uintptr_t>(address) & ~(page - 1);
  const auto end = (reinterpret_cast<std::uintptr_t>(address) + bytes + page - 1) & ~(page - 1);
  const bool done = retry_eintr([&] {
                      return ::madvise(reinterpret_cast<void*>(begin), end - begin, kPopulateWrite);
                    }) == 0;
  errno = saved;
  return done;
}

void unmap(void* address, std::size_t bytes) noexcept {
  const int saved = errno;
  ::munmap(address, bytes);
  errno = saved;
}

UniqueFd open_shared_file(const std::string& path, bool writable) noexcept {
  const int flags = (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  return UniqueFd(static_cast<int>(retry_eintr([&] { return ::open(path.c_str(), flags); })));
}

std::uint64_t file_size(int fd) noexcept {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && status.st_size > 0
             ? static_cast<std::uint64_t>(status.st_size)
             : 0;
}

std::size_t read_at(int fd, std::uint64_t offset, std::span<std::byte> into) noexcept {
  std::size_t got = 0;
  while (got < into.size()) {
    const auto n = retry_eintr([&] {
      return ::pread(fd, into.data() + got, into.size() - got, static_cast<off_t>(offset + got));
    });
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  return got;
}

bool write_at(int fd, std::uint64_t offset, std::span<const std::byte> bytes) noexcept {
  struct stat info{};
  // Never makes a file longer: one that was cut short stays so.
  if (::fstat(fd, &info) != 0 || offset + bytes.size() > static_cast<std::uint64_t>(info.st_size))
    return false;
  const auto n = retry_eintr(
      [&] { return ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
  return n == static_cast<ssize_t>(bytes.size());
}

bool create_private_file(const std::string& path, std::string_view bytes) noexcept {
  const int saved = errno;
  const std::string draft = path + "." + std::to_string(::getpid());
  UniqueFd fd(static_cast<int>(retry_eintr([&] {
    return ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  })));
  bool done = fd.valid() && retry_eintr([&] {
                              return ::write(fd.get(), bytes.data(), bytes.size());
                            }) == static_cast<ssize_t>(bytes.size());
  done = done && ::link(draft.c_str(), path.c_str()) == 0;
  if (fd.valid()) ::unlink(draft.c_str());
  errno = saved;
  return done;
}

std::string read_text(const std::string& path, std::size_t limit) {
  std::string text;
  const UniqueFd fd(static_cast<int>(retry_eintr(
      [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); })));
  char chunk[4096];
  while (fd.valid() && text.size() < limit) {
    const auto n = retry_eintr(
        [&] { return ::read(fd.get(), chunk, std::min(sizeof chunk, limit - text.size())); });
    if (n <= 0) break;
    text.append(chunk, static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace mp::os
