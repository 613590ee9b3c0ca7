// Random bytes of the kernel, fit for keys.
#pragma once

#include <cstddef>
#include <span>

namespace mp::os {

// Throws OSError (a kernel without getrandom(2)).
void random_bytes(std::span<std::byte> into);

}  // namespace mp::os
