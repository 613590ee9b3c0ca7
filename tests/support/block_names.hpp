// What there is in /dev/shm, seen past the library.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

namespace support {

inline bool block_exists(const std::string& name) {
  return std::filesystem::exists("/dev/shm/" + name);
}

inline std::vector<std::string> blocks_called(std::string_view prefix) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm")) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix)) found.push_back(name);
  }
  return found;
}

// Of this test alone.
inline std::string fresh_block_name(std::string_view what) {
  static int count = 0;
  return "libmp_" + std::string(what) + "_" + std::to_string(::getpid()) + "_" +
         std::to_string(++count);
}

// Waits until it is so, for much longer than it can take.
inline bool is_soon(const std::function<bool()>& is_so) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace support
