// What the probes tell of connections: who is at the other end, and the numbers of the messages.
#include "os/socket.hpp"
#include "os/socket_peer.hpp"
#include "support/deadline.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"
#include <libmp/libmp.hpp>
#include <libmp/listener.hpp>

#include <csignal>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace mp {
namespace {

using support::of_kind;
using testing::ElementsAre;
using testing::StartsWith;
using wire::EventKind;
using wire::ObjectKind;

// Runs the body in a process that is killed at its end; returns what its tree had told by then.
wire::Batch told_by(const std::function<void()>& body) {
  support::ObservedChild scene(
      [&] {
        body();
        ::raise(SIGKILL);
        return 0;
      },
      "2");
  EXPECT_EQ(scene.child().wait().signal, SIGKILL);
  return report::TreeReader(scene.tree_dir(), {.watch = false}).poll();
}

struct End {
  wire::ObjectInfo object;
  wire::PeerInfo peer;
  bool has_peer = false;
};

// By handle, so in the order in which they were made.
std::map<std::uint32_t, End> ends_in(const wire::Batch& batch) {
  std::map<std::uint32_t, End> ends;
  for (const wire::Event& event : of_kind(batch, EventKind::Declare)) {
    const auto info = wire::decode_object_info(batch.payload_of(event));
    if (info && info->kind == ObjectKind::Connection) ends[event.object].object = *info;
  }
  for (const wire::Event& event : of_kind(batch, EventKind::Peer)) {
    End& end = ends[event.object];
    end.peer = wire::decode_peer_info(batch.payload_of(event)).value();
    end.has_peer = true;
  }
  return ends;
}

// The end that was accepted, and the other one.
std::pair<End, End> accepted_and_connected(const wire::Batch& batch) {
  auto ends = ends_in(batch);
  const std::uint32_t accepted = of_kind(batch, EventKind::Accepted).at(0).object;
  const End server = ends.at(accepted);
  ends.erase(accepted);
  EXPECT_EQ(ends.size(), 1u);
  return {server, ends.begin()->second};
}

void meet(const ListenerOptions& options) {
  Listener listener(options);
  std::thread client([address = listener.address(), &options] {
    Connection end = Client(address, {.authkey = options.authkey});
    end.send_bytes("hello");
    EXPECT_EQ(end.recv_bytes(), "bye");  // so that it is there when it is asked about
  });
  Connection connection = listener.accept();
  EXPECT_EQ(connection.recv_bytes(), "hello");
  connection.send_bytes("bye");
  client.join();
}

// sock_diag(7) is a part of the kernel that can be left out, and a sandbox may refuse it.
bool kernel_names_peers() {
  const auto [one, other] = os::make_socket_pair();
  return os::socket_peer(one.get()).inode == os::file_identity(other.get()).inode;
}

TEST(Connection, AUnixServerTellsWhichSocketIsItsPeer) {
  if (!kernel_names_peers())
    GTEST_SKIP() << "this kernel does not tell who the peer of a socket is";
  const wire::Batch batch = told_by([] { meet({.family = AddressFamily::Unix}); });

  const auto [server, client] = accepted_and_connected(batch);
  EXPECT_EQ(server.peer.inode, client.object.inode);
  EXPECT_EQ(server.peer.device, client.object.device);
  EXPECT_EQ(server.peer.offset, client.object.offset);
  const auto hello =
      wire::decode_process_info(batch.payload_of(of_kind(batch, EventKind::Hello).at(0)));
  EXPECT_EQ(server.peer.pid, hello->pid);
  EXPECT_EQ(client.peer.pid, hello->pid);
  EXPECT_THAT(server.peer.local, StartsWith("/"));
  EXPECT_EQ(client.peer.remote, server.peer.local);
}

TEST(Connection, ATcpConnectionsEndsNameEachOther) {
  const wire::Batch batch =
      told_by([] { meet({.family = AddressFamily::Inet, .authkey = "key"}); });

  const auto [server, client] = accepted_and_connected(batch);
  EXPECT_THAT(server.peer.local, StartsWith("127.0.0.1:"));
  EXPECT_EQ(client.peer.local, server.peer.remote);
  EXPECT_EQ(client.peer.remote, server.peer.local);
  EXPECT_NE(client.peer.local, client.peer.remote);
  EXPECT_EQ(server.peer.inode, 0u);
  EXPECT_EQ(server.peer.pid, 0u);
}

TEST(Connection, AGivenSocketTellsItsPeerToo) {
  if (!kernel_names_peers())
    GTEST_SKIP() << "this kernel does not tell who the peer of a socket is";
  const wire::Batch batch = told_by([] {
    int both[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both), 0);
    const Connection first(both[0]);
    const Connection second(both[1]);
  });

