// Arena: one memfd, and what this process knows of it: which parts are free, and which have memory
// below them.
#pragma once

#include "os/memory.hpp"
#include "os/unique_fd.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace mp::shm {

// Blocks begin and end at multiples of this: no two share a cache line.
inline constexpr std::size_t kGranule = 64;

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] std::size_t size() const noexcept { return end - begin; }
  [[nodiscard]] bool empty() const noexcept { return begin >= end; }
  bool operator==(const Range&) const = default;
};

// The bookkeeping is private to a process, on purpose: whoever is killed in the middle of it takes
// it along, and nobody else has to make sense of the rest. The memory itself belongs to the file,
// and the file to whoever has it open or mapped.
// Threads: none of its own protection.
class Arena {
 public:
  // A new file, all of it free. `bytes` is a multiple of the page size. Throws OSError.
  explicit Arena(std::size_t bytes);
  // A relative's file. Nothing of it is free here. Throws OSError.
  explicit Arena(os::UniqueFd file);

  // The lowest place for `bytes`, a multiple of kGranule: zeros, with memory below them. Empty when
  // there is none. Throws OSError (ENOMEM, ENOSPC) when the machine is full; nothing is taken then.
  std::optional<Range> take(std::size_t bytes);
  // Makes it free again.
  void put(Range block) noexcept;
  // Gives the memory below all that is free back to the machine.
  void sweep() noexcept;

  [[nodiscard]] const std::vector<Range>& free() const noexcept { return free_; }
  [[nodiscard]] bool is_all_free() const noexcept {
    return free_.size() == 1 && free_.front().size() == size();
  }
  // Bytes with memory below them, as far as this process has put it there.
  [[nodiscard]] std::size_t backed_bytes() const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return mapping_.size(); }
  [[nodiscard]] std::byte* data() const noexcept { return mapping_.data(); }
  [[nodiscard]] int descriptor() const noexcept { return file_.get(); }
  [[nodiscard]] const os::FileIdentity& identity() const noexcept { return identity_; }

 private:
  void back(Range block);
  void set_backed(std::size_t first_page, std::size_t last_page, bool backed) noexcept;

  os::UniqueFd file_;
  os::Mapping mapping_;
  os::FileIdentity identity_;
  std::vector<Range> free_;  // ascending, never adjacent; has room for what put() adds
  std::size_t taken_ = 0;    // blocks
  std::size_t hopeless_ = ~std::size_t{0};  // nothing of this size or more is free
  std::vector<bool> backed_;                // by page
  std::size_t freed_since_sweep_ = 0;       // bytes
};

}  // namespace mp::shm
