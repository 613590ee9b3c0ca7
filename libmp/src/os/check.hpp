// check(): turns a failed system call into mp::OSError. The only way that os/ reports an unexpected failure.
#pragma once

#include <cerrno>
#include <string_view>

namespace mp::os {

// Throws mp::OSError for the current errno; `subject` is what the call was about (a path, an address), if anything.
[[noreturn]] void throw_errno(std::string_view operation, std::string_view subject = {});
[[noreturn]] void throw_errno(int error, std::string_view operation, std::string_view subject = {});

// Returns `result` unless it is -1.
template <typename Result>
Result check(Result result, std::string_view operation, std::string_view subject = {}) {
  if (result == static_cast<Result>(-1)) throw_errno(operation, subject);
  return result;
}

// Repeats a call for as long as a signal interrupts it.
template <typename Call>
auto retry_eintr(Call&& call) noexcept(noexcept(call())) {
  decltype(call()) result;
  do {
    result = call();
  } while (result == -1 && errno == EINTR);
  return result;
}

}  // namespace mp::os
