// check and retry_eintr: how failures of the kernel become exceptions.
#include "os/check.hpp"

#include <libmp/exceptions.hpp>

#include <gtest/gtest.h>

namespace mp::os {
namespace {

TEST(Check, PassesResultsThrough) { EXPECT_EQ(check(7, "anything"), 7); }

TEST(Check, MinusOneIsAnOsErrorWithOperationSubjectAndErrno) {
  errno = ENOENT;
  try {
    check(-1, "open", "/nowhere");
    FAIL() << "no OSError";
  } catch (const OSError& error) {
    EXPECT_EQ(error.error_number(), ENOENT);
    EXPECT_EQ(error.operation(), "open");
    EXPECT_EQ(error.subject(), "/nowhere");
  }
}

TEST(RetryEintr, RepeatsOnlyWhileInterrupted) {
  int calls = 0;
  const int result = retry_eintr([&] {
    errno = EINTR;
    return ++calls < 3 ? -1 : 5;
  });
  EXPECT_EQ(result, 5);
  EXPECT_EQ(calls, 3);

  calls = 0;
  const int failed = retry_eintr([&] {
    ++calls;
    errno = EBADF;
    return -1;
  });
  EXPECT_EQ(failed, -1);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace mp::os
