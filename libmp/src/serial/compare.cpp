#include "serial/compare.hpp"

#include "serial/big_int.hpp"
#include "serial/dict.hpp"
#include "serial/instance.hpp"
#include "serial/range_math.hpp"
#include <libmp/exceptions.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

namespace mp::serial {
namespace {

// wyhash's mixing: one 128-bit product folds 16 bytes.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

constexpr std::uint64_t kOdd = 0xa0761d6478bd642fU;
constexpr std::uint64_t kOther = 0xe7037ed1a0b428dbU;

std::uint64_t process_key() {
  static const std::uint64_t key = [] {
    std::random_device source;
    return (static_cast<std::uint64_t>(source()) << 32U) ^ source();
  }();
  return key;
}

std::uint64_t load(const char* at, std::size_t size) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t state = seed ^ process_key();
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left > 16; left -= 16, at += 16) {
    state = mix(load(at, 8) ^ kOdd, load(at + 8, 8) ^ state);
  }
  const std::uint64_t low = load(at, left < 8 ? left : 8);
  const std::uint64_t high = left > 8 ? load(at + 8, left - 8) : 0;
  return mix(kOdd ^ bytes.size(), mix(low ^ kOdd, high ^ state));
}

std::uint64_t hash_int(std::int64_t value) {
  return mix(static_cast<std::uint64_t>(value) ^ kOdd, kOther ^ process_key());
}

// A float that is a whole number hashes like that int.
std::uint64_t hash_float(double value) {
  const std::optional<std::string> whole = from_double(value);
  if (!whole.has_value())
    return mix(std::bit_cast<std::uint64_t>(value) ^ kOther, kOdd ^ process_key());
  const std::optional<std::int64_t> small = to_int64(*whole);
  return small.has_value() ? hash_int(*small) : hash_bytes(*whole, kOther);
}

WalkOutcome enter(Walk& walk, std::size_t items) {
  if (walk.depth == 0) return WalkOutcome::TooDeep;
  if (walk.steps <= items) return WalkOutcome::TooLong;
  --walk.depth;
  walk.steps -= items + 1;
  return WalkOutcome::Done;
}

// A complex without an imaginary part hashes like its real one.
std::uint64_t hash_complex(const detail::ComplexBlock& value) {
  if (value.imag == 0) return hash_float(value.real);
  return mix(hash_float(value.real) ^ kOdd, hash_float(value.imag) ^ kOther);
}

// Equal ranges have equal items, whatever their bounds: hashed are length, first and step.
std::uint64_t hash_range(const Object& range) {
  const std::optional<Bounds> bounds = bounds_of(range);
  if (!bounds.has_value()) return kOther;  // beyond 64 bits: rare, and right
  const std::uint64_t length = length_of(*bounds);
  std::uint64_t hash = mix(length ^ kOdd, kOther ^ process_key());
  if (length > 0) hash = mix(hash ^ static_cast<std::uint64_t>(bounds->start), kOdd);
  if (length > 1) hash = mix(hash ^ static_cast<std::uint64_t>(bounds->step), kOdd);
  return hash;
}

// What an instance consists of may change, or have no hash. So it is hashed by its class, and by as
// much of the rest as is plain: numbers and texts among its arguments and in its state.
std::uint64_t hash_plain(const Object& object) {
  const Tag tag = ObjectAccess::tag(object);
  if (tag >= Tag::Global || tag == Tag::Bytes) return kOther;  // a bytearray may be equal to bytes
  Walk walk;
  std::uint64_t hash = 0;
  (void)hash_of(object, walk, &hash);  // cannot fail on these
  return hash;
}

std::uint64_t hash_parts(const Object& object) {
  std::uint64_t hash = kOdd;
  if (ObjectAccess::tag(object) == Tag::Tuple) {
    for (const Object& item : ObjectAccess::items(object))
      hash = mix(hash ^ hash_plain(item), kOdd);
  } else if (ObjectAccess::tag(object) == Tag::Dict) {
    ObjectAccess::dict(object).for_each([&](const Dict::Entry& entry) {
      hash += mix(hash_plain(entry.key) ^ kOdd, hash_plain(entry.value) ^ kOther);
      return true;
    });
  } else {
    hash = hash_plain(object);
  }
  return hash;
}

