// What rows share that are run once for each start method, as test parameters.
#pragma once

#include <libmp/context.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace conformance {

inline constexpr std::chrono::seconds kPatience{30};

class ByMethod : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
};

inline std::string name_of(const testing::TestParamInfo<std::string>& tested) {
  return tested.param;
}
inline const auto kAll = testing::Values("fork", "spawn", "forkserver");

}  // namespace conformance
