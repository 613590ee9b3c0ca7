#include "os/journal.hpp"

#include "os/check.hpp"
#include "os/memory.hpp"
#include "os/shared_file.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace mp::os {
namespace {

constexpr char kWhat[] = "journal of the resource tracker";

// A lock of the process, not of the open file: it is not inherited, and ends with the process.
struct flock whole_file() noexcept {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// A pipe is opened once more by way of /proc, so that one descriptor is both ends of it: who only
// rings is no reason for SIGPIPE when there is no reader.
UniqueFd open_anew(int end, int flags) {
  char path[32];
  (void)std::snprintf(path, sizeof path, "/proc/self/fd/%d", end);
  return UniqueFd(check(retry_eintr([&] { return ::open(path, flags | O_CLOEXEC | O_NONBLOCK); }),
                        "open", "bell of the resource tracker"));
}

}  // namespace

UniqueFd create_journal() {
  UniqueFd journal = create_memfd("libmp-tracker", 0);
  check(::fcntl(journal.get(), F_SETFL, O_APPEND), "fcntl", kWhat);
  return journal;
}

void append(int journal, std::span<const std::byte> record) {
  if (file_size(journal) + record.size() > largest_file()) throw_errno(EFBIG, "write", kWhat);
  const ssize_t written = check(
      retry_eintr([&] { return ::write(journal, record.data(), record.size()); }), "write", kWhat);
  if (written != static_cast<ssize_t>(record.size())) throw_errno(ENOSPC, "write", kWhat);
}

std::uint64_t start_of(int journal) noexcept {
  const int saved = errno;
  const off_t start = ::lseek(journal, 0, SEEK_DATA);
  errno = saved;
  return start > 0 ? static_cast<std::uint64_t>(start) : 0;
}

void forget_until(int journal, std::uint64_t end) noexcept {
  const std::uint64_t whole = end & ~static_cast<std::uint64_t>(page_size() - 1);
  if (whole == 0) return;
  const int saved = errno;
  (void)::fallocate(journal, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                    static_cast<off_t>(whole));
  errno = saved;
}

bool become_reader(int journal) noexcept {
  struct flock lock = whole_file();
  return ::fcntl(journal, F_SETLK, &lock) == 0;
}

std::uint32_t reader_of(int journal) noexcept {
  struct flock lock = whole_file();
  if (::fcntl(journal, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return static_cast<std::uint32_t>(lock.l_pid);
}

UniqueFd create_bell() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe");
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  return open_anew(writing.get(), O_RDWR);
}

void ring(int bell) noexcept {
  const int saved = errno;
  // Full: there are rings enough that nobody has heard yet.
  (void)retry_eintr([&] { return ::write(bell, "!", 1); });
  errno = saved;
}

UniqueFd listen_to(int bell) { return open_anew(bell, O_RDONLY); }

bool hear(int listening) noexcept {
  char rings[512];
  for (;;) {
    const ssize_t got = retry_eintr([&] { return ::read(listening, rings, sizeof rings); });
    if (got <= 0) return got != 0;
  }
}

}  // namespace mp::os
