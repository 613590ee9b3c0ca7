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
  switch (*rc::gen::inRange(0, 5)) {
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

inline Object any_key(int depth) {
  if (depth == 0 || *rc::gen::inRange(0, 4) != 0) return any_scalar();
  std::vector<Object> items;
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) items.push_back(any_key(depth - 1));
  return tuple(std::move(items));
}

// `made` collects what exists already: now and then a part is taken from there.
inline Object any_object(int depth, std::vector<Object>& made) {
  Object out;
  if (!made.empty() && *rc::gen::inRange(0, 6) == 0) return *rc::gen::elementOf(made);
  const int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 6);
  const int size = *rc::gen::inRange(0, 6);
  if (kind == 1 || kind == 2) {
    std::vector<Object> items;
    for (int i = 0; i < size; ++i) items.push_back(any_object(depth - 1, made));
    out = kind == 1 ? Object(list(std::move(items))) : Object(tuple(std::move(items)));
  } else if (kind == 3) {
    out = dict{};
    for (int i = 0; i < size; ++i) out.set(any_key(2), any_object(depth - 1, made));
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
