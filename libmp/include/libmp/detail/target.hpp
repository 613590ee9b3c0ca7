// What a Process runs: a callable bound to its arguments, behind one virtual call. A forked child
// inherits it; for the other start methods it packs itself, as the place of its unpacker in the
// program followed by its contents.
#pragma once

#include <libmp/detail/travels.hpp>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
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

  // RuntimeError when it, or an argument, cannot travel.
  virtual void pack(OutArchive& archive) const = 0;

  // Whether nobody can notice when it is destroyed.
  [[nodiscard]] virtual bool owns_nothing() const noexcept = 0;
};

using TargetUnpacker = std::unique_ptr<Target> (*)(InArchive&);

// `position` 0: the target itself; n: its n-th argument.
[[noreturn]] void throw_cannot_travel(int position, const std::type_info& type, Obstacle obstacle);

// A string literal among the arguments, so that the callee gets a const char* in a process that has
// the literal elsewhere.
struct Literal {
  Literal() = default;
  template <std::size_t kSize>
  explicit Literal(const char (&literal)[kSize]) : text(literal, kSize - 1) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
  std::string text;
};

template <class T>
struct Bound {
  using type = std::decay_t<T>;
};
template <std::size_t kSize>
struct Bound<const char (&)[kSize]> {
  using type = Literal;
};

// What the callee gets.
template <class T>
T&& passed(T& bound) noexcept {
  return std::move(bound);
}
inline const char* passed(Literal& bound) noexcept { return bound.text.c_str(); }
template <class T>
using Passed = decltype(passed(std::declval<T&>()));

template <class Callable, class... Args>
class BoundTarget final : public Target {
 public:
  template <class F, class... A>
  explicit BoundTarget(std::in_place_t, F&& callable, A&&... args)
      : callable_(std::forward<F>(callable)), args_(std::forward<A>(args)...) {}

  void call() override {
    std::apply([this](Args&... args) { std::invoke(std::move(callable_), passed(args)...); },
               args_);
  }

  void pack(OutArchive& archive) const override {
    if constexpr (Travels<Callable> && (Travels<Args> && ...)) {
      archive.write(static_cast<TargetUnpacker>(&unpack));
      archive.write(callable_);
      std::apply([&](const Args&... args) { (archive.write(args), ...); }, args_);
    } else {
      refuse();
    }
  }

  [[nodiscard]] bool owns_nothing() const noexcept override {
    return (std::is_trivially_destructible_v<Callable> && ... &&
            std::is_trivially_destructible_v<Args>);
  }

 private:
  static std::unique_ptr<Target> unpack(InArchive& archive) {
    Callable callable = archive.read_new<Callable>();
    std::tuple<Args...> args{archive.read_new<Args>()...};  // braces: from left to right
    return std::apply(
        [&](Args&... each) {
          return std::make_unique<BoundTarget>(std::in_place, std::move(callable),
                                               std::move(each)...);
        },
        args);
  }

  [[noreturn]] static void refuse() {
    int position = 0;
    const auto check = [&position]<class T>(std::type_identity<T>) {
      if constexpr (!Travels<T>) throw_cannot_travel(position, typeid(T), obstacle<T>());
      ++position;
    };
    check(std::type_identity<Callable>{});
    (check(std::type_identity<Args>{}), ...);
    __builtin_unreachable();
  }

  Callable callable_;
  std::tuple<Args...> args_;
};

template <class F, class... Args>
std::unique_ptr<Target> bind_target(F&& target, Args&&... args) {
  using Callable = std::decay_t<F>;
  static_assert(std::is_invocable_v<Callable, Passed<typename Bound<Args&&>::type>...>,
                "mp::Process: the target cannot be called with copies of these arguments (as with "
                "std::thread: wrap in std::ref what it takes by reference)");
  constexpr bool kCanBeTaken =
      std::is_constructible_v<Callable, F&&> &&
      (std::is_constructible_v<typename Bound<Args&&>::type, Args&&> && ...);
  static_assert(kCanBeTaken,
                "mp::Process: the target or an argument can be moved but not copied: hand it over "
                "with std::move, as in Process(target, std::move(connection))");
  if constexpr (kCanBeTaken) {
    return std::make_unique<BoundTarget<Callable, typename Bound<Args&&>::type...>>(
        std::in_place, std::forward<F>(target), std::forward<Args>(args)...);
  } else {
    return nullptr;
  }
}

}  // namespace mp::detail
