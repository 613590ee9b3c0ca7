// How numbers and lists read in sentences: "12.4 s", "340 ms", "2 min 05 s", "41 MB", "A, B and C".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inspector::analysis {

// Three digits or two units, never more: 740 ns, 12.4 µs, 340 ms, 12.4 s, 2 min 05 s, 1 h 02 min, 3
// d 04 h.
std::string duration_text(std::uint64_t ns);

// Powers of 1000: 0 B, 812 B, 4.1 kB, 84 MB.
std::string bytes_text(std::uint64_t bytes);

// 812, 4 812 (thin groups are plain spaces), for counts that a person reads.
std::string count_text(std::uint64_t count);

// Per second, three digits: 0.4/s, 41/s, 1.2 k/s, 3.1 M/s.
std::string rate_text(double per_second);

// "1 process", "2 processes".
std::string plural(std::uint64_t count, std::string_view one, std::string_view many);

// "A", "A and B", "A, B and C"; beyond `limit` entries "A, B and 5 more".
std::string list_text(const std::vector<std::string>& items, std::size_t limit = 6);

// First letter in upper case (ASCII).
std::string capitalized(std::string text);

}  // namespace inspector::analysis
