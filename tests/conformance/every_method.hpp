// What the conformance tests that start children have in common.
#pragma once

#include "support/child_scope.hpp"
#include <libmp/context.hpp>
#include <libmp/process.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace conformance {

// The test under each start method, in a process group of its own that a hang does not outlive.
inline void for_each_method(const std::function<void(const mp::Context& ctx)>& test) {
  for (const std::string& method : mp::get_all_start_methods()) {
    support::ChildScope scope(
        [&] {
          test(mp::get_context(method));
          return testing::Test::HasFailure() ? 1 : 0;
        },
        std::chrono::seconds(50));
    EXPECT_TRUE(scope.wait().ok()) << method << ": " << scope.wait().text();
  }
}

inline void expect_ended_well(mp::Process& process) {
  process.join();
  EXPECT_EQ(process.exitcode(), 0) << process.name();
}
inline void expect_ended_well(std::vector<mp::Process>& crew) {
  for (mp::Process& process : crew) expect_ended_well(process);
}

// In a child, where nobody counts expectations: ends it with a message and exit code 1.
inline void require(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

}  // namespace conformance
