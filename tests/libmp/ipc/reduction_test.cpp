// Descriptors on their way: handles beside a byte, and tickets that are redeemed at the sender's.
#include "ipc/auth.hpp"
#include "ipc/resource_sharer.hpp"
#include "libmp/serial/hex.hpp"
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/reduction.hpp>

#include <array>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using test::hex;
using test::unhex;
using testing::HasSubstr;

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

// One byte, and descriptors beside it: whatever a peer may send.
void send_raw(int socket, char byte, std::vector<int> descriptors) {
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 16)> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const std::size_t size = descriptors.size() * sizeof(int);
  if (size != 0) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(size);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(header), descriptors.data(), size);
  }
  ASSERT_EQ(::sendmsg(socket, &message, 0), 1);
}

TEST(Handle, IsACopyThatIsCloseOnExec) {
  auto [a, b] = Pipe();
  auto [reader, writer] = Pipe(false);

  send_handle(a, writer.fileno());
  writer.close();
  Connection copy(recv_handle(b), Connection::Access::WriteOnly);

  EXPECT_NE(::fcntl(copy.fileno(), F_GETFD) & FD_CLOEXEC, 0);
  copy.send(1);
  EXPECT_EQ(reader.recv(), 1);
  copy.close();
  EXPECT_THROW((void)reader.recv(), EOFError);
}

TEST(Handle, LeavesTheMessagesBehindItAlone) {
  auto [a, b] = Pipe();
  send_handle(a, a.fileno());
  a.send("next");

  ::close(recv_handle(b));
  EXPECT_EQ(b.recv(), "next");
}

TEST(Handle, StandsBesideTheByteThatPythonExpects) {
  auto [a, b] = Pipe();
  send_handle(a, a.fileno());

  char byte = 0;
  ASSERT_EQ(::recv(b.fileno(), &byte, 1, 0), 1);
  EXPECT_EQ(byte, 1);
}

TEST(Handle, WhatIsNotExactlyOneDescriptorIsARuntimeErrorAndNothingIsLeftOpen) {
  auto [a, b] = Pipe();
  const std::size_t before = open_descriptors();

  send_raw(a.fileno(), 1, {});
  EXPECT_THROW((void)recv_handle(b), RuntimeError);
  send_raw(a.fileno(), 3, {0, 1, 2});  // Python's sendfds of three
  EXPECT_THROW((void)recv_handle(b), RuntimeError);
  send_raw(a.fileno(), 7, {0});
  EXPECT_THROW((void)recv_handle(b), RuntimeError);

  EXPECT_EQ(open_descriptors(), before);
  a.close();
  EXPECT_THROW((void)recv_handle(b), EOFError);
}

TEST(Handle, NeedsAUnixSocketAndADirection) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Connection pipe_reader(ends[0], Connection::Access::ReadOnly);
  Connection pipe_writer(ends[1], Connection::Access::WriteOnly);
  Listener listener({.family = AddressFamily::Inet});
  Connection tcp = Client(listener.address());

  EXPECT_THROW(send_handle(pipe_writer, 0), OSError);
  EXPECT_THROW(send_handle(tcp, 0), OSError);
  EXPECT_THROW(send_handle(pipe_reader, 0), OSError);
  EXPECT_THROW((void)recv_handle(pipe_writer), OSError);
}

TEST(Handle, OfSomethingClosedOrForSomebodyGoneIsAnOsError) {
  auto [a, b] = Pipe();

  EXPECT_THROW(send_handle(a, 44977608), OSError);
  b.close();
  EXPECT_THROW(send_handle(a, 0), OSError);
}

TEST(Transfer, AConnectionArrivesAsWhatItWas) {
  auto [a, b] = Pipe();
  auto [reader, writer] = Pipe(false);
  auto [near, far] = Pipe();
  a.send(list{"three", writer, tuple{reader}, far});
  for (Connection* own : {&reader, &writer, &far}) own->close();

  const Object message = b.recv();
  Connection their_writer = message[1].as<Connection>();
  Connection their_reader = message[2][0].as<Connection>();
  Connection their_end = message[3].as<Connection>();

  EXPECT_TRUE(!their_writer.readable() && their_writer.writable());
  EXPECT_TRUE(their_reader.readable() && !their_reader.writable());
  their_writer.send("hello");
  EXPECT_EQ(their_reader.recv(), "hello");
  their_end.send(1);
  EXPECT_EQ(near.recv(), 1);
}

