#include "present/format.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace inspector::present {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool contains_word(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

}  // namespace

std::string clock_text(std::int64_t ns) {
  const std::int64_t tenths = std::max<std::int64_t>(ns, 0) / (kSecond / 10);
  const std::int64_t seconds = tenths / 10;
  return fmt::format("{:02}:{:02}:{:02}.{}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     tenths % 10);
}

std::string moment_text(Moment moment, std::int64_t wall_at_zero, Moment begin) {
  if (wall_at_zero == 0) return fmt::format("+{:.3f} s", static_cast<double>(moment - begin) / 1e9);
  const std::int64_t ms = (wall_at_zero + moment) / 1'000'000;
  const std::int64_t of_day = ms % (24 * 3600 * 1000);
  return fmt::format("{:02}:{:02}:{:02}.{:03}", of_day / 3'600'000, of_day / 60'000 % 60,
                     of_day / 1000 % 60, of_day % 1000);
}

std::string relative_text(std::int64_t ns) {
  if (ns == 0) return "now";
  const std::int64_t size = std::abs(ns);
  const char sign = ns < 0 ? '-' : '+';
  if (size < 60 * kSecond && size >= kSecond / 1000)
    return fmt::format("{}{:.3f} s", sign, static_cast<double>(size) / 1e9);
  return sign + duration_text(static_cast<std::uint64_t>(size));
}

std::string axis_time_text(std::int64_t ns, double step_seconds) {
  const double seconds = static_cast<double>(ns) / 1e9;
  if (step_seconds >= 1 && std::abs(seconds) >= 60) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const std::int64_t size = std::abs(whole);
    const char* sign = whole < 0 ? "-" : "";
    if (size >= 3600)
      return fmt::format("{}{}:{:02}:{:02}", sign, size / 3600, size / 60 % 60, size % 60);
    return fmt::format("{}{}:{:02}", sign, size / 60, size % 60);
  }
  if (step_seconds < 0.000'999 && std::abs(seconds) < 1)
    return fmt::format("{:.0f} µs", seconds * 1e6);
  const int decimals =
      step_seconds >= 0.999
          ? 0
          : std::clamp(static_cast<int>(std::ceil(-std::log10(step_seconds) - 1e-9)), 1, 9);
  return fmt::format("{:.{}f} s", seconds, decimals);
}

std::string percent_text(double fraction) {
  if (!(fraction > 0)) return "0 %";
  if (fraction < 0.01) return "<1 %";
  return fmt::format("{:.0f} %", fraction * 100);
}

std::string list_rate_text(double per_second) {
  std::string text = analysis::rate_text(per_second);
  const std::size_t slash = text.rfind('/');
  if (slash != std::string::npos && slash > 0 && (is_digit(text[slash - 1])))
    text.insert(slash, 1, ' ');
  return text;
}

std::string short_number(double value) {
  if (value < 1000) return fmt::format("{:.{}f}", value, value == std::floor(value) ? 0 : 1);
  static constexpr const char* kUnits[] = {"k", "M", "G", "T"};
  for (const char* unit : kUnits) {
    value /= 1000;
    if (value < 1000) {
      return fmt::format("{:.{}f} {}", value, value == std::floor(value) ? 0 : 1, unit);
    }
  }
  return fmt::format("{:.0e}", value * 1e12);
}

std::string ago_text(std::int64_t ns) {
  const std::int64_t seconds = std::max<std::int64_t>(ns, 0) / kSecond;
  if (seconds < 10) return "just now";
  if (seconds < 90) return fmt::format("{} s ago", seconds);
  if (seconds < 90 * 60) return fmt::format("{} min ago", (seconds + 30) / 60);
  if (seconds < 36 * 3600) return fmt::format("{} h ago", (seconds + 1800) / 3600);
  return fmt::format("{} days ago", (seconds + 43200) / 86400);
}

bool matches(std::string_view text, std::string_view needle) {
  while (!needle.empty()) {
    const std::size_t space = std::min(needle.find(' '), needle.size());
    if (!contains_word(text, needle.substr(0, space))) return false;
    needle.remove_prefix(std::min(space + 1, needle.size()));
  }
  return true;
}

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const auto run = [](std::string_view text, std::size_t& at) {
        while (at < text.size() && text[at] == '0') ++at;
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(begin, at - begin);
      };
      const std::string_view x = run(a, i);
      const std::string_view y = run(b, j);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    if (lower(a[i]) != lower(b[j])) return lower(a[i]) < lower(b[j]);
    ++i;
    ++j;
  }
  return a.size() - i < b.size() - j;
}

}  // namespace inspector::present
