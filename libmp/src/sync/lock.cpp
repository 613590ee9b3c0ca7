#include "sync/lock_body.hpp"
#include "sync/travel.hpp"
#include <libmp/lock.hpp>

#include <utility>

namespace mp {

struct Lock::Body : sync::LockBody {
  Body(shm::UniqueCell given, std::string name, const sync::Origin& origin)
      : LockBody(std::move(given), wire::ObjectKind::Lock, "Lock", std::move(name), origin) {}
};

Lock::Lock(std::source_location site) : Lock(LockOptions{}, site) {}
Lock::Lock(LockOptions options, std::source_location site)
    : body_(std::make_shared<Body>(shm::UniqueCell::allocate(), std::move(options.name), site)) {}
Lock::Lock(std::string_view name, std::source_location site)
    : Lock(LockOptions{std::string(name)}, site) {}

// Never inlined, so that their caller is the user's code.
[[gnu::noinline]] bool Lock::acquire() {
  const os::Caller caller = os::caller();
  return body_->take(caller) || body_->take_slowly(os::Deadline::never(), caller);
}
[[gnu::noinline]] bool Lock::acquire(Timeout timeout) {
  const os::Caller caller = os::caller();
  return body_->take(caller) || body_->take_slowly(sync::deadline_of(timeout), caller);
}
[[gnu::noinline]] bool Lock::try_acquire() {
  const os::Caller caller = os::caller();
  return body_->take(caller) || body_->take_slowly(os::Deadline::at_ns(0), caller);
}

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
[[gnu::noinline]] void Lock::take_back(unsigned) const { body_->take_back(os::caller()); }

void detail::Archiver<Lock>::write(OutArchive& archive, const Lock& value) {
  const auto& body = *value.body_;
  archive(sync::pack_cell(archive, "Lock", body.memory), body.noun.name, body.noun.site);
}

Lock detail::Archiver<Lock>::make(InArchive& archive) {
  sync::CellPlace place;
  std::string name;
  std::string site;
  archive(place, name, site);
  return Lock(sync::body_at<Lock::Body>(archive, "Lock", place, [&] {
    return std::make_shared<Lock::Body>(sync::unpack_cell(archive, "Lock", place), std::move(name),
                                        sync::Origin(std::move(site)));
  }));
}

}  // namespace mp
