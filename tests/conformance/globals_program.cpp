// Programs whose primitives are made before anything else: by what a fork server loads first, and
// by a global. Neither may have a word to say about them at the end.
#include <libmp/libmp.hpp>

#include <iostream>
#include <mutex>
#include <optional>
#include <string_view>

namespace {

std::optional<mp::Lock> preloaded;

mp::Semaphore& global_semaphore() {
  static mp::Semaphore semaphore(10);
  return semaphore;
}

int preload() {
  mp::set_forkserver_preload({[] { preloaded.emplace(); }});
  mp::Process child({.start_method = "forkserver"}, [] {
    const std::scoped_lock guard(preloaded.value());
    std::cout << "ok" << std::flush;
  });
  child.start();
  child.join();
  return child.exitcode().value();
}

int global() {
  mp::Process child({.start_method = "spawn"}, [] { global_semaphore().acquire(); });
  child.start();
  child.join();
  return child.exitcode().value();
}

}  // namespace

int main(int argc, char** argv) {
  global_semaphore();  // in the children too
  mp::freeze_support(argc, argv);
  return std::string_view(argv[1]) == "preload" ? preload() : global();
}
