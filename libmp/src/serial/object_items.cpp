// The container half of mp::Object: reading and changing what has items or parts.
#include "serial/compare.hpp"
#include "serial/dict.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"
#include "serial/range_math.hpp"
#include "serial/text.hpp"
#include "serial/utf8.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <algorithm>
#include <string>

namespace mp {
namespace {

using serial::Dict;
using serial::ObjectAccess;
using serial::Tag;
using serial::Walk;
using serial::WalkOutcome;

void check(WalkOutcome outcome, const Walk& walk, const char* doing) {
  if (outcome != WalkOutcome::Done) serial::throw_walk(outcome, walk, doing);
}

[[noreturn]] void throw_unsuitable(const Object& object, const char* what) {
  throw TypeError("'" + std::string(object.type_name()) + "' object " + what);
}

std::span<const Object> items_of(const Object& object) { return ObjectAccess::items(object); }

bool is_sequence(const Object& object) {
  return object.kind() == Kind::List || object.kind() == Kind::Tuple;
}

// Python's index: from the end if negative.
std::size_t index_of(const Object& sequence, const Object& key, std::size_t size) {
  if (key.kind() != Kind::Int && key.kind() != Kind::Bool) {
    throw TypeError(std::string(sequence.type_name()) + " indices must be integers, not " +
                    std::string(key.type_name()));
  }
  if (ObjectAccess::tag(key) != Tag::BigInt) {
    const std::int64_t given = ObjectAccess::integer(key);
    const std::int64_t index = given < 0 ? given + static_cast<std::int64_t>(size) : given;
    if (index >= 0 && index < static_cast<std::int64_t>(size)) {
      return static_cast<std::size_t>(index);
    }
  }
  throw IndexError(std::string(sequence.type_name()) + " index out of range: " +
                   serial::short_repr(key) + " of " + std::to_string(size) + " items");
}

const detail::InstanceBlock& instance_of(const Object& object) {
  if (ObjectAccess::tag(object) != Tag::Instance) {
    detail::throw_wrong_kind("an exception or instance", object);
  }
  return ObjectAccess::instance(object);
}

std::size_t range_length(const Object& range) {
  const std::optional<serial::Bounds> bounds = serial::bounds_of(range);
  if (!bounds.has_value()) throw OverflowError("range: bounds beyond 64 bits");
  return serial::length_of(*bounds);
}

Object range_item(const Object& range, const Object& key) {
  const std::size_t length = range_length(range);
  const serial::Bounds bounds = *serial::bounds_of(range);
  const std::size_t index = index_of(range, key, length);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(bounds.start) +
                                   index * static_cast<std::uint64_t>(bounds.step));
}

bool range_contains(const Object& range, const Object& item) {
  if (item.kind() != Kind::Int && item.kind() != Kind::Bool) return false;
  (void)range_length(range);  // refuses what cannot be computed with
  return ObjectAccess::tag(item) != Tag::BigInt &&
         serial::holds(*serial::bounds_of(range), ObjectAccess::integer(item));
}

const Dict::Entry* find(const Object& dict, const Object& key) {
  Walk walk;
  const Dict::Entry* found = nullptr;
  check(ObjectAccess::dict(dict).find(key, walk, &found), walk, "dict lookup");
  return found;
}

}  // namespace

std::string_view Object::text() const& {
  if (tag_ != Tag::Str) detail::throw_wrong_kind("str", *this);
  return ObjectAccess::raw(*this).view();
}

std::span<const std::byte> Object::raw_bytes() const& {
  if (tag_ != Tag::Bytes && tag_ != Tag::ByteArray && tag_ != Tag::Buffer) {
    detail::throw_wrong_kind("bytes", *this);
  }
  return std::as_bytes(std::span(serial::bytes_of(*this)));
}

std::span<const Object> Object::elements() const& {
  if (!serial::is_sequence(tag_) || tag_ == Tag::Buffer) {
    detail::throw_wrong_kind("list or tuple", *this);
  }
  return items_of(*this);
}

std::vector<Object> Object::members() const {
  if (!serial::is_set(tag_)) detail::throw_wrong_kind("set", *this);
  std::vector<Object> out;
  out.reserve(size());
  ObjectAccess::dict(*this).for_each([&](const Dict::Entry& entry) {
    out.push_back(entry.key);
    return true;
  });
  return out;
}

std::string_view Object::module() const& {
  if (tag_ != Tag::Global) detail::throw_wrong_kind("a class or function", *this);
  return ObjectAccess::global(*this).module.text();
}

std::string_view Object::name() const& {
  if (tag_ != Tag::Global) detail::throw_wrong_kind("a class or function", *this);
  return ObjectAccess::global(*this).name.text();
}

const Object& Object::function() const& { return instance_of(*this).function; }
const Object& Object::args() const& { return instance_of(*this).arguments; }
const Object& Object::state() const& { return instance_of(*this).state; }

