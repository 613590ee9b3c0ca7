// The container half of mp::Object: reading and changing lists, tuples and dicts.
#include "serial/compare.hpp"
#include "serial/dict.hpp"
#include "serial/object_block.hpp"
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
std::size_t index_of(const Object& sequence, const Object& key) {
  if (key.kind() != Kind::Int && key.kind() != Kind::Bool) {
    throw TypeError(std::string(sequence.type_name()) + " indices must be integers, not " +
                    std::string(key.type_name()));
  }
  const std::size_t size = items_of(sequence).size();
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
  if (tag_ != Tag::Bytes) detail::throw_wrong_kind("bytes", *this);
  return std::as_bytes(std::span(ObjectAccess::raw(*this).view()));
}

std::span<const Object> Object::elements() const& {
  if (!is_sequence(*this)) detail::throw_wrong_kind("list or tuple", *this);
  return items_of(*this);
}

std::size_t Object::size() const {
  switch (tag_) {
    case Tag::Str:
      return serial::count_code_points(ObjectAccess::raw(*this).view());
    case Tag::Bytes:
      return ObjectAccess::raw(*this).size;
    case Tag::Tuple:
    case Tag::List:
      return items_of(*this).size();
    case Tag::Dict:
      return ObjectAccess::dict(*this).size();
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
  if (is_sequence(*this)) return items_of(*this)[index_of(*this, key)];
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
  if (tag_ == Tag::Dict) return find(*this, item) != nullptr;
  if (is_sequence(*this)) {
    const std::span<const Object> items = items_of(*this);
    return std::find(items.begin(), items.end(), item) != items.end();
  }
  if (tag_ == Tag::Str) return text().find(item.text()) != std::string_view::npos;
  throw_unsuitable(*this, "is not a container");
}

void Object::append(Object item) const {
  if (tag_ != Tag::List) throw_unsuitable(*this, "has no append()");
  ObjectAccess::list(*this).push_back(std::move(item));
}

void Object::set(const Object& key, Object value) const {
  if (tag_ == Tag::List) {
    value.swap(ObjectAccess::list(
        *this)[index_of(*this, key)]);  // the old one ends when the list is whole
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
    const auto at = items.begin() + static_cast<std::ptrdiff_t>(index_of(*this, key));
    const Object gone = std::move(*at);
    items.erase(at);
  } else if (tag_ == Tag::Dict) {
    Walk walk;
    bool erased = false;
    check(ObjectAccess::dict(*this).erase(key, walk, &erased), walk, "dict deletion");
    if (!erased) throw KeyError(serial::short_repr(key));
  } else {
    throw_unsuitable(*this, "does not support item deletion");
  }
}

void Object::clear() const {
  if (tag_ == Tag::List) {
    const std::vector<Object> gone = std::exchange(ObjectAccess::list(*this), {});
  } else if (tag_ == Tag::Dict) {
    const Dict gone = std::exchange(ObjectAccess::dict(*this), Dict());
  } else {
    throw_unsuitable(*this, "has no clear()");
  }
}

}  // namespace mp
