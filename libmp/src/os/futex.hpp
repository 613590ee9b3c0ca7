// Futex calls on words in memory that processes share. No policy: who waits for what is decided above.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/clock.hpp"

namespace mp::os {

enum class FutexResult { Woken, ValueChanged, TimedOut, Interrupted };

// Sleeps while `*word == expected`, until a wake, the deadline (CLOCK_MONOTONIC) or a signal. May return Woken
// spuriously: callers re-read the word.
FutexResult futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) noexcept;

// Wakes up to `count` sleepers and returns how many there were.
int futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept;

}  // namespace mp::os
