// SharedBlock: what each process has of a Value or an Array: its memory, what it is called, and its
// handle in the probes.
#pragma once

#include "probe/probe.hpp"
#include "shm/heap.hpp"
#include <libmp/detail/value_block.hpp>

#include <cstddef>
#include <string>

namespace mp::shm {

class SharedBlock {
 public:
  // `site`, where it was made, is empty in `where` for one that was received.
  SharedBlock(UniqueBlock memory, const detail::BlockShape& shape, std::string name,
              std::string site, const std::source_location& where);
  SharedBlock(const SharedBlock&) = delete;
  SharedBlock& operator=(const SharedBlock&) = delete;
  ~SharedBlock() { probe::retire(probe_); }

  // For messages: "Array 'cells'", or if it has no name "Array (main.cpp:12)".
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const UniqueBlock& memory() const noexcept { return memory_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::string& site() const noexcept { return site_; }

 private:
  UniqueBlock memory_;
  bool is_array_;
  std::size_t count_;
  std::string name_;
  std::string site_;
  probe::Handle probe_;
};

}  // namespace mp::shm
