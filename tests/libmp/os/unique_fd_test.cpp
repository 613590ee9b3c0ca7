// UniqueFd: one owner, close-on-exec, close reported or not.
#include "os/unique_fd.hpp"

#include <libmp/exceptions.hpp>

#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::os {
namespace {

int open_null() { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) != -1; }

TEST(UniqueFd, ClosesWhatItOwns) {
  const int fd = open_null();
  {
    const UniqueFd owner(fd);
  }

  EXPECT_FALSE(is_open(fd));
}

TEST(UniqueFd, MovingLeavesTheSourceEmpty) {
  UniqueFd first(open_null());
  const int fd = first.get();
  UniqueFd second(std::move(first));

  EXPECT_FALSE(first.valid());
  EXPECT_EQ(second.get(), fd);
  EXPECT_TRUE(is_open(fd));
}

TEST(UniqueFd, AssignmentClosesTheOldOne) {
  UniqueFd owner(open_null());
  const int old = owner.get();
  owner = UniqueFd(open_null());

  EXPECT_NE(owner.get(), old);
  EXPECT_FALSE(is_open(old));
}

TEST(UniqueFd, ReleaseGivesAwayWithoutClosing) {
  UniqueFd owner(open_null());
  const int fd = owner.release();
  owner.reset();

  EXPECT_TRUE(is_open(fd));
  ::close(fd);
}

TEST(UniqueFd, DupIsAnotherDescriptorThatDoesNotSurviveExec) {
  const UniqueFd owner(open_null());
  const UniqueFd twin = owner.dup();

  EXPECT_NE(twin.get(), owner.get());
  EXPECT_NE(::fcntl(twin.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(UniqueFd, DupOfNothingAndFailedCloseAreOsErrors) {
  EXPECT_THROW((void)UniqueFd().dup(), OSError);
  UniqueFd nothing;
  EXPECT_NO_THROW(nothing.close());
  UniqueFd stale(44977608);
  EXPECT_THROW(stale.close(), OSError);
  EXPECT_FALSE(stale.valid());
}

TEST(UniqueFd, ResetKeepsErrno) {
  UniqueFd owner(open_null());
  errno = EDOM;
  owner.reset();

  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace mp::os
