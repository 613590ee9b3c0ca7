// Journal and bell: how processes that share nothing else tell one process among them what must not
// be forgotten. The journal is memory of the kernel: whoever is killed, what was written is there
// for a successor to read from the start.
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace mp::os {

// Throws OSError.
UniqueFd create_journal();

// One piece, behind all that is there; any number of processes may do so at once. Throws OSError.
void append(int journal, std::span<const std::byte> record);

// Where to begin reading: what lies before has been given back.
std::uint64_t start_of(int journal) noexcept;

// Gives back the pages that lie wholly before `end`.
void forget_until(int journal, std::uint64_t end) noexcept;

// The one process that reads it, as long as that lives. The descriptor must not be a second one of
// the process: closing that would end it. False when there is one already.
bool become_reader(int journal) noexcept;
// Its pid, 0 when there is none.
std::uint32_t reader_of(int journal) noexcept;

// A bell is held by all who may ring it. Throws OSError; ENOENT without /proc.
UniqueFd create_bell();
void ring(int bell) noexcept;
// For the reader alone: readable after a ring, and once nobody is left who holds the bell. Throws
// OSError.
UniqueFd listen_to(int bell);
// Takes the rings that there were. False when nobody is left.
bool hear(int listening) noexcept;

}  // namespace mp::os
