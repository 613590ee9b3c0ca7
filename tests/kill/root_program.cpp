// The tree that root_kill_test kills: root, two children, two grandchildren each, a resource
// tracker and, where there is one, a fork server. Each of the seven says a line when its own part
// is built. First argument: the start method.
#include <libmp/freeze_support.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>
#include <libmp/shared_memory.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace {

constexpr int kLevels = 3;

void say_built() {
  constexpr std::string_view kLine = "built\n";
  (void)!::write(STDOUT_FILENO, kLine.data(), kLine.size());  // in one piece
}

// Of two leaves one is at work, the other waits for what never comes.
void live(bool is_busy, mp::Queue<int>& queue) {
  say_built();
  while (is_busy) {
  }
  queue.get();
}

void grow(std::string method, int levels, bool is_busy, mp::Queue<int> queue) {
  if (levels == 1) return live(is_busy, queue);
  std::vector<mp::Process> children;
  for (const bool busy : {false, true}) {
    children.emplace_back(mp::ProcessOptions{.start_method = method}, grow, method, levels - 1,
                          busy, queue);
    children.back().start();
  }
  say_built();
  for (mp::Process& child : children) child.join();
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  const mp::SharedMemory block(mp::create, 64);
  grow(argv[1], kLevels, false, mp::Queue<int>());
}
