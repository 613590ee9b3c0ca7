#include "os/background.hpp"

#include "os/check.hpp"

#include <pthread.h>
#include <signal.h>

namespace mp::os {
namespace {

void* run(void* body) {
  reinterpret_cast<void (*)()>(body)();
  return nullptr;
}

}  // namespace

void run_in_background(void (*body)()) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // a thread inherits the mask of its maker
  pthread_t thread;
  const int error = ::pthread_create(&thread, nullptr, run, reinterpret_cast<void*>(body));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) throw_errno(error, "pthread_create");
  ::pthread_detach(thread);
}

}  // namespace mp::os
