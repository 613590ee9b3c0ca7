// Core: a queue of byte strings in one memfd, for any number of producers and consumers, none of
// which can break it by being killed. Processes share Header and the bytes; everything in this
// class is private to one process.
#pragma once

#include "os/clock.hpp"
#include "os/lifeline.hpp"
#include "os/memory.hpp"
#include "os/unique_fd.hpp"
#include "os/wait_spin.hpp"
#include "probe/probe.hpp"
#include "queue/layout.hpp"
#include "queue/tasks.hpp"
#include "sync/lock_core.hpp"
#include <libmp/detail/queue_bytes.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <source_location>
#include <span>
#include <string>

namespace mp::queue {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kBatch = 256 * kKiB;
inline constexpr std::uint64_t kMostWindow = 32 * kMiB;

// Of its calls all that are not noexcept throw what Queue says of them in libmp/queue.hpp.
class Core final : public detail::WaitSource {
 public:
  // Throws OSError.
  Core(detail::QueueSettings settings, const std::source_location& site);
  // The queue of another process, from its fd(), eventfd() and producers(). Throws OSError;
  // ValueError when the file is none.
  Core(os::UniqueFd fd, os::UniqueFd eventfd, os::Lifeline producers, bool may_put,
       std::string name, std::string site);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core();

  // When it throws, nothing was put.
  void put(std::span<const std::byte> item, os::Deadline deadline);
  // Items of `item_bytes` side by side: how many were put, at least one.
  std::size_t put_many(std::span<const std::byte> items, std::size_t item_bytes,
                       os::Deadline deadline);
  // Room for `bytes`, of which `fill` says how many it filled; what it throws comes out, and then
  // nothing was put.
  void with_loan(std::size_t bytes, detail::ItemFill fill, os::Deadline deadline);
  // Also RuntimeError (the memory is not what it should be), and what `sink` throws; then it stays.
  void get(detail::ItemSink sink, os::Deadline deadline);
  // As get(), with the item where it lies; it stays if `use` throws.
  void borrow(detail::ItemUse use, os::Deadline deadline);
  // As many as there are and as there is room for: at least one.
  std::size_t get_many(std::span<std::byte> room, std::size_t item_bytes, os::Deadline deadline);

  // For mp::wait; the rest is what it says of them.
  [[nodiscard]] Waitable waitable() const;
  [[nodiscard]] std::uint32_t probe() const noexcept override { return probe_; }
  [[nodiscard]] int eventfd() const noexcept override { return eventfd_.get(); }
  [[nodiscard]] bool is_ready() const override;
  [[nodiscard]] bool watch() const override;

  // Exact for a moment during the call.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool full() const;

  void require_putter() const;
  void close() noexcept;
  void close_put() noexcept;
  [[nodiscard]] bool closed() const noexcept {
    return use_.load(std::memory_order_relaxed) == Use::Closed;
  }
  [[nodiscard]] bool may_put() const noexcept {
    return use_.load(std::memory_order_relaxed) == Use::Open;
  }
  void shutdown(bool immediate);

  // Of a joinable one.
  void task_done();
  bool join(os::Deadline deadline);
  std::size_t recover();
  [[nodiscard]] std::size_t unfinished() const noexcept { return tasks_->unfinished(); }

