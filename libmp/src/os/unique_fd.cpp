#include "os/unique_fd.hpp"

#include "os/check.hpp"

#include <cassert>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mp::os {

void UniqueFd::reset(int fd) noexcept {
  const int old = std::exchange(fd_, fd);
  if (old < 0) return;
  const int saved = errno;
  [[maybe_unused]] const int result = ::close(old);
  assert(!(result == -1 && errno == EBADF) && "double close of a descriptor");
  errno = saved;
}

void UniqueFd::close() {
  const int old = release();
  if (old >= 0 && ::close(old) == -1 && errno != EINTR) throw_errno("close");
}

UniqueFd UniqueFd::dup() const { return dup_fd(fd_); }

UniqueFd dup_fd(int fd) { return UniqueFd(check(::fcntl(fd, F_DUPFD_CLOEXEC, 0), "dup")); }

UniqueFd adopt_inherited(int fd) {
  if (fd > STDERR_FILENO) {
    check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "inherit a descriptor", std::to_string(fd));
    return UniqueFd(fd);
  }
  UniqueFd moved(check(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "inherit a descriptor",
                       std::to_string(fd)));
  (void)::close(fd);
  return moved;
}

FileIdentity file_identity(int fd) noexcept {
  const int saved = errno;
  struct stat status{};
  const bool known = ::fstat(fd, &status) == 0;
  errno = saved;
  return known ? FileIdentity{status.st_dev, status.st_ino} : FileIdentity{};
}

}  // namespace mp::os
