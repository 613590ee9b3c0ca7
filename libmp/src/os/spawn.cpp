#include "os/spawn.hpp"

#include "os/check.hpp"

#include <string_view>

#include <signal.h>
#include <spawn.h>

extern char** environ;

namespace mp::os {
namespace {

std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// Owns the list of what posix_spawn(3) does between fork and exec.
class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  // A descriptor put onto itself loses close-on-exec there.
  void keep(int fd) {
    if (const int error = ::posix_spawn_file_actions_adddup2(&actions_, fd, fd); error != 0)
      throw_errno(error, "posix_spawn_file_actions_adddup2");
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

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
  const std::vector<char*> arguments = pointers(argv);
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
  ::posix_spawnattr_setflags(
      &attributes, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group));
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, arguments[0], nullptr, &attributes, arguments.data(),
                                   environment.data());
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) throw_errno(error, "start", argv.at(0));
  return static_cast<std::uint32_t>(pid);
}

std::uint32_t spawn_relative(const std::string& file, const std::vector<std::string>& argv,
                             std::span<const int> kept) {
  const std::vector<char*> arguments = pointers(argv);
  FileActions actions;
  for (const int fd : kept) actions.keep(fd);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, file.c_str(), actions.get(), nullptr, arguments.data(), ::environ);
  if (error != 0) throw_errno(error, "start", file);
  return static_cast<std::uint32_t>(pid);
}

bool signal_group(std::uint32_t group, int signal) noexcept {
  return group > 1 && ::kill(-static_cast<pid_t>(group), signal) == 0;
}

}  // namespace mp::os
