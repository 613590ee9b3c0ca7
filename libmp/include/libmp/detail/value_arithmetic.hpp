// Arithmetic: += and its kin for numbers that are changed under a lock.
#pragma once

#include <type_traits>

namespace mp::detail {

// Self has update(call), which calls `call` with the number itself. As with std::atomic, each of
// these is one step for all who use the lock, and returns the number that it made.
template <class Self, class T>
class Arithmetic {
 public:
  T operator+=(const T& other) {
    return change([&](const T& now) { return now + other; });
  }
  T operator-=(const T& other) {
    return change([&](const T& now) { return now - other; });
  }
  T operator*=(const T& other) {
    return change([&](const T& now) { return now * other; });
  }
  T operator/=(const T& other) {
    return change([&](const T& now) { return now / other; });
  }
  T operator%=(const T& other) {
    return change([&](const T& now) { return now % other; });
  }
  T operator&=(const T& other) {
    return change([&](const T& now) { return now & other; });
  }
  T operator|=(const T& other) {
    return change([&](const T& now) { return now | other; });
  }
  T operator^=(const T& other) {
    return change([&](const T& now) { return now ^ other; });
  }
  T operator<<=(int bits) {
    return change([&](const T& now) { return now << bits; });
  }
  T operator>>=(int bits) {
    return change([&](const T& now) { return now >> bits; });
  }

  T operator++() { return *this += static_cast<T>(1); }
  T operator--() { return *this -= static_cast<T>(1); }
  // The number that was there before.
  T operator++(int) { return static_cast<T>(++*this - static_cast<T>(1)); }
  T operator--(int) { return static_cast<T>(--*this + static_cast<T>(1)); }

 private:
  template <class Call>
  T change(Call&& call) {
    return static_cast<Self&>(*this).update(
        [&](T& number) { return number = static_cast<T>(call(number)); });
  }
};

}  // namespace mp::detail
