// What a Process runs: a callable bound to its arguments, behind one virtual call. The seam for
// start methods that must send it somewhere instead of inheriting it.
#pragma once

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mp::detail {

class Target {
 public:
  Target() = default;
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  virtual ~Target() = default;

  // At most once: the arguments are moved into the call.
  virtual void call() = 0;
};

template <class Callable, class... Args>
class BoundTarget final : public Target {
 public:
  template <class F, class... A>
  explicit BoundTarget(std::in_place_t, F&& callable, A&&... args)
      : callable_(std::forward<F>(callable)), args_(std::forward<A>(args)...) {}

  void call() override {
    std::apply([this](Args&... args) { std::invoke(std::move(callable_), std::move(args)...); },
               args_);
  }

 private:
  Callable callable_;
  std::tuple<Args...> args_;
};

template <class F, class... Args>
std::unique_ptr<Target> bind_target(F&& callable, Args&&... args) {
  static_assert(std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>,
                "mp::Process: the target cannot be called with copies of these arguments (as with "
                "std::thread: "
                "wrap in std::ref what it takes by reference)");
  return std::make_unique<BoundTarget<std::decay_t<F>, std::decay_t<Args>...>>(
      std::in_place, std::forward<F>(callable), std::forward<Args>(args)...);
}

}  // namespace mp::detail
