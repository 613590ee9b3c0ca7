// Messages of 3 GiB to and from a real CPython, which needs some 7 GiB of memory for them: only
// with MP_SLOW_TESTS set.
#include "support/child_scope.hpp"
#include "support/large_span.hpp"
#include <libmp/listener.hpp>

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSize = std::size_t{3} << 30;

TEST(Large, ThreeGiBCrossBothWays) {
  if (std::getenv("MP_SLOW_TESTS") == nullptr) GTEST_SKIP() << "MP_SLOW_TESTS is not set";
  Listener listener;
  support::ChildScope python({"python3", PYTHON_PEER, "connect", listener.address().str(), "large"},
                             300s);
  Connection connection = listener.accept();
  const support::LargeSpan room(kSize);
  room.bytes()[5] = std::byte{1};

  EXPECT_EQ(connection.recv_bytes_into(room.bytes()), kSize);
  EXPECT_EQ(room.bytes()[5], std::byte{0});
  connection.send_bytes(room.bytes());

  EXPECT_EQ(connection.recv(), (tuple{kSize, kSize}));
  connection.close();
  EXPECT_TRUE(python.wait().ok()) << python.wait().text();
}

}  // namespace
}  // namespace mp
