#include "os/fork_hooks.hpp"

#include "os/check.hpp"

#include <array>
#include <cerrno>
#include <memory>

#include <pthread.h>

namespace mp::os {
namespace {

constexpr std::size_t kMost = 32;

// With whoever registers, makes something lasting or forks.
constinit std::recursive_mutex turn;
constinit std::array<ForkHooks, kMost> all;
constinit std::atomic<std::size_t> count{0};  // written by whoever has the turn

void run_before(std::size_t known) {
  for (std::size_t i = known; i-- > 0;) {
    if (all[i].before != nullptr) all[i].before();
  }
}

void run_after(void (*ForkHooks::*hook)(), std::size_t known) {
  for (std::size_t i = 0; i < known; ++i) {
    if (all[i].*hook != nullptr) (all[i].*hook)();
  }
}

// The turn comes last: hooks wait for mutexes whose holders may want to make something lasting.
void before_fork() {
  for (;;) {
    const std::size_t known = count.load(std::memory_order_acquire);
    run_before(known);
    turn.lock();
    if (count.load(std::memory_order_relaxed) == known) return;
    turn.unlock();
    run_after(&ForkHooks::in_parent, known);
  }
}

void in_parent() {
  const std::size_t known = count.load(std::memory_order_relaxed);
  turn.unlock();
  run_after(&ForkHooks::in_parent, known);
}

// A recursive mutex knows its owner by a number that this thread has no longer.
void in_child() {
  std::construct_at(&turn);
  run_after(&ForkHooks::in_child, count.load(std::memory_order_relaxed));
}

// Before other constructors, some of which may fork.
[[gnu::constructor(101)]] void hook_forks() {
  (void)::pthread_atfork(before_fork, in_parent, in_child);
}

}  // namespace

void around_fork(ForkHooks hooks) {
  const auto mine = detail::no_fork_meanwhile();
  const std::size_t known = count.load(std::memory_order_relaxed);
  if (known == kMost) throw_errno(ENOMEM, "fork hooks");
  all[known] = hooks;
  count.store(known + 1, std::memory_order_release);
}

std::unique_lock<std::recursive_mutex> detail::no_fork_meanwhile() {
  return std::unique_lock(turn);
}

}  // namespace mp::os
