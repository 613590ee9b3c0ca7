// Bytes in any number that take the memory of one page or so: the same memory, mapped again and
// again side by side.
#pragma once

#include <cstddef>
#include <span>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace support {

// What is written to one part shows up in all the others.
class LargeSpan {
 public:
  static constexpr std::size_t kPart = 1 << 20;

  explicit LargeSpan(std::size_t size) : size_(size) {
    void* const begin = ::mmap(nullptr, mapped(), PROT_NONE, kNobody, -1, 0);
    const int fd = ::memfd_create("large span", MFD_CLOEXEC);
    if (begin == MAP_FAILED || ::ftruncate(fd, kPart) != 0) fail();
    begin_ = static_cast<std::byte*>(begin);
    for (std::size_t at = 0; at < mapped(); at += kPart) {
      if (::mmap(begin_ + at, kPart, PROT_READ | PROT_WRITE, kPlaced, fd, 0) == MAP_FAILED) fail();
    }
    ::close(fd);
  }
  ~LargeSpan() { ::munmap(begin_, mapped()); }
  LargeSpan(const LargeSpan&) = delete;
  LargeSpan& operator=(const LargeSpan&) = delete;

  std::span<std::byte> bytes() const { return {begin_, size_}; }

 private:
  static constexpr int kPlaced = MAP_SHARED | MAP_FIXED | MAP_POPULATE;
  static constexpr int kNobody = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

  std::size_t mapped() const { return (size_ + kPart - 1) / kPart * kPart; }
  [[noreturn]] static void fail() {
    throw std::system_error(errno, std::generic_category(), "LargeSpan");
  }

  std::size_t size_;
  std::byte* begin_ = nullptr;
};

}  // namespace support
