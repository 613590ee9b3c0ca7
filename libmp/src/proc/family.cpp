#include "proc/family.hpp"

#include "logging/logging.hpp"
#include "os/child.hpp"
#include "os/random.hpp"
#include "proc/standard_streams.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iterator>
#include <span>
#include <utility>

namespace mp::proc {
namespace {

constexpr std::chrono::seconds kDaemonGrace{2};
constexpr std::size_t kAuthkeySize = 32;

Identity identity_of_first_process() {
  Identity identity;
  identity.name = "MainProcess";
  identity.authkey.resize(kAuthkeySize);
  os::random_bytes(std::as_writable_bytes(std::span(identity.authkey)));
  return identity;
}

// Of a child just forked, whose pid cannot have been reused: it is unreaped, unless SIGCHLD is
// ignored.
os::UniqueFd pidfd_of_child(std::uint32_t pid) {
  try {
    return os::open_pidfd(pid);
  } catch (const OSError& error) {
    if (error.error_number() != ESRCH) throw;
    return os::open_ready_fd();  // it has ended, and nobody will know how
  }
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
  static Family& family = *new Family;
  return family;
}

Family::Family() : self_(ProcessCore::self(identity_of_first_process())) {}

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
  for (const auto& watched : watched_) {
    if (const auto child = watched.lock()) child->forget();
  }
  watched_.clear();
  std::move(children_.begin(), children_.end(), std::back_inserter(left_behind_));
  children_.clear();
  own_pidfd_.reset();
}

const std::vector<Family::Child>& Family::prune() {
  make_own();
  std::erase_if(children_, [](const Child& child) { return child.started->poll().has_value(); });
  std::erase_if(watched_, [](const auto& child) { return child.expired(); });
  return children_;
}

std::vector<std::shared_ptr<ProcessCore>> Family::living_children() {
  std::vector<std::shared_ptr<ProcessCore>> living;
  const std::scoped_lock guard(mutex_);
  for (const Child& child : prune()) living.push_back(child.core);
  return living;
}

void Family::remove(const ProcessCore& child) {
  // Dropped after the mutex: destroying a target may call anything.
  std::shared_ptr<ProcessCore> last_hold;
  const std::scoped_lock guard(mutex_);
  std::erase_if(children_, [&](Child& one) {
    if (one.core.get() != &child) return false;
    last_hold = std::move(one.core);
    return true;
  });
}

Identity Family::identity_of_next_child() {
  Identity identity = self()->identity();
  const std::scoped_lock guard(mutex_);
  identity.path.push_back(++children_made_);
  identity.name.clear();
  return identity;
}

std::shared_ptr<StartedChild> Family::fork(const std::shared_ptr<ProcessCore>& child,
                                           const Identity& identity,
                                           const std::shared_ptr<ProcessCore>& as_child) {
  const std::string own_name = self()->name("Process");
  const probe::Birth birth = probe::prepare_child();
  flush_standard_streams();

  const std::scoped_lock guard(mutex_);
  prune();
  if (!own_pidfd_.valid()) own_pidfd_ = os::open_pidfd(os::own_pid());
  // After the probes' own hook: children are waited for before anybody says goodbye.
  if (!std::exchange(exit_hooked_, true)) os::at_every_exit(at_exit);

  const std::uint32_t pid = os::fork_process();
  if (pid == 0) {
    become_child(birth, identity, as_child, own_name);
    return nullptr;
  }
  try {
    auto started = std::make_shared<StartedChild>(pid, birth.puid, pidfd_of_child(pid));
    watched_.push_back(started);
    children_.push_back({child, started, identity.daemon});
    probe::child_forked(birth, pid);
    return started;
  } catch (...) {  // out of memory or descriptors: better no child than one that nobody knows
    os::discard_child(pid);
    throw;
  }
}

void Family::become_child(const probe::Birth& birth, const Identity& identity,
                          const std::shared_ptr<ProcessCore>& as_child,
                          const std::string& parent_name) noexcept {
  probe::become_child(birth, identity.name, wire::StartMethod::Fork, identity.daemon);
  logging::set_process_name(identity.name);
  parent_ = ProcessCore::parent(owner_pid_, parent_name, std::move(own_pidfd_));
  self_ = as_child;
  children_made_ = 0;
  make_own();
  os::detach_stdin();
  forget_buffered_input();
}

void Family::shut_down() {
  logging::info("process shutting down");
  const auto snapshot = [this] {
    const std::scoped_lock guard(mutex_);
    return prune();
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
