#include "proc/start_method.hpp"
#include <libmp/context.hpp>
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <atomic>

namespace mp {
namespace {

// In Python's order: the default of the platform comes first.
constexpr std::array<std::string_view, 1> kMethods = {"fork"};
constexpr int kUndecided = -1;

constinit std::atomic<int> decided{kUndecided};

int find_method(std::string_view method) {
  const auto found = std::find(kMethods.begin(), kMethods.end(), method);
  if (found == kMethods.end()) {
    throw ValueError("cannot find context for '" + std::string(method) + "'");
  }
  return static_cast<int>(found - kMethods.begin());
}

std::string name_of(int method) {
  return std::string(kMethods.at(static_cast<std::size_t>(method)));
}

}  // namespace

void proc::decide_start_method() noexcept {
  int expected = kUndecided;
  decided.compare_exchange_strong(expected, 0);
}

Context get_context(std::optional<std::string_view> method) {
  return Context(method ? name_of(find_method(*method)) : get_start_method());
}

void set_start_method(std::string_view method, bool force) {
  const int wanted = find_method(method);
  int expected = kUndecided;
  if (force) {
    decided = wanted;
  } else if (!decided.compare_exchange_strong(expected, wanted)) {
    throw RuntimeError("context has already been set");
  }
}

std::string get_start_method() {
  proc::decide_start_method();
  return name_of(decided);
}

std::optional<std::string> get_start_method_or_none() {
  const int method = decided;
  if (method == kUndecided) return std::nullopt;
  return name_of(method);
}

std::vector<std::string> get_all_start_methods() { return {kMethods.begin(), kMethods.end()}; }

}  // namespace mp
