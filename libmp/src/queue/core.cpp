#include "queue/core.hpp"

#include "base/site.hpp"
#include "os/futex.hpp"
#include "os/shared_file.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mp::queue {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kMostSpace = kMiB * 1024 * 64;
constexpr std::uint64_t kLeastSpace = 64 * kKiB;
constexpr std::uint64_t kBase = kMiB;
constexpr std::uint64_t kRestart = 16 * kKiB;  // half of a small first-level cache
constexpr std::uint64_t kBatch = 256 * kKiB;
constexpr std::uint64_t kMostWindow = 32 * kMiB;

// Frees a side's lock at the end of the scope, whatever happens in it.
class Unlock {
 public:
  explicit Unlock(std::atomic<sync::Word>& lock) noexcept : lock_(lock) {}
  Unlock(const Unlock&) = delete;
  Unlock& operator=(const Unlock&) = delete;
  ~Unlock() { sync::release_own(lock_); }

 private:
  std::atomic<sync::Word>& lock_;
};

// After a commit and after the lock was freed (a full barrier between the two): the sleeper either
// sees the commit, or is seen here.
void wake(std::atomic<std::uint32_t>& flag) noexcept {
  if (flag.load(std::memory_order_seq_cst) != 0 && flag.exchange(0, kRelaxed) != 0)
    os::futex_wake(flag, 1);
}

// Sleeps until `changed`; false when the deadline passed first. Ticks, for the one who should wake
// us may be killed after its commit.
template <typename Changed>
bool sleep_until(std::atomic<std::uint32_t>& flag, Changed&& changed, os::Deadline deadline,
                 sync::LazyWait& wait) {
  for (;;) {
    flag.exchange(1, std::memory_order_seq_cst);
    const bool done = changed();
    if (done || deadline.has_passed()) {
      flag.store(0, kRelaxed);
      return done;
    }
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + sync::kTickNs;
    os::futex_wait(flag, 1, os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
    if (changed()) return true;
  }
}

std::uint64_t load_header(const std::byte* at) noexcept {
  std::uint64_t header = 0;
  std::memcpy(&header, at, sizeof header);
  return header;
}

void store_header(std::byte* at, std::uint64_t header) noexcept {
  std::memcpy(at, &header, sizeof header);
}

}  // namespace

Core::Core(std::ptrdiff_t maxsize, std::string name, const std::source_location& site)
    : maxsize_(maxsize > 0 ? maxsize : 0), name_(std::move(name)), site_(site_text(site)) {
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
  os::back_with_pages(fd_.get(), mapping_, 0, kHeaderPage);
  header_ = new (mapping_.data()) Header;
  bytes_ = mapping_.data() + kHeaderPage;
  base_ = std::min(kBase, (space_ / 4) & ~(os::page_size() - 1));
  header_->space = space_;
  header_->maxsize = maxsize_;
  header_->waits.window.store(base_, kRelaxed);
  header_->magic = kMagic;
  announce(wire::Acquired::Created, site);
}

Core::Core(os::UniqueFd fd, std::string name, std::string site)
    : maxsize_(0), name_(std::move(name)), site_(std::move(site)), fd_(std::move(fd)) {
  const std::uint64_t size = os::file_size(fd_.get());
  if (size < kHeaderPage + kLeastSpace / 4)
    throw ValueError(text() + ": what came along is no queue");
  mapping_ = os::Mapping(fd_.get(), size);
  header_ = reinterpret_cast<Header*>(mapping_.data());
  if (header_->magic != kMagic || header_->space != size - kHeaderPage)
    throw ValueError(text() + ": what came along is no queue");
  bytes_ = mapping_.data() + kHeaderPage;
  space_ = header_->space;
  base_ = std::min(kBase, (space_ / 4) & ~(os::page_size() - 1));
  maxsize_ = header_->maxsize;
  announce(wire::Acquired::Received, {});
}

