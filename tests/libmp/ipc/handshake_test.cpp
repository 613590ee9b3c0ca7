// The handshake as a machine: captured exchanges with CPython 3.8 to 3.13, every digest, every lie.
#include "ipc/handshake.hpp"

#include "ipc/auth.hpp"
#include "ipc/frame.hpp"
#include "libmp/serial/hex.hpp"

#include <numeric>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::ipc {
namespace {

using test::hex;
using test::unhex;
using testing::HasSubstr;
using Side = Handshake::Side;
using State = Handshake::State;

constexpr std::string_view kKey = "secret";

std::string counting(std::size_t count) {
  std::string bytes(count, '\0');
  std::iota(bytes.begin(), bytes.end(), '\0');
  return bytes;
}

std::string framed(std::string_view message) {
  std::string out;
  append_frame(out, message);
  return out;
}

// Takes the only frame out of a handshake's output.
std::string said(Handshake& handshake) {
  std::string output = std::exchange(handshake.output(), {});
  if (output.size() < kShortHeader) return {};
  std::string message = output.substr(kShortHeader);
  EXPECT_EQ(output, framed(message)) << "more or less than one frame";
  return message;
}

// Both sides, until neither says anything more.
void converse(Handshake& listener, Handshake& client) {
  for (int i = 0; i < 8; ++i) {
    if (!listener.output().empty()) client.feed(said(listener));
    if (!client.output().empty()) listener.feed(said(client));
  }
}

struct Vector {
  Digest digest;
  std::string_view mac;
};

TEST(Hmac, AgreesWithCPythonOnTheOldMessage) {
  EXPECT_EQ(hex(hmac(Digest::Md5, kKey, counting(20)).value()),
            hex(unhex("7defa9cc46abc3583325d17ccda75190")));
}

TEST(Hmac, AgreesWithCPythonInEveryDigest) {
  const std::string message = "{sha256}" + counting(40);
  const Vector vectors[] = {
      {Digest::Md5, "8e48d2bb349b4b72b9382999ed5b62eb"},
      {Digest::Sha256, "fc57fbe650d6124b98215e7b5d197d5807ad69982d275a9735ea2d56f1fa6989"},
      {Digest::Sha384,
       "98030e6b3d09dd7eb5b7cf5f0a8c32b12ddb22d4d698e98b35f0f4690116fa5b"
       "cd125f45b2d89a7fc2f902c009a6f961"},
      {Digest::Sha3_256, "4267b9809ac390ef0e6594601ec515dd8b6c2134c01fbdcd90fcc05750ec16ce"},
      {Digest::Sha3_384,
       "8f7c0b025ef0a88432bc2c75e9272002839245e5afc9d59271c99679e10afcd3"
       "bffa25c63dae3cfdeab6bcf4de17d2ac"},
  };
  for (const Vector& vector : vectors) {
    EXPECT_EQ(hmac(vector.digest, kKey, message).value(), unhex(vector.mac))
        << digest_name(vector.digest);
    const std::string prefix = "{" + std::string(digest_name(vector.digest)) + "}";
    EXPECT_TRUE(verify_response(message, prefix + unhex(vector.mac), kKey).ok()) << prefix;
  }
}

TEST(Hmac, TakesAnEmptyKey) {
  EXPECT_EQ(hmac(Digest::Sha256, "", "m")->size(), 32u);
  EXPECT_NE(hmac(Digest::Sha256, "", "m"), hmac(Digest::Sha256, kKey, "m"));
}

TEST(Handshake, AnswersTheCapturedListenerOfPython311) {
  const std::string challenge = unhex(
      "23 43 48 41 4c 4c 45 4e 47 45 23 91 18 4f 2d a2 94 88 36 50 a5 71 73 49 36 6a 6b 57 21 "
      "cd 23");
  Handshake client(Side::Client, std::string(kKey));

  client.feed(challenge);

  EXPECT_EQ(hex(client.output()), hex(unhex("00 00 00 10 83 0f e2 8a d7 a9 d0 63 5c b5 b9 aa dc 87 "
                                            "d1 fd")));
  EXPECT_EQ(client.state(), State::Verdict);
}

TEST(Handshake, AnswersTheCapturedListenerOfPython312) {
  const std::string message = unhex(
      "7b 73 68 61 32 35 36 7d 3f 12 ff b8 11 aa f3 7d 88 a9 08 7e 24 78 fd fe 12 cf 8a c2"
      "ea a3 0d ea d2 ac 2c 6c 53 0e a3 fe cc 37 ca d3 64 d8 82 bc");
  Handshake client(Side::Client, std::string(kKey));

  client.feed("#CHALLENGE#" + message);

  EXPECT_EQ(
      hex(client.output()),
      hex(unhex("00 00 00 28 7b 73 68 61 32 35 36 7d dc 54 fd 02 91 35 c4 2b 4a 44 8d 28 52 29 "
                "f5 32 a9 1c 40 1d 29 8b 41 2a bf 9d 43 6f 6f 70 e0 79")));
}

TEST(Handshake, AcceptsTheCapturedAnswerOfPython311ToANewChallenge) {
  const std::string message = unhex(
      "7b7368613235367d84a678b17053049e5f9a2bedc78e235d9251b790e64d0693e6f142f0ea703c6466fe7da"
      "6749921c2");
  Handshake listener(Side::Listener, std::string(kKey), message);
  EXPECT_EQ(said(listener), "#CHALLENGE#" + message);

  listener.feed(unhex("0d549ea0e2dda29110f095782411d242"));

  EXPECT_EQ(said(listener), "#WELCOME#");
  EXPECT_EQ(listener.state(), State::Challenge);
}

TEST(Handshake, ListenerDemandsFirstThenAnswers) {
  const std::string mine = "{sha256}" + counting(40);
  Handshake listener(Side::Listener, std::string(kKey), mine);

  EXPECT_EQ(hex(listener.output().substr(0, 4)), hex(unhex("0000003b")));
  EXPECT_EQ(said(listener), "#CHALLENGE#" + mine);
  listener.feed(answer_to(mine, kKey).value());
  EXPECT_EQ(said(listener), "#WELCOME#");
  listener.feed("#CHALLENGE#" + counting(20));
  EXPECT_EQ(hex(said(listener)), hex(unhex("7defa9cc46abc3583325d17ccda75190")));
  listener.feed("#WELCOME#");
  EXPECT_EQ(listener.state(), State::Done);
  EXPECT_TRUE(listener.output().empty());
}

TEST(Handshake, TwoOfUsAgree) {
  for (const std::string& key : {std::string(kKey), std::string(), std::string("\0\xff", 2)}) {
    Handshake listener(Side::Listener, key);
    Handshake client(Side::Client, key);

    converse(listener, client);

    EXPECT_EQ(listener.state(), State::Done);
    EXPECT_EQ(client.state(), State::Done);
  }
}

TEST(Handshake, BothSidesLearnThatTheKeysDiffer) {
  Handshake listener(Side::Listener, "one");
  Handshake client(Side::Client, "other");

  converse(listener, client);

  EXPECT_EQ(listener.state(), State::Failed);
  EXPECT_THAT(listener.reason(), HasSubstr("keys differ"));
  EXPECT_EQ(client.state(), State::Failed);
  EXPECT_THAT(client.reason(), HasSubstr("rejected"));
}

TEST(Handshake, NeverAnswersAChallengeBeforeThePeerHasProvedItself) {
  Handshake listener(Side::Listener, std::string(kKey));
  said(listener);

  listener.feed("#CHALLENGE#" + counting(40));

  EXPECT_EQ(said(listener), "#FAILURE#");
  EXPECT_EQ(listener.state(), State::Failed);
}

TEST(Handshake, ClientToldOfNoKeySaysSo) {
  Handshake client(Side::Client, std::string(kKey));

  client.feed(unhex("80044e2e"));

  EXPECT_THAT(client.reason(), HasSubstr("no challenge"));
  EXPECT_TRUE(client.output().empty());
}

TEST(Handshake, NothingMovesItOnceItIsOver) {
  Handshake client(Side::Client, std::string(kKey));
  client.refuse("enough");

  client.feed("#CHALLENGE#" + counting(20));
  client.refuse("again");

  EXPECT_EQ(client.reason(), "enough");
  EXPECT_TRUE(client.output().empty());
}

TEST(Handshake, ChallengesDiffer) {
  const std::string one = make_challenge();

  EXPECT_EQ(one.size(), 48u);
  EXPECT_TRUE(one.starts_with("{sha256}"));
  EXPECT_NE(one, make_challenge());
}

TEST(Answer, UsesTheDigestThatTheChallengeNames) {
  for (const std::string_view prefix :
       {"{md5}", "{sha256}", "{sha384}", "{sha3_256}", "{sha3_384}"}) {
    const std::string challenge = std::string(prefix) + counting(21);
    const Result<std::string> answer = answer_to(challenge, "supadupasecretkey");
    ASSERT_TRUE(answer.ok()) << prefix;
    EXPECT_TRUE(answer.value().starts_with(prefix));
    EXPECT_TRUE(verify_response(challenge, answer.value(), "supadupasecretkey").ok()) << prefix;
    EXPECT_FALSE(verify_response(challenge, answer.value(), "another").ok()) << prefix;
  }
}

// What a 3.12 listener refuses (checked against one), we refuse too.
TEST(Answer, RefusesBadChallenges) {
  const std::string bad[] = {counting(0),
                             counting(16),
                             counting(19),
                             counting(21),
                             "{sha512}" + counting(40),
                             "{sha1}" + counting(40),
                             "{sha256" + counting(40),
                             "sha256}" + counting(40),
                             "{}" + counting(40)};
  for (const std::string& challenge : bad) {
    EXPECT_FALSE(answer_to(challenge, kKey).ok()) << hex(challenge);
  }
}

TEST(Verdict, RefusesBadResponses) {
  const std::string challenge = "{sha256}" + counting(40);
  const std::string mac = hmac(Digest::Sha256, kKey, challenge).value();
  std::string bent = mac;
  bent[31] = static_cast<char>(bent[31] ^ 1);
  const std::string bad[] = {"",
                             mac,  // raw, without its prefix
                             "{sha256}" + mac.substr(0, 16),
                             "{sha256}" + mac + "x",
                             "{sha256}" + bent,
                             "{sha512}" + mac,
                             "{md5}" + mac,
                             std::string(16, '\0'),
                             std::string(20, '\0')};

  EXPECT_TRUE(verify_response(challenge, "{sha256}" + mac, kKey).ok());
  for (const std::string& response : bad) {
    EXPECT_FALSE(verify_response(challenge, response, kKey).ok()) << hex(response);
  }
}

TEST(ProcessAuthkey, IsThirtyTwoRandomBytesThatForkedChildrenShare) {
  EXPECT_EQ(process_authkey().size(), 32u);
  EXPECT_NE(process_authkey(), std::string(32, '\0'));
}

}  // namespace
}  // namespace mp::ipc
