// What proc/ tells the probes about births and deaths of processes. Called around fork and at exit;
// not a hot path.
#pragma once

#include "os/process_id.hpp"
#include "wire/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mp::probe {

// A child about to be born: its puid is drawn by the parent, so that both speak of the same
// process.
struct Birth {
  std::uint64_t puid = 0;  // 0 when probes are off
  std::uint64_t requested_ns = 0;
};

// The puid of this process; opens the live file if need be. 0 when off.
std::uint64_t self_puid() noexcept;
// Of the process that started this one; 0 when off, and in the first process of a tree.
std::uint64_t parent_puid() noexcept;

// In the parent, before fork.
Birth prepare_child() noexcept;
// In the parent, before fork: what the fork leaves behind.
void fork_risk(const Birth& birth, const wire::ForkRisk& risk) noexcept;
// In the parent, after fork.
void child_forked(const Birth& birth, std::uint32_t pid) noexcept;
// In the child, first thing: it will speak under this identity.
void become_child(const Birth& birth, std::string_view name, wire::StartMethod method,
                  bool daemon) noexcept;
// The same for a child that inherits no memory: what it is to be told, in bytes that only this
// build understands; and the use that it makes of them.
std::string birth_certificate(const Birth& birth);
void become_sent_child(std::string_view certificate, std::string_view name,
                       wire::StartMethod method, bool daemon) noexcept;
// In the child, when its target is about to be called.
void target_reached() noexcept;

// In the process itself, when it is about to end in good order with this code. The live file is
// removed if the code is 0, nobody watches and no child may still need it; otherwise it stays for
// whoever asks what happened.
void leaving(int exit_code) noexcept;

// In the parent, when it has learned how a child ended (exit code or -signal): reported, and stored
// in the child's file. `as_asked`: by the signal that this parent sent it, so that there is nothing
// to ask about once the parent has ended well.
void child_reaped(std::uint64_t child_puid, int exit_code, bool as_asked = false) noexcept;

// terminate() or kill() was called on a child.
void signal_sent(std::uint64_t child_puid, int signal) noexcept;

// current_process().name = ...
void renamed(std::string_view name) noexcept;

// The names of the locks that threads of this process hold now, as far as the live page lists them.
std::vector<std::string> held_locks();

// What is known of a process that has died, for OwnerDied: its name, and how it ended in words
// ("killed by SIGKILL", "exit code 3", or "ended"). Asks its live file, then the kernel (a zombie
// still knows).
struct Obituary {
  char name[64] = {};
  char cause[64] = {};
};
Obituary describe_death(os::ProcessId who) noexcept;

}  // namespace mp::probe