void Core::announce(wire::Acquired how, const std::source_location& where) noexcept {
  const os::FileIdentity identity = os::file_identity(fd_.get());
  probe_ = probe::announce({.kind = wire::ObjectKind::Queue,
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

// --- putting -------------------------------------------------------------------------------------

void Core::put(std::span<const std::byte> item, os::Deadline deadline) {
  require_open("put");
  sync::LazyWait wait(wire::ThreadState::QueuePut, probe_, deadline);
  lock_put(deadline, wait);
  {
    PutSide& side = header_->put;
    const Unlock unlock(side.lock);
    if (const sync::Word owner = sync::me() & sync::kProcessMask; put_view_.owner != owner)
      put_view_ = {.owner = owner};
    const std::uint64_t count = side.count.load(kRelaxed);
    if (maxsize_ > 0 && count - put_view_.got >= static_cast<std::uint64_t>(maxsize_))
      wait_for_room(count, deadline, wait);

    const PutSide::State& now = side.states[count % 2];
    const WriterState after = write(
        {now.pos.load(kRelaxed), now.lap.load(kRelaxed), now.top.load(kRelaxed)}, count, item);
    PutSide::State& next = side.states[(count + 1) % 2];
    next.pos.store(after.pos, kRelease);
    next.lap.store(after.lap, kRelease);
    next.top.store(after.top, kRelease);
    side.count.store(count + 1, kRelease);

    wait.end(true);
    probe::queue_put(probe_, count + 1, item.size());
  }
  wake(header_->waits.getter);
}

void Core::lock_put(os::Deadline deadline, sync::LazyWait& wait) {
  std::atomic<sync::Word>& lock = header_->put.lock;
  if (sync::try_take(lock)) [[likely]]
    return;
  const sync::LockRef ref{lock, header_->waits.put_checked_ns};
  if (deadline.moment_ns() != 0) {
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, deadline, put_spin_, wait).outcome ==
        sync::Outcome::TimedOut) {
      throw_full();
    }
    return;
  }
  // "Do not wait" is about room, not about the moment that another producer needs.
  const auto patience = os::Deadline::after(std::chrono::nanoseconds(2 * sync::kTickNs));
  for (;;) {
    if (maxsize_ > 0 && is_full_now()) throw_full();
    const auto glance = os::Deadline::after(std::chrono::milliseconds(1));
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, glance, put_spin_, wait).outcome ==
        sync::Outcome::Done)
      return;
    if (patience.has_passed()) throw_full();
  }
}

// Only the holder of the put lock waits for room; the others wait for the lock.
void Core::wait_for_room(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait) {
  const auto limit = static_cast<std::uint64_t>(maxsize_);
  const auto has_room = [&] {
    put_view_.got = header_->get.count.load(std::memory_order_seq_cst);
    return count - put_view_.got < limit;
  };
  if (has_room()) return;
  if (deadline.moment_ns() == 0) throw_full();
  if (room_spin_.until(has_room, deadline)) return;
  if (!sleep_until(header_->waits.putter, has_room, deadline, wait)) throw_full();
}

WriterState Core::write(const WriterState& writer, std::uint64_t count,
                        std::span<const std::byte> item) {
  const std::uint64_t need = space_for(item.size());
  std::uint64_t at = writer.pos;
  WriterState after{writer.pos + need, writer.lap, writer.top};
  if (writer.lap != put_view_.fast_lap || !fits(writer.pos, need, put_view_.fast_end)) {
    const Placement placement = find_place(writer, count, need);
    if (placement.skips) store_header(bytes_ + writer.pos, kSkip | placement.at);
    at = placement.at;
    after = placement.after;
  }
  store_header(bytes_ + at, item.size());
  if (!item.empty()) std::memcpy(bytes_ + at + kHeaderBytes, item.data(), item.size());
  return after;
}

// A place with pages under it and under the header that will follow it.
Placement Core::find_place(const WriterState& writer, std::uint64_t count, std::uint64_t need) {
  if (writer.pos > space_ - kHeaderBytes || writer.pos % 8 != 0) throw_corrupt();
  if (need > space_) throw OSError(ENOSPC, "put", text());
  const ReaderView reader = look_at_reader();
  put_view_.got = reader.count;
  Pages& pages = header_->pages;
  if (need > pages.biggest.load(kRelaxed)) {
    pages.biggest.store(need, kRelaxed);
    const std::uint64_t wanted = wanted_window(need);
    if (wanted > header_->waits.window.load(kRelaxed))
      header_->waits.window.store(wanted, kRelaxed);
  }
  const Geometry geometry = this->geometry();
  const auto placement =
      place(geometry, writer, reader.state, reader.released, reader.count == count, need);
  if (!placement) throw OSError(ENOSPC, "put", text());
  // What was known of the pages up here is of another lap: the reader may have given them back.
  if (placement->skips) pages.run_end.store(0, kRelease);
  const std::uint64_t ready = back(placement->at, need + kHeaderBytes, placement->limit);
  if (placement->after.lap != writer.lap) shrink_window(placement->after.top, need);
  put_view_.fast_lap = placement->after.lap;
  // Every now and then the reader is looked at anyway: it may have left the queue empty.
  const std::uint64_t glance = (placement->after.pos / geometry.restart + 1) * geometry.restart;
  put_view_.fast_end = std::min({placement->limit, ready, glance});
  return *placement;
}

