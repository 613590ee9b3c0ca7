// Many children of every start method: each ends as it should, and together they leave nothing
// behind. With MP_SLOW_TESTS set they are thousands; what was counted is among the properties of
// the test (--gtest_output=json:FILE).
#include "guarded.hpp"
#include "support/process_state.hpp"
#include <libmp/libmp.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

namespace proc_test {
namespace {

using Clock = std::chrono::steady_clock;

class ManyStarts : public testing::TestWithParam<std::string> {
 protected:
  // A child of this method that runs `target` and ends well.
  template <class... Args>
  void run(Args&&... args) {
    Guarded child(mp::ProcessOptions{.start_method = GetParam()}, std::forward<Args>(args)...);
    child->start();
    ASSERT_EQ(child.end(), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Methods, ManyStarts, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

TEST_P(ManyStarts, AHundredTerminatedAMillisecondAfterTheirStartReadMinusFifteen) {
  constexpr int kCrew = 100;
  std::vector<mp::Process> crew;
  for (int i = 0; i < kCrew; ++i)
    crew.emplace_back(mp::ProcessOptions{.daemon = true, .start_method = GetParam()},
                      sleep_for_ever);

  std::vector<Clock::time_point> due;
  std::size_t terminated = 0;
  for (mp::Process& child : crew) {
    child.start();
    due.push_back(Clock::now() + 1ms);
    for (; terminated < due.size() && due[terminated] <= Clock::now(); ++terminated)
      crew[terminated].terminate();
  }
  for (; terminated < crew.size(); ++terminated) {
    std::this_thread::sleep_until(due[terminated]);  // the claim is about this moment
    crew[terminated].terminate();
  }

  for (mp::Process& child : crew) {
    ASSERT_TRUE(child.join(kPatience)) << child;
    EXPECT_EQ(child.exitcode(), -SIGTERM);
  }
}

// Of a process: its descriptors, its children that nobody has waited for, its memory.
struct Belongings {
  std::ptrdiff_t descriptors = 0;
  std::ptrdiff_t children = 0;
  long own_kib = 0;
  long resident_kib = 0;  // with what it shares with its tree: the live file, of a fixed size
};

long in_status(const std::string& folder, const std::string& key) {
  std::ifstream status(folder + "/status");
  std::string word;
  while (status >> word && word != key) {
  }
  long value = -1;
  status >> value;
  return value;
}

std::ptrdiff_t children_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  return std::distance(std::istream_iterator<int>(file), {});
}

Belongings belongings_of(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  const std::filesystem::directory_iterator descriptors(folder + "/fd");
  return {std::distance(begin(descriptors), end(descriptors)), children_of(pid),
          in_status(folder, "RssAnon:"), in_status(folder, "VmRSS:")};
}

// The fork server clears a child away a moment after that child's end was learned here, and sleeps
// when it has done so.
Belongings belongings_of_server(pid_t pid) {
  const auto until = Clock::now() + kPatience;
  while ((children_of(pid) > 0 || !support::is_asleep(pid)) && Clock::now() < until)
    std::this_thread::yield();
  return belongings_of(pid);
}

// A sanitizer keeps freed memory, and notes of its own.
#if defined(__SANITIZE_ADDRESS__)
#define MP_MEMORY_IS_NOT_OURS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MP_MEMORY_IS_NOT_OURS
#endif
#endif

// What counts is that nothing grows with the number of starts: 256 bytes for each of 2 000 would
// be found.
[[maybe_unused]] constexpr long kSlackKib = 512;

void expect_same(const std::string& who, const Belongings& before, const Belongings& after) {
  SCOPED_TRACE(who);
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_EQ(after.children, before.children) << "children that nobody has reaped";
#ifndef MP_MEMORY_IS_NOT_OURS
  EXPECT_LE(after.own_kib, before.own_kib + kSlackKib);
#endif

  const auto note = [&](const char* what, long from, long to) {
    testing::Test::RecordProperty(who + what, std::to_string(from) + " -> " + std::to_string(to));
  };
  note("_descriptors", before.descriptors, after.descriptors);
  note("_children", before.children, after.children);
  note("_own_kib", before.own_kib, after.own_kib);
  note("_resident_kib", before.resident_kib, after.resident_kib);
}

TEST_P(ManyStarts, LeaveNothingBehind) {
  const int starts = std::getenv("MP_SLOW_TESTS") == nullptr ? 30 : 2000;
  mp::Queue<int> makers;
  run([](mp::Queue<int> q) { q.put(::getppid()); }, makers);
  const pid_t maker = makers.get();         // this process, or the fork server
  for (int i = 0; i < 30; ++i) run([] {});  // what is made once is made now
  const bool has_server = maker != ::getpid();
  const Belongings ours = belongings_of(::getpid());
  const Belongings its = has_server ? belongings_of_server(maker) : Belongings{};

  for (int i = 0; i < starts; ++i) ASSERT_NO_FATAL_FAILURE(run([] {}));

  expect_same("this_process", ours, belongings_of(::getpid()));
  if (has_server) expect_same("fork_server", its, belongings_of_server(maker));
}

}  // namespace
}  // namespace proc_test
