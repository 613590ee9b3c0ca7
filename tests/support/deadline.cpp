#include "support/deadline.hpp"

#include <algorithm>
#include <limits>

namespace support {

Deadline::Clock::duration Deadline::left() const {
  return std::max(at_ - Clock::now(), Clock::duration::zero());
}

int Deadline::left_ms() const {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left()).count();
  return static_cast<int>(std::min<decltype(ms)>(ms, std::numeric_limits<int>::max()));
}

}  // namespace support
