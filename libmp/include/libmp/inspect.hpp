// inspect: what a program can tell the inspector in its own words. Not in Python; costs nothing when MP_INSPECT=0.
#pragma once

#include <string_view>

namespace mp::inspect {

// What the calling thread is doing now, in at most 39 bytes: "compressing photo-017.raw". It stands in the process list
// and, should the process be killed, in the report on its death. Empty: nothing in particular.
// About 10 ns; never blocks, never throws. A signal handler may call it.
void note(std::string_view doing) noexcept;

// A note for the length of a scope; what was being done before is not remembered.
class Doing {
 public:
  explicit Doing(std::string_view doing) noexcept { note(doing); }
  ~Doing() { note({}); }
  Doing(const Doing&) = delete;
  Doing& operator=(const Doing&) = delete;
};

// A moment worth a tick on the time strip, with its name: "all files read". Not for hot paths: marks are kept for ever.
void mark(std::string_view name) noexcept;

}  // namespace mp::inspect
