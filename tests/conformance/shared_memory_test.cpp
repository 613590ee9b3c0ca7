// CPython's tests of shared memory: _TestSharedMemory. Those of the SharedMemoryManager are not
// here: there is no such manager yet.
#include "shm/block_name.hpp"
#include "support/block_names.hpp"
#include "support/child_scope.hpp"
#include <libmp/libmp.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <type_traits>
#include <vector>

#include <gmock/gmock.h>

namespace {

using support::block_exists;
using support::ChildScope;
using support::fresh_block_name;
using support::is_soon;

using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds kPatience{60};
constexpr int kNewestProtocol = 5;
const std::vector<std::string> kMethods = {"fork", "spawn", "forkserver"};

// Unlinks at the end of the test, however it ends.
class Unlinked {
 public:
  explicit Unlinked(mp::SharedMemory block) : block_(std::move(block)) {}
  Unlinked(const Unlinked&) = delete;
  Unlinked& operator=(const Unlinked&) = delete;
  ~Unlinked() {
    if (block_exists(block_.name())) block_.unlink();
  }

 private:
  mp::SharedMemory block_;
};

template <class Call>
int errno_of(Call&& call) {
  try {
    call();
  } catch (const mp::OSError& error) {
    return error.error_number();
  }
  return 0;
}

void write(const mp::SharedMemory& block, std::string_view text) {
  std::memcpy(block.buf().data(), text.data(), text.size());
}

std::string read(const mp::SharedMemory& block, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(block.buf().data()), size);
}

TEST(TestSharedMemory, test_shared_memory_name_with_embedded_null) {
  using namespace std::string_literals;
  const std::string name = fresh_block_name("null") + "\0"s;

  EXPECT_THROW(mp::SharedMemory(mp::create, 1, {.name = name}), mp::ValueError);
  EXPECT_THROW(mp::SharedMemory{name}, mp::ValueError);
}

TEST(TestSharedMemory, test_shared_memory_basics) {
  const std::string name = fresh_block_name("basics");
  mp::SharedMemory block(mp::create, 512, {.name = name});
  const Unlinked guard(block);

  EXPECT_EQ(block.name(), name);
  EXPECT_GE(block.size(), 512u);
  EXPECT_GE(block.buf().size(), block.size());
  EXPECT_EQ(mp::repr(block), "SharedMemory('" + name + "', size=512)");
  block.buf()[0] = std::byte{42};
  mp::SharedMemory same(name);
  EXPECT_EQ(same.buf()[0], std::byte{42});
  same.buf()[511] = std::byte{7};
  EXPECT_EQ(block.buf()[511], std::byte{7});
  EXPECT_LT(same.size(), 20u * 512);
  same.close();
  EXPECT_EQ(errno_of([&] { mp::SharedMemory(mp::create, 512, {.name = name}); }), EEXIST);
  block.unlink();
  EXPECT_EQ(errno_of([&] { block.unlink(); }), ENOENT);
  EXPECT_EQ(errno_of([&] { mp::SharedMemory{name}; }), ENOENT);
  EXPECT_THROW(mp::SharedMemory(mp::create, -2), mp::ValueError);
  EXPECT_THROW(mp::SharedMemory(""), mp::ValueError);
}

TEST(TestSharedMemory, test_shared_memory_recreate) {
  const std::string first = fresh_block_name("recreate");
  const std::string second = fresh_block_name("recreate");
  mp::shm::set_block_names([names = std::deque{first, first, second}]() mutable {
    std::string name = names.front();
    names.pop_front();
    return name;
  });

  const mp::SharedMemory one(mp::create, 1);
  const Unlinked guard(one);
  const mp::SharedMemory two(mp::create, 1);
  const Unlinked another(two);
  mp::shm::set_block_names({});

  EXPECT_EQ(one.name(), first);
  EXPECT_EQ(two.name(), second);
}

// Without a size it does not compile.
static_assert(!std::is_constructible_v<mp::SharedMemory, mp::Create>);

