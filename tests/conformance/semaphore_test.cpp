// CPython's tests of semaphores: _TestSemaphore, SemLockTests.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

using conformance::for_each_method;

void expect_to_count_from_two(mp::Semaphore semaphore) {
  EXPECT_EQ(semaphore.get_value(), 2);
  EXPECT_TRUE(semaphore.acquire());
  EXPECT_EQ(semaphore.get_value(), 1);
  EXPECT_TRUE(semaphore.acquire());
  EXPECT_EQ(semaphore.get_value(), 0);
  EXPECT_FALSE(semaphore.acquire(false));
  EXPECT_EQ(semaphore.get_value(), 0);
  semaphore.release();
  EXPECT_EQ(semaphore.get_value(), 1);
  semaphore.release();
  EXPECT_EQ(semaphore.get_value(), 2);
}

TEST(TestSemaphore, test_semaphore) {
  for_each_method([](const mp::Context& ctx) {
    mp::Semaphore semaphore = ctx.Semaphore(2);
    expect_to_count_from_two(semaphore);
    semaphore.release();
    EXPECT_EQ(semaphore.get_value(), 3);
    semaphore.release();
    EXPECT_EQ(semaphore.get_value(), 4);
    EXPECT_EQ(repr(semaphore), "<Semaphore(value=4)>");
  });
}

TEST(TestSemaphore, test_bounded_semaphore) {
  for_each_method([](const mp::Context& ctx) {
    mp::BoundedSemaphore semaphore = ctx.BoundedSemaphore(2);
    expect_to_count_from_two(semaphore);
    EXPECT_THROW(semaphore.release(), mp::ValueError);
    EXPECT_EQ(repr(semaphore), "<BoundedSemaphore(value=2, maxvalue=2)>");
  });
}

TEST(TestSemaphore, test_timeout) {
  for_each_method([](const mp::Context& ctx) {
    mp::Semaphore semaphore = ctx.Semaphore(0);
    EXPECT_FALSE(semaphore.acquire(false));
    EXPECT_FALSE(semaphore.acquire(false, std::nullopt));
    EXPECT_FALSE(semaphore.acquire(false, 100ms));
    EXPECT_FALSE(semaphore.acquire(true, 100ms));
    EXPECT_FALSE(semaphore.acquire(100ms));
  });
}

class Gate : public mp::Semaphore {
 public:
  explicit Gate(std::string_view name) : mp::Semaphore(0, name) {}
};

// Its name is for people: there is no file by that name, and so nothing to unlink.
TEST(SemLockTests, test_semlock_subclass) {
  for_each_method([](const mp::Context& ctx) {
    const std::string name = "gate-" + std::to_string(::getpid());
    Gate gate(name);
    EXPECT_EQ(gate.name(), name);
    EXPECT_FALSE(gate.try_acquire());
    mp::Process opener = ctx.Process([](mp::Semaphore given) { given.release(); },
                                     static_cast<const mp::Semaphore&>(gate));
    opener.start();
    EXPECT_TRUE(gate.acquire(20s));
    conformance::expect_ended_well(opener);
  });
}

}  // namespace
