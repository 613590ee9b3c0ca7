// The resource sharer: descriptors on their way to processes that are no children. The sender keeps
// a copy and sends a ticket; the receiver comes to the sender's listener with it and is handed the
// descriptor. Python's multiprocessing.resource_sharer, byte for byte.
#pragma once

#include "os/clock.hpp"
#include "os/unique_fd.hpp"
#include <libmp/listener.hpp>
#include <libmp/object.hpp>

#include <cstdint>
#include <string_view>

namespace mp::ipc {

struct Ticket {
  Address address;
  std::int64_t key = 0;
};

// Keeps the descriptor until somebody redeems the ticket. The first call in a process starts the
// thread that hands out, with the authkey of that moment. fork: the child has none of it, and
// starts its own. Throws OSError.
Ticket share(os::UniqueFd fd);

// Once for each ticket. Blocks, at most 10 s. EOFError when it was redeemed before, or the sender
// forgot it; OSError when the sender is gone; AuthenticationError when its authkey is another.
os::UniqueFd redeem(const Ticket& ticket);

// One descriptor beside one byte, on a unix socket. Throws OSError.
void send_descriptor(int socket, int fd);
// Blocks until the deadline (TimeoutError). EOFError at the end of the stream; RuntimeError when
// something else came than one descriptor.
os::UniqueFd receive_descriptor(int socket, os::Deadline deadline);

// As Python pickles it: an object of class DupFd.
Object object_of(const Ticket& ticket);
// TypeError that says what was `expected` when it is none.
Ticket ticket_of(const Object& dup_fd, std::string_view expected);

}  // namespace mp::ipc
