// ObservedChild: runs a body in a process of its own, as the root of a fresh tree with a live file, and lets the test
// read that tree as a reporter would.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "probe/runtime/live_process.hpp"
#include "report/tree_reader.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include "wire/event.hpp"

namespace support {

class ObservedChild {
 public:
  // `mp_inspect`: the value of MP_INSPECT in the child; empty = unset.
  explicit ObservedChild(std::function<int()> body, const std::string& mp_inspect = "",
                         std::chrono::milliseconds deadline = ChildScope::kDefaultDeadline)
      : child_(
            [this, body = std::move(body), mp_inspect] {
              mp::probe::set_birthright({});  // no part of this test's own tree
              ::setenv("XDG_RUNTIME_DIR", runtime_.path().c_str(), 1);
              if (mp_inspect.empty()) {
                ::unsetenv("MP_INSPECT");
              } else {
                ::setenv("MP_INSPECT", mp_inspect.c_str(), 1);
              }
              return body();
            },
            deadline) {}

  ChildScope& child() { return child_; }

  // The directory of the tree; empty while there is none (or no longer any).
  std::string tree_dir() const {
    const std::filesystem::path base = runtime_.path() / "libmp";
    if (!std::filesystem::exists(base)) return {};
    for (const auto& entry : std::filesystem::directory_iterator(base)) {
      if (entry.is_directory()) return entry.path().string();
    }
    return {};
  }

  std::vector<std::filesystem::path> live_files() const {
    std::vector<std::filesystem::path> out;
    const std::string dir = tree_dir();
    if (dir.empty()) return out;
    for (const auto& entry : std::filesystem::directory_iterator(dir)) out.push_back(entry.path());
    return out;
  }

 private:
  TempDir runtime_;
  ChildScope child_;
};

// All events of a kind in a batch.
inline std::vector<mp::wire::Event> of_kind(const mp::wire::Batch& batch, mp::wire::EventKind kind) {
  std::vector<mp::wire::Event> out;
  for (const auto& event : batch.events) {
    if (event.kind == kind) out.push_back(event);
  }
  return out;
}

}  // namespace support
