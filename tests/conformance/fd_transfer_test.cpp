// CPython's tests of descriptors, sockets and connections that are sent through connections:
// _TestConnection's on transfer, _TestPicklingConnections.
#include "support/temp_dir.hpp"
#include <libmp/libmp.hpp>

#include <array>
#include <cctype>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kPatience{30};
constexpr int kLarge = 256;

class TestConnection : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
  support::TempDir folder;
};
class TestPicklingConnections : public TestConnection {};

std::string name_of(const testing::TestParamInfo<std::string>& tested) { return tested.param; }
const auto kAll = testing::Values("fork", "spawn", "forkserver");
INSTANTIATE_TEST_SUITE_P(Methods, TestConnection, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestPicklingConnections, kAll, name_of);

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int create(const std::filesystem::path& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

void write_through_handle(mp::Connection line, std::string text, bool low_numbers_are_taken) {
  while (low_numbers_are_taken && ::dup(line.fileno()) < kLarge) continue;
  const int fd = mp::recv_handle(line);
  if (low_numbers_are_taken && fd < kLarge) ::_exit(2);
  if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(3);
}

TEST_P(TestConnection, test_fd_transfer) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, write_through_handle, std::move(far_end),
                                  std::string("foo"), false);
  child.start();
  const int file = create(folder / "file");

  mp::send_handle(line, file, child.pid().value());
  ::close(file);

  child.join();
  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_EQ(contents(folder / "file"), "foo");
}

TEST_P(TestConnection, test_large_fd_transfer) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, write_through_handle, std::move(far_end),
                                  std::string("bar"), true);
  child.start();
  const int file = create(folder / "file");
  const int large = ::fcntl(file, F_DUPFD_CLOEXEC, kLarge);
  ASSERT_GE(large, kLarge);

  mp::send_handle(line, large, child.pid().value());
  ::close(file);
  ::close(large);

  child.join();
  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_EQ(contents(folder / "file"), "bar");
}

void send_a_byte_alone(mp::Connection line) {
  if (::send(line.fileno(), "\0", 1, 0) != 1) ::_exit(2);
  (void)line.recv();
}

TEST_P(TestConnection, test_missing_fd_transfer) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, send_a_byte_alone, std::move(far_end));
  child.start();

  EXPECT_THROW((void)mp::recv_handle(line), mp::RuntimeError);
  line.send(nullptr);
  child.join();
}

sockaddr_in local_name(int port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

const std::array kFamilies = {mp::AddressFamily::Inet, mp::AddressFamily::Unix};

// Accepts, and hands what it has accepted to the parent.
void accept_for_parent(mp::Connection line) {
  for (const mp::AddressFamily family : kFamilies) {
    mp::Listener listener({.family = family});
    line.send(listener.address());
    line.send(listener.accept());
  }
  sockaddr_in name = local_name(0);
  socklen_t size = sizeof name;
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  ::bind(listening, reinterpret_cast<sockaddr*>(&name), size);
  ::listen(listening, 1);
  ::getsockname(listening, reinterpret_cast<sockaddr*>(&name), &size);
  line.send(ntohs(name.sin_port));
  line.send(mp::Socket(::accept(listening, nullptr, nullptr)));
  (void)line.recv();  // what was sent is here until it has been taken
}

std::string upper(std::string text) {
  for (char& each : text) each = static_cast<char>(std::toupper(each));
  return text;
}

void call_and_speak(mp::Connection line) {
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    const auto [address, message] = line.recv<std::pair<mp::Address, std::string>>();
    mp::Client(address).send(upper(message));
  }
  const auto [port, message] = line.recv<std::pair<int, std::string>>();
  const sockaddr_in name = local_name(port);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) ::_exit(2);
  const std::string text = upper(message);
  if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(3);
}

TEST_P(TestPicklingConnections, test_pickling) {
  auto [from_listener, listener_end] = mp::Pipe();
  auto [to_caller, caller_end] = mp::Pipe();
  mp::Process listener = ctx.Process({.daemon = true}, accept_for_parent, std::move(listener_end));
  mp::Process caller = ctx.Process({.daemon = true}, call_and_speak, std::move(caller_end));
  listener.start();
  caller.start();

  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    const mp::Address address = from_listener.recv<mp::Address>(kPatience);
    const std::string message = "this connection uses " + address.str();
    to_caller.send(mp::tuple{address, message});
    mp::Connection accepted = from_listener.recv<mp::Connection>(kPatience);
    EXPECT_EQ(accepted.recv(kPatience), upper(message));
  }
  to_caller.send(mp::tuple{from_listener.recv(kPatience), "this connection uses a normal socket"});
  mp::Socket socket = from_listener.recv<mp::Socket>(kPatience);
  std::string heard;
  std::array<char, 100> part{};
  for (ssize_t got = 0; (got = ::recv(socket.fileno(), part.data(), part.size(), 0)) > 0;) {
    heard.append(part.data(), static_cast<std::size_t>(got));
  }
  EXPECT_EQ(heard, "THIS CONNECTION USES A NORMAL SOCKET");
  from_listener.send(nullptr);
  listener.join();
  caller.join();
  EXPECT_EQ(listener.exitcode(), 0);
  EXPECT_EQ(caller.exitcode(), 0);
}

void use_what_it_gets(mp::Connection line) {
  mp::Connection writer = line.recv<mp::Connection>();
  writer.send("all is well");
  writer.close();
  mp::Connection reader = line.recv<mp::Connection>();
  const std::string message = reader.recv<std::string>();
  line.send(message + message);
}

TEST_P(TestPicklingConnections, test_access) {
  auto [line, far_end] = mp::Pipe();
  mp::Process child = ctx.Process({.daemon = true}, use_what_it_gets, std::move(far_end));
  child.start();

  auto [reader, writer] = mp::Pipe(false);
  line.send(writer);
  writer.close();
  EXPECT_EQ(reader.recv(kPatience), "all is well");
  reader.close();

  auto [other_reader, other_writer] = mp::Pipe(false);
  line.send(other_reader);
  other_reader.close();
  other_writer.send("foobar");
  other_writer.close();
  EXPECT_EQ(line.recv(kPatience), "foobarfoobar");
  child.join();
}

}  // namespace
