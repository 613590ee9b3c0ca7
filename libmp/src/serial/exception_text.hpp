// What an exception of Python prints, and which OSError it is.
#pragma once

#include <libmp/object.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mp::serial {

// Both require an exception.
// Python's e.args: an OSError keeps the names of files elsewhere.
std::span<const Object> exception_args(const Object& exception);
// Python's str(e).
std::string exception_text(const Object& exception);

// The subclass of OSError that Python makes for this number: "FileNotFoundError".
std::string_view os_error_name(std::int64_t error_number) noexcept;

// Python makes OSError(2, text) a FileNotFoundError. Returns the class that a call of `function`
// makes an object of; `function` itself if it is another class.
Object special_error(const Object& function, std::span<const Object> arguments);

}  // namespace mp::serial
