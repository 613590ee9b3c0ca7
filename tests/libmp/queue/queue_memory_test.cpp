// What a queue does with memory: takes it as it grows, gives it back as it is read, and says so
// when there is none.
#include "queue/core.hpp"
#include "support/child_scope.hpp"
#include <libmp/exceptions.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::queue {
namespace {

using support::ChildScope;

constexpr std::uint64_t kMiB = 1 << 20;

#if defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

std::uint64_t resident_bytes(const Core& core) {
  struct stat info{};
  EXPECT_EQ(::fstat(core.fd(), &info), 0);
  return static_cast<std::uint64_t>(info.st_blocks) * 512;
}

std::uint64_t file_bytes(const Core& core) {
  struct stat info{};
  EXPECT_EQ(::fstat(core.fd(), &info), 0);
  return static_cast<std::uint64_t>(info.st_size);
}

void put(Core& core, const std::string& item) {
  core.put(std::as_bytes(std::span(item)), os::Deadline::never());
}

std::string get(Core& core) {
  std::string item;
  const auto make_room = [](void* context, std::size_t bytes) {
    auto* const text = static_cast<std::string*>(context);
    text->resize(bytes);
    return reinterpret_cast<std::byte*>(text->data());
  };
  core.get({make_room, &item}, os::Deadline::at_ns(0));
  return item;
}

class QueueMemory : public testing::Test {
 protected:
  Core core_{{.name = "memory"}, std::source_location::current()};
};

TEST_F(QueueMemory, AFreshQueueHasNextToNone) { EXPECT_LE(resident_bytes(core_), 64u * 1024); }

TEST_F(QueueMemory, AMillionUnreadItemsAreGivenBackAsTheyAreRead) {
  constexpr int kItems = 1'000'000;
  for (int i = 0; i < kItems; ++i) put(core_, std::to_string(i));
  const std::uint64_t full = resident_bytes(core_);
  EXPECT_GE(full, kItems * 16u);

  for (int i = 0; i < kItems / 2; ++i) ASSERT_EQ(get(core_), std::to_string(i));
  EXPECT_LE(resident_bytes(core_), full / 2 + 3 * kMiB) << "half read, half given back";
  for (int i = kItems / 2; i < kItems; ++i) ASSERT_EQ(get(core_), std::to_string(i));

  EXPECT_EQ(core_.size(), 0u);
  EXPECT_LE(resident_bytes(core_), 2 * kMiB);
}

TEST_F(QueueMemory, ASteadyFlowLivesInASmallWindow) {
  for (int i = 0; i < 2'000'000; ++i) {
    put(core_, "0123456789");
    if (i < 20) continue;
    ASSERT_EQ(get(core_).size(), 10u);
  }

  EXPECT_LE(resident_bytes(core_), 2 * kMiB);
}

TEST_F(QueueMemory, BigItemsAreGivenBackOnceSmallOnesFollow) {
  const std::string big(5 * kMiB, 'x');
  for (int i = 0; i < 40; ++i) {
    put(core_, big);
    if (i >= 2) get(core_);
  }
  EXPECT_GE(resident_bytes(core_), 10 * kMiB);
  while (core_.size() > 0) get(core_);

  for (int i = 0; i < 200'000; ++i) {
    put(core_, std::string(100, 'x'));
    get(core_);
  }

  EXPECT_LE(resident_bytes(core_), 4 * kMiB);
}

// The file is cut short under the queue: the kernel then refuses pages exactly as a full machine
// does.
TEST_F(QueueMemory, AFullMachineIsAnErrorForThePutterAndTheQueueStaysUsable) {
  const std::uint64_t bytes = file_bytes(core_);
  put(core_, "first");
  ASSERT_EQ(::ftruncate(core_.fd(), static_cast<off_t>(2 * kMiB)), 0);

  int stored = 1;
  try {
    for (;; ++stored) put(core_, std::string(10'000, 'x'));
  } catch (const OSError& error) {
    EXPECT_EQ(error.error_number(), ENOSPC);
  }
  EXPECT_EQ(core_.size(), static_cast<std::size_t>(stored));
  EXPECT_THROW(put(core_, std::string(3 * kMiB, 'x')), OSError);

  EXPECT_EQ(get(core_), "first");
  for (int i = 1; i < stored; ++i) ASSERT_EQ(get(core_), std::string(10'000, 'x'));
  put(core_, "after");
  EXPECT_EQ(get(core_), "after");
  ASSERT_EQ(::ftruncate(core_.fd(), static_cast<off_t>(bytes)), 0);
  put(core_, std::string(3 * kMiB, 'y'));
  EXPECT_EQ(get(core_), std::string(3 * kMiB, 'y'));
}

// Pages that the queue had in an earlier lap and gave back are not taken for granted in the next
// one.
TEST_F(QueueMemory, AFullMachineIsNoticedAlsoWhereThereWereOncePages) {
  for (int i = 0; i < 500; ++i) put(core_, std::string(10'000, 'x'));
  for (int i = 0; i < 500; ++i) get(core_);
  put(core_, std::string(20'000, 'x'));  // long enough to be placed anew: at the beginning
  get(core_);
  ASSERT_EQ(::ftruncate(core_.fd(), static_cast<off_t>(2 * kMiB)), 0);

  int stored = 0;
  try {
    for (;; ++stored) put(core_, std::string(10'000, 'y'));
  } catch (const OSError& error) {
    EXPECT_EQ(error.error_number(), ENOSPC);
  }

  EXPECT_GE(stored, 100);
  for (int i = 0; i < stored; ++i) ASSERT_EQ(get(core_), std::string(10'000, 'y'));
}

TEST(QueueLimits, WithAFileSizeLimitItMakesDoAndSaysWhenItIsFull) {
  ChildScope child([] {
    const rlimit limit{4 * kMiB, 4 * kMiB};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    Core core({.name = "limited"}, std::source_location::current());
    for (int round = 0; round < 50; ++round) {
      int stored = 0;
      try {
        for (;; ++stored) put(core, std::string(1000, static_cast<char>('a' + stored % 26)));
      } catch (const OSError& error) {
        if (error.error_number() != ENOSPC) return 2;
      }
      if (stored < 900) return 3;  // a quarter of the space can always be used
      for (int i = 0; i < stored; ++i) {
        if (get(core) != std::string(1000, static_cast<char>('a' + i % 26))) return 4;
      }
    }
    return 0;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(QueueLimits, WithLittleAddressSpaceItTakesLess) {
  if (kSanitized) GTEST_SKIP() << "the sanitizer itself needs more address space";
  ChildScope child([] {
    const rlimit limit{1 << 30, 1 << 30};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return 1;
    Core core({.name = "limited"}, std::source_location::current());
    put(core, std::string(kMiB, 'x'));
    return get(core) == std::string(kMiB, 'x') ? 0 : 2;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(QueueLimits, ATinyFileSizeLimitIsAnError) {
  ChildScope child([] {
    const rlimit limit{4096, 4096};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    try {
      Core core({.name = "limited"}, std::source_location::current());
    } catch (const OSError&) {
      return 0;
    }
    return 2;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(QueueMemorySink, AnItemWhoseReaderThrowsStaysTheFirst) {
  Core core({.name = "sink"}, std::source_location::current());
  put(core, "one");
  put(core, "two");
  const auto refuse = [](void*, std::size_t) -> std::byte* { throw std::bad_alloc(); };

  EXPECT_THROW(core.get({refuse, nullptr}, os::Deadline::never()), std::bad_alloc);

  EXPECT_EQ(core.size(), 2u);
  EXPECT_EQ(get(core), "one");
  EXPECT_EQ(get(core), "two");
}

// A stranger scribbles over the bytes. Nobody crashes; whoever reads it is told.
TEST(QueueMemorySink, ScribbledMemoryIsAnErrorNotACrash) {
  Core core({.name = "scribbled"}, std::source_location::current());
  put(core, "one");
  const std::vector<std::uint64_t> nonsense{~std::uint64_t{0}, kSkip | 12345,
                                            std::uint64_t{1} << 40};
  for (const std::uint64_t header : nonsense) {
    ASSERT_EQ(::pwrite(core.fd(), &header, sizeof header, kHeaderPage), 8);
    EXPECT_THROW(get(core), RuntimeError) << std::hex << header;
  }
}

}  // namespace
}  // namespace mp::queue
