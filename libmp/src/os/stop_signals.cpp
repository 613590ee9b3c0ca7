#include "os/stop_signals.hpp"

#include <csignal>

#include "os/check.hpp"

namespace mp::os {
namespace {

volatile std::sig_atomic_t seen = 0;
volatile std::sig_atomic_t newest = 0;

void count(int number) {
  seen = seen + 1;
  newest = number;
}

}  // namespace

void count_stop_signals() {
  struct sigaction action {};
  action.sa_handler = count;
  ::sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) check(::sigaction(number, &action, nullptr), "sigaction");
}

int stop_signals_seen() noexcept { return seen; }
int newest_stop_signal() noexcept { return newest; }

}  // namespace mp::os
