#include "proc/start_method.hpp"
#include <libmp/context.hpp>
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <atomic>

namespace mp {
namespace {

using proc::StartMethod;

struct Method {
  StartMethod method;
  std::string_view name;
};

// In Python's order: the default of the platform comes first.
constexpr std::array<Method, 3> kMethods = {{{StartMethod::Fork, "fork"},
                                             {StartMethod::Spawn, "spawn"},
                                             {StartMethod::Forkserver, "forkserver"}}};
constexpr StartMethod kUndecided = StartMethod::Root;

constinit std::atomic<StartMethod> decided{kUndecided};

}  // namespace

namespace proc {

StartMethod decide_start_method() noexcept {
  StartMethod expected = kUndecided;
  decided.compare_exchange_strong(expected, kMethods.front().method);
  return decided;
}

void inherit_start_method(StartMethod method) noexcept { decided = method; }

StartMethod method_named(std::string_view name) {
  const auto found = std::find_if(kMethods.begin(), kMethods.end(),
                                  [name](const Method& one) { return one.name == name; });
  if (found == kMethods.end())
    throw ValueError("cannot find context for '" + std::string(name) + "'");
  return found->method;
}

std::string_view name_of(StartMethod method) noexcept {
  for (const Method& one : kMethods) {
    if (one.method == method) return one.name;
  }
  return "none";
}

}  // namespace proc

Context get_context(std::optional<std::string_view> method) {
  return Context(method ? proc::name_of(proc::method_named(*method)) : get_start_method());
}

Context Context::get_context(std::optional<std::string_view> method) const {
  return method ? mp::get_context(method) : *this;
}

void Context::set_start_method(std::string_view /*method*/, bool /*force*/) const {
  throw ValueError("cannot set start method of concrete context");
}

std::vector<std::string> Context::get_all_start_methods() const {
  return mp::get_all_start_methods();
}

void set_start_method(std::string_view method, bool force) {
  const StartMethod wanted = proc::method_named(method);
  StartMethod expected = kUndecided;
  if (force) {
    decided = wanted;
  } else if (!decided.compare_exchange_strong(expected, wanted)) {
    throw RuntimeError("context has already been set");
  }
}

std::string get_start_method() { return std::string(proc::name_of(proc::decide_start_method())); }

std::optional<std::string> get_start_method_or_none() {
  const StartMethod method = decided;
  if (method == kUndecided) return std::nullopt;
  return std::string(proc::name_of(method));
}

std::vector<std::string> get_all_start_methods() {
  std::vector<std::string> names;
  for (const Method& one : kMethods) names.emplace_back(one.name);
  return names;
}

}  // namespace mp
