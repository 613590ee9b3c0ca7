// The compiled part of every Value and Array: one block of shared memory, and what every process
// keeps of it.
#pragma once

#include <libmp/detail/archive.hpp>

#include <cstddef>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

namespace mp::shm {
class SharedBlock;
}

namespace mp::detail {

using BlockCore = std::shared_ptr<shm::SharedBlock>;

// What lies in it.
struct BlockShape {
  bool is_array = false;
  const std::type_info* type = nullptr;
  std::size_t item_bytes = 0;
  std::size_t count = 1;
};

// Zeros, aligned to 64. Throws OSError, which names needed and free bytes.
BlockCore make_block(const BlockShape& shape, std::string_view name,
                     const std::source_location& site);
// What the lock of a Value or an Array (`noun`) of this name is called: "lock of counter", or
// without a name "lock of Value (main.cpp:12)".
std::string block_lock_name(std::string_view noun, std::string_view name,
                            const std::source_location& site);
void* block_address(const shm::SharedBlock& block) noexcept;

// As an argument of a Process: the same block there. `noun` ("Value") is named in the RuntimeError
// for an archive that carries no descriptors. UnpicklingError when the block is not of that shape;
// its count is taken as it comes.
void block_pack(OutArchive& archive, const char* noun, const shm::SharedBlock& block);
BlockCore block_unpack(InArchive& archive, const char* noun, BlockShape shape);
std::size_t block_count(const shm::SharedBlock& block) noexcept;

// `Array 'cells': ` or `Array (main.cpp:12): ` before what went wrong.
[[noreturn]] void throw_no_lock(const shm::SharedBlock& block, const char* operation);
[[noreturn]] void throw_bad_index(const shm::SharedBlock& block, std::string_view index);
[[noreturn]] void throw_other_size(const shm::SharedBlock& block, std::size_t room,
                                   std::size_t given);
[[noreturn]] void throw_too_long(const shm::SharedBlock& block, std::size_t room,
                                 std::size_t given);
[[noreturn]] void throw_bad_size(std::string_view size);
[[noreturn]] void throw_bad_step();
[[noreturn]] void throw_does_not_fit(std::string_view number);

// Processes copy it and pick it up at other addresses, without calling any code of its own.
template <class T>
consteval void require_shareable() {
  static_assert(std::is_trivially_copyable_v<T> && !std::is_const_v<T>,
                "What lies in shared memory must be trivially copyable: numbers, and structs of "
                "them.");
  static_assert(alignof(T) <= 64, "Blocks of shared memory are aligned to 64.");
}

template <class T>
BlockShape shape_of(bool is_array, std::size_t count) noexcept {
  require_shareable<T>();
  return {is_array, &typeid(T), sizeof(T), count};
}

}  // namespace mp::detail
