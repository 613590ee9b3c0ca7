#include "os/named_memory.hpp"
#include "report/tree_reader.hpp"
#include "support/block_names.hpp"
#include "support/child_scope.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>
#include <libmp/shared_memory.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace mp {
namespace {

using support::block_exists;
using support::ChildScope;
using support::fresh_block_name;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;

// A block that is gone with the test.
class TestBlock {
 public:
  explicit TestBlock(std::int64_t size, SharedMemoryOptions options = {})
      : block(create, size, std::move(options)) {}
  TestBlock(const TestBlock&) = delete;
  TestBlock& operator=(const TestBlock&) = delete;
  ~TestBlock() {
    if (block_exists(block.name())) block.unlink();
  }

  SharedMemory block;
};

template <class Call>
std::string text_of_error(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(SharedMemory, NewBlockIsAllZero) {
  const TestBlock made(10'000);

  const auto bytes = made.block.buf();

  EXPECT_EQ(bytes.size(), 10'000u);
  EXPECT_TRUE(
      std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; }));
}

TEST(SharedMemory, NamesItselfAsPythonDoes) {
  const TestBlock made(1);

  EXPECT_THAT(made.block.name(), MatchesRegex("psm_[0-9a-f]+"));
  EXPECT_EQ(made.block.name().size(), 12u);
}

TEST(SharedMemory, SlashesInFrontOfANameDoNotCount) {
  const TestBlock made(1);

  EXPECT_EQ(SharedMemory("/" + made.block.name()).name(), made.block.name());
}

TEST(SharedMemory, NewBlockHasItsPagesAndIsPrivate) {
  const TestBlock made(1 << 20);
  struct stat info{};
  ASSERT_EQ(::stat(("/dev/shm/" + made.block.name()).c_str(), &info), 0);

  EXPECT_GE(info.st_blocks * 512, 1 << 20);
  EXPECT_EQ(info.st_size, 1 << 20);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(SharedMemory, FullMachineIsAnErrorThatSaysHowMuchIsNeededAndFree) {
  struct statvfs info{};
  ASSERT_EQ(::statvfs("/dev/shm", &info), 0);
  const auto too_much = static_cast<std::int64_t>((info.f_bavail + 1'000'000) * info.f_frsize);
  const std::string name = fresh_block_name("full");

  const std::string text = text_of_error([&] { SharedMemory(create, too_much, {.name = name}); });

  EXPECT_THAT(text, ContainsRegex("create \\(" + std::to_string(too_much) +
                                  " bytes needed, [0-9]+ free in /dev/shm\\) '" + name + "'"));
  EXPECT_THAT(text, HasSubstr("ENOSPC"));
  EXPECT_FALSE(block_exists(name));
}

// On a /dev/shm of 1 MiB, seen by one process only.
TEST(SharedMemory, WhatWasGivenCanBeWrittenAndWhatIsNotThereIsRefused) {
  constexpr int kNotAllowed = 77;
  ChildScope child([] {
    const bool is_small = ::unshare(CLONE_NEWNS) == 0 &&
                          ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                          ::mount("", "/dev/shm", "tmpfs", 0, "size=1m") == 0;
    if (!is_small) return kNotAllowed;
    const SharedMemory half(create, 512 << 10);
    const std::string text = text_of_error([] { SharedMemory(create, 768 << 10); });
    const auto bytes = half.buf();
    std::fill(bytes.begin(), bytes.end(), std::byte{1});
    SharedMemory(half).unlink();
    std::fputs(text.c_str(), stdout);
    return 0;
  });

  if (child.wait().code == kNotAllowed) GTEST_SKIP() << "no right to mount";
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  EXPECT_THAT(child.output(),
              ContainsRegex("create \\(786432 bytes needed, [0-9]+ free in /dev/shm\\) 'psm_"));
}

TEST(SharedMemory, LimitOfTheProcessIsAnErrorAndNoSignal) {
  ChildScope child([] {
    const rlimit limit{1 << 20, 1 << 20};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    try {
      SharedMemory(create, 2 << 20);
    } catch (const OSError& error) {
      return error.error_number() == EFBIG ? 0 : 2;
    }
    return 3;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(SharedMemory, NamesThatCannotBeAreRefused) {
  EXPECT_THROW(SharedMemory("///"), ValueError);
  EXPECT_THAT(text_of_error([] { SharedMemory("a/b"); }), HasSubstr("EINVAL"));
  EXPECT_THAT(text_of_error([] { SharedMemory(create, 1, {.name = std::string(256, 'a')}); }),
              HasSubstr("ENAMETOOLONG"));
  EXPECT_THAT(text_of_error([] { SharedMemory(".."); }), HasSubstr("attach '..'"));
}

TEST(SharedMemory, ErrorsNameOperationBlockAndCause) {
  const std::string name = fresh_block_name("missing");

  EXPECT_EQ(text_of_error([&] { SharedMemory{name}; }),
            "attach '" + name + "': No such file or directory [ENOENT]");
}

TEST(SharedMemory, IsNothingAnyMoreAfterClose) {
  TestBlock made(16);

  made.block.close();
  made.block.close();

  EXPECT_EQ(text_of_error([&] { (void)made.block.buf(); }),
            "buf: SharedMemory '" + made.block.name() + "' is closed");
  EXPECT_EQ(made.block.size(), 16u);
  EXPECT_TRUE(block_exists(made.block.name()));
}

TEST(SharedMemory, BytesStayAfterUnlinkForWhoHasThem) {
  TestBlock made(16);
  const SharedMemory other(made.block.name());

  made.block.unlink();
  made.block.buf()[3] = std::byte{5};

  EXPECT_EQ(other.buf()[3], std::byte{5});
}

TEST(SharedMemory, FileWithoutBytesIsRefused) {
  const std::string name = fresh_block_name("empty");
  ::close(::open(("/dev/shm/" + name).c_str(), O_CREAT | O_RDWR, 0600));

  EXPECT_THROW(SharedMemory{name}, ValueError);
  ::unlink(("/dev/shm/" + name).c_str());
}

TEST(SharedMemory, HeldBlockIsNotRemovedByTheTracker) {
  TestBlock made(16, {.track = false});
  const os::UniqueFd file = os::open_block(made.block.name());
  const os::FileIdentity identity = os::file_identity(file.get());

  EXPECT_EQ(os::remove_unheld(made.block.name(), identity), os::Removal::Held);
  made.block.close();
  EXPECT_EQ(os::remove_unheld(made.block.name(), {identity.device, identity.inode + 1}),
            os::Removal::Missing);
  EXPECT_EQ(os::remove_unheld(made.block.name(), identity), os::Removal::Removed);
  EXPECT_FALSE(block_exists(made.block.name()));
}

TEST(SharedMemory, IsDeclaredWithNameSizeIdentityAndSite) {
  const std::string name = fresh_block_name("declared");
  support::ObservedChild scene([&name] {
    const SharedMemory made(create, 4096, {.name = name});
    const SharedMemory attached(name);
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(scene.child().wait().signal, SIGKILL);

  report::TreeReader reader(scene.tree_dir(), {.watch = false});
  const wire::Batch batch = reader.poll();
  const auto declared = support::of_kind(batch, wire::EventKind::Declare);

  ASSERT_EQ(declared.size(), 2u);
  const auto made = wire::decode_object_info(batch.payload_of(declared[0]));
  const auto attached = wire::decode_object_info(batch.payload_of(declared[1]));
  EXPECT_EQ(made->kind, wire::ObjectKind::SharedMemory);
  EXPECT_EQ(made->how, static_cast<std::uint16_t>(wire::Acquired::Created));
  EXPECT_EQ(made->name, name);
  EXPECT_EQ(made->capacity, 4096u);
  EXPECT_THAT(made->site, HasSubstr("shared_memory_test.cpp:"));
  EXPECT_EQ(attached->how, static_cast<std::uint16_t>(wire::Acquired::Opened));
  EXPECT_EQ(attached->inode, made->inode);
}

class SharedMemoryByMethod : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Methods, SharedMemoryByMethod,
                         testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

// Two handles of one object arrive as two handles of one.
void write_twice(SharedMemory first, SharedMemory second) {
  first.buf()[0] = std::byte{1};
  second.buf()[1] = std::byte{2};
  second.close();
  bool closed = false;
  try {
    (void)first.buf();
  } catch (const ValueError&) {
    closed = true;
  }
  if (!closed) throw SystemExit(3);
}

TEST_P(SharedMemoryByMethod, TravelsThoughItsNameIsGone) {
  TestBlock made(16);
  made.block.unlink();
  Process child({.start_method = GetParam()}, write_twice, made.block, made.block);

  child.start();
  child.join();

  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_EQ(made.block.buf()[0], std::byte{1});
  EXPECT_EQ(made.block.buf()[1], std::byte{2});
}

void write_from_queue(Queue<SharedMemory> blocks) { blocks.get().buf()[0] = std::byte{9}; }

TEST_P(SharedMemoryByMethod, GoesThroughAQueueByName) {
  TestBlock made(16);
  Queue<SharedMemory> blocks;
  Process child({.start_method = GetParam()}, write_from_queue, blocks);
  child.start();

  blocks.put(made.block);
  child.join();

  EXPECT_EQ(made.block.buf()[0], std::byte{9});
}

}  // namespace
}  // namespace mp
