#include "os/cgroup.hpp"

#include "os/shared_file.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

namespace mp::os {
namespace {

constexpr std::size_t kMountsLimit = 4 << 20;  // a host with thousands of containers
constexpr std::size_t kMostMounts = 64;
constexpr std::size_t kQuotaLimit = 256;
constexpr std::size_t kPathLimit = 4096;  // PATH_MAX: the kernel has no group behind a longer one

// One hierarchy as /proc/self/mountinfo shows it.
struct Mount {
  bool unified = false;  // v2; otherwise v1 with the cpu controller
  std::string point;     // where it is seen
  std::string group;     // the group that is seen there, "/" outside of containers
};

std::string_view next_field(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (next_field(list, ',') == word) return true;
  }
  return false;
}

// mountinfo writes blanks, tabs, newlines and backslashes as \040 and the like.
std::string unescaped(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 3 < text.size() && is_digit(text[i + 1]) &&
                         is_digit(text[i + 2]) && is_digit(text[i + 3]);
    if (escaped) {
      out +=
          static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0');
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

// "36 35 98:0 /group /mount/point rw,noatime master:1 - cgroup2 cgroup rw": any number of optional
// fields stand before the dash.
std::optional<Mount> parse_mount(std::string_view line) {
  for (int skipped = 0; skipped < 3; ++skipped) next_field(line, ' ');
  Mount mount;
  mount.group = unescaped(next_field(line, ' '));
  mount.point = unescaped(next_field(line, ' '));
  while (!line.empty() && next_field(line, ' ') != "-") {
  }
  const std::string_view type = next_field(line, ' ');
  next_field(line, ' ');
  mount.unified = type == "cgroup2";
  if (!mount.unified && !(type == "cgroup" && has_word(line, "cpu"))) return std::nullopt;
  if (!mount.point.starts_with('/')) return std::nullopt;
  return mount;
}

// The mounts to look at; where nothing is to be read, the usual places.
std::vector<Mount> find_mounts(const std::string& root) {
  const std::string text = read_text(root + "/proc/self/mountinfo", kMountsLimit);
  std::vector<Mount> mounts;
  for (std::string_view left = text; !left.empty() && mounts.size() < kMostMounts;) {
    if (auto mount = parse_mount(next_field(left, '\n'))) mounts.push_back(std::move(*mount));
  }
  if (!mounts.empty()) return mounts;
  return {{true, "/sys/fs/cgroup", "/"}, {false, "/sys/fs/cgroup/cpu", "/"}};
}

// The group of this process in a hierarchy, from the lines "0::/path" (v2) and
// "4:cpu,cpuacct:/path".
std::string find_group(std::string_view text, bool unified) {
  while (!text.empty()) {
    std::string_view line = next_field(text, '\n');
    const std::string_view number = next_field(line, ':');
    const std::string_view controllers = next_field(line, ':');
    if (unified ? number == "0" && controllers.empty() : has_word(controllers, "cpu"))
      return std::string(line);
  }
  return "/";
}

// The part of `group` below what the mount shows; empty when that is all, or when the group is out
// of sight ("/../..": the mount is of a namespace that this process has left).
std::string below(const std::string& group, const std::string& shown) {
  std::string_view path = group;
  if (shown != "/") {
    if (!path.starts_with(shown)) return {};
    path.remove_prefix(shown.size());
  }
  if (!path.starts_with('/') || path.size() > kPathLimit || path.find('\0') != path.npos) return {};
  for (std::string_view left = path; !left.empty();) {
    if (next_field(left, '/') == "..") return {};
  }
  return std::string(path);
}

std::optional<long long> number_in(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// v2's cpu.max is "QUOTA PERIOD", both in us, or "max PERIOD"; v1 has a file for each, and -1.
std::optional<double> quota_of(const std::string& folder, bool unified) {
  const std::string text = unified ? read_text(folder + "/cpu.max", kQuotaLimit)
                                   : read_text(folder + "/cpu.cfs_quota_us", kQuotaLimit) + ' ' +
                                         read_text(folder + "/cpu.cfs_period_us", kQuotaLimit);
  std::string_view left = text;
  const auto quota = number_in(left);
  const auto period = quota ? number_in(left) : std::nullopt;
  if (!period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace

std::optional<double> cpu_quota(const std::string& root) {
  const std::string groups = read_text(root + "/proc/self/cgroup");
  std::optional<double> least;
  for (const Mount& mount : find_mounts(root)) {
    std::string path = below(find_group(groups, mount.unified), mount.group);
    for (;;) {
      const auto quota = quota_of(root + mount.point + path, mount.unified);
      if (quota && (!least || *quota < *least)) least = quota;
      if (path.empty()) break;
      path.resize(path.rfind('/'));
    }
  }
  return least;
}

}  // namespace mp::os
