// Which start method this program uses: decided once.
#pragma once

namespace mp::proc {

// Somebody relies on the method in use: from now on it stays.
void decide_start_method() noexcept;

}  // namespace mp::proc