TEST(Transfer, CopiesOfTheSenderEndWithTheTicket) {
  auto [a, b] = Pipe();
  auto [near, far] = Pipe();
  a.send(far);
  far.close();

  b.recv<Connection>().close();

  EXPECT_THROW((void)near.recv(20s), EOFError);
}

TEST(Transfer, AnythingElseIsATypeError) {
  auto [a, b] = Pipe();
  a.send(list{1});
  a.send(DupFd(0));
  a.send(a);

  EXPECT_THROW((void)b.recv<Connection>(), TypeError);
  EXPECT_THROW((void)b.recv<Socket>(), TypeError);
  EXPECT_THROW((void)b.recv<DupFd>(), TypeError);
}

TEST(Transfer, AClosedConnectionIsAnErrorOfTheSender) {
  auto [a, b] = Pipe();
  auto [c, d] = Pipe();
  c.close();

  EXPECT_THROW(a.send(c), OSError);
  EXPECT_FALSE(b.poll());
}

TEST(Transfer, ATicketIsGoodOnce) {
  auto [a, b] = Pipe();
  auto [near, far] = Pipe();
  a.send(far);
  const Object ticket = b.recv();

  EXPECT_NO_THROW((void)ticket.as<Connection>());
  EXPECT_THROW((void)ticket.as<Connection>(), EOFError);
}

TEST(Transfer, SocketsAndOtherDescriptorsHaveTheirOwnForms) {
  auto [a, b] = Pipe();
  std::array<int, 2> sockets{};
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  a.send(list{Socket(sockets[0]), DupFd(ends[1])});
  ::close(ends[1]);

  const Object message = b.recv();
  EXPECT_EQ(repr(message[0].args()[1]), std::to_string(AF_UNIX));
  EXPECT_EQ(message[0].args()[2], static_cast<int>(SOCK_DGRAM));
  const Socket socket = message[0].as<Socket>();
  const int write_end = message[1].as<DupFd>().detach();

  EXPECT_EQ(::send(socket.fileno(), "x", 1, 0), 1);
  EXPECT_EQ(::write(write_end, "y", 1), 1);
  std::array<char, 2> got{};
  EXPECT_EQ(::read(sockets[1], got.data(), 1), 1);
  EXPECT_EQ(::read(ends[0], got.data() + 1, 1), 1);
  EXPECT_EQ(std::string(got.data(), 2), "xy");
  EXPECT_THROW(Socket not_one(::dup(write_end)), OSError);
  for (const int fd : {sockets[1], ends[0], write_end}) ::close(fd);
}

TEST(Transfer, ToAForkedChildAndBack) {
  auto [a, b] = Pipe();
  auto [near, far] = Pipe();
  ChildScope child([&, &line = b] {
    Connection given = line.recv<Connection>();
    auto [own, other] = Pipe();
    line.send(other);
    other.close();
    given.send(own.recv());
    return 0;
  });
  b.close();

  a.send(far);
  far.close();
  a.recv<Connection>(20s).send("round trip");

  EXPECT_EQ(near.recv(20s), "round trip");
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Transfer, AForkedChildHoldsNothingOfWhatItsParentShares) {
  auto [a, b] = Pipe();
  auto [near, far] = Pipe();
  a.send(far);
  PipeGate over;
  ChildScope child([&, &own = far] {
    own.close();
    return over.pass();
  });
  far.close();

  b.recv<Connection>().close();

  EXPECT_THROW((void)near.recv(20s), EOFError);
  over.open();
  EXPECT_TRUE(child.wait().ok());
}

TEST(Transfer, AnotherKeyIsAnAuthenticationErrorAndTheTicketStaysGood) {
  auto [a, b] = Pipe();
  auto [near, far] = Pipe();
  a.send(far);
  const Object ticket = b.recv();
  const std::string key = ipc::process_authkey();

  ipc::set_process_authkey("another");
  EXPECT_THROW((void)ticket.as<Connection>(), AuthenticationError);
  ipc::set_process_authkey(key);

  EXPECT_NO_THROW((void)ticket.as<Connection>());
}

TEST(Transfer, ASenderThatWasKilledIsAnOsError) {
  auto [a, b] = Pipe();
  ChildScope child([&, &line = a] {
    auto [near, far] = Pipe();
    line.send(far);
    return line.recv<int>();
  });
  a.close();
  const Object ticket = b.recv(20s);
  child.signal(SIGKILL);
  child.wait();

  EXPECT_THROW((void)ticket.as<Connection>(), OSError);
}