Core::ReaderView Core::look_at_reader() const noexcept {
  const GetSide& side = header_->get;
  ReaderView view;
  std::uint64_t count = side.count.load(kAcquire);
  do {
    view.count = count;
    const GetSide::State& state = side.states[count % 2];
    view.state = {state.pos.load(kAcquire), state.lap.load(kAcquire)};
    view.released = unpack(side.released.load(kAcquire), view.state.lap);
    count = side.count.load(kAcquire);
  } while (count != view.count);
  return view;
}

// Makes sure of the pages of [begin, begin + need) and says up to where they are there, not beyond
// `limit` (if that is farther): what lies behind it the reader may yet give back.
std::uint64_t Core::back(std::uint64_t begin, std::uint64_t need, std::uint64_t limit) {
  Pages& pages = header_->pages;
  const std::uint64_t end = begin + need;
  if (begin < base_) {
    const std::uint64_t there = pages.base_end.load(kRelaxed);
    if (const std::uint64_t last = std::min(end, base_); last > there) {
      back_pages(there, last, std::min(base_, std::max(last, there + kBatch / 4)));
    }
    if (end <= base_) return pages.base_end.load(kRelaxed);
  }
  const std::uint64_t from = std::max(begin, base_);
  const std::uint64_t there = pages.run_end.load(kRelaxed);
  const bool continues = pages.run_begin.load(kRelaxed) <= from && from <= there;
  if (!continues || end > there) {
    const std::uint64_t first = continues ? there : from;
    back_pages(first, end, std::max(end, std::min(limit, first + kBatch)));
  }
  return pages.run_end.load(kRelaxed);
}

// Puts pages under [first, wish) if possible, else at least under [first, last).
void Core::back_pages(std::uint64_t first, std::uint64_t last, std::uint64_t wish) {
  try {
    os::back_with_pages(fd_.get(), mapping_, kHeaderPage + first, wish - first);
  } catch (const OSError&) {
    if (wish == last) throw;
    wish = last;
    os::back_with_pages(fd_.get(), mapping_, kHeaderPage + first, last - first);
  }
  Pages& pages = header_->pages;
  if (first < base_) {
    pages.base_end.store(wish, kRelease);
    return;
  }
  if (first != pages.run_end.load(kRelaxed)) {
    pages.run_end.store(0, kRelease);  // so that the two words never claim too much together
    pages.run_begin.store(first, kRelease);
  }
  pages.run_end.store(wish, kRelease);
}

// Several of the biggest items fit into the window, so that a queue of big ones flows through the
// same memory too.
std::uint64_t Core::wanted_window(std::uint64_t biggest) const noexcept {
  const std::uint64_t page = os::page_size();
  const std::uint64_t several = (std::min(8 * biggest, kMostWindow) + page - 1) & ~(page - 1);
  return std::clamp(several, base_, std::max(base_, (space_ / 4) & ~(page - 1)));
}

// A lap has ended: if it had no big items, its window was too wide. Nobody is above `top`.
void Core::shrink_window(std::uint64_t top, std::uint64_t need) noexcept {
  Pages& pages = header_->pages;
  const std::uint64_t old = header_->waits.window.load(kRelaxed);
  const std::uint64_t wanted = wanted_window(pages.biggest.load(kRelaxed));
  pages.biggest.store(need, kRelaxed);
  if (wanted > old / 2) return;
  pages.run_end.store(0, kRelease);
  header_->waits.window.store(wanted, kRelaxed);
  give_back_pages({std::max(top, wanted), old});
}

void Core::give_back_pages(const Range& pages) noexcept {
  if (!pages.empty())
    os::give_back_pages(mapping_, kHeaderPage + pages.begin, kHeaderPage + pages.end);
}

// --- getting -------------------------------------------------------------------------------------

void Core::get(detail::ItemSink sink, os::Deadline deadline) {
  require_open("get");
  sync::LazyWait wait(wire::ThreadState::QueueGet, probe_, deadline);
  lock_get(deadline, wait);
  {
    const Unlock unlock(header_->get.lock);
    if (const sync::Word owner = sync::me() & sync::kProcessMask; get_view_.owner != owner)
      get_view_ = {.owner = owner};
    const std::uint64_t count = header_->get.count.load(kRelaxed);
    if (count >= get_view_.put) wait_for_item(count, deadline, wait);
    const std::uint64_t size = read(count, sink);

    wait.end(true);
    probe::queue_got(probe_, count + 1, size);
  }
  wake(header_->waits.putter);
}

