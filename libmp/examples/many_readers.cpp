// wait() as in the chapter "Listeners and Clients" of Python's documentation: messages from several
// processes at once, as they come.
#include <libmp/libmp.hpp>

#include <algorithm>
#include <iostream>
#include <utility>
#include <vector>

void foo(mp::Connection w) {
  for (int i = 0; i < 10; ++i) w.send(mp::tuple{i, mp::current_process().name()});
}

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  std::vector<mp::Connection> readers;
  std::vector<mp::Process> processes;

  for (int i = 0; i < 4; ++i) {
    auto [r, w] = mp::Pipe(false);
    readers.push_back(std::move(r));
    // The writable end is moved, so that the child is the only process that has it. When the child
    // ends, wait() promptly reports the readable end as being ready.
    processes.emplace_back(foo, std::move(w));
    processes.back().start();
  }

  while (!readers.empty()) {
    const std::vector<mp::Waitable> all(readers.begin(), readers.end());
    for (const mp::Waitable& ready : mp::wait(all)) {
      const auto r = std::find(readers.begin(), readers.end(), ready);
      try {
        std::cout << r->recv() << '\n';
      } catch (const mp::EOFError&) {
        readers.erase(r);
      }
    }
  }
  for (mp::Process& process : processes) process.join();
}
