// A signal that this process does not want to hear of for a while.
#pragma once

#include <csignal>

namespace mp::os {

// Ignored from construction on, until restore() brings back what was there. Never throws: a number
// that is none is ignored as it is.
class IgnoredSignal {
 public:
  explicit IgnoredSignal(int number) noexcept;
  IgnoredSignal(const IgnoredSignal&) = delete;
  IgnoredSignal& operator=(const IgnoredSignal&) = delete;
  ~IgnoredSignal() { restore(); }

  void restore() noexcept;

 private:
  int number_;
  struct sigaction before_{};
  bool active_;
};

}  // namespace mp::os
