// Modules: the program and its shared libraries as they lie in memory, told apart by their
// build-ids. How the address of a function means the same in two processes of one program, wherever
// each has loaded it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mp::os {

// What the linker has noted of a module's contents. A module without such a note is known by a
// digest of its code.
struct BuildId {
  std::uint8_t size = 0;
  std::array<std::byte, 32> bytes{};
  bool operator==(const BuildId&) const = default;
};
std::string to_string(const BuildId& id);  // in hexadecimal, as `readelf -n` shows it

// A place in the code of some module.
struct CodePlace {
  BuildId module;
  std::uint64_t offset = 0;  // from the module's load address
  std::string path;          // of the module's file; empty for the program itself
};

// Empty when the address lies in no module's code (generated at run time, or no code at all).
std::optional<CodePlace> place_of(const void* code);

// The address here. Null when no module with that build-id is loaded, not even after an attempt to
// load it from its path, or when the offset lies outside of its code.
const void* find_code(const CodePlace& place);

// Of the program itself.
BuildId program_build_id();

// The file of this very program, to be executed again: its path while that still leads to it, else
// the kernel's own link, which works also when the file was replaced or deleted.
std::string program_file();

}  // namespace mp::os
