// Connections with a real CPython at the other end: both roles, every family, both dialects of the
// handshake.
#include "ipc/auth.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/reduction.hpp>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using testing::HasSubstr;

enum class PythonRole { Listens, Connects };
enum class Dialect { Own, New };

constexpr auto kPatience = 20s;
const std::string kKey = "secret password";

std::vector<std::string> peer_command(Dialect dialect, std::optional<std::string> key,
                                      const char* role, const std::string& address,
                                      const char* task) {
  std::vector<std::string> command{"python3", PYTHON_PEER};
  if (key) command.insert(command.end(), {"--key", *key});
  if (dialect == Dialect::New) command.push_back("--new");
  command.insert(command.end(), {role, address, task});
  return command;
}

// The address that a Python listener has printed.
Address printed_address(ChildScope& python) {
  const std::string mark = "listening at ";
  EXPECT_TRUE(python.wait_for_output(mark)) << python.output();
  EXPECT_TRUE(python.wait_for_output("\n"));
  const std::string& output = python.output();
  const std::size_t begin = output.find(mark) + mark.size();
  const std::string text = output.substr(begin, output.find('\n', begin) - begin);
  if (text.starts_with('/')) return text;
  if (text.starts_with('@')) return std::string(1, '\0') + text.substr(1);
  const std::size_t colon = text.rfind(':');
  return {text.substr(0, colon), std::stoi(text.substr(colon + 1))};
}

std::string fresh_address(const std::string& family, const support::TempDir& folder) {
  if (family == "inet") return "127.0.0.1:0";
  if (family == "abstract") return "@libmp-interop-" + std::to_string(::getpid());
  return (folder / "socket").string();
}

Address as_address(const std::string& text) {
  if (text.starts_with('/')) return text;
  if (text.starts_with('@')) return std::string(1, '\0') + text.substr(1);
  return {"127.0.0.1", 0};
}

class WithPython : public testing::TestWithParam<std::tuple<PythonRole, const char*, Dialect>> {
 protected:
  // Our end of a connection to a Python that does `task`.
  Connection meet(const char* task, std::optional<std::string> our_key,
                  std::optional<std::string> python_key) {
    const auto [role, family, dialect] = GetParam();
    const std::string where = fresh_address(family, folder_);
    if (role == PythonRole::Listens) {
      python_.emplace(peer_command(dialect, python_key, "listen", where, task));
      return Client(printed_address(*python_),
                    {.authkey = our_key, .handshake_timeout = kPatience});
    }
    Listener listener(as_address(where), {.authkey = our_key, .handshake_timeout = kPatience});
    python_.emplace(peer_command(dialect, python_key, "connect", listener.address().str(), task));
    std::optional<Connection> connection = listener.accept(kPatience);
    if (!connection) throw TimeoutError("python did not come: " + python_->wait().text());
    return std::move(*connection);
  }
  const support::ChildEnd& python_end() { return python_->wait(); }

 private:
  support::TempDir folder_;
  std::optional<ChildScope> python_;
};

