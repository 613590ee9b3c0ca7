#include "report/tree_reader.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "support/observed_child.hpp"
#include "support/pipe_gate.hpp"
#include "support/temp_dir.hpp"
#include "wire/payload.hpp"

namespace mp::report {
namespace {

using support::ObservedChild;
using support::of_kind;
using wire::EventKind;

probe::Handle announce_lock(std::uint64_t inode, std::string_view name) {
  return probe::announce({.kind = wire::ObjectKind::Lock,
                          .identity = {.device = 1, .inode = inode, .offset = 64},
                          .name = name,
                          .site = std::source_location::current()});
}

wire::Batch read_whole(const std::string& dir) {
  TreeReader reader(dir, {.watch = false});
  return reader.poll();
}

TEST(LiveFile, AfterSigkillSaysWhatWasHeldAndWaitedFor) {
  ObservedChild scene([] {
    const auto a = announce_lock(7, "A");
    const auto b = announce_lock(8, "B");
    probe::note("compressing photo-017.raw");
    probe::lock_acquired(a, 41);
    const probe::Wait wait(wire::ThreadState::LockWait, b, wire::kNoTimeout);
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(scene.child().wait().signal, SIGKILL);

  const wire::Batch batch = read_whole(scene.tree_dir());

  const auto hello = of_kind(batch, EventKind::Hello);
  ASSERT_EQ(hello.size(), 1u);
  EXPECT_EQ(wire::decode_process_info(batch.payload_of(hello[0]))->pid, static_cast<std::uint32_t>(scene.child().pid()));
  const auto declared = of_kind(batch, EventKind::Declare);
  ASSERT_EQ(declared.size(), 2u);
  const auto info = wire::decode_object_info(batch.payload_of(declared[1]));
  EXPECT_EQ(info->name, "B");
  EXPECT_EQ(info->inode, 8u);
  EXPECT_NE(info->site.find("tree_reader_test.cpp:"), std::string::npos);
  const auto held = of_kind(batch, EventKind::Held);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].object, declared[0].object);
  EXPECT_EQ(held[0].c, 41u);
  const auto states = of_kind(batch, EventKind::ThreadState);
  ASSERT_EQ(states.size(), 1u);
  EXPECT_EQ(states[0].flags, static_cast<std::uint16_t>(wire::ThreadState::LockWait));
  EXPECT_EQ(states[0].object, declared[1].object);
  const auto notes = of_kind(batch, EventKind::Note);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(batch.payload_of(notes[0]), "compressing photo-017.raw");
  EXPECT_EQ(of_kind(batch, EventKind::Gone).size(), 1u);
}

TEST(LiveFile, IsRemovedAfterAnOrderlyExitThatNobodyWatched) {
  ObservedChild scene([] {
    announce_lock(1, "A");
    probe::leaving(0);
    return 0;
  });
  ASSERT_TRUE(scene.child().wait().ok());

  EXPECT_TRUE(scene.live_files().empty());
}

TEST(LiveFile, StaysAfterAnExitWithAnErrorCode) {
  ObservedChild scene([] {
    announce_lock(1, "A");
    probe::leaving(3);
    return 3;
  });
  ASSERT_EQ(scene.child().wait().code, 3);

  const wire::Batch batch = read_whole(scene.tree_dir());

  const auto gone = of_kind(batch, EventKind::Gone);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].c, 3u);
}

TEST(LiveFile, IsNotMadeWhenTheProbesAreOff) {
  ObservedChild scene(
      [] {
        probe::lock_acquired(announce_lock(1, "A"), 1);
        return probe::self_puid() == 0 ? 0 : 1;
      },
      "0");

  EXPECT_TRUE(scene.child().wait().ok());
  EXPECT_TRUE(scene.tree_dir().empty());
}

TEST(Probe, LogTextsAndTheirLevelsSurviveSigkill) {
  ObservedChild scene([] {
    probe::log(20, "halfway there");
    probe::log(-5, "");
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  const wire::Batch batch = read_whole(scene.tree_dir());

  const auto lines = of_kind(batch, EventKind::Log);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].c, 20u);
  EXPECT_EQ(batch.payload_of(lines[0]), "halfway there");
  EXPECT_EQ(lines[1].c, 0u);
}

