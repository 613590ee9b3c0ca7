// cpu_count and usable_cpus on this very machine.
#include "support/child_scope.hpp"
#include <libmp/cpu.hpp>

#include <string>

#include <sched.h>

#include <gtest/gtest.h>

namespace {

TEST(CpuCount, IsWhatPythonSays) {
  const auto python = support::run_command({"python3", "-c", "import os; print(os.cpu_count())"});
  ASSERT_TRUE(python.ok()) << python.text();

  EXPECT_EQ(std::to_string(mp::cpu_count()) + "\n", python.output);
}

TEST(UsableCpus, AreAtLeastOneAndNoMoreThanTheThreadMayRunOn) {
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);

  EXPECT_GE(mp::usable_cpus(), 1);
  EXPECT_LE(mp::usable_cpus(), CPU_COUNT(&allowed));
}

TEST(UsableCpus, AreOneOnceTheThreadIsBoundToOne) {
  support::ChildScope child([] {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
      if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &one);
    }
    if (::sched_setaffinity(0, sizeof one, &one) != 0) return 2;
    return mp::usable_cpus() == 1 ? 0 : 3;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

}  // namespace
