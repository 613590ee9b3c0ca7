#include "proc/process_core.hpp"

#include "base/signal_name.hpp"
#include "ipc/auth.hpp"
#include "logging/logging.hpp"
#include "os/child.hpp"
#include "os/poll.hpp"
#include "probe/lifecycle.hpp"
#include "proc/child_main.hpp"
#include "proc/family.hpp"
#include <libmp/exceptions.hpp>

#include <csignal>
#include <utility>

namespace mp::proc {
namespace {

void require(bool condition, std::string_view text) {
  if (!condition) throw AssertionError(std::string(text));
}

std::string join_path(const std::vector<std::uint32_t>& path) {
  std::string text;
  for (const std::uint32_t number : path) {
    if (!text.empty()) text += ':';
    text += std::to_string(number);
  }
  return text;
}

}  // namespace

ProcessCore::ProcessCore(Role role, Identity identity, std::optional<StartMethod> method,
                         std::unique_ptr<detail::Target> target)
    : role_(role),
      creator_(os::own_pid()),
      method_(method),
      target_(std::move(target)),
      identity_(std::move(identity)) {}

ProcessCore::ProcessCore(Identity identity, std::optional<StartMethod> method,
                         std::unique_ptr<detail::Target> target)
    : ProcessCore(Role::Child, std::move(identity), method, std::move(target)) {}

std::shared_ptr<ProcessCore> ProcessCore::self(Identity identity) {
  return std::shared_ptr<ProcessCore>(
      new ProcessCore(Role::Self, std::move(identity), std::nullopt, nullptr));
}

std::shared_ptr<ProcessCore> ProcessCore::self(Identity identity, std::uint32_t parent_pid) {
  std::shared_ptr<ProcessCore> core = self(std::move(identity));
  core->parent_pid_ = parent_pid;
  return core;
}

std::shared_ptr<ProcessCore> ProcessCore::parent(std::uint32_t pid, std::string name) {
  Identity identity;
  identity.name = std::move(name);
  std::shared_ptr<ProcessCore> core(
      new ProcessCore(Role::Parent, std::move(identity), std::nullopt, nullptr));
  core->parent_pid_ = pid;
  return core;
}

void ProcessCore::check_open() const {
  if (phase_ == Phase::Closed) throw ValueError("process object is closed");
}

void ProcessCore::start(Process& handle, std::string_view class_name) {
  const std::shared_ptr<ProcessCore> keep = shared_from_this();
  {
    const std::scoped_lock guard(mutex_);
    check_open();
    require(role_ == Role::Child && phase_ == Phase::Made, "cannot start a process twice");
    require(creator_ == os::own_pid(),
            "can only start a process object created by current process");
    require(!Family::instance().self()->daemon(),
            "daemonic processes are not allowed to have children");
    name_locked(class_name);
    phase_ = Phase::Starting;
  }
  std::shared_ptr<StartedChild> child;
  try {
    child = launch(handle, method_ ? *method_ : decide_start_method());
  } catch (...) {
    const std::scoped_lock guard(mutex_);
    phase_ = Phase::Made;
    throw;
  }
  // The child has its copies. A connection that was moved in is closed here by this; what nobody
  // misses is not freed while the child runs, see Family::fork().
  if (target_ != nullptr && target_->owns_nothing()) child->keep(std::move(target_));
  target_.reset();
  const std::scoped_lock guard(mutex_);
  child_ = std::move(child);
  phase_ = Phase::Started;
}

std::shared_ptr<StartedChild> ProcessCore::launch(Process& handle, StartMethod method) {
  if (method != StartMethod::Fork)
    return Family::instance().send(shared_from_this(), identity(), method, handle);
  auto child = Family::instance().fork(shared_from_this(), self(identity(), creator_));
  if (child != nullptr) return child;
  ProcessAccess::become_self(handle, Family::instance().self());
  run_child(handle, own_identity().name);
}

std::shared_ptr<StartedChild> ProcessCore::started_child() {
  const std::scoped_lock guard(mutex_);
  check_open();
  return child_;
}

bool ProcessCore::join(os::Deadline deadline) {
  if (role_ == Role::Parent) return os::poll_readable(parent_pidfd_.get(), deadline);
  const std::shared_ptr<StartedChild> child = started_child();
  require(role_ == Role::Child && creator_ == os::own_pid(), "can only join a child process");
  require(child != nullptr, "can only join a started process");
  const bool ended = child->wait(deadline);
  if (ended) Family::instance().remove(*this);
  return ended;
}

bool ProcessCore::is_alive() {
  if (role_ == Role::Self) return true;
  if (role_ == Role::Parent) return !os::poll_readable(parent_pidfd_.get(), os::Deadline::at_ns(0));
  const std::shared_ptr<StartedChild> child = started_child();
  require(creator_ == os::own_pid(), "can only test a child process");
  if (child == nullptr) return false;
  if (!child->poll()) return true;
  Family::instance().remove(*this);
  return false;
}

std::optional<int> ProcessCore::exitcode() {
  const std::shared_ptr<StartedChild> child = started_child();
  if (child == nullptr || creator_ != os::own_pid()) return std::nullopt;
  return child->poll();
}

std::optional<int> ProcessCore::pid() {
  if (role_ == Role::Self) return static_cast<int>(os::own_pid());
  if (role_ == Role::Parent) return static_cast<int>(parent_pid_);
  const std::shared_ptr<StartedChild> child = started_child();
  if (child == nullptr) return std::nullopt;
  return static_cast<int>(child->pid());
}

int ProcessCore::sentinel() {
  if (role_ == Role::Parent) return parent_pidfd_.get();
  const std::shared_ptr<StartedChild> child = started_child();
  if (child == nullptr) throw ValueError("process not started");
  require(creator_ == os::own_pid(), "can only watch a child process");
  return child->sentinel();
}

void ProcessCore::end(Ending how) {
  const bool kill = how == Ending::Kill;
  const std::shared_ptr<StartedChild> child = started_child();
  require(role_ == Role::Child && creator_ == os::own_pid(),
          kill ? "can only kill a child process" : "can only terminate a child process");
  require(child != nullptr,
          kill ? "can only kill a started process" : "can only terminate a started process");
  child->signal(kill ? SIGKILL : SIGTERM);
}

void ProcessCore::close() {
  std::shared_ptr<StartedChild> child;
  std::unique_ptr<detail::Target> target;
  {
    const std::scoped_lock guard(mutex_);
    require(role_ == Role::Child && creator_ == os::own_pid(), "can only close a child process");
    if (phase_ == Phase::Starting || (child_ != nullptr && !child_->poll())) {
      throw ValueError(
          "Cannot close a process while it is still running. You should first call join() or "
          "terminate().");
    }
    child = std::move(child_);
    target = std::move(target_);
    phase_ = Phase::Closed;
  }
  Family::instance().remove(*this);
}

// Python's SpawnProcess and its kin are, here, Processes of a given method.
std::string ProcessCore::full_class_name(std::string_view class_name) const {
  const bool is_plain = class_name == "Process" && role_ == Role::Child;
  if (!is_plain || !method_) return std::string(class_name);
  switch (*method_) {
    case StartMethod::Spawn:
      return "SpawnProcess";
    case StartMethod::Forkserver:
      return "ForkServerProcess";
    default:
      return "ForkProcess";
  }
}

const std::string& ProcessCore::name_locked(std::string_view class_name) {
  if (identity_.name.empty())
    identity_.name = full_class_name(class_name) + '-' + join_path(identity_.path);
  return identity_.name;
}

std::string ProcessCore::name(std::string_view class_name) {
  const std::scoped_lock guard(mutex_);
  return name_locked(class_name);
}

void ProcessCore::set_name(std::string_view name) {
  const std::scoped_lock guard(mutex_);
  identity_.name = name;
  if (role_ != Role::Self) return;
  probe::renamed(name);
  logging::set_process_name(name);
}

bool ProcessCore::daemon() {
  const std::scoped_lock guard(mutex_);
  return identity_.daemon;
}

void ProcessCore::set_daemon(bool daemon) {
  const std::scoped_lock guard(mutex_);
  require(role_ == Role::Child && (phase_ == Phase::Made || phase_ == Phase::Closed),
          "process has already started");
  identity_.daemon = daemon;
}

bool ProcessCore::detached() {
  const std::scoped_lock guard(mutex_);
  return identity_.detached;
}

std::string ProcessCore::authkey() {
  const std::scoped_lock guard(mutex_);
  return identity_.authkey;
}

void ProcessCore::set_authkey(std::string_view key) {
  const std::scoped_lock guard(mutex_);
  identity_.authkey = key;
  if (role_ == Role::Self) ipc::set_process_authkey(identity_.authkey);
}

Identity ProcessCore::identity() {
  const std::scoped_lock guard(mutex_);
  return identity_;
}

std::string ProcessCore::repr(std::string_view class_name) {
  const std::scoped_lock guard(mutex_);
  std::string text = "<" + full_class_name(class_name) + " name='" + name_locked(class_name) + "'";
  std::optional<int> code;
  const bool known = role_ == Role::Child && creator_ == os::own_pid();
  if (known && child_ != nullptr) {
    text += " pid=" + std::to_string(child_->pid());
    code = child_->poll();
  }
  const std::uint32_t parent = role_ == Role::Child  ? creator_
                               : role_ == Role::Self ? parent_pid_
                                                     : 0;
  text += " parent=" + (parent != 0 ? std::to_string(parent) : "None");
  if (role_ == Role::Self) {
    text += " started";
  } else if (phase_ == Phase::Closed) {
    text += " closed";
  } else if (!known) {
    text += " unknown";
  } else if (child_ == nullptr) {
    text += " initial";
  } else {
    text += code ? " stopped" : " started";
  }
  if (code) text += " exitcode=" + (*code < 0 ? "-" + signal_name(-*code) : std::to_string(*code));
  if (identity_.daemon) text += " daemon";
  return text + ">";
}

}  // namespace mp::proc
