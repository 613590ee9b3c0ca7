#include "os/journal.hpp"

#include "os/poll.hpp"
#include "os/shared_file.hpp"
#include "support/child_scope.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::os {
namespace {

using support::ChildScope;
using Record = std::array<std::byte, 512>;

TEST(Journal, RecordsOfManyWritersAreWhole) {
  constexpr int kWriters = 4;
  constexpr std::size_t kEach = 2000;
  const UniqueFd journal = create_journal();
  {
    std::vector<std::unique_ptr<ChildScope>> writers;
    for (int i = 1; i <= kWriters; ++i) {
      writers.push_back(std::make_unique<ChildScope>([&journal, i] {
        Record record;
        record.fill(static_cast<std::byte>(i));
        for (std::size_t n = 0; n < kEach; ++n) append(journal.get(), record);
        return 0;
      }));
    }
    for (const auto& writer : writers) EXPECT_TRUE(writer->wait().ok()) << writer->wait().text();
  }

  ASSERT_EQ(file_size(journal.get()), kWriters * kEach * sizeof(Record));
  for (std::size_t n = 0; n < kWriters * kEach; ++n) {
    Record record;
    ASSERT_EQ(read_at(journal.get(), n * sizeof record, record), sizeof record);
    EXPECT_NE(record.front(), std::byte{0});
    EXPECT_EQ(std::count(record.begin(), record.end(), record.front()), 512);
  }
}

TEST(Journal, ReaderIsOneAndEndsWithItsProcess) {
  const UniqueFd journal = create_journal();
  EXPECT_EQ(reader_of(journal.get()), 0u);
  ChildScope reader([&journal] {
    if (!become_reader(journal.get())) return 1;
    (void)!::write(STDOUT_FILENO, "reads", 5);
    for (;;) ::pause();
  });
  ASSERT_TRUE(reader.wait_for_output("reads"));

  EXPECT_EQ(reader_of(journal.get()), static_cast<std::uint32_t>(reader.pid()));
  EXPECT_FALSE(become_reader(journal.get()));
  reader.signal(SIGKILL);
  (void)reader.wait();
  EXPECT_EQ(reader_of(journal.get()), 0u);
}

TEST(Journal, BeginningThatIsForgottenTakesNoMemory) {
  const UniqueFd journal = create_journal();
  Record record;
  record.fill(std::byte{1});
  for (int n = 0; n < 100; ++n) append(journal.get(), record);

  forget_until(journal.get(), 10 * 4096 + 512);

  struct stat info{};
  ASSERT_EQ(::fstat(journal.get(), &info), 0);
  EXPECT_EQ(start_of(journal.get()), 10u * 4096);
  EXPECT_LE(info.st_blocks * 512, 3 * 4096);
}

TEST(Bell, IsHeardOnceForAllRings) {
  const UniqueFd bell = create_bell();
  const UniqueFd listening = listen_to(bell.get());
  for (int n = 0; n < 100'000; ++n) ring(bell.get());  // more than the pipe can hold

  EXPECT_TRUE(poll_readable(listening.get(), Deadline::at_ns(0)));
  EXPECT_TRUE(hear(listening.get()));
  EXPECT_FALSE(poll_readable(listening.get(), Deadline::at_ns(0)));
}

TEST(Bell, WithoutAListenerIsNoSignal) {
  const UniqueFd bell = create_bell();
  ChildScope child([&bell] {
    ::signal(SIGPIPE, SIG_DFL);
    ring(bell.get());
    return 0;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Bell, EndsWithTheLastProcessThatHoldsIt) {
  UniqueFd bell = create_bell();
  const UniqueFd listening = listen_to(bell.get());
  ChildScope child([] {
    (void)!::write(STDOUT_FILENO, "holds", 5);
    for (;;) ::pause();
    return 0;
  });
  ASSERT_TRUE(child.wait_for_output("holds"));
  bell.reset();

  EXPECT_FALSE(poll_readable(listening.get(), Deadline::at_ns(0)));
  child.signal(SIGKILL);
  (void)child.wait();
  ASSERT_TRUE(poll_readable(listening.get(), Deadline::after(std::chrono::seconds(20))));
  EXPECT_FALSE(hear(listening.get()));
}

}  // namespace
}  // namespace mp::os
