// Messages of 3 GiB to and from a real CPython.
#include "support/child_scope.hpp"
#include "support/free_memory.hpp"
#include "support/large_span.hpp"
#include <libmp/listener.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kGiB = std::size_t{1} << 30;
constexpr std::size_t kSize = 3 * kGiB;
constexpr std::size_t kNeeded = 8 * kGiB;  // CPython takes 4.5 to receive it; others live here too

// CPython asks the C library for room for the whole rest before each read. From the heap, in huge
// pages, this is a third of the work that it is with a mapping each time.
const std::vector<std::string> kPython{
    "env",
    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=8589934592:"
    "glibc.malloc.trim_threshold=8589934592",
    "python3", PYTHON_PEER};

TEST(Large, ThreeGiBCrossBothWays) {
  if (const std::uint64_t free = support::free_memory(); free < kNeeded)
    GTEST_SKIP() << "needs " << kNeeded / kGiB << " GiB of memory, and has " << free / kGiB;
  Listener listener;
  std::vector<std::string> command = kPython;
  command.insert(command.end(), {"connect", listener.address().str(), "large"});
  support::ChildScope python(command, 280s);
  Connection connection = listener.accept();
  const support::LargeSpan room(kSize);
  room.bytes()[5] = std::byte{1};

  EXPECT_EQ(connection.recv_bytes_into(room.bytes()), kSize);
  EXPECT_EQ(room.bytes()[5], std::byte{0});

  for (std::size_t at = 0; at < support::LargeSpan::kPart; ++at)
    room.bytes()[at] = static_cast<std::byte>(at % 251);
  connection.send_bytes(room.bytes());
  EXPECT_EQ(connection.recv(), (tuple{kSize, true}));

  connection.close();
  EXPECT_TRUE(python.wait().ok()) << python.wait().text();
}

}  // namespace
}  // namespace mp
