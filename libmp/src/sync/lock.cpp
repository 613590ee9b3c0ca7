#include "sync/lock_body.hpp"
#include <libmp/lock.hpp>

#include <utility>

namespace mp {

struct Lock::Body : sync::LockBody {
  Body(shm::UniqueCell given, std::string name, const std::source_location& site)
      : LockBody(std::move(given), wire::ObjectKind::Lock, "Lock", std::move(name), site) {}
};

Lock::Lock(std::source_location site) : Lock(LockOptions{}, site) {}
Lock::Lock(LockOptions options, std::source_location site)
    : body_(std::make_shared<Body>(shm::UniqueCell::allocate(), std::move(options.name), site)) {}
Lock::Lock(std::string_view name, std::source_location site)
    : Lock(LockOptions{std::string(name)}, site) {}

bool Lock::acquire() { return body_->take() || body_->take_slowly(os::Deadline::never()); }
bool Lock::acquire(Timeout timeout) {
  return body_->take() || body_->take_slowly(sync::deadline_of(timeout));
}
bool Lock::try_acquire() { return body_->take() || body_->take_slowly(os::Deadline::at_ns(0)); }

void Lock::release() {
  if (!body_->free_own()) body_->free_of_others();
}
void Lock::unlock() {
  if (!body_->lost()) release();
}

void Lock::recover() { body_->recover(); }

bool Lock::locked() const noexcept {
  return body_->cell.word.load(std::memory_order_relaxed) != sync::kFree;
}
const std::string& Lock::name() const noexcept { return body_->noun.name; }

sync::LockBody& Lock::body() const noexcept { return *body_; }
unsigned Lock::give_up() const {
  if (!body_->free_own()) body_->free_of_others();
  return 1;
}
void Lock::take_back(unsigned) const { body_->take_back(); }

}  // namespace mp
