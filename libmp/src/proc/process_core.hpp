// ProcessCore: what all handles of one process share. The inside of mp::Process.
#pragma once

#include "os/unique_fd.hpp"
#include "proc/start_method.hpp"
#include "proc/started_child.hpp"
#include <libmp/detail/target.hpp>
#include <libmp/process.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mp::proc {

// What a process is called and has been given; a child starts out with a copy.
struct Identity {
  std::vector<std::uint32_t> path;  // {1, 2}: second child of the first child
  std::string name;                 // empty until somebody asks or start() fixes it
  bool daemon = false;
  bool detached = false;
  std::string authkey;
};

class ProcessCore : public std::enable_shared_from_this<ProcessCore> {
 public:
  enum class Role : std::uint8_t {
    Child,   // made by process `creator`
    Self,    // this process
    Parent,  // the process that started this one
  };

  // A child-to-be of this process, named after `path` unless `name` says otherwise. Without a
  // method, by the one in use when it is started.
  ProcessCore(Identity identity, std::optional<StartMethod> method,
              std::unique_ptr<detail::Target> target);
  static std::shared_ptr<ProcessCore> self(Identity identity);
  // Of a process that was started by `parent_pid`.
  static std::shared_ptr<ProcessCore> self(Identity identity, std::uint32_t parent_pid);
  // The starter itself. Its end is not seen before watch_parent().
  static std::shared_ptr<ProcessCore> parent(std::uint32_t pid, std::string name);
  void watch_parent(os::UniqueFd pidfd) noexcept { parent_pidfd_ = std::move(pidfd); }

  // Lifecycle: see Process. `handle` is what run() is called on, and in the child becomes a handle
  // of itself.
  void start(Process& handle, std::string_view class_name);
  bool join(os::Deadline deadline);
  bool is_alive();
  std::optional<int> exitcode();
  std::optional<int> pid();
  int sentinel();
  enum class Ending : std::uint8_t { Terminate, Kill };
  void end(Ending how);
  void close();

  // The name, invented from `class_name` if there is none yet.
  std::string name(std::string_view class_name);
  void set_name(std::string_view name);
  bool daemon();
  void set_daemon(bool daemon);
  bool detached();
  std::string authkey();
  void set_authkey(std::string_view key);
  std::string repr(std::string_view class_name);

  // What it is to run, if anything; for one thread alone.
  [[nodiscard]] detail::Target* target() noexcept { return target_.get(); }
  // In a child that has run it. Nothing is freed for its own sake: the process ends.
  void drop_target() noexcept {
    if (target_ != nullptr && !target_->owns_nothing()) target_.reset();
  }
  std::unique_ptr<detail::Target> give_target() noexcept { return std::move(target_); }
  void set_target(std::unique_ptr<detail::Target> target) noexcept { target_ = std::move(target); }

  // A copy, for a child that is about to be made.
  Identity identity();
  // For the one thread that knows this object.
  [[nodiscard]] const Identity& own_identity() const noexcept { return identity_; }

 private:
  enum class Phase : std::uint8_t { Made, Starting, Started, Closed };

  ProcessCore(Role role, Identity identity, std::optional<StartMethod> method,
              std::unique_ptr<detail::Target> target);
  void check_open() const;
  [[nodiscard]] std::string full_class_name(std::string_view class_name) const;
  const std::string& name_locked(std::string_view class_name);
  std::shared_ptr<StartedChild> started_child();
  std::shared_ptr<StartedChild> launch(Process& handle, StartMethod method);

  const Role role_;
  const std::uint32_t creator_;  // pid of the process that made it
  const std::optional<StartMethod> method_;
  std::unique_ptr<detail::Target> target_;
  std::uint32_t parent_pid_ = 0;  // Role::Self: who started it. Role::Parent: who it is.
  os::UniqueFd parent_pidfd_;     // Role::Parent

  std::mutex mutex_;  // guards the rest
  Identity identity_;
  Phase phase_ = Phase::Made;
  std::shared_ptr<StartedChild> child_;
};

// The way from the public handle to the core and back.
struct ProcessAccess {
  static Process handle(std::shared_ptr<ProcessCore> core) { return Process(std::move(core)); }
  // In a child: the object that it runs becomes the handle of itself, and keeps its target.
  static void become_self(Process& handle, std::shared_ptr<ProcessCore> core) {
    core->set_target(handle.core_->give_target());
    handle.core_ = std::move(core);
  }
  static std::unique_ptr<Process> around(std::unique_ptr<detail::Target> target) {
    return std::unique_ptr<Process>(new Process(ProcessOptions{}, std::move(target)));
  }
  // What a Process becomes on its way to a child, and from it: see Process::pack.
  static void pack(const Process& process, detail::OutArchive& archive) { process.pack(archive); }
  static std::unique_ptr<Process> unpack(detail::InArchive& archive);
  static ProcessCore& core(const Process& handle) { return handle.core(); }
  static void run(Process& handle) { handle.run(); }
};

}  // namespace mp::proc
