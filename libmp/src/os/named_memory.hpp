// Blocks of memory that have a name: files in /dev/shm, where shm_open(3) and Python look for them.
#pragma once

#include "os/unique_fd.hpp"

#include <cstdint>
#include <string>

namespace mp::os {

// A block without a name as yet, all of whose pages are there: writing to it cannot raise SIGBUS. A
// process that is killed now leaves nothing behind. `name` is for the text of the OSError; a full
// /dev/shm is ENOSPC with the bytes that are needed and free.
UniqueFd make_block(std::uint64_t bytes, const std::string& name);

// False when the name is taken. Throws OSError.
bool give_name(int block, const std::string& name);

// For reading and writing. Throws OSError (ENOENT, EACCES, ...).
UniqueFd open_block(const std::string& name);

// Throws OSError.
void unlink_block(const std::string& name);

// From now on this open file counts as a holder of the block, in whatever process a copy of the
// descriptor is, until the last of them is closed or dead. Waits while remove_unheld() decides.
// False when the block has lost its name. Throws OSError.
bool hold_block(int block);

enum class Removal : std::uint8_t { Removed, Held, Missing };
// Takes the name away, unless somebody holds the block. Missing: it has no such name any more, or
// the name is another block's. Throws OSError.
Removal remove_unheld(const std::string& name, const FileIdentity& block);

// Whether blocks can be found here by what a process of that /dev/shm (its device number) says.
bool is_block_device(std::uint64_t device) noexcept;
// Whether the block is what has this name now.
bool has_name(const std::string& name, const FileIdentity& block);

}  // namespace mp::os
