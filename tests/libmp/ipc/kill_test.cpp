// Connections across processes: inherited ends, killed peers, storms of signals.
#include "support/child_scope.hpp"
#include "support/large_span.hpp"
#include "support/pipe_gate.hpp"
#include "support/temp_dir.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/wait.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using testing::HasSubstr;

#ifdef __has_feature
constexpr bool kHasShadows = __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_THREAD__)
constexpr bool kHasShadows = true;
#else
constexpr bool kHasShadows = false;
#endif

// Interrupts the calling thread's system calls all the time, without SA_RESTART.
class SignalStorm {
 public:
  SignalStorm() {
    struct sigaction action{};
    action.sa_handler = [](int) { hits.fetch_add(1); };
    ::sigaction(SIGUSR1, &action, &before_);
    storm_ = std::thread([this, target = ::pthread_self()] {
      while (!over_) {
        ::pthread_kill(target, SIGUSR1);
        std::this_thread::yield();
      }
    });
  }
  ~SignalStorm() {
    over_ = true;
    storm_.join();
    ::sigaction(SIGUSR1, &before_, nullptr);
  }
  SignalStorm(const SignalStorm&) = delete;
  SignalStorm& operator=(const SignalStorm&) = delete;

  static inline std::atomic<int> hits{0};

 private:
  struct sigaction before_{};
  std::atomic<bool> over_{false};
  std::thread storm_;
};

TEST(Connection, AForkedChildUsesTheEndItInherited) {
  auto [here, there] = Pipe();
  ChildScope child([&, &end = there] {
    end.send(list{42, nullptr, "hello"});
    return end.recv<int>() == 7 ? 0 : 1;
  });
  there.close();

  EXPECT_EQ(here.recv(), (list{42, nullptr, "hello"}));
  here.send(7);
  EXPECT_TRUE(child.wait().ok());
  EXPECT_THROW((void)here.recv(), EOFError);
}

TEST(Connection, APeerThatOnlyPolledDoesNotEatMessages) {
  auto [reader, writer] = Pipe(false);
  ChildScope poller([&end = reader] { return end.poll(20s) ? 0 : 1; });
  writer.send_bytes("first");
  ASSERT_TRUE(poller.wait().ok());
  writer.send_bytes("second");

  EXPECT_EQ(reader.recv_bytes(), "first");
  EXPECT_EQ(reader.recv_bytes(), "second");
}

TEST(Connection, ReadersThatShareAnEndGetWholeMessagesInTurn) {
  auto [reader, writer] = Pipe(false);
  PipeGate done;
  ChildScope first([&, &end = reader] {
    const bool is_right = end.recv_bytes() == std::string(5000, 'a');
    done.open();
    return is_right ? 0 : 1;
  });
  writer.send_bytes(std::string(5000, 'a'));
  writer.send_bytes(std::string(7000, 'b'));
  ASSERT_EQ(done.pass(), 0);

  EXPECT_EQ(reader.recv_bytes(), std::string(7000, 'b'));
  EXPECT_TRUE(first.wait().ok());
}

TEST(Connection, APeerKilledInsideAMessageIsAnOsErrorForTheReader) {
  auto [here, there] = Pipe();
  ChildScope child([&end = there] {
    end.send_bytes(std::string(64 << 20, 'x'));  // far more than the socket holds
    return 0;
  });
  there.close();
  ASSERT_TRUE(here.poll(20s));
  child.signal(SIGKILL);
  child.wait();

  try {
    (void)here.recv_bytes();
    FAIL() << "a message that was never sent whole has arrived";
  } catch (const OSError& error) {
    EXPECT_THAT(error.what(), HasSubstr("end of the stream inside a message"));
  }
}

TEST(Connection, APeerKilledInsideAHeaderIsAnOsErrorForTheReader) {
  auto [here, there] = Pipe();
  ChildScope child([&end = there] {
    const std::array<char, 2> half_a_header{};
    (void)!::write(end.fileno(), half_a_header.data(), half_a_header.size());
    ::raise(SIGKILL);
    return 0;
  });
  there.close();

  try {
    (void)here.recv_bytes();
    FAIL() << "a message out of half a header";
  } catch (const OSError& error) {
    EXPECT_THAT(error.what(), HasSubstr("end of the stream inside a message"));
  }
  EXPECT_FALSE(here.readable());
}

TEST(Connection, MessagesOverTwoGiBArriveWhole) {
  if (kHasShadows) GTEST_SKIP() << "ThreadSanitizer's notes on each byte would fill the memory";
  constexpr std::size_t kSize = (std::size_t{2} << 30) + 5;
  auto [here, there] = Pipe();
  ChildScope child(
      [&end = there] {
        const support::LargeSpan message(kSize);
        message.bytes()[0] = std::byte{7};
        end.send_bytes(message.bytes());
        end.send_bytes("behind it");
        return 0;
      },
      120s);
  there.close();
  const support::LargeSpan room(kSize);

  EXPECT_EQ(here.recv_bytes_into(room.bytes()), kSize);
  EXPECT_EQ(room.bytes()[0], std::byte{7});
  EXPECT_EQ(here.recv_bytes(), "behind it");
  EXPECT_TRUE(child.wait().ok());
}

