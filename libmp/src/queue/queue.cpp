#include "queue/core.hpp"
#include "serial/pickle.hpp"
#include <libmp/queue.hpp>

#include <utility>

namespace mp::detail {
namespace {

constexpr std::uint32_t kNoDescriptor = ~std::uint32_t{0};

// Keeps the memory of one buffer per thread, unless it has become big.
constexpr std::size_t kKeptBytes = std::size_t{4} << 20;
thread_local ByteBuffer kept_buffer;

os::Deadline deadline_of(Timeout timeout) noexcept {
  return timeout.is_never() ? os::Deadline::never() : os::Deadline::after(timeout.duration());
}

}  // namespace

ScratchLease::ScratchLease() noexcept : buffer_(std::move(kept_buffer)) { buffer_.clear(); }

ScratchLease::~ScratchLease() {
  if (buffer_.capacity() <= kKeptBytes) kept_buffer = std::move(buffer_);
}

QueueCore make_queue(QueueSettings settings, std::source_location site) {
  return std::make_shared<queue::Core>(std::move(settings), site);
}

void queue_pack(OutArchive& archive, const queue::Core& core) {
  const auto pack = [&](const os::UniqueFd& fd) {
    return fd.valid() ? archive.luggage("Queue").pack(fd.get()) : kNoDescriptor;
  };
  const os::Lifeline& producers = core.producers();
  archive(archive.luggage("Queue").pack(core.fd()), archive.luggage("Queue").pack(core.eventfd()),
          pack(producers.held), pack(producers.end), core.may_put(), core.name(), core.site());
}

QueueCore queue_unpack(InArchive& archive) {
  std::uint32_t number = 0;
  std::uint32_t eventfd = 0;
  std::uint32_t held = 0;
  std::uint32_t end = 0;
  bool may_put = true;
  std::string name;
  std::string site;
  archive(number, eventfd, held, end, may_put, name, site);
  std::shared_ptr<void>& made = archive.luggage("Queue").made_of(number, 0);
  if (made == nullptr) {
    const auto take = [&](std::uint32_t which) {
      return which == kNoDescriptor ? os::UniqueFd()
                                    : os::UniqueFd(archive.luggage("Queue").take(which));
    };
    os::Lifeline producers{take(held), take(end)};
    made = std::make_shared<queue::Core>(take(number), take(eventfd), std::move(producers), may_put,
                                         std::move(name), std::move(site));
  }
  return std::static_pointer_cast<queue::Core>(made);
}

void queue_put(queue::Core& core, std::span<const std::byte> item, Timeout timeout) {
  core.put(item, deadline_of(timeout));
}

void queue_get(queue::Core& core, ItemSink sink, Timeout timeout) {
  core.get(sink, deadline_of(timeout));
}

void queue_with_loan(queue::Core& core, std::size_t bytes, ItemFill fill, Timeout timeout) {
  core.with_loan(bytes, fill, deadline_of(timeout));
}

void queue_borrow(queue::Core& core, ItemUse use, Timeout timeout) {
  core.borrow(use, deadline_of(timeout));
}

std::size_t queue_put_many(queue::Core& core, std::span<const std::byte> items,
                           std::size_t item_bytes, Timeout timeout) {
  return core.put_many(items, item_bytes, deadline_of(timeout));
}

std::size_t queue_get_many(queue::Core& core, std::span<std::byte> room, std::size_t item_bytes,
                           Timeout timeout) {
  return core.get_many(room, item_bytes, deadline_of(timeout));
}

void queue_put_object(queue::Core& core, const Object& item, Timeout timeout) {
  core.require_putter();
  ScratchLease scratch;
  serial::dumps_to(*scratch, item);
  core.put((*scratch).bytes(), deadline_of(timeout));
}

Object queue_get_object(queue::Core& core, Timeout timeout) {
  ScratchLease scratch;
  const auto make_room = [](void* context, std::size_t bytes) {
    return static_cast<ByteBuffer*>(context)->extend(bytes);
  };
  core.get({make_room, &*scratch}, deadline_of(timeout));
  return serial::loads((*scratch).bytes());
}

void queue_require_putter(const queue::Core& core) { core.require_putter(); }
Waitable queue_waitable(const queue::Core& core) { return core.waitable(); }
std::size_t queue_size(const queue::Core& core) { return core.size(); }
bool queue_empty(const queue::Core& core) { return core.empty(); }
bool queue_full(const queue::Core& core) { return core.full(); }
void queue_close(queue::Core& core) noexcept { core.close(); }
void queue_close_put(queue::Core& core) noexcept { core.close_put(); }
void queue_shutdown(queue::Core& core, bool immediate) { core.shutdown(immediate); }
void queue_task_done(queue::Core& core) { core.task_done(); }
bool queue_join(queue::Core& core, Timeout timeout) { return core.join(deadline_of(timeout)); }
std::size_t queue_recover(queue::Core& core) { return core.recover(); }
std::size_t queue_unfinished(const queue::Core& core) noexcept { return core.unfinished(); }

void queue_join_thread(const queue::Core& core) {
  if (!core.closed()) throw AssertionError(core.text() + ": join_thread() before close()");
}

std::ptrdiff_t queue_maxsize(const queue::Core& core) noexcept { return core.maxsize(); }
const std::string& queue_name(const queue::Core& core) noexcept { return core.name(); }

void throw_item_size(const queue::Core& core, std::size_t expected, std::size_t found) {
  throw RuntimeError(core.text() + ": an item of " + std::to_string(found) +
                     " bytes where a multiple of " + std::to_string(expected) +
                     " was expected; do all processes call it by the same type?");
}

void throw_too_short(const queue::Core& core, std::size_t room, std::size_t found) {
  throw BufferTooShort(core.text() + ": get_into()", found, room);
}

void throw_overfilled(const queue::Core& core, std::size_t room, std::size_t used) {
  throw ValueError(core.text() + ": with_loan(): " + std::to_string(used) +
                   " elements were filled where " + std::to_string(room) + " were lent");
}

}  // namespace mp::detail
