// The compiled part of every Queue<T>: a queue of byte strings in shared memory.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/detail/byte_buffer.hpp>
#include <libmp/object.hpp>
#include <libmp/timeout.hpp>
#include <libmp/wait.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string>

namespace mp::queue {
class Core;
}

namespace mp::detail {

using QueueCore = std::shared_ptr<queue::Core>;

// Where an item goes: called once it is known how long it is, returns room for it. It runs inside
// the queue's critical section; if it throws, the item stays the first of the queue.
struct ItemSink {
  std::byte* (*make_room)(void* context, std::size_t bytes);
  void* context;
};

// Code of the user's that makes or reads an item where it lies; it runs inside the queue's critical
// section. `fill` returns how many bytes of `room` are the item.
struct ItemFill {
  std::size_t (*fill)(void* context, std::span<std::byte> room);
  void* context;
};
struct ItemUse {
  void (*use)(void* context, std::span<const std::byte> item);
  void* context;
};

enum class QueueKind : std::uint32_t { Plain, Joinable, Simple };

struct QueueSettings {
  QueueKind kind = QueueKind::Plain;
  std::ptrdiff_t maxsize = 0;
  std::string name;
  bool ends_with_producers = false;
};

QueueCore make_queue(QueueSettings settings, std::source_location site);
// As an argument of a Process: the same queue there.
void queue_pack(OutArchive& archive, const queue::Core& core);
QueueCore queue_unpack(InArchive& archive);
void queue_put(queue::Core& core, std::span<const std::byte> item, Timeout timeout);
void queue_get(queue::Core& core, ItemSink sink, Timeout timeout);
void queue_with_loan(queue::Core& core, std::size_t bytes, ItemFill fill, Timeout timeout);
void queue_borrow(queue::Core& core, ItemUse use, Timeout timeout);
// Items of one size, side by side in memory. How many were put or got: at least one.
std::size_t queue_put_many(queue::Core& core, std::span<const std::byte> items,
                           std::size_t item_bytes, Timeout timeout);
std::size_t queue_get_many(queue::Core& core, std::span<std::byte> room, std::size_t item_bytes,
                           Timeout timeout);
void queue_put_object(queue::Core& core, const Object& item, Timeout timeout);
Object queue_get_object(queue::Core& core, Timeout timeout);

// Throws ValueError if this process puts nothing any more.
void queue_require_putter(const queue::Core& core);
// Throws what get() does when it is closed.
Waitable queue_waitable(const queue::Core& core);
std::size_t queue_size(const queue::Core& core);
bool queue_empty(const queue::Core& core);
bool queue_full(const queue::Core& core);
void queue_close(queue::Core& core) noexcept;
void queue_close_put(queue::Core& core) noexcept;
void queue_shutdown(queue::Core& core, bool immediate);
void queue_task_done(queue::Core& core);
bool queue_join(queue::Core& core, Timeout timeout);
std::size_t queue_recover(queue::Core& core);
std::size_t queue_unfinished(const queue::Core& core) noexcept;
void queue_join_thread(const queue::Core& core);
std::ptrdiff_t queue_maxsize(const queue::Core& core) noexcept;
const std::string& queue_name(const queue::Core& core) noexcept;
[[noreturn]] void throw_item_size(const queue::Core& core, std::size_t expected, std::size_t found);
[[noreturn]] void throw_too_short(const queue::Core& core, std::size_t room, std::size_t found);
[[noreturn]] void throw_overfilled(const queue::Core& core, std::size_t room, std::size_t used);

// A buffer of the calling thread, empty; given back when the lease ends. Nested leases get new
// ones.
class ScratchLease {
 public:
  ScratchLease() noexcept;
  ScratchLease(const ScratchLease&) = delete;
  ScratchLease& operator=(const ScratchLease&) = delete;
  ~ScratchLease();
  ByteBuffer& operator*() noexcept { return buffer_; }

 private:
  ByteBuffer buffer_;
};

}  // namespace mp::detail