std::uint64_t hash_global(const Object& object) {
  const detail::GlobalBlock& block = ObjectAccess::global(object);
  return mix(hash_bytes(ObjectAccess::raw(block.module).view(), 2),
             hash_bytes(ObjectAccess::raw(block.name).view(), 3));
}

std::size_t count_plain(const Object& object) {
  const Tag tag = ObjectAccess::tag(object);
  return tag == Tag::Tuple || tag == Tag::Dict ? object.size() : 0;
}

WalkOutcome hash_instance(const Object& object, Walk& walk, std::uint64_t* hash) {
  const detail::InstanceBlock& block = ObjectAccess::instance(object);
  const WalkOutcome outcome = enter(walk, count_plain(block.arguments) + count_plain(block.state));
  if (outcome != WalkOutcome::Done) return outcome;
  const bool named = ObjectAccess::tag(block.function) == Tag::Global;
  const std::uint64_t made_by = named ? hash_global(block.function) : kOther;
  *hash = mix(made_by ^ hash_parts(block.arguments), kOdd ^ hash_parts(block.state));
  ++walk.depth;
  return WalkOutcome::Done;
}

// A long text costs a step for every word of it: it may be a key many times over.
WalkOutcome hash_raw(const Object& object, Walk& walk, std::uint64_t seed, std::uint64_t* hash) {
  constexpr std::size_t kLong = 64;
  constexpr std::size_t kWord = 8;
  const std::string_view bytes = ObjectAccess::raw(object).view();
  if (bytes.size() > kLong) {
    if (walk.steps <= bytes.size() / kWord) return WalkOutcome::TooLong;
    walk.steps -= bytes.size() / kWord;
  }
  *hash = hash_bytes(bytes, seed);
  return WalkOutcome::Done;
}

WalkOutcome hash_items(const Object& tuple, Walk& walk, std::uint64_t* hash) {
  *hash = kOther;
  for (const Object& item : ObjectAccess::items(tuple)) {
    std::uint64_t one = 0;
    const WalkOutcome outcome = hash_of(item, walk, &one);
    if (outcome != WalkOutcome::Done) return outcome;
    *hash = mix(*hash ^ one, kOdd);
  }
  return WalkOutcome::Done;
}

// The same for every order of the members.
WalkOutcome hash_members(const Object& set, Walk& walk, std::uint64_t* hash) {
  *hash = kOdd;
  WalkOutcome outcome = WalkOutcome::Done;
  ObjectAccess::dict(set).for_each([&](const Dict::Entry& entry) {
    std::uint64_t one = 0;
    outcome = hash_of(entry.key, walk, &one);
    *hash += mix(one ^ kOdd, kOther);
    return outcome == WalkOutcome::Done;
  });
  return outcome;
}

bool is_number(Tag tag) {
  return tag == Tag::Int || tag == Tag::Bool || tag == Tag::Float || tag == Tag::BigInt;
}

bool is_bytes(Tag tag) { return tag == Tag::Bytes || tag == Tag::ByteArray; }

bool equal_numbers(const Object& a, const Object& b) {
  const Tag left = ObjectAccess::tag(a);
  const Tag right = ObjectAccess::tag(b);
  if (left == Tag::Float && right == Tag::Float) {
    return ObjectAccess::real(a) == ObjectAccess::real(b);
  }
  if (right == Tag::Float) return equal_numbers(b, a);
  if (left == Tag::Float) {
    const std::optional<std::string> whole = from_double(ObjectAccess::real(a));
    if (!whole.has_value()) return false;
    if (right == Tag::BigInt) return *whole == ObjectAccess::raw(b).view();
    return to_int64(*whole) == ObjectAccess::integer(b);
  }
  if (left == Tag::BigInt || right == Tag::BigInt) {
    return left == right && ObjectAccess::raw(a).view() == ObjectAccess::raw(b).view();
  }
  return ObjectAccess::integer(a) == ObjectAccess::integer(b);
}

WalkOutcome equal_sequences(const Object& a, const Object& b, Walk& walk, bool* same) {
  const std::span<const Object> left = ObjectAccess::items(a);
  const std::span<const Object> right = ObjectAccess::items(b);
  *same = left.size() == right.size();
  for (std::size_t i = 0; *same && i < left.size(); ++i) {
    const WalkOutcome outcome = equal(left[i], right[i], walk, same);
    if (outcome != WalkOutcome::Done) return outcome;
  }
  return WalkOutcome::Done;
}

