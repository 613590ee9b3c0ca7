// How much memory a test may take: of the machine, and of the control groups that it is in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace support {

namespace detail {

inline std::optional<std::uint64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;  // no such file, or "max"
}

inline std::uint64_t available_to_machine() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  std::uint64_t kib = 0;
  while (file >> word) {
    if (word == "MemAvailable:" && file >> kib) return kib * 1024;
  }
  return 0;
}

// Up to the root; a container sees its own group as that.
inline std::uint64_t left_in_groups(const std::string& mount, std::string group,
                                    const std::string& limit, const std::string& used) {
  std::uint64_t least = ~std::uint64_t{0};
  for (;;) {
    const auto most = number_in(mount + group + limit);
    const auto now = number_in(mount + group + used);
    if (most && now) least = std::min(least, *most - std::min(*most, *now));
    if (group.empty()) return least;
    group.erase(group.rfind('/'));
  }
}

}  // namespace detail

// In bytes. What the page cache of a group could give back counts as taken.
inline std::uint64_t free_memory() {
  std::uint64_t least = detail::available_to_machine();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t path = line.find(":/");
    if (path == std::string::npos) continue;
    const std::string group = line.substr(path + 1) == "/" ? "" : line.substr(path + 1);
    if (line.starts_with("0::"))
      least = std::min(
          least, detail::left_in_groups("/sys/fs/cgroup", group, "/memory.max", "/memory.current"));
    if (line.find(":memory:") != std::string::npos)
      least = std::min(
          least, detail::left_in_groups("/sys/fs/cgroup/memory", group, "/memory.limit_in_bytes",
                                        "/memory.usage_in_bytes"));
  }
  return least;
}

}  // namespace support