std::size_t Object::size() const {
  switch (tag_) {
    case Tag::Str:
      return serial::count_code_points(ObjectAccess::raw(*this).view());
    case Tag::Bytes:
    case Tag::ByteArray:
    case Tag::Buffer:
      return serial::bytes_of(*this).size();
    case Tag::Tuple:
    case Tag::List:
      return items_of(*this).size();
    case Tag::Dict:
    case Tag::Set:
    case Tag::FrozenSet:
      return ObjectAccess::dict(*this).size();
    case Tag::Range:
      return range_length(*this);
    default:
      throw_unsuitable(*this, "has no len()");
  }
}

std::vector<std::pair<Object, Object>> Object::items() const {
  if (tag_ != Tag::Dict) detail::throw_wrong_kind("dict", *this);
  const Dict& dict = ObjectAccess::dict(*this);
  std::vector<std::pair<Object, Object>> out;
  out.reserve(dict.size());
  dict.for_each([&](const Dict::Entry& entry) {
    out.emplace_back(entry.key, entry.value);
    return true;
  });
  return out;
}

Object Object::operator[](const Object& key) const {
  if (is_sequence(*this)) return items_of(*this)[index_of(*this, key, items_of(*this).size())];
  if (tag_ == Tag::Range) return range_item(*this, key);
  if (tag_ != Tag::Dict) throw_unsuitable(*this, "cannot be indexed");
  const Dict::Entry* found = find(*this, key);
  if (found == nullptr) throw KeyError(serial::short_repr(key));
  return found->value;
}

Object Object::get(const Object& key, const Object& fallback) const {
  if (tag_ != Tag::Dict) detail::throw_wrong_kind("dict", *this);
  const Dict::Entry* found = find(*this, key);
  return found == nullptr ? fallback : found->value;
}

bool Object::contains(const Object& item) const {
  if (tag_ == Tag::Dict || serial::is_set(tag_)) return find(*this, item) != nullptr;
  if (is_sequence(*this)) {
    const std::span<const Object> items = items_of(*this);
    return std::find(items.begin(), items.end(), item) != items.end();
  }
  if (tag_ == Tag::Str) return text().find(item.text()) != std::string_view::npos;
  if (tag_ == Tag::Range) return range_contains(*this, item);
  throw_unsuitable(*this, "is not a container");
}

void Object::append(Object item) const {
  if (tag_ == Tag::ByteArray) {
    ObjectAccess::byte_array(*this).push_back(static_cast<char>(item.as<std::uint8_t>()));
  } else if (tag_ == Tag::List) {
    ObjectAccess::list(*this).push_back(std::move(item));
  } else {
    throw_unsuitable(*this, "has no append()");
  }
}

void Object::add(Object item) const {
  if (tag_ != Tag::Set) throw_unsuitable(*this, "has no add()");
  Walk walk;
  check(ObjectAccess::dict(*this).set(std::move(item), Object(), walk), walk, "set.add");
}

void Object::set(const Object& key, Object value) const {
  if (tag_ == Tag::List) {
    auto& items = ObjectAccess::list(*this);
    value.swap(items[index_of(*this, key, items.size())]);  // the old one ends when all is whole
  } else if (tag_ == Tag::Dict) {
    Walk walk;
    check(ObjectAccess::dict(*this).set(Object(key), std::move(value), walk), walk,
          "dict assignment");
  } else {
    throw_unsuitable(*this, "does not support item assignment");
  }
}

void Object::erase(const Object& key) const {
  if (tag_ == Tag::List) {
    auto& items = ObjectAccess::list(*this);
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(index_of(*this, key, items.size()));
    const Object gone = std::move(*at);
    items.erase(at);
  } else if (tag_ == Tag::Dict || tag_ == Tag::Set) {
    Walk walk;
    bool erased = false;
    check(ObjectAccess::dict(*this).erase(key, walk, &erased), walk, "deletion");
    if (!erased) throw KeyError(serial::short_repr(key));
  } else {
    throw_unsuitable(*this, "does not support item deletion");
  }
}

void Object::clear() const {
  if (tag_ == Tag::List) {
    const std::vector<Object> gone = std::exchange(ObjectAccess::list(*this), {});
  } else if (tag_ == Tag::Dict || tag_ == Tag::Set) {
    const Dict gone = std::exchange(ObjectAccess::dict(*this), Dict());
  } else if (tag_ == Tag::ByteArray) {
    ObjectAccess::byte_array(*this).clear();
  } else if (tag_ == Tag::Instance) {
    detail::InstanceBlock& instance = ObjectAccess::instance(*this);
    const Object arguments = std::exchange(instance.arguments, tuple());
    const Object state = std::exchange(instance.state, Object());
    const std::vector<Object> appended = std::exchange(instance.appended, {});
    const std::vector<Object> pairs = std::exchange(instance.pairs, {});
  } else {
    throw_unsuitable(*this, "has no clear()");
  }
}

}  // namespace mp
