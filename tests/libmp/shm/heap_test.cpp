#include "shm/heap.hpp"

#include "support/child_scope.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::shm {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Where = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
Where where(const UniqueBlock& block) {
  const BlockIdentity identity = block.identity();
  return {identity.device, identity.inode, identity.offset};
}

bool is_zero(const UniqueBlock& block, std::size_t bytes) {
  const auto* const at = static_cast<const unsigned char*>(block.address());
  return std::all_of(at, at + bytes, [](unsigned char byte) { return byte == 0; });
}

void fork_something() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
}

std::size_t backed_bytes() {
  std::size_t sum = 0;
  for (const ArenaView& arena : heap_view()) sum += arena.backed_bytes;
  return sum;
}

// What the kernel says of the file that the block lies in.
std::size_t kernel_bytes(const UniqueBlock& block) {
  struct stat status{};
  ::fstat(block.share(), &status);
  return static_cast<std::size_t>(status.st_blocks) * 512;
}

int next_descriptor() {
  const int fd = ::dup(0);
  ::close(fd);
  return fd;
}

void expect_in_child(const std::function<bool()>& body) {
  support::ChildScope child([&] { return body() ? 0 : 1; });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Heap, BlocksAreZeroedAlignedAndApart) {
  std::mt19937 random(1);
  std::vector<std::pair<UniqueBlock, std::size_t>> blocks;
  for (int i = 0; i < 500; ++i) {
    const std::size_t bytes = std::size_t{1} << std::uniform_int_distribution<>(0, 15)(random);
    blocks.emplace_back(UniqueBlock::allocate(bytes), bytes);
    ASSERT_TRUE(is_zero(blocks.back().first, bytes));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(blocks.back().first.address()) % 64, 0u);
    std::memset(blocks.back().first.address(), i % 251 + 1, bytes);
  }

  for (int i = 0; i < 500; ++i) {
    const auto& [block, bytes] = blocks[static_cast<std::size_t>(i)];
    const auto* const at = static_cast<const unsigned char*>(block.address());
    ASSERT_TRUE(
        std::all_of(at, at + bytes, [&](unsigned char byte) { return byte == i % 251 + 1; }));
  }
}

TEST(Heap, AFreedBlockIsUsedAgainAndZeroed) {
  Where freed;
  {
    const UniqueBlock block = UniqueBlock::allocate(1000);
    std::memset(block.address(), 0xff, 1000);
    freed = where(block);
  }

  const UniqueBlock next = UniqueBlock::allocate(1000);

  EXPECT_EQ(where(next), freed);
  EXPECT_TRUE(is_zero(next, 1000));
}

// The child may still be using it.
TEST(Heap, ABlockThatAForkedChildMayHaveIsNotUsedAgain) {
  const UniqueBlock neighbour = UniqueBlock::allocate(64);
  Where freed;
  {
    const UniqueBlock block = UniqueBlock::allocate(64);
    fork_something();
    freed = where(block);
  }

  std::vector<UniqueBlock> blocks;
  for (int i = 0; i < 3000; ++i) {
    blocks.push_back(UniqueBlock::allocate(64));
    ASSERT_NE(where(blocks.back()), freed);
  }
}

// A fork server makes children without a fork here.
TEST(Heap, ABlockThatWasHandedOverIsNotUsedAgain) {
  const UniqueBlock neighbour = UniqueBlock::allocate(64);
  Where freed;
  {
    const UniqueBlock block = UniqueBlock::allocate(64);
    (void)block.share();
    freed = where(block);
  }

  std::vector<UniqueBlock> blocks;
  for (int i = 0; i < 3000; ++i) {
    blocks.push_back(UniqueBlock::allocate(64));
    ASSERT_NE(where(blocks.back()), freed);
  }
}

TEST(Heap, AChildSharesWhatItInheritedAndAllocatesElsewhere) {
  const UniqueBlock inherited = UniqueBlock::allocate(sizeof(int));

  expect_in_child([&] {
    const UniqueBlock own = UniqueBlock::allocate(sizeof(int));
    *static_cast<int*>(inherited.address()) = 42;
    return own.identity().inode != inherited.identity().inode && is_zero(own, sizeof(int));
  });

  EXPECT_EQ(*static_cast<int*>(inherited.address()), 42);
}

TEST(Heap, AChildThatFreesWhatItInheritedDoesNotTakeItFromItsParent) {
  UniqueBlock block = UniqueBlock::allocate(64);
  *static_cast<int*>(block.address()) = 7;

  expect_in_child([&] {
    block = UniqueBlock();
    std::vector<UniqueBlock> blocks;
    for (int i = 0; i < 3000; ++i) {
      blocks.push_back(UniqueBlock::allocate(64));
      std::memset(blocks.back().address(), 0xff, 64);
    }
    return true;
  });

  EXPECT_EQ(*static_cast<int*>(block.address()), 7);
}

TEST(Heap, AnAttachedBlockIsTheSameMemory) {
  const UniqueBlock block = UniqueBlock::allocate(100);
  const int fd = ::dup(block.share());

  const UniqueBlock attached = UniqueBlock::attach(os::UniqueFd(fd), block.identity().offset, 100);
  *static_cast<int*>(attached.address()) = 5;

  EXPECT_EQ(*static_cast<int*>(block.address()), 5);
  EXPECT_EQ(where(attached), where(block));
}

