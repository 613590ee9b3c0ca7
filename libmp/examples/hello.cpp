// "The Process class" in Python's documentation: a function that runs in another process.
#include <libmp/libmp.hpp>

#include <iostream>
#include <string>

void f(const std::string& name) { std::cout << "hello " << name << '\n'; }

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  mp::Process p(f, "bob");
  p.start();
  p.join();
}