TEST_P(WithPython, ObjectsComeBackEqual) {
  const std::vector<Object> objects = {nullptr,
                                       true,
                                       0,
                                       -1,
                                       255,
                                       65536,
                                       integer("-18446744073709551616"),
                                       2.5,
                                       "",
                                       "h\u00e4llo",
                                       bytes(std::string_view("\0\xff", 2)),
                                       list{},
                                       list{42, nullptr, "hello"},
                                       tuple{1, tuple{2, list{3}}},
                                       dict{{1, "1"}, {"2", 2}, {0.25, nullptr}},
                                       std::string(100'000, 'x')};
  {
    Connection connection = meet("objects", kKey, kKey);
    for (const Object& object : objects) {
      connection.send(object);
      EXPECT_EQ(connection.recv(), object) << repr(object);
    }
  }
  EXPECT_TRUE(python_end().ok()) << python_end().text();
}

TEST_P(WithPython, BytesOfEverySizeThatMattersComeBackEqual) {
  {
    Connection connection = meet("bytes", std::nullopt, std::nullopt);
    for (const std::size_t size : {0u, 1u, 16383u, 16384u, 16385u, 1u << 20, 5'000'000u}) {
      std::string sent(size, '\0');
      for (std::size_t i = 0; i < size; ++i) sent[i] = static_cast<char>(i * 7);
      std::thread sender([&] { connection.send_bytes(sent); });
      EXPECT_TRUE(connection.recv_bytes() == sent) << size;
      sender.join();
    }
  }
  EXPECT_TRUE(python_end().ok()) << python_end().text();
}

std::string read_some(int fd) {
  std::array<char, 100> part{};
  const ssize_t got = ::read(fd, part.data(), part.size());
  return {part.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
}

TEST_P(WithPython, PythonTakesConnectionsSocketsAndDescriptorsThatWeSend) {
  ipc::set_process_authkey(kKey);
  Connection connection = meet("take", kKey, kKey);
  auto [near, far] = Pipe();
  std::array<int, 2> sockets{};
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);

  connection.send(far);
  connection.send(Socket(sockets[0]));
  connection.send(DupFd(ends[1]));
  far.close();
  ::close(ends[1]);

  EXPECT_EQ(near.recv(kPatience), "connection");
  EXPECT_EQ(read_some(sockets[1]), "socket");
  EXPECT_EQ(read_some(ends[0]), "descriptor");
  ::close(sockets[1]);
  ::close(ends[0]);
  EXPECT_TRUE(python_end().ok()) << python_end().text();
}

TEST_P(WithPython, WeTakeConnectionsSocketsAndDescriptorsThatPythonSends) {
  ipc::set_process_authkey(kKey);
  Connection connection = meet("give", kKey, kKey);

  const Object given = connection.recv(kPatience);
  given[0].as<Connection>().send("one");
  const Socket socket = given[1].as<Socket>();
  ASSERT_EQ(::write(socket.fileno(), "two", 3), 3);
  const int write_end = given[2].as<DupFd>().detach();
  ASSERT_EQ(::write(write_end, "three", 5), 5);
  ::close(write_end);

  EXPECT_EQ(connection.recv(kPatience), (tuple{"one", bytes("two"), bytes("three")}));
  connection.close();
  EXPECT_TRUE(python_end().ok()) << python_end().text();
}

TEST_P(WithPython, HandlesCrossBothWays) {
  if (std::string_view(std::get<1>(GetParam())) == "inet") GTEST_SKIP() << "needs a unix socket";
  Connection connection = meet("handles", kKey, kKey);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);

  send_handle(connection, ends[1]);
  EXPECT_EQ(read_some(ends[0]), "handle");
  Connection(recv_handle(connection), Connection::Access::WriteOnly).send(list{1, 2});
  EXPECT_EQ(connection.recv(kPatience), (list{1, 2}));

  ::close(ends[0]);
  ::close(ends[1]);
  connection.close();
  EXPECT_TRUE(python_end().ok()) << python_end().text();
}

TEST_P(WithPython, AWrongKeyIsAnErrorOnBothSides) {
  EXPECT_THROW((void)meet("objects", "ours", "theirs"), AuthenticationError);

  EXPECT_EQ(python_end().code, 3) << python_end().text();
  EXPECT_THAT(python_end().output, HasSubstr("AuthenticationError"));
}

TEST_P(WithPython, TheEndOfPythonIsAnEofError) {
  Connection connection = meet("hello", kKey, kKey);

  EXPECT_EQ(connection.recv<std::string>(), "hello");
  EXPECT_THROW((void)connection.recv(), EOFError);
  EXPECT_TRUE(python_end().ok()) << python_end().text();
}

std::string name_of(const testing::TestParamInfo<WithPython::ParamType>& info) {
  const auto [role, family, dialect] = info.param;
  return std::string(role == PythonRole::Listens ? "PythonListens" : "PythonConnects") + "_" +
         family + (dialect == Dialect::New ? "_312" : "_own");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, WithPython,
                         testing::Combine(testing::Values(PythonRole::Listens,
                                                          PythonRole::Connects),
                                          testing::Values("unix", "inet", "abstract"),
                                          testing::Values(Dialect::Own, Dialect::New)),
                         name_of);

TEST(Mismatch, PythonListenerDemandsAKeyThatWeDoNotHave) {
  const support::TempDir folder;
  ChildScope python(peer_command(Dialect::Own, kKey, "listen", folder / "s", "objects"));
  Connection connection = Client(printed_address(python));

  EXPECT_THROW((void)connection.recv(), AuthenticationError);

  EXPECT_EQ(python.wait().code, 3) << python.wait().text();
  EXPECT_THAT(python.wait().output, HasSubstr("EOFError"));
}

TEST(Mismatch, PythonClientWithoutAKeySpeaksToAListenerThatDemandsOne) {
  Listener listener({.authkey = kKey});
  ChildScope python(
      peer_command(Dialect::Own, std::nullopt, "connect", listener.address().str(), "hello"));

  EXPECT_THROW((void)listener.accept(kPatience), AuthenticationError);
}

TEST(Mismatch, PythonListenerWithoutAKeySpeaksToAClientThatHasOne) {
  const support::TempDir folder;
  ChildScope python(peer_command(Dialect::Own, std::nullopt, "listen", folder / "s", "hello"));

  EXPECT_THROW(
      (void)Client(printed_address(python), {.authkey = kKey, .handshake_timeout = kPatience}),
      AuthenticationError);
}

TEST(Mismatch, PythonClientKeepsItsKeyFromAListenerThatHasNone) {
  Listener listener;
  ChildScope python(peer_command(Dialect::Own, kKey, "connect", listener.address().str(), "hello"));
  std::optional<Connection> connection = listener.accept(kPatience);
  ASSERT_TRUE(connection);

  connection->send("no challenge");

  // 3.11 asserts, later versions raise AuthenticationError: it gives up in any case.
  EXPECT_NE(python.wait().code, 0);
  EXPECT_THROW((void)connection->recv(), EOFError);
}

}  // namespace
}  // namespace mp
