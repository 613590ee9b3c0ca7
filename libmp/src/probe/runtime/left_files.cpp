#include "probe/runtime/left_files.hpp"

#include "base/hex.hpp"
#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/process_id.hpp"
#include "os/runtime_dir.hpp"
#include "os/shared_file.hpp"
#include "probe/runtime/read_header.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mp::probe {
namespace {

constexpr std::uint64_t kStillWarmNs = 10'000'000'000;  // it may be about to make its first file

bool lives(const std::string& path) {
  const auto header = std::make_unique<wire::PlainHeader>();
  if (!read_header(path, *header)) return false;
  // A foreign file need not end its text.
  const std::string_view boot(header->boot_id, ::strnlen(header->boot_id, sizeof header->boot_id));
  return boot == os::boot_id() && os::is_alive({header->pid, header->start_ticks});
}

bool is_dead(const std::string& tree_dir) {
  return std::ranges::none_of(os::list_dir(tree_dir), [&](const std::string& name) {
    return name.ends_with(".mpi") && lives(tree_dir + '/' + name);
  });
}

void remove_tree(const std::string& tree_dir) {
  for (const std::string& name : os::list_dir(tree_dir))
    os::remove_file((tree_dir + '/' + name).c_str());
  os::remove_dir(tree_dir.c_str());
}

bool is_tree(std::string_view name) {
  return name.size() == 16 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void forget_oldest(const std::string& runtime_dir) {
  std::vector<std::pair<std::uint64_t, std::string>> trees;  // by the time of their last change
  for (const std::string& name : os::list_dir(runtime_dir)) {
    if (is_tree(name)) trees.emplace_back(0, runtime_dir + '/' + name);
  }
  if (trees.size() <= 2 * kTreesKept) return;
  for (auto& [changed_ns, path] : trees) changed_ns = os::changed_ns(path);
  std::sort(trees.begin(), trees.end());
  const std::uint64_t warm_since = os::realtime_ns() - kStillWarmNs;
  for (const auto& [changed_ns, path] : std::span(trees).first(trees.size() - kTreesKept)) {
    if (changed_ns >= warm_since) return;
    if (is_dead(path)) remove_tree(path);
  }
}

bool is_watched(const std::string& path) {
  const os::UniqueFd fd = os::open_shared_file(path, false);
  wire::PlainControl control{};
  const auto bytes = std::as_writable_bytes(std::span(&control, 1));
  return fd.valid() && os::read_at(fd.get(), wire::kControlOffset, bytes) == bytes.size() &&
         control.watcher != 0;
}

struct Kept {
  std::atomic<std::uint64_t> puid{0};
  std::atomic<bool> as_asked{false};
};
constinit std::array<Kept, kChildrenKept> kept{};
constinit std::atomic<std::size_t> kept_so_far{0};

void remove_unless_watched(std::string_view tree_dir, std::uint64_t puid) noexcept {
  try {
    const std::string path = std::string(tree_dir) + '/' + hex16(puid) + ".mpi";
    if (!is_watched(path)) os::remove_file(path.c_str());
  } catch (...) {  // out of memory for a path
  }
}

}  // namespace

void forget_old_trees(const std::string& runtime_dir) noexcept {
  try {
    forget_oldest(runtime_dir);
  } catch (...) {  // out of memory: the next one will
  }
}

void keep_file_of_child(std::string_view tree_dir, std::uint64_t puid, bool as_asked) noexcept {
  Kept& place = kept[kept_so_far.fetch_add(1, std::memory_order_relaxed) % kChildrenKept];
  place.as_asked.store(as_asked, std::memory_order_relaxed);
  const std::uint64_t old = place.puid.exchange(puid, std::memory_order_release);
  if (old != 0) remove_unless_watched(tree_dir, old);
}

void remove_files_of_ended(std::string_view tree_dir) noexcept {
  if (kept_so_far.load(std::memory_order_relaxed) == 0) return;
  for (Kept& place : kept) {
    const std::uint64_t puid = place.puid.load(std::memory_order_acquire);
    if (puid != 0 && place.as_asked.load(std::memory_order_relaxed))
      remove_unless_watched(tree_dir, puid);
  }
}

void forget_kept_files() noexcept {
  if (kept_so_far.load(std::memory_order_relaxed) == 0) return;
  kept_so_far.store(0, std::memory_order_relaxed);
  for (Kept& place : kept) place.puid.store(0, std::memory_order_relaxed);
}

}  // namespace mp::probe
