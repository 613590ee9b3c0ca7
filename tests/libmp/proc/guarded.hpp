// A child process of a test: killed at the end of the scope if it is still there, waited for with a
// deadline.
#pragma once

#include "support/pipe_gate.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/process.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include <unistd.h>

#include <gtest/gtest.h>

namespace proc_test {

using namespace std::chrono_literals;

inline constexpr std::chrono::seconds kPatience{20};

// Ends the child for sure; a test that fails half-way leaves nothing behind.
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : process_(std::forward<Args>(args)...) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() {
    try {
      if (!process_.pid() || !process_.is_alive()) return;
      process_.kill();
      process_.join(kPatience);
    } catch (const mp::Error&) {  // closed by the test, or of another process
    }
  }

  mp::Process& operator*() { return process_; }
  mp::Process* operator->() { return &process_; }

  // The exit code; fails the test when the child does not end.
  std::optional<int> end() {
    EXPECT_TRUE(process_.join(kPatience)) << process_ << " does not end";
    return process_.exitcode();
  }

 private:
  mp::Process process_;
};

// Sleeps until a signal ends it.
[[noreturn]] inline void sleep_for_ever() {
  for (;;) ::pause();
}

// Whether `call` throws exactly this exception with exactly this text.
template <class Exception, class Call>
::testing::AssertionResult throws(Call&& call, std::string_view text) {
  try {
    call();
  } catch (const Exception& error) {
    if (error.what() == text) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "throws, but says: " << error.what();
  } catch (const std::exception& error) {
    return ::testing::AssertionFailure() << "throws something else: " << error.what();
  }
  return ::testing::AssertionFailure() << "throws nothing";
}

}  // namespace proc_test
