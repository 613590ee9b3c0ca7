#include "link/server.hpp"
#include "os/identity.hpp"
#include "os/modules.hpp"
#include "os/process_id.hpp"
#include "session/session.hpp"
#include "support/deadline.hpp"
#include "support/event_scenarios.hpp"
#include "support/temp_dir.hpp"
#include "wire/bytes.hpp"
#include "wire/crc32c.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using inspector::link::LiveSource;
using inspector::link::Server;
using inspector::session::Session;
using inspector::session::SourceState;
using support::EventBuilder;
using testing::HasSubstr;
namespace wire = mp::wire;

constexpr const char* kKey = "the key";

void send(mp::Connection& to, const wire::Frame& frame) {
  to.send_bytes(wire::encode_frame(frame));
}
wire::HelloFrame hello(std::string program = "pipeline") {
  return {.tree = 7, .program = std::move(program)};
}

// Takes what comes until the source has ended, or `enough` says so.
template <class Enough>
void pump_until(Session& session, const Enough& enough) {
  const support::Deadline deadline(20s);
  while (!enough()) {
    ASSERT_FALSE(deadline.passed()) << "nothing came: " << session.trouble();
    if (!session.pump()) std::this_thread::yield();
  }
}
void pump_to_end(Session& session) {
  pump_until(session, [&] { return session.state() != SourceState::Running; });
}

// A source with a test at the other end.
struct Linked {
  Linked() : Linked(mp::Pipe()) {}
  explicit Linked(std::pair<mp::Connection, mp::Connection> ends)
      : reporter(std::move(ends.second)),
        session(std::make_unique<LiveSource>(std::move(ends.first), "test")) {}
  mp::Connection reporter;
  Session session;
};

TEST(LiveSource, BringsAStoryFromHelloToBye) {
  Linked linked;
  EventBuilder builder;
  support::deadlock_of_two(builder);
  send(linked.reporter, hello());
  send(linked.reporter, wire::EventsFrame{.first = 0, .batch = builder.batch()});
  send(linked.reporter, wire::ByeFrame{});
  pump_to_end(linked.session);
  EXPECT_EQ(linked.session.state(), SourceState::Finished);
  EXPECT_EQ(linked.session.hello(), hello());
  EXPECT_EQ(linked.session.newest().event_count(), builder.batch().events.size());
  EXPECT_EQ(linked.session.newest().locks().rows().size(), 2U);
}

// Here, where the files are: what is recorded is read elsewhere.
TEST(LiveSource, NamesTheCallSitesOfItsPeer) {
  const auto place = mp::os::place_of(reinterpret_cast<const void*>(&pump_to_end));
  ASSERT_TRUE(place);
  wire::CallSite site;
  site.modules = {{mp::os::executable(mp::os::self().pid), mp::os::to_string(place->module)}};
  site.calls = {{0, place->offset}};
  Linked linked;
  EventBuilder builder;
  const auto root = builder.root();
  builder.call_site(root, 1, site);
  site.modules[0].build_id = "c0ffee";
  builder.call_site(root, 2, site);
  builder.mark(root, "after");
  send(linked.reporter, hello());
  send(linked.reporter, wire::EventsFrame{.first = 0, .batch = builder.batch()});
  send(linked.reporter, wire::ByeFrame{});
  pump_to_end(linked.session);

  const auto& sites = linked.session.newest().call_sites();
  EXPECT_THAT(sites.text(root, 1), HasSubstr("link/link_test.cpp:"));
  EXPECT_THAT(sites.text(root, 2), HasSubstr("link_test+0x"));
  EXPECT_EQ(linked.session.newest().journal().marks.rows().at(0).text, "after");
}

TEST(LiveSource, APeerThatVanishesIsLostAfterItsLastEvent) {
  Linked linked;
  EventBuilder builder;
  builder.root();
  send(linked.reporter, hello());
  send(linked.reporter, wire::EventsFrame{.first = 0, .batch = builder.batch()});
  linked.reporter.close();
  pump_to_end(linked.session);
  EXPECT_EQ(linked.session.state(), SourceState::Lost);
  EXPECT_EQ(linked.session.newest().event_count(), 1U);
  EXPECT_EQ(linked.session.trouble(), "test: the reporter has gone without saying goodbye");
}

