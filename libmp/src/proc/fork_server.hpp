// The fork server: a process of this program that has done nothing yet and has one thread, and
// forks on request. Its children are nobody's but the one's who asked; it tells that one how they
// ended.
//
//   client                            server                          child
//   request: a link ────────────────▶ fork ─────────────────────────▶ waits at the link
//          ◀── Born(pid, pidfd) ─────
//   parcel ─────────────────────────────────────────────────────────▶ unpacks and runs
//          ◀── Ended(code) ──────────  (a zombie still)
//   closes the link ────────────────▶ reaps it
//
// All relatives share one server: the end at which it takes requests is inherited. It ends when the
// last of them has closed that end, and with the tree. If it is killed, its children live on, how
// they end is not to be learned (255), and the next start makes a new server.
#pragma once

#include "os/unique_fd.hpp"
#include "proc/launch.hpp"
#include "proc/parcel.hpp"

#include <cstdint>

namespace mp::proc {

// What passes through a link to the one who asked; Born comes with a pidfd.
struct ServerNews {
  enum class Kind : std::uint32_t { Born, Failed, Ended };
  Kind kind = Kind::Failed;
  std::int32_t value = 0;  // pid; errno; exit code or -signal
};

// The server's whole life. `requests` is its end.
[[noreturn]] void serve_forks(os::UniqueFd requests);

// Starts it unless it lives: before a first child is packed, so that this one too knows the server.
void ensure_fork_server();

// For children: notes the server in their luggage, if there is one that lives; and takes it from
// there.
void pack_fork_server(Preparation& preparation, detail::Luggage& luggage);
void unpack_fork_server(const Preparation& preparation, detail::Luggage& luggage);

}  // namespace mp::proc
