#include "os/futex.hpp"
#include "os/wait_spin.hpp"
#include "sync/interrupt.hpp"
#include "sync/lock_core.hpp"
#include "sync/noun.hpp"
#include "sync/travel.hpp"
#include <libmp/event.hpp>

#include <algorithm>
#include <climits>
#include <sstream>
#include <utility>

namespace mp {
namespace {

// The futex word: how often it was set, whether somebody may sleep, whether it is set.
constexpr std::uint32_t kSet = 1;
constexpr std::uint32_t kSleepers = 2;
constexpr std::uint32_t kOneMore = 4;

struct EventCell {
  std::atomic<std::uint32_t> word;
};

}  // namespace

struct Event::Body {
  Body(shm::UniqueCell given, std::string name, const sync::Origin& origin)
      : memory(std::move(given)),
        word(static_cast<EventCell*>(memory.address())->word),
        noun(wire::ObjectKind::Event, "Event", std::move(name), origin, memory.identity()) {}

  // Whether it is set, or was since `then`.
  static bool was_set(std::uint32_t then, std::uint32_t now) noexcept {
    return (now & kSet) != 0 || ((now ^ then) & ~(kSet | kSleepers)) != 0;
  }
  [[gnu::noinline]] sync::Outcome sleep(std::uint32_t then, os::Deadline deadline,
                                        sync::LazyWait& wait) noexcept;
  bool wait(std::uint32_t then, os::Deadline deadline);

  shm::UniqueCell memory;
  std::atomic<std::uint32_t>& word;
  sync::Noun noun;
  os::WaitSpin spin;
};

sync::Outcome Event::Body::sleep(std::uint32_t then, os::Deadline deadline,
                                 sync::LazyWait& wait) noexcept {
  for (;;) {
    std::uint32_t now = word.load(std::memory_order_acquire);
    if (was_set(then, now)) return sync::Outcome::Done;
    if (deadline.has_passed()) return sync::Outcome::TimedOut;
    if (sync::take_interrupt()) return sync::Outcome::Interrupted;
    if ((now & kSleepers) == 0 &&
        !word.compare_exchange_weak(now, now | kSleepers, std::memory_order_relaxed)) {
      continue;
    }
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + sync::kTickNs;
    os::futex_wait(word, now | kSleepers,
                   os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
  }
}

bool Event::Body::wait(std::uint32_t then, os::Deadline deadline) {
  const auto has_come = [&] { return was_set(then, word.load(std::memory_order_acquire)); };
  if (deadline.moment_ns() != 0 && spin.until(has_come, deadline)) return true;
  sync::LazyWait wait(wire::ThreadState::EventWait, noun.probe, deadline);
  const sync::Outcome outcome = sleep(then, deadline, wait);
  if (outcome == sync::Outcome::Interrupted) sync::throw_interrupted(noun.text() + ".wait()");
  wait.end(outcome == sync::Outcome::Done);
  return outcome == sync::Outcome::Done;
}

Event::Event(std::string_view name, std::source_location site)
    : body_(std::make_shared<Body>(shm::UniqueCell::allocate(), std::string(name), site)) {}

bool Event::is_set() const noexcept {
  return (body_->word.load(std::memory_order_acquire) & kSet) != 0;
}

void Event::set() noexcept {
  Body& body = *body_;
  std::uint32_t now = body.word.load(std::memory_order_acquire);
  do {
    if ((now & kSet) != 0) return;
  } while (!body.word.compare_exchange_weak(now, ((now | kSet) & ~kSleepers) + kOneMore,
                                            std::memory_order_acq_rel, std::memory_order_acquire));
  probe::operation(wire::EventKind::EventChange, body.noun.probe, 1);
  if ((now & kSleepers) != 0) os::futex_wake(body.word, INT_MAX);
}

void Event::clear() noexcept {
  const std::uint32_t before = body_->word.fetch_and(~kSet, std::memory_order_acq_rel);
  if ((before & kSet) != 0) probe::operation(wire::EventKind::EventChange, body_->noun.probe, 0);
}

bool Event::wait(Timeout timeout) {
  const std::uint32_t now = body_->word.load(std::memory_order_acquire);
  if ((now & kSet) != 0) return true;
  return body_->wait(now, sync::deadline_of(timeout));
}

const std::string& Event::name() const noexcept { return body_->noun.name; }

std::string repr(const Event& event) {
  std::ostringstream text;
  text << "<Event at " << event.body_->memory.address() << (event.is_set() ? " set>" : " unset>");
  return text.str();
}

void detail::Archiver<Event>::write(OutArchive& archive, const Event& value) {
  const auto& body = *value.body_;
  archive(sync::pack_cell(archive, "Event", body.memory), body.noun.name, body.noun.site);
}

Event detail::Archiver<Event>::make(InArchive& archive) {
  sync::CellPlace place;
  std::string name;
  std::string site;
  archive(place, name, site);
  return Event(sync::body_at<Event::Body>(archive, "Event", place, [&] {
    return std::make_shared<Event::Body>(sync::unpack_cell(archive, "Event", place),
                                         std::move(name), sync::Origin(std::move(site)));
  }));
}

}  // namespace mp
