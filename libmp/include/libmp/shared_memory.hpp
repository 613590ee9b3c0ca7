// SharedMemory: a block of memory that processes find by its name. Python's
// multiprocessing.shared_memory.SharedMemory.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

namespace mp {
namespace shm {
struct ListBlock;
}

// SharedMemory block(mp::create, 4096);
struct Create {
  explicit Create() = default;
};
inline constexpr Create create{};

struct SharedMemoryOptions {
  std::string name = {};  // empty: psm_ and 8 random hexadecimal digits
  bool track = true;      // the resource tracker unlinks the name if it is left over: see below
};

struct AttachOptions {
  bool track = true;  // this process counts as one that holds the block
};

// A handle of a block of /dev/shm; copies are handles of the same mapping, and close() closes it
// for all of them. Programs that know nothing of libmp may use the same block: it is what Python's
// SharedMemory and shm_open(3) make, and has no head.
// Threads: any; close() must be alone. Processes: the bytes are shared, and guarded by nobody.
// Travels: as an argument of a Process, by descriptor; in a Queue and in pickles by name.
// fork: the child has the mapping, and counts as one that holds the block.
// Fails: OSError (ENOENT, EEXIST, EACCES, ...) as Python's; ENOSPC, with the bytes needed and free,
//   when /dev/shm is full: a block has all of its pages from the start. One that another program
//   made may lack some: a full /dev/shm is SIGBUS there, as is a block that somebody cuts short.
//
//   The name stays after close() and after the end of this process, until
//     unlink()                                                        whoever calls it
//     its maker ends without having closed it, and nobody holds it    a kill, an exit() in the
//     middle the last process of the maker's tree has ended                  if nobody of another
//     tree holds it
//   In the last two cases the tracker unlinks it and says so on stderr. See
//   doc/resource_tracker.md.
//
// Differs from Python: who merely attaches a block is never the reason for its removal.
class SharedMemory {
 public:
  // A new block of `size` bytes, all zero. ValueError unless that is positive.
  SharedMemory(Create, std::int64_t size, SharedMemoryOptions options = {},
               std::source_location site = std::source_location::current());
  // The block of this name, whole. ValueError if the name is empty or holds a zero byte, or the
  // block has no bytes.
  explicit SharedMemory(std::string_view name, AttachOptions options = {},
                        std::source_location site = std::source_location::current());

  // Copies only: a block that was moved from is still a block.
  SharedMemory(const SharedMemory&) = default;
  SharedMemory& operator=(const SharedMemory&) = default;
  ~SharedMemory() = default;

  // Without the slash in front.
  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] std::size_t size() const noexcept;  // bytes; also after close()
  // Valid until close(), or the end of the last handle. ValueError after close().
  [[nodiscard]] std::span<std::byte> buf() const;

  // This process does without it from now on. Does nothing the second time.
  void close() noexcept;
  // Takes the name away; who has the block keeps it. Possible after close(). OSError (ENOENT) if
  // the name is gone.
  void unlink();

 private:
  friend struct detail::Archiver<SharedMemory>;
  friend struct shm::ListBlock;

  struct Block;
  explicit SharedMemory(std::shared_ptr<Block> block) noexcept : block_(std::move(block)) {}

  std::shared_ptr<Block> block_;
};

// SharedMemory('psm_6e1f02aa', size=4096)
[[nodiscard]] std::string repr(const SharedMemory& block);

template <>
struct detail::Archiver<SharedMemory> {
  static void write(OutArchive& archive, const SharedMemory& value);
  static SharedMemory make(InArchive& archive);
  static void read(InArchive& archive, SharedMemory& value) { value = make(archive); }
};

// In a pickle: Python's SharedMemory. Attaches when it is read.
template <>
struct detail::ObjectCodec<SharedMemory> {
  static Object to(const SharedMemory& value);
  static SharedMemory from(const Object& object);
};

}  // namespace mp
