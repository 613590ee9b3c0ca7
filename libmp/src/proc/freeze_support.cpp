#include "os/child.hpp"
#include "os/identity.hpp"
#include "os/modules.hpp"
#include "proc/child_main.hpp"
#include "proc/fork_server.hpp"
#include "proc/launch.hpp"
#include "proc/standard_streams.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/freeze_support.hpp>

#include <array>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace mp {
namespace {

struct DutyName {
  proc::Duty duty;
  const char* argument;
};
constexpr std::array<DutyName, 2> kDuties = {
    {{proc::Duty::Child, "--multiprocessing-fork"},
     {proc::Duty::ForkServer, "--multiprocessing-forkserver"}}};

constinit bool called = false;  // freeze_support() has been passed by this program
constinit bool is_on_duty =
    false;  // this process was started by a parent, for freeze_support() to take over
std::string& executable() {  // set_executable
  static std::string& path = *new std::string;
  return path;
}
constinit std::mutex executable_mutex;

std::optional<proc::Duty> duty_of(int argc, char** argv) {
  if (argc != 3 || argv == nullptr) return std::nullopt;
  for (const DutyName& one : kDuties) {
    if (std::string_view(argv[1]) == one.argument) return one.duty;
  }
  return std::nullopt;
}

int descriptor_in(std::string_view argument) {
  int fd = -1;
  const auto [end, error] = std::from_chars(argument.data(), argument.data() + argument.size(), fd);
  if (error != std::errc{} || end != argument.data() + argument.size() || fd < 0)
    throw ValueError("'" + std::string(argument) + "' is no descriptor");
  return fd;
}

[[noreturn]] void run_spawned_child(std::string_view argument) {
  os::UniqueFd content = os::adopt_inherited(descriptor_in(argument));
  std::vector<os::UniqueFd> descriptors;
  for (const int fd : proc::descriptors_of_sender(content.get()))
    descriptors.push_back(os::adopt_inherited(fd));
  proc::unpack_and_run(std::move(content), std::move(descriptors));
}

[[noreturn]] void do_duty(proc::Duty duty, std::string_view argument) noexcept {
  try {
    if (duty == proc::Duty::Child) run_spawned_child(argument);
    proc::serve_forks(os::adopt_inherited(descriptor_in(argument)));
  } catch (...) {
    proc::end_failed_child("(started by libmp, and not by hand)");
  }
}

// A program that has no freeze_support() would do its work a second time and be taken for a child
// that ended well.
void complain_if_never_taken_over(int /*status*/) {
  if (called) return;
  proc::write_to_stderr(
      "libmp: this process was started as a child, but its program does not call "
      "mp::freeze_support(argc, argv) in "
      "main(): its target has not run\n");
  os::exit_now(1);
}

[[gnu::constructor]] void note_duty(int argc, char** argv, char** /*environment*/) {
  is_on_duty = duty_of(argc, argv).has_value();
  if (is_on_duty) os::at_exit(complain_if_never_taken_over);
}

}  // namespace

void freeze_support(int argc, char** argv) {
  called = true;
  const auto duty = duty_of(argc, argv);
  if (duty) do_duty(*duty, argv[2]);
}

void set_executable(std::string path) {
  const std::scoped_lock guard(executable_mutex);
  executable() = std::move(path);
}

std::string get_executable() {
  const std::scoped_lock guard(executable_mutex);
  return executable().empty() ? os::program_file() : executable();
}

namespace proc {

std::string program_to_start() { return get_executable(); }

std::vector<std::string> arguments_for(Duty duty, int descriptor) {
  const char* argument = nullptr;
  for (const DutyName& one : kDuties) {
    if (one.duty == duty) argument = one.argument;
  }
  return {program_to_start(), argument, std::to_string(descriptor)};
}

void require_freeze_support(StartMethod method) {
  const bool is_elsewhere = [] {
    const std::scoped_lock guard(executable_mutex);
    return !executable().empty();
  }();
  if (called || (is_elsewhere && !is_on_duty)) return;
  throw RuntimeError(
      "An attempt has been made to start a new process by '" + std::string(name_of(method)) +
      "' in a program that has not called mp::freeze_support(). The new process runs this program "
      "again, and would "
      "start processes again. Make it the first line of main():\n\n"
      "    int main(int argc, char** argv) {\n"
      "      mp::freeze_support(argc, argv);\n"
      "      ...\n\n"
      "or start processes by 'fork', or name a program that calls it by mp::set_executable().");
}

}  // namespace proc
}  // namespace mp
