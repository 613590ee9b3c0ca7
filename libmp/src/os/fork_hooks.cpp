#include "os/fork_hooks.hpp"

#include "os/check.hpp"

#include <array>
#include <cerrno>
#include <mutex>

#include <pthread.h>

namespace mp::os {
namespace {

constexpr std::size_t kMost = 32;

// With whoever registers, makes something lasting or forks.
constinit std::mutex turn;
constinit thread_local bool has_turn = false;
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

void in_child() {
  const std::size_t known = count.load(std::memory_order_relaxed);
  turn.unlock();
  run_after(&ForkHooks::in_child, known);
}

// Before other constructors, some of which may fork.
[[gnu::constructor(101)]] void hook_forks() {
  (void)::pthread_atfork(before_fork, in_parent, in_child);
}

}  // namespace

void around_fork(ForkHooks hooks) {
  const detail::ForksWait meanwhile;
  const std::size_t known = count.load(std::memory_order_relaxed);
  if (known == kMost) throw_errno(ENOMEM, "fork hooks");
  all[known] = hooks;
  count.store(known + 1, std::memory_order_release);
}

detail::ForksWait::ForksWait() : is_outermost_(!has_turn) {
  if (!is_outermost_) return;
  turn.lock();
  has_turn = true;
}

detail::ForksWait::~ForksWait() {
  if (!is_outermost_) return;
  has_turn = false;
  turn.unlock();
}

}  // namespace mp::os
