// Pipes of several processes, whose messages go past the kernel or through it from one to the next.
#include "libmp/ipc/handoff_talk.hpp"
#include "os/cpu.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/libmp.hpp>
#include <libmp/reduction.hpp>
#include <libmp/wait.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using test::any_size;
using test::number_of;
using test::numbered;
using test::pause;
using test::Random;
using test::receive_somehow;

TEST(PipeHandoff, KeepsTheOrderHoweverItIsSentAndReceived) {
  constexpr std::uint32_t kCount = 8'000;
  auto [reader, writer] = Pipe(false);
  ChildScope child(
      [&, &end = writer] {
        Random random(1);
        for (std::uint32_t i = 0; i < kCount; ++i) {
          end.send_bytes(numbered(i, any_size(random)));
          pause(random);
        }
        return 0;
      },
      60s);
  writer.close();

  Random random(2);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(number_of(receive_somehow(reader, random)), i);
    pause(random);
  }
  EXPECT_TRUE(child.wait().ok());
  EXPECT_THROW((void)reader.recv_bytes(), EOFError);
}

TEST(PipeHandoff, AReceiverThatGivesUpAtAnyMomentLosesNothing) {
  constexpr std::uint32_t kCount = 8'000;
  auto [reader, writer] = Pipe(false);
  ChildScope child(
      [&, &end = writer] {
        Random random(8);
        for (std::uint32_t i = 0; i < kCount; ++i) {
          end.send_bytes(numbered(i, random() % 200));
          pause(random);
        }
        return 0;
      },
      60s);
  writer.close();

  Random random(9);
  for (std::uint32_t i = 0; i < kCount;) {
    try {
      ASSERT_EQ(
          number_of(reader.recv_bytes(std::nullopt, std::chrono::microseconds(random() % 60))), i);
      ++i;
    } catch (const TimeoutError&) {
    }
  }
  EXPECT_TRUE(child.wait().ok());
}

TEST(PipeHandoff, AnswersAndQuestionsCrossBothWays) {
  constexpr std::uint32_t kCount = 8'000;
  auto [here, there] = Pipe();
  ChildScope child(
      [&, &end = there] {
        Random random(3);
        for (std::uint32_t i = 0; i < kCount; ++i) {
          const std::string message = receive_somehow(end, random);
          pause(random);
          end.send_bytes(message);
        }
        return 0;
      },
      60s);
  there.close();

  Random random(4);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    here.send_bytes(numbered(i, any_size(random)));
    pause(random);
    ASSERT_EQ(number_of(receive_somehow(here, random)), i);
  }
  EXPECT_TRUE(child.wait().ok());
}

void answer(Connection end) { test::answer_all(end); }

class PipeToChild : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Methods, PipeToChild, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

TEST_P(PipeToChild, SharesMemoryWithItsPeer) {
  if (!os::can_spin()) GTEST_SKIP() << "only one processor";
  auto [here, there] = Pipe();
  Process child(ProcessOptions{.start_method = GetParam()}, answer, std::move(there));
  child.start();
  test::ask_until_shared(here);
  child.join();
  EXPECT_EQ(child.exitcode(), 0);
}

// One who has the descriptor knows nothing of the handoff, and may write whenever it likes.
TEST(PipeHandoff, KeepsTheOrderWithSomebodyWhoHasTheDescriptor) {
  constexpr std::uint32_t kCount = 8'000;
  auto [reader, writer] = Pipe(false);
  ChildScope child(
      [&, &end = writer] {
        Connection other(::dup(end.fileno()), Connection::Access::WriteOnly);
        Random random(5);
        for (std::uint32_t i = 0; i < kCount; ++i) {
          Connection& chosen = random() % 2 == 0 ? end : other;
          chosen.send_bytes(numbered(i, random() % 100));
          pause(random);
        }
        return 0;
      },
      60s);
  writer.close();
  for (std::uint32_t i = 0; i < kCount; ++i) ASSERT_EQ(number_of(reader.recv_bytes()), i);
  EXPECT_TRUE(child.wait().ok());
}

