// Python's dict as a model-based test: the same operations on mp::dict and on a plain vector.
#include <libmp/object.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mp {
namespace {

TEST(Dict, KeepsTheOrderOfInsertionAndTheFirstKey) {
  const Object map = dict{{1, "one"}, {"b", 2}};

  map.set(1.0, "uno");
  map.set("c", 3);
  map.erase("b");
  map.set("b", 4);

  EXPECT_EQ(repr(map), "{1: 'uno', 'c': 3, 'b': 4}");
}

TEST(Dict, FindsKeysOfAllKindsBeyondTheLinearSearch) {
  const Object map = dict{};
  for (int i = 0; i < 100; ++i) {
    map.set(i, i);
    map.set(std::to_string(i), i);
    map.set(tuple{i, "x"}, i);
    map.set(i + 0.5, i);
  }

  ASSERT_EQ(map.size(), 400U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(map[i], i);
    EXPECT_EQ(map[std::to_string(i)], i);
    EXPECT_EQ(map[(tuple{i, "x"})], i);
    EXPECT_EQ(map[i + 0.5], i);
  }
  EXPECT_FALSE(map.contains(100));
  EXPECT_FALSE(map.contains(bytes("1")));
}

using Model = std::vector<std::pair<int, int>>;

auto model_find(Model& model, int key) {
  return std::find_if(model.begin(), model.end(), [&](const auto& e) { return e.first == key; });
}

RC_GTEST_PROP(Dict, BehavesLikeAnOrderedListOfPairs, (std::vector<std::pair<int, bool>> steps)) {
  const Object sut = dict{};
  Model model;
  int value = 0;
  for (const auto& [wide, insert] : steps) {
    const int key = wide % 40;  // collisions wanted
    const auto at = model_find(model, key);
    if (insert) {
      sut.set(key, ++value);
      at != model.end() ? void(at->second = value) : void(model.emplace_back(key, value));
    } else if (at != model.end()) {
      sut.erase(key);
      model.erase(at);
    } else {
      RC_ASSERT(!sut.contains(key));
    }
  }
  RC_ASSERT(sut.size() == model.size());
  const auto items = sut.items();
  for (std::size_t i = 0; i < model.size(); ++i) {
    RC_ASSERT(items[i].first == Object(model[i].first));
    RC_ASSERT(items[i].second == Object(model[i].second));
    RC_ASSERT(sut[model[i].first] == Object(model[i].second));
  }
}

TEST(Dict, ManyErasuresLeaveNoHolesBehind) {
  const Object queue = dict{};
  for (int i = 0; i < 50000; ++i) {
    queue.set(i, i);
    if (i >= 10) queue.erase(i - 10);
  }
  EXPECT_EQ(queue.size(), 10U);
  EXPECT_EQ(queue.items().front().first, 49990);
}

}  // namespace
}  // namespace mp
