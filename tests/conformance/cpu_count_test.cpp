// Rows of _TestProcess about the processors.
#include <libmp/cpu.hpp>
#include <libmp/exceptions.hpp>

#include <gtest/gtest.h>

namespace {

TEST(TestProcess, test_cpu_count) {
  int cpus = 1;
  try {
    cpus = mp::cpu_count();
  } catch (const mp::NotImplementedError&) {
  }
  EXPECT_GE(cpus, 1);
}

}  // namespace
