// The functions that a pickle may name. In plain data they occur only where an old protocol has no
// opcode for a value: Python 3 writes bytes in protocols 0 to 2 as _codecs.encode(text, 'latin1').
#pragma once

#include "base/result.hpp"
#include <libmp/object.hpp>

#include <optional>
#include <string_view>

namespace mp::serial {

enum class Callable : int { CodecsEncode, Bytes };

std::optional<Callable> find_callable(std::string_view module, std::string_view name) noexcept;

// Requires: `arguments` is a tuple.
Result<Object> call(Callable function, const Object& arguments);

}  // namespace mp::serial
