#include "serial/big_int.hpp"
#include "serial/compare.hpp"
#include "serial/dict.hpp"
#include "serial/float_text.hpp"
#include "serial/object_block.hpp"
#include "serial/text.hpp"
#include <libmp/detail/object_convert.hpp>
#include <libmp/exceptions.hpp>

#include <cmath>
#include <limits>
#include <string>

namespace mp::detail {

void throw_wrong_kind(std::string_view expected, const Object& actual) {
  std::string text = "expected ";
  text.append(expected).append(", got ").append(actual.type_name());
  if (!actual.is_none()) text.append(" (").append(serial::short_repr(actual)).append(")");
  throw TypeError(text);
}

void throw_out_of_range(const Object& actual, bool is_signed, std::size_t bits) {
  std::string text = "int ";
  if (ObjectAccess::tag(actual) == Tag::BigInt) {
    text.append("of ").append(std::to_string(ObjectAccess::raw(actual).size)).append(" bytes");
  } else {
    text.append(serial::short_repr(actual));
  }
  text.append(" does not fit into ").append(is_signed ? "a signed " : "an unsigned ");
  throw OverflowError(text + std::to_string(bits) + "-bit integer");
}

void throw_wrong_count(std::string_view what, std::size_t expected, std::size_t actual) {
  throw ValueError("expected a " + std::string(what) + " of " + std::to_string(expected) +
                   " items, got " + std::to_string(actual));
}

void throw_no_alternative(const Object& object, std::size_t alternatives) {
  throw_wrong_kind("one of the " + std::to_string(alternatives) + " alternatives of a variant",
                   object);
}

namespace {

Object make_any_set(Tag tag, std::vector<Object> items) {
  Object out = serial::make_empty_set(tag);
  serial::Dict& members = ObjectAccess::dict(out);
  members.reserve(items.size());
  for (Object& item : items) {
    serial::Walk walk;
    const serial::WalkOutcome outcome = members.set(std::move(item), Object(), walk);
    if (outcome != serial::WalkOutcome::Done) serial::throw_walk(outcome, walk, "set");
  }
  return out;
}

void require_int(const Object& object) {
  if (object.kind() != Kind::Int && object.kind() != Kind::Bool) throw_wrong_kind("int", object);
}

}  // namespace

std::int64_t to_signed(const Object& object, std::int64_t low, std::int64_t high,
                       std::size_t bits) {
  require_int(object);
  if (ObjectAccess::tag(object) == Tag::BigInt) throw_out_of_range(object, true, bits);
  const std::int64_t value = ObjectAccess::integer(object);
  if (value < low || value > high) throw_out_of_range(object, true, bits);
  return value;
}

std::uint64_t to_unsigned(const Object& object, std::uint64_t high, std::size_t bits) {
  require_int(object);
  if (ObjectAccess::tag(object) == Tag::BigInt) {
    // The one form that is beyond int64 and still fits uint64: eight bytes and a zero for the sign.
    const std::string_view value = ObjectAccess::raw(object).view();
    if (value.size() == 9 && value.back() == '\0' && bits == 64) {
      return static_cast<std::uint64_t>(*serial::to_int64(value.substr(0, 8)));
    }
    throw_out_of_range(object, false, bits);
  }
  const std::int64_t value = ObjectAccess::integer(object);
  if (value < 0 || static_cast<std::uint64_t>(value) > high) {
    throw_out_of_range(object, false, bits);
  }
  return static_cast<std::uint64_t>(value);
}

double to_double(const Object& object) {
  if (object.kind() == Kind::Float) return ObjectAccess::real(object);
  if (object.kind() != Kind::Int && object.kind() != Kind::Bool) throw_wrong_kind("float", object);
  if (ObjectAccess::tag(object) != Tag::BigInt) {
    return static_cast<double>(ObjectAccess::integer(object));
  }
  const double value = serial::to_double(ObjectAccess::raw(object).view());
  if (std::isinf(value)) throw OverflowError("int too large to convert to float");
  return value;
}

float to_float(const Object& object) {
  const double value = to_double(object);
  if (std::isfinite(value) && std::fabs(value) > std::numeric_limits<float>::max()) {
    throw OverflowError("float " + serial::float_text(value) + " does not fit into a 32-bit float");
  }
  return static_cast<float>(value);
}

bool to_bool(const Object& object) {
  if (object.kind() != Kind::Bool) throw_wrong_kind("bool", object);
  return ObjectAccess::integer(object) != 0;
}

std::span<const Object> to_sequence(const Object& object, std::string_view expected) {
  if (object.kind() != Kind::List && object.kind() != Kind::Tuple) {
    throw_wrong_kind(expected, object);
  }
  return ObjectAccess::items(object);
}

std::vector<std::pair<Object, Object>> to_pairs(const Object& object) { return object.items(); }

std::complex<double> to_complex(const Object& object) {
  if (object.kind() != Kind::Complex) {
    const bool number =
        object.kind() == Kind::Int || object.kind() == Kind::Bool || object.kind() == Kind::Float;
    if (!number) throw_wrong_kind("complex", object);
    return to_double(object);
  }
  const ComplexBlock& value = ObjectAccess::complex(object);
  return {value.real, value.imag};
}

Object make_set(std::vector<Object> items) { return make_any_set(Tag::Set, std::move(items)); }

Object make_frozenset(std::vector<Object> items) {
  return make_any_set(Tag::FrozenSet, std::move(items));
}

Object make_complex(std::complex<double> value) {
  return serial::make_complex(value.real(), value.imag());
}

Object make_bytes(std::span<const std::byte> data) {
  return serial::make_bytes({reinterpret_cast<const char*>(data.data()), data.size()});
}

Object make_list(std::vector<Object> items) { return serial::make_list(std::move(items)); }

Object make_tuple(std::vector<Object> items) { return serial::make_tuple(items); }

Object make_dict(std::vector<std::pair<Object, Object>> items) {
  Object out = serial::make_empty_dict();
  serial::Dict& dict = ObjectAccess::dict(out);
  dict.reserve(items.size());
  for (auto& [key, value] : items) {
    serial::Walk walk;
    const serial::WalkOutcome outcome = dict.set(std::move(key), std::move(value), walk);
    if (outcome != serial::WalkOutcome::Done) serial::throw_walk(outcome, walk, "dict");
  }
  return out;
}

}  // namespace mp::detail
