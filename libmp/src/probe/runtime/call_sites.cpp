#include "probe/runtime/call_sites.hpp"

#include "os/identity.hpp"
#include "os/modules.hpp"
#include "os/process_id.hpp"
#include "wire/payload.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <map>
#include <vector>

namespace mp::probe {
namespace {

// Bounds what they take of the declarations to a quarter: some 300 bytes each.
constexpr std::size_t kMostSites = 2048;

using Calls = std::vector<std::uintptr_t>;
using Numbers = std::map<Calls, std::uint16_t>;

constinit std::atomic<bool> numbers_busy{false};
constinit Numbers* numbers = nullptr;

// What this thread has lately come by. Most programs take their locks over and over from the same
// few places, and a look at the stack is much cheaper than unwinding it.
struct Known {
  os::CallStack stack;
  std::uint16_t number = 0;
};
constinit thread_local std::array<Known, 16> known{};
constinit thread_local bool knows_any = false;

Known& known_for(const os::Caller& caller) noexcept {
  const auto mixed = reinterpret_cast<std::uintptr_t>(caller.returns_to) ^
                     reinterpret_cast<std::uintptr_t>(caller.frame) >> 4;
  return known[mixed % known.size()];
}

std::uint32_t module_index(wire::CallSite& site, const os::CodePlace& place) {
  const wire::CodeModule module{place.path.empty() ? os::executable(os::self().pid) : place.path,
                                os::to_string(place.module)};
  const auto at = std::find(site.modules.begin(), site.modules.end(), module);
  const auto index = static_cast<std::uint32_t>(at - site.modules.begin());
  if (at == site.modules.end()) site.modules.push_back(module);
  return index;
}

std::string describe(const Calls& calls) {
  wire::CallSite site;
  for (const std::uintptr_t returns_to : calls) {
    // The call itself: what it returns to may be in the next line, or in the next function.
    const auto place = os::place_of(reinterpret_cast<const void*>(returns_to - 1));
    if (place) site.calls.push_back({module_index(site, *place), place->offset});
  }
  return wire::encode(site);
}

std::uint16_t number_of(const LiveFile& file, const Calls& calls) {
  if (numbers == nullptr) numbers = new Numbers;
  if (const auto at = numbers->find(calls); at != numbers->end()) return at->second;
  if (calls.empty() || numbers->size() >= kMostSites) return 0;
  const auto next = static_cast<std::uint16_t>(numbers->size() + 1);
  const bool declared =
      declare(file, wire::EventKind::CallSite, thread_index(file), 0, next, 0, describe(calls));
  return numbers->emplace(calls, declared ? next : std::uint16_t{0}).first->second;
}

// Gives up rather than waits for ever: the holder may have been interrupted by the very signal
// handler that calls us.
bool lock_numbers() noexcept {
  for (int i = 0; i < 100'000; ++i) {
    if (!numbers_busy.exchange(true, std::memory_order_acquire)) return true;
  }
  return false;
}

}  // namespace

std::uint16_t call_site(const LiveFile& file, const os::Caller& caller) noexcept {
  if (caller.returns_to == nullptr) return 0;
  Known& entry = known_for(caller);
  if (entry.stack.is_of(caller)) return entry.number;
  const os::CallStack stack = os::CallStack::of(caller);
  if (!lock_numbers()) return 0;
  const int saved = errno;
  std::uint16_t number = 0;
  try {
    number = number_of(file, Calls(stack.calls().begin(), stack.calls().end()));
  } catch (...) {
    // Without memory nobody knows from where, then.
  }
  numbers_busy.store(false, std::memory_order_release);
  errno = saved;
  entry = {stack, number};
  knows_any = true;
  return number;
}

void forget_call_sites() noexcept {
  // The parent's numbers may have been in the middle of a change by another of its threads.
  numbers_busy.store(false, std::memory_order_relaxed);
  numbers = nullptr;
  if (!knows_any) return;
  known = {};
  knows_any = false;
}

}  // namespace mp::probe
