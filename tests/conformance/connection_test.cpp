// CPython's tests of pipes and connections: _TestConnection, _TestPoll, TestInvalidHandle.
#include <libmp/libmp.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::chrono::seconds kPatience{30};

class TestConnection : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
};
class TestPoll : public TestConnection {};

std::string name_of(const testing::TestParamInfo<std::string>& tested) { return tested.param; }
const auto kAll = testing::Values("fork", "spawn", "forkserver");
INSTANTIATE_TEST_SUITE_P(Methods, TestConnection, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestPoll, kAll, name_of);

void echo(mp::Connection line) {
  for (;;) {
    const std::string message = line.recv_bytes();
    if (message.empty()) return;
    line.send_bytes(message);
  }
}

TEST_P(TestConnection, test_connection) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, echo, std::move(far_end));
  child.start();
  const mp::Object sequence = mp::list{1, 2.25, nullptr};
  const std::array<int, 4> numbers{0, 1, 2, 3};
  EXPECT_GE(line.fileno(), 0);

  line.send(sequence);
  EXPECT_EQ(line.recv(), sequence);
  line.send_bytes("hello world");
  EXPECT_EQ(line.recv_bytes(), "hello world");

  std::array<int, 10> room{};
  line.send_bytes(numbers);
  EXPECT_EQ(line.recv_bytes_into(room), 16u);
  EXPECT_THAT(room, ElementsAre(0, 1, 2, 3, 0, 0, 0, 0, 0, 0));
  room = {};
  line.send_bytes(numbers);
  EXPECT_EQ(line.recv_bytes_into(room, 3 * sizeof(int)), 16u);
  EXPECT_THAT(room, ElementsAre(0, 0, 0, 0, 1, 2, 3, 0, 0, 0));

  const std::string too_long(110, 'x');
  std::array<char, 40> short_room{};
  line.send_bytes(too_long);
  try {
    line.recv_bytes_into(short_room);
    ADD_FAILURE() << "no BufferTooShort";
  } catch (const mp::BufferTooShort& error) {
    const auto message = error.message();
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(message.data()), message.size()), too_long);
  }

  EXPECT_FALSE(line.poll());
  EXPECT_FALSE(line.poll(-1s));
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(line.poll(100ms));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 100ms);
  line.send(nullptr);
  EXPECT_TRUE(line.poll(kPatience));
  EXPECT_EQ(line.recv(), nullptr);

  std::string huge;
  for (int i = 0; i < 16 << 20; ++i) huge.push_back(static_cast<char>(i * 13));
  std::thread sender([&, &to = line] { to.send_bytes(huge); });
  EXPECT_TRUE(line.recv_bytes() == huge);
  sender.join();

  line.send_bytes("");
  EXPECT_TRUE(line.readable() && line.writable());
  EXPECT_THROW((void)line.recv(), mp::EOFError);
  EXPECT_THROW((void)line.recv_bytes(), mp::EOFError);
  child.join();
}

TEST_P(TestConnection, test_duplex_false) {
  auto [reader, writer] = mp::Pipe(false);
  writer.send(1);

  EXPECT_EQ(reader.recv(), 1);
  EXPECT_TRUE(reader.readable() && !reader.writable());
  EXPECT_TRUE(!writer.readable() && writer.writable());
  EXPECT_THROW(reader.send(2), mp::OSError);
  EXPECT_THROW((void)writer.recv(), mp::OSError);
  EXPECT_THROW((void)writer.poll(), mp::OSError);
}

TEST_P(TestConnection, test_spawn_close) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, echo, std::move(far_end));
  child.start();
  far_end.close();

  line.send_bytes("hello");
  EXPECT_EQ(line.recv_bytes(), "hello");
  line.send_bytes("");
  child.join();
}

