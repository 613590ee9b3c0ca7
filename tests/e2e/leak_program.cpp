// Leaves one block of shared memory behind that nobody tracks; a worker that is killed leaves
// another, which the tracker takes away. Prints the name of the first.
#include <libmp/libmp.hpp>

#include <csignal>
#include <cstdio>

int main() {
  mp::SharedMemory kept(mp::create, 4096, {.track = false});
  mp::Process worker({.name = "worker-1"}, [] {
    mp::SharedMemory lost(mp::create, 8192);
    std::raise(SIGKILL);
  });
  worker.start();
  worker.join();
  std::printf("left over: %s\n", kept.name().c_str());
  return 0;
}
