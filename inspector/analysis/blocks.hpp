// Blocks: the shared memory of a program, who has it mapped, and whether anybody still answers for
// it.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <vector>

namespace inspector::analysis {

enum class BlockState : std::uint8_t {
  InUse,     // some living process has it mapped
  Unlinked,  // the same, and nobody else can find it any more
  Closed,    // nobody has it mapped; its maker closed it, and left the name for others to find
  Leaked,    // nobody has it mapped, its maker is dead, and the name is still there
  Gone,      // nobody has it mapped and it has no name: its memory has been given back
};

struct Block {
  const model::Object* object = nullptr;
  BlockState state = BlockState::InUse;
  std::vector<model::Puid> mappers;  // living
  std::uint64_t free_since_ns = 0;   // nobody has it mapped since then; 0 while somebody has

  [[nodiscard]] bool has_memory() const noexcept { return state != BlockState::Gone; }
};

// SharedMemory and ShareableList, which have names; Value and Array, raw ones too, which have none.
bool is_block(wire::ObjectKind kind) noexcept;
bool is_named_block(wire::ObjectKind kind) noexcept;

Block block_of(const model::Model& model, const model::Object& object);
// In the order in which they were first seen.
std::vector<Block> blocks(const model::Model& model);

// The lock that the Value or Array was given when it was made; 0 if there is none, or if several
// were made alike and nobody can tell.
model::ObjectId lock_of(const model::Model& model, const model::Object& value);

// Rule "leak": named blocks that their tree has left behind. The resource tracker gets a second to
// clean up first.
std::vector<Finding> leak_findings(const model::Model& model, const Names& names);

}  // namespace inspector::analysis
