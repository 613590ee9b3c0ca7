#include "os/socket_peer.hpp"

#include "os/rendezvous.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

namespace mp::os {
namespace {

struct Request {
  nlmsghdr header{};
  unix_diag_req body{};
};

// The answer to a request for UNIX_DIAG_PEER: header, unix_diag_msg, and attributes.
std::uint32_t peer_in(std::span<const std::byte> answer) {
  nlmsghdr header{};
  if (answer.size() < sizeof header) return 0;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || header.nlmsg_len > answer.size()) return 0;
  std::size_t at = NLMSG_LENGTH(sizeof(unix_diag_msg));
  nlattr attribute{};
  while (at + sizeof attribute <= header.nlmsg_len) {
    std::memcpy(&attribute, answer.data() + at, sizeof attribute);
    std::uint32_t peer = 0;
    if (attribute.nla_type == UNIX_DIAG_PEER && attribute.nla_len >= NLA_HDRLEN + sizeof peer &&
        at + NLA_HDRLEN + sizeof peer <= header.nlmsg_len) {
      std::memcpy(&peer, answer.data() + at + NLA_HDRLEN, sizeof peer);
      return peer;
    }
    at += NLA_ALIGN(std::max<std::size_t>(attribute.nla_len, sizeof attribute));
  }
  return 0;
}

std::uint32_t peer_inode(std::uint64_t inode) {
  const UniqueFd diag(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (diag.get() < 0) return 0;
  Request request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~std::uint32_t{0};
  request.body.udiag_ino = static_cast<std::uint32_t>(inode);
  request.body.udiag_show = UDIAG_SHOW_PEER;
  request.body.udiag_cookie[0] = request.body.udiag_cookie[1] = ~std::uint32_t{0};  // any
  if (::send(diag.get(), &request, sizeof request, MSG_DONTWAIT) != sizeof request) return 0;
  std::array<std::byte, 512> answer{};
  const ssize_t size = ::recv(diag.get(), answer.data(), answer.size(), MSG_DONTWAIT);
  return size <= 0 ? 0 : peer_in(std::span(answer).first(static_cast<std::size_t>(size)));
}

std::uint32_t peer_pid(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid < 0) return 0;
  return static_cast<std::uint32_t>(peer.pid);
}

}  // namespace

SocketPeer socket_peer(int fd) {
  SocketPeer peer;
  if (const auto name = local_name(fd)) peer.local = describe(*name);
  if (const auto name = remote_name(fd)) peer.remote = describe(*name);
  if (!is_unix_socket(fd)) return peer;
  peer.pid = peer_pid(fd);
  peer.inode = peer_inode(file_identity(fd).inode);
  return peer;
}

}  // namespace mp::os
