// CPython's tests of conditions, events and barriers: _TestCondition, _TestEvent, _TestBarrier. Lists
// and numbers that processes share are semaphores here, whose value counts.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

using conformance::expect_ended_well;
using conformance::for_each_method;
using conformance::require;

// Whether `counter` comes to `value` and stays there.
bool settles_at(const mp::Semaphore& counter, int value) {
  while (counter.get_value() < value) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(50ms);
  return counter.get_value() == value;
}

void sleep_at(mp::Condition condition, mp::Semaphore sleeping, mp::Semaphore woken,
              bool with_timeout) {
  condition.acquire();
  sleeping.release();
  if (with_timeout) {
    condition.wait(100ms);
  } else {
    condition.wait();
  }
  woken.release();
  condition.release();
}

// A condition, and processes and threads that sleep at it.
class Sleepers {
 public:
  explicit Sleepers(const mp::Context& ctx)
      : condition(ctx.Condition()),
        woken(ctx.Semaphore(0)),
        ctx_(ctx),
        sleeping_(ctx.Semaphore(0)) {}

  void add(int processes, int threads, bool with_timeout = false) {
    for (int i = 0; i < processes; ++i) {
      processes_.push_back(
          ctx_.Process({.daemon = true}, sleep_at, condition, sleeping_, woken, with_timeout));
      processes_.back().start();
    }
    for (int i = 0; i < threads; ++i)
      threads_.emplace_back(sleep_at, condition, sleeping_, woken, with_timeout);
    for (int i = 0; i < processes + threads; ++i) sleeping_.acquire();
  }
  void notify(int count) {
    const std::scoped_lock guard(condition);
    condition.notify(count);
  }
  void notify_all() {
    const std::scoped_lock guard(condition);
    condition.notify_all();
  }
  // All have ended, and the condition knows of no sleeper.
  void expect_none_left() {
    expect_ended_well(processes_);
    threads_.clear();
    EXPECT_EQ(repr(condition), "<Condition(<RLock(None, 0)>, 0)>");
  }

  mp::Condition condition;
  mp::Semaphore woken;

 private:
  const mp::Context& ctx_;
  mp::Semaphore sleeping_;
  std::vector<mp::Process> processes_;
  std::vector<std::jthread> threads_;
};

TEST(TestCondition, test_notify) {
  for_each_method([](const mp::Context& ctx) {
    Sleepers sleepers(ctx);
    sleepers.add(1, 1);
    EXPECT_TRUE(settles_at(sleepers.woken, 0));
    sleepers.notify(1);
    EXPECT_TRUE(settles_at(sleepers.woken, 1));
    sleepers.notify(1);
    EXPECT_TRUE(settles_at(sleepers.woken, 2));
    sleepers.expect_none_left();
  });
}

TEST(TestCondition, test_notify_all) {
  for_each_method([](const mp::Context& ctx) {
    Sleepers sleepers(ctx);
    sleepers.add(3, 3, true);
    for (int i = 0; i < 6; ++i) sleepers.woken.acquire();
    sleepers.expect_none_left();

    sleepers.add(3, 3);
    EXPECT_TRUE(settles_at(sleepers.woken, 0));
    sleepers.notify_all();
    EXPECT_TRUE(settles_at(sleepers.woken, 6));
    sleepers.expect_none_left();
  });
}

TEST(TestCondition, test_notify_n) {
  for_each_method([](const mp::Context& ctx) {
    Sleepers sleepers(ctx);
    sleepers.add(3, 3);
    EXPECT_TRUE(settles_at(sleepers.woken, 0));
    sleepers.notify(2);
    EXPECT_TRUE(settles_at(sleepers.woken, 2));
    sleepers.notify(4);
    EXPECT_TRUE(settles_at(sleepers.woken, 6));
    sleepers.notify(3);
    EXPECT_TRUE(settles_at(sleepers.woken, 6));
    sleepers.expect_none_left();
  });
}

TEST(TestCondition, test_timeout) {
  for_each_method([](const mp::Context& ctx) {
    mp::Condition condition = ctx.Condition();
    const std::scoped_lock guard(condition);
    EXPECT_FALSE(condition.wait(100ms));
  });
}

