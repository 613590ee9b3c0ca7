// UniqueFd: the one owner of a file descriptor. Everything that opens one returns this type,
// close-on-exec from birth.
#pragma once

#include <cstdint>
#include <utility>

namespace mp::os {

// Owns at most one descriptor and closes it when destroyed; a failed close in the destructor is
// ignored, except EBADF, which is a double close and asserts in debug builds. Not safe for use by
// two threads at once. fork: the child owns a copy of its own; closing there does not touch the
// parent's.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }

  // Gives the descriptor away without closing it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  // Closes what is owned and takes `fd` instead.
  void reset(int fd = -1) noexcept;

  // Closes and reports: throws OSError. Never retried after EINTR (the descriptor is gone on
  // Linux).
  void close();

  // A second descriptor for the same open file, close-on-exec. Throws OSError.
  [[nodiscard]] UniqueFd dup() const;

 private:
  int fd_ = -1;
};

// UniqueFd::dup for one that is owned elsewhere. Throws OSError.
UniqueFd dup_fd(int fd);

// A descriptor that came through exec: closed by the next one, and moved away from the numbers of
// the standard streams. Throws OSError when it is not open.
UniqueFd adopt_inherited(int fd);

// The kernel's name of an open file.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};
// All zero when the descriptor is not open.
FileIdentity file_identity(int fd) noexcept;

}  // namespace mp::os
