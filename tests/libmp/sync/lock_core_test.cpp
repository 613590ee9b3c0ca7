// The protocol below Lock, with forged words: what no well-behaved process would write.
#include "sync/lock_core.hpp"

#include "os/process_id.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::sync {
namespace {

using namespace std::chrono_literals;

struct Cell {
  std::atomic<Word> word{kFree};
  std::atomic<std::uint64_t> checked_ns{0};
  LockRef ref() { return {word, checked_ns}; }
};

Result take(Cell& cell, OnDeath on_death, os::Deadline deadline = os::Deadline::after(10s)) {
  os::WaitSpin spin;
  LazyWait wait(wire::ThreadState::LockWait, 0, deadline);
  if (try_take(cell.word)) return {Outcome::Done};
  return take_slowly(cell.ref(), on_death, deadline, spin, wait);
}

// A process that is alive, but started at another time than the word says: its pid was given away
// again.
Word word_of_a_reused_pid() {
  const os::ProcessId self = os::self();
  return make_word(static_cast<std::uint32_t>(::getppid()),
                   static_cast<std::uint32_t>(self.start_ticks) - 12345, 0);
}

TEST(LockWord, KeepsItsPartsApart) {
  const Word word = make_word(4'194'303, 0xffff'ffff, 0x1ff) | kWaiters | kOwnerDied;

  EXPECT_EQ(owner_pid(word), 4'194'303u);
  EXPECT_EQ(owner_start(word), 0xffff'ffffu);
  EXPECT_EQ(make_word(0, 0, 0xff) & (kProcessMask | kWaiters | kOwnerDied), 0u);
}

TEST(LockWord, IsAnotherInAChild) {
  const Word mine = me();

  support::ChildScope child([mine] {
    return ((me() ^ mine) & kProcessMask) != 0 &&
                   owner_pid(me()) == static_cast<std::uint32_t>(::getpid())
               ? 0
               : 1;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  EXPECT_EQ(me(), mine);
}

TEST(LockWord, ThreadsOfOneProcessAreOneProcess) {
  Word theirs = 0;
  std::jthread([&] { theirs = me(); }).join();

  EXPECT_EQ((theirs ^ me()) & kProcessMask, 0u);
}

TEST(LockCore, AReusedPidDoesNotPassForTheOwner) {
  Cell cell;
  const Word forged = word_of_a_reused_pid();
  cell.word = forged;

  const Result result = take(cell, OnDeath::Report);

  EXPECT_EQ(result.outcome, Outcome::OwnerDied);
  EXPECT_EQ(result.dead & kProcessMask, forged & kProcessMask);
  EXPECT_NE(cell.word & kOwnerDied, 0u);
}

TEST(LockCore, OurOwnPidWithAnotherStartIsSomebodyElse) {
  Cell cell;
  cell.word = make_word(static_cast<std::uint32_t>(::getpid()), owner_start(me()) + 1, 0);

  EXPECT_EQ(take(cell, OnDeath::Report).outcome, Outcome::OwnerDied);
}

TEST(LockCore, TakeOverMakesTheWaiterTheOwner) {
  Cell cell;
  cell.word = word_of_a_reused_pid();

  EXPECT_EQ(take(cell, OnDeath::TakeOver).outcome, Outcome::Done);
  EXPECT_EQ((cell.word ^ me()) & kProcessMask, 0u);
  release_own(cell.word);
  EXPECT_EQ(cell.word, kFree);
}

TEST(LockCore, ALivingOwnerIsNeverTakenForDead) {
  Cell cell;
  const auto parent = os::process_status(static_cast<std::uint32_t>(::getppid()));
  ASSERT_TRUE(parent.has_value());
  const Word alive =
      make_word(parent->id.pid, static_cast<std::uint32_t>(parent->id.start_ticks), 7);
  cell.word = alive;

  EXPECT_EQ(take(cell, OnDeath::Report, os::Deadline::after(130ms)).outcome, Outcome::TimedOut);
  EXPECT_EQ(cell.word & ~kWaiters, alive);
}

// The releaser was killed between freeing the lock and waking the sleeper.
TEST(LockCore, ALostWakeUpIsRepairedByTheTick) {
  support::SharedPage<Cell> cell;
  cell->word = make_word(static_cast<std::uint32_t>(::getpid()), owner_start(me()), 0);
  support::ChildScope waiter(
      [&] { return take(*cell, OnDeath::Report).outcome == Outcome::Done ? 0 : 1; });
  while ((cell->word & kWaiters) == 0) std::this_thread::yield();

  cell->word = kFree;  // and no futex_wake

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
}

TEST(LockCore, ManyWaitersAskForTheOwnerSeldom) {
  Cell cell;
  cell.word = make_word(static_cast<std::uint32_t>(::getppid()), 1, 0);  // dead: another start
  cell.checked_ns = os::monotonic_ns();                                  // somebody has just asked

  EXPECT_EQ(take(cell, OnDeath::Report, os::Deadline::at_ns(0)).outcome, Outcome::TimedOut);
  EXPECT_EQ(take(cell, OnDeath::Report).outcome, Outcome::OwnerDied);
}

TEST(LockCore, ReleaseAndRecoverJudgeByTheState) {
  Cell cell;
  EXPECT_EQ(release(cell.ref()).outcome, Outcome::WasFree);
  EXPECT_EQ(recover(cell.ref()), Outcome::NotNeeded);

  ASSERT_EQ(take(cell, OnDeath::Report).outcome, Outcome::Done);
  EXPECT_EQ(recover(cell.ref()), Outcome::NotNeeded);
  EXPECT_EQ(release(cell.ref()).outcome, Outcome::Done);

  cell.word = word_of_a_reused_pid();
  EXPECT_EQ(release(cell.ref()).outcome, Outcome::OwnerDied);
  EXPECT_EQ(recover(cell.ref()), Outcome::Done);
  EXPECT_EQ(recover(cell.ref()), Outcome::NotNeeded);
}

}  // namespace
}  // namespace mp::sync
