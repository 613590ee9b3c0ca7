// Birth and travel of a queue, and what can be seen of it.
#include "queue/core.hpp"

#include "base/site.hpp"
#include "os/eventfd.hpp"
#include "os/shared_file.hpp"
#include "queue/parts.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mp::queue {
namespace {

constexpr std::uint64_t kLeastSpace = 64 * kKiB;
constexpr std::uint64_t kMostSpace = kMiB * 1024 * 64;
constexpr std::uint64_t kBase = kMiB;
constexpr std::uint64_t kRestart = 16 * kKiB;  // half of a small first-level cache

wire::ObjectKind probe_kind(detail::QueueKind kind) noexcept {
  switch (kind) {
    case detail::QueueKind::Joinable:
      return wire::ObjectKind::JoinableQueue;
    case detail::QueueKind::Simple:
      return wire::ObjectKind::SimpleQueue;
    default:
      return wire::ObjectKind::Queue;
  }
}

const char* kind_word(detail::QueueKind kind) noexcept {
  switch (kind) {
    case detail::QueueKind::Joinable:
      return "JoinableQueue";
    case detail::QueueKind::Simple:
      return "SimpleQueue";
    default:
      return "Queue";
  }
}

}  // namespace

Core::Core(detail::QueueSettings settings, const std::source_location& site)
    : maxsize_(settings.maxsize > 0 ? settings.maxsize : 0),
      kind_(settings.kind),
      name_(std::move(settings.name)),
      site_(site_text(site)) {
  // Address space and file size may be limited: take what is to be had, down to very little.
  const std::uint64_t most = std::min(kMostSpace, os::largest_file() & ~(os::page_size() - 1));
  for (space_ = std::max(most, kHeaderPage + kLeastSpace) - kHeaderPage;;
       space_ = (space_ / 4) & ~(os::page_size() - 1)) {
    try {
      fd_ = os::create_memfd("libmp-queue", kHeaderPage + space_);
      mapping_ = os::Mapping(fd_.get(), kHeaderPage + space_);
      break;
    } catch (const OSError&) {
      if (space_ / 4 < kLeastSpace) throw;
    }
  }
  eventfd_ = os::make_eventfd();
  if (settings.ends_with_producers) producers_ = os::make_lifeline();
  os::back_with_pages(fd_.get(), mapping_, 0, kHeaderPage);
  header_ = new (mapping_.data()) Header;
  header_->space = space_;
  header_->maxsize = maxsize_;
  header_->kind = static_cast<std::uint32_t>(kind_);
  begin();
  header_->waits.window.store(base_, kRelaxed);
  header_->magic = kMagic;
  announce(wire::Acquired::Created, site);
}

Core::Core(os::UniqueFd fd, os::UniqueFd eventfd, os::Lifeline producers, bool may_put,
           std::string name, std::string site)
    : maxsize_(0),
      name_(std::move(name)),
      site_(std::move(site)),
      fd_(std::move(fd)),
      eventfd_(std::move(eventfd)),
      producers_(std::move(producers)) {
  const std::uint64_t size = os::file_size(fd_.get());
  if (size < kHeaderPage + kLeastSpace / 4)
    throw ValueError(text() + ": what came along is no queue");
  mapping_ = os::Mapping(fd_.get(), size);
  header_ = reinterpret_cast<Header*>(mapping_.data());
  if (header_->magic != kMagic || header_->space != size - kHeaderPage)
    throw ValueError(text() + ": what came along is no queue");
  space_ = header_->space;
  maxsize_ = header_->maxsize;
  kind_ = static_cast<detail::QueueKind>(header_->kind);
  begin();
  if (!may_put) use_.store(Use::GetOnly, kRelaxed);
  announce(wire::Acquired::Received, {});
}

void Core::begin() {
  bytes_ = mapping_.data() + kHeaderPage;
  base_ = std::min(kBase, (space_ / 4) & ~(os::page_size() - 1));
  if (kind_ == detail::QueueKind::Joinable) tasks_.emplace(*header_);
}

void Core::announce(wire::Acquired how, const std::source_location& where) noexcept {
  const os::FileIdentity identity = os::file_identity(fd_.get());
  probe_ = probe::announce({.kind = probe_kind(kind_),
                            .identity = {identity.device, identity.inode, 0},
                            .name = name_,
                            .site = where,
                            .capacity = static_cast<std::uint64_t>(maxsize_),
                            .how = how});
}

Core::~Core() { probe::retire(probe_); }

Geometry Core::geometry() const noexcept {
  const std::uint64_t window =
      std::clamp(header_->waits.window.load(kRelaxed), base_, std::max(base_, kMostWindow));
  return {space_, base_, window, std::min(kRestart, base_ / 4), os::page_size(), kBatch};
}

// --- looking -------------------------------------------------------------------------------------

// `get` first: it never passes `put`, so if they are equal then, they were equal at the second
// look.
bool Core::is_empty_now() const noexcept {
  const std::uint64_t got = header_->get.count.load(kAcquire);
  return header_->put.count.load(kAcquire) == got;
}

// `put` first, for the same reason: it never passes `get` + maxsize.
bool Core::is_full_now() const noexcept {
  const std::uint64_t put = header_->put.count.load(kAcquire);
  return put - header_->get.count.load(kAcquire) >= static_cast<std::uint64_t>(maxsize_);
}

std::size_t Core::size() const {
  require_getter("qsize");
  std::uint64_t got = header_->get.count.load(kAcquire);
  for (;;) {
    const std::uint64_t put = header_->put.count.load(kAcquire);
    const std::uint64_t again = header_->get.count.load(kAcquire);
    if (again == got) return put - got;
    got = again;
  }
}

bool Core::empty() const {
  const bool was_used = header_->put.count.load(kRelaxed) != 0;
  if (closed() && (was_used || kind_ == detail::QueueKind::Simple))
    throw OSError(EBADF, "empty", text() + " is closed");
  return is_empty_now();
}

bool Core::full() const {
  require_getter("full");
  return maxsize_ > 0 && is_full_now();
}

// --- closing -------------------------------------------------------------------------------------

void Core::close() noexcept {
  if (use_.exchange(Use::Closed) == Use::Open) producers_.held.reset();
}

void Core::close_put() noexcept {
  Use open = Use::Open;
  if (use_.compare_exchange_strong(open, Use::GetOnly)) producers_.held.reset();
}

void Core::require_putter() const {
  if (!may_put()) [[unlikely]]
    throw_closed("put");
}

void Core::require_getter(const char* operation) const {
  if (closed()) [[unlikely]]
    throw_closed(operation);
}

// --- words ---------------------------------------------------------------------------------------

std::string Core::text() const {
  const std::string word = kind_word(kind_);
  return name_.empty() ? word + " (" + site_ + ")" : word + " '" + name_ + "'";
}

void Core::throw_closed(const char* operation) const {
  if (!closed()) throw ValueError(text() + ": put() after close_put() in this process");
  if (kind_ == detail::QueueKind::Simple) throw OSError(EBADF, operation, text() + " is closed");
  throw ValueError(text() + " is closed in this process: " + operation + "()");
}

void Core::throw_empty() const { throw Empty(text() + " is empty"); }
void Core::throw_full() const {
  if (maxsize_ == 0) throw Full(text() + ": another process was in put() all the time");
  throw Full(text() + " is full: it holds " + std::to_string(maxsize_) + " items");
}
void Core::throw_shut_down() const { throw ShutDown(text() + " was shut down"); }
void Core::throw_corrupt() const {
  throw RuntimeError(text() + ": its shared memory was overwritten by a stranger");
}

}  // namespace mp::queue
