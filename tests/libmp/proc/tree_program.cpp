// A tree of processes that do nothing: the root, two children, two grandchildren each. Each says
// its pid in a line; the test ends the root and looks who is left. First argument: start method;
// second: how the last one lives.
#include <libmp/freeze_support.hpp>
#include <libmp/process.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <unistd.h>

namespace {

constexpr int kDepth = 2;

void say(const std::string& line) {
  (void)!::write(STDOUT_FILENO, line.data(), line.size());  // in one piece
}

void live(const std::string& manner) {
  if (manner == "busy") {
    for (;;) {
    }
  }
  if (manner == "deaf") {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
  }
  for (;;) ::pause();
}

void grow(std::string method, std::string manner, int depth) {
  std::vector<mp::Process> children;
  for (int i = 0; depth > 0 && i < 2; ++i) {
    children.emplace_back(mp::ProcessOptions{.start_method = method}, grow, method, manner,
                          depth - 1);
    children.back().start();
  }
  say(std::to_string(::getpid()) + "\n");
  if (depth == 0) live(manner);
  for (;;) ::pause();
}

void say_and_stay(std::string word) {
  say(word + " " + std::to_string(::getpid()) + "\n");
  for (;;) ::pause();
}

// The thread that starts the child ends at once; the child must not.
int start_from_a_thread(const std::string& method) {
  std::thread starter([&] {
    mp::Process({.daemon = true, .start_method = method}, say_and_stay, std::string("child"))
        .start();
  });
  starter.join();
  for (;;) ::pause();
}

int start_detached(const std::string& method) {
  mp::Process child({.start_method = method, .detached = true}, say_and_stay, std::string("child"));
  child.start();
  for (;;) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  mp::freeze_support(argc, argv);
  const std::string method = argv[1];
  const std::string manner = argv[2];
  if (manner == "thread") return start_from_a_thread(method);
  if (manner == "detached") return start_detached(method);
  grow(method, manner, kDepth);
}
