#include "ipc/connection_access.hpp"
#include "ipc/deadline.hpp"
#include "ipc/sentinels.hpp"
#include "os/check.hpp"
#include "os/eventfd.hpp"
#include "os/poll.hpp"
#include "probe/probe.hpp"
#include <libmp/wait.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace mp {
namespace {

// An object in shared memory and its place among the others.
struct Source {
  const detail::WaitSource* object;
  pollfd* item;
};

// As poll(2), but that sources say for themselves whether they are ready: their descriptors only
// end the sleep. Ticks, for the one who should ring may be killed before it does; and of two who
// wait the first may silence the bell before the second has heard it.
int poll_with_sources(std::span<pollfd> items, std::span<const Source> sources,
                      os::Deadline deadline) {
  constexpr std::uint64_t kTickNs = 50'000'000;
  const bool looks_once = deadline.has_passed();
  for (;;) {
    bool is_any_ready = looks_once;
    for (const auto& [object, item] : sources) {
      if (looks_once ? object->is_ready() : object->watch()) is_any_ready = true;
    }
    const std::uint64_t tick = is_any_ready ? 0 : os::monotonic_ns() + kTickNs;
    int ready = os::poll(items, os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
    for (const auto& [object, item] : sources) {
      const bool has_rung = item->revents != 0;
      const bool is_ready = object->is_ready();
      if (has_rung && !is_ready) os::silence_eventfd(item->fd);
      item->revents = is_ready ? POLLIN : 0;
      ready += static_cast<int>(is_ready) - static_cast<int>(has_rung);
    }
    if (ready > 0 || deadline.has_passed()) return ready;
  }
}

// What the inspector is told of a wait: the first few of the things it is for.
class Listed {
 public:
  explicit Listed(std::span<const Waitable> objects) noexcept {
    if (probe::off()) return;
    for (const Waitable& object : objects.first(std::min(objects.size(), room_.size()))) {
      room_[count_++] = {.object = object.probe(),
                         .process = object.probe() == 0 ? ipc::process_of(object.fileno()) : 0};
    }
  }
  [[nodiscard]] std::span<const wire::Awaited> things() const noexcept {
    return std::span(room_).first(count_);
  }

 private:
  std::array<wire::Awaited, wire::kAwaitedListed> room_;
  std::size_t count_ = 0;
};

}  // namespace

Waitable::Waitable(const Connection& connection)
    : fd_(ipc::ConnectionAccess::descriptor(connection)),
      probe_(ipc::ConnectionAccess::probe(connection)) {}

std::vector<Waitable> wait(std::span<const Waitable> objects, Timeout timeout) {
  std::vector<pollfd> items(objects.size());
  std::vector<Source> sources;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    items[i] = {.fd = objects[i].fileno(), .events = POLLIN, .revents = 0};
    if (objects[i].source() != nullptr) sources.push_back({objects[i].source(), &items[i]});
  }
  const os::Deadline deadline = ipc::deadline_of(timeout);
  probe::Wait waiting(Listed(objects).things(), objects.size(),
                      deadline.is_never() ? wire::kNoTimeout : deadline.remaining_ns());
  const int ready =
      sources.empty() ? os::poll(items, deadline) : poll_with_sources(items, sources, deadline);
  waiting.end(ready != 0);

  std::vector<Waitable> result;
  result.reserve(static_cast<std::size_t>(ready));
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if ((items[i].revents & POLLNVAL) != 0) {
      os::throw_errno(EBADF, "wait", "descriptor " + std::to_string(items[i].fd));
    }
    if (items[i].revents != 0) result.push_back(objects[i]);
  }
  return result;
}

}  // namespace mp
