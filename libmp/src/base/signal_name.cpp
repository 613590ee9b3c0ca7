#include "base/signal_name.hpp"

#include <array>
#include <csignal>
#include <string_view>

namespace mp {
namespace {

struct Row {
  int number;
  std::string_view name;
};

constexpr std::array kNames{
    Row{SIGHUP, "SIGHUP"},       Row{SIGINT, "SIGINT"},   Row{SIGQUIT, "SIGQUIT"},
    Row{SIGILL, "SIGILL"},       Row{SIGTRAP, "SIGTRAP"}, Row{SIGABRT, "SIGABRT"},
    Row{SIGBUS, "SIGBUS"},       Row{SIGFPE, "SIGFPE"},   Row{SIGKILL, "SIGKILL"},
    Row{SIGUSR1, "SIGUSR1"},     Row{SIGSEGV, "SIGSEGV"}, Row{SIGUSR2, "SIGUSR2"},
    Row{SIGPIPE, "SIGPIPE"},     Row{SIGALRM, "SIGALRM"}, Row{SIGTERM, "SIGTERM"},
    Row{SIGCHLD, "SIGCHLD"},     Row{SIGCONT, "SIGCONT"}, Row{SIGSTOP, "SIGSTOP"},
    Row{SIGTSTP, "SIGTSTP"},     Row{SIGTTIN, "SIGTTIN"}, Row{SIGTTOU, "SIGTTOU"},
    Row{SIGURG, "SIGURG"},       Row{SIGXCPU, "SIGXCPU"}, Row{SIGXFSZ, "SIGXFSZ"},
    Row{SIGPROF, "SIGPROF"},     Row{SIGSYS, "SIGSYS"},   Row{SIGVTALRM, "SIGVTALRM"},
    Row{SIGWINCH, "SIGWINCH"},
#ifdef SIGSTKFLT
    Row{SIGSTKFLT, "SIGSTKFLT"},
#endif
#ifdef SIGIO
    Row{SIGIO, "SIGIO"},
#endif
#ifdef SIGPWR
    Row{SIGPWR, "SIGPWR"},
#endif
};

}  // namespace

std::string signal_name(int signal) {
  for (const Row& row : kNames) {
    if (row.number == signal) return std::string(row.name);
  }
  // SIGRTMIN is a call in glibc: it leaves out the signals that the threads library keeps.
  if (signal >= SIGRTMIN && signal <= SIGRTMAX) {
    return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
  }
  return "signal " + std::to_string(signal);
}

}  // namespace mp
