#include "queue/tasks.hpp"

#include "os/futex.hpp"

#include <algorithm>
#include <climits>

namespace mp::queue {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;
constexpr auto kSeqCst = std::memory_order_seq_cst;

// What another process wrote: it must not lead out of the table.
TaskHolder& holder_of(const Tally& tally, TaskHolder (&holders)[kTaskHolders]) noexcept {
  return holders[tally.holder.load(kAcquire) % kTaskHolders];
}

void write(Tally& tally, std::uint32_t holder, std::uint64_t sum) noexcept {
  tally.holder.store(holder, kRelease);
  tally.sum.store(sum, kRelease);
}

}  // namespace

void Tasks::take(std::uint64_t count, std::uint64_t next) noexcept {
  const Tally& now = tasks_.taken[count % 2];
  holder_of(now, holders_).taken.store(now.sum.load(kRelaxed), kRelease);
  const std::uint32_t mine = my_entry();
  write(tasks_.taken[next % 2], mine, holders_[mine].taken.load(kRelaxed) + (next - count));
}

bool Tasks::task_done(sync::LazyWait& wait) noexcept {
  lock(wait);
  const std::uint64_t count = tasks_.count.load(kRelaxed);
  const bool is_due = count < put_.count.load(kAcquire);
  if (is_due) commit_done(my_entry(), 1);
  sync::release_own(tasks_.lock);
  if (is_due) tell_joiners(count + 1);
  return is_due;
}

void Tasks::lock(sync::LazyWait& wait) noexcept {
  if (sync::try_take(tasks_.lock)) return;
  sync::take_slowly({tasks_.lock, tasks_.done_checked_ns}, sync::OnDeath::TakeOver,
                    os::Deadline::never(), spin_, wait);
}

// By the holder of the lock. The two copies take turns, so an even number takes two commits.
void Tasks::commit_done(std::uint32_t holder, std::uint64_t number) noexcept {
  const std::uint64_t first = number - (number + 1) % 2;
  for (std::uint64_t part : {first, number - first}) {
    if (part == 0) break;
    const std::uint64_t count = tasks_.count.load(kRelaxed);
    const Tally& now = tasks_.done[count % 2];
    holder_of(now, holders_).done.store(now.sum.load(kRelaxed), kRelease);
    const std::uint64_t next = count + part;
    write(tasks_.done[next % 2], holder, holders_[holder].done.load(kRelaxed) + part);
    tasks_.count.store(next, kRelease);
  }
}

void Tasks::tell_joiners(std::uint64_t done) noexcept {
  if (done != put_.count.load(kSeqCst)) return;
  tasks_.zeros.fetch_add(1, kSeqCst);
  if (tasks_.joining.load(kSeqCst) != 0 && tasks_.joining.exchange(0, kRelaxed) != 0)
    os::futex_wake(tasks_.zeros, INT_MAX);
}

// --- who has what --------------------------------------------------------------------------------

std::uint32_t Tasks::my_entry() noexcept {
  const sync::Word me = sync::me() & sync::kProcessMask;
  return me_.load(kAcquire) == me ? mine_.load(kRelaxed) : find_entry(me);
}

std::uint32_t Tasks::find_entry(sync::Word mine) noexcept {
  std::uint32_t found = 0;
  // First our own, which comes before all that were never used.
  for (std::uint32_t i = 1; i < kTaskHolders && found == 0; ++i) {
    sync::Word who = holders_[i].who.load(kAcquire);
    if (who == 0 && holders_[i].who.compare_exchange_strong(who, mine)) who = mine;
    if (who == mine) found = i;
  }
  // Then one whose process has ended and has nothing.
  std::int64_t balances[kTaskHolders];
  if (found == 0 && read_balances(balances)) {
    for (std::uint32_t i = 1; i < kTaskHolders && found == 0; ++i) {
      sync::Word who = holders_[i].who.load(kAcquire);
      if (balances[i] == 0 && !sync::owner_lives(who) &&
          holders_[i].who.compare_exchange_strong(who, mine))
        found = i;
    }
  }
  mine_.store(found, kRelaxed);
  me_.store(mine, kRelease);
  return found;
}