TEST_P(TestConnection, test_sendbytes) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  auto [a, b] = mp::Pipe();

  a.send_bytes(letters);
  EXPECT_EQ(b.recv_bytes(), letters);
  a.send_bytes(letters, 5);
  EXPECT_EQ(b.recv_bytes(), letters.substr(5));
  a.send_bytes(letters, 7, 8);
  EXPECT_EQ(b.recv_bytes(), letters.substr(7, 8));
  a.send_bytes(letters, 26);
  EXPECT_EQ(b.recv_bytes(), "");
  a.send_bytes(letters, 26, 0);
  EXPECT_EQ(b.recv_bytes(), "");
  EXPECT_THROW(a.send_bytes(letters, 27), mp::ValueError);
  EXPECT_THROW(a.send_bytes(letters, 22, 5), mp::ValueError);
  EXPECT_THROW(a.send_bytes(letters, 26, 1), mp::ValueError);
  EXPECT_THROW(a.send_bytes(letters, -1), mp::ValueError);
  EXPECT_THROW(a.send_bytes(letters, 4, -1), mp::ValueError);
}

// Python's with statement is a block here.
TEST_P(TestConnection, test_context) {
  std::optional<int> number;
  {
    auto [a, b] = mp::Pipe();
    a.send(1729);
    EXPECT_EQ(b.recv(), 1729);
    EXPECT_FALSE(a.closed());
    EXPECT_FALSE(b.closed());
    number = a.fileno();
  }
  EXPECT_THROW(mp::Connection after(*number), mp::OSError);

  auto [a, b] = mp::Pipe();
  a.close();
  b.close();
  EXPECT_TRUE(a.closed());
  EXPECT_TRUE(b.closed());
  EXPECT_THROW((void)a.recv(), mp::OSError);
  EXPECT_THROW((void)b.recv(), mp::OSError);
}

TEST(TestInvalidHandle, test_invalid_handles) {
  EXPECT_THROW((void)mp::Connection(44977608).poll(), mp::OSError);
  EXPECT_THROW(mp::Connection(-1), mp::OSError);
}

TEST_P(TestPoll, test_empty_string) {
  auto [a, b] = mp::Pipe();

  EXPECT_FALSE(a.poll());
  b.send_bytes("");
  EXPECT_TRUE(a.poll());
  EXPECT_TRUE(a.poll());
}

const std::vector<std::string> kStrings = {"hello", "", "a", "b", "", "bye", "", "lop"};

void send_strings(mp::Connection line) {
  for (const std::string& string : kStrings) {
    std::this_thread::sleep_for(10ms);
    line.send_bytes(string);
  }
  (void)line.recv_bytes();
}

TEST_P(TestPoll, test_strings) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process(send_strings, std::move(far_end));
  child.start();

  for (const std::string& string : kStrings) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!line.poll(10ms)) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    EXPECT_EQ(line.recv_bytes(), string);
  }
  line.send_bytes("");
  child.join();
}

void only_poll(mp::Connection reader, mp::Connection report) {
  report.send(reader.poll(kPatience));
}

TEST_P(TestPoll, test_boundaries) {
  auto [reader, writer] = mp::Pipe(false);
  auto [result, report] = mp::Pipe(false);
  mp::Connection shared(::dup(reader.fileno()), mp::Connection::Access::ReadOnly);
  mp::Process child = ctx.Process(only_poll, std::move(shared), std::move(report));
  child.start();

  writer.send_bytes("first");
  writer.send_bytes("second");
  EXPECT_EQ(result.recv(kPatience), true);
  child.join();
  EXPECT_EQ(reader.recv_bytes(), "first");
  EXPECT_EQ(reader.recv_bytes(), "second");
}

void send_three(mp::Connection line) {
  for (const char* message : {"a", "b", "cd"}) line.send_bytes(message);
  (void)line.recv_bytes();
}

TEST_P(TestPoll, test_dont_merge) {
  auto [line, far_end] = mp::Pipe();
  EXPECT_FALSE(line.poll(0s));
  EXPECT_FALSE(line.poll(100ms));
  mp::Process child = ctx.Process(send_three, std::move(far_end));
  child.start();

  EXPECT_TRUE(line.poll(kPatience));
  EXPECT_TRUE(line.poll(kPatience));
  EXPECT_EQ(line.recv_bytes(), "a");
  EXPECT_TRUE(line.poll(kPatience));
  EXPECT_TRUE(line.poll(kPatience));
  EXPECT_EQ(line.recv_bytes(), "b");
  EXPECT_TRUE(line.poll(kPatience));
  EXPECT_TRUE(line.poll(0s));
  EXPECT_EQ(line.recv_bytes(), "cd");
  line.send_bytes("");
  child.join();
}

}  // namespace
