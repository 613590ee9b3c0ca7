// ForkProcess, SpawnProcess, ForkServerProcess: Processes of a given start method. Python's
// multiprocessing.context has them under the same names.
#pragma once

#include <libmp/process.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace mp {

namespace detail {

// A Process of one method whatever the program's is; what cannot be sent to it does not compile.
template <class Method>
class MethodProcess : public Process {
 public:
  MethodProcess() : Process(options_of({})) {}
  explicit MethodProcess(ProcessOptions options) : Process(options_of(std::move(options))) {}
  template <class F, class... Args>
    requires(!std::derived_from<std::decay_t<F>, Process> &&
             !std::same_as<std::decay_t<F>, ProcessOptions>)
  explicit MethodProcess(F&& target, Args&&... args)
      : MethodProcess(ProcessOptions{}, std::forward<F>(target), std::forward<Args>(args)...) {}
  template <class F, class... Args>
  MethodProcess(ProcessOptions options, F&& target, Args&&... args)
      : Process(options_of(std::move(options)), std::forward<F>(target),
                std::forward<Args>(args)...) {
    if constexpr (Method::kInheritsNothing) {
      static_assert(obstacle<std::decay_t<F>>() != Obstacle::Closure,
                    "A lambda that captures cannot be sent to another process: pass what it "
                    "captures as arguments.");
      static_assert(Travels<std::decay_t<F>> || obstacle<std::decay_t<F>>() == Obstacle::Closure,
                    "This target cannot be sent to another process: it needs a public member "
                    "template serialize(Archive&) and a default constructor.");
      static_assert((Travels<typename Bound<Args&&>::type> && ...),
                    "One of these arguments cannot be sent to another process: it is or holds a "
                    "pointer, reference or view, or needs a public member template "
                    "serialize(Archive&).");
    }
  }

 private:
  static ProcessOptions options_of(ProcessOptions options) {
    options.start_method = Method::kName;
    return options;
  }
};

struct ByFork {
  static constexpr bool kInheritsNothing = false;
  static constexpr char kName[] = "fork";
};
struct BySpawn {
  static constexpr bool kInheritsNothing = true;
  static constexpr char kName[] = "spawn";
};
struct ByForkserver {
  static constexpr bool kInheritsNothing = true;
  static constexpr char kName[] = "forkserver";
};

}  // namespace detail

class ForkProcess : public detail::MethodProcess<detail::ByFork> {
 public:
  using MethodProcess::MethodProcess;
};
class SpawnProcess : public detail::MethodProcess<detail::BySpawn> {
 public:
  using MethodProcess::MethodProcess;
};
class ForkServerProcess : public detail::MethodProcess<detail::ByForkserver> {
 public:
  using MethodProcess::MethodProcess;
};

}  // namespace mp
