// Work around every fork() of this process, and things that a process has once.
#pragma once

#include <atomic>
#include <cstddef>
#include <new>

namespace mp::os {

// Each may be null. `before` and `in_parent` run in the forking thread, `in_child` in the child
// before fork returns there.
struct ForkHooks {
  void (*before)() = nullptr;
  void (*in_parent)() = nullptr;
  void (*in_child)() = nullptr;
};

// Registers for the life of the process. Later registrations run their `before` first and the other
// two last; a registration made while another thread forks waits, or the fork begins anew
// (`in_parent` then runs without a child). Throws OSError when there are too many.
void around_fork(ForkHooks hooks);

// Something that a process has once: made at its first use, never destroyed, its hooks registered
// with it. A fork in another thread finds it whole or not begun, so that the child can use it; a
// static variable of a function would make the child wait for a thread that it does not have.
template <class T>
class Lasting {
 public:
  constexpr explicit Lasting(ForkHooks hooks = {}) noexcept : hooks_(hooks) {}
  Lasting(const Lasting&) = delete;
  Lasting& operator=(const Lasting&) = delete;

  // What the constructor throws, it throws again at the next use. The constructor may make others,
  // but must not wait for a mutex that a hook waits for.
  T& get() {
    T* const made = made_.load(std::memory_order_acquire);
    return made != nullptr ? *made : make();
  }

  // Without making it.
  T* get_if_made() const noexcept { return made_.load(std::memory_order_acquire); }

 private:
  T& make();

  ForkHooks hooks_;
  std::atomic<T*> made_{nullptr};
  alignas(T) std::byte storage_[sizeof(T)]{};
};

namespace detail {

// While it exists no other thread forks, registers or makes something lasting. Nests.
class ForksWait {
 public:
  ForksWait();
  ~ForksWait();
  ForksWait(const ForksWait&) = delete;
  ForksWait& operator=(const ForksWait&) = delete;

 private:
  bool is_outermost_;
};

}  // namespace detail

template <class T>
T& Lasting<T>::make() {
  const detail::ForksWait meanwhile;
  if (made_.load(std::memory_order_relaxed) == nullptr) {
    T* const made = ::new (static_cast<void*>(storage_)) T;
    around_fork(hooks_);
    made_.store(made, std::memory_order_release);
  }
  return *made_.load(std::memory_order_relaxed);
}

}  // namespace mp::os
