#include "os/epoll.hpp"

#include "os/check.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace mp::os {
namespace {

void control(int set, int operation, int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag;
  check(::epoll_ctl(set, operation, fd, &event), "epoll_ctl");
}

}  // namespace

Epoll::Epoll() : fd_(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

void Epoll::add(int fd, std::uint64_t tag) { control(fd_.get(), EPOLL_CTL_ADD, fd, EPOLLIN, tag); }

void Epoll::pause(int fd, std::uint64_t tag) { control(fd_.get(), EPOLL_CTL_MOD, fd, 0, tag); }

void Epoll::resume(int fd, std::uint64_t tag) {
  control(fd_.get(), EPOLL_CTL_MOD, fd, EPOLLIN, tag);
}

void Epoll::remove(int fd) noexcept {
  const int saved = errno;
  epoll_event unused{};
  ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, &unused);
  errno = saved;
}

std::size_t Epoll::wait(std::span<std::uint64_t> tags, Deadline deadline) {
  std::array<epoll_event, 64> events;
  const int room = static_cast<int>(std::min(tags.size(), events.size()));
  int ready = -1;
  while ((ready = ::epoll_wait(fd_.get(), events.data(), room, deadline.poll_timeout_ms())) == -1) {
    if (errno != EINTR) throw_errno("epoll_wait");
  }
  const auto count = static_cast<std::size_t>(ready);
  for (std::size_t i = 0; i < count; ++i) tags[i] = events[i].data.u64;
  return count;
}

void Epoll::replace() {
  const UniqueFd fresh(check(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
  check(::dup3(fresh.get(), fd_.get(), O_CLOEXEC), "dup3");
}

}  // namespace mp::os
