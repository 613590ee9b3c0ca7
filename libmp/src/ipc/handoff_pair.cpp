#include "ipc/handoff_pair.hpp"

#include "os/cpu.hpp"
#include <libmp/exceptions.hpp>

#include <cstdint>

namespace mp::ipc {
namespace {

constexpr std::size_t kBlockBytes = 2 * sizeof(HandoffPlace);
constexpr std::uint32_t kNone = ~std::uint32_t{0};  // instead of a descriptor's number

HandoffPlace& place(const shm::UniqueBlock& memory, bool second) noexcept {
  return static_cast<HandoffPlace*>(memory.address())[second ? 1 : 0];
}

}  // namespace

// The first end sends through the first place.
HandoffPair::HandoffPair(std::shared_ptr<shm::UniqueBlock> memory, bool is_second) noexcept
    : memory_(std::move(memory)),
      is_second_(is_second),
      outgoing_(place(*memory_, is_second)),
      incoming_(place(*memory_, !is_second)) {}

std::pair<std::shared_ptr<HandoffPair>, std::shared_ptr<HandoffPair>> HandoffPair::make() {
  if (!os::can_spin()) return {};
  try {
    auto memory = std::make_shared<shm::UniqueBlock>(shm::UniqueBlock::allocate(kBlockBytes));
    auto first = std::make_shared<HandoffPair>(memory, false);
    return {std::move(first), std::make_shared<HandoffPair>(std::move(memory), true)};
  } catch (const OSError&) {
    return {};
  }
}

void HandoffPair::pack(detail::OutArchive& archive, const HandoffPair* pair) {
  if (pair == nullptr) {
    archive(kNone);
    return;
  }
  archive(archive.luggage("Connection").pack(pair->memory_->share()),
          pair->memory_->identity().offset, pair->is_second_);
}

std::shared_ptr<HandoffPair> HandoffPair::unpack(detail::InArchive& archive) {
  std::uint32_t number = kNone;
  archive(number);
  if (number == kNone) return nullptr;
  std::uint64_t offset = 0;
  bool is_second = false;
  archive(offset, is_second);
  detail::Luggage& luggage = archive.luggage("Connection");
  std::shared_ptr<void>& made = luggage.made_of(number, offset);
  if (made == nullptr) {
    made = std::make_shared<shm::UniqueBlock>(
        shm::UniqueBlock::attach(os::UniqueFd(luggage.share(number)), offset, kBlockBytes));
  }
  return std::make_shared<HandoffPair>(std::static_pointer_cast<shm::UniqueBlock>(made), is_second);
}

}  // namespace mp::ipc
