// Child processes as the kernel knows them: fork, pidfds, waitid, ends. No policy: who is waited
// for, and when, is decided in proc/.
#pragma once

#include "os/clock.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace mp::os {

// fork(2) with the handlers of pthread_atfork. Returns 0 in the child. Throws OSError.
std::uint32_t fork_process();

// A descriptor that stands for one process for ever, whatever becomes of its pid; readable once the
// process has ended. Requires: the process is this one, or an unreaped child. Throws OSError
// (ESRCH: it has been reaped by somebody).
UniqueFd open_pidfd(std::uint32_t pid);

// A descriptor that is readable now and stays so: stands in for the pidfd of a child that was gone
// before it could be opened, because this program ignores SIGCHLD.
UniqueFd open_ready_fd();

// Of a child of this process just made, whose pid cannot have been reused: it is unreaped, unless
// SIGCHLD is ignored; a child that is gone for that reason gets a descriptor that is ready. Throws
// OSError.
UniqueFd pidfd_of_child(std::uint32_t pid);

// How a child stands. `code` is what it exited with, or -N when signal N ended it.
struct ChildState {
  enum class Kind : std::uint8_t {
    Running,
    Ended,
    Lost,  // somebody else has reaped it (SIGCHLD ignored, waitpid(-1)): how it ended is not to be
           // learned any more
  };
  Kind kind = Kind::Running;
  int code = 0;
};

// Looks, and leaves a zombie where it is. Never blocks.
ChildState peek_child(int pidfd) noexcept;

// Removes the zombie of exactly this child. Never blocks; nothing happens when there is none.
void reap_child(int pidfd) noexcept;

// Kills and removes a child of this process that could not be taken into care.
void discard_child(std::uint32_t pid) noexcept;

// Sleeps, whatever signals arrive.
void sleep_until(Deadline deadline) noexcept;

// False when the process has ended already. Throws OSError.
bool send_signal(int pidfd, int signal);

// Standard input of this process becomes the null device: children do not read what was typed for
// their parent. Makes no call that is unsafe in the child of a threaded process.
void detach_stdin() noexcept;

// Empty when there is none any more (removed, or not to be seen).
std::string working_directory();
// False when it cannot be entered.
bool change_directory(const std::string& path) noexcept;

// getpid(2): right also in a child just forked, and without a look at /proc (see
// os/process_id.hpp).
std::uint32_t own_pid() noexcept;

// Has `hook` called with the exit status by exit(3) and by a return from main, in this process and
// in all that are forked from it.
void at_every_exit(void (*hook)(int status)) noexcept;

// What is given to std::atexit() from here on, and the static objects that are made from here on,
// are this child's own; what was there before is its parent's.
void begin_own_exit_handlers() noexcept;
// Ends this child after its own exit handlers and static objects, and none of its parent's; `last`
// is called when they are done.
[[noreturn]] void exit_after_own_handlers(int code, void (*last)(int code)) noexcept;

// Ends this process now: no exit handlers, no destructors of static objects. Async-signal-safe.
[[noreturn]] void exit_now(int code) noexcept;

}  // namespace mp::os
