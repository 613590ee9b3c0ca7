// The fork server killed at any moment of a start.
#include "guarded.hpp"
#include <libmp/libmp.hpp>

#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>

namespace proc_test {
namespace {

constexpr int kStarts = 150;

using Runs = mp::Array<int>;

void run_as(Runs runs, mp::Value<int> server, int number) {
  runs[number] += 1;
  server.set_value(::getppid());
}

mp::Process start_as(const Runs& runs, const mp::Value<int>& server, int number) {
  mp::Process child({.start_method = "forkserver"}, run_as, runs, server, number);
  child.start();
  return child;
}

// A child whose birth the server had no time to tell of is given nothing to run: another server is
// asked instead, and what is run is run once.
TEST(ForkServerKilled, WhatIsStartedRunsOnceWheneverTheServerIsKilled) {
  Runs runs(kStarts + 1);
  mp::Value<int> server(0);
  std::minstd_rand random(2026);
  std::uniform_int_distribution<int> microseconds(0, 3000);
  for (int number = 0; number < kStarts; ++number) {
    ASSERT_TRUE(start_as(runs, server, kStarts).join(kPatience));  // tells who the server is
    const int victim = server.value();
    const auto moment =
        std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds(random));
    std::jthread killer([victim, moment] {
      while (std::chrono::steady_clock::now() < moment) {
      }
      ::kill(victim, SIGKILL);
    });
    mp::Process child = start_as(runs, server, number);
    ASSERT_TRUE(child.join(kPatience)) << number;
  }
  ASSERT_TRUE(start_as(runs, server, kStarts).join(kPatience));
  for (int number = 0; number < kStarts; ++number) EXPECT_EQ(runs[number], 1) << number;
}

}  // namespace
}  // namespace proc_test
