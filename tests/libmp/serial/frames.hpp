// Frames of a file that a Python peer wrote or will read: four bytes of length, big-endian, and
// data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>

namespace mp::test {

inline void put_frame(std::ostream& out, std::string_view data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.put(static_cast<char>(size >> shift));
  out.write(data.data(), static_cast<std::streamsize>(data.size()));
}

inline std::string_view take_frame(std::string_view& data) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size * 256 + static_cast<unsigned char>(data.at(i));
  const std::string_view frame = data.substr(4, size);
  data.remove_prefix(4 + size);
  return frame;
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

}  // namespace mp::test
