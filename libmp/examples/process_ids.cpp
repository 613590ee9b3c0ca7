// "The Process class" in Python's documentation, second part: who is whose parent.
#include <libmp/libmp.hpp>

#include <iostream>
#include <string>

namespace {

void info(const std::string& title) {
  const auto parent = mp::parent_process();
  std::cout << title << '\n'
            << "process name: " << mp::current_process().name() << '\n'
            << "parent process: " << (parent ? parent->pid().value() : 0) << '\n'
            << "process id: " << mp::current_process().pid().value() << std::endl;
}

void f(const std::string& name) {
  info("function f");
  std::cout << "hello " << name << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  info("main line");
  mp::Process p(f, "bob");
  p.start();
  p.join();
}
