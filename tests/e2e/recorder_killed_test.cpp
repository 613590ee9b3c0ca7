#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "e2e/line.hpp"
#include "os/clock.hpp"

namespace e2e {
namespace {

// The recorder is killed wherever it happens to be: the file opens, at most the last moments are missing, and the program
// under watch ends as if nothing had been.
TEST(KilledRecorder, LeavesAFileThatOpensAndAProgramThatDidNotNotice) {
  std::minstd_rand random(7);
  int with_events = 0;
  for (int round = 0; round < 50; ++round) {
    const Line line;
    const std::string file = line.file("cut.mpr");
    support::ChildScope program(
        std::vector<std::string>{"/bin/sh", "-c",
                                 "until [ -S \"$XDG_RUNTIME_DIR/libmp/inspector.sock\" ]; do sleep 0.01; done; MP_INSPECT=1 exec " MP_PIPELINE_PROGRAM
                                 " ok --files 30 --size 64k"},
        std::chrono::seconds(60));
    support::ChildScope recorder(Line::inspector({"record", "-q", "-o", file, "--wait"}), std::chrono::seconds(60));
    while (!std::filesystem::exists(file)) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 700));  // where it is killed, not a synchronisation

    const std::uint64_t killed_ns = mp::os::monotonic_ns();
    recorder.signal(SIGKILL);
    recorder.wait();

    EXPECT_TRUE(program.wait().ok()) << program.wait().text();
    const auto check = Line::query(file, "pragma integrity_check");
    EXPECT_EQ(check, std::vector<std::string>{"ok"}) << "round " << round;
    // Killed before its first commit, it has left an empty database.
    if (Line::query(file, "select count(*) from sqlite_master where name = 'chunk'") != std::vector<std::string>{"1"}) continue;
    const auto report = line.report(file);
    EXPECT_TRUE(report.ok()) << "round " << round << ": " << report.text();
    const std::uint64_t last_ns = std::stoull(Line::query(file, "select coalesce(max(t1), 0) from chunk").at(0));
    if (last_ns == 0) continue;
    ++with_events;
    // A quarter of a second between two commits, and what one round of reading and writing takes on a busy machine.
    EXPECT_LT(killed_ns - last_ns, 600'000'000u) << "round " << round;
  }
  EXPECT_GT(with_events, 10) << "most recorders lived long enough to record something";
}

}  // namespace
}  // namespace e2e
