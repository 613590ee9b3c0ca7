#include "shm/heap.hpp"

#include "os/fork_hooks.hpp"
#include "os/memory.hpp"
#include "os/shared_file.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <semaphore>
#include <string>

namespace mp::shm {

namespace {

// As in CPython: each new arena is twice as long as the last, which bounds how many descriptors
// there are as well as how much one long-lived block can keep from being given back.
constexpr std::size_t kFirstArena = 64 * 1024;
constexpr std::size_t kLargestArena = 4 * 1024 * 1024;
// From here on the machine is asked before it is told: it would rather kill somebody than refuse.
constexpr std::size_t kManyBytes = 1024 * 1024;

struct HeapArena {
  Arena arena;
  bool is_ours = false;    // allocated from; a parent's and a relative's are not
  std::size_t blocks = 0;  // in use here
};

std::size_t round_up(std::size_t bytes, std::size_t step) noexcept {
  return (bytes + step - 1) / step * step;
}

}  // namespace

struct Block {
  HeapArena* home;
  Range range;
  std::uint64_t born;  // Heap::forks_ at allocation
  std::atomic<bool> is_shared = false;
  Block* next_freed = nullptr;
};

namespace {

// Never destroyed: values of static storage duration may outlive any other static object.
class Heap {
 public:
  static Heap& instance() {
    static constinit os::Lasting<Heap> heap({.before = [] { instance().turn_.acquire(); },
                                             .in_parent =
                                                 [] {
                                                   ++instance().forks_;
                                                   instance().turn_.release();
                                                 },
                                             .in_child =
                                                 [] {
                                                   instance().disown();
                                                   instance().turn_.release();
                                                 }});
    return heap.get();
  }

  Block* allocate(std::size_t bytes) {
    const Turn turn(*this);
    auto block = std::make_unique<Block>();
    for (const auto& home : arenas_) {
      if (home->is_ours && take(*home, bytes, *block)) return block.release();
    }
    HeapArena& home = open(bytes);
    try {
      take(home, bytes, *block);
    } catch (...) {
      arenas_.pop_back();
      throw;
    }
    return block.release();
  }

  Block* attach(os::UniqueFd file, std::uint64_t offset, std::size_t bytes) {
    const os::FileIdentity identity = os::file_identity(file.get());
    const Turn turn(*this);
    auto block = std::make_unique<Block>();
    const auto known = std::find_if(arenas_.begin(), arenas_.end(), [&](const auto& home) {
      return home->arena.identity() == identity;
    });
    HeapArena& home = known != arenas_.end() ? **known : add(Arena(std::move(file)), false);
    block->home = &home;
    block->range = {offset, offset + bytes};
    block->is_shared = true;
    ++home.blocks;
    return block.release();
  }

  // Never waits: what cannot be done now is done by whoever has the turn, or comes next.
  void give_back(Block* block) noexcept {
    block->next_freed = freed_.load(std::memory_order_relaxed);
    while (!freed_.compare_exchange_weak(block->next_freed, block, std::memory_order_release,
                                         std::memory_order_relaxed)) {
    }
    settle();
  }

  std::vector<ArenaView> view() {
    const Turn turn(*this);
    std::vector<ArenaView> views;
    for (const auto& home : arenas_) {
      const Arena& arena = home->arena;
      views.push_back({{arena.identity().device, arena.identity().inode, 0},
                       arena.size(),
                       arena.backed_bytes(),
                       home->blocks,
                       arena.free()});
    }
    return views;
  }

  void trim() noexcept {
    const Turn turn(*this);
    std::erase_if(arenas_, [](const auto& home) { return home->blocks == 0; });
    next_bytes_ = kFirstArena;
  }

 private:
  // The critical section. Begins and ends with the blocks that others could not free meanwhile.
  class Turn {
   public:
    explicit Turn(Heap& heap) noexcept : heap_(heap) {
      heap_.turn_.acquire();
      heap_.free_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      heap_.turn_.release();
      heap_.settle();
    }

   private:
    Heap& heap_;
  };

  void settle() noexcept {
    while (freed_.load() != nullptr && turn_.try_acquire()) {
      free_all();
      turn_.release();
    }
  }

  void free_all() noexcept {
    for (Block* next = freed_.exchange(nullptr); next != nullptr;) {
      const std::unique_ptr<Block> block(next);
      next = block->next_freed;
      free(*block);
    }
  }

