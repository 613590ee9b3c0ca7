// "Synchronization between processes" in Python's documentation: one prints at a time.
#include <libmp/libmp.hpp>

#include <iostream>
#include <mutex>

namespace {

void f(mp::Lock lock, int i) {
  const std::scoped_lock guard(lock);
  std::cout << "hello world " << i << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  mp::Lock lock;
  for (int number = 0; number < 10; ++number) mp::Process(f, lock, number).start();
}
