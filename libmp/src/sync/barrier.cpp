#include "os/fork_hooks.hpp"
#include "os/identity.hpp"
#include "probe/lifecycle.hpp"
#include "sync/interrupt.hpp"
#include "sync/leaving.hpp"
#include "sync/noun.hpp"
#include "sync/parties.hpp"
#include "sync/travel.hpp"
#include <libmp/barrier.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <sstream>
#include <utility>
#include <vector>

namespace mp {
namespace {

// The barriers of this process. Never destroyed: exit handlers ask it.
class Registry {
 public:
  static Registry& instance() { return place().get(); }
  static Registry* if_made() { return place().get_if_made(); }

  void add(sync::Parties* parties) {
    const std::scoped_lock guard(mutex_);
    all_.push_back(parties);
  }
  void remove(sync::Parties* parties) noexcept {
    const std::scoped_lock guard(mutex_);
    std::erase(all_, parties);
  }
  void hook_exit() noexcept {
    if (exit_hooked_.load(std::memory_order_relaxed) || exit_hooked_.exchange(true)) return;
    os::at_exit([](int status) {
      if (status == 0) sync::leave_barriers();
    });
  }
  void leave_all() noexcept {
    const std::scoped_lock guard(mutex_);
    for (sync::Parties* parties : all_) parties->leave();
  }

 private:
  static os::Lasting<Registry>& place() {
    static constinit os::Lasting<Registry> registry(
        {.before = [] { instance().mutex_.lock(); },
         .in_parent = [] { instance().mutex_.unlock(); },
         .in_child =
             [] {
               instance().exit_hooked_ = false;  // the hook is the parent's
               instance().mutex_.unlock();
             }});
    return registry;
  }

