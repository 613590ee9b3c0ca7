// How children that inherit nothing come to be: one function per start method, from a parcel to a
// process that runs.
#pragma once

#include "os/unique_fd.hpp"
#include "proc/parcel.hpp"

#include <cstdint>

namespace mp::proc {

struct Launched {
  std::uint32_t pid = 0;
  os::UniqueFd pidfd;
  os::UniqueFd status;  // where its exit code will come from, if it is not this process's own child
};

// Executes the program again (or what set_executable says). Throws OSError.
Launched spawn(const Parcel& parcel);

// Has the fork server do it: see proc/fork_server.hpp. Throws OSError, RuntimeError.
Launched ask_fork_server(const Parcel& parcel);

// RuntimeError in a program whose main() does not call freeze_support: children would run that
// main() again.
void require_freeze_support(StartMethod method);

// The program and the arguments by which freeze_support() knows what it is to do; `descriptor` is
// the one thing that the new process gets.
enum class Duty : std::uint8_t { Child, ForkServer };
std::string program_to_start();
std::vector<std::string> arguments_for(Duty duty, int descriptor);

}  // namespace mp::proc
