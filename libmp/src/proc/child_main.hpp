// What a child does from its first to its last moment, whatever the start method.
#pragma once

#include <libmp/process.hpp>

#include <string>

namespace mp::proc {

// Runs the process and ends it: the border that no exception passes.
[[noreturn]] void run_child(Process& process, const std::string& name) noexcept;

// The exception being handled, on stderr. Returns the exit code that goes with it.
int report_failure(const std::string& name) noexcept;

// Reports the exception being handled, and ends this process with code 1. For a child that came to
// grief before its target.
[[noreturn]] void end_failed_child(const std::string& name) noexcept;

}  // namespace mp::proc
