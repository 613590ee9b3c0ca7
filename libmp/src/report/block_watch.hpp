// BlockWatch: which of the blocks of shared memory that a tree has declared still have their name. Who takes a name
// away need not be one of the tree: the resource tracker does it, and any other program may.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "wire/event.hpp"

namespace mp::report {

class BlockWatch {
 public:
  // Learns of new blocks from declarations. Others' mounts and names that may have been cut off are passed over.
  void learn(const wire::Batch& news);

  // Looks at all names, unless it did so a moment ago, and says which are gone. A name is there before its declaration.
  void look(wire::Batch& into, std::uint64_t now_ns);

  // Some block still has its name.
  [[nodiscard]] bool has_names() const noexcept { return !blocks_.empty(); }

 private:
  struct Block {
    std::string name;
    std::uint64_t process = 0;  // who declared it first
    std::uint32_t object = 0;   // its handle there
  };

  std::map<std::pair<std::uint64_t, std::uint64_t>, Block> blocks_;  // by device and inode
  std::uint64_t next_look_ns_ = 0;
};

}  // namespace mp::report