TEST(LiveSource, AnOrderToOneWhoHasGoneCostsNothingOfWhatItSaid) {
  constexpr std::size_t kFrames = 20;  // as many as a pipe holds that nobody reads
  auto [mine, reporter] = mp::Pipe();
  send(reporter, hello());
  EventBuilder builder;
  builder.root();
  for (std::size_t i = 0; i < kFrames; ++i) {
    send(reporter, wire::EventsFrame{.first = i, .batch = builder.take()});
    builder.tick();
  }
  send(reporter, wire::ByeFrame{});
  reporter.close();
  auto source = std::make_unique<LiveSource>(std::move(mine), "test");
  source->set_level(3);
  Session session(std::move(source));

  pump_to_end(session);

  EXPECT_EQ(session.state(), SourceState::Finished) << session.trouble();
  EXPECT_EQ(session.newest().event_count(), kFrames);
}

struct BadFrame {
  const char* name;
  std::vector<std::string> frames;
  const char* trouble;
};

std::string bent_frame() {
  std::string frame = wire::encode_frame(wire::LevelFrame{1});
  frame.back() ^= 1;
  return frame;
}
std::string other_version() {
  std::string frame = wire::encode_frame(hello());
  frame[4] = 2;
  return frame;
}

class LiveSourceRefuses : public testing::TestWithParam<BadFrame> {};

