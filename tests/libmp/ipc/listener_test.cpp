// Listener and Client: addresses, handshakes, and what bad neighbours cannot do to good ones.
#include "support/temp_dir.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/wait.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr auto kPatience = 20s;

// Connects to a listener on a unix path and then does what it is told: the peer from hell.
class Stranger {
 public:
  explicit Stranger(const Address& address)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.path().copy(name.sun_path, sizeof name.sun_path - 1);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  }
  Stranger(Stranger&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Stranger& operator=(Stranger&&) = delete;
  ~Stranger() {
    if (fd_ >= 0) ::close(fd_);
  }

  void say(std::string_view bytes) const {
    (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  // Blocks until the listener has closed; what it said until then.
  std::string hear_to_the_end() const {
    std::string all;
    std::array<char, 512> part{};
    for (ssize_t got = 0; (got = ::read(fd_, part.data(), part.size())) > 0;) {
      all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  int fd_;
};

std::string auth_error_in(const std::function<void()>& call) {
  try {
    call();
  } catch (const AuthenticationError& error) {
    return error.what();
  }
  return "no AuthenticationError";
}

// A client in a thread of its own: sends its word and closes.
std::future<void> visitor(const Address& address, ClientOptions options, std::string word) {
  return std::async(std::launch::async, [=] { Client(address, options).send_bytes(word); });
}

TEST(Address, FamilyFollowsFromTheForm) {
  EXPECT_EQ(Address("/tmp/x").family(), AddressFamily::Unix);
  EXPECT_EQ(Address("localhost", 6000).family(), AddressFamily::Inet);
  EXPECT_TRUE(Address("\0name").is_abstract());
  EXPECT_EQ(Address("\0name").path(), std::string("\0name", 5));
  EXPECT_EQ(Address("\0name").str(), "@name");
  EXPECT_EQ(Address("localhost", 6000).str(), "localhost:6000");
  EXPECT_EQ(Address("::1", 6000).family(), AddressFamily::Inet6);
  EXPECT_EQ(Address("::1", 6000).str(), "[::1]:6000");
}

TEST(Address, BadOnesAreValueErrors) {
  EXPECT_THROW(Address(""), ValueError);
  EXPECT_THROW(Address("\\\\.\\pipe\\test"), ValueError);
  EXPECT_THROW(Address("localhost", 65536), ValueError);
  EXPECT_THROW(Address("localhost", -1), ValueError);
  EXPECT_THROW(Address("/tmp/" + std::string(120, 'x')), ValueError);
  EXPECT_THROW(Address(std::string(1, '\0') + std::string(108, 'x')), ValueError);
}

TEST(Address, IsATupleOrAStrInObjectsAsInPython) {
  EXPECT_EQ(Object(Address("localhost", 6000)), (tuple{"localhost", 6000}));
  EXPECT_EQ(Object(Address("/tmp/x")), "/tmp/x");
  EXPECT_EQ((tuple{"::1", 6000}).as<Address>(), Address("::1", 6000));
  EXPECT_EQ(Object("/tmp/x").as<Address>(), Address("/tmp/x"));
  EXPECT_EQ(bytes(std::string_view("\0name", 5)).as<Address>(), Address("\0name"));
  EXPECT_THROW((void)bytes("/tmp/x").as<Address>(), ValueError);
  EXPECT_THROW((void)Object(7).as<Address>(), TypeError);
  EXPECT_THROW((void)(tuple{"localhost", 70000}).as<Address>(), ValueError);
}

TEST(Address, AWindowsPipeIsRefusedInPythonsWords) {
  try {
    const Address pipe("\\\\.\\pipe\\test");
    FAIL() << "accepted as " << pipe.str();
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Family AF_PIPE is not recognized."));
  }
}

bool has_ipv6() {
  try {
    const Listener listener({.family = AddressFamily::Inet6});
    return listener.address().host() == "::1";
  } catch (const OSError&) {
    return false;
  }
}

class EveryFamily : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::string_view(GetParam()) == "inet6" && !has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  }
  Address free_address() const {
    const std::string kind = GetParam();
    if (kind == "inet") return {"localhost", 0};
    if (kind == "inet6") return {"::1", 0};
    if (kind == "abstract") {
      return std::string(1, '\0') + "libmp-test-" + std::to_string(::getpid());
    }
    if (kind == "unix") return (folder_ / "socket").string();
    const std::filesystem::path deep = folder_ / std::string(150, 'd');
    std::filesystem::create_directory(deep);
    return (deep / "socket").string();
  }

 private:
  support::TempDir folder_;
};

TEST_P(EveryFamily, ClientMeetsListener) {
  Listener listener(free_address());
  auto guest = visitor(listener.address(), {}, "hello");

  EXPECT_EQ(listener.accept().recv_bytes(), "hello");
  guest.get();
}

TEST_P(EveryFamily, ClientMeetsListenerWithAKey) {
  Listener listener(free_address(), {.authkey = "secret password"});
  auto guest = visitor(listener.address(), {.authkey = "secret password"}, "hello");

  EXPECT_EQ(listener.accept().recv_bytes(), "hello");
  guest.get();
}

TEST_P(EveryFamily, AWrongKeyIsAnErrorOnBothSidesAndTheListenerGoesOn) {
  Listener listener(free_address(), {.authkey = "right"});
  auto wrong = visitor(listener.address(), {.authkey = "wrong"}, "x");
  EXPECT_THAT(auth_error_in([&] { (void)listener.accept(); }), HasSubstr("keys differ"));
  EXPECT_THROW(wrong.get(), AuthenticationError);

  auto right = visitor(listener.address(), {.authkey = "right"}, "welcome");
  EXPECT_EQ(listener.accept().recv_bytes(), "welcome");
  right.get();
}

TEST_P(EveryFamily, AnAddressInUseIsAnOsError) {
  const Listener first(free_address());

  EXPECT_THROW(Listener second(first.address()), OSError);
}

TEST_P(EveryFamily, AMessageSentBeforeAcceptIsRead) {
  Listener listener(free_address());
  visitor(listener.address(), {}, "gone already").get();

  Connection connection = listener.accept();
  EXPECT_EQ(connection.recv_bytes(), "gone already");
  EXPECT_THROW((void)connection.recv_bytes(), EOFError);
}

INSTANTIATE_TEST_SUITE_P(Addresses, EveryFamily,
                         testing::Values("inet", "inet6", "unix", "abstract", "long"),
                         [](const auto& each) { return std::string(each.param); });

TEST(Listener, ReportsTheRealAddressAndTheLastPeer) {
  Listener listener({"localhost", 0});
  EXPECT_EQ(listener.address().host(), "127.0.0.1");
  EXPECT_NE(listener.address().port(), 0);
  EXPECT_FALSE(listener.last_accepted());

  const Connection client = Client(listener.address());
  const Connection accepted = listener.accept();

  ASSERT_TRUE(listener.last_accepted());
  EXPECT_EQ(listener.last_accepted()->host(), "127.0.0.1");
  EXPECT_NE(listener.last_accepted()->port(), listener.address().port());
}

TEST(Listener, AnEmptyHostIsEveryAddressOfThisMachine) {
  EXPECT_EQ(Listener({"", 0}).address().host(), "0.0.0.0");
}

TEST(Listener, LastAcceptedOfAUnixPeerIsEmpty) {
  Listener listener;
  const Connection client = Client(listener.address());
  const Connection accepted = listener.accept();

  EXPECT_EQ(listener.last_accepted()->path(), "");
}

TEST(Listener, DefaultAddressIsPrivateAndGoneAfterwards) {
  std::optional<Listener> listener(std::in_place);
  const std::filesystem::path path = listener->address().path();
  struct stat folder{};
  ASSERT_EQ(::stat(path.parent_path().c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 0777u, 0700u);

  listener->close();

  EXPECT_FALSE(std::filesystem::exists(path.parent_path()));
  EXPECT_THROW((void)listener->accept(), OSError);
  EXPECT_THROW((void)listener->address(), OSError);
}

TEST(Listener, TheFamilyChoosesTheDefaultAddressAndMustFitAGivenOne) {
  EXPECT_EQ(Listener({.family = AddressFamily::Inet}).address().family(), AddressFamily::Inet);
  EXPECT_EQ(Listener({.family = AddressFamily::Unix}).address().family(), AddressFamily::Unix);
  EXPECT_THROW(Listener("/tmp/x", {.family = AddressFamily::Inet}), ValueError);
  EXPECT_THROW(Listener({"127.0.0.1", 0}, {.family = AddressFamily::Inet6}), ValueError);
}

TEST(Listener, AForkedChildDoesNotRemoveTheSocket) {
  Listener listener;
  const pid_t child = ::fork();
  if (child == 0) {
    listener.close();
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);

  const Connection client = Client(listener.address());
  EXPECT_TRUE(listener.accept(kPatience));
}

TEST(Listener, RemovesOnlyItsOwnSocket) {
  const support::TempDir folder;
  const std::string path = (folder / "s").string();
  Listener first(path);
  std::filesystem::remove(path);
  Listener second(path);

  first.close();

  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(Listener, AForkedChildAcceptsForItself) {
  Listener listener({.authkey = "k"});
  const Stranger half_open(listener.address());
  EXPECT_FALSE(listener.accept(0s));
  std::array<int, 2> result{};
  ASSERT_EQ(::pipe(result.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const char verdict = listener.accept().recv_bytes() == "for the child" ? 'y' : 'n';
    ::_exit(::write(result[1], &verdict, 1) == 1 ? 0 : 1);
  }

  Client(listener.address(), {.authkey = "k"}).send_bytes("for the child");

  char verdict = '?';
  EXPECT_EQ(::read(result[0], &verdict, 1), 1);
  EXPECT_EQ(verdict, 'y');
  ::waitpid(child, nullptr, 0);
  ::close(result[0]);
  ::close(result[1]);
}

TEST(Listener, AcceptWithATimeoutIsEmptyWhenNobodyComes) {
  Listener open;
  Listener guarded({.authkey = "k"});

  EXPECT_FALSE(open.accept(0s));
  EXPECT_FALSE(open.accept(1ms));
  EXPECT_FALSE(guarded.accept(1ms));
}

TEST(Listener, FilenoTellsWhenThereIsSomethingToDo) {
  Listener listener({.authkey = "k"});
  EXPECT_TRUE(wait({listener}, 0s).empty());
  auto guest = visitor(listener.address(), {.authkey = "k"}, "hello");

  std::optional<Connection> connection;
  while (!connection) {
    ASSERT_EQ(wait({listener}, kPatience).size(), 1u) << "stuck in the middle of a handshake";
    connection = listener.accept(0s);
  }
  EXPECT_EQ(connection->recv_bytes(), "hello");
  guest.get();
}

TEST(Listener, ConnectionsAreBlockingAgain) {
  Listener listener({.authkey = "k"});
  auto guest = visitor(listener.address(), {.authkey = "k"}, "x");
  const Connection accepted = listener.accept();

  EXPECT_EQ(::fcntl(accepted.fileno(), F_GETFL) & O_NONBLOCK, 0);
  guest.get();
}

TEST(Listener, TwoHundredSilentPeersDoNotDelayGoodOnes) {
  Listener listener({.authkey = "k", .handshake_timeout = 1h});
  std::vector<Stranger> silent;
  for (int i = 0; i < 100; ++i) silent.emplace_back(listener.address());
  auto guest =
      visitor(listener.address(), {.authkey = "k", .handshake_timeout = kPatience}, "good");
  EXPECT_EQ(listener.accept().recv_bytes(), "good");
  guest.get();

  for (int i = 0; i < 100; ++i) {
    silent.emplace_back(listener.address());
    EXPECT_FALSE(listener.accept(0s));
  }
  guest = visitor(listener.address(), {.authkey = "k", .handshake_timeout = kPatience}, "too");
  EXPECT_EQ(listener.accept().recv_bytes(), "too");
  guest.get();
}

// The handshake of a peer has several messages, and each has its time: who comes late with the
// last one, because nobody was in accept(), is not turned away.
TEST(Listener, APeerIsNotMadeToPayForTheTimeThatNobodyAccepts) {
  Listener listener({.authkey = "k", .handshake_timeout = 50ms});
  auto guest = visitor(listener.address(), {.authkey = "k", .handshake_timeout = kPatience}, "x");
  while (!wait({listener}, kPatience).empty()) {
    if (std::optional<Connection> accepted = listener.accept(0s)) {
      EXPECT_EQ(accepted->recv_bytes(), "x");
      return guest.get();
    }
    std::this_thread::sleep_for(60ms);
  }
  FAIL() << "nothing happens any more";
}

// Whoever has a key and whoever has none find out, both of them, with the options as they are.
TEST(Mismatch, AListenerWithAKeyAndAClientWithoutOne) {
  Listener listener({.authkey = "k"});
  Connection client = Client(listener.address());

  EXPECT_THAT(auth_error_in([&] { (void)listener.accept(); }), HasSubstr("said nothing in time"));
  EXPECT_THAT(auth_error_in([&] { (void)client.recv(); }), HasSubstr("demands a key"));
}

TEST(Mismatch, AListenerWithoutAKeyAndAClientWithOne) {
  Listener listener;
  auto guest = std::async(std::launch::async, [&] {
    return auth_error_in([&] { (void)Client(listener.address(), {.authkey = "k"}); });
  });

  Connection connection = listener.accept();

  EXPECT_THROW((void)connection.recv(), EOFError);
  EXPECT_THAT(guest.get(), HasSubstr("said nothing in time"));
}

TEST(Listener, EachPeerThatFailsIsReportedOnce) {
  Listener listener({.authkey = "k"});
  const auto failure_of = [&](std::string_view words) {
    const Stranger stranger(listener.address());
    stranger.say(words);
    return auth_error_in([&] { (void)listener.accept(kPatience); });
  };

  EXPECT_THAT(failure_of(std::string("\0\0\0\x03yes", 7)), HasSubstr("names no digest"));
  EXPECT_THAT(failure_of(std::string("\0\0\1\1", 4)), HasSubstr("too long"));
  EXPECT_THAT(failure_of("GET / HTTP/1.1\r\n\r\n"), HasSubstr("too long"));
  EXPECT_THAT(failure_of("\xff\xff\xff\xf0"), HasSubstr("does not speak this protocol"));
  EXPECT_FALSE(listener.accept(0s));
}

TEST(Listener, APeerThatLeavesIsReported) {
  Listener listener({.authkey = "k"});
  {
    const Stranger stranger(listener.address());
  }

  EXPECT_THAT(auth_error_in([&] { (void)listener.accept(kPatience); }), HasSubstr("closed"));
}

TEST(Listener, ASilentPeerIsDroppedAtTheDeadline) {
  Listener listener({.authkey = "k", .handshake_timeout = 10ms});
  const Stranger silent(listener.address());

  EXPECT_THAT(auth_error_in([&] { (void)listener.accept(); }), HasSubstr("said nothing in time"));
  EXPECT_THAT(silent.hear_to_the_end(), HasSubstr("#FAILURE#"));
}

TEST(Listener, TellsARefusedPeerSo) {
  Listener listener({.authkey = "k"});
  const Stranger stranger(listener.address());
  stranger.say(std::string("\0\0\0\x10", 4) + std::string(16, 'x'));

  EXPECT_THROW((void)listener.accept(), AuthenticationError);
  EXPECT_THAT(stranger.hear_to_the_end(), testing::EndsWith("#FAILURE#"));
}

TEST(Listener, AFullHouseMakesRoomForNewPeers) {
  Listener listener({.authkey = "k", .handshake_timeout = 1h, .max_half_open = 4});
  std::vector<Stranger> silent;
  for (int i = 0; i < 8; ++i) silent.emplace_back(listener.address());
  auto guest =
      visitor(listener.address(), {.authkey = "k", .handshake_timeout = kPatience}, "good");

  std::optional<Connection> connection;
  for (int refused = 0; !connection; ++refused) {
    ASSERT_LE(refused, 8);
    try {
      connection = listener.accept(kPatience);
      ASSERT_TRUE(connection);
    } catch (const AuthenticationError& error) {
      EXPECT_THAT(error.what(), HasSubstr("too many peers"));
    }
  }
  EXPECT_EQ(connection->recv_bytes(), "good");
  guest.get();
}

TEST(Listener, AClientWithoutAKeyLearnsItAtItsFirstRecv) {
  Listener listener({.authkey = "k"});
  auto guest = std::async(std::launch::async, [&] {
    Connection connection = Client(listener.address());
    const std::string error = auth_error_in([&] { (void)connection.recv(); });
    return std::pair(error, connection.closed());
  });

  // The client closes when it sees the challenge: so the listener need not wait for its deadline.
  EXPECT_THAT(auth_error_in([&] { (void)listener.accept(kPatience); }), HasSubstr("closed"));
  const auto [error, closed] = guest.get();
  EXPECT_THAT(error, HasSubstr("demands a key"));
  EXPECT_TRUE(closed);
}

TEST(Listener, AClientWithoutAKeyThatSpeaksFirstIsRefusedAtOnce) {
  Listener listener({.authkey = "k"});
  Connection client = Client(listener.address());
  client.send(list{1, 2});

  EXPECT_THROW((void)listener.accept(kPatience), AuthenticationError);
  EXPECT_THROW((void)client.recv(), AuthenticationError);
}

TEST(Client, NobodyThereIsAnOsError) {
  const support::TempDir folder;

  EXPECT_THROW((void)Client((folder / "nobody").string()), OSError);
}

TEST(Client, AListenerWithoutAKeyIsAnErrorAtTheDeadline) {
  Listener listener;
  auto guest = std::async(std::launch::async, [&] {
    return auth_error_in(
        [&] { (void)Client(listener.address(), {.authkey = "k", .handshake_timeout = 50ms}); });
  });

  Connection connection = listener.accept();

  EXPECT_THAT(guest.get(), HasSubstr("said nothing in time"));
  EXPECT_THROW((void)connection.recv(), EOFError);
}

TEST(Client, AListenerWithoutAKeyThatSpeaksFirstIsAnErrorAtOnce) {
  Listener listener;
  auto guest = std::async(std::launch::async, [&] {
    return auth_error_in([&] {
      (void)Client(listener.address(), {.authkey = "k", .handshake_timeout = kPatience});
    });
  });

  listener.accept().send("welcome");

  EXPECT_THAT(guest.get(), HasSubstr("no challenge"));
}

TEST(Client, AFullBacklogIsATimeoutError) {
  Listener listener({.backlog = 0});
  std::vector<Connection> waiting;

  EXPECT_THROW(
      {
        for (int i = 0; i < 10; ++i)
          waiting.push_back(Client(listener.address(), {.timeout = 20ms}));
      },
      TimeoutError);
}

TEST(Client, AnEmptyKeyIsAKey) {
  Listener listener({.authkey = ""});
  auto guest = visitor(listener.address(), {.authkey = ""}, "1729");

  EXPECT_EQ(listener.accept().recv_bytes(), "1729");
  guest.get();
}

}  // namespace
}  // namespace mp
