// What is sent to the fork server and, through a link, to its children.
#pragma once

#include "os/unique_fd.hpp"
#include "proc/parcel.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mp::proc {

enum class Request : std::uint8_t {
  Setup,  // the first: content (functions to preload), and the end of the tree's lifeline
  Fork,   // a link
};

// False when the server has ended.
bool send_request(int requests, Request request, std::span<const int> descriptors);

// A parcel through a link. The sender does not learn of a receiver that has ended: that shows by
// its pidfd.
void send_parcel(int link, const Parcel& parcel);

struct ReceivedParcel {
  os::UniqueFd content;
  std::vector<os::UniqueFd> descriptors;
};
// Blocks. Empty when the sender has ended, or thought better of it. Throws OSError,
// UnpicklingError.
std::optional<ReceivedParcel> receive_parcel(int link);

}  // namespace mp::proc
