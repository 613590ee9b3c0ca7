// Two workers, one after the other, take two locks in different orders. They never meet.
#include <libmp/libmp.hpp>

#include <mutex>

int main() {
  mp::Lock index({.name = "index"});
  mp::Lock totals({.name = "totals"});
  const auto run = [](const char* name, mp::Lock first, mp::Lock second) {
    mp::Process worker({.name = name}, [first, second]() mutable {
      const std::scoped_lock outer(first);
      const std::scoped_lock inner(second);
    });
    worker.start();
    worker.join();
    return worker.exitcode().value_or(1);
  };
  return run("worker-1", index, totals) + run("worker-2", totals, index);
}
