// CPython's tests of listeners and clients: _TestListener, _TestListenerClient, TestInvalidFamily,
// TestTimeouts.
#include <libmp/libmp.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::chrono::seconds kPatience{30};

class TestListenerClient : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
};
class TestTimeouts : public TestListenerClient {};

std::string name_of(const testing::TestParamInfo<std::string>& tested) { return tested.param; }
const auto kAll = testing::Values("fork", "spawn", "forkserver");
INSTANTIATE_TEST_SUITE_P(Methods, TestListenerClient, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestTimeouts, kAll, name_of);

const std::vector<mp::AddressFamily> kFamilies = {mp::AddressFamily::Inet, mp::AddressFamily::Unix};

TEST(TestListener, test_multiple_bind) {
  for (const mp::AddressFamily family : kFamilies) {
    const mp::Listener first({.family = family});

    EXPECT_THROW(mp::Listener(first.address(), {.family = family}), mp::OSError);
  }
}

// Python's with statement is a block here.
TEST(TestListener, test_context) {
  mp::Listener listener;
  {
    mp::Connection client = mp::Client(listener.address());
    mp::Connection connection = listener.accept();
    client.send(1729);
    EXPECT_EQ(connection.recv(), 1729);
  }
  listener.close();
  EXPECT_THROW((void)listener.accept(), mp::OSError);
}

TEST(TestListener, test_abstract_socket) {
  mp::Listener listener(std::string(1, '\0') + "something-" + std::to_string(::getpid()));
  mp::Connection client = mp::Client(listener.address());
  mp::Connection connection = listener.accept();

  client.send(1729);
  EXPECT_EQ(connection.recv(), 1729);
  listener.close();
  EXPECT_THROW((void)listener.accept(), mp::OSError);
}

void say_hello(mp::Address address) { mp::Client(address).send("hello"); }

TEST_P(TestListenerClient, test_listener_client) {
  for (const mp::AddressFamily family : kFamilies) {
    mp::Listener listener({.family = family});
    mp::Process child = ctx.Process({.daemon = true}, say_hello, listener.address());
    child.start();

    EXPECT_EQ(listener.accept().recv(), "hello");
    child.join();
  }
}

// The client is gone before anybody accepts it.
TEST_P(TestListenerClient, test_issue14725) {
  mp::Listener listener;
  mp::Process child = ctx.Process({.daemon = true}, say_hello, listener.address());
  child.start();
  child.join();

  EXPECT_EQ(listener.accept().recv(), "hello");
}

TEST_P(TestListenerClient, test_issue16955) {
  for (const mp::AddressFamily family : kFamilies) {
    mp::Listener listener({.family = family});
    mp::Connection client = mp::Client(listener.address());
    mp::Connection accepted = listener.accept();

    accepted.send_bytes("hello");
    EXPECT_TRUE(client.poll(kPatience));
  }
}

TEST(TestInvalidFamily, test_invalid_family) {
  try {
    const mp::Listener listener("\\\\.\\test");
    ADD_FAILURE() << "there are no Windows pipes here";
  } catch (const mp::ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Family AF_PIPE is not recognized"));
  }
}

bool blocks(const mp::Connection& connection) {
  return (::fcntl(connection.fileno(), F_GETFL) & O_NONBLOCK) == 0;
}

void send_123_and_456(mp::Connection inherited, mp::Address address) {
  inherited.send(blocks(inherited) ? 123 : 0);
  mp::Connection connection = mp::Client(address);
  connection.send(blocks(connection) ? 456 : 0);
}

// There is no timeout that all sockets of a program begin with; here it is about O_NONBLOCK.
TEST_P(TestTimeouts, test_timeout) {
  auto [parent, child_end] = mp::Pipe();
  mp::Listener listener({.family = mp::AddressFamily::Inet});
  mp::Process child = ctx.Process(send_123_and_456, std::move(child_end), listener.address());
  child.start();

  EXPECT_TRUE(blocks(parent));
  EXPECT_EQ(parent.recv(kPatience), 123);
  mp::Connection connection = listener.accept();
  EXPECT_TRUE(blocks(connection));
  EXPECT_EQ(connection.recv(kPatience), 456);
  child.join();
}

}  // namespace