void wait_for_four(mp::Condition condition, mp::Event ready, mp::Semaphore state) {
  const std::scoped_lock guard(condition);
  ready.set();
  condition.notify();
  require(condition.wait_for([&] { return state.get_value() == 4; }), "wait_for");
  require(state.get_value() == 4, "another value");
}

void add_slowly(mp::Condition& condition, mp::Semaphore& state, int times) {
  for (int i = 0; i < times; ++i) {
    std::this_thread::sleep_for(10ms);
    const std::scoped_lock guard(condition);
    state.release();
    condition.notify();
  }
}

TEST(TestCondition, test_waitfor) {
  for_each_method([](const mp::Context& ctx) {
    mp::Condition condition = ctx.Condition();
    mp::Event ready = ctx.Event();
    mp::Semaphore state = ctx.Semaphore(0);
    std::vector<mp::Process> crew;
    crew.push_back(ctx.Process(wait_for_four, condition, ready, state));
    crew[0].start();
    {
      const std::scoped_lock guard(condition);
      EXPECT_TRUE(condition.wait_for([&] { return ready.is_set(); }));
    }
    add_slowly(condition, state, 4);
    expect_ended_well(crew);
  });
}

void wait_for_four_in_vain(mp::Condition condition, mp::Semaphore started, mp::Semaphore state) {
  const std::scoped_lock guard(condition);
  started.release();
  const auto begin = std::chrono::steady_clock::now();
  require(!condition.wait_for([&] { return state.get_value() == 4; }, 100ms), "wait_for");
  require(std::chrono::steady_clock::now() - begin >= 100ms, "too early");
}

TEST(TestCondition, test_waitfor_timeout) {
  for_each_method([](const mp::Context& ctx) {
    mp::Condition condition = ctx.Condition();
    mp::Semaphore started = ctx.Semaphore(0);
    mp::Semaphore state = ctx.Semaphore(0);
    std::vector<mp::Process> crew;
    crew.push_back(ctx.Process(wait_for_four_in_vain, condition, started, state));
    crew[0].start();
    EXPECT_TRUE(started.acquire(20s));
    add_slowly(condition, state, 3);
    expect_ended_well(crew);
  });
}

void notify_then_interrupt(mp::Condition condition, int pid) {
  {
    const std::scoped_lock guard(condition);
    condition.notify();
  }
  std::this_thread::sleep_for(100ms);
  ::kill(pid, SIGINT);
}

TEST(TestCondition, test_wait_result) {
  for_each_method([](const mp::Context& ctx) {
    ::signal(SIGINT, [](int) { mp::interrupt(); });
    mp::Condition condition = ctx.Condition();
    std::vector<mp::Process> crew;
    {
      const std::scoped_lock guard(condition);
      EXPECT_FALSE(condition.wait(0s));
      EXPECT_FALSE(condition.wait(100ms));
      crew.push_back(ctx.Process(notify_then_interrupt, condition, static_cast<int>(::getpid())));
      crew[0].start();
      EXPECT_TRUE(condition.wait(60s));
      EXPECT_THROW(condition.wait(60s), mp::KeyboardInterrupt);
    }
    expect_ended_well(crew);
  });
}

void set_later(mp::Event event) {
  std::this_thread::sleep_for(100ms);
  event.set();
}

TEST(TestEvent, test_event) {
  for_each_method([](const mp::Context& ctx) {
    mp::Event event = ctx.Event();
    EXPECT_FALSE(event.is_set());
    EXPECT_FALSE(event.wait(0s));
    EXPECT_FALSE(event.wait(100ms));
    event.set();
    EXPECT_TRUE(event.is_set());
    EXPECT_TRUE(event.wait());
    EXPECT_TRUE(event.wait(100ms));
    event.clear();
    EXPECT_FALSE(event.is_set());
    std::vector<mp::Process> crew;
    crew.push_back(ctx.Process({.daemon = true}, set_later, event));
    crew[0].start();
    EXPECT_TRUE(event.wait());
    expect_ended_well(crew);
  });
}

