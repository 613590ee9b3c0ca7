#include "app/program.hpp"

#include "os/child.hpp"
#include "os/clock.hpp"
#include "os/poll.hpp"
#include "os/spawn.hpp"

#include <csignal>

namespace inspector::app {

Program::Program(const std::vector<std::string>& argv, const std::string& address,
                 const std::string& key, int level)
    : pid_(mp::os::spawn_program(
          argv, {.extra_environment = {"MP_INSPECT=" + address, "MP_INSPECT_KEY=" + key,
                                       "MP_INSPECT_LEVEL=" + std::to_string(level)},
                 .own_group = true})),
      pidfd_(mp::os::open_pidfd(pid_)) {}

Program::~Program() {
  if (!ended()) signal(SIGKILL);
  // Whoever is left of the group was the program's affair as long as it lived; now it is nobody's.
  mp::os::signal_group(pid_, SIGKILL);
  if (!code_) {
    mp::os::poll_readable(pidfd_.get(), mp::os::Deadline::after(std::chrono::seconds(5)));
    ended();
  }
}

std::optional<int> Program::ended() {
  if (code_) return code_;
  const mp::os::ChildState state = mp::os::peek_child(pidfd_.get());
  if (state.kind == mp::os::ChildState::Kind::Running) return std::nullopt;
  code_ = state.code;
  mp::os::reap_child(pidfd_.get());
  return code_;
}

void Program::signal(int number) noexcept { mp::os::signal_group(pid_, number); }

void Program::end(std::chrono::milliseconds patience) {
  if (ended()) return;
  signal(SIGTERM);
  if (!mp::os::poll_readable(pidfd_.get(), mp::os::Deadline::after(patience))) signal(SIGKILL);
  mp::os::poll_readable(pidfd_.get(), mp::os::Deadline::after(std::chrono::seconds(5)));
  ended();
}

int shell_code(int exit_code) noexcept { return exit_code < 0 ? 128 - exit_code : exit_code; }

}  // namespace inspector::app
