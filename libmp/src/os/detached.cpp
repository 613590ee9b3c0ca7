#include "os/detached.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "os/check.hpp"

extern char** environ;

namespace mp::os {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  return out;
}

// In the grandchild, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* argv, char* const* envp) noexcept {
  ::setsid();
  if (const int null = ::open("/dev/null", O_RDWR); null >= 0) {
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    if (null > STDERR_FILENO) ::close(null);
  }
  ::execve("/proc/self/exe", argv, envp);
  ::_exit(127);
}

}  // namespace

bool run_self_detached(const std::vector<std::string>& argv,
                       const std::vector<std::string>& extra_environment) noexcept {
  const int saved = errno;
  bool started = false;
  try {
    std::vector<char*> arguments = pointers(argv);
    arguments.push_back(nullptr);
    std::vector<char*> environment = pointers(extra_environment);
    for (char** entry = ::environ; *entry != nullptr; ++entry) environment.push_back(*entry);
    environment.push_back(nullptr);
    // Forked twice: the child in between ends at once and is reaped here, so the program is left with no child of ours.
    const pid_t middle = ::_Fork();
    if (middle == 0) {
      const pid_t grandchild = ::_Fork();
      if (grandchild == 0) become(arguments.data(), environment.data());
      ::_exit(grandchild > 0 ? 0 : 1);
    }
    int status = 1;
    if (middle > 0) started = retry_eintr([&] { return ::waitpid(middle, &status, 0); }) == middle && status == 0;
  } catch (...) {
    started = false;  // out of memory
  }
  errno = saved;
  return started;
}

}  // namespace mp::os
