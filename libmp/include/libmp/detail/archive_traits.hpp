// What the flat archive asks of a type: code of its own, pointers, bools, members.
#pragma once

#include <libmp/detail/field_count.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

namespace mp::detail {

class OutArchive;
class InArchive;

// The user's own code, in the forms that cereal knows.
template <class T, class Archive>
concept HasMemberSerialize = requires(T& value, Archive& archive) { value.serialize(archive); };
template <class T, class Archive>
concept HasFreeSerialize = requires(T& value, Archive& archive) { serialize(archive, value); };
template <class T>
concept HasSaveAndLoad = requires(const T& from, T& to, OutArchive& out, InArchive& in) {
  from.save(out);
  to.load(in);
};
template <class T>
concept HasUserCode =
    HasMemberSerialize<T, OutArchive> || HasFreeSerialize<T, OutArchive> || HasSaveAndLoad<T>;

// What cereal wraps members in. Known by shape: cereal's headers are not needed here.
template <class T>
concept NameValuePair = requires(T& pair) {
  { pair.name } -> std::convertible_to<const char*>;
  pair.value;
};
template <class T>
concept BaseClassPointer = requires(T& base) { *base.base_ptr; };

// Views and handles that are trivially copyable, and yet mean nothing in another process.
template <class T>
struct IsView : std::false_type {};
template <class C, class Traits>
struct IsView<std::basic_string_view<C, Traits>> : std::true_type {};
template <class T, std::size_t kExtent>
struct IsView<std::span<T, kExtent>> : std::true_type {};
template <class T>
struct IsView<std::reference_wrapper<T>> : std::true_type {};

template <class T>
concept PlainAggregate = std::is_aggregate_v<T> && !std::is_array_v<T> && !std::is_union_v<T>;

// T itself, or one of the members of a plain struct.
template <class T, template <class> class Property, bool kItself>
consteval bool holds() {
  if constexpr (PlainAggregate<T> && !HasUserCode<T>) {
    return any_field<T, Property>();
  } else {
    return kItself;
  }
}

template <class T, class Item = std::remove_all_extents_t<T>>
inline constexpr bool kIsPointer =
    std::is_pointer_v<Item> || std::is_member_pointer_v<Item> || IsView<Item>::value;

template <class T>
struct HoldsPointer {
  static constexpr bool value = holds<std::remove_all_extents_t<T>, HoldsPointer, kIsPointer<T>>();
};

// Functions travel by their place in the program (archive_code.hpp), data does not.
template <class T, class Item = std::remove_all_extents_t<T>>
inline constexpr bool kIsFunction =
    std::is_pointer_v<Item> && std::is_function_v<std::remove_pointer_t<Item>>;

template <class T>
struct HoldsForeignPointer {
  static constexpr bool value =
      holds<std::remove_all_extents_t<T>, HoldsForeignPointer, kIsPointer<T> && !kIsFunction<T>>();
};

// A byte that is neither 0 nor 1 must not become a bool, so these are not copied blindly.
template <class T>
struct HoldsBool {
  using Item = std::remove_all_extents_t<T>;
  static constexpr bool value = holds<Item, HoldsBool, std::is_same_v<Item, bool>>();
};

}  // namespace mp::detail