TEST(PipeHandoff, AHandleComesAfterTheMessagesBeforeIt) {
  auto [here, there] = Pipe();
  const int sent = ::dup(here.fileno());
  ChildScope child([&, &end = there] {
    for (int i = 0; i < 2000; ++i) {
      if (end.recv<int>() != i) return 1;
      const int handle = recv_handle(end);
      ::close(handle);
      end.send(i);
    }
    return 0;
  });
  for (int i = 0; i < 2000; ++i) {
    here.send(i);
    send_handle(here, sent, child.pid());
    ASSERT_EQ(here.recv<int>(), i);
  }
  ::close(sent);
  EXPECT_TRUE(child.wait().ok());
}

TEST(PipeHandoff, TheDescriptorShowsEveryMessageThatNobodyLooksFor) {
  auto [reader, writer] = Pipe(false);
  ChildScope child([&, &end = reader] {
    // Looks again and again, but is not looking when it says so.
    for (int i = 0; i < 2000; ++i) {
      if (wait({end.fileno()}, 20s).empty()) return 1;
      if (end.recv<int>() != i) return 2;
    }
    return 0;
  });
  for (int i = 0; i < 2000; ++i) writer.send(i);
  EXPECT_TRUE(child.wait().ok());
}

// What send() had returned for is received, whole and in order, wherever its sender was killed.
TEST(PipeHandoff, ASenderKilledAnywhereLosesNothingItHadSent) {
  constexpr int kSenders = 60;
  struct Progress {
    std::atomic<std::uint32_t> sent{0};
  };
  auto [reader, writer] = Pipe(false);
  support::SharedPage<Progress> progress;
  Random random(6);
  std::uint32_t expected = 0;
  for (int trial = 0; trial < kSenders; ++trial) {
    ChildScope sender([&, &end = writer] {
      while (true) {
        const std::uint32_t next = progress->sent;
        end.send_bytes(numbered(next, 40));
        progress->sent = next + 1;
      }
      return 0;
    });
    const std::uint32_t enough = expected + random() % 2000;
    while (expected < enough) ASSERT_EQ(number_of(reader.recv_bytes()), expected++);
    sender.signal(SIGKILL);
    sender.wait();
    // At most one more: it was sent, and its sender killed before it could say so.
    const std::uint32_t sent = progress->sent;
    while (reader.poll()) ASSERT_EQ(number_of(reader.recv_bytes()), expected++);
    ASSERT_GE(expected, sent);
    ASSERT_LE(expected, sent + 1);
    progress->sent = expected;
  }
}

// It is given up on while it writes, and has to send again.
TEST(PipeHandoff, ASenderStoppedAnywhereGoesOnWhereItWas) {
  auto [reader, writer] = Pipe(false);
  ChildScope sender(
      [&, &end = writer] {
        for (std::uint32_t i = 0;; ++i) end.send_bytes(numbered(i, 1900));
        return 0;
      },
      60s);
  std::atomic<bool> is_over = false;
  std::thread stopping([&] {
    Random random(10);
    const auto spend_a_while = [&] {
      for (std::uint32_t left = random() % 50'000; left > 0; --left) os::cpu_relax();
    };
    for (int trial = 0; trial < 200; ++trial) {
      spend_a_while();
      sender.signal(SIGSTOP);
      spend_a_while();
      sender.signal(SIGCONT);
    }
    is_over = true;
  });
  std::uint32_t wrong = 0;
  try {
    for (std::uint32_t expected = 0; !is_over; ++expected) {
      wrong += number_of(reader.recv_bytes(std::nullopt, 20s)) == expected ? 0 : 1;
    }
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
  }
  stopping.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(PipeHandoff, AReceiverKilledAnywhereIsToldToTheSender) {
  Random random(7);
  for (int trial = 0; trial < 60; ++trial) {
    auto [reader, writer] = Pipe(false);
    ChildScope receiver([&, &end = reader] {
      while (true) (void)end.recv_bytes();
      return 0;
    });
    reader.close();
    for (std::uint32_t left = random() % 3000; left > 0; --left) writer.send_bytes("message");
    receiver.signal(SIGKILL);
    receiver.wait();
    // The dead takes nothing, whatever it was about to.
    EXPECT_THROW(writer.send_bytes("message"), OSError);
  }
}

}  // namespace
}  // namespace mp
