// The keys by which the model names things. All are plain numbers: they are equal live, replayed
// and after a seek.
#pragma once

#include "wire/event.hpp"

#include <compare>
#include <cstdint>

namespace inspector {
namespace wire = mp::wire;
}

namespace inspector::model {

using Puid = std::uint64_t;      // of a process; 0 = none
inline constexpr Puid kInspector = ~Puid{0};  // no process of the tree: whoever records it
using ObjectId = std::uint32_t;  // 1, 2, ... in the order of first sight; 0 = none

// A slot of a process's live page. The slot is used again after a thread's end: Thread::generation
// tells them apart.
struct ThreadKey {
  Puid process = 0;
  std::uint16_t slot = wire::kNoThread;

  [[nodiscard]] bool valid() const noexcept { return process != 0 && slot != wire::kNoThread; }
  auto operator<=>(const ThreadKey&) const = default;
  void io(auto& ar) { ar(process, slot); }
};

}  // namespace inspector::model
