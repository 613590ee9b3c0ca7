#include "os/spawn.hpp"

#include "os/child.hpp"
#include "proc/launch.hpp"

namespace mp::proc {

Launched spawn(const Parcel& parcel) {
  std::vector<int> kept = parcel.descriptors;
  kept.push_back(parcel.content.get());
  Launched child;
  child.pid = os::spawn_relative(program_to_start(),
                                 arguments_for(Duty::Child, parcel.content.get()), kept);
  try {
    child.pidfd = os::pidfd_of_child(child.pid);
  } catch (...) {
    os::discard_child(child.pid);
    throw;
  }
  return child;
}

}  // namespace mp::proc
