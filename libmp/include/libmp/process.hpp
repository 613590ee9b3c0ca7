// Process: a function that runs in a process of its own. Python's multiprocessing.Process,
// current_process, parent_process and active_children; and SystemExit, which is sys.exit().
#pragma once

#include <libmp/detail/target.hpp>
#include <libmp/timeout.hpp>

#include <concepts>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mp {

class Process;

namespace proc {
class ProcessCore;
struct ProcessAccess;
}  // namespace proc

struct ProcessOptions {
  std::string name = {};            // empty: Process-1, Process-1:2 (a child's child), ...
  std::optional<bool> daemon = {};  // unset: as the process that makes it
  std::string start_method =
      {};  // fork, spawn or forkserver; empty: the program's, see <libmp/context.hpp>
  bool detached = false;  // lives on by itself: see Process
};

// One child: made, started, waited for. Also the handle of this process (current_process) and of
// its parent.
//
//   made ──start()──▶ started ──the child ends──▶ ended ──close()──▶ closed
//     └──────────────────────close()───────────────────────────────────┘
//
// Owns: a share of what is known about the child. Destroying a handle never blocks and never ends
//   the child: it stays among active_children() and is waited for when this program exits.
//
// Threads: any may call anything; several may join at once, and each learns the same exit code.
//
// fork: a child sees its parent's handles, but may ask them for names only.
//
// Start: the child runs the target, or an overriding run(), with standard input at its end.
//   fork         on a copy of the parent's memory, with only the starting thread in it
//   spawn        in a fresh process of the same program, whose main() calls freeze_support()
//   forkserver   on a copy of a fresh process of the same program, which waits for orders
//   Under the last two, target and arguments are sent: functions, lambdas that capture nothing,
//   what <libmp/serialize.hpp> names, Lock, Queue, Connection and their kin; a subclass if it is
//   made by mp::Subclass. start() refuses what cannot be sent with a RuntimeError that says why.
//   In the parent, target and arguments are destroyed once the child has its copies: a moved-in
//   Connection is closed by that.
//
// End: an exception is reported on stderr, exit code 1; see also SystemExit. Then target and
//   arguments are destroyed in the child, its threads waited for and its finalizers run
//   (<libmp/finalize.hpp>), its daemonic children terminated, the others joined; then come the
//   atexit handlers and static objects that the child has made itself, not what it has of its
//   parent, and no thread_local ones; then the standard streams are flushed.
//
// At the exit of the program that started it, a child is joined, a daemonic one terminated. When
// the first process of the tree ends in any other way, be it by SIGKILL, the kernel kills all the
// others, at any depth. (Its exec is its end as well.) A detached child is neither joined nor
// terminated nor killed; it is the first process of a tree of its own.
//
// Fails: AssertionError for a call that the drawing forbids; ValueError after close(); OSError;
//   RuntimeError.
//
// Differs from Python: a daemonic child that ignores SIGTERM for two seconds at exit is killed. A
//   child whose end somebody else has collected (SIGCHLD ignored, a foreign waitpid(-1)) reads 255;
//   Python takes it for alive. There, children of a parent that was killed live on.
class Process {
 public:
  // Without a target: for subclasses with a run() of their own, and to be assigned to.
  Process() : Process(ProcessOptions{}) {}
  explicit Process(ProcessOptions options);

  // In std::thread's manner: any callable and its arguments, copied or moved in now, moved into the
  // call in the child.
  template <class F, class... Args>
    requires(!std::derived_from<std::decay_t<F>, Process> &&
             !std::same_as<std::decay_t<F>, ProcessOptions>)
  explicit Process(F&& target, Args&&... args)
      : Process(ProcessOptions{},
                detail::bind_target(std::forward<F>(target), std::forward<Args>(args)...)) {}
  template <class F, class... Args>
  Process(ProcessOptions options, F&& target, Args&&... args)
      : Process(std::move(options),
                detail::bind_target(std::forward<F>(target), std::forward<Args>(args)...)) {}

  // A moved-from handle can only be assigned to or destroyed.
  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) noexcept = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  virtual ~Process();

  void start();

  // Until the child has ended. Whether it has is the result; only a timeout can make it false.
  bool join(Timeout timeout = Timeout::never());

  [[nodiscard]] bool is_alive() const;
  // What the child returned: 0 for a normal end, 1 for an exception, -N when signal N ended it.
  // Empty before that.
  [[nodiscard]] std::optional<int> exitcode() const;
  [[nodiscard]] std::optional<int> pid() const;
  // A descriptor that becomes readable when the process ends, for mp::wait and poll(2). Valid until
  // close().
  [[nodiscard]] int sentinel() const;

  // SIGTERM and SIGKILL; nothing happens when the child has ended.
  void terminate();
  void kill();
  // Gives everything back; a later call of anything but name and daemon is a ValueError. May be
  // called again.
  void close();

  // As given, or made up of the class and the position in the family: Process-1, Process-1:2,
  // Worker-3.
  [[nodiscard]] std::string name() const;
  void set_name(std::string_view name);
  // Daemonic: terminated when its parent exits, and may have no children. To be set before start().
  [[nodiscard]] bool daemon() const;
  void set_daemon(bool daemon);
  // To be set before start(), by the options.
  [[nodiscard]] bool detached() const;
  // The secret that relatives authenticate with; 32 random bytes, inherited by children.
  [[nodiscard]] std::string authkey() const;
  void set_authkey(std::string_view key);

  // Whether both are handles of one process.
  friend bool operator==(const Process& a, const Process& b) noexcept { return a.core_ == b.core_; }

 protected:
  // What the child does. Overridden by subclasses, which are started before they are moved.
  virtual void run();
  // For mp::Subclass: what a process of its own needs to make this object again.
  virtual void pack(detail::OutArchive& archive) const;

 private:
  friend struct proc::ProcessAccess;

  Process(ProcessOptions options, std::unique_ptr<detail::Target> target);
  explicit Process(std::shared_ptr<proc::ProcessCore> core) noexcept;
  proc::ProcessCore& core() const;

  std::shared_ptr<proc::ProcessCore> core_;
};

// <Process name='Process-1' pid=4711 parent=4700 stopped exitcode=-SIGTERM daemon>
[[nodiscard]] std::string repr(const Process& process);
std::ostream& operator<<(std::ostream& out, const Process& process);

// A handle of the process that asks.
[[nodiscard]] Process current_process();
// Of the process that started this one: name, pid, is_alive, join and sentinel may be asked. Empty
// in the first process of a tree.
[[nodiscard]] std::optional<Process> parent_process();
// The children of this process that have not ended. Those that have are reaped by the way.
[[nodiscard]] std::vector<Process> active_children();

// Thrown in a child, ends it with this exit code (of which the kernel keeps eight bits); a text
// goes to stderr and means 1. No std::exception and no mp::Error, so that no handler of errors
// swallows it. In the first process nobody catches it: return from main there.
class SystemExit {
 public:
  SystemExit() = default;
  explicit SystemExit(int code) : code_(code) {}
  explicit SystemExit(std::string text) : code_(1), text_(std::move(text)) {}
  explicit SystemExit(const char* text) : SystemExit(std::string(text)) {}

  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  int code_ = 0;
  std::string text_;
};

}  // namespace mp