TEST(Transfer, SilentStrangersAtTheSharerDelayNobody) {
  auto [a, b] = Pipe();
  auto [near, far] = Pipe();
  a.send(far);
  const Object ticket = b.recv();
  const Address address = ticket.args()[0].state()["_id"][0].as<Address>();
  std::vector<Connection> strangers;
  for (int i = 0; i < 100; ++i) strangers.push_back(Client(address));

  Connection theirs = ticket.as<Connection>();

  theirs.send(1);
  EXPECT_EQ(near.recv(), 1);
}

TEST(Transfer, ManyThreadsShareAndRedeemAtOnce) {
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      auto [a, b] = Pipe();
      for (int i = 0; i < kEach; ++i) {
        auto [near, far] = Pipe();
        a.send(far);
        b.recv<Connection>().send(i);
        EXPECT_EQ(near.recv(), i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// The exchange as it was captured between two Pythons: key 1, asked for by process 13038.
TEST(WireVectors, TheReceiverOfADescriptorSaysWhatPythonSays) {
  Listener python({.authkey = ipc::process_authkey()});
  auto redeemed =
      std::async(std::launch::async, [&] { return ipc::redeem({python.address(), 1}); });
  Connection line = python.accept();

  const std::string own_pid = dumps(tuple{1, ::getpid()});
  EXPECT_EQ(hex(dumps(tuple{1, 13038})),
            hex(unhex("80 04 95 08 00 00 00 00 00 00 00 4b 01 4d ee 32 86 94 2e")));
  std::string request(4 + own_pid.size(), '\0');
  ASSERT_EQ(::recv(line.fileno(), request.data(), request.size(), MSG_WAITALL),
            static_cast<ssize_t>(request.size()));
  EXPECT_EQ(hex(request.substr(0, 3)), "00 00 00");
  EXPECT_EQ(static_cast<std::size_t>(request[3]), own_pid.size());
  EXPECT_EQ(hex(request.substr(4)), hex(own_pid));
  send_raw(line.fileno(), 1, {line.fileno()});

  EXPECT_TRUE(redeemed.get().valid());
}

TEST(WireVectors, TheSenderOfADescriptorSaysWhatPythonSays) {
  auto [near, far] = Pipe();
  const Object connection(far);
  const ipc::Ticket ticket = ipc::ticket_of(connection.args()[0], "DupFd");
  Connection line = Client(ticket.address, {.authkey = ipc::process_authkey()});

  line.send_bytes(dumps(tuple{ticket.key, 13038}));

  std::array<char, 8> bytes{};
  EXPECT_EQ(::recv(line.fileno(), bytes.data(), bytes.size(), MSG_WAITALL), 1);
  EXPECT_EQ(bytes[0], 1);
}

TEST(WireVectors, TheTicketOfACapturedConnectionIsUnderstood) {
  const Object captured = loads(unhex(
      "80 04 95 9f 00 00 00 00 00 00 00 8c 1a 'multiprocessing.connection' 94 8c 12 "
      "'rebuild_connection' 94 93 94 8c 1f 'multiprocessing.resource_sharer' 94 8c 05 'DupFd' 94 "
      "93 94 29 81 94 7d 94 8c 03 '_id' 94 8c 24 '/tmp/pymp-5uco64yq/listener-5u8jdz2c' 94 4b 01 "
      "86 94 73 62 88 88 87 94 52 94 2e"));

  const ipc::Ticket ticket = ipc::ticket_of(captured.args()[0], "DupFd");

  EXPECT_EQ(ticket.address.path(), "/tmp/pymp-5uco64yq/listener-5u8jdz2c");
  EXPECT_EQ(ticket.key, 1);
  EXPECT_EQ(ipc::object_of(ticket), captured.args()[0]);
  EXPECT_THROW((void)captured.as<Connection>(), OSError);  // that process is long gone
}

TEST(WireVectors, OurConnectionIsWrittenAsTheCapturedOne) {
  auto [near, far] = Pipe();
  const Object ours(far);
  const Object theirs =
      reduction(global("multiprocessing.connection", "rebuild_connection"),
                tuple{ipc::object_of(ipc::ticket_of(ours.args()[0], "DupFd")), true, true});

  EXPECT_EQ(hex(dumps(ours)), hex(dumps(theirs)));
}

}  // namespace
}  // namespace mp
