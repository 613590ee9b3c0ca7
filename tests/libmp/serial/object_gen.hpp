// RapidCheck's source of Objects: every kind, nested, with parts that are shared.
#pragma once

#include <libmp/object.hpp>

#include <string>
#include <utility>
#include <vector>

#include <rapidcheck.h>

namespace mp::test {

inline std::string any_text() {
  std::string out;
  for (const int pick : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100))) {
    // ASCII mostly; then two, three and four byte characters, quotes and controls.
    constexpr const char* kOthers[] = {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "'", "\"",
                                       "\\",       "\n",           "\xc2\x80"};
    pick < 80 ? out.push_back(static_cast<char>('!' + pick)) : void(out += kOthers[pick % 8]);
  }
  return out;
}

inline Object any_number() {
  switch (*rc::gen::inRange(0, 6)) {
    case 5:
      return complex(*rc::gen::arbitrary<double>(), *rc::gen::inRange(-2, 2));
    case 0:
      return *rc::gen::arbitrary<std::int64_t>();
    case 1:
      return *rc::gen::arbitrary<std::int16_t>();
    case 2:
      return *rc::gen::arbitrary<std::uint64_t>();
    case 3: {
      const auto digits =
          *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange('0', char{'9' + 1})));
      return integer((*rc::gen::arbitrary<bool>() ? "-" : "") + digits + "77777777777777777777");
    }
    default:
      return *rc::gen::arbitrary<double>();
  }
}

inline Object any_small_int() { return *rc::gen::arbitrary<std::int8_t>(); }

inline Object any_scalar() {
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2:
      return bytes(*rc::gen::arbitrary<std::string>());
    case 3:
      return any_text();
    default:
      return any_number();
  }
}

// At most one member: Python writes larger sets in an order of its own.
inline std::vector<Object> any_members(Object member) {
  std::vector<Object> out;
  if (*rc::gen::arbitrary<bool>()) out.push_back(std::move(member));
  return out;
}

inline Object any_range() {
  const int step = *rc::gen::nonZero<std::int8_t>();
  return range(any_small_int(), any_small_int(), step);
}

inline Object any_key(int depth) {
  if (depth == 0 || *rc::gen::inRange(0, 4) != 0) return any_scalar();
  const int kind = *rc::gen::inRange(0, 4);
  if (kind == 2) return any_range();
  if (kind == 3) return frozenset(any_members(any_key(depth - 1)));
  std::vector<Object> items;
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) items.push_back(any_key(depth - 1));
  return tuple(std::move(items));
}

inline Object any_exception(std::vector<Object> args) {
  constexpr const char* kNames[] = {"ValueError", "KeyError", "IndexError", "queue.Full",
                                    "multiprocessing.context.TimeoutError"};
  // One text for all: Python interns the names of attributes, so its pickles refer to the first.
  static const Object kNote = "note";
  Object state;
  if (*rc::gen::inRange(0, 3) == 0) state = dict{{kNote, any_scalar()}};
  return exception(kNames[*rc::gen::inRange(0, 5)], std::move(args), state);
}

// What is neither a scalar nor made of many items.
inline Object any_rarity(Object part) {
  switch (*rc::gen::inRange(0, 7)) {
    case 0:
      return bytearray(*rc::gen::arbitrary<std::string>());
    case 1:
      return set(any_members(any_key(1)));
    case 2:
      return any_key(2);
    case 3:
      return slice(any_small_int(), part, any_scalar());
    case 4:
      return any_range();
    case 5:
      return *rc::gen::element<Object>(global("builtins", "KeyError"), global("queue", "Full"),
                                       global("multiprocessing.managers", "RemoteError"));
    default:
      return any_exception({std::move(part)});
  }
}

// `made` collects what exists already: now and then a part is taken from there.
inline Object any_object(int depth, std::vector<Object>& made) {
  Object out;
  if (!made.empty() && *rc::gen::inRange(0, 6) == 0) return *rc::gen::elementOf(made);
  const int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 8);
  const int size = *rc::gen::inRange(0, 6);
  if (kind == 1 || kind == 2) {
    std::vector<Object> items;
    for (int i = 0; i < size; ++i) items.push_back(any_object(depth - 1, made));
    out = kind == 1 ? Object(list(std::move(items))) : Object(tuple(std::move(items)));
  } else if (kind == 3) {
    out = dict{};
    for (int i = 0; i < size; ++i) out.set(any_key(2), any_object(depth - 1, made));
  } else if (kind >= 6) {
    out = any_rarity(any_object(depth - 1, made));
  } else {
    out = any_scalar();
  }
  made.push_back(out);
  return out;
}

inline Object any_object() {
  std::vector<Object> made;
  return any_object(4, made);
}

}  // namespace mp::test
