#include "os/detached.hpp"

#include "os/check.hpp"

#include <array>
#include <cerrno>
#include <cstddef>

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace mp::os {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  return out;
}

constexpr long kCloseRange = 436;  // glibc has a wrapper since 2.34; Linux since 5.9
constexpr int kFirstKept = STDERR_FILENO + 1;
constexpr std::size_t kMostKept = 8;

// The kept ones take the first numbers; everything else of the program's stays with the program.
void keep_only(std::span<const int> kept) noexcept {
  const int above = kFirstKept + static_cast<int>(kept.size());
  std::array<int, kMostKept> aside;  // first of all out of the way of one another
  for (std::size_t i = 0; i < kept.size(); ++i) aside[i] = ::fcntl(kept[i], F_DUPFD, above);
  for (std::size_t i = 0; i < kept.size(); ++i) ::dup2(aside[i], kFirstKept + static_cast<int>(i));
  (void)::syscall(kCloseRange, above, ~0u, 0);
}

// No signal is delivered here until the program that is started can be deaf to it.
class BlockedSignals {
 public:
  BlockedSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    (void)::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { restore(); }
  void restore() const noexcept { (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

void become_deaf() noexcept {
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
}

// In the grandchild, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* argv, char* const* envp, const DetachedOptions& options,
                         const BlockedSignals& blocked) noexcept {
  ::setsid();
  if (options.is_deaf) become_deaf();
  blocked.restore();
  keep_only(options.kept);
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
                       const std::vector<std::string>& extra_environment,
                       const DetachedOptions& options) noexcept {
  const int saved = errno;
  bool started = false;
  try {
    std::vector<char*> arguments = pointers(argv);
    arguments.push_back(nullptr);
    std::vector<char*> environment = pointers(extra_environment);
    for (char** entry = ::environ; *entry != nullptr; ++entry) environment.push_back(*entry);
    environment.push_back(nullptr);
    // Forked twice: the child in between ends at once and is reaped here, so the program is left
    // with no child of ours.
    const BlockedSignals blocked;
    const pid_t middle = ::_Fork();
    if (middle == 0) {
      const pid_t grandchild = ::_Fork();
      if (grandchild == 0) become(arguments.data(), environment.data(), options, blocked);
      ::_exit(grandchild > 0 ? 0 : 1);
    }
    int status = 1;
    if (middle > 0)
      started = retry_eintr([&] { return ::waitpid(middle, &status, 0); }) == middle && status == 0;
  } catch (...) {
    started = false;  // out of memory
  }
  errno = saved;
  return started;
}

}  // namespace mp::os
