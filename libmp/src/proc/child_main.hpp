// What a child does from its first to its last moment, whatever the start method.
#pragma once

#include <libmp/process.hpp>

#include <string>

namespace mp::proc {

// Runs the process and ends it: the border that no exception passes.
[[noreturn]] void run_child(Process& process, const std::string& name) noexcept;

}  // namespace mp::proc
