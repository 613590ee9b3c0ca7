// Addresses as the layers below name them.
#pragma once

#include "os/rendezvous.hpp"
#include <libmp/listener.hpp>

namespace mp::ipc {

os::Endpoint endpoint_of(const Address& address);

class AddressAccess {
 public:
  // Also of an unnamed peer.
  static Address address_of(const os::Endpoint& name);
};

}  // namespace mp::ipc
