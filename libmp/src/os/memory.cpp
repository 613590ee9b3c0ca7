#include "os/memory.hpp"

#include "os/check.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace mp::os {
namespace {

constexpr int kPopulateWrite =
    23;  // MADV_POPULATE_WRITE: Linux 5.14, and not in every libc's headers

std::size_t page_down(std::size_t at) noexcept { return at & ~(page_size() - 1); }
std::size_t page_up(std::size_t at) noexcept { return page_down(at + page_size() - 1); }

}  // namespace

Mapping::Mapping(int fd, std::size_t bytes) {
  void* const at =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
  if (at == MAP_FAILED) throw_errno("mmap");
  memory_ = {static_cast<std::byte*>(at), bytes};
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  if (this != &other) {
    reset();
    memory_ = std::exchange(other.memory_, {});
  }
  return *this;
}

void Mapping::reset() noexcept {
  const auto old = std::exchange(memory_, {});
  if (old.empty()) return;
  const int saved = errno;
  ::munmap(old.data(), old.size());
  errno = saved;
}

UniqueFd create_memfd(const char* name, std::uint64_t bytes) {
  if (bytes > largest_file()) throw_errno(EFBIG, "memfd_create", name);
  UniqueFd fd(check(::memfd_create(name, MFD_CLOEXEC), "memfd_create", name));
  check(retry_eintr([&] { return ::ftruncate(fd.get(), static_cast<off_t>(bytes)); }), "ftruncate",
        name);
  return fd;
}

std::uint64_t largest_file() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return ~std::uint64_t{0};
  return limit.rlim_cur;
}

std::size_t page_size() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

std::uint64_t free_memory() noexcept {
  const int saved = errno;
  std::uint64_t kib = 0;
  bool known = false;
  char text[1024] = {};  // the line is among the first three
  const UniqueFd file(
      static_cast<int>(retry_eintr([] { return ::open("/proc/meminfo", O_RDONLY | O_CLOEXEC); })));
  if (file.valid() && retry_eintr([&] { return ::read(file.get(), text, sizeof text - 1); }) > 0) {
    const char* const line = std::strstr(text, "MemAvailable:");
    known = line != nullptr && std::sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1;
  }
  errno = saved;
  return known ? kib * 1024 : ~std::uint64_t{0};
}

void back_with_pages(int fd, const Mapping& mapping, std::size_t offset, std::size_t bytes) {
  const std::size_t begin = page_down(offset);
  const std::size_t end = page_up(offset + bytes);
  const int saved = errno;
  if (retry_eintr([&] { return ::madvise(mapping.data() + begin, end - begin, kPopulateWrite); }) ==
      0)
    return;
  if (errno == EINVAL) {  // a kernel that does not know it
    const auto at = static_cast<off_t>(begin);
    const auto length = static_cast<off_t>(end - begin);
    if (retry_eintr([&] { return ::fallocate(fd, 0, at, length); }) == 0) {
      errno = saved;
      return;
    }
  }
  // EFAULT stands for the SIGBUS that a write would have met: the file system or the memory group
  // is full.
  throw_errno(errno == EFAULT ? ENOSPC : errno, "madvise", "shared memory");
}

void give_back_pages(const Mapping& mapping, std::size_t begin, std::size_t end) noexcept {
  begin = page_up(begin);
  end = page_down(end);
  if (begin >= end) return;
  const int saved = errno;
  (void)retry_eintr([&] { return ::madvise(mapping.data() + begin, end - begin, MADV_REMOVE); });
  errno = saved;
}

}  // namespace mp::os
