#include "os/fork_hooks.hpp"

#include "os/check.hpp"

#include <pthread.h>

namespace mp::os {

void around_fork(void (*before)(), void (*in_parent)(), void (*in_child)()) {
  if (const int error = ::pthread_atfork(before, in_parent, in_child); error != 0)
    throw_errno(error, "pthread_atfork");
}

}  // namespace mp::os
