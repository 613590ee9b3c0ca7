#include "base/errno_name.hpp"
#include "base/signal_name.hpp"
#include <libmp/exceptions.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace mp {
namespace {

TEST(OSError, TextNamesOperationSubjectAndCause) {
  const OSError error(ENOENT, "open", "/x");

  EXPECT_STREQ(error.what(), "open '/x': No such file or directory [ENOENT]");
  EXPECT_EQ(error.error_number(), ENOENT);
  EXPECT_EQ(error.operation(), "open");
  EXPECT_EQ(error.subject(), "/x");
}

TEST(OSError, TextWithoutSubjectHasNoQuotes) {
  EXPECT_STREQ(OSError(ENOMEM, "memfd_create").what(),
               "memfd_create: Cannot allocate memory [ENOMEM]");
}

TEST(OSError, UnknownNumberStillGivesASentence) {
  EXPECT_STREQ(OSError(99999, "open", "/x").what(), "open '/x': Unknown error 99999");
}

TEST(BufferTooShort, CarriesTheWholeMessageAlsoInACopy) {
  const std::array message{std::byte{1}, std::byte{0}, std::byte{255}};
  auto original = std::make_unique<BufferTooShort>(message, 2);
  const BufferTooShort copy = *original;

  original.reset();

  ASSERT_EQ(copy.message().size(), 3U);
  EXPECT_EQ(copy.message()[2], std::byte{255});
  EXPECT_STREQ(copy.what(), "message of 3 bytes does not fit into a buffer of 2");
}

TEST(OwnerDied, TextNamesObjectProcessAndCause) {
  const OwnerDied error("Lock 'cells'", 41, "Worker-3", "killed by SIGKILL");

  EXPECT_STREQ(error.what(),
               "Lock 'cells': its owner, process Worker-3 (pid 41), died, killed by SIGKILL");
  EXPECT_EQ(error.pid(), 41);
  EXPECT_EQ(error.name(), "Worker-3");
  EXPECT_EQ(error.cause(), "killed by SIGKILL");
}

TEST(OwnerDied, TextDoesWithoutNameAndCause) {
  EXPECT_STREQ(OwnerDied("Lock", 41, "", "").what(), "Lock: its owner, process (pid 41), died");
}

TEST(WorkerDied, TextNamesTaskProcessAndSignal) {
  const WorkerDied error("square(3)", 41, SIGSEGV, "");

  EXPECT_STREQ(error.what(), "worker (pid 41) was killed by SIGSEGV while it ran square(3)");
  EXPECT_EQ(error.task(), "square(3)");
  EXPECT_EQ(error.signal(), SIGSEGV);
}

TEST(WorkerDied, ExitWithoutSignalIsNotCalledAKill) {
  EXPECT_STREQ(WorkerDied("f()", 7, 0, "it called exit(3)").what(),
               "worker (pid 7) exited while it ran f(): it called exit(3)");
}

TEST(Error, FamilyTreeIsPythons) {
  EXPECT_TRUE((std::is_base_of_v<ProcessError, TimeoutError>));
  EXPECT_TRUE((std::is_base_of_v<ProcessError, BufferTooShort>));
  EXPECT_TRUE((std::is_base_of_v<ProcessError, AuthenticationError>));
  EXPECT_TRUE((std::is_base_of_v<RuntimeError, BrokenBarrierError>));
  EXPECT_TRUE((std::is_base_of_v<LookupError, KeyError>));
  EXPECT_FALSE((std::is_base_of_v<ProcessError, Empty>));
}

TEST(Error, CopyingNeverThrows) {
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<OSError>);
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<BufferTooShort>);
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<OwnerDied>);
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<WorkerDied>);
}

TEST(ErrnoName, KnowsTheCommonAndRejectsTheUnknown) {
  EXPECT_EQ(errno_name(EINTR), "EINTR");
  EXPECT_EQ(errno_name(EWOULDBLOCK), "EAGAIN");
  EXPECT_EQ(errno_name(EHWPOISON), "EHWPOISON");
  EXPECT_EQ(errno_name(0), "");
  EXPECT_EQ(errno_name(-1), "");
}

TEST(SignalName, KnowsStandardAndRealTimeSignals) {
  EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
  EXPECT_EQ(signal_name(SIGRTMIN + 2), "SIGRTMIN+2");
  EXPECT_EQ(signal_name(0), "signal 0");
}

}  // namespace
}  // namespace mp
