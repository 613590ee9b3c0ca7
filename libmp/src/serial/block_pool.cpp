#include "serial/block_pool.hpp"

#include <utility>

namespace mp::serial {

constinit thread_local std::array<BlockPool::Shelf, BlockPool::kLargest / BlockPool::kStep>
    BlockPool::shelves_{};
constinit thread_local bool BlockPool::closed_ = false;

BlockPool::Cleaner::~Cleaner() {
  closed_ = true;
  for (Shelf& shelf : shelves_) {
    while (shelf.first != nullptr) std::free(std::exchange(shelf.first, shelf.first->next));
  }
}

bool BlockPool::open() noexcept {
  if (closed_) return false;
  static thread_local Cleaner cleaner;  // the first block that is kept asks for the clean-up
  (void)cleaner;
  return true;
}

}  // namespace mp::serial
