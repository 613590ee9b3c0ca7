#include "shm/cell_arena.hpp"

#include "support/child_scope.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <tuple>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::shm {
namespace {

std::atomic<int>& number_in(const UniqueCell& cell) {
  return *static_cast<std::atomic<int>*>(cell.address());
}

using Where = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;
Where where(const UniqueCell& cell) {
  const CellIdentity identity = cell.identity();
  return {identity.device, identity.inode, identity.offset};
}

bool is_zero(const UniqueCell& cell) {
  static const unsigned char zeros[kCellBytes] = {};
  return std::memcmp(cell.address(), zeros, kCellBytes) == 0;
}

void fork_something() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
}

TEST(CellArena, CellsAreZeroedAlignedAndApart) {
  std::vector<UniqueCell> cells;
  std::set<Where> places;
  for (int i = 0; i < 3000; ++i) {  // several chunks
    cells.push_back(UniqueCell::allocate());
    ASSERT_TRUE(is_zero(cells.back()));
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(cells.back().address()) % kCellBytes, 0u);
    std::memset(cells.back().address(), 0xff, kCellBytes);
    places.insert(where(cells.back()));
  }

  EXPECT_EQ(places.size(), cells.size());
}

TEST(CellArena, AChildSharesTheCellsItInherited) {
  const UniqueCell cell = UniqueCell::allocate();

  support::ChildScope child([&] {
    number_in(cell) = 42;
    return 0;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  EXPECT_EQ(number_in(cell), 42);
}

TEST(CellArena, AFreedCellIsReusedAndZeroed) {
  Where freed;
  {
    const UniqueCell cell = UniqueCell::allocate();
    std::memset(cell.address(), 0xff, kCellBytes);
    freed = where(cell);
  }

  const UniqueCell next = UniqueCell::allocate();

  EXPECT_EQ(where(next), freed);
  EXPECT_TRUE(is_zero(next));
}

// The child may still be using it.
TEST(CellArena, ACellThatAChildMayHaveIsNotReused) {
  Where freed;
  {
    const UniqueCell cell = UniqueCell::allocate();
    fork_something();
    freed = where(cell);
  }

  std::vector<UniqueCell> cells;
  for (int i = 0; i < 2000; ++i) {
    cells.push_back(UniqueCell::allocate());
    ASSERT_NE(where(cells.back()), freed);
  }
}

// A fork server makes children without a fork here.
TEST(CellArena, ACellThatWasHandedOverIsNotReused) {
  Where freed;
  {
    const UniqueCell cell = UniqueCell::allocate();
    (void)cell.share();
    freed = where(cell);
  }

  std::vector<UniqueCell> cells;
  for (int i = 0; i < 2000; ++i) {
    cells.push_back(UniqueCell::allocate());
    ASSERT_NE(where(cells.back()), freed);
  }
}

TEST(CellArena, AChildAllocatesFromMemoryOfItsOwn) {
  const UniqueCell parents = UniqueCell::allocate();

  support::ChildScope child([&] {
    const UniqueCell own = UniqueCell::allocate();
    return own.identity().inode != parents.identity().inode && is_zero(own) ? 0 : 1;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(CellArena, AChildThatFreesAnInheritedCellDoesNotTakeItFromItsParent) {
  UniqueCell cell = UniqueCell::allocate();
  number_in(cell) = 7;

  support::ChildScope child([&] {
    cell = UniqueCell();
    const UniqueCell next = UniqueCell::allocate();
    number_in(next) = 8;
    return 0;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  EXPECT_EQ(number_in(cell), 7);
}

// Locks made, shared with a child and dropped for ever: neither descriptors nor mappings may pile
// up.
TEST(CellArena, DroppedCellsDoNotPileUpAcrossForks) {
  support::ChildScope child([] {
    const int before = ::dup(0);
    ::close(before);
    for (int round = 0; round < 60; ++round) {
      std::vector<UniqueCell> cells;
      for (int i = 0; i < 200; ++i) cells.push_back(UniqueCell::allocate());
      fork_something();
    }
    const int after = ::dup(0);
    return after - before <= 2 ? 0 : 1;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

// fork() while other threads are inside the arena must not leave its mutex locked in the child.
TEST(CellArena, ForkingWhileOthersAllocateIsSafe) {
  std::atomic<bool> stop = false;
  std::vector<std::jthread> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&] {
      while (!stop) (void)UniqueCell::allocate();
    });
  }
  for (int i = 0; i < 50; ++i) {
    support::ChildScope child([] {
      (void)UniqueCell::allocate();
      return 0;
    });
    ASSERT_TRUE(child.wait().ok()) << child.wait().text();
  }
  stop = true;
}

}  // namespace
}  // namespace mp::shm