// Misspelt test_invalid_shared_memory_cration in CPython up to 3.12: two rows, one test.
TEST(TestSharedMemory, test_invalid_shared_memory_creation) {
  EXPECT_THROW(mp::SharedMemory(mp::create, -1), mp::ValueError);
  EXPECT_THROW(mp::SharedMemory(mp::create, 0), mp::ValueError);
}

TEST(TestSharedMemory, test_shared_memory_pickle_unpickle) {
  for (int protocol = 0; protocol <= kNewestProtocol; ++protocol) {
    const mp::SharedMemory block(mp::create, 512);
    const Unlinked guard(block);
    write(block, "12345");

    const auto same = mp::loads(mp::dumps(mp::Object(block), protocol)).as<mp::SharedMemory>();

    EXPECT_EQ(same.name(), block.name());
    EXPECT_EQ(read(same, 5), "12345");
    write(same, "67890");
    EXPECT_EQ(read(block, 5), "67890") << "protocol " << protocol;
  }
}

TEST(TestSharedMemory, test_shared_memory_pickle_unpickle_dead_object) {
  for (int protocol = 0; protocol <= kNewestProtocol; ++protocol) {
    mp::SharedMemory block(mp::create, 512);
    const std::string pickle = mp::dumps(mp::Object(block), protocol);
    block.close();
    block.unlink();

    EXPECT_EQ(errno_of([&] { (void)mp::loads(pickle).as<mp::SharedMemory>(); }), ENOENT);
  }
}

void attach_and_write(std::string name, std::string text) {
  const mp::SharedMemory block(name);
  write(block, text);
}

void write_into(mp::SharedMemory block, std::string text) { write(block, text); }

TEST(TestSharedMemory, test_shared_memory_across_processes) {
  for (const std::string& method : kMethods) {
    const mp::SharedMemory block(mp::create, 512);
    const Unlinked guard(block);

    mp::Process by_name({.start_method = method}, attach_and_write, block.name(),
                        std::string("howdy"));
    by_name.start();
    by_name.join();
    EXPECT_EQ(read(block, 5), "howdy") << method;
    mp::Process by_object({.start_method = method}, write_into, block, std::string("HELLO"));
    by_object.start();
    by_object.join();
    EXPECT_EQ(read(block, 5), "HELLO") << method;
  }
}

TEST(TestSharedMemory, test_shared_memory_ShareableList_basics) {
  const mp::ShareableList<> list{"howdy", mp::bytes("HoWdY"), -273.154, 100, nullptr, true, 42};
  const Unlinked guard(list.shm());

  EXPECT_THAT(mp::repr(list),
              HasSubstr("ShareableList(['howdy', b'HoWdY', -273.154, 100, None, True, 42]"));
  EXPECT_THROW((void)list[7], mp::IndexError);
  EXPECT_THROW(list.set(7, 2), mp::IndexError);
  EXPECT_EQ(list.format(), "8s8sdqxxxxxx?xxxxxxxx?q");
  EXPECT_EQ(list.size(), 7u);
  EXPECT_EQ(list.index(100), 3u);
  EXPECT_THROW((void)list.index("exotic"), mp::ValueError);
  EXPECT_EQ(list[-2], mp::Object(true));
  list.set(4, "some");
  EXPECT_EQ(list[4], mp::Object("some"));
  EXPECT_EQ(list.format(), "8s8sdq8sxxxxxxx?q");
  EXPECT_THROW(list.set(4, "far too many"), mp::ValueError);
  EXPECT_EQ(list[4], mp::Object("some"));
  list.set(0, "encodés");  // 8 bytes
  EXPECT_EQ(list[0], mp::Object("encodés"));
  EXPECT_EQ(list[1], mp::Object(mp::bytes("HoWdY")));
  EXPECT_THROW(list.set(0, "encodées"), mp::ValueError);  // 9 bytes
  EXPECT_EQ(list[1], mp::Object(mp::bytes("HoWdY")));
  EXPECT_THROW(list.set(1, mp::bytes("123456789")), mp::ValueError);
  EXPECT_EQ(list[1], mp::Object(mp::bytes("HoWdY")));
  EXPECT_EQ(list.count(42), 1u);
  EXPECT_EQ(list.count("no such"), 0u);

  const mp::ShareableList<> copy(list, {.name = fresh_block_name("copy")});
  const Unlinked another(copy.shm());
  copy.set(-1, "adieu");
  EXPECT_EQ(copy[-1], mp::Object("adieu"));
  EXPECT_EQ(list[-1], mp::Object(42));
  const auto same = mp::ShareableList<>::attach(list.shm().name());
  same.set(-1, 13);
  EXPECT_EQ(list[-1], mp::Object(13));

  const mp::ShareableList<> empty;
  const Unlinked third(empty.shm());
  EXPECT_EQ(empty.size(), 0u);
  EXPECT_EQ(empty.format(), "");
  EXPECT_THROW((void)empty.index("x"), mp::ValueError);
}

