#include "proc/child_main.hpp"

#include "base/type_name.hpp"
#include "logging/logging.hpp"
#include "os/child.hpp"
#include "probe/lifecycle.hpp"
#include "proc/family.hpp"
#include "proc/process_core.hpp"
#include "proc/standard_streams.hpp"
#include "sync/leaving.hpp"

#include <exception>
#include <typeinfo>

#include <cxxabi.h>

namespace mp::proc {
namespace {

constexpr int kFailed = 1;

// "mp::OSError: open 'x': ...", and below it what it was caused by.
void describe(const std::exception& error, std::string& text) {
  text += type_name(typeid(error)) + ": " + error.what() + "\n";
  try {
    std::rethrow_if_nested(error);
  } catch (const std::exception& cause) {
    text += "caused by ";
    describe(cause, text);
  } catch (...) {
  }
}

}  // namespace

int report_failure(const std::string& name) noexcept {
  try {
    std::string text = "Process " + name + ":\n";
    try {
      throw;
    } catch (const std::exception& error) {
      describe(error, text);
    } catch (...) {
      text += type_name(*abi::__cxa_current_exception_type()) + "\n";
    }
    write_to_stderr(text);
  } catch (...) {  // out of memory: the exit code has to do
  }
  return kFailed;
}

namespace {

int run_target(Process& process, const std::string& name) noexcept {
  try {
    probe::target_reached();
    logging::info("child process calling self.run()");
    ProcessAccess::run(process);
    return 0;
  } catch (const SystemExit& exit) {
    if (!exit.text().empty()) write_to_stderr(exit.text() + "\n");
    return exit.code() & 0xff;
  } catch (...) {
    return report_failure(name);
  }
}

void say_goodbye(int code) {
  flush_standard_streams();
  if (code == 0) sync::leave_barriers();
  probe::leaving(code);
}

}  // namespace

void end_failed_child(const std::string& name) noexcept {
  const int code = report_failure(name);
  say_goodbye(code);
  os::exit_now(code);
}

void run_child(Process& process, const std::string& name) noexcept {
  int code = run_target(process, name);
  try {
    ProcessAccess::core(process).drop_target();
    Family::instance().shut_down();
  } catch (...) {
    code = report_failure(name);
  }
  logging::info("process exiting with exitcode ", std::to_string(code));
  os::exit_after_own_handlers(code, say_goodbye);
}

}  // namespace mp::proc
