// SIGKILL to the recorder at any moment: what was committed is there, and little is not.
#include "session/session.hpp"
#include "store/file_chunks.hpp"
#include "store/recorder.hpp"
#include "support/child_scope.hpp"
#include "support/random_events.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <sys/mman.h>

#include <gtest/gtest.h>

namespace {

using namespace inspector::store;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// What the doomed process says about itself, in memory that outlives it.
struct Progress {
  std::atomic<std::uint64_t> committed{0};
  std::atomic<std::uint64_t> sent{0};
};

// Records some 20 events each millisecond, stamped with the present: far fewer than it could, for
// this is not about what a busy machine can do.
constexpr std::size_t kBatch = 20;
int record_for_ever(const std::filesystem::path& path, Progress& progress) {
  auto recorder = Recorder::create(path, {.checkpoint_events = 2000});
  if (!recorder.ok()) return 1;
  support::RandomEvents random(1);
  while (true) {
    auto batch = random.batch(kBatch);
    for (auto& event : batch.events) event.t_ns = now_ns();
    recorder.value()->add(std::make_shared<const mp::wire::Batch>(std::move(batch)));
    progress.sent += kBatch;
    progress.committed = recorder.value()->committed_events();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(RecorderKilled, TheFileOpensAndLacksAQuarterSecondAtMost) {
  const support::TempDir dir;
  std::mt19937_64 random(std::random_device{}());
  std::vector<std::uint64_t> missing_ms;
  for (int round = 0; round < 50; ++round) {
    void* memory = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    auto& progress = *new (memory) Progress();
    const auto path = dir / ("s" + std::to_string(round) + ".mpr");
    support::ChildScope child([&] { return record_for_ever(path, progress); });
    while (progress.sent == 0) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 700'000));
    const std::uint64_t killed_ns = now_ns();
    child.signal(SIGKILL);
    child.wait();

    auto opened = FileChunks::open(path);
    ASSERT_TRUE(opened.ok()) << opened.failure().message();
    const RecordingInfo info = opened.value()->recording();
    ASSERT_GE(info.events, progress.committed.load());
    EXPECT_FALSE(info.complete && info.events != 0);
    const std::uint64_t end_ns = opened.value()->end_ns();
    inspector::session::Session session(std::move(opened).value());
    ASSERT_EQ(session.newest().event_count(), info.events);
    if (end_ns != 0) missing_ms.push_back((killed_ns - std::min(killed_ns, end_ns)) / 1'000'000);
    ::munmap(memory, sizeof(Progress));
  }
  ASSERT_GT(missing_ms.size(), 10U);
  std::sort(missing_ms.begin(), missing_ms.end());
  RecordProperty("missing_ms_median", static_cast<int>(missing_ms[missing_ms.size() / 2]));
  RecordProperty("missing_ms_max", static_cast<int>(missing_ms.back()));
  // The machine may be busy with other things for a while in some rounds, not in most.
  EXPECT_LE(missing_ms[missing_ms.size() * 3 / 4], 250U);
}

}  // namespace
