// What a start by fork does with memory between the fork and the target: each page that either side
// writes to meanwhile is copied, which costs more than everything else.
#include <libmp/process.hpp>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include <pthread.h>

#include <gtest/gtest.h>

namespace {

std::atomic<int> allocated{0};
std::atomic<int> freed{0};

}  // namespace

void* operator new(std::size_t size) {
  allocated.fetch_add(1, std::memory_order_relaxed);
  if (void* const block = std::malloc(size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  if (block != nullptr) freed.fetch_add(1, std::memory_order_relaxed);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace {

void count_from_the_fork() {
  static const int hooked = ::pthread_atfork(
      nullptr,
      [] {
        allocated = 0;
        freed = 0;
      },
      [] {
        allocated = 0;
        freed = 0;
      });
  ASSERT_EQ(hooked, 0);
}

int counted() { return allocated + freed; }

// With a name that fits into a string, as those do that nobody chose.
TEST(StartByFork, TheChildComesToItsTargetWithoutTouchingTheHeap) {
  count_from_the_fork();
  mp::Process child({.start_method = "fork"}, [] { std::_Exit(counted()); });
  child.start();
  child.join();
  EXPECT_EQ(child.exitcode(), 0) << "blocks allocated or freed";
}

TEST(StartByFork, TheParentTouchesTheHeapOnlyBeforeTheFork) {
  count_from_the_fork();
  mp::Process child({.start_method = "fork"}, [] {});
  child.start();
  const int touched = counted();
  child.join();
  EXPECT_EQ(touched, 0);
}

TEST(StartByFork, WhatSomebodyMayWaitForIsDroppedAtOnceAllTheSame) {
  struct Held {
    std::shared_ptr<int> value;
    void operator()() const {}
  };
  const auto value = std::make_shared<int>(1);
  mp::Process child({.start_method = "fork"}, Held{value});
  child.start();
  EXPECT_EQ(value.use_count(), 1);
  child.join();
}

}  // namespace