  const auto ends = ends_in(batch);
  ASSERT_EQ(ends.size(), 2u);
  const End& first = ends.begin()->second;
  const End& second = ends.rbegin()->second;
  EXPECT_EQ(first.peer.inode, second.object.inode);
  EXPECT_EQ(second.peer.inode, first.object.inode);
  EXPECT_EQ(first.peer.local, "");
}

TEST(Connection, ThoseWhoAcceptNameTheirListener) {
  const wire::Batch batch = told_by([] { meet({}); });

  const std::uint32_t listener = of_kind(batch, EventKind::Accepted).at(0).c;
  bool found = false;
  for (const wire::Event& event : of_kind(batch, EventKind::Declare)) {
    const auto info = wire::decode_object_info(batch.payload_of(event));
    found = found || (event.object == listener && info->kind == ObjectKind::Listener);
  }
  EXPECT_TRUE(found) << listener;
}

TEST(Pipe, ItsEndsAreToldToBeAPairByTheirNames) {
  const wire::Batch batch = told_by([] { auto [first, second] = Pipe(); });

  const auto ends = ends_in(batch);
  ASSERT_EQ(ends.size(), 2u);
  const End& first = ends.begin()->second;
  const End& second = ends.rbegin()->second;
  EXPECT_EQ(first.object.inode, second.object.inode);
  EXPECT_EQ(first.object.offset, 0u);
  EXPECT_EQ(second.object.offset, 1u);
  EXPECT_FALSE(first.has_peer);
}

TEST(Connection, ADescriptorThatIsGivenOutIsToldOnce) {
  const wire::Batch batch = told_by([] {
    auto [first, second] = Pipe();
    static_cast<void>(second.fileno());
    static_cast<void>(second.fileno());
    first.send_bytes("x");
    static_cast<void>(second.poll());
  });

  const auto lent = of_kind(batch, EventKind::Lent);
  ASSERT_EQ(lent.size(), 1u);
  EXPECT_EQ(lent[0].object, ends_in(batch).rbegin()->first);
}

TEST(Connection, ASendThatBlocksSaysThatItIsOne) {
  support::ObservedChild scene(
      [] {
        auto [reader, writer] = Pipe(false);
        writer.send_bytes(std::string(16 << 20, 'x'));  // nobody reads
        return 0;
      },
      "2");
  const support::Deadline deadline(std::chrono::seconds(20));
  while (scene.tree_dir().empty() && !deadline.passed()) std::this_thread::yield();
  report::TreeReader reader(scene.tree_dir(), {.watch = false});
  std::size_t told = 0;
  while (told == 0 && !deadline.passed())
    told = of_kind(reader.poll(), EventKind::ConnectionSendWait).size();

  EXPECT_EQ(told, 1u);
}

// A child that ends well leaves nothing to read.
void send_third(Connection end, Event is_told) {
  end.send_bytes("third");
  is_told.set();
  for (;;) ::pause();
}

class ByMethod : public testing::TestWithParam<const char*> {};

TEST_P(ByMethod, AnEndThatIsHandedOnGoesOnCounting) {
  const wire::Batch batch = told_by([] {
    auto [reader, writer] = Pipe(false);
    writer.send_bytes("first");
    writer.send_bytes("second");
    Event is_told;
    Process child = get_context(GetParam()).Process(send_third, std::move(writer), is_told);
    child.start();
    for (const char* word : {"first", "second", "third"}) EXPECT_EQ(reader.recv_bytes(), word);
    is_told.wait();
  });

  std::vector<std::uint64_t> sent;
  std::vector<std::uint64_t> received;
  for (const wire::Event& event : of_kind(batch, EventKind::ConnectionSend))
    sent.push_back(event.a);
  for (const wire::Event& event : of_kind(batch, EventKind::ConnectionRecv))
    received.push_back(event.a);
  EXPECT_THAT(sent, ElementsAre(1, 2, 3));
  EXPECT_THAT(received, ElementsAre(1, 2, 3));
}

INSTANTIATE_TEST_SUITE_P(Methods, ByMethod, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& which) { return std::string(which.param); });

}  // namespace
}  // namespace mp
