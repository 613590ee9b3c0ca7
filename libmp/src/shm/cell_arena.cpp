#include "shm/cell_arena.hpp"

#include "os/fork_hooks.hpp"
#include "os/memory.hpp"
#include "os/shared_file.hpp"
#include "os/unique_fd.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace mp::shm {

constexpr std::uint32_t kCellsPerChunk = 1024;
constexpr std::size_t kChunkBytes = kCellsPerChunk * kCellBytes;
constexpr std::uint64_t kHandedOver = ~std::uint64_t{0};

// One memfd. The bookkeeping is private to each process: what a child does to its copy concerns
// only the child.
struct CellChunk {
  os::UniqueFd fd;
  os::Mapping mapping;
  os::FileIdentity identity;
  std::uint32_t handed_out = 0;  // cells below have been in use at least once
  std::uint32_t in_use = 0;
  std::vector<std::uint32_t> reusable;
  std::vector<std::uint64_t> born =
      std::vector<std::uint64_t>(kCellsPerChunk);  // Arena::forks at allocation, or kHandedOver
};

namespace {

// Never destroyed: locks of static storage duration may outlive any other static object.
class Arena {
 public:
  static Arena& instance() {
    static constinit os::Lasting<Arena> arena(
        {.before = [] { instance().mutex_.lock(); },
         .in_parent =
             [] {
               ++instance().forks_;
               instance().mutex_.unlock();
             },
         .in_child =
             [] {
               instance().current_ = nullptr;  // all that is here belongs to the parent
               instance().mutex_.unlock();
             }});
    return arena.get();
  }

  std::pair<CellChunk*, std::uint32_t> take() {
    const std::scoped_lock guard(mutex_);
    if (current_ == nullptr ||
        (current_->reusable.empty() && current_->handed_out == kCellsPerChunk)) {
      open_chunk();
    }
    CellChunk& chunk = *current_;
    std::uint32_t index = 0;
    if (!chunk.reusable.empty()) {
      index = chunk.reusable.back();
      chunk.reusable.pop_back();
      std::memset(chunk.mapping.data() + index * kCellBytes, 0, kCellBytes);
    } else {
      index = chunk.handed_out;
      const std::size_t at = index * kCellBytes;
      if (at % os::page_size() == 0)
        os::back_with_pages(chunk.fd.get(), chunk.mapping, at, os::page_size());
      ++chunk.handed_out;
    }
    chunk.born[index] = forks_;
    ++chunk.in_use;
    return {&chunk, index};
  }

  CellChunk* attach(os::UniqueFd descriptor, std::uint32_t index) {
    const os::FileIdentity identity = os::file_identity(descriptor.get());
    const std::scoped_lock guard(mutex_);
    const auto known = std::find_if(chunks_.begin(), chunks_.end(),
                                    [&](const auto& chunk) { return chunk->identity == identity; });
    CellChunk* const chunk = known != chunks_.end() ? known->get() : map(std::move(descriptor));
    chunk->born[index] = forks_;
    ++chunk->in_use;
    return chunk;
  }

  int hand_over(CellChunk& chunk, std::uint32_t index) noexcept {
    const std::scoped_lock guard(mutex_);
    chunk.born[index] = kHandedOver;
    return chunk.fd.get();
  }

  void give_back(CellChunk* chunk, std::uint32_t index) noexcept {
    const std::scoped_lock guard(mutex_);
    if (--chunk->in_use == 0 && chunk != current_) {
      std::erase_if(chunks_, [&](const auto& candidate) { return candidate.get() == chunk; });
      return;
    }
    // Chunks that are full, or a parent's, are never allocated from again: they only drain.
    if (chunk == current_ && chunk->born[index] == forks_) chunk->reusable.push_back(index);
  }

 private:
  CellChunk* map(os::UniqueFd fd) {
    auto chunk = std::make_unique<CellChunk>();
    chunk->fd = std::move(fd);
    chunk->mapping = os::Mapping(chunk->fd.get(), kChunkBytes);
    chunk->identity = os::file_identity(chunk->fd.get());
    chunk->reusable.reserve(kCellsPerChunk);  // so that freeing never allocates
    chunks_.push_back(std::move(chunk));
    return chunks_.back().get();
  }

  void open_chunk() {
    const CellChunk* const old =
        std::exchange(current_, map(os::create_memfd("libmp-cells", kChunkBytes)));
    if (old != nullptr && old->in_use == 0) {
      std::erase_if(chunks_, [&](const auto& candidate) { return candidate.get() == old; });
    }
  }

  std::mutex mutex_;
  std::uint64_t forks_ = 0;
  CellChunk* current_ = nullptr;
  std::vector<std::unique_ptr<CellChunk>> chunks_;
};

}  // namespace

UniqueCell UniqueCell::allocate() {
  const auto [chunk, index] = Arena::instance().take();
  return UniqueCell(chunk, index);
}

UniqueCell UniqueCell::attach(os::UniqueFd descriptor, std::uint64_t offset) {
  const bool is_chunk = os::file_size(descriptor.get()) == kChunkBytes;
  if (!is_chunk || offset % kCellBytes != 0 || offset >= kChunkBytes)
    throw ValueError("attach: there is no cell at offset " + std::to_string(offset));
  const auto index = static_cast<std::uint32_t>(offset / kCellBytes);
  return UniqueCell(Arena::instance().attach(std::move(descriptor), index), index);
}

UniqueCell::~UniqueCell() {
  if (chunk_ != nullptr) Arena::instance().give_back(chunk_, index_);
}

void* UniqueCell::address() const noexcept { return chunk_->mapping.data() + index_ * kCellBytes; }

int UniqueCell::share() const noexcept { return Arena::instance().hand_over(*chunk_, index_); }

CellIdentity UniqueCell::identity() const noexcept {
  return {chunk_->identity.device, chunk_->identity.inode, index_ * kCellBytes};
}

}  // namespace mp::shm
