// The program under watch always runs: with no place for its live file, with a full one, with a read-only one.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/live_process.hpp"
#include "report/tree_reader.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"

namespace mp::report {
namespace {

constexpr int kCannotMount = 77;
constexpr std::uint64_t kFacts = 50'000;

// In the child: a mount namespace of its own, so that what is mounted there is seen by nobody else.
bool enter_private_mounts() {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool mount_tmpfs(const std::string& path, const std::string& options) {
  return ::mount("tmpfs", path.c_str(), "tmpfs", 0, options.c_str()) == 0;
}

// Everything that a busy program does to the probes; true if it got through.
int do_much() {
  const auto lock = probe::announce({.kind = wire::ObjectKind::Lock, .identity = {.device = 1, .inode = 1}, .name = "A"});
  for (std::uint64_t i = 1; i <= kFacts; ++i) {
    probe::lock_acquired(lock, i);
    probe::fact(wire::EventKind::AuthFail, 0, 0, i);
    probe::lock_released(lock, i);
    if (i % 1000 == 0) probe::mark("a mark of some length, to fill the declarations as well");
  }
  std::printf("got through\n");
  std::fflush(stdout);
  return 0;
}

support::ChildEnd run(std::function<int()> body) {
  support::ChildScope child([body = std::move(body)] {
    probe::set_birthright({});
    ::unsetenv("MP_INSPECT");
    return body();
  });
  return child.wait();
}

TEST(NoPlaceForTheLiveFile, IsSaidOnceAndTheProgramRunsOn) {
  const auto end = run([] {
    if (!enter_private_mounts()) return kCannotMount;
    ::setenv("XDG_RUNTIME_DIR", "/dev/shm", 1);
    for (const char* path : {"/dev/shm", "/tmp"}) {
      if (!mount_tmpfs(path, "size=4k,mode=0555")) return kCannotMount;
      if (::mount("none", path, nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return kCannotMount;
    }
    return do_much();
  });
  if (end.code == kCannotMount) GTEST_SKIP() << "no mount namespaces here";

  EXPECT_TRUE(end.ok()) << end.text();
  const auto said = end.output.find("runs on unobserved");
  EXPECT_NE(said, std::string::npos) << end.output;
  EXPECT_EQ(end.output.find("runs on unobserved", said + 1), std::string::npos) << end.output;
}

TEST(FullTmpfs, FromTheStartIsNoReasonToDie) {
  support::TempDir dir;
  const auto end = run([&] {
    if (!enter_private_mounts() || !mount_tmpfs(dir.path().string(), "size=8k,mode=0700")) return kCannotMount;
    for (const char* path : {"/dev/shm", "/tmp"}) {
      if (!mount_tmpfs(path, "size=8k,mode=0700")) return kCannotMount;
    }
    ::setenv("XDG_RUNTIME_DIR", dir.path().c_str(), 1);
    return do_much();
  });
  if (end.code == kCannotMount) GTEST_SKIP() << "no mount namespaces here";

  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_NE(end.output.find("got through"), std::string::npos);
}

TEST(FullTmpfs, InTheMiddleLosesEventsThatAreCountedAndNothingElse) {
  support::TempDir dir;
  const auto end = run([&] {
    if (!enter_private_mounts() || !mount_tmpfs(dir.path().string(), "size=160k,mode=0700")) return kCannotMount;
    ::setenv("XDG_RUNTIME_DIR", dir.path().c_str(), 1);
    const int result = do_much();
    TreeReader reader(find_tree_of(static_cast<std::uint32_t>(::getpid())).dir, {.watch = false});
    std::uint64_t got = 0;
    std::uint64_t lost = 0;
    while (got + lost < kFacts) {  // the deadline of the scope bounds it
      const wire::Batch batch = reader.poll();
      for (const auto& event : batch.events) {
        if (event.kind == wire::EventKind::AuthFail) ++got;
        if (event.kind == wire::EventKind::Lost) lost += event.a;
      }
    }
    std::printf("accounted for: %llu\n", static_cast<unsigned long long>(got + lost));
    std::fflush(stdout);
    return result;
  });
  if (end.code == kCannotMount) GTEST_SKIP() << "no mount namespaces here";

  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_NE(end.output.find("accounted for: 50000"), std::string::npos) << end.output;
}

TEST(RuntimeDirectory, OfAStrangerOrOpenToOthersIsNotUsed) {
  support::TempDir dir;
  const auto end = run([&] {
    ::setenv("XDG_RUNTIME_DIR", dir.path().c_str(), 1);
    ::mkdir((dir / "libmp").c_str(), 0777);
    ::chmod((dir / "libmp").c_str(), 0777);
    do_much();
    return find_tree_of(static_cast<std::uint32_t>(::getpid())).dir.starts_with(dir.path().string()) ? 1 : 0;
  });

  EXPECT_TRUE(end.ok()) << end.text();
}

}  // namespace
}  // namespace mp::report
