#include "os/packet.hpp"

#include "os/check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

namespace mp::os {
namespace {

// Aligned as the kernel's headers want it.
union Control {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int) * kDescriptorsPerPacket)> bytes;
};

// Room for one descriptor and for as many as fit beside it, which nobody has asked for.
union SmallControl {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int))> bytes;
};

bool is_gone(int error) noexcept {
  return error == EPIPE || error == ECONNRESET || error == ENOTCONN;
}

void take_descriptors(msghdr& message, std::vector<UniqueFd>& into) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    into.reserve(into.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      into.emplace_back(fd);
    }
  }
}

}  // namespace

std::pair<UniqueFd, UniqueFd> make_packet_pair() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Transfer transmit_with(int descriptor, int fd, std::span<const std::byte> head,
                       std::span<const std::byte> body, Blocking blocking) {
  std::array<iovec, 2> parts{iovec{const_cast<std::byte*>(head.data()), head.size()},
                             iovec{const_cast<std::byte*>(body.data()), body.size()}};
  SmallControl control{};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  const int flags = MSG_NOSIGNAL | (blocking == Blocking::No ? MSG_DONTWAIT : 0);
  const ssize_t sent = retry_eintr([&] { return ::sendmsg(fd, &message, flags); });
  if (sent >= 0) return {Transfer::End::Moved, static_cast<std::size_t>(sent)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::End::WouldBlock, 0};
  // Whatever else is wrong shows again.
  return transmit(fd, StreamKind::Socket, head, body, blocking);
}

Transfer receive_with(UniqueFd& descriptor, int fd, std::span<std::byte> room, Blocking blocking) {
  iovec part{room.data(), room.size()};
  SmallControl control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  const int flags = MSG_CMSG_CLOEXEC | (blocking == Blocking::No      ? MSG_DONTWAIT
                                        : blocking == Blocking::Whole ? MSG_WAITALL
                                                                      : 0);
  const ssize_t got = retry_eintr([&] { return ::recvmsg(fd, &message, flags); });
  if (got == 0 || (got == -1 && errno == ECONNRESET)) return {Transfer::End::Closed, 0};
  if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {Transfer::End::WouldBlock, 0};
  check(got, "read");
  std::vector<UniqueFd> came;
  take_descriptors(message, came);
  if (!came.empty()) descriptor = std::move(came.front());
  return {Transfer::End::Moved, static_cast<std::size_t>(got)};
}

bool send_packet(int fd, std::span<const std::byte> bytes, std::span<const int> descriptors) {
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(&control.header), descriptors.data(), descriptors.size_bytes());
  }
  if (retry_eintr([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL); }) >= 0) return true;
  if (is_gone(errno)) return false;
  throw_errno("sendmsg");
}

std::optional<Packet> receive_packet(int fd, std::span<std::byte> room) {
  iovec part{room.data(), room.size()};
  Control control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  const ssize_t size = retry_eintr([&] { return ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC); });
  if (size == 0 || (size == -1 && is_gone(errno))) return std::nullopt;
  check(size, "recvmsg");
  Packet packet;
  packet.size = static_cast<std::size_t>(size);
  take_descriptors(message, packet.descriptors);
  if ((message.msg_flags & MSG_CTRUNC) != 0) throw_errno(EMFILE, "recvmsg", "descriptors");
  return packet;
}

}  // namespace mp::os