TEST(Heap, AttachingToWhatIsNoBlockIsAValueError) {
  const UniqueBlock block = UniqueBlock::allocate(100);
  const auto attach = [&](std::uint64_t offset, std::size_t bytes) {
    return UniqueBlock::attach(os::UniqueFd(::dup(block.share())), offset, bytes);
  };

  EXPECT_THROW(attach(1, 8), ValueError);
  EXPECT_THROW(attach(std::uint64_t{1} << 40, 8), ValueError);
  EXPECT_THROW(attach(64, ~std::size_t{0}), ValueError);
}

TEST(Heap, FreedPagesGoBackToTheMachine) {
  constexpr std::size_t kBlocks = 200;
  constexpr std::size_t kBytes = 32 * 1024;
  constexpr std::size_t kUnswept = 64 * 1024 * 8;  // what each arena may keep for a while
  std::vector<UniqueBlock> row;
  for (std::size_t i = 0; i < kBlocks; ++i) row.push_back(UniqueBlock::allocate(kBytes));
  const UniqueBlock survivor = std::move(row[kBlocks / 2]);  // in an arena of many
  const std::size_t before = backed_bytes();
  const std::size_t kernel_before = kernel_bytes(survivor);
  row.clear();

  EXPECT_LT(backed_bytes() + (kBlocks - 1) * kBytes, before + kUnswept);
  EXPECT_LT(kernel_bytes(survivor), kernel_before / 2);
}

TEST(Heap, NothingIsLeftOfWhatIsFreed) {
  expect_in_child([] {
    const int before = next_descriptor();
    {
      std::vector<UniqueBlock> blocks;
      for (int i = 0; i < 500; ++i) blocks.push_back(UniqueBlock::allocate(20'000));
    }
    trim_heap();
    return heap_view().empty() && next_descriptor() == before;
  });
}

// Values made, shared with a child and dropped for ever: neither descriptors nor mappings may pile
// up.
TEST(Heap, DroppedBlocksDoNotPileUpAcrossForks) {
  expect_in_child([] {
    const UniqueBlock long_lived = UniqueBlock::allocate(64);
    const int before = next_descriptor();
    for (int round = 0; round < 100; ++round) {
      std::vector<UniqueBlock> blocks;
      for (int i = 0; i < 200; ++i) blocks.push_back(UniqueBlock::allocate(64));
      fork_something();
    }
    return next_descriptor() - before <= 3;
  });
}

TEST(Heap, TenThousandBlocksNeedFewDescriptors) {
  expect_in_child([] {
    const int before = next_descriptor();
    std::vector<UniqueBlock> blocks;
    for (int i = 0; i < 10'000; ++i) blocks.push_back(UniqueBlock::allocate(8));
    return next_descriptor() - before <= 8;
  });
}

TEST(Heap, ARequestBeyondTheMachineNamesNeededAndFreeBytes) {
  for (const std::size_t bytes : {std::size_t{1} << 50, ~std::size_t{0}}) {
    try {
      (void)UniqueBlock::allocate(bytes);
      ADD_FAILURE() << bytes;
    } catch (const OSError& error) {
      EXPECT_EQ(error.error_number(), ENOMEM);
      EXPECT_THAT(error.what(), AllOf(HasSubstr("allocate " + std::to_string(bytes) + " bytes"),
                                      HasSubstr(" bytes free")));
    }
  }

  EXPECT_TRUE(is_zero(UniqueBlock::allocate(100), 100));
}

// Runs in every fork of this program after the heap has closed itself for it: it was registered
// first.
std::function<void()> inside_of_the_heap;
const bool registered = [] {
  ::pthread_atfork(
      [] {
        if (inside_of_the_heap) inside_of_the_heap();
      },
      nullptr, nullptr);
  return true;
}();

TEST(Heap, FreeingWhileThisThreadIsInsideOfTheHeapDoesNotWait) {
  expect_in_child([] {
    std::vector<UniqueBlock> blocks;
    for (int i = 0; i < 100; ++i) blocks.push_back(UniqueBlock::allocate(1));
    bool was_called = false;
    inside_of_the_heap = [&] {
      blocks.clear();
      was_called = true;
    };
    fork_something();
    inside_of_the_heap = nullptr;

    std::size_t in_use = 0;
    for (const ArenaView& arena : heap_view()) in_use += arena.blocks;
    return was_called && in_use == 0;
  });
}

TEST(Heap, ThreadsDoNotGetInEachOthersWay) {
  std::atomic<int> clashes = 0;
  {
    std::vector<std::jthread> threads;
    for (int mark = 1; mark <= 4; ++mark) {
      threads.emplace_back([mark, &clashes] {
        std::mt19937 random(static_cast<unsigned>(mark));
        for (int round = 0; round < 2000; ++round) {
          const auto bytes = std::uniform_int_distribution<std::size_t>(1, 3000)(random);
          const UniqueBlock block = UniqueBlock::allocate(bytes);
          if (!is_zero(block, bytes)) ++clashes;
          auto* const at = static_cast<unsigned char*>(block.address());
          std::memset(at, mark, bytes);
          std::this_thread::yield();
          if (!std::all_of(at, at + bytes, [&](unsigned char byte) { return byte == mark; }))
            ++clashes;
        }
      });
    }
  }

  EXPECT_EQ(clashes, 0);
}

// fork() while other threads are inside must not leave the heap closed in the child.
TEST(Heap, ForkingWhileOthersAllocateIsSafe) {
  std::atomic<bool> stop = false;
  std::vector<std::jthread> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&] {
      while (!stop) (void)UniqueBlock::allocate(100);
    });
  }
  for (int i = 0; i < 50; ++i) {
    support::ChildScope child([] {
      (void)UniqueBlock::allocate(100);
      return 0;
    });
    ASSERT_TRUE(child.wait().ok()) << child.wait().text();
  }
  stop = true;
}

}  // namespace
}  // namespace mp::shm
