// The whole way: a program is started with MP_INSPECT, its helper process comes to life, connects and reports.
#include <gtest/gtest.h>
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/process.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <set>

#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "support/observed_child.hpp"
#include "wire/frame.hpp"
#include "wire/payload.hpp"

namespace mp::report {
namespace {

using support::ObservedChild;
using support::of_kind;
using wire::EventKind;

constexpr char kKey[] = "the key of this test";

// What an inspector hears until the reporter says goodbye (or hangs up).
struct Heard {
  wire::HelloFrame hello;
  wire::Batch events;
  bool bye = false;
  std::uint64_t next = 0;
  bool gap = false;
};

Heard listen_to(Listener& listener) {
  Heard heard;
  auto connection = listener.accept(std::chrono::seconds(20));
  if (!connection) return heard;
  try {
    while (!heard.bye) {
      const std::string bytes = connection->recv_bytes(wire::kMaxFrameBytes, std::chrono::seconds(20));
      const auto frame = wire::decode_frame(std::as_bytes(std::span(bytes)));
      EXPECT_TRUE(frame.ok()) << (frame.ok() ? "" : frame.failure().message());
      if (!frame.ok()) return heard;
      if (const auto* hello = std::get_if<wire::HelloFrame>(&frame.value())) heard.hello = *hello;
      if (std::holds_alternative<wire::ByeFrame>(frame.value())) heard.bye = true;
      if (const auto* events = std::get_if<wire::EventsFrame>(&frame.value())) {
        heard.gap |= events->first != heard.next;
        heard.next += events->batch.events.size();
        for (const auto& event : events->batch.events) heard.events.add(event, events->batch.payload_of(event));
      }
    }
  } catch (const EOFError&) {
  }
  return heard;
}

class Helper : public ::testing::Test {
 protected:
  Helper() { ::setenv("MP_INSPECT_KEY", kKey, 1); }
  ~Helper() override { ::unsetenv("MP_INSPECT_KEY"); }
  support::TempDir dir_;
  std::string socket_ = (dir_ / "inspector.sock").string();
};

probe::Handle announce_lock(std::uint64_t inode) {
  return probe::announce({.kind = wire::ObjectKind::Lock, .identity = {.device = 1, .inode = inode}, .name = "A"});
}

TEST_F(Helper, ReportsAWholeFamilyFromHelloToBye) {
  Listener listener(Address(socket_), {.authkey = kKey});
  ObservedChild scene(
      [] {
        const auto lock = announce_lock(1);
        Process child({.name = "worker-1"}, [lock] { probe::lock_acquired(lock, 1); });
        child.start();
        child.join();
        probe::leaving(0);
        return 0;
      },
      socket_);

  const Heard heard = listen_to(listener);
  scene.child().wait();

  EXPECT_TRUE(heard.bye);
  EXPECT_FALSE(heard.gap);
  EXPECT_TRUE(scene.live_files().empty());
  EXPECT_EQ(heard.hello.root_pid, static_cast<std::uint32_t>(scene.child().pid()));
  std::set<std::string> names;
  for (const auto& event : of_kind(heard.events, EventKind::Hello)) {
    names.insert(wire::decode_process_info(heard.events.payload_of(event))->name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"MainProcess", "worker-1"}));
  EXPECT_EQ(of_kind(heard.events, EventKind::Reap).size(), 1u);
  EXPECT_EQ(of_kind(heard.events, EventKind::Gone).size(), 2u);
  EXPECT_EQ(of_kind(heard.events, EventKind::Bye).size(), 1u);
}

TEST_F(Helper, OutlivesASigkilledTreeAndTellsItsEnd) {
  Listener listener(Address(socket_), {.authkey = kKey});
  ObservedChild scene(
      [] {
        probe::lock_acquired(announce_lock(1), 7);
        ::raise(SIGKILL);
        return 0;
      },
      socket_);

  const Heard heard = listen_to(listener);

  EXPECT_TRUE(heard.bye);
  const auto held = of_kind(heard.events, EventKind::Held);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].c, 7u);
}

TEST_F(Helper, IsNoChildOfTheProgram) {
  Listener listener(Address(socket_), {.authkey = kKey});
  ObservedChild scene(
      [] {
        announce_lock(1);
        const bool childless = ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
        return childless ? 0 : 1;
      },
      socket_);
  listen_to(listener);

  EXPECT_TRUE(scene.child().wait().ok());
}

TEST_F(Helper, SaysOnceThatNobodyListensAndTheProgramRunsOn) {
  ObservedChild scene(
      [] {
        probe::lock_acquired(announce_lock(1), 1);
        std::printf("the program has done its work\n");
        probe::leaving(0);
        return 0;
      },
      socket_);

  const support::ChildEnd& end = scene.child().wait();

  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_NE(end.output.find("nothing is reported"), std::string::npos) << end.output;
  EXPECT_TRUE(scene.live_files().empty());
}

TEST_F(Helper, AWrongKeyIsOneLineAndTheProgramRunsOn) {
  Listener listener(Address(socket_), {.authkey = "another key"});
  ObservedChild scene(
      [] {
        announce_lock(1);
        return 0;
      },
      socket_);

  EXPECT_THROW((void)listener.accept(std::chrono::seconds(20)), AuthenticationError);

  const support::ChildEnd& end = scene.child().wait();
  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_NE(end.output.find("nothing is reported"), std::string::npos) << end.output;
}

}  // namespace
}  // namespace mp::report
