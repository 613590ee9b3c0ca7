// CPython's tests of connection.wait: TestWait.
#include <libmp/libmp.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kPatience{30};
constexpr int kChildren = 4;
constexpr int kMessages = 10;

class TestWait : public testing::TestWithParam<std::string> {
 protected:
  void collect_messages(std::chrono::milliseconds longest_pause);
  void collect_lines(std::chrono::milliseconds longest_pause);

  mp::Context ctx = mp::get_context(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Methods, TestWait, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

// Different in each child, and the same in each run.
void pause(int child, int message, int longest_ms) {
  const int ms = longest_ms == 0 ? 0 : (child * 37 + message * 53) % longest_ms;
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

void send_numbers(mp::Connection line, int child, int longest_ms) {
  for (int i = 0; i < kMessages; ++i) {
    pause(child, i, longest_ms);
    line.send(mp::tuple{i, ::getpid()});
  }
}

void TestWait::collect_messages(std::chrono::milliseconds longest_pause) {
  std::vector<mp::Connection> readers;
  std::vector<mp::Process> children;
  std::vector<mp::Object> expected;
  for (int child = 0; child < kChildren; ++child) {
    auto [reader, writer] = mp::Pipe(false);
    readers.push_back(std::move(reader));
    children.push_back(ctx.Process({.daemon = true}, send_numbers, std::move(writer), child,
                                   static_cast<int>(longest_pause.count())));
    children.back().start();
    for (int i = 0; i < kMessages; ++i) {
      expected.push_back(mp::tuple{i, children.back().pid().value()});
    }
  }

  std::vector<mp::Object> messages;
  while (!readers.empty()) {
    const std::vector<mp::Waitable> open(readers.begin(), readers.end());
    const std::vector<mp::Waitable> ready = mp::wait(open, kPatience);
    ASSERT_FALSE(ready.empty());
    for (const mp::Waitable& one : ready) {
      const auto reader = std::find(readers.begin(), readers.end(), one);
      try {
        messages.push_back(reader->recv());
      } catch (const mp::EOFError&) {
        readers.erase(reader);
      }
    }
  }
  EXPECT_THAT(messages, testing::UnorderedElementsAreArray(expected));
  for (mp::Process& child : children) child.join();
}

TEST_P(TestWait, test_wait) { collect_messages(0ms); }
TEST_P(TestWait, test_wait_slow) { collect_messages(100ms); }

void send_lines(mp::Address address, int child, int longest_ms) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(address.port());
  ::inet_pton(AF_INET, address.host().c_str(), &name.sin_addr);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) ::_exit(1);
  for (int i = 0; i < kMessages; ++i) {
    pause(child, i, longest_ms);
    const std::string line = std::to_string(i) + "\n";
    if (::write(fd, line.data(), line.size()) < 0) ::_exit(1);
  }
  ::close(fd);
}

struct Heard {
  mp::Socket socket;
  std::string text;
};

void TestWait::collect_lines(std::chrono::milliseconds longest_pause) {
  mp::Listener listener({.family = mp::AddressFamily::Inet});
  std::vector<Heard> sockets;
  std::vector<mp::Process> children;
  for (int child = 0; child < kChildren; ++child) {
    children.push_back(ctx.Process({.daemon = true}, send_lines, listener.address(), child,
                                   static_cast<int>(longest_pause.count())));
    children.back().start();
    const mp::Connection accepted = listener.accept();
    sockets.push_back({mp::Socket(::dup(accepted.fileno())), ""});
  }

  int open_sockets = kChildren;
  while (open_sockets > 0) {
    std::vector<mp::Waitable> open;
    for (const Heard& heard : sockets) {
      if (!heard.socket.closed()) open.emplace_back(heard.socket);
    }
    const std::vector<mp::Waitable> ready = mp::wait(open, kPatience);
    ASSERT_FALSE(ready.empty());
    for (Heard& heard : sockets) {
      if (heard.socket.closed() || std::count(ready.begin(), ready.end(), heard.socket) == 0) {
        continue;
      }
      std::array<char, 32> part{};
      const ssize_t got = ::recv(heard.socket.fileno(), part.data(), part.size(), 0);
      ASSERT_GE(got, 0);
      heard.text.append(part.data(), static_cast<std::size_t>(got));
      if (got == 0) {
        heard.socket.close();
        --open_sockets;
      }
    }
  }
  for (const Heard& heard : sockets) EXPECT_EQ(heard.text, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  for (mp::Process& child : children) child.join();
}

TEST_P(TestWait, test_wait_socket) { collect_lines(0ms); }
TEST_P(TestWait, test_wait_socket_slow) { collect_lines(100ms); }

TEST_P(TestWait, test_wait_timeout) {
  auto [a, b] = mp::Pipe();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_TRUE(mp::wait({a, b}, 500ms).empty());
  EXPECT_GE(std::chrono::steady_clock::now() - before, 500ms);

  b.send(nullptr);
  const std::vector<mp::Waitable> ready = mp::wait({a, b}, kPatience);
  ASSERT_EQ(ready.size(), 1u);
  EXPECT_EQ(ready[0], a);
}

void end_when_told(mp::Connection started, mp::Connection order) {
  started.send(nullptr);
  (void)order.recv();
}

TEST_P(TestWait, test_wait_integer) {
  auto [a, b] = mp::Pipe();
  auto [has_started, started] = mp::Pipe(false);
  auto [order, give_order] = mp::Pipe(false);
  mp::Process child = ctx.Process(end_when_told, std::move(started), std::move(order));
  child.start();
  (void)has_started.recv(kPatience);
  const std::vector<mp::Waitable> objects{a, child.sentinel(), b};
  EXPECT_TRUE(mp::wait(objects, 10ms).empty());

  give_order.send(nullptr);
  const auto of_child = mp::wait(objects, kPatience);
  ASSERT_EQ(of_child.size(), 1u);
  EXPECT_EQ(of_child[0], mp::Waitable(child.sentinel()));

  a.send(nullptr);
  const auto of_two = mp::wait(objects, kPatience);
  ASSERT_EQ(of_two.size(), 2u);
  EXPECT_EQ(of_two[0], mp::Waitable(child.sentinel()));
  EXPECT_EQ(of_two[1], b);

  b.send(nullptr);
  const auto of_three = mp::wait(objects, kPatience);
  EXPECT_EQ(of_three.size(), 3u);
  child.join();
}

TEST_P(TestWait, test_neg_timeout) {
  auto [a, b] = mp::Pipe();

  EXPECT_TRUE(mp::wait({a}, -1s).empty());
}

}  // namespace
