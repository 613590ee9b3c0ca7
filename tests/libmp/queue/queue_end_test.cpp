// How a queue ends: shutdown() for everybody, and the last producer that is gone.
#include "queue/core.hpp"
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/joinable_queue.hpp>
#include <libmp/queue.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using support::SharedPage;

void expect_shut_down(Queue<int>& queue) {
  EXPECT_THROW(queue.put(1), ShutDown);
  EXPECT_THROW(queue.put_nowait(1), ShutDown);
  EXPECT_THROW(queue.put(1, 1ms), ShutDown);
  EXPECT_THROW(queue.get(), ShutDown);
  EXPECT_THROW(queue.get_nowait(), ShutDown);
  EXPECT_THROW(queue.get(1ms), ShutDown);
}

TEST(QueueShutdown, OfAnEmptyOneEndsPutsAndGetsEverywhere) {
  Queue<int> sut(2);

  sut.shutdown();
  sut.shutdown();

  EXPECT_EQ(sut.qsize(), 0u);
  expect_shut_down(sut);
  ChildScope other([&] {
    expect_shut_down(sut);
    return testing::Test::HasFailure() ? 1 : 0;
  });
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
}

TEST(QueueShutdown, LetsItemsBeTakenThatAreThere) {
  Queue<int> sut(2);
  sut.put(1);
  sut.put(2);

  sut.shutdown();

  EXPECT_THROW(sut.put_nowait(3), ShutDown) << "full, but that does not matter any more";
  EXPECT_EQ(sut.get(), 1);
  EXPECT_EQ(sut.get_nowait(), 2);
  expect_shut_down(sut);
}

TEST(QueueShutdown, ImmediateDropsWhatIsThere) {
  Queue<std::string> sut;
  for (int i = 0; i < 1000; ++i) sut.put(std::string(3000, 'x'));

  sut.shutdown();
  sut.shutdown(true);

  EXPECT_EQ(sut.qsize(), 0u);
  EXPECT_THROW(sut.get(), ShutDown);
  EXPECT_THROW(sut.put("late"), ShutDown);
}

TEST(QueueShutdown, EndsTheWaitsOfOthers) {
  for (const bool immediate : {false, true}) {
    Queue<int> empty;
    Queue<int> full(1);
    full.put(1);
    PipeGate waiting;
    std::vector<std::unique_ptr<ChildScope>> crew;
    const auto expect_end = [&](auto&& call) {
      crew.push_back(std::make_unique<ChildScope>([&waiting, call] {
        waiting.open();
        try {
          call();
        } catch (const ShutDown&) {
          return 0;
        }
        return 1;
      }));
    };
    for (int i = 0; i < 3; ++i) {
      expect_end([&] { empty.get(); });
      expect_end([&] { full.put(2); });
    }
    for (int i = 0; i < 6; ++i) ASSERT_EQ(waiting.pass(), 0);
    ::usleep(5000);  // most likely they sleep by now; the outcome must be the same if not

    empty.shutdown(immediate);
    full.shutdown(immediate);

    for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
    EXPECT_EQ(full.qsize(), immediate ? 0u : 1u);
  }
}

// Whose put() returned has put: ShutDown comes to a getter only after the last of them.
TEST(QueueShutdown, LosesNothingThatWasPut) {
  for (int round = 0; round < 20; ++round) {
    SharedPage<std::atomic<long>> put;
    Queue<int> sut(round % 2 == 0 ? 0 : 3);
    std::vector<std::unique_ptr<ChildScope>> producers;
    for (int i = 0; i < 3; ++i) {
      producers.push_back(std::make_unique<ChildScope>([&] {
        try {
          for (;;) {
            sut.put(1);
            ++*put;
          }
        } catch (const ShutDown&) {
        }
        return 0;
      }));
    }
    long got = 0;
    while (got < 200) got += sut.get(10s);
    ChildScope shutter([&] {
      sut.shutdown();
      return 0;
    });

    try {
      for (;;) got += sut.get(10s);
    } catch (const ShutDown&) {
    }

    for (auto& child : producers) ASSERT_TRUE(child->wait().ok()) << child->wait().text();
    EXPECT_EQ(got, *put);
    EXPECT_TRUE(shutter.wait().ok()) << shutter.wait().text();
  }
}

