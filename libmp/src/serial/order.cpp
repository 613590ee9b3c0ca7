// Python's < <= > >= over Objects.
#include "serial/big_int.hpp"
#include "serial/compare.hpp"
#include "serial/dict.hpp"
#include "serial/object_block.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cmath>
#include <compare>
#include <string>

namespace mp {
namespace serial {
namespace {

std::string as_big(const Object& number) {
  if (ObjectAccess::tag(number) == Tag::BigInt)
    return std::string(ObjectAccess::raw(number).view());
  const std::int64_t value = ObjectAccess::integer(number);
  return std::string(shortest({reinterpret_cast<const char*>(&value), sizeof value}));
}

// Two's complement, little-endian, shortest form.
std::strong_ordering compare_big(std::string_view left, std::string_view right) {
  const bool negative = is_negative(left);
  if (negative != is_negative(right)) {
    return negative ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  // Of one sign: the longer is further from zero; of one length, the bytes decide from the top.
  if (left.size() != right.size()) {
    return (left.size() < right.size()) != negative ? std::strong_ordering::less
                                                    : std::strong_ordering::greater;
  }
  return std::lexicographical_compare_three_way(
      left.rbegin(), left.rend(), right.rbegin(), right.rend(), [](char a, char b) {
        return static_cast<unsigned char>(a) <=> static_cast<unsigned char>(b);
      });
}

// An int with a float, exactly: against the whole number below it, and then its fraction.
std::partial_ordering compare_int_float(const Object& number, double real) {
  if (std::isnan(real)) return std::partial_ordering::unordered;
  if (std::isinf(real)) {
    return real > 0 ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  const double whole = std::floor(real);
  const std::strong_ordering order = compare_big(as_big(number), *from_double(whole));
  if (order == 0 && whole < real) return std::partial_ordering::less;
  return order;
}

bool is_int(Tag tag) { return tag == Tag::Int || tag == Tag::Bool || tag == Tag::BigInt; }

std::partial_ordering compare_numbers(const Object& left, const Object& right) {
  const bool left_int = is_int(ObjectAccess::tag(left));
  const bool right_int = is_int(ObjectAccess::tag(right));
  if (!left_int && !right_int) return ObjectAccess::real(left) <=> ObjectAccess::real(right);
  if (!right_int) return compare_int_float(left, ObjectAccess::real(right));
  if (!left_int) return 0 <=> compare_int_float(right, ObjectAccess::real(left));
  if (ObjectAccess::tag(left) != Tag::BigInt && ObjectAccess::tag(right) != Tag::BigInt) {
    return ObjectAccess::integer(left) <=> ObjectAccess::integer(right);
  }
  return compare_big(as_big(left), as_big(right));
}

// Bytes as unsigned ones. For a str too: UTF-8 has the order of the code points.
std::partial_ordering compare_texts(std::string_view left, std::string_view right) {
  return left.compare(right) <=> 0;
}

bool is_subset(const Object& small, const Object& large) {
  Walk walk;
  WalkOutcome outcome = WalkOutcome::Done;
  const bool all = ObjectAccess::dict(small).for_each([&](const Dict::Entry& entry) {
    const Dict::Entry* found = nullptr;
    outcome = ObjectAccess::dict(large).find(entry.key, walk, &found);
    return outcome == WalkOutcome::Done && found != nullptr;
  });
  if (outcome != WalkOutcome::Done) throw_walk(outcome, walk, "comparison");
  return all;
}

std::partial_ordering compare_sets(const Object& left, const Object& right) {
  const std::size_t left_size = ObjectAccess::dict(left).size();
  const std::size_t right_size = ObjectAccess::dict(right).size();
  const bool swapped = left_size > right_size;
  if (!(swapped ? is_subset(right, left) : is_subset(left, right))) {
    return std::partial_ordering::unordered;
  }
  return left_size <=> right_size;
}

struct Comparison {
  std::string_view sign;  // for the text of an error
  int depth = 0;

  [[noreturn]] void refuse(const Object& left, const Object& right) const {
    throw TypeError("'" + std::string(sign) + "' not supported between instances of '" +
                    std::string(left.type_name()) + "' and '" + std::string(right.type_name()) +
                    "'");
  }

  // The first items that differ decide.
  std::partial_ordering sequences(const Object& left, const Object& right) {
    if (++depth > kMaxDepth) {
      throw RuntimeError("comparison: nested deeper than " + std::to_string(kMaxDepth));
    }
    const std::span<const Object> a = ObjectAccess::items(left);
    const std::span<const Object> b = ObjectAccess::items(right);
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
      if (a[i].is(b[i]) || a[i] == b[i]) continue;
      return order(a[i], b[i]);
    }
    --depth;
    return a.size() <=> b.size();
  }

  std::partial_ordering order(const Object& left, const Object& right) {
    const Tag tag = ObjectAccess::tag(left);
    const Tag other = ObjectAccess::tag(right);
    const auto number = [](Tag of) { return is_int(of) || of == Tag::Float; };
    const auto bytes = [](Tag of) { return of == Tag::Bytes || of == Tag::ByteArray; };
    if (number(tag) && number(other)) return compare_numbers(left, right);
    if (bytes(tag) && bytes(other)) return compare_texts(bytes_of(left), bytes_of(right));
    if (is_set(tag) && is_set(other)) return compare_sets(left, right);
    if (tag != other) refuse(left, right);
    if (tag == Tag::Str) {
      return compare_texts(ObjectAccess::raw(left).view(), ObjectAccess::raw(right).view());
    }
    if (tag == Tag::Tuple || tag == Tag::List || tag == Tag::Slice) return sequences(left, right);
    refuse(left, right);
  }
};

}  // namespace
}  // namespace serial

bool Object::in_order(const Object& left, const Object& right, Order order) {
  constexpr std::string_view kSigns[] = {"<", "<=", ">", ">="};
  serial::Comparison comparison{kSigns[static_cast<std::size_t>(order)]};
  const std::partial_ordering found = comparison.order(left, right);
  switch (order) {
    case Order::Less:
      return found < 0;
    case Order::Most:
      return found <= 0;
    case Order::More:
      return found > 0;
    case Order::Least:
      break;
  }
  return found >= 0;
}

}  // namespace mp
