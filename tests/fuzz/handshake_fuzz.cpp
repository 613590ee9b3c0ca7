// What a stranger can say to a connection: the handshake on both sides, and frames afterwards. The
// first byte chooses who we are, the second how large the pieces are in which the rest arrives.
#include "ipc/frame.hpp"
#include "ipc/handshake.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

namespace {

using mp::ipc::FrameReader;
using mp::ipc::Handshake;

const std::string kChallenge = "{sha256}0123456789012345678901234567890123456789";

void require(bool holds) {
  if (!holds) std::abort();
}

// The stranger has no key, so whatever it says, it never gets in: it cannot have computed a MAC.
void shake_hands(Handshake::Side side, std::string_view input, std::size_t piece) {
  Handshake handshake(side, "a key that nobody can guess", kChallenge);
  FrameReader reader(mp::ipc::kHandshakeLimit);
  while (!input.empty() && !handshake.is_over()) {
    const std::span<std::byte> room = reader.room();
    require(!room.empty() && room.size() <= mp::ipc::kHandshakeLimit);
    const std::size_t count = std::min({room.size(), input.size(), piece});
    std::memcpy(room.data(), input.data(), count);
    input.remove_prefix(count);
    reader.advance(count);
    if (reader.state() == FrameReader::State::Complete) {
      handshake.feed(reader.message());
      reader.restart();
    } else if (reader.state() != FrameReader::State::Header &&
               reader.state() != FrameReader::State::Body) {
      handshake.refuse("framing");
    }
  }
  require(handshake.output().size() < 1024);
  // A client that is made welcome has yet to be shown that the other side knows the key too.
  require(handshake.state() != Handshake::State::Done);
}

// Every message or one exception of ours; nothing else, and memory only for what has come.
void receive(std::string_view input) {
  int ends[2];
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  input = input.substr(0, 60'000);  // what a socket takes without a reader
  require(::write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  ::close(ends[1]);
  mp::Connection connection(ends[0]);
  std::size_t received = 0;
  try {
    while (true) received += connection.recv_bytes().size() + mp::ipc::kShortHeader;
  } catch (const mp::EOFError&) {
  } catch (const mp::OSError&) {
  }
  require(received <= input.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t piece = std::max<std::size_t>(1, data[1]);
  switch (data[0] % 3) {
    case 0:
      shake_hands(Handshake::Side::Listener, input, piece);
      break;
    case 1:
      shake_hands(Handshake::Side::Client, input, piece);
      break;
    default:
      receive(input);
  }
  return 0;
}
