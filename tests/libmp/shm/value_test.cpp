#include "support/child_scope.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"
#include <libmp/libmp.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Point {
  double x = 0;
  double y = 0;
};

// Threads and forked children tell the same story: a child does something to its copies of handles.
void in_child(const std::function<void()>& body) {
  support::ChildScope child([&] {
    body();
    return 0;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

bool is_free_for_others(ValueLock& lock) {
  bool free = false;
  std::thread([&] {
    free = lock.try_acquire();
    if (free) lock.release();
  }).join();
  return free;
}

TEST(Value, HasWhatItWasGivenAndTakesWhatIsAssigned) {
  Value<double> sut(2.5);
  EXPECT_EQ(sut.value(), 2.5);

  sut = 3;
  EXPECT_EQ(sut.value(), 3.0);
  sut.set_value(4);
  const double converted = sut;
  EXPECT_EQ(converted, 4.0);
}

TEST(Value, IsZeroWhenNothingIsGiven) {
  EXPECT_EQ(Value<int>().value(), 0);
  EXPECT_EQ(RawValue<double>().value(), 0.0);
  EXPECT_EQ(Value<Point>().value().x, 0.0);
}

TEST(Value, CopiesAreHandlesOfOneObjectAlsoInAChild) {
  Value<int> sut(1);
  Value<int> copy = sut;

  in_child([&] { copy = 2; });

  EXPECT_EQ(sut.value(), 2);
}

TEST(Value, AssigningAHandleDoesNotCopyTheValue) {
  Value<int> one(1);
  const Value<int> two(2);
  const Value<int> old = one;

  one = two;
  one = 3;

  EXPECT_EQ(two.value(), 3);
  EXPECT_EQ(old.value(), 1);
}

TEST(Value, IncrementsOfManyProcessesAreNotLost) {
  constexpr int kTimes = 5000;
  Value<long> sut(0);
  std::vector<Process> crew;
  for (int i = 0; i < 4; ++i) {
    crew.emplace_back([&sut] {
      for (int j = 0; j < kTimes; ++j) sut += 1;
    });
    crew.back().start();
  }
  for (Process& process : crew) process.join();

  EXPECT_EQ(sut.value(), 4 * kTimes);
}

TEST(Value, ArithmeticReturnsTheNewNumber) {
  Value<int> sut(7);

  EXPECT_EQ(sut += 3, 10);
  EXPECT_EQ(sut -= 1, 9);
  EXPECT_EQ(sut *= 2, 18);
  EXPECT_EQ(sut /= 4, 4);
  EXPECT_EQ(sut <<= 3, 32);
  EXPECT_EQ(sut |= 5, 37);
  EXPECT_EQ(sut &= 0x24, 36);
  EXPECT_EQ(sut ^= 1, 37);
  EXPECT_EQ(sut >>= 1, 18);
  EXPECT_EQ(sut %= 5, 3);
  EXPECT_EQ(++sut, 4);
  EXPECT_EQ(sut++, 4);
  EXPECT_EQ(--sut, 4);
  EXPECT_EQ(sut--, 4);
  EXPECT_EQ(sut.value(), 3);
}

TEST(Value, SeveralStepsAreOneUnderItsLock) {
  Value<int> sut(7);
  {
    const std::scoped_lock guard(sut);
    EXPECT_FALSE(is_free_for_others(sut.get_lock()));
    sut = sut.value() * sut.value();  // its own lock is recursive
  }

  EXPECT_EQ(sut.value(), 49);
  EXPECT_TRUE(is_free_for_others(sut.get_lock()));
}

TEST(Value, AndItsLockAreBothLockable) {
  Value<int> one(1);
  Value<int> two(2);

  const std::scoped_lock both(one, two.get_lock());

  EXPECT_FALSE(is_free_for_others(one.get_lock()));
  EXPECT_FALSE(is_free_for_others(two.get_lock()));
}

TEST(Value, UpdateHoldsTheLockWhileItCalls) {
  Value<int> sut(7);

  const bool was_free = sut.update([&](int& number) {
    number *= number;
    return is_free_for_others(sut.get_lock());
  });

  EXPECT_FALSE(was_free);
  EXPECT_EQ(sut.value(), 49);
}

TEST(Value, TheLockThatIsGivenIsTheOneThatGuardsIt) {
  Lock lock;
  RLock rlock;
  Value<int> sut(1, lock);
  Value<int> other(1, {.lock = rlock});

  const std::scoped_lock guard(lock, rlock);

  EXPECT_FALSE(sut.get_lock().try_acquire());
  EXPECT_FALSE(sut.acquire(false));
  EXPECT_FALSE(is_free_for_others(other.get_lock()));
  EXPECT_EQ(++sut.get_obj(), 2);  // the way in for who holds a lock that is not recursive
}

TEST(Value, WithoutLockHasNeitherLockNorObject) {
  Value<int> sut(7, false);
  const Value<int> named(7, {.lock = false, .name = "n"});

  EXPECT_THROW((void)sut.get_lock(), AttributeError);
  EXPECT_THROW((void)sut.get_obj(), AttributeError);
  EXPECT_THROW(sut.acquire(), AttributeError);
  sut += 1;
  EXPECT_EQ(sut.value(), 8);
  try {
    (void)named.get_lock();
    ADD_FAILURE();
  } catch (const AttributeError& error) {
    EXPECT_STREQ(error.what(), "Value 'n': get_lock() of an object that was made without lock");
  }
}

template <class T, class Argument>
concept TakesAsLock = requires(Argument argument) { Value<T>(T(), argument); };
static_assert(TakesAsLock<int, bool> && TakesAsLock<int, Lock> && TakesAsLock<int, RLock>);
static_assert(!TakesAsLock<int, const char*> && !TakesAsLock<int, int>);
template <class T>
concept HasLock = requires(T value) { value.get_lock(); };
static_assert(HasLock<Value<int>> && !HasLock<RawValue<int>> && !HasLock<RawArray<int>>);

TEST(Value, TheDeathOfWhoHeldItIsToldUntilSomebodyRecovers) {
  Value<int> sut(1);
  support::ChildScope child([&] {
    sut.acquire();
    sut.get_obj() = 2;
    ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(child.wait().signal, SIGKILL);

  EXPECT_THROW((void)sut.value(), OwnerDied);
  EXPECT_THROW(sut = 5, OwnerDied);
  sut.recover();
  sut = 3;
  sut.release();
  EXPECT_EQ(sut.value(), 3);
}

TEST(Value, CannotBePutIntoAQueue) {
  Queue<Value<int>> values;
  Queue<RawValue<int>> raws;

  try {
    values.put(Value<int>(1));
    ADD_FAILURE();
  } catch (const RuntimeError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Value objects should only be shared between processes "
                                        "through inheritance"));
  }
  EXPECT_THROW(raws.put(RawValue<int>(1)), RuntimeError);
}

TEST(Value, ManyOfThemAreMadeWithFewDescriptors) {
  support::ChildScope child([] {
    std::vector<Value<int>> values;
    for (int i = 0; i < 10'000; ++i) values.emplace_back(i);
    const int fd = ::dup(0);
    long sum = 0;
    for (const Value<int>& value : values) sum += value.value();
    return fd < 100 && sum == 49'995'000 ? 0 : 1;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Value, IsKnownToTheProbesWithTypeSizeAndSite) {
  support::ObservedChild scene([] {
    const Value<double> value(1);
    const RawArray<int> array(10);
    const Value<Point> named(Point{}, {.name = "place"});
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(scene.child().wait().signal, SIGKILL);

  const wire::Batch batch = report::TreeReader(scene.tree_dir(), {.watch = false}).poll();

  std::vector<wire::ObjectInfo> blocks;
  int locks = 0;
  for (const wire::Event& event : support::of_kind(batch, wire::EventKind::Declare)) {
    const auto info = wire::decode_object_info(batch.payload_of(event));
    ASSERT_TRUE(info.has_value());
    locks += info->kind == wire::ObjectKind::RLock ? 1 : 0;
    if (info->kind == wire::ObjectKind::Value || info->kind == wire::ObjectKind::Array)
      blocks.push_back(*info);
  }
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_THAT(blocks[0].name, StartsWith("Value<double>-"));
  EXPECT_EQ(blocks[0].capacity, sizeof(double));
  EXPECT_THAT(blocks[0].site, HasSubstr("value_test.cpp:"));
  EXPECT_THAT(blocks[1].name, StartsWith("Array<int>-"));
  EXPECT_EQ(blocks[1].capacity, 10 * sizeof(int));
  EXPECT_EQ(blocks[2].name, "place");
  EXPECT_EQ(blocks[0].inode, blocks[1].inode);
  EXPECT_NE(blocks[0].offset, blocks[1].offset);
  EXPECT_EQ(locks, 2);
}

TEST(RawValue, IsAReferenceIntoSharedMemory) {
  RawValue<Point> sut(Point{1, 2});

  in_child([&] {
    sut.value().x += 1;
    sut->y = 7;
  });

  EXPECT_EQ((*sut).x, 2);
  EXPECT_EQ(sut->y, 7);
  sut = Point{3, 4};
  EXPECT_EQ(sut->x, 3);
}

TEST(Sharedctypes, ACopyIsAnotherObject) {
  const RawValue<Point> point(Point{2, 5});
  const Array<int> array({1, 2, 3});
  const RawValue<Point> point_copy = copy(point);
  const RawArray<int> array_copy = copy(array);

  point.value() = {};
  array.get_obj()[0] = 0;

  EXPECT_EQ(point_copy->x, 2);
  EXPECT_EQ(array_copy[0], 1);
  EXPECT_EQ(copy(Value<int>(3)).value(), 3);
  EXPECT_EQ(copy(array_copy).size(), 3u);
}

TEST(Sharedctypes, SynchronizedGivesALockToWhatIsThere) {
  const RawValue<int> raw(7);
  const Lock lock;

  Value<int> sut = synchronized(raw, lock);
  Array<int> array = synchronized(RawArray<int>({1, 2}));
  sut += 1;
  array[0] += 1;

  EXPECT_EQ(raw.value(), 8);
  EXPECT_EQ(&sut.get_obj(), &raw.value());
  EXPECT_EQ(array[0], 2);
  EXPECT_TRUE(is_free_for_others(array.get_lock()));
}

static_assert(std::same_as<typecode<'c'>, char> && std::same_as<typecode<'u'>, wchar_t> &&
              std::same_as<typecode<'b'>, signed char> &&
              std::same_as<typecode<'B'>, unsigned char> && std::same_as<typecode<'h'>, short> &&
              std::same_as<typecode<'H'>, unsigned short> && std::same_as<typecode<'i'>, int> &&
              std::same_as<typecode<'I'>, unsigned> && std::same_as<typecode<'l'>, long> &&
              std::same_as<typecode<'L'>, unsigned long> &&
              std::same_as<typecode<'q'>, long long> &&
              std::same_as<typecode<'Q'>, unsigned long long> &&
              std::same_as<typecode<'f'>, float> && std::same_as<typecode<'d'>, double>);

}  // namespace
}  // namespace mp
