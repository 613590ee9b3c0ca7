// Items that are made and read where they lie.
#include "queue/core.hpp"
#include "queue/parts.hpp"
#include "sync/lock_word.hpp"
#include <libmp/exceptions.hpp>

#include <cerrno>

namespace mp::queue {
namespace {

// Says who holds a side's lock while code of the user runs.
class Lending {
 public:
  explicit Lending(std::atomic<std::uint64_t>& lender) noexcept : lender_(lender) {
    lender_.store(sync::this_thread(), kRelaxed);
  }
  Lending(const Lending&) = delete;
  Lending& operator=(const Lending&) = delete;
  ~Lending() { lender_.store(0, kRelaxed); }

 private:
  std::atomic<std::uint64_t>& lender_;
};

}  // namespace

void Core::with_loan(std::size_t bytes, detail::ItemFill fill, os::Deadline deadline) {
  require_putter();
  if (bytes > space_) throw OSError(ENOSPC, "with_loan", text());
  sync::LazyWait wait(wire::ThreadState::QueuePut, probe_, deadline);
  lock_put(deadline, wait);
  {
    const Unlock unlock(header_->put.lock);
    const std::uint64_t count = begin_put();
    if (!has_room(count)) wait_for_room(count, deadline, wait);
    wait.end(true);
    const Placement place = find_place(writer_at(count), count, space_for(bytes));
    std::byte* const at = bytes_ + place.at;
    std::size_t used = 0;
    try {
      const Lending lending(put_lender_);
      used = fill.fill(fill.context, {at + kHeaderBytes, bytes});
    } catch (...) {
      // What is known of the memory ahead assumes that the writer went on.
      put_view_.owner = 0;
      throw;
    }
    store_header(at, used);
    WriterState after = place.after;
    after.pos = place.at + space_for(used);
    commit_put(count + 1, after);
    probe::queue_put(probe_, count + 1, used);
  }
  wake_getters(header_->waits, eventfd_);
}

void Core::borrow(detail::ItemUse use, os::Deadline deadline) {
  require_getter("borrow");
  sync::LazyWait wait(wire::ThreadState::QueueGet, probe_, deadline);
  lock_get(deadline, wait);
  {
    const Unlock unlock(header_->get.lock);
    const std::uint64_t count = begin_get();
    if (!has_item(count)) wait_for_item(count, deadline, wait);
    wait.end(true);
    const ReaderState before = reader_at(count);
    const Found item = find_item(before);
    {
      const Lending lending(get_lender_);
      use.use(use.context, {bytes_ + item.at.pos + kHeaderBytes, item.bytes});
    }
    finish_get(count, before, item);
    probe::queue_got(probe_, count + 1, item.bytes);
  }
  wake(header_->waits.putter);
}

// A thread that waits for a lock which it holds itself would wait for ever.
void Core::require_not_lent(const std::atomic<std::uint64_t>& lender, const char* inside) const {
  if (lender.load(kRelaxed) == sync::this_thread())
    throw RuntimeError(text() + " is in use by this thread: called from within " + inside + "()");
}

}  // namespace mp::queue
