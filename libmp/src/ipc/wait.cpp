#include "ipc/connection_access.hpp"
#include "ipc/deadline.hpp"
#include "os/check.hpp"
#include "os/poll.hpp"
#include "probe/probe.hpp"
#include <libmp/wait.hpp>

#include <cerrno>

namespace mp {

Waitable::Waitable(const Connection& connection)
    : fd_(ipc::ConnectionAccess::descriptor(connection)) {}

std::vector<Waitable> wait(std::span<const Waitable> objects, Timeout timeout) {
  std::vector<pollfd> items;
  items.reserve(objects.size());
  for (const Waitable& object : objects) {
    items.push_back({.fd = object.fileno(), .events = POLLIN, .revents = 0});
  }
  const os::Deadline deadline = ipc::deadline_of(timeout);
  probe::Wait waiting(wire::ThreadState::Wait, 0,
                      deadline.is_never() ? wire::kNoTimeout : deadline.remaining_ns());
  const int ready = os::poll(items, deadline);
  waiting.end(ready != 0);

  std::vector<Waitable> result;
  result.reserve(static_cast<std::size_t>(ready));
  for (const pollfd& item : items) {
    if ((item.revents & POLLNVAL) != 0) {
      os::throw_errno(EBADF, "wait", "descriptor " + std::to_string(item.fd));
    }
    if (item.revents != 0) result.emplace_back(item.fd);
  }
  return result;
}

}  // namespace mp
