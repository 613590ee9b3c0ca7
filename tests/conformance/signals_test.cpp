// CPython's tests of blocked calls that a handled signal interrupts: TestIgnoreEINTR. Python sleeps
// until its child must be blocked; here it is seen to be asleep.
#include "by_method.hpp"
#include "support/process_state.hpp"
#include <libmp/libmp.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using conformance::ByMethod;
using conformance::kAll;
using conformance::kPatience;
using conformance::name_of;

constexpr std::size_t kMoreThanFitsASocket = 16 * 1024 * 1024 + 1;
constexpr int kSignals = 20;

int handled_fd = -1;

// Each signal that was handled is a byte in the pipe.
void tell_of_each_signal(const mp::Connection& handled) {
  handled_fd = handled.fileno();
  struct sigaction action{};  // without SA_RESTART, as Python's handlers
  action.sa_handler = [](int) {
    const int saved = errno;
    (void)!::write(handled_fd, "s", 1);
    errno = saved;
  };
  ::sigaction(SIGUSR1, &action, nullptr);
}

class TestIgnoreEINTR : public ByMethod {
 protected:
  // False when it has ended.
  bool signal_once(pid_t child) {
    ::kill(child, SIGUSR1);
    if (!handled_.poll(kPatience)) return false;
    char byte = 0;
    return ::read(handled_.fileno(), &byte, 1) == 1;
  }

  // Each signal finds it blocked anew.
  void interrupt_again_and_again(pid_t child) {
    for (int i = 0; i < kSignals; ++i) {
      const auto until = std::chrono::steady_clock::now() + kPatience;
      while (!support::is_asleep(child)) {
        ASSERT_LT(std::chrono::steady_clock::now(), until) << "the child does not block";
        std::this_thread::yield();
      }
      ASSERT_TRUE(signal_once(child));
    }
  }

  std::pair<mp::Connection, mp::Connection> signals_ = mp::Pipe(false);
  mp::Connection& handled_ = signals_.first;
};

INSTANTIATE_TEST_SUITE_P(Methods, TestIgnoreEINTR, kAll, name_of);

void echo_and_send_much(mp::Connection line, mp::Connection handled) {
  tell_of_each_signal(handled);
  line.send("ready");
  line.send(line.recv());
  line.send_bytes(std::string(kMoreThanFitsASocket, 'x'));
}

TEST_P(TestIgnoreEINTR, test_ignore) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, echo_and_send_much, std::move(far_end),
                                  std::move(signals_.second));
  child.start();
  EXPECT_EQ(line.recv(kPatience), "ready");

  ASSERT_NO_FATAL_FAILURE(interrupt_again_and_again(child.pid().value()));  // in recv()
  line.send(1234);
  EXPECT_EQ(line.recv(kPatience), 1234);

  ASSERT_NO_FATAL_FAILURE(interrupt_again_and_again(child.pid().value()));  // in send_bytes()
  std::atomic<bool> is_whole{false};
  std::thread disturber([&, pid = child.pid().value()] {
    while (!is_whole && signal_once(pid)) {
    }
  });
  const std::string much = line.recv_bytes(std::nullopt, kPatience);
  is_whole = true;
  disturber.join();
  EXPECT_TRUE(much == std::string(kMoreThanFitsASocket, 'x')) << much.size() << " bytes";
  EXPECT_TRUE(child.join(kPatience));
  EXPECT_EQ(child.exitcode(), 0);
}

void welcome(mp::Connection line, mp::Connection handled) {
  tell_of_each_signal(handled);
  mp::Listener listener;
  line.send(listener.address().path());
  listener.accept().send("welcome");
}

TEST_P(TestIgnoreEINTR, test_ignore_listener) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child =
      ctx.Process({.daemon = true}, welcome, std::move(far_end), std::move(signals_.second));
  child.start();
  const auto path = line.recv<std::string>(kPatience);

  ASSERT_NO_FATAL_FAILURE(interrupt_again_and_again(child.pid().value()));  // in accept()
  mp::Connection client = mp::Client(path);
  EXPECT_EQ(client.recv(kPatience), "welcome");
  EXPECT_TRUE(child.join(kPatience));
  EXPECT_EQ(child.exitcode(), 0);
}

}  // namespace
