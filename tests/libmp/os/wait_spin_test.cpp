#include "os/wait_spin.hpp"

#include <gtest/gtest.h>

namespace mp::os {
namespace {

class WaitSpinTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_spin()) GTEST_SKIP() << "only one processor may be used";
  }
  // Looks at what never changes, until the budget is used up.
  template <typename Wait>
  static int looks_in_vain(Wait&& wait) {
    int looks = 0;
    EXPECT_FALSE(wait([&] {
      ++looks;
      return false;
    }));
    return looks;
  }
  WaitSpin spin_;
};

TEST_F(WaitSpinTest, LooksOnceAtWhatHasChangedAlready) {
  int looks = 0;
  EXPECT_TRUE(spin_.until([&] { return ++looks == 1; }, Deadline::never()));
  EXPECT_TRUE(spin_.until_backing_off([&] { return ++looks == 2; }, Deadline::never()));
  EXPECT_EQ(looks, 2);
}

TEST_F(WaitSpinTest, SeesAChangeBetweenTwoLooks) {
  int looks = 0;
  EXPECT_TRUE(spin_.until_backing_off([&] { return ++looks == 3; }, Deadline::never()));
  EXPECT_EQ(looks, 3);
}

TEST_F(WaitSpinTest, BackingOffLooksAtMostAboutAHundredTimes) {
  // 50 us are 9 looks at doubling distances, then one for each 256 pauses.
  EXPECT_LE(
      looks_in_vain([&](auto look) { return spin_.until_backing_off(look, Deadline::never()); }),
      100);
}

TEST_F(WaitSpinTest, AMomentThatHasPassedEndsIt) {
  EXPECT_LE(looks_in_vain([&](auto look) { return spin_.until(look, Deadline::at_ns(1)); }), 16);
}

}  // namespace
}  // namespace mp::os
