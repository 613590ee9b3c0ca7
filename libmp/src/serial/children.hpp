// What lies directly inside an Object: for walks that must meet everything.
#pragma once

#include "serial/dict.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"

namespace mp::serial {

// Calls `visit(const Object&)` for each. A global's names are texts, and are not shown.
template <class Visit>
void for_each_child(const Object& object, Visit&& visit) {
  const Tag tag = ObjectAccess::tag(object);
  if (is_sequence(tag)) {
    for (const Object& item : ObjectAccess::items(object)) visit(item);
  } else if (tag == Tag::Dict || is_set(tag)) {
    ObjectAccess::dict(object).for_each([&](const Dict::Entry& entry) {
      visit(entry.key);
      visit(entry.value);
      return true;
    });
  } else if (tag == Tag::Instance) {
    const detail::InstanceBlock& instance = ObjectAccess::instance(object);
    for (const Object* part :
         {&instance.function, &instance.arguments, &instance.state, &instance.setter}) {
      visit(*part);
    }
    for (const Object& item : instance.appended) visit(item);
    for (const Object& item : instance.pairs) visit(item);
  }
}

// What can be changed after it was made, and so can come to contain itself.
constexpr bool may_close_a_cycle(Tag tag) noexcept {
  return tag == Tag::List || tag == Tag::Dict || tag == Tag::Set || tag == Tag::Instance;
}

}  // namespace mp::serial
