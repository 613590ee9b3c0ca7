#include "serial/compare.hpp"

#include "serial/big_int.hpp"
#include "serial/dict.hpp"
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

bool is_number(Tag tag) {
  return tag == Tag::Int || tag == Tag::Bool || tag == Tag::Float || tag == Tag::BigInt;
}

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
      *hash = hash_bytes(ObjectAccess::raw(object).view(), kOther);
      return WalkOutcome::Done;
    case Tag::Str:
      *hash = hash_bytes(ObjectAccess::raw(object).view(), 0);
      return WalkOutcome::Done;
    case Tag::Bytes:
      *hash = hash_bytes(ObjectAccess::raw(object).view(), 1);
      return WalkOutcome::Done;
    case Tag::Tuple:
      break;
    default:
      walk.culprit = object.kind();
      return WalkOutcome::Unhashable;
  }
  const std::span<const Object> items = ObjectAccess::items(object);
  const WalkOutcome entered = enter(walk, items.size());
  if (entered != WalkOutcome::Done) return entered;
  std::uint64_t state = kOther;
  for (const Object& item : items) {
    std::uint64_t one = 0;
    const WalkOutcome outcome = hash_of(item, walk, &one);
    if (outcome != WalkOutcome::Done) return outcome;
    state = mix(state ^ one, kOdd);
  }
  ++walk.depth;
  *hash = state;
  return WalkOutcome::Done;
}

WalkOutcome equal(const Object& left, const Object& right, Walk& walk, bool* same) {
  const Tag tag = ObjectAccess::tag(left);
  if (is_number(tag)) {
    *same = is_number(ObjectAccess::tag(right)) && equal_numbers(left, right);
    return WalkOutcome::Done;
  }
  *same = tag == ObjectAccess::tag(right);
  // Like Python, what is identical is equal: that is also what ends the comparison of a cycle with
  // itself.
  if (!*same || tag == Tag::None || ObjectAccess::block(left) == ObjectAccess::block(right)) {
    return WalkOutcome::Done;
  }
  if (tag == Tag::Str || tag == Tag::Bytes) {
    *same = ObjectAccess::raw(left).view() == ObjectAccess::raw(right).view();
    return WalkOutcome::Done;
  }
  WalkOutcome outcome = enter(walk, left.size());
  if (outcome != WalkOutcome::Done) return outcome;
  if (tag == Tag::Tuple || tag == Tag::List) {
    outcome = equal_sequences(left, right, walk, same);
  } else if (tag == Tag::Dict) {
    outcome = equal_dicts(left, right, walk, same);
  } else {
    *same = false;
  }
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