TEST(TestEvent, test_repr) {
  for_each_method([](const mp::Context& ctx) {
    mp::Event event = ctx.Event();
    EXPECT_EQ(repr(event).find("<Event at 0x"), 0U);
    EXPECT_NE(repr(event).find(" unset>"), std::string::npos);
    event.set();
    EXPECT_NE(repr(event).find(" set>"), std::string::npos);
  });
}

constexpr int kParties = 5;
constexpr auto kPatience = 30s;

// Three lists that all parties append to, and a second barrier.
struct Lists {
  explicit Lists(const mp::Context& ctx)
      : first(ctx.Semaphore(0)), second(ctx.Semaphore(0)), third(ctx.Semaphore(0)) {}
  mp::Semaphore first;
  mp::Semaphore second;
  mp::Semaphore third;
};

// f(args...) in four processes and in this one.
template <class... Params, class... Args>
void run_parties(const mp::Context& ctx, void (*f)(Params...), const Args&... args) {
  std::vector<mp::Process> crew;
  for (int i = 0; i < kParties - 1; ++i) {
    crew.push_back(ctx.Process(f, args...));
    crew.back().start();
  }
  f(args...);
  expect_ended_well(crew);
}

void multipass(mp::Barrier barrier, mp::Semaphore before, mp::Semaphore after, int passes) {
  for (int i = 0; i < passes; ++i) {
    before.release();
    require(after.get_value() == i * kParties, "somebody is a pass ahead");
    barrier.wait();
    after.release();
    require(before.get_value() == (i + 1) * kParties, "somebody is a pass behind");
    barrier.wait();
  }
}

void expect_passes(const mp::Context& ctx, int passes) {
  mp::Barrier barrier = ctx.Barrier(kParties, {}, kPatience);
  const Lists lists(ctx);
  run_parties(ctx, multipass, barrier, lists.first, lists.second, passes);
  EXPECT_EQ(barrier.n_waiting(), 0);
  EXPECT_FALSE(barrier.broken());
}

TEST(TestBarrier, test_barrier) {
  for_each_method([](const mp::Context& ctx) { expect_passes(ctx, 1); });
}

TEST(TestBarrier, test_barrier_10) {
  for_each_method([](const mp::Context& ctx) { expect_passes(ctx, 10); });
}

void note_index(mp::Barrier barrier, mp::Queue<int> indices) { indices.put(barrier.wait()); }

TEST(TestBarrier, test_wait_return) {
  for_each_method([](const mp::Context& ctx) {
    auto indices = ctx.Queue<int>();
    run_parties(ctx, note_index, ctx.Barrier(kParties, {}, kPatience), indices);
    int zeros = 0;
    for (int i = 0; i < kParties; ++i) zeros += indices.get() == 0 ? 1 : 0;
    EXPECT_EQ(zeros, 1);
  });
}

void see_one(mp::Barrier barrier, mp::Semaphore list) {
  barrier.wait();
  require(list.get_value() == 1, "the action was not run once");
}

// An action with something in it is inherited, and by no other way comes to a child.
TEST(TestBarrier, test_action) {
  for_each_method([](const mp::Context& ctx) {
    if (ctx.get_start_method() != "fork") return;
    mp::Semaphore list = ctx.Semaphore(0);
    mp::Barrier barrier = ctx.Barrier(kParties, [list]() mutable { list.release(); }, kPatience);
    run_parties(ctx, see_one, barrier, list);
  });
}

// The party with index 2 aborts; the others append to the first list if they pass, else to the
// second.
void abort_or_wait(mp::Barrier barrier, mp::Semaphore passed, mp::Semaphore broken) {
  try {
    if (barrier.wait() == kParties / 2) {
      barrier.abort();
      return;
    }
    barrier.wait();
    passed.release();
  } catch (const mp::BrokenBarrierError&) {
    broken.release();
  }
}

TEST(TestBarrier, test_abort) {
  for_each_method([](const mp::Context& ctx) {
    mp::Barrier barrier = ctx.Barrier(kParties, {}, kPatience);
    const Lists lists(ctx);
    run_parties(ctx, abort_or_wait, barrier, lists.first, lists.second);
    EXPECT_EQ(lists.first.get_value(), 0);
    EXPECT_EQ(lists.second.get_value(), kParties - 1);
    EXPECT_TRUE(barrier.broken());
  });
}

