// Shared memory without a name: memfds, their mappings, and the giving and taking of their pages.
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace mp::os {

// Owns one shared, writable mapping of a file and unmaps it when destroyed.
// fork: the child has the same memory at the same address; unmapping there does not touch the
// parent's.
class Mapping {
 public:
  Mapping() = default;
  // Maps the first `bytes` of `fd` without reserving memory for them. Throws OSError.
  Mapping(int fd, std::size_t bytes);
  Mapping(Mapping&& other) noexcept : memory_(std::exchange(other.memory_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() { reset(); }

  [[nodiscard]] std::byte* data() const noexcept { return memory_.data(); }
  [[nodiscard]] std::size_t size() const noexcept { return memory_.size(); }
  [[nodiscard]] bool valid() const noexcept { return !memory_.empty(); }
  void reset() noexcept;

 private:
  std::span<std::byte> memory_;
};

// A file in memory that no path leads to, `bytes` long and empty of pages. Throws OSError.
UniqueFd create_memfd(const char* name, std::uint64_t bytes);

// The same for somebody who does not trust this process: its size is final. Throws OSError.
UniqueFd create_sealed_memfd(const char* name, std::uint64_t bytes);
// Whether it is one of exactly this size.
bool is_sealed_memfd(int fd, std::uint64_t bytes) noexcept;

// The largest file that this process may make (RLIMIT_FSIZE); going beyond it would raise SIGXFSZ.
std::uint64_t largest_file() noexcept;

std::size_t page_size() noexcept;

// Bytes that this machine could still give without swapping, as the kernel estimates it. All ones
// when that cannot be told.
std::uint64_t free_memory() noexcept;

// Puts pages under [offset, offset + bytes) of the mapped file, so that writing there cannot raise
// SIGBUS. Contents stay. May be asked for again. Throws OSError (ENOMEM or ENOSPC) when the machine
// has no memory left for it.
void back_with_pages(int fd, const Mapping& mapping, std::size_t offset, std::size_t bytes);

// Gives the pages that lie wholly inside [begin, end) back to the machine; they read as zeros then.
void give_back_pages(const Mapping& mapping, std::size_t begin, std::size_t end) noexcept;

}  // namespace mp::os
