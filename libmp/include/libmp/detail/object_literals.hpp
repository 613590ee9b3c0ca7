// Literals: mp::list{42, nullptr, "hello"} and so on are Objects of the kind that they name.
// Included by <libmp/object.hpp>.
#pragma once

#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mp {

class list : public Object {
 public:
  list() : list(std::initializer_list<Object>{}) {}
  list(std::initializer_list<Object> items);
  explicit list(std::vector<Object> items);
};

class tuple : public Object {
 public:
  tuple() : tuple(std::initializer_list<Object>{}) {}
  tuple(std::initializer_list<Object> items);
  explicit tuple(std::vector<Object> items);
};

class dict : public Object {
 public:
  dict() : dict(std::initializer_list<std::pair<Object, Object>>{}) {}
  // A key that occurs twice keeps its place and takes the later value. TypeError if a key cannot
  // be hashed.
  dict(std::initializer_list<std::pair<Object, Object>> items);
};

// TypeError if an item cannot be hashed.
class set : public Object {
 public:
  set() : set(std::vector<Object>{}) {}
  set(std::initializer_list<Object> items) : set(std::vector<Object>(items)) {}
  explicit set(std::vector<Object> items);
};

class frozenset : public Object {
 public:
  frozenset() : frozenset(std::vector<Object>{}) {}
  frozenset(std::initializer_list<Object> items) : frozenset(std::vector<Object>(items)) {}
  explicit frozenset(std::vector<Object> items);
};

class bytes : public Object {
 public:
  bytes() : bytes(std::string_view{}) {}
  explicit bytes(std::string_view data);
  explicit bytes(std::span<const std::byte> data);
};

class bytearray : public Object {
 public:
  bytearray() : bytearray(std::string_view{}) {}
  explicit bytearray(std::string_view data);
  explicit bytearray(std::span<const std::byte> data);
};

// Bytes that protocol 5 may carry beside the pickle. TypeError if it is no bytes or bytearray.
class PickleBuffer : public Object {
 public:
  explicit PickleBuffer(const Object& bytes_or_bytearray);
};

class complex : public Object {
 public:
  explicit complex(double real, double imag = 0);
};

// Python's range. As a range of C++ it yields std::int64_t; with bounds beyond that it cannot be
// iterated here (OverflowError), only passed on. ValueError for a step of 0, TypeError for bounds
// that are no ints.
class range : public Object {
 public:
  class iterator {
   public:
    using value_type = std::int64_t;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    std::int64_t operator*() const noexcept { return static_cast<std::int64_t>(value_); }
    iterator& operator++() noexcept {
      value_ += step_;  // unsigned: may wrap behind the last one
      --left_;
      return *this;
    }
    iterator operator++(int) noexcept {
      const iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const iterator& other) const noexcept { return left_ == other.left_; }

   private:
    friend class range;
    std::uint64_t value_ = 0;
    std::uint64_t step_ = 0;
    std::size_t left_ = 0;
  };

  range() : range(0) {}
  explicit range(const Object& stop) : range(0, stop) {}
  range(const Object& start, const Object& stop, const Object& step = 1);

  [[nodiscard]] iterator begin() const;
  [[nodiscard]] iterator end() const noexcept { return {}; }
};

class slice : public Object {
 public:
  explicit slice(const Object& stop) : slice(nullptr, stop) {}
  slice(const Object& start, const Object& stop, const Object& step = nullptr);
};

// A class or function of Python's, by name: global("geometry", "Point").
class global : public Object {
 public:
  global(std::string_view module, std::string_view qualified_name);
};

// What cls.__new__(cls, *args) makes, with a state for its __dict__ or __setstate__.
class instance : public Object {
 public:
  explicit instance(const Object& cls, const Object& args = tuple{}, const Object& state = nullptr);
};

// What function(*args) makes. TypeError if args is no tuple.
class reduction : public Object {
 public:
  explicit reduction(const Object& function, const Object& args = tuple{},
                     const Object& state = nullptr);
};

// An exception of Python's: exception("KeyError", {"k"}). `class_name` is that of a built-in one or
// e.g. "queue.Full"; ValueError if there is none called so.
class exception : public Object {
 public:
  explicit exception(std::string_view class_name, std::vector<Object> args = {},
                     const Object& state = nullptr);
  // What a Python peer should get for an error of C++: the class of the same name with the text;
  // RuntimeError if Python has none.
  explicit exception(const std::exception& error);
};

// Throws the exception of libmp that has this one's name, or its nearest base class, with the text
// of its str(); an mp::Error that begins with the name if there is none. TypeError if it is no
// exception.
[[noreturn]] void raise(const Object& exception);

}  // namespace mp
