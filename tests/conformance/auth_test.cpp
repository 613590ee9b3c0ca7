// CPython's tests of the handshake: OtherTest, ChallengeResponseTest, and _TestListener's on keys.
#include <libmp/libmp.hpp>

#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

constexpr std::chrono::seconds kPatience{30};

TEST(OtherTest, test_deliver_challenge_auth_failure) {
  auto [line, peer] = mp::Pipe();
  peer.send_bytes("something bogus");

  EXPECT_THROW(mp::deliver_challenge(line, "abc"), mp::AuthenticationError);

  EXPECT_THAT(peer.recv_bytes(), StartsWith("#CHALLENGE#"));
  EXPECT_EQ(peer.recv_bytes(), "#FAILURE#");
}

TEST(OtherTest, test_answer_challenge_auth_failure) {
  auto [line, peer] = mp::Pipe();
  peer.send_bytes("#CHALLENGE#" + std::string(20, 'x'));
  peer.send_bytes("something bogus");
  EXPECT_THROW(mp::answer_challenge(line, "abc"), mp::AuthenticationError);
  EXPECT_EQ(peer.recv_bytes().size(), 16u);

  auto [other_line, other_peer] = mp::Pipe();
  other_peer.send_bytes("#CHALLENGE#");
  EXPECT_THROW(mp::answer_challenge(other_line, "abc"), mp::AuthenticationError);
}

TEST(ChallengeResponseTest, test_challengeresponse) {
  const std::string key = "supadupasecretkey";
  for (const std::string_view digest : {"", "{md5}", "{sha256}"}) {
    auto [line, peer] = mp::Pipe();
    peer.send_bytes("#CHALLENGE#" + std::string(digest) + "mykeymykeymykeymykey");
    peer.send_bytes("#WELCOME#");

    mp::answer_challenge(line, key);

    const std::string response = peer.recv_bytes();
    EXPECT_THAT(response, StartsWith(digest));
    EXPECT_EQ(response.size(), digest.empty() ? 16u : digest == "{md5}" ? 21u : 40u);
  }
  for (const std::string_view digest : {"md5", "sha256"}) {
    auto [line, peer] = mp::Pipe();
    auto delivering = std::async(std::launch::async, [&, &end = line] {
      mp::deliver_challenge(end, key, digest, kPatience);
    });
    mp::answer_challenge(peer, key, kPatience);
    delivering.get();
  }
}

void send_1729(mp::Address address, std::string key) {
  mp::Client(address, {.authkey = key, .handshake_timeout = kPatience}).send(1729);
}

class TestListener : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Methods, TestListener, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

TEST_P(TestListener, test_empty_authkey) {
  for (const mp::AddressFamily family : {mp::AddressFamily::Inet, mp::AddressFamily::Unix}) {
    mp::Listener listener({.family = family, .authkey = "", .handshake_timeout = kPatience});
    mp::Process child = ctx.Process(send_1729, listener.address(), std::string());
    child.start();

    EXPECT_EQ(listener.accept().recv(), 1729);
    child.join();
    EXPECT_EQ(child.exitcode(), 0);
    listener.close();
    EXPECT_THROW((void)listener.accept(), mp::OSError);
  }
}

}  // namespace
