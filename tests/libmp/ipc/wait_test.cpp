// wait: which of many are ready, thousands too.
#include "os/child.hpp"
#include "os/unique_fd.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/reduction.hpp>
#include <libmp/wait.hpp>

#include <chrono>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;

TEST(Wait, ReturnsThoseThatAreReadyInTheOrderGiven) {
  auto [a, b] = Pipe();
  auto [c, d] = Pipe();
  auto [e, f] = Pipe();
  EXPECT_TRUE(wait({b, d, f}, 0s).empty());

  e.send(1);
  a.send(1);

  const std::vector<Waitable> ready = wait({b, d, f});
  ASSERT_EQ(ready.size(), 2u);
  EXPECT_EQ(ready[0], b);
  EXPECT_EQ(ready[1], f);
}

TEST(Wait, TheEndOfAStreamIsReady) {
  auto [a, b] = Pipe();
  a.close();

  EXPECT_EQ(wait({b}).size(), 1u);
}

TEST(Wait, TakesPlainDescriptors) {
  auto [a, b] = Pipe();
  a.send(1);

  EXPECT_EQ(wait({b.fileno()}, 0s).at(0).fileno(), b.fileno());
}

TEST(Wait, OfNothingIsNothing) { EXPECT_TRUE(wait(std::vector<Waitable>{}, 1ms).empty()); }

TEST(Wait, NegativeTimeoutsLookOnce) {
  auto [a, b] = Pipe();

  EXPECT_TRUE(wait({a, b}, -1s).empty());
}

TEST(Wait, ClosedAndUnknownDescriptorsAreOsErrors) {
  auto [a, b] = Pipe();
  a.close();

  EXPECT_THROW((void)wait({a, b}), OSError);
  EXPECT_THROW((void)wait({b, 44977608}), OSError);
}

TEST(Wait, TakesEverythingThatHasADescriptorAndLeavesNothingOpen) {
  auto [a, b] = Pipe();
  auto [c, d] = Pipe();
  Listener listener;
  const Connection client = Client(listener.address());
  const Socket socket(::dup(d.fileno()));
  const os::UniqueFd self = os::open_pidfd(os::own_pid());
  const int number_before = os::dup_fd(0).get();
  c.send(1);

  for (int i = 0; i < 1000; ++i) {
    const std::vector<Waitable> ready = wait({a, self.get(), listener, socket, b.fileno()});
    ASSERT_EQ(ready.size(), 2u);
    EXPECT_EQ(ready[0], listener);
    EXPECT_EQ(ready[1], socket);
  }

  EXPECT_EQ(os::dup_fd(0).get(), number_before);
}

TEST(Wait, FindsTheOneOfThousands) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur < 6100) GTEST_SKIP() << "only " << limit.rlim_cur << " descriptors";
  std::vector<std::pair<Connection, Connection>> pipes;
  std::vector<Waitable> readers;
  for (int i = 0; i < 3000; ++i) readers.emplace_back(pipes.emplace_back(Pipe()).first);

  pipes[2777].second.send(1);

  const std::vector<Waitable> ready = wait(readers);
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_EQ(ready[0], pipes[2777].first);
}

}  // namespace
}  // namespace mp
