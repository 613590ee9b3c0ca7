#include "base/site.hpp"
#include "os/unique_fd.hpp"
#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "shm/cell_arena.hpp"
#include "sync/lock_core.hpp"
#include <libmp/lock.hpp>
#include <libmp/serialize.hpp>

#include <atomic>
#include <new>
#include <utility>

namespace mp {
namespace {

// What the processes share.
struct LockCell {
  std::atomic<sync::Word> word;             // everybody; see sync/lock_word.hpp
  std::atomic<std::uint64_t> acquisitions;  // the owner, relaxed: 1, 2, ...
  std::atomic<std::uint64_t> checked_ns;    // waiters, relaxed
};
static_assert(sizeof(LockCell) <= shm::kCellBytes && std::atomic<sync::Word>::is_always_lock_free);

os::Deadline deadline_of(Timeout timeout) noexcept {
  return timeout.is_never() ? os::Deadline::never() : os::Deadline::after(timeout.duration());
}

}  // namespace

// What each process has of its own.
struct Lock::Body {
  Body(std::string given, const std::source_location& where)
      : name(std::move(given)),
        site(site_text(where)),
        memory(shm::UniqueCell::allocate()),
        cell(*new(memory.address()) LockCell) {
    announce(wire::Acquired::Created, where);
  }
  // Of another process.
  Body(std::string given, std::string where, shm::UniqueCell received)
      : name(std::move(given)),
        site(std::move(where)),
        memory(std::move(received)),
        cell(*static_cast<LockCell*>(memory.address())) {
    announce(wire::Acquired::Received, {});
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() { probe::retire(probe); }

  void announce(wire::Acquired how, const std::source_location& where) noexcept {
    const shm::CellIdentity identity = memory.identity();
    probe = probe::announce({.kind = wire::ObjectKind::Lock,
                             .identity = {identity.device, identity.inode, identity.offset},
                             .name = name,
                             .site = where,
                             .capacity = 0,
                             .how = how});
  }

  sync::LockRef ref() noexcept { return {cell.word, cell.checked_ns}; }

  // Only the owner counts.
  std::uint64_t count_acquisition() noexcept {
    const std::uint64_t number = cell.acquisitions.load(std::memory_order_relaxed) + 1;
    cell.acquisitions.store(number, std::memory_order_relaxed);
    return number;
  }

  std::string text() const {
    if (!name.empty()) return "Lock '" + name + "'";
    return "Lock (" + site + ")";
  }

  static bool is_ours(sync::Word word) noexcept {
    return ((word ^ sync::me()) & (sync::kProcessMask | sync::kOwnerDied)) == 0;
  }

  // The whole of an uncontended acquire and release; everything else is out of their way.
  bool take() noexcept {
    if (!sync::try_take(cell.word)) return false;
    probe::lock_acquired(probe, count_acquisition());
    return true;
  }
  bool free_own() noexcept {
    sync::Word word = cell.word.load(std::memory_order_relaxed);
    if (!is_ours(word)) return false;
    // Stated while it is still held, so that the intervals of two owners never overlap in a record.
    probe::lock_released(probe, cell.acquisitions.load(std::memory_order_relaxed));
    while (!cell.word.compare_exchange_strong(word, sync::kFree, std::memory_order_release,
                                              std::memory_order_relaxed)) {
      if (!is_ours(word)) return false;  // somebody has freed it under us
    }
    if ((word & sync::kWaiters) != 0) sync::wake_one(cell.word);
    return true;
  }
  [[gnu::noinline]] bool take_slowly(os::Deadline deadline);
  [[gnu::noinline]] void free_of_others();
  [[noreturn]] void throw_owner_died(sync::Word dead) const;

  std::string name;
  std::string site;  // where it was made: file:line
  shm::UniqueCell memory;
  LockCell& cell;
  sync::SpinBudget spin;
  probe::Handle probe = 0;
};

bool Lock::Body::take_slowly(os::Deadline deadline) {
  sync::LazyWait wait(wire::ThreadState::LockWait, probe, deadline);
  const auto [outcome, dead] =
      sync::take_slowly(ref(), sync::OnDeath::Report, deadline, spin, wait);
  if (outcome == sync::Outcome::OwnerDied) throw_owner_died(dead);
  if (outcome == sync::Outcome::TimedOut) return false;
  const std::uint64_t waited_ns = wait.end(true);
  probe::lock_acquired(probe, count_acquisition(), waited_ns);
  return true;
}

void Lock::Body::free_of_others() {
  const sync::Word word = cell.word.load(std::memory_order_relaxed);
  if (word != sync::kFree && (word & sync::kOwnerDied) == 0) {
    probe::lock_released(probe, cell.acquisitions.load(std::memory_order_relaxed));
  }
  const auto [outcome, dead] = sync::release(ref());
  if (outcome == sync::Outcome::WasFree)
    throw ValueError(text() + ": release() of a lock that nobody holds");
  if (outcome == sync::Outcome::OwnerDied) throw_owner_died(dead);
}

void Lock::Body::throw_owner_died(sync::Word dead) const {
  const std::uint32_t pid = sync::owner_pid(dead);
  probe::lock_owner_died(probe, cell.acquisitions.load(std::memory_order_relaxed), pid);
  const probe::Obituary obituary = probe::describe_death(sync::owner_id(dead));
  throw OwnerDied(text(), static_cast<int>(pid), obituary.name, obituary.cause);
}

Lock::Lock(std::source_location site) : Lock(LockOptions{}, site) {}
Lock::Lock(LockOptions options, std::source_location site)
    : body_(std::make_shared<Body>(std::move(options.name), site)) {}
Lock::Lock(std::string_view name, std::source_location site)
    : Lock(LockOptions{std::string(name)}, site) {}

bool Lock::acquire() { return body_->take() || body_->take_slowly(os::Deadline::never()); }
bool Lock::acquire(Timeout timeout) {
  return body_->take() || body_->take_slowly(deadline_of(timeout));
}
bool Lock::try_acquire() { return body_->take() || body_->take_slowly(os::Deadline::at_ns(0)); }

void Lock::release() {
  if (!body_->free_own()) body_->free_of_others();
}

void Lock::recover() {
  Body& body = *body_;
  if (sync::recover(body.ref()) == sync::Outcome::NotNeeded) {
    throw RuntimeError(
        body.text() + ": recover() of a lock whose owner is not dead; another recovered it first?");
  }
  const std::uint64_t number = body.count_acquisition();
  probe::fact(wire::EventKind::LockRecovered, body.probe, static_cast<std::uint32_t>(number));
  probe::lock_acquired(body.probe, number);
}

void detail::Archiver<Lock>::write(OutArchive& archive, const Lock& lock) {
  const Lock::Body& body = *lock.body_;
  const std::uint32_t number = archive.luggage("Lock").pack(body.memory.descriptor());
  archive(number, body.memory.identity().offset, body.name, body.site);
}

Lock detail::Archiver<Lock>::make(InArchive& archive) {
  std::uint32_t number = 0;
  std::uint64_t offset = 0;
  std::string name;
  std::string site;
  archive(number, offset, name, site);
  std::shared_ptr<void>& made = archive.luggage("Lock").made_of(number, offset);
  if (made == nullptr) {
    auto cell =
        shm::UniqueCell::attach(os::UniqueFd(archive.luggage("Lock").share(number)), offset);
    made = std::make_shared<Lock::Body>(std::move(name), std::move(site), std::move(cell));
  }
  return Lock(std::static_pointer_cast<Lock::Body>(made));
}

bool Lock::locked() const noexcept {
  return body_->cell.word.load(std::memory_order_relaxed) != sync::kFree;
}
const std::string& Lock::name() const noexcept { return body_->name; }

}  // namespace mp
