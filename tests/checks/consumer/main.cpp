#include <libmp/libmp.hpp>

#include <iostream>

void answer(mp::Queue<int> queue) { queue.put(42); }

int main() {
  mp::Queue<int> queue;
  mp::Process process(answer, queue);
  process.start();
  std::cout << queue.get() << '\n';
  process.join();
}