bool equal_complex(const Object& a, const Object& b) {
  const detail::ComplexBlock& left = ObjectAccess::complex(a);
  if (ObjectAccess::tag(b) == Tag::Complex) {
    const detail::ComplexBlock& right = ObjectAccess::complex(b);
    return left.real == right.real && left.imag == right.imag;
  }
  return is_number(ObjectAccess::tag(b)) && left.imag == 0 && equal_numbers(Object(left.real), b);
}

bool equal_globals(const Object& a, const Object& b) {
  const detail::GlobalBlock& left = ObjectAccess::global(a);
  const detail::GlobalBlock& right = ObjectAccess::global(b);
  return ObjectAccess::raw(left.name).view() == ObjectAccess::raw(right.name).view() &&
         ObjectAccess::raw(left.module).view() == ObjectAccess::raw(right.module).view();
}

// By their items; beyond 64 bits by their bounds.
WalkOutcome equal_ranges(const Object& a, const Object& b, Walk& walk, bool* same) {
  const std::optional<Bounds> left = bounds_of(a);
  const std::optional<Bounds> right = bounds_of(b);
  if (!left.has_value() || !right.has_value()) return equal_sequences(a, b, walk, same);
  const std::uint64_t length = length_of(*left);
  *same = length == length_of(*right) && (length < 1 || left->start == right->start) &&
          (length < 2 || left->step == right->step);
  return WalkOutcome::Done;
}

WalkOutcome equal_rows(const std::vector<Object>& left, const std::vector<Object>& right,
                       Walk& walk, bool* same) {
  WalkOutcome outcome = WalkOutcome::Done;
  *same = left.size() == right.size();
  for (std::size_t i = 0; *same && outcome == WalkOutcome::Done && i < left.size(); ++i) {
    outcome = equal(left[i], right[i], walk, same);
  }
  return outcome;
}

WalkOutcome equal_instances(const Object& a, const Object& b, Walk& walk, bool* same) {
  const detail::InstanceBlock& left = ObjectAccess::instance(a);
  const detail::InstanceBlock& right = ObjectAccess::instance(b);
  const auto make = [](const detail::InstanceBlock& block) {
    return block.make == Make::Reconstruct ? Make::NewObj : block.make;
  };
  *same = make(left) == make(right);
  WalkOutcome outcome = WalkOutcome::Done;
  using Block = detail::InstanceBlock;
  for (const auto part : {&Block::function, &Block::arguments, &Block::state, &Block::setter}) {
    if (*same && outcome == WalkOutcome::Done) outcome = equal(left.*part, right.*part, walk, same);
  }
  for (const auto row : {&Block::appended, &Block::pairs}) {
    if (*same && outcome == WalkOutcome::Done) {
      outcome = equal_rows(left.*row, right.*row, walk, same);
    }
  }
  return outcome;
}

WalkOutcome equal_dicts(const Object& a, const Object& b, Walk& walk, bool* same) {
  const Dict& left = ObjectAccess::dict(a);
  const Dict& right = ObjectAccess::dict(b);
  *same = left.size() == right.size();
  WalkOutcome outcome = WalkOutcome::Done;
  if (!*same) return outcome;
  left.for_each([&](const Dict::Entry& entry) {
    const Dict::Entry* found = nullptr;
    outcome = right.find(entry.key, walk, &found);
    *same = outcome == WalkOutcome::Done && found != nullptr;
    if (*same) outcome = equal(entry.value, found->value, walk, same);
    return *same && outcome == WalkOutcome::Done;
  });
  return outcome;
}

WalkOutcome hash_container(const Object& object, Walk& walk, std::uint64_t* hash) {
  WalkOutcome outcome = enter(walk, object.size());
  if (outcome != WalkOutcome::Done) return outcome;
  outcome = ObjectAccess::tag(object) == Tag::Tuple ? hash_items(object, walk, hash)
                                                    : hash_members(object, walk, hash);
  if (outcome == WalkOutcome::Done) ++walk.depth;
  return outcome;
}

