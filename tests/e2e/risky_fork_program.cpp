// Forks a worker while another thread runs and a lock is held: what the look around before a fork
// is there for. Nothing comes of it.
#include <libmp/libmp.hpp>

#include <latch>
#include <mutex>
#include <thread>

int main() {
  mp::Lock ledger({.name = "ledger"});
  std::latch end(1);
  std::thread other([&end] { end.wait(); });
  mp::Process worker({.name = "worker-1"}, [] {});
  {
    const std::scoped_lock guard(ledger);
    worker.start();
  }
  worker.join();
  end.count_down();
  other.join();
  return worker.exitcode().value_or(1);
}
