#include "queue/core.hpp"
#include "serial/pickle.hpp"
#include <libmp/queue.hpp>

#include <utility>

namespace mp::detail {
namespace {

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

QueueCore make_queue(std::ptrdiff_t maxsize, std::string name, std::source_location site) {
  return std::make_shared<queue::Core>(maxsize, std::move(name), site);
}

void queue_pack(OutArchive& archive, const queue::Core& core) {
  archive(archive.luggage("Queue").pack(core.fd()), core.name(), core.site());
}

QueueCore queue_unpack(InArchive& archive) {
  std::uint32_t number = 0;
  std::string name;
  std::string site;
  archive(number, name, site);
  std::shared_ptr<void>& made = archive.luggage("Queue").made_of(number, 0);
  if (made == nullptr) {
    os::UniqueFd fd(archive.luggage("Queue").take(number));
    made = std::make_shared<queue::Core>(std::move(fd), std::move(name), std::move(site));
  }
  return std::static_pointer_cast<queue::Core>(made);
}

void queue_put(queue::Core& core, std::span<const std::byte> item, Timeout timeout) {
  core.put(item, deadline_of(timeout));
}

void queue_get(queue::Core& core, ItemSink sink, Timeout timeout) {
  core.get(sink, deadline_of(timeout));
}

void queue_put_object(queue::Core& core, const Object& item, Timeout timeout) {
  core.require_open("put");
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

void queue_require_open(const queue::Core& core, const char* operation) {
  core.require_open(operation);
}
std::size_t queue_size(const queue::Core& core) { return core.size(); }
bool queue_full(const queue::Core& core) { return core.full(); }
void queue_close(queue::Core& core) noexcept { core.close(); }

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

}  // namespace mp::detail
