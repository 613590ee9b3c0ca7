// What the end of a child means to a barrier that it has passed.
#include "guarded.hpp"
#include <libmp/barrier.hpp>

#include <stdexcept>

namespace proc_test {
namespace {

void pass(mp::Barrier barrier) { barrier.wait(); }

void pass_and_fail(mp::Barrier barrier) {
  barrier.wait();
  throw std::runtime_error("in the middle of its work");
}

TEST(Process, AChildThatEndsInGoodOrderIsNoDeadParty) {
  mp::Barrier barrier(2);

  for (int round = 0; round < 3; ++round) {
    Guarded child(pass, barrier);
    child->start();
    EXPECT_NO_THROW(barrier.wait(kPatience));
    EXPECT_EQ(child.end(), 0);
  }
}

TEST(Process, AChildThatFailsIsADeadParty) {
  mp::Barrier barrier(2);
  Guarded child(pass_and_fail, barrier);
  child->start();
  barrier.wait(kPatience);
  EXPECT_EQ(child.end(), 1);

  try {
    barrier.wait(kPatience);
    FAIL() << "passed alone";
  } catch (const mp::BrokenBarrierError& error) {
    EXPECT_NE(std::string(error.what()).find("pid " + std::to_string(*child->pid())),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace proc_test
