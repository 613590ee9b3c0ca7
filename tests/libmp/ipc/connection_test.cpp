// Connection and Pipe within one process (and its threads): messages, ranges, limits, errors.
#include "libmp/serial/hex.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>

#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using test::hex;
using test::unhex;
using testing::HasSubstr;

// One end as a Connection, the other as a bare descriptor: what really is on the wire.
class RawPeer {
 public:
  RawPeer() : ends_(make()), connection(ends_[0]) {}
  ~RawPeer() { hang_up(); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void put(std::string_view bytes) const {
    ASSERT_EQ(::write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::string take(std::size_t count) const {
    std::string bytes(count, '\0');
    const ssize_t got = ::recv(ends_[1], bytes.data(), count, MSG_DONTWAIT);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
  void hang_up() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  static std::array<int, 2> make() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return ends;
  }
  std::array<int, 2> ends_;

 public:
  Connection connection;
};

template <typename Call>
std::optional<OSError> os_error_in(Call&& call) {
  try {
    call();
  } catch (const OSError& error) {
    return error;
  }
  return std::nullopt;
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + (i >> 8));
  return text;
}

TEST(Pipe, CarriesMessagesBothWaysInOrder) {
  auto [a, b] = Pipe();

  a.send_bytes("one");
  a.send_bytes("");
  a.send_bytes("three");
  b.send_bytes("back");

  EXPECT_EQ(b.recv_bytes(), "one");
  EXPECT_EQ(b.recv_bytes(), "");
  EXPECT_EQ(b.recv_bytes(), "three");
  EXPECT_EQ(a.recv_bytes(), "back");
}

TEST(Pipe, OneWayGoesOneWay) {
  auto [reader, writer] = Pipe(false);
  writer.send(1729);

  EXPECT_EQ(reader.recv<int>(), 1729);
  EXPECT_TRUE(reader.readable() && !reader.writable());
  EXPECT_TRUE(!writer.readable() && writer.writable());
  EXPECT_THROW(reader.send(1), OSError);
  EXPECT_THROW(reader.send_bytes("x"), OSError);
  EXPECT_THROW((void)writer.recv(), OSError);
  EXPECT_THROW((void)writer.recv_bytes(), OSError);
  EXPECT_THROW((void)writer.poll(), OSError);
}

TEST(Pipe, EndsAreBlockingAndCloseOnExec) {
  const auto [a, b] = Pipe();

  for (const Connection* end : {&a, &b}) {
    EXPECT_EQ(::fcntl(end->fileno(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_NE(::fcntl(end->fileno(), F_GETFD) & FD_CLOEXEC, 0);
  }
}

TEST(Connection, WritesTheFramesOfCPython) {
  RawPeer peer;

  peer.connection.send_bytes("hello");
  EXPECT_EQ(hex(peer.take(100)), hex(unhex("0000000568656c6c6f")));
  peer.connection.send_bytes("");
  EXPECT_EQ(hex(peer.take(100)), hex(unhex("00000000")));
  peer.connection.send(nullptr);
  EXPECT_EQ(hex(peer.take(100)), hex(unhex("0000000480044e2e")));
}

TEST(Connection, ReadsFramesThatArriveByteByByte) {
  RawPeer peer;
  std::future<std::string> message =
      std::async(std::launch::async, [&] { return peer.connection.recv_bytes(); });

  for (const char byte : unhex("0000000568656c6c6f")) peer.put(std::string(1, byte));

  EXPECT_EQ(message.get(), "hello");
}

TEST(Connection, ReadsTheLongHeaderForAShortMessageToo) {
  RawPeer peer;
  peer.put(unhex("ffffffff 0000000000000003") + "abc");

  EXPECT_EQ(peer.connection.recv_bytes(), "abc");
}

TEST(Connection, LeavesTheNextMessageInTheKernel) {
  RawPeer peer;
  peer.put(unhex("00000001") + "a" + unhex("00000001") + "b");

  EXPECT_EQ(peer.connection.recv_bytes(), "a");

  std::array<char, 16> rest{};
  EXPECT_EQ(::recv(peer.connection.fileno(), rest.data(), rest.size(), MSG_DONTWAIT), 5);
}

TEST(Connection, CarriesMessagesOfEverySizeThatMatters) {
  auto [a, b] = Pipe();
  for (const std::size_t size :
       {0u, 1u, 16383u, 16384u, 16385u, 1u << 20, (1u << 20) + 1, 40u << 20}) {
    const std::string sent = pattern(size);
    std::thread sender([&, &from = a] { from.send_bytes(sent); });

    const std::string received = b.recv_bytes();

    sender.join();
    EXPECT_TRUE(received == sent) << size;
  }
}

TEST(Connection, CarriesObjects) {
  auto [a, b] = Pipe();
  const Object sent =
      list{42, nullptr, "hello", 2.5, bytes("\x01"), tuple{true}, dict{{"k", list{}}}};

  a.send(sent);

  EXPECT_EQ(b.recv(), sent);
}

TEST(Connection, ConvertsOnRequestAndLosesOnlyTheMessageIfItCannot) {
  auto [a, b] = Pipe();
  a.send("text");
  a.send(std::vector<int>{1, 2});

  EXPECT_THROW((void)b.recv<int>(), TypeError);
  EXPECT_EQ(b.recv<std::vector<int>>(), (std::vector<int>{1, 2}));
}

TEST(Connection, StaysUsableAfterAMessageThatIsNoPickle) {
  auto [a, b] = Pipe();
  a.send_bytes("no pickle");
  a.send(1);

  EXPECT_THROW((void)b.recv(), UnpicklingError);
  EXPECT_EQ(b.recv<int>(), 1);
}

TEST(Connection, SendsThePartOfTheBufferThatWasAskedFor) {
  auto [a, b] = Pipe();
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";
  a.send_bytes(letters);
  a.send_bytes(letters, 5);
  a.send_bytes(letters, 7, 8);
  a.send_bytes(letters, 26);
  a.send_bytes(letters, 26, 0);

  EXPECT_EQ(b.recv_bytes(), letters);
  EXPECT_EQ(b.recv_bytes(), letters.substr(5));
  EXPECT_EQ(b.recv_bytes(), letters.substr(7, 8));
  EXPECT_EQ(b.recv_bytes(), "");
  EXPECT_EQ(b.recv_bytes(), "");
}

TEST(Connection, RefusesRangesOutsideTheBuffer) {
  auto [a, b] = Pipe();
  const std::string letters = "abcdefghijklmnopqrstuvwxyz";

  EXPECT_THROW(a.send_bytes(letters, 27), ValueError);
  EXPECT_THROW(a.send_bytes(letters, 22, 5), ValueError);
  EXPECT_THROW(a.send_bytes(letters, 26, 1), ValueError);
  EXPECT_THROW(a.send_bytes(letters, -1), ValueError);
  EXPECT_THROW(a.send_bytes(letters, 4, -1), ValueError);
  EXPECT_THROW(a.send_bytes(letters, 1, PTRDIFF_MAX), ValueError);
  EXPECT_FALSE(b.poll());
}

TEST(Connection, ReceivesIntoArraysFromAnOffsetInBytes) {
  auto [a, b] = Pipe();
  const std::array<int, 4> sent{1, 2, 3, 4};
  std::array<int, 10> into{};
  a.send_bytes(sent);
  a.send_bytes(sent);

  EXPECT_EQ(b.recv_bytes_into(into), 16u);
  EXPECT_EQ(b.recv_bytes_into(into, 3 * sizeof(int)), 16u);

  EXPECT_THAT(into, testing::ElementsAre(1, 2, 3, 1, 2, 3, 4, 0, 0, 0));
}

TEST(Connection, BufferTooShortCarriesTheMessage) {
  auto [a, b] = Pipe();
  const std::string longer = pattern(110);
  a.send_bytes(longer);
  a.send_bytes("next");
  std::array<std::byte, 40> into{};

  try {
    b.recv_bytes_into(into);
    FAIL() << "no BufferTooShort";
  } catch (const BufferTooShort& error) {
    EXPECT_EQ(
        std::string(reinterpret_cast<const char*>(error.message().data()), error.message().size()),
        longer);
  }
  EXPECT_EQ(into, (std::array<std::byte, 40>{}));
  EXPECT_EQ(b.recv_bytes_into(into), 4u);
}

TEST(Connection, RefusesOffsetsOutsideTheBufferBeforeItReads) {
  auto [a, b] = Pipe();
  std::array<std::byte, 4> into{};
  a.send_bytes("");

  EXPECT_THROW(b.recv_bytes_into(into, -1), ValueError);
  EXPECT_THROW(b.recv_bytes_into(into, 5), ValueError);
  EXPECT_EQ(b.recv_bytes_into(into, 4), 0u);
}

TEST(Connection, AMessageOverMaxlengthMakesItUnreadable) {
  auto [a, b] = Pipe();
  a.send_bytes("12345");

  const auto error = os_error_in([&, &end = b] { (void)end.recv_bytes(4); });

  ASSERT_TRUE(error);
  EXPECT_EQ(error->error_number(), EMSGSIZE);
  EXPECT_FALSE(b.readable());
  EXPECT_FALSE(b.closed());
  EXPECT_THROW((void)b.recv_bytes(), OSError);
  b.send_bytes("still writable");
  EXPECT_EQ(a.recv_bytes(), "still writable");
}

TEST(Connection, AReadOnlyOneIsClosedByAMessageOverMaxlength) {
  auto [reader, writer] = Pipe(false);
  writer.send_bytes("12345");

  EXPECT_THROW((void)reader.recv_bytes(4), OSError);
  EXPECT_TRUE(reader.closed());
}

TEST(Connection, MaxlengthItselfIsAllowed) {
  auto [a, b] = Pipe();
  a.send_bytes("1234");

  EXPECT_EQ(b.recv_bytes(4), "1234");
}

TEST(Connection, PollSeesMessagesEmptyOnesAndTheEnd) {
  auto [a, b] = Pipe();
  EXPECT_FALSE(b.poll());
  EXPECT_FALSE(b.poll(-1s));
  EXPECT_FALSE(b.poll(1ms));

  a.send_bytes("");
  EXPECT_TRUE(b.poll());
  EXPECT_TRUE(b.poll(std::nullopt));
  EXPECT_EQ(b.recv_bytes(), "");
  EXPECT_FALSE(b.poll());

  a.close();
  EXPECT_TRUE(b.poll(std::nullopt));
}

TEST(Connection, EndOfStreamIsAnEofErrorEveryTime) {
  auto [a, b] = Pipe();
  a.send_bytes("last");
  a.close();

  EXPECT_EQ(b.recv_bytes(), "last");
  EXPECT_THROW((void)b.recv_bytes(), EOFError);
  EXPECT_THROW((void)b.recv(), EOFError);
  std::array<std::byte, 4> into{};
  EXPECT_THROW(b.recv_bytes_into(into), EOFError);
}

TEST(Connection, APeerThatLeavesUnreadMessagesIsAnEofErrorToo) {
  auto [a, b] = Pipe();
  b.send_bytes("never read");
  a.close();

  EXPECT_THROW((void)b.recv_bytes(), EOFError);
}

TEST(Connection, EndInsideAMessageIsAnOsErrorThatSaysHowFarItCame) {
  for (const char* start :
       {"0000", "00000005 6869", "ffffffff 0000", "ffffffff 0000000000000005 68"}) {
    RawPeer peer;
    peer.put(unhex(start));
    peer.hang_up();
    const auto error = os_error_in([&] { (void)peer.connection.recv_bytes(); });
    ASSERT_TRUE(error) << start;
    EXPECT_THAT(error->what(), HasSubstr("end of the stream inside a message")) << start;
  }
}

// As CPython has it.
TEST(Connection, EndRightBehindAHeaderIsAnEofError) {
  RawPeer peer;
  peer.put(unhex("00000005"));
  peer.hang_up();

  EXPECT_THROW((void)peer.connection.recv_bytes(), EOFError);
}

TEST(Connection, GarbageInsteadOfAHeaderIsAnErrorAndNothingIsReadFromThereOn) {
  RawPeer peer;
  peer.put("\xfe GET / HTTP/1.1\r\n");

  const auto error = os_error_in([&] { (void)peer.connection.recv_bytes(); });

  ASSERT_TRUE(error);
  EXPECT_EQ(error->error_number(), EPROTO);
  EXPECT_FALSE(peer.connection.readable());
}

TEST(Connection, ALieAboutTheSizeTakesNoMemory) {
  RawPeer peer;
  peer.put(unhex("ffffffff 7fffffffffffffff") + "x");
  peer.hang_up();

  EXPECT_THROW((void)peer.connection.recv_bytes(), OSError);

  RawPeer other;
  other.put(unhex("ffffffff 7fffffffffffffff") + "x");
  other.hang_up();
  EXPECT_THROW((void)other.connection.recv(), OSError);
}

TEST(Connection, AVanishedReaderIsEpipeAndNoSignal) {
  auto [a, b] = Pipe();
  b.close();

  const auto error = os_error_in([&, &end = a] { end.send_bytes("x"); });

  ASSERT_TRUE(error);
  EXPECT_EQ(error->error_number(), EPIPE);
}

TEST(Connection, AVanishedReaderOfAnInheritedPipeIsEpipeAndNoSignal) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Connection writer(ends[1], Connection::Access::WriteOnly);
  ::close(ends[0]);

  const auto error = os_error_in([&] { writer.send_bytes("x"); });

  ASSERT_TRUE(error);
  EXPECT_EQ(error->error_number(), EPIPE);
}

TEST(Connection, WorksOverPipesAsOverSockets) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Connection reader(ends[0], Connection::Access::ReadOnly);
  Connection writer(ends[1], Connection::Access::WriteOnly);
  const std::string sent = pattern(300'000);
  std::thread sender([&] { writer.send_bytes(sent); });

  EXPECT_TRUE(reader.recv_bytes() == sent);
  sender.join();
  EXPECT_THROW((void)reader.recv_bytes(std::nullopt, 1ms), TimeoutError);
}

TEST(Connection, WorksOverADescriptorThatItsOwnerMadeNonBlocking) {
  auto [a, b] = Pipe();
  for (const Connection* end : {&a, &b}) {
    ASSERT_EQ(::fcntl(end->fileno(), F_SETFL, O_NONBLOCK), 0);
  }
  const std::string sent = pattern(3 << 20);
  std::thread sender([&, &from = a] { from.send_bytes(sent); });

  EXPECT_TRUE(b.recv_bytes() == sent);
  sender.join();
}

TEST(Connection, ATimeoutBeforeTheMessageHarmsNothing) {
  auto [a, b] = Pipe();

  EXPECT_THROW((void)b.recv_bytes(std::nullopt, 1ms), TimeoutError);
  EXPECT_THROW((void)b.recv(0s), TimeoutError);
  a.send(7);
  EXPECT_EQ(b.recv<int>(0s), 7);
}

TEST(Connection, ATimeoutInsideAMessageMakesItUnreadable) {
  for (const char* start : {"0000", "00000005", "00000005 6869", "ffffffff", "ffffffff 00"}) {
    RawPeer peer;
    peer.put(unhex(start));
    EXPECT_THROW((void)peer.connection.recv_bytes(std::nullopt, 1ms), TimeoutError) << start;
    EXPECT_FALSE(peer.connection.readable()) << start;
    EXPECT_TRUE(peer.connection.writable()) << start;
  }
}

TEST(Connection, ClosedOrMovedFromRefusesEverything) {
  auto [a, b] = Pipe();
  Connection taken = std::move(a);
  b.close();
  b.close();

  for (Connection* end : {&a, &b}) {
    EXPECT_TRUE(end->closed());
    EXPECT_THROW((void)end->fileno(), OSError);
    EXPECT_THROW((void)end->recv(), OSError);
    EXPECT_THROW((void)end->poll(), OSError);
    EXPECT_THROW(end->send(1), OSError);
    EXPECT_THROW(end->send_bytes("x"), OSError);
  }
  EXPECT_FALSE(taken.closed());
}

TEST(Connection, AssignmentClosesWhatItHeldBefore) {
  auto [a, b] = Pipe();
  auto [c, d] = Pipe();

  a = std::move(c);

  EXPECT_THROW((void)b.recv(), EOFError);
  d.send(1);
  EXPECT_EQ(a.recv<int>(), 1);
}

TEST(Connection, RefusesDescriptorsThatAreNotOpen) {
  EXPECT_THROW(Connection(-1), OSError);
  EXPECT_THROW(Connection(44977608), OSError);
}

TEST(Connection, OneThreadMaySendWhileAnotherReceives) {
  auto [a, b] = Pipe();
  constexpr int kMessages = 2000;
  const auto send_all = [](Connection& end) {
    for (int i = 0; i < kMessages; ++i) end.send(i);
  };
  std::thread from_a([&, &end = a] { send_all(end); });
  std::thread from_b([&, &end = b] { send_all(end); });
  std::thread at_a([&, &end = a] {
    for (int i = 0; i < kMessages; ++i) EXPECT_EQ(end.recv<int>(), i);
  });

  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(b.recv<int>(), i);
  for (std::thread* thread : {&from_a, &from_b, &at_a}) thread->join();
}

}  // namespace
}  // namespace mp
