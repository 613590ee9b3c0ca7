#include "os/unique_fd.hpp"
#include <libmp/detail/luggage.hpp>
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <string>

namespace mp::detail {

Luggage::~Luggage() {
  if (!is_received_) return;
  for (const int fd : descriptors_) os::UniqueFd(fd).reset();
}

std::uint32_t Luggage::pack(int fd) {
  const auto found = std::find(descriptors_.begin(), descriptors_.end(), fd);
  const auto number = static_cast<std::uint32_t>(found - descriptors_.begin());
  if (found == descriptors_.end()) descriptors_.push_back(fd);
  return number;
}

int Luggage::at(std::uint32_t number) const {
  if (is_received_ && number < descriptors_.size() && descriptors_[number] >= 0)
    return descriptors_[number];
  throw UnpicklingError("descriptor " + std::to_string(number) +
                        " did not come along, or was taken already (" +
                        std::to_string(descriptors_.size()) + " came)");
}

int Luggage::take(std::uint32_t number) {
  const int fd = at(number);
  descriptors_[number] = -1;
  return fd;
}

int Luggage::share(std::uint32_t number) const { return os::dup_fd(at(number)).release(); }

void throw_not_inherited(const char* what) {
  throw RuntimeError(std::string(what) +
                     " objects should only be shared between processes through inheritance: pass "
                     "it as an argument of "
                     "the Process");
}

}  // namespace mp::detail