void one_resets(mp::Barrier barrier, mp::Semaphore passed, mp::Semaphore broken,
                mp::Semaphore passed_later) {
  if (barrier.wait() == kParties / 2) {
    while (barrier.n_waiting() < kParties - 1) std::this_thread::sleep_for(1ms);
    barrier.reset();
  } else {
    try {
      barrier.wait();
      passed.release();
    } catch (const mp::BrokenBarrierError&) {
      broken.release();
    }
  }
  barrier.wait();
  passed_later.release();
}

TEST(TestBarrier, test_reset) {
  for_each_method([](const mp::Context& ctx) {
    const Lists lists(ctx);
    run_parties(ctx, one_resets, ctx.Barrier(kParties, {}, kPatience), lists.first, lists.second,
                lists.third);
    EXPECT_EQ(lists.first.get_value(), 0);
    EXPECT_EQ(lists.second.get_value(), kParties - 1);
    EXPECT_EQ(lists.third.get_value(), kParties);
  });
}

void one_aborts_and_one_resets(mp::Barrier barrier, mp::Barrier meeting, mp::Semaphore passed,
                               mp::Semaphore broken, mp::Semaphore passed_later) {
  abort_or_wait(barrier, passed, broken);
  if (meeting.wait() == kParties / 2) barrier.reset();
  meeting.wait();
  barrier.wait();
  passed_later.release();
}

TEST(TestBarrier, test_abort_and_reset) {
  for_each_method([](const mp::Context& ctx) {
    const Lists lists(ctx);
    run_parties(ctx, one_aborts_and_one_resets, ctx.Barrier(kParties, {}, kPatience),
                ctx.Barrier(kParties), lists.first, lists.second, lists.third);
    EXPECT_EQ(lists.first.get_value(), 0);
    EXPECT_EQ(lists.second.get_value(), kParties - 1);
    EXPECT_EQ(lists.third.get_value(), kParties);
  });
}

// The party with index 2 is late: it comes when the others have given up.
void one_is_late(mp::Barrier barrier, mp::Semaphore broken, bool default_timeout) {
  if (barrier.wait(kPatience) == kParties / 2) {
    while (!barrier.broken()) std::this_thread::sleep_for(1ms);
  }
  try {
    if (default_timeout) {
      barrier.wait();
    } else {
      barrier.wait(500ms);
    }
  } catch (const mp::BrokenBarrierError&) {
    broken.release();
  }
}

TEST(TestBarrier, test_timeout) {
  for_each_method([](const mp::Context& ctx) {
    const Lists lists(ctx);
    run_parties(ctx, one_is_late, ctx.Barrier(kParties), lists.first, false);
    EXPECT_EQ(lists.first.get_value(), kParties);
  });
}

TEST(TestBarrier, test_default_timeout) {
  for_each_method([](const mp::Context& ctx) {
    const Lists lists(ctx);
    run_parties(ctx, one_is_late, ctx.Barrier(kParties, {}, 500ms), lists.first, true);
    EXPECT_EQ(lists.first.get_value(), kParties);
  });
}

TEST(TestBarrier, test_single_thread) {
  for_each_method([](const mp::Context& ctx) {
    mp::Barrier barrier = ctx.Barrier(1);
    EXPECT_EQ(barrier.wait(), 0);
    EXPECT_EQ(barrier.wait(), 0);
  });
}

constexpr int kPasses = 1000;

void send_each_pass(mp::Barrier barrier, mp::Queue<int> numbers, mp::Lock lock) {
  for (int i = 0; i < kPasses; ++i) {
    barrier.wait();
    const std::scoped_lock guard(lock);
    numbers.put(i);
  }
}

TEST(TestBarrier, test_thousand) {
  for_each_method([](const mp::Context& ctx) {
    auto numbers = ctx.Queue<int>();
    run_parties(ctx, send_each_pass, ctx.Barrier(kParties, {}, kPatience), numbers, ctx.Lock());
    for (int i = 0; i < kPasses; ++i) {
      for (int party = 0; party < kParties; ++party) ASSERT_EQ(numbers.get(), i);
    }
  });
}

}  // namespace
