// Whether a process is in a blocking call at this moment: how a test waits for that without
// sleeping itself.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include <sys/types.h>

namespace support {

inline bool is_asleep(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  const std::size_t name_end = stat.rfind(')');  // the name may contain some
  return name_end != std::string::npos && stat.compare(name_end, 3, ") S") == 0;
}

}  // namespace support
