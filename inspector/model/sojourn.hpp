// Sojourns: how long items stayed, as a histogram whose classes are a sixteenth of an octave wide:
// what is read from it is within 3 % of the truth. Only classes that have something are kept.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace inspector::model {

class Sojourns {
 public:
  void add(std::uint64_t ns, std::uint64_t times = 1) {
    const std::uint32_t number = class_of(ns);
    const auto at = find(number);
    if (at != classes_.end() && at->number == number)
      at->times += times;
    else
      classes_.insert(at, {number, times});
  }
  void merge(const Sojourns& other) {
    for (const Class& one : other.classes_) add(middle_of(one.number), one.times);
  }

  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t sum = 0;
    for (const Class& one : classes_) sum += one.times;
    return sum;
  }
  // The time that `share` (0..1) of all stayed at most; empty without any.
  [[nodiscard]] std::optional<std::uint64_t> percentile(double share) const {
    const double wanted = share * static_cast<double>(count());
    double seen = 0;
    for (const Class& one : classes_) {
      seen += static_cast<double>(one.times);
      if (seen >= wanted) return middle_of(one.number);
    }
    return std::nullopt;
  }

  void io(auto& ar) {
    ar(classes_);
    if constexpr (std::remove_reference_t<decltype(ar)>::kReads) {
      const auto out_of_order = [](const Class& a, const Class& b) { return a.number >= b.number; };
      if (std::adjacent_find(classes_.begin(), classes_.end(), out_of_order) != classes_.end() ||
          (!classes_.empty() && classes_.back().number >= kClasses)) {
        ar.fail();
        classes_.clear();
      }
    }
  }

 private:
  static constexpr std::uint32_t kPerOctave = 16;
  static constexpr std::uint32_t kClasses = 61 * kPerOctave;

  struct Class {
    std::uint32_t number = 0;
    std::uint64_t times = 0;
    void io(auto& ar) { ar(number, times); }
  };

  // Exact below 16 ns; above, the highest bit and the four bits after it.
  static std::uint32_t class_of(std::uint64_t ns) noexcept {
    if (ns < kPerOctave) return static_cast<std::uint32_t>(ns);
    const auto shift = static_cast<std::uint32_t>(std::bit_width(ns)) - 5;
    return shift * kPerOctave + static_cast<std::uint32_t>(ns >> shift);
  }
  static std::uint64_t middle_of(std::uint32_t number) noexcept {
    if (number < 2 * kPerOctave) return number;
    const std::uint32_t shift = number / kPerOctave - 1;
    const std::uint64_t low = std::uint64_t{number % kPerOctave + kPerOctave} << shift;
    return low + (std::uint64_t{1} << shift) / 2;
  }
  std::vector<Class>::iterator find(std::uint32_t number) {
    return std::lower_bound(classes_.begin(), classes_.end(), number,
                            [](const Class& one, std::uint32_t n) { return one.number < n; });
  }

  std::vector<Class> classes_;
};

}  // namespace inspector::model