  void free(const Block& block) noexcept {
    HeapArena& home = *block.home;
    --home.blocks;
    const bool is_only_ours =
        home.is_ours && block.born == forks_ && !block.is_shared.load(std::memory_order_relaxed);
    if (is_only_ours) home.arena.put(block.range);
    if (home.blocks == 0 && (!home.arena.is_all_free() || has_spare_besides(home)))
      std::erase_if(arenas_, [&](const auto& one) { return one.get() == &home; });
  }

  // One arena is kept although nothing is in it, so that a program which makes and drops a single
  // thing does not open and close files.
  bool has_spare_besides(const HeapArena& home) const noexcept {
    return std::any_of(arenas_.begin(), arenas_.end(), [&](const auto& other) {
      return other.get() != &home && other->is_ours && other->arena.is_all_free();
    });
  }

  bool take(HeapArena& home, std::size_t bytes, Block& block) {
    const auto range = home.arena.take(bytes);
    if (!range) return false;
    block.home = &home;
    block.range = *range;
    block.born = forks_;
    ++home.blocks;
    return true;
  }

  HeapArena& open(std::size_t bytes) {
    const std::size_t size = std::max(round_up(bytes, os::page_size()), next_bytes_);
    HeapArena& home = add(Arena(size), true);
    next_bytes_ = std::min(2 * next_bytes_, kLargestArena);
    return home;
  }

  HeapArena& add(Arena arena, bool is_ours) {
    arenas_.push_back(std::make_unique<HeapArena>(HeapArena{std::move(arena), is_ours}));
    return *arenas_.back();
  }

  // In a child: all that is here belongs to the parent.
  void disown() noexcept {
    for (const auto& home : arenas_) home->is_ours = false;
    std::erase_if(arenas_, [](const auto& home) { return home->blocks == 0; });
    next_bytes_ = kFirstArena;
  }

  std::binary_semaphore turn_{1};  // no mutex: a thread that has the turn may free
  std::atomic<Block*> freed_ = nullptr;
  std::uint64_t forks_ = 0;
  std::size_t next_bytes_ = kFirstArena;
  std::vector<std::unique_ptr<HeapArena>> arenas_;
};

[[noreturn]] void refuse(int error, std::size_t bytes) {
  throw OSError(error, "allocate " + std::to_string(bytes) + " bytes of shared memory, with " +
                           std::to_string(os::free_memory()) + " bytes free");
}

}  // namespace

UniqueBlock UniqueBlock::allocate(std::size_t bytes) {
  if (bytes > PTRDIFF_MAX || (bytes >= kManyBytes && bytes > os::free_memory()))
    refuse(ENOMEM, bytes);
  try {
    return UniqueBlock(Heap::instance().allocate(std::max(round_up(bytes, kGranule), kGranule)));
  } catch (const OSError& error) {
    if (error.error_number() != ENOMEM && error.error_number() != ENOSPC) throw;
    refuse(error.error_number(), bytes);
  }
}

UniqueBlock UniqueBlock::attach(os::UniqueFd descriptor, std::uint64_t offset, std::size_t bytes) {
  const std::uint64_t size = os::file_size(descriptor.get());
  if (offset % kGranule != 0 || offset > size || bytes > size - offset || size == 0 ||
      size % os::page_size() != 0)
    throw ValueError("attach: there is no block of " + std::to_string(bytes) + " bytes at offset " +
                     std::to_string(offset));
  return UniqueBlock(Heap::instance().attach(std::move(descriptor), offset, bytes));
}

UniqueBlock::~UniqueBlock() {
  if (block_ != nullptr) Heap::instance().give_back(block_);
}

void* UniqueBlock::address() const noexcept {
  return block_->home->arena.data() + block_->range.begin;
}

BlockIdentity UniqueBlock::identity() const noexcept {
  const os::FileIdentity& file = block_->home->arena.identity();
  return {file.device, file.inode, block_->range.begin};
}

int UniqueBlock::share() const noexcept {
  block_->is_shared.store(true, std::memory_order_relaxed);
  return block_->home->arena.descriptor();
}

std::vector<ArenaView> heap_view() { return Heap::instance().view(); }
void trim_heap() noexcept { Heap::instance().trim(); }

}  // namespace mp::shm