TEST_P(LiveSourceRefuses, WithOneClearLine) {
  Linked linked;
  try {
    for (const std::string& frame : GetParam().frames) linked.reporter.send_bytes(frame);
  } catch (const mp::OSError&) {
    // It hung up in the middle of what it does not want.
  }
  pump_to_end(linked.session);
  EXPECT_EQ(linked.session.state(), SourceState::Lost);
  EXPECT_THAT(linked.session.trouble(), HasSubstr(GetParam().trouble));
  EXPECT_EQ(linked.session.trouble().find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    All, LiveSourceRefuses,
    testing::Values(BadFrame{"Garbage", {std::string(500, 'g')}, "not a frame"},
                    BadFrame{"Empty", {""}, "not a frame"},
                    BadFrame{"Damage",
                             {wire::encode_frame(hello()), bent_frame()},
                             "the checksum does not fit"},
                    BadFrame{"Version", {other_version()}, "frame version 2, this side speaks 1"},
                    BadFrame{"TooLong", {std::string(wire::kMaxFrameBytes + 1, 'x')}, "test: "},
                    BadFrame{"EventsFirst",
                             {wire::encode_frame(wire::EventsFrame{})},
                             "events before the hello"},
                    BadFrame{"Hole",
                             {wire::encode_frame(hello()),
                              wire::encode_frame(wire::EventsFrame{.first = 5, .batch = {}})},
                             "events are missing from the stream"}),
    [](const auto& one) { return one.param.name; });

TEST(LiveSource, FramesOfANewerReporterAreSkipped) {
  std::string unknown;
  wire::put_le(unknown, wire::kFrameMagic);
  wire::put_le(unknown, wire::kFrameVersion);
  wire::put_le(unknown, std::uint16_t{77});
  wire::put_le(unknown, std::uint32_t{0});
  wire::put_le(unknown, wire::crc32c(unknown));
  Linked linked;
  send(linked.reporter, hello());
  linked.reporter.send_bytes(unknown);
  send(linked.reporter, wire::ByeFrame{});
  pump_to_end(linked.session);
  EXPECT_EQ(linked.session.state(), SourceState::Finished);
}

TEST(LiveSource, LevelsGoToTheReporter) {
  Linked linked;
  send(linked.reporter, hello());
  linked.session.set_level(3);
  const std::string bytes = linked.reporter.recv_bytes(std::nullopt, 20s);
  const auto frame = wire::decode_frame(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame.value(), wire::Frame(wire::LevelFrame{3}));
}

TEST(LiveSource, LeavesWhileTheReporterIsSilent) {
  Linked linked;  // nothing is sent: the destructor must not wait for it
}

std::unique_ptr<LiveSource> next_peer(Server& server) {
  const support::Deadline deadline(20s);
  while (!deadline.passed()) {
    auto fresh = server.take_new();
    if (!fresh.empty()) return std::move(fresh.front());
    std::this_thread::yield();
  }
  ADD_FAILURE() << "nobody came";
  return nullptr;
}

std::vector<std::string> next_notices(Server& server) {
  const support::Deadline deadline(20s);
  while (!deadline.passed()) {
    auto notices = server.take_notices();
    if (!notices.empty()) return notices;
    std::this_thread::yield();
  }
  return {};
}

// A port that was free a moment ago.
std::string tcp_place() {
  const mp::Listener listener(mp::Address("127.0.0.1", 0));
  return "tcp://127.0.0.1:" + std::to_string(listener.address().port());
}

// What Server::listening() says, as an address to connect to.
mp::Address address_of(const std::string& listening) {
  if (listening.starts_with("unix:")) return mp::Address(listening.substr(5));
  const std::size_t colon = listening.rfind(':');
  return mp::Address(listening.substr(4, colon - 4), std::stoi(listening.substr(colon + 1)));
}

TEST(Server, TakesReportersOverUnixAndTcp) {
  const support::TempDir dir;
  Server server({.addresses = {(dir / "i.sock").string(), tcp_place()}, .key = kKey});
  ASSERT_TRUE(server.problems().empty()) << server.problems()[0];
  ASSERT_EQ(server.listening().size(), 2U);
  for (const std::string& place : server.listening()) {
    mp::Connection reporter = mp::Client(address_of(place), {.authkey = kKey});
    send(reporter, hello(place));
    send(reporter, wire::ByeFrame{});
    Session session(next_peer(server));
    pump_to_end(session);
    EXPECT_EQ(session.hello()->program, place);
  }
}

TEST(Server, StrangersCostALineAndDisturbNobody) {
  const support::TempDir dir;
  Server server({.addresses = {(dir / "i.sock").string()}, .key = kKey});
  const mp::Address address = address_of(server.listening().at(0));
  mp::Connection good = mp::Client(address, {.authkey = kKey});
  send(good, hello());
  Session session(next_peer(server));
  pump_until(session, [&] { return session.hello().has_value(); });

  EXPECT_THROW((void)mp::Client(address, {.authkey = "another key"}), mp::AuthenticationError);
  const auto notices = next_notices(server);
  ASSERT_FALSE(notices.empty());
  EXPECT_THAT(notices[0], HasSubstr("does not know the key"));
  EXPECT_EQ(notices[0].find('\n'), std::string::npos);
  mp::Connection silent = mp::Client(address);  // says nothing at all

  EventBuilder builder;
  builder.root();
  send(good, wire::EventsFrame{.first = 0, .batch = builder.batch()});
  pump_until(session, [&] { return session.newest().event_count() == 1; });
  mp::Connection second = mp::Client(address, {.authkey = kKey});
  send(second, hello("second"));
  Session other(next_peer(server));
  pump_until(other, [&] { return other.hello().has_value(); });
  EXPECT_EQ(session.state(), SourceState::Running);
}

TEST(Server, APlaceThatIsTakenIsALineAndTheOthersServe) {
  const support::TempDir dir;
  const std::string path = (dir / "i.sock").string();
  Server first({.addresses = {path}, .key = kKey});
  Server second({.addresses = {path, tcp_place(), "no such place"}, .key = kKey});
  ASSERT_EQ(second.problems().size(), 2U);
  EXPECT_THAT(second.problems()[0], HasSubstr("another inspector listens there already"));
  EXPECT_EQ(second.listening().size(), 1U);
}

}  // namespace
