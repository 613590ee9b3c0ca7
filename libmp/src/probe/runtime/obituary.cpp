// What is known of a process that has died.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/signal_name.hpp"
#include "os/runtime_dir.hpp"
#include "probe/lifecycle.hpp"
#include "probe/runtime/live_process.hpp"
#include "probe/runtime/read_header.hpp"

namespace mp::probe {
namespace {

void say_code(Obituary& out, int code) {
  if (code < 0) {
    std::snprintf(out.cause, sizeof out.cause, "killed by %s", std::string(signal_name(-code)).c_str());
  } else {
    std::snprintf(out.cause, sizeof out.cause, "exit code %d", code);
  }
}

void ask_live_file(os::ProcessId who, Obituary& out) {
  const LiveFile* mine = live_if_open();
  if (mine == nullptr) return;
  for (const std::string& name : os::list_dir(mine->tree_dir)) {
    const auto header = std::make_unique<wire::PlainHeader>();
    if (!read_header(std::string(mine->tree_dir) + "/" + name, *header)) continue;
    if (header->pid != who.pid || header->start_ticks != who.start_ticks) continue;
    std::memcpy(out.name, header->name, sizeof out.name - 1);
    if (header->reaped != 0) {
      say_code(out, header->reaped_code);
    } else if (header->exit_state == wire::kExited) {
      say_code(out, header->exit_code);
    }
    return;
  }
}

}  // namespace

Obituary describe_death(os::ProcessId who) noexcept {
  Obituary out;
  try {
    ask_live_file(who, out);
    const auto status = os::process_status(who.pid);
    if (out.cause[0] == '\0' && status && status->id == who && status->wait_status) {
      const int raw = *status->wait_status;
      say_code(out, (raw & 0x7f) != 0 ? -(raw & 0x7f) : (raw >> 8) & 0xff);
    }
  } catch (...) {
    // Out of memory: say less.
  }
  if (out.cause[0] == '\0') std::snprintf(out.cause, sizeof out.cause, "ended");
  return out;
}

}  // namespace mp::probe
