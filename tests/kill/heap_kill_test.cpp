// SIGKILL at random instructions of processes that allocate and free blocks of the heap, while
// their parent does so too.
#include "kill/storm.hpp"
#include "shm/heap.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

namespace kill_test {
namespace {

using namespace std::chrono_literals;
using mp::shm::UniqueBlock;

constexpr int kWorkers = 4;
constexpr int kKills = 500;
constexpr std::size_t kGiftWords = 100;

void require(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

std::span<std::uint64_t> words(const UniqueBlock& block, std::size_t count) {
  return {static_cast<std::uint64_t*>(block.address()), count};
}

bool all_are(std::span<const std::uint64_t> numbers, std::uint64_t wanted) {
  for (const std::uint64_t number : numbers) {
    if (number != wanted) return false;
  }
  return true;
}

// Makes and drops blocks, and looks whether anybody else writes into them.
class Churn {
 public:
  explicit Churn(std::uint32_t seed) : random_(seed), mark_(std::uint64_t{seed} << 32) {}

  void step() {
    if (!mine_.empty() && (mine_.size() == 50 || random_() % 2 == 0)) {
      std::swap(mine_[random_() % mine_.size()], mine_.back());
      const Mine& old = mine_.back();
      require(all_are(words(old.block, old.count), old.mark), "somebody else has this block too");
      mine_.pop_back();
      return;
    }
    const bool is_big = random_() % 64 == 0;
    const std::size_t count = 1 + random_() % (is_big ? 30'000 : 300);
    mine_.push_back({UniqueBlock::allocate(count * 8), count, ++mark_});
    require(all_are(words(mine_.back().block, count), 0), "not zero");
    for (std::uint64_t& word : words(mine_.back().block, count)) word = mark_;
  }

 private:
  struct Mine {
    UniqueBlock block;
    std::size_t count;
    std::uint64_t mark;
  };

  std::mt19937 random_;
  std::uint64_t mark_;
  std::vector<Mine> mine_;
};

struct Gift {
  UniqueBlock block;
  std::uint64_t mark = 0;
};

struct Shared {
  std::atomic<std::uint64_t> rounds;
  std::atomic<bool> stop;
};

std::size_t blocks_in_use() {
  std::size_t sum = 0;
  for (const mp::shm::ArenaView& arena : mp::shm::heap_view()) sum += arena.blocks;
  return sum;
}

void storm() {
  support::SharedPage<Shared> shared;
  std::array<Gift, kWorkers> gifts;  // what each worker inherits
  std::uint64_t marks = 0;
  const auto wrap = [&](Gift& gift) {
    gift = {UniqueBlock::allocate(kGiftWords * 8), ++marks};
    for (std::uint64_t& word : words(gift.block, kGiftWords)) word = gift.mark;
  };
  for (Gift& gift : gifts) wrap(gift);

  Storm crew(
      kWorkers,
      [&](int index) {
        const Gift& gift = gifts.at(static_cast<std::size_t>(index));
        Churn churn(static_cast<std::uint32_t>(::getpid()));
        while (!shared->stop) {
          churn.step();
          require(all_are(words(gift.block, kGiftWords), gift.mark), "the gift was taken back");
          ++shared->rounds;
        }
      },
      20240616);
  Churn own(1);
  for (int kills = 0; kills < kKills; ++kills) {
    Storm::require_progress([&] { return shared->rounds.load(); }, "rounds");
    for (int i = 0; i < 20; ++i) own.step();
    // Dropped here while the worker has it: from now on it is the worker's alone.
    gifts.at(static_cast<std::size_t>(kills) % kWorkers) = {};
    for (int i = 0; i < 20; ++i) own.step();
    crew.strike(400us, [&](int index) { wrap(gifts.at(static_cast<std::size_t>(index))); });
  }
  shared->stop = true;
  crew.finish();
}

TEST(HeapKill, NoBlockIsGivenTwiceAndNoneIsLost) {
  support::ChildScope child(
      [] {
        const int before = ::dup(0);
        ::close(before);
        storm();
        require(blocks_in_use() == 0, "blocks are left");
        mp::shm::trim_heap();
        require(mp::shm::heap_view().empty(), "arenas are left");
        const int after = ::dup(0);
        require(after == before, "descriptors are left");
        return 0;
      },
      150s);
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

}  // namespace
}  // namespace kill_test
