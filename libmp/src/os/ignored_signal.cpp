#include "os/ignored_signal.hpp"

namespace mp::os {

IgnoredSignal::IgnoredSignal(int number) noexcept : number_(number) {
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  active_ = ::sigaction(number, &ignore, &before_) == 0;
}

void IgnoredSignal::restore() noexcept {
  if (active_) (void)::sigaction(number_, &before_, nullptr);
  active_ = false;
}

}  // namespace mp::os
