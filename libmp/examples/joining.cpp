// "Joining processes that use queues": in Python this dead-locks, since a process that has put
// items waits before it ends until somebody has read them. Here what was put is in shared memory.
#include <libmp/libmp.hpp>

#include <iostream>
#include <string>

void f(mp::Queue<std::string> q) { q.put(std::string(1'000'000, 'X')); }

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  mp::Queue<std::string> queue;
  mp::Process p(f, queue);
  p.start();
  p.join();
  const std::string obj = queue.get();
  std::cout << "joined, then read " << obj.size() << " letters\n";
}
