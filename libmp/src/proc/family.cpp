#include "proc/family.hpp"

#include "ipc/auth.hpp"
#include "ipc/sentinels.hpp"
#include "logging/logging.hpp"
#include "os/child.hpp"
#include "proc/finalizers.hpp"
#include "proc/fork_check.hpp"
#include "proc/fork_server.hpp"
#include "proc/launch.hpp"
#include "proc/standard_streams.hpp"
#include "shm/tracker.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>

namespace mp::proc {
namespace {

constexpr std::chrono::seconds kDaemonGrace{2};

Identity identity_of_first_process() {
  Identity identity;
  identity.name = "MainProcess";
  identity.authkey = ipc::process_authkey();
  return identity;
}

void at_exit(int status) {
  Family& family = Family::instance();
  try {
    family.shut_down();
  } catch (const std::exception& error) {  // nobody above can catch it
    write_to_stderr(std::string("libmp: at exit: ") + error.what() + "\n");
  }
  // The first process of a tree is told off by the probes themselves.
  if (family.parent() != nullptr) probe::leaving(status);
}

}  // namespace

Family& Family::instance() {
  static constinit std::atomic<Family*> one{nullptr};
  if (Family* const made = one.load(std::memory_order_acquire)) return *made;
  // Two threads may make one each, and the first stays: no fork ever finds one half made.
  std::unique_ptr<Family> mine(new Family);
  Family* made = nullptr;
  const bool is_first = one.compare_exchange_strong(made, mine.get(), std::memory_order_acq_rel);
  return is_first ? *mine.release() : *made;
}

Family::Family() : self_(ProcessCore::self(identity_of_first_process())) {
  ipc::sentinel_owner.store(
      [](int sentinel) noexcept { return Family::instance().puid_behind(sentinel); },
      std::memory_order_release);
}

std::shared_ptr<ProcessCore> Family::self() {
  const std::scoped_lock guard(mutex_);
  return self_;
}

std::shared_ptr<ProcessCore> Family::parent() {
  const std::scoped_lock guard(mutex_);
  return parent_;
}

// The children in the list belong to the process that forked this one: its descriptors are closed,
// and the rest is left as it is, since a thread that exists only there may have been in the middle
// of using it.
void Family::make_own() {
  const std::uint32_t pid = os::own_pid();
  if (std::exchange(owner_pid_, pid) == pid) return;
  for (const Child& child : children_) {
    if (child.runs()) {
      child.started->forget();
    } else if (const auto watched = child.watched.lock()) {
      watched->forget();
    }
  }
  if (left_behind_.empty()) {
    left_behind_.swap(children_);
  } else {
    std::move(children_.begin(), children_.end(), std::back_inserter(left_behind_));
    children_.clear();
  }
  as_parent_.reset();  // after a bare fork it still names the process before
  own_pidfd_.reset();
  (void)lifeline_.held.release();  // the fork has closed it
}

void Family::prune() {
  make_own();
  for (Child& child : children_) {
    if (child.runs() && child.started->poll()) child = {.watched = std::move(child.watched)};
  }
  std::erase_if(children_, [](const Child& child) { return child.watched.expired(); });
}

std::vector<std::shared_ptr<ProcessCore>> Family::living_children() {
  std::vector<std::shared_ptr<ProcessCore>> living;
  const std::scoped_lock guard(mutex_);
  prune();
  for (const Child& child : children_) {
    if (child.runs()) living.push_back(child.core);
  }
  return living;
}

std::uint64_t Family::puid_behind(int sentinel) noexcept {
  const std::scoped_lock guard(mutex_);
  if (owner_pid_ == os::own_pid()) {
    for (const Child& child : children_) {
      const auto started = child.runs() ? child.started : child.watched.lock();
      if (started != nullptr && started->sentinel() == sentinel) return started->puid();
    }
  }
  const bool is_parents = parent_ != nullptr && parent_->sentinel() == sentinel;
  return is_parents ? probe::parent_puid() : 0;
}

void Family::remove(const ProcessCore& child) {
  // Dropped after the mutex: destroying a target may call anything.
  Child last_hold;
  const std::scoped_lock guard(mutex_);
  for (Child& one : children_) {
    if (one.core.get() == &child) last_hold = std::exchange(one, {.watched = one.watched});
  }
}

Identity Family::identity_of_next_child() {
  Identity identity = self()->identity();
  const std::scoped_lock guard(mutex_);
  identity.path.push_back(++children_made_);
  identity.name.clear();
  return identity;
}

void Family::prepare_start() {
  prune();
  if (!own_pidfd_.valid()) own_pidfd_ = os::open_pidfd(os::own_pid());
  if (!lifeline_.end.valid()) {
    lifeline_ = os::make_lifeline();
    os::close_in_forks(lifeline_.held.get());
  }
  shm::prepare_tracker();
  await_exit();
}

// After the probes' own hook: children are waited for before anybody says goodbye.
void Family::await_exit() {
  if (!exit_hooked_.exchange(true)) os::at_every_exit(at_exit);
}

// Everything is put down before the fork: what is written to afterwards, be it to free something,
// has to be copied page by page, and the more expensively while the child does the same.
std::shared_ptr<StartedChild> Family::fork(std::shared_ptr<ProcessCore> child,
                                           std::shared_ptr<ProcessCore> as_child) {
  const std::string own_name = self()->name("Process");
  const probe::Birth birth = probe::prepare_child();
  flush_standard_streams();
  check_fork(birth);

  auto started = std::make_shared<StartedChild>(birth.puid);
  const std::scoped_lock guard(mutex_);
  prepare_start();
  if (as_parent_ == nullptr || as_parent_->own_identity().name != own_name)
    as_parent_ = ProcessCore::parent(owner_pid_, own_name);
  const Identity& identity = as_child->own_identity();
  children_.push_back({started, started, std::move(child), std::move(as_child), identity.daemon,
                       identity.detached});
  std::uint32_t pid = 0;
  try {
    pid = os::fork_process();
    if (pid != 0) started->is_born(pid, os::pidfd_of_child(pid));
  } catch (...) {
    children_.pop_back();
    if (pid != 0) os::discard_child(pid);  // out of descriptors: better none than one unknown
    throw;
  }
  if (pid == 0) {
    become_child(birth);
    return nullptr;
  }
  probe::child_forked(birth, pid);
  return started;
}

void Family::become_child(const probe::Birth& birth) noexcept {
  parents_self_ = std::exchange(self_, children_.back().as_child);
  const Identity& identity = self_->own_identity();
  probe::become_child(birth, identity.name, wire::StartMethod::Fork, identity.daemon);
  logging::set_process_name(identity.name);
  os::begin_own_exit_handlers();
  shm::name_maker(identity.name);
  ipc::set_process_authkey(identity.authkey);
  parent_ = std::move(as_parent_);
  parent_->watch_parent(std::move(own_pidfd_));
  children_made_ = 0;
  make_own();
  inherit_start_method(StartMethod::Fork);
  lifeline_.end = identity.detached ? os::UniqueFd() : os::tie_to(lifeline_.end.get());
  os::detach_stdin();
  forget_buffered_input();
}

Preparation Family::prepare(const Identity& identity, StartMethod method, const probe::Birth& birth,
                            detail::Luggage& luggage) {
  Preparation preparation;
  preparation.identity = identity;
  preparation.method = method;
  preparation.parent_pid = os::own_pid();
  preparation.parent_name = self()->name("Process");
  preparation.birth = probe::birth_certificate(birth);
  preparation.directory = os::working_directory();
  preparation.logging = logging::settings();
  const std::scoped_lock guard(mutex_);
  prepare_start();
  preparation.parent_pidfd = luggage.pack(own_pidfd_.get());
  if (!identity.detached) preparation.lifeline = luggage.pack(lifeline_.end.get());
  preparation.tracker = shm::pack_tracker(luggage);
  return preparation;
}

std::shared_ptr<StartedChild> Family::send(const std::shared_ptr<ProcessCore>& child,
                                           const Identity& identity, StartMethod method,
                                           const Process& handle) {
  require_freeze_support(method);
  const probe::Birth birth = probe::prepare_child();
  detail::Luggage luggage;
  Preparation preparation = prepare(identity, method, birth, luggage);
  if (method == StartMethod::Forkserver) ensure_fork_server();
  pack_fork_server(preparation, luggage);
  detail::ByteBuffer body;
  detail::OutArchive archive(body, &luggage);
  archive.write(preparation);
  ProcessAccess::pack(handle, archive);  // the user's code
  const Parcel parcel = make_parcel(body, luggage);
  flush_standard_streams();

  auto started = std::make_shared<StartedChild>(birth.puid);
  Launched launched = method == StartMethod::Spawn ? spawn(parcel) : ask_fork_server(parcel);
  started->is_born(launched.pid, std::move(launched.pidfd), std::move(launched.status));
  try {
    const std::scoped_lock guard(mutex_);
    children_.push_back({started, started, child, nullptr, identity.daemon, identity.detached});
    probe::child_forked(birth, launched.pid);
    return started;
  } catch (...) {  // out of memory: better no child than one that nobody knows
    started->signal(SIGKILL);
    started->wait(os::Deadline::never());
    throw;
  }
}

std::shared_ptr<ProcessCore> Family::become_sent_child(const Preparation& preparation,
                                                       detail::Luggage& luggage) {
  probe::become_sent_child(preparation.birth, preparation.identity.name, preparation.method,
                           preparation.identity.daemon);
  logging::set_process_name(preparation.identity.name);
  os::begin_own_exit_handlers();
  shm::name_maker(preparation.identity.name);
  shm::adopt_tracker(preparation.tracker, luggage);
  ipc::set_process_authkey(preparation.identity.authkey);
  if (!preparation.directory.empty()) os::change_directory(preparation.directory);
  logging::apply(preparation.logging);
  inherit_start_method(preparation.method);
  unpack_fork_server(preparation, luggage);
  auto own = ProcessCore::self(preparation.identity, preparation.parent_pid);
  const std::scoped_lock guard(mutex_);
  owner_pid_ = os::own_pid();
  parent_ = ProcessCore::parent(preparation.parent_pid, preparation.parent_name);
  parent_->watch_parent(os::UniqueFd(luggage.take(preparation.parent_pidfd)));
  self_ = own;
  if (preparation.lifeline != kNoDescriptor) {
    const os::UniqueFd end(luggage.take(preparation.lifeline));
    lifeline_.end = os::tie_to(end.get());
  }
  os::detach_stdin();
  return own;
}

void Family::number_children_from_one() {
  const std::scoped_lock guard(mutex_);
  children_made_ = 0;
}

int Family::lifeline() {
  const std::scoped_lock guard(mutex_);
  prepare_start();
  return lifeline_.end.get();
}

void Family::shut_down() {
  join_threads();
  logging::info("process shutting down");
  logging::debug("running all \"atexit\" finalizers with priority >= 0");
  run_finalizers(0);
  end_children();
  logging::debug("running the remaining \"atexit\" finalizers");
  run_finalizers(std::numeric_limits<int>::min());
}

void Family::end_children() {
  const auto snapshot = [this] {
    const std::scoped_lock guard(mutex_);
    prune();
    std::vector<Child> children = children_;
    std::erase_if(children, [](const Child& child) { return !child.runs() || child.detached; });
    return children;
  };
  // Other threads may start more while these are waited for.
  for (std::vector<Child> children = snapshot(); !children.empty(); children = snapshot()) {
    const os::Deadline grace = os::Deadline::after(kDaemonGrace);
    for (const Child& child : children) {
      if (!child.daemon) continue;
      logging::info("calling terminate() for daemon ", child.core->name("Process"));
      child.started->signal(SIGTERM);
    }
    for (const Child& child : children) {
      logging::info("calling join() for process ", child.core->name("Process"));
      if (!child.daemon) child.started->wait(os::Deadline::never());
    }
    for (const Child& child : children) {
      if (!child.daemon || child.started->wait(grace)) continue;
      child.started->signal(SIGKILL);
      child.started->wait(os::Deadline::never());
    }
  }
}

}  // namespace mp::proc
