#include "sync/interrupt.hpp"
#include "sync/noun.hpp"
#include "sync/permits.hpp"
#include "sync/travel.hpp"
#include <libmp/semaphore.hpp>

#include <utility>

namespace mp {

struct Semaphore::Body {
  Body(shm::UniqueCell first, sync::Permits::Holders::Cells holders, Bound bound, std::string name,
       const sync::Origin& origin)
      : memory(std::move(first)),
        cell(*static_cast<sync::PermitCell*>(memory.address())),
        permits(cell, sync::Permits::Holders(std::move(holders))),
        is_bounded(bound == Bound::Initial),
        noun(is_bounded ? wire::ObjectKind::BoundedSemaphore : wire::ObjectKind::Semaphore,
             is_bounded ? "BoundedSemaphore" : "Semaphore", std::move(name), origin,
             memory.identity(), cell.initial) {}

  bool take() noexcept {
    if (!permits.try_take()) return false;
    probe::operation(wire::EventKind::SemaphoreGot, noun.probe, permits.count());
    return true;
  }

  [[gnu::noinline]] bool take_slowly(os::Deadline deadline) {
    sync::LazyWait wait(wire::ThreadState::SemaphoreWait, noun.probe, deadline);
    const auto [outcome, dead] = permits.take_slowly(deadline, wait);
    if (outcome == sync::Outcome::OwnerDied) {
      probe::fact(wire::EventKind::SemaphoreOwnerDied, noun.probe, permits.of_the_dead(),
                  sync::owner_pid(dead));
      noun.throw_owner_died(dead);
    }
    if (outcome == sync::Outcome::Interrupted) sync::throw_interrupted(noun.text() + ".acquire()");
    if (outcome == sync::Outcome::TimedOut) return false;
    const std::uint64_t waited_ns = wait.end(true);
    probe::operation(wire::EventKind::SemaphoreGot, noun.probe, permits.count(), waited_ns);
    return true;
  }

  shm::UniqueCell memory;
  sync::PermitCell& cell;
  sync::Permits permits;
  bool is_bounded;
  sync::Noun noun;
};

Semaphore::Semaphore(int value, std::string_view name, std::source_location site)
    : Semaphore(value, Bound::None, name, site) {}

Semaphore::Semaphore(int value, Bound bound, std::string_view name,
                     const std::source_location& site) {
  constexpr auto kMost = static_cast<int>(sync::Permits::kMostCount);
  if (value < 0 || value > kMost) {
    throw ValueError("Semaphore(" + std::to_string(value) + "): the value must be from 0 to " +
                     std::to_string(kMost));
  }
  shm::UniqueCell first = shm::UniqueCell::allocate();
  sync::Permits::start(*static_cast<sync::PermitCell*>(first.address()),
                       static_cast<std::uint32_t>(value),
                       static_cast<std::uint32_t>(bound == Bound::Initial ? value : kMost));
  body_ = std::make_shared<Body>(std::move(first), sync::Permits::Holders::allocate(), bound,
                                 std::string(name), site);
}

bool Semaphore::acquire() { return body_->take() || body_->take_slowly(os::Deadline::never()); }
bool Semaphore::acquire(Timeout timeout) {
  return body_->take() || body_->take_slowly(sync::deadline_of(timeout));
}
bool Semaphore::try_acquire() {
  return body_->take() || body_->take_slowly(os::Deadline::at_ns(0));
}

void Semaphore::release() {
  Body& body = *body_;
  if (!body.permits.give())
    throw ValueError(body.noun.text() + ": semaphore released too many times");
  probe::operation(wire::EventKind::SemaphoreFree, body.noun.probe, body.permits.count());
}

int Semaphore::recover() {
  const std::uint32_t returned = body_->permits.recover();
  if (returned > 0) probe::fact(wire::EventKind::SemaphoreRecovered, body_->noun.probe, returned);
  return static_cast<int>(returned);
}

int Semaphore::get_value() const noexcept { return static_cast<int>(body_->permits.count()); }
int Semaphore::held_by_the_dead() const noexcept {
  return static_cast<int>(body_->permits.of_the_dead());
}
const std::string& Semaphore::name() const noexcept { return body_->noun.name; }

std::string repr(const Semaphore& semaphore) {
  const auto& body = *semaphore.body_;
  std::string text =
      "<" + std::string(body.noun.kind_word) + "(value=" + std::to_string(body.permits.count());
  if (body.is_bounded) text += ", maxvalue=" + std::to_string(body.cell.maximum);
  return text + ")>";
}

void detail::Archiver<Semaphore>::write(OutArchive& archive, const Semaphore& value) {
  const auto& body = *value.body_;
  archive(sync::pack_cell(archive, "Semaphore", body.memory),
          sync::pack_cells(archive, "Semaphore", body.permits.holders().cells()), body.is_bounded,
          body.noun.name, body.noun.site);
}

Semaphore detail::Archiver<Semaphore>::make(InArchive& archive) {
  using Cells = sync::Permits::Holders::Cells;
  sync::CellPlace place;
  sync::CellPlaces<std::tuple_size_v<Cells>> row;
  bool is_bounded = false;
  std::string name;
  std::string site;
  archive(place, row, is_bounded, name, site);
  return Semaphore(sync::body_at<Semaphore::Body>(archive, "Semaphore", place, [&] {
    return std::make_shared<Semaphore::Body>(
        sync::unpack_cell(archive, "Semaphore", place),
        sync::unpack_cells(archive, "Semaphore", row),
        is_bounded ? Semaphore::Bound::Initial : Semaphore::Bound::None, std::move(name),
        sync::Origin(std::move(site)));
  }));
}

}  // namespace mp
