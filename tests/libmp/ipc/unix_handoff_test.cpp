// Unix connections of two programs that find out that both can share memory, and of those that
// cannot.
#include "ipc/handoff.hpp"
#include "libmp/ipc/handoff_talk.hpp"
#include "os/clock.hpp"
#include "os/cpu.hpp"
#include "os/memory.hpp"
#include "os/packet.hpp"
#include "os/rendezvous.hpp"
#include "support/child_scope.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>

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

// A server of one connection, and a client in a child.
struct Meeting {
  Listener listener;
  std::unique_ptr<ChildScope> client;
  std::optional<Connection> server;

  template <class Talk>
  explicit Meeting(Talk talk) {
    client = std::make_unique<ChildScope>(
        [this, talk] {
          Connection connection = Client(listener.address());
          return talk(connection);
        },
        60s);
    server = listener.accept(20s);
  }
};

TEST(UnixHandoff, StrangersShareMemoryOnceBothHaveSent) {
  if (!os::can_spin()) GTEST_SKIP() << "only one processor";
  Meeting meeting([](Connection& end) {
    test::answer_all(end);
    return 0;
  });
  test::ask_until_shared(*meeting.server);
  EXPECT_TRUE(meeting.client->wait().ok());
}

TEST(UnixHandoff, KeepsTheOrderHoweverItIsSentAndReceived) {
  constexpr std::uint32_t kCount = 5'000;
  Meeting meeting([](Connection& end) {
    Random random(11);
    for (std::uint32_t i = 0; i < kCount; ++i) {
      end.send_bytes(numbered(i, any_size(random)));
      pause(random);
      if (number_of(receive_somehow(end, random)) != i) return 1;
    }
    return 0;
  });
  Random random(12);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const std::string message = receive_somehow(*meeting.server, random);
    ASSERT_EQ(number_of(message), i);
    pause(random);
    meeting.server->send_bytes(message);
  }
  EXPECT_TRUE(meeting.client->wait().ok());
}

// Each has a place of its own, of which the receiver knows one.
TEST(UnixHandoff, KeepsTheOrderOfTwoWhoForkedBeforeTheyWrote) {
  constexpr int kCount = 4'000;
  Meeting meeting([](Connection& end) {
    auto [here, there] = Pipe();
    ChildScope other([&end, &turns = there] {
      while (true) {
        const int number = turns.recv<int>();
        if (number < 0) return 0;
        end.send_bytes(numbered(static_cast<std::uint32_t>(number), 40));
        turns.send(0);
      }
    });
    for (int i = 0; i < kCount; i += 2) {
      end.send_bytes(numbered(static_cast<std::uint32_t>(i), 40));
      here.send(i + 1);
      static_cast<void>(here.recv());
    }
    here.send(-1);
    return other.wait().ok() ? 0 : 1;
  });
  Random random(13);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(number_of(meeting.server->recv_bytes(std::nullopt, 20s)), i);
    pause(random);
  }
  EXPECT_TRUE(meeting.client->wait().ok());
}

// Its descriptors do not add up, whoever comes and goes.
TEST(UnixHandoff, KeepsNoDescriptorOpen) {
  const auto lowest_free = [] {
    const int fd = ::dup(0);
    ::close(fd);
    return fd;
  };
  Listener listener;
  const int before = lowest_free();
  Connection client = Client(listener.address());
  Connection server = listener.accept();
  client.send("question");
  EXPECT_EQ(server.recv(), Object("question"));
  server.send("answer");
  EXPECT_EQ(client.recv(), Object("answer"));
  EXPECT_EQ(lowest_free(), before + 2);
}

// What comes beside a message of somebody whom libmp does not know.
class ForeignDescriptor : public testing::Test {
 protected:
  void send(int descriptor) {
    const std::string frame("\0\0\0\5hello", 9);
    ASSERT_TRUE(
        os::send_packet(peer.get(), std::as_bytes(std::span(frame)), std::array{descriptor}));
  }
  static os::UniqueFd connect(const Listener& listener) {
    return os::connect_to({.is_unix = true, .text = listener.address().str()},
                          os::Deadline::after(20s));
  }

  Listener listener;
  os::UniqueFd peer = connect(listener);
  Connection connection = listener.accept();
};

TEST_F(ForeignDescriptor, IsClosedUnlessItIsOfOurKind) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  send(pipe[1]);
  ::close(pipe[1]);
  EXPECT_EQ(connection.recv_bytes(), "hello");
  char none = 0;
  EXPECT_EQ(::read(pipe[0], &none, 1), 0);  // the end: nobody has the other
  ::close(pipe[0]);
}

TEST_F(ForeignDescriptor, OfALaterMessageIsNotLookedAt) {
  send(0);
  send(0);
  EXPECT_EQ(connection.recv_bytes(), "hello");
  EXPECT_EQ(connection.recv_bytes(), "hello");
}

TEST_F(ForeignDescriptor, ThatMayStillShrinkIsNotMapped) {
  const os::UniqueFd file = os::create_memfd("handoff", sizeof(ipc::HandoffPlace));
  send(file.get());
  EXPECT_EQ(connection.recv_bytes(), "hello");
  EXPECT_EQ(::ftruncate(file.get(), 0), 0);
  send(0);
  EXPECT_EQ(connection.recv_bytes(), "hello");
}

TEST_F(ForeignDescriptor, FullOfGarbageIsOfNoUseAndDoesNoHarm) {
  const os::UniqueFd file = os::create_sealed_memfd("handoff", sizeof(ipc::HandoffPlace));
  const os::Mapping memory(file.get(), sizeof(ipc::HandoffPlace));
  send(file.get());
  EXPECT_EQ(connection.recv_bytes(), "hello");
  for (int value = 0; value < 256; ++value) {
    std::memset(memory.data(), value, memory.size());
    send(0);
    // A value may happen to say that a message lies there; then those are its bytes, or too many.
    try {
      (void)connection.recv_bytes(std::nullopt, 20s);
    } catch (const OSError& error) {
      EXPECT_EQ(error.error_number(), EPROTO) << value;
      break;
    }
  }
}

TEST_F(ForeignDescriptor, ThatLiesAboutASizeIsAnErrorThatSaysSo) {
  const os::UniqueFd file = os::create_sealed_memfd("handoff", sizeof(ipc::HandoffPlace));
  const os::Mapping memory(file.get(), sizeof(ipc::HandoffPlace));
  send(file.get());
  EXPECT_EQ(connection.recv_bytes(), "hello");
  auto* const place = reinterpret_cast<ipc::HandoffPlace*>(memory.data());
  place->size = ~std::uint32_t{0};
  place->turn = 3;  // a message lies here, it says
  try {
    (void)connection.recv_bytes(std::nullopt, 20s);
    ADD_FAILURE() << "garbage was taken";
  } catch (const OSError& error) {
    EXPECT_EQ(error.error_number(), EPROTO);
  }
}

}  // namespace
}  // namespace mp