TEST(Probe, ALongLogLeavesRoomForDeclarationsAndSaysWhatItDidNotKeep) {
  ObservedChild scene([] {
    const std::string text(4000, 'x');
    for (int i = 0; i < 1200; ++i) probe::log(20, text);
    announce_lock(1, "A");
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  const wire::Batch batch = read_whole(scene.tree_dir());

  EXPECT_EQ(of_kind(batch, EventKind::Declare).size(), 1u);
  const auto lines = of_kind(batch, EventKind::Log);
  ASSERT_EQ(lines.size(), 1200u);
  const auto kept = std::count_if(lines.begin(), lines.end(), [&](const wire::Event& line) {
    return batch.payload_of(line).size() == 4000u;
  });
  const auto told = std::count_if(lines.begin(), lines.end(), [&](const wire::Event& line) {
    return batch.payload_of(line).empty() && line.a == 4000u;
  });
  EXPECT_GT(kept, 500);
  EXPECT_EQ(kept + told, 1200);
}

TEST(Probe, UncontendedLocksLeaveNoEventsAtStandBy) {
  ObservedChild scene([] {
    const auto a = announce_lock(1, "A");
    for (std::uint64_t i = 1; i <= 100; ++i) {
      probe::lock_acquired(a, i);
      probe::lock_released(a, i);
    }
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  const wire::Batch batch = read_whole(scene.tree_dir());

  EXPECT_TRUE(of_kind(batch, EventKind::LockGot).empty());
  EXPECT_TRUE(of_kind(batch, EventKind::Held).empty());
  const auto freed = of_kind(batch, EventKind::Unheld);
  ASSERT_EQ(freed.size(), 1u);
  EXPECT_EQ(freed[0].c, 100u);
}

TEST(Probe, TheLevelIsSwitchedFromOutside) {
  ObservedChild scene([] {
    const auto a = announce_lock(1, "A");
    std::printf("ready\n");
    std::fflush(stdout);
    while (probe::level() != probe::Level::Full) std::this_thread::yield();
    probe::lock_acquired(a, 1);
    probe::lock_released(a, 1);
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_TRUE(scene.child().wait_for_output("ready"));
  TreeReader reader(scene.tree_dir(), {.watch = false});
  (void)reader.poll();

  reader.set_level(3);
  scene.child().wait();
  const wire::Batch batch = reader.poll();

  EXPECT_EQ(of_kind(batch, EventKind::LockGot).size(), 1u);
  EXPECT_EQ(of_kind(batch, EventKind::LockFree).size(), 1u);
}

TEST(Probe, AForkedChildSpeaksForItselfAndKeepsItsParentsHandles) {
  ObservedChild scene([] {
    const auto a = announce_lock(1, "A");
    const probe::Birth birth = probe::prepare_child();
    const pid_t child = ::fork();
    if (child == 0) {
      probe::become_child(birth, "Process-1", wire::StartMethod::Fork, false);
      probe::lock_acquired(a, 5);
      ::raise(SIGKILL);
    }
    probe::child_forked(birth, static_cast<std::uint32_t>(child));
    int status = 0;
    ::waitpid(child, &status, 0);
    probe::child_reaped(birth.puid, -SIGKILL);
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  const wire::Batch batch = read_whole(scene.tree_dir());

  std::map<std::string, wire::ProcessInfo> infos;
  std::map<std::string, std::uint64_t> puids;
  for (const auto& event : of_kind(batch, EventKind::Hello)) {
    const auto info = wire::decode_process_info(batch.payload_of(event));
    infos[info->name] = *info;
    puids[info->name] = event.process;
  }
  ASSERT_TRUE(infos.contains("MainProcess") && infos.contains("Process-1"));
  EXPECT_EQ(infos["Process-1"].parent, puids["MainProcess"]);
  EXPECT_EQ(infos["Process-1"].root, puids["MainProcess"]);
  const auto forks = of_kind(batch, EventKind::Fork);
  ASSERT_EQ(forks.size(), 1u);
  EXPECT_EQ(forks[0].a, puids["Process-1"]);
  const auto held = of_kind(batch, EventKind::Held);
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].process, puids["Process-1"]);
  EXPECT_LE(held[0].object, infos["Process-1"].inherited_upto);
  for (const auto& gone : of_kind(batch, EventKind::Gone)) {
    if (gone.process == puids["Process-1"]) {
      EXPECT_EQ(static_cast<std::int32_t>(gone.c), -SIGKILL);
    }
  }
}

TEST(TreeReader, WhatAProcessFreedLastIsSaidToBeFreeBeforeItIsSaidToBeReaped) {
  support::PipeGate holds;
  support::PipeGate was_seen;
  ObservedChild scene([&] {
    const auto a = announce_lock(1, "A");
    const probe::Birth birth = probe::prepare_child();
    const pid_t child = ::fork();
    if (child == 0) {
      probe::become_child(birth, "Process-1", wire::StartMethod::Fork, false);
      probe::lock_acquired(a, 5);
      holds.open();
      was_seen.pass();
      probe::lock_released(a, 5);
      probe::leaving(0);
      ::_exit(0);
    }
    probe::child_forked(birth, static_cast<std::uint32_t>(child));
    ::waitpid(child, nullptr, 0);
    probe::child_reaped(birth.puid, 0);
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(holds.pass(), 0);
  TreeReader reader(scene.tree_dir());
  ASSERT_EQ(of_kind(reader.poll(), EventKind::Held).size(), 1u);

  was_seen.open();
  scene.child().wait();

  const wire::Batch batch = reader.poll();
  const auto place_of = [&](EventKind kind) {
    return std::find_if(batch.events.begin(), batch.events.end(),
                        [kind](const wire::Event& event) { return event.kind == kind; }) -
           batch.events.begin();
  };
  ASSERT_EQ(of_kind(batch, EventKind::Unheld).size(), 1u);
  ASSERT_EQ(of_kind(batch, EventKind::Reap).size(), 1u);
  EXPECT_LT(place_of(EventKind::Unheld), place_of(EventKind::Reap));
}

TEST(Probe, AnOrdinaryForkIsAProcessOfItsOwnToo) {
  ObservedChild scene([] {
    announce_lock(1, "A");
    const pid_t child = ::fork();
    if (child == 0) {
      announce_lock(2, "B");
      ::raise(SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  EXPECT_EQ(of_kind(read_whole(scene.tree_dir()), EventKind::Hello).size(), 2u);
}

TEST(Probe, QueueTotalsAreKeptAtStandBy) {
  ObservedChild scene([] {
    const auto queue = probe::announce({.kind = wire::ObjectKind::Queue, .identity = {.device = 1, .inode = 9}, .name = "jobs"});
    for (std::uint64_t i = 1; i <= 100; ++i) probe::queue_put(queue, i, 16);
    for (std::uint64_t i = 1; i <= 40; ++i) probe::queue_got(queue, i, 16);
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  const wire::Batch batch = read_whole(scene.tree_dir());

  EXPECT_TRUE(of_kind(batch, EventKind::QueuePut).empty());
  const auto told = of_kind(batch, EventKind::Counters);
  ASSERT_EQ(told.size(), 1u);
  const auto totals = wire::decode_object_counters(batch.payload_of(told[0]));
  EXPECT_EQ(totals->in, 100u);
  EXPECT_EQ(totals->out, 40u);
  EXPECT_EQ(totals->in_bytes, 1600u);
  EXPECT_EQ(totals->in_number, 100u);
  EXPECT_EQ(totals->out_number, 40u);
}

TEST(Probe, ALockFreedBySomebodyElseIsSaidToBeFree) {
  ObservedChild scene([] {
    const auto a = announce_lock(1, "A");
    probe::lock_acquired(a, 1);
    std::thread([&] { probe::lock_released(a, 1); }).join();
    ::raise(SIGKILL);
    return 0;
  });
  scene.child().wait();

  const auto freed = of_kind(read_whole(scene.tree_dir()), EventKind::LockFree);

  ASSERT_EQ(freed.size(), 1u);
  EXPECT_EQ(freed[0].c, 1u);
}

TEST(Ring, WhatWasOverwrittenUnreadIsCountedExactly) {
  constexpr std::uint64_t kSent = 100'000;
  ObservedChild scene(
      [] {
        for (std::uint64_t i = 1; i <= kSent; ++i) probe::fact(EventKind::AuthFail, 0, 0, i);
        ::raise(SIGKILL);
        return 0;
      });
  scene.child().wait();

  const wire::Batch batch = read_whole(scene.tree_dir());

  const auto got = of_kind(batch, EventKind::AuthFail);
  const auto lost = of_kind(batch, EventKind::Lost);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(got.size() + lost[0].a, kSent);
  ASSERT_FALSE(got.empty());
  EXPECT_EQ(got.back().a, kSent);
}

TEST(Ring, ManyThreadsAndAReaderAgreeOnEveryEvent) {
  constexpr std::uint64_t kPerThread = 20'000;
  constexpr int kThreads = 4;
  ObservedChild scene([] {
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([t] {
        for (std::uint64_t i = 1; i <= kPerThread; ++i) {
          probe::fact(EventKind::AuthFail, 0, static_cast<std::uint32_t>(t), i * kThreads + static_cast<std::uint64_t>(t));
        }
      });
    }
    for (auto& thread : threads) thread.join();
    probe::leaving(1);
    return 1;
  });
  while (scene.live_files().empty()) std::this_thread::yield();
  TreeReader reader(scene.tree_dir(), {.watch = false});
  std::uint64_t got = 0;
  std::uint64_t lost = 0;
  std::uint64_t last_t = 0;

  for (int polls_after_end = 0; polls_after_end < 2; polls_after_end += reader.finished() ? 1 : 0) {
    const wire::Batch batch = reader.poll();
    for (const auto& event : batch.events) {
      EXPECT_GE(event.t_ns, last_t);
      last_t = event.t_ns;
      if (event.kind == EventKind::Lost) lost += event.a;
      if (event.kind != EventKind::AuthFail) continue;
      ++got;
      // A torn slot would mix two events.
      EXPECT_EQ(event.a % kThreads, event.c);
    }
  }

  const auto other_ring_events = static_cast<std::uint64_t>(kThreads) + 1;  // ThreadEnd of each, Exit
  EXPECT_GE(got + lost, kThreads * kPerThread);
  EXPECT_LE(got + lost, kThreads * kPerThread + other_ring_events);
}

// A finished tree with something of everything in its file.
std::unique_ptr<ObservedChild> dead_scene() {
  auto scene = std::make_unique<ObservedChild>(
      [] {
        const auto a = announce_lock(7, "A");
        for (std::uint64_t i = 1; i <= 5'000; ++i) probe::fact(EventKind::AuthFail, a, 0, i);
        probe::lock_acquired(a, 1);
        probe::note("working");
        ::raise(SIGKILL);
        return 0;
      },
      "");
  scene->child().wait();
  return scene;
}

// It may be seen in the moment between its creation and its growth.
TEST(LiveFile, ThatIsStillEmptyIsLookedAtAgain) {
  const auto scene = dead_scene();
  const support::TempDir dir;
  std::ofstream(dir / "early.mpi").flush();
  TreeReader reader(dir.path().string(), {.watch = false});
  ASSERT_TRUE(of_kind(reader.poll(), EventKind::Hello).empty());

  std::filesystem::copy_file(scene->live_files().at(0), dir / "early.mpi",
                             std::filesystem::copy_options::overwrite_existing);

  EXPECT_EQ(of_kind(reader.poll(), EventKind::Hello).size(), 1u);
}

TEST(DamagedLiveFile, CutShortAnywhereIsReadAsFarAsItGoes) {
  const auto scene = dead_scene();
  const std::string path = scene->live_files().at(0);
  const auto whole = std::filesystem::file_size(path);
  for (std::uintmax_t size = whole; size > 0; size = size * 3 / 4) {
    std::filesystem::resize_file(path, size);

    TreeReader reader(scene->tree_dir(), {.watch = false});
    const wire::Batch batch = reader.poll();

    EXPECT_TRUE(reader.finished() || batch.events.size() == 1) << size;
    for (const auto& event : batch.events) EXPECT_LE(event.payload_begin + event.payload_size, batch.payload.size());
  }
}

TEST(DamagedLiveFile, CutShortUnderTheReaderIsSaidOnceAndNothingElse) {
  const auto scene = dead_scene();
  const std::string path = scene->live_files().at(0);
  auto reader = LiveReader::open(path);
  ASSERT_TRUE(reader.ok());

  std::filesystem::resize_file(path, 100);
  wire::Batch first;
  reader.value().read_news(first, 1, true);
  wire::Batch second;
  reader.value().read_news(second, 2, true);

  ASSERT_EQ(first.events.size(), 1u);
  EXPECT_EQ(first.events[0].kind, EventKind::Log);
  EXPECT_NE(first.payload_of(first.events[0]).find("cut short"), std::string_view::npos);
  EXPECT_TRUE(second.events.empty());
}

TEST(DamagedLiveFile, RandomBytesAnywhereNeverMakeNonsenseOfTheRest) {
  const auto scene = dead_scene();
  const std::string path = scene->live_files().at(0);
  std::string bytes(std::filesystem::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::minstd_rand random(20260101);
  for (int round = 0; round < 300; ++round) {
    std::string bad = bytes;
    // Mostly where the counts and offsets are.
    const std::size_t range = round % 3 == 0 ? bad.size() : 12'000;
    for (int i = 0; i < 20; ++i) bad[random() % range] = static_cast<char>(random());
    if (round % 2 == 0) bad.replace(0, 12, bytes, 0, 12);  // past the first check
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bad.data(), static_cast<std::streamsize>(bad.size()));

    TreeReader reader(scene->tree_dir(), {.watch = false});
    const wire::Batch batch = reader.poll();

    for (const auto& event : batch.events) {
      EXPECT_LE(std::size_t{event.payload_begin} + event.payload_size, batch.payload.size());
    }
    EXPECT_LE(batch.events.size(), 200'000u);
  }
}

// The owner is killed wherever it happens to be; nothing torn may be told.
TEST(KilledWriter, NoTornEventAndNoTornDeclarationIsEverTold) {
  for (int round = 0; round < 100; ++round) {
    ObservedChild scene([] {
      std::thread other([] {
        for (std::uint64_t i = 0;; ++i) probe::fact(EventKind::AuthFail, 0, static_cast<std::uint32_t>(i), i << 32 | (i & 0xffffffffu));
      });
      for (std::uint64_t i = 1;; ++i) {
        const auto handle = announce_lock(i, "lock number " + std::to_string(i));
        probe::lock_acquired(handle, i);
        probe::fact(EventKind::AuthFail, 0, static_cast<std::uint32_t>(i), i << 32 | (i & 0xffffffffu));
        probe::lock_released(handle, i);
        probe::retire(handle);
      }
      return 0;
    });
    while (scene.live_files().empty()) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(200 + round * 37));  // where it is killed, not a synchronisation
    scene.child().signal(SIGKILL);
    scene.child().wait();

    const wire::Batch batch = read_whole(scene.tree_dir());

    for (const auto& event : of_kind(batch, EventKind::AuthFail)) {
      ASSERT_EQ(event.a >> 32, event.c);
      ASSERT_EQ(event.a & 0xffffffffu, event.c);
    }
    for (const auto& event : of_kind(batch, EventKind::Declare)) {
      const auto info = wire::decode_object_info(batch.payload_of(event));
      ASSERT_TRUE(info);
      ASSERT_EQ(info->name, "lock number " + std::to_string(info->inode));
    }
  }
}

}  // namespace
}  // namespace mp::report
