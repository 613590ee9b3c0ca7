// Picture: pixels as they are on the screen, and how they become a PNG file.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::app {

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgba;  // top row first
};

// The whole file in memory. An empty picture is a valid, empty PNG.
std::vector<std::uint8_t> encode_png(const Picture& picture);

// Writes to a temporary name beside `path` first: nobody ever sees half a file.
mp::Result<void> write_png(const Picture& picture, const std::string& path);

}  // namespace inspector::app
