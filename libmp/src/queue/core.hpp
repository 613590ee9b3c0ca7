// Core: a queue of byte strings in one memfd, for any number of producers and consumers, none of
// which can break it by being killed. Processes share Header and the bytes; everything in this
// class is private to one process.
#pragma once

#include "os/clock.hpp"
#include "os/memory.hpp"
#include "os/unique_fd.hpp"
#include "probe/probe.hpp"
#include "queue/layout.hpp"
#include "queue/spin.hpp"
#include "sync/lock_core.hpp"
#include <libmp/detail/queue_bytes.hpp>

#include <atomic>
#include <cstdint>
#include <source_location>
#include <span>
#include <string>

namespace mp::queue {

class Core {
 public:
  // maxsize 0 or less: unbounded. Throws OSError.
  Core(std::ptrdiff_t maxsize, std::string name, const std::source_location& site);
  // The queue of another process, from its fd(). Throws OSError; ValueError when the file is none.
  Core(os::UniqueFd fd, std::string name, std::string site);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core();

  // Throws ValueError (closed), Full, OSError; then nothing was put.
  void put(std::span<const std::byte> item, os::Deadline deadline);
  // Throws ValueError (closed), Empty, RuntimeError (the memory is not what it should be), what
  // `sink` throws.
  void get(detail::ItemSink sink, os::Deadline deadline);

  // Exact for a moment during the call. Throws ValueError when closed.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool full() const;

  void require_open(const char* operation) const;
  void close() noexcept { closed_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool closed() const noexcept { return closed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t maxsize() const noexcept { return maxsize_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string text() const;  // for messages: Queue 'jobs'
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  [[nodiscard]] const std::string& site() const noexcept { return site_; }

 private:
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

  void announce(wire::Acquired how, const std::source_location& where) noexcept;
  void lock_put(os::Deadline deadline, sync::LazyWait& wait);
  void lock_get(os::Deadline deadline, sync::LazyWait& wait);
  void wait_for_room(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait);
  void wait_for_item(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait);

  [[nodiscard]] Geometry geometry() const noexcept;
  [[nodiscard]] ReaderView look_at_reader() const noexcept;
  WriterState write(const WriterState& writer, std::uint64_t count,
                    std::span<const std::byte> item);
  Placement find_place(const WriterState& writer, std::uint64_t count, std::uint64_t need);
  std::uint64_t back(std::uint64_t begin, std::uint64_t need, std::uint64_t limit);
  void back_pages(std::uint64_t first, std::uint64_t last, std::uint64_t wish);
  [[nodiscard]] std::uint64_t wanted_window(std::uint64_t biggest) const noexcept;
  void shrink_window(std::uint64_t top, std::uint64_t need) noexcept;
  void give_back_pages(const Range& pages) noexcept;
  std::uint64_t read(std::uint64_t count, detail::ItemSink sink);
  void settle(const ReaderState& reader, bool before_skip) noexcept;

  [[nodiscard]] bool is_full_now() const noexcept;
  [[nodiscard]] bool is_empty_now() const noexcept;
  [[noreturn]] void throw_empty() const;
  [[noreturn]] void throw_full() const;
  [[noreturn]] void throw_corrupt() const;

  std::int64_t maxsize_;
  std::string name_;
  std::string site_;  // where it was made: file:line
  os::UniqueFd fd_;
  os::Mapping mapping_;
  Header* header_ = nullptr;
  std::byte* bytes_ = nullptr;
  std::uint64_t space_ = 0;
  std::uint64_t base_ = 0;
  std::atomic<bool> closed_{false};
  probe::Handle probe_ = 0;

  alignas(64) PutView put_view_;
  sync::SpinBudget put_spin_;
  WaitSpin room_spin_;
  alignas(64) GetView get_view_;
  sync::SpinBudget get_spin_;
  WaitSpin item_spin_;
};

}  // namespace mp::queue
