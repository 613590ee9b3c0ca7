#include "os/process_id.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <string_view>

#include "os/check.hpp"
#include "os/fork_hooks.hpp"
#include "os/memory.hpp"

namespace mp::os {
namespace {

std::atomic<std::uint32_t> self_pid{0};
std::atomic<std::uint64_t> self_start{0};

void forget_self() { self_pid.store(0, std::memory_order_relaxed); }

// Reads a small /proc file whole; 0 when it cannot be read.
std::size_t read_small(const char* path, char* buffer, std::size_t size) noexcept {
  const int saved = errno;
  std::size_t got = 0;
  const int fd = static_cast<int>(retry_eintr([&] { return ::open(path, O_RDONLY | O_CLOEXEC); }));
  if (fd >= 0) {
    const auto n = retry_eintr([&] { return ::read(fd, buffer, size - 1); });
    if (n > 0) got = static_cast<std::size_t>(n);
    ::close(fd);
  }
  buffer[got] = '\0';
  errno = saved;
  return got;
}

// The fields of /proc/<pid>/stat after the command name, which may itself hold blanks and brackets.
bool parse_stat(std::string_view text, ProcessStatus& status) noexcept {
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return false;
  static const auto ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const std::uint64_t page = page_size();
  std::uint64_t cpu_ticks = 0;
  int field = 3;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data() + name_end + 2; at < end;) {
    std::uint64_t value = 0;  // of what is no number, or negative: 0
    (void)std::from_chars(at, end, value);
    switch (field++) {
      case 3: status.state = *at; break;
      case 4: status.parent = static_cast<std::uint32_t>(value); break;
      case 14:
      case 15: cpu_ticks += value; break;
      case 20: status.threads = static_cast<std::uint32_t>(value); break;
      case 22: status.id.start_ticks = value; break;
      case 24: status.rss_bytes = value * page; break;
      case 52:
        if (status.state == 'Z' || status.state == 'X') status.wait_status = static_cast<int>(value);
        break;
      default: break;
    }
    at = std::find(at, end, ' ');
    if (at != end) ++at;
  }
  status.cpu_ns = cpu_ticks * (1'000'000'000u / ticks_per_second);
  return field > 24;
}

[[gnu::constructor(102)]] void hook_forks() { around_fork({.in_child = forget_self}); }

}  // namespace

ProcessId self() noexcept {
  if (const std::uint32_t pid = self_pid.load(std::memory_order_acquire); pid != 0) {
    return {pid, self_start.load(std::memory_order_relaxed)};
  }
  const auto pid = static_cast<std::uint32_t>(::getpid());
  const auto status = process_status(pid);
  const std::uint64_t start = status ? status->id.start_ticks : 0;
  self_start.store(start, std::memory_order_relaxed);
  self_pid.store(pid, std::memory_order_release);
  return {pid, start};
}

std::optional<ProcessStatus> process_status(std::uint32_t pid) noexcept {
  constexpr std::string_view kFolder = "/proc/";
  constexpr std::string_view kFile = "/stat";
  char path[32] = {};
  char* const number = path + kFolder.copy(path, kFolder.size());
  kFile.copy(std::to_chars(number, std::end(path), pid).ptr, kFile.size());
  char text[1024];
  const std::size_t size = read_small(path, text, sizeof text);
  if (size == 0) return std::nullopt;
  ProcessStatus status;
  status.id.pid = pid;
  if (!parse_stat({text, size}, status)) return std::nullopt;
  return status;
}

int thread_count() noexcept {
  struct stat info{};
  // A directory has two links more than directories in it.
  return ::stat("/proc/self/task", &info) == 0 ? static_cast<int>(info.st_nlink) - 2 : 0;
}

bool has_ended(const ProcessStatus& status) noexcept {
  // A leader that left by pthread_exit is a zombie while its process lives on in other threads.
  return status.state == 'X' || (status.state == 'Z' && status.threads <= 1);
}

bool pid_exists(std::uint32_t pid) noexcept {
  const int saved = errno;
  const bool exists = ::kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
  errno = saved;
  return exists;
}

bool is_alive(ProcessId id) noexcept {
  const auto status = process_status(id.pid);
  return status && status->id.start_ticks == id.start_ticks && !has_ended(*status);
}

}  // namespace mp::os
