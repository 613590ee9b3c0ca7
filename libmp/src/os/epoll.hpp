// Epoll: a set of descriptors to watch, itself a descriptor that can be watched.
#pragma once

#include "os/clock.hpp"
#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace mp::os {

// Level-triggered, for reading. What is watched leaves the set when its last descriptor is closed.
// fork: the set would be shared with the parent: replace() it in the child.
class Epoll {
 public:
  Epoll();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  // `tag` comes back from wait(). Throws OSError.
  void add(int fd, std::uint64_t tag);
  // Stays in the set without being reported (except for errors), and back.
  void pause(int fd, std::uint64_t tag);
  void resume(int fd, std::uint64_t tag);
  void remove(int fd) noexcept;

  // Tags of what is ready, at most `tags.size()`; how many. 0 when the deadline passed first.
  std::size_t wait(std::span<std::uint64_t> tags, Deadline deadline);

  // An empty set of our own under the same descriptor number.
  void replace();

 private:
  UniqueFd fd_;
};

}  // namespace mp::os
