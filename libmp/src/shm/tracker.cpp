#include "shm/tracker.hpp"

#include "os/clock.hpp"
#include "os/detached.hpp"
#include "os/fork_hooks.hpp"
#include "os/journal.hpp"
#include "os/output.hpp"
#include "os/poll.hpp"
#include "os/shared_file.hpp"
#include "shm/tracker_main.hpp"
#include "shm/tracker_record.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <mutex>
#include <span>
#include <utility>

namespace mp::shm {
namespace {

constexpr std::chrono::seconds kPatience{
    20};  // with a machine on which to start a program takes long

template <std::size_t kSize>
void fill(char (&field)[kSize], std::string_view text) {
  std::memcpy(field, text.data(), std::min(text.size(), kSize - 1));
}

// This process's way to the tracker of its tree. Never destroyed.
class Channel {
 public:
  static Channel& instance() {
    static constinit os::Lasting<Channel> channel(
        {.before = [] { instance().mutex_.lock(); },
         .in_parent = [] { instance().mutex_.unlock(); },
         .in_child = [] { instance().mutex_.unlock(); }});
    return channel.get();
  }

  void open() {
    const std::scoped_lock guard(mutex_);
    open_locked();
  }

  // Leaves the tracker running. A tracker that was killed is started anew: what it knew is in the
  // journal.
  void append(const TrackerRecord& record) {
    const std::scoped_lock guard(mutex_);
    open_locked();
    os::append(journal_.get(), std::as_bytes(std::span(&record, 1)));
    if (os::reader_of(journal_.get()) == 0 && !start()) complain();
    os::ring(bell_.get());
  }

  // Whether any process of the tree has ever had something to say.
  bool is_in_use() {
    const std::scoped_lock guard(mutex_);
    return journal_.valid() && os::file_size(journal_.get()) != 0;
  }

  std::uint32_t reader() {
    const std::scoped_lock guard(mutex_);
    return journal_.valid() ? os::reader_of(journal_.get()) : 0;
  }

  TrackerPlace pack(mp::detail::Luggage& luggage) {
    const std::scoped_lock guard(mutex_);
    if (!journal_.valid()) return {};
    return {luggage.pack(journal_.get()), luggage.pack(bell_.get())};
  }

  void adopt(os::UniqueFd journal, os::UniqueFd bell) {
    const std::scoped_lock guard(mutex_);
    if (journal_.valid()) return;  // something was made before main(), and has a tracker
    journal_ = std::move(journal);
    bell_ = std::move(bell);
  }

  std::string maker() {
    const std::scoped_lock guard(mutex_);
    return maker_;
  }
  void set_maker(std::string_view name) {
    const std::scoped_lock guard(mutex_);
    maker_ = name;
  }

 private:
  void open_locked() {
    if (journal_.valid()) return;
    os::UniqueFd journal = os::create_journal();
    bell_ = os::create_bell();
    journal_ = std::move(journal);
  }

  // Until the tracker has said that one is there, itself or another that was quicker.
  [[nodiscard]] bool start() const {
    const os::UniqueFd listening = os::listen_to(bell_.get());
    os::UniqueFd ready = os::create_bell();
    const os::UniqueFd hearing = os::listen_to(ready.get());
    const std::array kept = {journal_.get(), listening.get(), ready.get()};
    // Its answer counts, and not this one: whoever ignores SIGCHLD is told a failure here.
    (void)os::run_self_detached({kTrackerName}, {"MP_INSPECT=0"}, {.kept = kept, .is_deaf = true});
    ready.reset();
    os::poll_readable(hearing.get(), os::Deadline::after(kPatience));
    return os::reader_of(journal_.get()) != 0;
  }

  void complain() {
    if (std::exchange(has_complained_, true)) return;
    try {
      os::write_text(
          os::kStandardError,
          "libmp: the resource tracker cannot be started: names of shared memory stay if "
          "this program is killed\n");
    } catch (const OSError&) {  // nowhere to complain
    }
  }

  std::mutex mutex_;
  os::UniqueFd journal_;
  os::UniqueFd bell_;
  std::string maker_ = "MainProcess";
  bool has_complained_ = false;
};

}  // namespace

void prepare_tracker() noexcept {
  try {
    Channel::instance().open();
  } catch (const std::exception&) {  // who needs it tries again, and is told then
  }
}

TrackerPlace pack_tracker(mp::detail::Luggage& luggage) {
  return Channel::instance().pack(luggage);
}

void adopt_tracker(TrackerPlace place, mp::detail::Luggage& luggage) {
  if (place.journal == TrackerPlace{}.journal) return;
  os::UniqueFd journal(luggage.take(place.journal));
  Channel::instance().adopt(std::move(journal), os::UniqueFd(luggage.take(place.bell)));
}

void name_maker(std::string_view name) { Channel::instance().set_maker(name); }

std::uint32_t tracker_pid() noexcept { return Channel::instance().reader(); }

TrackedName TrackedName::of_others(const std::string& name, os::FileIdentity block) {
  TrackedName made;
  made.name_ = name;
  made.block_ = block;
  return made;
}

TrackedName TrackedName::reserve(const std::string& name, os::FileIdentity block,
                                 std::uint64_t bytes, const std::string& site) {
  if (name.size() >= sizeof TrackerRecord{}.name)
    throw ValueError("msg too long: the resource tracker takes names of up to " +
                     std::to_string(sizeof TrackerRecord{}.name - 1) + " bytes, not of " +
                     std::to_string(name.size()));
  TrackedName made = of_others(name, block);
  made.bytes_ = bytes;
  made.born_ns_ = os::monotonic_ns();
  made.site_ = site;
  made.maker_ = os::self();
  Channel::instance().append(made.record(BlockState::Reserved));
  return made;
}

TrackerRecord TrackedName::record(BlockState state) const {
  TrackerRecord record;
  record.state = state;
  record.pid = maker_.pid;
  record.start_ticks = maker_.start_ticks;
  record.device = block_.device;
  record.inode = block_.inode;
  record.bytes = bytes_;
  record.born_ns = born_ns_;
  fill(record.name, name_);
  fill(record.maker, Channel::instance().maker());
  fill(record.site, site_);
  return record;
}

void TrackedName::say(BlockState state) const noexcept {
  try {
    Channel::instance().append(record(state));
  } catch (const std::exception&) {
    // A machine without memory: the tracker will look once more than it needs, and finds nothing.
  }
}

void TrackedName::named() noexcept {
  if (maker_ == os::self()) say(BlockState::Named);
}

void TrackedName::left() noexcept {
  if (maker_ == os::self()) say(BlockState::Left);
}

void TrackedName::unlinked() noexcept {
  if (Channel::instance().is_in_use()) say(BlockState::Unlinked);
}

}  // namespace mp::shm
