// A program that ends in the way its first argument says; exit_test.cpp reads what it prints.
#include "support/pipe_gate.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/process.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using mp::Process;

struct Loud {
  const char* name;
  ~Loud() { std::cout << "destroyed: " << name << std::endl; }
};

[[noreturn]] void sleep_for_ever() {
  for (;;) ::pause();
}

int joins_at_exit() {
  static support::PipeGate gate;
  Process([] {
    gate.pass();
    std::cout << "child done" << std::endl;
  }).start();
  std::cout << "main done" << std::endl;
  gate.open();
  return 4;
}

int terminates_daemons() {
  Process daemon({.daemon = true}, sleep_for_ever);
  daemon.start();
  std::cout << "daemon " << *daemon.pid() << std::endl;
  return 0;
}

int kills_stubborn_daemons() {
  support::PipeGate deaf;
  Process daemon({.daemon = true}, [&] {
    ::signal(SIGTERM, SIG_IGN);
    deaf.open();
    sleep_for_ever();
  });
  daemon.start();
  deaf.pass();
  return 0;
}

// One that it ended itself, and one that ended badly of its own.
int ends_after_its_children(bool one_fails) {
  Process asked(sleep_for_ever);
  asked.start();
  asked.kill();
  asked.join();
  if (!one_fails) return 0;
  Process failing([] { throw mp::SystemExit(3); });
  failing.start();
  failing.join();
  return 0;
}

int prints_once() {
  std::ios::sync_with_stdio(false);
  std::cout << "by the parent, before; ";
  std::printf("by printf, before; ");
  Process child([] {
    std::cout << "by the child; ";
    std::printf("by printf in the child; ");
  });
  child.start();
  child.join();
  std::cout << "by the parent, after";
  return 0;
}

int destroys_statics_once() {
  static Loud parents{"static of the parent"};
  thread_local Loud threads{"thread_local of the parent"};
  (void)threads.name;
  std::atexit([] { std::cout << "atexit of the parent" << std::endl; });
  Process child([] {
    static Loud childs{"static of the child"};
    const Loud local{"local of the child"};
  });
  child.start();
  child.join();
  std::cout << "code " << child.exitcode().value() << std::endl;
  return 0;
}

int destroys_the_target() {
  struct Target {
    bool armed = true;
    Target() = default;
    Target(Target&& other) noexcept {
      std::swap(armed, other.armed), armed = true, other.armed = false;
    }
    ~Target() {
      if (armed) std::cout << "target destroyed in " << mp::current_process().name() << std::endl;
    }
    void operator()() const {}
  };
  Process child({.name = "child"}, Target());
  child.start();
  child.join();
  return 0;
}

int child_calls_exit() {
  Process child([] {
    Process({.name = "grandchild"}, [] { std::cout << "grandchild done" << std::endl; }).start();
    std::exit(9);
  });
  child.start();
  child.join();
  std::cout << "code " << child.exitcode().value() << std::endl;
  return 0;
}

int child_joins_its_own() {
  Process child([] {
    Process([] { std::cout << "grandchild done" << std::endl; }).start();
    std::cout << "child returns" << std::endl;
  });
  child.start();
  child.join();
  std::cout << "main joined" << std::endl;
  return 0;
}

int raw_fork_exits() {
  Process child([] { std::cout << "child done" << std::endl; });
  child.start();
  const pid_t raw = ::fork();
  if (raw == 0) std::exit(mp::active_children().empty() ? 0 : 1);
  child.join();
  return 0;
}

int fails(const std::function<void()>& how) {
  Process child({.name = "worker-1"}, how);
  child.start();
  child.join();
  std::cout << "code " << child.exitcode().value() << std::endl;
  return 0;
}

struct Odd {};

int throws_error() {
  return fails([] { throw mp::ValueError("no such colour"); });
}
int throws_nested() {
  return fails([] {
    try {
      throw std::runtime_error("disk full");
    } catch (...) {
      std::throw_with_nested(mp::RuntimeError("cannot save"));
    }
  });
}
int throws_odd() {
  return fails([] { throw Odd{}; });
}
int exits_with_text() {
  return fails([] { throw mp::SystemExit("ignore this"); });
}
int closed_stdio() {
  ::close(STDIN_FILENO);
  ::close(STDOUT_FILENO);
  Process child([] {
    ::close(STDERR_FILENO);
    std::cout << "nobody reads this" << std::flush;
    std::cerr.exceptions(std::ios::badbit | std::ios::failbit);
    throw mp::SystemExit("nor this");
  });
  child.start();
  child.join();
  std::cerr << "code " << child.exitcode().value() << std::endl;
  return 0;
}

// The device behind the stream is gone: nothing can be flushed.
class BrokenBuffer : public std::streambuf {
 protected:
  int sync() override { return -1; }
};

int broken_streams() {
  BrokenBuffer broken;
  std::cout.rdbuf(&broken);
  std::cout.exceptions(std::ios::badbit);
  std::clog.rdbuf(nullptr);
  Process child([] {});
  child.start();
  child.join();
  std::cout.exceptions(std::ios::goodbit);  // what follows flushes it
  std::cerr << "code " << child.exitcode().value() << std::endl;
  return 0;
}

int reads_stdin() {
  const int first = std::getchar();
  Process child([] {
    std::cout << "child reads " << std::getchar() << std::endl;
    std::string word;
    std::cout << "child gets a word: " << static_cast<bool>(std::cin >> word) << std::endl;
  });
  child.start();
  child.join();
  std::cout << "main reads " << static_cast<char>(first) << static_cast<char>(std::getchar())
            << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, int (*)()> modes = {
      {"joins_at_exit", joins_at_exit},
      {"kills_a_child", [] { return ends_after_its_children(false); }},
      {"kills_a_child_and_another_fails", [] { return ends_after_its_children(true); }},
      {"terminates_daemons", terminates_daemons},
      {"kills_stubborn_daemons", kills_stubborn_daemons},
      {"prints_once", prints_once},
      {"destroys_statics_once", destroys_statics_once},
      {"destroys_the_target", destroys_the_target},
      {"child_calls_exit", child_calls_exit},
      {"child_joins_its_own", child_joins_its_own},
      {"raw_fork_exits", raw_fork_exits},
      {"throws_error", throws_error},
      {"throws_nested", throws_nested},
      {"throws_odd", throws_odd},
      {"exits_with_text", exits_with_text},
      {"closed_stdio", closed_stdio},
      {"broken_streams", broken_streams},
      {"reads_stdin", reads_stdin},
  };
  const auto mode = modes.find(argc == 2 ? argv[1] : "");
  return mode == modes.end() ? 64 : mode->second();
}