// Kinds that are equal to none but their own.
WalkOutcome equal_containers(const Object& left, const Object& right, Walk& walk, bool* same) {
  switch (ObjectAccess::tag(left)) {
    case Tag::Tuple:
    case Tag::List:
    case Tag::Slice:
    case Tag::Buffer:
      return equal_sequences(left, right, walk, same);
    case Tag::Range:
      return equal_ranges(left, right, walk, same);
    case Tag::Dict:
    case Tag::Set:
    case Tag::FrozenSet:
      return equal_dicts(left, right, walk, same);
    case Tag::Instance:
      return equal_instances(left, right, walk, same);
    default:
      *same = false;
      return WalkOutcome::Done;
  }
}

std::size_t count_parts(const Object& object) {
  const Tag tag = ObjectAccess::tag(object);
  if (tag == Tag::Dict || is_set(tag)) return ObjectAccess::dict(object).size();
  if (is_sequence(tag)) return ObjectAccess::items(object).size();
  const detail::InstanceBlock& block = ObjectAccess::instance(object);
  return 4 + block.appended.size() + block.pairs.size();
}

}  // namespace

WalkOutcome hash_of(const Object& object, Walk& walk, std::uint64_t* hash) {
  switch (ObjectAccess::tag(object)) {
    case Tag::None:
      *hash = kOdd;
      return WalkOutcome::Done;
    case Tag::Bool:
    case Tag::Int:
      *hash = hash_int(ObjectAccess::integer(object));
      return WalkOutcome::Done;
    case Tag::Float:
      *hash = hash_float(ObjectAccess::real(object));
      return WalkOutcome::Done;
    case Tag::BigInt:
      return hash_raw(object, walk, kOther, hash);
    case Tag::Str:
      return hash_raw(object, walk, 0, hash);
    case Tag::Bytes:
      return hash_raw(object, walk, 1, hash);
    case Tag::Complex:
      *hash = hash_complex(ObjectAccess::complex(object));
      return WalkOutcome::Done;
    case Tag::Global:
      *hash = hash_global(object);
      return WalkOutcome::Done;
    case Tag::Range:
      *hash = hash_range(object);
      return WalkOutcome::Done;
    case Tag::Instance:
      return hash_instance(object, walk, hash);
    case Tag::Tuple:
    case Tag::FrozenSet:
      return hash_container(object, walk, hash);
    default:
      walk.culprit = object.kind();
      return WalkOutcome::Unhashable;
  }
}

WalkOutcome equal(const Object& left, const Object& right, Walk& walk, bool* same) {
  const Tag tag = ObjectAccess::tag(left);
  const Tag other = ObjectAccess::tag(right);
  if (is_number(tag)) {
    *same = is_number(other) ? equal_numbers(left, right)
                             : other == Tag::Complex && equal_complex(right, left);
    return WalkOutcome::Done;
  }
  // Like Python, what is identical is equal: that is also what ends the comparison of a cycle with
  // itself.
  *same = tag == other;
  if (*same && (tag == Tag::None || ObjectAccess::block(left) == ObjectAccess::block(right))) {
    return WalkOutcome::Done;
  }
  if (tag == Tag::Str) {
    *same = *same && ObjectAccess::raw(left).view() == ObjectAccess::raw(right).view();
    return WalkOutcome::Done;
  }
  if (is_bytes(tag) || tag == Tag::Complex) {
    *same = tag == Tag::Complex ? equal_complex(left, right)
                                : is_bytes(other) && bytes_of(left) == bytes_of(right);
    return WalkOutcome::Done;
  }
  if (!*same && !(is_set(tag) && is_set(other))) return WalkOutcome::Done;
  *same = tag != Tag::Global || equal_globals(left, right);
  if (!is_container(tag)) return WalkOutcome::Done;
  WalkOutcome outcome = enter(walk, count_parts(left));
  if (outcome != WalkOutcome::Done) return outcome;
  outcome = equal_containers(left, right, walk, same);
  ++walk.depth;
  return outcome;
}

void throw_walk(WalkOutcome outcome, const Walk& walk, const char* doing) {
  if (outcome == WalkOutcome::Unhashable) {
    throw TypeError("unhashable type: '" + std::string(to_string(walk.culprit)) + "'");
  }
  if (outcome == WalkOutcome::TooDeep) {
    throw RuntimeError(std::string(doing) + ": nested deeper than " + std::to_string(kMaxDepth));
  }
  throw RuntimeError(std::string(doing) + ": too many steps");
}

}  // namespace mp::serial
