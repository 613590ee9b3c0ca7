// "Process and exceptions" in Python's documentation: what a process says of itself.
#include <libmp/libmp.hpp>

#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

namespace {

void sleep_for(int seconds) { std::this_thread::sleep_for(std::chrono::seconds(seconds)); }

void print(mp::Process& p) {
  // In this order: asking whether it lives may be how its end is learned.
  const bool alive = p.is_alive();
  std::cout << p << ' ' << (alive ? "True" : "False") << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  mp::Process p(sleep_for, 1000);
  print(p);
  p.start();
  print(p);
  p.terminate();
  p.join();
  print(p);
  std::cout << (p.exitcode() == -SIGTERM ? "True" : "False") << '\n';
}
