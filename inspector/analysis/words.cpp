#include "analysis/words.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace inspector::analysis {
namespace {

template <typename... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), format, args...);
  return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

using Wide = unsigned long long;  // what %llu wants

constexpr std::uint64_t rounded(std::uint64_t value, std::uint64_t unit) {
  return value / unit + (value % unit >= unit / 2 ? 1 : 0);
}

// "1.2", "12.4", "124": three digits in all. Empty if it rounds to 1000 or more.
std::string three_digits(double value) {
  if (value < 99.95) return print("%.1f", value);
  if (value < 999.5) return print("%.0f", value);
  return {};
}

std::string two_units(std::uint64_t big, const char* big_name, std::uint64_t small,
                      const char* small_name) {
  return print("%llu %s %02llu %s", static_cast<Wide>(big), big_name, static_cast<Wide>(small),
               small_name);
}

}  // namespace

std::string duration_text(std::uint64_t ns) {
  constexpr std::uint64_t kMicro = 1'000, kMilli = 1'000'000, kSecond = 1'000'000'000;
  if (ns < kMicro) return print("%llu ns", static_cast<Wide>(ns));
  if (rounded(ns, kMicro) < 1000) {
    const std::uint64_t tenths = rounded(ns, kMicro / 10);
    if (tenths < 1000)
      return print("%llu.%llu µs", static_cast<Wide>(tenths / 10), static_cast<Wide>(tenths % 10));
    return print("%llu µs", static_cast<Wide>(rounded(ns, kMicro)));
  }
  if (rounded(ns, kMilli) < 1000) {
    const std::uint64_t tenths = rounded(ns, kMilli / 10);
    if (tenths < 100)
      return print("%llu.%llu ms", static_cast<Wide>(tenths / 10), static_cast<Wide>(tenths % 10));
    return print("%llu ms", static_cast<Wide>(rounded(ns, kMilli)));
  }
  const std::uint64_t tenths = rounded(ns, kSecond / 10);
  if (tenths < 600)
    return print("%llu.%llu s", static_cast<Wide>(tenths / 10), static_cast<Wide>(tenths % 10));
  const std::uint64_t seconds = rounded(ns, kSecond);
  if (seconds < 3600) return two_units(seconds / 60, "min", seconds % 60, "s");
  const std::uint64_t minutes = rounded(seconds, 60);
  if (minutes < 24 * 60) return two_units(minutes / 60, "h", minutes % 60, "min");
  const std::uint64_t hours = rounded(minutes, 60);
  return two_units(hours / 24, "d", hours % 24, "h");
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return print("%llu B", static_cast<Wide>(bytes));
  double value = static_cast<double>(bytes);
  for (const char* unit : {"kB", "MB", "GB", "TB", "PB"}) {
    value /= 1000;
    if (const std::string digits = three_digits(value); !digits.empty()) return digits + " " + unit;
  }
  return print("%.0f EB", value / 1000);
}

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, " ");
  }
  return digits;
}

std::string rate_text(double per_second) {
  if (!(per_second > 0)) return "0/s";
  if (per_second < 0.05) return "<0.1/s";
  if (per_second < 9.95) return print("%.1f/s", per_second);
  if (per_second < 999.5) return print("%.0f/s", per_second);
  double value = per_second;
  for (const char* unit : {"k/s", "M/s", "G/s"}) {
    value /= 1000;
    if (const std::string digits = three_digits(value); !digits.empty()) return digits + " " + unit;
  }
  return print("%.0f G/s", value);
}

std::string plural(std::uint64_t count, std::string_view one, std::string_view many) {
  return count_text(count) + " " + std::string(count == 1 ? one : many);
}

std::string list_text(const std::vector<std::string>& items, std::size_t limit) {
  const bool cut = items.size() > limit;
  const std::size_t shown = cut ? limit - 1 : items.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += !cut && i + 1 == shown ? " and " : ", ";
    text += items[i];
  }
  if (cut) text += " and " + std::to_string(items.size() - shown) + " more";
  return text;
}

std::string capitalized(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace inspector::analysis
