// CPython's test of the class below its locks and semaphores: SemLockTests.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace {

using conformance::for_each_method;

// There, a class derived from the low-level semaphore is made with a name in /dev/shm, which stays
// until it is unlinked. Semaphores have no names in the file system here, so of that only this is
// left to hold: a class can be derived, and nothing has to be unlinked.
class Gate : public mp::Semaphore {
 public:
  Gate() : Semaphore(0) {}
};

TEST(SemLockTests, test_semlock_subclass) {
  for_each_method([](const mp::Context& ctx) {
    Gate gate;
    EXPECT_EQ(gate.get_value(), 0);
    EXPECT_FALSE(gate.try_acquire());
    mp::Process child =
        ctx.Process([](mp::Semaphore opened) { opened.release(); }, mp::Semaphore(gate));
    child.start();
    child.join();
    EXPECT_TRUE(gate.try_acquire());

    std::ifstream file("/proc/self/maps");
    const std::string maps(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(maps.find("/dev/shm/sem."), std::string::npos);
  });
}

}  // namespace
