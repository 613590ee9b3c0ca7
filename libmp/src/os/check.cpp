#include "os/check.hpp"

#include <libmp/exceptions.hpp>
#include <string>

namespace mp::os {

void throw_errno(std::string_view operation, std::string_view subject) {
  throw_errno(errno, operation, subject);
}

void throw_errno(int error, std::string_view operation, std::string_view subject) {
  throw OSError(error, std::string(operation), std::string(subject));
}

}  // namespace mp::os
