// ProcessId: who a process is. A pid alone may be reused; with the start time it names one process for ever.
#pragma once

#include <cstdint>
#include <optional>

namespace mp::os {

struct ProcessId {
  std::uint32_t pid = 0;
  std::uint64_t start_ticks = 0;  // field 22 of /proc/<pid>/stat: clock ticks after boot
  bool operator==(const ProcessId&) const = default;
};

// This process. Read from /proc once and again after a fork; later calls are two loads. Async-signal-safe once read.
ProcessId self() noexcept;

// What the kernel says of a process at this moment.
struct ProcessStatus {
  ProcessId id;
  std::uint32_t parent = 0;
  char state = '?';                       // as in /proc/<pid>/stat: R S D Z X ...
  std::optional<int> wait_status;         // of a zombie: as waitpid(2) would report it
  std::uint64_t cpu_ns = 0;               // user + system
  std::uint64_t rss_bytes = 0;
  std::uint32_t threads = 0;
};

// Empty when there is no such process (or no right to look).
std::optional<ProcessStatus> process_status(std::uint32_t pid) noexcept;

// Of this process; 0 when /proc is not to be read.
int thread_count() noexcept;

// True also of an unreaped zombie.
bool has_ended(const ProcessStatus& status) noexcept;

// Whether any process has this pid, told without reading /proc: true of processes that are not ours to look at.
bool pid_exists(std::uint32_t pid) noexcept;

// False once it has ended, also while it is an unreaped zombie, also when its pid belongs to somebody else by now.
// About 5 microseconds; no signal is sent.
bool is_alive(ProcessId id) noexcept;

}  // namespace mp::os
