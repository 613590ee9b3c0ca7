// Instances: exceptions and objects of classes that are not known here, as the call that makes them
// and the state they are given then. So they can be read, compared, printed and passed on
// unchanged.
#pragma once

#include "serial/globals.hpp"
#include "serial/object_block.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace mp::serial {

// How the other side makes one.
enum class Make : std::uint8_t {
  Reduce,       // function(*arguments)
  NewObj,       // cls.__new__(cls, *arguments)
  NewObjEx,     // cls.__new__(cls, *arguments[0], **arguments[1])
  Reconstruct,  // like NewObj, without arguments; protocols 0 and 1 write object.__new__(cls)
};

Object make_instance(Make make, Object function, Object arguments);
bool is_exception(const Object& object) noexcept;

}  // namespace mp::serial

namespace mp::detail {

struct InstanceBlock : Block {
  InstanceBlock(serial::Make how, Object what, Object with) noexcept
      : make(how), function(std::move(what)), arguments(std::move(with)) {}

  serial::Make make;
  Object function;   // mostly a global
  Object arguments;  // a tuple
  Object state;      // for __setstate__ or __dict__; None if there is none
  Object setter;     // a function that takes (object, state) instead; None if there is none
  std::vector<Object> appended;  // what its append() or extend() is given
  std::vector<Object> pairs;     // key, value, key, value, ... for its __setitem__
};

inline InstanceBlock& ObjectAccess::instance(const Object& object) noexcept {
  return *static_cast<InstanceBlock*>(object.block_);
}

}  // namespace mp::detail
