// SocketPeer: what the kernel tells about the other end of a connected socket.
#pragma once

#include <cstdint>
#include <string>

namespace mp::os {

struct SocketPeer {
  std::uint64_t inode =
      0;                  // unix: of the socket at the other end; 0: it has none yet, or elsewhere
  std::uint32_t pid = 0;  // unix: who called connect or listen there; 0: in no namespace of ours
  std::string local;      // names as describe() gives them; empty: it has none
  std::string remote;
};

// Never fails: what cannot be told stays empty. Some ten system calls, none of which blocks, about
// 20 us; sock_diag(7) for the inode, where the kernel has it and the sandbox lets it.
SocketPeer socket_peer(int fd);

}  // namespace mp::os
