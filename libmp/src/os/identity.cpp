#include "os/identity.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string_view>

#include "os/check.hpp"
#include "os/clock.hpp"
#include "os/process_id.hpp"
#include "os/runtime_dir.hpp"
#include "os/shared_file.hpp"

namespace mp::os {
namespace {

std::string proc_path(std::uint32_t pid, std::string_view name) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(name);
}

struct ExitHook {
  void (*handler)(int);
  ProcessId owner;
  ExitHook* next = nullptr;
};
std::atomic<ExitHook*> exit_hooks{nullptr};  // all of them, for leak checkers to see

void run_exit_hook(int status, void* argument) {
  const auto* hook = static_cast<const ExitHook*>(argument);
  if (hook->owner == self()) hook->handler(status);
}

}  // namespace

std::uint64_t random_u64() noexcept {
  std::uint64_t bits = 0;
  while (bits == 0) {
    if (retry_eintr([&] { return ::getrandom(&bits, sizeof bits, 0); }) != sizeof bits) {
      bits = (monotonic_ns() << 20) ^ static_cast<std::uint64_t>(::getpid());
    }
  }
  return bits;
}

std::string boot_id() {
  std::string text = read_text("/proc/sys/kernel/random/boot_id", 64);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

std::string executable(std::uint32_t pid) {
  std::array<char, 4096> path{};
  const ssize_t n = ::readlink(proc_path(pid, "exe").c_str(), path.data(), path.size());
  return n > 0 ? std::string(path.data(), static_cast<std::size_t>(n)) : std::string();
}

std::string command_line(std::uint32_t pid) {
  std::string text = read_text(proc_path(pid, "cmdline"), 4096);
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::uint32_t count_fds(std::uint32_t pid) {
  return static_cast<std::uint32_t>(list_dir(proc_path(pid, "fd")).size());
}

std::uint32_t thread_id() noexcept { return static_cast<std::uint32_t>(::gettid()); }

void yield_thread() noexcept { ::sched_yield(); }

std::string thread_name() {
  std::array<char, 32> name{};
  return ::pthread_getname_np(::pthread_self(), name.data(), name.size()) == 0 ? name.data() : "";
}

void at_exit(void (*handler)(int status)) noexcept {
  // Never freed: exit handlers may run after every other destructor.
  auto* hook = new (std::nothrow) ExitHook{handler, self()};
  if (hook == nullptr) return;
  hook->next = exit_hooks.load(std::memory_order_relaxed);
  while (!exit_hooks.compare_exchange_weak(hook->next, hook)) {
  }
  ::on_exit(run_exit_hook, hook);
}

}  // namespace mp::os
