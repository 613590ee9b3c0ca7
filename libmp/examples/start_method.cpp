// "Contexts and start methods" in Python's documentation: the whole program by one method, or a
// context of its own. `start_method context` shows the latter.
#include <libmp/libmp.hpp>

#include <iostream>
#include <string>
#include <string_view>

namespace {

void foo(mp::Queue<std::string> q) { q.put("hello"); }

void whole_program() {
  mp::set_start_method("spawn");
  mp::Queue<std::string> q;
  mp::Process p(foo, q);
  p.start();
  std::cout << q.get() << '\n';
  p.join();
}

void one_context() {
  auto ctx = mp::get_context("spawn");
  auto q = ctx.Queue<std::string>();
  auto p = ctx.Process(foo, q);
  p.start();
  std::cout << q.get() << '\n';
  p.join();
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  if (argc > 1 && std::string_view(argv[1]) == "context")
    one_context();
  else
    whole_program();
}
