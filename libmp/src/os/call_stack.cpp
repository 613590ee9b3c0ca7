#include "os/call_stack.hpp"

#include <unwind.h>

namespace mp::os {
namespace {

constexpr int kMostOfOurs = 16;  // functions between the unwinder and the caller

// Where a function that keeps a frame pointer has its return address: right behind that of its
// caller.
const std::uintptr_t* place_in(const void* frame) noexcept {
  return static_cast<const std::uintptr_t*>(frame) + 1;
}

}  // namespace

struct Unwinding {
  const Caller& caller;
  CallStack stack;
  int ours = 0;

  static _Unwind_Reason_Code step(_Unwind_Context* context, void* self) {
    return static_cast<Unwinding*>(self)->take(context) ? _URC_NO_REASON : _URC_END_OF_STACK;
  }

  bool take(_Unwind_Context* context) noexcept {
    const std::uintptr_t call = _Unwind_GetIP(context);
    if (call == 0) return false;
    if (stack.size_ == 0 && call != reinterpret_cast<std::uintptr_t>(caller.returns_to))
      return ++ours < kMostOfOurs;
    // What the context calls its frame begins right behind the return address, on x86-64. Elsewhere
    // it lies somewhere else, and is_of() has nothing to look at.
    const auto* const place = reinterpret_cast<const std::uintptr_t*>(_Unwind_GetCFA(context)) - 1;
    stack.calls_[stack.size_] = call;
    stack.places_[stack.size_] = place;
    stack.has_places_ =
        (stack.size_ == 0 ? place == place_in(caller.frame) : stack.has_places_) && *place == call;
    return ++stack.size_ < CallStack::kMostCalls;
  }
};

CallStack CallStack::of(const Caller& caller) noexcept {
  Unwinding unwinding{caller, {}};
  ::_Unwind_Backtrace(Unwinding::step, &unwinding);
  if (unwinding.stack.size_ == 0 && caller.returns_to != nullptr) {
    unwinding.stack.calls_[0] = reinterpret_cast<std::uintptr_t>(caller.returns_to);
    unwinding.stack.size_ = 1;
  }
  return unwinding.stack;
}

// From the innermost outwards: a return address that still lies where it lay says that its function
// has a frame there as before, and so where the next one lies.
__attribute__((no_sanitize("address"))) bool CallStack::is_of(const Caller& caller) const noexcept {
  if (!has_places_ || places_[0] != place_in(caller.frame)) return false;
  for (std::size_t i = 0; i < size_; ++i) {
    if (*places_[i] != calls_[i]) return false;
  }
  return true;
}

}  // namespace mp::os
