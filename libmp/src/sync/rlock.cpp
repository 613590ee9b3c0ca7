#include "sync/lock_body.hpp"
#include "sync/travel.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/rlock.hpp>

#include <utility>

namespace mp {

struct RLock::Body : sync::LockBody {
  Body(shm::UniqueCell given, std::string name, const sync::Origin& origin)
      : LockBody(std::move(given), wire::ObjectKind::RLock, "RLock", std::move(name), origin) {}

  bool enter(const os::Caller& caller) noexcept {
    if (take(caller)) {
      set_depth(1);
      return true;
    }
    if (!is_mine()) return false;
    set_depth(depth() + 1);
    return true;
  }
  bool enter(os::Deadline deadline, const os::Caller& caller) {
    if (!take_slowly(deadline, caller)) return false;
    set_depth(1);
    return true;
  }

  void leave() {
    if (!is_mine()) refuse();
    if (const std::uint32_t left = depth() - 1; left > 0) {
      set_depth(left);
    } else {
      free();
    }
  }

  void free() noexcept {
    // First of all: whoever of this process takes it next must not be taken for this thread.
    cell.thread.store(0, std::memory_order_relaxed);
    free_own();
  }

  [[noreturn]] void refuse() {
    const auto [outcome, dead] = sync::find_death(ref());
    if (outcome == sync::Outcome::OwnerDied) throw_owner_died(dead);
    throw AssertionError(noun.text() + ": attempt to release recursive lock not owned by thread");
  }

  // The owner's own affair.
  [[nodiscard]] std::uint32_t depth() const noexcept {
    return cell.depth.load(std::memory_order_relaxed);
  }
  void set_depth(std::uint32_t value) noexcept {
    cell.depth.store(value, std::memory_order_relaxed);
  }
};

RLock::RLock(std::source_location site) : RLock(LockOptions{}, site) {}
RLock::RLock(LockOptions options, std::source_location site)
    : body_(std::make_shared<Body>(shm::UniqueCell::allocate(), std::move(options.name), site)) {}
RLock::RLock(std::string_view name, std::source_location site)
    : RLock(LockOptions{std::string(name)}, site) {}

// Never inlined, so that their caller is the user's code.
[[gnu::noinline]] bool RLock::acquire() {
  const os::Caller caller = os::caller();
  return body_->enter(caller) || body_->enter(os::Deadline::never(), caller);
}
[[gnu::noinline]] bool RLock::acquire(Timeout timeout) {
  const os::Caller caller = os::caller();
  return body_->enter(caller) || body_->enter(sync::deadline_of(timeout), caller);
}
[[gnu::noinline]] bool RLock::try_acquire() {
  const os::Caller caller = os::caller();
  return body_->enter(caller) || body_->enter(os::Deadline::at_ns(0), caller);
}

void RLock::release() { body_->leave(); }
void RLock::unlock() {
  if (!body_->lost()) release();
}

void RLock::recover() {
  body_->recover();
  body_->set_depth(1);
}

bool RLock::locked() const noexcept {
  return body_->cell.word.load(std::memory_order_relaxed) != sync::kFree;
}
const std::string& RLock::name() const noexcept { return body_->noun.name; }

sync::LockBody& RLock::body() const noexcept { return *body_; }
unsigned RLock::give_up() const {
  const unsigned depth = body_->depth();
  body_->free();
  return depth;
}
[[gnu::noinline]] void RLock::take_back(unsigned depth) const {
  body_->take_back(os::caller());
  body_->set_depth(depth);
}

void detail::Archiver<RLock>::write(OutArchive& archive, const RLock& value) {
  const auto& body = *value.body_;
  archive(sync::pack_cell(archive, "RLock", body.memory), body.noun.name, body.noun.site);
}

RLock detail::Archiver<RLock>::make(InArchive& archive) {
  sync::CellPlace place;
  std::string name;
  std::string site;
  archive(place, name, site);
  return RLock(sync::body_at<RLock::Body>(archive, "RLock", place, [&] {
    return std::make_shared<RLock::Body>(sync::unpack_cell(archive, "RLock", place),
                                         std::move(name), sync::Origin(std::move(site)));
  }));
}

}  // namespace mp
