#include "os/output.hpp"

#include "os/check.hpp"
#include "os/clock.hpp"
#include "os/poll.hpp"
#include "os/socket.hpp"

#include <cerrno>
#include <span>

#include <fcntl.h>

namespace mp::os {

void write_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto bytes = std::as_bytes(std::span(text));
    const Transfer sent = transmit(fd, StreamKind::Pipe, bytes, {}, Blocking::Yes);
    if (sent.end == Transfer::End::WouldBlock) {
      poll_writable(fd, Deadline::never());
    } else if (sent.bytes == 0) {
      throw_errno(EIO, "write");  // a device that takes nothing and says nothing
    }
    text.remove_prefix(sent.bytes);
  }
}

UniqueFd open_to_append(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
  constexpr mode_t kMode = 0666;
  return UniqueFd(
      check(retry_eintr([&] { return ::open(path.c_str(), kFlags, kMode); }), "open", path));
}

}  // namespace mp::os