TEST(Connection, APeerKilledBetweenMessagesIsAnEofError) {
  auto [here, there] = Pipe();
  ChildScope child([&end = there] {
    end.send(1);
    for (;;) ::pause();
    return 0;
  });
  there.close();
  EXPECT_EQ(here.recv<int>(), 1);
  child.signal(SIGKILL);

  EXPECT_EQ(wait({here}, 20s).size(), 1u);
  EXPECT_THROW((void)here.recv(), EOFError);
}

TEST(Connection, AReaderKilledInsideAMessageIsEpipeForTheWriter) {
  auto [here, there] = Pipe();
  PipeGate reading;
  ChildScope child([&, &end = there] {
    std::array<char, 100> part{};
    if (::read(end.fileno(), part.data(), part.size()) != 100) return 1;
    reading.open();
    for (;;) ::pause();
    return 0;
  });
  there.close();
  std::thread killer([&] {
    EXPECT_EQ(reading.pass(), 0);
    child.signal(SIGKILL);
  });

  try {
    here.send_bytes(std::string(64 << 20, 'x'));
    ADD_FAILURE() << "sent to nobody";
  } catch (const OSError& error) {
    EXPECT_EQ(error.error_number(), EPIPE) << error.what();
  }
  killer.join();
}

TEST(Connection, ASignalStormHarmsNoMessage) {
  auto [here, there] = Pipe();
  const std::string large(8 << 20, 'x');
  ChildScope echo([&end = there] {
    for (int i = 0; i < 20; ++i) end.send_bytes(end.recv_bytes());
    return 0;
  });
  const SignalStorm storm;

  for (int i = 0; i < 20; ++i) {
    const std::string sent = i % 4 == 0 ? large : std::string(static_cast<std::size_t>(i), 'y');
    here.send_bytes(sent);
    ASSERT_TRUE(here.poll(20s));
    ASSERT_TRUE(here.recv_bytes() == sent) << i;
  }
  EXPECT_TRUE(echo.wait().ok());
  EXPECT_GT(SignalStorm::hits, 0);
}

// The other kind of storm: from the kernel's timer, to whichever thread it likes.
TEST(Connection, ATimerThatStrikesAllTheTimeHarmsNoMessage) {
  static std::atomic<int> strikes{0};
  struct sigaction action{};
  struct sigaction before{};
  action.sa_handler = [](int) { strikes.fetch_add(1); };
  ASSERT_EQ(::sigaction(SIGALRM, &action, &before), 0);
  auto [here, there] = Pipe();
  ChildScope echo([&end = there] {
    for (int i = 0; i < 20; ++i) end.send_bytes(end.recv_bytes());
    return 0;
  });
  const itimerval every_100us{{0, 100}, {0, 100}};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &every_100us, nullptr), 0);

  const std::string sent(4 << 20, 'x');
  for (int i = 0; i < 20; ++i) {
    here.send_bytes(sent);
    ASSERT_TRUE(here.recv_bytes() == sent) << i;
  }

  const itimerval off{};
  ASSERT_EQ(::setitimer(ITIMER_REAL, &off, nullptr), 0);
  ASSERT_EQ(::sigaction(SIGALRM, &before, nullptr), 0);
  EXPECT_GT(strikes, 0);
  EXPECT_TRUE(echo.wait().ok());
}

TEST(Listener, ASignalStormDisturbsNeitherAcceptNorTheHandshake) {
  Listener listener({.authkey = "k"});
  ChildScope clients([&] {
    for (int i = 0; i < 20; ++i) Client(listener.address(), {.authkey = "k"}).send(i);
    return 0;
  });
  const SignalStorm storm;

  for (int i = 0; i < 20; ++i) EXPECT_EQ(listener.accept().recv<int>(), i);
  EXPECT_TRUE(clients.wait().ok());
}

TEST(Client, AListenerKilledInsideTheHandshakeIsAnErrorAtOnce) {
  const support::TempDir folder;
  const std::string path = (folder / "socket").string();
  PipeGate listening;
  ChildScope child([&] {
    const Listener listener(path, {.authkey = "k"});
    listening.open();
    (void)wait({listener});  // somebody has connected, and now waits for a challenge
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(listening.pass(), 0);

  try {
    (void)Client(path, {.authkey = "k", .handshake_timeout = 20s});
    FAIL() << "connected to a dead listener";
  } catch (const AuthenticationError& error) {
    EXPECT_THAT(error.what(), HasSubstr("closed the connection"));
  }
}

}  // namespace
}  // namespace mp
