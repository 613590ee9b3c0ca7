// Result<T>: a value, or a Failure that says what went wrong and where in the input. The return
// type of everything that decodes bytes or files: bad input is expected there, so it is not an
// exception.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace mp {

// What kind of wrong. For the caller's decision; the text is for people.
enum class FailureCode : std::uint8_t {
  Truncated,    // the input ends too early
  Malformed,    // the input contradicts its format
  Unsupported,  // well-formed, but of a version or kind that this reader does not know
  TooLarge,     // beyond a stated limit
  NotFound,     // the thing asked for is not there
  OutOfRange,   // a value does not fit its target
  Os,           // the operating system refused; the text has the errno
};

constexpr std::string_view to_string(FailureCode code) noexcept {
  switch (code) {
    case FailureCode::Truncated:
      return "truncated";
    case FailureCode::Malformed:
      return "malformed";
    case FailureCode::Unsupported:
      return "unsupported";
    case FailureCode::TooLarge:
      return "too large";
    case FailureCode::NotFound:
      return "not found";
    case FailureCode::OutOfRange:
      return "out of range";
    case FailureCode::Os:
      return "operating system";
  }
  return "unknown";
}

// A plain record, to be passed on unchanged: each failure is logged or returned, never both.
struct Failure {
  FailureCode code = FailureCode::Malformed;
  std::string text;   // one sentence without the place
  std::string where;  // the place: "offset 17", "header of s.mpr"; may be empty

  // "offset 17: string runs past the end (truncated)"
  [[nodiscard]] std::string message() const {
    std::string out = where;
    if (!out.empty()) out += ": ";
    out.append(text).append(" (").append(to_string(code)).append(")");
    return out;
  }
};

// No conversion to bool: Result<bool> would be misread sooner or later. Ask ok().
// value() of a failure and failure() of a value are errors of the caller and abort the program.
template <class T>
class [[nodiscard]] Result {
  static_assert(!std::is_reference_v<T>, "Result holds values; use a pointer for a reference");
  static_assert(!std::is_same_v<std::remove_cv_t<T>, Failure>, "a Failure is not a value");

 public:
  using value_type = T;

  // Both implicit, so that `return value;` and `return Failure{...};` read alike.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }

  [[nodiscard]] T& value() & { return *require<0>(this); }
  [[nodiscard]] const T& value() const& { return *require<0>(this); }
  [[nodiscard]] T&& value() && { return std::move(*require<0>(this)); }

  [[nodiscard]] Failure& failure() & { return *require<1>(this); }
  [[nodiscard]] const Failure& failure() const& { return *require<1>(this); }
  [[nodiscard]] Failure&& failure() && { return std::move(*require<1>(this)); }

  template <class U>
  [[nodiscard]] T value_or(U&& fallback) && {
    return ok() ? std::move(*std::get_if<0>(&state_)) : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  template <std::size_t kIndex, class Self>
  static auto require(Self* self) {
    auto* held = std::get_if<kIndex>(&self->state_);
    if (held == nullptr) std::abort();
    return held;
  }

  std::variant<T, Failure> state_;
};

// For what succeeds without a value.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Failure failure) : state_(std::move(failure)) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }

  [[nodiscard]] const Failure& failure() const& {
    const Failure* held = std::get_if<Failure>(&state_);
    if (held == nullptr) std::abort();
    return *held;
  }

  [[nodiscard]] Failure&& failure() && {
    Failure* held = std::get_if<Failure>(&state_);
    if (held == nullptr) std::abort();
    return std::move(*held);
  }

 private:
  std::variant<std::monostate, Failure> state_;
};

}  // namespace mp
