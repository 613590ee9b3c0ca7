#include "os/spawn.hpp"

#include <signal.h>
#include <spawn.h>

#include <string_view>

#include "os/check.hpp"

extern char** environ;

namespace mp::os {
namespace {

std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

std::vector<char*> environment_with(const std::vector<std::string>& extra) {
  std::vector<char*> out;
  for (const std::string& entry : extra) out.push_back(const_cast<char*>(entry.c_str()));
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    bool replaced = false;
    for (const std::string& given : extra) replaced |= name_of(given) == name_of(*entry);
    if (!replaced) out.push_back(*entry);
  }
  out.push_back(nullptr);
  return out;
}

}  // namespace

std::uint32_t spawn_program(const std::vector<std::string>& argv, const SpawnOptions& options) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const std::vector<char*> environment = environment_with(options.extra_environment);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  // Whatever this process blocks or ignores is its own affair.
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  const int group = options.own_group ? POSIX_SPAWN_SETPGROUP : 0;
  ::posix_spawnattr_setflags(&attributes,
                             static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, arguments[0], nullptr, &attributes, arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) throw_errno(error, "start", argv.at(0));
  return static_cast<std::uint32_t>(pid);
}

bool signal_group(std::uint32_t group, int signal) noexcept {
  return group > 1 && ::kill(-static_cast<pid_t>(group), signal) == 0;
}

}  // namespace mp::os
