// The literals of mp::Object.
#include "serial/compare.hpp"
#include "serial/dict.hpp"
#include "serial/exception_text.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"
#include "serial/range_math.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <array>
#include <string>
#include <utility>

namespace mp {
namespace {

using serial::ObjectAccess;
using serial::Tag;

std::string_view as_text(std::span<const std::byte> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

Object require_int(const Object& bound) {
  if (bound.kind() == Kind::Int) return bound;
  if (bound.kind() == Kind::Bool) return ObjectAccess::integer(bound);
  throw TypeError("'" + std::string(bound.type_name()) +
                  "' object cannot be interpreted as an integer");
}

Object make_range(const Object& start, const Object& stop, const Object& step) {
  std::array items{require_int(start), require_int(stop), require_int(step)};
  if (items[2] == Object(0)) throw ValueError("range() arg 3 must not be zero");
  return serial::make_like_tuple(Tag::Range, items);
}

Object make_triple(Tag tag, const Object& start, const Object& stop, const Object& step) {
  std::array items{start, stop, step};
  return serial::make_like_tuple(tag, items);
}

Object make_buffer(const Object& object) {
  if (object.kind() != Kind::Bytes && object.kind() != Kind::ByteArray) {
    detail::throw_wrong_kind("bytes or bytearray", object);
  }
  std::array<Object, 2> items{object, object.kind() == Kind::Bytes};
  return serial::make_like_tuple(Tag::Buffer, items);
}

Object make_made(serial::Make make, const Object& function, const Object& args,
                 const Object& state) {
  if (args.kind() != Kind::Tuple) detail::throw_wrong_kind("tuple", args);
  Object made = serial::make_instance(make, function, args);
  ObjectAccess::instance(made).state = state;
  return made;
}

Object exception_class(std::string_view name) {
  Object found = serial::find_exception(name);
  if (found.is_none()) throw ValueError("exception(): there is no '" + std::string(name) + "'");
  return found;
}

}  // namespace

list::list(std::initializer_list<Object> items) : list(std::vector<Object>(items)) {}
list::list(std::vector<Object> items) : Object(serial::make_list(std::move(items))) {}

tuple::tuple(std::initializer_list<Object> items) : tuple(std::vector<Object>(items)) {}
tuple::tuple(std::vector<Object> items) : Object(serial::make_tuple(items)) {}

dict::dict(std::initializer_list<std::pair<Object, Object>> items)
    : Object(detail::make_dict(std::vector<std::pair<Object, Object>>(items))) {}

set::set(std::vector<Object> items) : Object(detail::make_set(std::move(items))) {}
frozenset::frozenset(std::vector<Object> items)
    : Object(detail::make_frozenset(std::move(items))) {}

bytes::bytes(std::string_view data) : Object(serial::make_bytes(data)) {}
bytes::bytes(std::span<const std::byte> data) : Object(detail::make_bytes(data)) {}

bytearray::bytearray(std::string_view data) : Object(serial::make_byte_array(data)) {}
bytearray::bytearray(std::span<const std::byte> data) : bytearray(as_text(data)) {}

PickleBuffer::PickleBuffer(const Object& object) : Object(make_buffer(object)) {}

complex::complex(double real, double imag) : Object(serial::make_complex(real, imag)) {}

range::range(const Object& start, const Object& stop, const Object& step)
    : Object(make_range(start, stop, step)) {}

range::iterator range::begin() const {
  iterator first;
  if (size() == 0) return first;
  first.left_ = size();
  first.value_ = static_cast<std::uint64_t>(elements()[0].as<std::int64_t>());
  if (first.left_ > 1) first.step_ = static_cast<std::uint64_t>(elements()[2].as<std::int64_t>());
  return first;
}

slice::slice(const Object& start, const Object& stop, const Object& step)
    : Object(make_triple(Tag::Slice, start, stop, step)) {}

global::global(std::string_view module, std::string_view qualified_name)
    : Object(serial::make_global(module, qualified_name)) {}

instance::instance(const Object& cls, const Object& args, const Object& state)
    : Object(make_made(serial::Make::NewObj, cls, args, state)) {}

reduction::reduction(const Object& function, const Object& args, const Object& state)
    : Object(make_made(serial::Make::Reduce, function, args, state)) {}

exception::exception(std::string_view class_name, std::vector<Object> args, const Object& state)
    : Object(make_made(serial::Make::Reduce,
                       serial::special_error(exception_class(class_name), args), tuple(args),
                       state)) {}

}  // namespace mp