TEST(QueueShutdown, OneThatWasKilledInTheMiddleIsFinishedByOthers) {
  queue::Core core({.kind = detail::QueueKind::Joinable, .name = "half"},
                   std::source_location::current());
  for (int i = 0; i < 3; ++i) core.put({}, os::Deadline::never());
  const auto now = static_cast<std::uint32_t>(queue::Shut::Now);
  ASSERT_EQ(::pwrite(core.fd(), &now, sizeof now, offsetof(queue::Header, shut)),
            static_cast<ssize_t>(sizeof now));

  EXPECT_TRUE(core.join(os::Deadline::never()));

  EXPECT_EQ(core.size(), 0u);
  EXPECT_THROW(core.put({}, os::Deadline::never()), ShutDown);
}

TEST(QueueShutdown, WantsAnOpenQueue) {
  Queue<int> sut;
  sut.close();

  EXPECT_THROW(sut.shutdown(), ValueError);
}

// --- the last producer ---------------------------------------------------------------------------

TEST(QueueProducers, GetLearnsThatAllAreGone) {
  Queue<int> sut({.ends_with_producers = true});
  std::vector<std::unique_ptr<ChildScope>> producers;
  for (int i = 0; i < 3; ++i) {
    producers.push_back(std::make_unique<ChildScope>([&] {
      for (int item = 0; item < 100; ++item) sut.put(item);
      return 0;
    }));
  }
  sut.close_put();

  int got = 0;
  try {
    for (;; ++got) sut.get(10s);
  } catch (const EOFError&) {
  }

  EXPECT_EQ(got, 300);
  EXPECT_THROW(sut.get_nowait(), EOFError);
  EXPECT_THROW(sut.put(1), ValueError);
  for (auto& child : producers) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
}

TEST(QueueProducers, AKilledOneIsGoneAlsoBeforeItsFirstItem) {
  Queue<int> sut({.ends_with_producers = true});
  ChildScope producer([] { return ::pause(); });
  sut.close_put();
  PipeGate waiting;
  ChildScope consumer([&] {
    waiting.open();
    try {
      sut.get();
    } catch (const EOFError&) {
      return 0;
    }
    return 1;
  });
  ASSERT_EQ(waiting.pass(), 0);
  EXPECT_THROW(sut.get(1ms), Empty) << "one that has not put anything may still do so";

  producer.signal(SIGKILL);

  EXPECT_TRUE(consumer.wait().ok()) << consumer.wait().text();
  EXPECT_THROW(sut.get(), EOFError);
}

TEST(QueueProducers, OneThatIsDonePuttingMayStayAndGet) {
  Queue<int> sut({.ends_with_producers = true});
  PipeGate done;
  ChildScope other([&] {
    sut.put(1);
    sut.close_put();
    done.open();
    return sut.get(10s) == 1 ? 0 : 1;
  });
  ASSERT_EQ(done.pass(), 0);
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
  EXPECT_THROW(sut.get_nowait(), Empty) << "we ourselves may put";

  sut.close_put();
  sut.close_put();

  EXPECT_THROW(sut.get_nowait(), EOFError);
}

TEST(QueueProducers, CloseEndsPuttingToo) {
  JoinableQueue<int> sut({.ends_with_producers = true});
  PipeGate closed;
  PipeGate seen;
  ChildScope producer([&] {
    sut.put(1);
    sut.close();
    closed.open();
    return seen.pass();
  });
  sut.close_put();
  ASSERT_EQ(closed.pass(), 0);

  EXPECT_EQ(sut.get(10s), 1);
  EXPECT_THROW(sut.get(10s), EOFError);

  seen.open();
  EXPECT_TRUE(producer.wait().ok()) << producer.wait().text();
}

TEST(QueueProducers, AreNotAskedForUnlessWanted) {
  Queue<int> sut;
  sut.close_put();

  EXPECT_THROW(sut.get(1ms), Empty);
  EXPECT_THROW(sut.put(1), ValueError);
}

}  // namespace
}  // namespace mp
