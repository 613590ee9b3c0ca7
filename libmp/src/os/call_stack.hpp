// CallStack: the calls that led to a function of ours, innermost first. How an event can say where
// in the user's program it came from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mp::os {

// Who called the function in which this was taken. That function must not be inlined.
struct Caller {
  const void* returns_to = nullptr;
  const void* frame = nullptr;
};

[[gnu::always_inline]] inline Caller caller() noexcept {
  return {__builtin_return_address(0), __builtin_frame_address(0)};
}

class CallStack {
 public:
  // Enough for a std::scoped_lock of several locks in code that was not optimised, where each of
  // its steps is a call.
  static constexpr std::size_t kMostCalls = 8;

  // Unwinds: a microsecond or two, without memory or locks (before glibc 2.35: the loader's lock).
  static CallStack of(const Caller& caller) noexcept;

  // Return addresses: each is one behind its call. Empty for one of nobody.
  [[nodiscard]] std::span<const std::uintptr_t> calls() const noexcept {
    return std::span(calls_).first(size_);
  }

  // Whether this is still the stack above `caller`, on the thread that unwound it: some loads. It
  // may say no without need.
  [[nodiscard]] bool is_of(const Caller& caller) const noexcept;

 private:
  std::array<std::uintptr_t, kMostCalls> calls_{};
  std::array<const std::uintptr_t*, kMostCalls> places_{};  // where each lay on the stack
  std::uint8_t size_ = 0;
  bool has_places_ = false;

  friend struct Unwinding;
};

}  // namespace mp::os
