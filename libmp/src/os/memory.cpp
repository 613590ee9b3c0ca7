#include "os/memory.hpp"

#include "os/check.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mp::os {
namespace {

constexpr int kPopulateWrite =
    23;  // MADV_POPULATE_WRITE: Linux 5.14, and not in every libc's headers

std::size_t page_down(std::size_t at) noexcept { return at & ~(page_size() - 1); }
std::size_t page_up(std::size_t at) noexcept { return page_down(at + page_size() - 1); }

constexpr int kFinalSize = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

UniqueFd create_memfd(const char* name, std::uint64_t bytes, unsigned flags) {
  if (bytes > largest_file()) throw_errno(EFBIG, "memfd_create", name);
  UniqueFd fd(check(::memfd_create(name, flags), "memfd_create", name));
  check(retry_eintr([&] { return ::ftruncate(fd.get(), static_cast<off_t>(bytes)); }), "ftruncate",
        name);
  return fd;
}

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
  return create_memfd(name, bytes, MFD_CLOEXEC);
}

UniqueFd create_sealed_memfd(const char* name, std::uint64_t bytes) {
  UniqueFd fd = create_memfd(name, bytes, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  check(::fcntl(fd.get(), F_ADD_SEALS, kFinalSize), "fcntl", name);
  return fd;
}

bool is_sealed_memfd(int fd, std::uint64_t bytes) noexcept {
  const int saved = errno;
  struct stat status{};
  const int seals = ::fcntl(fd, F_GET_SEALS);
  const bool is_one = seals != -1 && (seals & kFinalSize) == kFinalSize &&
                      ::fstat(fd, &status) == 0 &&
                      static_cast<std::uint64_t>(status.st_size) == bytes;
  errno = saved;
  return is_one;
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
