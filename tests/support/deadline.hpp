// A moment after which a test gives up: the only use tests make of time.
#pragma once

#include <chrono>

namespace support {

class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(Clock::duration from_now) : at_(Clock::now() + from_now) {}

  bool passed() const { return Clock::now() >= at_; }
  Clock::time_point at() const { return at_; }

  // What is left, never negative; for poll(2) in milliseconds, rounded up.
  Clock::duration left() const;
  int left_ms() const;

 private:
  Clock::time_point at_;
};

}  // namespace support