bool Tasks::read_balances(std::int64_t (&balances)[kTaskHolders]) const noexcept {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::uint64_t got = get_.count.load(kAcquire);
    const std::uint64_t done = tasks_.count.load(kAcquire);
    const Tally& taker = tasks_.taken[got % 2];
    const Tally& doer = tasks_.done[done % 2];
    const std::uint64_t last_taker = taker.holder.load(kAcquire);
    const std::uint64_t last_doer = doer.holder.load(kAcquire);
    for (std::uint32_t i = 0; i < kTaskHolders; ++i) {
      const auto& taken = i == last_taker ? taker.sum : holders_[i].taken;
      const auto& made = i == last_doer ? doer.sum : holders_[i].done;
      balances[i] = static_cast<std::int64_t>(taken.load(kAcquire) - made.load(kAcquire));
    }
    if (get_.count.load(kAcquire) == got && tasks_.count.load(kAcquire) == done) return true;
  }
  return false;
}

Tasks::Lost Tasks::lost() const noexcept {
  std::int64_t balances[kTaskHolders];
  if (!read_balances(balances) || balances[0] < 0) return {};
  std::int64_t total = 0;
  sync::Word dead = sync::kFree;
  for (std::uint32_t i = 1; i < kTaskHolders; ++i) {
    if (balances[i] == 0) continue;
    const sync::Word who = holders_[i].who.load(kAcquire);
    const bool lives = sync::owner_lives(who);
    if (lives && balances[i] < 0) return {};
    if (lives) continue;
    total += balances[i];
    if (balances[i] > 0) dead = who;
  }
  if (total <= 0) return {};
  return {static_cast<std::uint64_t>(total), dead};
}

std::uint64_t Tasks::recover(sync::LazyWait& wait) noexcept {
  lock(wait);
  const std::uint64_t total = lost().count;
  std::uint64_t left = total;
  std::int64_t balances[kTaskHolders];
  if (left > 0 && !read_balances(balances)) left = 0;
  for (std::uint32_t i = 1; i < kTaskHolders && left > 0; ++i) {
    if (balances[i] <= 0 || sync::owner_lives(holders_[i].who.load(kAcquire))) continue;
    const std::uint64_t part = std::min(left, static_cast<std::uint64_t>(balances[i]));
    commit_done(i, part);
    left -= part;
  }
  const std::uint64_t done = tasks_.count.load(kRelaxed);
  sync::release_own(tasks_.lock);
  tell_joiners(done);
  return total - left;
}

// --- joining -------------------------------------------------------------------------------------

// `done` first: it never passes `put`, so if they are equal then, they were equal at the second
// look.
std::uint64_t Tasks::unfinished() const noexcept {
  std::uint64_t done = tasks_.count.load(kSeqCst);
  for (;;) {
    const std::uint64_t put = put_.count.load(kSeqCst);
    const std::uint64_t again = tasks_.count.load(kSeqCst);
    if (again == done) return put - done;
    done = again;
  }
}

Tasks::Join Tasks::join(os::Deadline deadline, sync::LazyWait& wait, Lost& lost) noexcept {
  const std::uint32_t zeros = tasks_.zeros.load(kSeqCst);
  for (;;) {
    tasks_.joining.exchange(1, kSeqCst);
    if (unfinished() == 0 || tasks_.zeros.load(kSeqCst) != zeros) return Join::Done;
    if (sync::is_due(tasks_.join_checked_ns)) {
      lost = this->lost();
      if (lost.count > 0) return Join::OwnerDied;
    }
    if (deadline.has_passed()) return Join::TimedOut;
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + sync::kTickNs;
    os::futex_wait(tasks_.zeros, zeros, os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
  }
}

}  // namespace mp::queue
