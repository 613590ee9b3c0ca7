// CPython's tests of the heap that shared values lie in: _TestHeap.
#include "shm/heap.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using mp::shm::ArenaView;
using mp::shm::Range;
using mp::shm::UniqueBlock;

struct Live {
  UniqueBlock block;
  std::size_t bytes;
};

Range range_of(const Live& live) {
  const std::size_t begin = live.block.identity().offset;
  const std::size_t whole = std::max<std::size_t>((live.bytes + 63) / 64 * 64, 64);
  return {begin, begin + whole};
}

// What is free and what is in use cover each arena from its beginning to its end.
void expect_tiled(const std::vector<Live>& blocks) {
  std::size_t seen = 0;
  for (const ArenaView& arena : mp::shm::heap_view()) {
    std::vector<Range> parts = arena.free;
    for (const Live& live : blocks) {
      if (live.block.identity().inode == arena.identity.inode) parts.push_back(range_of(live));
    }
    ASSERT_EQ(parts.size(), arena.free.size() + arena.blocks);
    seen += arena.blocks;
    std::sort(parts.begin(), parts.end(),
              [](const Range& one, const Range& other) { return one.begin < other.begin; });
    std::size_t at = 0;
    for (const Range& part : parts) {
      ASSERT_EQ(part.begin, at);
      at = part.end;
    }
    ASSERT_EQ(at, arena.bytes);
  }
  ASSERT_EQ(seen, blocks.size());
}

TEST(TestHeap, test_heap) {
  constexpr int kIterations = 5000;
  constexpr std::size_t kMaxBlocks = 50;
  std::mt19937 random(20240617);
  std::lognormal_distribution<double> size(0, 1);
  mp::shm::trim_heap();
  std::vector<Live> blocks;
  for (int i = 0; i < kIterations; ++i) {
    const auto bytes = static_cast<std::size_t>(size(random) * 1000);
    blocks.push_back({UniqueBlock::allocate(bytes), bytes});
    if (blocks.size() > kMaxBlocks) {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      blocks.pop_back();
    }
    if (i % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(expect_tiled(blocks));
    }
  }
  ASSERT_NO_FATAL_FAILURE(expect_tiled(blocks));

  std::shuffle(blocks.begin(), blocks.end(), random);
  while (!blocks.empty()) {
    blocks.pop_back();
    if (blocks.size() % 10 == 0) {
      ASSERT_NO_FATAL_FAILURE(expect_tiled(blocks));
    }
  }
  mp::shm::trim_heap();
  EXPECT_TRUE(mp::shm::heap_view().empty());
}

// There is no collector here that frees in the middle of an allocation; a fork handler does so: it
// runs after the heap's own, which was registered later.
std::function<void()> collector;
const bool registered = [] {
  ::pthread_atfork(
      [] {
        if (collector) collector();
      },
      nullptr, nullptr);
  return true;
}();

TEST(TestHeap, test_free_from_gc) {
  std::vector<UniqueBlock> garbage;
  for (int i = 0; i < 10'000; ++i) garbage.push_back(UniqueBlock::allocate(1));
  collector = [&] { garbage.clear(); };

  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  collector = nullptr;
  ::waitpid(pid, nullptr, 0);

  const UniqueBlock next = UniqueBlock::allocate(1);
  std::size_t in_use = 0;
  for (const ArenaView& arena : mp::shm::heap_view()) in_use += arena.blocks;
  EXPECT_EQ(in_use, 1u);
}

}  // namespace
