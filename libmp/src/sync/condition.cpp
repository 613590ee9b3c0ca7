#include "sync/interrupt.hpp"
#include "sync/lock_body.hpp"
#include "sync/seats.hpp"
#include "sync/travel.hpp"
#include <libmp/condition.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace mp {

using AnyLock = std::variant<Lock, RLock>;

struct Condition::Body {
  Body(shm::UniqueCell first, sync::Seats::Row::Cells row, AnyLock given, std::string name,
       const sync::Origin& origin)
      : memory(std::move(first)),
        seats(*static_cast<sync::SeatCell*>(memory.address()), sync::Seats::Row(std::move(row))),
        lock(std::move(given)),
        noun(wire::ObjectKind::Condition, "Condition", std::move(name), origin, memory.identity()) {
  }

  template <class Call>
  decltype(auto) with_lock(Call&& call) {
    return std::visit(std::forward<Call>(call), lock);
  }
  sync::LockBody& lock_body() {
    return with_lock([](auto& held) -> sync::LockBody& { return held.body(); });
  }

  void require_mine(const char* what) {
    if (!lock_body().is_mine())
      throw AssertionError(noun.text() + ": " + what + " without the lock");
  }

  bool wait(os::Deadline deadline);
  void notify(std::uint32_t count, const char* what) {
    require_mine(what);
    probe::operation(wire::EventKind::ConditionNotify, noun.probe, seats.call(count));
  }

  shm::UniqueCell memory;
  sync::Seats seats;
  AnyLock lock;
  sync::Noun noun;
};

bool Condition::Body::wait(os::Deadline deadline) {
  require_mine("wait()");
  const sync::Seats::Seat seat = seats.sit();
  const unsigned depth = with_lock([](auto& held) { return held.give_up(); });
  const auto take_back = [&] { with_lock([&](auto& held) { held.take_back(depth); }); };

  sync::LazyWait wait(wire::ThreadState::ConditionWait, noun.probe, deadline);
  wait.begin();
  sync::Result result = seats.sleep(seat, deadline, lock_body().ref());
  while (result.outcome == sync::Outcome::OwnerDied) {
    try {
      take_back();
    } catch (...) {
      seats.rise(seat);
      throw;
    }
    // Recovered by another, who may be about to notify: back to sleep, on the same seat.
    if (seats.is_called(seat)) {
      wait.end(true);
      return seats.rise(seat);
    }
    (void)with_lock([](auto& held) { return held.give_up(); });
    result = seats.sleep(seat, deadline, lock_body().ref());
  }
  // At once, not only when the lock is back: else a notify in between would be ours, and wasted.
  const bool called = seats.rise(seat);
  wait.end(called);
  take_back();
  if (result.outcome == sync::Outcome::Interrupted) {
    if (!called) sync::throw_interrupted(noun.text() + ".wait()");
    sync::detail::interrupted = true;  // the notify is not to be lost: the next wait ends
  }
  return called;
}

Condition::Condition(std::string_view name, std::source_location site)
    : Condition(RLock(name, site), name, site) {}
Condition::Condition(const Lock& lock, std::string_view name, std::source_location site)
    : body_(std::make_shared<Body>(shm::UniqueCell::allocate(), sync::Seats::Row::allocate(),
                                   AnyLock(lock), std::string(name), site)) {}
Condition::Condition(const RLock& lock, std::string_view name, std::source_location site)
    : body_(std::make_shared<Body>(shm::UniqueCell::allocate(), sync::Seats::Row::allocate(),
                                   AnyLock(lock), std::string(name), site)) {}

bool Condition::acquire() {
  return body_->with_lock([](auto& held) { return held.acquire(); });
}
bool Condition::acquire(Timeout timeout) {
  return body_->with_lock([&](auto& held) { return held.acquire(timeout); });
}
bool Condition::try_acquire() {
  return body_->with_lock([](auto& held) { return held.try_acquire(); });
}
void Condition::release() {
  body_->with_lock([](auto& held) { held.release(); });
}
void Condition::recover() {
  body_->with_lock([](auto& held) { held.recover(); });
}
void Condition::unlock() {
  body_->with_lock([](auto& held) { held.unlock(); });
}

bool Condition::wait(Timeout timeout) { return body_->wait(sync::deadline_of(timeout)); }

void Condition::notify(int count) {
  body_->notify(static_cast<std::uint32_t>(std::max(count, 0)), "notify()");
}
void Condition::notify_all() { body_->notify(~std::uint32_t{0}, "notify_all()"); }

const std::string& Condition::name() const noexcept { return body_->noun.name; }

const std::variant<Lock, RLock>& Condition::any_lock() const noexcept { return body_->lock; }
unsigned Condition::waiting() const noexcept { return body_->seats.count(); }

void detail::Archiver<Condition>::write(OutArchive& archive, const Condition& value) {
  const auto& body = *value.body_;
  archive(sync::pack_cell(archive, "Condition", body.memory),
          sync::pack_cells(archive, "Condition", body.seats.row().cells()), body.lock,
          body.noun.name, body.noun.site);
}

Condition detail::Archiver<Condition>::make(InArchive& archive) {
  sync::CellPlace place;
  sync::CellPlaces<std::tuple_size_v<sync::Seats::Row::Cells>> row;
  archive(place, row);
  auto lock = archive.read_new<AnyLock>();
  auto name = archive.read_new<std::string>();
  auto site = archive.read_new<std::string>();
  return Condition(sync::body_at<Condition::Body>(archive, "Condition", place, [&] {
    return std::make_shared<Condition::Body>(sync::unpack_cell(archive, "Condition", place),
                                             sync::unpack_cells(archive, "Condition", row),
                                             std::move(lock), std::move(name),
                                             sync::Origin(std::move(site)));
  }));
}

}  // namespace mp