void Core::lock_get(os::Deadline deadline, sync::LazyWait& wait) {
  std::atomic<sync::Word>& lock = header_->get.lock;
  if (sync::try_take(lock)) [[likely]]
    return;
  const sync::LockRef ref{lock, header_->waits.get_checked_ns};
  if (deadline.moment_ns() != 0) {
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, deadline, get_spin_, wait).outcome ==
        sync::Outcome::TimedOut) {
      throw_empty();
    }
    return;
  }
  // "Do not wait" is about items, not about the moment that another consumer needs. One that waits
  // for an item holds the lock too, but then the queue is empty.
  const auto patience = os::Deadline::after(std::chrono::nanoseconds(2 * sync::kTickNs));
  for (;;) {
    if (is_empty_now()) throw_empty();
    const auto glance = os::Deadline::after(std::chrono::milliseconds(1));
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, glance, get_spin_, wait).outcome ==
        sync::Outcome::Done)
      return;
    if (patience.has_passed()) throw_empty();
  }
}

// Only the holder of the get lock waits for items: an item wakes one process, however many are
// waiting.
void Core::wait_for_item(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait) {
  const auto has_item = [&] {
    get_view_.put = header_->put.count.load(std::memory_order_seq_cst);
    return count < get_view_.put;
  };
  if (has_item()) return;
  if (deadline.moment_ns() == 0) throw_empty();
  if (item_spin_.until(has_item, deadline)) return;
  if (!sleep_until(header_->waits.getter, has_item, deadline, wait)) throw_empty();
}

std::uint64_t Core::read(std::uint64_t count, detail::ItemSink sink) {
  GetSide& side = header_->get;
  const GetSide::State& now = side.states[count % 2];
  const ReaderState before{now.pos.load(kRelaxed), now.lap.load(kRelaxed)};
  if (before.pos > space_ - kHeaderBytes) throw_corrupt();
  std::uint64_t header = load_header(bytes_ + before.pos);
  ReaderState here = before;
  if ((header & kSkip) != 0) [[unlikely]] {
    const auto moved = step(geometry(), before, header);
    if (!moved) throw_corrupt();
    // The old place must be settled before the commit, for then the writer may come there from
    // below.
    settle(before, true);
    here = *moved;
    header = load_header(bytes_ + here.pos);
  }
  if (header > space_ - kHeaderBytes - here.pos) throw_corrupt();

  std::byte* const room = sink.make_room(sink.context, header);
  if (header != 0) std::memcpy(room, bytes_ + here.pos + kHeaderBytes, header);

  const ReaderState after{here.pos + space_for(header), here.lap};
  GetSide::State& next = side.states[(count + 1) % 2];
  next.pos.store(after.pos, kRelease);
  next.lap.store(after.lap, kRelease);
  side.count.store(count + 1, kRelease);

  if (here.pos != before.pos) [[unlikely]] {
    side.released.store(pack(released_after_skip(geometry(), here)), kRelease);
  }
  if (after.pos > base_) [[unlikely]]
    settle(after, false);
  return header;
}

// Gives memory behind the reader back, and the place of it to the writer.
void Core::settle(const ReaderState& reader, bool before_skip) noexcept {
  GetSide& side = header_->get;
  const Geometry geometry = this->geometry();
  const Released old = unpack(side.released.load(kRelaxed), reader.lap);
  const bool all = before_skip || (reader.pos > geometry.window && is_empty_now());
  const GiveBack step = queue::give_back(geometry, reader, old, all);
  give_back_pages(step.pages);
  if (step.released.upto != old.upto) side.released.store(pack(step.released), kRelease);
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
  require_open("qsize");
  std::uint64_t got = header_->get.count.load(kAcquire);
  for (;;) {
    const std::uint64_t put = header_->put.count.load(kAcquire);
    const std::uint64_t again = header_->get.count.load(kAcquire);
    if (again == got) return put - got;
    got = again;
  }
}

bool Core::full() const {
  require_open("full");
  return maxsize_ > 0 && is_full_now();
}

void Core::require_open(const char* operation) const {
  if (closed()) throw ValueError(text() + ": " + operation + " after close() in this process");
}

std::string Core::text() const {
  if (!name_.empty()) return "Queue '" + name_ + "'";
  return "Queue (" + site_ + ")";
}

void Core::throw_empty() const { throw Empty(text() + " is empty"); }
void Core::throw_full() const {
  if (maxsize_ == 0) throw Full(text() + ": another process was in put() all the time");
  throw Full(text() + " is full: it holds " + std::to_string(maxsize_) + " items");
}
void Core::throw_corrupt() const {
  throw RuntimeError(text() + ": its shared memory was overwritten by a stranger");
}

}  // namespace mp::queue
