// repr() for texts of errors: bounded, never failing on what it is given.
#pragma once

#include <libmp/object.hpp>

#include <string>

namespace mp::serial {

// At most about 60 characters; containers are abbreviated to their type and size.
std::string short_repr(const Object& object);

}  // namespace mp::serial