  [[nodiscard]] std::int64_t maxsize() const noexcept { return maxsize_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string text() const;  // for messages: Queue 'jobs'
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const os::Lifeline& producers() const noexcept { return producers_; }
  [[nodiscard]] const std::string& site() const noexcept { return site_; }

 private:
  enum class Use : std::uint8_t { Open, GetOnly, Closed };

  // What this process knew of the other side when it last looked; each is used by the holder of its
  // side's lock. The words of another process's time (before a fork) are not trusted: `owner` says
  // whose they are.
  struct PutView {
    sync::Word owner = 0;
    std::uint64_t got = 0;  // no fewer items than these have been got
    std::uint64_t fast_lap =
        0;  // in this lap the writer may go on up to fast_end: it is free and has pages
    std::uint64_t fast_end = 0;
  };
  struct GetView {
    sync::Word owner = 0;
    std::uint64_t put = 0;  // no fewer items than these have been put
  };
  struct ReaderView {
    std::uint64_t count = 0;
    ReaderState state;
    Released released;
  };
  struct Found {
    ReaderState at;  // of the item's header
    std::uint64_t bytes = 0;
  };

  void begin();
  void announce(wire::Acquired how, const std::source_location& where) noexcept;
  void lock_put(os::Deadline deadline, sync::LazyWait& wait);
  void lock_get(os::Deadline deadline, sync::LazyWait& wait);
  void wait_for_room(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait);
  void wait_for_item(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait);

  // By the holder of that side's lock.
  [[nodiscard]] std::uint64_t begin_put() noexcept;
  [[nodiscard]] bool has_room(std::uint64_t count) const noexcept;
  [[nodiscard]] WriterState writer_at(std::uint64_t count) const noexcept;
  WriterState write(const WriterState& writer, std::uint64_t count,
                    std::span<const std::byte> item);
  std::size_t put_some(std::uint64_t count, std::size_t most, const std::byte* items,
                       std::size_t item_bytes);
  void commit_put(std::uint64_t next, const WriterState& after) noexcept;
  Placement find_place(const WriterState& writer, std::uint64_t count, std::uint64_t need);
  std::uint64_t back(std::uint64_t begin, std::uint64_t need, std::uint64_t limit);
  void back_pages(std::uint64_t first, std::uint64_t last, std::uint64_t wish);
  [[nodiscard]] std::uint64_t wanted_window(std::uint64_t biggest) const noexcept;
  void shrink_window(std::uint64_t top, std::uint64_t need) noexcept;

  [[nodiscard]] std::uint64_t begin_get() noexcept;
  [[nodiscard]] bool has_item(std::uint64_t count) const noexcept;
  [[nodiscard]] ReaderState reader_at(std::uint64_t count) const noexcept;
  Found find_item(const ReaderState& before);
  std::uint64_t read(std::uint64_t count, detail::ItemSink sink);
  void finish_get(std::uint64_t count, const ReaderState& before, const Found& item);
  std::size_t get_some(std::uint64_t count, std::size_t most, std::byte* room,
                       std::size_t item_bytes);
  void commit_get(std::uint64_t count, std::uint64_t next, const ReaderState& after) noexcept;
  void tidy_up(const ReaderState& before, const ReaderState& here,
               const ReaderState& after) noexcept;
  void settle(const ReaderState& reader, bool before_skip) noexcept;
  void give_back_pages(const Range& pages) noexcept;
  void end_putting(os::Deadline deadline, sync::LazyWait& wait);
  void drop_all(sync::LazyWait& wait);
  void drop_rest();

  [[nodiscard]] Geometry geometry() const noexcept;
  [[nodiscard]] ReaderView look_at_reader() const noexcept;
  [[nodiscard]] bool is_full_now() const noexcept;
  [[nodiscard]] bool is_empty_now() const noexcept;
  [[nodiscard]] Shut shut() const noexcept { return header_->shut.load(std::memory_order_relaxed); }
  [[nodiscard]] bool producers_are_gone() const noexcept {
    return producers_.end.valid() && os::is_cut(producers_.end.get());
  }
  void require_getter(const char* operation) const;
  void require_not_lent(const std::atomic<std::uint64_t>& lender, const char* inside) const;
  [[noreturn]] void throw_closed(const char* operation) const;
  [[noreturn]] void throw_empty() const;
  [[noreturn]] void throw_full() const;
  [[noreturn]] void throw_shut_down() const;
  [[noreturn]] void throw_corrupt() const;

  std::int64_t maxsize_;
  detail::QueueKind kind_ = detail::QueueKind::Plain;
  std::string name_;
  std::string site_;  // where it was made: file:line
  os::UniqueFd fd_;
  os::UniqueFd eventfd_;  // every process that has the queue has the same
  // Empty unless get() is to learn that nobody is left to put: everybody who could holds `held`.
  os::Lifeline producers_;
  os::Mapping mapping_;
  Header* header_ = nullptr;
  std::byte* bytes_ = nullptr;
  std::uint64_t space_ = 0;
  std::uint64_t base_ = 0;
  std::atomic<Use> use_{Use::Open};
  probe::Handle probe_ = 0;

  alignas(64) PutView put_view_;
  os::WaitSpin put_spin_;
  os::WaitSpin room_spin_;
  std::atomic<std::uint64_t> put_lender_{0};  // the thread whose with_loan() runs
  alignas(64) GetView get_view_;
  os::WaitSpin get_spin_;
  os::WaitSpin item_spin_;
  std::atomic<std::uint64_t> get_lender_{0};  // the thread whose borrow() runs
  std::optional<Tasks> tasks_;  // of a joinable one
};

}  // namespace mp::queue
