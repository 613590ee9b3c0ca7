// Packets: small messages with descriptors (unix(7), SCM_RIGHTS). Through a packet pair they arrive
// whole, and several processes may send into one end; through any other unix socket their bytes
// stand in the stream.
#pragma once

#include "os/socket.hpp"
#include "os/unique_fd.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace mp::os {

// The kernel takes 253 with one packet.
inline constexpr std::size_t kDescriptorsPerPacket = 250;

// Two connected ends; a packet is received as it was sent. Throws OSError.
std::pair<UniqueFd, UniqueFd> make_packet_pair();

// Blocks while the receiver is behind. False when nobody can receive it any more. The descriptors
// stay the sender's. Throws OSError. Requires: at least one byte.
bool send_packet(int fd, std::span<const std::byte> bytes, std::span<const int> descriptors = {});

struct Packet {
  std::size_t size = 0;  // bytes put into the room
  std::vector<UniqueFd> descriptors;
};

// Blocks until there is one. Empty when there will be none any more. Throws OSError; EMFILE when
// this process cannot have as many descriptors as came.
std::optional<Packet> receive_packet(int fd, std::span<std::byte> room);

// transmit() and receive() of a unix stream socket, with a descriptor beside the first byte.
// Whoever reads without expecting one drops it unseen. When the kernel refuses it (too many are
// under way), the bytes go alone.
Transfer transmit_with(int descriptor, int fd, std::span<const std::byte> head,
                       std::span<const std::byte> body, Blocking blocking);
// Leaves `descriptor` as it is when none came.
Transfer receive_with(UniqueFd& descriptor, int fd, std::span<std::byte> room, Blocking blocking);

}  // namespace mp::os
