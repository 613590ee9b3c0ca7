#include "report/block_watch.hpp"

#include <string_view>

#include "os/named_memory.hpp"
#include "wire/payload.hpp"

namespace mp::report {
namespace {

using wire::EventKind;
using wire::ObjectKind;

constexpr std::uint64_t kLookEveryNs = 100'000'000;
constexpr std::size_t kMost = 4096;
constexpr std::size_t kCutAt = 200;  // bytes of a name in a declaration

bool is_name(std::string_view name) {
  return !name.empty() && name.size() < kCutAt && name.find('/') == std::string_view::npos;
}

}  // namespace

void BlockWatch::learn(const wire::Batch& news) {
  for (const wire::Event& event : news.events) {
    if (event.kind != EventKind::Declare || blocks_.size() >= kMost) continue;
    auto info = wire::decode_object_info(news.payload_of(event));
    if (!info || (info->kind != ObjectKind::SharedMemory && info->kind != ObjectKind::ShareableList)) continue;
    if (!is_name(info->name) || !os::is_block_device(info->device)) continue;
    const bool is_new =
        blocks_.try_emplace({info->device, info->inode}, Block{std::move(info->name), event.process, event.object}).second;
    if (is_new) next_look_ns_ = 0;
  }
}

void BlockWatch::look(wire::Batch& into, std::uint64_t now_ns) {
  if (now_ns < next_look_ns_) return;
  next_look_ns_ = now_ns + kLookEveryNs;
  std::erase_if(blocks_, [&](const auto& entry) {
    const auto& [key, block] = entry;
    if (os::has_name(block.name, {key.first, key.second})) return false;
    into.add({.t_ns = now_ns, .process = block.process, .object = block.object, .c = 1, .kind = EventKind::Unlinked});
    return true;
  });
}

}  // namespace mp::report
