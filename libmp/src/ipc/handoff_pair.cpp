#include "ipc/handoff_pair.hpp"

#include "os/cpu.hpp"
#include "os/memory.hpp"
#include "shm/heap.hpp"
#include <libmp/exceptions.hpp>

#include <cstdint>
#include <new>

namespace mp::ipc {

// The first end sends through the first place.
struct HandoffPair::Block {
  static constexpr std::size_t kBytes = 2 * sizeof(HandoffPlace);

  [[nodiscard]] HandoffPlace& place(bool second) const noexcept {
    return static_cast<HandoffPlace*>(memory.address())[second ? 1 : 0];
  }
  shm::UniqueBlock memory;
};

namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};  // instead of a descriptor's number

std::shared_ptr<os::Mapping> map(int file) {
  return std::make_shared<os::Mapping>(file, sizeof(HandoffPlace));
}

HandoffPlace& place_in(const os::Mapping& memory) noexcept {
  return *reinterpret_cast<HandoffPlace*>(memory.data());
}

}  // namespace

void HandoffPair::Way::open(std::shared_ptr<void> in, HandoffPlace& at) {
  handoff = std::make_unique<Handoff>(at);
  memory = std::move(in);
  place = handoff.get();
}

std::shared_ptr<HandoffPair> HandoffPair::on(std::shared_ptr<Block> block, bool is_second) {
  auto pair = std::make_shared<HandoffPair>();
  pair->outgoing_.open(block, block->place(is_second));
  pair->incoming_.open(block, block->place(!is_second));
  pair->block_ = std::move(block);
  pair->is_second_ = is_second;
  return pair;
}

std::pair<std::shared_ptr<HandoffPair>, std::shared_ptr<HandoffPair>> HandoffPair::of_pipe() {
  if (!os::can_spin()) return {};
  try {
    const auto block = std::make_shared<Block>(Block{shm::UniqueBlock::allocate(Block::kBytes)});
    return {on(block, false), on(block, true)};
  } catch (const OSError&) {
    return {};
  }
}

std::shared_ptr<HandoffPair> HandoffPair::of_unix_socket() {
  if (!os::can_spin()) return nullptr;
  auto pair = std::make_shared<HandoffPair>();
  pair->is_to_offer_ = true;
  pair->expects_offer_ = true;
  return pair;
}

void HandoffPair::pack(detail::OutArchive& archive, HandoffPair* pair) {
  if (pair == nullptr || pair->block_ == nullptr) {
    if (pair != nullptr) pair->expose();  // to a sender that will know nothing of it
    archive(kNone);
    return;
  }
  const shm::UniqueBlock& memory = pair->block_->memory;
  archive(archive.luggage("Connection").pack(memory.share()), memory.identity().offset,
          pair->is_second_);
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
    os::UniqueFd file(luggage.share(number));
    made = std::make_shared<Block>(
        Block{shm::UniqueBlock::attach(std::move(file), offset, Block::kBytes)});
  }
  return on(std::static_pointer_cast<Block>(made), is_second);
}

void HandoffPair::expose() noexcept {
  if (Handoff* const place = outgoing_.place) place->expose();
}

void HandoffPair::make_offer() {
  os::UniqueFd file = os::create_sealed_memfd("libmp-handoff", sizeof(HandoffPlace));
  const std::shared_ptr<os::Mapping> memory = map(file.get());
  os::back_with_pages(file.get(), *memory, 0, sizeof(HandoffPlace));
  HandoffPlace& place = place_in(*memory);
  // A fork before this moment has left others with the descriptor, who will have another place.
  place.socket_exposed = true;
  outgoing_.open(memory, place);
  offer_ = std::move(file);
}

int HandoffPair::offer() noexcept {
  if (std::exchange(is_to_offer_, false)) {
    try {
      make_offer();
    } catch (const OSError&) {  // no descriptor, or no memory: it goes without
    } catch (const std::bad_alloc&) {
    }
  }
  return offer_.get();
}

void HandoffPair::message_came(os::UniqueFd offer) noexcept {
  expects_offer_ = false;
  if (!offer.valid() || !os::is_sealed_memfd(offer.get(), sizeof(HandoffPlace))) return;
  try {
    const std::shared_ptr<os::Mapping> memory = map(offer.get());
    incoming_.open(memory, place_in(*memory));
  } catch (const OSError&) {  // no memory: nobody looks there
  } catch (const std::bad_alloc&) {
  }
}

}  // namespace mp::ipc
