#include "sync/interrupt.hpp"

#include <libmp/exceptions.hpp>
#include <libmp/interrupt.hpp>

namespace mp {
namespace sync {

constinit thread_local volatile bool detail::interrupted = false;

void throw_interrupted(const std::string& text) {
  throw KeyboardInterrupt(text + ": the wait was interrupted");
}

}  // namespace sync

void interrupt() noexcept { sync::detail::interrupted = true; }

}  // namespace mp
