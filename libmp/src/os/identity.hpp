// Small facts about this machine, this program and this thread.
#pragma once

#include <cstdint>
#include <string>

namespace mp::os {

// 64 random bits, never 0.
std::uint64_t random_u64() noexcept;

// One value per boot of this host: monotonic clocks are comparable within it.
std::string boot_id();
std::string host_name();

// Of a living process; empty when it is gone or not ours to see. The command line has blanks between arguments.
std::string executable(std::uint32_t pid);
std::string command_line(std::uint32_t pid);
// Open descriptors of a process; 0 when it cannot be seen.
std::uint32_t count_fds(std::uint32_t pid);

std::uint32_t thread_id() noexcept;
void yield_thread() noexcept;
// As the kernel shows it (15 bytes); the main thread's is the program's name.
std::string thread_name();

// Registers `handler` to run once at exit() of the process that registers it (not in children that fork later), with
// the exit status.
void at_exit(void (*handler)(int status)) noexcept;

}  // namespace mp::os
