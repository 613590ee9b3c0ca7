// A program that forgets freeze_support() and starts a process. First argument: start method;
// second: a program that does not forget, if children are to be that one.
#include <libmp/freeze_support.hpp>
#include <libmp/process.hpp>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "spawn";
  const bool is_a_child = first.starts_with("--");  // which is what it has forgotten to ask
  if (argc > 2) mp::set_executable(is_a_child ? argv[0] : argv[2]);
  mp::Process child(
      {.start_method = is_a_child ? "spawn" : first},
      [](int number) { std::printf("the child got %d\n", number); }, 123);
  child.start();
  child.join();
  return child.exitcode().value();
}
