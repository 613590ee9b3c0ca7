// Queue: first in, first out, between any number of processes and threads. Python's
// multiprocessing.Queue.
#pragma once

#include <libmp/detail/queue_bytes.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>
#include <libmp/serialize.hpp>
#include <libmp/timeout.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <source_location>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mp {

struct QueueOptions {
  std::ptrdiff_t maxsize = 0;  // items; 0 or less: as many as memory holds
  std::string name;            // for messages and the inspector
};

namespace detail {

// Types whose own memory is the item, so that it is copied once in and once out.
template <class T>
struct IsBlock : std::false_type {};
template <>
struct IsBlock<std::string> : std::true_type {};
template <class Item>
  requires Blittable<Item>
struct IsBlock<std::vector<Item>> : std::true_type {};

}  // namespace detail

// A handle of one queue in shared memory; copies are handles of the same queue, also in other
// processes. Queue<T> carries T, which must be serialisable (see <libmp/serialize.hpp>);
// Queue<> carries mp::Object.
// Threads, processes: any number may put and get at the same time.
// fork: the child has the same queue.
// Order: total. Of two puts that do not overlap the first is got first.
// Blocks: get() while it is empty, put() while a bounded one is full. No system call otherwise.
// Fails: Empty, Full; ValueError after close() in this process; OSError (ENOSPC, ENOMEM) from put()
//   when the machine has no memory left for the item: nothing was put then, the queue stays usable.
// Killed processes: an item is in the queue wholly or not at all; one whose reader is killed before
//   get() has it goes to the next reader; nobody else waits longer than 100 ms because of it.
// Differs from Python: put() serialises in the caller, so an item that cannot be is the caller's
//   PicklingError; when put() returns, the item is in the queue. There is no feeder thread: a
//   producer may end, be joined or be killed while its items are unread.
//   qsize(), empty() and full() are exact for the moment at which they looked.
template <class T = Object>
class Queue {
 public:
  using value_type = T;

  explicit Queue(std::ptrdiff_t maxsize = 0,
                 std::source_location site = std::source_location::current())
      : core_(detail::make_queue(maxsize, {}, site)) {}
  explicit Queue(QueueOptions options, std::source_location site = std::source_location::current())
      : core_(detail::make_queue(options.maxsize, std::move(options.name), site)) {}
  // Copies only: a queue that was moved from is still a queue.
  Queue(const Queue&) = default;
  Queue& operator=(const Queue&) = default;
  ~Queue() = default;

  // Full when there was no room in time. block = false looks only once and ignores the timeout.
  void put(const T& item) { put(item, Timeout::never()); }
  void put(const T& item, Timeout timeout);
  template <std::same_as<bool> Flag>
  void put(const T& item, Flag block, Timeout timeout = Timeout::never()) {
    put(item, block ? timeout : kNoWait);
  }
  void put_nowait(const T& item) { put(item, kNoWait); }

  // Empty when there was no item in time.
  T get() { return get(Timeout::never()); }
  T get(Timeout timeout);
  template <std::same_as<bool> Flag>
  T get(Flag block, Timeout timeout = Timeout::never()) {
    return get(block ? timeout : kNoWait);
  }
  T get_nowait() { return get(kNoWait); }

  [[nodiscard]] std::size_t qsize() const { return detail::queue_size(*core_); }
  [[nodiscard]] bool empty() const { return qsize() == 0; }
  [[nodiscard]] bool full() const { return detail::queue_full(*core_); }
  [[nodiscard]] std::ptrdiff_t maxsize() const noexcept { return detail::queue_maxsize(*core_); }
  [[nodiscard]] const std::string& name() const noexcept { return detail::queue_name(*core_); }

  // This process will neither put nor get any more; others are not affected. May be called again.
  void close() noexcept { detail::queue_close(*core_); }
  // All items that were put are in the queue, so there is nothing to wait for. AssertionError
  // before close().
  void join_thread() { detail::queue_join_thread(*core_); }
  void cancel_join_thread() noexcept {}

 private:
  friend struct detail::Archiver<Queue>;
  explicit Queue(detail::QueueCore core) noexcept : core_(std::move(core)) {}

  static constexpr Timeout kNoWait{std::chrono::nanoseconds::zero()};

  detail::QueueCore core_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// queue. RuntimeError in a queue.
template <class T>
struct detail::Archiver<Queue<T>> {
  static void write(OutArchive& archive, const Queue<T>& queue) {
    queue_pack(archive, *queue.core_);
  }
  static Queue<T> make(InArchive& archive) { return Queue<T>(queue_unpack(archive)); }
  static void read(InArchive& archive, Queue<T>& queue) { queue = make(archive); }
};

template <class T>
void Queue<T>::put(const T& item, Timeout timeout) {
  if constexpr (std::same_as<T, Object>) {
    detail::queue_put_object(*core_, item, timeout);
  } else if constexpr (detail::Blittable<T>) {
    detail::queue_put(*core_, std::as_bytes(std::span(&item, 1)), timeout);
  } else if constexpr (detail::IsBlock<T>::value) {
    detail::queue_put(*core_, std::as_bytes(std::span(item)), timeout);
  } else {
    detail::queue_require_open(*core_, "put");
    detail::ScratchLease scratch;
    detail::encode(*scratch, item);
    detail::queue_put(*core_, (*scratch).bytes(), timeout);
  }
}

template <class T>
T Queue<T>::get(Timeout timeout) {
  if constexpr (std::same_as<T, Object>) {
    return detail::queue_get_object(*core_, timeout);
  } else if constexpr (detail::Blittable<T>) {
    struct Room {
      std::array<std::byte, sizeof(T)> bytes;
      const queue::Core* core;
    } room{{}, core_.get()};
    const auto make_room = [](void* context, std::size_t bytes) {
      auto* const at = static_cast<Room*>(context);
      if (bytes != sizeof(T)) detail::throw_item_size(*at->core, sizeof(T), bytes);
      return at->bytes.data();
    };
    detail::queue_get(*core_, {make_room, &room}, timeout);
    return std::bit_cast<T>(room.bytes);
  } else if constexpr (detail::IsBlock<T>::value) {
    struct Room {
      T value;
      const queue::Core* core;
    } room{{}, core_.get()};
    const auto make_room = [](void* context, std::size_t bytes) {
      using Item = typename T::value_type;
      auto* const at = static_cast<Room*>(context);
      if (bytes % sizeof(Item) != 0) detail::throw_item_size(*at->core, sizeof(Item), bytes);
      at->value.resize(bytes / sizeof(Item));
      return reinterpret_cast<std::byte*>(at->value.data());
    };
    detail::queue_get(*core_, {make_room, &room}, timeout);
    return std::move(room.value);
  } else {
    detail::ScratchLease scratch;
    const auto make_room = [](void* context, std::size_t bytes) {
      return static_cast<detail::ByteBuffer*>(context)->extend(bytes);
    };
    detail::queue_get(*core_, {make_room, &*scratch}, timeout);
    return detail::decode<T>((*scratch).bytes());
  }
}

}  // namespace mp