  std::mutex mutex_;
  std::vector<sync::Parties*> all_;
  std::atomic<bool> exit_hooked_{false};
};

std::string process_text(sync::Word word) {
  const probe::Obituary obituary = probe::describe_death(sync::owner_id(word));
  std::string text = "process ";
  if (obituary.name[0] != '\0') text.append(obituary.name).append(" ");
  text.append("(pid ").append(std::to_string(sync::owner_pid(word))).append("), a party, died");
  if (obituary.cause[0] != '\0') text.append(", ").append(obituary.cause);
  return text;
}

std::string describe(const sync::Parties::Cause& cause) {
  using Reason = sync::Parties::Reason;
  switch (cause.reason) {
    case Reason::Abort:
      return "it was aborted";
    case Reason::Timeout:
      return "a party waited in vain until its timeout";
    case Reason::Death:
      return process_text(cause.dead);
    case Reason::Action:
      return "its action failed";
    case Reason::Interrupt:
      return "the wait of a party was interrupted";
    case Reason::Reset:
      return "it was reset";
  }
  return "it is broken";
}

}  // namespace

void sync::leave_barriers() noexcept {
  if (Registry* const registry = Registry::if_made()) registry->leave_all();
}

struct Barrier::Body {
  Body(shm::UniqueCell first, sync::Parties::Members::Cells members, std::function<void()> what,
       Timeout limit, std::string name, const sync::Origin& origin)
      : memory(std::move(first)),
        parties(*static_cast<sync::PartyCell*>(memory.address()),
                sync::Parties::Members(std::move(members))),
        action(std::move(what)),
        timeout(limit),
        noun(wire::ObjectKind::Barrier, "Barrier", std::move(name), origin, memory.identity(),
             parties.parties()) {
    Registry::instance().add(&parties);
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() {
    Registry::instance().remove(&parties);
    parties.leave();
  }

  int wait(os::Deadline deadline);
  void act(const sync::Parties::Arrival& arrival);
  [[noreturn]] void throw_broken() const {
    const sync::Parties::Cause cause = parties.cause();
    probe::fact(wire::EventKind::BarrierBroken, noun.probe,
                static_cast<std::uint32_t>(cause.reason), sync::owner_pid(cause.dead));
    throw BrokenBarrierError(noun.text() + ": " + describe(cause));
  }

  shm::UniqueCell memory;
  sync::Parties parties;
  std::function<void()> action;
  Timeout timeout;
  sync::Noun noun;
};

int Barrier::Body::wait(os::Deadline deadline) {
  using Turn = sync::Parties::Turn;
  using End = sync::Parties::End;
  Registry::instance().hook_exit();
  for (;;) {
    sync::LazyWait wait(wire::ThreadState::BarrierWait, noun.probe, deadline);
    const sync::Parties::Arrival arrival = parties.arrive(static_cast<bool>(action));
    if (arrival.turn == Turn::Broken) throw_broken();
    if (arrival.turn == Turn::Act) act(arrival);
    if (arrival.turn == Turn::Wait || arrival.turn == Turn::Full) {
      const End end = parties.await(arrival, deadline, wait);
      if (end == End::Interrupted) sync::throw_interrupted(noun.text() + ".wait()");
      if (end == End::Broken) throw_broken();
    }
    if (arrival.turn != Turn::Full) return static_cast<int>(arrival.index);
  }
}

void Barrier::Body::act(const sync::Parties::Arrival& arrival) {
  try {
    action();
  } catch (...) {
    parties.break_round(arrival.round, sync::Parties::Reason::Action);
    throw;
  }
  if (!parties.pass(arrival)) throw_broken();
}

Barrier::Barrier(int parties, std::function<void()> action, Timeout timeout, std::string_view name,
                 std::source_location site) {
  constexpr auto kMost = static_cast<int>(sync::Parties::kMost);
  if (parties < 1 || parties > kMost) {
    throw ValueError("Barrier(" + std::to_string(parties) + "): parties must be from 1 to " +
                     std::to_string(kMost));
  }
  shm::UniqueCell first = shm::UniqueCell::allocate();
  static_cast<sync::PartyCell*>(first.address())->parties = static_cast<std::uint32_t>(parties);
  body_ = std::make_shared<Body>(std::move(first), sync::Parties::Members::allocate(),
                                 std::move(action), timeout, std::string(name), site);
}

int Barrier::wait() { return body_->wait(sync::deadline_of(body_->timeout)); }
int Barrier::wait(Timeout timeout) { return body_->wait(sync::deadline_of(timeout)); }

void Barrier::abort() noexcept { body_->parties.abort(); }
void Barrier::reset() noexcept {
  body_->parties.reset();
  probe::fact(wire::EventKind::BarrierReset, body_->noun.probe);
}

int Barrier::parties() const noexcept { return static_cast<int>(body_->parties.parties()); }
int Barrier::n_waiting() const noexcept { return static_cast<int>(body_->parties.waiting()); }
bool Barrier::broken() const noexcept { return body_->parties.is_broken(); }
const std::string& Barrier::name() const noexcept { return body_->noun.name; }

std::string repr(const Barrier& barrier) {
  std::ostringstream text;
  text << "<Barrier at " << barrier.body_->memory.address();
  if (barrier.broken()) {
    text << ": broken>";
  } else {
    text << ": waiters=" << barrier.n_waiting() << "/" << barrier.parties() << ">";
  }
  return text.str();
}

// A plain function is at the same place in the child; nothing is known of what another callable
// holds.
void detail::Archiver<Barrier>::write(OutArchive& archive, const Barrier& value) {
  using Function = void (*)();
  const auto& body = *value.body_;
  const Function* const function = body.action.template target<Function>();
  if (body.action && function == nullptr) {
    throw RuntimeError(body.noun.text() +
                       ": its action cannot be sent to a process started by spawn or forkserver, "
                       "for it is no plain function. Make it one, void action()");
  }
  archive(sync::pack_cell(archive, "Barrier", body.memory),
          sync::pack_cells(archive, "Barrier", body.parties.members().cells()),
          function == nullptr ? Function() : *function, body.timeout, body.noun.name,
          body.noun.site);
}

Barrier detail::Archiver<Barrier>::make(InArchive& archive) {
  sync::CellPlace place;
  sync::CellPlaces<std::tuple_size_v<sync::Parties::Members::Cells>> row;
  void (*action)() = nullptr;
  Timeout timeout = Timeout::never();
  std::string name;
  std::string site;
  archive(place, row, action, timeout, name, site);
  return Barrier(sync::body_at<Barrier::Body>(archive, "Barrier", place, [&] {
    return std::make_shared<Barrier::Body>(sync::unpack_cell(archive, "Barrier", place),
                                           sync::unpack_cells(archive, "Barrier", row),
                                           action == nullptr ? std::function<void()>() : action,
                                           timeout, std::move(name), sync::Origin(std::move(site)));
  }));
}

}  // namespace mp
