// Where the inspector is to be found, and the key that both sides must know.
#pragma once

#include <libmp/listener.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mp::report {

// "" or "1": the rendezvous of this user, <runtime dir>/inspector.sock. A path: that unix socket. "tcp://host:port" or
// "host:port": TCP. Throws ValueError for anything else, ::mp::RuntimeError if there is no runtime directory.
Address inspector_address(std::string_view text);

// $MP_INSPECT_KEY if set, else the contents of <runtime dir>/inspector.key (0600, 32 random bytes), which is made on
// first use by whichever side comes first. Throws RuntimeError when neither can be had.
std::string inspector_key();

}  // namespace mp::report
