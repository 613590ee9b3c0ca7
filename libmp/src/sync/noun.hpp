// Noun: what every process keeps of a shared object of this layer, whatever it is: what it is
// called, and its handle in the probes.
#pragma once

#include "os/clock.hpp"
#include "probe/probe.hpp"
#include "shm/cell_arena.hpp"
#include "sync/origin.hpp"
#include <libmp/timeout.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mp::sync {

inline os::Deadline deadline_of(Timeout timeout) noexcept {
  return timeout.is_never() ? os::Deadline::never() : os::Deadline::after(timeout.duration());
}

struct Noun {
  Noun(wire::ObjectKind kind, std::string_view kind_word, std::string name, const Origin& origin,
       const shm::CellIdentity& identity, std::uint64_t capacity = 0);
  Noun(const Noun&) = delete;
  Noun& operator=(const Noun&) = delete;
  ~Noun() { probe::retire(probe); }

  // For messages: "Lock 'cells'", or if it has no name "Lock (main.cpp:12)".
  [[nodiscard]] std::string text() const;
  // How a process died that took something of this with it.
  [[noreturn]] void throw_owner_died(std::uint64_t dead_word) const;

  std::string_view kind_word;
  std::string name;
  std::string site;  // where it was made: file:line
  probe::Handle probe = 0;
};

}  // namespace mp::sync
