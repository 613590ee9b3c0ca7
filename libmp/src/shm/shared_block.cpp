#include "shm/shared_block.hpp"

#include "base/site.hpp"
#include "base/type_name.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <cstdint>
#include <limits>
#include <utility>

namespace mp {
namespace shm {

SharedBlock::SharedBlock(UniqueBlock memory, const detail::BlockShape& shape, std::string name,
                         std::string site, const std::source_location& where)
    : memory_(std::move(memory)),
      is_array_(shape.is_array),
      count_(shape.count),
      name_(std::move(name)),
      site_(std::move(site)) {
  const BlockIdentity identity = memory_.identity();
  probe_ = probe::announce(
      {.kind = is_array_ ? wire::ObjectKind::Array : wire::ObjectKind::Value,
       .identity = {identity.device, identity.inode, identity.offset},
       .name = name_,
       .type = probe::off() ? std::string() : short_type_name(*shape.type),
       .site = where,
       .capacity = shape.count * shape.item_bytes,
       .how = where.line() == 0 ? wire::Acquired::Received : wire::Acquired::Created});
}

std::string SharedBlock::text() const {
  const std::string noun = is_array_ ? "Array" : "Value";
  if (!name_.empty()) return noun + " '" + name_ + "'";
  return noun + " (" + site_ + ")";
}

}  // namespace shm

namespace detail {

BlockCore make_block(const BlockShape& shape, std::string_view name,
                     const std::source_location& site) {
  if (shape.count > std::numeric_limits<std::size_t>::max() / shape.item_bytes)
    throw OverflowError("Array: " + std::to_string(shape.count) + " items of " +
                        std::to_string(shape.item_bytes) + " bytes are too many");
  return std::make_shared<shm::SharedBlock>(
      shm::UniqueBlock::allocate(shape.count * shape.item_bytes), shape, std::string(name),
      site_text(site), site);
}

std::string block_lock_name(std::string_view noun, std::string_view name,
                            const std::source_location& site) {
  if (!name.empty()) return "lock of " + std::string(name);
  return "lock of " + std::string(noun) + " (" + site_text(site) + ")";
}

void* block_address(const shm::SharedBlock& block) noexcept { return block.memory().address(); }
std::size_t block_count(const shm::SharedBlock& block) noexcept { return block.count(); }

void block_pack(OutArchive& archive, const char* noun, const shm::SharedBlock& block) {
  Luggage& luggage = archive.luggage(noun);
  archive(luggage.pack(block.memory().share()), block.memory().identity().offset,
          std::uint64_t{block.count()}, block.name(), block.site());
}

BlockCore block_unpack(InArchive& archive, const char* noun, BlockShape shape) {
  std::uint32_t number = 0;
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  std::string name;
  std::string site;
  archive(number, offset, count, name, site);
  if (!shape.is_array && count != shape.count)
    throw UnpicklingError(std::string(noun) + ": " + std::to_string(count) + " items instead of " +
                          std::to_string(shape.count));
  if (count > std::numeric_limits<std::size_t>::max() / shape.item_bytes)
    throw UnpicklingError(std::string(noun) + ": " + std::to_string(count) + " items");
  shape.count = static_cast<std::size_t>(count);
  std::shared_ptr<void>& made = archive.luggage(noun).made_of(number, offset);
  if (made == nullptr) {
    os::UniqueFd file(archive.luggage(noun).share(number));
    made = std::make_shared<shm::SharedBlock>(
        shm::UniqueBlock::attach(std::move(file), offset, shape.count * shape.item_bytes), shape,
        std::move(name), std::move(site), std::source_location());
  }
  return std::static_pointer_cast<shm::SharedBlock>(made);
}

void throw_no_lock(const shm::SharedBlock& block, const char* operation) {
  throw AttributeError(block.text() + ": " + operation +
                       " of an object that was made without lock");
}
void throw_bad_index(const shm::SharedBlock& block, std::string_view index) {
  throw IndexError(block.text() + ": index " + std::string(index) + " out of range, it has " +
                   std::to_string(block.count()) + " items");
}
void throw_other_size(const shm::SharedBlock& block, std::size_t room, std::size_t given) {
  throw ValueError(block.text() + ": can only assign a sequence of the same size, not " +
                   std::to_string(given) + " items to " + std::to_string(room));
}
void throw_too_long(const shm::SharedBlock& block, std::size_t room, std::size_t given) {
  throw ValueError(block.text() + ": the text is too long, " + std::to_string(given) +
                   " characters for " + std::to_string(room));
}
void throw_bad_size(std::string_view size) {
  throw ValueError("Array: the size must not be negative, and is " + std::string(size));
}
void throw_bad_step() { throw ValueError("Array: the step of a slice must not be zero"); }
void throw_does_not_fit(std::string_view number) {
  throw OverflowError("Array: " + std::string(number) + " does not fit into an item");
}

}  // namespace detail
}  // namespace mp
