// Globals: classes and functions by module and name, as a pickle names them. They are names only:
// nothing here can call one.
#pragma once

#include "serial/object_block.hpp"
#include <libmp/object.hpp>

#include <cstdint>
#include <string_view>

namespace mp::serial {

// The ones that mean something here. All others are carried along.
enum class Known : std::uint8_t {
  No,
  ByteArray,
  Bytes,
  CodecsEncode,
  Complex,
  FrozenSet,
  Getattr,
  List,
  NewObj,    // copyreg.__newobj__
  NewObjEx,  // copyreg.__newobj_ex__
  Object,    // builtins.object
  Range,
  Reconstructor,  // copyreg._reconstructor
  Set,
  Slice,
  OSError,      // it and its subclasses: their text is made otherwise
  KeyError,     // so is this one's
  RemoteError,  // and this one's
  Exception,    // all other exceptions of Python and of multiprocessing
};

constexpr bool is_class(Known known) noexcept {
  return known != Known::No && known != Known::CodecsEncode && known != Known::Getattr &&
         known != Known::NewObj && known != Known::NewObjEx && known != Known::Reconstructor;
}
constexpr bool is_exception(Known known) noexcept { return known >= Known::OSError; }

// A known one is one object for the whole process; of the others each call makes its own.
Object make_global(const Object& module, const Object& name);
Object make_global(std::string_view module, std::string_view name);
// Requires: not No, nor one that stands for many.
const Object& known_global(Known known);
// The exception class called so: one of the built-in ones, or "module.Name". None if there is none.
Object find_exception(std::string_view name);

// "builtins.KeyError"
std::string full_name(const Object& global);

}  // namespace mp::serial

namespace mp::detail {

struct GlobalBlock : Block {
  GlobalBlock(Object of_module, Object of_name, serial::Known which) noexcept
      : module(std::move(of_module)), name(std::move(of_name)), known(which) {}

  Object module;  // both are str
  Object name;    // qualified: "Outer.Inner"
  serial::Known known;
};

inline GlobalBlock& ObjectAccess::global(const Object& object) noexcept {
  return *static_cast<GlobalBlock*>(object.block_);
}

}  // namespace mp::detail
