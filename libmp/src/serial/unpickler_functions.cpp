// The functions that a pickle names and calls: from a fixed table, or refused.
#include "serial/callables.hpp"
#include "serial/unpickler.hpp"

#include <optional>

namespace mp::serial {

bool Unpickler::load_stack_global() {
  if (!need(2)) return false;
  dropped_ = true;
  const Object name = stack_.take();
  const Object module = stack_.take();
  if (ObjectAccess::tag(module) != Tag::Str || ObjectAccess::tag(name) != Tag::Str) {
    return fail(FailureCode::Malformed, "module and name must be str");
  }
  return push_global(ObjectAccess::raw(module).view(), ObjectAccess::raw(name).view());
}

bool Unpickler::push_global(std::string_view module, std::string_view name) {
  const std::optional<Callable> function = find_callable(module, name);
  if (!function.has_value()) {
    constexpr std::size_t kShown = 100;
    std::string text = "global '";
    text.append(module.substr(0, kShown)).append(".").append(name.substr(0, kShown));
    return fail(FailureCode::Unsupported,
                text + "' is not known here: only data and registered types are built");
  }
  callables_ = true;
  return push(make_callable(static_cast<int>(*function)));
}

bool Unpickler::reduce() {
  if (!need(2)) return false;
  dropped_ = true;
  const Object arguments = stack_.take();
  const Object function = stack_.take();
  if (ObjectAccess::tag(function) != Tag::Callable) {
    return fail(FailureCode::Malformed, "calls a " + std::string(function.type_name()));
  }
  if (ObjectAccess::tag(arguments) != Tag::Tuple) {
    return fail(FailureCode::Malformed, "arguments must be a tuple");
  }
  const auto* block = static_cast<detail::CallableBlock*>(ObjectAccess::block(function));
  Result<Object> result = call(static_cast<Callable>(block->function), arguments);
  if (!result.ok()) return fail(result.failure().code, result.failure().text);
  return push(std::move(result).value());
}

}  // namespace mp::serial