TEST(TestSharedMemory, test_shared_memory_ShareableList_pickling) {
  for (int protocol = 0; protocol <= kNewestProtocol; ++protocol) {
    const mp::ShareableList<> list(mp::range(10));
    const Unlinked guard(list.shm());
    const std::string pickle = mp::dumps(mp::Object(list), protocol);

    const auto same = mp::loads(pickle).as<mp::ShareableList<>>();

    EXPECT_EQ(same.shm().name(), list.shm().name());
    EXPECT_EQ(same[-1], mp::Object(9));
    same.set(-1, "changed");
    EXPECT_EQ(list[-1], mp::Object("changed"));
    list.set(0, "back");
    EXPECT_EQ(same[0], mp::Object("back"));
    const mp::ShareableList<> larger(mp::range(400));
    const Unlinked another(larger.shm());
    EXPECT_EQ(mp::dumps(mp::Object(larger), protocol).size(), pickle.size()) << protocol;
  }
}

TEST(TestSharedMemory, test_shared_memory_ShareableList_pickling_dead_object) {
  for (int protocol = 0; protocol <= kNewestProtocol; ++protocol) {
    const mp::ShareableList<> list(mp::range(10));
    const std::string pickle = mp::dumps(mp::Object(list), protocol);
    list.shm().close();
    list.shm().unlink();

    EXPECT_EQ(errno_of([&] { (void)mp::loads(pickle).as<mp::ShareableList<>>(); }), ENOENT);
  }
}

TEST(TestSharedMemory, test_shared_memory_cleaned_after_process_termination) {
  ChildScope program({BLOCK_PROGRAM, "hold", "1"}, kPatience);
  ASSERT_TRUE(program.wait_for_lines(1));
  const std::string name = program.output().substr(0, program.output().find('\n'));

  program.signal(SIGTERM);

  EXPECT_TRUE(is_soon([&] { return !block_exists(name); }));
  EXPECT_THAT(program.wait().output,
              HasSubstr("resource_tracker: There appear to be 1 leaked shared_memory objects to "
                        "clean up at shutdown"));
}

void expect_to_outlive_attacher(const char* tracking) {
  const mp::SharedMemory block(mp::create, 10);
  const Unlinked guard(block);

  ChildScope program({BLOCK_PROGRAM, "attach", block.name(), tracking}, kPatience);

  EXPECT_TRUE(program.wait().ok());
  EXPECT_THAT(program.output(), Not(HasSubstr("resource_tracker")));
  EXPECT_NO_THROW(mp::SharedMemory{block.name()});
}

TEST(TestSharedMemory, test_shared_memory_untracking) { expect_to_outlive_attacher("untracked"); }

// In CPython the attaching program's tracker takes the name from under its maker.
TEST(TestSharedMemory, test_shared_memory_tracking) { expect_to_outlive_attacher("tracked"); }

}  // namespace
