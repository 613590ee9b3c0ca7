// mp::Object: one Python value. None, bool, int of any size, float, complex, str, bytes, bytearray,
// tuple, list, dict, set, frozenset, range, slice, exceptions; classes and functions by name; and
// objects of classes that are unknown here, which print, compare and travel on unchanged.
// What Queue<>, Connection and managers carry, and what a pickle from a Python peer becomes.
#pragma once

#include <libmp/detail/object_block.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mp {

class Object;

enum class Kind : std::uint8_t {
  None,
  Bool,
  Int,
  Float,
  Str,
  Bytes,
  Tuple,
  List,
  Dict,
  Complex,
  ByteArray,
  Set,
  FrozenSet,
  Range,
  Slice,
  Buffer,     // Python's pickle.PickleBuffer
  Exception,  // of a class that Python or multiprocessing has
  Global,     // a class or function
  Instance,   // of any other class
};

// Python's name of the type: "NoneType", "int", ...
std::string_view to_string(Kind kind) noexcept;

namespace detail {

// How T becomes an Object and comes back. Specialised in <libmp/detail/object_convert.hpp>.
template <class T>
struct ObjectCodec;

// bool is no number here, and a char is neither a number nor a text: say which one you mean.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                  !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                  !std::same_as<T, char16_t> && !std::same_as<T, char32_t> && sizeof(T) <= 8;

template <class T>
concept ToObject = requires(const T& value) {
  { ObjectCodec<T>::to(value) } -> std::same_as<Object>;
};

template <class T>
concept FromObject = requires(const Object& object) {
  { ObjectCodec<T>::from(object) } -> std::same_as<T>;
};

}  // namespace detail

// A value of Python's dynamic types, 16 bytes, cheap to copy.
// Copies of a list, dict, set or bytearray are references to one and the same, as in Python. A
// container may contain itself. Such a cycle is not collected: clear() it.
// Differs from Python: a set keeps the order of insertion.
// Threads: like a standard container. Any number may read; who changes a container must be alone.
// Copying and dropping references is safe from every thread.
// Processes: travels as a pickle; the receiver has a copy of its own.
// Fails: a wrong type is a TypeError that names the expected and the actual one.
class Object {
 public:
  Object() noexcept : tag_(detail::Tag::None), int_(0) {}
  Object(std::nullptr_t) noexcept : Object() {}

  template <std::same_as<bool> T>
  Object(T value) noexcept : tag_(detail::Tag::Bool), int_(value ? 1 : 0) {}

  template <detail::Integer T>
  Object(T value) : tag_(detail::Tag::Int), int_(static_cast<std::int64_t>(value)) {
    if constexpr (std::unsigned_integral<T> && sizeof(T) == 8) {
      if (int_ < 0) *this = from_unsigned(static_cast<std::uint64_t>(value));
    }
  }

  template <std::floating_point T>
  Object(T value) noexcept : tag_(detail::Tag::Float), float_(static_cast<double>(value)) {}

  // A str; text must be UTF-8 (ValueError otherwise; arbitrary bytes are mp::bytes).
  // Lone surrogates in UTF-8 manner are let through, for Python has such strings.
  Object(std::string_view text);
  Object(const std::string& text) : Object(std::string_view(text)) {}
  Object(const char* text) : Object(std::string_view(text)) {}

  // Vectors, maps, sets, optionals, variants, tuples, plain structs, ... of what converts.
  template <detail::ToObject T>
  Object(const T& value) : Object(detail::ObjectCodec<T>::to(value)) {}

  Object(const Object& other) noexcept : tag_(other.tag_), int_(other.int_) { retain(); }
  Object(Object&& other) noexcept : tag_(other.tag_), int_(other.int_) {
    other.tag_ = detail::Tag::None;
  }
  Object& operator=(const Object& other) noexcept {
    Object(other).swap(*this);
    return *this;
  }
  Object& operator=(Object&& other) noexcept {
    Object(std::move(other)).swap(*this);
    return *this;
  }
  ~Object() { release(); }

  void swap(Object& other) noexcept {
    std::swap(tag_, other.tag_);
    std::swap(int_, other.int_);
  }

  [[nodiscard]] Kind kind() const noexcept;
  // Python's type(x).__name__; of an instance, the name of what made it.
  [[nodiscard]] std::string_view type_name() const noexcept;
  [[nodiscard]] bool is_none() const noexcept { return tag_ == detail::Tag::None; }

  // Python's `is`: the same container, or the same number. Equal texts may be different objects.
  [[nodiscard]] bool is(const Object& other) const noexcept;

  // The value as a C++ type. TypeError if it is of another kind (only int to float to complex, and
  // bool to int, are converted); OverflowError if a number does not fit.
  template <class T>
  [[nodiscard]] T as() const {
    static_assert(detail::FromObject<T>, "as<T>(): mp::Object does not convert to this type");
    return detail::ObjectCodec<T>::from(*this);
  }

