// Start methods and contexts, as far as there are any.
#include "guarded.hpp"
#include <libmp/context.hpp>
#include <libmp/method_process.hpp>

#include <functional>
#include <mutex>

#include <gmock/gmock.h>

namespace proc_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// What is decided is decided for a whole process: each claim gets one of its own.
int in_child(const std::function<bool()>& claim) {
  mp::Process child([&] { throw mp::SystemExit(claim() ? 0 : 1); });
  child.start();
  EXPECT_TRUE(child.join(kPatience));
  return child.exitcode().value_or(-1000);
}

TEST(StartMethod, IsUndecidedUntilSomebodyAsks) {
  EXPECT_EQ(mp::get_start_method_or_none(), std::nullopt);
  EXPECT_EQ(mp::get_start_method(), "fork");
  EXPECT_EQ(mp::get_start_method_or_none(), "fork");
}

TEST(StartMethod, IsDecidedByTheFirstStart) {
  EXPECT_EQ(in_child([] {
              return static_cast<bool>(throws<mp::RuntimeError>(
                  [] { mp::set_start_method("fork"); }, "context has already been set"));
            }),
            0);
}

TEST(StartMethod, IsDecidedAnewByForce) {
  EXPECT_EQ(in_child([] {
              mp::set_start_method("fork", true);
              return mp::get_start_method() == "fork";
            }),
            0);
}

TEST(StartMethod, OfAnUnknownNameIsRefused) {
  EXPECT_TRUE(throws<mp::ValueError>([] { (void)mp::get_context("teleport"); },
                                     "cannot find context for 'teleport'"));
  EXPECT_TRUE(
      throws<mp::ValueError>([] { mp::set_start_method(""); }, "cannot find context for ''"));
}

TEST(StartMethod, AllAreListedDefaultFirst) {
  EXPECT_THAT(mp::get_all_start_methods(), ElementsAre("fork", "spawn", "forkserver"));
}

TEST(StartMethod, OfAContextStays) {
  const mp::Context sut = mp::get_context("spawn");

  EXPECT_EQ(sut.get_start_method(), "spawn");
  EXPECT_EQ(sut.get_context().get_start_method(), "spawn");
  EXPECT_TRUE(throws<mp::ValueError>([&] { sut.set_start_method("spawn"); },
                                     "cannot set start method of concrete context"));
}

TEST(StartMethod, ShowsInNameAndText) {
  EXPECT_THAT(mp::repr(mp::get_context("spawn").Process([] {})),
              MatchesRegex("<SpawnProcess name='SpawnProcess-[0-9]+' parent=[0-9]+ initial>"));
  EXPECT_THAT(mp::repr(mp::ForkServerProcess([] {})),
              MatchesRegex("<ForkServerProcess name='ForkServerProcess-[0-9]+' .*"));
  EXPECT_THAT(mp::Process([] {}).name(), StartsWith("Process-"));
}

// This program's main() does not call freeze_support().
TEST(StartMethod, ThatRunsTheProgramAgainIsRefusedWhereMainWouldRunAgain) {
  for (const char* method : {"spawn", "forkserver"}) {
    mp::Process child = mp::get_context(method).Process([] {});
    try {
      child.start();
      FAIL() << method << " started";
    } catch (const mp::RuntimeError& error) {
      EXPECT_THAT(error.what(), HasSubstr("mp::freeze_support(argc, argv);")) << method;
    }
    EXPECT_EQ(child.pid(), std::nullopt);
  }
}

TEST(Context, MakesWhatTheNamespaceMakes) {
  const mp::Context sut = mp::get_context("fork");
  auto queue = sut.Queue<int>(2);
  mp::Lock lock = sut.Lock();
  auto [reader, writer] = sut.Pipe(false);

  mp::Process child = sut.Process({.name = "maker"}, [&] {
    const std::scoped_lock guard(lock);
    queue.put(41);
    writer.send_bytes("done");
  });
  child.start();

  EXPECT_EQ(queue.get(kPatience), 41);
  EXPECT_EQ(reader.recv_bytes(std::nullopt, kPatience), "done");
  EXPECT_TRUE(child.join(kPatience));
  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_EQ(child.name(), "maker");
  EXPECT_EQ(sut.get_start_method(), "fork");
}

}  // namespace
}  // namespace proc_test