  // Views into a str, and into a bytes, bytearray or buffer; valid while some Object refers to it,
  // and it is not changed.
  [[nodiscard]] std::string_view text() const&;
  [[nodiscard]] std::span<const std::byte> raw_bytes() const&;
  std::string_view text() const&& = delete;
  std::span<const std::byte> raw_bytes() const&& = delete;

  // Python's len(): code points of a str, bytes, items.
  [[nodiscard]] std::size_t size() const;

  // The items of a list or tuple; start, stop, step of a range or slice. Changing the list
  // invalidates the view.
  [[nodiscard]] std::span<const Object> elements() const&;
  std::span<const Object> elements() const&& = delete;
  // Snapshots of a dict and of a set or frozenset, in order of insertion.
  [[nodiscard]] std::vector<std::pair<Object, Object>> items() const;
  [[nodiscard]] std::vector<Object> members() const;

  // A class or function: where it is defined, and its name there ("Outer.Inner").
  [[nodiscard]] std::string_view module() const&;
  [[nodiscard]] std::string_view name() const&;
  // An exception or other object: the class or function that makes it, with which arguments, and
  // the state that it is given then (of an exception its __dict__; None if there is none).
  [[nodiscard]] const Object& function() const&;
  [[nodiscard]] const Object& args() const&;
  [[nodiscard]] const Object& state() const&;

  // Reads: index of a list or tuple (negative counts from the end; IndexError), key of a dict
  // (KeyError).
  [[nodiscard]] Object operator[](const Object& key) const;
  [[nodiscard]] Object get(const Object& key, const Object& fallback = {}) const;  // dict only
  [[nodiscard]] bool contains(const Object& item) const;  // Python's `in`; for a dict its keys

  // Changes. They apply to the shared container; const because the reference does not change.
  void append(Object item) const;                   // list, bytearray
  void add(Object item) const;                      // set
  void set(const Object& key, Object value) const;  // list index or dict key
  void erase(const Object& key) const;              // list index, dict key or set member
  void clear() const;  // list, dict, set, bytearray; all but the class of an instance

  // Python's ==: 1 == 1.0 == True; a list is never equal to a tuple, nor a str to bytes.
  // RuntimeError if nested deeper than 1000.
  // Differs from Python: exceptions and instances are equal if they consist of equal parts.
  friend bool operator==(const Object& left, const Object& right) { return equals(left, right); }
  // Python's order; of sets, whether one holds the other. TypeError for kinds that have none.
  friend bool operator<(const Object& a, const Object& b) { return in_order(a, b, Order::Less); }
  friend bool operator>(const Object& a, const Object& b) { return in_order(a, b, Order::More); }
  friend bool operator<=(const Object& a, const Object& b) { return in_order(a, b, Order::Most); }
  friend bool operator>=(const Object& a, const Object& b) { return in_order(a, b, Order::Least); }

  // Python's str(): a str as it is, everything else like repr().
  friend std::ostream& operator<<(std::ostream& out, const Object& object);

 private:
  friend struct detail::ObjectAccess;

  Object(detail::Tag tag, detail::Block* block) noexcept : tag_(tag), block_(block) {}

  static Object from_unsigned(std::uint64_t value);
  static bool equals(const Object& left, const Object& right);
  enum class Order : std::uint8_t { Less, Most, More, Least };  // < <= > >=
  static bool in_order(const Object& left, const Object& right, Order order);

  [[nodiscard]] bool has_block() const noexcept { return tag_ >= detail::kFirstBlockTag; }
  void retain() const noexcept {
    if (has_block()) block_->retain();
  }
  void release() noexcept {
    if (has_block() && block_->release()) detail::destroy_block(tag_, block_);
  }

  detail::Tag tag_;
  union {
    std::int64_t int_;
    double float_;
    detail::Block* block_;
  };
};

// An int of any size from its decimal text ("-18446744073709551616"). ValueError.
Object integer(std::string_view decimal);

// The texts that Python prints. ValueError for an int of more than 4300 digits, as in Python.
// RuntimeError if nested deeper than 1000.
std::string repr(const Object& object);
std::string str(const Object& object);

// The bytes that CPython 3.8 to 3.13 write for the same value; protocol 4 is their default. Options
// and types of your own: <libmp/pickle.hpp>. PicklingError if nested deeper than 1000.
std::string dumps(const Object& object, int protocol = 4);
// Any pickle of protocol 0 to 5. UnpicklingError says offset and opcode. Input from a stranger
// cannot call anything, nor make this allocate more than 256 times its size.
Object loads(std::span<const std::byte> pickle);
Object loads(std::string_view pickle);

}  // namespace mp

// Equal objects have equal hashes (1, 1.0 and True too). TypeError for what can change.
template <>
struct std::hash<mp::Object> {
  std::size_t operator()(const mp::Object& object) const;
};

#include <libmp/detail/object_convert.hpp>
#include <libmp/detail/object_literals.hpp>
